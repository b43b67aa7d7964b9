//! One deal: its page, what people say of it, how it came here, and what will become of it.

use crate::access::Access;
use crate::app::Table;
use crate::deals::READ;
use crate::models::{Fitted, no_forecast};
use crate::paging::{Page, PageQuery};
use crate::people::nullable;
use crate::reading::{Conditional, Found, Reading, blocking, json, written};
use crate::routes::Routes;
use crate::shapes;
use crate::wire::{self, ActivityView, CompanyView, ContactView, Named, OwnView, outcome_word};
use axum::response::{IntoResponse, Response};
use edge::etag::IfMatch;
use edge::{Code, Json, Path, Problem, Query};
use forecast::engine::{ByDays, DealForecast, Range};
use forecast::learn::fit::Confidence;
use forecast::learn::tilt::Reason;
use forecast::reading::AmountSource;
use forecast::scenario::{Delta, Evidence};
use http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use identity::{Policy, RateClass, Role, Scope};
use insight::Amount;
use jiff::Timestamp;
use model::{
    Activity, ActivityKind, Book, CanonicalStage, Change, Company, Date, Deal, DealField, DealId,
    DealRecord, Entity, EntityKey, ForecastCategory, OwnFields, PersonId, Stakeholder,
    StakeholderRole, Viewer, visible,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use store::book::Warm;
use store::{Kept, Versioned};
use utoipa::ToSchema;
use utoipa_axum::routes;

const WRITE: Access = Access::Guarded(Policy::new(Scope::Write, Role::Ae, RateClass::Write));

/// Activities on a deal's page; the timeline has all.
const NEWEST: usize = 20;
const MOST_STEP_CHARS: usize = 500;
/// In which years something may be due.
const YEARS: RangeInclusive<i16> = 1990..=2199;
const MOST_NOTE_CHARS: usize = 10_000;
const MOST_PEOPLE: usize = 100;
const DAY_US: f64 = 86_400e6;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(get_deal))
        .with(WRITE, routes!(change_deal))
        .with(READ, routes!(timeline))
        .with(READ, routes!(history))
        .with(READ, routes!(graph))
        .with(READ, routes!(forecast))
        .with(READ, routes!(recommendations))
}

/// A deal as the store has it, with everything kept with it.
struct Collection {
    record: DealRecord,
    own: OwnFields,
    /// The version of our own fields; 0 where nobody has said anything yet.
    own_version: i64,
    contacts: Vec<Stakeholder>,
    /// The newest first.
    activities: Vec<Activity>,
    /// The newest page that touched any of it.
    seq: u64,
}

impl Collection {
    fn of(kept: Vec<Kept>) -> Option<Self> {
        let mut record = None;
        let (mut own, mut own_version, mut seq) = (OwnFields::default(), 0, 0);
        let (mut contacts, mut activities) = (Vec::new(), Vec::new());
        for Kept {
            key,
            entity,
            version,
            seq: of_row,
            ..
        } in kept
        {
            seq = seq.max(of_row);
            if let EntityKey::Own(_) = key {
                own_version = version;
            }
            match entity {
                Some(Entity::Deal(it)) => record = Some(*it),
                Some(Entity::Own(_, it)) => own = it,
                Some(Entity::Stakeholder(it)) => contacts.push(*it),
                Some(Entity::Activity(it)) => activities.push(*it),
                _ => {}
            }
        }
        activities.sort_by_key(|it| std::cmp::Reverse((it.at, it.id)));
        Some(Self {
            record: record?,
            own,
            own_version,
            contacts,
            activities,
            seq,
        })
    }

    fn is_seen_by(&self, viewer: &Viewer) -> bool {
        let deal = &self.record.deal;
        visible(viewer, deal.owner, &deal.visible_to) || visible(viewer, None, &self.own.visible_to)
    }

    fn deal(&self) -> &Deal {
        &self.record.deal
    }

    /// The last stage entered up to a moment, and when.
    fn standing(&self, as_of: Timestamp) -> Option<(&str, i64)> {
        let known = self
            .record
            .visits
            .iter()
            .filter(|it| it.at_us <= as_of.as_microsecond());
        let last = known.max_by_key(|it| it.at_us)?;
        Some((&last.stage, last.at_us))
    }
}

