//! Snapshots of a book: Parquet files, for loading and for whoever queries them in place.
//!
//! Each file has typed columns to query and, in `body`, the whole entity as JSON, so that nothing
//! is lost in between. A snapshot counts once the pointer to it is in the table; a pointer only
//! moves forward.

use crate::book::Warm;
use crate::error::Error;
use crate::item::{Item, n, s};
use crate::keys;
use crate::table::Expression;
use crate::tenant::Tenant;
use bytes::Bytes;
use model::{Book, Change, Entity, EntityKey};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::RowAccessor;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// Snapshots kept besides the newest, for readers that have just read the pointer.
const KEPT: usize = 2;

const DEALS: &str = "deals.parquet";
const ENTITIES: &str = "entities.parquet";
const TRANSITIONS: &str = "transitions.parquet";

const DEAL_SCHEMA: &str = "message deal {
    required binary key (UTF8); required binary body (UTF8);
    optional binary name (UTF8); optional binary stage (UTF8); optional binary owner (UTF8);
    optional binary company (UTF8); optional binary currency (UTF8); optional double amount;
    optional int64 created_at (TIMESTAMP(MICROS,true));
    optional int64 closed_at (TIMESTAMP(MICROS,true)); }";
const ENTITY_SCHEMA: &str = "message entity {
    required binary key (UTF8); required binary body (UTF8); }";
const TRANSITION_SCHEMA: &str = "message transition {
    required binary deal (UTF8); required binary stage (UTF8);
    required int64 at (TIMESTAMP(MICROS,true)); }";

/// One column to write, in the order of the schema.
enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
    Instant(Vec<Option<i64>>),
}

