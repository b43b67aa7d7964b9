//! Which objects there are, which fields they have, and how `describe` tells it.

use super::record::Memory;
use crate::crm::{Crm, FieldKind, Object};
use serde_json::{Value, json};
use std::borrow::Cow;

/// An object, in the vendor's word an sObject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Table {
    Account,
    Contact,
    EmailMessage,
    Event,
    EventRelation,
    /// What `Who`, `What` and the like lead to: a row of any object, by its name.
    Name,
    Opportunity,
    OpportunityContactRole,
    OpportunityHistory,
    OpportunityStage,
    Organization,
    RecordType,
    Task,
    TaskRelation,
    User,
    UserRole,
}

impl Table {
    /// All that can be queried by name.
    pub(super) const ALL: [Table; 15] = [
        Table::Account,
        Table::Contact,
        Table::EmailMessage,
        Table::Event,
        Table::EventRelation,
        Table::Opportunity,
        Table::OpportunityContactRole,
        Table::OpportunityHistory,
        Table::OpportunityStage,
        Table::Organization,
        Table::RecordType,
        Table::Task,
        Table::TaskRelation,
        Table::User,
        Table::UserRole,
    ];

    pub(super) fn named(name: &str) -> Option<Table> {
        Table::ALL
            .into_iter()
            .find(|table| table.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Table::Account => "Account",
            Table::Contact => "Contact",
            Table::EmailMessage => "EmailMessage",
            Table::Event => "Event",
            Table::EventRelation => "EventRelation",
            Table::Name => "Name",
            Table::Opportunity => "Opportunity",
            Table::OpportunityContactRole => "OpportunityContactRole",
            Table::OpportunityHistory => "OpportunityHistory",
            Table::OpportunityStage => "OpportunityStage",
            Table::Organization => "Organization",
            Table::RecordType => "RecordType",
            Table::Task => "Task",
            Table::TaskRelation => "TaskRelation",
            Table::User => "User",
            Table::UserRole => "UserRole",
        }
    }

    /// The first three letters of its ids.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Table::Account => "001",
            Table::Contact => "003",
            Table::EmailMessage => "02s",
            Table::Event => "00U",
            Table::EventRelation => "0RE",
            Table::Name => "",
            Table::Opportunity => "006",
            Table::OpportunityContactRole => "00K",
            Table::OpportunityHistory => "008",
            Table::OpportunityStage => "01J",
            Table::Organization => "00D",
            Table::RecordType => "012",
            Table::Task => "00T",
            Table::TaskRelation => "0RT",
            Table::User => "005",
            Table::UserRole => "00E",
        }
    }

    /// Sets that configure the org cannot be read in bulk.
    pub(super) fn is_bulkable(self) -> bool {
        self != Table::OpportunityStage
    }

    /// Whether the org keeps a list of what was deleted and changed.
    pub(super) fn is_replicable(self) -> bool {
        matches!(
            self,
            Table::Account
                | Table::Contact
                | Table::EmailMessage
                | Table::Event
                | Table::Opportunity
                | Table::OpportunityContactRole
                | Table::Task
        )
    }
}

