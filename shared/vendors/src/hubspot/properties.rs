//! What properties there are, and a record's values for them: always text, or null.

use super::record::{Kind, Record};
use super::{Portal, iso};
use crate::crm::{
    Activity, ActivityKind, Company, Contact, Crm, CustomField, Deal, FieldKind, Move, Object,
};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::cell::OnceCell;
use std::collections::HashMap;

/// Versions of a property that are kept.
const VERSIONS: usize = 20;

/// What a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Flag,
    Choice,
    Choices,
    Date,
    Instant,
}

/// A property of a kind of record.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) holds: Type,
    pub(super) options: Vec<(String, String)>,
    /// Works itself out, without moving the record's stamp.
    pub(super) calculated: bool,
    pub(super) custom: bool,
}

type Plain = (&'static str, &'static str, Type, bool);

const DEAL: &[Plain] = &[
    ("dealname", "Deal Name", Type::Text, false),
    ("amount", "Amount", Type::Number, false),
    (
        "amount_in_home_currency",
        "Amount in company currency",
        Type::Number,
        true,
    ),
    ("deal_currency_code", "Currency", Type::Choice, false),
    ("closedate", "Close Date", Type::Instant, false),
    ("createdate", "Create Date", Type::Instant, false),
    ("hs_createdate", "HubSpot Create Date", Type::Instant, false),
    (
        "hs_lastmodifieddate",
        "Last Modified Date",
        Type::Instant,
        false,
    ),
    ("hubspot_owner_id", "Deal Owner", Type::Choice, false),
    (
        "hs_deal_stage_probability",
        "Deal Probability",
        Type::Number,
        true,
    ),
    ("hs_is_closed", "Is Deal Closed?", Type::Flag, true),
    ("hs_is_closed_won", "Is Closed Won", Type::Flag, true),
    (
        "closed_lost_reason",
        "Closed Lost Reason",
        Type::Text,
        false,
    ),
    (
        "hs_merged_object_ids",
        "Merged Deal IDs",
        Type::Choices,
        false,
    ),
    ("hs_object_id", "Record ID", Type::Number, false),
    (
        "notes_last_contacted",
        "Last Contacted",
        Type::Instant,
        true,
    ),
    (
        "hs_v2_date_entered_current_stage",
        "Date entered current stage",
        Type::Instant,
        true,
    ),
    (
        "num_associated_contacts",
        "Number of Associated Contacts",
        Type::Number,
        true,
    ),
];
const COMPANY: &[Plain] = &[
    ("name", "Company name", Type::Text, false),
    ("domain", "Company Domain Name", Type::Text, false),
    ("industry", "Industry", Type::Choice, false),
    (
        "numberofemployees",
        "Number of Employees",
        Type::Number,
        false,
    ),
    ("annualrevenue", "Annual Revenue", Type::Number, false),
    ("hubspot_owner_id", "Company owner", Type::Choice, false),
    ("createdate", "Create Date", Type::Instant, false),
    (
        "hs_lastmodifieddate",
        "Last Modified Date",
        Type::Instant,
        false,
    ),
    (
        "hs_merged_object_ids",
        "Merged Company IDs",
        Type::Choices,
        false,
    ),
    ("hs_object_id", "Record ID", Type::Number, false),
];
const CONTACT: &[Plain] = &[
    ("firstname", "First Name", Type::Text, false),
    ("lastname", "Last Name", Type::Text, false),
    ("email", "Email", Type::Text, false),
    ("jobtitle", "Job Title", Type::Text, false),
    ("hs_buying_role", "Buying Role", Type::Choices, false),
    (
        "associatedcompanyid",
        "Primary Associated Company ID",
        Type::Number,
        true,
    ),
    ("createdate", "Create Date", Type::Instant, false),
    (
        "lastmodifieddate",
        "Last Modified Date",
        Type::Instant,
        false,
    ),
    (
        "hs_merged_object_ids",
        "Merged Contact IDs",
        Type::Choices,
        false,
    ),
    ("hs_object_id", "Record ID", Type::Number, false),
];
const ACTIVITY: &[Plain] = &[
    ("hs_timestamp", "Activity date", Type::Instant, false),
    (
        "hubspot_owner_id",
        "Activity assigned to",
        Type::Choice,
        false,
    ),
    ("hs_createdate", "Create date", Type::Instant, false),
    (
        "hs_lastmodifieddate",
        "Last modified date",
        Type::Instant,
        false,
    ),
    ("hs_object_id", "Record ID", Type::Number, false),
];
const CALL: &[Plain] = &[
    ("hs_call_title", "Call Title", Type::Text, false),
    ("hs_call_body", "Call notes", Type::Text, false),
    ("hs_call_duration", "Call duration", Type::Number, false),
    ("hs_call_direction", "Call direction", Type::Choice, false),
    ("hs_call_status", "Call status", Type::Choice, false),
    ("hs_call_disposition", "Call outcome", Type::Choice, false),
];
const EMAIL: &[Plain] = &[
    ("hs_email_subject", "Email subject", Type::Text, false),
    ("hs_email_text", "Text body", Type::Text, false),
    ("hs_email_html", "Email body", Type::Text, false),
    ("hs_email_direction", "Email direction", Type::Choice, false),
    ("hs_email_status", "Email send status", Type::Choice, false),
    ("hs_email_headers", "Email headers", Type::Text, false),
];
const MEETING: &[Plain] = &[
    ("hs_meeting_title", "Meeting name", Type::Text, false),
    ("hs_meeting_body", "Meeting description", Type::Text, false),
    (
        "hs_internal_meeting_notes",
        "Internal meeting notes",
        Type::Text,
        false,
    ),
    (
        "hs_meeting_start_time",
        "Meeting start time",
        Type::Instant,
        false,
    ),
    (
        "hs_meeting_end_time",
        "Meeting end time",
        Type::Instant,
        false,
    ),
    ("hs_meeting_outcome", "Meeting outcome", Type::Choice, false),
];
const NOTE: &[Plain] = &[("hs_note_body", "Note body", Type::Text, false)];
const TASK: &[Plain] = &[
    ("hs_task_subject", "Task Title", Type::Text, false),
    ("hs_task_body", "Task notes", Type::Text, false),
    ("hs_task_status", "Task status", Type::Choice, false),
    ("hs_task_type", "Task type", Type::Choice, false),
    ("hs_task_priority", "Priority", Type::Choice, false),
];

