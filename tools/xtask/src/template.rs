//! `CloudFormation`'s YAML, read as what it means: short tags are their long forms, `Fn::ForEach` is written out and
//! `Globals` are where they apply.
//!
//! ```
//! use xtask::template::{Template, text};
//!
//! let template = Template::parse("a.yaml", "Resources: { Q: { Type: T, Properties: { Name: !Sub '${Prefix}-q' } } }")?;
//! let (id, queue) = template.of_type("T").next().unwrap();
//! assert_eq!((id, text(&queue["Properties"]["Name"]).as_str()), ("Q", "${Prefix}-q"));
//! # Ok::<(), xtask::template::Error>(())
//! ```

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use yaml_rust2::parser::{MarkedEventReceiver, Parser, Tag};
use yaml_rust2::scanner::{Marker, TScalarStyle};
use yaml_rust2::{Event, ScanError};

/// The template that brings the others together.
pub const ROOT: &str = "template.yaml";

/// Why a template cannot be read.
#[derive(Debug)]
pub enum Error {
    /// It is no YAML.
    Yaml(String, ScanError),
    /// It is YAML of a form that no template has.
    Form(String, &'static str),
    /// It is not there.
    File(String, std::io::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Yaml(name, error) => write!(f, "{name} is no YAML: {error}"),
            Self::Form(name, what) => write!(f, "{name} is no template: {what}"),
            Self::File(name, error) => write!(f, "cannot read {name}: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// One template.
#[derive(Clone, Debug)]
pub struct Template {
    /// The name of its file.
    pub name: String,
    /// What it says.
    pub value: Value,
}

impl Template {
    /// Reads a template.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let mut reader = Reader::default();
        Parser::new_from_str(text)
            .load(&mut reader, false)
            .map_err(|error| Error::Yaml(name.to_owned(), error))?;
        if let Some(what) = reader.odd {
            return Err(Error::Form(name.to_owned(), what));
        }
        let mut value = reader.whole.unwrap_or_default();
        if let Some(resources) = value.get_mut("Resources").and_then(Value::as_object_mut) {
            *resources = written_out(std::mem::take(resources));
        }
        let globals = value["Globals"]["Function"].clone();
        if let Some(resources) = value.get_mut("Resources").and_then(Value::as_object_mut) {
            for resource in resources.values_mut() {
                if resource["Type"] == "AWS::Serverless::Function" {
                    fill(&mut resource["Properties"], &globals);
                }
            }
        }
        Ok(Self {
            name: name.to_owned(),
            value,
        })
    }

    /// The resources of a type, with their logical ids.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.resources()
            .filter(move |(_, resource)| resource["Type"] == kind)
    }

    /// All resources.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.value["Resources"].as_object();
        resources
            .into_iter()
            .flatten()
            .map(|(id, it)| (id.as_str(), it))
    }
}

/// Puts in what is not said otherwise.
fn fill(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                fill(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into @ Value::Null, from) => *into = from.clone(),
        _ => {}
    }
}

/// Resources with every `Fn::ForEach` written out.
fn written_out(resources: Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    for (id, resource) in resources {
        let parts = resource.as_array().map(Vec::as_slice);
        match parts {
            Some([Value::String(variable), Value::Array(values), body])
                if id.starts_with("Fn::ForEach::") =>
            {
                for value in values {
                    if let Value::Object(one) = put_in(body, variable, &text(value)) {
                        all.extend(one);
                    }
                }
            }
            _ => {
                all.insert(id, resource);
            }
        }
    }
    all
}

