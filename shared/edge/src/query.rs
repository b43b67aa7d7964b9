//! Query strings, read strictly: an unknown parameter, a repeated one and an unreadable one are
//! each told by name.

use crate::{Code, FieldError, Problem};
use ::http::Uri;
use ::http::request::Parts;
use axum::extract::FromRequestParts;
use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer,
};
use serde::de::{MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The parameters of a query, as a struct.
///
/// Numbers, booleans and enums are read from their text, lists from one text with commas:
/// `?fields=id,name`. A parameter that the struct does not have is refused without a word from the
/// struct. `#[serde(flatten)]` does not work here; read [`Pairs`] instead.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

/// The parameters of a query as they stand, none of them twice. For queries whose names are open,
/// such as `filter[close_date][lte]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads the query of an address.
    pub fn of(uri: &Uri) -> Result<Self, Problem> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        let axum::extract::Query(pairs) = pairs
            .map_err(|error| Problem::new(Code::InvalidParameter).field("?", "malformed", error))?;
        let mut seen = BTreeSet::new();
        let twice = pairs.iter().find(|(name, _)| !seen.insert(name.as_str()));
        match twice {
            Some((name, _)) => Err(parameter(name, "duplicate", "is given more than once")),
            None => Ok(Self(pairs)),
        }
    }

    /// Names and values, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The pairs whose name begins so, and the others.
    pub fn split(self, belongs: impl Fn(&str) -> bool) -> (Self, Self) {
        let (these, others) = self.0.into_iter().partition(|(name, _)| belongs(name));
        (Self(these), Self(others))
    }

    /// The pairs as a struct, with the strictness of [`Query`].
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        let unknown = &mut Vec::new();
        let fields = Fields {
            pairs: self.0.into_iter(),
            current: None,
            unknown,
        };
        let read = T::deserialize(Whole(fields));
        let value = read.map_err(|error| {
            let name = error.name.as_deref().unwrap_or_else(|| error.quoted());
            parameter(name, error.code(), &error.message)
        });
        if unknown.is_empty() {
            return value;
        }
        let unknown = unknown.drain(..).map(|name| FieldError {
            pointer: format!("?{name}"),
            code: "unknown_parameter".to_owned(),
            message: "is not known here".to_owned(),
        });
        Err(Problem::new(Code::InvalidParameter).fields(unknown))
    }
}

fn parameter(name: &str, code: &str, message: &str) -> Problem {
    Problem::new(Code::InvalidParameter).field(format!("?{name}"), code, message)
}

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Pairs::of(&parts.uri)?.read().map(Self)
    }
}

/// Why a parameter cannot be read.
#[derive(Debug)]
struct Unreadable {
    name: Option<String>,
    message: String,
}

impl Unreadable {
    fn code(&self) -> &'static str {
        match () {
            () if self.message.starts_with("missing field") => "missing_parameter",
            () if self.message.starts_with("unknown field") => "unknown_parameter",
            () => "invalid_value",
        }
    }

    /// The name serde quotes.
    fn quoted(&self) -> &str {
        self.message.split('`').nth(1).unwrap_or_default()
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            name: None,
            message: message.to_string(),
        }
    }
}

struct Whole<'a>(Fields<'a>);

struct Fields<'a> {
    pairs: std::vec::IntoIter<(String, String)>,
    current: Option<(String, String)>,
    unknown: &'a mut Vec<String>,
}

impl<'de> Deserializer<'de> for Whole<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_map(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.0.unknown.extend(self.0.pairs.map(|(name, _)| name));
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        self.current = self.pairs.next();
        let Some((name, _)) = &self.current else {
            return Ok(None);
        };
        let key: StringDeserializer<Unreadable> = name.clone().into_deserializer();
        seed.deserialize(key)
            .map(Some)
            .map_err(|error| error.of(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unreadable> {
        let (name, text) = self.current.take().unwrap_or_default();
        let mut ignored = false;
        let value = seed.deserialize(Value {
            text,
            ignored: Some(&mut ignored),
        });
        if ignored {
            self.unknown.push(name.clone());
        }
        value.map_err(|error| error.of(&name))
    }
}

impl Unreadable {
    fn of(self, name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..self
        }
    }
}

/// The text of one parameter, or of one element of a list.
struct Value<'a> {
    text: String,
    ignored: Option<&'a mut bool>,
}

