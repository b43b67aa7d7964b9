//! Records as Pipedrive's JSON.

use crate::crm::{
    Activity, ActivityKind, CATALOGUE, Company, Contact, Crm, CustomField, Deal, FieldKind, Line,
    Object, Stage, State as Life, User,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// An id as the number it is.
pub(super) fn number(id: &str) -> Value {
    id.parse::<u64>().map_or(Value::Null, Value::from)
}

fn maybe(id: Option<&String>) -> Value {
    id.map_or(Value::Null, |id| number(id))
}

/// A time of v2: whole seconds and a `Z`.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time of v1, which is UTC and does not say so.
pub(super) fn old_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn amount(amount: Option<Decimal>) -> Value {
    amount
        .and_then(|amount| serde_json::from_str(&amount.normalize().to_string()).ok())
        .unwrap_or_else(|| 0.into())
}

/// When the account was opened: before all there is in it.
pub(super) fn born(crm: &Crm) -> Timestamp {
    crm.users
        .values()
        .map(|user| user.created_at)
        .min()
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Whose personal token it is: somebody who sees everything.
pub(super) fn me(crm: &Crm) -> Option<&User> {
    let mut users = crm.users.values();
    users
        .clone()
        .find(|user| user.title == "Head of Sales")
        .or_else(|| users.next())
}

fn owner(owner: Option<&String>, crm: &Crm) -> Value {
    owner.map_or_else(
        || me(crm).map_or(Value::Null, |user| number(&user.id)),
        |id| number(id),
    )
}

pub(super) fn user(user: &User, crm: &Crm) -> Value {
    json!({
        "id": number(&user.id),
        "name": user.name,
        "email": user.email,
        "timezone_name": "Europe/Berlin",
        "timezone_offset": "+02:00",
        "default_currency": crm.currency,
        "active_flag": user.active,
        "is_deleted": false,
        "is_admin": i32::from(user.title == "Head of Sales"),
        "role_id": 1,
        "created": old_time(user.created_at),
        "modified": old_time(user.modified_at),
        "last_login": old_time(user.modified_at),
        "is_you": me(crm).is_some_and(|me| me.id == user.id),
    })
}

/// `open`, `won`, `lost` or `deleted`: won and lost are no stages here.
pub(super) fn status(deal: &Deal, crm: &Crm) -> &'static str {
    if matches!(deal.state, Life::Deleted { .. } | Life::Merged { .. }) {
        return "deleted";
    }
    status_of(&deal.stage, crm)
}

pub(super) fn status_of(stage: &str, crm: &Crm) -> &'static str {
    match crm.stage(stage) {
        Some(stage) if stage.is_won => "won",
        Some(stage) if stage.is_closed => "lost",
        _ => "open",
    }
}

/// The stage a deal shows: the last open one it was in.
pub(super) fn open_stage(deal: &Deal, crm: &Crm) -> String {
    // A stage that was deleted holds nothing any more.
    let is_open = |id: &str| {
        crm.pipelines
            .iter()
            .flat_map(|pipeline| &pipeline.stages)
            .any(|stage| stage.id == id && !stage.is_closed)
    };
    if is_open(&deal.stage) {
        return deal.stage.clone();
    }
    deal.moves
        .iter()
        .rev()
        .map(|step| step.stage.as_str())
        .find(|id| is_open(id))
        .or_else(|| {
            let pipeline = crm
                .pipelines
                .iter()
                .find(|known| known.id == deal.pipeline)?;
            pipeline.stages.first().map(|stage| stage.id.as_str())
        })
        .unwrap_or_default()
        .to_owned()
}

/// The deal's one person; the others are participants.
fn primary(deal: &Deal) -> Option<&str> {
    deal.roles
        .iter()
        .find(|role| role.is_primary)
        .or_else(|| deal.roles.first())
        .map(|role| role.contact.as_str())
}

