//! Who pays, for what, and how it went: the one state behind the billing vendor.
//!
//! Accounts that bought become customers under their own domain, some carrying the CRM's id, and a few customers are
//! known to no CRM. Every change goes through a method here, which also writes the events the vendor would write;
//! they are kept for thirty days. Amounts are whole minor units of their currency: cents, yen, fils.

use crate::chance::Chance;
use crate::crm::Clock;
use demo::{Account, World};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// How long an event can be read.
pub const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The key under which some customers carry the CRM's id of their account.
pub const CRM_ID_KEY: &str = "crm_account_id";

/// Notes on a record, by key.
pub type Metadata = BTreeMap<String, String>;

/// Somebody who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Such as `cus_…`.
    pub id: String,
    /// Name on the invoice.
    pub name: Option<String>,
    /// Where invoices are sent.
    pub email: Option<String>,
    /// Notes.
    pub metadata: Metadata,
    /// What they pay in.
    pub currency: String,
    /// Whether the latest invoice is overdue.
    pub delinquent: bool,
    /// When it was entered.
    pub created: Timestamp,
    /// When it was deleted; only its id remains readable.
    pub deleted_at: Option<Timestamp>,
}

/// Something sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Such as `prod_…`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was entered.
    pub created: Timestamp,
}

/// The length a price is per.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interval {
    /// Per day.
    Day,
    /// Per week.
    Week,
    /// Per month.
    Month,
    /// Per year.
    Year,
}

impl Interval {
    /// The vendor's word.
    pub fn word(self) -> &'static str {
        match self {
            Interval::Day => "day",
            Interval::Week => "week",
            Interval::Month => "month",
            Interval::Year => "year",
        }
    }

    fn times(self, count: i64) -> Span {
        match self {
            Interval::Day => count.days(),
            Interval::Week => count.weeks(),
            Interval::Month => count.months(),
            Interval::Year => count.years(),
        }
    }
}

/// What a unit costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Such as `price_…`.
    pub id: String,
    /// Of which product.
    pub product: String,
    /// Currency in lower case.
    pub currency: String,
    /// Minor units; none for tiers, and for fractions of a minor unit.
    pub unit_amount: Option<i64>,
    /// The exact figure; none for tiers.
    pub unit_amount_decimal: Option<Decimal>,
    /// Per what.
    pub interval: Interval,
    /// How many intervals a period has.
    pub interval_count: i64,
    /// Whether usage is counted instead of a quantity agreed.
    pub metered: bool,
    /// When it was entered.
    pub created: Timestamp,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The first invoice is not paid yet.
    Incomplete,
    /// The first invoice was never paid.
    IncompleteExpired,
    /// Free for a while.
    Trialing,
    /// In good standing.
    Active,
    /// The latest invoice failed.
    PastDue,
    /// Given up trying, kept open.
    Unpaid,
    /// Over.
    Canceled,
    /// The trial ended without a way to pay.
    Paused,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 8] = [
        Status::Incomplete,
        Status::IncompleteExpired,
        Status::Trialing,
        Status::Active,
        Status::PastDue,
        Status::Unpaid,
        Status::Canceled,
        Status::Paused,
    ];

    /// The vendor's word.
    pub fn word(self) -> &'static str {
        match self {
            Status::Incomplete => "incomplete",
            Status::IncompleteExpired => "incomplete_expired",
            Status::Trialing => "trialing",
            Status::Active => "active",
            Status::PastDue => "past_due",
            Status::Unpaid => "unpaid",
            Status::Canceled => "canceled",
            Status::Paused => "paused",
        }
    }

    /// Whether nothing more will come.
    pub fn is_over(self) -> bool {
        matches!(self, Status::Canceled | Status::IncompleteExpired)
    }
}

/// A price within a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Such as `si_…`.
    pub id: String,
    /// At which price.
    pub price: String,
    /// How many; none when usage is counted.
    pub quantity: Option<i64>,
    /// Begin of the period paid for.
    pub period_start: Timestamp,
    /// End of the period paid for.
    pub period_end: Timestamp,
    /// When it was put on.
    pub created: Timestamp,
}

/// Something off the price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// Such as `di_…`.
    pub id: String,
    /// The coupon it came from.
    pub coupon: String,
    /// Per cent off, or
    pub percent_off: Option<Decimal>,
    /// so much off, in minor units of the subscription's currency.
    pub amount_off: Option<i64>,
    /// When it ends; none for never.
    pub end: Option<Timestamp>,
    /// When it was given.
    pub start: Timestamp,
}

/// Why a subscription ended or will end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cancellation {
    /// `cancellation_requested` or `payment_failed`.
    pub reason: Option<&'static str>,
    /// A word from the vendor's list, such as `too_expensive`.
    pub feedback: Option<String>,
    /// What the customer wrote.
    pub comment: Option<String>,
}

/// What somebody pays for, again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Such as `sub_…`.
    pub id: String,
    /// Whose.
    pub customer: String,
    /// Where it stands.
    pub status: Status,
    /// Currency of all its prices.
    pub currency: String,
    /// What is paid for.
    pub items: Vec<Item>,
    /// What is off.
    pub discounts: Vec<Discount>,
    /// When it was entered, which is also when it began.
    pub created: Timestamp,
    /// End of the trial.
    pub trial_end: Option<Timestamp>,
    /// When it will end.
    pub cancel_at: Option<Timestamp>,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
    /// When somebody said that it shall end.
    pub canceled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub cancellation: Cancellation,
    /// The newest invoice.
    pub latest_invoice: Option<String>,
    /// Notes.
    pub metadata: Metadata,
    /// How many periods have passed.
    cycle: i64,
}

impl Subscription {
    /// End of the period of the item that lasts longest.
    pub fn period_end(&self) -> Timestamp {
        self.items
            .iter()
            .map(|item| item.period_end)
            .max()
            .unwrap_or(self.created)
    }

    /// Begin of the period of the item that began first.
    pub fn period_start(&self) -> Timestamp {
        self.items
            .iter()
            .map(|item| item.period_start)
            .min()
            .unwrap_or(self.created)
    }
}

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// Not yet sent.
    Draft,
    /// To be paid.
    Open,
    /// Paid.
    Paid,
    /// Written off.
    Uncollectible,
    /// Withdrawn.
    Void,
}

