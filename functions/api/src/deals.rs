//! The deal list: filter, sort, page, with totals and facets that agree with the filter.

use crate::access::Access;
use crate::paging::PageQuery;
use crate::reading::{Conditional, Found, Reading, in_query, written};
use crate::routes::Routes;
use crate::shapes;
use crate::wire::{DEAL_FIELDS, DealRow, Fields};
use axum::response::Response;
use edge::{Code, Json, Pairs, Problem};
use identity::{Policy, RateClass, Role, Scope};
use insight::query::{Column, FACETS, Facet, Totals, parameter, several};
use insight::{DealTable, FieldError, Filter, Position, Query, Sort};
use model::Book;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(crate) const READ: Access =
    Access::Guarded(Policy::new(Scope::Read, Role::Ae, RateClass::Read));

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(list_deals))
        .with(READ, routes!(search_deals))
        .with(READ, routes!(deal_facets))
}

/// Which deals, in which order, and how much of them. Conditions come as `filter[field]=value` or
/// `filter[field][operator]=value`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Fields to sort by, `-` before one for the largest first: `-amount,name`. Left out, a search
    /// gives the best fit first, and a list is in the order of ids.
    #[param(example = "-amount,name")]
    sort: Option<String>,
    /// Words that each occur in a deal's name, company, owner, stage or ids.
    q: Option<String>,
    /// Which fields to give, with commas between them: `name,amount,p_win`.
    #[param(example = "name,stage,amount")]
    fields: Option<String>,
    /// Which facets to count, with commas between them; empty for none.
    #[param(example = "stage,owner")]
    facets: Option<String>,
}

/// A search: the same words as a list's, as JSON.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Search {
    /// Field → value, or field → operator → value; several values for `in`.
    #[schema(example = json!({"outcome": "open", "amount": {"gte": 10_000}, "stage": {"in": ["Demo", "Proposal"]}}))]
    filter: BTreeMap<String, Condition>,
    /// Words that each occur in a deal's name, company, owner, stage or ids.
    q: Option<String>,
    /// Fields to sort by: `-amount,name`.
    #[schema(example = "-amount,name")]
    sort: Option<String>,
    /// How many rows.
    #[schema(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Which fields to give.
    fields: Option<Vec<String>>,
    /// Which facets to count.
    facets: Option<Vec<String>>,
}

/// What is asked of one field: a value, or values by operator (`eq`, `ne`, `in`, `lt`, `lte`,
/// `gt`, `gte`, `contains`, `exists`).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "a condition is a value or an object of operators and values"
)]
pub(crate) enum Condition {
    /// Equal to this.
    Value(Scalar),
    /// By operator.
    #[schema(value_type = BTreeMap<String, Operand>)]
    Operators(BTreeMap<String, Operand>),
}

/// A value, or several.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "an operator takes a text, a number, true, false or a list of them"
)]
pub(crate) enum Operand {
    /// One.
    One(Scalar),
    /// Several.
    Several(Vec<Scalar>),
}

/// A text, a number, true or false.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "a value is a text, a number, true or false")]
pub(crate) enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Truth(bool),
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

/// A question to the list, read and checked.
struct Ask {
    filter: Filter,
    sort: Sort,
    page: PageQuery,
    fields: Fields,
    facets: Vec<Column>,
    /// The filter and order in one spelling: what a cursor belongs to.
    list: String,
    /// Whether the model's chances are needed.
    needs_model: bool,
}

/// What makes an [`Ask`], whichever way it came.
#[derive(Default)]
struct Given<'a> {
    /// Field, operator and value.
    conditions: Vec<(String, String, String)>,
    q: Option<&'a str>,
    sort: Option<&'a str>,
    fields: Option<Vec<&'a str>>,
    facets: Option<Vec<&'a str>>,
}

fn commas(text: &str) -> Vec<&str> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}

