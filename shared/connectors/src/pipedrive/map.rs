//! What Pipedrive's records mean.

use crate::meaning;
use connector::value::{self, Fields, ODD_RECORD, UNKNOWN_WORD, scalar};
use connector::{Context, Hint, Known, Out, Record};
use model::{
    Activity, ActivityKind, CanonicalStage, Company, Deal, DealRecord, Entity, EntityKey, Issue,
    Layer, Person, Pipeline, Place, Provenance, Severity, Stage, StageVisit, Stakeholder,
    Timestamp,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Pipedrive closes a deal by its status and leaves it in its stage; these are the labels of the
/// stages that are entered then.
const WON: &str = "Won";
const LOST: &str = "Lost";

pub(super) fn setting(known: &Known, cx: &Context, out: &mut Out) {
    for pipeline in known.all("pipelines") {
        let Some(id) = id(pipeline.get("id")) else {
            continue;
        };
        let name = text(pipeline, "name").unwrap_or(&id).to_owned();
        let place = format!("pipedrive/pipelines/{id}");
        let is_of = |stage: &&Value| self::id(stage.get("pipeline_id")).as_ref() == Some(&id);
        let mut own: Vec<&Value> = known.all("stages").iter().filter(is_of).collect();
        own.sort_by_key(|stage| stage.get("order_nr").and_then(Value::as_i64));
        let chance = |stage: &Value| {
            let mut fields = Fields::new(stage, place.as_str(), &mut out.issues);
            let chance = fields.share("deal_probability", 100);
            chance.filter(|_| has_chances(pipeline))
        };
        let chances: Vec<_> = own.iter().copied().map(chance).collect();
        let labels = own
            .iter()
            .map(|stage| text(stage, "name").unwrap_or_default());
        let open = labels
            .zip(chances)
            .map(|(label, chance)| (label, None, chance));
        let won = (WON, Some(CanonicalStage::ClosedWon), Some(1.0));
        let lost = (LOST, Some(CanonicalStage::ClosedLost), Some(0.0));
        let mut stages = Vec::new();
        for ((label, flag, probability), order) in open.chain([won, lost]).zip(0..) {
            let (canonical, layer) = canonical(label, flag, cx).unzip();
            if canonical.is_none() {
                let (what, remedy) = (
                    "this stage is not known",
                    "say what it means in the settings",
                );
                let issue = Issue::new(UNKNOWN_WORD, Severity::Note, what, remedy);
                out.issues
                    .push(issue.at(Place::column(place.as_str(), label)));
            }
            let label = label.to_owned();
            stages.push(Stage {
                label,
                canonical,
                layer,
                order,
                probability,
            });
        }
        let id = cx.pipeline(&id);
        out.put(Entity::Pipeline(Pipeline { id, name, stages }));
    }
}

/// Stages have a chance of a hundred per cent where nobody uses chances.
fn has_chances(pipeline: &Value) -> bool {
    pipeline.get("is_deal_probability_enabled") == Some(&Value::Bool(true))
}

fn canonical(
    label: &str,
    flag: Option<CanonicalStage>,
    cx: &Context,
) -> Option<(CanonicalStage, Layer)> {
    match (cx.stages.get(label), flag) {
        (said @ Some((_, Layer::Tenant)), _) | (said, None) => said,
        (_, Some(flag)) => Some((flag, Layer::Discovered)),
    }
}

pub(super) fn user(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "users", out) else {
        return;
    };
    let mut person = Person::new(cx.person(&id));
    person.name = fields.text("name");
    person.email = fields.text("email");
    person.provenance = Provenance::new(cx.source, fields.timestamp("modified"));
    person.external_ids = external(cx, &id);
    out.put(Entity::Person(person));
}

