//! Which fields of deals are taken from other fields of the source.
//!
//! What another choice would change is worked out on the deals as they are kept, by the function
//! that maps them: each has its source's own word beside what was taken. Saving it maps again all
//! that was read.

use super::{connection_of, runs};
use crate::jobs::{JobView, accepted};
use crate::people::audit;
use crate::reading::{Reading, blocking};
use crate::wire::field_word;
use axum::response::Response;
use connector::fields::{self, Outcome};
use connector::value::is_null;
use edge::etag::{ETag, IfMatch};
use edge::{Code, Json, Path, Problem};
use identity::{Policy, RateClass, Role, Scope};
use insight::Sight;
use jiff::Timestamp;
use model::{Book, Currency, Deal, DealField, DealId, FieldMap, TakenFrom, TenantId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, Stored};
use utoipa::ToSchema;

pub(super) const LOOK: Policy = Policy::new(Scope::Admin, Role::Admin, RateClass::Read);
pub(super) const ADMIN: Policy = Policy::new(Scope::Admin, Role::Admin, RateClass::Write);

/// Deals that a preview shows.
const SHOWN: usize = 20;
/// Of them those that cannot be read, where there are others.
const ODD_SHOWN: usize = 5;
/// Values of a field that are shown.
const EXAMPLES: usize = 2;
/// The longest piece of a value that is shown, in characters.
const MOST_SHOWN: usize = 80;

/// Which fields of deals are taken from other fields of the source; those left out say what the
/// source says itself.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = FieldMapping)]
pub(crate) struct Mapping {
    /// The deal's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Taken>,
    /// What it is worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Taken>,
    /// The chance of winning as the source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<Taken>,
    /// The day the source expects it to close.
    #[serde(skip_serializing_if = "Option::is_none")]
    close_date: Option<Taken>,
    /// Why it was lost; taken of lost deals only.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_reason: Option<Taken>,
}

/// Another field of the source, and what its values leave unsaid.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TakenField)]
pub(crate) struct Taken {
    /// The field, by its name among a deal's custom fields.
    #[schema(example = "ARR")]
    from: String,
    /// For `probability`: what the source writes for certain, 1 or 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 100)]
    share_of: Option<u32>,
    /// For `amount`: what sums are in that do not say, on deals without an amount of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "EUR", nullable = false)]
    currency: Option<String>,
}

/// A mapping to try, or to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutFields {
    /// The whole of it, in place of that before; `{}` takes it back.
    fields: Mapping,
}

/// The present mapping, and what else there is to take fields from.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionFields {
    /// The present mapping.
    fields: Mapping,
    /// The source's other fields that deals have, by name.
    candidates: Vec<Candidate>,
    /// Currencies of the deals' own amounts, the most frequent first.
    currencies: Vec<String>,
    /// Deals of the connection.
    deals: u64,
    /// The moment the data are from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
}

/// A field of the source that is a custom field here.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = FieldCandidate)]
pub(crate) struct Candidate {
    /// Its name.
    name: String,
    /// Deals on which it says something.
    filled: u64,
    /// Of these, those on which it reads as a sum.
    numbers: u64,
    /// Of these, those on which it reads as a day.
    dates: u64,
    /// What would stand for certain if it were a chance: 1 where no number is above it, or 100; null
    /// where it cannot be one.
    share_of: Option<u32>,
    /// A value or two, as the source writes them.
    examples: Vec<String>,
    /// Values that read as a number, and of them those that may be a share of 1, or of 100.
    #[serde(skip)]
    shares: [u64; 3],
}

/// What another mapping would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldsPreview {
    /// The moment the data are from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Deals of the connection.
    deals: u64,
    /// Of them, those of which a field would change.
    changed: u64,
    /// Each field that is mapped, or no longer would be.
    fields: Vec<FieldTally>,
    /// Some of the deals: those that would change, and those that cannot be read.
    rows: Vec<FieldRow>,
}

/// What would become of one field.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldTally {
    /// `name`, `amount`, `probability`, `close_date` or `lost_reason`.
    field: &'static str,
    /// What it would be taken from; null where it would say again what the source says.
    from: Option<String>,
    /// Deals that it can be taken of: all, or the lost ones for `lost_reason`.
    of: u64,
    /// Of them, those of which it would change.
    changed: u64,
    /// Those whose value cannot be read: the source's own stays.
    unreadable: u64,
    /// Those that have no value there: the source's own stays.
    missing: u64,
}

