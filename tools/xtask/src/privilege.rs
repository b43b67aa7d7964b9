//! Least privilege, by use: what each function was seen to ask of AWS, held against what its role allows.
//!
//! The embedded AWS writes down who asks for what while the tests run (`PIE_CALLS`). `infra/calls.json` is the sum of it.
//! A call that no statement allows would fail in the cloud; an action, a resource or a key that no call needs is one
//! too many. [`differ`] keeps the file true to the tests of today.

use crate::finding::Finding;
use crate::template::{Statement, Templates};
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

/// Where the sum of the calls stands.
pub const FILE: &str = "infra/calls.json";
/// What Lambda itself does in a function's role where no test can see it.
const UNSEEN: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
/// An id, where a call says only that there is one.
const ID: &str = "00000000000000000000000000";
/// What the tests call table and bucket.
const NAME: &str = "pie";

/// A kind of call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `dynamodb:PutItem`
    pub action: String,
    /// `table/pie`, `pie/*/books/*`, `pie-sync`
    pub resource: String,
    /// The leading key, the prefix of a listing, or what a key is used for.
    pub keys: Option<String>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)?;
        match &self.keys {
            Some(keys) => write!(f, " ({keys})"),
            None => Ok(()),
        }
    }
}

/// What each function asks for, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls(pub BTreeMap<String, BTreeSet<Call>>);

/// Function, action, resource, keys.
type Written = BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeSet<String>>>>;

/// A line of a log.
#[derive(Deserialize)]
struct Line {
    caller: String,
    action: String,
    resource: String,
    keys: Option<String>,
}

impl Calls {
    /// Reads the file.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let written: Written = serde_json::from_str(text).context("the calls cannot be read")?;
        let mut calls = Self::default();
        for (function, actions) in written {
            let of = calls.0.entry(function).or_default();
            for (action, resources) in actions {
                for (resource, keys) in resources {
                    let call = |keys| Call {
                        action: action.clone(),
                        resource: resource.clone(),
                        keys,
                    };
                    if keys.is_empty() {
                        of.insert(call(None));
                    }
                    of.extend(keys.into_iter().map(|keys| call(Some(keys))));
                }
            }
        }
        Ok(calls)
    }

    /// Reads the logs of a folder. None at all is an error: a check of nothing would pass.
    pub fn of_logs(folder: &Path) -> anyhow::Result<Self> {
        let files = std::fs::read_dir(folder).with_context(|| {
            format!(
                "there is no log of calls in {}: run the tests with PIE_CALLS",
                folder.display()
            )
        })?;
        let mut calls = Self::default();
        for file in files {
            let path = file?.path();
            let text = std::fs::read_to_string(&path)?;
            for line in text.lines() {
                let line: Line = serde_json::from_str(line)
                    .with_context(|| format!("{} has a line that is no call", path.display()))?;
                // Programs of other people may ask, too; ours say so.
                if let Some(function) = line.caller.strip_prefix("pie-") {
                    let of = calls.0.entry(function.to_owned()).or_default();
                    of.insert(Call {
                        action: line.action,
                        resource: line.resource,
                        keys: line.keys,
                    });
                }
            }
        }
        ensure!(
            !calls.0.is_empty(),
            "the logs in {} hold no call of a function: run the tests with PIE_CALLS",
            folder.display()
        );
        Ok(calls)
    }

    /// The file's text.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut written = Written::default();
        for (function, calls) in &self.0 {
            for call in calls {
                let resources = written
                    .entry(function.clone())
                    .or_default()
                    .entry(call.action.clone())
                    .or_default();
                let keys = resources.entry(call.resource.clone()).or_default();
                keys.extend(call.keys.clone());
            }
        }
        Ok(serde_json::to_string_pretty(&written)? + "\n")
    }
}

/// Where the file and the logs of a whole run of the tests do not say the same.
pub fn differ(file: &Calls, logs: &Calls) -> Vec<Finding> {
    let mut findings = Vec::new();
    let none = BTreeSet::new();
    let functions: BTreeSet<&String> = file.0.keys().chain(logs.0.keys()).collect();
    for function in functions {
        let of = |calls: &Calls| calls.0.get(function).unwrap_or(&none).clone();
        let (written, seen) = (of(file), of(logs));
        for call in seen.difference(&written) {
            let what = format!("{function} asked for {call}, which is not written down");
            findings.push(Finding::new(
                FILE,
                what,
                "look at what its role allows; `cargo xtask calls write target/calls` writes it down",
            ));
        }
        for call in written.difference(&seen) {
            let what = format!("no test had {function} ask for {call}");
            findings.push(Finding::new(
                FILE,
                what,
                "take out of its role what no call needs; `cargo xtask calls write target/calls` writes it down",
            ));
        }
    }
    findings
}

