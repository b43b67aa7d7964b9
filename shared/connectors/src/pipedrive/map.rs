//! What Pipedrive's records mean.

use crate::meaning;
use connector::value::{self, Fields, ODD_RECORD, UNKNOWN_WORD, scalar};
use connector::{Context, Hint, Known, Out, Record};
use model::{
    Activity, ActivityKind, CanonicalStage, Company, Deal, DealRecord, Entity, EntityKey, Issue,
    Layer, Person, Pipeline, Place, Provenance, Severity, Stage, Stakeholder, Timestamp,
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
        let open = own.into_iter().filter_map(|stage| {
            let mut fields = Fields::new(stage, place.as_str(), &mut out.issues);
            let chance = fields
                .share("deal_probability", 100)
                .filter(|_| has_chances(pipeline));
            Some((text(stage, "name")?, None, chance))
        });
        let open: Vec<_> = open.collect();
        let closed = [
            (WON, Some(CanonicalStage::ClosedWon), Some(1.0)),
            (LOST, Some(CanonicalStage::ClosedLost), Some(0.0)),
        ];
        let stages =
            open.into_iter()
                .chain(closed)
                .zip(0..)
                .map(|((label, flag, probability), order)| {
                    let meaning = canonical(label, flag, cx);
                    if meaning.is_none() {
                        let remedy = "say what it means in the settings of the pipeline";
                        let issue = Issue::new(
                            UNKNOWN_WORD,
                            Severity::Note,
                            "this stage is not known",
                            remedy,
                        );
                        out.issues
                            .push(issue.at(Place::column(place.as_str(), label)));
                    }
                    let (canonical, layer) = meaning.unzip();
                    Stage {
                        label: label.to_owned(),
                        canonical,
                        layer,
                        order,
                        probability,
                    }
                });
        let (id, stages) = (cx.pipeline(&id), stages.collect());
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
    if fields.boolean("is_deleted") == Some(true) {
        return out.gone(EntityKey::Company(company.id), stamp);
    }
    company.name = fields.text("name");
    company.domain = fields.text("website").as_deref().and_then(meaning::domain);
    let industry = find(cx.known, "organizationFields", "field_code", "industry");
    company.industry = fields
        .get("industry")
        .and_then(|value| shown(value, industry));
    company.employees = fields.count("employee_count");
    company.annual_revenue = fields.money("annual_revenue", currency(cx));
    company.owner = fields.text("owner_id").map(|id| cx.person(&id));
    company.custom_fields = custom(&record.main, "organizationFields", cx);
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
    let status = fields.text("status").unwrap_or_default();
    if status == "deleted" || fields.boolean("is_deleted") == Some(true) {
        return out.gone(EntityKey::Deal(deal.id), deal.updated_at);
    }
    deal.created_at = fields.timestamp("add_time");
    let closed = match status.as_str() {
        "won" => Some((WON, "won_time", CanonicalStage::ClosedWon)),
        "lost" => Some((LOST, "lost_time", CanonicalStage::ClosedLost)),
        "open" => None,
        _ => {
            let remedy = "it counts as open";
            fields.odd(
                UNKNOWN_WORD,
                "status",
                "this status is not known",
                remedy,
                &status,
            );
            None
        }
    };
    if let Some((_, at, _)) = closed {
        deal.closed_at = fields
            .timestamp(at)
            .or_else(|| fields.timestamp("close_time"));
    }
    let stage = fields
        .text("stage_id")
        .and_then(|id| find(cx.known, "stages", "id", &id));
    if let (None, Some(id)) = (stage, fields.text("stage_id")) {
        let remedy = "its number stands for its name";
        fields.odd(
            UNKNOWN_WORD,
            "stage_id",
            "this stage is no longer there",
            remedy,
            &id,
        );
    }
    let stage_label = fields.text("stage_id").map(|id| label(&id, cx));
    deal.stage = closed
        .map(|(label, _, _)| label.to_owned())
        .or_else(|| stage_label.clone());
    let flag = closed.map(|(_, _, flag)| flag);
    let meaning = deal
        .stage
        .as_deref()
        .and_then(|label| canonical(label, flag, cx));
    deal.canonical_stage = meaning.map(|(canonical, _)| canonical);
    let pipeline = fields.text("pipeline_id");
    deal.probability = fields.share("probability", 100);
    let chances = pipeline
        .as_deref()
        .and_then(|id| find(cx.known, "pipelines", "id", id));
    if let (None, Some(stage), true) = (
        deal.probability,
        stage,
        closed.is_none() && chances.is_some_and(has_chances),
    ) {
        let percent = stage.get("deal_probability").and_then(Value::as_f64);
        deal.probability = percent
            .map(|percent| percent / 100.0)
            .filter(|share| (0.0..=1.0).contains(share));
    }
    deal.pipeline = pipeline.map(|id| cx.pipeline(&id));
    deal.name = fields.text("title");
    let own = fields.text("currency");
    // A value that nobody set is a zero.
    deal.amount = fields
        .money("value", own.as_deref().or(currency(cx)))
        .filter(|money| !money.amount.is_zero());
    let contact = fields.text("person_id");
    let contact = record
        .part("persons")
        .iter()
        .find(|person| self::id(person.get("id")) == contact);
    let company = fields
        .text("org_id")
        .or_else(|| self::id(contact?.get("org_id")));
    deal.company = company.map(|id| cx.company(&id));
    deal.owner = fields.text("owner_id").map(|id| cx.person(&id));
    deal.expected_close = fields.date("expected_close_date");
    deal.lost_reason = fields.text("lost_reason");
    deal.custom_fields = custom(&record.main, "dealFields", cx);
    for field in ["arr", "mrr", "acv", "is_archived"] {
        let value = fields.text(field).filter(|value| value != "false");
        deal.custom_fields
            .extend(value.map(|value| (field.to_owned(), value)));
    }
    let mut moves = moves(record, deal.created_at, stage_label, cx);
    let last = moves.last().map(|(at, label)| (*at, label.as_str()));
    if let Some(stage) = deal
        .stage
        .clone()
        .filter(|stage| last.map(|(_, label)| label) != Some(stage))
    {
        let since = deal
            .closed_at
            .or_else(|| fields.timestamp("stage_change_time"));
        if let (None, true) = (closed, last.is_some()) {
            let remedy = "it was taken to have moved there since";
            fields.odd(
                ODD_RECORD,
                "stage_id",
                "the history ends in another stage",
                remedy,
                &stage,
            );
        }
        // A stage may be changed after the end, and the end still stands.
        let at = since.or(deal.updated_at).max(last.map(|(at, _)| at));
        moves.extend(at.map(|at| (at, stage)));
    }
    deal.provenance = Provenance::new(cx.source, deal.updated_at);
    deal.external_ids = external(cx, &id);
    for person in record.part("persons") {
        stakeholder(&id, person, cx, out);
    }
    if record.has_part("persons") {
        out.whole.push(deal.id);
    }
    let visits = meaning::visits(moves);
    out.put(Entity::Deal(Box::new(DealRecord {
        deal,
        case: id,
        visits,
    })));
}