fn put_in(body: &Value, variable: &str, value: &str) -> Value {
    let place = format!("${{{variable}}}");
    match body {
        Value::String(text) => text.replace(&place, value).into(),
        Value::Array(items) => items
            .iter()
            .map(|it| put_in(it, variable, value))
            .collect::<Vec<_>>()
            .into(),
        Value::Object(fields) if fields.get("Ref").is_some_and(|it| it == variable) => value.into(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, it)| (key.replace(&place, value), put_in(it, variable, value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// A value as text, with what `CloudFormation` would put in as `${Name}` or `${Resource.Attribute}`.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(bool) => bool.to_string(),
        Value::Object(fields) => match fields.iter().next() {
            Some((key, Value::String(name))) if key == "Ref" => format!("${{{name}}}"),
            Some((key, Value::Array(path))) if key == "Fn::GetAtt" => {
                let path: Vec<String> = path.iter().map(text).collect();
                format!("${{{}}}", path.join("."))
            }
            Some((key, Value::String(said))) if key == "Fn::Sub" => said.clone(),
            _ => String::new(),
        },
        Value::Null | Value::Array(_) => String::new(),
    }
}

/// One value or a list of them, as texts.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

/// All templates of a folder, by the names of their files.
#[derive(Clone, Debug, Default)]
pub struct Templates(pub BTreeMap<String, Template>);

impl Templates {
    /// Reads the templates of a folder.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let at = |error| Error::File(folder.display().to_string(), error);
        let mut all = Self::default();
        for entry in std::fs::read_dir(folder).map_err(at)? {
            let path = entry.map_err(at)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.extension().is_some_and(|end| end == "yaml") {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| Error::File(name.clone().into_owned(), error))?;
                all.put(&name, &text)?;
            }
        }
        Ok(all)
    }

    /// Puts a template in, in place of one of that name.
    pub fn put(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.0.insert(name.to_owned(), Template::parse(name, text)?);
        Ok(())
    }

    /// The resources of a type, with the file they stand in and their logical ids.
    pub fn of_type<'a>(
        &'a self,
        kind: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
        self.0.values().flat_map(move |template| {
            template
                .of_type(kind)
                .map(|(id, resource)| (template.name.as_str(), id, resource))
        })
    }

    /// Where a value leads: through the parameters of the parts and the outputs of others, to a resource or to a value
    /// that is plain.
    pub fn follow(&self, file: &str, value: &Value) -> Target {
        self.follow_to(file, value, 8)
    }

    fn follow_to(&self, file: &str, value: &Value, most: u8) -> Target {
        let Some(template) = self.0.get(file).filter(|_| most > 0) else {
            return Target::Nothing;
        };
        let is_resource = |id: &str| template.value["Resources"].get(id).is_some();
        if let Some(choices) = value["Fn::If"].as_array() {
            // What holds where nothing special was asked for.
            return choices
                .last()
                .map_or(Target::Nothing, |it| self.follow_to(file, it, most - 1));
        }
        if let Some(name) = value["Ref"].as_str() {
            if is_resource(name) {
                return Target::Resource(file.to_owned(), name.to_owned());
            }
            return match self.given(file, name) {
                Some((from, value)) => self.follow_to(&from, &value, most - 1),
                None => Target::Nothing,
            };
        }
        if let Some(path) = value["Fn::GetAtt"].as_array() {
            let path: Vec<String> = path.iter().map(text).collect();
            return match path.as_slice() {
                [part, output] if output.starts_with("Outputs.") => {
                    let output = output.trim_start_matches("Outputs.");
                    let part = &template.value["Resources"][part.as_str()]["Properties"];
                    let part = text(&part["TemplateURL"]);
                    let value = self
                        .0
                        .get(&part)
                        .map(|it| it.value["Outputs"][output]["Value"].clone());
                    self.follow_to(&part, &value.unwrap_or_default(), most - 1)
                }
                [id, _] if is_resource(id) => Target::Resource(file.to_owned(), id.clone()),
                _ => Target::Nothing,
            };
        }
        match value {
            Value::Null | Value::Array(_) => Target::Nothing,
            Value::Object(fields) if !fields.contains_key("Fn::Sub") => Target::Nothing,
            plain => Target::Plain(text(plain)),
        }
    }

    /// What a parameter of a file is: what the root gives it, or its default in the root.
    fn given(&self, file: &str, parameter: &str) -> Option<(String, Value)> {
        let root = self.0.get(ROOT)?;
        if file == ROOT {
            let default = &root.value["Parameters"][parameter]["Default"];
            return Some((ROOT.to_owned(), default.clone()));
        }
        let (_, part) = root
            .of_type("AWS::CloudFormation::Stack")
            .find(|(_, part)| part["Properties"]["TemplateURL"] == file)?;
        let given = &part["Properties"]["Parameters"][parameter];
        Some((ROOT.to_owned(), given.clone()))
    }

    /// A number, wherever it is said.
    pub fn number(&self, file: &str, value: &Value) -> Option<f64> {
        if let Some([map, key, field]) = value["Fn::FindInMap"].as_array().map(Vec::as_slice) {
            let maps = &self.0.get(file)?.value["Mappings"];
            return maps[text(map)][text(key)][text(field)].as_f64();
        }
        match self.follow(file, value) {
            Target::Plain(text) => text.parse().ok(),
            Target::Resource(..) | Target::Nothing => None,
        }
    }

    /// What a function may do, by the name of its folder: the statements of its role's policies.
    pub fn policy_of(&self, function: &str) -> Vec<Statement> {
        self.of_type("AWS::IAM::Role")
            .filter_map(|(_, _, role)| role["Properties"]["Policies"].as_array())
            .flatten()
            .filter(|policy| policy["PolicyName"] == function)
            .filter_map(|policy| policy["PolicyDocument"]["Statement"].as_array())
            .flatten()
            .map(Statement::of)
            .collect()
    }
}

