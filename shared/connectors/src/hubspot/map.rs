//! What HubSpot's records mean.

use super::objects::{COMPANIES, CONTACTS, DEALS, gone, is_whole, kind};
use crate::meaning;
use connector::value::{Fields, ODD_DATE, ODD_RECORD, UNKNOWN_WORD, scalar};
use connector::{Context, Hint, Known, Out, Record};
use jiff::tz::TimeZone;
use model::{
    CanonicalStage, Company, Deal, DealId, DealRecord, Entity, EntityKey, Issue, IssueCode, Layer,
    Person, Pipeline, Place, Provenance, Severity, Stage, StageVisit, Stakeholder, Timestamp,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Of a property HubSpot keeps about twenty values; what was before is cut off.
const KEPT: usize = 20;

/// The id of an object.
pub(super) fn id_of(object: &Value) -> Option<String> {
    scalar(object.get("id")?).filter(|id| !id.is_empty())
}

pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

pub(super) fn str<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

/// The names of properties the account has added to a kind of object.
pub(super) fn custom_names<'a>(known: &'a Known, of: &str) -> impl Iterator<Item = &'a str> {
    let own = |it: &&Value| it.get("hubspotDefined").and_then(Value::as_bool) == Some(false);
    known
        .all(of)
        .iter()
        .filter(own)
        .filter_map(|it| str(it, "name"))
}

/// Pipelines with their stages, and the owners of deals, those who left among them.
pub(super) fn setting(known: &Known, cx: &Context, out: &mut Out) {
    for owner in [known.all("owners"), known.all("owners_archived")].concat() {
        let Some(id) = id_of(&owner) else { continue };
        let mut fields = Fields::new(&owner, place("owners", &id), &mut out.issues);
        let names = [fields.text("firstName"), fields.text("lastName")];
        let teams = list(&owner, "/teams");
        let primary = |team: &&Value| team.get("primary") == Some(&Value::Bool(true));
        let team = teams.iter().find(primary).or(teams.first());
        let person = Person {
            external_ids: external(cx, &id),
            name: joined(names),
            email: fields.text("email"),
            team: team.and_then(|team| str(team, "name")).map(str::to_owned),
            provenance: Provenance::new(cx.source, fields.timestamp("updatedAt")),
            ..Person::new(cx.person(&id))
        };
        out.put(Entity::Person(person));
    }
    for pipeline in known.all("pipelines") {
        let Some(id) = id_of(pipeline) else { continue };
        let order = |stage: &&Value| stage.get("displayOrder").and_then(Value::as_i64);
        let mut stages: Vec<&Value> = list(pipeline, "/stages").iter().collect();
        stages.sort_by_key(order);
        let stages = stages.into_iter().zip(0..).map(|(stage, order)| {
            let mut fields = Fields::new(stage, place("pipelines", &id), &mut out.issues);
            let label = fields.text("label").unwrap_or_default();
            let meant = canonical(Some(stage), &label, cx);
            if meant.is_none() {
                let what = "nobody said what this stage means";
                fields.odd(
                    UNKNOWN_WORD,
                    "label",
                    what,
                    "say it in the settings of stages",
                    &label,
                );
            }
            Stage {
                canonical: meant.map(|(canonical, _)| canonical),
                layer: meant.map(|(_, layer)| layer),
                order,
                probability: fields.share("/metadata/probability", 1),
                label,
            }
        });
        let stages = stages.collect();
        let name = str(pipeline, "label").unwrap_or(&id).to_owned();
        let id = cx.pipeline(&id);
        out.put(Entity::Pipeline(Pipeline { id, name, stages }));
    }
}

fn place(kind: &str, id: &str) -> String {
    format!("hubspot/{kind}/{id}")
}

pub(super) fn external(cx: &Context, id: &str) -> BTreeMap<String, String> {
    [(cx.source.to_owned(), id.to_owned())].into()
}

/// The properties of an object.
pub(super) fn fields<'a>(object: &'a Value, kind: &str, id: &str, out: &'a mut Out) -> Fields<'a> {
    let properties = object.get("properties").unwrap_or(&Value::Null);
    Fields::new(properties, place(kind, id), &mut out.issues)
}

