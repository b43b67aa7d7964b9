//! Money that came in and money that is expected, by week, month or quarter.

use std::collections::HashMap;
use std::str::FromStr;

use forecast::engine::Model;
use forecast::pipeline::Total;
use jiff::ToSpan;
use model::{
    CompanyId, Currency, Date, DealId, Invoice, InvoiceStatus, Money, PaymentKind, Period,
    Subscription, SubscriptionStatus, Timestamp,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::{Deserialize, Serialize};

use super::desk::{DAY_US, Desk, day_at, instant, outcome};
use crate::query::{NEVER, Row, convert, day_number, day_of};
use crate::{FieldError, Sight};

/// More periods than anybody plans.
const MOST_PERIODS: usize = 60;

/// How long the periods are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// ISO weeks, from Monday.
    Week,
    /// Calendar months.
    #[default]
    Month,
    /// Quarters, counted from the month the tenant says.
    Quarter,
}

impl FromStr for Step {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        match text {
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "quarter" => Ok(Self::Quarter),
            _ => Err(FieldError::new(
                "by",
                "bad_value",
                "there are no such periods",
                "use week, month or quarter",
            )),
        }
    }
}

/// Money in, period by period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CashFlow {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: String,
    /// The currency of every amount; `None` when nothing has an amount.
    pub currency: Option<Currency>,
    /// The periods, the oldest first.
    pub periods: Vec<CashPeriod>,
    /// What is in no period.
    pub left_out: LeftOut,
    /// What the model's own timing of open deals rests on; nothing where there is no model.
    pub timing: Option<TimedBy>,
}

/// The model that knows when open deals are won.
#[derive(Clone, Copy)]
pub struct Timing<'a> {
    /// The model.
    pub model: &'a Model,
    /// Where it knows a deal.
    pub place: &'a (dyn Fn(DealId) -> Option<usize> + Sync),
}

/// What the model's timing rests on, and what it comes to over all periods that it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TimedBy {
    /// The moment the model looks ahead from.
    pub as_of: Timestamp,
    /// Open deals it times.
    pub deals: u64,
    /// Open deals without an amount, or that it says nothing of.
    pub left_out: u64,
    /// The day after the last period it tells of.
    pub until: Option<Date>,
    /// All of those periods together: intervals do not add up, so it is drawn too.
    pub together: Option<Modelled>,
}

/// Money expected as the model times open deals: each may be won on any day, with the chance that the
/// forecast gives it, whatever its close date says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Modelled {
    /// From open deals: the mean.
    pub pipeline: Decimal,
    /// That, and what is expected in any case.
    pub total: Decimal,
    /// 10 % of the futures drawn bring less in all.
    pub p10: Decimal,
    /// Half bring less.
    pub p50: Decimal,
    /// 90 % bring less.
    pub p90: Decimal,
}

/// One period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CashPeriod {
    /// What it is called.
    pub label: String,
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// What came in up to now, less what went back.
    pub actual: Decimal,
    /// What is expected from now on.
    pub expected: Expected,
    /// The same as the model times open deals; nothing for periods that are over, that end more than
    /// fifteen months ahead, and where there is no model.
    pub modelled: Option<Modelled>,
}

/// Money expected, by why it is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Open deals: amount × chance, paid by the terms.
    pub pipeline: Decimal,
    /// Won deals that are not billed yet, paid by the terms.
    pub won: Decimal,
    /// Bills sent and not paid; those past due count in the running period.
    pub invoices: Decimal,
    /// The part of them that is past due.
    pub overdue: Decimal,
    /// Contracts that run on.
    pub subscriptions: Decimal,
    /// Everything together.
    pub total: Decimal,
}

/// Why something is in no period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Open deals without an expected close.
    pub without_close_date: u64,
    /// Open deals whose expected close has passed: nobody says when they will pay.
    pub past_close_date: u64,
    /// Open deals without a chance.
    pub without_chance: u64,
    /// Deals without an amount in the currency reported in.
    pub without_amount: u64,
    /// Bills, payments and contracts without an amount in that currency, or without a day.
    pub billing: u64,
}

/// What a seen amount adds to.
struct Flow<'a> {
    desk: &'a Desk<'a>,
    currency: Currency,
    periods: Vec<CashPeriod>,
    left_out: LeftOut,
}