/// What a field holds, in the words of `describe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Reference,
    Text,
    Email,
    Url,
    Picklist,
    MultiPicklist,
    /// Long text: neither filtered nor sorted by.
    LongText,
    Flag,
    Whole,
    Real,
    Currency,
    Percent,
    Day,
    Time,
    /// Compound: several fields as one.
    Address,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Id => "id",
            Kind::Reference => "reference",
            Kind::Text => "string",
            Kind::Email => "email",
            Kind::Url => "url",
            Kind::Picklist => "picklist",
            Kind::MultiPicklist => "multipicklist",
            Kind::LongText => "textarea",
            Kind::Flag => "boolean",
            Kind::Whole => "int",
            Kind::Real => "double",
            Kind::Currency => "currency",
            Kind::Percent => "percent",
            Kind::Day => "date",
            Kind::Time => "datetime",
            Kind::Address => "address",
        }
    }

    fn soap(self) -> &'static str {
        match self {
            Kind::Id | Kind::Reference => "tns:ID",
            Kind::Flag => "xsd:boolean",
            Kind::Whole => "xsd:int",
            Kind::Real | Kind::Currency | Kind::Percent => "xsd:double",
            Kind::Day => "xsd:date",
            Kind::Time => "xsd:dateTime",
            Kind::Address => "urn:address",
            _ => "xsd:string",
        }
    }

    pub(super) fn is_sortable(self) -> bool {
        !matches!(self, Kind::LongText | Kind::Address | Kind::MultiPicklist)
    }

    pub(super) fn is_filterable(self) -> bool {
        !matches!(self, Kind::LongText | Kind::Address)
    }
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: Kind,
    /// For a reference: what it may lead to, and the name of the way.
    pub(super) refers: Option<(&'static [Table], &'static str)>,
    nillable: bool,
    calculated: bool,
    /// For a field the company added: its name in [`Crm::fields`].
    pub(super) custom: Option<String>,
    label: Option<String>,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name: Cow::Borrowed(name),
        kind,
        refers: None,
        nillable: !matches!(kind, Kind::Id | Kind::Flag),
        calculated: false,
        custom: None,
        label: None,
    }
}

const fn refers(name: &'static str, way: &'static str, to: &'static [Table]) -> Field {
    let mut field = field(name, Kind::Reference);
    field.refers = Some((to, way));
    field
}

const fn required(mut field: Field) -> Field {
    field.nillable = false;
    field
}

const fn calculated(mut field: Field) -> Field {
    field.calculated = true;
    field
}

const WHO: &[Table] = &[Table::Contact];
const WHAT: &[Table] = &[Table::Account, Table::Opportunity];
const USER: &[Table] = &[Table::User];

/// What every record that people edit has.
fn stamps() -> [Field; 5] {
    [
        required(field("CreatedDate", Kind::Time)),
        required(refers("CreatedById", "CreatedBy", USER)),
        required(field("LastModifiedDate", Kind::Time)),
        required(refers("LastModifiedById", "LastModifiedBy", USER)),
        required(field("SystemModstamp", Kind::Time)),
    ]
}