pub(super) fn deal(deal: &Deal, crm: &Crm, extra: &[String]) -> Value {
    let status = status(deal, crm);
    let closed = |wanted: &str| {
        deal.closed_at
            .filter(|_| status_of(&deal.stage, crm) == wanted)
            .map(time)
    };
    let changed = deal
        .moves
        .iter()
        .skip(1)
        .rev()
        .find(|step| status_of(&step.stage, crm) == "open")
        .map(|step| time(step.at));
    let mut value = json!({
        "id": number(&deal.id),
        "title": deal.name,
        "owner_id": maybe(deal.owner.as_ref()),
        "creator_user_id": maybe(deal.owner.as_ref()),
        "person_id": primary(deal).map_or(Value::Null, number),
        "org_id": maybe(deal.company.as_ref()),
        "pipeline_id": number(&deal.pipeline),
        "stage_id": number(&open_stage(deal, crm)),
        "value": amount(deal.amount),
        "currency": deal.currency,
        "add_time": time(deal.created_at),
        "update_time": time(deal.modified_at),
        "stage_change_time": changed,
        "is_deleted": status == "deleted",
        "is_archived": matches!(deal.state, Life::Archived { .. }),
        "status": status,
        "probability": deal.probability,
        "lost_reason": deal.lost_reason,
        "visible_to": 3,
        "close_time": deal.closed_at.map(time),
        "won_time": closed("won"),
        "lost_time": closed("lost"),
        "expected_close_date": deal.expected_close.map(|date| date.to_string()),
        "label_ids": [],
        "origin": "ManuallyCreated",
        "origin_id": null,
        "channel": null,
        "channel_id": null,
        "source_lead_id": null,
        "arr": null,
        "mrr": null,
        "acv": null,
        "custom_fields": custom(Object::Deal, &deal.custom, crm),
    });
    if let Life::Archived { at } = deal.state {
        value["archive_time"] = time(at).into();
    }
    if !extra.is_empty() {
        add_extras(&mut value, deal, crm, extra);
    }
    value
}

fn add_extras(value: &mut Value, deal: &Deal, crm: &Crm, extra: &[String]) {
    let mut done: Vec<&Activity> = crm
        .activities
        .values()
        .filter(|it| it.state.is_live() && it.deal.as_ref() == Some(&deal.id))
        .collect();
    done.sort_by_key(|it| it.at);
    let (notes, rest): (Vec<&Activity>, Vec<&Activity>) =
        done.into_iter().partition(|it| is_note(it));
    let finished = rest.iter().filter(|it| it.done).count();
    let mail = || {
        rest.iter()
            .rev()
            .find(|it| it.kind == ActivityKind::Email)
            .map(|it| time(it.at))
    };
    for field in extra {
        value[field] = match field.as_str() {
            "last_activity_id" => rest
                .iter()
                .rev()
                .find(|it| it.done)
                .map_or(Value::Null, |it| number(&it.id)),
            "next_activity_id" => rest
                .iter()
                .find(|it| !it.done)
                .map_or(Value::Null, |it| number(&it.id)),
            "activities_count" => rest.len().into(),
            "done_activities_count" => finished.into(),
            "undone_activities_count" => (rest.len() - finished).into(),
            "notes_count" => notes.len().into(),
            "participants_count" => deal.roles.len().into(),
            "products_count" => deal.lines.len().into(),
            "last_outgoing_mail_time" => mail().into(),
            "first_won_time" => value["won_time"].clone(),
            "files_count" | "followers_count" | "email_messages_count" => 0.into(),
            _ => Value::Null,
        };
    }
}

pub(super) fn person(person: &Contact, crm: &Crm) -> Value {
    let (first, last) = (
        person.first_name.as_deref().unwrap_or(""),
        person.last_name.as_deref().unwrap_or(""),
    );
    let emails: Vec<Value> = person
        .email
        .iter()
        .map(|email| json!({"value": email, "primary": true, "label": "work"}))
        .collect();
    json!({
        "id": number(&person.id),
        "name": format!("{first} {last}").trim(),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "owner_id": owner(None, crm),
        "org_id": maybe(person.company.as_ref()),
        "add_time": time(person.created_at),
        "update_time": time(person.modified_at),
        "is_deleted": !person.state.is_live(),
        "visible_to": 3,
        "emails": emails,
        "phones": [{"value": "", "primary": true, "label": "work"}],
        "picture_id": null,
        "label_ids": [],
        "job_title": person.title,
        "custom_fields": custom(Object::Contact, &person.custom, crm),
    })
}

