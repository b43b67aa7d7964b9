//! What Salesforce's records mean.

use super::wire::CUT;
use crate::item::Item;
use crate::meaning::{self, Ends};
use connector::value::{Fields, ODD_DATE, ODD_RECORD, UNKNOWN_WORD, id, instant, is, text};
use connector::{Context, Hint, Kind, Known, Out, Record, Text, Value};
use model::{
    Activity, ActivityKind, CanonicalStage, Company, Deal, Entity, EntityKey, Layer, Person,
    Pipeline, Stage, StageVisit, Stakeholder, Timestamp,
};
use std::collections::BTreeMap;

/// A record with its id; an issue where it has none.
pub(super) fn open<'a>(
    record: &'a Record,
    what: &str,
    cx: &'a Context<'a>,
    out: &'a mut Out,
) -> Option<Item<'a>> {
    let main = &record.main;
    let id = text(main, "Id").or_else(|| text(main, "id"));
    let mut it = Item::new((what, id.unwrap_or("?")), (main, main), cx, out).of(record);
    if id.is_none() {
        let remedy = "nothing: it is left out, and stays with the raw page";
        it.odd(ODD_RECORD, "Id", "this record has no id", remedy, "");
        return None;
    }
    it.stamp = it.timestamp("SystemModstamp");
    Some(it)
}

fn currency<'a>(it: &Item<'a>) -> Option<&'a str> {
    let home = it.cx.known.text("organization", "DefaultCurrencyIsoCode");
    text(it.main, "CurrencyIsoCode").or(home)
}

/// Custom fields, by their API names, those that were asked for beside the page included.
fn custom(it: &Item) -> BTreeMap<String, String> {
    let all = std::iter::once(it.main).chain(it.part("more"));
    let fields = all.flat_map(Value::fields);
    let custom = fields.filter(|(name, _)| name.contains("__"));
    let read = custom.filter_map(|(name, value)| {
        let value = meaning::custom(value)?;
        // REST and bulk write one instant in two ways.
        let bare = value.strip_suffix("+0000").filter(|it| it.len() == 23);
        let value = bare.map(|bare| format!("{bare}Z")).unwrap_or(value);
        Some((name.to_owned(), value))
    });
    read.collect()
}

/// What a record calls a stage. The label people see may be changed without a record noticing.
fn stage_name(stage: &Value) -> Option<&str> {
    text(stage, "ApiName").or_else(|| text(stage, "MasterLabel"))
}

fn setting_of<'a>(name: &str, cx: &Context<'a>) -> Option<&'a Value> {
    let mut all = cx.known.all("stages").iter();
    all.find(|stage| stage_name(stage) == Some(name))
}

/// What a stage means, by its name, its label and the flags it has in the settings.
fn stage_meaning(name: &str, cx: &Context) -> Option<(CanonicalStage, Layer)> {
    let stage = setting_of(name, cx);
    let label = stage.and_then(|stage| text(stage, "MasterLabel"));
    let labels = std::iter::once(name).chain(label);
    meaning::stage(labels, stage.map_or(Ends::Open, ends), cx)
}

fn ends(record: &Value) -> Ends {
    match (is(record, "IsClosed"), is(record, "IsWon")) {
        (false, _) => Ends::Open,
        (true, true) => Ends::Won,
        (true, false) => Ends::Lost,
    }
}

/// The one pipeline an organisation has: sales processes are choices among its stages.
const PIPELINE: &str = "opportunities";

pub(super) fn setting(known: &Known, cx: &Context, out: &mut Out) {
    let named = known.all("stages").iter();
    let named = named.filter_map(|stage| Some((stage_name(stage)?, stage)));
    let stage = |(name, stage): (&str, &Value)| {
        let place = format!("salesforce/OpportunityStage/{name}");
        let mut fields = Fields::new(stage, place, out);
        let remedy = "say what it means in the settings of the pipeline";
        let meaning = stage_meaning(name, cx);
        let stage = meaning::known(name, meaning, ("ApiName", remedy), &mut fields);
        let order = fields.count("SortOrder");
        Stage {
            order: order.and_then(|it| it.try_into().ok()).unwrap_or(u16::MAX),
            probability: fields.share("DefaultProbability", 100),
            ..stage
        }
    };
    let mut stages: Vec<Stage> = named.map(stage).collect();
    stages.sort_by_key(|stage| stage.order);
    out.put(Entity::Pipeline(Pipeline {
        id: cx.pipeline(PIPELINE),
        name: "Opportunities".to_owned(),
        stages,
    }));
}