impl InvoiceStatus {
    /// The vendor's word.
    pub fn word(self) -> &'static str {
        match self {
            InvoiceStatus::Draft => "draft",
            InvoiceStatus::Open => "open",
            InvoiceStatus::Paid => "paid",
            InvoiceStatus::Uncollectible => "uncollectible",
            InvoiceStatus::Void => "void",
        }
    }
}

/// A row of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Such as `il_…`.
    pub id: String,
    /// What it says.
    pub description: String,
    /// Minor units.
    pub amount: i64,
    /// How many.
    pub quantity: Option<i64>,
    /// At which price.
    pub price: String,
    /// From which item.
    pub item: String,
    /// Begin of the period.
    pub period_start: Timestamp,
    /// End of the period.
    pub period_end: Timestamp,
}

/// A demand for money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Such as `in_…`.
    pub id: String,
    /// The number on the paper; a draft has none.
    pub number: Option<String>,
    /// Whose.
    pub customer: String,
    /// For what; none for a single sale.
    pub subscription: Option<String>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Currency.
    pub currency: String,
    /// Rows.
    pub lines: Vec<Line>,
    /// Sum of the rows.
    pub subtotal: i64,
    /// Sum less discounts.
    pub total: i64,
    /// Paid so far.
    pub amount_paid: i64,
    /// How often it was tried to take the money.
    pub attempt_count: u32,
    /// When it will be tried again.
    pub next_payment_attempt: Option<Timestamp>,
    /// `subscription_create`, `subscription_cycle` or `manual`.
    pub billing_reason: &'static str,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// The last attempt to take the money.
    pub charge: Option<String>,
    /// When it was entered.
    pub created: Timestamp,
    /// When it was sent.
    pub finalized_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub voided_at: Option<Timestamp>,
    /// When it was written off.
    pub marked_uncollectible_at: Option<Timestamp>,
}

/// An attempt to take money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Such as `ch_…`.
    pub id: String,
    /// The intent it belongs to.
    pub payment_intent: String,
    /// Whose.
    pub customer: String,
    /// For which invoice.
    pub invoice: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// Given back.
    pub amount_refunded: i64,
    /// Currency.
    pub currency: String,
    /// Why it failed; none when it succeeded.
    pub failure: Option<(&'static str, &'static str)>,
    /// Whether the payer's bank objects.
    pub disputed: bool,
    /// When.
    pub created: Timestamp,
}

/// Money given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Such as `re_…`.
    pub id: String,
    /// Of which charge.
    pub charge: String,
    /// Minor units.
    pub amount: i64,
    /// Currency.
    pub currency: String,
    /// `succeeded`, `pending` or `failed`.
    pub status: &'static str,
    /// `requested_by_customer`, `duplicate` or `fraudulent`.
    pub reason: Option<&'static str>,
    /// When.
    pub created: Timestamp,
}

/// A payer's bank that wants money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Such as `dp_…`.
    pub id: String,
    /// Of which charge.
    pub charge: String,
    /// Minor units.
    pub amount: i64,
    /// Currency.
    pub currency: String,
    /// `needs_response`, `won` or `lost`.
    pub status: &'static str,
    /// Such as `fraudulent`.
    pub reason: &'static str,
    /// When.
    pub created: Timestamp,
}

/// What an event is about, as it was when the event was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A customer.
    Customer(Box<Customer>),
    /// A subscription.
    Subscription(Box<Subscription>),
    /// An invoice.
    Invoice(Box<Invoice>),
    /// An invoice that will come; it has no id.
    Upcoming(Box<Invoice>),
    /// A charge.
    Charge(Box<Charge>),
    /// A refund.
    Refund(Box<Refund>),
    /// A dispute.
    Dispute(Box<Dispute>),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Such as `evt_…`.
    pub id: String,
    /// Place in the order of what happened, for the vendor's own use.
    pub sequence: u64,
    /// When.
    pub created: Timestamp,
    /// Such as `invoice.paid`.
    pub kind: &'static str,
    /// About what.
    pub subject: Subject,
    /// What that was before.
    pub before: Option<Subject>,
}

/// Asked to change something that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuch {
    what: &'static str,
    id: String,
}

impl fmt::Display for NoSuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no {} {:?} in the billing state; ask it for an id first",
            self.what, self.id
        )
    }
}

impl std::error::Error for NoSuch {}

/// A sort of record that can be changed, with an event about it.
trait Record: Clone + PartialEq {
    const WHAT: &'static str;
    fn of(billing: &mut Billing) -> &mut BTreeMap<String, Self>;
    fn subject(self) -> Subject;
}

macro_rules! record {
    ($kind:ident, $what:literal, $map:ident) => {
        impl Record for $kind {
            const WHAT: &'static str = $what;
            fn of(billing: &mut Billing) -> &mut BTreeMap<String, $kind> {
                &mut billing.$map
            }
            fn subject(self) -> Subject {
                Subject::$kind(Box::new(self))
            }
        }
    };
}

record!(Customer, "customer", customers);
record!(Subscription, "subscription", subscriptions);
record!(Invoice, "invoice", invoices);
record!(Charge, "charge", charges);
record!(Refund, "refund", refunds);
record!(Dispute, "dispute", disputes);

/// The billing vendor's books.
pub struct Billing {
    /// The vendor's id of the company whose books these are.
    pub account_id: String,
    /// Its name.
    pub account_name: String,
    /// Who pays, also the deleted.
    pub customers: BTreeMap<String, Customer>,
    /// What is sold.
    pub products: BTreeMap<String, Product>,
    /// At what price.
    pub prices: BTreeMap<String, Price>,
    /// What is paid for.
    pub subscriptions: BTreeMap<String, Subscription>,
    /// Demands.
    pub invoices: BTreeMap<String, Invoice>,
    /// Attempts to take money.
    pub charges: BTreeMap<String, Charge>,
    /// Money given back.
    pub refunds: BTreeMap<String, Refund>,
    /// Money wanted back.
    pub disputes: BTreeMap<String, Dispute>,
    events: VecDeque<Event>,
    clock: Clock,
    /// Set while the past is told.
    telling: Option<Timestamp>,
    chance: Chance,
    sequence: u64,
    numbers: u32,
}

const DECLINED: (&str, &str) = ("card_declined", "Your card was declined.");
/// Attempts to take the money of one invoice before the subscription ends.
const ATTEMPTS: u32 = 4;
/// How long the first invoice of a subscription may stay unpaid.
const FIRST_PAYMENT_WITHIN: SignedDuration = SignedDuration::from_hours(23);

