//! Parameters and pages: what may be asked of each list, and the rows in the vendor's order.

use super::shape::{self, Version};
use super::{Asked, DEFAULT_VERSION, Refusal};
use crate::billing::{Billing, Customer, Status};
use http::StatusCode;
use serde_json::{Value, json};

/// The pairs of a query or a form, with `a[]` and `a[0]` read as repetitions of `a`.
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Params {
        let plain = |name: String| match name.split_once('[') {
            Some((base, index))
                if index
                    .trim_end_matches(']')
                    .chars()
                    .all(|c| c.is_ascii_digit()) =>
            {
                base.to_owned()
            }
            _ => name,
        };
        Params(
            pairs
                .into_iter()
                .map(|(name, value)| (plain(name), value))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal {
                code: Some("parameter_missing"),
                ..Refusal::bad(format!("Missing required param: {name}."), name)
            })
    }

    pub(super) fn expansions(&self) -> Vec<String> {
        self.all("expand")
    }

    /// Refuses any parameter that is not one of these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let base = |name: &str| name.split('[').next().unwrap_or("").to_owned();
        match self
            .0
            .iter()
            .find(|(name, _)| !known.contains(&base(name).as_str()))
        {
            None => Ok(()),
            Some((name, _)) => Err(Refusal {
                code: Some("parameter_unknown"),
                ..Refusal::bad(format!("Received unknown parameter: {name}"), name)
            }),
        }
    }

    pub(super) fn limit(&self) -> Result<usize, Refusal> {
        let Some(word) = self.get("limit") else {
            return Ok(10);
        };
        let number: i64 = word.parse().map_err(|_| Refusal {
            code: Some("parameter_invalid_integer"),
            ..Refusal::bad(format!("Invalid integer: {word}"), "limit")
        })?;
        let bound = |said: &str| Refusal {
            code: Some("parameter_invalid_integer"),
            ..Refusal::bad(
                format!("This value must be {said} (it currently is '{number}')."),
                "limit",
            )
        };
        match number {
            ..1 => Err(bound("greater than or equal to 1")),
            1..=100 => Ok(number as usize),
            _ => Err(bound("less than or equal to 100")),
        }
    }

    /// Whether a stamp is within `created`, given as one number or as bounds.
    fn created(&self) -> Result<impl Fn(i64) -> bool + use<>, Refusal> {
        let mut bounds = Vec::new();
        for (name, value) in &self.0 {
            let Some(relation) = name.strip_prefix("created") else {
                continue;
            };
            let second: i64 = value
                .parse()
                .map_err(|_| Refusal::bad(format!("Invalid integer: {value}"), name))?;
            let holds: fn(i64, i64) -> bool = match relation {
                "" => |at, bound| at == bound,
                "[gt]" => |at, bound| at > bound,
                "[gte]" => |at, bound| at >= bound,
                "[lt]" => |at, bound| at < bound,
                "[lte]" => |at, bound| at <= bound,
                _ => {
                    return Err(Refusal {
                        code: Some("parameter_unknown"),
                        ..Refusal::bad(format!("Received unknown parameter: {name}"), name)
                    });
                }
            };
            bounds.push((holds, second));
        }
        Ok(move |at| bounds.iter().all(|(holds, bound)| holds(at, *bound)))
    }
}

/// A row before it is written out.
struct Row<'a> {
    id: &'a str,
    created: i64,
    /// Whether the filters of the list let it through.
    kept: bool,
    shape: Box<dyn FnOnce() -> Value + 'a>,
}

/// Which rows there are and what a list of them may be asked for.
struct Listing<'a> {
    what: &'static str,
    url: String,
    filters: &'static [&'static str],
    rows: Vec<Row<'a>>,
    /// Whether the newest come first; nested lists come in their own order.
    newest_first: bool,
}

const PAGING: [&str; 4] = ["limit", "starting_after", "ending_before", "expand"];

pub(super) fn page(billing: &Billing, parts: &[&str], asked: &Asked<'_>) -> Result<Value, Refusal> {
    let params = &asked.params;
    let Some(mut listing) = listing(billing, parts, asked)? else {
        return Err(Refusal::unknown_url(asked.method, asked.path));
    };
    let known: Vec<&str> = PAGING.iter().chain(listing.filters).copied().collect();
    params.only(&known)?;
    let within = params.created()?;
    if listing.newest_first {
        listing
            .rows
            .sort_unstable_by(|a, b| (b.created, b.id).cmp(&(a.created, a.id)));
    }
    let place = |param: &'static str| match params.get(param) {
        None => Ok(None),
        Some(id) => listing
            .rows
            .iter()
            .position(|row| row.id == id)
            .map(Some)
            .ok_or_else(|| Refusal::missing(StatusCode::BAD_REQUEST, listing.what, id, param)),
    };
    let (after, before) = (place("starting_after")?, place("ending_before")?);
    if after.is_some() && before.is_some() {
        return Err(Refusal::bad(
            "You may only specify one of these parameters: starting_after, ending_before.",
            "starting_after",
        ));
    }
    let limit = params.limit()?;
    let mut rows: Vec<Row<'_>> = listing
        .rows
        .into_iter()
        .enumerate()
        .filter(|(n, row)| {
            row.kept
                && within(row.created)
                && after.is_none_or(|after| *n > after)
                && before.is_none_or(|before| *n < before)
        })
        .map(|(_, row)| row)
        .collect();
    let has_more = rows.len() > limit;
    if before.is_some() {
        rows.drain(..rows.len().saturating_sub(limit));
    } else {
        rows.truncate(limit);
    }
    let data: Vec<Value> = rows.into_iter().map(|row| (row.shape)()).collect();
    Ok(json!({"object": "list", "url": listing.url, "has_more": has_more, "data": data}))
}