impl Reading {
    /// A deal the caller sees. One they do not see is as little there as one that is not.
    async fn deal(&self, id: DealId) -> Result<Collection, Problem> {
        let kept = self.caller.tenant().deal(id).await?;
        let found = Collection::of(kept).filter(|it| it.is_seen_by(self.caller.viewer()));
        found.ok_or_else(Problem::not_found)
    }
}

/// What a deal is expected to do, as of the moment the model was learned from.
#[derive(Serialize, ToSchema)]
#[schema(as = DealForecast)]
pub(crate) struct ForecastView<'a> {
    /// The moment it looks ahead from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The page of the feed the model knows.
    model_seq: u64,
    /// Whether the data have changed since.
    stale: bool,
    /// How much history stands behind it: `normal` or `low_confidence`.
    #[schema(value_type = String)]
    confidence: Confidence,
    /// The currency of the amounts.
    currency: Option<String>,
    /// Its stage.
    stage: &'a str,
    /// Days it has been there.
    days_in_stage: f64,
    /// Days since it began.
    age_days: f64,
    /// Its amount.
    amount: Option<f64>,
    /// Where the amount comes from: `deal`, `list_price` or `mean_of_won`.
    #[schema(value_type = Option<String>)]
    amount_source: Option<AmountSource>,
    /// Chance to be won in the end, with the 80 % interval of the model.
    #[schema(value_type = shapes::Range)]
    p_win: Range,
    /// Amount × chance.
    expected_value: Option<f64>,
    /// Expected days until it closes, either way.
    expected_days: f64,
    /// Expected days until it is won, if it is.
    expected_days_if_won: Option<f64>,
    /// Chances by 30, 60 and 90 days from `as_of`.
    #[schema(value_type = Vec<shapes::ByDays>)]
    by_days: &'a [ByDays],
    /// What sets it apart from the average deal in its stage.
    #[schema(value_type = Vec<shapes::Influence>)]
    reasons: &'a [Reason],
    /// Longer in its stage than any deal that was won: forgotten.
    zombie: bool,
    /// Longest stay in this stage from which deals were still won.
    longest_won_stay: Option<f64>,
}

impl<'a> ForecastView<'a> {
    pub(crate) fn of(fitted: &Fitted, seq: u64, it: &'a DealForecast) -> Result<Self, Problem> {
        let model = fitted.model()?;
        Ok(Self {
            as_of: fitted.book.as_of,
            model_seq: fitted.seq,
            stale: fitted.seq < seq,
            confidence: model.confidence,
            currency: model.reading.currency.map(|currency| currency.to_string()),
            stage: &it.stage,
            days_in_stage: it.days_in_stage,
            age_days: it.age_days,
            amount: it.amount,
            amount_source: it.amount_source,
            p_win: it.p_win,
            expected_value: it.expected_value,
            expected_days: it.expected_days,
            expected_days_if_won: it.expected_days_if_won,
            by_days: &it.by_days,
            reasons: &it.reasons,
            zombie: it.zombie,
            longest_won_stay: it.longest_won_stay,
        })
    }
}

impl Fitted {
    /// The forecast of a deal, or why there is none.
    fn forecast_or_why(&self, deal: DealId) -> Result<&DealForecast, Problem> {
        let model = self.model()?;
        let place = self.place(deal).ok_or_else(Problem::not_found)?;
        model.standing(place).map_err(|error| no_forecast(&error))?;
        let missing = || no_forecast(&forecast::engine::DealError::NoHistory);
        self.forecast(deal).ok_or_else(missing)
    }
}

/// Why a deal has no forecast.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoForecast {
    /// `wrong_state` for a closed deal, `not_enough_history`.
    code: &'static str,
    /// In words.
    detail: String,
}

/// A field that the tenant takes from another field of the source than the usual one.
#[derive(Serialize, ToSchema)]
#[schema(as = TakenDealField)]
pub(crate) struct TakenView<'a> {
    /// The field: `name`, `amount`, `probability`, `close_date` or `lost_reason`.
    #[schema(example = "amount")]
    field: &'static str,
    /// The source: `hubspot`.
    source: &'a str,
    /// The source's name as people write it.
    title: &'a str,
    /// The source's other field, by its name among the custom fields.
    #[schema(example = "ARR")]
    from: &'a str,
    /// What the source itself says in the field: a sum with its currency, a share of 1, a day, or a
    /// text; null where it says nothing.
    #[schema(example = "12000 USD")]
    own: Option<&'a str>,
}

