//! What Salesforce's records mean.

use super::wire::CUT;
use crate::meaning;
use connector::value::{self, Fields, ODD_DATE, ODD_RECORD, UNKNOWN_WORD, scalar};
use connector::{Context, Hint, Kind, Known, Out, Record};
use model::{
    Activity, ActivityKind, CanonicalStage, Company, Deal, DealRecord, Entity, EntityKey, Layer,
    Person, Pipeline, Provenance, Stage, StageVisit, Stakeholder, Timestamp,
};
use serde_json::Value;
use std::collections::BTreeMap;

fn text<'a>(record: &'a Value, field: &str) -> Option<&'a str> {
    record.get(field)?.as_str().filter(|text| !text.is_empty())
}

fn instant(record: &Value, field: &str) -> Option<Timestamp> {
    value::timestamp(text(record, field)?)
}

fn is(record: &Value, flag: &str) -> bool {
    let value = record.get(flag).and_then(scalar);
    value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The fields of a record and its id; an issue where it has none.
fn open<'a>(main: &'a Value, what: &str, out: &'a mut Out) -> Option<(String, Fields<'a>)> {
    let id = text(main, "Id").or_else(|| text(main, "id"));
    let place = format!("salesforce/{what}/{}", id.unwrap_or("?"));
    let mut fields = Fields::new(main, place, &mut out.issues);
    if id.is_none() {
        let remedy = "nothing: it is left out, and stays with the raw page";
        fields.odd(ODD_RECORD, "Id", "this record has no id", remedy, "");
    }
    Some((id?.to_owned(), fields))
}

fn external(cx: &Context, id: &str) -> BTreeMap<String, String> {
    [(cx.source.to_owned(), id.to_owned())].into()
}

fn currency<'a>(record: &'a Value, cx: &Context<'a>) -> Option<&'a str> {
    let account = || text(cx.known.first("organization")?, "DefaultCurrencyIsoCode");
    text(record, "CurrencyIsoCode").or_else(account)
}

/// Custom fields, by their API names, those that were asked for beside the page included.
fn custom(record: &Record) -> BTreeMap<String, String> {
    let all = std::iter::once(&record.main).chain(record.part("more"));
    let fields = all.filter_map(Value::as_object).flatten();
    let custom = fields.filter(|(name, _)| name.contains("__"));
    let read = custom.filter_map(|(name, value)| {
        let value = meaning::custom(value)?;
        // REST and bulk write one instant in two ways.
        let bare = value.strip_suffix("+0000").filter(|bare| bare.len() == 23);
        Some((
            name.clone(),
            bare.map_or(value.clone(), |bare| format!("{bare}Z")),
        ))
    });
    read.collect()
}

/// The organisation's own id.
pub(super) fn account(known: &Known) -> Option<String> {
    text(known.first("organization")?, "Id").map(str::to_owned)
}

/// What a record calls a stage. The label people see may be changed without a record noticing.
fn stage_name(stage: &Value) -> Option<&str> {
    text(stage, "ApiName").or_else(|| text(stage, "MasterLabel"))
}

fn setting_of<'a>(name: &str, cx: &Context<'a>) -> Option<&'a Value> {
    let mut all = cx.known.all("stages").iter();
    all.find(|stage| stage_name(stage) == Some(name))
}

/// What a stage means: the tenant's word, the flags it has in the settings, a word everybody uses.
fn stage_meaning(name: &str, cx: &Context) -> Option<(CanonicalStage, Layer)> {
    let stage = setting_of(name, cx);
    let label = stage.and_then(|stage| text(stage, "MasterLabel"));
    let said = cx.stages.get(name).into_iter();
    let mut said = said.chain(label.and_then(|label| cx.stages.get(label)));
    let closed = stage.filter(|stage| is(stage, "IsClosed")).map(closing);
    match (
        said.clone().find(|(_, layer)| *layer == Layer::Tenant),
        closed,
    ) {
        (Some(said), _) => Some(said),
        (None, Some(closed)) => Some((closed, Layer::Discovered)),
        // A stage that closes nothing is not won by its name.
        (None, None) => said.find(|(meaning, _)| meaning.outcome().is_none()),
    }
}

fn closing(record: &Value) -> CanonicalStage {
    if is(record, "IsWon") {
        CanonicalStage::ClosedWon
    } else {
        CanonicalStage::ClosedLost
    }
}

/// The one pipeline an organisation has: sales processes are choices among its stages.
const PIPELINE: &str = "opportunities";

