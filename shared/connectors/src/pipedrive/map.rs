//! What Pipedrive's records mean.

use crate::item::Item;
use crate::meaning::{self, Ends};
use connector::value::{
    Fields, ODD_NUMBER, ODD_RECORD, UNKNOWN_WORD, id, instant, is, list, number, scalar, text,
};
use connector::{Context, Hint, Known, Out, Record, Text, Value};
use model::{
    Activity, ActivityKind, Company, Deal, Entity, EntityKey, Person, Pipeline, StageVisit,
    Stakeholder, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// Pipedrive closes a deal by its status and leaves it in its stage; these are the labels of the
/// stages that are entered then.
const WON: &str = "Won";
const LOST: &str = "Lost";
/// Stages have a chance of a hundred per cent where nobody uses chances.
const USES_CHANCES: &str = "is_deal_probability_enabled";

pub(super) fn setting(known: &Known, cx: &Context, out: &mut Out) {
    for pipeline in known.all("pipelines") {
        let Some(own) = id(pipeline, "id") else {
            continue;
        };
        let is_of = |stage: &&Value| id(stage, "pipeline_id").as_ref() == Some(&own);
        let mut stages: Vec<&Value> = known.all("stages").iter().filter(is_of).collect();
        stages.sort_by_key(|stage| stage.get("order_nr").and_then(Value::as_i64));
        let place = format!("pipedrive/pipelines/{own}");
        let mut add = |stage: &Value, label: &str, ends: Ends| {
            let mut fields = Fields::new(stage, place.as_str(), out);
            let (means, remedy) = (meaning::stage([label], ends, cx), "say it in the settings");
            let mut stage = meaning::known(label, means, ("name", remedy), &mut fields);
            let chance = fields.share("deal_probability", 100);
            stage.probability = chance.filter(|_| is(pipeline, USES_CHANCES));
            stage
        };
        let open = stages.into_iter().map(|it| {
            let label = text(it, "name").unwrap_or_default();
            add(it, label, Ends::Unsaid)
        });
        let mut stages: Vec<_> = open.collect();
        stages.push(add(&Value::Null, WON, Ends::Won));
        stages.push(add(&Value::Null, LOST, Ends::Lost));
        let ends = stages.iter_mut().rev().zip([0.0, 1.0]);
        ends.for_each(|(stage, chance)| stage.probability = Some(chance));
        (0..)
            .zip(&mut stages)
            .for_each(|(n, stage)| stage.order = n);
        out.put(Entity::Pipeline(Pipeline {
            id: cx.pipeline(&own),
            name: text(pipeline, "name").unwrap_or(&own).to_owned(),
            stages,
        }));
    }
}

pub(super) fn user(it: &mut Item) {
    it.stamp = it.timestamp("modified");
    let person = Person {
        name: it.text("name"),
        email: it.text("email"),
        ..Person::new(it.cx.person(&it.id))
    };
    it.put(person);
}

pub(super) fn organization(it: &mut Item) {
    let key = it.cx.company(&it.id);
    it.stamp = it.timestamp("update_time");
    if is_deleted(it.main) {
        return it.gone(EntityKey::Company(key));
    }
    let industry = it.cx.known.find("org_fields", "field_code", "industry");
    let code = it.get("industry");
    let currency = it.cx.known.text("me", "default_currency");
    let company = Company {
        name: it.text("name"),
        domain: it.domain("website"),
        industry: code.and_then(|code| shown(code, industry)),
        employees: it.count("employee_count"),
        annual_revenue: it.money("annual_revenue", currency),
        owner: it.person("owner_id"),
        custom_fields: custom(it.main, "org_fields", it.cx),
        ..Company::new(key)
    };
    it.put(company);
}

/// Where it stands that a deal is archived; nowhere where it is not.
const ARCHIVED: &str = "is_archived";

pub(super) fn is_archived(deal: &Deal) -> bool {
    deal.custom_fields.contains_key(ARCHIVED)
}

pub(super) fn deal(it: &mut Item) {
    let key = it.cx.deal(&it.id);
    it.stamp = it.timestamp("update_time");
    if is_deleted(it.main) {
        return it.gone(EntityKey::Deal(key));
    }
    // The list of deleted deals comes without the log; what is back there is read where it is.
    if !it.has_part("changelog") {
        let hint = Hint::new("deals", &*it.id);
        return it.out.hints.push(hint);
    }
    let stage = stage(it);
    let closed = closed(it);
    let (label, ends, closed_at) = match closed {
        Some((label, ends, at)) => (Some(label.to_owned()), ends, at),
        None => (stage, Ends::Unsaid, None),
    };
    let means = label.as_deref();
    let means = means.and_then(|label| meaning::stage([label], ends, it.cx));
    let persons = it.part("persons");
    let contact = it.get("person_id");
    let contact = persons.iter().find(|person| person.get("id") == contact);
    let company = id(it.main, "org_id").or_else(|| id(contact?, "org_id"));
    let created_at = it.timestamp("add_time");
    let probability = chance(it, closed.is_none());
    let own = it.text("currency");
    let currency = own
        .as_deref()
        .or(it.cx.known.text("me", "default_currency"));
    let mut deal = Deal {
        name: it.text("title"),
        company: company.map(|id| it.cx.company(&id)),
        // A value that nobody set is a zero.
        amount: it
            .money("value", currency)
            .filter(|sum| !sum.amount.is_zero()),
        pipeline: it.text("pipeline_id").map(|id| it.cx.pipeline(&id)),
        stage: label,
        canonical_stage: means.map(|(canonical, _)| canonical),
        probability,
        expected_close: it.date("expected_close_date"),
        owner: it.person("owner_id"),
        created_at,
        updated_at: it.stamp,
        closed_at,
        lost_reason: it.text("lost_reason"),
        custom_fields: custom(it.main, "deal_fields", it.cx),
        ..Deal::new(key)
    };
    for field in ["arr", "mrr", "acv", ARCHIVED] {
        let value = it.text(field).filter(|value| value != "false");
        let custom = &mut deal.custom_fields;
        custom.extend(value.map(|value| (field.to_owned(), value)));
    }
    sold(&mut deal, it);
    let visits = visits(&deal, it);
    for person in persons {
        stakeholder(&it.id.clone(), person, it.cx, it.out);
    }
    it.out.whole.push(key);
    it.put_deal(deal, visits);
}

/// What is sold, by Pipedrive's own codes for it. The same products give the same text, whatever
/// their order and number, so that deals can be told apart by them.
fn sold(deal: &mut Deal, it: &mut Item) {
    // What is switched off is an offer that does not count for the value.
    let counts = |line: &&Value| line.get("is_enabled") != Some(&Value::Bool(false));
    let lines = it.part("products").iter().filter(counts);
    let names = lines.clone().map(product);
    let names = meaning::joined(names.collect::<BTreeSet<_>>(), "; ");
    let all = lines.map(|line| number(line, "quantity"));
    let all = all.reduce(|all, more| all?.checked_add(more?));
    if all == Some(None) {
        let what = "one of these quantities is not a number";
        let remedy = "correct it at the source";
        it.odd(ODD_NUMBER, "products", what, remedy, "");
    }
    let quantity = all.flatten().map(|all| all.normalize().to_string());
    for (field, value) in [("product_name", names), ("product_quantity", quantity)] {
        let custom = &mut deal.custom_fields;
        custom.extend(value.map(|value| (field.to_owned(), value)));
    }
}

/// A product by its name, else by its number.
fn product(line: &Value) -> Option<String> {
    let name = text(line, "name").map(str::trim);
    let name = name.filter(|name| !name.is_empty());
    let name = name.map(Text::from).or_else(|| id(line, "product_id"));
    name.map(String::from)
}

/// The label of the stage; the number of one that is no longer there.
fn stage(it: &mut Item) -> Option<String> {
    let id = it.text("stage_id")?;
    if it.cx.known.find("stages", "id", &id).is_none() {
        let what = "this stage is no longer there";
        let remedy = "its number stands for its name";
        it.odd(UNKNOWN_WORD, "stage_id", what, remedy, &id);
    }
    Some(label(&id, it.cx))
}

/// How a deal ended, if it did: by its status, whatever stage it is in.
fn closed(it: &mut Item) -> Option<(&'static str, Ends, Option<Timestamp>)> {
    let status = it.text("status").unwrap_or_default();
    let (label, ends, at) = match status.as_str() {
        "won" => (WON, Ends::Won, "won_time"),
        "lost" => (LOST, Ends::Lost, "lost_time"),
        "open" => return None,
        _ => {
            let what = "this status is not known";
            it.odd(UNKNOWN_WORD, "status", what, "it counts as open", &status);
            return None;
        }
    };
    let at = it.timestamp(at);
    Some((label, ends, at.or_else(|| it.timestamp("close_time"))))
}

/// Its own chance, or that of the stage it is in where its pipeline uses them.
fn chance(it: &mut Item, is_open: bool) -> Option<f64> {
    let own = it.share("probability", 100);
    if own.is_some() || !is_open {
        return own;
    }
    let (known, mut unsaid) = (it.cx.known, Out::default());
    let pipeline = known.find("pipelines", "id", &it.text("pipeline_id")?)?;
    let stage = known.find("stages", "id", &it.text("stage_id")?)?;
    let mut fields = Fields::new(stage, "pipedrive/stages", &mut unsaid);
    let chance = fields.share("deal_probability", 100);
    chance.filter(|_| is(pipeline, USES_CHANCES))
}

/// The stages a deal entered. Its log of changes does not have the first one.
fn visits(deal: &Deal, it: &mut Item) -> Vec<StageVisit> {
    // The latest changes come first.
    let log = it.part("changelog").iter().rev();
    let mut log: Vec<_> = log
        .filter_map(|row| Some((instant(row, "time")?, row)))
        .collect();
    log.sort_by_key(|(at, _)| *at);
    let mut changes = log.iter().map(|(_, row)| row);
    let first = changes.find(|row| text(row, "field_key") == Some("stage_id"));
    let first = first.and_then(|row| id(row, "old_value"));
    let first = first.or_else(|| id(it.main, "stage_id"));
    let mut stage = first.map(|id| label(&id, it.cx));
    let mut closed = None;
    let mut moves: Vec<_> = deal.created_at.zip(stage.clone()).into_iter().collect();
    for (at, row) in log {
        let new = id(row, "new_value");
        match (text(row, "field_key"), new.as_deref()) {
            (Some("stage_id"), Some(id)) => stage = Some(label(id, it.cx)),
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
    // A stage may be changed after the end, and the end still stands.
    let (ended, what) = (deal.closed_at, "the history ends in another stage");
    let changed = ended.or_else(|| it.timestamp("stage_change_time"));
    let since = changed.or(deal.updated_at);
    let told = ended
        .is_none()
        .then_some((what, "it was taken to be here since"));
    meaning::visits_to(deal.stage.as_deref(), since, moves, ("stage_id", told), it)
}

pub(super) fn person(it: &mut Item) {
    for deal in it.part("deals").iter().filter_map(|deal| id(deal, "id")) {
        if is_deleted(it.main) {
            it.out.hints.push(Hint::new("deals", deal));
        } else {
            stakeholder(&deal, it.main, it.cx, it.out);
        }
    }
}

fn stakeholder(deal: &str, person: &Value, cx: &Context, out: &mut Out) {
    let Some(mut it) = Item::begin("persons", person, cx, out) else {
        return;
    };
    it.stamp = it.timestamp("update_time");
    let key = cx.stakeholder(&format!("{deal}/{}", it.id));
    let custom = custom(person, "person_fields", cx);
    let mut labels = custom.iter();
    let role = labels.find(|(label, _)| label.to_lowercase().contains("role"));
    let role = role.and_then(|(_, value)| meaning::role(value));
    let title = it.text("job_title");
    let stakeholder = Stakeholder {
        name: it.text("name"),
        role: role.or_else(|| title.as_deref().and_then(meaning::role)),
        title,
        email: email(person),
        ..Stakeholder::new(key, cx.deal(deal))
    };
    it.put(stakeholder);
}

/// The primary address, or the first.
fn email(person: &Value) -> Option<String> {
    let all = list(person, "emails");
    let primary = all.iter().find(|it| is(it, "primary"));
    let address = text(primary.or(all.first())?, "value")?.trim();
    (!address.is_empty()).then(|| address.to_owned())
}

/// Persons who took part in an activity and are not among those invited by address.
pub(super) fn took_part(record: &Record) -> Vec<Text> {
    let ids = |field| {
        list(&record.main, field)
            .iter()
            .filter_map(|it| id(it, "person_id"))
    };
    let invited: Vec<Text> = ids("attendees").collect();
    ids("participants")
        .filter(|id| !invited.contains(id))
        .collect()
}

/// What was done has an id with its kind: activities and notes are numbered apart. Nothing where
/// it was deleted.
fn begin(kind: &str, is_gone: bool, it: &mut Item) -> Option<Activity> {
    let deal = it.deal("deal_id");
    it.id = format!("{kind}/{}", it.id);
    let key = it.cx.activity(&it.id);
    it.stamp = it.timestamp("update_time");
    if is_gone {
        it.gone(EntityKey::Activity(deal, key));
        return None;
    }
    let activity = Activity::new(key, ActivityKind::Internal, Timestamp::UNIX_EPOCH);
    Some(Activity { deal, ..activity })
}

pub(super) fn activity(it: &mut Item) {
    let Some(mut activity) = begin("activity", is_deleted(it.main), it) else {
        return;
    };
    // What is not done is a plan.
    if it.boolean("done") != Some(true) {
        return;
    }
    let due = [it.text("due_date"), it.text("due_time")];
    let due = due.map(Option::unwrap_or_default).join(" ");
    let at = it.timestamp("marked_as_done_time");
    let at = at.or_else(|| connector::value::timestamp(&due));
    let Some(at) = at.or(it.stamp) else {
        return undated(it, "due_date");
    };
    let subject = it.text("subject").unwrap_or_default();
    activity.at = at;
    activity.kind = kind(&it.text("type").unwrap_or_default(), &subject);
    let note = it.text("note").map(|note| meaning::plain(&note));
    let words = meaning::joined([Some(subject), note], ": ");
    activity.summary = words.as_deref().and_then(meaning::summary);
    let invited = list(it.main, "attendees").iter();
    let invited = invited.filter_map(|it| text(it, "email").or_else(|| text(it, "name")));
    let name = |person| Some(text(person, "name")?.to_owned());
    let others = it.part("persons").iter();
    let others = others.filter_map(|person| email(person).or_else(|| name(person)));
    activity.participants = invited.map(str::to_owned).chain(others).collect();
    it.put(activity);
}

fn undated(it: &mut Item, field: &str) {
    let what = "it does not say when";
    let remedy = "it was left out; the raw record is kept";
    it.odd(ODD_RECORD, field, what, remedy, "");
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

pub(super) fn note(it: &mut Item) {
    let is_gone = it.boolean("active_flag") == Some(false);
    let Some(mut note) = begin("note", is_gone, it) else {
        return;
    };
    let Some(at) = it.timestamp("add_time").or(it.stamp) else {
        return undated(it, "add_time");
    };
    let content = it.text("content").map(|content| meaning::plain(&content));
    note.at = at;
    note.summary = content.as_deref().and_then(meaning::summary);
    it.put(note);
}

/// Custom fields by their labels; they come by codes of forty letters.
fn custom(record: &Value, described: &str, cx: &Context) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let fields = record.get("custom_fields").into_iter();
    for (code, value) in fields.flat_map(Value::fields) {
        let field = cx.known.find(described, "field_code", code);
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
        Value::Array(all) => meaning::joined(all.iter().map(|one| shown(one, field)), "; "),
        Value::Object(_) if value.get("value").is_some() => {
            let parts = ["value", "until", "currency"];
            meaning::joined(parts.map(|part| id(value, part).map(String::from)), " ")
        }
        _ => {
            let code = scalar(value).filter(|code| !code.is_empty());
            let mut options = field.map_or(&[][..], |field| list(field, "options")).iter();
            let chosen = options.find(|option| id(option, "id").as_deref() == code.as_deref());
            let label = chosen.and_then(|option| text(option, "label"));
            label.map(str::to_owned).or_else(|| meaning::custom(value))
        }
    }
}

fn label(stage: &str, cx: &Context) -> String {
    let known = cx.known.find("stages", "id", stage);
    let name = known.and_then(|stage| text(stage, "name"));
    name.unwrap_or(stage).to_owned()
}

pub(super) fn is_deleted(record: &Value) -> bool {
    is(record, "is_deleted") || text(record, "status") == Some("deleted")
}