fn listing<'a>(
    billing: &'a Billing,
    parts: &[&str],
    asked: &'a Asked<'_>,
) -> Result<Option<Listing<'a>>, Refusal> {
    let params = &asked.params;
    let version = &asked.version;
    let same = |name: &str, value: Option<&str>| {
        params.get(name).is_none_or(|wanted| Some(wanted) == value)
    };
    let url = format!("/{}", parts.join("/"));
    let make = |what, filters, rows| Listing {
        what,
        url: url.clone(),
        filters,
        rows,
        newest_first: true,
    };
    let listing = match parts {
        ["v1", "customers"] => make(
            "customer",
            &["created", "email"],
            billing
                .customers
                .values()
                .filter(|customer| customer.deleted_at.is_none())
                .map(|customer| Row {
                    id: &customer.id,
                    created: customer.created.as_second(),
                    kept: same("email", customer.email.as_deref()),
                    shape: Box::new(move || shape::customer(customer)),
                })
                .collect(),
        ),
        ["v1", "subscriptions"] => {
            let status = params.get("status");
            let words = ["all", "ended"];
            if let Some(word) = status
                && !words.contains(&word)
                && !Status::ALL.iter().any(|status| status.word() == word)
            {
                return Err(Refusal::bad(
                    format!(
                        "Invalid status: must be one of {}, all, or ended",
                        Status::ALL.map(Status::word).join(", ")
                    ),
                    "status",
                ));
            }
            make(
                "subscription",
                &[
                    "created",
                    "customer",
                    "price",
                    "status",
                    "collection_method",
                    "current_period_start",
                    "current_period_end",
                ],
                billing
                    .subscriptions
                    .values()
                    .map(|subscription| Row {
                        id: &subscription.id,
                        created: subscription.created.as_second(),
                        kept: same("customer", Some(&subscription.customer))
                            && params.get("price").is_none_or(|price| {
                                subscription.items.iter().any(|item| item.price == price)
                            })
                            && match status {
                                Some("all") => true,
                                Some("ended") => subscription.status.is_over(),
                                Some(word) => subscription.status.word() == word,
                                None => subscription.status != Status::Canceled,
                            },
                        shape: Box::new(move || {
                            shape::subscription(subscription, billing, version)
                        }),
                    })
                    .collect(),
            )
        }
        ["v1", "customers", id, "subscriptions"] => {
            let exists = |customer: &&Customer| customer.deleted_at.is_none();
            billing.customers.get(*id).filter(exists).ok_or_else(|| {
                Refusal::missing(StatusCode::NOT_FOUND, "customer", id, "customer")
            })?;
            make(
                "subscription",
                &[],
                billing
                    .subscriptions
                    .values()
                    .filter(|subscription| subscription.customer == *id)
                    .map(|subscription| Row {
                        id: &subscription.id,
                        created: subscription.created.as_second(),
                        kept: subscription.status != Status::Canceled,
                        shape: Box::new(move || {
                            shape::subscription(subscription, billing, version)
                        }),
                    })
                    .collect(),
            )
        }
        ["v1", "subscription_items"] => {
            let id = params.need("subscription")?;
            let subscription = billing.subscriptions.get(id).ok_or_else(|| {
                Refusal::missing(StatusCode::BAD_REQUEST, "subscription", id, "subscription")
            })?;
            Listing {
                what: "subscription_item",
                url: format!("/v1/subscription_items?subscription={id}"),
                filters: &["subscription"],
                newest_first: false,
                rows: subscription
                    .items
                    .iter()
                    .map(|item| Row {
                        id: &item.id,
                        created: item.created.as_second(),
                        kept: true,
                        shape: Box::new(move || shape::item(item, subscription, billing, version)),
                    })
                    .collect(),
            }
        }
        ["v1", "invoices", id, "lines"] => {
            let invoice = billing
                .invoices
                .get(*id)
                .ok_or_else(|| Refusal::missing(StatusCode::NOT_FOUND, "invoice", id, "invoice"))?;
            Listing {
                what: "line_item",
                url: url.clone(),
                filters: &[],
                newest_first: false,
                rows: invoice
                    .lines
                    .iter()
                    .map(|line| Row {
                        id: &line.id,
                        created: 0,
                        kept: true,
                        shape: Box::new(move || shape::line(line, invoice, billing, version)),
                    })
                    .collect(),
            }
        }
        ["v1", "invoices"] => make(
            "invoice",
            &[
                "created",
                "customer",
                "subscription",
                "status",
                "collection_method",
                "due_date",
            ],
            billing
                .invoices
                .values()
                .map(|invoice| Row {
                    id: &invoice.id,
                    created: invoice.created.as_second(),
                    kept: same("customer", Some(&invoice.customer))
                        && same("subscription", invoice.subscription.as_deref())
                        && same("status", Some(invoice.status.word())),
                    shape: Box::new(move || shape::invoice(invoice, billing, version)),
                })
                .collect(),
        ),
        ["v1", "invoice_payments"] => {
            if !version.is_basil() {
                return Ok(None);
            }
            make(
                "invoice_payment",
                &["invoice", "status", "payment", "created"],
                billing
                    .invoices
                    .values()
                    .filter(|invoice| invoice.charge.is_some())
                    .map(|invoice| Row {
                        id: &invoice.id,
                        created: invoice.created.as_second(),
                        kept: same("invoice", Some(&invoice.id)),
                        shape: Box::new(move || shape::invoice_payment(invoice, billing)),
                    })
                    .collect(),
            )
        }
        ["v1", "charges"] => make(
            "charge",
            &["created", "customer", "payment_intent"],
            billing
                .charges
                .values()
                .map(|charge| Row {
                    id: &charge.id,
                    created: charge.created.as_second(),
                    kept: same("customer", Some(&charge.customer))
                        && same("payment_intent", Some(&charge.payment_intent)),
                    shape: Box::new(move || shape::charge(charge, version)),
                })
                .collect(),
        ),
        ["v1", "refunds"] => make(
            "refund",
            &["created", "charge", "payment_intent"],
            billing
                .refunds
                .values()
                .map(|refund| Row {
                    id: &refund.id,
                    created: refund.created.as_second(),
                    kept: same("charge", Some(&refund.charge)),
                    shape: Box::new(move || shape::refund(refund, billing)),
                })
                .collect(),
        ),
        ["v1", "disputes"] => make(
            "dispute",
            &["created", "charge", "payment_intent"],
            billing
                .disputes
                .values()
                .map(|dispute| Row {
                    id: &dispute.id,
                    created: dispute.created.as_second(),
                    kept: same("charge", Some(&dispute.charge)),
                    shape: Box::new(move || shape::dispute(dispute, billing)),
                })
                .collect(),
        ),
        ["v1", "products"] => make(
            "product",
            &["created", "active", "ids", "shippable", "url"],
            billing
                .products
                .values()
                .map(|product| Row {
                    id: &product.id,
                    created: product.created.as_second(),
                    kept: true,
                    shape: Box::new(move || shape::product(product)),
                })
                .collect(),
        ),
        ["v1", "prices"] => make(
            "price",
            &[
                "created",
                "active",
                "product",
                "currency",
                "type",
                "lookup_keys",
                "recurring",
            ],
            billing
                .prices
                .values()
                .map(|price| Row {
                    id: &price.id,
                    created: price.created.as_second(),
                    kept: same("product", Some(&price.product))
                        && same("currency", Some(&price.currency)),
                    shape: Box::new(move || shape::price(price)),
                })
                .collect(),
        ),
        ["v1", "credit_notes"] => make("credit_note", &["created", "customer", "invoice"], vec![]),
        ["v1", "events"] => {
            let types = params.all("types");
            if types.len() > 20 {
                return Err(Refusal::bad(
                    "You may specify up to 20 event types.",
                    "types",
                ));
            }
            if !types.is_empty() && params.get("type").is_some() {
                return Err(Refusal::bad(
                    "You may only specify one of these parameters: type, types.",
                    "type",
                ));
            }
            make(
                "event",
                &["created", "type", "types", "delivery_success"],
                billing
                    .events()
                    .map(|event| Row {
                        id: &event.id,
                        created: event.created.as_second(),
                        kept: (types.is_empty() || types.iter().any(|kind| kind == event.kind))
                            && params
                                .get("type")
                                .is_none_or(|kind| is_of(event.kind, kind)),
                        shape: Box::new(move || {
                            // Written in the account's version, whatever the reader asks for.
                            let written = Version::lenient(DEFAULT_VERSION);
                            super::snapshot(event, billing, &written, 0)
                        }),
                    })
                    .collect(),
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(listing))
}

/// Whether an event is of a type, which may be a group such as `invoice.*`.
pub(super) fn is_of(kind: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(group) => kind.starts_with(group),
        None => kind == wanted,
    }
}
