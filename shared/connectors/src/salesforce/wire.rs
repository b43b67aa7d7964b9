//! How Salesforce is asked: SOQL over REST, jobs of the Bulk API 2.0, and what they answer.

use connector::{Asking, Bulk, BulkState, Known, Request, Response, Results};
use serde_json::{Map, Value, json};

/// An object and what we know to do with its fields, which are named apart by spaces.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) name: &'static str,
    fields: &'static str,
    /// Which of its rows.
    filter: &'static str,
    has_custom: bool,
}

const fn object(name: &'static str, fields: &'static str) -> Object {
    Object {
        name,
        fields,
        filter: "",
        has_custom: false,
    }
}

/// Portals may have hundreds of thousands of users, none of whom can own an opportunity.
const SELLS: &str = "UserType IN ('Standard', 'PowerPartner')";

pub(super) const ORGANIZATION: Object =
    object("Organization", "Name DefaultCurrencyIsoCode IsSandbox");
pub(super) const STAGE: Object = object(
    "OpportunityStage",
    "ApiName MasterLabel IsActive IsClosed IsWon DefaultProbability SortOrder",
);
pub(super) const USER: Object = Object {
    filter: SELLS,
    ..object(
        "User",
        "Name Email Title Department ManagerId UserRole.Name UserRole.ParentRoleId SystemModstamp",
    )
};
pub(super) const PEER: Object = Object {
    filter: SELLS,
    ..object("User", "IsActive UserRoleId")
};
pub(super) const ACCOUNT: Object = Object {
    has_custom: true,
    ..object(
        "Account",
        "IsDeleted MasterRecordId Name Website Industry NumberOfEmployees AnnualRevenue \
         CurrencyIsoCode OwnerId SystemModstamp",
    )
};
pub(super) const OPPORTUNITY: Object = Object {
    has_custom: true,
    ..object(
        "Opportunity",
        "IsDeleted Name AccountId Amount CurrencyIsoCode StageName Probability CloseDate IsClosed \
         IsWon OwnerId CreatedDate LastStageChangeDate SystemModstamp",
    )
};
pub(super) const HISTORY: Object =
    object("OpportunityHistory", "OpportunityId StageName CreatedDate");
pub(super) const ROLE: Object = object(
    "OpportunityContactRole",
    "OpportunityId ContactId Role IsPrimary IsDeleted CreatedDate SystemModstamp Contact.IsDeleted \
     Contact.Name Contact.Email Contact.Title Contact.SystemModstamp",
);
pub(super) const CONTACT: Object = object(
    "Contact",
    "IsDeleted MasterRecordId Name Email Title SystemModstamp",
);
pub(super) const TASK: Object = object(
    "Task",
    "IsDeleted Subject Type TaskSubtype Status IsClosed ActivityDate CompletedDateTime CreatedDate \
     WhatId Who.Name Owner.Name Description SystemModstamp",
);
pub(super) const EVENT: Object = object(
    "Event",
    "IsDeleted IsChild IsRecurrence Subject StartDateTime ActivityDate WhatId Who.Name Owner.Name \
     Description SystemModstamp",
);
pub(super) const EMAIL: Object = object(
    "EmailMessage",
    "IsDeleted ActivityId RelatedToId Subject TextBody FromAddress ToAddress CcAddress Status \
     MessageDate SystemModstamp",
);

/// Every request goes to this version of the API.
macro_rules! api {
    ($($rest:literal),+) => {
        concat!("/services/data/v66.0/", $($rest),+)
    };
}

/// What an object has, as far as the connected user sees it.
macro_rules! described {
    ($object:literal) => {
        connector::Describe {
            name: $object,
            ask: connector::Ask::once(
                |_| connector::Request::get(wire::api!("sobjects/", $object, "/describe")),
                "/fields",
            ),
            optional: false,
        }
    };
}

/// Pages of an object by one of its fields; see [`read`].
macro_rules! pages {
    ($object:ident by $key:literal) => {
        connector::Ask::pages(
            |asking| wire::read(asking, &wire::$object, $key),
            "/records",
            "/nextRecordsUrl",
        )
    };
}
pub(super) use {api, described, pages};

/// Longer addresses are refused; the custom fields that do not fit are asked for beside the page.
const URL_FIELDS: usize = 8_000;

/// Whoever has this field was asked for without all of its custom fields: nobody else asks for it.
pub(super) const CUT: &str = "LastModifiedById";