fn plain(kind: Kind) -> [&'static [Plain]; 2] {
    match kind {
        Kind::Deal => [DEAL, &[]],
        Kind::Company => [COMPANY, &[]],
        Kind::Contact => [CONTACT, &[]],
        Kind::Activity(ActivityKind::Call) => [ACTIVITY, CALL],
        Kind::Activity(ActivityKind::Email) => [ACTIVITY, EMAIL],
        Kind::Activity(ActivityKind::Meeting) => [ACTIVITY, MEETING],
        Kind::Activity(ActivityKind::Note) => [ACTIVITY, NOTE],
        Kind::Activity(ActivityKind::Task) => [ACTIVITY, TASK],
    }
}

/// What a list answers with when no properties are named.
pub(super) fn usual(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Deal => &["amount", "closedate", "dealname", "dealstage", "pipeline"],
        Kind::Company => &["domain", "name"],
        Kind::Contact => &["email", "firstname", "lastname"],
        Kind::Activity(_) => &[],
    }
}

/// Every property of a kind of record.
pub(super) fn all(crm: &Crm, kind: Kind) -> Vec<Property> {
    let mut all: Vec<Property> = plain(kind)
        .into_iter()
        .flatten()
        .map(|&(name, label, holds, calculated)| Property {
            name: name.to_owned(),
            label: label.to_owned(),
            holds,
            options: options(crm, kind, name),
            calculated,
            custom: false,
        })
        .collect();
    if kind == Kind::Deal {
        all.extend(of_pipelines(crm));
    }
    all.extend(fields(crm, kind).map(|field| {
        Property {
            name: field.name.clone(),
            label: field.label.clone(),
            holds: match field.kind {
                FieldKind::Text => Type::Text,
                FieldKind::Number => Type::Number,
                FieldKind::Date => Type::Date,
                FieldKind::Flag => Type::Flag,
                FieldKind::Choice => Type::Choice,
                FieldKind::Choices => Type::Choices,
            },
            options: field
                .options
                .iter()
                .map(|option| (option.clone(), option.clone()))
                .collect(),
            calculated: false,
            custom: true,
        }
    }));
    all
}