/// Writes columns as one Parquet file. `required` says which columns have no gaps.
fn write(schema: &str, columns: Vec<Column>, required: usize) -> Result<Bytes, ParquetError> {
    let schema = Arc::new(parse_message_type(schema)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (at, column) in columns.into_iter().enumerate() {
        let Some(mut writer) = group.next_column()? else {
            break;
        };
        macro_rules! put {
            ($type:ty, $values:expr, $of:expr) => {{
                let levels: Vec<i16> = $values.iter().map(|v| i16::from(v.is_some())).collect();
                let values: Vec<_> = $values.into_iter().flatten().map($of).collect();
                let levels = (at >= required).then_some(&levels[..]);
                writer.typed::<$type>().write_batch(&values, levels, None)?;
            }};
        }
        match column {
            Column::Text(values) => {
                put!(ByteArrayType, values, |text: String| ByteArray::from(
                    text.into_bytes()
                ));
            }
            Column::Number(values) => put!(DoubleType, values, |number| number),
            Column::Instant(values) => put!(Int64Type, values, |at| at),
        }
        writer.close()?;
    }
    group.close()?;
    file.into_inner().map(Bytes::from)
}

fn files(book: &Book) -> Result<Vec<(&'static str, Bytes)>, Error> {
    let mut deals: [Vec<Option<String>>; 7] = Default::default();
    let (mut amounts, mut created, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    let mut others: [Vec<Option<String>>; 2] = Default::default();
    let mut moves: [Vec<Option<String>>; 2] = Default::default();
    let mut moved_at = Vec::new();
    for entity in book.entities() {
        let key = entity.key().to_string();
        let json = entity.to_json().map_err(|e| Error::corrupt(&key, e))?;
        let Entity::Deal(record) = entity else {
            others[0].push(Some(key));
            others[1].push(Some(json));
            continue;
        };
        for visit in &record.visits {
            moves[0].push(Some(key.clone()));
            moves[1].push(Some(visit.stage.clone()));
            moved_at.push(Some(visit.at_us));
        }
        let deal = record.deal;
        amounts.push(
            deal.amount
                .as_ref()
                .and_then(|money| money.amount.to_string().parse().ok()),
        );
        created.push(deal.created_at.map(model::Timestamp::as_microsecond));
        closed.push(deal.closed_at.map(model::Timestamp::as_microsecond));
        let currency = deal.amount.as_ref().map(|money| money.currency.to_string());
        let texts = [
            Some(key),
            Some(json),
            deal.name,
            deal.stage,
            deal.owner.map(|id| id.to_string()),
            deal.company.map(|id| id.to_string()),
            currency,
        ];
        for (column, text) in deals.iter_mut().zip(texts) {
            column.push(text);
        }
    }
    let text = |columns: Vec<Vec<Option<String>>>| columns.into_iter().map(Column::Text);
    let deals = text(deals.into()).chain([
        Column::Number(amounts),
        Column::Instant(created),
        Column::Instant(closed),
    ]);
    let moves = text(moves.into()).chain([Column::Instant(moved_at)]);
    let parts = [
        (DEALS, DEAL_SCHEMA, deals.collect(), 2),
        (ENTITIES, ENTITY_SCHEMA, text(others.into()).collect(), 2),
        (TRANSITIONS, TRANSITION_SCHEMA, moves.collect(), 3),
    ];
    parts
        .into_iter()
        .map(|(name, schema, columns, required)| {
            let bytes = write(schema, columns, required);
            Ok((name, bytes.map_err(|e| Error::corrupt(name, e))?))
        })
        .collect()
}

fn read(name: &'static str, bytes: Bytes) -> Result<Vec<Change>, Error> {
    let corrupt = |e: ParquetError| Error::corrupt(name, e);
    let file = SerializedFileReader::new(bytes).map_err(corrupt)?;
    // Of the columns only the two that hold everything.
    let root = file.metadata().file_metadata().schema().name();
    let wanted =
        format!("message {root} {{ required binary key (UTF8); required binary body (UTF8); }}");
    let wanted = parse_message_type(&wanted).map_err(corrupt)?;
    let rows = file.get_row_iter(Some(wanted)).map_err(corrupt)?;
    rows.map(|row| {
        let row = row.map_err(corrupt)?;
        let key = row.get_string(0).map_err(corrupt)?;
        let key: EntityKey = key.parse().map_err(|e| Error::corrupt(name, e))?;
        let body = row.get_string(1).map_err(corrupt)?;
        let entity = Entity::from_json(&key, body);
        Ok(Change::Put(
            entity.map_err(|e| Error::corrupt(key.to_string(), e))?,
        ))
    })
    .collect()
}

fn pointer(tenant: &Tenant) -> keys::Key {
    keys::row(tenant.id(), "B", "A")
}

/// The newest snapshot, and the page it stands at.
pub(crate) async fn load(tenant: &Tenant) -> Result<Option<(Book, u64)>, Error> {
    let Some(item) = tenant.table().get(&pointer(tenant)).await? else {
        return Ok(None);
    };
    let folder = item.text("folder").unwrap_or_default().to_owned();
    let seq = item.number("seq").unwrap_or_default().unsigned_abs();
    let mut book = Book::default();
    let mut changes = Vec::new();
    for name in [DEALS, ENTITIES] {
        let bytes = tenant.blob(&format!("{folder}/{name}")).await?;
        let bytes = bytes.ok_or_else(|| Error::corrupt(name, "the file is missing"))?;
        changes.extend(read(name, bytes)?);
    }
    book.apply(changes);
    Ok(Some((book, seq)))
}

impl Tenant {
    /// Writes a snapshot of a book; `false` where a newer one is there already.
    pub async fn save_snapshot<D>(&self, warm: &Warm<D>) -> Result<bool, Error> {
        let folder = format!("books/{:012}-{}", warm.seq, self.unique());
        for (name, bytes) in files(&warm.book)? {
            self.put_blob(&format!("{folder}/{name}"), bytes).await?;
        }
        let item = Item::at(&pointer(self))
            .with("seq", n(warm.seq))
            .with("folder", s(&folder));
        let newer =
            Expression::new("attribute_not_exists(pk) OR seq < :seq").with(":seq", n(warm.seq));
        let done = self.table().put(item, Some(newer)).await?;
        self.tidy_snapshots().await?;
        Ok(done)
    }

    async fn tidy_snapshots(&self) -> Result<(), Error> {
        let mut folders: Vec<String> = self
            .blobs("books/")
            .await?
            .into_iter()
            .filter_map(|blob| Some(blob.name.rsplit_once('/')?.0.to_owned()))
            .collect();
        folders.dedup();
        let old = folders.len().saturating_sub(KEPT + 1);
        for folder in folders.iter().take(old) {
            self.delete_blobs(&format!("{folder}/")).await?;
        }
        Ok(())
    }
}
