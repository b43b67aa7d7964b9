//! What a file's columns mean: recognised by their names, shown, and open to correction.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::read::trim;
use super::value::{DateOrder, DecimalMark};

/// What a table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One row per deal, as it stands now.
    Deals,
    /// One row per change of a deal's stage: an event log.
    StageEvents,
    /// One row per call, e-mail, meeting.
    Activities,
    /// One row per person on the customer's side.
    Contacts,
    /// One row per company.
    Accounts,
    /// One row per seller: who leads them, which team they are of.
    Team,
    /// One row per product, with its list price.
    Products,
    /// None of these: nothing is taken from the table until it is mapped.
    Unknown,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deals => "deals",
            Self::StageEvents => "stage_events",
            Self::Activities => "activities",
            Self::Contacts => "contacts",
            Self::Accounts => "accounts",
            Self::Team => "team",
            Self::Products => "products",
            Self::Unknown => "unknown",
        })
    }
}

impl FromStr for Shape {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        SHAPES
            .iter()
            .chain([&Self::Unknown])
            .find(|shape| shape.to_string() == text)
            .copied()
            .ok_or_else(|| MappingError::Shape {
                found: text.to_owned(),
            })
    }
}

/// In the order that decides between equals.
const SHAPES: [Shape; 7] = [
    Shape::Deals,
    Shape::StageEvents,
    Shape::Activities,
    Shape::Contacts,
    Shape::Accounts,
    Shape::Team,
    Shape::Products,
];

macro_rules! targets {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// The field a column fills.
        ///
        /// Written as its name in snake case: `deal_id`, `close_date`, `entered:Proposal`.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Target {
            $($(#[$doc])* $variant,)*
            /// When the deal entered the stage of this label: `entered:Proposal`.
            Entered(String),
        }

        const NAMES: &[(&str, Target)] = &[$(($name, Target::$variant),)*];

        impl fmt::Display for Target {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant => f.write_str($name),)*
                    Self::Entered(label) => write!(f, "entered:{label}"),
                }
            }
        }
    };
}

targets! {
    /// The id of a deal, or of a case of an event log.
    DealId "deal_id",
    /// What a deal is called.
    DealName "deal_name",
    /// The name of a company.
    Company "company",
    /// The source's id of a company.
    CompanyId "company_id",
    /// What a deal is worth.
    Amount "amount",
    /// The currency of the amount.
    Currency "currency",
    /// The stage a deal is in, or enters.
    Stage "stage",
    /// The stage it leaves.
    FromStage "from_stage",
    /// Open, won or lost, beside the stage.
    Status "status",
    /// Yes when the deal is won.
    IsWon "is_won",
    /// Yes when the deal is closed either way.
    IsClosed "is_closed",
    /// The pipeline a deal is in.
    Pipeline "pipeline",
    /// The chance to win, as the source says.
    Probability "probability",
    /// The day the deal should close.
    ExpectedClose "expected_close",
    /// The expected day of an open deal, the real one of a closed deal.
    CloseDate "close_date",
    /// When the deal closed.
    ClosedAt "closed_at",
    /// When it was won.
    WonAt "won_at",
    /// When it was lost.
    LostAt "lost_at",
    /// When the record was made.
    CreatedAt "created_at",
    /// When the record last changed.
    UpdatedAt "updated_at",
    /// When the deal entered the stage it is in.
    StageEnteredAt "stage_entered_at",
    /// Who works on the deal, by name.
    Owner "owner",
    /// Who works on the deal, by e-mail address.
    OwnerEmail "owner_email",
    /// Why the deal was lost.
    LostReason "lost_reason",
    /// What is sold; joined to the list of products where there is one.
    Product "product",
    /// When the event happened.
    Time "time",
    /// Whether the event is a start or an end; only ends count.
    Lifecycle "lifecycle",
    /// The source's id of an activity.
    ActivityId "activity_id",
    /// Call, e-mail, meeting and so on.
    Kind "kind",
    /// Who took part.
    Participants "participants",
    /// How it went.
    Outcome "outcome",
    /// What it was about.
    Summary "summary",
    /// Where the whole text lies.
    RawContent "raw_content",
    /// What was agreed to do.
    NextSteps "next_steps",
    /// What stood against the deal.
    Objections "objections",
    /// The source's id of a person.
    PersonId "person_id",
    /// What a person is called.
    Name "name",
    /// Their first name.
    FirstName "first_name",
    /// Their last name.
    LastName "last_name",
    /// Their position.
    Title "title",
    /// Their e-mail address.
    Email "email",
    /// Champion, blocker, economic buyer and so on; in a team, the job.
    Role "role",
    /// From −1 to 1.
    Sentiment "sentiment",
    /// From 0 to 1.
    Engagement "engagement",
    /// When they were last spoken with.
    LastContact "last_contact",
    /// When they joined the deal.
    AddedAt "added_at",
    /// How they like to be spoken with.
    CommunicationStyle "communication_style",
    /// The web domain of a company.
    Domain "domain",
    /// What the company does.
    Industry "industry",
    /// How many work there.
    Employees "employees",
    /// What it earns in a year.
    Revenue "annual_revenue",
    /// The person a seller reports to.
    Manager "manager",
    /// The team or office of a seller.
    Team "team",
    /// The list price of a product.
    Price "price",
    /// Kept under its own name, verbatim.
    Custom "custom",
    /// Not read.
    Ignore "ignore",
}

