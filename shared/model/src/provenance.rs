//! Where each field of an entity came from.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The name of a source: `hubspot`, `upload:sales.csv`. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Source(Arc<str>);

impl Source {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Source {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Source {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.0.as_ref().to_owned()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Which source said something, and as of when.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The source.
    pub source: Source,
    /// When the source last changed the record, if it says.
    pub at: Option<Timestamp>,
}

impl Origin {
    /// A source as of a time.
    pub fn new(source: impl Into<Source>, at: Option<Timestamp>) -> Self {
        Self {
            source: source.into(),
            at,
        }
    }
}

/// Where each field of an entity came from.
///
/// An entity of one source has one origin; only after a [`merge`](crate::merge) do single fields
/// have their own. A custom field is named `custom_fields.Region`. What a tenant takes from another
/// field of the source comes from `hubspot:arr`.
///
/// ```
/// use model::{Origin, Provenance};
///
/// let mut provenance = Provenance::new("hubspot", None);
/// provenance.set("amount", Origin::new("stripe", None));
/// assert_eq!(provenance.of("amount").source.as_str(), "stripe");
/// assert_eq!(provenance.of("name").source.as_str(), "hubspot");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    origin: Origin,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Origin>,
}

impl Provenance {
    /// Everything from one source.
    pub fn new(source: impl Into<Source>, at: Option<Timestamp>) -> Self {
        Self {
            origin: Origin::new(source, at),
            fields: BTreeMap::new(),
        }
    }

    /// The origin of every field without one of its own.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The origin of a field that has a value.
    pub fn of(&self, field: &str) -> &Origin {
        self.fields.get(field).unwrap_or(&self.origin)
    }

    /// Says that a field came from elsewhere.
    pub fn set(&mut self, field: impl Into<String>, origin: Origin) {
        let field = field.into();
        if origin == self.origin {
            self.fields.remove(&field);
        } else {
            self.fields.insert(field, origin);
        }
    }
}

impl From<Origin> for Provenance {
    fn from(origin: Origin) -> Self {
        Self {
            origin,
            fields: BTreeMap::new(),
        }
    }
}
