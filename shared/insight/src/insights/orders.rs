//! Won deals as orders: what each must have before it counts.

use std::collections::HashMap;

use jiff::ToSpan;
use model::{CompanyId, Date, Invoice, InvoiceStatus, Timestamp};
use rust_decimal::Decimal;
use serde::Serialize;

use super::desk::{Desk, Found, Listed, Say, Why, instant, outcome, span_us};
use crate::query::{Column, NEVER, NOTHING, Row, day_of};
use crate::{Amount, Sight};

/// How long before the close a bill may have been written for it.
const BILLED_BEFORE_DAYS: i32 = 30;

/// Orders received in a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Orders {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Won deals that have all they need.
    pub complete: u64,
    /// What those are worth.
    pub complete_amount: Option<Amount>,
    /// All deals won in the period; `reasons` says what they lack, those lacking most first.
    #[serde(flatten)]
    pub won: Listed,
}

/// The deals won from one day to another, both included, with what each lacks to be an order.
pub fn orders_received(desk: &Desk<'_>, from: Date, to: Date, limit: usize) -> Orders {
    let checks = &desk.settings.orders;
    let mut bills: HashMap<CompanyId, Vec<&Invoice>> = HashMap::new();
    let mut pays = false;
    if !desk.book.invoices.is_empty() {
        let sight = Sight::of(desk.book, desk.viewer);
        for invoice in &desk.book.invoices {
            let draft = matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Void);
            if let Some(company) = invoice.company.filter(|_| !draft)
                && sight.company(company)
            {
                bills.entry(company).or_default().push(invoice);
                pays |= invoice.paid_at.is_some();
            }
        }
        let mut payments = desk.book.payments.iter();
        pays |= payments.any(|it| sight.billing(it.company));
    }
    let (from_us, to_us) = span_us(from, to);
    let now_us = desk.as_of.as_microsecond();
    let mut found = Vec::new();
    let mut complete = Vec::new();
    let won = desk
        .rows()
        .filter(|(_, row)| outcome(desk.table, row) == "won");
    for (index, row) in won {
        // What was won on no known day may be of this period, and is told as lacking the day.
        let dated = row.closed_us != NEVER;
        let within = (from_us..=to_us.min(now_us)).contains(&row.closed_us);
        if !within && (dated || !checks.close_date) {
            continue;
        }
        let mut reasons = Vec::new();
        let mut lacks = |yes: bool, code, text: &'static str| {
            if yes {
                reasons.push(Why::new(code, Say::Fixed(text)));
            }
        };
        lacks(
            checks.amount && !(row.has_amount() && row.stated > Decimal::ZERO),
            "missing_amount",
            "won without an amount above zero",
        );
        lacks(
            checks.close_date && !dated,
            "missing_close_date",
            "nothing says when it was won",
        );
        let nobody = row.code(Column::Company) == NOTHING;
        lacks(
            checks.company && nobody,
            "missing_company",
            "nothing says who ordered",
        );
        if checks.invoice && !bills.is_empty() && dated && !nobody {
            let billed = desk.deal(index).company.and_then(|id| bills.get(&id));
            let billed = billed.map_or(&[][..], Vec::as_slice);
            reasons.extend(bill(desk, row, billed, pays));
        }
        if reasons.is_empty() {
            complete.push(row);
        }
        found.push(Found {
            row: index,
            urgency: -(reasons.len() as i64),
            reasons,
        });
    }
    let mut must: Vec<String> = Vec::new();
    for (asked, words) in [
        (checks.amount, "an amount above zero"),
        (checks.close_date, "the day it was won"),
        (checks.company, "a company"),
    ] {
        must.extend(asked.then(|| words.to_owned()));
    }
    if checks.invoice {
        must.push(format!(
            "a bill within {} days of the close, where there are bills",
            checks.invoice_within_days
        ));
    }
    if checks.payment {
        must.push("that bill paid when due, where there are payments".to_owned());
    }
    let of = found.len() as u64;
    Orders {
        from,
        to,
        complete: complete.len() as u64,
        complete_amount: desk.sum(complete.into_iter()),
        won: desk.listed(
            format!("Won from {from} to {to}; an order has {}.", must.join(", ")),
            of,
            found,
            limit,
        ),
    }
}

/// What is wrong with the bill of a won deal.
fn bill(desk: &Desk<'_>, row: &Row, bills: &[&Invoice], pays: bool) -> Option<Why> {
    let closed = instant(row.closed_us).map(day_of)?;
    let earliest = closed
        .checked_sub(BILLED_BEFORE_DAYS.days())
        .unwrap_or(closed);
    let after = |at: Option<Timestamp>| at.is_none_or(|at| day_of(at) >= earliest);
    let of_order: Vec<&&Invoice> = bills.iter().filter(|it| after(it.issued_at)).collect();
    let within = i32::from(desk.settings.orders.invoice_within_days);
    if of_order.is_empty() {
        let last = closed.checked_add(within.days()).unwrap_or(closed);
        return (last < desk.today()).then(|| {
            Why::new(
                "missing_invoice",
                Say::Text(format!("won on {closed} and not billed by {last}")),
            )
        });
    }
    if !desk.settings.orders.payment || !pays {
        return None;
    }
    let late = of_order.iter().find_map(|invoice| {
        let owed = matches!(
            invoice.status,
            InvoiceStatus::Open | InvoiceStatus::Uncollectible
        );
        let due = invoice.due.filter(|due| owed && *due < desk.today())?;
        Some((invoice, due))
    });
    late.map(|(invoice, due)| {
        let number = invoice.number.as_deref().unwrap_or("without a number");
        Why::new(
            "unpaid_invoice",
            Say::Text(format!("bill {number} was due on {due} and is not paid")),
        )
    })
}