/// Holds what is allowed against what is asked for, both ways.
pub fn check(templates: &Templates, calls: &Calls) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |what: String, remedy| findings.push(Finding::new(FILE, what, remedy));
    let roles = templates.of_type("AWS::IAM::Role");
    let policies = roles.filter_map(|(_, _, role)| role["Properties"]["Policies"].as_array());
    let named = policies
        .flatten()
        .filter_map(|policy| policy["PolicyName"].as_str().map(str::to_owned));
    let named: BTreeSet<String> = named.collect();
    for function in named.iter().filter(|name| !calls.0.contains_key(*name)) {
        find(
            format!("{function} has a role, and no test saw it ask for anything"),
            "run `make unit`",
        );
    }
    for (function, asked) in &calls.0 {
        let statements = templates.policy_of(function);
        // Of each statement the calls that no other allows.
        let mut own: Vec<Vec<&Call>> = vec![Vec::new(); statements.len()];
        for call in asked {
            let by = |it: &Statement| it.allows && allows(it, call);
            let mut by = own.iter_mut().zip(&statements).filter(|(_, it)| by(it));
            match (by.next(), by.next()) {
                (Some((own, _)), None) => own.push(call),
                (Some(_), Some(_)) => {}
                (None, _) => find(
                    format!("{function} asks for {call}, and no statement of its role allows it"),
                    "allow it, and nothing besides; or take the call out of the code",
                ),
            }
        }
        for (statement, own) in statements.iter().zip(&own) {
            for unused in unused(statement, own) {
                find(
                    format!(
                        "{function} may {unused} by its statement {}, and no call needs it",
                        statement.sid
                    ),
                    "take it out; or write the test that needs it",
                );
            }
        }
    }
    findings
}

/// What of a statement can be taken out and no call is missed, because none needs it or something else allows the same.
/// Given are the calls that no other statement allows.
fn unused(statement: &Statement, own: &[&Call]) -> Vec<String> {
    let is_unseen = |action: &String| UNSEEN.contains(&action.as_str());
    let needed = |less: Statement| own.iter().any(|call| !allows(&less, call));
    let mut unused = Vec::new();
    for (nth, action) in statement.actions.iter().enumerate() {
        let mut less = statement.clone();
        less.actions.remove(nth);
        if !is_unseen(action) && !needed(less) {
            unused.push(action.clone());
        }
    }
    if statement.actions.iter().all(is_unseen) {
        return unused;
    }
    for (nth, resource) in statement.resources.iter().enumerate() {
        let mut less = statement.clone();
        less.resources.remove(nth);
        if !needed(less) {
            unused.push(format!("touch {resource}"));
        }
    }
    for (of, condition) in statement.conditions.iter().enumerate() {
        // Where there is one value, it is as needed as the whole.
        let several = condition.values.len() > 1;
        for (nth, value) in condition.values.iter().enumerate().filter(|_| several) {
            let mut less = statement.clone();
            less.conditions[of].values.remove(nth);
            if !needed(less) {
                unused.push(format!("touch {} {value}", condition.key));
            }
        }
    }
    unused
}

fn allows(statement: &Statement, call: &Call) -> bool {
    statement.actions.contains(&call.action)
        && statement.resources.iter().any(|it| is_of(it, call))
        && statement
            .conditions
            .iter()
            .all(|it| holds(&it.operator, &it.key, &it.values, call))
}