fn standard(table: Table, crm: &Crm, several_currencies: bool) -> Vec<Field> {
    let mut fields = vec![field("Id", Kind::Id)];
    let own = match table {
        Table::Opportunity => {
            if crm.pipelines.len() > 1 {
                fields.push(refers("RecordTypeId", "RecordType", &[Table::RecordType]));
            }
            if several_currencies {
                fields.push(required(field("CurrencyIsoCode", Kind::Picklist)));
            }
            vec![
                field("IsDeleted", Kind::Flag),
                refers("AccountId", "Account", &[Table::Account]),
                required(field("Name", Kind::Text)),
                field("Description", Kind::LongText),
                required(field("StageName", Kind::Picklist)),
                field("Amount", Kind::Currency),
                field("Probability", Kind::Percent),
                calculated(field("ExpectedRevenue", Kind::Currency)),
                required(field("CloseDate", Kind::Day)),
                field("Type", Kind::Picklist),
                field("NextStep", Kind::Text),
                field("LeadSource", Kind::Picklist),
                field("IsClosed", Kind::Flag),
                field("IsWon", Kind::Flag),
                required(field("ForecastCategory", Kind::Picklist)),
                field("ForecastCategoryName", Kind::Picklist),
                field("HasOpportunityLineItem", Kind::Flag),
                required(refers("OwnerId", "Owner", USER)),
                field("LastActivityDate", Kind::Day),
                field("LastStageChangeDate", Kind::Time),
                field("Loss_Reason__c", Kind::Picklist),
                calculated(field("Days_Open__c", Kind::Real)),
            ]
        }
        Table::Account => vec![
            field("IsDeleted", Kind::Flag),
            refers("MasterRecordId", "MasterRecord", &[Table::Account]),
            required(field("Name", Kind::Text)),
            field("Type", Kind::Picklist),
            field("BillingCountry", Kind::Text),
            field("BillingAddress", Kind::Address),
            field("Website", Kind::Url),
            field("Industry", Kind::Picklist),
            field("NumberOfEmployees", Kind::Whole),
            field("AnnualRevenue", Kind::Currency),
            field("Description", Kind::LongText),
            required(refers("OwnerId", "Owner", USER)),
            field("LastActivityDate", Kind::Day),
        ],
        Table::Contact => vec![
            field("IsDeleted", Kind::Flag),
            refers("MasterRecordId", "MasterRecord", &[Table::Contact]),
            refers("AccountId", "Account", &[Table::Account]),
            required(field("LastName", Kind::Text)),
            field("FirstName", Kind::Text),
            required(field("Name", Kind::Text)),
            field("MailingAddress", Kind::Address),
            field("Email", Kind::Email),
            field("Title", Kind::Text),
            field("Department", Kind::Text),
            field("Phone", Kind::Text),
            field("LastActivityDate", Kind::Day),
        ],
        Table::User => vec![
            required(field("Username", Kind::Text)),
            required(field("LastName", Kind::Text)),
            field("FirstName", Kind::Text),
            required(field("Name", Kind::Text)),
            field("Title", Kind::Text),
            required(field("Email", Kind::Email)),
            field("IsActive", Kind::Flag),
            field("UserType", Kind::Picklist),
            required(field("TimeZoneSidKey", Kind::Picklist)),
            refers("UserRoleId", "UserRole", &[Table::UserRole]),
            refers("ManagerId", "Manager", USER),
        ],
        Table::UserRole => {
            fields.extend([
                required(field("Name", Kind::Text)),
                refers("ParentRoleId", "ParentRole", &[Table::UserRole]),
                field("DeveloperName", Kind::Text),
                required(field("SystemModstamp", Kind::Time)),
            ]);
            return fields;
        }
        Table::OpportunityStage => vec![
            required(field("MasterLabel", Kind::Text)),
            field("ApiName", Kind::Text),
            field("IsActive", Kind::Flag),
            field("SortOrder", Kind::Whole),
            field("IsClosed", Kind::Flag),
            field("IsWon", Kind::Flag),
            required(field("ForecastCategory", Kind::Picklist)),
            required(field("ForecastCategoryName", Kind::Picklist)),
            field("DefaultProbability", Kind::Percent),
            field("Description", Kind::Text),
        ],
        Table::OpportunityHistory => {
            fields.extend([
                required(refers(
                    "OpportunityId",
                    "Opportunity",
                    &[Table::Opportunity],
                )),
                required(refers("CreatedById", "CreatedBy", USER)),
                required(field("CreatedDate", Kind::Time)),
                required(field("StageName", Kind::Picklist)),
                field("Amount", Kind::Currency),
                field("ExpectedRevenue", Kind::Currency),
                field("CloseDate", Kind::Day),
                field("Probability", Kind::Percent),
                field("ForecastCategory", Kind::Picklist),
                field("PrevAmount", Kind::Currency),
                field("PrevCloseDate", Kind::Day),
                required(field("SystemModstamp", Kind::Time)),
                field("IsDeleted", Kind::Flag),
            ]);
            return fields;
        }
        Table::OpportunityContactRole => vec![
            required(refers(
                "OpportunityId",
                "Opportunity",
                &[Table::Opportunity],
            )),
            required(refers("ContactId", "Contact", WHO)),
            field("Role", Kind::Picklist),
            field("IsPrimary", Kind::Flag),
            field("IsDeleted", Kind::Flag),
        ],
        Table::Task => vec![
            refers("WhoId", "Who", WHO),
            refers("WhatId", "What", WHAT),
            field("Subject", Kind::Text),
            field("ActivityDate", Kind::Day),
            required(field("Status", Kind::Picklist)),
            required(field("Priority", Kind::Picklist)),
            required(refers("OwnerId", "Owner", USER)),
            field("Description", Kind::LongText),
            field("Type", Kind::Picklist),
            field("IsDeleted", Kind::Flag),
            refers("AccountId", "Account", &[Table::Account]),
            field("IsClosed", Kind::Flag),
            field("IsArchived", Kind::Flag),
            field("TaskSubtype", Kind::Picklist),
            field("CompletedDateTime", Kind::Time),
            field("CallType", Kind::Picklist),
            field("CallDurationInSeconds", Kind::Whole),
            field("CallDisposition", Kind::Text),
        ],
        Table::Event => vec![
            refers("WhoId", "Who", WHO),
            refers("WhatId", "What", WHAT),
            field("Subject", Kind::Text),
            field("Location", Kind::Text),
            field("IsAllDayEvent", Kind::Flag),
            field("ActivityDateTime", Kind::Time),
            field("ActivityDate", Kind::Day),
            field("DurationInMinutes", Kind::Whole),
            field("StartDateTime", Kind::Time),
            field("EndDateTime", Kind::Time),
            field("Description", Kind::LongText),
            refers("AccountId", "Account", &[Table::Account]),
            required(refers("OwnerId", "Owner", USER)),
            field("Type", Kind::Picklist),
            field("EventSubtype", Kind::Picklist),
            field("IsDeleted", Kind::Flag),
            field("IsChild", Kind::Flag),
            field("IsArchived", Kind::Flag),
            field("IsRecurrence", Kind::Flag),
        ],
        Table::EmailMessage => vec![
            refers("ActivityId", "Activity", &[Table::Task]),
            field("TextBody", Kind::LongText),
            field("HtmlBody", Kind::LongText),
            field("Subject", Kind::Text),
            field("FromName", Kind::Text),
            field("FromAddress", Kind::Email),
            field("ToAddress", Kind::Text),
            field("CcAddress", Kind::Text),
            field("Incoming", Kind::Flag),
            required(field("Status", Kind::Picklist)),
            field("MessageDate", Kind::Time),
            field("IsDeleted", Kind::Flag),
            refers("RelatedToId", "RelatedTo", WHAT),
        ],
        Table::TaskRelation => vec![
            refers("RelationId", "Relation", WHO),
            refers("TaskId", "Task", &[Table::Task]),
            field("IsWhat", Kind::Flag),
            field("IsDeleted", Kind::Flag),
        ],
        Table::EventRelation => vec![
            refers("RelationId", "Relation", WHO),
            refers("EventId", "Event", &[Table::Event]),
            field("IsWhat", Kind::Flag),
            field("IsParent", Kind::Flag),
            field("IsInvitee", Kind::Flag),
            field("IsDeleted", Kind::Flag),
        ],
        Table::Organization => vec![
            required(field("Name", Kind::Text)),
            field("DefaultCurrencyIsoCode", Kind::Picklist),
            field("FiscalYearStartMonth", Kind::Whole),
            field("IsSandbox", Kind::Flag),
            field("OrganizationType", Kind::Picklist),
            field("InstanceName", Kind::Text),
            field("TimeZoneSidKey", Kind::Picklist),
            required(field("LanguageLocaleKey", Kind::Picklist)),
        ],
        Table::RecordType => vec![
            required(field("Name", Kind::Text)),
            required(field("DeveloperName", Kind::Text)),
            required(field("SobjectType", Kind::Picklist)),
            field("IsActive", Kind::Flag),
        ],
        Table::Name => {
            fields.extend([field("Name", Kind::Text), field("Type", Kind::Picklist)]);
            return fields;
        }
    };
    fields.extend(own);
    fields.extend(stamps());
    fields
}