/// Where a value leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To a resource: its file and logical id.
    Resource(String, String),
    /// It is plain, but for what `CloudFormation` puts in.
    Plain(String),
    /// Nowhere: nobody gives it, or a person does.
    Nothing,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is called.
    pub sid: String,
    /// Whether it allows; else it denies.
    pub allows: bool,
    /// Actions: `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// What on, as [`text`] writes it: `arn:${AWS::Partition}:s3:::${Bucket}/tenant_*/runs/*`, `${SyncArn}`.
    pub resources: Vec<String>,
    /// Under which conditions, all of them.
    pub conditions: Vec<Condition>,
}

/// A condition of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// How it compares: `ForAllValues:StringLike`.
    pub operator: String,
    /// What: `dynamodb:LeadingKeys`.
    pub key: String,
    /// With what: any of these.
    pub values: Vec<String>,
}

impl Statement {
    /// Reads a statement.
    pub fn of(value: &Value) -> Self {
        let conditions = value["Condition"].as_object().into_iter().flatten();
        Self {
            sid: text(&value["Sid"]),
            allows: value["Effect"] == "Allow",
            actions: texts(&value["Action"]),
            resources: texts(&value["Resource"]),
            conditions: conditions
                .flat_map(|(operator, of)| {
                    let keys = of.as_object().into_iter().flatten();
                    keys.map(|(key, values)| Condition {
                        operator: operator.clone(),
                        key: key.clone(),
                        values: texts(values),
                    })
                })
                .collect(),
        }
    }

    /// The values under which a key is compared, with the operator.
    pub fn condition(&self, key: &str, operator: &str) -> Option<&[String]> {
        self.conditions
            .iter()
            .find(|it| it.key == key && it.operator == operator)
            .map(|it| it.values.as_slice())
    }
}

/// Makes values of what the parser tells.
#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    whole: Option<Value>,
    odd: Option<&'static str>,
}

enum Open {
    List(Vec<Value>, Option<Tag>),
    Map(Map<String, Value>, Option<String>, Option<Tag>),
}

impl Reader {
    fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.whole = Some(value),
            Some(Open::List(items, _)) => items.push(value),
            Some(Open::Map(fields, key, _)) => match key.take() {
                None => *key = Some(text(&value)),
                Some(name) => {
                    if fields.insert(name, value).is_some() {
                        self.odd = Some("a key stands twice in one mapping");
                    }
                }
            },
        }
    }
}

impl MarkedEventReceiver for Reader {
    fn on_event(&mut self, event: Event, _: Marker) {
        match event {
            Event::Scalar(said, style, _, tag) => {
                let value = match (&tag, style) {
                    (None, TScalarStyle::Plain) => plain(&said),
                    _ => Value::String(said),
                };
                self.put(tagged(tag, value));
            }
            Event::SequenceStart(_, tag) => self.open.push(Open::List(Vec::new(), tag)),
            Event::MappingStart(_, tag) => self.open.push(Open::Map(Map::new(), None, tag)),
            Event::SequenceEnd | Event::MappingEnd => {
                let value = match self.open.pop() {
                    Some(Open::List(items, tag)) => tagged(tag, items.into()),
                    Some(Open::Map(fields, _, tag)) => tagged(tag, fields.into()),
                    None => return,
                };
                self.put(value);
            }
            Event::Alias(_) => self.odd = Some("it has an alias, which CloudFormation takes ill"),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart
            | Event::DocumentEnd => {}
        }
    }
}

fn plain(said: &str) -> Value {
    match said {
        "true" => true.into(),
        "false" => false.into(),
        "null" | "~" | "" => Value::Null,
        _ => {
            let number = said.parse::<i64>().map(Value::from);
            let number = number.or_else(|_| said.parse::<f64>().map(Value::from));
            // What JSON has no number for, such as `inf`, is a text.
            number
                .ok()
                .filter(Value::is_number)
                .unwrap_or_else(|| said.into())
        }
    }
}