pub(super) fn organization(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "organizations", out) else {
        return;
    };
    let mut company = Company::new(cx.company(&id));
    let stamp = fields.timestamp("update_time");
    if is_deleted(&record.main) {
        return out.gone(EntityKey::Company(company.id), stamp);
    }
    company.name = fields.text("name");
    company.domain = fields.text("website").as_deref().and_then(meaning::domain);
    let industry = find(cx.known, "org_fields", "field_code", "industry");
    let code = fields.get("industry");
    company.industry = code.and_then(|code| shown(code, industry));
    company.employees = fields.count("employee_count");
    company.annual_revenue = fields.money("annual_revenue", currency(cx));
    company.owner = fields.text("owner_id").map(|id| cx.person(&id));
    company.custom_fields = custom(&record.main, "org_fields", cx);
    company.provenance = Provenance::new(cx.source, stamp);
    company.external_ids = external(cx, &id);
    out.put(Entity::Company(Box::new(company)));
}

pub(super) fn deal(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "deals", out) else {
        return;
    };
    let mut deal = Deal::new(cx.deal(&id));
    deal.updated_at = fields.timestamp("update_time");
    if is_deleted(&record.main) {
        return out.gone(EntityKey::Deal(deal.id), deal.updated_at);
    }
    // The list of deleted deals comes without the log; what is back there is read where it is.
    if !record.has_part("changelog") {
        return out.hints.push(Hint::new("deals", id));
    }
    let stage = stage(&mut fields, cx);
    let closed = closed(&mut fields);
    deal.created_at = fields.timestamp("add_time");
    deal.closed_at = closed.and_then(|(_, _, at)| at);
    deal.stage = closed.map(|(label, ..)| label.to_owned()).or(stage);
    let flag = closed.map(|(_, flag, _)| flag);
    let meaning = deal.stage.as_deref();
    let meaning = meaning.and_then(|label| canonical(label, flag, cx));
    deal.canonical_stage = meaning.map(|(canonical, _)| canonical);
    deal.probability = chance(&mut fields, closed.is_none(), cx);
    deal.pipeline = fields.text("pipeline_id").map(|id| cx.pipeline(&id));
    deal.name = fields.text("title");
    let own = fields.text("currency");
    let amount = fields.money("value", own.as_deref().or(currency(cx)));
    // A value that nobody set is a zero.
    deal.amount = amount.filter(|money| !money.amount.is_zero());
    let persons = record.part("persons");
    let contact = fields.get("person_id");
    let contact = persons.iter().find(|it| it.get("id") == contact);
    let company = id_at(&record.main, "org_id");
    let company = company.or_else(|| id_at(contact?, "org_id"));
    deal.company = company.map(|id| cx.company(&id));
    deal.owner = fields.text("owner_id").map(|id| cx.person(&id));
    deal.expected_close = fields.date("expected_close_date");
    deal.lost_reason = fields.text("lost_reason");
    deal.custom_fields = custom(&record.main, "deal_fields", cx);
    for field in ["arr", "mrr", "acv", "is_archived"] {
        let value = fields.text(field).filter(|value| value != "false");
        let custom = &mut deal.custom_fields;
        custom.extend(value.map(|value| (field.to_owned(), value)));
    }
    let visits = visits(record, &deal, &mut fields, cx);
    deal.provenance = Provenance::new(cx.source, deal.updated_at);
    deal.external_ids = external(cx, &id);
    for person in persons {
        stakeholder(&id, person, cx, out);
    }
    out.whole.push(deal.id);
    let case = id;
    out.put(Entity::Deal(Box::new(DealRecord { deal, case, visits })));
}

/// The label of the stage; the number of one that is no longer there.
fn stage(fields: &mut Fields, cx: &Context) -> Option<String> {
    let id = fields.text("stage_id")?;
    if find(cx.known, "stages", "id", &id).is_none() {
        let (what, remedy) = (
            "this stage is no longer there",
            "its number stands for its name",
        );
        fields.odd(UNKNOWN_WORD, "stage_id", what, remedy, &id);
    }
    Some(label(&id, cx))
}

/// How a deal ended, if it did: by its status, whatever stage it is in.
fn closed(fields: &mut Fields) -> Option<(&'static str, CanonicalStage, Option<Timestamp>)> {
    let status = fields.text("status").unwrap_or_default();
    let (label, flag, at) = match status.as_str() {
        "won" => (WON, CanonicalStage::ClosedWon, "won_time"),
        "lost" => (LOST, CanonicalStage::ClosedLost, "lost_time"),
        "open" => return None,
        _ => {
            let what = "this status is not known";
            fields.odd(UNKNOWN_WORD, "status", what, "it counts as open", &status);
            return None;
        }
    };
    let at = fields.timestamp(at);
    Some((label, flag, at.or_else(|| fields.timestamp("close_time"))))
}