pub(super) fn joined(names: [Option<String>; 2]) -> Option<String> {
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// A stage by its id, in this pipeline if it is there. Ids outlive every renaming.
fn stage<'a>(known: &'a Known, pipeline: Option<&str>, id: &str) -> Option<&'a Value> {
    let in_any = |ours: bool| {
        let pipelines = known.all("pipelines").iter();
        let fits = pipelines.filter(move |it| !ours || str(it, "id") == pipeline);
        let mut stages = fits.flat_map(|it| list(it, "/stages"));
        stages.find(|stage| str(stage, "id") == Some(id))
    };
    in_any(true).or_else(|| in_any(false))
}

/// Won and lost are said by the stage's settings; what an open stage means, by its label.
fn canonical(stage: Option<&Value>, label: &str, cx: &Context) -> Option<(CanonicalStage, Layer)> {
    let said = cx.stages.get(label);
    if let Some((_, Layer::Tenant)) = said {
        return said;
    }
    let setting = |name: &str| scalar(stage?.pointer(name)?);
    match setting("/metadata/isClosed").as_deref() {
        Some("true") => {
            let chance: f64 = setting("/metadata/probability")?.trim().parse().ok()?;
            let won = if chance > 0.5 {
                CanonicalStage::ClosedWon
            } else {
                CanonicalStage::ClosedLost
            };
            Some((won, Layer::Discovered))
        }
        _ => said.filter(|(canonical, _)| stage.is_none() || canonical.outcome().is_none()),
    }
}

/// The record as it is to be read: as it came, or as it was then read whole. Nothing where it has
/// no id, or has vanished in between: then it is asked for once more.
fn whole<'a, const K: usize>(record: &'a Record, out: &mut Out) -> Option<(String, &'a Value)> {
    let Some(id) = id_of(&record.main) else {
        odd_record(kind::<K>().many, out);
        return None;
    };
    let read = record.part("whole").first();
    if read.is_none() && record.has_part("whole") && !is_whole::<K>(record) {
        out.hints.push(Hint::new(kind::<K>().many, id));
        return None;
    }
    Some((id, read.unwrap_or(&record.main)))
}

pub(super) fn odd_record(kind: &str, out: &mut Out) {
    let what = "this record has no id and was left out";
    let issue = Issue::new(ODD_RECORD, Severity::Error, what, "look at the raw record");
    out.issues
        .push(issue.at(Place::file(format!("hubspot/{kind}"))));
}

/// The time zone people enter days in.
fn zone(cx: &Context) -> TimeZone {
    let name = cx
        .known
        .first("account")
        .and_then(|account| str(account, "timeZone"));
    name.and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC)
}

fn home_currency<'a>(cx: &Context<'a>) -> Option<&'a str> {
    str(cx.known.first("account")?, "companyCurrency")
}

pub(super) fn stamp<const K: usize>(object: &Value, fields: &mut Fields) -> Option<Timestamp> {
    let top = |name: &str| connector::value::timestamp(str(object, name)?);
    fields
        .timestamp(kind::<K>().stamp)
        .or_else(|| top("updatedAt"))
}

fn custom<const K: usize>(object: &Value, cx: &Context) -> BTreeMap<String, String> {
    let value = |name: &str| meaning::custom(object.get("properties")?.get(name)?);
    let named = custom_names(cx.known, kind::<K>().many);
    named
        .filter_map(|name| Some((name.to_owned(), value(name)?)))
        .collect()
}

