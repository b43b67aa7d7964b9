//! JSON as sources write it.
//!
//! A page has tens of thousands of names and texts, nearly all of them short. [`Value`] keeps what is
//! short in place, and an object in one piece, so most of a page is made and dropped without asking for
//! memory: see ADR 16.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Number;
use std::borrow::Cow;
use std::fmt;

/// A text, of which what is no longer than 24 bytes is kept in place.
pub type Text = compact_str::CompactString;

/// A JSON value.
///
/// ```
/// use connector::Value;
///
/// let deal: Value = r#"{"id": 7, "stage": {"name": "Demo"}, "owners": ["Ada"]}"#.parse()?;
/// assert_eq!(deal.get("id").and_then(Value::as_i64), Some(7));
/// assert_eq!(deal.pointer("/stage/name").and_then(Value::as_str), Some("Demo"));
/// assert_eq!(deal.pointer("/owners/1"), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the variants are JSON's own")]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array(Vec<Value>),
    /// The fields as they came; of two with one name the later counts. There are few of them, and most names differ in
    /// length: looking at one after the other is quicker than keeping an order.
    Object(Vec<(Text, Value)>),
}

impl Value {
    /// A field of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(fields) => {
                let found = fields.iter().rfind(|(known, _)| known == name);
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What a JSON pointer (RFC 6901) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        let mut at = self;
        for step in steps(pointer)? {
            at = match at {
                Self::Array(all) => all.get(place(&step)?)?,
                _ => at.get(&step)?,
            };
        }
        Some(at)
    }

    /// What a JSON pointer leads to, to be changed.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        let mut at = self;
        for step in steps(pointer)? {
            at = match at {
                Self::Object(fields) => {
                    let found = fields.iter_mut().rfind(|(known, _)| *known == *step);
                    found.map(|(_, value)| value)?
                }
                Self::Array(all) => all.get_mut(place(&step)?)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// It, with null in its place.
    #[must_use]
    pub fn take(&mut self) -> Value {
        std::mem::take(self)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text it is.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number it is.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The whole number it is, if it is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// The list it is.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        match self {
            Self::Array(all) => Some(all),
            _ => None,
        }
    }

    /// The fields of the object it is, as they came; none where it is no object.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        let fields = match self {
            Self::Object(fields) => fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// The steps of a JSON pointer; nothing where it is none.
fn steps(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1).map(|step| {
        if step.contains('~') {
            step.replace("~1", "/").replace("~0", "~").into()
        } else {
            Cow::Borrowed(step)
        }
    }))
}

/// A place in a list; `01` and `+1` are none.
fn place(step: &str) -> Option<usize> {
    let is_plain = step == "0" || !step.starts_with(['0', '+']);
    step.parse().ok().filter(|_| is_plain)
}

/// As JSON, without spaces.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        out.write_str(&text)
    }
}

impl std::str::FromStr for Value {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(flag),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => Self::String(text.into()),
            serde_json::Value::Array(all) => Self::Array(all.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(fields) => {
                let field = |(name, value): (String, _)| (name.into(), Self::from(value));
                Self::Object(fields.into_iter().map(field).collect())
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(flag) => to.serialize_bool(*flag),
            Self::Number(number) => number.serialize(to),
            Self::String(text) => to.serialize_str(text),
            Self::Array(all) => to.collect_seq(all),
            Self::Object(_) => to.collect_map(self.fields()),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = from.next_element()? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = from.next_entry()? {
            fields.push(field);
        }
        Ok(Value::Object(fields))
    }
}
