//! The kinds of objects: all are listed, searched and read by id in the same way.

use super::{NEXT, SEARCH, api, done, map};
use connector::Kind as Lives;
use connector::value::scalar;
use connector::{
    Ask, Asking, ById, Context, Count, Delta, Join, Load, Out, Record, Request, Shape, Stream, When,
};
use model::{EntityKey, Timestamp};
use serde_json::{Value, json};

pub(super) const STREAMS: &[Stream] = &[
    stream::<COMPANIES>(&[whole::<COMPANIES>("whole")], map::company),
    stream::<DEALS>(DEAL_JOINS, map::deal),
    Stream {
        // On load the deals bring their contacts.
        load: Load::None,
        ..stream::<CONTACTS>(CONTACT_JOINS, map::contact)
    },
    stream::<CALLS>(&met::<CALLS>(), done::activity::<CALLS>),
    stream::<EMAILS>(&[beside::<EMAILS, DEALS>(own_id)], done::activity::<EMAILS>),
    stream::<MEETINGS>(&met::<MEETINGS>(), done::activity::<MEETINGS>),
    stream::<NOTES>(&[beside::<NOTES, DEALS>(own_id)], done::activity::<NOTES>),
    stream::<TASKS>(&met::<TASKS>(), done::activity::<TASKS>),
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
    pub properties: &'static str,
    /// What is listed beside it.
    pub beside: &'static str,
    /// Most of a page, and most at once by id: half of it where history is asked for.
    pub page: usize,
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

const PLAIN: Kind = Kind {
    many: "",
    one: "",
    stamp: "hs_lastmodifieddate",
    properties: "",
    beside: "",
    page: 100,
    done: [""; 4],
};

const KINDS: [Kind; 8] = [
    Kind {
        many: "companies",
        one: "company",
        properties: "name domain website industry numberofemployees annualrevenue \
            hubspot_owner_id createdate hs_lastmodifieddate hs_merged_object_ids",
        ..PLAIN
    },
    Kind {
        many: "deals",
        one: "deal",
        properties: "dealname amount deal_currency_code dealstage pipeline closedate createdate \
            hs_lastmodifieddate hubspot_owner_id hs_deal_stage_probability hs_is_closed \
            hs_is_closed_won closed_lost_reason hs_merged_object_ids \
            hs_v2_date_entered_current_stage",
        beside: "companies",
        page: 50,
        ..PLAIN
    },
    Kind {
        many: "contacts",
        one: "contact",
        stamp: "lastmodifieddate",
        properties: "firstname lastname email jobtitle hs_buying_role notes_last_contacted \
            lastmodifieddate hs_merged_object_ids",
        ..PLAIN
    },
    Kind {
        many: "calls",
        one: "call",
        properties: "hs_call_title hs_call_body hs_call_status hs_call_disposition",
        beside: "deals,contacts",
        done: ["hs_call_title", "hs_call_body", "hs_call_status", ""],
        ..PLAIN
    },
    Kind {
        many: "emails",
        one: "email",
        properties: "hs_email_subject hs_email_text hs_email_status hs_email_headers",
        beside: "deals",
        done: ["hs_email_subject", "hs_email_text", "hs_email_status", ""],
        ..PLAIN
    },
    Kind {
        many: "meetings",
        one: "meeting",
        properties: "hs_meeting_title hs_meeting_body hs_internal_meeting_notes \
            hs_meeting_start_time hs_meeting_outcome",
        beside: "deals,contacts",
        done: [
            "hs_meeting_title",
            "hs_meeting_body",
            "hs_meeting_outcome",
            "hs_meeting_start_time",
        ],
        ..PLAIN
    },
    Kind {
        many: "notes",
        one: "note",
        properties: "hs_note_body",
        beside: "deals",
        done: ["", "hs_note_body", "", ""],
        ..PLAIN
    },
    Kind {
        many: "tasks",
        one: "task",
        properties: "hs_task_subject hs_task_body hs_task_status hs_task_completion_date",
        beside: "deals,contacts",
        done: [
            "hs_task_subject",
            "hs_task_body",
            "hs_task_status",
            "hs_task_completion_date",
        ],
        ..PLAIN
    },
];

/// A kind, known when this is compiled.
pub(super) const fn kind<const K: usize>() -> &'static Kind {
    const { &KINDS[K] }
}

const fn stream<const K: usize>(
    joins: &'static [Join],
    map: fn(&Record, &Context, &mut Out),
) -> Stream {
    Stream {
        name: kind::<K>().many,
        load: Load::Pages(Ask::pages(list::<K>, "/results", NEXT)),
        delta: Delta::Window {
            ask: Ask::pages(search::<K>, "/results", NEXT),
            shape: Shape {
                leave_s: 60,
                settle_s: 3_600,
                overlap_s: 300,
                cap: Some(10_000),
                longest_s: None,
                keeps_s: None,
            },
        },
        by_id: Some(ById {
            ask: Ask::once(by_id::<K>, "/results"),
            at_once: kind::<K>().page,
            absent_is_gone: true,
            gone: |id, cx, out| gone::<K>(id, None, cx, out),
        }),
        count: Some(Count {
            request: count::<K>,
            at: "/total",
        }),
        joins,
        id: "/id",
        map,
    }
}