impl Ask {
    fn read(given: Given<'_>, page: PageQuery) -> Result<Self, Vec<FieldError>> {
        let Given {
            mut conditions,
            q,
            sort,
            fields,
            facets,
        } = given;
        let q = q.map(str::trim).filter(|q| !q.is_empty());
        let all = conditions
            .iter()
            .map(|(field, op, value)| (field.as_str(), op.as_str(), value.as_str()));
        let filter = Filter::parse(all.chain(q.map(|q| ("q", "eq", q))));
        let sorted: Result<Sort, _> = sort.unwrap_or_default().parse();
        let unknown = |field: &str, name: &str, known: String| FieldError {
            field: field.to_owned(),
            code: "unknown_field",
            message: format!("{name:?} is not known"),
            remedy: format!("use some of {known}"),
        };
        let fields = match fields {
            None => Ok(Fields::USUAL),
            Some(names) => Fields::parse(names)
                .map_err(|name| unknown("fields", &name, DEAL_FIELDS.join(", "))),
        };
        let column = |name: &str| {
            Column::ALL
                .into_iter()
                .find(|column| column.as_str() == name)
        };
        let facets = match facets {
            None => Ok(FACETS.to_vec()),
            Some(names) => names
                .into_iter()
                .map(|name| {
                    let shown: String = name.chars().take(40).collect();
                    let known = Column::ALL.map(Column::as_str).join(", ");
                    column(name).ok_or_else(|| unknown("facets", &shown, known))
                })
                .collect(),
        };
        let (filter, sort, fields, mut facets) = match (filter, sorted, fields, facets) {
            (Ok(filter), Ok(sort), Ok(fields), Ok(facets)) => (filter, sort, fields, facets),
            (filter, sort, fields, facets) => {
                let mut errors = filter.err().unwrap_or_default();
                errors.extend(sort.err());
                errors.extend(fields.err());
                errors.extend(facets.err());
                return Err(errors);
            }
        };
        facets.sort_unstable();
        facets.dedup();
        conditions.sort_unstable();
        let order = sort.to_string();
        let by_model = |name: &str| name == "p_win" || name == "weighted";
        let needs_model = conditions.iter().any(|(field, _, _)| by_model(field))
            || order
                .split(',')
                .any(|key| by_model(key.trim_start_matches('-')))
            || fields.has("p_win");
        Ok(Self {
            // Debug writes each part with quotes around it, so that no two filters share a text.
            list: format!("deals {conditions:?} {q:?} {order}"),
            fields: if needs_model {
                fields.with("p_win")
            } else {
                fields
            },
            filter,
            sort,
            page,
            facets,
            needs_model,
        })
    }
}

#[derive(Serialize)]
struct Figures {
    totals: Totals,
    facets: Vec<Facet>,
}

impl Reading {
    async fn deals(&self, ask: &Ask) -> Result<Response, Problem> {
        let limit = ask.page.limit()?;
        let after: Option<Position> = ask.page.position(&self.caller, &ask.list).await?;
        let model = if ask.needs_model {
            Some(self.model().await?)
        } else {
            None
        };
        // What a model is missing is told, rather than an empty list given.
        let model_seq = match &model {
            Some(fitted) => {
                fitted.model()?;
                fitted.seq.to_string()
            }
            None => String::new(),
        };
        let also = [ask.list.as_str(), model_seq.as_str()];
        let version = self.version(self.read(|warm| warm.seq)?, &also);
        if let Some(response) = self.not_modified(&version) {
            return Ok(response);
        }
        let list = |table: &DealTable, book: &Book| {
            let query = Query {
                viewer: self.caller.viewer(),
                filter: &ask.filter,
                sort: &ask.sort,
                after: after.as_ref(),
                limit,
                facets: &ask.facets,
                as_of: book.as_of,
            };
            let page = table.list(&query).map_err(|error| in_query([error]))?;
            let rows: Vec<DealRow<'_>> = (page.deals.iter())
                .map(|place| DealRow {
                    book,
                    place: *place,
                    fields: ask.fields,
                    p_win: model
                        .as_ref()
                        .and_then(|model| Some(model.forecast(book.deals[*place].id)?.p_win.value)),
                })
                .collect();
            let found = Found {
                rows: written(&rows)?,
                next: page.next,
                as_of: book.as_of,
            };
            Ok::<_, Problem>((
                found,
                Figures {
                    totals: page.totals,
                    facets: page.facets,
                },
            ))
        };
        let (seq, (found, figures)) = if let Some(fitted) = &model {
            let warm = self.keep()?;
            let table = self.table_with_chances(&warm, fitted).await?;
            (warm.seq, list(&table, &warm.book)?)
        } else {
            let (seq, listed) = self.read(|warm| (warm.seq, list(&warm.derived.0, &warm.book)))?;
            (seq, listed?)
        };
        self.list(&ask.list, found, Some(&figures), &self.version(seq, &also))
            .await
    }
}