/// A deal of which a field would change, or cannot be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldRow {
    /// The deal.
    #[schema(value_type = String)]
    deal: DealId,
    /// Its name.
    name: Option<String>,
    /// The field.
    field: &'static str,
    /// What the other field says, as the source writes it.
    value: Option<String>,
    /// What the field says now: a sum with its currency, a share of 1, a day, or a text.
    before: Option<String>,
    /// What it would say.
    after: Option<String>,
    /// Why the value cannot be read.
    issue: Option<String>,
    /// What helps.
    remedy: Option<String>,
}

/// Which fields of deals are taken from others
///
/// The present mapping; and the source's other fields, with how many deals have them and what they
/// read as.
#[utoipa::path(get, path = "/v1/connections/{id}/fields", tag = "connections", operation_id = "getConnectionFields",
    params(("id" = String, Path, description = "The connection's id")),
    responses((status = 200, description = "The mapping, and what there is to choose from", body = ConnectionFields)))]
pub(super) async fn get_fields(
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let Stored { value, rev } = connection_of(&reading.caller, &id).await?;
    let view = Deals::of(&reading, value).await?.look(|deals| {
        let mut candidates: Vec<Candidate> = deals.candidates().into_values().collect();
        candidates.iter_mut().for_each(Candidate::settle);
        ConnectionFields {
            fields: Mapping::of(&deals.connection.fields),
            candidates,
            currencies: deals.currencies(),
            deals: deals.all().count() as u64,
            as_of: deals.book().as_of,
        }
    });
    Ok(ETag::of_rev(rev).on(Json(view.await?)))
}

/// What another mapping of fields would change
///
/// Nothing is written: how many deals would change, how many have no value or one that cannot be
/// read, and some of them with what they say now and would say.
#[utoipa::path(post, path = "/v1/connections/{id}/fields/preview", tag = "connections",
    operation_id = "previewConnectionFields",
    params(("id" = String, Path, description = "The connection's id")),
    request_body = PutFields,
    responses((status = 200, description = "Now and then", body = FieldsPreview)))]
pub(super) async fn preview_fields(
    reading: Reading,
    Path(id): Path<String>,
    Json(body): Json<PutFields>,
) -> Result<Json<FieldsPreview>, Problem> {
    let connection = connection_of(&reading.caller, &id).await?.value;
    let deals = Deals::of(&reading, connection).await?;
    let preview = deals.look(move |deals| Ok(deals.preview(&deals.checked(body.fields)?)));
    preview.await?.map(Json)
}

/// Take fields of deals from others
///
/// The whole mapping, in place of that before. A job maps again all that was read, so that every
/// deal follows; the source is not asked. While a run is at work the answer is 409.
#[utoipa::path(put, path = "/v1/connections/{id}/fields", tag = "connections", operation_id = "putConnectionFields",
    params(("id" = String, Path, description = "The connection's id"),
        ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body = PutFields,
    responses((status = 202, description = "The job to watch", body = JobView)))]
