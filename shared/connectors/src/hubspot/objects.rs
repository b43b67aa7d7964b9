//! The kinds of objects: all are listed, searched and read by id in the same way.

use super::{NEXT, SEARCH, all, crm, map, pages};
use connector::value::id;
use connector::{
    Asking, ById, Context, Count, Delta, Join, Keeps, Kind as Lives, Load, Out, Record, Request,
    Shape, Stream, Text, When,
};
use model::{EntityKey, Timestamp};
use serde_json::{Value, json};

pub(super) const STREAMS: &[Stream] = &[
    stream::<COMPANIES>(&[whole::<COMPANIES>()]),
    stream::<DEALS>(DEAL_JOINS),
    Stream {
        // On load the deals bring their contacts.
        load: Load::None,
        ..stream::<CONTACTS>(CONTACT_JOINS)
    },
    stream::<CALLS>(&met::<CALLS>()),
    stream::<EMAILS>(&[beside::<EMAILS, DEALS>(Record::own_id)]),
    stream::<MEETINGS>(&met::<MEETINGS>()),
    stream::<NOTES>(&[beside::<NOTES, DEALS>(Record::own_id)]),
    stream::<TASKS>(&met::<TASKS>()),
    archived::<COMPANIES>("companies_archived"),
    archived::<DEALS>("deals_archived"),
    archived::<CONTACTS>("contacts_archived"),
    archived::<CALLS>("calls_archived"),
    archived::<EMAILS>("emails_archived"),
    archived::<MEETINGS>("meetings_archived"),
    archived::<NOTES>("notes_archived"),
    archived::<TASKS>("tasks_archived"),
];