/// The stages a deal entered, as its log of changes has them; it does not have the first.
fn moves(
    record: &Record,
    created: Option<Timestamp>,
    stage: Option<String>,
    cx: &Context,
) -> Vec<(Timestamp, String)> {
    // The latest changes come first.
    let log = record.part("changelog").iter().rev();
    let mut log: Vec<_> = log
        .filter_map(|row| Some((value::timestamp(text(row, "time")?)?, row)))
        .collect();
    log.sort_by_key(|(at, _)| *at);
    let stages = |(_, row): &&(Timestamp, &Value)| text(row, "field_key") == Some("stage_id");
    let first = log
        .iter()
        .find(stages)
        .and_then(|(_, row)| id(row.get("old_value")));
    let mut stage = first.map(|id| label(&id, cx)).or(stage);
    let mut closed = None;
    let mut moves: Vec<_> = created.zip(stage.clone()).into_iter().collect();
    for (at, row) in log {
        let new = id(row.get("new_value"));
        match (text(row, "field_key"), new.as_deref()) {
            (Some("stage_id"), Some(id)) => stage = Some(label(id, cx)),
            (Some("status"), Some("won")) => closed = Some(WON.to_owned()),
            (Some("status"), Some("lost")) => closed = Some(LOST.to_owned()),
            (Some("status"), _) => closed = None,
            _ => continue,
        }
        moves.extend(
            closed
                .clone()
                .or_else(|| stage.clone())
                .map(|label| (at, label)),
        );
    }
    moves
}

pub(super) fn deleted_deal(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "deals", out) else {
        return;
    };
    let stamp = fields.timestamp("update_time");
    if fields.text("status").as_deref() == Some("deleted")
        || fields.boolean("is_deleted") == Some(true)
    {
        out.gone(EntityKey::Deal(cx.deal(&id)), stamp);
    } else {
        out.hints.push(Hint::new("deals", id));
    }
}