impl FromStr for Target {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let text = text.trim();
        if let Some(label) = text.strip_prefix("entered:") {
            if label.trim().is_empty() {
                return Err(MappingError::Target {
                    found: text.to_owned(),
                });
            }
            return Ok(Self::Entered(label.trim().to_owned()));
        }
        NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, target)| target.clone())
            .ok_or_else(|| MappingError::Target {
                found: text.to_owned(),
            })
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// No such field.
    #[error(
        "there is no field {found:?}; fields are {}, entered:<stage>",
        field_names()
    )]
    Target {
        /// What was written.
        found: String,
    },
    /// No such shape.
    #[error(
        "there is no shape {found:?}; shapes are deals, stage_events, activities, contacts, accounts, team, products"
    )]
    Shape {
        /// What was written.
        found: String,
    },
    /// `--map` was given neither a file nor `Column=field`.
    #[error("{found:?} does not read \"Column=field\"")]
    Override {
        /// What was written.
        found: String,
    },
    /// The TOML text is wrong.
    #[error("the mapping is not as `pie map` writes it")]
    Toml(#[from] toml::de::Error),
    /// The mapping cannot be written down.
    #[error("the mapping cannot be written as TOML")]
    Write(#[from] toml::ser::Error),
}

fn field_names() -> String {
    NAMES
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Splits a `Column=field` override. The column may hold `=` itself: the last one counts.
pub fn parse_override(text: &str) -> Result<(String, Target), MappingError> {
    let (column, field) = text
        .rsplit_once('=')
        .filter(|(c, _)| !c.trim().is_empty())
        .ok_or_else(|| MappingError::Override {
            found: text.to_owned(),
        })?;
    Ok((column.trim().to_owned(), field.parse()?))
}

/// What one table's columns mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// The name of the file, without its folder.
    pub file: String,
    /// The name of the array inside a JSON file that holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// What the table is about.
    pub shape: Shape,
    /// Which known export the columns were recognised as.
    #[serde(default)]
    pub preset: String,
    /// How dates such as 3/4/2026 are written, where the column does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
    /// How numbers such as 1,234 are written, where the column does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// Each column and the field it fills.
    pub columns: Columns,
}

/// Columns and their fields, in the file's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<(String, Target)>);

impl Columns {
    /// The field of the column of that name, compared as headings are: without regard to case,
    /// spaces and punctuation.
    pub fn get(&self, column: &str) -> Option<&Target> {
        let exact = self.0.iter().find(|(name, _)| name == column);
        exact
            .or_else(|| {
                let key = fold(column);
                self.0.iter().find(|(name, _)| fold(name) == key)
            })
            .map(|(_, target)| target)
    }
}

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(column, target)| (column, target)))
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(
            BTreeMap::deserialize(deserializer)?.into_iter().collect(),
        ))
    }
}

/// The mapping of a whole import, as `pie map` writes it and `--map FILE` reads it.
///
/// ```
/// use connectors::file::Mapping;
///
/// let text = r#"
/// won = ["Signed"]
///
/// [[tables]]
/// file = "deals.csv"
/// shape = "deals"
/// dates = "day_first"
///
/// [tables.columns]
/// "Opportunity ID" = "deal_id"
/// "Went to proposal" = "entered:Proposal"
/// "#;
/// let mapping: Mapping = text.parse()?;
/// assert_eq!(mapping.to_toml()?.parse::<Mapping>()?, mapping);
/// # Ok::<(), connectors::file::MappingError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Stage labels that mean won, beside the known ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub won: Vec<String>,
    /// Stage labels that mean lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
    /// Stage labels and the canonical stage they stand for: `"Kick-off" = "discovery"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, String>,
    /// One entry for each table.
    #[serde(default)]
    pub tables: Vec<TableMapping>,
}

impl Mapping {
    /// The mapping as text to edit.
    pub fn to_toml(&self) -> Result<String, MappingError> {
        Ok(toml::to_string(self)?)
    }