pub(super) fn setting(known: &Known, cx: &Context, out: &mut Out) {
    let mut stages = Vec::new();
    for stage in known.all("stages") {
        let Some(name) = stage_name(stage) else {
            continue;
        };
        let place = format!("salesforce/OpportunityStage/{name}");
        let mut fields = Fields::new(stage, place, &mut out.issues);
        let meaning = stage_meaning(name, cx);
        if meaning.is_none() {
            let remedy = "say what it means in the settings of the pipeline";
            fields.odd(
                UNKNOWN_WORD,
                "ApiName",
                "nobody said what this stage means",
                remedy,
                name,
            );
        }
        let order = fields
            .count("SortOrder")
            .and_then(|order| u16::try_from(order).ok());
        stages.push(Stage {
            label: name.to_owned(),
            canonical: meaning.map(|(canonical, _)| canonical),
            layer: meaning.map(|(_, layer)| layer),
            order: order.unwrap_or(u16::MAX),
            probability: fields.share("DefaultProbability", 100),
        });
    }
    stages.sort_by_key(|stage| stage.order);
    out.put(Entity::Pipeline(Pipeline {
        id: cx.pipeline(PIPELINE),
        name: "Opportunities".to_owned(),
        stages,
    }));
}

pub(super) fn user(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = open(&record.main, "User", out) else {
        return;
    };
    // Where nobody is named, the one person in the role above is it; of several nobody knows which.
    let above = match record.part("above") {
        [one] => text(one, "Id").filter(|above| *above != id),
        _ => None,
    };
    let manager = fields.text("ManagerId");
    let stamp = fields.timestamp("SystemModstamp");
    let person = Person {
        external_ids: external(cx, &id),
        name: fields.text("Name"),
        email: fields.text("Email"),
        team: fields
            .text("/UserRole/Name")
            .or_else(|| fields.text("Department")),
        manager: manager
            .as_deref()
            .or(above)
            .map(|manager| cx.person(manager)),
        role: fields.text("Title"),
        provenance: Provenance::new(cx.source, stamp),
        ..Person::new(cx.person(&id))
    };
    out.put(Entity::Person(person));
}

/// The role above a user for whom no manager is named.
pub(super) fn role_above(record: &Record) -> Vec<String> {
    let above = record.main.pointer("/UserRole/ParentRoleId");
    let above = above.filter(|_| text(&record.main, "ManagerId").is_none());
    above.and_then(scalar).into_iter().collect()
}

/// Whose role it is, if they still work there.
pub(super) fn holds(user: &Value) -> Option<String> {
    text(user, "UserRoleId")
        .filter(|_| is(user, "IsActive"))
        .map(str::to_owned)
}

/// The id of a record whose custom fields did not all fit into the address it was asked with.
pub(super) fn cut(record: &Record) -> Vec<String> {
    let is_cut = record.main.get(CUT).is_some() && !is(&record.main, "IsDeleted");
    let id = text(&record.main, "Id").filter(|_| is_cut);
    id.map(str::to_owned).into_iter().collect()
}

pub(super) fn company(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    let Some((id, mut fields)) = open(main, "Account", out) else {
        return;
    };
    let stamp = fields.timestamp("SystemModstamp");
    if is(main, "IsDeleted") {
        let key = EntityKey::Company(cx.company(&id));
        match text(main, "MasterRecordId") {
            Some(winner) => out.merged(key, EntityKey::Company(cx.company(winner))),
            None => out.gone(key, stamp),
        }
        return;
    }
    let website = fields.text("Website");
    let revenue = currency(main, cx);
    let company = Company {
        external_ids: external(cx, &id),
        name: fields.text("Name"),
        domain: website.as_deref().and_then(meaning::domain),
        industry: fields.text("Industry"),
        employees: fields.count("NumberOfEmployees"),
        annual_revenue: fields.money("AnnualRevenue", revenue),
        owner: fields.text("OwnerId").map(|owner| cx.person(&owner)),
        custom_fields: custom(record),
        provenance: Provenance::new(cx.source, stamp),
        ..Company::new(cx.company(&id))
    };
    out.put(Entity::Company(Box::new(company)));
}

/// The id of a record that is there: what is in the recycle bin has no more to ask for.
pub(super) fn live(record: &Record) -> Vec<String> {
    let id = text(&record.main, "Id").filter(|_| !is(&record.main, "IsDeleted"));
    id.map(str::to_owned).into_iter().collect()
}