/// Industries are options with numbers, counted from 1 in this order.
pub(super) fn industries(crm: &Crm) -> BTreeSet<&str> {
    crm.companies
        .values()
        .filter_map(|company| company.industry.as_deref())
        .collect()
}

pub(super) fn organization(company: &Company, crm: &Crm, industries: &BTreeSet<&str>) -> Value {
    let industry = company.industry.as_deref().and_then(|name| {
        let place = industries.iter().position(|known| *known == name)?;
        Some(place + 1)
    });
    json!({
        "id": number(&company.id),
        "name": company.name,
        "owner_id": owner(company.owner.as_ref(), crm),
        "add_time": time(company.created_at),
        "update_time": time(company.modified_at),
        "is_deleted": !company.state.is_live(),
        "visible_to": 3,
        "address": null,
        "label_ids": [],
        "website": company.domain.as_ref().map(|domain| format!("https://www.{domain}/")),
        "linkedin": null,
        "industry": industry,
        "employee_count": company.employees,
        "annual_revenue": company.annual_revenue.map(|revenue| amount(Some(revenue))),
        "custom_fields": custom(Object::Company, &company.custom, crm),
    })
}

pub(super) fn is_note(activity: &Activity) -> bool {
    activity.kind == ActivityKind::Note
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>")
}

/// The types of activities there are: the vendor's own and one of the company's.
pub(super) fn activity_types() -> Value {
    let rows = [
        ("Call", "call"),
        ("Meeting", "meeting"),
        ("Task", "task"),
        ("Deadline", "deadline"),
        ("Email", "email"),
        ("Lunch", "lunch"),
        ("Product demo", "product_demo"),
    ];
    (1..)
        .zip(rows)
        .map(|(id, (name, key))| {
            json!({
                "id": id,
                "order_nr": id,
                "name": name,
                "key_string": key,
                "icon_key": key,
                "active_flag": true,
                "color": null,
                "is_custom_flag": key == "product_demo",
            })
        })
        .collect()
}

fn activity_type(activity: &Activity) -> &'static str {
    match activity.kind {
        ActivityKind::Call => "call",
        ActivityKind::Email => "email",
        ActivityKind::Meeting if activity.subject.starts_with("Demo") => "product_demo",
        ActivityKind::Meeting => "meeting",
        ActivityKind::Task | ActivityKind::Note => "task",
    }
}

pub(super) fn activity(activity: &Activity, crm: &Crm, extra: &[String]) -> Value {
    let due = activity.at.to_zoned(TimeZone::UTC);
    let participants: Vec<Value> = activity
        .contacts
        .iter()
        .enumerate()
        .map(|(n, id)| json!({"person_id": number(id), "primary": n == 0}))
        .collect();
    let mut value = json!({
        "id": number(&activity.id),
        "subject": activity.subject,
        "type": activity_type(activity),
        "owner_id": owner(activity.owner.as_ref(), crm),
        "creator_user_id": owner(activity.owner.as_ref(), crm),
        "is_deleted": !activity.state.is_live(),
        "add_time": time(activity.created_at),
        "update_time": time(activity.modified_at),
        "deal_id": maybe(activity.deal.as_ref()),
        "lead_id": null,
        "person_id": maybe(activity.contacts.first()),
        "org_id": maybe(activity.company.as_ref()),
        "project_id": null,
        "due_date": due.strftime("%Y-%m-%d").to_string(),
        // A task has a day and no hour.
        "due_time": if activity.kind == ActivityKind::Task { String::new() } else { due.strftime("%H:%M:%S").to_string() },
        "duration": activity.duration_s.map_or(String::new(), |s| format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)),
        "busy": true,
        "done": activity.done,
        "marked_as_done_time": activity.done.then(|| time(activity.at)),
        "location": null,
        "participants": if participants.is_empty() { Value::Null } else { Value::Array(participants) },
        "conference_meeting_client": null,
        "conference_meeting_url": null,
        "conference_meeting_id": null,
        "public_description": "",
        "priority": null,
        "note": if activity.body.is_empty() { Value::Null } else { format!("<p>{}</p>", escaped(&activity.body)).into() },
    });
    if extra.iter().any(|field| field == "attendees") {
        value["attendees"] = activity
            .contacts
            .iter()
            .filter_map(|id| crm.contacts.get(id))
            .map(|person| {
                json!({
                    "email": person.email,
                    "name": null,
                    "status": "accepted",
                    "is_organizer": false,
                    "person_id": number(&person.id),
                    "user_id": null,
                })
            })
            .collect();
    }
    value
}