impl<'a> TakenView<'a> {
    fn all(deal: &'a Deal) -> Vec<Self> {
        let one = |(&field, own): (&DealField, &'a Option<String>)| {
            // Where another source has the last word on the field, this one displaced nothing.
            let origin = deal.provenance.of(field.as_str()).source.as_str();
            let (source, from) = origin.split_once(':')?;
            Some(Self {
                field: wire::field_word(field),
                source,
                title: connectors::find(source).map_or(source, |connector| connector.title),
                from,
                own: own.as_deref(),
            })
        };
        deal.displaced.iter().filter_map(one).collect()
    }
}

/// A deal's page.
#[derive(Serialize, ToSchema)]
#[schema(as = Deal)]
pub(crate) struct DealPage<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: DealId,
    /// What its source calls it in its history.
    source_id: &'a str,
    /// What each source calls it.
    #[schema(value_type = BTreeMap<String, String>)]
    external_ids: &'a BTreeMap<String, String>,
    /// Its name.
    name: Option<&'a str>,
    /// Who would buy.
    company: Option<CompanyView<'a>>,
    /// Who sells.
    #[schema(value_type = Option<shapes::Named>)]
    owner: Option<Named<'a, PersonId>>,
    /// The pipeline it is in.
    #[schema(value_type = Option<shapes::Named>)]
    pipeline: Option<Named<'a, model::PipelineId>>,
    /// The stage it is in, by the source's own label.
    stage: Option<&'a str>,
    /// What that stage means.
    #[schema(value_type = Option<String>)]
    canonical_stage: Option<CanonicalStage>,
    /// `open`, `won` or `lost`.
    outcome: &'static str,
    /// When it entered its stage.
    #[schema(value_type = Option<String>, format = DateTime)]
    entered_stage_at: Option<Timestamp>,
    /// Days since then, to a tenth.
    days_in_stage: Option<f64>,
    /// What it is worth.
    #[schema(value_type = Option<crate::paging::Money>)]
    amount: Option<Amount>,
    /// The chance of winning as the source says.
    probability: Option<f64>,
    /// The day the source expects it to close.
    #[schema(value_type = Option<String>, format = Date)]
    close_date: Option<Date>,
    /// When it was created.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// When it was last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    /// When it was won or lost.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// Why it was lost.
    lost_reason: Option<&'a str>,
    /// Which of these fields the tenant takes from other fields of the source, and what the source
    /// itself says there.
    taken: Vec<TakenView<'a>>,
    /// Whatever else the source says.
    #[schema(value_type = BTreeMap<String, String>)]
    custom_fields: &'a BTreeMap<String, String>,
    /// What people say of it here; PATCH changes these.
    own: OwnView<'a>,
    /// The contacts.
    stakeholders: Vec<ContactView<'a>>,
    /// The newest activities.
    activities: Vec<ActivityView<'a>>,
    /// How many there are; the timeline has all.
    activities_count: usize,
    /// What it is expected to do.
    forecast: Option<ForecastView<'a>>,
    /// Why there is no forecast.
    no_forecast: Option<NoForecast>,
    /// The moment the data are from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
}

/// The version of a deal's page, in two parts. A change is checked against the first, which is that
/// of the fields it may change: what an import or a newer forecast changes spoils no edit.
fn page_version(
    reading: &Reading,
    warm: &Warm<Table>,
    deal: &Collection,
    fitted: &Fitted,
) -> String {
    let (deal_seq, model_seq) = (deal.seq.to_string(), fitted.seq.to_string());
    let rest = reading
        .version(warm.seq, &[&deal_seq, &model_seq])
        .to_string();
    format!("\"{}-{}\"", deal.own_version, rest.trim_matches('"'))
}

/// The versions a header names, without their quotes.
fn versions(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let tags = values.flat_map(|value| value.split(','));
    tags.map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
}

