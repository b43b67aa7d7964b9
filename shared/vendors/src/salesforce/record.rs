//! The account as rows and cells: every object and field of the schema, read from the neutral state.

use super::history::{self, Entry, Saves};
use super::ids;
use super::schema::{self, Field, Table};
use crate::crm::{
    Activity, ActivityKind, Company, Contact, Crm, Deal, FieldKind, Pipeline, Role, State, User,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

/// How long the recycle bin keeps a row.
const BIN: SignedDuration = SignedDuration::from_hours(15 * 24);

/// What the org knows beside the neutral state.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) saves: Saves,
    /// Stages keep the name they were made with whatever they are called later; by stage id.
    pub(super) stage_names: BTreeMap<String, String>,
    /// Fields the user may not see, in small letters.
    pub(super) hidden: BTreeSet<(Table, String)>,
    /// Only an org with more than one currency has a field for it.
    pub(super) several_currencies: bool,
}

impl Memory {
    /// Learns what the account has that was not there before.
    pub(super) fn read(&mut self, crm: &Crm) {
        self.saves.read(&crm.changes);
        self.several_currencies = crm.deals.values().any(|deal| deal.currency != crm.currency);
        let stages = crm.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        for stage in stages.chain(&crm.retired_stages) {
            if !self.stage_names.contains_key(&stage.id) {
                self.stage_names
                    .insert(stage.id.clone(), stage.label.clone());
            }
        }
    }
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
    Real(Decimal),
    Whole(i64),
    Flag(bool),
    Day(Date),
    Time(Timestamp),
}

impl<'a> Cell<'a> {
    fn text(text: Option<&'a str>) -> Cell<'a> {
        // Blank and absent are one to the vendor.
        text.filter(|text| !text.is_empty())
            .map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text)))
    }

    fn owned(text: impl Into<String>) -> Cell<'a> {
        Cell::Text(Cow::Owned(text.into()))
    }

    fn real(number: Option<Decimal>) -> Cell<'a> {
        number.map_or(Cell::Null, Cell::Real)
    }

    fn percent(percent: Option<u8>) -> Cell<'a> {
        Cell::real(percent.map(Decimal::from))
    }

    fn day(day: Option<Date>) -> Cell<'a> {
        day.map_or(Cell::Null, Cell::Day)
    }

    fn time(time: Option<Timestamp>) -> Cell<'a> {
        time.map_or(Cell::Null, Cell::Time)
    }
}

