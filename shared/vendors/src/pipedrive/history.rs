//! What happened to one deal: the change log, the flow, and who was put on it.

use super::list::Params;
use super::shape::{self, number, old_time};
use crate::crm::{Activity, Crm, Deal, Move, What};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// One field that took another value. Values are text, also those of ids.
struct Step {
    at: Timestamp,
    by: Option<String>,
    field: &'static str,
    from: Option<String>,
    to: Option<String>,
}

/// The vendor's key of a field that the account's own log names.
pub(super) fn field_key(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => "title",
        "company" => "org_id",
        "owner" => "user_id",
        "amount" => "value",
        "currency" => "currency",
        "probability" => "probability",
        "expected_close" => "expected_close_date",
        "lost_reason" => "lost_reason",
        _ => return None,
    })
}

/// Oldest first. The creation is not told, and neither is the stage a deal began in.
fn steps(deal: &Deal, crm: &Crm) -> Vec<Step> {
    let edited: Vec<(Timestamp, &What)> = crm
        .changes
        .iter()
        .filter(|change| change.object == crate::crm::Object::Deal && change.id == deal.id)
        .map(|change| (change.at, &change.what))
        .collect();
    let mut steps = Vec::new();
    let first = deal.moves.first();
    let mut open = first
        .filter(|step| shape::status_of(&step.stage, crm) == "open")
        .map(|step| step.stage.clone());
    for (before, after) in deal.moves.iter().zip(deal.moves.iter().skip(1)) {
        moved(&mut steps, &mut open, before, after, crm);
        // The log of edits tells of amounts that were changed by themselves.
        let told = edited.iter().any(|(at, what)| {
            *at > before.at
                && *at <= after.at
                && matches!(what, What::Field { name, .. } if name == "amount")
        });
        if before.amount != after.amount && !told {
            let text =
                |amount: Option<Decimal>| amount.map(|amount| amount.normalize().to_string());
            steps.push(Step {
                at: after.at,
                by: after.by.clone(),
                field: "value",
                from: text(before.amount),
                to: text(after.amount),
            });
        }
    }
    for (at, what) in edited {
        let field = match what {
            What::Field { name, from, to } => {
                field_key(name).map(|field| (field, from.clone(), to.clone()))
            }
            What::Deleted | What::Merged { .. } => Some((
                "status",
                Some(shape::status_of(&deal.stage, crm).to_owned()),
                Some("deleted".to_owned()),
            )),
            What::Archived => Some(("is_archived", Some("0".to_owned()), Some("1".to_owned()))),
            _ => None,
        };
        if let Some((field, from, to)) = field {
            steps.push(Step {
                at,
                by: deal.owner.clone(),
                field,
                from,
                to,
            });
        }
    }
    steps.sort_by_key(|step| step.at);
    steps
}

fn moved(steps: &mut Vec<Step>, open: &mut Option<String>, before: &Move, after: &Move, crm: &Crm) {
    let mut step = |field, from: Option<String>, to: Option<String>| {
        steps.push(Step {
            at: after.at,
            by: after.by.clone(),
            field,
            from,
            to,
        });
    };
    let (was, is) = (
        shape::status_of(&before.stage, crm),
        shape::status_of(&after.stage, crm),
    );
    if was != is {
        step("status", Some(was.to_owned()), Some(is.to_owned()));
    }
    if is == "open" && open.as_ref() != Some(&after.stage) {
        let pipeline = |stage: &str| {
            crm.pipelines
                .iter()
                .find(|pipeline| pipeline.stages.iter().any(|known| known.id == stage))
                .map(|pipeline| pipeline.id.clone())
        };
        let (from, to) = (open.as_deref().and_then(pipeline), pipeline(&after.stage));
        if from != to && from.is_some() && to.is_some() {
            step("pipeline_id", from, to);
        }
        step("stage_id", open.clone(), Some(after.stage.clone()));
        *open = Some(after.stage.clone());
    }
}

pub(super) fn changelog(deal: &Deal, crm: &Crm) -> Vec<Value> {
    steps(deal, crm)
        .into_iter()
        .rev()
        .map(|step| {
            json!({
                "field_key": step.field,
                "old_value": step.from,
                "new_value": step.to,
                "actor_user_id": step.by.as_deref().map_or(Value::Null, number),
                "time": old_time(step.at),
                "change_source": "app",
                "change_source_user_agent": null,
                "is_bulk_update_flag": false,
            })
        })
        .collect()
}

/// Changes and what was done, newest first; `items` says which.
pub(super) fn flow(deal: &Deal, crm: &Crm, params: &Params) -> Vec<Value> {
    let wanted = |kind: &str| {
        params
            .get("items")
            .is_none_or(|items| items.split(',').any(|item| item.trim() == kind))
    };
    let mut rows: Vec<(Timestamp, Value)> = Vec::new();
    if wanted("dealChange") {
        // Without `all_changes` only what matters to the deal is told.
        let all = params.get("all_changes") == Some("1");
        let few = ["stage_id", "status", "value", "user_id"];
        for (n, step) in steps(deal, crm).into_iter().enumerate() {
            if !all && !few.contains(&step.field) {
                continue;
            }
            let at = old_time(step.at);
            let id = deal.id.parse::<u64>().unwrap_or(0) * 1_000 + n as u64;
            rows.push((
                step.at,
                json!({
                    "object": "dealChange",
                    "timestamp": at,
                    "data": {
                        "id": id,
                        "item_id": number(&deal.id),
                        "user_id": step.by.as_deref().map_or(Value::Null, number),
                        "field_key": step.field,
                        "old_value": step.from,
                        "new_value": step.to,
                        "is_bulk_update_flag": null,
                        "log_time": at,
                        "change_source": "app",
                        "change_source_user_agent": null,
                        "additional_data": {},
                    },
                }),
            ));
        }
    }
    let of_deal = |it: &&Activity| it.state.is_live() && it.deal.as_ref() == Some(&deal.id);
    for it in crm.activities.values().filter(of_deal) {
        let (kind, data) = if shape::is_note(it) {
            ("note", shape::note(it, crm))
        } else {
            ("activity", shape::activity(it, crm, &[]))
        };
        if wanted(kind) {
            let row = json!({"object": kind, "timestamp": old_time(it.at), "data": data});
            rows.push((it.at, row));
        }
    }
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().rev().map(|(_, row)| row).collect()
}

pub(super) fn participants(deal: &Deal, crm: &Crm) -> Vec<Value> {
    crm.changes
        .iter()
        .rev()
        .filter(|change| change.id == deal.id)
        .filter_map(|change| {
            let (action, contact) = match &change.what {
                What::RoleAdded { contact } => ("added", contact),
                What::RoleRemoved { contact } => ("removed", contact),
                _ => return None,
            };
            Some(json!({
                "actor_user_id": deal.owner.as_deref().map_or(Value::Null, number),
                "person_id": number(contact),
                "action": action,
                "time": old_time(change.at),
            }))
        })
        .collect()
}
