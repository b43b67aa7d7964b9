//! Search: fast, late, unordered, and never more than ten thousand rows.

use super::guard::May;
use super::objects::{Wanted, parsed, unknown_kind};
use super::properties::{self, Type, View};
use super::record::{Kind, Record};
use super::{HubSpot, error, invalid};
use crate::chance::Chance;
use crate::crm::{Crm, Object};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

const PAGE: usize = 200;
/// Rows that can be reached by one query.
const REACH: usize = 10_000;
const GROUPS: usize = 5;
const FILTERS_OF_A_GROUP: usize = 6;
const FILTERS: usize = 18;
/// Letters of a whole query.
const BODY: usize = 3_000;
/// Rows within such a run come in no order.
const RUN: usize = 9;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Query {
    filter_groups: Vec<Group>,
    sorts: Vec<Sort>,
    properties: Vec<String>,
    limit: Option<usize>,
    after: Option<Value>,
}

#[derive(Deserialize)]
struct Group {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    property_name: String,
    operator: Operator,
    value: Option<Value>,
    values: Option<Vec<Value>>,
    high_value: Option<Value>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Operator {
    Eq,
    Neq,
    Lt,
    Lte,
    Gt,
    Gte,
    Between,
    In,
    NotIn,
    HasProperty,
    NotHasProperty,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Sort {
    Name(String),
    #[serde(rename_all = "camelCase")]
    Full {
        property_name: String,
        direction: Option<String>,
    },
}

/// A filter made ready: the property's type is known and the bounds are read.
struct Ready {
    name: String,
    holds: Type,
    operator: Operator,
    values: Vec<String>,
    low: Option<i128>,
    high: Option<i128>,
}

pub(super) async fn search(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path(kind): Path<String>,
    body: Bytes,
) -> Response {
    hubspot
        .search(&may, &kind, &body)
        .unwrap_or_else(|refused| refused)
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
impl HubSpot {
    fn search(&self, may: &May, kind: &str, body: &Bytes) -> Result<Response, Response> {
        let kind = Kind::named(kind).ok_or_else(|| unknown_kind(kind))?;
        may.read(kind)?;
        if String::from_utf8_lossy(body).chars().count() > BODY {
            return Err(invalid(format!(
                "The request is longer than {BODY} characters."
            )));
        }
        let query: Query = parsed(body)?;
        let limit = query.limit.unwrap_or(10);
        if !(1..=PAGE).contains(&limit) {
            return Err(invalid(format!("The limit must be between 1 and {PAGE}.")));
        }
        let after = offset(query.after.as_ref())?;
        if after + limit > REACH {
            return Err(invalid("There was a problem with the request."));
        }
        let (crm, portal, now) = (self.crm(), self.portal().clone(), self.now());
        let view = View::of(&crm, &portal, may.reads_mail());
        let groups = ready(&crm, kind, &query)?;
        let indexed = Index::of(&crm, kind, now, self.settings.index_lag_s);
        let mut rows: Vec<Record> = Record::all(&crm, kind, 0)
            .filter(|row| row.is_live())
            .filter(|row| {
                let Some(stamp) = indexed.stamp(*row) else {
                    return false;
                };
                let fits = |filter: &Ready| filter.fits(&view, *row, stamp);
                groups.is_empty() || groups.iter().any(|group| group.iter().all(fits))
            })
            .collect();
        self.order(&view, kind, &query.sorts, &mut rows)?;
        let total = rows.len();
        let wanted = Wanted::of(&view, kind, &query.properties, &[]);
        let page: Vec<Record> = rows.into_iter().skip(after).take(limit).collect();
        let next = after + page.len();
        let results = view.shown(&page, &wanted, now);
        let mut answer = json!({"total": total, "results": results});
        if next < total {
            answer["paging"] = json!({"next": {"after": next.to_string()}});
        }
        Ok(axum::Json(answer).into_response())
    }

    /// Sorts the rows, but not well: within a run they come as they like, the same way in each page of a query.
    fn order(
        &self,
        view: &View,
        kind: Kind,
        sorts: &[Sort],
        rows: &mut [Record],
    ) -> Result<(), Response> {
        if sorts.len() > 1 {
            return Err(invalid("Only one sort is allowed."));
        }
        if let Some(sort) = sorts.first() {
            let (name, down) = match sort {
                Sort::Name(name) => (name.trim_start_matches('-'), name.starts_with('-')),
                Sort::Full {
                    property_name,
                    direction,
                } => (
                    property_name.as_str(),
                    direction.as_deref() == Some("DESCENDING"),
                ),
            };
            let holds = properties::named(view.crm, kind, name)
                .ok_or_else(|| invalid("There was a problem with the request."))?
                .holds;
            let numbers = matches!(holds, Type::Number | Type::Date | Type::Instant);
            rows.sort_by_cached_key(|row| {
                let value = view.value(*row, name);
                let number = value.as_deref().filter(|_| numbers).and_then(number);
                (number, value)
            });
            if down {
                rows.reverse();
            }
        }
        let seed = self.settings.seed;
        for run in rows.chunks_mut(RUN) {
            run.sort_by_key(|row| Chance::of(seed, row.id()).next());
        }
        Ok(())
    }
}

/// What the index knows, which is what was true a while ago.
struct Index<'a> {
    /// Stamps the index still has for records changed since; none for one it has not heard of.
    stale: HashMap<&'a str, Option<Timestamp>>,
}

impl<'a> Index<'a> {
    fn of(crm: &'a Crm, kind: Kind, now: Timestamp, lag_s: u32) -> Index<'a> {
        let object = match kind {
            Kind::Deal => Object::Deal,
            Kind::Company => Object::Company,
            Kind::Contact => Object::Contact,
            Kind::Activity(_) => Object::Activity,
        };
        let lag = SignedDuration::from_secs(i64::from(lag_s));
        let mut stale = HashMap::new();
        let recent = crm
            .changes
            .iter()
            .rev()
            .take_while(|change| now.duration_since(change.at) < lag);
        for change in recent.filter(|change| change.object == object) {
            // The oldest of the recent changes comes last and says what was before.
            stale.insert(change.id.as_str(), change.stamp_before);
        }
        Index { stale }
    }

    fn stamp(&self, row: Record<'_>) -> Option<Timestamp> {
        match self.stale.get(row.id()) {
            Some(before) => *before,
            None => Some(row.modified_at()),
        }
    }
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn offset(after: Option<&Value>) -> Result<usize, Response> {
    let number = match after {
        None | Some(Value::Null) => Some(0),
        Some(Value::String(text)) if text.is_empty() => Some(0),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        Some(_) => None,
    };
    number.ok_or_else(|| invalid("There was a problem with the request."))
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn ready(crm: &Crm, kind: Kind, query: &Query) -> Result<Vec<Vec<Ready>>, Response> {
    let groups = &query.filter_groups;
    let filters = groups.iter().map(|group| group.filters.len());
    if groups.len() > GROUPS
        || filters.clone().any(|count| count > FILTERS_OF_A_GROUP)
        || filters.sum::<usize>() > FILTERS
    {
        return Err(invalid(format!(
            "A search takes {GROUPS} filter groups of {FILTERS_OF_A_GROUP} filters, and {FILTERS} filters in all."
        )));
    }
    let mut ready = Vec::new();
    for group in groups {
        let mut all = Vec::new();
        for filter in &group.filters {
            all.push(Ready::of(crm, kind, filter)?);
        }
        ready.push(all);
    }
    Ok(ready)
}

impl Ready {
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn of(crm: &Crm, kind: Kind, filter: &Filter) -> Result<Ready, Response> {
        let name = filter.property_name.clone();
        let Some(property) = properties::named(crm, kind, &name) else {
            return Err(invalid("There was a problem with the request."));
        };
        let holds = property.holds;
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let needed = |value: Option<&Value>, what: &str| {
            value
                .map(text)
                .ok_or_else(|| invalid(format!("The filter on {name} needs {what}.")))
        };
        let bound = |value: &str| {
            number(value).ok_or_else(|| invalid(format!("{value} is not a valid value of {name}.")))
        };
        let (mut values, mut low, mut high) = (Vec::new(), None, None);
        match filter.operator {
            Operator::HasProperty | Operator::NotHasProperty => {}
            Operator::In | Operator::NotIn => {
                let given = filter.values.as_ref().filter(|values| !values.is_empty());
                let given =
                    given.ok_or_else(|| invalid(format!("The filter on {name} needs values.")))?;
                values = given.iter().map(text).collect();
            }
            Operator::Eq | Operator::Neq => {
                values.push(needed(filter.value.as_ref(), "a value")?);
            }
            Operator::Gt | Operator::Gte => {
                low = Some(bound(&needed(filter.value.as_ref(), "a value")?)?);
            }
            Operator::Lt | Operator::Lte => {
                high = Some(bound(&needed(filter.value.as_ref(), "a value")?)?);
            }
            Operator::Between => {
                low = Some(bound(&needed(filter.value.as_ref(), "a value")?)?);
                high = Some(bound(&needed(filter.high_value.as_ref(), "a high value")?)?);
            }
        }
        if holds == Type::Instant && low == Some(0) {
            // Searching from the very beginning of time is known to fail.
            return Err(error(
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({"message": "internal error"}),
            ));
        }
        if name == kind.stamp() {
            // The index keeps its stamps a little coarser than the records do.
            low = low.map(|low| low - SCALE);
        }
        Ok(Ready {
            name,
            holds,
            operator: filter.operator,
            values,
            low,
            high,
        })
    }

    fn fits(&self, view: &View, row: Record<'_>, stamp: Timestamp) -> bool {
        if self.name == row.kind().stamp() {
            return self.fits_number(Some(i128::from(stamp.as_millisecond()) * SCALE));
        }
        let value = view
            .value(row, &self.name)
            .filter(|value| !value.is_empty());
        match self.operator {
            Operator::HasProperty => value.is_some(),
            Operator::NotHasProperty => value.is_none(),
            Operator::Eq | Operator::Neq => {
                let is = value.is_some_and(|value| self.any_equals(&value, str::to_owned));
                is == (self.operator == Operator::Eq)
            }
            Operator::In | Operator::NotIn => {
                // The index holds words in small letters, and takes the asker's as they are.
                let is = value.is_some_and(|value| self.any_equals(&value, str::to_lowercase));
                is == (self.operator == Operator::In)
            }
            _ => self.fits_number(value.as_deref().and_then(number)),
        }
    }

    fn any_equals(&self, value: &str, fold: impl Fn(&str) -> String) -> bool {
        let numbers = matches!(self.holds, Type::Number | Type::Date | Type::Instant);
        let folded = fold(value);
        self.values.iter().any(|wanted| {
            if numbers {
                number(wanted) == number(value)
            } else {
                *wanted == folded
            }
        })
    }

    fn fits_number(&self, value: Option<i128>) -> bool {
        let Some(value) = value else { return false };
        let beyond = |bound: Option<i128>| bound.map(|bound| value.cmp(&bound));
        let (low, high) = (beyond(self.low), beyond(self.high));
        match self.operator {
            Operator::Gt => low == Some(Ordering::Greater),
            Operator::Lt => high == Some(Ordering::Less),
            Operator::Eq | Operator::In => self
                .values
                .iter()
                .any(|wanted| number(wanted) == Some(value)),
            Operator::Neq | Operator::NotIn => self
                .values
                .iter()
                .all(|wanted| number(wanted) != Some(value)),
            Operator::HasProperty => true,
            Operator::NotHasProperty => false,
            Operator::Gte | Operator::Lte | Operator::Between => {
                low != Some(Ordering::Less) && high != Some(Ordering::Greater)
            }
        }
    }
}

/// Numbers are compared as thousandths.
const SCALE: i128 = 1_000;

/// A number, a time in milliseconds, or a time or day in words, as thousandths.
fn number(text: &str) -> Option<i128> {
    let ms = |at: Timestamp| i128::from(at.as_millisecond()) * SCALE;
    if let Ok(number) = text.parse::<i64>() {
        return Some(i128::from(number) * SCALE);
    }
    if let Ok(number) = text.parse::<f64>() {
        return number
            .is_finite()
            .then(|| (number * SCALE as f64).round() as i128);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(ms(at));
    }
    let day: Date = text.parse().ok()?;
    let midnight = day.to_zoned(TimeZone::UTC).ok()?;
    Some(ms(midnight.timestamp()))
}