/// Minor units of one unit of a currency.
fn minor(currency: &str) -> i64 {
    match currency {
        "jpy" => 1,
        "kwd" => 1_000,
        _ => 100,
    }
}

impl Billing {
    /// Books without customers, but with prices.
    pub fn empty(seed: u64, clock: Clock) -> Billing {
        let mut chance = Chance::of(seed, "billing");
        let mut billing = Billing {
            account_id: format!("acct_{}", chance.word(16)),
            account_name: "Lanternfold Software".to_owned(),
            customers: BTreeMap::new(),
            products: BTreeMap::new(),
            prices: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            invoices: BTreeMap::new(),
            charges: BTreeMap::new(),
            refunds: BTreeMap::new(),
            disputes: BTreeMap::new(),
            events: VecDeque::new(),
            clock,
            telling: None,
            chance,
            sequence: 0,
            numbers: 0,
        };
        billing.add_prices();
        billing
    }

    /// The books of the company of `world`: its won deals' accounts pay, in all the states there are, and four
    /// customers no CRM knows. `crm_id` says the CRM's id of an account; one customer in two carries it.
    pub fn from_world(
        world: &World,
        crm_id: &dyn Fn(&Account) -> Option<String>,
        clock: Clock,
    ) -> Billing {
        let mut billing = Billing::empty(world.seed, clock);
        let mut won: BTreeMap<usize, Vec<(Timestamp, u64)>> = BTreeMap::new();
        for deal in &world.deals {
            if let Some(closed) = deal
                .closed()
                .filter(|_| deal.stage().eq_ignore_ascii_case("Closed Won"))
            {
                let at = instant(closed);
                if at <= billing.now() {
                    won.entry(deal.account).or_default().push((at, deal.amount));
                }
            }
        }
        for (n, (account, mut deals)) in won.into_iter().enumerate() {
            let Some(account) = world.accounts.get(account) else {
                continue;
            };
            deals.sort_unstable();
            let crm_id = crm_id(account).filter(|_| n % 2 == 0);
            billing.tell_customer(n, account, crm_id, &deals);
        }
        billing.add_strangers();
        billing.telling = None;
        billing
    }

    /// Many customers with one paid subscription each, for load.
    pub fn scaled(customers: usize, clock: Clock) -> Billing {
        let mut billing = Billing::empty(7, clock);
        let now = billing.now();
        let price = billing.price("eur", Interval::Month, 1);
        for n in 0..customers {
            let ago = SignedDuration::from_mins((customers - n) as i64);
            billing.telling = now.checked_sub(ago).ok();
            let name = format!("Customer {n}");
            let email = format!("billing@customer-{n}.example");
            let customer = billing.create_customer(&name, Some(&email), "eur", Metadata::new());
            billing.sell(&customer, &price, 1 + (n % 40) as i64);
        }
        billing.telling = None;
        billing
    }

    /// What the vendor's clock says, in whole seconds as all its stamps are.
    pub fn now(&self) -> Timestamp {
        let now = self.telling.unwrap_or_else(|| (self.clock)());
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// What happened in the last thirty days, in the order it was written.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        let oldest = self.now().saturating_sub(EVENTS_KEPT);
        self.events
            .iter()
            .filter(move |event| oldest.as_ref().is_ok_and(|oldest| event.created >= *oldest))
    }

    /// The sequence that the next event will have.
    pub fn next_sequence(&self) -> u64 {
        self.sequence
    }

    /// Id of the seat's price in a currency; empty when it is not sold so.
    pub fn price(&self, currency: &str, interval: Interval, count: i64) -> String {
        self.prices
            .values()
            .find(|price| {
                price.currency == currency
                    && price.interval == interval
                    && price.interval_count == count
                    && price.unit_amount.is_some()
            })
            .map(|price| price.id.clone())
            .unwrap_or_default()
    }

    /// A new customer.
    pub fn create_customer(
        &mut self,
        name: &str,
        email: Option<&str>,
        currency: &str,
        metadata: Metadata,
    ) -> String {
        let customer = Customer {
            id: self.id("cus"),
            name: (!name.is_empty()).then(|| name.to_owned()),
            email: email.map(str::to_owned),
            metadata,
            currency: currency.to_owned(),
            delinquent: false,
            created: self.now(),
            deleted_at: None,
        };
        self.add(customer.id.clone(), customer, "customer.created")
    }

    /// Changes a customer.
    pub fn edit_customer(
        &mut self,
        id: &str,
        edit: impl FnOnce(&mut Customer),
    ) -> Result<(), NoSuch> {
        self.change(id, "customer.updated", edit).map(drop)
    }

    /// Deletes a customer; what they paid for ends at once.
    pub fn delete_customer(&mut self, id: &str) -> Result<(), NoSuch> {
        let live: Vec<String> = self
            .subscriptions
            .values()
            .filter(|subscription| subscription.customer == id && !subscription.status.is_over())
            .map(|subscription| subscription.id.clone())
            .collect();
        for subscription in live {
            self.cancel(&subscription, "")?;
        }
        let now = self.now();
        let customer = Customer::of(self).get_mut(id).ok_or_else(|| NoSuch {
            what: Customer::WHAT,
            id: id.to_owned(),
        })?;
        customer.deleted_at = Some(now);
        let gone = customer.clone().subject();
        self.emit("customer.deleted", gone, None);
        Ok(())
    }

    /// A new subscription; it is incomplete until its first invoice is paid, unless it begins with a trial.
    pub fn subscribe(
        &mut self,
        customer: &str,
        price: &str,
        quantity: Option<i64>,
        trial_days: i64,
    ) -> Result<String, NoSuch> {
        let now = self.now();
        let currency = self
            .known(price, "price", |billing| &billing.prices)?
            .currency;
        self.known(customer, "customer", |billing| &billing.customers)?;
        let trial_end = (trial_days > 0).then(|| after(now, trial_days.days()));
        let id = self.id("sub");
        let subscription = Subscription {
            id: id.clone(),
            customer: customer.to_owned(),
            status: if trial_end.is_some() {
                Status::Trialing
            } else {
                Status::Incomplete
            },
            currency,
            items: Vec::new(),
            discounts: Vec::new(),
            created: now,
            trial_end,
            cancel_at: None,
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            cancellation: Cancellation::default(),
            latest_invoice: None,
            metadata: Metadata::new(),
            cycle: 0,
        };
        self.subscriptions.insert(id.clone(), subscription);
        self.put_item(&id, price, quantity)?;
        if let Some(subscription) = self.subscriptions.get(&id).cloned() {
            self.emit(
                "customer.subscription.created",
                subscription.subject(),
                None,
            );
        }
        let invoice = self.invoice(&id, "subscription_create")?;
        if trial_end.is_some() {
            self.settle(&invoice, None)?;
        }
        Ok(id)
    }