fn with_version(version: &str, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    if let Ok(value) = HeaderValue::from_str(version) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

async fn page(
    reading: &Reading,
    deal: &Collection,
    headers: Option<&HeaderMap>,
) -> Result<Response, Problem> {
    let fitted = reading.model_with(deal.deal().id).await?;
    let warm = reading.keep()?;
    let version = page_version(reading, &warm, deal, &fitted);
    let has_it = |headers: &HeaderMap| {
        versions(headers, IF_NONE_MATCH).any(|tag| tag == "*" || tag == version.trim_matches('"'))
    };
    if headers.is_some_and(has_it) {
        return Ok(with_version(&version, StatusCode::NOT_MODIFIED));
    }
    let (book, it) = (&warm.book, deal.deal());
    let standing = deal.standing(book.as_of);
    let outcome = match standing.and_then(|(stage, _)| book.log.stage_code(stage)) {
        Some(code) => book.outcome_of_stage(code),
        None => it.canonical_stage.and_then(CanonicalStage::outcome),
    };
    let entered = standing.and_then(|(_, at)| Timestamp::from_microsecond(at).ok());
    let (forecast, why) = match fitted.forecast_or_why(it.id) {
        Ok(forecast) => (Some(ForecastView::of(&fitted, warm.seq, forecast)?), None),
        Err(problem) if problem.code == Code::Internal => return Err(problem),
        Err(problem) => (
            None,
            Some(NoForecast {
                code: problem.code.as_str(),
                detail: problem.detail.clone(),
            }),
        ),
    };
    let unknown = it.company.map(Company::new);
    let company = it
        .company
        .and_then(|id| wire::find_company(book, id))
        .or(unknown.as_ref());
    let page = DealPage {
        id: it.id,
        source_id: &deal.record.case,
        external_ids: &it.external_ids,
        name: it.name.as_deref(),
        company: company.map(|company| CompanyView::of(book, company)),
        owner: it.owner.map(|id| wire::person(book, id)),
        pipeline: it.pipeline.map(|id| wire::pipeline(book, id)),
        stage: it.stage.as_deref().or(standing.map(|(stage, _)| stage)),
        canonical_stage: it.canonical_stage,
        outcome: outcome_word(outcome),
        entered_stage_at: entered,
        days_in_stage: entered.map(|at| days_between(at, book.as_of)),
        amount: it.amount.map(Amount::from),
        probability: it.probability,
        close_date: it.expected_close,
        created_at: it.created_at,
        updated_at: it.updated_at,
        closed_at: it.closed_at,
        lost_reason: it.lost_reason.as_deref(),
        taken: TakenView::all(it),
        custom_fields: &it.custom_fields,
        own: OwnView::from(&deal.own),
        stakeholders: deal.contacts.iter().map(ContactView::from).collect(),
        activities: deal
            .activities
            .iter()
            .take(NEWEST)
            .map(ActivityView::from)
            .collect(),
        activities_count: deal.activities.len(),
        forecast,
        no_forecast: why,
        as_of: book.as_of,
    };
    Ok(with_version(&version, json(written(&page)?)))
}

/// Days from one instant to another, to a tenth.
fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    let us = to
        .as_microsecond()
        .saturating_sub(from.as_microsecond())
        .max(0);
    (us as f64 / DAY_US * 10.0).round() / 10.0
}

/// A deal
///
/// Its page: what the source says, what people say here, who is involved, what happened last, and
/// what it is expected to do. Send its `ETag` as `If-Match` to change it.
#[utoipa::path(get, path = "/v1/deals/{id}", tag = "deals", operation_id = "getDeal",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses(
        (status = 200, description = "The deal", body = DealPage<'static>),
        (status = 304, description = "Nothing changed")))]
async fn get_deal(
    reading: Reading,
    Path(id): Path<DealId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let deal = reading.deal(id).await?;
    page(&reading, &deal, Some(&headers)).await
}

/// What is to change of a deal; null empties a field, what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::option_option,
    reason = "left out, null and a value are three things"
)]
pub(crate) struct DealPatch {
    /// How the seller counts it: `commit`, `best_case`, `pipeline` or `omitted`.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "commit")]
    forecast_category: Option<Option<ForecastCategory>>,
    /// What is to be done next.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 500)]
    next_step: Option<Option<String>>,
    /// By when.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    next_step_due: Option<Option<Date>>,
    /// Anything else.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 10000)]
    note: Option<Option<String>>,
    /// Who may see it besides its owner and the owner's managers: people of the tenant.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    visible_to: Option<Option<Vec<PersonId>>>,
}