/// Its own chance, or that of the stage it is in where its pipeline uses them.
fn chance(fields: &mut Fields, is_open: bool, cx: &Context) -> Option<f64> {
    let own = fields.share("probability", 100);
    if own.is_some() || !is_open {
        return own;
    }
    let pipeline = fields.text("pipeline_id")?;
    find(cx.known, "pipelines", "id", &pipeline).filter(|it| has_chances(it))?;
    let stage = find(cx.known, "stages", "id", &fields.text("stage_id")?)?;
    Fields::new(stage, "pipedrive/stages", &mut Vec::new()).share("deal_probability", 100)
}

/// The stages a deal entered. Its log of changes does not have the first one.
fn visits(record: &Record, deal: &Deal, fields: &mut Fields, cx: &Context) -> Vec<StageVisit> {
    // The latest changes come first.
    let log = record.part("changelog").iter().rev();
    let log = log.filter_map(|row| Some((value::timestamp(text(row, "time")?)?, row)));
    let mut log: Vec<_> = log.collect();
    log.sort_by_key(|(at, _)| *at);
    let mut changes = log.iter().map(|(_, row)| row);
    let first = changes.find(|row| text(row, "field_key") == Some("stage_id"));
    let first = first.and_then(|row| id_at(row, "old_value"));
    let now = || fields.text("stage_id");
    let mut stage = first.or_else(now).map(|id| label(&id, cx));
    let mut closed = None;
    let mut moves: Vec<_> = deal.created_at.zip(stage.clone()).into_iter().collect();
    for (at, row) in log {
        let new = id_at(row, "new_value");
        match (text(row, "field_key"), new.as_deref()) {
            (Some("stage_id"), Some(id)) => stage = Some(label(id, cx)),
            (Some("status"), Some("won")) => closed = Some(WON.to_owned()),
            (Some("status"), Some("lost")) => closed = Some(LOST.to_owned()),
            // Whoever takes a deal out of the bin finds it where it was.
            (Some("status"), Some("deleted")) => continue,
            (Some("status"), _) => closed = None,
            _ => continue,
        }
        let label = closed.clone().or_else(|| stage.clone());
        moves.extend(label.map(|label| (at, label)));
    }
    let last = moves.last().cloned().unzip();
    if let (Some(now), (last_at, last)) = (&deal.stage, last)
        && last.as_ref() != Some(now)
    {
        if deal.closed_at.is_none() && last.is_some() {
            let what = "the history ends in another stage";
            fields.odd(
                ODD_RECORD,
                "stage_id",
                what,
                "it was taken to be here since",
                now,
            );
        }
        let since = deal
            .closed_at
            .or_else(|| fields.timestamp("stage_change_time"));
        // A stage may be changed after the end, and the end still stands.
        let at = since.or(deal.updated_at).max(last_at);
        moves.extend(at.map(|at| (at, now.clone())));
    }
    meaning::visits(moves)
}

pub(super) fn person(record: &Record, cx: &Context, out: &mut Out) {
    if begin(record, "persons", out).is_none() {
        return;
    }
    let deals = record.part("deals").iter();
    for deal in deals.filter_map(|deal| id_at(deal, "id")) {
        if is_deleted(&record.main) {
            out.hints.push(Hint::new("deals", deal));
        } else {
            stakeholder(&deal, &record.main, cx, out);
        }
    }
}