pub(super) fn note(note: &Activity, crm: &Crm) -> Value {
    json!({
        "id": number(&note.id),
        "user_id": owner(note.owner.as_ref(), crm),
        "deal_id": maybe(note.deal.as_ref()),
        "person_id": maybe(note.contacts.first()),
        "org_id": maybe(note.company.as_ref()),
        "lead_id": null,
        "content": format!("<p>{}</p>", escaped(&note.body)),
        "add_time": old_time(note.created_at),
        "update_time": old_time(note.modified_at),
        "active_flag": true,
        "pinned_to_deal_flag": false,
    })
}

pub(super) fn pipelines(crm: &Crm) -> Vec<Value> {
    let born = time(born(crm));
    (1..)
        .zip(&crm.pipelines)
        .map(|(order, pipeline)| {
            json!({
                "id": number(&pipeline.id),
                "name": pipeline.label,
                "order_nr": order,
                "is_deleted": false,
                "is_deal_probability_enabled": order == 1,
                "add_time": born,
                "update_time": null,
            })
        })
        .collect()
}

pub(super) fn stages(crm: &Crm) -> Vec<Value> {
    let born = time(born(crm));
    let stage = |stage: &Stage, pipeline: &str, enabled: bool| {
        json!({
            "id": number(&stage.id),
            "order_nr": stage.order,
            "name": stage.label,
            "is_deleted": false,
            // Nobody has touched the default where probabilities are not in use.
            "deal_probability": if enabled { stage.probability } else { 100 },
            "pipeline_id": number(pipeline),
            "is_deal_rot_enabled": false,
            "days_to_rotten": null,
            "add_time": born,
            "update_time": null,
        })
    };
    crm.pipelines
        .iter()
        .enumerate()
        .flat_map(|(n, pipeline)| {
            pipeline
                .stages
                .iter()
                .filter(|stage| !stage.is_closed)
                .map(move |row| stage(row, &pipeline.id, n == 0))
        })
        .collect()
}

pub(super) fn participants(deal: &Deal, crm: &Crm) -> Vec<Value> {
    deal.roles
        .iter()
        .filter_map(|role| {
            let known = crm.contacts.get(&role.contact)?;
            let full = person(known, crm);
            Some(json!({
                "id": number(&role.id),
                "person_id": {
                    "active_flag": known.state.is_live(),
                    "name": full["name"],
                    "email": [{"label": "work", "value": known.email, "primary": true}],
                    "phone": [{"value": "", "primary": true}],
                    "owner_id": full["owner_id"],
                    "value": number(&known.id),
                },
                "person": {
                    "id": number(&known.id),
                    "name": full["name"],
                    "org_id": full["org_id"],
                    "job_title": known.title,
                },
                "added_by_user_id": maybe(deal.owner.as_ref()),
                "related_item_type": "deal",
                "related_item_id": number(&deal.id),
                "add_time": old_time(role.created_at),
                "active_flag": true,
            }))
        })
        .collect()
}

