//! The things of a book as the API writes them: straight from the book, nothing copied.

use insight::Amount;
use jiff::Timestamp;
use model::{
    Activity, ActivityKind, ActivityOutcome, Book, CanonicalStage, Company, CompanyId, Date,
    DealField, DealId, ForecastCategory, Inferred, KeyMoment, Objection, Outcome, OwnFields,
    Person, PersonId, PipelineId, Stakeholder, StakeholderRole,
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const DAY_US: f64 = 86_400e6;

/// A name with its id.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Named<'a, I: Serialize> {
    /// The id.
    #[schema(value_type = String)]
    pub(crate) id: I,
    /// The name, where there is one.
    pub(crate) name: Option<&'a str>,
}

pub(crate) fn person(book: &Book, id: PersonId) -> Named<'_, PersonId> {
    let found = book.people.binary_search_by_key(&id, |it| it.id);
    let found = found.ok().map(|at| &book.people[at]);
    let name = found.and_then(|it| it.name.as_deref().or(it.email.as_deref()));
    Named { id, name }
}

pub(crate) fn company(book: &Book, id: CompanyId) -> Named<'_, CompanyId> {
    let found = find_company(book, id);
    Named {
        id,
        name: found.and_then(|it| it.name.as_deref().or(it.domain.as_deref())),
    }
}

pub(crate) fn find_company(book: &Book, id: CompanyId) -> Option<&Company> {
    let at = book.companies.binary_search_by_key(&id, |it| it.id).ok()?;
    book.companies.get(at)
}

pub(crate) fn pipeline(book: &Book, id: PipelineId) -> Named<'_, PipelineId> {
    let found = book.pipelines.iter().find(|it| it.id == id);
    Named {
        id,
        name: found.map(|it| it.name.as_str()),
    }
}

/// Where a deal is in a book.
pub(crate) fn place(book: &Book, deal: DealId) -> Option<usize> {
    book.deals.binary_search_by_key(&deal, |it| it.id).ok()
}

/// Where a deal stands: as its history says, or else its own fields.
pub(crate) struct Standing<'a> {
    pub(crate) stage: Option<&'a str>,
    pub(crate) outcome: Option<Outcome>,
    /// When it entered the stage.
    pub(crate) entered_us: Option<i64>,
}

impl<'a> Standing<'a> {
    pub(crate) fn of(book: &'a Book, place: usize) -> Self {
        let deal = &book.deals[place];
        let visits = book.log.visits(place);
        // What is dated after the book's now has not happened.
        let known = visits
            .at_us
            .partition_point(|at| *at <= book.as_of.as_microsecond());
        let last = known
            .checked_sub(1)
            .map(|last| (visits.stage[last], visits.at_us[last]));
        let label = last.and_then(|(code, _)| book.log.stages().get(usize::from(code)));
        Self {
            stage: deal.stage.as_deref().or(label.map(String::as_str)),
            outcome: match last {
                Some((code, _)) => book.outcome_of_stage(code),
                None => deal.canonical_stage.and_then(CanonicalStage::outcome),
            },
            entered_us: last.map(|(_, at)| at),
        }
    }

    /// Days since it entered its stage, to a tenth.
    pub(crate) fn days(&self, as_of: Timestamp) -> Option<f64> {
        let us = as_of.as_microsecond().saturating_sub(self.entered_us?);
        Some((us.max(0) as f64 / DAY_US * 10.0).round() / 10.0)
    }
}

pub(crate) fn outcome_word(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => "open",
        Some(Outcome::Won) => "won",
        Some(Outcome::Lost) => "lost",
    }
}

/// A field of a deal as the API names it.
pub(crate) fn field_word(field: DealField) -> &'static str {
    match field {
        DealField::ExpectedClose => "close_date",
        other => other.as_str(),
    }
}