pub(super) fn opportunity(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    let Some((id, mut fields)) = open(main, "Opportunity", out) else {
        return;
    };
    let key = cx.deal(&id);
    let stamp = fields.timestamp("SystemModstamp");
    if is(main, "IsDeleted") {
        return out.gone(EntityKey::Deal(key), stamp);
    }
    let created_at = fields.timestamp("CreatedDate");
    let stage = fields.text("StageName");
    let visits = visits(record, stage.as_deref(), created_at, stamp, &mut fields);
    let meaning = stage.as_deref().and_then(|stage| stage_meaning(stage, cx));
    if let Some(stage) = stage
        .as_deref()
        .filter(|stage| setting_of(stage, cx).is_none())
    {
        let remedy = "give the deal one of the stages of the settings";
        fields.odd(
            UNKNOWN_WORD,
            "StageName",
            "there is no such stage any more",
            remedy,
            stage,
        );
    }
    let is_closed = is(main, "IsClosed");
    let canonical_stage = if is_closed {
        Some(closing(main))
    } else {
        meaning.map(|(canonical, _)| canonical)
    };
    let last = visits.last().map(|visit| visit.at_us);
    let closed_at = last.and_then(|at| Timestamp::from_microsecond(at).ok());
    let custom_fields = custom(record);
    let says_why = |name: &str| {
        name.contains("reason") && ["lost", "loss"].iter().any(|word| name.contains(word))
    };
    let why = custom_fields
        .iter()
        .find(|(name, _)| says_why(&name.to_lowercase()));
    let is_lost = is_closed && !is(main, "IsWon");
    let deal = Deal {
        external_ids: external(cx, &id),
        name: fields.text("Name"),
        company: fields.text("AccountId").map(|account| cx.company(&account)),
        amount: fields.money("Amount", currency(main, cx)),
        pipeline: Some(cx.pipeline(PIPELINE)),
        stage,
        canonical_stage,
        probability: fields.share("Probability", 100),
        expected_close: fields.date("CloseDate"),
        owner: fields.text("OwnerId").map(|owner| cx.person(&owner)),
        created_at,
        updated_at: stamp,
        closed_at: closed_at.filter(|_| is_closed),
        lost_reason: why.filter(|_| is_lost).map(|(_, why)| why.clone()),
        custom_fields,
        provenance: Provenance::new(cx.source, stamp),
        ..Deal::new(key)
    };
    let case = id.clone();
    out.put(Entity::Deal(Box::new(DealRecord { deal, case, visits })));
    if record.has_part("roles") {
        out.whole.push(key);
        let mut contacts: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for role in record.part("roles") {
            if let Some(contact) = text(role, "ContactId") {
                contacts.entry(contact).or_default().push(role);
            }
        }
        for (contact, roles) in contacts {
            let who = roles
                .iter()
                .find_map(|role| role.get("Contact"))
                .unwrap_or(&Value::Null);
            stakeholder((&id, contact), who, &roles, cx, out);
        }
    }
}

/// The stages a deal entered. History has a row for the creation and for changes of other fields.
fn visits(
    record: &Record,
    stage: Option<&str>,
    created_at: Option<Timestamp>,
    stamp: Option<Timestamp>,
    fields: &mut Fields,
) -> Vec<StageVisit> {
    let mut rows: Vec<&Value> = record.part("history").iter().collect();
    rows.sort_by_key(|row| text(row, "Id"));
    let entered = rows.into_iter().filter_map(|row| {
        Some((
            instant(row, "CreatedDate")?,
            text(row, "StageName")?.to_owned(),
        ))
    });
    let mut moves: Vec<(Timestamp, String)> = entered.collect();
    moves.sort_by_key(|(at, _)| *at);
    // History was read after the deal: what happened in between comes with the next read.
    let is_later =
        |(at, name): &(Timestamp, String)| Some(*at) > stamp && Some(name.as_str()) != stage;
    while stamp.is_some() && moves.pop_if(|last| is_later(last)).is_some() {}
    // An imported deal is older than its history.
    if let (Some((first, _)), Some(created)) = (moves.first_mut(), created_at) {
        *first = created.min(*first);
    }
    let last = moves.last().map(|(at, _)| *at);
    let is_told = moves.last().map(|(_, name)| name.as_str()) == stage;
    if let Some(stage) = stage.filter(|_| !is_told) {
        if last.is_some() {
            let remedy = "nothing: the deal's own stage is taken";
            fields.odd(
                ODD_RECORD,
                "StageName",
                "its history ends in another stage",
                remedy,
                stage,
            );
        }
        let changed = fields.timestamp("LastStageChangeDate");
        let since = if last.is_none() {
            changed.or(created_at).or(stamp)
        } else {
            changed.or(stamp)
        };
        // A stage is never entered before the one that came before it.
        if let Some(since) = since.max(last) {
            moves.push((since, stage.to_owned()));
        }
    }
    meaning::visits(moves)
}