/// `kick_off` as `Kick_Off__c`.
pub(super) fn custom_name(name: &str) -> String {
    let mut spelled = String::new();
    let mut begins = true;
    for letter in name.chars() {
        if begins {
            spelled.extend(letter.to_uppercase());
        } else {
            spelled.push(letter);
        }
        begins = letter == '_';
    }
    spelled.push_str("__c");
    spelled
}

/// The fields of an object that this user may see.
pub(super) fn fields(crm: &Crm, memory: &Memory, table: Table) -> Vec<Field> {
    let object = match table {
        Table::Opportunity => Some(Object::Deal),
        Table::Account => Some(Object::Company),
        Table::Contact => Some(Object::Contact),
        _ => None,
    };
    let added = crm
        .fields
        .iter()
        .filter(|added| Some(added.object) == object)
        .map(|added| {
            let kind = match added.kind {
                FieldKind::Text => Kind::Text,
                FieldKind::Number => Kind::Real,
                FieldKind::Date => Kind::Day,
                FieldKind::Flag => Kind::Flag,
                FieldKind::Choice => Kind::Picklist,
                FieldKind::Choices => Kind::MultiPicklist,
            };
            let mut shown = field("", kind);
            shown.name = Cow::Owned(custom_name(&added.name));
            shown.custom = Some(added.name.clone());
            shown.label = Some(added.label.clone());
            shown
        });
    let mut fields = standard(table, crm, memory.several_currencies);
    fields.extend(added);
    fields.retain(|field| !memory.hidden.contains(&(table, field.name.to_lowercase())));
    fields
}