/// The fields of a deal in a list, in the order they are written.
pub(crate) const DEAL_FIELDS: [&str; 22] = [
    "id",
    "name",
    "company",
    "owner",
    "pipeline",
    "stage",
    "canonical_stage",
    "outcome",
    "amount",
    "probability",
    "p_win",
    "close_date",
    "forecast_category",
    "next_step",
    "next_step_due",
    "days_in_stage",
    "created_at",
    "updated_at",
    "closed_at",
    "lost_reason",
    "external_ids",
    "custom_fields",
];

/// Which fields of deals are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fields(u32);

impl Fields {
    /// What is given where nothing is said: all but what only some want.
    pub(crate) const USUAL: Self = Self((1 << 20) - 1 - (1 << 10));

    /// The fields of these names; the first unknown one is the error. The id is always among them.
    pub(crate) fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut fields = 1;
        for name in names {
            let at = DEAL_FIELDS.iter().position(|known| *known == name);
            fields |= 1 << at.ok_or_else(|| name.chars().take(40).collect::<String>())?;
        }
        Ok(Self(fields))
    }

    #[must_use]
    pub(crate) fn with(self, name: &str) -> Self {
        let at = DEAL_FIELDS.iter().position(|known| *known == name);
        Self(self.0 | at.map_or(0, |at| 1 << at))
    }

    pub(crate) fn has(self, name: &str) -> bool {
        DEAL_FIELDS
            .iter()
            .position(|known| *known == name)
            .is_some_and(|at| self.0 & 1 << at != 0)
    }
}

/// A deal in a list.
pub(crate) struct DealRow<'a> {
    pub(crate) book: &'a Book,
    pub(crate) place: usize,
    pub(crate) fields: Fields,
    /// The model's chance.
    pub(crate) p_win: Option<f64>,
}

impl Serialize for DealRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let book = self.book;
        let deal = &book.deals[self.place];
        let own = book.own.get(&deal.id);
        let standing = Standing::of(book, self.place);
        let mut map = serializer.serialize_map(None)?;
        let mut at = 0;
        // The order is that of `DEAL_FIELDS`; a test holds them together.
        macro_rules! field {
            ($value:expr) => {
                if self.fields.0 & (1 << at) != 0 {
                    map.serialize_entry(DEAL_FIELDS[at], &$value)?;
                }
                at += 1;
            };
        }
        field!(deal.id);
        field!(deal.name);
        field!(deal.company.map(|id| company(book, id)));
        field!(deal.owner.map(|id| person(book, id)));
        field!(deal.pipeline.map(|id| pipeline(book, id)));
        field!(standing.stage);
        field!(deal.canonical_stage);
        field!(outcome_word(standing.outcome));
        field!(deal.amount.map(Amount::from));
        field!(deal.probability);
        field!(self.p_win);
        field!(deal.expected_close);
        field!(own.and_then(|own| own.forecast_category));
        field!(own.and_then(|own| own.next_step.as_deref()));
        field!(own.and_then(|own| own.next_step_due));
        field!(standing.days(book.as_of));
        field!(deal.created_at);
        field!(deal.updated_at);
        field!(deal.closed_at);
        field!(deal.lost_reason);
        field!(deal.external_ids);
        field!(deal.custom_fields);
        debug_assert_eq!(at, DEAL_FIELDS.len());
        map.end()
    }
}

/// A seller of the tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Owner)]
pub(crate) struct PersonView<'a> {
    /// Their id.
    #[schema(value_type = String)]
    id: PersonId,
    /// Their name.
    name: Option<&'a str>,
    /// Their address.
    email: Option<&'a str>,
    /// Their team or office.
    team: Option<&'a str>,
    /// Whom they report to.
    #[schema(value_type = Option<String>)]
    manager: Option<PersonId>,
    /// What they do, in the source's words.
    role: Option<&'a str>,
    /// What each source calls them.
    #[schema(value_type = BTreeMap<String, String>)]
    external_ids: &'a BTreeMap<String, String>,
}