    /// One more price on a subscription.
    pub fn add_item(
        &mut self,
        subscription: &str,
        price: &str,
        quantity: Option<i64>,
    ) -> Result<(), NoSuch> {
        let before = self.known(subscription, "subscription", |b| &b.subscriptions)?;
        self.put_item(subscription, price, quantity)?;
        let after = self.known(subscription, "subscription", |b| &b.subscriptions)?;
        self.emit(
            "customer.subscription.updated",
            after.subject(),
            Some(before.subject()),
        );
        Ok(())
    }

    /// Another number of seats on the first item; fewer is a downgrade.
    pub fn set_quantity(&mut self, subscription: &str, quantity: i64) -> Result<(), NoSuch> {
        self.change(
            subscription,
            "customer.subscription.updated",
            |subscription: &mut Subscription| {
                if let Some(item) = subscription.items.first_mut() {
                    item.quantity = Some(quantity);
                }
            },
        )
        .map(drop)
    }

    /// Gives a share of the price away until further notice.
    pub fn discount(&mut self, subscription: &str, percent_off: Decimal) -> Result<(), NoSuch> {
        let discount = Discount {
            id: self.id("di"),
            coupon: self.chance.word(8),
            percent_off: Some(percent_off),
            amount_off: None,
            end: None,
            start: self.now(),
        };
        self.change(
            subscription,
            "customer.subscription.updated",
            |subscription: &mut Subscription| subscription.discounts.push(discount),
        )
        .map(drop)
    }

    /// Ends a subscription now; `feedback` is a word of the vendor's list or empty.
    pub fn cancel(&mut self, subscription: &str, feedback: &str) -> Result<(), NoSuch> {
        self.end(
            subscription,
            Cancellation {
                reason: Some("cancellation_requested"),
                feedback: (!feedback.is_empty()).then(|| feedback.to_owned()),
                comment: None,
            },
        )
    }

    /// Lets a subscription end with its period, or takes that back.
    pub fn cancel_at_period_end(&mut self, subscription: &str, ends: bool) -> Result<(), NoSuch> {
        let now = self.now();
        self.change(
            subscription,
            "customer.subscription.updated",
            |subscription: &mut Subscription| {
                subscription.cancel_at_period_end = ends;
                subscription.cancel_at = ends.then(|| subscription.period_end());
                subscription.canceled_at = ends.then_some(now);
                subscription.cancellation.reason = ends.then_some("cancellation_requested");
            },
        )
        .map(drop)
    }

    /// Stops a subscription whose trial ended without a way to pay.
    pub fn pause(&mut self, subscription: &str) -> Result<(), NoSuch> {
        self.stand(subscription, Status::Paused, "customer.subscription.paused")
    }

    /// Lets a paused subscription go on.
    pub fn resume(&mut self, subscription: &str) -> Result<(), NoSuch> {
        self.stand(
            subscription,
            Status::Active,
            "customer.subscription.resumed",
        )
    }

    /// Gives up on a subscription's money without ending it.
    pub fn leave_unpaid(&mut self, subscription: &str) -> Result<(), NoSuch> {
        self.stand(
            subscription,
            Status::Unpaid,
            "customer.subscription.updated",
        )
    }

    /// Begins the next period and asks for its money.
    pub fn renew(&mut self, subscription: &str) -> Result<String, NoSuch> {
        let prices = self.prices.clone();
        self.change(
            subscription,
            "customer.subscription.updated",
            |subscription: &mut Subscription| {
                subscription.cycle += 1;
                if subscription.status == Status::Trialing {
                    subscription.status = Status::Active;
                }
                for item in &mut subscription.items {
                    let Some(price) = prices.get(&item.price) else {
                        continue;
                    };
                    let length = price
                        .interval
                        .times(price.interval_count * (subscription.cycle + 1));
                    item.period_start = item.period_end;
                    // From the beginning and not from the last end: the 31st stays the 31st.
                    item.period_end = after(subscription.created, length).max(item.period_start);
                }
            },
        )?;
        self.invoice(subscription, "subscription_cycle")
    }

    /// Does what falls due by now: ends, renewals with payment, first invoices never paid.
    pub fn catch_up(&mut self) {
        let present = self.now();
        let ids: Vec<String> = self.subscriptions.keys().cloned().collect();
        for id in ids {
            // Five years of weeks, so that a clock set far ahead cannot hold the caller.
            for _ in 0..260 {
                let Some(step) = self.subscriptions.get(&id).and_then(|s| due(s, present)) else {
                    break;
                };
                self.telling = Some(step.at());
                // All three were found just now.
                let done = match step {
                    Step::Expire(_) => self.expire(&id),
                    Step::End(_) => self.end(
                        &id,
                        Cancellation {
                            reason: Some("cancellation_requested"),
                            ..Cancellation::default()
                        },
                    ),
                    Step::Renew(_) => self
                        .renew(&id)
                        .and_then(|invoice| self.pay(&invoice).map(drop)),
                };
                self.telling = None;
                if done.is_err() {
                    break;
                }
            }
        }
    }

    /// Takes an invoice's money; gives the charge's id.
    pub fn pay(&mut self, invoice: &str) -> Result<String, NoSuch> {
        let charge = self.charge(invoice, None)?;
        self.settle(invoice, Some(charge.clone()))?;
        Ok(charge)
    }

    /// Tries to take an invoice's money and fails; the fourth time ends the subscription. Gives the charge's id.
    pub fn fail(&mut self, invoice: &str) -> Result<String, NoSuch> {
        let charge = self.charge(invoice, Some(DECLINED))?;
        let again = after(self.now(), 3.days());
        let failed = self.change(
            invoice,
            "invoice.payment_failed",
            |invoice: &mut Invoice| {
                invoice.attempt_count += 1;
                invoice.charge = Some(charge.clone());
                invoice.next_payment_attempt = (invoice.attempt_count < ATTEMPTS).then_some(again);
            },
        )?;
        self.edit_customer(&failed.customer, |customer| customer.delinquent = true)?;
        if let Some(subscription) = &failed.subscription {
            if failed.attempt_count >= ATTEMPTS {
                self.end(
                    subscription,
                    Cancellation {
                        reason: Some("payment_failed"),
                        ..Cancellation::default()
                    },
                )?;
            } else {
                self.change(
                    subscription,
                    "customer.subscription.updated",
                    |subscription: &mut Subscription| {
                        if subscription.status == Status::Active {
                            subscription.status = Status::PastDue;
                        }
                    },
                )?;
            }
        }
        Ok(charge)
    }