/// So many ids keep a `WHERE` below 4,000 characters.
pub(super) const AT_ONCE: usize = 180;

fn find<'a>(known: &'a Known, object: &str, key: &str, value: &str) -> Option<&'a Value> {
    let is_it = |field: &&Value| field.get(key).and_then(Value::as_str) == Some(value);
    known.all(object).iter().find(is_it)
}

/// Whether the connected user sees a field. One that is not seen spoils the whole query.
fn is_seen(known: &Known, object: &str, field: &str) -> bool {
    let Some((way, name)) = field.split_once('.') else {
        return find(known, object, "name", field).is_some();
    };
    let Some(by) = find(known, object, "relationshipName", way) else {
        return false;
    };
    let to = by.pointer("/referenceTo/0").and_then(Value::as_str);
    let to = to.unwrap_or_default();
    known.all(to).is_empty() || find(known, to, "name", name).is_some()
}

/// The fields to ask for: those that fit into an address, and custom ones that no longer do.
fn fields<'a>(object: &Object, known: &'a Known) -> (Vec<&'a str>, Vec<&'a str>) {
    let wanted = object
        .fields
        .split(' ')
        .filter(|field| is_seen(known, object.name, field));
    let mut fit: Vec<&str> = vec!["Id"];
    fit.extend(wanted);
    let is_custom = |field: &&Value| {
        let kind = field
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        // The parts of a compound field are fields of their own.
        object.has_custom && !["address", "location", "base64"].contains(&kind)
    };
    let names = known.all(object.name).iter().filter(is_custom);
    let names = names.filter_map(|field| field.get("name")?.as_str());
    let (mut rest, mut length) = (Vec::new(), 0);
    for name in names.filter(|name| name.contains("__")) {
        length += name.len() + 3;
        if length <= URL_FIELDS {
            &mut fit
        } else {
            &mut rest
        }
        .push(name);
    }
    (fit, rest)
}

fn soql(object: &Object, what: &str, asking: &Asking, key: &str) -> String {
    let mut terms = Vec::new();
    if let Some(window) = asking.window {
        terms.push(format!(
            "{key} >= {:.3} AND {key} < {:.3}",
            window.from, window.to
        ));
    } else if !asking.ids.is_empty() {
        let quoted = |id: &String| {
            let bare: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
            format!("'{bare}'")
        };
        let ids: Vec<String> = asking.ids.iter().map(quoted).collect();
        terms.push(format!("{key} IN ({})", ids.join(",")));
    }
    if !object.filter.is_empty() {
        terms.push(object.filter.to_owned());
    }
    let begin = if terms.is_empty() { "" } else { " WHERE " };
    format!(
        "SELECT {what} FROM {}{begin}{}",
        object.name,
        terms.join(" AND ")
    )
}

/// `queryAll` also gives what is in the recycle bin and old activities; `query` hides both.
fn query(soql: &str) -> Request {
    Request::get(api!("queryAll")).query("q", soql)
}

/// A page of an object: its changes by the time in `key`, or the rows whose `key` is one of the ids.
pub(super) fn read(asking: &Asking, object: &Object, key: &str) -> Request {
    if let Some(page) = asking.page {
        return Request::get(format!("/{}", page.trim_start_matches('/')));
    }
    let (mut fit, rest) = fields(object, asking.known);
    if !rest.is_empty() {
        fit.push(CUT);
    }
    query(&soql(object, &fit.join(","), asking, key))
}

/// How many rows [`read`] would give.
pub(super) fn count(asking: &Asking, object: &Object, key: &str) -> Request {
    query(&soql(object, "COUNT()", asking, key))
}

/// The custom fields that did not fit into the address of [`read`].
pub(super) fn more(asking: &Asking, object: &Object) -> Request {
    let (_, mut rest) = fields(object, asking.known);
    rest.push("Id");
    let body = json!({"ids": asking.ids, "fields": rest});
    Request::post(
        format!("{}{}", api!("composite/sobjects/"), object.name),
        body,
    )
}

/// What was deleted, be it still in the recycle bin or not.
pub(super) fn deleted(asking: &Asking, object: &Object) -> Request {
    let request = Request::get(format!("{}{}/deleted/", api!("sobjects/"), object.name));
    match asking.window {
        Some(window) => request
            .query("start", format!("{:.0}", window.from))
            .query("end", format!("{:.0}", window.to)),
        None => request,
    }
}