/// What differs between kinds of objects.
pub(super) struct Kind {
    /// Its name in paths, which is its stream's.
    pub many: &'static str,
    /// The name of one, where ids of several kinds stand together.
    pub one: &'static str,
    /// When it last changed.
    pub stamp: &'static str,
    /// What is read of it; the properties an account has added come on top for the first two.
    properties: &'static str,
    /// What is listed beside it.
    beside: &'static str,
    /// Most of a page, and most at once by id: half of it where history is asked for.
    page: usize,
    /// Of something that was done: its title, text, state and time.
    pub done: [&'static str; 4],
}

pub(super) const COMPANIES: usize = 0;
pub(super) const DEALS: usize = 1;
pub(super) const CONTACTS: usize = 2;
const CALLS: usize = 3;
const EMAILS: usize = 4;
const MEETINGS: usize = 5;
const NOTES: usize = 6;
const TASKS: usize = 7;

const KINDS: [Kind; 8] = [
    object(
        ["companies", "company"],
        "name domain website industry numberofemployees annualrevenue hubspot_owner_id createdate \
         hs_lastmodifieddate hs_merged_object_ids",
    ),
    Kind {
        beside: "companies",
        page: 50,
        ..object(
            ["deals", "deal"],
            "dealname amount deal_currency_code dealstage pipeline closedate createdate \
             hs_lastmodifieddate hubspot_owner_id hs_deal_stage_probability hs_is_closed \
             hs_is_closed_won closed_lost_reason hs_merged_object_ids \
             hs_v2_date_entered_current_stage",
        )
    },
    Kind {
        stamp: "lastmodifieddate",
        ..object(
            ["contacts", "contact"],
            "firstname lastname email jobtitle hs_buying_role notes_last_contacted \
             lastmodifieddate hs_merged_object_ids",
        )
    },
    Kind {
        beside: "deals,contacts",
        done: ["hs_call_title", "hs_call_body", "hs_call_status", ""],
        ..object(["calls", "call"], "hs_call_disposition")
    },
    Kind {
        beside: "deals",
        done: ["hs_email_subject", "hs_email_text", "hs_email_status", ""],
        ..object(["emails", "email"], "hs_email_headers")
    },
    Kind {
        beside: "deals,contacts",
        done: [
            "hs_meeting_title",
            "hs_meeting_body",
            "hs_meeting_outcome",
            "hs_meeting_start_time",
        ],
        ..object(["meetings", "meeting"], "hs_internal_meeting_notes")
    },
    Kind {
        beside: "deals",
        done: ["", "hs_note_body", "", ""],
        ..object(["notes", "note"], "")
    },
    Kind {
        beside: "deals,contacts",
        done: [
            "hs_task_subject",
            "hs_task_body",
            "hs_task_status",
            "hs_task_completion_date",
        ],
        ..object(["tasks", "task"], "")
    },
];

const fn object([many, one]: [&'static str; 2], properties: &'static str) -> Kind {
    Kind {
        many,
        one,
        stamp: "hs_lastmodifieddate",
        properties,
        beside: "",
        page: 100,
        done: [""; 4],
    }
}

/// A kind, known when this is compiled.
pub(super) const fn kind<const K: usize>() -> &'static Kind {
    const { &KINDS[K] }
}

const fn stream<const K: usize>(joins: &'static [Join]) -> Stream {
    Stream {
        delta: Delta::Window {
            ask: pages(search::<K>),
            shape: Shape {
                leave_s: 60,
                settle_s: 3_600,
                overlap_s: 300,
                cap: Some(10_000),
                ..Shape::EXACT
            },
        },
        by_id: Some(ById {
            at_once: kind::<K>().page,
            ..ById::one(all(by_id::<K>), |id, cx, out| gone::<K>(id, None, cx, out))
        }),
        count: Some(Count {
            request: |it| searching::<K>(it, &[kind::<K>().stamp], 1),
            live: None,
            at: "/total",
        }),
        joins,
        keeps: match K {
            COMPANIES => Keeps::Companies,
            DEALS => Keeps::DEALS,
            CONTACTS => Keeps::Untold,
            _ => Keeps::activities(kind::<K>().one),
        },
        ..Stream::all(kind::<K>().many, pages(list::<K>), map::read::<K>)
    }
}

/// What was thrown away in the last months. The search does not know of it, so all of it is read
/// each time.
const fn archived<const K: usize>(name: &'static str) -> Stream {
    Stream {
        keeps: Keeps::Nothing,
        ..Stream::all(name, pages(list_archived::<K>), map::archived::<K>)
    }
}

/// One of a kind is not there any more.
pub(super) fn gone<const K: usize>(id: &str, at: Option<Timestamp>, cx: &Context, out: &mut Out) {
    match K {
        COMPANIES => out.gone(EntityKey::Company(cx.company(id)), at),
        DEALS => out.gone(EntityKey::Deal(cx.deal(id)), at),
        // Which deals it was on is not said.
        CONTACTS => out.lost(Lives::Stakeholder, id, at),
        _ => out.lost(Lives::Activity, format!("{}/{id}", kind::<K>().one), at),
    }
}

/// Names of properties beyond this many letters make an address too long.
const MOST_LETTERS: usize = 4_000;
/// Properties whose every value is read.
const HISTORY: [&str; 2] = ["dealstage", "pipeline"];
/// What is read of everything that was done.
const OF_DONE: &str = "hs_timestamp hubspot_owner_id hs_createdate hs_lastmodifieddate";

fn names<'a, const K: usize>(asking: &Asking<'a>) -> Vec<&'a str> {
    let Kind {
        properties, done, ..
    } = kind::<K>();
    let of_done = if K > CONTACTS { OF_DONE } else { "" };
    let said = done.iter().copied().chain(properties.split(' '));
    let named = said.chain(of_done.split(' ')).filter(|it| !it.is_empty());
    named
        .chain(map::custom_names(asking.known, kind::<K>().many))
        .collect()
}

fn objects<const K: usize>(asking: &Asking, rest: &str) -> String {
    format!(
        "{}/{}{rest}",
        crm(asking.known, "objects"),
        kind::<K>().many
    )
}

fn list<const K: usize>(asking: &Asking) -> Request {
    let names = names::<K>(asking).join(",");
    let beside = kind::<K>().beside;
    let request = Request::get(objects::<K>(asking, ""))
        .query("limit", kind::<K>().page.to_string())
        .maybe("after", asking.page)
        .maybe("associations", (!beside.is_empty()).then_some(beside));
    if names.len() > MOST_LETTERS {
        return request.query("properties", kind::<K>().stamp);
    }
    let history = (K == DEALS).then(|| HISTORY.join(","));
    request
        .query("properties", names)
        .maybe("propertiesWithHistory", history)
}

fn list_archived<const K: usize>(asking: &Asking) -> Request {
    Request::get(objects::<K>(asking, ""))
        .query("limit", "100")
        .query("archived", "true")
        .maybe("after", asking.page)
}

fn by_id<const K: usize>(asking: &Asking) -> Request {
    let history: &[&str] = if K == DEALS { &HISTORY } else { &[] };
    let body = json!({
        "inputs": inputs(asking.ids),
        "properties": names::<K>(asking),
        "propertiesWithHistory": history,
    });
    Request::post(objects::<K>(asking, "/batch/read"), body)
}