/// A contact on a deal, with their roles on it: a person may have several, and is one stakeholder.
fn stakeholder(ids: (&str, &str), who: &Value, roles: &[&Value], cx: &Context, out: &mut Out) {
    let (deal, contact) = ids;
    let has = |role: &&&Value| !is(role, "IsDeleted");
    let mut held: Vec<&Value> = roles.iter().filter(has).copied().collect();
    // Roles outlive their contact, and may be seen where the contact is not.
    if held.is_empty() || who.is_null() || is(who, "IsDeleted") {
        return;
    }
    held.sort_by_key(|role| (!is(role, "IsPrimary"), text(role, "Id")));
    let part = |role: &&Value| meaning::role(text(role, "Role")?);
    let added = |role: &&Value| instant(role, "CreatedDate");
    // A role that was taken away is a change of what the contact is.
    let stamps = roles.iter().chain([&who]);
    let stamp = stamps.filter_map(|at| instant(at, "SystemModstamp")).max();
    let id = format!("{deal}/{contact}");
    let place = format!("salesforce/Contact/{contact}");
    let mut fields = Fields::new(who, place, &mut out.issues);
    let stakeholder = Stakeholder {
        external_ids: external(cx, contact),
        name: fields.text("Name"),
        title: fields.text("Title"),
        email: fields.text("Email"),
        role: held.iter().find_map(part),
        added_at: held.iter().filter_map(added).min(),
        provenance: Provenance::new(cx.source, stamp),
        ..Stakeholder::new(cx.stakeholder(&id), cx.deal(deal))
    };
    out.put(Entity::Stakeholder(Box::new(stakeholder)));
}

/// Whose roles are asked for: a contact's; of one that was merged, those of who lives on.
pub(super) fn contacts(record: &Record) -> Vec<String> {
    match text(&record.main, "MasterRecordId") {
        Some(winner) => vec![winner.to_owned()],
        None => live(record),
    }
}

/// A contact on each of their deals; where it was merged into another, the other's deals.
pub(super) fn contact(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    let Some((id, mut fields)) = open(main, "Contact", out) else {
        return;
    };
    let stamp = fields.timestamp("SystemModstamp");
    let is_gone = is(main, "IsDeleted");
    if is_gone {
        out.lost(Kind::Stakeholder, &*id, stamp);
    }
    let mut deals: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for role in record.part("roles") {
        if let Some(deal) = text(role, "OpportunityId") {
            deals.entry(deal).or_default().push(role);
        }
    }
    for (deal, roles) in deals {
        if is_gone {
            out.hints.push(Hint::new("opportunities", deal));
        } else {
            stakeholder((deal, &id), main, &roles, cx, out);
        }
    }
}

/// A role that was given, changed or taken away: the deal it is on has all of them.
pub(super) fn role(record: &Record, _: &Context, out: &mut Out) {
    if let Some(deal) = text(&record.main, "OpportunityId") {
        out.hints.push(Hint::new("opportunities", deal));
    }
}

/// What an activity is about: opportunities are told from accounts by how their ids begin.
fn about<'a>(record: &'a Value, field: &str) -> Option<&'a str> {
    text(record, field).filter(|id| id.starts_with("006"))
}