pub(super) fn products(crm: &Crm) -> Vec<Value> {
    let born = time(born(crm));
    (1..)
        .zip(CATALOGUE)
        .map(|(id, (name, code, price))| {
            json!({
                "id": id,
                "name": name,
                "code": code,
                "description": null,
                "unit": null,
                "tax": 0,
                "category": null,
                "is_linkable": true,
                "is_deleted": false,
                "visible_to": 3,
                "owner_id": owner(None, crm),
                "add_time": born,
                "update_time": born,
                "billing_frequency": frequency(id),
                "billing_frequency_cycles": null,
                "prices": [{"product_id": id, "price": price, "currency": crm.currency, "cost": 0, "direct_cost": null, "notes": ""}],
                "custom_fields": null,
            })
        })
        .collect()
}

/// What is rolled out once is billed once.
fn frequency(product: u64) -> &'static str {
    if product == 3 { "one-time" } else { "annually" }
}

/// The products on a deal, in their order.
pub(super) fn deal_products(deal: &Deal) -> Vec<Value> {
    let numbers = 1..;
    let lines = numbers.zip(&deal.lines);
    lines
        .map(|(place, line)| deal_product(line, place, deal))
        .collect()
}

pub(super) fn deal_product(line: &Line, place: u64, deal: &Deal) -> Value {
    json!({
        "id": line.id,
        "deal_id": number(&deal.id),
        "product_id": line.product,
        "product_variation_id": null,
        "name": line.name,
        "order_nr": place,
        "add_time": time(line.created_at),
        "update_time": time(line.modified_at),
        "item_price": amount(Some(line.price)),
        "quantity": amount(Some(line.quantity)),
        "sum": amount(Some(line.price * line.quantity)),
        "currency": deal.currency,
        "discount": 0,
        "discount_type": "percentage",
        "tax": 0,
        "tax_method": "exclusive",
        "is_enabled": line.enabled,
        "comments": "",
        "billing_frequency": frequency(line.product),
        "billing_frequency_cycles": null,
        "billing_start_date": null,
    })
}

/// The forty letters under which a custom field is known.
pub(super) fn code(field: &CustomField) -> String {
    let digest = Sha256::digest(format!("{:?} {}", field.object, field.name));
    let mut code = String::with_capacity(40);
    for byte in digest.iter().take(20) {
        let _ = write!(code, "{byte:02x}");
    }
    code
}

/// Number and label of what can be chosen; there is no yes-or-no field, so these are two options.
fn options(place: usize, field: &CustomField) -> Vec<(usize, String)> {
    let labels = match field.kind {
        FieldKind::Flag => vec!["Yes".to_owned(), "No".to_owned()],
        _ => field.options.clone(),
    };
    (place * 100 + 1..).zip(labels).collect()
}

fn field_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "varchar",
        FieldKind::Number => "double",
        FieldKind::Date => "date",
        FieldKind::Flag | FieldKind::Choice => "enum",
        FieldKind::Choices => "set",
    }
}

fn places(object: Object, crm: &Crm) -> impl Iterator<Item = (usize, &CustomField)> {
    (1..)
        .zip(&crm.fields)
        .filter(move |(_, field)| field.object == object)
}

/// What the company's own fields hold, by their codes; null when none is filled.
fn custom(object: Object, values: &BTreeMap<String, Value>, crm: &Crm) -> Value {
    let mut shown = Map::new();
    let mut filled = false;
    for (place, field) in places(object, crm) {
        let options = options(place, field);
        let chosen = |label: &Value| {
            options
                .iter()
                .find(|(_, known)| label.as_str() == Some(known))
                .map_or(Value::Null, |(id, _)| (*id).into())
        };
        let value = match (field.kind, values.get(&field.name)) {
            (_, None | Some(Value::Null)) => Value::Null,
            (FieldKind::Flag, Some(flag)) => {
                let word = if flag.as_bool() == Some(true) {
                    "Yes"
                } else {
                    "No"
                };
                chosen(&word.into())
            }
            (FieldKind::Choice, Some(label)) => chosen(label),
            (FieldKind::Choices, Some(Value::Array(labels))) => {
                labels.iter().map(chosen).filter(Value::is_number).collect()
            }
            (_, Some(value)) => value.clone(),
        };
        filled |= !value.is_null();
        shown.insert(code(field), value);
    }
    if filled {
        Value::Object(shown)
    } else {
        Value::Null
    }
}