pub(super) fn user(it: &mut Item) {
    // Where nobody is named, the one person in the role above is it; of several nobody knows which.
    let above = match it.part("above") {
        [one] => id(one, "Id").filter(|above| *above != it.id),
        _ => None,
    };
    let manager = id(it.main, "ManagerId").or(above);
    let team = it.text("/UserRole/Name");
    let person = Person {
        name: it.text("Name"),
        email: it.text("Email"),
        team: team.or_else(|| it.text("Department")),
        manager: manager.map(|manager| it.cx.person(&manager)),
        role: it.text("Title"),
        ..Person::new(it.cx.person(&it.id))
    };
    it.put(person);
}

/// The role above a user for whom no manager is named.
pub(super) fn role_above(record: &Record) -> Vec<Text> {
    let above = id(&record.main, "/UserRole/ParentRoleId");
    let has_none = text(&record.main, "ManagerId").is_none();
    above.filter(|_| has_none).into_iter().collect()
}

/// Whose role it is, if they still work there.
pub(super) fn holds(user: &Value) -> Option<Text> {
    id(user, "UserRoleId").filter(|_| is(user, "IsActive"))
}

/// The id of a record that is there: what is in the recycle bin has no more to ask for.
pub(super) fn live(record: &Record) -> Vec<Text> {
    let id = id(&record.main, "Id").filter(|_| !is(&record.main, "IsDeleted"));
    id.into_iter().collect()
}

/// The id of a record whose custom fields did not all fit into the address it was asked with.
pub(super) fn cut(record: &Record) -> Vec<Text> {
    match record.main.get(CUT) {
        Some(_) => live(record),
        None => Vec::new(),
    }
}

pub(super) fn company(it: &mut Item) {
    let key = it.cx.company(&it.id);
    if it.is("IsDeleted") {
        return match it.company("MasterRecordId") {
            Some(winner) => it
                .out
                .merged(EntityKey::Company(key), EntityKey::Company(winner)),
            None => it.gone(EntityKey::Company(key)),
        };
    }
    let currency = currency(it);
    let company = Company {
        domain: it.domain("Website"),
        name: it.text("Name"),
        industry: it.text("Industry"),
        employees: it.count("NumberOfEmployees"),
        annual_revenue: it.money("AnnualRevenue", currency),
        owner: it.person("OwnerId"),
        custom_fields: custom(it),
        ..Company::new(key)
    };
    it.put(company);
}

pub(super) fn opportunity(it: &mut Item) {
    let key = it.cx.deal(&it.id);
    if it.is("IsDeleted") {
        return it.gone(EntityKey::Deal(key));
    }
    let created_at = it.timestamp("CreatedDate");
    let stage = it.text("StageName");
    let visits = visits(stage.as_deref(), created_at, it);
    let name = stage.as_deref();
    let meaning = name.and_then(|name| stage_meaning(name, it.cx));
    if let Some(name) = name.filter(|name| setting_of(name, it.cx).is_none()) {
        let what = "there is no such stage any more";
        let remedy = "give the deal one of the stages of the settings";
        it.odd(UNKNOWN_WORD, "StageName", what, remedy, name);
    }
    let ends = ends(it.main);
    let canonical_stage = match ends {
        Ends::Won => Some(CanonicalStage::ClosedWon),
        Ends::Lost => Some(CanonicalStage::ClosedLost),
        _ => meaning.map(|(canonical, _)| canonical),
    };
    let custom_fields = custom(it);
    let says_why = |name: &String| {
        let name = name.to_lowercase();
        name.contains("reason") && (name.contains("lost") || name.contains("loss"))
    };
    let why = custom_fields.iter().find(|(name, _)| says_why(name));
    let currency = currency(it);
    let deal = Deal {
        name: it.text("Name"),
        company: it.company("AccountId"),
        amount: it.money("Amount", currency),
        pipeline: Some(it.cx.pipeline(PIPELINE)),
        stage,
        canonical_stage,
        probability: it.share("Probability", 100),
        expected_close: it.date("CloseDate"),
        owner: it.person("OwnerId"),
        created_at,
        updated_at: it.stamp,
        closed_at: meaning::last_move(&visits).filter(|_| ends != Ends::Open),
        lost_reason: why
            .filter(|_| ends == Ends::Lost)
            .map(|(_, why)| why.clone()),
        custom_fields,
        ..Deal::new(key)
    };
    it.put_deal(deal, visits);
    if it.has_part("roles") {
        it.out.whole.push(key);
        let (deal, cx) = (it.id.clone(), it.cx);
        for (contact, roles) in by(it.part("roles"), "ContactId") {
            let who = roles.iter().find_map(|role| role.get("Contact"));
            let who = who.unwrap_or(&Value::Null);
            let mut it = Item::new(("Contact", contact), (who, who), cx, it.out);
            stakeholder(&deal, &roles, &mut it);
        }
    }
}

