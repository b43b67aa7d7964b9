//! How Salesforce is asked: SOQL over REST, jobs of the Bulk API 2.0, and what they answer.

use connector::value::text;
use connector::{Asking, Bulk, BulkState, Known, Request, Response, Results, Text, Value};
use serde_json::json;
use std::borrow::Cow;

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
    ($how:ident $object:literal) => {
        connector::Describe::$how(
            $object,
            connector::Ask::once(
                |_| connector::Request::get(wire::api!("sobjects/", $object, "/describe")),
                "/fields",
            ),
        )
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

/// Whether the connected user sees a field. One that is not seen spoils the whole query.
fn is_seen(known: &Known, object: &str, field: &str) -> bool {
    let Some((way, name)) = field.split_once('.') else {
        return known.find(object, "name", field).is_some();
    };
    let by = known.find(object, "relationshipName", way);
    by.is_some_and(|by| {
        let to = text(by, "/referenceTo/0").unwrap_or_default();
        known.all(to).is_empty() || known.find(to, "name", name).is_some()
    })
}

/// The fields to ask for: those that fit into an address, and custom ones that no longer do.
fn fields<'a>(object: &Object, known: &'a Known) -> (Vec<&'a str>, Vec<&'a str>) {
    let named = object.fields.split(' ');
    let seen = named.filter(|field| is_seen(known, object.name, field));
    let (mut fit, mut rest) = (vec!["Id"], Vec::new());
    fit.extend(seen);
    // The parts of a compound field are fields of their own.
    let compound = [Some("address"), Some("location"), Some("base64")];
    let all = known.all(object.name).iter();
    let single = all.filter(|field| object.has_custom && !compound.contains(&text(field, "type")));
    let names = single.filter_map(|field| text(field, "name"));
    let mut length = 0;
    for name in names.filter(|name| name.contains("__")) {
        length += name.len() + 3;
        let fits = length <= URL_FIELDS;
        if fits { &mut fit } else { &mut rest }.push(name);
    }
    (fit, rest)
}