/// The property of this name.
pub(super) fn named(crm: &Crm, kind: Kind, name: &str) -> Option<Property> {
    all(crm, kind)
        .into_iter()
        .find(|property| property.name == name)
}

fn of_pipelines(crm: &Crm) -> Vec<Property> {
    let choice = |name: &str, label: &str, options: Vec<(String, String)>| Property {
        name: name.to_owned(),
        label: label.to_owned(),
        holds: Type::Choice,
        options,
        calculated: false,
        custom: false,
    };
    let pipelines = crm
        .pipelines
        .iter()
        .map(|pipeline| (pipeline.id.clone(), pipeline.label.clone()))
        .collect();
    let stages = crm.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let stage_options = stages
        .clone()
        .map(|stage| (stage.id.clone(), stage.label.clone()))
        .collect();
    let mut all = vec![
        choice("pipeline", "Pipeline", pipelines),
        choice("dealstage", "Deal Stage", stage_options),
    ];
    for stage in stages {
        for (prefix, label) in [(ENTERED, "Date entered"), (EXITED, "Date exited")] {
            all.push(Property {
                name: format!("{prefix}{}", stage.id),
                label: format!("{label} \"{}\"", stage.label),
                holds: Type::Instant,
                options: Vec::new(),
                calculated: true,
                custom: false,
            });
        }
    }
    all
}

const ENTERED: &str = "hs_v2_date_entered_";
const EXITED: &str = "hs_v2_date_exited_";

fn fields(crm: &Crm, kind: Kind) -> impl Iterator<Item = &CustomField> {
    let object = match kind {
        Kind::Deal => Object::Deal,
        Kind::Company => Object::Company,
        Kind::Contact => Object::Contact,
        Kind::Activity(_) => Object::Activity,
    };
    crm.fields
        .iter()
        .filter(move |field| field.object == object)
}

fn options(crm: &Crm, kind: Kind, name: &str) -> Vec<(String, String)> {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|&(value, label)| (value.to_owned(), label.to_owned()))
            .collect()
    };
    match name {
        "deal_currency_code" => vec![(crm.currency.clone(), crm.currency.clone())],
        "industry" if kind == Kind::Company => pairs(&INDUSTRIES),
        "hs_buying_role" => pairs(&BUYING_ROLES),
        "hs_call_disposition" => pairs(&DISPOSITIONS),
        "hs_meeting_outcome" => pairs(&[
            ("SCHEDULED", "Scheduled"),
            ("COMPLETED", "Completed"),
            ("RESCHEDULED", "Rescheduled"),
            ("NO_SHOW", "No show"),
            ("CANCELED", "Canceled"),
        ]),
        _ => Vec::new(),
    }
}

/// HubSpot's words for the industries of the invented company.
const INDUSTRIES: [(&str, &str); 9] = [
    ("LOGISTICS_AND_SUPPLY_CHAIN", "Logistics"),
    ("MACHINERY", "Manufacturing"),
    ("OIL_ENERGY", "Energy"),
    ("HOSPITAL_HEALTH_CARE", "Healthcare"),
    ("INSURANCE", "Insurance"),
    ("RETAIL", "Retail"),
    ("MEDIA_PRODUCTION", "Media"),
    ("EDUCATION_MANAGEMENT", "Education"),
    ("GOVERNMENT_ADMINISTRATION", "Public Sector"),
];
const BUYING_ROLES: [(&str, &str); 9] = [
    ("BLOCKER", "Blocker"),
    ("BUDGET_HOLDER", "Budget Holder"),
    ("CHAMPION", "Champion"),
    ("DECISION_MAKER", "Decision Maker"),
    ("END_USER", "End User"),
    ("EXECUTIVE_SPONSOR", "Executive Sponsor"),
    ("INFLUENCER", "Influencer"),
    ("LEGAL_AND_COMPLIANCE", "Legal & Compliance"),
    ("OTHER", "Other"),
];
const DISPOSITIONS: [(&str, &str); 3] = [
    ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"),
    ("b2cf5968-551e-4856-9783-52b3da59a7d0", "Left voicemail"),
    ("73a0d17f-1163-4015-bdd5-ec830791da20", "No answer"),
];