/// `!Sub x` is `Fn::Sub: x`.
fn tagged(tag: Option<Tag>, value: Value) -> Value {
    let Some(tag) = tag.filter(|tag| tag.handle == "!") else {
        return value;
    };
    let (name, value) = match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => (name.to_owned(), value),
        "GetAtt" => {
            let path = match &value {
                Value::String(path) => match path.split_once('.') {
                    Some((id, attribute)) => serde_json::json!([id, attribute]),
                    None => value,
                },
                _ => value,
            };
            ("Fn::GetAtt".to_owned(), path)
        }
        name => (format!("Fn::{name}"), value),
    };
    let mut fields = Map::new();
    fields.insert(name, value);
    fields.into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_are_their_long_forms() {
        let check = |yaml: &str, expected: Value| {
            let template = Template::parse("t.yaml", &format!("A: {yaml}")).unwrap();
            assert_eq!(template.value["A"], expected, "{yaml}");
        };
        check("!Ref X", json!({"Ref": "X"}));
        check("!Sub '${X}-1'", json!({"Fn::Sub": "${X}-1"}));
        check("!GetAtt Q.Arn", json!({"Fn::GetAtt": ["Q", "Arn"]}));
        check(
            "!GetAtt A.Outputs.B",
            json!({"Fn::GetAtt": ["A", "Outputs.B"]}),
        );
        check(
            "!If [C, !Ref X, 7]",
            json!({"Fn::If": ["C", {"Ref": "X"}, 7]}),
        );
        check(
            "!Not [!Equals [!Ref X, '']]",
            json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "X"}, ""]}]}),
        );
        check("'7'", json!("7"));
        check("0.5", json!(0.5));
        check("2012-10-17", json!("2012-10-17"));
        check("!Ref 7", json!({"Ref": "7"}));
    }

    #[test]
    fn what_stands_once_for_many_is_written_out() {
        let yaml = "
Globals: { Function: { Runtime: r, Environment: { Variables: { A: a, B: b } } } }
Resources:
  Fn::ForEach::Xs:
    - X
    - [one, two]
    - Q${X}: { Type: Q, Name: !Sub '${P}-${X}', Of: !Ref X, Other: !Ref P }
  F: { Type: AWS::Serverless::Function, Properties: { Environment: { Variables: { B: own } } } }
";
        let template = Template::parse("t.yaml", yaml).unwrap();
        let ids: Vec<_> = template.of_type("Q").map(|(id, _)| id).collect();
        assert_eq!(ids, ["Qone", "Qtwo"]);
        let two = &template.value["Resources"]["Qtwo"];
        assert_eq!(two["Name"], json!({"Fn::Sub": "${P}-two"}));
        assert_eq!(
            (&two["Of"], &two["Other"]),
            (&json!("two"), &json!({"Ref": "P"}))
        );
        let function = &template.value["Resources"]["F"]["Properties"];
        assert_eq!(function["Runtime"], "r");
        assert_eq!(
            function["Environment"]["Variables"],
            json!({"A": "a", "B": "own"})
        );
    }

    #[test]
    fn what_is_no_template_is_named() {
        let check = |yaml: &str, expected: &str| {
            let error = Template::parse("t.yaml", yaml).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        check("A: [", "t.yaml is no YAML: ");
        check("A: 1\nA: 2", "t.yaml is no");
        check("A: &x 1\nB: *x", "t.yaml is no template: it has an alias");
    }

    #[test]
    fn a_value_is_followed_through_the_parts() {
        let mut all = Templates::default();
        let root = "
Parameters: { N: { Type: Number, Default: 5 }, T: { Type: String, Default: '' } }
Resources:
  Q: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: q.yaml } }
  F:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: f.yaml
      Parameters: { Url: !GetAtt Q.Outputs.Url, N: !Ref N, If: !If [HasT, !Ref T, !GetAtt Q.Outputs.Url] }
";
        all.put(ROOT, root).unwrap();
        all.put(
            "q.yaml",
            "Resources: { One: { Type: Q } }\nOutputs: { Url: { Value: !Ref One } }",
        )
        .unwrap();
        all.put(
            "f.yaml",
            "Mappings: { M: { a: { S: 3 } } }\nResources: { X: { Type: F } }",
        )
        .unwrap();
        let one = Target::Resource("q.yaml".to_owned(), "One".to_owned());
        let check = |value: Value, expected: &Target| {
            assert_eq!(&all.follow("f.yaml", &value), expected, "{value}");
        };
        check(json!({"Ref": "Url"}), &one);
        check(json!({"Ref": "If"}), &one);
        check(json!({"Ref": "Other"}), &Target::Nothing);
        check(json!("x"), &Target::Plain("x".to_owned()));
        assert_eq!(all.number("f.yaml", &json!({"Ref": "N"})), Some(5.0));
        let found = json!({"Fn::FindInMap": ["M", "a", "S"]});
        assert_eq!(all.number("f.yaml", &found), Some(3.0));
    }
}