impl Value<'_> {
    fn parse<T: FromStr>(&self, expected: &str) -> Result<T, Unreadable> {
        let error = || Unreadable {
            name: None,
            message: format!(
                "{:?} is not {expected}",
                self.text.chars().take(60).collect::<String>()
            ),
        };
        self.text.parse().map_err(|_| error())
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.parse($expected)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Unreadable;

    parsed! {
        deserialize_bool visit_bool "true or false";
        deserialize_i8 visit_i8 "a whole number from -128 to 127";
        deserialize_i16 visit_i16 "a whole number from -32768 to 32767";
        deserialize_i32 visit_i32 "a whole number";
        deserialize_i64 visit_i64 "a whole number";
        deserialize_u8 visit_u8 "a whole number from 0 to 255";
        deserialize_u16 visit_u16 "a whole number from 0 to 65535";
        deserialize_u32 visit_u32 "a whole number from 0 on";
        deserialize_u64 visit_u64 "a whole number from 0 on";
        deserialize_f32 visit_f32 "a number";
        deserialize_f64 visit_f64 "a number";
        deserialize_char visit_char "one character";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_string(self.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let parts: Vec<String> = match self.text.as_str() {
            "" => Vec::new(),
            text => text.split(',').map(str::to_owned).collect(),
        };
        visitor.visit_seq(List(parts.into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(Variant(self.text))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Some(ignored) = self.ignored {
            *ignored = true;
        }
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
    }
}

struct List(std::vec::IntoIter<String>);

impl<'de> SeqAccess<'de> for List {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        let text = self.0.next();
        text.map(|text| {
            seed.deserialize(Value {
                text,
                ignored: None,
            })
        })
        .transpose()
    }
}

struct Variant(String);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Unreadable> {
        let name: StringDeserializer<Unreadable> = self.0.clone().into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Unreadable> {
        Err(de::Error::custom("expected a single word"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unreadable> {
        Err(de::Error::custom("expected a single word"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unreadable> {
        Err(de::Error::custom("expected a single word"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use model::DealId;
    use serde::Deserialize;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Params {
        limit: Option<u8>,
        open: bool,
        share: f64,
        fields: Vec<String>,
        by: Option<By>,
        deals: Vec<DealId>,
        #[serde(rename = "filter[stage]")]
        stage: Option<String>,
    }

    #[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum By {
        Week,
        CloseDate,
    }

    #[derive(Debug, Deserialize)]
    struct Needs {
        #[expect(dead_code, reason = "only read")]
        to: u32,
    }

    fn read<T: DeserializeOwned>(query: &str) -> Result<T, Vec<(String, String)>> {
        let uri: Uri = format!("/deals?{query}").parse().unwrap();
        Pairs::of(&uri).and_then(Pairs::read).map_err(|problem| {
            assert_eq!(problem.code, Code::InvalidParameter);
            problem
                .errors
                .iter()
                .map(|error| (error.pointer.clone(), error.code.clone()))
                .collect()
        })
    }

    #[test]
    fn parameters_are_read_from_their_text() {
        let check =
            |query: &str, expected: Params| assert_eq!(read::<Params>(query).unwrap(), expected);
        check("", Params::default());
        check(
            "limit=200&open=true",
            Params {
                limit: Some(200),
                open: true,
                ..Params::default()
            },
        );
        check(
            "share=0.5&by=close_date",
            Params {
                share: 0.5,
                by: Some(By::CloseDate),
                ..Params::default()
            },
        );
        check(
            "by=week",
            Params {
                by: Some(By::Week),
                ..Params::default()
            },
        );
        let fields = vec!["id".to_owned(), "name".to_owned()];
        check(
            "fields=id,name",
            Params {
                fields,
                ..Params::default()
            },
        );
        check("fields=", Params::default());
        let stage = Some("a b&c".to_owned());
        check(
            "filter%5Bstage%5D=a+b%26c",
            Params {
                stage,
                ..Params::default()
            },
        );
        let id = DealId::from_bytes([1; 16]);
        check(
            &format!("deals={id},{id}"),
            Params {
                deals: vec![id, id],
                ..Params::default()
            },
        );
    }

    #[test]
    fn what_is_not_read_is_told_by_name() {
        let check = |query: &str, expected: &[(&str, &str)]| {
            let errors = read::<Params>(query).unwrap_err();
            let errors: Vec<_> = errors
                .iter()
                .map(|(p, c)| (p.as_str(), c.as_str()))
                .collect();
            assert_eq!(errors, expected, "{query}");
        };
        check("limit=300", &[("?limit", "invalid_value")]);
        check("limit=", &[("?limit", "invalid_value")]);
        check("limit=-1", &[("?limit", "invalid_value")]);
        check("open=yes", &[("?open", "invalid_value")]);
        check("by=month", &[("?by", "invalid_value")]);
        check("deals=deal_x", &[("?deals", "invalid_value")]);
        check("open=true&open=true", &[("?open", "duplicate")]);
        check("limt=3", &[("?limt", "unknown_parameter")]);
        check(
            "a=1&limit=3&b=2",
            &[("?a", "unknown_parameter"), ("?b", "unknown_parameter")],
        );
    }

    #[test]
    fn a_missing_parameter_is_told_by_name() {
        let errors = read::<Needs>("").unwrap_err();
        assert_eq!(errors, [("?to".to_owned(), "missing_parameter".to_owned())]);
    }

    #[test]
    fn a_route_without_parameters_takes_none() {
        assert_eq!(read::<()>(""), Ok(()));
        assert_eq!(read::<()>("a=1").unwrap_err()[0].0, "?a");
    }

    #[test]
    fn open_names_are_split_off() {
        let uri: Uri = "/deals?limit=3&filter[a]=1&filter[b][lte]=2"
            .parse()
            .unwrap();
        let (filters, rest) = Pairs::of(&uri)
            .unwrap()
            .split(|name| name.starts_with("filter["));
        let filters: Vec<_> = filters.iter().collect();
        assert_eq!(filters, [("filter[a]", "1"), ("filter[b][lte]", "2")]);
        assert_eq!(rest.read::<Params>().unwrap().limit, Some(3));
    }
}