/// A property as the properties endpoint tells it.
pub(super) fn told(property: &Property) -> Value {
    let (kind, field) = match property.holds {
        Type::Text => ("string", "text"),
        Type::Number => ("number", "number"),
        Type::Flag => ("bool", "booleancheckbox"),
        Type::Choice => ("enumeration", "select"),
        Type::Choices => ("enumeration", "checkbox"),
        Type::Date => ("date", "date"),
        Type::Instant => ("datetime", "date"),
    };
    let options: Vec<Value> = property
        .options
        .iter()
        .zip(0..)
        .map(|((value, label), order)| {
            json!({"value": value, "label": label, "displayOrder": order, "hidden": false})
        })
        .collect();
    json!({
        "name": property.name,
        "label": property.label,
        "type": kind,
        "fieldType": field,
        "description": "",
        "groupName": "information",
        "options": options,
        "displayOrder": -1,
        "calculated": property.calculated,
        "externalOptions": property.name == "hubspot_owner_id",
        "archived": false,
        "hasUniqueValue": property.name == "hs_object_id",
        "hidden": false,
        "formField": property.custom,
        "hubspotDefined": !property.custom,
        "modificationMetadata": {
            "archivable": property.custom,
            "readOnlyDefinition": !property.custom,
            "readOnlyValue": property.calculated,
        },
        "createdAt": "2019-08-06T02:41:52.001Z",
        "updatedAt": "2026-03-11T09:15:20.300Z",
    })
}

/// The portal as one call sees it.
pub(super) struct View<'a> {
    pub(super) crm: &'a Crm,
    pub(super) portal: &'a Portal,
    pub(super) reads_mail: bool,
    last_contacted: OnceCell<HashMap<&'a str, Timestamp>>,
}