impl<'a> From<&'a Person> for PersonView<'a> {
    fn from(it: &'a Person) -> Self {
        Self {
            id: it.id,
            name: it.name.as_deref(),
            email: it.email.as_deref(),
            team: it.team.as_deref(),
            manager: it.manager,
            role: it.role.as_deref(),
            external_ids: &it.external_ids,
        }
    }
}

/// A company that may buy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Company)]
pub(crate) struct CompanyView<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: CompanyId,
    /// Its name.
    name: Option<&'a str>,
    /// Its internet domain.
    domain: Option<&'a str>,
    /// Its industry, in the source's words.
    industry: Option<&'a str>,
    /// How many people work there.
    employees: Option<u64>,
    /// Its revenue in a year.
    #[schema(value_type = Option<crate::paging::Money>)]
    annual_revenue: Option<Amount>,
    /// Who looks after it.
    #[schema(value_type = Option<crate::shapes::Named>)]
    owner: Option<Named<'a, PersonId>>,
    /// What each source calls it.
    #[schema(value_type = BTreeMap<String, String>)]
    external_ids: &'a BTreeMap<String, String>,
    /// Whatever else the source says.
    #[schema(value_type = BTreeMap<String, String>)]
    custom_fields: &'a BTreeMap<String, String>,
}

impl<'a> CompanyView<'a> {
    pub(crate) fn of(book: &'a Book, it: &'a Company) -> Self {
        Self {
            id: it.id,
            name: it.name.as_deref(),
            domain: it.domain.as_deref(),
            industry: it.industry.as_deref(),
            employees: it.employees,
            annual_revenue: it.annual_revenue.map(Amount::from),
            owner: it.owner.map(|id| person(book, id)),
            external_ids: &it.external_ids,
            custom_fields: &it.custom_fields,
        }
    }
}

/// A contact on a deal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
pub(crate) struct ContactView<'a> {
    /// Their id.
    #[schema(value_type = String)]
    id: model::StakeholderId,
    /// The deal they have a say in.
    #[schema(value_type = String)]
    deal: DealId,
    /// Their name.
    name: Option<&'a str>,
    /// Their job title.
    title: Option<&'a str>,
    /// Their address.
    email: Option<&'a str>,
    /// The part they play: `champion`, `blocker`, `economic_buyer` and so on.
    #[schema(value_type = Option<String>)]
    role: Option<StakeholderRole>,
    /// How they feel about us, −1 to 1.
    sentiment: Option<f64>,
    /// How involved they are, 0 to 1.
    engagement: Option<f64>,
    /// When we last spoke.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_contact: Option<Timestamp>,
    /// When they joined the deal.
    #[schema(value_type = Option<String>, format = DateTime)]
    added_at: Option<Timestamp>,
    /// How they like to be spoken to, as inferred.
    #[schema(value_type = Option<crate::shapes::Inferred>)]
    communication_style: Option<&'a Inferred>,
    /// What they are like, as inferred.
    #[schema(value_type = Vec<crate::shapes::Inferred>)]
    personality_traits: &'a [Inferred],
    /// What each source calls them.
    #[schema(value_type = BTreeMap<String, String>)]
    external_ids: &'a BTreeMap<String, String>,
}