/// Reads the query of a list.
fn asked(pairs: Pairs) -> Result<Ask, Problem> {
    let (filters, others) = pairs.split(|name| name.starts_with("filter"));
    let query: ListQuery = others.read()?;
    let mut conditions = Vec::new();
    for (name, value) in filters.iter() {
        let (field, operator) = parameter(name).ok_or_else(|| {
            Problem::new(Code::InvalidParameter).field(
                format!("?{name}"),
                "malformed",
                "is neither filter[field] nor filter[field][operator]",
            )
        })?;
        conditions.push((field.to_owned(), operator.to_owned(), value.to_owned()));
    }
    let given = Given {
        conditions,
        q: query.q.as_deref(),
        sort: query.sort.as_deref(),
        fields: query.fields.as_deref().map(commas),
        facets: query.facets.as_deref().map(commas),
    };
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    Ask::read(given, page).map_err(in_query)
}

/// What is wrong with a search, by places in its body: `filter[amount][gte]` is `/filter/amount/gte`.
fn in_body(errors: Vec<FieldError>) -> Problem {
    let place = |field: &str| match parameter(field) {
        Some((name, "eq")) => format!("/filter/{name}"),
        Some((name, operator)) => format!("/filter/{name}/{operator}"),
        None => format!("/{field}"),
    };
    let mut problem = Problem::new(Code::InvalidBody);
    for error in errors {
        let message = format!("{}; {}", error.message, error.remedy);
        problem = problem.field(place(&error.field), error.code, message);
    }
    problem
}

/// The deals
///
/// Those the caller sees, of them those that meet the filter. Totals and facets are over all that
/// meet it, not over the page; each facet counts what another choice in its field would give.
#[utoipa::path(get, path = "/v1/deals", tag = "deals", operation_id = "listDeals",
    params(
        ListQuery,
        ("filter" = Option<BTreeMap<String, String>>, Query, style = DeepObject, explode,
            description = "Conditions: `filter[stage]=Proposal`, `filter[amount][gte]=10000`, \
                `filter[close_date][lte]=today+14d`, `filter[owner][in]=person_…,person_…`"),
        Conditional),
    responses(
        (status = 200, description = "A page of deals", body = shapes::DealList),
        (status = 304, description = "Nothing changed"),
        (status = 422, description = "Too little history for the chances asked for",
            body = Problem, content_type = "application/problem+json")))]
async fn list_deals(reading: Reading, pairs: Pairs) -> Result<Response, Problem> {
    listed(&reading, pairs).await
}

pub(crate) async fn listed(reading: &Reading, pairs: Pairs) -> Result<Response, Problem> {
    reading.deals(&asked(pairs)?).await
}

/// Search the deals
///
/// The same as the list, for filters that are too long for an address.
#[utoipa::path(post, path = "/v1/deals/search", tag = "deals", operation_id = "searchDeals",
    request_body = Search,
    responses((status = 200, description = "A page of deals", body = shapes::DealList)))]