fn stakeholder(deal: &str, person: &Value, cx: &Context, out: &mut Out) {
    let record = Record::new(person.clone());
    let Some((id, mut fields)) = begin(&record, "persons", out) else {
        return;
    };
    let key = format!("{deal}/{id}");
    let mut stakeholder = Stakeholder::new(cx.stakeholder(&key), cx.deal(deal));
    stakeholder.name = fields.text("name");
    stakeholder.title = fields.text("job_title");
    stakeholder.email = email(person);
    let custom = custom(person, "person_fields", cx);
    let mut labels = custom.iter();
    let role = labels.find(|(label, _)| label.to_lowercase().contains("role"));
    let role = role.and_then(|(_, value)| meaning::role(value));
    stakeholder.role = role.or_else(|| stakeholder.title.as_deref().and_then(meaning::role));
    stakeholder.provenance = Provenance::new(cx.source, fields.timestamp("update_time"));
    stakeholder.external_ids = external(cx, &id);
    out.put(Entity::Stakeholder(Box::new(stakeholder)));
}

/// The primary address, or the first.
fn email(person: &Value) -> Option<String> {
    let all = list(person, "emails");
    let primary = all
        .iter()
        .find(|it| it.get("primary") == Some(&Value::Bool(true)));
    let address = text(primary.or(all.first())?, "value")?.trim();
    (!address.is_empty()).then(|| address.to_owned())
}

/// Persons who took part in an activity and are not among those invited by address.
pub(super) fn took_part(record: &Record) -> Vec<String> {
    let ids = |field| {
        list(&record.main, field)
            .iter()
            .filter_map(|it| id_at(it, "person_id"))
    };
    let invited: Vec<String> = ids("attendees").collect();
    ids("participants")
        .filter(|id| !invited.contains(id))
        .collect()
}

pub(super) fn activity(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "activities", out) else {
        return;
    };
    let deal = fields.text("deal_id").map(|id| cx.deal(&id));
    // Activities and notes are numbered apart.
    let id = format!("activity/{id}");
    let key = cx.activity(&id);
    let stamp = fields.timestamp("update_time");
    if is_deleted(&record.main) {
        return out.gone(EntityKey::Activity(deal, key), stamp);
    }
    // What is not done is a plan.
    if fields.boolean("done") != Some(true) {
        return;
    }
    let due = [fields.text("due_date"), fields.text("due_time")];
    let due = due.map(Option::unwrap_or_default).join(" ");
    let at = fields.timestamp("marked_as_done_time");
    let Some(at) = at.or_else(|| value::timestamp(&due)).or(stamp) else {
        return undated(&mut fields, "due_date");
    };
    let subject = fields.text("subject").unwrap_or_default();
    let kind = kind(&fields.text("type").unwrap_or_default(), &subject);
    let mut activity = Activity::new(key, kind, at);
    activity.deal = deal;
    let note = meaning::plain(&fields.text("note").unwrap_or_default());
    let words = [subject, note].join(": ");
    activity.summary = meaning::summary(words.trim_matches([':', ' ']));
    let invited = list(&record.main, "attendees").iter();
    let invited = invited.filter_map(|it| text(it, "email").or_else(|| text(it, "name")));
    let name = |person| Some(text(person, "name")?.to_owned());
    let others = record.part("persons").iter();
    let others = others.filter_map(|person| email(person).or_else(|| name(person)));
    activity.participants = invited.map(str::to_owned).chain(others).collect();
    activity.provenance = Provenance::new(cx.source, stamp);
    activity.external_ids = external(cx, &id);
    out.put(Entity::Activity(Box::new(activity)));
}

fn undated(fields: &mut Fields, field: &str) {
    let (what, remedy) = (
        "it does not say when",
        "it was left out; the raw record is kept",
    );
    fields.odd(ODD_RECORD, field, what, remedy, "");
}

/// Accounts name their own kinds beside Pipedrive's.
fn kind(word: &str, subject: &str) -> ActivityKind {
    const WORDS: &[(&str, ActivityKind)] = &[
        ("call", ActivityKind::Call),
        ("mail", ActivityKind::Email),
        ("demo", ActivityKind::Demo),
        ("proposal", ActivityKind::Proposal),
        ("contract", ActivityKind::Contract),
        ("task", ActivityKind::FollowUp),
        ("deadline", ActivityKind::FollowUp),
        ("follow", ActivityKind::FollowUp),
    ];
    let word = word.to_lowercase();
    let known = WORDS.iter().find(|(part, _)| word.contains(part));
    known.map_or_else(|| meaning::meeting(subject), |(_, kind)| *kind)
}