impl<'a> From<&'a Stakeholder> for ContactView<'a> {
    fn from(it: &'a Stakeholder) -> Self {
        Self {
            id: it.id,
            deal: it.deal,
            name: it.name.as_deref(),
            title: it.title.as_deref(),
            email: it.email.as_deref(),
            role: it.role,
            sentiment: it.sentiment,
            engagement: it.engagement,
            last_contact: it.last_contact,
            added_at: it.added_at,
            communication_style: it.communication_style.as_ref(),
            personality_traits: &it.personality_traits,
            external_ids: &it.external_ids,
        }
    }
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Activity)]
pub(crate) struct ActivityView<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: model::ActivityId,
    /// The deal it was about.
    #[schema(value_type = Option<String>)]
    deal: Option<DealId>,
    /// `email`, `call`, `meeting`, `demo`, `proposal`, `contract`, `objection`, `follow_up` or
    /// `internal`.
    #[schema(value_type = String)]
    kind: ActivityKind,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who took part.
    #[schema(value_type = Vec<String>)]
    participants: &'a [String],
    /// How it went: `positive`, `neutral`, `negative` or `unknown`.
    #[schema(value_type = String)]
    outcome: ActivityOutcome,
    /// What it was about.
    summary: Option<&'a str>,
    /// What stood out.
    #[schema(value_type = Vec<crate::shapes::KeyMoment>)]
    key_moments: &'a [KeyMoment],
    /// What was agreed to do next.
    #[schema(value_type = Vec<String>)]
    next_steps: &'a [String],
    /// What was said against buying.
    #[schema(value_type = Vec<crate::shapes::Objection>)]
    objections: &'a [Objection],
    /// What each source calls it.
    #[schema(value_type = BTreeMap<String, String>)]
    external_ids: &'a BTreeMap<String, String>,
}

impl<'a> From<&'a Activity> for ActivityView<'a> {
    fn from(it: &'a Activity) -> Self {
        Self {
            id: it.id,
            deal: it.deal,
            kind: it.kind,
            at: it.at,
            participants: &it.participants,
            outcome: it.outcome,
            summary: it.summary.as_deref(),
            key_moments: &it.key_moments,
            next_steps: &it.next_steps,
            objections: &it.objections,
            external_ids: &it.external_ids,
        }
    }
}

/// What people say of a deal here rather than in a source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnFields)]
pub(crate) struct OwnView<'a> {
    /// How the seller counts it: `commit`, `best_case`, `pipeline` or `omitted`.
    #[schema(value_type = Option<String>)]
    forecast_category: Option<ForecastCategory>,
    /// What is to be done next.
    next_step: Option<&'a str>,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    next_step_due: Option<Date>,
    /// Anything else.
    note: Option<&'a str>,
    /// Who may see it besides its owner and the owner's managers.
    #[schema(value_type = Vec<String>)]
    visible_to: &'a [PersonId],
}

impl<'a> From<&'a OwnFields> for OwnView<'a> {
    fn from(it: &'a OwnFields) -> Self {
        Self {
            forecast_category: it.forecast_category,
            next_step: it.next_step.as_deref(),
            next_step_due: it.next_step_due,
            note: it.note.as_deref(),
            visible_to: &it.visible_to,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use model::{Change, Deal, DealRecord, Entity, StageVisit, TenantId};

    #[test]
    fn every_field_of_a_row_is_written_under_its_own_name() {
        let mut book = Book::default();
        let deal = Deal::new(DealId::derive(&TenantId::local(), "crm", "1"));
        let visits = vec![StageVisit {
            stage: "Closed Won".into(),
            at_us: 0,
        }];
        let record = DealRecord {
            deal,
            case: "1".into(),
            visits,
        };
        book.apply([Change::Put(Entity::Deal(Box::new(record)))]);
        let written = |fields| {
            let row = DealRow {
                book: &book,
                place: 0,
                fields,
                p_win: Some(0.5),
            };
            serde_json::to_value(row).unwrap()
        };
        let all = written(Fields::parse(DEAL_FIELDS).unwrap());
        assert_eq!(all.as_object().unwrap().len(), DEAL_FIELDS.len());
        assert_eq!(
            (&all["outcome"], &all["p_win"], &all["stage"]),
            (&"won".into(), &0.5.into(), &"Closed Won".into())
        );
        let few = written(Fields::parse(["name", "outcome"]).unwrap());
        assert_eq!(
            few.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["id", "name", "outcome"]
        );
        let usual = written(Fields::USUAL);
        for left_out in ["p_win", "custom_fields", "external_ids"] {
            assert!(usual.get(left_out).is_none(), "{left_out}");
        }
        assert!(usual.get("lost_reason").is_some());
        assert_eq!(Fields::parse(["id", "colour"]), Err("colour".to_owned()));
    }
}