impl DealPatch {
    /// Everything that is wrong with it.
    fn check(&self, book: &Book) -> Result<(), Problem> {
        let mut problem = Problem::new(Code::InvalidBody);
        let texts = [
            ("/next_step", &self.next_step, MOST_STEP_CHARS),
            ("/note", &self.note, MOST_NOTE_CHARS),
        ];
        for (place, text, most) in texts {
            let chars = text.iter().flatten().map(|text| text.chars().count()).max();
            if chars.is_some_and(|chars| chars > most) {
                problem = problem.field(
                    place,
                    "too_long",
                    format!("has more than {most} characters"),
                );
            }
        }
        // A year of two digits, or one too many, is a slip of the hand.
        let due = self.next_step_due.flatten();
        if due.is_some_and(|due| !YEARS.contains(&due.year())) {
            let (first, last) = (YEARS.start(), YEARS.end());
            problem = problem.field(
                "/next_step_due",
                "out_of_range",
                format!("is not in the years {first} to {last}"),
            );
        }
        let people = self.visible_to.iter().flatten().flatten();
        if people.clone().count() > MOST_PEOPLE {
            problem = problem.field(
                "/visible_to",
                "too_many",
                format!("names more than {MOST_PEOPLE} people"),
            );
        }
        for (at, person) in people.enumerate().take(MOST_PEOPLE) {
            if book
                .people
                .binary_search_by_key(person, |it| it.id)
                .is_err()
            {
                problem = problem.field(
                    format!("/visible_to/{at}"),
                    "unknown_person",
                    "is none of the people of the tenant",
                );
            }
        }
        if problem.errors.is_empty() {
            Ok(())
        } else {
            Err(problem)
        }
    }

    fn apply(self, own: &mut OwnFields) {
        let text = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        if let Some(it) = self.forecast_category {
            own.forecast_category = it;
        }
        if let Some(it) = self.next_step {
            own.next_step = text(it);
        }
        if let Some(it) = self.next_step_due {
            own.next_step_due = it;
        }
        if let Some(it) = self.note {
            own.note = text(it);
        }
        if let Some(it) = self.visible_to {
            let people: BTreeSet<PersonId> = it.into_iter().flatten().collect();
            own.visible_to = people.into_iter().collect();
        }
    }
}

