//! What happened: calls, e-mails, meetings.

use crate::deals::READ;
use crate::paging::{Page, PageQuery};
use crate::reading::{Conditional, Found, Reading, Words, written};
use crate::routes::Routes;
use crate::wire::ActivityView;
use axum::response::Response;
use edge::{Path, Problem, Query};
use model::{Activity, ActivityId, ActivityKind, DealId, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(list_activities))
        .with(READ, routes!(get_activity))
}

/// Which activities.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActivitiesQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Words that each occur in what it was about.
    q: Option<String>,
    /// Only those on this deal.
    #[param(value_type = Option<String>)]
    deal: Option<DealId>,
    /// Only those of this kind: `email`, `call`, `meeting`, `demo`, `proposal`, `contract`,
    /// `objection`, `follow_up` or `internal`.
    #[param(value_type = Option<String>)]
    kind: Option<ActivityKind>,
}

/// The newest of these before a moment, one more than asked for; found without sorting the others.
fn newest<'a>(
    all: impl Iterator<Item = &'a Activity>,
    before: Option<(Timestamp, ActivityId)>,
    wanted: usize,
) -> Vec<&'a Activity> {
    let moment = |it: &Activity| (it.at, it.id);
    let earlier = |it: &&Activity| before.is_none_or(|before| moment(it) < before);
    let mut found: Vec<&Activity> = all.filter(earlier).collect();
    if found.len() > wanted {
        found.select_nth_unstable_by(wanted - 1, |a, b| moment(b).cmp(&moment(a)));
        found.truncate(wanted);
    }
    found.sort_unstable_by_key(|it| std::cmp::Reverse(moment(it)));
    found
}

/// The activities, the newest first
///
/// Those on deals the caller sees.
#[utoipa::path(get, path = "/v1/activities", tag = "activities", operation_id = "listActivities",
    params(ActivitiesQuery, Conditional),
    responses((status = 200, description = "A page of activities", body = Page<ActivityView<'static>>),
        (status = 304, description = "Nothing changed")))]
async fn list_activities(
    reading: Reading,
    Query(query): Query<ActivitiesQuery>,
) -> Result<Response, Problem> {
    let ActivitiesQuery {
        limit,
        cursor,
        q,
        deal,
        kind,
    } = query;
    let words = Words::parse(q.as_deref())?;
    let page = PageQuery { limit, cursor };
    let list = format!("activities {q:?} {deal:?} {kind:?}");
    let limit = page.limit()?;
    let before = page.position(&reading.caller, &list).await?;
    let warm = reading.keep()?;
    let version = reading.version(warm.seq, &[]);
    if let Some(response) = reading.not_modified(&version) {
        return Ok(response);
    }
    let sight = reading.sight(&warm).await?;
    let shown = |it: &&Activity| {
        deal.is_none_or(|deal| it.deal == Some(deal))
            && kind.is_none_or(|kind| it.kind == kind)
            && sight.activity(it)
            && words.fit([it.summary.as_deref()])
    };
    let mut rows = newest(warm.book.activities.iter().filter(shown), before, limit + 1);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| (last.at, last.id));
    let rows: Vec<ActivityView<'_>> = rows.into_iter().map(ActivityView::from).collect();
    let found = Found {
        rows: written(&rows)?,
        next,
        as_of: warm.book.as_of,
    };
    drop(rows);
    drop(warm);
    reading.list(&list, found, None::<&()>, &version).await
}

/// An activity
#[utoipa::path(get, path = "/v1/activities/{id}", tag = "activities", operation_id = "getActivity",
    params(("id" = String, Path, description = "The activity's id"), Conditional),
    responses((status = 200, description = "The activity", body = ActivityView<'static>),
        (status = 304, description = "Nothing changed")))]
async fn get_activity(reading: Reading, Path(id): Path<ActivityId>) -> Result<Response, Problem> {
    let row = reading.row(|warm, sight| {
        let all = &warm.book.activities;
        let found = all
            .binary_search_by_key(&id, |it| it.id)
            .ok()
            .map(|at| &all[at]);
        let activity = found.filter(|it| sight.activity(it))?;
        Some(written(&ActivityView::from(activity)))
    });
    row.await
}
