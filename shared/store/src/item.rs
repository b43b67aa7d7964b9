//! Rows as attributes.

use crate::error::Error;
use crate::keys::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// The most a row may hold; DynamoDB's own limit is 400 KB with names and keys.
pub(crate) const MOST_BYTES: usize = 380_000;

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Item(pub(crate) HashMap<String, AttributeValue>);

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number as DynamoDB writes it.
pub(crate) struct Number(String);

macro_rules! numbers {
    ($($of:ty)+) => {$(
        impl From<$of> for Number {
            fn from(number: $of) -> Self {
                Self(number.to_string())
            }
        }
    )+};
}

numbers!(i32 u32 i64 u64);

pub(crate) fn n(number: impl Into<Number>) -> AttributeValue {
    AttributeValue::N(number.into().0)
}

impl Item {
    pub(crate) fn at(key: &Key) -> Self {
        Self::default()
            .with("pk", s(&key.pk))
            .with("sk", s(&key.sk))
    }

    pub(crate) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// The row with a body, kept as JSON in `j`.
    pub(crate) fn with_body(self, what: &str, body: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_string(body).map_err(|e| Error::corrupt(what, e))?;
        self.with_json(what, json)
    }

    pub(crate) fn with_json(self, what: &str, json: String) -> Result<Self, Error> {
        if json.len() > MOST_BYTES {
            return Err(Error::TooLarge {
                what: what.to_owned(),
                bytes: json.len(),
                most: MOST_BYTES,
            });
        }
        Ok(self.with("j", s(json)))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(AttributeValue::Bool(true)))
    }

    pub(crate) fn body<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, Error> {
        let json = self.text("j").unwrap_or("null");
        serde_json::from_str(json).map_err(|e| Error::corrupt(what, e))
    }

    pub(crate) fn key(&self) -> Key {
        Key {
            pk: self.text("pk").unwrap_or_default().to_owned(),
            sk: self.text("sk").unwrap_or_default().to_owned(),
        }
    }
}