    /// The entry for a table of a file.
    pub fn of(&self, file: &str, table: Option<&str>) -> Option<&TableMapping> {
        self.tables
            .iter()
            .find(|t| t.file == file && t.table.as_deref() == table)
    }
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        Ok(toml::from_str(text)?)
    }
}

// ---------------------------------------------------------------- recognition

/// Words for each field of each shape, the surest first. Compared folded: without case, spaces
/// or punctuation, so `Opportunity ID`, `opportunity_id` and `OpportunityId` are one.
type Words = &'static [(Target, &'static str)];

const DEALS: Words = &[
    (
        Target::DealId,
        "deal_id opportunity_id deal_external_id external_id opportunity_number record_id hs_object_id deal_number \
         deal_no opp_id opportunity_no opportunity_identifier case_id case id",
    ),
    (
        Target::DealName,
        "deal_name opportunity_name deal_title opportunity deal name title",
    ),
    (
        Target::Company,
        "account_name company_name company account associated_company associated_company_primary deal_organization \
         organization organisation customer_name customer client client_name org_name organization_name",
    ),
    (
        Target::CompanyId,
        "account_id company_id org_id organization_id associated_company_ids associated_company_ids_primary \
         associated_company_id",
    ),
    (
        Target::Amount,
        "amount deal_amount deal_value opportunity_amount close_value total_contract_value annual_contract_value value \
         acv arr tcv contract_value total_value opportunity_value amount_in_company_currency opportunity_amount_usd \
         amount_usd deal_size amount_eur amount_gbp amount.amount amount.value",
    ),
    (
        Target::Currency,
        "currency currency_code currency_iso_code deal_currency deal_currency_code deal_currency_of_value \
         opportunity_currency amount_currency amount.currency",
    ),
    (
        Target::Stage,
        "stage deal_stage stage_name pipeline_stage sales_stage opportunity_stage current_stage stage_id phase",
    ),
    (
        Target::Status,
        "status deal_status opportunity_result opportunity_status deal_outcome result outcome won_lost",
    ),
    (Target::IsWon, "is_won won is_closed_won hs_is_closed_won"),
    (
        Target::IsClosed,
        "is_closed closed hs_is_closed is_deal_closed",
    ),
    (
        Target::Pipeline,
        "pipeline deal_pipeline pipeline_name sales_pipeline pipeline_id",
    ),
    (
        Target::Probability,
        "probability deal_probability win_probability opportunity_probability probability_percent \
         hs_deal_stage_probability likelihood",
    ),
    (
        Target::ExpectedClose,
        "expected_close expected_close_date deal_expected_close_date estimated_close_date forecast_close_date \
         target_close_date",
    ),
    (Target::CloseDate, "close_date closing_date deal_close_date"),
    (
        Target::ClosedAt,
        "closed_at closed_date actual_close_date date_closed closed_on deal_closed_on deal_deal_closed_on close_time \
         end_date",
    ),
    (
        Target::WonAt,
        "won_at won_time won_date deal_won_time date_won",
    ),
    (
        Target::LostAt,
        "lost_at lost_time lost_date deal_lost_time date_lost",
    ),
    (
        Target::CreatedAt,
        "created_at created_date create_date date_created creation_date created_on created_time deal_created \
         deal_deal_created add_time created opened_at open_date opened engage_date start_date",
    ),
    (
        Target::UpdatedAt,
        "updated_at last_modified_date last_modified modified_date updated update_time deal_update_time last_update \
         last_updated system_modstamp hs_lastmodifieddate modified_at updated_on",
    ),
    (
        Target::StageEnteredAt,
        "stage_entered_at stage_changed_at last_stage_change_date stage_change_time deal_last_stage_change \
         date_entered_current_stage hs_v2_date_entered_current_stage stage_since last_stage_change",
    ),
    (
        Target::Owner,
        "owner deal_owner opportunity_owner owner_name owner_full_name sales_agent sales_rep rep rep_name salesperson \
         account_executive agent assigned_to hubspot_owner_id owner_id",
    ),
    (
        Target::OwnerEmail,
        "owner_email deal_owner_email opportunity_owner_email rep_email",
    ),
    (
        Target::LostReason,
        "lost_reason deal_lost_reason closed_lost_reason loss_reason reason_lost close_reason",
    ),
    (Target::Product, "product product_name deal_product"),
];