/// Cash by period: `back` whole periods before the running one, and `ahead` from it on; with `timing`
/// also as a model times open deals.
pub fn cashflow(
    desk: &Desk<'_>,
    by: Step,
    back: usize,
    ahead: usize,
    timing: Option<Timing<'_>>,
) -> CashFlow {
    let terms = &desk.settings.cash.instalments;
    let parts: Vec<String> = terms
        .iter()
        .map(|part| {
            format!(
                "{} % after {} days",
                part.percent.normalize(),
                part.after_days
            )
        })
        .collect();
    let timed = if timing.is_some() {
        " As the model times them, open deals are won on any day, with the chance it gives them, \
         whatever close they carry."
    } else {
        ""
    };
    let rule = format!(
        "Open deals at amount × chance from their expected close, and won deals not billed yet from \
         their close: {}.{timed} Bills when due, contracts month by month. Payments as they came, less \
         refunds.",
        parts.join(", ")
    );
    let periods = periods(
        desk,
        by,
        back.min(MOST_PERIODS),
        ahead.clamp(1, MOST_PERIODS),
    );
    let Some(currency) = desk.currency().or_else(|| billed_in(desk)) else {
        return CashFlow {
            as_of: desk.as_of,
            rule,
            currency: None,
            periods,
            left_out: LeftOut::default(),
            timing: None,
        };
    };
    let mut flow = Flow {
        desk,
        currency,
        periods,
        left_out: LeftOut::default(),
    };
    flow.deals();
    flow.billing();
    for period in &mut flow.periods {
        let it = &mut period.expected;
        it.total = it.pipeline + it.won + it.invoices + it.subscriptions;
    }
    let timing = timing.map(|timing| flow.time(timing));
    CashFlow {
        as_of: desk.as_of,
        rule,
        currency: Some(currency),
        periods: flow.periods,
        left_out: flow.left_out,
        timing,
    }
}

fn periods(desk: &Desk<'_>, by: Step, back: usize, ahead: usize) -> Vec<CashPeriod> {
    let of = |day: Date| match by {
        Step::Week => Period::week_of(day),
        Step::Month => Period::month_of(day),
        Step::Quarter => desk.quarter_of(day),
    };
    let mut first = of(desk.today());
    for _ in 0..back {
        first = of(first.start.yesterday().unwrap_or(first.start));
    }
    let all = std::iter::successors(Some(first), |period| {
        (period.end < Date::MAX).then(|| of(period.end))
    });
    all.take(back + ahead)
        .map(|period| CashPeriod {
            label: period.label(),
            start: period.start,
            end: period.end,
            actual: Decimal::ZERO,
            expected: Expected::default(),
            modelled: None,
        })
        .collect()
}

/// The currency of the first bill or contract seen, where no deal has an amount.
fn billed_in(desk: &Desk<'_>) -> Option<Currency> {
    let sight = Sight::of(desk.book, desk.viewer);
    let invoices = (desk.book.invoices.iter())
        .filter(|it| sight.billing(it.company))
        .filter_map(|it| it.total);
    let contracts = (desk.book.subscriptions.iter())
        .filter(|it| sight.billing(it.company))
        .filter_map(|it| it.mrr);
    let money = desk.settings.reporting_currency;
    money.or_else(|| invoices.chain(contracts).map(|it| it.currency).next())
}