pub(super) fn note(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "notes", out) else {
        return;
    };
    let deal = fields.text("deal_id").map(|id| cx.deal(&id));
    let id = format!("note/{id}");
    let key = cx.activity(&id);
    let stamp = fields.timestamp("update_time");
    if fields.boolean("active_flag") == Some(false) {
        return out.gone(EntityKey::Activity(deal, key), stamp);
    }
    let Some(at) = fields.timestamp("add_time").or(stamp) else {
        return undated(&mut fields, "add_time");
    };
    let mut note = Activity::new(key, ActivityKind::Internal, at);
    note.deal = deal;
    let content = fields
        .text("content")
        .map(|content| meaning::plain(&content));
    note.summary = content.as_deref().and_then(meaning::summary);
    note.provenance = Provenance::new(cx.source, stamp);
    note.external_ids = external(cx, &id);
    out.put(Entity::Activity(Box::new(note)));
}

pub(super) fn activity_key(kind: &str, id: &str, cx: &Context) -> EntityKey {
    EntityKey::Activity(None, cx.activity(&format!("{kind}/{id}")))
}

fn begin<'a>(record: &'a Record, stream: &str, out: &'a mut Out) -> Option<(String, Fields<'a>)> {
    let id = id(record.main.get("id"));
    let place = format!("pipedrive/{stream}/{}", id.as_deref().unwrap_or("?"));
    let mut fields = Fields::new(&record.main, place, &mut out.issues);
    if id.is_none() {
        let remedy = "it was left out; the raw record is kept";
        fields.odd(ODD_RECORD, "id", "this record has no id", remedy, "");
    }
    Some((id?, fields))
}

/// Custom fields by their labels; they come by codes of forty letters.
fn custom(record: &Value, described: &str, cx: &Context) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let fields = record.get("custom_fields").and_then(Value::as_object);
    for (code, value) in fields.into_iter().flatten() {
        let field = find(cx.known, described, "field_code", code);
        let label = field.and_then(|field| text(field, "field_name"));
        let label = label.unwrap_or(code);
        // Two fields may have one label.
        let label = if all.contains_key(label) { code } else { label };
        all.extend(shown(value, field).map(|value| (label.to_owned(), value)));
    }
    all
}

/// A value as people see it: options by their labels, sums with their currency.
fn shown(value: &Value, field: Option<&Value>) -> Option<String> {
    match value {
        Value::Array(all) => {
            let all: Vec<String> = all.iter().filter_map(|one| shown(one, field)).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        Value::Object(parts) if parts.contains_key("value") => {
            let parts = ["value", "until", "currency"].map(|part| id(parts.get(part)));
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        }
        _ => {
            let mut options = field.map_or(&[][..], |field| list(field, "options")).iter();
            let chosen = options.find(|option| id(option.get("id")) == id(Some(value)));
            let label = chosen.and_then(|option| text(option, "label"));
            label.map(str::to_owned).or_else(|| meaning::custom(value))
        }
    }
}

fn label(stage: &str, cx: &Context) -> String {
    let known = find(cx.known, "stages", "id", stage);
    let name = known.and_then(|stage| text(stage, "name"));
    name.unwrap_or(stage).to_owned()
}

fn currency<'a>(cx: &Context<'a>) -> Option<&'a str> {
    text(cx.known.first("me")?, "default_currency")
}

fn find<'a>(known: &'a Known, list: &str, key: &str, is: &str) -> Option<&'a Value> {
    let mut all = known.all(list).iter();
    all.find(|it| id(it.get(key)).as_deref() == Some(is))
}

pub(super) fn is_deleted(record: &Value) -> bool {
    let flag = record.get("is_deleted") == Some(&Value::Bool(true));
    flag || text(record, "status") == Some("deleted")
}

/// An id, which is a number in some places and a text in others.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    scalar(value?).filter(|id| !id.is_empty())
}

fn id_at(value: &Value, field: &str) -> Option<String> {
    id(value.get(field))
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    let list = value.get(field).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn external(cx: &Context, id: &str) -> BTreeMap<String, String> {
    [(cx.source.to_owned(), id.to_owned())].into()
}
