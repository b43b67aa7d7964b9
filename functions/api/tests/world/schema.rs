//! Answers held against the document of the API, more strictly than JSON Schema does: what the
//! document does not name must not be there.

use super::Answer;
use api::App;
use serde_json::{Map, Value};

pub(super) struct Document(Value);

type Wrong = Result<(), String>;

impl Document {
    pub(super) fn of(app: &App) -> Self {
        let json = api::document(app).to_json().unwrap();
        Self(serde_json::from_str(&json).unwrap())
    }

    /// Whether an answer is one the document knows.
    pub(super) fn check(&self, method: &str, path: &str, answer: &Answer) -> Wrong {
        let paths = self.0["paths"].as_object().unwrap();
        let same = |template: &str| {
            let (a, b) = (template.split('/'), path.split('/'));
            a.clone().count() == b.clone().count()
                && a.zip(b).all(|(a, b)| a == b || a.starts_with('{'))
        };
        // A word outweighs a parameter: /v1/deals/facets is no deal.
        let found = paths
            .iter()
            .filter(|(template, _)| same(template))
            .min_by_key(|(it, _)| it.matches('{').count());
        let Some((template, item)) = found else {
            return if answer.status == 404 {
                Ok(())
            } else {
                Err("no such path".to_owned())
            };
        };
        let operation = &item[method.to_lowercase()];
        if operation.is_null() {
            return if answer.status == 405 {
                Ok(())
            } else {
                Err(format!("{template} has no {method}"))
            };
        }
        let response = &operation["responses"][answer.status.to_string()];
        if response.is_null() {
            return Err(format!("{template} has no status {}", answer.status));
        }
        let kind = answer
            .header("content-type")
            .split(';')
            .next()
            .unwrap_or_default();
        match response["content"].as_object() {
            None if answer.bytes.is_empty() => Ok(()),
            None => Err("a body that is not in the document".to_owned()),
            Some(content) => {
                let Some(media) = content.get(kind) else {
                    return Err(format!("no content {kind:?}"));
                };
                self.fits(&media["schema"], &answer.body, "")
            }
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => {
                let found = self.0.pointer(name.trim_start_matches('#'));
                self.resolve(found.unwrap_or_else(|| panic!("{name} is not in the document")))
            }
            None => schema,
        }
    }

    fn fits(&self, schema: &Value, value: &Value, at: &str) -> Wrong {
        let schema = self.resolve(schema);
        if let Some(all) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            let (mut properties, mut required) = (Map::new(), Vec::new());
            for part in all.iter().map(|part| self.resolve(part)) {
                properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
                required.extend(part["required"].as_array().cloned().unwrap_or_default());
            }
            whole.insert("type".into(), "object".into());
            whole.insert("properties".into(), properties.into());
            whole.insert("required".into(), required.into());
            return self.fits(&whole.into(), value, at);
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(some) = schema[word].as_array() {
                let wrong: Vec<String> = some
                    .iter()
                    .filter_map(|schema| self.fits(schema, value, at).err())
                    .collect();
                return if wrong.len() < some.len() {
                    Ok(())
                } else {
                    Err(wrong.join(" | "))
                };
            }
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return Ok(()),
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(it) if it.is_i64() || it.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let whole = kind == "integer" && kinds.contains(&"number");
        if !whole && !kinds.contains(&kind) {
            return Err(format!("{at} is {kind}, not {kinds:?}"));
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return Err(format!("{at} is {value}, none of {words:?}"));
        }
        match value {
            Value::Array(values) => values
                .iter()
                .enumerate()
                .try_for_each(|(n, it)| self.fits(&schema["items"], it, &format!("{at}/{n}"))),
            Value::Object(fields) => self.object_fits(schema, fields, at),
            _ => Ok(()),
        }
    }

    fn object_fits(&self, schema: &Value, fields: &Map<String, Value>, at: &str) -> Wrong {
        let missing = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        if let Some(name) = missing.into_iter().find(|name| !fields.contains_key(*name)) {
            return Err(format!("{at}/{name} is missing"));
        }
        let (properties, others) = (&schema["properties"], &schema["additionalProperties"]);
        if properties.is_null() && others.is_null() {
            return Ok(());
        }
        for (name, value) in fields {
            let place = format!("{at}/{name}");
            match (&properties[name], others) {
                (Value::Null, Value::Null | Value::Bool(false)) => {
                    return Err(format!("{place} is not in the document"));
                }
                (Value::Null, others) => self.fits(others, value, &place)?,
                (schema, _) => self.fits(schema, value, &place)?,
            }
        }
        Ok(())
    }
}