/// The ids of those that live on in this one.
fn merged(object: &Value) -> Vec<String> {
    let ids = object
        .pointer("/properties/hs_merged_object_ids")
        .and_then(scalar);
    let ids = ids.unwrap_or_default();
    ids.split(';')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn company(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, main)) = whole::<COMPANIES>(record, out) else {
        return;
    };
    let mut fields = fields(main, "companies", &id, out);
    let address = fields.text("domain").or_else(|| fields.text("website"));
    let company = Company {
        external_ids: external(cx, &id),
        name: fields.text("name"),
        domain: address.as_deref().and_then(meaning::domain),
        industry: fields.text("industry"),
        employees: fields.count("numberofemployees"),
        annual_revenue: fields.money("annualrevenue", home_currency(cx)),
        owner: fields
            .text("hubspot_owner_id")
            .map(|owner| cx.person(&owner)),
        custom_fields: custom::<COMPANIES>(main, cx),
        provenance: Provenance::new(cx.source, stamp::<COMPANIES>(main, &mut fields)),
        ..Company::new(cx.company(&id))
    };
    let winner = EntityKey::Company(company.id);
    out.put(Entity::Company(Box::new(company)));
    for loser in merged(main) {
        out.merged(EntityKey::Company(cx.company(&loser)), winner.clone());
    }
}

pub(super) fn deal(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, main)) = whole::<DEALS>(record, out) else {
        return;
    };
    let mut fields = fields(main, "deals", &id, out);
    let updated_at = stamp::<DEALS>(main, &mut fields);
    let created_at = fields
        .timestamp("createdate")
        .or_else(|| connector::value::timestamp(str(main, "createdAt")?));
    let pipeline = fields.text("pipeline");
    let stage_id = fields.text("dealstage");
    let label_of = |id: &str| {
        let found = stage(cx.known, pipeline.as_deref(), id).and_then(|it| str(it, "label"));
        found.unwrap_or(id).to_owned()
    };
    let setting = stage_id
        .as_deref()
        .and_then(|id| stage(cx.known, pipeline.as_deref(), id));
    let label = stage_id.as_deref().map(label_of);
    if let (Some(id), None) = (&stage_id, setting) {
        let what = "the deal's stage is in no pipeline any more; its id stands for its label";
        odd_stage(UNKNOWN_WORD, what, id, &mut fields);
    }
    let is_closed = fields
        .boolean("hs_is_closed")
        .or_else(|| Some(scalar(setting?.pointer("/metadata/isClosed")?)? == "true"));
    let is_won = fields.boolean("hs_is_closed_won");
    let meant = label
        .as_deref()
        .and_then(|label| canonical(setting, label, cx));
    let meant = match (meant, is_closed, is_won) {
        (Some((_, Layer::Tenant)), ..) | (_, None | Some(false), _) | (_, _, None) => meant,
        (_, _, Some(true)) => Some((CanonicalStage::ClosedWon, Layer::Discovered)),
        (_, _, Some(false)) => Some((CanonicalStage::ClosedLost, Layer::Discovered)),
    };

    let mut visits = history(main, created_at, label_of, &mut fields);
    let entered_at = fields.timestamp("hs_v2_date_entered_current_stage");
    if let Some(label) = &label
        && visits.last().is_none_or(|last| last.stage != *label)
    {
        let since = match last_move(&visits) {
            None => created_at,
            last_move => {
                let what = "the history of this deal ends in another stage than it is in";
                odd_stage(ODD_RECORD, what, label, &mut fields);
                entered_at.or(updated_at).max(last_move)
            }
        };
        let last = since.map(|at| (at, label.clone()));
        visits.extend(meaning::visits(last.into_iter().collect()));
    }

    let closes_at = fields.timestamp("closedate");
    let is_closed = is_closed == Some(true);
    let currency = fields.text("deal_currency_code");
    let currency = currency.as_deref().or_else(|| home_currency(cx));
    let probability = fields.share("hs_deal_stage_probability", 1);
    let beside = list(&record.main, "/associations/companies/results").iter();
    let asked = record
        .part("companies")
        .iter()
        .flat_map(|it| list(it, "/to"));
    let company = primary(beside.chain(asked));
    let deal = Deal {
        external_ids: external(cx, &id),
        name: fields.text("dealname"),
        company: company.map(|company| cx.company(&company)),
        amount: fields.money("amount", currency),
        pipeline: pipeline.as_deref().map(|pipeline| cx.pipeline(pipeline)),
        canonical_stage: meant.map(|(canonical, _)| canonical),
        probability: probability.or_else(|| {
            let setting = setting?.get("metadata")?;
            Fields::new(setting, "", &mut Vec::new()).share("probability", 1)
        }),
        expected_close: closes_at.map(|at| at.to_zoned(zone(cx)).date()),
        owner: fields
            .text("hubspot_owner_id")
            .map(|owner| cx.person(&owner)),
        created_at,
        updated_at,
        closed_at: if is_closed {
            closes_at.or(last_move(&visits))
        } else {
            None
        },
        lost_reason: fields
            .text("closed_lost_reason")
            .filter(|_| is_closed && is_won != Some(true)),
        custom_fields: custom::<DEALS>(main, cx),
        provenance: Provenance::new(cx.source, updated_at),
        stage: label,
        ..Deal::new(cx.deal(&id))
    };
    let deal_id = deal.id;
    out.put(Entity::Deal(Box::new(DealRecord {
        deal,
        case: id.clone(),
        visits,
    })));
    for loser in merged(main) {
        out.merged(EntityKey::Deal(cx.deal(&loser)), EntityKey::Deal(deal_id));
    }
    if record
        .main
        .pointer("/associations/companies/paging/next")
        .is_some()
    {
        out.hints.push(Hint::new("deals", &id));
    }
    if record.has_part("contacts") {
        stakeholders(&id, deal_id, record, cx, out);
        out.whole.push(deal_id);
    }
}

