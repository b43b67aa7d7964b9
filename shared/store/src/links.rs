//! Which ids stand for which: records that a source has merged, and things that two sources know.

use crate::documents::Document;
use crate::error::Error;
use crate::tenant::Tenant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of a tenant's links.
///
/// A row has an end and the merges of years do not, so links lie in up to 32 parts, by the last
/// digit of the id they lead from. Ids are digests, so the parts grow alike: together they hold
/// some 170,000 links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The digit.
    pub part: String,
    /// From an id, as text, to the one it stands for.
    pub to: BTreeMap<String, String>,
}

impl Document for Links {
    const PARTITION: &'static str = "XL";
    const WHAT: &'static str = "link between ids";
    fn id(&self) -> String {
        self.part.clone()
    }
}

fn part(id: &str) -> String {
    id.chars().next_back().map(String::from).unwrap_or_default()
}

/// The id that an id stands for in the end; itself where it stands for no other. Links that lead in
/// a ring are followed once around at most.
pub fn stands_for<'a>(links: &'a BTreeMap<String, String>, id: &'a str) -> &'a str {
    let mut at = id;
    for _ in 0..links.len() {
        match links.get(at) {
            Some(next) if next != id => at = next,
            _ => break,
        }
    }
    at
}

impl Tenant {
    /// All links.
    pub async fn links(&self) -> Result<BTreeMap<String, String>, Error> {
        let parts = self.documents::<Links>().await?;
        Ok(parts
            .into_iter()
            .flat_map(|stored| stored.value.to)
            .collect())
    }

    /// Notes links from ids to those they stand for from now on.
    pub async fn note_links(&self, links: &BTreeMap<String, String>) -> Result<(), Error> {
        let changes = links.iter().map(|(id, to)| (id.clone(), Some(to.clone())));
        self.change_links(changes).await
    }

    /// Takes links back: these ids stand for themselves again.
    pub async fn drop_links(&self, ids: &[String]) -> Result<(), Error> {
        self.change_links(ids.iter().map(|id| (id.clone(), None)))
            .await
    }

    async fn change_links(
        &self,
        changes: impl Iterator<Item = (String, Option<String>)>,
    ) -> Result<(), Error> {
        let mut parts: BTreeMap<String, BTreeMap<String, Option<String>>> = BTreeMap::new();
        for (id, to) in changes {
            parts.entry(part(&id)).or_default().insert(id, to);
        }
        for (part, changes) in parts {
            let new = || Links {
                part: part.clone(),
                to: BTreeMap::new(),
            };
            let edit = |links: &mut Links| {
                for (id, to) in &changes {
                    match to {
                        Some(to) => links.to.insert(id.clone(), to.clone()),
                        None => links.to.remove(id),
                    };
                }
                Ok::<(), Error>(())
            };
            self.upsert_document(new, edit).await?;
        }
        Ok(())
    }
}
