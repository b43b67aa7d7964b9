//! Documents: small things with an id and a revision, such as a member, a job or a saved view.

use crate::error::Error;
use crate::item::{Item, n};
use crate::keys::{self, Key};
use crate::table::{Expression, Range};
use crate::tenant::Tenant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How often an edit is tried again because somebody else edits the same.
const MOST_TRIES: u32 = 10;

/// Something kept under an id, with a revision that grows with every change.
pub trait Document: Serialize + DeserializeOwned + Send + Sync {
    /// The partition it lies in.
    const PARTITION: &'static str;
    /// What a person calls it: `view`.
    const WHAT: &'static str;
    /// Its id, which sorts as they are listed.
    fn id(&self) -> String;
    /// When it may be forgotten, in seconds since 1970.
    fn ttl(&self) -> Option<i64> {
        None
    }
}

/// A document as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T> {
    /// The document.
    pub value: T,
    /// Its revision, which is its `ETag`.
    pub rev: u64,
}

fn read<T: Document>(item: &Item) -> Result<Stored<T>, Error> {
    Ok(Stored {
        value: item.body(T::WHAT)?,
        rev: item.number("rev").unwrap_or_default().unsigned_abs(),
    })
}

fn key<T: Document>(tenant: &Tenant, id: &str) -> Key {
    keys::row(tenant.id(), T::PARTITION, id)
}

fn item<T: Document>(tenant: &Tenant, value: &T, rev: u64) -> Result<Item, Error> {
    let item = Item::at(&key::<T>(tenant, &value.id()))
        .with("rev", n(rev))
        .with_body(T::WHAT, value)?;
    Ok(match value.ttl() {
        Some(ttl) => item.with("expires_at", n(ttl)),
        None => item,
    })
}

impl Tenant {
    /// A document; an error where there is none.
    pub async fn document<T: Document>(&self, id: &str) -> Result<Stored<T>, Error> {
        let found = self.find_document(id).await?;
        found.ok_or(Error::NotFound { what: T::WHAT })
    }

    /// A document, where there is one. One that has run out is not there.
    pub async fn find_document<T: Document>(&self, id: &str) -> Result<Option<Stored<T>>, Error> {
        let item = self.table().get(&key::<T>(self, id)).await?;
        // The table forgets within two days of the time, so readers look at it themselves.
        let live = item.filter(|item| self.is_live(item));
        live.as_ref().map(read).transpose()
    }

    fn is_live(&self, item: &Item) -> bool {
        item.number("expires_at")
            .is_none_or(|ttl| ttl > self.now().as_second())
    }

    /// All documents of a kind, by id.
    pub async fn documents<T: Document>(&self) -> Result<Vec<Stored<T>>, Error> {
        self.documents_page(None, usize::MAX, false).await
    }

    /// The documents of a kind whose ids begin so, by id.
    pub async fn documents_under<T: Document>(
        &self,
        prefix: &str,
    ) -> Result<Vec<Stored<T>>, Error> {
        let pk = keys::partition(self.id(), T::PARTITION);
        let range = Range {
            prefix: Some(prefix),
            ..Range::ALL
        };
        let items = self.table().query(&pk, range).await?;
        items
            .iter()
            .filter(|item| self.is_live(item))
            .map(read)
            .collect()
    }

    /// A page of documents: those after an id, in reading order.
    pub async fn documents_page<T: Document>(
        &self,
        after: Option<&str>,
        limit: usize,
        newest_first: bool,
    ) -> Result<Vec<Stored<T>>, Error> {
        let pk = keys::partition(self.id(), T::PARTITION);
        let range = Range {
            after,
            newest_first,
            limit: (limit != usize::MAX).then_some(limit),
            ..Range::ALL
        };
        let items = self.table().query(&pk, range).await?;
        items
            .iter()
            .filter(|item| self.is_live(item))
            .map(read)
            .collect()
    }

    /// Keeps a new document.
    pub async fn create_document<T: Document>(&self, value: T) -> Result<Stored<T>, Error> {
        let new = Expression::new("attribute_not_exists(pk)");
        if self.table().put(item(self, &value, 1)?, Some(new)).await? {
            Ok(Stored { value, rev: 1 })
        } else {
            Err(Error::Exists { what: T::WHAT })
        }
    }

    /// Keeps a document in place of the revision that was read.
    pub async fn replace_document<T: Document>(
        &self,
        value: T,
        rev: u64,
    ) -> Result<Stored<T>, Error> {
        let same = Expression::new("rev = :rev").with(":rev", n(rev));
        if self
            .table()
            .put(item(self, &value, rev + 1)?, Some(same))
            .await?
        {
            Ok(Stored {
                value,
                rev: rev + 1,
            })
        } else {
            Err(Error::Changed { what: T::WHAT })
        }
    }

    /// Keeps a document whatever was there.
    pub async fn put_document<T: Document>(&self, value: &T) -> Result<(), Error> {
        let rev = self
            .find_document::<T>(&value.id())
            .await?
            .map_or(0, |stored| stored.rev);
        self.table()
            .put(item(self, value, rev + 1)?, None)
            .await
            .map(drop)
    }

    /// Edits a document as it is now, again when somebody else was quicker. The edit may refuse.
    pub async fn edit_document<T: Document, E: From<Error>>(
        &self,
        id: &str,
        mut edit: impl FnMut(&mut T) -> Result<(), E> + Send,
    ) -> Result<Stored<T>, E> {
        let mut tries = 0;
        loop {
            let Stored { mut value, rev } = self.document::<T>(id).await?;
            edit(&mut value)?;
            match self.replace_document(value, rev).await {
                Err(Error::Changed { .. }) if tries < MOST_TRIES => {
                    tries += 1;
                    self.pause(Duration::from_millis(5 << tries.min(6))).await;
                }
                done => return Ok(done?),
            }
        }
    }

    /// Edits a document as [`Tenant::edit_document`] does; where there is none, a new one.
    pub async fn upsert_document<T: Document, E: From<Error>>(
        &self,
        new: impl Fn() -> T + Send,
        mut edit: impl FnMut(&mut T) -> Result<(), E> + Send,
    ) -> Result<Stored<T>, E> {
        let id = new().id();
        let mut tries = 0;
        loop {
            let (mut value, rev) = match self.find_document::<T>(&id).await? {
                Some(stored) => (stored.value, Some(stored.rev)),
                None => (new(), None),
            };
            edit(&mut value)?;
            let done = match rev {
                Some(rev) => self.replace_document(value, rev).await,
                None => self.create_document(value).await,
            };
            match done {
                Err(Error::Changed { .. } | Error::Exists { .. }) if tries < MOST_TRIES => {
                    tries += 1;
                    self.pause(Duration::from_millis(5 << tries.min(6))).await;
                }
                done => return Ok(done?),
            }
        }
    }

    /// Deletes a document, of a revision if one is given.
    pub async fn delete_document<T: Document>(
        &self,
        id: &str,
        rev: Option<u64>,
    ) -> Result<(), Error> {
        let condition = match rev {
            Some(rev) => Expression::new("rev = :rev").with(":rev", n(rev)),
            None => Expression::new("attribute_exists(pk)"),
        };
        if self
            .table()
            .delete(&key::<T>(self, id), Some(condition))
            .await?
        {
            return Ok(());
        }
        match (rev, self.table().get(&key::<T>(self, id)).await?) {
            (Some(_), Some(_)) => Err(Error::Changed { what: T::WHAT }),
            _ => Err(Error::NotFound { what: T::WHAT }),
        }
    }
}