/// The stages the deal entered, as HubSpot has kept them.
fn history(
    deal: &Value,
    created_at: Option<Timestamp>,
    label_of: impl Fn(&str) -> String,
    fields: &mut Fields,
) -> Vec<StageVisit> {
    let mut moves = Vec::new();
    let entries = list(deal, "/propertiesWithHistory/dealstage");
    // The newest stands first, and of one instant the later.
    for entry in entries.iter().rev() {
        let at = entry.get("timestamp").and_then(scalar).unwrap_or_default();
        let stage = entry.get("value").and_then(scalar).unwrap_or_default();
        match connector::value::timestamp(&at) {
            None => odd_stage(
                ODD_DATE,
                "a move of this deal has no time and was left out",
                &at,
                fields,
            ),
            // A stage that was taken from the deal leaves nothing.
            Some(_) if stage.is_empty() => {}
            Some(at) => moves.push((at, label_of(&stage))),
        }
    }
    if entries.len() >= KEPT && moves.first().map(|(at, _)| *at) > created_at {
        let what = "HubSpot has forgotten how this deal began: it keeps so many moves";
        odd_stage(ODD_RECORD, what, &entries.len().to_string(), fields);
    }
    meaning::visits(moves)
}

fn last_move(visits: &[StageVisit]) -> Option<Timestamp> {
    Timestamp::from_microsecond(visits.last()?.at_us).ok()
}

fn odd_stage(code: IssueCode, what: &str, value: &str, fields: &mut Fields) {
    fields.odd(
        code,
        "dealstage",
        what,
        "look at the deal's history in HubSpot",
        value,
    );
}

/// The company that is marked as the first one, or else the one that is there longest.
fn primary<'a>(to: impl IntoIterator<Item = &'a Value>) -> Option<String> {
    let is_primary = |it: &Value| {
        let of_type = |kind: &Value| {
            kind.get("typeId").and_then(Value::as_i64) == Some(5)
                || str(kind, "label") == Some("Primary")
        };
        str(it, "type") == Some("deal_to_company")
            || list(it, "/associationTypes").iter().any(of_type)
    };
    let found = to
        .into_iter()
        .filter_map(|it| Some((!is_primary(it), by_age(other(it)?))));
    found.min().map(|(_, (_, id))| id)
}

/// The id at the other end of an association, which comes as a number or as a text.
fn other(to: &Value) -> Option<String> {
    id_of(to)
        .or_else(|| scalar(to.get("toObjectId")?))
        .filter(|id| !id.is_empty())
}

/// Ids are numbers that grow.
fn by_age(id: String) -> (usize, String) {
    (id.len(), id)
}