/// Subject and content as a summary.
fn summary(fields: &mut Fields, content: &str) -> Option<String> {
    let both = [fields.text("Subject"), fields.text(content)];
    meaning::summary(&both.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// An activity of an id, with what all of them have; nothing where there was none, or no more.
fn activity(
    record: &Record,
    (what, about_field, content): (&str, &str, &str),
    when: &[&str],
    cx: &Context,
    out: &mut Out,
) -> Option<Activity> {
    let main = &record.main;
    let (own_id, mut fields) = open(main, what, out)?;
    // An e-mail is also a task, and is one activity.
    let id = text(main, "ActivityId").unwrap_or(&own_id).to_owned();
    let key = cx.activity(&id);
    let deal = about(main, about_field).map(|deal| cx.deal(deal));
    let stamp = fields.timestamp("SystemModstamp");
    if is(main, "IsDeleted") {
        out.gone(EntityKey::Activity(deal, key), stamp);
        return None;
    }
    let at = when.iter().find_map(|field| fields.timestamp(field));
    if at.is_none() {
        let remedy = "give it a date at the source";
        let field = when.first().copied().unwrap_or_default();
        fields.odd(
            ODD_DATE,
            field,
            "this activity has no date and was left out",
            remedy,
            "",
        );
    }
    let participants = ["/Who/Name", "/Owner/Name"].iter();
    Some(Activity {
        external_ids: external(cx, &own_id),
        deal,
        participants: participants
            .filter_map(|field| fields.text(field))
            .collect(),
        summary: summary(&mut fields, content),
        provenance: Provenance::new(cx.source, stamp),
        ..Activity::new(key, ActivityKind::FollowUp, at?)
    })
}

pub(super) fn task(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    let when = ["CompletedDateTime", "ActivityDate", "CreatedDate"];
    let is_done = is(main, "IsClosed") || text(main, "Status") == Some("Completed");
    if !is_done && !is(main, "IsDeleted") {
        return;
    }
    let Some(mut task) = activity(record, ("Task", "WhatId", "Description"), &when, cx, out) else {
        return;
    };
    let kind = |field: &str| text(main, field).unwrap_or_default().to_lowercase();
    let words = format!("{} {}", kind("TaskSubtype"), kind("Type"));
    let has = |word: &str| words.contains(word);
    task.kind = match () {
        () if has("email") => ActivityKind::Email,
        () if has("call") => ActivityKind::Call,
        () if has("meeting") || has("demo") => {
            meaning::meeting(&format!("{words} {}", kind("Subject")))
        }
        () if has("note") => ActivityKind::Internal,
        () => ActivityKind::FollowUp,
    };
    out.put(Entity::Activity(Box::new(task)));
}

/// A meeting that was held. What is still to come is read again when its time has come.
pub(super) fn event(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    // Each guest has a copy of the event, and a series has a row that is none of its meetings.
    if is(main, "IsChild") || is(main, "IsRecurrence") {
        return;
    }
    let when = ["StartDateTime", "ActivityDate"];
    let Some(mut event) = activity(record, ("Event", "WhatId", "Description"), &when, cx, out)
    else {
        return;
    };
    if event.at <= cx.read_at {
        event.kind = meaning::meeting(text(main, "Subject").unwrap_or_default());
        out.put(Entity::Activity(Box::new(event)));
    }
}

/// Not sent yet, in the vendor's numbering.
const DRAFT: &str = "5";

pub(super) fn email(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    if text(main, "Status") == Some(DRAFT) && !is(main, "IsDeleted") {
        return;
    }
    let of = ("EmailMessage", "RelatedToId", "TextBody");
    let Some(mut email) = activity(record, of, &["MessageDate"], cx, out) else {
        return;
    };
    email.kind = ActivityKind::Email;
    let addresses = ["FromAddress", "ToAddress", "CcAddress"].iter();
    let addresses = addresses.filter_map(|field| text(main, field));
    let each = addresses.flat_map(|all| all.split([';', ',']));
    for address in each.map(str::trim).filter(|address| !address.is_empty()) {
        if !email.participants.iter().any(|known| known == address) {
            email.participants.push(address.to_owned());
        }
    }
    out.put(Entity::Activity(Box::new(email)));
}

/// A line of the feed of deletions: what was emptied out of the bin is seen nowhere else.
fn deleted(record: &Record, out: &mut Out) -> Option<(String, Option<Timestamp>)> {
    let (id, mut fields) = open(&record.main, "deleted", out)?;
    Some((id, fields.timestamp("deletedDate")))
}

pub(super) fn deleted_opportunity(record: &Record, cx: &Context, out: &mut Out) {
    if let Some((id, at)) = deleted(record, out) {
        out.gone(EntityKey::Deal(cx.deal(&id)), at);
    }
}

pub(super) fn deleted_account(record: &Record, cx: &Context, out: &mut Out) {
    if let Some((id, at)) = deleted(record, out) {
        out.gone(EntityKey::Company(cx.company(&id)), at);
    }
}

pub(super) fn deleted_contact(record: &Record, _: &Context, out: &mut Out) {
    if let Some((id, at)) = deleted(record, out) {
        out.lost(Kind::Stakeholder, id, at);
    }
}

pub(super) fn deleted_activity(record: &Record, _: &Context, out: &mut Out) {
    if let Some((id, at)) = deleted(record, out) {
        out.lost(Kind::Activity, id, at);
    }
}