/// Whether a resource of a policy is that of a call.
fn is_of(resource: &str, call: &Call) -> bool {
    let service = call.action.split(':').next().unwrap_or_default();
    // The names of the tests are those of the parameters.
    let named = |parameter: &str| {
        let rest = call.resource.strip_prefix(NAME).unwrap_or(&call.resource);
        format!("${{{parameter}}}{rest}")
    };
    let after = |mark: &str| resource.split_once(mark).map(|(_, rest)| rest);
    match service {
        "dynamodb" => {
            let asked = call
                .resource
                .replacen(&format!("table/{NAME}"), "table/${Table}", 1);
            resource.ends_with(&format!(":{asked}"))
        }
        "s3" => after(":::").is_some_and(|pattern| {
            let asked = named("Bucket").replacen("/*", &format!("/tenant_{ID}"), 1);
            like(pattern, &asked)
        }),
        "sqs" => {
            let queue = call.resource.trim_start_matches("pie-");
            let arn = resource.trim_start_matches("${").trim_end_matches("Arn}");
            arn.eq_ignore_ascii_case(queue)
        }
        "kms" => resource == "${KeyArn}",
        "secretsmanager" => after(":secret:").is_some_and(|pattern| {
            let rest = call.resource.strip_prefix("pie/keys").unwrap_or("?");
            like(pattern, &format!("${{SecretName}}{rest}-AbCdEf"))
        }),
        "ses" => after(":identity/").is_some(),
        _ => false,
    }
}

/// Whether a condition holds for a call. One that is not known here holds for none.
fn holds(operator: &str, key: &str, values: &[String], call: &Call) -> bool {
    let keys = call.keys.as_ref().map(|keys| match key {
        "s3:prefix" => keys.replacen('*', &format!("tenant_{ID}"), 1),
        _ => keys.replace('*', ID),
    });
    let any = |asked: &str| values.iter().any(|pattern| like(pattern, asked));
    match (operator, key) {
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys") => keys.is_none_or(|it| any(&it)),
        ("Null", "dynamodb:LeadingKeys") => keys.is_some(),
        ("StringLikeIfExists", "s3:prefix") => keys.is_none_or(|it| any(&it)),
        ("StringLike", "s3:prefix") => keys.is_some_and(|it| any(&it)),
        ("StringLike", _) => key
            .strip_prefix("kms:EncryptionContext:")
            .is_some_and(|field| {
                let keys = keys.unwrap_or_default();
                keys.strip_prefix(&format!("{field}=")).is_some_and(any)
            }),
        _ => false,
    }
}