impl<'a> View<'a> {
    pub(super) fn of(crm: &'a Crm, portal: &'a Portal, reads_mail: bool) -> View<'a> {
        View {
            crm,
            portal,
            reads_mail,
            last_contacted: OnceCell::new(),
        }
    }

    /// A record's value; empty text where HubSpot writes that, none for null.
    pub(super) fn value(&self, record: Record<'_>, name: &str) -> Option<String> {
        match name {
            "hs_object_id" => return Some(record.id().to_owned()),
            "createdate" | "hs_createdate" => return Some(iso(record.created_at())),
            "lastmodifieddate" | "hs_lastmodifieddate" => return Some(iso(record.modified_at())),
            "hs_merged_object_ids" => {
                let ids = record.merged_from();
                return (!ids.is_empty()).then(|| ids.join(";"));
            }
            _ => {}
        }
        match record {
            Record::Deal(deal) => self.of_deal(deal, name),
            Record::Company(company) => of_company(company, name),
            Record::Contact(contact) => of_contact(contact, name),
            Record::Activity(activity) => self.of_activity(activity, name),
        }
    }

    /// Versions of a property, the newest first.
    pub(super) fn history(&self, record: Record<'_>, name: &str) -> Vec<Value> {
        let mut versions = match (record, name) {
            (Record::Deal(deal), "dealstage") => versions(deal, |step| Some(step.stage.clone())),
            (Record::Deal(deal), "amount") => {
                let mut versions =
                    versions(deal, |step| step.amount.map(|amount| amount.to_string()));
                versions.dedup_by(|later, sooner| later.get("value") == sooner.get("value"));
                versions
            }
            (Record::Deal(deal), "pipeline") => {
                let mut versions = versions(deal, |step| {
                    let of = |stages: &[crate::crm::Stage]| {
                        stages.iter().any(|stage| stage.id == step.stage)
                    };
                    let pipelines = &self.crm.pipelines;
                    let found = pipelines.iter().find(|pipeline| of(&pipeline.stages));
                    found.map(|pipeline| pipeline.id.clone())
                });
                versions.retain(|version| !version["value"].is_null());
                versions.dedup_by(|later, sooner| later.get("value") == sooner.get("value"));
                versions
            }
            _ => vec![json!({
                "value": self.value(record, name),
                "timestamp": iso(record.modified_at()),
                "sourceType": "CRM_UI",
            })],
        };
        versions.reverse();
        versions.truncate(VERSIONS);
        versions
    }

    fn of_deal(&self, deal: &Deal, name: &str) -> Option<String> {
        let stage = self.crm.stage(&deal.stage);
        match name {
            "dealname" => Some(deal.name.clone()),
            "amount" | "amount_in_home_currency" => deal.amount.map(|amount| amount.to_string()),
            "deal_currency_code" => deal.amount.map(|_| deal.currency.clone()),
            "dealstage" => Some(deal.stage.clone()),
            "pipeline" => Some(deal.pipeline.clone()),
            "closedate" => deal
                .closed_at
                .map(iso)
                .or_else(|| deal.expected_close.map(|day| self.picked(day))),
            "hubspot_owner_id" => Some(deal.owner.clone().unwrap_or_default()),
            "hs_deal_stage_probability" => {
                let percent = deal
                    .probability
                    .or_else(|| stage.map(|stage| stage.probability))?;
                Some(share(percent))
            }
            "hs_is_closed" => Some(stage.is_some_and(|stage| stage.is_closed).to_string()),
            "hs_is_closed_won" => Some(stage.is_some_and(|stage| stage.is_won).to_string()),
            "closed_lost_reason" => deal.lost_reason.clone(),
            "num_associated_contacts" => Some(deal.roles.len().to_string()),
            "notes_last_contacted" => self.last_contacted(&deal.id).map(iso),
            "hs_v2_date_entered_current_stage" => deal.moves.last().map(|last| iso(last.at)),
            _ => {
                if let Some(stage) = name.strip_prefix(ENTERED) {
                    let entered = deal.moves.iter().rfind(|step| step.stage == stage);
                    return entered.map(|step| iso(step.at));
                }
                if let Some(stage) = name.strip_prefix(EXITED) {
                    let at = deal.moves.iter().rposition(|step| step.stage == stage)?;
                    return deal.moves.get(at + 1).map(|next| iso(next.at));
                }
                deal.custom.get(name).and_then(text)
            }
        }
    }

    fn of_activity(&self, activity: &Activity, name: &str) -> Option<String> {
        let done = activity.done;
        let html = || format!("<p>{}</p>", escaped(&activity.body));
        match name {
            "hs_timestamp" | "hs_meeting_start_time" => Some(iso(activity.at)),
            "hubspot_owner_id" => activity.owner.clone(),
            "hs_call_title" | "hs_email_subject" | "hs_meeting_title" | "hs_task_subject" => {
                Some(activity.subject.clone())
            }
            "hs_call_body" | "hs_meeting_body" | "hs_note_body" | "hs_task_body" => Some(html()),
            "hs_call_duration" => activity
                .duration_s
                .map(|s| (u64::from(s) * 1_000).to_string()),
            "hs_call_direction" => Some("OUTBOUND".to_owned()),
            "hs_call_status" | "hs_meeting_outcome" => {
                Some(if done { "COMPLETED" } else { "SCHEDULED" }.to_owned())
            }
            "hs_call_disposition" => {
                let place = match activity.outcome.as_deref()? {
                    "negative" => 2,
                    "neutral" => 1,
                    _ => 0,
                };
                DISPOSITIONS.get(place).map(|(id, _)| (*id).to_owned())
            }
            "hs_email_text" => self.reads_mail.then(|| activity.body.clone()),
            "hs_email_html" => self.reads_mail.then(html),
            "hs_email_direction" => Some(if incoming(activity) {
                "INCOMING_EMAIL".to_owned()
            } else {
                "EMAIL".to_owned()
            }),
            "hs_email_status" => (!incoming(activity)).then(|| "SENT".to_owned()),
            "hs_email_headers" => Some(self.email_headers(activity).to_string()),
            "hs_meeting_end_time" => {
                let length = i64::from(activity.duration_s.unwrap_or(1_800));
                let end = activity
                    .at
                    .saturating_add(SignedDuration::from_secs(length))
                    .unwrap_or(activity.at);
                Some(iso(end))
            }
            "hs_task_status" => Some(if done { "COMPLETED" } else { "NOT_STARTED" }.to_owned()),
            "hs_task_type" => Some("TODO".to_owned()),
            "hs_task_priority" => Some("HIGH".to_owned()),
            _ => None,
        }
    }

    fn email_headers(&self, activity: &Activity) -> Value {
        let seller = activity
            .owner
            .as_ref()
            .and_then(|owner| self.crm.users.get(owner))
            .map(|user| json!({"email": user.email, "firstName": user.name}));
        let buyers: Vec<Value> = activity
            .contacts
            .iter()
            .filter_map(|id| self.crm.contacts.get(id))
            .map(|contact| {
                json!({
                    "email": contact.email,
                    "firstName": contact.first_name,
                    "lastName": contact.last_name,
                })
            })
            .collect();
        if incoming(activity) {
            json!({"from": buyers.first(), "to": [seller], "cc": []})
        } else {
            json!({"from": seller, "to": buyers, "cc": []})
        }
    }

    /// A day somebody picked on a screen: the morning of that day where the portal is.
    fn picked(&self, day: Date) -> String {
        let zone = TimeZone::fixed(Offset::constant(self.portal.utc_offset_hours));
        day.at(8, 0, 0, 0)
            .to_zoned(zone)
            .map_or_else(|_| day.to_string(), |zoned| iso(zoned.timestamp()))
    }

    fn last_contacted(&self, deal: &str) -> Option<Timestamp> {
        let last = self.last_contacted.get_or_init(|| {
            let mut last: HashMap<&str, Timestamp> = HashMap::new();
            for activity in self.crm.activities.values() {
                let spoken = !matches!(activity.kind, ActivityKind::Note | ActivityKind::Task);
                if let Some(deal) = activity.deal.as_deref().filter(|_| spoken) {
                    let at = last.entry(deal).or_insert(activity.at);
                    *at = activity.at.max(*at);
                }
            }
            last
        });
        last.get(deal).copied()
    }
}

