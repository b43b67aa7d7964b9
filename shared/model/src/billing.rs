//! What was sold, billed and paid.

use crate::{
    CompanyId, Date, InvoiceId, Money, PaymentId, Period, Provenance, SubscriptionId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A company's running contract.
///
/// ```
/// use model::{Subscription, SubscriptionId, SubscriptionStatus, TenantId};
///
/// let id = SubscriptionId::derive(&TenantId::local(), "stripe", "sub_1");
/// let subscription = Subscription::new(id, SubscriptionStatus::Active);
/// assert_eq!(subscription.canceled_at, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What each source calls it: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// Who pays.
    pub company: Option<CompanyId>,
    /// What for, in the source's words.
    pub plan: Option<String>,
    /// What a month brings.
    pub mrr: Option<Money>,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it was cancelled: the moment of churn.
    pub canceled_at: Option<Timestamp>,
    /// Why it was cancelled, in the source's words.
    pub cancel_reason: Option<String>,
    /// The days paid for now.
    pub current_period: Option<Period>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Subscription {
    /// A contract of which only its standing is known.
    pub fn new(id: SubscriptionId, status: SubscriptionStatus) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            company: None,
            plan: None,
            mrr: None,
            status,
            started_at: None,
            canceled_at: None,
            cancel_reason: None,
            current_period: None,
            provenance: Provenance::default(),
        }
    }
}

/// How a [`Subscription`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// On trial, not paid yet.
    Trialing,
    /// Paid.
    Active,
    /// A payment is late.
    PastDue,
    /// On hold.
    Paused,
    /// Ended.
    Canceled,
}

/// A bill.
///
/// ```
/// use model::{Invoice, InvoiceId, InvoiceStatus, TenantId};
///
/// let id = InvoiceId::derive(&TenantId::local(), "stripe", "in_1");
/// assert_eq!(Invoice::new(id, InvoiceStatus::Open).paid_at, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// What each source calls it: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// Who is billed.
    pub company: Option<CompanyId>,
    /// The contract it belongs to.
    pub subscription: Option<SubscriptionId>,
    /// The number printed on it.
    pub number: Option<String>,
    /// The sum to pay.
    pub total: Option<Money>,
    /// How it stands.
    pub status: InvoiceStatus,
    /// When it was sent.
    pub issued_at: Option<Timestamp>,
    /// The last day to pay.
    pub due: Option<Date>,
    /// When it was paid in full.
    pub paid_at: Option<Timestamp>,
    /// The days it is for.
    pub period: Option<Period>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Invoice {
    /// A bill of which only its standing is known.
    pub fn new(id: InvoiceId, status: InvoiceStatus) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            company: None,
            subscription: None,
            number: None,
            total: None,
            status,
            issued_at: None,
            due: None,
            paid_at: None,
            period: None,
            provenance: Provenance::default(),
        }
    }
}

/// How an [`Invoice`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Not sent yet.
    Draft,
    /// To be paid.
    Open,
    /// Paid in full.
    Paid,
    /// Given up.
    Uncollectible,
    /// Withdrawn.
    Void,
}

/// Money that moved, or was meant to.
///
/// ```
/// use model::{Payment, PaymentId, PaymentKind, TenantId};
///
/// let id = PaymentId::derive(&TenantId::local(), "stripe", "re_1");
/// assert_eq!(Payment::new(id, PaymentKind::Refund).amount, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What each source calls it: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// Who paid, or was paid back.
    pub company: Option<CompanyId>,
    /// The bill it settles.
    pub invoice: Option<InvoiceId>,
    /// How much, never negative: the kind says which way.
    pub amount: Option<Money>,
    /// Which way it moved.
    pub kind: PaymentKind,
    /// When.
    pub at: Option<Timestamp>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Payment {
    /// A payment of which only its direction is known.
    pub fn new(id: PaymentId, kind: PaymentKind) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            company: None,
            invoice: None,
            amount: None,
            kind,
            at: None,
            provenance: Provenance::default(),
        }
    }
}

/// Which way a [`Payment`] moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// To us.
    Charge,
    /// It should have come to us and did not.
    Failed,
    /// Back, by our will.
    Refund,
    /// Back, by the payer's bank.
    Chargeback,
}