const EVENTS: Words = &[
    (
        Target::DealId,
        "case:concept:name case_id case case_key deal_id deal_external_id opportunity_id trace_id process_id ticket_id \
         entity_id object_id record_id external_id id opportunity deal deal_name opportunity_name",
    ),
    (
        Target::Stage,
        "to_stage new_stage new_stage_name stage stage_name concept:name activity activity_name activity_en event_name \
         event task state deal_stage to new_value step phase status",
    ),
    (
        Target::FromStage,
        "from_stage old_stage previous_stage old_stage_name from old_value prior_stage",
    ),
    (
        Target::Time,
        "time:timestamp timestamp changed_at ts event_time complete_timestamp time entered_at changed_date change_date \
         change_time transition_time stage_date occurred_at event_date datetime date_time end_timestamp start_timestamp \
         end_time start_time at date created_date created_at last_modified edit_date",
    ),
    (Target::Lifecycle, "lifecycle:transition lifecycle"),
    (
        Target::Amount,
        "amount deal_amount deal_value opportunity_amount case:amount case:amount_req amount_req value case:value",
    ),
    (Target::Currency, "currency currency_code case:currency"),
    (Target::DealName, "deal_name opportunity_name case:name"),
    (
        Target::Company,
        "account_name company_name company account case:company case:account",
    ),
    (
        Target::Owner,
        "owner deal_owner opportunity_owner owner_name sales_rep rep sales_agent case:owner case:responsible",
    ),
    (
        Target::Pipeline,
        "pipeline deal_pipeline pipeline_name case:pipeline",
    ),
];

const ACTIVITIES: Words = &[
    (
        Target::ActivityId,
        "activity_id engagement_id task_id event_id external_id id",
    ),
    (
        Target::DealId,
        "deal_id deal_external_id opportunity_id associated_deal_ids associated_deal_id what_id related_to_id",
    ),
    (
        Target::DealName,
        "deal_name opportunity_name associated_deal deal opportunity activity_deal",
    ),
    (
        Target::Kind,
        "type activity_type kind engagement_type activity",
    ),
    (
        Target::Time,
        "timestamp at activity_date occurred_at time date start_time sent_at datetime created_at created_date due_date",
    ),
    (
        Target::Participants,
        "participants attendees contacts people to contact",
    ),
    (
        Target::Outcome,
        "outcome call_outcome meeting_outcome disposition result",
    ),
    (
        Target::Summary,
        "summary subject notes note description title",
    ),
    (
        Target::RawContent,
        "raw_content raw_content_ref transcript body content url",
    ),
    (Target::NextSteps, "next_steps next_step"),
    (Target::Objections, "objections objections_raised"),
];

const CONTACTS: Words = &[
    (
        Target::PersonId,
        "contact_id stakeholder_id person_id external_id record_id id",
    ),
    (
        Target::DealId,
        "deal_id deal_external_id opportunity_id associated_deal_ids associated_deal_id",
    ),
    (
        Target::DealName,
        "deal_name opportunity_name associated_deal deal opportunity",
    ),
    (
        Target::Name,
        "contact_name full_name stakeholder name contact stakeholder_name person_name",
    ),
    (Target::FirstName, "first_name given_name firstname"),
    (Target::LastName, "last_name surname family_name lastname"),
    (Target::Title, "job_title title position"),
    (
        Target::Email,
        "email email_address contact_email person_email e_mail",
    ),
    (
        Target::Role,
        "role contact_role buying_role stakeholder_role",
    ),
    (Target::Sentiment, "sentiment sentiment_score"),
    (Target::Engagement, "engagement engagement_score"),
    (
        Target::LastContact,
        "last_contact last_contacted last_contact_at last_activity_date last_activity",
    ),
    (
        Target::AddedAt,
        "added_at created_at create_date created_date",
    ),
    (Target::CommunicationStyle, "communication_style"),
    (
        Target::Company,
        "company company_name account_name account organization associated_company",
    ),
];

const ACCOUNTS: Words = &[
    (
        Target::CompanyId,
        "account_id company_id organization_id external_id record_id id",
    ),
    (
        Target::Company,
        "account company account_name company_name organization organization_name name customer client",
    ),
    (
        Target::Domain,
        "domain company_domain_name website web_site url",
    ),
    (Target::Industry, "industry sector vertical"),
    (
        Target::Employees,
        "employees number_of_employees employee_count headcount no_of_employees company_size size",
    ),
    (Target::Revenue, "annual_revenue revenue"),
    (Target::Currency, "currency currency_code currency_iso_code"),
    (
        Target::Owner,
        "account_owner company_owner owner owner_name",
    ),
];

const TEAM: Words = &[
    (Target::PersonId, "user_id person_id employee_id id"),
    (
        Target::Name,
        "sales_agent agent sales_rep rep owner salesperson full_name name user user_name account_executive",
    ),
    (Target::Email, "email email_address"),
    (
        Target::Manager,
        "manager manager_name supervisor reports_to team_lead",
    ),
    (
        Target::Team,
        "team regional_office office region team_name department",
    ),
    (Target::Role, "role title job_title position"),
];