fn soql(object: &Object, what: &str, asking: &Asking, key: &str) -> String {
    let mut terms = Vec::new();
    if let (Some(from), Some(to)) = asking.between(|at| format!("{at:.3}")) {
        terms.push(format!("{key} >= {from} AND {key} < {to}"));
    } else if !asking.ids.is_empty() {
        let quoted = |id: &Text| {
            let bare: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
            format!("'{bare}'")
        };
        let ids: Vec<String> = asking.ids.iter().map(quoted).collect();
        terms.push(format!("{key} IN ({})", ids.join(",")));
    }
    terms.extend((!object.filter.is_empty()).then(|| object.filter.to_owned()));
    let begin = if terms.is_empty() { "" } else { " WHERE " };
    let (name, terms) = (object.name, terms.join(" AND "));
    format!("SELECT {what} FROM {name}{begin}{terms}")
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

/// How many there are that are not in the recycle bin.
pub(super) fn live(asking: &Asking, object: &Object) -> Request {
    let mut soql = soql(object, "COUNT()", asking, "Id");
    if is_seen(asking.known, object.name, "IsDeleted") {
        let begins = !soql.contains(" WHERE ");
        soql.push_str(if begins { " WHERE " } else { " AND " });
        soql.push_str("IsDeleted = false");
    }
    query(&soql)
}

/// The custom fields that did not fit into the address of [`read`].
pub(super) fn more(asking: &Asking, object: &Object) -> Request {
    let (_, mut rest) = fields(object, asking.known);
    rest.push("Id");
    let path = format!("{}{}", api!("composite/sobjects/"), object.name);
    Request::post(path, json!({"ids": asking.ids, "fields": rest}))
}

/// What was deleted, be it still in the recycle bin or not.
pub(super) fn deleted(asking: &Asking, object: &Object) -> Request {
    let (start, end) = asking.between(|at| format!("{at:.0}"));
    Request::get(format!("{}{}/deleted/", api!("sobjects/"), object.name))
        .maybe("start", start)
        .maybe("end", end)
}

/// A query as a job, whose body has no limit that matters; in the order of a field, if one is named. Unordered ones are
/// read by the vendor in pieces and are quicker.
pub(super) fn job(asking: &Asking, object: &Object, order: &str) -> Request {
    let (mut all, rest) = fields(object, asking.known);
    all.extend(rest);
    let mut query = soql(object, &all.join(","), asking, "Id");
    if !order.is_empty() {
        query.push_str(" ORDER BY ");
        query.push_str(order);
    }
    let body = json!({
        "operation": "queryAll", "query": query, "contentType": "CSV",
        "columnDelimiter": "COMMA", "lineEnding": "LF",
    });
    Request::post(api!("jobs/query"), body)
}

fn of_job(job: &str) -> Request {
    Request::one(api!("jobs/query"), job)
}

/// The jobs of an object. Pages are small enough for their joins to be asked within a worker's time.
pub(super) const fn bulk(create: fn(&Asking) -> Request) -> Bulk {
    Bulk {
        from: 10_000,
        create,
        id: "/id",
        look: of_job,
        state,
        results: |job, after| {
            let mut results = of_job(job).header("accept", "text/csv");
            results.path.push_str("/results");
            results.query("maxRecords", "2500").maybe("locator", after)
        },
        read: rows,
        delete: |job| Request::delete(of_job(job).path),
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
    // A NUL, which old data hold, is nothing.
    let text = if response.text.contains('\0') {
        Cow::Owned(response.text.replace('\0', ""))
    } else {
        Cow::Borrowed(response.text.as_str())
    };
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let columns = Columns::of(rows.headers().map_err(|error| error.to_string())?);
    let mut records = Vec::new();
    let mut row = csv::StringRecord::new();
    while rows
        .read_record(&mut row)
        .map_err(|error| error.to_string())?
    {
        records.push(columns.record(&row).unwrap_or_default());
    }
    let (read, said) = (records.len(), response.header("sforce-numberofrecords"));
    if let Some(said) = said.and_then(|said| said.parse::<usize>().ok())
        && said != read
    {
        return Err(format!("a page of {said} records ended after {read}"));
    }
    let next = response.header("sforce-locator").map(str::trim);
    let next = next.filter(|next| !next.is_empty() && *next != "null");
    Ok((records, next.map(str::to_owned)))
}

/// The columns of results by their names. Those of another thing, such as `Who.Name`, stand together under the thing.
#[derive(Default)]
struct Columns(Vec<(Text, Column)>);

enum Column {
    /// Its place in a row.
    Cell(usize),
    Thing(Columns),
}

impl Columns {
    fn of(names: &csv::StringRecord) -> Self {
        let mut all = Self::default();
        for (place, name) in names.iter().enumerate() {
            all.add(name, place);
        }
        all
    }

    fn add(&mut self, name: &str, place: usize) {
        let Some((way, of)) = name.split_once('.') else {
            self.0.push((name.into(), Column::Cell(place)));
            return;
        };
        let known = self.0.iter_mut().find_map(|(known, column)| match column {
            Column::Thing(thing) if known == way => Some(thing),
            _ => None,
        });
        if let Some(thing) = known {
            return thing.add(of, place);
        }
        let mut thing = Self::default();
        thing.add(of, place);
        self.0.push((way.into(), Column::Thing(thing)));
    }

    /// A row as REST would give it, but that what is empty is absent: whoever reads it sees no difference.
    fn record(&self, row: &csv::StringRecord) -> Option<Value> {
        // Of many columns most are empty.
        let mut fields = Vec::with_capacity(self.0.len().min(16));
        for (name, column) in &self.0 {
            let value = match column {
                Column::Cell(place) => {
                    let cell = row.get(*place).filter(|cell| !cell.is_empty());
                    cell.map(Value::from)
                }
                Column::Thing(thing) => thing.record(row),
            };
            fields.extend(value.map(|value| (name.clone(), value)));
        }
        (!fields.is_empty()).then_some(Value::Object(fields))
    }
}