    /// Withdraws an invoice.
    pub fn void(&mut self, invoice: &str) -> Result<(), NoSuch> {
        let now = self.now();
        self.change(invoice, "invoice.voided", |invoice: &mut Invoice| {
            invoice.status = InvoiceStatus::Void;
            invoice.voided_at = Some(now);
            invoice.next_payment_attempt = None;
        })
        .map(drop)
    }

    /// Writes an invoice off.
    pub fn write_off(&mut self, invoice: &str) -> Result<(), NoSuch> {
        let now = self.now();
        self.change(
            invoice,
            "invoice.marked_uncollectible",
            |invoice: &mut Invoice| {
                invoice.status = InvoiceStatus::Uncollectible;
                invoice.marked_uncollectible_at = Some(now);
                invoice.next_payment_attempt = None;
            },
        )
        .map(drop)
    }

    /// Gives money back, all that is left when no amount is said; gives the refund's id.
    pub fn refund(&mut self, charge: &str, amount: Option<i64>) -> Result<String, NoSuch> {
        let whole = self.known(charge, "charge", |billing| &billing.charges)?;
        let left = whole.amount - whole.amount_refunded;
        let amount = amount.unwrap_or(left).clamp(0, left);
        let refund = Refund {
            id: self.id("re"),
            charge: charge.to_owned(),
            amount,
            currency: whole.currency,
            status: "succeeded",
            reason: Some("requested_by_customer"),
            created: self.now(),
        };
        let id = self.add(refund.id.clone(), refund, "refund.created");
        self.change(charge, "charge.refunded", |charge: &mut Charge| {
            charge.amount_refunded += amount;
        })?;
        Ok(id)
    }

    /// The payer's bank objects; gives the dispute's id.
    pub fn dispute(&mut self, charge: &str, reason: &'static str) -> Result<String, NoSuch> {
        let disputed = self.change(charge, "charge.updated", |charge: &mut Charge| {
            charge.disputed = true;
        })?;
        let dispute = Dispute {
            id: self.id("dp"),
            charge: charge.to_owned(),
            amount: disputed.amount,
            currency: disputed.currency,
            status: "needs_response",
            reason,
            created: self.now(),
        };
        Ok(self.add(dispute.id.clone(), dispute, "charge.dispute.created"))
    }

    /// The bank decides.
    pub fn close_dispute(&mut self, dispute: &str, won: bool) -> Result<(), NoSuch> {
        self.change(dispute, "charge.dispute.closed", |dispute: &mut Dispute| {
            dispute.status = if won { "won" } else { "lost" }
        })
        .map(drop)
    }

    /// Tells of an invoice to come. It has no id yet.
    pub fn announce_upcoming(&mut self, subscription: &str) -> Result<(), NoSuch> {
        let subscription = self.known(subscription, "subscription", |b| &b.subscriptions)?;
        let mut invoice = self.drafted(&subscription, "upcoming");
        invoice.id.clear();
        self.emit(
            "invoice.upcoming",
            Subject::Upcoming(Box::new(invoice)),
            None,
        );
        Ok(())
    }

    /// Does one of the things that happen all day to some active subscription, and gives its id; none when there is
    /// none.
    ///
    /// `step` numbers the deed: the same step on the same books does the same.
    pub fn live_on(&mut self, step: u64) -> Option<String> {
        let mut chance = Chance::of(step, "billing life");
        let active: Vec<&Subscription> = self
            .subscriptions
            .values()
            .filter(|subscription| matches!(subscription.status, Status::Active | Status::PastDue))
            .collect();
        let subscription = (*chance.pick(&active)?).clone();
        let seats = subscription.items.first().and_then(|item| item.quantity);
        let id = subscription.id;
        let invoice = subscription.latest_invoice.unwrap_or_default();
        let open = self
            .invoices
            .get(&invoice)
            .is_some_and(|invoice| invoice.status == InvoiceStatus::Open);
        let done = match (chance.below(6), seats) {
            // What is owed is paid or refused before anything else.
            (0 | 1, _) if open => self.fail(&invoice).map(drop),
            _ if open => self.pay(&invoice).map(drop),
            (0, _) => self.renew(&id).map(drop),
            (1, _) => {
                let ends = !subscription.cancel_at_period_end;
                self.cancel_at_period_end(&id, ends)
            }
            (2 | 3, Some(seats)) => self.set_quantity(&id, (seats * 4 / 5).max(1)),
            (_, Some(seats)) => self.set_quantity(&id, seats + 5),
            (_, None) => self.announce_upcoming(&id),
        };
        done.ok().map(|()| id)
    }

    fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}_1{}", self.chance.word(17))
    }

    fn known<T: Clone>(
        &self,
        id: &str,
        what: &'static str,
        map: fn(&Billing) -> &BTreeMap<String, T>,
    ) -> Result<T, NoSuch> {
        map(self).get(id).cloned().ok_or_else(|| NoSuch {
            what,
            id: id.to_owned(),
        })
    }

    fn emit(&mut self, kind: &'static str, subject: Subject, before: Option<Subject>) {
        let present = (self.clock)();
        let oldest = present.saturating_sub(EVENTS_KEPT).unwrap_or(present);
        while self
            .events
            .front()
            .is_some_and(|event| event.created < oldest)
        {
            self.events.pop_front();
        }
        let created = self.now();
        if created < oldest {
            return;
        }
        let event = Event {
            id: self.id("evt"),
            sequence: self.sequence,
            created,
            kind,
            subject,
            before,
        };
        self.sequence += 1;
        self.events.push_back(event);
    }

    fn add<T: Record>(&mut self, id: String, record: T, kind: &'static str) -> String {
        T::of(self).insert(id.clone(), record.clone());
        self.emit(kind, record.subject(), None);
        id
    }

    /// Changes a record and writes an event, unless nothing changed.
    fn change<T: Record>(
        &mut self,
        id: &str,
        kind: &'static str,
        edit: impl FnOnce(&mut T),
    ) -> Result<T, NoSuch> {
        let record = T::of(self).get_mut(id).ok_or_else(|| NoSuch {
            what: T::WHAT,
            id: id.to_owned(),
        })?;
        let before = record.clone();
        edit(record);
        let after = record.clone();
        if after != before {
            self.emit(kind, after.clone().subject(), Some(before.subject()));
        }
        Ok(after)
    }

    fn stand(&mut self, id: &str, status: Status, kind: &'static str) -> Result<(), NoSuch> {
        self.change(id, kind, |subscription: &mut Subscription| {
            subscription.status = status;
        })
        .map(drop)
    }

    fn end(&mut self, subscription: &str, why: Cancellation) -> Result<(), NoSuch> {
        let now = self.now();
        self.change(
            subscription,
            "customer.subscription.deleted",
            |subscription: &mut Subscription| {
                subscription.status = Status::Canceled;
                subscription.canceled_at.get_or_insert(now);
                subscription.ended_at = Some(now);
                subscription.cancellation = why;
            },
        )
        .map(drop)
    }

    fn expire(&mut self, subscription: &str) -> Result<(), NoSuch> {
        let now = self.now();
        let expired = self.change(
            subscription,
            "customer.subscription.updated",
            |subscription: &mut Subscription| {
                subscription.status = Status::IncompleteExpired;
                subscription.ended_at = Some(now);
            },
        )?;
        expired
            .latest_invoice
            .map_or(Ok(()), |invoice| self.void(&invoice))
    }

    fn put_item(
        &mut self,
        subscription: &str,
        price: &str,
        quantity: Option<i64>,
    ) -> Result<(), NoSuch> {
        let now = self.now();
        let price = self.known(price, "price", |billing| &billing.prices)?;
        let id = self.id("si");
        let subscription = Subscription::of(self)
            .get_mut(subscription)
            .ok_or_else(|| NoSuch {
                what: Subscription::WHAT,
                id: subscription.to_owned(),
            })?;
        let first = subscription.trial_end.unwrap_or_else(|| {
            after(
                subscription.created,
                price.interval.times(price.interval_count),
            )
        });
        let (period_start, period_end) = subscription
            .items
            .first()
            .map_or((now, first), |item| (item.period_start, item.period_end));
        subscription.items.push(Item {
            id,
            price: price.id,
            quantity,
            period_start,
            period_end,
            created: now,
        });
        Ok(())
    }

    fn drafted(&mut self, subscription: &Subscription, billing_reason: &'static str) -> Invoice {
        let now = self.now();
        let free = subscription.status == Status::Trialing;
        let mut lines = Vec::new();
        for item in &subscription.items {
            let price = self.prices.get(&item.price);
            let unit = price.and_then(|price| price.unit_amount).unwrap_or(0);
            let quantity = item.quantity.unwrap_or(0);
            lines.push(Line {
                id: self.id("il"),
                description: format!("{quantity} × seat"),
                amount: if free { 0 } else { unit * quantity },
                quantity: item.quantity,
                price: item.price.clone(),
                item: item.id.clone(),
                period_start: item.period_start,
                period_end: item.period_end,
            });
        }
        let subtotal = lines.iter().map(|line| line.amount).sum::<i64>();
        let off: i64 = subscription
            .discounts
            .iter()
            .map(|discount| {
                let share = discount.percent_off.unwrap_or_default() / Decimal::ONE_HUNDRED;
                (Decimal::from(subtotal) * share)
                    .round()
                    .to_i64()
                    .unwrap_or(0)
                    + discount.amount_off.unwrap_or(0)
            })
            .sum();
        Invoice {
            id: self.id("in"),
            number: None,
            customer: subscription.customer.clone(),
            subscription: Some(subscription.id.clone()),
            status: InvoiceStatus::Draft,
            currency: subscription.currency.clone(),
            lines,
            subtotal,
            total: (subtotal - off).max(0),
            amount_paid: 0,
            attempt_count: 0,
            next_payment_attempt: None,
            billing_reason,
            due: None,
            charge: None,
            created: now,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            marked_uncollectible_at: None,
        }
    }

    fn invoice(
        &mut self,
        subscription: &str,
        billing_reason: &'static str,
    ) -> Result<String, NoSuch> {
        let now = self.now();
        let from = self.known(subscription, "subscription", |b| &b.subscriptions)?;
        let draft = self.drafted(&from, billing_reason);
        let id = self.add(draft.id.clone(), draft, "invoice.created");
        self.numbers += 1;
        let number = format!("LF-{:06}", self.numbers);
        self.change(&id, "invoice.finalized", |invoice: &mut Invoice| {
            invoice.status = InvoiceStatus::Open;
            invoice.number = Some(number);
            invoice.finalized_at = Some(now);
        })?;
        // The vendor moves the pointer without an event of its own.
        if let Some(subscription) = self.subscriptions.get_mut(subscription) {
            subscription.latest_invoice = Some(id.clone());
        }
        Ok(id)
    }

    fn charge(
        &mut self,
        invoice: &str,
        failure: Option<(&'static str, &'static str)>,
    ) -> Result<String, NoSuch> {
        let invoice = self.known(invoice, "invoice", |billing| &billing.invoices)?;
        let charge = Charge {
            id: self.id("ch"),
            payment_intent: self.id("pi"),
            customer: invoice.customer,
            invoice: Some(invoice.id),
            amount: invoice.total - invoice.amount_paid,
            amount_refunded: 0,
            currency: invoice.currency,
            failure,
            disputed: false,
            created: self.now(),
        };
        let kind = if failure.is_some() {
            "charge.failed"
        } else {
            "charge.succeeded"
        };
        Ok(self.add(charge.id.clone(), charge, kind))
    }

    fn settle(&mut self, invoice: &str, charge: Option<String>) -> Result<(), NoSuch> {
        let now = self.now();
        let paid = self.change(invoice, "invoice.paid", |invoice: &mut Invoice| {
            invoice.status = InvoiceStatus::Paid;
            invoice.amount_paid = invoice.total;
            invoice.attempt_count += u32::from(charge.is_some());
            invoice.next_payment_attempt = None;
            invoice.paid_at = Some(now);
            invoice.charge = charge;
        })?;
        self.edit_customer(&paid.customer, |customer| customer.delinquent = false)?;
        let Some(subscription) = paid.subscription else {
            return Ok(());
        };
        let waits = self.subscriptions.get(&subscription).is_some_and(|s| {
            matches!(
                s.status,
                Status::Incomplete | Status::PastDue | Status::Unpaid
            )
        });
        let owes = || {
            self.invoices.values().any(|invoice| {
                invoice.subscription.as_deref() == Some(&subscription)
                    && invoice.status == InvoiceStatus::Open
            })
        };
        if !waits || owes() {
            return Ok(());
        }
        self.stand(
            &subscription,
            Status::Active,
            "customer.subscription.updated",
        )
    }

    fn add_prices(&mut self) {
        let created = after(self.now(), (-3).years());
        let product = |billing: &mut Billing, name: &str| {
            let id = billing.id("prod");
            let product = Product {
                id: id.clone(),
                name: name.to_owned(),
                created,
            };
            billing.products.insert(id.clone(), product);
            id
        };
        let seats = product(self, "Planning seats");
        let calls = product(self, "Routing calls");
        let add = |billing: &mut Billing, price: Price| {
            let id = billing.id("price");
            billing.prices.insert(id.clone(), Price { id, ..price });
        };
        for currency in ["usd", "eur", "jpy", "kwd"] {
            // A yen is a small coin and a dinar a large one.
            let worth = match currency {
                "jpy" => 150,
                _ => 1,
            };
            for (interval, interval_count, whole) in [
                (Interval::Week, 1, 11),
                (Interval::Month, 1, 42),
                (Interval::Month, 3, 120),
                (Interval::Year, 1, 450),
            ] {
                let amount = whole * worth * minor(currency);
                add(
                    self,
                    Price {
                        id: String::new(),
                        product: seats.clone(),
                        currency: currency.to_owned(),
                        unit_amount: Some(amount),
                        unit_amount_decimal: Some(Decimal::from(amount)),
                        interval,
                        interval_count,
                        metered: false,
                        created,
                    },
                );
            }
            // Half a minor unit per call, and a price in tiers: neither has a whole amount.
            for (unit_amount_decimal, metered) in [(Some(Decimal::new(5, 1)), true), (None, false)]
            {
                add(
                    self,
                    Price {
                        id: String::new(),
                        product: calls.clone(),
                        currency: currency.to_owned(),
                        unit_amount: None,
                        unit_amount_decimal,
                        interval: Interval::Month,
                        interval_count: 1,
                        metered,
                        created,
                    },
                );
            }
        }
    }

    fn odd_price(&self, currency: &str, metered: bool) -> String {
        self.prices
            .values()
            .find(|price| {
                price.currency == currency
                    && price.unit_amount.is_none()
                    && price.metered == metered
            })
            .map(|price| price.id.clone())
            .unwrap_or_default()
    }

    /// A subscription whose first invoice is paid; empty when there is no such customer or price.
    fn sell(&mut self, customer: &str, price: &str, quantity: i64) -> String {
        let Ok(subscription) = self.subscribe(customer, price, Some(quantity), 0) else {
            return String::new();
        };
        if let Some(invoice) = self.latest_invoice(&subscription) {
            // It was found on the subscription just made.
            let _paid = self.pay(&invoice);
        }
        subscription
    }

    fn latest_invoice(&self, subscription: &str) -> Option<String> {
        self.subscriptions.get(subscription)?.latest_invoice.clone()
    }

    fn tell_customer(
        &mut self,
        n: usize,
        account: &Account,
        crm_id: Option<String>,
        deals: &[(Timestamp, u64)],
    ) {
        self.telling = None;
        let present = self.now();
        let Some((won, amount)) = deals.first().copied() else {
            return;
        };
        let currency = match n % 10 {
            0 => "jpy",
            1 => "kwd",
            2..=4 => "eur",
            _ => "usd",
        };
        let (interval, count) = match n % 7 {
            0 => (Interval::Year, 1),
            1 => (Interval::Month, 3),
            2 if n.is_multiple_of(3) => (Interval::Week, 1),
            _ => (Interval::Month, 1),
        };
        let fate = Fate::ALL.get(n % 24).copied().unwrap_or(Fate::Plain);
        let start = match fate {
            Fate::Trialing => after(present, (-5).days()),
            Fate::Incomplete => after(present, (-3).hours()),
            Fate::Expired => after(present, (-9).days()),
            _ => won,
        };
        self.telling = Some(start);
        let metadata = crm_id
            .into_iter()
            .map(|id| (CRM_ID_KEY.to_owned(), id))
            .collect();
        let email = format!("billing@{}", account.domain);
        let customer = self.create_customer(&account.name, Some(&email), currency, metadata);
        let price = self.price(currency, interval, count);
        let quantity = i64::try_from(amount / 504).unwrap_or(1).max(1);
        // A customer and a price that were made above are known, so none of what follows is refused.
        let _told = self.tell_subscription(&customer, &price, quantity, fate, present, deals);
        self.telling = None;
    }

    fn tell_subscription(
        &mut self,
        customer: &str,
        price: &str,
        quantity: i64,
        fate: Fate,
        present: Timestamp,
        deals: &[(Timestamp, u64)],
    ) -> Result<(), NoSuch> {
        if matches!(fate, Fate::Trialing | Fate::Incomplete | Fate::Expired) {
            let days = if fate == Fate::Trialing { 14 } else { 0 };
            let id = self.subscribe(customer, price, Some(quantity), days)?;
            if fate == Fate::Expired {
                self.telling = self.now().checked_add(FIRST_PAYMENT_WITHIN).ok();
                self.expire(&id)?;
            }
            return Ok(());
        }
        let id = self.sell(customer, price, quantity);
        let currency = self.known(customer, "customer", |b| &b.customers)?.currency;
        match fate {
            Fate::Discounted => self.discount(&id, Decimal::from(20))?,
            Fate::Metered => {
                let price = self.odd_price(&currency, true);
                self.add_item(&id, &price, None)?;
            }
            Fate::Tiered => {
                let price = self.odd_price(&currency, false);
                self.add_item(&id, &price, Some(1))?;
            }
            _ => {}
        }
        self.tell_periods(&id, present, deals.get(1..).unwrap_or_default())?;
        self.tell_fate(&id, fate, present)
    }

    /// The periods up to the present, with more seats from each further deal.
    fn tell_periods(
        &mut self,
        id: &str,
        present: Timestamp,
        expansions: &[(Timestamp, u64)],
    ) -> Result<(), NoSuch> {
        let mut expansions = expansions.iter().peekable();
        loop {
            let subscription = self.known(id, "subscription", |b| &b.subscriptions)?;
            let ends = subscription.period_end();
            while let Some((won, amount)) = expansions.next_if(|(won, _)| *won < ends) {
                self.telling = Some(*won);
                let subscription = self.known(id, "subscription", |b| &b.subscriptions)?;
                let seats = subscription
                    .items
                    .first()
                    .and_then(|item| item.quantity)
                    .unwrap_or(0);
                self.set_quantity(id, seats + i64::try_from(amount / 504).unwrap_or(0).max(1))?;
            }
            if ends > present {
                return Ok(());
            }
            self.telling = Some(ends);
            let invoice = self.renew(id)?;
            if self.chance.chance(0.03) && after(ends, 3.days()) < present {
                self.fail(&invoice)?;
                self.telling = Some(after(ends, 3.days()));
            }
            self.pay(&invoice)?;
        }
    }

    fn tell_fate(&mut self, id: &str, fate: Fate, present: Timestamp) -> Result<(), NoSuch> {
        let invoice = self.latest_invoice(id).unwrap_or_default();
        let charge = self
            .invoices
            .get(&invoice)
            .and_then(|invoice| invoice.charge.clone())
            .unwrap_or_default();
        // Between the last payment and now, so that nothing comes before its cause.
        let paid = self.invoices.get(&invoice).map_or(present, |i| i.created);
        let soon = |days: i64| after(paid, days.days()).min(present);
        self.telling = Some(soon(2));
        match fate {
            Fate::PastDue | Fate::Unpaid | Fate::Failed => {
                let owed = self.invoice(id, "subscription_cycle")?;
                let attempts = if fate == Fate::Failed { ATTEMPTS } else { 2 };
                for attempt in 0..attempts {
                    self.telling = Some(soon(2 + 3 * i64::from(attempt)));
                    self.fail(&owed)?;
                }
                if fate == Fate::Unpaid {
                    self.leave_unpaid(id)?;
                }
            }
            Fate::Left => self.cancel(id, "too_expensive")?,
            Fate::Leaving => self.cancel_at_period_end(id, true)?,
            Fate::Paused => self.pause(id)?,
            Fate::Refunded => {
                let whole = self.known(&charge, "charge", |b| &b.charges)?.amount;
                self.refund(&charge, Some(whole / 3))?;
            }
            Fate::Disputed => {
                self.dispute(&charge, "product_not_received")?;
            }
            Fate::Charged => {
                let dispute = self.dispute(&charge, "fraudulent")?;
                self.telling = Some(soon(9));
                self.close_dispute(&dispute, false)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add_strangers(&mut self) {
        self.telling = None;
        let present = self.now();
        self.tell_sites(present);
        for (days, name, email) in [
            (210, "Juno Wexholt", Some("juno@freemail.example")),
            (35, "", None),
            (
                12,
                "Nachtfalter & Söhne",
                Some("RECHNUNG@Nachtfalter.example"),
            ),
        ] {
            self.telling = Some(after(present, (-days).days()));
            let customer = self.create_customer(name, email, "eur", Metadata::new());
            let price = self.price("eur", Interval::Year, 1);
            let subscription = self.sell(&customer, &price, 5);
            // It was made above.
            let _told = self.tell_periods(&subscription, present, &[]);
        }
        self.telling = Some(after(present, (-3).days()));
        let gone = self.create_customer("Left Again", None, "usd", Metadata::new());
        self.telling = Some(after(present, (-2).days()));
        // It was made above.
        let _told = self.delete_customer(&gone);
    }

    /// A customer with twelve sites, each at its own price: more items and lines than the vendor shows at once.
    fn tell_sites(&mut self, present: Timestamp) {
        self.telling = Some(after(present, (-400).days()));
        let email = Some("accounts@amberquay.example");
        let customer = self.create_customer("Amberquay Cooperative", email, "eur", Metadata::new());
        let yearly = self.price("eur", Interval::Year, 1);
        let subscription = self.sell(&customer, &yearly, 5);
        for site in 2..=12 {
            let Some(like) = self.prices.get(&yearly).cloned() else {
                return;
            };
            let id = self.id("price");
            let amount = like.unit_amount.unwrap_or(0) - 100 * site;
            let price = Price {
                id: id.clone(),
                unit_amount: Some(amount),
                unit_amount_decimal: Some(Decimal::from(amount)),
                created: self.now(),
                ..like
            };
            self.prices.insert(id.clone(), price);
            // Both were made above.
            let _told = self.add_item(&subscription, &id, Some(site));
        }
        let _told = self.tell_periods(&subscription, present, &[]);
    }
}

/// What a customer of the invented company is an example of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    PastDue,
    Left,
    Failed,
    Leaving,
    Unpaid,
    Trialing,
    Paused,
    Incomplete,
    Expired,
    Discounted,
    Refunded,
    Disputed,
    Charged,
    Metered,
    Tiered,
    Plain,
}

impl Fate {
    const ALL: [Fate; 15] = [
        Fate::PastDue,
        Fate::Left,
        Fate::Failed,
        Fate::Leaving,
        Fate::Unpaid,
        Fate::Trialing,
        Fate::Paused,
        Fate::Incomplete,
        Fate::Expired,
        Fate::Discounted,
        Fate::Refunded,
        Fate::Disputed,
        Fate::Charged,
        Fate::Metered,
        Fate::Tiered,
    ];
}

/// What time does to a subscription.
enum Step {
    Expire(Timestamp),
    End(Timestamp),
    Renew(Timestamp),
}

impl Step {
    fn at(&self) -> Timestamp {
        match self {
            Step::Expire(at) | Step::End(at) | Step::Renew(at) => *at,
        }
    }
}

/// The next thing that falls due by `now`.
fn due(subscription: &Subscription, now: Timestamp) -> Option<Step> {
    let ends = subscription.period_end();
    let step = match subscription.status {
        Status::Incomplete => Step::Expire(
            subscription
                .created
                .checked_add(FIRST_PAYMENT_WITHIN)
                .unwrap_or(now),
        ),
        Status::Active | Status::Trialing | Status::PastDue
            if subscription.cancel_at_period_end =>
        {
            Step::End(ends)
        }
        Status::Active | Status::Trialing => Step::Renew(ends),
        _ => return None,
    };
    (step.at() <= now).then_some(step)
}

fn instant(at: DateTime) -> Timestamp {
    at.to_zoned(TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

fn after(at: Timestamp, span: Span) -> Timestamp {
    at.to_zoned(TimeZone::UTC).saturating_add(span).timestamp()
}