const PRODUCTS: Words = &[
    (Target::Product, "product product_name name sku"),
    (
        Target::Price,
        "sales_price list_price price unit_price standard_price",
    ),
];

fn words(shape: Shape) -> Words {
    match shape {
        Shape::Deals => DEALS,
        Shape::StageEvents => EVENTS,
        Shape::Activities => ACTIVITIES,
        Shape::Contacts => CONTACTS,
        Shape::Accounts => ACCOUNTS,
        Shape::Team => TEAM,
        Shape::Products => PRODUCTS,
        Shape::Unknown => &[],
    }
}

/// A heading as people compare it: letters and digits only, small. What follows in brackets
/// counts only when nothing else is left.
pub(super) fn fold(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Without a trailing remark: `Amount (USD)` is `Amount`, `Probability (%)` is `Probability`.
fn without_remark(heading: &str) -> &str {
    match heading.split_once(['(', '[']) {
        Some((before, _)) if !before.trim().is_empty() => before.trim_end(),
        _ => heading,
    }
}

/// A heading without the marks that cannot be seen, its spaces single.
pub(super) fn clean_heading(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for word in
        trim(heading).split(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}')
    {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

/// How surely a heading names a field of a shape: its field, and its place in the list of words.
fn lookup(shape: Shape, heading: &str) -> Option<(Target, usize)> {
    let short = heading
        .strip_prefix("properties.")
        .or_else(|| heading.strip_prefix("fields."))
        .unwrap_or(heading);
    let known = FOLDED.get(&shape)?;
    let find = |heading: &str| known.get(&fold(heading)).cloned();
    find(short).or_else(|| find(without_remark(short)))
}

/// Folded words: the field each names, and how surely.
type Folded = BTreeMap<String, (Target, usize)>;

/// The words of each shape, folded once and for all: a table may have thousands of columns. Of
/// two fields with the same word the first has it.
static FOLDED: LazyLock<BTreeMap<Shape, Folded>> = LazyLock::new(|| {
    let of = |shape: Shape| {
        let mut known = Folded::new();
        for (target, list) in words(shape) {
            for (rank, word) in list.split_whitespace().enumerate() {
                known
                    .entry(fold(word))
                    .or_insert_with(|| (target.clone(), rank));
            }
        }
        known
    };
    SHAPES.iter().map(|&shape| (shape, of(shape))).collect()
});

/// `Date entered "Proposal (Sales Pipeline)"` and its like: the label of the stage.
fn stage_entry(heading: &str) -> Option<String> {
    let lower = heading.to_ascii_lowercase();
    for start in [
        "hs_v2_date_entered_",
        "hs_date_entered_",
        "properties.hs_v2_date_entered_",
        "properties.hs_date_entered_",
    ] {
        if lower.starts_with(start) && !lower.ends_with("_current_stage") {
            return Some(heading[start.len()..].to_owned()).filter(|l| !l.is_empty());
        }
    }
    let rest = lower
        .strip_prefix("date entered ")
        .map(|r| &heading[heading.len() - r.len()..])?;
    if rest.eq_ignore_ascii_case("current stage") {
        return None;
    }
    let quoted = rest.trim_matches(|c| {
        matches!(
            c,
            '"' | '\'' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}'
        )
    });
    // The pipeline stands behind the stage, in brackets.
    let label = without_remark(quoted).trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// Every heading that is known for any shape.
pub(super) struct Headings;

impl Headings {
    pub(super) fn all() -> Self {
        Self
    }

    fn knows(heading: &str) -> bool {
        SHAPES.iter().any(|shape| lookup(*shape, heading).is_some())
            || stage_entry(heading).is_some()
    }

    /// A row of at least two different words, of which two are known headings, or one where no
    /// cell looks like a value.
    #[expect(clippy::unused_self, reason = "reads as a question to the list")]
    pub(super) fn looks_like_header(&self, row: &[String]) -> bool {
        let cells: Vec<&String> = row.iter().filter(|c| !c.is_empty()).collect();
        if cells.len() < 2 {
            return false;
        }
        let known = cells.iter().filter(|c| Self::knows(c)).count();
        let values = cells
            .iter()
            .filter(|c| c.starts_with(|d: char| d.is_ascii_digit()))
            .count();
        known >= 2 && values * 2 < cells.len() || known == 1 && values == 0
    }
}

/// What a look at the first rows adds to the names of the columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Glance {
    /// For each column: share of its cells that repeat an earlier one.
    pub(super) repeats: Vec<f64>,
    /// For each column: share of its cells that name a kind of activity.
    pub(super) kinds: Vec<f64>,
}

/// The meaning of a table's columns as far as their names and `overrides` tell.
pub(super) fn recognise(
    file: &str,
    table: Option<&str>,
    columns: &[String],
    glance: &Glance,
    forced: Option<Shape>,
    overrides: &[(String, Target)],
) -> TableMapping {
    let shape = forced.or_else(|| {
        SHAPES
            .iter()
            .filter_map(|&shape| {
                score(shape, file, table, columns, glance, overrides).map(|s| (s, shape))
            })
            // The first of equals wins.
            .fold(None, |best: Option<(f64, Shape)>, found| match best {
                Some(b) if b.0 >= found.0 => Some(b),
                _ => Some(found),
            })
            .map(|(_, shape)| shape)
    });
    let shape = shape.unwrap_or(Shape::Unknown);
    let preset = preset(shape, columns);
    TableMapping {
        file: file.to_owned(),
        table: table.map(str::to_owned),
        shape,
        preset: preset.to_owned(),
        dates: None,
        decimal: None,
        columns: assign(shape, preset, columns, overrides),
    }
}

/// A mapping that was given, brought into the order of the columns that are really there.
pub(super) fn complete(
    given: &TableMapping,
    columns: &[String],
    overrides: &[(String, Target)],
) -> TableMapping {
    let assigned = columns
        .iter()
        .map(|column| {
            let target =
                overridden(column, overrides).or_else(|| given.columns.get(column).cloned());
            (
                column.clone(),
                target.unwrap_or_else(|| left_over(given.shape, column)),
            )
        })
        .collect();
    TableMapping {
        columns: Columns(assigned),
        ..given.clone()
    }
}

/// The field of a column that first shows up late in a file, beside those already there.
pub(super) fn place(map: &TableMapping, column: &str, overrides: &[(String, Target)]) -> Target {
    let found = overridden(column, overrides).or_else(|| {
        let (target, _) = lookup(map.shape, column)?;
        map.columns
            .0
            .iter()
            .all(|(_, t)| *t != target)
            .then_some(target)
    });
    found.unwrap_or_else(|| left_over(map.shape, column))
}

fn overridden(column: &str, overrides: &[(String, Target)]) -> Option<Target> {
    let named = |same: &dyn Fn(&str) -> bool| {
        overrides
            .iter()
            .rev()
            .find(|(name, _)| same(name))
            .map(|(_, t)| t.clone())
    };
    named(&|name| name == column).or_else(|| named(&|name| fold(name) == fold(column)))
}

/// Which field each column fills: where several would fill one, the surest name does.
fn assign(
    shape: Shape,
    preset: &str,
    columns: &[String],
    overrides: &[(String, Target)],
) -> Columns {
    let given: Vec<Option<Target>> = columns.iter().map(|c| overridden(c, overrides)).collect();
    let found: Vec<Option<(Target, usize)>> = columns
        .iter()
        .zip(&given)
        .map(|(column, given)| {
            if given.is_some() {
                None
            } else {
                lookup(shape, column)
            }
        })
        .collect();
    let is_given = |target: &Target| given.iter().flatten().any(|t| t == target);
    let wins = |at: usize| {
        found[at].as_ref().filter(|(target, rank)| {
            let beaten = found.iter().enumerate().any(|(other, f)| {
                f.as_ref()
                    .is_some_and(|(t, r)| t == target && (*r, other) < (*rank, at))
            });
            !beaten && !is_given(target)
        })
    };
    let has_stage = is_given(&Target::Stage)
        || (0..columns.len()).any(|n| wins(n).is_some_and(|(t, _)| *t == Target::Stage));
    let assigned = columns.iter().enumerate().map(|(at, column)| {
        let recognised = || match wins(at)?.0.clone() {
            // Without a stage, the status is all there is of one.
            Target::Status if shape == Shape::Deals && !has_stage => Some(Target::Stage),
            Target::CreatedAt if preset == "crm-opportunities" && fold(column) == "engagedate" => {
                Some(Target::Entered("Engaging".to_owned()))
            }
            target => Some(target),
        };
        let entry = || {
            stage_entry(column)
                .filter(|_| shape == Shape::Deals)
                .map(Target::Entered)
        };
        let target = given[at].clone().or_else(recognised).or_else(entry);
        (
            column.clone(),
            target.unwrap_or_else(|| left_over(shape, column)),
        )
    });
    Columns(assigned.collect())
}

/// What becomes of a column that means nothing to us.
fn left_over(shape: Shape, column: &str) -> Target {
    match shape {
        Shape::Unknown => Target::Ignore,
        // Columns of single events have no place on a deal; those of the case do.
        Shape::StageEvents if !is_case_column(column) => Target::Ignore,
        _ => Target::Custom,
    }
}

fn is_case_column(column: &str) -> bool {
    column.len() > 5 && column.as_bytes()[..5].eq_ignore_ascii_case(b"case:")
}

/// How well the columns fit a shape; `None` when what it needs is missing.
fn score(
    shape: Shape,
    file: &str,
    table: Option<&str>,
    columns: &[String],
    glance: &Glance,
    overrides: &[(String, Target)],
) -> Option<f64> {
    let map = assign(shape, "", columns, overrides);
    let at = |target: &Target| map.0.iter().position(|(_, t)| t == target);
    let has = |target: Target| at(&target).is_some();
    let of = |shares: &[f64], target: Target| {
        at(&target)
            .and_then(|n| shares.get(n))
            .copied()
            .unwrap_or(0.0)
    };
    let entered = map.0.iter().any(|(_, t)| matches!(t, Target::Entered(_)));
    let fits = match shape {
        Shape::Deals => {
            (has(Target::DealId) || has(Target::DealName))
                && (has(Target::Stage)
                    || has(Target::Amount)
                    || has(Target::CloseDate)
                    || has(Target::IsWon)
                    || entered)
        }
        Shape::StageEvents => has(Target::DealId) && has(Target::Stage) && has(Target::Time),
        Shape::Activities => has(Target::Kind) && has(Target::Time),
        Shape::Contacts => {
            let named = has(Target::Name) || has(Target::LastName) || has(Target::Email);
            named
                && (has(Target::Email) || has(Target::Role) || has(Target::Title))
                && !has_any(columns, &["manager"])
        }
        Shape::Accounts => {
            (has(Target::Company) || has(Target::CompanyId))
                && (has(Target::Industry)
                    || has(Target::Employees)
                    || has(Target::Revenue)
                    || has(Target::Domain))
        }
        Shape::Team => has(Target::Name) && (has(Target::Manager) || has(Target::Team)),
        Shape::Products => has(Target::Product) && has(Target::Price),
        Shape::Unknown => false,
    };
    if !fits {
        return None;
    }
    let known = map
        .0
        .iter()
        .filter(|(_, t)| !matches!(t, Target::Custom | Target::Ignore))
        .count();
    let mut score = known as f64;
    if shape == Shape::StageEvents {
        // The names of the time columns that only event logs use come first in the list.
        let sure = map.0.iter().any(|(c, t)| {
            *t == Target::Time && lookup(shape, c).is_some_and(|(_, rank)| rank < 16)
                || *t == Target::FromStage
        });
        let repeats = of(&glance.repeats, Target::DealId);
        score += f64::from(u8::from(sure)) * 2.0;
        score += if repeats > 0.2 {
            3.0
        } else if sure {
            0.0
        } else {
            -4.0
        };
        score -= 6.0 * of(&glance.kinds, Target::Stage);
    }
    if shape == Shape::Deals && of(&glance.repeats, Target::DealId) > 0.2 {
        score -= 1.0;
    }
    if shape == Shape::Activities {
        score += 3.0 * of(&glance.kinds, Target::Kind) - 1.0;
    }
    let name = fold(table.unwrap_or(file));
    let hinted = match shape {
        Shape::Deals => ["deal", "opportunit", "pipeline"].as_slice(),
        Shape::StageEvents => &["history", "event", "transition", "stage", "log"],
        Shape::Activities => &["activit", "engagement", "call", "email", "meeting"],
        Shape::Contacts => &["contact", "stakeholder", "people", "person"],
        Shape::Accounts => &["account", "compan", "organi", "customer"],
        Shape::Team => &["team", "user", "owner", "rep", "seller"],
        Shape::Products => &["product", "price"],
        Shape::Unknown => &[],
    };
    if hinted.iter().any(|word| name.contains(word)) {
        score += 1.5;
    }
    Some(score)
}

fn has_any(columns: &[String], keys: &[&str]) -> bool {
    columns.iter().any(|c| keys.contains(&fold(c).as_str()))
}

/// Which known export the columns are of, for the report.
fn preset(shape: Shape, columns: &[String]) -> &'static str {
    let keys: Vec<String> = columns.iter().map(|c| fold(c)).collect();
    let count = |signature: &[&str]| {
        signature
            .iter()
            .filter(|s| keys.iter().any(|k| k == *s))
            .count()
    };
    let begins = |start: &str| columns.iter().filter(|c| c.starts_with(start)).count();
    let crm = [
        &[
            "opportunityid",
            "salesagent",
            "dealstage",
            "engagedate",
            "closevalue",
        ][..],
        &["account", "sector", "yearestablished", "officelocation"],
        &["product", "series", "salesprice"],
        &["salesagent", "manager", "regionaloffice"],
    ];
    if shape == Shape::Unknown {
        "none"
    } else if crm
        .iter()
        .any(|signature| count(signature) == signature.len())
    {
        "crm-opportunities"
    } else if count(&["caseconceptname"]) == 1 || count(&["conceptname", "timetimestamp"]) == 2 {
        "process-mining"
    } else if begins("Deal - ") + begins("Organization - ") + begins("Person - ") >= 2
        || count(&["orgid", "stageid", "addtime", "updatetime"]) >= 3
    {
        "pipedrive"
    } else if columns.iter().any(|c| stage_entry(c).is_some())
        || columns.iter().any(|c| c.starts_with("properties."))
        || count(&[
            "hsobjectid",
            "dealname",
            "dealstage",
            "dealowner",
            "recordid",
            "associatedcompany",
        ]) >= 2
    {
        "hubspot"
    } else if count(&[
        "opportunityid",
        "opportunityname",
        "opportunityowner",
        "stagename",
        "accountname",
        "fiscalperiod",
        "leadsource",
        "closedate",
    ]) >= 3
    {
        "salesforce"
    } else {
        "generic"
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn check(columns: &str, shape: Shape, preset: &str, expected: &str) {
        let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
        let map = recognise("file.csv", None, &columns, &Glance::default(), None, &[]);
        let shown: Vec<String> = map.columns.0.iter().map(|(_, t)| t.to_string()).collect();
        assert_eq!(
            (map.shape, map.preset.as_str(), shown.join(",").as_str()),
            (shape, preset, expected),
            "{columns:?}"
        );
    }

    #[test]
    fn exports_are_recognised_by_their_headings() {
        check(
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            Shape::Deals,
            "crm-opportunities",
            "deal_id,owner,product,company,stage,entered:Engaging,close_date,amount",
        );
        check(
            "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
            Shape::Accounts,
            "crm-opportunities",
            "company,industry,custom,annual_revenue,employees,custom,custom",
        );
        check(
            "sales_agent,manager,regional_office",
            Shape::Team,
            "crm-opportunities",
            "name,manager,team",
        );
        check(
            "product,series,sales_price",
            Shape::Products,
            "crm-opportunities",
            "product,custom,price",
        );
        check(
            "case,stage,ts,amount",
            Shape::StageEvents,
            "generic",
            "deal_id,stage,time,amount",
        );
        check(
            "column 1,concept:name,org:resource,time:timestamp,Activity,Resource,Costs,case:concept:name,case:creator",
            Shape::StageEvents,
            "process-mining",
            "ignore,stage,ignore,time,ignore,ignore,ignore,deal_id,custom",
        );
        check(
            "Opportunity ID,Opportunity Name,Account Name,Amount,Stage,Close Date,Created Date,Probability (%),Opportunity Owner",
            Shape::Deals,
            "salesforce",
            "deal_id,deal_name,company,amount,stage,close_date,created_at,probability,owner",
        );
        check(
            "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date,Close Date,Deal owner,Date entered 'Proposal (Sales Pipeline)'",
            Shape::Deals,
            "hubspot",
            "deal_id,deal_name,stage,pipeline,amount,created_at,close_date,owner,entered:Proposal",
        );
        check(
            "Deal - ID,Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Won time,Deal - Owner",
            Shape::Deals,
            "pipedrive",
            "deal_id,deal_name,amount,stage,status,won_at,owner",
        );
        check(
            "deal_external_id,from_stage,to_stage,changed_at",
            Shape::StageEvents,
            "generic",
            "deal_id,from_stage,stage,time",
        );
        check(
            "external_id,deal_external_id,type,timestamp,participants,outcome,summary",
            Shape::Activities,
            "generic",
            "activity_id,deal_id,kind,time,participants,outcome,summary",
        );
        check(
            "deal_external_id,name,title,email,role,sentiment",
            Shape::Contacts,
            "generic",
            "deal_id,name,title,email,role,sentiment",
        );
        check("colour,shape", Shape::Unknown, "none", "ignore,ignore");
    }

    #[test]
    fn every_field_is_read_back_from_its_name() {
        for (name, target) in NAMES {
            assert_eq!(name.parse::<Target>().unwrap(), *target);
            assert_eq!(target.to_string(), *name);
        }
        assert_eq!(
            "entered:Proposal".parse::<Target>().unwrap(),
            Target::Entered("Proposal".into())
        );
    }

    #[test]
    fn an_override_names_a_column_and_a_field() {
        assert_eq!(
            parse_override("A=B = amount").unwrap(),
            ("A=B".into(), Target::Amount)
        );
        assert!(parse_override("amount").is_err());
        assert!(
            parse_override("A=colour")
                .unwrap_err()
                .to_string()
                .contains("expected_close")
        );
    }
}