/// A row of an object.
#[derive(Clone, Debug)]
pub(super) enum Row<'a> {
    Account(&'a Company),
    Contact(&'a Contact),
    Email(&'a Activity),
    Event(&'a Activity),
    /// A person who takes part in a task or an event, by their place among them.
    Relation(Table, &'a Activity, usize),
    /// Any row, by its name.
    Name(Box<Row<'a>>),
    Opportunity(&'a Deal),
    ContactRole(&'a Deal, &'a Role),
    History(&'a Deal, Box<Entry>),
    Stage(StageRow<'a>),
    Organization,
    RecordType(&'a Pipeline),
    Task(&'a Activity),
    User(&'a User),
    UserRole(UserRole),
}

/// A stage of the org's one list; pipelines that name theirs alike share it.
#[derive(Clone, Debug)]
pub(super) struct StageRow<'a> {
    stage: &'a crate::crm::Stage,
    name: &'a str,
    place: i64,
    active: bool,
}

/// A place in the hierarchy of roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserRole {
    id: String,
    name: String,
    parent: Option<String>,
}

/// Where a row can be found again: the opportunity that holds it, where one does, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) holder: Option<Box<str>>,
    pub(super) id: Box<str>,
}

/// The org at one moment.
pub(super) struct Org<'a> {
    pub(super) crm: &'a Crm,
    pub(super) memory: &'a Memory,
    pub(super) now: Timestamp,
    last_activity: OnceCell<HashMap<&'a str, Date>>,
}

impl<'a> Org<'a> {
    pub(super) fn new(crm: &'a Crm, memory: &'a Memory, now: Timestamp) -> Org<'a> {
        Org {
            crm,
            memory,
            now,
            last_activity: OnceCell::new(),
        }
    }

    pub(super) fn fields(&self, table: Table) -> Vec<Field> {
        schema::fields(self.crm, self.memory, table)
    }

    /// Values of a picklist, and whether they can still be chosen.
    pub(super) fn choices(&self, table: Table, field: &Field) -> Vec<(String, bool)> {
        let plain = |values: BTreeSet<&str>| {
            values
                .into_iter()
                .map(|value| (value.to_owned(), true))
                .collect()
        };
        match (table, &*field.name) {
            (Table::Opportunity | Table::OpportunityHistory, "StageName") => self
                .stages()
                .map(|row| (row.name.to_owned(), row.active))
                .collect(),
            (Table::OpportunityContactRole, "Role") => plain(
                self.crm
                    .deals
                    .values()
                    .flat_map(|deal| &deal.roles)
                    .filter_map(|role| role.label.as_deref())
                    .collect(),
            ),
            (Table::Account, "Industry") => plain(
                self.crm
                    .companies
                    .values()
                    .filter_map(|company| company.industry.as_deref())
                    .collect(),
            ),
            _ => self
                .crm
                .fields
                .iter()
                .find(|added| Some(&added.name) == field.custom.as_ref())
                .map(|added| {
                    added
                        .options
                        .iter()
                        .map(|value| (value.clone(), true))
                        .collect()
                })
                .unwrap_or_default(),
        }
    }

    /// All rows that exist, those in the bin included; those that come by id in its order, from `after` on.
    pub(super) fn rows<'o>(
        &'o self,
        table: Table,
        after: Option<&str>,
    ) -> Box<dyn Iterator<Item = Row<'a>> + 'o> {
        let range = (
            after.map_or(Bound::Unbounded, Bound::Excluded),
            Bound::<&str>::Unbounded,
        );
        let crm = self.crm;
        let deals = move || {
            crm.deals
                .values()
                .filter(move |deal| !self.is_gone(&deal.state))
        };
        let activities = move || {
            crm.activities
                .values()
                .filter(move |activity| !self.is_gone(&activity.state))
        };
        match table {
            Table::Opportunity => Box::new(
                crm.deals
                    .range::<str, _>(range)
                    .map(|(_, deal)| deal)
                    .filter(|deal| !self.is_gone(&deal.state))
                    .map(Row::Opportunity),
            ),
            Table::Account => Box::new(
                crm.companies
                    .range::<str, _>(range)
                    .map(|(_, company)| company)
                    .filter(|company| !self.is_gone(&company.state))
                    .map(Row::Account),
            ),
            Table::Contact => Box::new(
                crm.contacts
                    .range::<str, _>(range)
                    .map(|(_, contact)| contact)
                    .filter(|contact| !self.is_gone(&contact.state))
                    .map(Row::Contact),
            ),
            Table::User => Box::new(crm.users.values().map(Row::User)),
            Table::UserRole => Box::new(self.user_roles().into_iter().map(Row::UserRole)),
            Table::OpportunityStage => Box::new(self.stages().map(Row::Stage)),
            Table::OpportunityContactRole => Box::new(deals().flat_map(|deal| {
                deal.roles
                    .iter()
                    .map(move |role| Row::ContactRole(deal, role))
            })),
            Table::OpportunityHistory => Box::new(deals().flat_map(|deal| self.history(deal))),
            Table::Task => Box::new(activities().filter(|each| is_task(each)).map(Row::Task)),
            Table::Event => Box::new(activities().filter(|each| !is_task(each)).map(Row::Event)),
            Table::EmailMessage => Box::new(
                activities()
                    .filter(|each| each.kind == ActivityKind::Email)
                    .map(Row::Email),
            ),
            Table::TaskRelation | Table::EventRelation => {
                let wanted = table == Table::TaskRelation;
                Box::new(
                    activities()
                        .filter(move |each| is_task(each) == wanted)
                        .flat_map(move |each| {
                            (0..each.contacts.len())
                                .map(move |place| Row::Relation(table, each, place))
                        }),
                )
            }
            Table::RecordType => Box::new(crm.pipelines.iter().map(Row::RecordType)),
            Table::Organization => Box::new(std::iter::once(Row::Organization)),
            Table::Name => Box::new(std::iter::empty()),
        }
    }

    /// What hangs on these opportunities, of the two objects that hang on one.
    pub(super) fn rows_under<'o>(
        &'o self,
        table: Table,
        deals: impl Iterator<Item = &'o str> + 'o,
    ) -> Box<dyn Iterator<Item = Row<'a>> + 'o> {
        let deals = deals
            .filter_map(|id| self.crm.deals.get(id))
            .filter(|deal| !self.is_gone(&deal.state));
        if table == Table::OpportunityHistory {
            Box::new(deals.flat_map(|deal| self.history(deal)))
        } else {
            Box::new(deals.flat_map(|deal| {
                deal.roles
                    .iter()
                    .map(move |role| Row::ContactRole(deal, role))
            }))
        }
    }

    /// The row of this id, unless it is gone for good.
    pub(super) fn find(&self, table: Table, id: &str) -> Option<Row<'a>> {
        let activity = |table: Table| {
            let activity = self.crm.activities.get(&ids::under("00T", id))?;
            (id.starts_with(table.prefix()) && !self.is_gone(&activity.state)).then_some(activity)
        };
        let row = match table {
            Table::Opportunity => {
                let deal = self.crm.deals.get(id)?;
                (!self.is_gone(&deal.state)).then_some(Row::Opportunity(deal))?
            }
            Table::Account => {
                let company = self.crm.companies.get(id)?;
                (!self.is_gone(&company.state)).then_some(Row::Account(company))?
            }
            Table::Contact => {
                let contact = self.crm.contacts.get(id)?;
                (!self.is_gone(&contact.state)).then_some(Row::Contact(contact))?
            }
            Table::User => Row::User(self.crm.users.get(id)?),
            Table::Task => Row::Task(activity(table).filter(|each| is_task(each))?),
            Table::Event => Row::Event(activity(table).filter(|each| !is_task(each))?),
            Table::EmailMessage => {
                Row::Email(activity(table).filter(|each| each.kind == ActivityKind::Email)?)
            }
            Table::TaskRelation | Table::EventRelation => {
                let n = ids::number(id).filter(|_| id.starts_with(table.prefix()))?;
                let each = self
                    .crm
                    .activities
                    .get(&ids::numbered("00T", n / RELATIONS))?;
                let place = (n % RELATIONS) as usize;
                let is_there = is_task(each) == (table == Table::TaskRelation)
                    && place < each.contacts.len()
                    && !self.is_gone(&each.state);
                is_there.then_some(Row::Relation(table, each, place))?
            }
            Table::Name => {
                let table = Table::ALL
                    .into_iter()
                    .find(|table| id.starts_with(table.prefix()))?;
                Row::Name(Box::new(self.find(table, id)?))
            }
            _ => self
                .rows(table, None)
                .find(|row| matches!(self.cell(row, "Id"), Cell::Text(found) if found == id))?,
        };
        Some(row)
    }

    /// The row of this key, as it is now.
    pub(super) fn refind(&self, table: Table, key: &Key) -> Option<Row<'a>> {
        let Some(holder) = &key.holder else {
            return self.find(table, &key.id);
        };
        let deal = self
            .crm
            .deals
            .get(&**holder)
            .filter(|deal| !self.is_gone(&deal.state))?;
        match table {
            Table::OpportunityContactRole => deal
                .roles
                .iter()
                .find(|role| *role.id == *key.id)
                .map(|role| Row::ContactRole(deal, role)),
            _ => self
                .history(deal)
                .find(|row| matches!(row, Row::History(_, entry) if *entry.id == *key.id)),
        }
    }

    pub(super) fn key(&self, row: &Row<'a>) -> Key {
        let holder = match row {
            Row::ContactRole(deal, _) | Row::History(deal, _) => Some(deal.id.as_str().into()),
            _ => None,
        };
        Key {
            holder,
            id: self.id(row).into(),
        }
    }

    pub(super) fn id(&self, row: &Row<'a>) -> String {
        match self.cell(row, "Id") {
            Cell::Text(id) => id.into_owned(),
            _ => String::new(),
        }
    }

    fn history(&self, deal: &'a Deal) -> impl Iterator<Item = Row<'a>> + use<'a> {
        self.memory
            .saves
            .of(deal, self.crm.changes.len())
            .into_iter()
            .map(move |entry| Row::History(deal, Box::new(entry)))
    }

    fn stages(&self) -> impl Iterator<Item = StageRow<'a>> {
        let crm = self.crm;
        let active = crm
            .pipelines
            .iter()
            .flat_map(|pipeline| &pipeline.stages)
            .map(|stage| (stage, true));
        let retired = crm.retired_stages.iter().map(|stage| (stage, false));
        let mut rows: Vec<StageRow<'a>> = Vec::new();
        for (stage, active) in active.chain(retired) {
            let name = self.stage_name(&stage.id);
            if !rows.iter().any(|row| row.name == name) {
                rows.push(StageRow {
                    stage,
                    name,
                    place: rows.len() as i64 + 1,
                    active,
                });
            }
        }
        rows.into_iter()
    }

    /// What a stage is called in a record.
    fn stage_name(&self, stage: &str) -> &'a str {
        self.memory
            .stage_names
            .get(stage)
            .map_or("", String::as_str)
    }

    /// The head, under them whoever leads a team, under those the team.
    fn user_roles(&self) -> Vec<UserRole> {
        let names: BTreeSet<(String, Option<String>)> = self
            .crm
            .users
            .values()
            .map(|user| self.role_name(user))
            .collect();
        let held: BTreeSet<&String> = names.iter().map(|(name, _)| name).collect();
        names
            .iter()
            .map(|(name, parent)| UserRole {
                id: role_id(name),
                name: name.clone(),
                // A team that nobody leads stands directly under the head.
                parent: parent
                    .as_ref()
                    .map(|parent| if held.contains(parent) { parent } else { HEAD }.to_owned())
                    .map(|parent| role_id(&parent)),
            })
            .collect()
    }

    /// A user's role and the one above it.
    fn role_name(&self, user: &User) -> (String, Option<String>) {
        let team = user.team.as_deref().unwrap_or("Sales");
        let leads = || {
            self.crm
                .users
                .values()
                .any(|other| other.manager.as_ref() == Some(&user.id))
        };
        if user.manager.is_none() && leads() {
            (HEAD.to_owned(), None)
        } else if leads() {
            (format!("{team} Lead"), Some(HEAD.to_owned()))
        } else {
            (team.to_owned(), Some(format!("{team} Lead")))
        }
    }

    /// The last day somebody did something, by the id of deal, company or contact.
    fn last_activity(&self, id: &str) -> Cell<'a> {
        let days = self.last_activity.get_or_init(|| {
            let mut days: HashMap<&str, Date> = HashMap::new();
            let done = self
                .crm
                .activities
                .values()
                .filter(|each| each.state.is_live() && each.done);
            for each in done {
                let day = day(each.at);
                let ids = each.contacts.iter().chain(&each.deal).chain(&each.company);
                for id in ids {
                    let last = days.entry(id).or_insert(day);
                    *last = day.max(*last);
                }
            }
            days
        });
        Cell::day(days.get(id).copied())
    }

    /// Gone for good: taken out, or in the bin for too long.
    pub(super) fn is_gone(&self, state: &State) -> bool {
        match state {
            State::Live | State::Archived { .. } => false,
            State::Purged { .. } => true,
            State::Deleted { at } | State::Merged { at, .. } => self.now.duration_since(*at) > BIN,
        }
    }

    /// The row a relationship leads to.
    pub(super) fn parent(&self, row: &Row<'a>, by: &Way) -> Option<Row<'a>> {
        match self.cell(row, by.field) {
            Cell::Text(id) => self.find(by.table, &id),
            _ => None,
        }
    }

    /// What a field of a row holds; null for a field there is not.
    pub(super) fn cell(&self, row: &Row<'a>, field: &str) -> Cell<'a> {
        match row {
            Row::Opportunity(deal) => self.opportunity(deal, field),
            Row::Account(company) => self.account(company, field),
            Row::Contact(contact) => self.contact(contact, field),
            Row::User(user) => self.user(user, field),
            Row::UserRole(role) => match field {
                "Id" => Cell::owned(&role.id),
                "Name" => Cell::owned(&role.name),
                "DeveloperName" => Cell::owned(role.name.replace(' ', "_")),
                "ParentRoleId" => role.parent.as_ref().map_or(Cell::Null, Cell::owned),
                "SystemModstamp" => Cell::time(self.founded()),
                _ => Cell::Null,
            },
            Row::Stage(row) => self.stage(row, field),
            Row::ContactRole(deal, role) => match field {
                "Id" => Cell::text(Some(&role.id)),
                "OpportunityId" => Cell::text(Some(&deal.id)),
                "ContactId" => Cell::text(Some(&role.contact)),
                "Role" => Cell::text(role.label.as_deref()),
                "IsPrimary" => Cell::Flag(role.is_primary),
                "IsDeleted" => Cell::Flag(row.is_deleted()),
                _ => stamp(
                    field,
                    role.created_at,
                    role.modified_at,
                    deal.owner.as_deref(),
                ),
            },
            Row::History(deal, entry) => self.entry(deal, entry, field),
            Row::Task(each) => task(each, field),
            Row::Event(each) => event(each, field),
            Row::Email(each) => self.email(each, field),
            Row::Relation(table, each, place) => match field {
                "Id" => {
                    let n = ids::number(&each.id).unwrap_or_default();
                    Cell::owned(ids::numbered(table.prefix(), n * RELATIONS + *place as u64))
                }
                "RelationId" => Cell::text(each.contacts.get(*place).map(String::as_str)),
                "TaskId" => Cell::text(Some(&each.id)),
                "EventId" => Cell::owned(ids::under("00U", &each.id)),
                "IsWhat" | "IsInvitee" => Cell::Flag(false),
                "IsParent" => Cell::Flag(true),
                "IsDeleted" => Cell::Flag(row.is_deleted()),
                _ => stamp(
                    field,
                    each.created_at,
                    each.modified_at,
                    each.owner.as_deref(),
                ),
            },
            Row::RecordType(pipeline) => match field {
                "Id" => Cell::owned(ids::under("012", &pipeline.id)),
                "Name" => Cell::text(Some(&pipeline.label)),
                "DeveloperName" => Cell::owned(pipeline.label.replace(' ', "_")),
                "SobjectType" => Cell::owned("Opportunity"),
                "IsActive" => Cell::Flag(true),
                _ => self.setup_stamp(field),
            },
            Row::Organization => match field {
                "Id" => Cell::text(Some(&self.crm.account_id)),
                "Name" => Cell::owned("Lanternfold"),
                "DefaultCurrencyIsoCode" => Cell::text(Some(&self.crm.currency)),
                "FiscalYearStartMonth" => Cell::Whole(1),
                "IsSandbox" => Cell::Flag(false),
                "OrganizationType" => Cell::owned("Enterprise Edition"),
                "InstanceName" => Cell::owned("QW0"),
                "TimeZoneSidKey" => Cell::owned("Etc/UTC"),
                "LanguageLocaleKey" => Cell::owned("en_US"),
                _ => self.setup_stamp(field),
            },
            Row::Name(row) => match field {
                "Type" => Cell::owned(row.table().name()),
                // An activity is named by its subject.
                "Name" if matches!(**row, Row::Task(_) | Row::Event(_)) => {
                    self.cell(row, "Subject")
                }
                _ => self.cell(row, field),
            },
        }
    }

    fn opportunity(&self, deal: &'a Deal, field: &str) -> Cell<'a> {
        let stage = || self.crm.stage(&deal.stage);
        let percent = || history::probability(self.crm, &deal.stage, deal.probability);
        match field {
            "Id" => Cell::text(Some(&deal.id)),
            "IsDeleted" => Cell::Flag(!deal.state.is_live()),
            "AccountId" => Cell::text(deal.company.as_deref()),
            "RecordTypeId" => Cell::owned(ids::under("012", &deal.pipeline)),
            "CurrencyIsoCode" => Cell::text(Some(&deal.currency)),
            "Name" => Cell::text(Some(&deal.name)),
            "StageName" => Cell::text(Some(self.stage_name(&deal.stage))),
            "Amount" => Cell::real(deal.amount),
            "Probability" => Cell::percent(percent()),
            "ExpectedRevenue" => Cell::real(expected(deal.amount, percent())),
            "CloseDate" => Cell::day(deal.expected_close),
            "IsClosed" => Cell::Flag(stage().is_some_and(|stage| stage.is_closed)),
            "IsWon" => Cell::Flag(stage().is_some_and(|stage| stage.is_won)),
            "ForecastCategory" => {
                stage().map_or(Cell::Null, |stage| Cell::owned(forecast(stage).0))
            }
            "ForecastCategoryName" => {
                stage().map_or(Cell::Null, |stage| Cell::owned(forecast(stage).1))
            }
            "HasOpportunityLineItem" => Cell::Flag(false),
            "OwnerId" => Cell::text(deal.owner.as_deref()),
            "LastActivityDate" => self.last_activity(&deal.id),
            "LastStageChangeDate" => {
                // The creation is no change.
                let changes = deal.moves.get(1..).unwrap_or_default();
                Cell::time(changes.last().map(|step| step.at))
            }
            "Loss_Reason__c" => Cell::text(deal.lost_reason.as_deref()),
            // A formula: it changes with the day, and no stamp tells.
            "Days_Open__c" => {
                let until = deal.closed_at.unwrap_or(self.now);
                let hours = until.duration_since(deal.created_at).as_hours();
                Cell::Real(Decimal::from(hours / 24))
            }
            _ => self.added(&deal.custom, field).unwrap_or_else(|| {
                stamp(
                    field,
                    deal.created_at,
                    deal.modified_at,
                    deal.owner.as_deref(),
                )
            }),
        }
    }

    fn account(&self, company: &'a Company, field: &str) -> Cell<'a> {
        match field {
            "Id" => Cell::text(Some(&company.id)),
            "IsDeleted" => Cell::Flag(!company.state.is_live()),
            "MasterRecordId" => master(&company.state),
            "Name" => Cell::text(Some(&company.name)),
            "Website" => company
                .domain
                .as_ref()
                .map_or(Cell::Null, |domain| Cell::owned(format!("www.{domain}"))),
            "Industry" => Cell::text(company.industry.as_deref()),
            "NumberOfEmployees" => company
                .employees
                .map_or(Cell::Null, |count| Cell::Whole(count as i64)),
            "AnnualRevenue" => Cell::real(company.annual_revenue),
            "OwnerId" => Cell::text(company.owner.as_deref()),
            "LastActivityDate" => self.last_activity(&company.id),
            _ => self.added(&company.custom, field).unwrap_or_else(|| {
                let owner = company.owner.as_deref();
                stamp(field, company.created_at, company.modified_at, owner)
            }),
        }
    }

    fn contact(&self, contact: &'a Contact, field: &str) -> Cell<'a> {
        match field {
            "Id" => Cell::text(Some(&contact.id)),
            "IsDeleted" => Cell::Flag(!contact.state.is_live()),
            "MasterRecordId" => master(&contact.state),
            "AccountId" => Cell::text(contact.company.as_deref()),
            "FirstName" => Cell::text(contact.first_name.as_deref()),
            "LastName" => Cell::text(contact.last_name.as_deref()),
            "Name" => {
                let names = [&contact.first_name, &contact.last_name];
                let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
                Cell::owned(names.join(" "))
            }
            "Email" => Cell::text(contact.email.as_deref()),
            "Title" => Cell::text(contact.title.as_deref()),
            "LastActivityDate" => self.last_activity(&contact.id),
            _ => self
                .added(&contact.custom, field)
                .unwrap_or_else(|| stamp(field, contact.created_at, contact.modified_at, None)),
        }
    }

    fn user(&self, user: &'a User, field: &str) -> Cell<'a> {
        match field {
            "Id" => Cell::text(Some(&user.id)),
            "Username" => Cell::owned(format!("{}.crm", user.email)),
            "Name" => Cell::text(Some(&user.name)),
            "FirstName" => Cell::text(user.name.split_once(' ').map(|(first, _)| first)),
            "LastName" => Cell::text(user.name.split_once(' ').map(|(_, last)| last)),
            "Title" => Cell::text(Some(&user.title)),
            "Email" => Cell::text(Some(&user.email)),
            "IsActive" => Cell::Flag(user.active),
            "UserType" => Cell::owned("Standard"),
            "TimeZoneSidKey" => Cell::owned("Etc/UTC"),
            "UserRoleId" => Cell::owned(role_id(&self.role_name(user).0)),
            "ManagerId" => Cell::text(user.manager.as_deref()),
            _ => stamp(field, user.created_at, user.modified_at, None),
        }
    }

    fn stage(&self, row: &StageRow<'a>, field: &str) -> Cell<'a> {
        let stage = row.stage;
        match field {
            "Id" => Cell::text(Some(&stage.id)),
            "MasterLabel" => Cell::text(Some(&stage.label)),
            "ApiName" => Cell::text(Some(row.name)),
            "IsActive" => Cell::Flag(row.active),
            "SortOrder" => Cell::Whole(row.place),
            "IsClosed" => Cell::Flag(stage.is_closed),
            "IsWon" => Cell::Flag(stage.is_won),
            "ForecastCategory" => Cell::owned(forecast(stage).0),
            "ForecastCategoryName" => Cell::owned(forecast(stage).1),
            "DefaultProbability" => Cell::percent(Some(stage.probability)),
            _ => self.setup_stamp(field),
        }
    }

    fn entry(&self, deal: &'a Deal, entry: &Entry, field: &str) -> Cell<'a> {
        let percent = || history::probability(self.crm, &entry.stage, entry.probability);
        match field {
            "Id" => Cell::owned(&entry.id),
            "OpportunityId" => Cell::text(Some(&deal.id)),
            "CreatedById" => entry.by.as_ref().map_or(Cell::Null, Cell::owned),
            "CreatedDate" | "SystemModstamp" => Cell::Time(entry.at),
            "StageName" => Cell::text(Some(self.stage_name(&entry.stage))),
            "Amount" => Cell::real(entry.amount),
            "ExpectedRevenue" => Cell::real(expected(entry.amount, percent())),
            "CloseDate" => Cell::day(entry.close),
            "Probability" => Cell::percent(percent()),
            "ForecastCategory" => self
                .crm
                .stage(&entry.stage)
                .map_or(Cell::Null, |stage| Cell::owned(forecast(stage).0)),
            "PrevAmount" => Cell::real(entry.amount_before),
            "PrevCloseDate" => Cell::day(entry.close_before),
            "IsDeleted" => Cell::Flag(!deal.state.is_live()),
            _ => Cell::Null,
        }
    }

    fn email(&self, each: &'a Activity, field: &str) -> Cell<'a> {
        let sender = || each.owner.as_ref().and_then(|id| self.crm.users.get(id));
        match field {
            "Id" => Cell::owned(ids::under("02s", &each.id)),
            "ActivityId" => Cell::text(Some(&each.id)),
            "TextBody" => Cell::text(Some(&each.body)),
            "FromName" => Cell::text(sender().map(|user| user.name.as_str())),
            "FromAddress" => Cell::text(sender().map(|user| user.email.as_str())),
            "ToAddress" => {
                let to: Vec<&str> = each
                    .contacts
                    .iter()
                    .filter_map(|id| self.crm.contacts.get(id)?.email.as_deref())
                    .collect();
                if to.is_empty() {
                    Cell::Null
                } else {
                    Cell::owned(to.join("; "))
                }
            }
            "Incoming" => Cell::Flag(false),
            // Sent, in the vendor's numbering.
            "Status" => Cell::owned("3"),
            "MessageDate" => Cell::Time(each.at),
            "RelatedToId" => Cell::text(each.deal.as_deref().or(each.company.as_deref())),
            _ => activity(each, field),
        }
    }

    /// A field the company added, or none when there is no such.
    fn added(&self, custom: &'a BTreeMap<String, Value>, field: &str) -> Option<Cell<'a>> {
        let name = field.strip_suffix("__c")?.to_lowercase();
        let kind = self
            .crm
            .fields
            .iter()
            .find(|added| added.name == name)?
            .kind;
        let cell = match custom.get(&name) {
            Some(Value::Bool(flag)) => Cell::Flag(*flag),
            Some(Value::Number(number)) => Cell::real(number.to_string().parse().ok()),
            Some(Value::String(text)) if kind == FieldKind::Date => Cell::day(text.parse().ok()),
            Some(Value::String(text)) => Cell::text(Some(text)),
            Some(Value::Array(several)) => {
                let several: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
                Cell::owned(several.join(";"))
            }
            _ => Cell::Null,
        };
        // A checkbox is never empty.
        let is_unticked = kind == FieldKind::Flag && cell == Cell::Null;
        Some(if is_unticked { Cell::Flag(false) } else { cell })
    }

    /// When the first user came.
    fn founded(&self) -> Option<Timestamp> {
        self.crm.users.values().map(|user| user.created_at).min()
    }

    fn setup_stamp(&self, field: &str) -> Cell<'a> {
        match self.founded() {
            Some(at) => stamp(field, at, at, None),
            None => Cell::Null,
        }
    }
}

/// How to get to another row: the field that holds its id, and the object it is looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) field: &'static str,
    pub(super) table: Table,
}

const HEAD: &str = "Head of Sales";

/// Room for the people of one activity in the numbers of relations.
const RELATIONS: u64 = 64;

fn role_id(name: &str) -> String {
    let n = name.bytes().fold(7_u64, |n, byte| {
        n.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
    });
    ids::numbered("00E", n % 1_000_000_007)
}

impl Row<'_> {
    /// In the bin, where only `queryAll` looks.
    pub(super) fn is_deleted(&self) -> bool {
        let state = match self {
            Row::Account(company) => &company.state,
            Row::Contact(contact) => &contact.state,
            // What hangs on an opportunity goes with it.
            Row::Opportunity(deal) | Row::ContactRole(deal, _) | Row::History(deal, _) => {
                &deal.state
            }
            Row::Task(each) | Row::Event(each) | Row::Email(each) | Row::Relation(_, each, _) => {
                return matches!(each.state, State::Deleted { .. } | State::Merged { .. });
            }
            _ => return false,
        };
        // Only activities are archived at this vendor: what else is put away goes into the bin.
        !state.is_live()
    }

    /// Old activities, which only `queryAll` shows.
    pub(super) fn is_archived(&self) -> bool {
        matches!(self, Row::Task(each) | Row::Event(each) | Row::Email(each) | Row::Relation(_, each, _)
            if matches!(each.state, State::Archived { .. }))
    }

    /// The object a row is of.
    pub(super) fn table(&self) -> Table {
        match self {
            Row::Account(_) => Table::Account,
            Row::Contact(_) => Table::Contact,
            Row::Email(_) => Table::EmailMessage,
            Row::Event(_) => Table::Event,
            Row::Relation(table, ..) => *table,
            Row::Name(row) => row.table(),
            Row::Opportunity(_) => Table::Opportunity,
            Row::ContactRole(..) => Table::OpportunityContactRole,
            Row::History(..) => Table::OpportunityHistory,
            Row::Stage(_) => Table::OpportunityStage,
            Row::Organization => Table::Organization,
            Row::RecordType(_) => Table::RecordType,
            Row::Task(_) => Table::Task,
            Row::User(_) => Table::User,
            Row::UserRole(_) => Table::UserRole,
        }
    }
}

impl Table {
    /// Whether its rows are activities.
    pub(super) fn holds_activities(self) -> bool {
        matches!(self, Table::Task | Table::Event | Table::EmailMessage)
    }

    /// Whether this activity is one of its rows.
    pub(super) fn holds(self, activity: &Activity) -> bool {
        match self {
            Table::Task => is_task(activity),
            Table::Event => !is_task(activity),
            Table::EmailMessage => activity.kind == ActivityKind::Email,
            _ => false,
        }
    }
}

/// Meetings are events, everything else is a task.
fn is_task(activity: &Activity) -> bool {
    activity.kind != ActivityKind::Meeting
}

fn task<'a>(each: &'a Activity, field: &str) -> Cell<'a> {
    let is_call = each.kind == ActivityKind::Call;
    match field {
        "Id" => Cell::text(Some(&each.id)),
        "ActivityDate" => Cell::Day(day(each.at)),
        "Status" => Cell::owned(if each.done {
            "Completed"
        } else {
            "Not Started"
        }),
        "Priority" => Cell::owned("Normal"),
        "IsClosed" => Cell::Flag(each.done),
        "TaskSubtype" => Cell::owned(match each.kind {
            ActivityKind::Call => "Call",
            ActivityKind::Email => "Email",
            _ => "Task",
        }),
        "Type" => match each.kind {
            ActivityKind::Call => Cell::owned("Call"),
            ActivityKind::Email => Cell::owned("Email"),
            ActivityKind::Note => Cell::owned("Note"),
            _ => Cell::Null,
        },
        "CompletedDateTime" => Cell::time(each.done.then_some(each.at)),
        "CallType" if is_call => Cell::owned("Outbound"),
        "CallDurationInSeconds" if is_call => each
            .duration_s
            .map_or(Cell::Null, |seconds| Cell::Whole(seconds.into())),
        "CallDisposition" if is_call => Cell::text(each.outcome.as_deref()),
        _ => activity(each, field),
    }
}

fn event<'a>(each: &'a Activity, field: &str) -> Cell<'a> {
    let seconds = i64::from(each.duration_s.unwrap_or_default());
    match field {
        "Id" => Cell::owned(ids::under("00U", &each.id)),
        "IsAllDayEvent" | "IsChild" | "IsRecurrence" => Cell::Flag(false),
        "ActivityDateTime" | "StartDateTime" => Cell::Time(each.at),
        "ActivityDate" => Cell::Day(day(each.at)),
        "DurationInMinutes" => Cell::Whole(seconds / 60),
        "EndDateTime" => {
            let lasts = SignedDuration::from_secs(seconds);
            Cell::time(each.at.checked_add(lasts).ok())
        }
        "Type" => Cell::owned("Meeting"),
        "EventSubtype" => Cell::owned("Event"),
        _ => activity(each, field),
    }
}

fn activity<'a>(each: &'a Activity, field: &str) -> Cell<'a> {
    match field {
        "WhoId" => Cell::text(each.contacts.first().map(String::as_str)),
        "WhatId" => Cell::text(each.deal.as_deref().or(each.company.as_deref())),
        "AccountId" => Cell::text(each.company.as_deref()),
        "OwnerId" => Cell::text(each.owner.as_deref()),
        "Subject" => Cell::text(Some(&each.subject)),
        "Description" => Cell::text(Some(&each.body)),
        "IsDeleted" => Cell::Flag(matches!(
            each.state,
            State::Deleted { .. } | State::Merged { .. }
        )),
        "IsArchived" => Cell::Flag(matches!(each.state, State::Archived { .. })),
        _ => stamp(
            field,
            each.created_at,
            each.modified_at,
            each.owner.as_deref(),
        ),
    }
}