/// The search takes no long body. Of what an account adds properties to, it gives ids alone, and the
/// rest is read by them.
fn search<const K: usize>(asking: &Asking) -> Request {
    match K {
        COMPANIES | DEALS => searching::<K>(asking, &[kind::<K>().stamp], 200),
        _ => searching::<K>(asking, &names::<K>(asking), 200),
    }
}

fn searching<const K: usize>(asking: &Asking, names: &[&str], limit: u8) -> Request {
    // The order is only so that pages hold still; nothing rests on it.
    let filters = filters(asking, kind::<K>().stamp);
    let groups = (!filters.is_empty()).then(|| json!({"filters": filters}));
    let mut body = json!({
        "filterGroups": Vec::from_iter(groups),
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": names,
        "limit": limit,
    });
    if let Some(after) = asking.page {
        body["after"] = after.into();
    }
    Request::post(objects::<K>(asking, "/search"), body).lane(SEARCH)
}

/// What a window asks for.
fn filters(asking: &Asking, stamp: &str) -> Vec<Value> {
    let Some(window) = asking.window else {
        return Vec::new();
    };
    // From the very beginning of 1970 the search fails.
    let from = window.from.as_millisecond().max(1_000);
    let mut bounds = vec![
        (stamp, "GTE", from.to_string()),
        (stamp, "LT", window.to.as_millisecond().to_string()),
    ];
    if let Some((low, high)) = window.ids {
        bounds.push(("hs_object_id", "GTE", low.to_string()));
        bounds.push(("hs_object_id", "LT", high.to_string()));
    }
    let filter = |(name, is, value)| json!({"propertyName": name, "operator": is, "value": value});
    bounds.into_iter().map(filter).collect()
}

/// Where a key has a second word, it says where the answer for the first went on.
fn inputs(keys: &[Text]) -> Vec<Value> {
    let input = |key: &Text| match key.split_once(' ') {
        Some((id, after)) => json!({"id": id, "after": after}),
        None => json!({"id": key}),
    };
    keys.iter().map(input).collect()
}

/// Whether a record came with all that is read of it.
pub(super) fn is_whole<const K: usize>(record: &Record) -> bool {
    let all = if K == DEALS {
        "/propertiesWithHistory"
    } else {
        "/properties/name"
    };
    record.main.pointer(all).is_some()
}

/// Objects of a kind by their ids.
const fn objects_of<const K: usize>(name: &'static str, ids: fn(&Record) -> Vec<Text>) -> Join {
    let each = Join::each(name, ids, all(by_id::<K>));
    Join::many(kind::<K>().page, |it| id(it, "id"), each)
}

/// The whole of what came without its history, or without most of its properties.
const fn whole<const K: usize>() -> Join {
    objects_of::<K>("whole", |record| {
        let mut own = record.own_id();
        own.retain(|_| !is_whole::<K>(record));
        own
    })
}

/// What belongs to objects, with all labels.
const fn beside<const FROM: usize, const TO: usize>(keys: fn(&Record) -> Vec<Text>) -> Join {
    let each = Join::each(kind::<TO>().many, keys, all(associated::<FROM, TO>));
    Join {
        when: When::NotInLoad,
        more: Some(|it| Some(format!("{} {}", id(it, "/from/id")?, id(it, NEXT)?).into())),
        ..Join::many(100, |it| id(it, "/from/id"), each)
    }
}

fn associated<const FROM: usize, const TO: usize>(asking: &Asking) -> Request {
    let (from, to) = (kind::<FROM>().many, kind::<TO>().many);
    let path = format!(
        "{}/{from}/{to}/batch/read",
        crm(asking.known, "associations")
    );
    Request::post(path, json!({"inputs": inputs(asking.ids)}))
}

const DEAL_JOINS: &[Join] = &[
    whole::<DEALS>(),
    beside::<DEALS, COMPANIES>(Record::own_id),
    Join {
        // Only this way of asking gives labels.
        when: When::Always,
        ..beside::<DEALS, CONTACTS>(Record::own_id)
    },
    PEOPLE,
];

/// A label may read otherwise from the other side; what counts is how the deal calls the contact.
const CONTACT_JOINS: &[Join] = &[
    beside::<CONTACTS, DEALS>(Record::own_id),
    beside::<DEALS, CONTACTS>(map::deals_of),
];

/// Of what was done with people: the deals it was about, and the people.
const fn met<const K: usize>() -> [Join; 3] {
    [
        beside::<K, DEALS>(Record::own_id),
        beside::<K, CONTACTS>(Record::own_id),
        PEOPLE,
    ]
}

/// The contacts themselves.
const PEOPLE: Join = objects_of::<CONTACTS>("people", map::contacts_of);