pub(super) fn person(record: &Record, cx: &Context, out: &mut Out) {
    for deal in record
        .part("deals")
        .iter()
        .filter_map(|deal| id(deal.get("id")))
    {
        if record.main.get("is_deleted") == Some(&Value::Bool(true)) {
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
    let custom = custom(person, "personFields", cx);
    let role = custom
        .iter()
        .find(|(label, _)| label.to_lowercase().contains("role"));
    let role = role.and_then(|(_, value)| meaning::role(value));
    stakeholder.role = role.or_else(|| stakeholder.title.as_deref().and_then(meaning::role));
    stakeholder.provenance = Provenance::new(cx.source, fields.timestamp("update_time"));
    stakeholder.external_ids = external(cx, &id);
    out.put(Entity::Stakeholder(Box::new(stakeholder)));
}

/// The primary address, or the first.
fn email(person: &Value) -> Option<String> {
    let all = person.get("emails")?.as_array()?;
    let primary = all
        .iter()
        .find(|it| it.get("primary") == Some(&Value::Bool(true)));
    let address = text(primary.or(all.first())?, "value")?.trim();
    (!address.is_empty()).then(|| address.to_owned())
}

/// Persons who took part in an activity and are not among those invited by address.
pub(super) fn took_part(record: &Record) -> Vec<String> {
    let ids = |list: &str| {
        let all = record
            .main
            .get(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        all.filter_map(|it| id(it.get("person_id")))
            .collect::<Vec<_>>()
    };
    let invited = ids("attendees");
    ids("participants")
        .into_iter()
        .filter(|id| !invited.contains(id))
        .collect()
}

pub(super) fn activity(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "activities", out) else {
        return;
    };
    let deal = fields.text("deal_id").map(|id| cx.deal(&id));
    let key = cx.activity(&format!("activity/{id}"));
    let stamp = fields.timestamp("update_time");
    if fields.boolean("is_deleted") == Some(true) {
        return out.gone(EntityKey::Activity(deal, key), stamp);
    }
    // What is not done is a plan.
    if fields.boolean("done") != Some(true) {
        return;
    }
    let due = [fields.text("due_date"), fields.text("due_time")];
    let due = due.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let at = fields
        .timestamp("marked_as_done_time")
        .or_else(|| value::timestamp(&due))
        .or(stamp);
    let Some(at) = at else {
        let remedy = "it was left out; the raw record is kept";
        return fields.odd(
            ODD_RECORD,
            "due_date",
            "it does not say when this happened",
            remedy,
            &due,
        );
    };
    let subject = fields.text("subject").unwrap_or_default();
    let kind = kind(&fields.text("type").unwrap_or_default(), &subject);
    let mut activity = Activity::new(key, kind, at);
    activity.deal = deal;
    let note = fields.text("note").map(|note| meaning::plain(&note));
    let words = [Some(subject), note]
        .into_iter()
        .flatten()
        .filter(|words| !words.is_empty());
    activity.summary = meaning::summary(&words.collect::<Vec<_>>().join(": "));
    let invited = fields
        .get("attendees")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let invited = invited.filter_map(|it| text(it, "email").or_else(|| text(it, "name")));
    let others = record
        .part("persons")
        .iter()
        .filter_map(|person| email(person).or_else(|| Some(text(person, "name")?.to_owned())));
    activity.participants = invited.map(str::to_owned).chain(others).collect();
    activity.provenance = Provenance::new(cx.source, stamp);
    activity.external_ids = external(cx, &id);
    out.put(Entity::Activity(Box::new(activity)));
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
    let key = cx.activity(&format!("note/{id}"));
    let stamp = fields.timestamp("update_time");
    if fields.boolean("active_flag") == Some(false) {
        return out.gone(EntityKey::Activity(deal, key), stamp);
    }
    let Some(at) = fields.timestamp("add_time").or(stamp) else {
        let remedy = "it was left out; the raw record is kept";
        return fields.odd(
            ODD_RECORD,
            "add_time",
            "it does not say when it was written",
            remedy,
            "",
        );
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
        let label = field
            .and_then(|field| text(field, "field_name"))
            .unwrap_or(code);
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
            let parts = ["value", "until", "currency"]
                .into_iter()
                .filter_map(|part| id(parts.get(part)));
            Some(parts.collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
        }
        _ => {
            let options = field
                .and_then(|field| field.get("options")?.as_array())
                .into_iter()
                .flatten();
            let mut chosen = options.filter(|option| id(option.get("id")) == id(Some(value)));
            let label = chosen.next().and_then(|option| text(option, "label"));
            label.map(str::to_owned).or_else(|| meaning::custom(value))
        }
    }
}

/// A stage's label; the number of one that is no longer there.
fn label(stage: &str, cx: &Context) -> String {
    let known = find(cx.known, "stages", "id", stage);
    known
        .and_then(|stage| text(stage, "name"))
        .unwrap_or(stage)
        .to_owned()
}

fn currency<'a>(cx: &Context<'a>) -> Option<&'a str> {
    text(cx.known.first("me")?, "default_currency")
}

fn find<'a>(known: &'a Known, list: &str, key: &str, is: &str) -> Option<&'a Value> {
    known
        .all(list)
        .iter()
        .find(|it| id(it.get(key)).as_deref() == Some(is))
}

/// An id, which is a number in some places and a text in others.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    scalar(value?).filter(|id| !id.is_empty())
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

fn external(cx: &Context, id: &str) -> BTreeMap<String, String> {
    [(cx.source.to_owned(), id.to_owned())].into()
}