/// The contacts a deal's associations name, each with all its labels.
fn labels<'a>(to: impl Iterator<Item = &'a Value>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for to in to {
        let Some(contact) = other(to) else { continue };
        let named = list(to, "/associationTypes")
            .iter()
            .filter_map(|kind| str(kind, "label"));
        found
            .entry(contact)
            .or_default()
            .extend(named.map(str::to_owned));
    }
    found
}

fn stakeholders(id: &str, deal: DealId, record: &Record, cx: &Context, out: &mut Out) {
    let to = record
        .part("contacts")
        .iter()
        .flat_map(|it| list(it, "/to"));
    for (contact, labels) in labels(to) {
        let people = &mut record.part("people").iter();
        let person = people.find(|it| id_of(it).as_deref() == Some(contact.as_str()));
        stakeholder(
            (id, deal),
            &contact,
            person.unwrap_or(&Value::Null),
            labels,
            cx,
            out,
        );
    }
}

/// A contact on a deal. What the deal calls them counts more than what is said of them in general.
fn stakeholder(
    (deal_name, deal): (&str, DealId),
    contact: &str,
    person: &Value,
    mut labels: Vec<String>,
    cx: &Context,
    out: &mut Out,
) {
    let mut fields = fields(person, "contacts", contact, out);
    labels.sort();
    let general = fields.text("hs_buying_role").unwrap_or_default();
    let roles = labels.iter().map(String::as_str).chain(general.split(';'));
    let stakeholder = Stakeholder {
        external_ids: external(cx, contact),
        name: joined([fields.text("firstname"), fields.text("lastname")]),
        title: fields.text("jobtitle"),
        email: fields.text("email"),
        role: roles.into_iter().find_map(meaning::role),
        last_contact: fields.timestamp("notes_last_contacted"),
        provenance: Provenance::new(cx.source, stamp::<CONTACTS>(person, &mut fields)),
        ..Stakeholder::new(cx.stakeholder(&format!("{deal_name}/{contact}")), deal)
    };
    out.put(Entity::Stakeholder(Box::new(stakeholder)));
}

/// The deals a record says it belongs to.
pub(super) fn deals_of(record: &Record) -> Vec<String> {
    ends(record, "/associations/deals/results", "deals")
}

/// The contacts a record says it belongs to.
pub(super) fn contacts_of(record: &Record) -> Vec<String> {
    ends(record, "/associations/contacts/results", "contacts")
}

/// The other ends of associations, listed beside a record or asked for, the oldest first.
fn ends(record: &Record, beside: &str, part: &str) -> Vec<String> {
    let asked = record.part(part).iter().flat_map(|it| list(it, "/to"));
    let all = list(&record.main, beside).iter().chain(asked);
    let found: BTreeSet<_> = all.filter_map(other).map(by_age).collect();
    found.into_iter().map(|(_, id)| id).collect()
}

/// A contact, as it stands on each of its deals.
pub(super) fn contact(record: &Record, cx: &Context, out: &mut Out) {
    let Some(id) = id_of(&record.main) else {
        return odd_record("contacts", out);
    };
    for deal in deals_of(record) {
        let of_deal = |it: &&Value| it.get("from").and_then(id_of).as_ref() == Some(&deal);
        let roles = record.part("contacts").iter().filter(of_deal);
        let mut labels = labels(roles.flat_map(|it| list(it, "/to")));
        // Whoever has left the deal in between is not put back.
        let Some(labels) = labels.remove(&id) else {
            continue;
        };
        stakeholder((&deal, cx.deal(&deal)), &id, &record.main, labels, cx, out);
        let key = |contact: &str| {
            EntityKey::Stakeholder(cx.deal(&deal), cx.stakeholder(&format!("{deal}/{contact}")))
        };
        for loser in merged(&record.main) {
            out.merged(key(&loser), key(&id));
        }
    }
}

/// Something in the bin.
pub(super) fn archived<const K: usize>(record: &Record, cx: &Context, out: &mut Out) {
    let Some(id) = id_of(&record.main) else {
        return odd_record(kind::<K>().many, out);
    };
    let at = str(&record.main, "archivedAt").and_then(connector::value::timestamp);
    gone::<K>(&id, at, cx, out);
}
