//! Exports of what somebody sees, and of everything.

use crate::columns::{Columns, table};
use crate::file::{File, Form};
use crate::work::{Error, Work, refused};
use forecast::engine::{Model, Options};
use identity::{ApiKey, AuditEvent, Member, Viewer};
use insight::query::{LARGEST_PAGE, Reporting, parameter};
use insight::{DealTable, FieldError, Filter, Query, Settings, Sight, Sort};
use model::{Book, DealId, Entity};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{
    Document, Import, Job, Run, SavedScenario, SavedSettings, Simulation, Stored, Tenant,
    TenantInfo, View,
};

pub(crate) const KIND: &str = "export.run";

/// Rows between two looks at the time.
const ROWS: usize = 1_000;
const AUDIT_PAGE: usize = 500;

/// What to take out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Deals,
    Companies,
    Contacts,
    Activities,
    Person,
    Tenant,
}

pub(crate) async fn run(work: &mut Work) -> Result<Value, Error> {
    let asker = work.asker().await?;
    match work.request.kind {
        Some(Kind::Tenant) => {
            asker.must_be_admin()?;
            tenant(work).await
        }
        Some(kind @ (Kind::Deals | Kind::Companies | Kind::Contacts | Kind::Activities)) => {
            rows(work, kind, asker.viewer).await
        }
        Some(Kind::Person) | None => Err(refused(
            "no_request",
            "it is not said what to export",
            "ask again",
        )),
    }
}

async fn rows(work: &mut Work, kind: Kind, viewer: Viewer) -> Result<Value, Error> {
    let book = Arc::new(work.tenant.book().await?.book);
    let settings = settings(&work.tenant).await?;
    let (query, of) = (work.request.query.clone(), Arc::clone(&book));
    let chosen = blocking(move || match kind {
        Kind::Deals => deals(&of, &viewer, &query, settings),
        _ => Ok(others(&of, kind, &viewer)),
    });
    let places = chosen
        .await?
        .map_err(|error| refused("bad_query", error.to_string(), error.remedy))?;
    let (name, columns) = match kind {
        Kind::Companies => ("companies.csv", Columns::companies()),
        Kind::Contacts => ("contacts.csv", Columns::contacts()),
        Kind::Activities => ("activities.csv", Columns::activities()),
        _ => ("deals.csv", Columns::deals(&book, &places)),
    };
    let form = Form {
        name,
        content_type: "text/csv; charset=utf-8",
        packed: false,
    };
    let mut file = File::begin(work, form).await?;
    file.write(work, &table([columns.header()])?).await?;
    let total = places.len() as u64;
    let mut done = 0;
    for some in places.chunks(ROWS) {
        work.go_on("writing rows", done, Some(total)).await?;
        file.write(
            work,
            &table(some.iter().map(|place| columns.row(&book, *place)))?,
        )
        .await?;
        done += some.len() as u64;
    }
    file.end(work, total).await
}

async fn settings(tenant: &Tenant) -> Result<Settings, Error> {
    match tenant.find_document::<SavedSettings>("A").await? {
        Some(stored) => Ok(serde_json::from_value(stored.value.settings)?),
        None => Ok(Settings::default()),
    }
}

/// Work that keeps a processor busy.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        let operation = "choosing rows";
        store::Error::Call {
            operation,
            source: error.to_string().into(),
        }
        .into()
    })
}

/// The places of the deals that are asked for and seen, in the order asked for.
fn deals(
    book: &Book,
    viewer: &Viewer,
    query: &BTreeMap<String, String>,
    settings: Settings,
) -> Result<Vec<usize>, FieldError> {
    let text = |name: &str| {
        query
            .get(name)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    };
    let conditions = query.iter().filter_map(|(name, value)| {
        let (field, operator) = parameter(name)?;
        Some((field, operator, value.as_str()))
    });
    let conditions: Vec<_> = conditions.collect();
    let search = text("q").map(|q| ("q", "eq", q));
    let filter = Filter::parse(conditions.iter().copied().chain(search));
    let filter = filter.map_err(|errors| errors.into_iter().next().unwrap_or_else(unclear))?;
    let sort: Sort = text("sort").unwrap_or_default().parse()?;
    let mut table = DealTable::build(book, Reporting::default());
    let by_model = |name: &str| name == "p_win" || name == "weighted";
    if conditions.iter().any(|(field, ..)| by_model(field))
        || sort
            .to_string()
            .split(',')
            .any(|key| by_model(key.trim_start_matches('-')))
    {
        let chances = chances(book, settings)?;
        table.set_chances(|deal| chances.get(&deal).copied());
    }
    let mut places = Vec::new();
    let mut after = None;
    loop {
        let page = table.list(&Query {
            viewer,
            filter: &filter,
            sort: &sort,
            after: after.as_ref(),
            limit: LARGEST_PAGE,
            facets: &[],
            as_of: book.as_of,
        })?;
        places.extend(page.deals);
        after = page.next;
        if after.is_none() {
            return Ok(places);
        }
    }
}