/// Whether a text is of a pattern, in which `*` stands for anything and `?` for one letter.
fn like(pattern: &str, text: &str) -> bool {
    let mut chars = pattern.chars();
    match chars.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = chars.as_str();
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| like(rest, &text[at..]))
        }
        Some(letter) => {
            let mut said = text.chars();
            said.next().is_some_and(|it| letter == '?' || letter == it)
                && like(chars.as_str(), said.as_str())
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::template::Template;
    use serde_json::{Value, json};

    /// A function that reads and sends, and may just that.
    fn small() -> (Templates, Calls) {
        let role = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: sync
          PolicyDocument:
            Statement:
              - Sid: Reads
                Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query]
                Resource: !Sub "arn:aws:dynamodb:r:a:table/${Table}"
                Condition:
                  "ForAllValues:StringLike":
                    dynamodb:LeadingKeys: ["T#??????????????????????????#H", "T#??????????????????????????#J"]
                  "Null": { dynamodb:LeadingKeys: "false" }
              - Sid: Sends
                Effect: Allow
                Action: sqs:SendMessage
                Resource: [!Ref SimulateArn, !Ref DeliverArn]
              - Sid: LambdaWritesLogs
                Effect: Allow
                Action: [logs:CreateLogStream, logs:PutLogEvents]
                Resource: "*"
"#;
        let calls = r#"{"sync": {
            "dynamodb:GetItem": {"table/pie": ["T#*#H", "T#*#J"]},
            "dynamodb:Query": {"table/pie": ["T#*#J"]},
            "sqs:SendMessage": {"pie-simulate": [], "pie-deliver": []}}}"#;
        let mut templates = Templates::default();
        templates.put("roles.yaml", role).unwrap();
        (templates, Calls::parse(calls).unwrap())
    }

    fn lines(findings: &[Finding]) -> String {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    /// Every statement of a policy, to be changed.
    fn statements(templates: &mut Templates) -> Vec<(String, &mut Value)> {
        let mut all = Vec::new();
        for template in templates.0.values_mut() {
            let resources = template.value["Resources"].as_object_mut().unwrap();
            for (_, role) in resources.iter_mut() {
                if role["Type"] != "AWS::IAM::Role" {
                    continue;
                }
                for policy in role["Properties"]["Policies"].as_array_mut().unwrap() {
                    let name = policy["PolicyName"].as_str().unwrap().to_owned();
                    let document = &mut policy["PolicyDocument"]["Statement"];
                    let each = document.as_array_mut().unwrap().iter_mut();
                    all.extend(each.map(|statement| (name.clone(), statement)));
                }
            }
        }
        all
    }

    /// The parts of a statement that allow something: where each stands, and its texts. What Lambda does unseen is none.
    fn parts(statement: &Value) -> Vec<(String, Vec<String>)> {
        let of = Statement::of(statement);
        if of.actions.iter().all(|it| UNSEEN.contains(&it.as_str())) {
            return Vec::new();
        }
        let conditions = of.conditions.into_iter().filter(|it| it.operator != "Null");
        let conditions =
            conditions.map(|it| (format!("/Condition/{}/{}", it.operator, it.key), it.values));
        let plain = [("/Action", of.actions), ("/Resource", of.resources)];
        let plain = plain.map(|(at, texts)| (at.to_owned(), texts));
        plain.into_iter().chain(conditions).collect()
    }

    /// Every part of every statement: its number, whose it is, where it stands, its texts.
    fn every_part(templates: &Templates) -> Vec<(usize, String, String, Vec<String>)> {
        let mut copy = templates.clone();
        let numbered = statements(&mut copy).into_iter().enumerate();
        let parts = numbered.flat_map(|(number, (function, statement))| {
            let of = parts(statement).into_iter();
            of.map(move |(at, texts)| (number, function.clone(), at, texts))
        });
        parts.collect()
    }

    /// What is said of a function where a part of one of its statements has other texts.
    fn said_with(of: (&Templates, &Calls), number: usize, at: &str, texts: &[String]) -> String {
        let mut templates = of.0.clone();
        let mut all = statements(&mut templates);
        let (function, statement) = &mut all[number];
        *statement.pointer_mut(at).unwrap() = json!(texts);
        let its_own = of.1.0.get_key_value(function).into_iter();
        let its_own = its_own.map(|(name, calls)| (name.clone(), calls.clone()));
        lines(&check(&templates, &Calls(its_own.collect())))
    }

    /// Takes each action, resource and value of a condition out, one at a time; gives their number.
    fn take_out(templates: &Templates, calls: &Calls) -> usize {
        let mut taken = 0;
        for (number, function, at, texts) in every_part(templates) {
            for nth in 0..texts.len() {
                let mut left = texts.clone();
                let out = left.remove(nth);
                let said = said_with((templates, calls), number, &at, &left);
                let missed = match at.as_str() {
                    "/Action" => format!("{function} asks for {out} on "),
                    _ => format!("{function} asks for "),
                };
                let found = said.lines().any(|line| {
                    line.contains(&missed) && line.contains("no statement of its role allows it")
                });
                assert!(found, "{function} without {out} in {at}:\n{said}");
                taken += 1;
            }
        }
        taken
    }

    /// How a policy says what a call says, where there is a way for each kind of it.
    fn in_a_policy(call: &Call) -> [(&'static str, Option<String>); 4] {
        let rest = |prefix| call.resource.strip_prefix(prefix);
        let resource = match call.action.split(':').next().unwrap() {
            "s3" => rest("pie/*/")
                .map(|it| format!("arn:${{AWS::Partition}}:s3:::${{Bucket}}/tenant_*/{it}")),
            "sqs" => rest("pie-").map(|it| {
                let (first, rest) = it.split_at(1);
                format!("${{{}{rest}Arn}}", first.to_uppercase())
            }),
            _ => None,
        };
        let key = |prefix: &str, by: &str, digits: &str| {
            let keys = call
                .keys
                .as_ref()
                .filter(|_| call.action.starts_with(prefix));
            keys.map(|it| it.replacen(by, digits, 1))
        };
        [
            ("/Action", Some(call.action.clone())),
            ("/Resource", resource),
            (
                "/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys",
                key("dynamodb:", "T#*", &format!("T#{}", "?".repeat(ID.len()))),
            ),
            (
                "/Condition/StringLikeIfExists/s3:prefix",
                key("s3:", "*/", "tenant_*/"),
            ),
        ]
    }

    /// Puts into each part of each statement what nobody needs, and what others or other statements need, one at a time;
    /// gives their number.
    fn put_in(templates: &Templates, calls: &Calls) -> usize {
        let all: BTreeSet<&Call> = calls.0.values().flatten().collect();
        let mut put = 0;
        for (number, function, at, texts) in every_part(templates) {
            let told = |call: &&Call| {
                let mut ways = in_a_policy(call).into_iter();
                ways.find_map(|(of, text)| text.filter(|_| of == at))
            };
            let nobodys = match at.as_str() {
                "/Action" => "dynamodb:Scan",
                "/Resource" => "${ElseArn}",
                _ => "S#ELSE",
            };
            let others: BTreeSet<String> = all.iter().filter_map(told).collect();
            let others = others.into_iter().chain([nobodys.to_owned()]);
            for text in others.filter(|text| !texts.contains(text)) {
                let more = [texts.as_slice(), std::slice::from_ref(&text)].concat();
                let said = said_with((templates, calls), number, &at, &more);
                let found = said.lines().any(|line| {
                    line.contains(&format!("{function} may "))
                        && line.contains(&format!("{text} by its statement"))
                });
                assert!(found, "{function} with {text} in {at}:\n{said}");
                put += 1;
            }
        }
        put
    }

    #[test]
    fn a_right_that_is_missing_or_one_too_many_is_found() {
        let (templates, calls) = small();
        let findings = check(&templates, &calls);
        assert!(findings.is_empty(), "{}", lines(&findings));
        assert_eq!(take_out(&templates, &calls), 8);
        assert_eq!(put_in(&templates, &calls), 10);
        // A key that no call needs any more, and a function that nobody saw.
        let mut fewer = calls.clone();
        let of = fewer.0.get_mut("sync").unwrap();
        of.retain(|call| call.keys.as_deref() != Some("T#*#H"));
        let said = lines(&check(&templates, &fewer));
        assert!(
            said.contains("may touch dynamodb:LeadingKeys T#") && said.contains("#H by"),
            "{said}"
        );
        assert!(lines(&check(&templates, &Calls::default())).contains("sync has a role"));
    }

    /// Our roles, and what was seen of them.
    fn ours() -> (Templates, Calls) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut templates = Templates::read(&root.join("infra")).unwrap();
        let has_roles = |it: &Template| it.of_type("AWS::IAM::Role").next().is_some();
        templates.0.retain(|_, it| has_roles(it));
        let calls = std::fs::read_to_string(root.join(FILE)).unwrap();
        (templates, Calls::parse(&calls).unwrap())
    }

    #[test]
    fn of_our_roles_no_right_is_missing_and_none_is_one_too_many() {
        let (templates, calls) = ours();
        let findings = check(&templates, &calls);
        assert!(findings.is_empty(), "{}", lines(&findings));
        assert_eq!(calls.0.len(), 7);
    }

    #[test]
    fn of_our_roles_each_right_that_is_taken_out_is_missed() {
        let (templates, calls) = ours();
        let taken = take_out(&templates, &calls);
        assert!(taken > 250, "{taken}");
    }

    #[test]
    fn in_our_roles_each_right_too_many_is_found() {
        let (templates, calls) = ours();
        let put = put_in(&templates, &calls);
        assert!(put > 2_500, "{put}");
    }

    #[test]
    fn a_call_is_held_against_the_words_of_a_policy() {
        let check = |statement: Value, call: (&str, &str, Option<&str>), expected: bool| {
            let call = Call {
                action: call.0.to_owned(),
                resource: call.1.to_owned(),
                keys: call.2.map(str::to_owned),
            };
            assert_eq!(
                allows(&Statement::of(&statement), &call),
                expected,
                "{statement} {call}"
            );
        };
        let rows = |keys: Value| {
            json!({"Effect": "Allow", "Action": "dynamodb:GetItem",
                "Resource": {"Fn::Sub": "arn:aws:dynamodb:r:a:table/${Table}"},
                "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys},
                    "Null": {"dynamodb:LeadingKeys": "false"}}})
        };
        let get = |keys| ("dynamodb:GetItem", "table/pie", keys);
        check(
            rows(json!(["T#??????????????????????????#J"])),
            get(Some("T#*#J")),
            true,
        );
        check(
            rows(json!(["T#??????????????????????????#J"])),
            get(Some("T#*#I")),
            false,
        );
        check(
            rows(json!(["T#??????????????????????????#D#*"])),
            get(Some("T#*#D#*")),
            true,
        );
        check(rows(json!(["S#EMAIL#*", "S#W"])), get(Some("S#W")), true);
        check(rows(json!(["S#EMAIL#*"])), get(None), false);
        check(
            rows(json!(["*"])),
            ("dynamodb:GetItem", "table/pie/index/x", Some("x")),
            false,
        );
        check(
            rows(json!(["*"])),
            ("dynamodb:PutItem", "table/pie", Some("x")),
            false,
        );
        let file = |action: &str, path: &str| {
            json!({"Effect": "Allow", "Action": action,
                "Resource": {"Fn::Sub": format!("arn:aws:s3:::${{Bucket}}{path}")}})
        };
        let books = ("s3:GetObject", "pie/*/books/*", None);
        check(file("s3:GetObject", "/tenant_*/books/*"), books, true);
        check(file("s3:GetObject", "/tenant_*/raw/*"), books, false);
        check(file("s3:GetObject", "/tenant_*"), books, true);
        let mut list = file("s3:ListBucket", "");
        list["Condition"] = json!({"StringLikeIfExists": {"s3:prefix": ["tenant_*/raw/*"]}});
        check(
            list.clone(),
            ("s3:ListBucket", "pie", Some("*/raw/*")),
            true,
        );
        check(
            list.clone(),
            ("s3:ListBucket", "pie", Some("*/books/*")),
            false,
        );
        check(list, ("s3:ListBucket", "pie", None), true);
        let one = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": {"Fn::Sub": resource}});
        let send = ("sqs:SendMessage", "pie-sync", None);
        check(one("sqs:SendMessage", "${SyncArn}"), send, true);
        check(one("sqs:SendMessage", "${DeliverArn}"), send, false);
        let secret = |rest: &str| {
            one(
                "secretsmanager:GetSecretValue",
                &format!("arn:aws:secretsmanager:r:a:secret:${{SecretName}}{rest}"),
            )
        };
        let read = |name| ("secretsmanager:GetSecretValue", name, None);
        check(secret("-??????"), read("pie/keys"), true);
        check(secret("-??????"), read("pie/keys/apps"), false);
        check(secret("/apps-??????"), read("pie/keys/apps"), true);
        let mut open = one("kms:Decrypt", "${KeyArn}");
        open["Condition"] = json!({"StringLike": {"kms:EncryptionContext:tenant": "tenant_*"}});
        check(
            open.clone(),
            ("kms:Decrypt", "alias/pie", Some("tenant=tenant_*")),
            true,
        );
        check(open, ("kms:Decrypt", "alias/pie", None), false);
    }

    #[test]
    fn the_file_is_read_as_it_is_written_and_held_against_the_logs() {
        let text = r#"{"sync": {"s3:GetObject": {"pie/*/raw/*": []}, "dynamodb:GetItem": {"table/pie": ["T#*#H", "T#*#J"]}}}"#;
        let calls = Calls::parse(text).unwrap();
        assert_eq!(Calls::parse(&calls.text().unwrap()).unwrap(), calls);
        let folder = tempfile::tempdir().unwrap();
        assert!(Calls::of_logs(&folder.path().join("none")).is_err());
        assert!(Calls::of_logs(folder.path()).is_err());
        let log = r#"{"caller":"pie-sync","action":"s3:GetObject","resource":"pie/*/raw/*","keys":null}
{"caller":"pie-sync","action":"dynamodb:GetItem","resource":"table/pie","keys":"T#*#H"}
{"caller":"somebody","action":"dynamodb:GetItem","resource":"table/pie","keys":"T#*#H"}
{"caller":"pie-oauth","action":"dynamodb:GetItem","resource":"table/pie","keys":"T#*#H"}
"#;
        std::fs::write(folder.path().join("1.ndjson"), log).unwrap();
        let logs = Calls::of_logs(folder.path()).unwrap();
        assert_eq!(differ(&logs, &logs).len(), 0);
        let said = lines(&differ(&calls, &logs));
        for what in [
            "oauth asked for dynamodb:GetItem on table/pie (T#*#H), which is not written down",
            "no test had sync ask for dynamodb:GetItem on table/pie (T#*#J)",
        ] {
            assert!(said.contains(what), "{said}");
        }
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}