/// The answer of `describe`, as much of it as readers use.
pub(super) fn describe(
    table: Table,
    fields: &[Field],
    choices: impl Fn(&Field) -> Vec<(String, bool)>,
    version: &str,
) -> Value {
    let rows: Vec<Value> = fields
        .iter()
        .map(|field| {
            let (to, way) = field.refers.unwrap_or((&[], ""));
            let to: Vec<&str> = to.iter().map(|table| table.name()).collect();
            let compound = match (table, &*field.name) {
                (Table::Contact, "FirstName" | "LastName") => Some("Name"),
                (Table::Account, "BillingCountry") => Some("BillingAddress"),
                _ => None,
            };
            let values: Vec<Value> = choices(field)
                .into_iter()
                .map(|(value, active)| {
                    json!({"active": active, "defaultValue": false, "label": value, "validFor": null, "value": value})
                })
                .collect();
            let label = field.label.clone().unwrap_or_else(|| field.name.replace('_', " "));
            json!({
                "name": field.name,
                "label": label.trim_end_matches("  c"),
                "type": field.kind.name(),
                "soapType": field.kind.soap(),
                "custom": field.name.ends_with("__c"),
                "nillable": field.nillable,
                "calculated": field.calculated,
                "filterable": field.kind.is_filterable(),
                "sortable": field.kind.is_sortable(),
                "compoundFieldName": compound,
                "picklistValues": values,
                "referenceTo": to,
                "relationshipName": (!way.is_empty()).then_some(way),
                "createable": false,
                "updateable": false,
                "deprecatedAndHidden": false,
            })
        })
        .collect();
    let mut object = summary(table, version);
    if let Some(object) = object.as_object_mut() {
        object.insert("fields".to_owned(), Value::Array(rows));
        object.insert("childRelationships".to_owned(), json!([]));
        object.insert("recordTypeInfos".to_owned(), json!([]));
    }
    object
}

/// One line of the list of objects.
pub(super) fn summary(table: Table, version: &str) -> Value {
    let name = table.name();
    let base = format!("/services/data/{version}/sobjects/{name}");
    json!({
        "name": name,
        "label": name,
        "labelPlural": name,
        "keyPrefix": table.prefix(),
        "custom": false,
        "queryable": true,
        "retrieveable": true,
        "replicateable": table.is_replicable(),
        "searchable": false,
        "deprecatedAndHidden": false,
        "urls": {
            "sobject": base,
            "describe": format!("{base}/describe"),
            "rowTemplate": format!("{base}/{{ID}}"),
        },
    })
}
