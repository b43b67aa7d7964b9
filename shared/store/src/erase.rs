//! The end of a tenant's data.

use crate::connections::Connection;
use crate::documents::Stored;
use crate::error::Error;
use crate::issuers::SavedIssuer;
use crate::item::Item;
use crate::keys;
use crate::table::Range;
use crate::tenant::Tenant;
use crate::tenants::Lookup;
use identity::{ApiKey, Member};
use model::{DealId, EntityKey};
use std::collections::BTreeSet;

/// Every partition of a tenant besides those of its deals. `docs/data.md` says what lies in each;
/// the feed stays last, because it tells which deals there were.
const PARTITIONS: [&str; 28] = [
    "P", "E", "J", "I", "V", "S", "U", "O", "G", "Q", "R", "L", "W", "Y", "C", "B", "Z", "A", "XT",
    "XS", "XM", "XL", "XA", "X", "K", "M", "H", "F",
];

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Rows of the table.
    pub rows: usize,
    /// Files.
    pub files: usize,
}

impl Tenant {
    /// Erases everything of the tenant, for good. The key goes first: from then on no sealed file
    /// can be read. Called again after a cut it goes on: deals go before the book that lists them.
    pub async fn erase(&self) -> Result<Erasure, Error> {
        self.shred_key().await?;
        let mut rows = 0;
        for deal in self.deals_ever().await? {
            rows += self
                .erase_partition(&keys::deal_partition(self.id(), deal))
                .await?;
        }
        let files = self.delete_blobs("").await?;
        for Stored { value, .. } in self.documents::<Member>().await? {
            self.drop_lookup(Lookup::Email(value.email.as_str()), &value.id.to_string())
                .await?;
        }
        for Stored { value, .. } in self.documents::<ApiKey>().await? {
            let id = value.id.to_string();
            self.drop_lookup(Lookup::ApiKey(&id), &id).await?;
        }
        for Stored { value, .. } in self.documents::<Connection>().await? {
            if let Some(account) = &value.account {
                self.drop_lookup(
                    Lookup::Portal(&value.source, account),
                    &value.id.to_string(),
                )
                .await?;
            }
        }
        for Stored { value, .. } in self.documents::<SavedIssuer>().await? {
            self.drop_lookup(value.lookup(), &value.id).await?;
        }
        for partition in PARTITIONS {
            rows += self
                .erase_partition(&keys::partition(self.id(), partition))
                .await?;
        }
        rows += self
            .erase_partition(&keys::partition(self.id(), "N"))
            .await?;
        self.drop_tenant_row().await?;
        Ok(Erasure { rows, files })
    }

    /// The deals of the book, and those that were deleted while the feed still tells of it; what is
    /// left of older ones has run out by itself.
    async fn deals_ever(&self) -> Result<BTreeSet<DealId>, Error> {
        let book = self.book().await?.book;
        let rows = self
            .table()
            .query(&keys::partition(self.id(), "F"), Range::ALL)
            .await?;
        let texts = rows
            .iter()
            .flat_map(|row| row.text("keys").unwrap_or_default().lines());
        let keys: Result<Vec<EntityKey>, _> = texts.map(str::parse).collect();
        let keys = keys.map_err(|e| Error::corrupt("change feed", e))?;
        let deals = keys.iter().filter_map(EntityKey::deal);
        Ok(deals.chain(book.deals.iter().map(|deal| deal.id)).collect())
    }

    async fn erase_partition(&self, pk: &str) -> Result<usize, Error> {
        let rows = self.table().query(pk, Range::ALL).await?;
        for row in &rows {
            self.table().delete(&Item::key(row), None).await?;
        }
        Ok(rows.len())
    }
}