/// Rows by the id in a field.
fn by<'a>(rows: &'a [Value], field: &str) -> BTreeMap<&'a str, Vec<&'a Value>> {
    let mut found: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in rows {
        if let Some(id) = text(row, field) {
            found.entry(id).or_default().push(row);
        }
    }
    found
}

/// The stages a deal entered. History has a row for the creation and for changes of other fields.
fn visits(stage: Option<&str>, created_at: Option<Timestamp>, it: &mut Item) -> Vec<StageVisit> {
    let mut rows: Vec<&Value> = it.part("history").iter().collect();
    rows.sort_by_key(|row| text(row, "Id"));
    let entered = |row: &Value| Some((instant(row, "CreatedDate")?, id(row, "StageName")?.into()));
    let mut moves: Vec<_> = rows.into_iter().filter_map(entered).collect();
    moves.sort_by_key(|(at, _)| *at);
    // History was read after the deal: what happened in between comes with the next read.
    let stamp = it.stamp;
    let is_later = |(at, name): &mut (_, String)| Some(*at) > stamp && Some(name.as_str()) != stage;
    while stamp.is_some() && moves.pop_if(is_later).is_some() {}
    // An imported deal is older than its history.
    if let (Some((first, _)), Some(created)) = (moves.first_mut(), created_at) {
        *first = created.min(*first);
    }
    let begins = created_at.filter(|_| moves.is_empty());
    let since = it.timestamp("LastStageChangeDate").or(begins).or(stamp);
    let what = "its history ends in another stage";
    let odd = Some((what, "nothing: the deal's own stage is taken"));
    meaning::visits_to(stage, since, moves, ("StageName", odd), it)
}

/// A contact on a deal, with their roles on it: a person may have several, and is one stakeholder.
fn stakeholder(deal: &str, roles: &[&Value], it: &mut Item) {
    let mut held: Vec<&Value> = roles.to_vec();
    held.retain(|role| !is(role, "IsDeleted"));
    // Roles outlive their contact, and may be seen where the contact is not.
    if held.is_empty() || it.main.is_null() || it.is("IsDeleted") {
        return;
    }
    held.sort_by_key(|role| (!is(role, "IsPrimary"), text(role, "Id")));
    let part = |role: &&Value| meaning::role(text(role, "Role")?);
    let added = held.iter().filter_map(|role| instant(role, "CreatedDate"));
    let key = it.cx.stakeholder(&format!("{deal}/{}", it.id));
    // A role that is taken away later is told by its own id alone. Of several the others still hold.
    let only = match held.as_slice() {
        [role] => id(role, "Id"),
        _ => None,
    };
    let only = only.map(|role| ("salesforce/role".to_owned(), role.into()));
    let stakeholder = Stakeholder {
        external_ids: only.into_iter().collect(),
        name: it.text("Name"),
        title: it.text("Title"),
        email: it.text("Email"),
        role: held.iter().find_map(part),
        added_at: added.min(),
        ..Stakeholder::new(key, it.cx.deal(deal))
    };
    // A role that was taken away is a change of what the contact is.
    let stamps = roles
        .iter()
        .filter_map(|role| instant(role, "SystemModstamp"));
    let own = instant(it.main, "SystemModstamp");
    it.stamp = stamps.max().max(own);
    it.put(stakeholder);
}

/// Whose roles are asked for: a contact's; of one that was merged, those of who lives on.
pub(super) fn contacts(record: &Record) -> Vec<Text> {
    let winner = id(&record.main, "MasterRecordId");
    winner.map_or_else(|| live(record), |winner| vec![winner])
}

/// A contact on each of their deals; where it was merged into another, the other's deals.
pub(super) fn contact(it: &mut Item) {
    let is_gone = it.is("IsDeleted");
    if is_gone {
        it.lost(Kind::Stakeholder);
    }
    for (deal, roles) in by(it.part("roles"), "OpportunityId") {
        if is_gone {
            it.out.hints.push(Hint::new("opportunities", deal));
        } else {
            stakeholder(deal, &roles, it);
        }
    }
}

/// A role that was given, changed or taken away: the deal it is on has all of them.
pub(super) fn role(it: &mut Item) {
    if let Some(deal) = text(it.main, "OpportunityId") {
        it.out.hints.push(Hint::new("opportunities", deal));
    }
}