/// Change what people say of a deal here
///
/// What a source says is never changed. Fails with 412 where somebody else has changed these
/// fields since they were read.
#[utoipa::path(patch, path = "/v1/deals/{id}", tag = "deals", operation_id = "changeDeal",
    params(("id" = String, Path, description = "The deal's id"),
        ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body = DealPatch,
    responses((status = 200, description = "The deal as it is now", body = DealPage<'static>)))]
async fn change_deal(
    reading: Reading,
    Path(id): Path<DealId>,
    _well_formed: IfMatch,
    headers: HeaderMap,
    Json(patch): Json<DealPatch>,
) -> Result<Response, Problem> {
    let mut deal = reading.deal(id).await?;
    let mut known = versions(&headers, IF_MATCH).peekable();
    if known.peek().is_none() {
        return Err(Problem::new(Code::PreconditionRequired));
    }
    let own_version = deal.own_version.to_string();
    if !known.any(|tag| tag == "*" || tag.split('-').next() == Some(own_version.as_str())) {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    reading.read(|warm| patch.check(&warm.book))??;
    patch.apply(&mut deal.own);
    let tenant = reading.caller.tenant();
    // Two changes within a microsecond are two versions all the same.
    let version = tenant.now().as_microsecond().max(deal.own_version + 1);
    let own = Entity::Own(id, deal.own.clone());
    let change = Versioned {
        only_if: Some(deal.own_version),
        ..Versioned::new(Change::Put(own), version)
    };
    let page_of_changes = store::Page {
        changes: vec![change],
        cause: tenant.by().to_owned(),
        ..store::Page::default()
    };
    let committed = tenant.commit(page_of_changes).await?;
    if !committed.stale.is_empty() {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    (deal.own_version, deal.seq) = (version, committed.seq.max(deal.seq));
    page(&reading, &deal, None).await
}

/// Something of a deal's past.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// Something that was done.
    Activity {
        /// When.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// What.
        activity: ActivityView<'a>,
    },
    /// It entered a stage.
    Stage {
        /// When.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// The stage it left.
        from: Option<&'a str>,
        /// The stage it entered.
        to: &'a str,
        /// Days in the stage it left.
        days_in_from: Option<f64>,
    },
}

/// Where an event stands: its instant, and what tells those of one instant apart.
type Moment = (i64, String);

fn events(deal: &Collection) -> Vec<(Moment, Event<'_>)> {
    let done = deal.activities.iter().map(|it| {
        let event = Event::Activity {
            at: it.at,
            activity: ActivityView::from(it),
        };
        ((it.at.as_microsecond(), it.id.to_string()), event)
    });
    let moved = moves(deal).into_iter().enumerate().map(|(n, it)| {
        // Of moves at one instant the later is the newer, and a move follows what led to it.
        let moment = (it.at.as_microsecond(), format!("stage_{n:06}"));
        let event = Event::Stage {
            at: it.at,
            from: it.from,
            to: it.to,
            days_in_from: it.days_in_from,
        };
        (moment, event)
    });
    let mut events: Vec<_> = done.chain(moved).collect();
    events.sort_by(|(a, _), (b, _)| b.cmp(a));
    events
}

/// What happened on a deal
///
/// Activities and moves between stages, the newest first.
#[utoipa::path(get, path = "/v1/deals/{id}/timeline", tag = "deals", operation_id = "dealTimeline",
    params(("id" = String, Path, description = "The deal's id"), PageQuery, Conditional),
    responses(
        (status = 200, description = "A page of events", body = Page<Event<'static>>),
        (status = 304, description = "Nothing changed")))]
async fn timeline(
    reading: Reading,
    Path(id): Path<DealId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let list = format!("timeline {id}");
    let before: Option<Moment> = query.position(&reading.caller, &list).await?;
    let deal = reading.deal(id).await?;
    let (seq, as_of) = reading.read(|warm| (warm.seq, warm.book.as_of))?;
    let version = reading.version(seq, &[&deal.seq.to_string()]);
    if let Some(response) = reading.not_modified(&version) {
        return Ok(response);
    }
    let mut events = events(&deal);
    if let Some(before) = before {
        events.retain(|(moment, _)| *moment < before);
    }
    let more = events.len() > limit;
    events.truncate(limit);
    let next = events
        .last()
        .filter(|_| more)
        .map(|(moment, _)| moment.clone());
    let rows: Vec<&Event<'_>> = events.iter().map(|(_, event)| event).collect();
    let found = Found {
        rows: written(&rows)?,
        next,
        as_of,
    };
    reading.list(&list, found, None::<&()>, &version).await
}

/// A move from one stage to another.
#[derive(Serialize, ToSchema)]
pub(crate) struct Transition<'a> {
    /// The stage it left; null for its first.
    from: Option<&'a str>,
    /// The stage it entered.
    to: &'a str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Days in the stage it left.
    days_in_from: Option<f64>,
}

fn moves(deal: &Collection) -> Vec<Transition<'_>> {
    let mut before: Option<(&str, Timestamp)> = None;
    let mut moves = Vec::with_capacity(deal.record.visits.len());
    for visit in &deal.record.visits {
        let Ok(at) = Timestamp::from_microsecond(visit.at_us) else {
            continue;
        };
        moves.push(Transition {
            from: before.map(|(stage, _)| stage),
            to: &visit.stage,
            at,
            days_in_from: before.map(|(_, since)| days_between(since, at)),
        });
        before = Some((&visit.stage, at));
    }
    moves
}

/// How a deal moved
///
/// Every move between stages with the days in the stage before, the oldest first.
#[utoipa::path(get, path = "/v1/deals/{id}/history", tag = "deals", operation_id = "dealHistory",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses(
        (status = 200, description = "All moves", body = Page<Transition<'static>>),
        (status = 304, description = "Nothing changed")))]
async fn history(reading: Reading, Path(id): Path<DealId>) -> Result<Response, Problem> {
    let deal = reading.deal(id).await?;
    let (seq, as_of) = reading.read(|warm| (warm.seq, warm.book.as_of))?;
    let version = reading.version(seq, &[&deal.seq.to_string()]);
    if let Some(response) = reading.not_modified(&version) {
        return Ok(response);
    }
    Ok(version.on(Json(Page::whole(moves(&deal), as_of))))
}