/// A query as a job, whose body has no limit that matters.
pub(super) fn job(asking: &Asking, object: &Object) -> Request {
    let (mut all, rest) = fields(object, asking.known);
    all.extend(rest);
    let query = soql(object, &all.join(","), asking, "Id");
    let body = json!({
        "operation": "queryAll", "query": query, "contentType": "CSV",
        "columnDelimiter": "COMMA", "lineEnding": "LF",
    });
    Request::post(api!("jobs/query"), body)
}

fn of_job(job: &str, rest: &str) -> String {
    let mut path = api!("jobs/query/").to_owned();
    connector::encode(&mut path, job);
    path + rest
}

/// The jobs of an object. Pages are small enough for their joins to be asked within a worker's time.
pub(super) const fn bulk(create: fn(&Asking) -> Request) -> Bulk {
    Bulk {
        from: 10_000,
        create,
        id: "/id",
        look: |job| Request::get(of_job(job, "")),
        state,
        results: |job, after| {
            Request::get(of_job(job, "/results"))
                .query("maxRecords", "5000")
                .maybe("locator", after)
                .header("accept", "text/csv")
        },
        read: rows,
        delete: |job| Request::delete(of_job(job, "")),
    }
}

fn state(response: &Response) -> BulkState {
    match response.str("/state") {
        Some("UploadComplete" | "InProgress") => BulkState::Working(2_000),
        Some("JobComplete") => {
            let count = response.json.get("numberRecordsProcessed");
            BulkState::Ready(count.and_then(Value::as_u64))
        }
        state => {
            let why = response.str("/errorMessage").or(state);
            BulkState::Failed(why.unwrap_or("the job has no state").to_owned())
        }
    }
}

/// The records of a page of results and its locator, which is the text `null` on the last page.
fn rows(response: &Response) -> Results {
    let mut rows = csv(&response.text)?.into_iter();
    let columns = rows.next().unwrap_or_default();
    let records: Vec<Value> = rows.map(|cells| record(&columns, cells)).collect();
    let said = response.header("sforce-numberofrecords");
    if let Some(said) = said.and_then(|said| said.parse::<usize>().ok())
        && said != records.len()
    {
        let read = records.len();
        return Err(format!("a page of {said} records ended after {read}"));
    }
    let next = response.header("sforce-locator").map(str::trim);
    let next = next.filter(|next| !next.is_empty() && *next != "null");
    Ok((records, next.map(str::to_owned)))
}

/// A row as REST would give it: `Who.Name` is a name of a person, and what is empty is null.
fn record(columns: &[String], cells: Vec<String>) -> Value {
    let mut record = Map::new();
    for (column, cell) in columns.iter().zip(cells) {
        let cell = if cell.is_empty() {
            Value::Null
        } else {
            Value::String(cell)
        };
        if let Some((way, name)) = column.split_once('.') {
            let at = record.entry(way).or_insert_with(|| json!({}));
            if let Some(at) = at.as_object_mut() {
                at.insert(name.to_owned(), cell);
            }
        } else {
            record.insert(column.clone(), cell);
        }
    }
    Value::Object(record)
}

/// More columns than a query can have fields.
const MOST_COLUMNS: usize = 4_096;

/// The cells of every row. A NUL, which old data hold, is nothing.
fn csv(text: &str) -> Result<Vec<Vec<String>>, String> {
    // The reader is done with a row when it sees its end.
    let text = format!("{text}\n");
    let mut reader = csv_core::Reader::new();
    let (mut bytes, mut ends) = (vec![0; text.len()], vec![0; MOST_COLUMNS]);
    let (mut rest, mut all) = (text.as_bytes(), Vec::<Vec<String>>::new());
    loop {
        let (result, took, _, count) = reader.read_record(rest, &mut bytes, &mut ends);
        rest = rest.get(took..).unwrap_or_default();
        match result {
            csv_core::ReadRecordResult::Record => {}
            _ if rest.is_empty() => return Ok(all),
            _ => return Err("a row has more columns than there can be".to_owned()),
        }
        let (mut row, mut from) = (Vec::with_capacity(count), 0);
        for end in ends.iter().take(count) {
            let cell = bytes.get(from..*end).unwrap_or_default();
            row.push(String::from_utf8_lossy(cell).replace('\0', ""));
            from = *end;
        }
        if all.first().is_some_and(|first| first.len() != row.len()) {
            return Err(format!("row {} is not as long as the first", all.len()));
        }
        all.push(row);
    }
}