/// An activity, with what all of them have; nothing where there was none, or no more.
fn activity(about: &str, content: &str, when: &[&str], it: &mut Item) -> Option<Activity> {
    // An e-mail is also a task, and is one activity.
    let key = it
        .cx
        .activity(text(it.main, "ActivityId").unwrap_or(&it.id));
    // Opportunities are told from accounts by how their ids begin.
    let deal = text(it.main, about).filter(|id| id.starts_with("006"));
    let deal = deal.map(|deal| it.cx.deal(deal));
    if it.is("IsDeleted") {
        it.gone(EntityKey::Activity(deal, key));
        return None;
    }
    let Some(at) = when.iter().find_map(|field| it.timestamp(field)) else {
        let what = "this activity has no date and was left out";
        let field = when.first().copied().unwrap_or_default();
        it.odd(ODD_DATE, field, what, "give it a date at the source", "");
        return None;
    };
    let participants = ["/Who/Name", "/Owner/Name"].map(|field| it.text(field));
    let said = ["Subject", content].map(|field| it.text(field));
    let said = meaning::joined(said, "\n");
    Some(Activity {
        deal,
        participants: participants.into_iter().flatten().collect(),
        summary: said.as_deref().and_then(meaning::summary),
        ..Activity::new(key, ActivityKind::FollowUp, at)
    })
}

pub(super) fn task(it: &mut Item) {
    let is_done = it.is("IsClosed") || text(it.main, "Status") == Some("Completed");
    if !is_done && !it.is("IsDeleted") {
        return;
    }
    let when = ["CompletedDateTime", "ActivityDate", "CreatedDate"];
    let Some(mut task) = activity("WhatId", "Description", &when, it) else {
        return;
    };
    let words = ["TaskSubtype", "Type"].map(|field| text(it.main, field).unwrap_or_default());
    let words = words.join(" ").to_lowercase();
    let has = |word: &str| words.contains(word);
    task.kind = match () {
        () if has("email") => ActivityKind::Email,
        () if has("call") => ActivityKind::Call,
        () if has("meeting") || has("demo") => {
            let subject = text(it.main, "Subject").unwrap_or_default();
            meaning::meeting(&format!("{words} {subject}"))
        }
        () if has("note") => ActivityKind::Internal,
        () => ActivityKind::FollowUp,
    };
    it.put(task);
}

/// A meeting that was held. What is still to come is read again when its time has come.
pub(super) fn event(it: &mut Item) {
    // Each guest has a copy of the event, and a series has a row that is none of its meetings.
    if it.is("IsChild") || it.is("IsRecurrence") {
        return;
    }
    let when = ["StartDateTime", "ActivityDate"];
    let Some(mut event) = activity("WhatId", "Description", &when, it) else {
        return;
    };
    if event.at <= it.cx.read_at {
        event.kind = meaning::meeting(text(it.main, "Subject").unwrap_or_default());
        it.put(event);
    }
}

/// Where an e-mail's own id stands beside that of the task it also is.
pub(super) const EMAIL: &str = "/email";
/// Not sent yet, in the vendor's numbering.
const DRAFT: &str = "5";

pub(super) fn email(it: &mut Item) {
    if text(it.main, "Status") == Some(DRAFT) && !it.is("IsDeleted") {
        return;
    }
    let Some(mut email) = activity("RelatedToId", "TextBody", &["MessageDate"], it) else {
        return;
    };
    email.kind = ActivityKind::Email;
    let own = (format!("{}{EMAIL}", it.cx.source), it.id.clone());
    email.external_ids.extend([own]);
    if let Some(task) = id(it.main, "ActivityId") {
        it.id = task.into();
    }
    let addresses = ["FromAddress", "ToAddress", "CcAddress"].into_iter();
    let addresses = addresses.filter_map(|field| text(it.main, field));
    let each = addresses.flat_map(|all| all.split([';', ',']));
    for address in each.map(str::trim).filter(|address| !address.is_empty()) {
        if !email.participants.iter().any(|known| known == address) {
            email.participants.push(address.to_owned());
        }
    }
    it.put(email);
}

/// A line of a feed of deletions. The first letters of an id say of what.
pub(super) fn deleted(it: &mut Item) {
    it.stamp = it.timestamp("deletedDate");
    match it.id.get(..3) {
        Some("006") => it.gone(EntityKey::Deal(it.cx.deal(&it.id))),
        Some("001") => it.gone(EntityKey::Company(it.cx.company(&it.id))),
        // A contact, wherever they have a role, or the one role a contact has on a deal.
        Some("003" | "00K") => it.lost(Kind::Stakeholder),
        _ => it.lost(Kind::Activity),
    }
}