pub(super) async fn put_fields(
    reading: Reading,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<PutFields>,
) -> Result<Response, Problem> {
    let Stored { value, rev } = connection_of(&reading.caller, &id).await?;
    if_match.check(&ETag::of_rev(rev))?;
    let deals = Deals::of(&reading, value).await?;
    let map = deals
        .look(move |deals| deals.checked(body.fields))
        .await??;
    let caller = &reading.caller;
    let save = |connection: &mut Connection, rev| {
        if_match.check(&ETag::of_rev(rev))?;
        connection.fields.clone_from(&map);
        Ok(())
    };
    let job = runs::begin_with(caller, &id, runs::REMAP, BTreeSet::new(), save).await?;
    let said = map.iter();
    let said = said.map(|(field, taken)| (field_word(*field).to_owned(), taken.from.clone()));
    audit(caller, "connection.fields", &id, said.collect()).await?;
    accepted(caller, job)
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

impl Mapping {
    fn of(map: &FieldMap) -> Self {
        let taken = |field| {
            let it: &TakenFrom = map.get(&field)?;
            Some(Taken {
                from: it.from.clone(),
                share_of: it.share_of,
                currency: it.currency.map(|it| it.to_string()),
            })
        };
        Self {
            name: taken(DealField::Name),
            amount: taken(DealField::Amount),
            probability: taken(DealField::Probability),
            close_date: taken(DealField::ExpectedClose),
            lost_reason: taken(DealField::LostReason),
        }
    }

    fn taken(self) -> impl Iterator<Item = (DealField, Taken)> {
        let all = [
            (DealField::Name, self.name),
            (DealField::Amount, self.amount),
            (DealField::Probability, self.probability),
            (DealField::ExpectedClose, self.close_date),
            (DealField::LostReason, self.lost_reason),
        ];
        all.into_iter()
            .filter_map(|(field, taken)| Some((field, taken?)))
    }
}

impl Candidate {
    fn see(&mut self, text: &str) {
        self.filled += 1;
        let is_sum = fields::sum(text).is_some();
        self.numbers += u64::from(is_sum);
        if is_sum || text.ends_with('%') {
            let [all, of_one, of_hundred] = &mut self.shares;
            *all += 1;
            *of_one += u64::from(fields::share(text, 1).is_some());
            *of_hundred += u64::from(fields::share(text, 100).is_some());
        }
        self.dates += u64::from(fields::day(text).is_some());
        let example = shown(text);
        if self.examples.len() < EXAMPLES && !self.examples.contains(&example) {
            self.examples.push(example);
        }
    }

    fn settle(&mut self) {
        self.share_of = match self.shares {
            [0, ..] => None,
            [all, of_one, _] if all == of_one => Some(1),
            [all, _, of_hundred] if all == of_hundred => Some(100),
            _ => None,
        };
    }
}

/// The deals of a connection that the caller sees.
struct Deals {
    warm: std::sync::Arc<store::book::Warm<crate::app::Table>>,
    sight: std::sync::Arc<Sight>,
    tenant: TenantId,
    connection: Connection,
}

impl Deals {
    async fn of(reading: &Reading, connection: Connection) -> Result<Self, Problem> {
        let warm = reading.keep()?;
        Ok(Self {
            sight: reading.sight(&warm).await?,
            tenant: reading.caller.tenant().id(),
            connection,
            warm,
        })
    }

    async fn look<T: Send + 'static>(
        self,
        with: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        blocking(move || with(&self)).await
    }

    fn book(&self) -> &Book {
        &self.warm.book
    }

    fn all(&self) -> impl Iterator<Item = &Deal> {
        let Connection { source, space, .. } = &self.connection;
        self.book().deals.iter().filter(move |deal| {
            let own = deal.external_ids.get(source);
            own.is_some_and(|own| DealId::derive(&self.tenant, space, own) == deal.id)
                && self.sight.deal(deal.id)
        })
    }

    /// What the source says in other fields; what other sources say of its deals is theirs.
    fn candidates(&self) -> BTreeMap<&str, Candidate> {
        let mut found: BTreeMap<&str, Candidate> = BTreeMap::new();
        for deal in self.all() {
            for (name, text) in &deal.custom_fields {
                let text = text.trim();
                let origin = deal.provenance.of(&format!("custom_fields.{name}"));
                if is_null(text) || origin.source.as_str() != self.connection.source {
                    continue;
                }
                let candidate = found.entry(name).or_insert_with(|| Candidate {
                    name: name.clone(),
                    ..Candidate::default()
                });
                candidate.see(text);
            }
        }
        found
    }

    fn currencies(&self) -> Vec<String> {
        let mut counts: BTreeMap<Currency, usize> = BTreeMap::new();
        for amount in self.all().filter_map(|deal| deal.amount) {
            *counts.entry(amount.currency).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(currency, count)| (std::cmp::Reverse(*count), *currency));
        counts.into_iter().map(|(it, _)| it.to_string()).collect()
    }

    /// The mapping as it is kept, or all that is wrong with it.
    fn checked(&self, mapping: Mapping) -> Result<FieldMap, Problem> {
        let candidates = self.candidates();
        let mut problem = Problem::new(Code::InvalidBody);
        let mut map = FieldMap::new();
        for (field, taken) in mapping.taken() {
            let at = |part: &str| format!("/fields/{}/{part}", field_word(field));
            let before = self.connection.fields.get(&field);
            let is_kept = before.is_some_and(|before| before.from == taken.from);
            if !is_kept && !candidates.contains_key(&*taken.from) {
                let message = "is no other field that a deal of this connection has";
                problem = problem.field(at("from"), "unknown", message);
            }
            match (field, taken.share_of) {
                (DealField::Probability, Some(1 | 100)) => {}
                (DealField::Probability, _) => {
                    let message = "is what the source writes for certain: say 1 or 100";
                    problem = problem.field(at("share_of"), "invalid_value", message);
                }
                (_, Some(_)) => {
                    let message = "has a meaning for probability only";
                    problem = problem.field(at("share_of"), "not_allowed", message);
                }
                (_, None) => {}
            }
            let currency = taken.currency.as_deref().map(str::parse::<Currency>);
            match (field, &currency) {
                (_, None) | (DealField::Amount, Some(Ok(_))) => {}
                (DealField::Amount, Some(Err(error))) => {
                    problem = problem.field(at("currency"), "invalid_value", error.to_string());
                }
                (_, Some(_)) => {
                    let message = "has a meaning for amount only";
                    problem = problem.field(at("currency"), "not_allowed", message);
                }
            }
            let taken = TakenFrom {
                from: taken.from,
                share_of: taken.share_of,
                currency: currency.and_then(Result::ok),
            };
            map.insert(field, taken);
        }
        if problem.errors.is_empty() {
            Ok(map)
        } else {
            Err(problem)
        }
    }

    fn preview(&self, map: &FieldMap) -> FieldsPreview {
        let touched = DealField::ALL.into_iter().filter(|field| {
            let before = &self.connection.fields;
            map.contains_key(field) || before.contains_key(field)
        });
        let mut tallies: BTreeMap<DealField, FieldTally> = touched
            .map(|field| {
                let tally = FieldTally {
                    field: field_word(field),
                    from: map.get(&field).map(|it| it.from.clone()),
                    of: 0,
                    changed: 0,
                    unreadable: 0,
                    missing: 0,
                };
                (field, tally)
            })
            .collect();
        let (mut deals, mut changed) = (0, 0);
        let (mut moves, mut odd) = (Vec::new(), Vec::new());
        for deal in self.all() {
            deals += 1;
            let mut then = deal.clone();
            let said: BTreeMap<DealField, Outcome> =
                fields::apply(map, &mut then).into_iter().collect();
            let mut is_changed = false;
            for (&field, tally) in &mut tallies {
                let (was, is) = (field.text(deal), field.text(&then));
                let differs = was != is;
                is_changed |= differs;
                tally.changed += u64::from(differs);
                tally.of += u64::from(differs || said.contains_key(&field) || tally.from.is_none());
                let row = || FieldRow {
                    deal: deal.id,
                    name: deal.name.clone(),
                    field: field_word(field),
                    value: tally
                        .from
                        .as_ref()
                        .and_then(|from| deal.custom_fields.get(from))
                        .map(|text| shown(text)),
                    before: was.clone(),
                    after: is.clone(),
                    issue: None,
                    remedy: None,
                };
                match said.get(&field) {
                    Some(Outcome::Odd(issue)) => {
                        if odd.len() < SHOWN {
                            odd.push(FieldRow {
                                issue: Some(issue.what.clone()),
                                remedy: Some(issue.remedy.clone()),
                                ..row()
                            });
                        }
                        tally.unreadable += 1;
                    }
                    outcome => {
                        if differs && moves.len() < SHOWN {
                            moves.push(row());
                        }
                        tally.missing += u64::from(outcome == Some(&Outcome::Missing));
                    }
                }
            }
            changed += u64::from(is_changed);
        }
        let room = SHOWN - ODD_SHOWN.min(odd.len());
        moves.truncate(room);
        odd.truncate(SHOWN - moves.len());
        moves.append(&mut odd);
        FieldsPreview {
            as_of: self.book().as_of,
            deals,
            changed,
            fields: tallies.into_values().collect(),
            rows: moves,
        }
    }
}