impl Flow<'_> {
    fn at(&mut self, day: Date) -> Option<&mut CashPeriod> {
        let place = self.periods.partition_point(|period| period.end <= day);
        let period = self.periods.get_mut(place)?;
        (period.start <= day).then_some(period)
    }

    fn amount(&mut self, money: Option<Money>) -> Option<Decimal> {
        let rates = self.desk.settings.rates.as_ref();
        let amount = money.and_then(|money| convert(&money, self.currency, rates));
        self.left_out.billing += u64::from(amount.is_none());
        amount
    }

    fn deals(&mut self) {
        let desk = self.desk;
        let today = desk.today();
        let bills = bills(desk);
        let terms = desk.settings.cash.instalments.iter();
        let longest = terms.map(|it| i64::from(it.after_days)).max().unwrap_or(0);
        for (index, row) in desk.rows() {
            match outcome(desk.table, row) {
                "open" => self.open(row),
                "won" if row.closed_us != NEVER => {
                    let Some(closed) = instant(row.closed_us).map(day_of) else {
                        continue;
                    };
                    // All of it was due before today.
                    if day_number(closed) + longest < desk.today_number() {
                        continue;
                    }
                    // Its bill tells better when it is paid.
                    let company = desk.deal(index).company;
                    let billed = company.and_then(|id| bills.get(&id));
                    let from = closed.checked_sub(30.days()).unwrap_or(closed);
                    if billed.is_some_and(|last| *last >= from) {
                        continue;
                    }
                    if row.amount.is_nan() {
                        self.left_out.without_amount += 1;
                        continue;
                    }
                    let parts: Vec<_> = self.parts(closed, row.reported).collect();
                    for (day, amount) in parts {
                        if day >= today
                            && let Some(period) = self.at(day)
                        {
                            period.expected.won += amount;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn open(&mut self, row: &Row) {
        let chance = Decimal::from_f64(row.chance()).map(|it| it.round_dp(6));
        let today = self.desk.today_number();
        let left_out = &mut self.left_out;
        let reason = if row.amount.is_nan() {
            &mut left_out.without_amount
        } else if row.close_day == NEVER {
            &mut left_out.without_close_date
        } else if row.close_day < today {
            &mut left_out.past_close_date
        } else if let Some(chance) = chance
            && let Some(expected) = row.reported.checked_mul(chance)
        {
            let parts: Vec<_> = self.parts(day_at(row.close_day), expected).collect();
            for (day, amount) in parts {
                if let Some(period) = self.at(day) {
                    period.expected.pipeline += amount;
                }
            }
            return;
        } else {
            &mut left_out.without_chance
        };
        *reason += 1;
    }

    /// Draws when open deals are won and what they then pay.
    fn time(&mut self, Timing { model, place }: Timing<'_>) -> TimedBy {
        /// Fifteen months: farther ahead the day of a payment is anybody's guess.
        const FAR_DAYS: f64 = 462.0;
        const MOST_INSTANTS: usize = 14;
        let desk = self.desk;
        let origin = model.origin();
        let (mut deals, mut amounts, mut left_out) = (Vec::new(), Vec::new(), 0);
        for (index, row) in desk.open() {
            let known = place(desk.table.ids[index]).filter(|at| model.standing(*at).is_ok());
            match known {
                Some(at) if !row.amount.is_nan() => {
                    deals.push(at);
                    amounts.push(row.amount);
                }
                _ => left_out += 1,
            }
        }
        let mut timed = TimedBy {
            as_of: model_now(model, desk),
            deals: deals.len() as u64,
            left_out,
            until: None,
            together: None,
        };
        let day = |date: Date| day_number(date) as f64;
        let ends: Vec<f64> = self.periods.iter().map(|it| day(it.end)).collect();
        // A period whose end lies too far ahead is not told of.
        let told = |end: f64| end > origin && end - origin <= FAR_DAYS;
        let ahead: Vec<f64> = ends.iter().copied().filter(|end| told(*end)).collect();
        let Some(last) = ahead.last().copied() else {
            return timed;
        };
        let every = ahead.len().div_ceil(MOST_INSTANTS);
        let mut instants: Vec<f64> = ahead
            .iter()
            .step_by(every)
            .map(|end| end - origin)
            .collect();
        if instants.last() != Some(&(last - origin)) {
            instants.push(last - origin);
        }
        let terms: Vec<(f64, f64)> = (desk.settings.cash.instalments.iter())
            .map(|part| {
                let share = part.percent.to_f64().unwrap_or(0.0) / 100.0;
                (f64::from(part.after_days), share)
            })
            .collect();
        let starts = self.periods.first().map_or(0.0, |it| day(it.start));
        let pays = |deal: usize, won: f64, add: &mut dyn FnMut(usize, f64)| {
            for (after, share) in &terms {
                let paid = origin + won + after;
                let period = ends.partition_point(|end| *end <= paid);
                if period < ends.len() && paid >= starts {
                    let amount = amounts[deal] * share;
                    add(period, amount);
                    if ends[period] <= last {
                        add(ends.len(), amount);
                    }
                }
            }
        };
        let mut drawn = model.drawn(&deals, &instants, ends.len() + 1, &pays);
        let currency = self.currency;
        let money = |value: f64| {
            let value = Decimal::from_f64(value).unwrap_or_default();
            Money::new(value, currency).rounded().amount
        };
        let modelled = |certain: Decimal, drawn: &Total| Modelled {
            pipeline: money(drawn.expected),
            total: certain + money(drawn.expected),
            p10: certain + money(drawn.p10),
            p50: certain + money(drawn.p50),
            p90: certain + money(drawn.p90),
        };
        let together = drawn.pop();
        let mut certain = Decimal::ZERO;
        for ((period, end), drawn) in self.periods.iter_mut().zip(&ends).zip(&drawn) {
            if told(*end) {
                let it = &period.expected;
                let here = it.won + it.invoices + it.subscriptions;
                period.modelled = Some(modelled(here, drawn));
                certain += here;
                timed.until = Some(period.end);
            }
        }
        timed.together = together.map(|drawn| modelled(certain, &drawn));
        timed
    }

    /// What is paid when of an amount agreed on a day; the parts add up to it.
    fn parts(&self, day: Date, amount: Decimal) -> impl Iterator<Item = (Date, Decimal)> + use<> {
        let whole = Money::new(amount, self.currency).rounded().amount;
        let terms = &self.desk.settings.cash.instalments;
        let mut rest = whole;
        let parts: Vec<_> = (1..=terms.len())
            .zip(terms)
            .map(|(n, part)| {
                let share = whole
                    .checked_mul(part.percent)
                    .and_then(|it| it.checked_div(Decimal::ONE_HUNDRED))
                    .map_or(Decimal::ZERO, |it| {
                        Money::new(it, self.currency).rounded().amount
                    });
                let paid = if n == terms.len() { rest } else { share };
                rest -= paid;
                let on = day.checked_add(i32::from(part.after_days).days());
                (on.unwrap_or(Date::MAX), paid)
            })
            .collect();
        parts.into_iter()
    }

    fn billing(&mut self) {
        let desk = self.desk;
        let book = desk.book;
        if book.payments.is_empty() && book.invoices.is_empty() && book.subscriptions.is_empty() {
            return;
        }
        let sight = Sight::of(book, desk.viewer);
        let today = desk.today();
        for payment in &book.payments {
            if !sight.billing(payment.company) || payment.kind == PaymentKind::Failed {
                continue;
            }
            let Some(at) = payment.at else {
                self.left_out.billing += 1;
                continue;
            };
            if at > desk.as_of {
                continue;
            }
            let Some(amount) = self.amount(payment.amount) else {
                continue;
            };
            let back = matches!(payment.kind, PaymentKind::Refund | PaymentKind::Chargeback);
            if let Some(period) = self.at(day_of(at)) {
                period.actual += if back { -amount } else { amount };
            }
        }
        for invoice in &book.invoices {
            if !sight.billing(invoice.company) || invoice.status != InvoiceStatus::Open {
                continue;
            }
            let Some(due) = invoice.due else {
                self.left_out.billing += 1;
                continue;
            };
            let Some(amount) = self.amount(invoice.total) else {
                continue;
            };
            let late = due < today;
            if let Some(period) = self.at(due.max(today)) {
                period.expected.invoices += amount;
                period.expected.overdue += if late { amount } else { Decimal::ZERO };
            }
        }
        for contract in &book.subscriptions {
            let runs = matches!(
                contract.status,
                SubscriptionStatus::Active | SubscriptionStatus::PastDue
            );
            if runs && sight.billing(contract.company) {
                self.contract(contract);
            }
        }
    }

    /// A month's price at the end of each period paid for.
    fn contract(&mut self, contract: &Subscription) {
        let today = self.desk.today();
        let Some(amount) = self.amount(contract.mrr) else {
            return;
        };
        let paid_until = contract
            .current_period
            .map_or(today, |it| it.end)
            .max(today);
        let last = self.periods.last().map_or(today, |period| period.end);
        for month in 0.. {
            let Ok(day) = paid_until.checked_add(month.months()) else {
                return;
            };
            if day >= last {
                return;
            }
            if let Some(period) = self.at(day) {
                period.expected.subscriptions += amount;
            }
        }
    }
}

/// The moment a model looks ahead from.
fn model_now(model: &Model, desk: &Desk<'_>) -> Timestamp {
    let us = (model.reading.as_of * DAY_US).round();
    Timestamp::from_microsecond(us as i64).unwrap_or(desk.as_of)
}

/// The day of the newest bill of each company.
fn bills(desk: &Desk<'_>) -> HashMap<CompanyId, Date> {
    let mut newest: HashMap<CompanyId, Date> = HashMap::new();
    let sent = |it: &&Invoice| !matches!(it.status, InvoiceStatus::Draft | InvoiceStatus::Void);
    for invoice in desk.book.invoices.iter().filter(sent) {
        let day = invoice.issued_at.map(day_of).or(invoice.due);
        if let Some((company, day)) = invoice.company.zip(day) {
            let known = newest.entry(company).or_insert(day);
            *known = day.max(*known);
        }
    }
    newest
}