fn stamp<'a>(
    field: &str,
    created: Timestamp,
    modified: Timestamp,
    by: Option<&'a str>,
) -> Cell<'a> {
    match field {
        "CreatedDate" => Cell::Time(created),
        "LastModifiedDate" | "SystemModstamp" => Cell::Time(modified),
        "CreatedById" | "LastModifiedById" => Cell::text(by),
        _ => Cell::Null,
    }
}

fn master(state: &State) -> Cell<'_> {
    match state {
        State::Merged { into, .. } => Cell::text(Some(into)),
        _ => Cell::Null,
    }
}

fn expected(amount: Option<Decimal>, percent: Option<u8>) -> Option<Decimal> {
    let share = Decimal::new(percent?.into(), 2);
    Some((amount? * share).normalize())
}

/// The category of a stage in the forecast: its value and what people read.
fn forecast(stage: &crate::crm::Stage) -> (&'static str, &'static str) {
    if stage.is_won {
        ("Closed", "Closed")
    } else if stage.is_closed {
        ("Omitted", "Omitted")
    } else if stage.probability >= 80 {
        ("Forecast", "Commit")
    } else if stage.probability >= 50 {
        ("BestCase", "Best Case")
    } else {
        ("Pipeline", "Pipeline")
    }
}

pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