/// Who and what is around a deal.
#[derive(Serialize, ToSchema)]
pub(crate) struct Graph<'a> {
    /// The deal, its company, its owner, its contacts and the kinds of what was done.
    nodes: Vec<Node<'a>>,
    /// How they belong together.
    edges: Vec<Edge>,
    /// The moment the data are from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
}

/// Somebody or something around a deal.
#[derive(Serialize, ToSchema)]
pub(crate) struct Node<'a> {
    /// Its id; `activity:call` for a kind of activity.
    id: String,
    /// `deal`, `company`, `owner`, `stakeholder` or `activity`.
    kind: &'static str,
    /// What to write on it.
    label: Option<&'a str>,
    /// The part a contact plays.
    #[schema(value_type = Option<String>)]
    role: Option<StakeholderRole>,
    /// How many activities of this kind there are.
    count: Option<usize>,
    /// When the last was.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_at: Option<Timestamp>,
}

/// That two nodes belong together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Edge {
    /// One.
    from: String,
    /// The other.
    to: String,
    /// `buys`, `sells`, `has_a_say` or `was_done`.
    kind: &'static str,
}

fn kind_word(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Email => "email",
        ActivityKind::Call => "call",
        ActivityKind::Meeting => "meeting",
        ActivityKind::Demo => "demo",
        ActivityKind::Proposal => "proposal",
        ActivityKind::Contract => "contract",
        ActivityKind::Objection => "objection",
        ActivityKind::FollowUp => "follow_up",
        ActivityKind::Internal => "internal",
    }
}

fn graph_of<'a>(book: &'a Book, deal: &'a Collection) -> Graph<'a> {
    let it = deal.deal();
    let node = |id: String, kind, label| Node {
        id,
        kind,
        label,
        role: None,
        count: None,
        last_at: None,
    };
    let here = it.id.to_string();
    let mut nodes = vec![node(here.clone(), "deal", it.name.as_deref())];
    let mut edges = Vec::new();
    let mut add = |node: Node<'a>, kind, towards_deal| {
        let (from, to) = if towards_deal {
            (node.id.clone(), here.clone())
        } else {
            (here.clone(), node.id.clone())
        };
        edges.push(Edge { from, to, kind });
        nodes.push(node);
    };
    if let Some(id) = it.company {
        add(
            node(id.to_string(), "company", wire::company(book, id).name),
            "buys",
            true,
        );
    }
    if let Some(id) = it.owner {
        add(
            node(id.to_string(), "owner", wire::person(book, id).name),
            "sells",
            true,
        );
    }
    for contact in &deal.contacts {
        let label = contact.name.as_deref().or(contact.email.as_deref());
        let node = Node {
            role: contact.role,
            ..node(contact.id.to_string(), "stakeholder", label)
        };
        add(node, "has_a_say", true);
    }
    let mut kinds: BTreeMap<ActivityKind, (usize, Timestamp)> = BTreeMap::new();
    for activity in &deal.activities {
        let (count, last) = kinds.entry(activity.kind).or_insert((0, activity.at));
        *count += 1;
        *last = activity.at.max(*last);
    }
    for (kind, (count, last)) in kinds {
        let word = kind_word(kind);
        let node = Node {
            count: Some(count),
            last_at: Some(last),
            ..node(format!("activity:{word}"), "activity", Some(word))
        };
        add(node, "was_done", false);
    }
    Graph {
        nodes,
        edges,
        as_of: book.as_of,
    }
}

/// Who and what is around a deal
#[utoipa::path(get, path = "/v1/deals/{id}/graph", tag = "deals", operation_id = "dealGraph",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses(
        (status = 200, description = "Nodes and edges", body = Graph<'static>),
        (status = 304, description = "Nothing changed")))]
async fn graph(reading: Reading, Path(id): Path<DealId>) -> Result<Response, Problem> {
    let deal = reading.deal(id).await?;
    let (seq, body) = reading.read(|warm| (warm.seq, written(&graph_of(&warm.book, &deal))))?;
    let version = reading.version(seq, &[&deal.seq.to_string()]);
    if let Some(response) = reading.not_modified(&version) {
        return Ok(response);
    }
    Ok(version.on(json(body?)))
}