fn unclear() -> FieldError {
    FieldError {
        field: "query".to_owned(),
        code: "bad_value",
        message: "it is not clear which deals are meant".to_owned(),
        remedy: "look at the list with the same conditions first".to_owned(),
    }
}

/// The model's chances, for who filters or sorts by them.
fn chances(book: &Book, settings: Settings) -> Result<HashMap<DealId, f64>, FieldError> {
    let options = Options {
        rates: settings.rates,
        ..Options::default()
    };
    let model = Model::fit(book, &options).map_err(|error| FieldError {
        field: "p_win".to_owned(),
        code: "not_enough_history",
        message: error.to_string(),
        remedy: "leave out the chances of the model".to_owned(),
    })?;
    let forecasts = model.deals(&model.open());
    let chances = forecasts
        .iter()
        .map(|it| (book.deals[it.deal].id, it.p_win.value));
    Ok(chances.collect())
}

fn others(book: &Book, kind: Kind, viewer: &Viewer) -> Vec<usize> {
    let sight = Sight::of(book, viewer);
    match kind {
        Kind::Companies => seen(&book.companies, |it| sight.company(it.id)),
        Kind::Contacts => seen(&book.stakeholders, |it| sight.stakeholder(it)),
        _ => seen(&book.activities, |it| sight.activity(it)),
    }
}

fn seen<T>(rows: &[T], is_seen: impl Fn(&T) -> bool) -> Vec<usize> {
    (0..rows.len())
        .filter(|place| is_seen(&rows[*place]))
        .collect()
}

/// Everything of a tenant, one thing a line. Of keys what their secrets are checked by is left out.
async fn tenant(work: &mut Work) -> Result<Value, Error> {
    let form = Form {
        name: "tenant.ndjson.gz",
        content_type: "application/gzip",
        packed: true,
    };
    let mut lines = Lines {
        file: File::begin(work, form).await?,
        rows: 0,
        ready: Vec::new(),
    };
    let book = work.tenant.book().await?.book;
    for entity in book.entities() {
        let json: Value = serde_json::from_str(&entity.to_json()?)?;
        lines.add(
            word(&entity),
            &json!({ "key": entity.key().to_string(), "value": json }),
        )?;
        if lines.rows.is_multiple_of(ROWS as u64) {
            lines.flush(work).await?;
        }
    }
    documents::<TenantInfo>(work, &mut lines).await?;
    documents::<SavedSettings>(work, &mut lines).await?;
    documents::<Member>(work, &mut lines).await?;
    for Stored { value, .. } in work.tenant.documents::<ApiKey>().await? {
        let mut key = serde_json::to_value(&value)?;
        if let Some(fields) = key.as_object_mut() {
            fields.remove("hash");
        }
        lines.add(ApiKey::WHAT, &key)?;
    }
    documents::<View>(work, &mut lines).await?;
    documents::<SavedScenario>(work, &mut lines).await?;
    documents::<Simulation>(work, &mut lines).await?;
    documents::<Import>(work, &mut lines).await?;
    documents::<Job>(work, &mut lines).await?;
    for Stored { value: run, .. } in work.tenant.documents::<Run>().await? {
        let says = work.tenant.blob(&run.blob()).await?;
        let says: Option<Value> = says.map(|says| serde_json::from_slice(&says)).transpose()?;
        lines.add("run", &json!({ "run": run, "says": says }))?;
        lines.flush(work).await?;
    }
    let mut before = None;
    loop {
        let events: Vec<AuditEvent> = work.tenant.audit_events(before, AUDIT_PAGE).await?;
        before = events.last().map(|event| event.seq);
        for event in &events {
            lines.add("audit event", event)?;
        }
        lines.flush(work).await?;
        if events.len() < AUDIT_PAGE {
            break;
        }
    }
    lines.file.end(work, lines.rows).await
}

/// What an entity is called in a line.
fn word(entity: &Entity) -> &'static str {
    match entity {
        Entity::Deal(_) => "deal",
        Entity::Own(..) => "own fields",
        Entity::Company(_) => "company",
        Entity::Person(_) => "owner",
        Entity::Stakeholder(_) => "contact",
        Entity::Activity(_) => "activity",
        Entity::Pipeline(_) => "pipeline",
        Entity::Subscription(_) => "subscription",
        Entity::Invoice(_) => "invoice",
        Entity::Payment(_) => "payment",
        Entity::Clock(..) => "clock",
    }
}

struct Lines {
    file: File,
    rows: u64,
    ready: Vec<u8>,
}

impl Lines {
    fn add(&mut self, kind: &str, value: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.ready, &json!({ "type": kind, "data": value }))?;
        self.ready.push(b'\n');
        self.rows += 1;
        Ok(())
    }

    async fn flush(&mut self, work: &mut Work) -> Result<(), Error> {
        work.go_on("writing rows", self.rows, None).await?;
        self.file
            .write(work, &std::mem::take(&mut self.ready))
            .await
    }
}

async fn documents<T: Document>(work: &mut Work, lines: &mut Lines) -> Result<(), Error> {
    for Stored { value, .. } in work.tenant.documents::<T>().await? {
        lines.add(T::WHAT, &value)?;
    }
    lines.flush(work).await
}