/// What was thrown away in the last months. The search does not know of it, so all of it is read
/// each time.
const fn archived<const K: usize>(name: &'static str) -> Stream {
    Stream {
        name,
        load: Load::Pages(Ask::pages(list_archived::<K>, "/results", NEXT)),
        delta: Delta::All,
        by_id: None,
        count: None,
        joins: &[],
        id: "/id",
        map: map::archived::<K>,
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

fn names<'a, const K: usize>(asking: &Asking<'a>) -> Vec<&'a str> {
    let of_done: &[&str] = match K {
        COMPANIES | DEALS | CONTACTS => &[],
        _ => &[
            "hs_timestamp",
            "hubspot_owner_id",
            "hs_createdate",
            "hs_lastmodifieddate",
        ],
    };
    let named = kind::<K>()
        .properties
        .split(' ')
        .chain(of_done.iter().copied());
    named
        .chain(map::custom_names(asking.known, kind::<K>().many))
        .collect()
}

fn objects<const K: usize>(asking: &Asking, rest: &str) -> String {
    format!("{}/{}{rest}", api(asking.known).objects, kind::<K>().many)
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

fn count<const K: usize>(asking: &Asking) -> Request {
    searching::<K>(asking, &[kind::<K>().stamp], 1)
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
    if let (Some(after), Some(body)) = (asking.page, body.as_object_mut()) {
        body.insert("after".to_owned(), json!(after));
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
fn inputs(keys: &[String]) -> Vec<Value> {
    let input = |key: &String| match key.split_once(' ') {
        Some((id, after)) => json!({"id": id, "after": after}),
        None => json!({"id": key}),
    };
    keys.iter().map(input).collect()
}

/// The whole of what came without its history, or without most of its properties.
const fn whole<const K: usize>(name: &'static str) -> Join {
    Join {
        name,
        when: When::Always,
        keys: |record| {
            if is_whole::<K>(record) {
                Vec::new()
            } else {
                own_id(record)
            }
        },
        at_once: kind::<K>().page,
        ask: Ask::once(by_id::<K>, "/results"),
        key: map::id_of,
        more: None,
    }
}

/// Whether a record came with all that is read of it.
pub(super) fn is_whole<const K: usize>(record: &Record) -> bool {
    let place = if K == DEALS {
        "/propertiesWithHistory"
    } else {
        "/properties/name"
    };
    record.main.pointer(place).is_some()
}

fn own_id(record: &Record) -> Vec<String> {
    map::id_of(&record.main).into_iter().collect()
}

/// What belongs to objects, with all labels.
const fn beside<const FROM: usize, const TO: usize>(keys: fn(&Record) -> Vec<String>) -> Join {
    Join {
        name: kind::<TO>().many,
        when: When::NotInLoad,
        keys,
        at_once: 100,
        ask: Ask::once(associated::<FROM, TO>, "/results"),
        key: |value| map::id_of(value.get("from")?),
        more: Some(|value| {
            let after = scalar(value.pointer(NEXT)?)?;
            Some(format!("{} {after}", map::id_of(value.get("from")?)?))
        }),
    }
}

fn associated<const FROM: usize, const TO: usize>(asking: &Asking) -> Request {
    let (from, to) = (kind::<FROM>().many, kind::<TO>().many);
    let path = format!("{}/{from}/{to}/batch/read", api(asking.known).associations);
    Request::post(path, json!({"inputs": inputs(asking.ids)}))
}

const DEAL_JOINS: &[Join] = &[
    whole::<DEALS>("whole"),
    beside::<DEALS, COMPANIES>(own_id),
    Join {
        // Only this way of asking gives labels.
        when: When::Always,
        ..beside::<DEALS, CONTACTS>(own_id)
    },
    PEOPLE,
];

/// A label may read otherwise from the other side; what counts is how the deal calls the contact.
const CONTACT_JOINS: &[Join] = &[
    beside::<CONTACTS, DEALS>(own_id),
    beside::<DEALS, CONTACTS>(map::deals_of),
];

/// Of what was done with people: the deals it was about, and the people.
const fn met<const K: usize>() -> [Join; 3] {
    [
        beside::<K, DEALS>(own_id),
        beside::<K, CONTACTS>(own_id),
        PEOPLE,
    ]
}

/// The contacts themselves.
const PEOPLE: Join = Join {
    keys: map::contacts_of,
    ..whole::<CONTACTS>("people")
};