/// Custom fields as a webhook tells them: each with its type.
pub(super) fn typed(custom: &Value, crm: &Crm) -> Value {
    let Value::Object(fields) = custom else {
        return json!({});
    };
    let kinds: BTreeMap<String, FieldKind> = crm
        .fields
        .iter()
        .map(|field| (code(field), field.kind))
        .collect();
    fields
        .iter()
        .map(|(code, value)| {
            let kind = kinds.get(code).copied().unwrap_or(FieldKind::Text);
            let typed = match (value, kind) {
                (Value::Null, _) => Value::Null,
                (id, FieldKind::Flag | FieldKind::Choice) => json!({"type": "enum", "id": id}),
                (Value::Array(ids), FieldKind::Choices) => {
                    let values: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
                    json!({"type": "set", "values": values})
                }
                (value, kind) => json!({"type": field_type(kind), "value": value}),
            };
            (code.clone(), typed)
        })
        .collect()
}

/// The fields of an object, the vendor's first.
pub(super) fn fields(kind: &str, crm: &Crm) -> Vec<Value> {
    let (object, own): (Object, &[(&str, &str, &str)]) = match kind {
        "dealFields" => (
            Object::Deal,
            &[
                ("title", "Title", "varchar"),
                ("value", "Value", "monetary"),
                ("stage_id", "Stage", "stage"),
                ("pipeline_id", "Pipeline", "pipeline"),
                ("status", "Status", "status"),
                ("owner_id", "Owner", "user"),
                ("person_id", "Contact person", "people"),
                ("org_id", "Organization", "org"),
                ("expected_close_date", "Expected close date", "date"),
                ("probability", "Probability", "int"),
                ("lost_reason", "Lost reason", "varchar_options"),
                ("label_ids", "Label", "set"),
            ],
        ),
        "personFields" => (
            Object::Contact,
            &[
                ("name", "Name", "varchar"),
                ("emails", "Email", "varchar"),
                ("phones", "Phone", "phone"),
                ("job_title", "Job title", "varchar"),
                ("org_id", "Organization", "org"),
            ],
        ),
        "organizationFields" => (
            Object::Company,
            &[
                ("name", "Name", "varchar"),
                ("address", "Address", "address"),
                ("website", "Website", "varchar"),
                ("industry", "Industry", "enum"),
                ("employee_count", "Number of employees", "int"),
                ("annual_revenue", "Annual revenue", "double"),
            ],
        ),
        "activityFields" => (
            Object::Activity,
            &[
                ("subject", "Subject", "varchar"),
                ("type", "Type", "enum"),
                ("due_date", "Due date", "date"),
                ("done", "Done", "boolean"),
            ],
        ),
        _ => (
            Object::Move,
            &[
                ("name", "Name", "varchar"),
                ("code", "Product code", "varchar"),
            ],
        ),
    };
    let field = |code: &str, name: &str, kind: &str, options: Value, own: bool| {
        json!({
            "field_code": code,
            "field_name": name,
            "field_type": kind,
            "options": options,
            "is_custom_field": !own,
            "is_optional_response_field": false,
            "subfields": null,
        })
    };
    let mut rows: Vec<Value> = own
        .iter()
        .map(|(code, name, kind)| {
            let options = if *code == "industry" {
                (1..)
                    .zip(industries(crm))
                    .map(|(id, label): (u64, &str)| json!({"id": id, "label": label}))
                    .collect()
            } else {
                Value::Null
            };
            field(code, name, kind, options, true)
        })
        .collect();
    for (place, known) in places(object, crm) {
        let options: Vec<Value> = options(place, known)
            .into_iter()
            .map(|(id, label)| json!({"id": id, "label": label}))
            .collect();
        let options = if options.is_empty() {
            Value::Null
        } else {
            Value::Array(options)
        };
        rows.push(field(
            &code(known),
            &known.label,
            field_type(known.kind),
            options,
            false,
        ));
    }
    rows
}