/// What a deal is expected to do
#[utoipa::path(get, path = "/v1/deals/{id}/forecast", tag = "deals", operation_id = "dealForecast",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses(
        (status = 200, description = "Its chances, with interval and reasons", body = ForecastView<'static>),
        (status = 304, description = "Nothing changed"),
        (status = 409, description = "The deal is closed", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Too little history", body = Problem, content_type = "application/problem+json")))]
async fn forecast(reading: Reading, Path(id): Path<DealId>) -> Result<Response, Problem> {
    forecast_of(&reading, id).await
}

pub(crate) async fn forecast_of(reading: &Reading, id: DealId) -> Result<Response, Problem> {
    let (warm, fitted) = seen_by_model(reading, id).await?;
    let version = reading.version(warm.seq, &[&fitted.seq.to_string()]);
    if let Some(response) = reading.not_modified(&version) {
        return Ok(response);
    }
    let forecast = fitted.forecast_or_why(id)?;
    Ok(version.on(Json(ForecastView::of(&fitted, warm.seq, forecast)?)))
}

/// A model that knows a deal of the book, which the caller sees.
pub(crate) async fn seen_by_model(
    reading: &Reading,
    id: DealId,
) -> Result<(Arc<Warm<Table>>, Arc<Fitted>), Problem> {
    let warm = reading.keep()?;
    let place = wire::place(&warm.book, id).ok_or_else(Problem::not_found)?;
    let (deal, viewer) = (&warm.book.deals[place], reading.caller.viewer());
    let opened = warm
        .book
        .own
        .get(&id)
        .map(|own| &own.visible_to[..])
        .unwrap_or_default();
    if !visible(viewer, deal.owner, &deal.visible_to) && !visible(viewer, None, opened) {
        return Err(Problem::not_found());
    }
    let fitted = reading.model_with(id).await?;
    Ok((warm, fitted))
}

/// What would help a deal most.
#[derive(Serialize, ToSchema)]
pub(crate) struct Recommendations {
    /// The deal.
    #[schema(value_type = String)]
    deal: DealId,
    /// The moment it looks ahead from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The page of the feed the model knows.
    model_seq: u64,
    /// Whether the data have changed since.
    stale: bool,
    /// The currency of the amounts.
    currency: Option<String>,
    /// The best first.
    data: Vec<Recommended>,
}

/// A change that would help.
#[derive(Serialize, ToSchema)]
#[schema(as = Recommendation)]
pub(crate) struct Recommended {
    /// The change, as a simulation takes it.
    #[schema(example = "add_champion")]
    scenario: String,
    /// The difference it makes.
    #[schema(value_type = shapes::Delta)]
    delta: Delta,
    /// Expected value gained, or chance where the deal has no amount.
    gain: f64,
    /// What it rests on.
    #[schema(value_type = Vec<shapes::RestsOn>)]
    evidence: Vec<Evidence>,
}

/// What would help a deal most
#[utoipa::path(get, path = "/v1/deals/{id}/recommendations", tag = "deals",
    operation_id = "dealRecommendations",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses(
        (status = 200, description = "Scenarios, the best first", body = Recommendations),
        (status = 304, description = "Nothing changed"),
        (status = 409, description = "The deal is closed", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Too little history", body = Problem, content_type = "application/problem+json")))]
async fn recommendations(reading: Reading, Path(id): Path<DealId>) -> Result<Response, Problem> {
    let (warm, fitted) = seen_by_model(&reading, id).await?;
    let (model_seq, stale) = (fitted.seq, fitted.seq < warm.seq);
    let make = blocking(move || {
        let model = fitted.model()?;
        let place = fitted.place(id).ok_or_else(Problem::not_found)?;
        let best = model
            .recommend(place)
            .map_err(|error| no_forecast(&error))?;
        let recommended = best.into_iter().map(|it| Recommended {
            scenario: it.scenario.to_string(),
            delta: it.delta,
            gain: it.gain,
            evidence: it.evidence,
        });
        written(&Recommendations {
            deal: id,
            as_of: fitted.book.as_of,
            model_seq,
            stale,
            currency: model.reading.currency.map(|currency| currency.to_string()),
            data: recommended.collect(),
        })
    });
    reading
        .answer(&warm, &[&model_seq.to_string()], async { make.await? })
        .await
}