fn versions(deal: &Deal, value: impl Fn(&Move) -> Option<String>) -> Vec<Value> {
    deal.moves
        .iter()
        .enumerate()
        .map(|(n, step)| {
            let user = step.by.as_deref().map(user_id).filter(|_| n > 0);
            let mut version = json!({"value": value(step), "timestamp": iso(step.at)});
            let more = match user {
                Some(user) => json!({
                    "sourceType": "CRM_UI",
                    "sourceId": format!("userId:{user}"),
                    "updatedByUserId": user,
                }),
                None => json!({"sourceType": "INTEGRATION", "sourceId": "910022"}),
            };
            if let (Value::Object(version), Value::Object(more)) = (&mut version, more) {
                version.extend(more);
            }
            version
        })
        .collect()
}

fn of_company(company: &Company, name: &str) -> Option<String> {
    match name {
        "name" => (!company.name.is_empty()).then(|| company.name.clone()),
        "domain" => company.domain.clone(),
        "industry" => company.industry.as_ref().map(|industry| {
            INDUSTRIES
                .iter()
                .find(|(_, label)| label == industry)
                .map_or_else(
                    || industry.to_uppercase().replace(' ', "_"),
                    |(value, _)| (*value).to_owned(),
                )
        }),
        "numberofemployees" => company.employees.map(|count| count.to_string()),
        "annualrevenue" => company.annual_revenue.map(|sum| sum.to_string()),
        "hubspot_owner_id" => company.owner.clone(),
        _ => company.custom.get(name).and_then(text),
    }
}

fn of_contact(contact: &Contact, name: &str) -> Option<String> {
    match name {
        "firstname" => contact.first_name.clone(),
        "lastname" => contact.last_name.clone(),
        "email" => contact.email.clone(),
        "jobtitle" => contact.title.clone(),
        "associatedcompanyid" => contact.company.clone(),
        _ => contact.custom.get(name).and_then(text),
    }
}

/// One e-mail in three came from the buyer.
fn incoming(activity: &Activity) -> bool {
    !activity.contacts.is_empty()
        && activity
            .id
            .parse::<u64>()
            .is_ok_and(|number| number.is_multiple_of(3))
}

/// The user behind an owner: owners and users are counted apart.
pub(super) fn user_id(owner: &str) -> u64 {
    owner
        .parse::<u64>()
        .map_or(0, |id| id.saturating_sub(82_500))
}

/// `20` percent as HubSpot writes a probability: `0.2`.
pub(super) fn share(percent: u8) -> String {
    Decimal::new(i64::from(percent), 2).normalize().to_string()
}

/// A custom value as text: lists are joined by semicolons.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            let words: Vec<String> = values.iter().filter_map(text).collect();
            Some(words.join(";"))
        }
        other => Some(other.to_string()),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>")
}