async fn search_deals(reading: Reading, Json(search): Json<Search>) -> Result<Response, Problem> {
    found(&reading, search).await
}

pub(crate) async fn found(reading: &Reading, search: Search) -> Result<Response, Problem> {
    let mut conditions = Vec::new();
    for (field, condition) in &search.filter {
        match condition {
            Condition::Value(value) => {
                conditions.push((field.clone(), "eq".to_owned(), value.text()));
            }
            Condition::Operators(operators) => {
                conditions.extend(operators.iter().map(|(operator, operand)| {
                    let value = match operand {
                        Operand::One(value) => value.text(),
                        Operand::Several(values) => {
                            let values: Vec<String> = values.iter().map(Scalar::text).collect();
                            several(values.iter().map(String::as_str))
                        }
                    };
                    (field.clone(), operator.clone(), value)
                }));
            }
        }
    }
    let given = Given {
        conditions,
        q: search.q.as_deref(),
        sort: search.sort.as_deref(),
        fields: search
            .fields
            .as_ref()
            .map(|names| names.iter().map(String::as_str).collect()),
        facets: search
            .facets
            .as_ref()
            .map(|names| names.iter().map(String::as_str).collect()),
    };
    let page = PageQuery {
        limit: search.limit,
        cursor: search.cursor.clone(),
    };
    let ask = Ask::read(given, page).map_err(in_body)?;
    reading.deals(&ask).await.map_err(into_body)
}

/// Problems of the list's own parameters, by their place in the body.
fn into_body(mut problem: Problem) -> Problem {
    for error in &mut problem.errors {
        if let Some(name) = error.pointer.strip_prefix('?') {
            error.pointer = format!("/{name}");
        }
    }
    problem
}

/// What of the deals there is to choose from.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "a list has the same field")]
pub(crate) struct Facets {
    /// The moment the data are from.
    #[schema(value_type = String, format = DateTime)]
    as_of: jiff::Timestamp,
    /// Over all deals that meet the filter.
    #[schema(value_type = shapes::Totals)]
    totals: Totals,
    /// What other choices would give.
    #[schema(value_type = Vec<shapes::Facet>)]
    facets: Vec<Facet>,
}

/// The facets of the deals
///
/// What a list shows beside its rows, for the same filter.
#[utoipa::path(get, path = "/v1/deals/facets", tag = "deals", operation_id = "dealFacets",
    params(
        ListQuery,
        ("filter" = Option<BTreeMap<String, String>>, Query, style = DeepObject, explode,
            description = "Conditions, as the list takes them"),
        Conditional),
    responses(
        (status = 200, description = "Totals and facets", body = Facets),
        (status = 304, description = "Nothing changed"),
        (status = 422, description = "Too little history for the chances asked for",
            body = Problem, content_type = "application/problem+json")))]
async fn deal_facets(reading: Reading, pairs: Pairs) -> Result<Response, Problem> {
    let ask = asked(pairs)?;
    let warm = reading.keep()?;
    let table: Option<Arc<DealTable>> = if ask.needs_model {
        let fitted = reading.model().await?;
        fitted.model()?;
        Some(reading.table_with_chances(&warm, &fitted).await?)
    } else {
        None
    };
    let version = reading.version(warm.seq, &[&ask.list]);
    if let Some(response) = reading.not_modified(&version) {
        return Ok(response);
    }
    let query = Query {
        viewer: reading.caller.viewer(),
        filter: &ask.filter,
        sort: &Sort::default(),
        after: None,
        limit: 1,
        facets: &ask.facets,
        as_of: warm.book.as_of,
    };
    let page = table.as_deref().unwrap_or(&warm.derived.0).list(&query);
    let page = page.map_err(|error| in_query([error]))?;
    let facets = Facets {
        as_of: warm.book.as_of,
        totals: page.totals,
        facets: page.facets,
    };
    Ok(version.on(Json(facets)))
}
