//! `cargo xtask infra check`: what the templates must keep to and no general linter knows.
//!
//! Each rule is one function and has one name; `tests/infra.rs` breaks each once, in our own templates.

use crate::code::{Code, Trigger};
use crate::finding::Finding;
use crate::template::{ROOT, Statement, Target, Templates, text, texts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A broken rule: which, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The name of the rule.
    pub rule: &'static str,
    /// Where, what, and what to do.
    pub finding: Finding,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.finding, self.rule)
    }
}

/// One rule.
type Rule = fn(&Facts<'_>) -> Vec<Finding>;

/// Every rule, by name.
pub const RULES: [(&str, Rule); 37] = [
    ("functions", functions),
    ("build", build),
    ("roles", roles),
    ("visibility", visibility),
    ("redrive", redrive),
    ("retention", retention),
    ("partial-batches", partial_batches),
    ("concurrency", concurrency),
    ("queues", queues),
    ("queue-variables", queue_variables),
    ("deadline", deadline),
    ("tick", tick),
    ("variables-set", variables_set),
    ("variables-read", variables_read),
    ("secrets", secrets),
    ("streaming", streaming),
    ("recovery", recovery),
    ("protection", protection),
    ("expiry", expiry),
    ("stream", stream),
    ("encryption", encryption),
    ("tls", tls),
    ("stars", stars),
    ("scans", scans),
    ("leading-keys", leading_keys),
    ("null", null),
    ("whole-tenants", whole_tenants),
    ("logs", logs),
    ("alarms-of-functions", alarms_of_functions),
    ("alarms-of-queues", alarms_of_queues),
    ("alarms-of-work", alarms_of_work),
    ("slow", slow),
    ("alarm-actions", alarm_actions),
    ("metrics", metrics),
    ("wiring", wiring),
    ("stages", stages),
    ("reasons", reasons),
];

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The templates.
    pub templates: &'a Templates,
    /// What the code asks of them.
    pub code: &'a Code,
    /// `samconfig.toml`.
    pub stages: &'a str,
}

/// Every rule over the templates.
pub fn check(facts: &Facts<'_>) -> Vec<Broken> {
    let broken = RULES.iter().flat_map(|(rule, check)| {
        let findings = check(facts);
        findings.into_iter().map(|finding| Broken { rule, finding })
    });
    broken.collect()
}

const FUNCTION: &str = "AWS::Serverless::Function";
const QUEUE: &str = "AWS::SQS::Queue";
const ALARM: &str = "AWS::CloudWatch::Alarm";
const ROLE: &str = "AWS::IAM::Role";
const STACK: &str = "AWS::CloudFormation::Stack";
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// A resource and where it stands.
#[derive(Clone, Copy)]
struct Found<'a> {
    file: &'a str,
    id: &'a str,
    whole: &'a Value,
}

impl<'a> Found<'a> {
    fn get(&self, property: &str) -> &'a Value {
        &self.whole["Properties"][property]
    }

    fn place(&self) -> String {
        format!("infra/{} {}", self.file, self.id)
    }

    fn broken(&self, what: impl Into<String>, remedy: &'static str) -> Finding {
        Finding::new(self.place(), what, remedy)
    }
}

/// A name without what stands before it everywhere: `sync` of `${Prefix}-sync`.
fn short(value: &Value) -> String {
    let text = text(value);
    let name = text
        .rsplit_once("${Prefix}-")
        .map(|(_, name)| name.to_owned());
    name.unwrap_or(text)
}

/// Where a queue's messages come from, and how many at once.
struct Source<'a> {
    event: &'a Value,
    queue: Target,
}

impl<'a> Facts<'a> {
    fn all(&self, kind: &'a str) -> impl Iterator<Item = Found<'a>> {
        let all = self.templates.of_type(kind);
        all.map(|(file, id, whole)| Found { file, id, whole })
    }

    /// Functions by name.
    fn functions(&self) -> BTreeMap<String, Found<'a>> {
        self.all(FUNCTION)
            .map(|it| (short(it.get("FunctionName")), it))
            .collect()
    }

    fn timeout(&self, function: &Found<'_>) -> f64 {
        // Lambda's own.
        self.templates
            .number(function.file, function.get("Timeout"))
            .unwrap_or(3.0)
    }

    /// The queues a function is called by.
    fn sources(&self, function: &Found<'a>) -> Vec<Source<'a>> {
        let events = function.get("Events").as_object().into_iter().flatten();
        let events = events.filter(|(_, event)| event["Type"] == "SQS");
        events
            .map(|(_, event)| {
                let event = &event["Properties"];
                let queue = self.templates.follow(function.file, &event["Queue"]);
                Source { event, queue }
            })
            .collect()
    }

    fn queue(&self, target: &Target) -> Option<Found<'a>> {
        let Target::Resource(file, id) = target else {
            return None;
        };
        self.all(QUEUE).find(|it| it.file == file && it.id == id)
    }

    /// Each queue that somebody reads, with its function.
    fn read(&self) -> Vec<(Found<'a>, Found<'a>)> {
        let mut all = Vec::new();
        for function in self.functions().into_values() {
            for source in self.sources(&function) {
                all.extend(self.queue(&source.queue).map(|queue| (queue, function)));
            }
        }
        all
    }

    /// The dead letters of a queue, where it has any.
    fn dead_letters(&self, queue: &Found<'a>) -> Option<Found<'a>> {
        let to = &queue.get("RedrivePolicy")["deadLetterTargetArn"];
        self.queue(&self.templates.follow(queue.file, to))
    }

    /// The statements of each function's role.
    fn statements(&self) -> Vec<(Found<'a>, Statement)> {
        let mut all = Vec::new();
        for role in self.all(ROLE) {
            for policy in role.get("Policies").as_array().into_iter().flatten() {
                let statements = policy["PolicyDocument"]["Statement"].as_array();
                let statements = statements.into_iter().flatten();
                all.extend(statements.map(|it| (role, Statement::of(it))));
            }
        }
        all
    }

    /// Allowing statements about rows.
    fn rows(&self) -> Vec<(Found<'a>, Statement)> {
        let of_rows =
            |it: &Statement| it.allows && it.actions.iter().any(|it| it.starts_with("dynamodb:"));
        let mut all = self.statements();
        all.retain(|(_, statement)| of_rows(statement));
        all
    }
}

fn functions(facts: &Facts<'_>) -> Vec<Finding> {
    let (there, asked) = (facts.functions(), &facts.code.functions);
    let missing = asked
        .keys()
        .filter(|name| !there.contains_key(*name))
        .map(|name| {
            Finding::new(
                format!("functions/{name}"),
                "no template has this function",
                "add it to infra/functions.yaml, with a role, a log and alarms",
            )
        });
    let unknown = there
        .iter()
        .filter(|(name, _)| !asked.contains_key(*name))
        .map(|(_, it)| {
            it.broken(
                "there is no such folder in functions",
                "call it as the folder is called, or take it out",
            )
        });
    missing.chain(unknown).collect()
}

fn build(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let meta = &it.whole["Metadata"];
        let expected = [
            (
                "Runtime",
                text(it.get("Runtime")),
                "provided.al2023".to_owned(),
            ),
            (
                "Architectures",
                texts(it.get("Architectures")).join(" "),
                "arm64".to_owned(),
            ),
            (
                "BuildMethod",
                text(&meta["BuildMethod"]),
                "rust-cargolambda".to_owned(),
            ),
            (
                "Binary",
                text(&meta["BuildProperties"]["Binary"]),
                name.clone(),
            ),
            (
                "CodeUri",
                text(it.get("CodeUri")),
                format!("../functions/{name}"),
            ),
        ];
        for (what, is, should) in expected {
            if is != should {
                let what = format!("{what} is {is:?} and not {should:?}");
                findings.push(it.broken(
                    what,
                    "build every function alike, from the folder of its name",
                ));
            }
        }
    }
    findings
}

fn roles(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let Target::Resource(file, id) = facts.templates.follow(it.file, it.get("Role")) else {
            findings.push(it.broken(
                "it has no role of these templates",
                "give it a role in infra/roles.yaml",
            ));
            continue;
        };
        let role = facts
            .all(ROLE)
            .find(|role| role.file == file && role.id == id);
        let policies = role.and_then(|role| role.get("Policies").as_array());
        let names: Vec<String> = policies
            .into_iter()
            .flatten()
            .map(|it| text(&it["PolicyName"]))
            .collect();
        if names != [name.as_str()] {
            let what = format!("its role {id} has the policies {names:?}");
            findings.push(it.broken(
                what,
                "one role for each function, with one policy of its name",
            ));
        }
        if !it.get("Policies").is_null() {
            findings.push(it.broken(
                "it has policies of its own",
                "write what it may do in infra/roles.yaml",
            ));
        }
    }
    for role in facts.all(ROLE) {
        let trusts = &role.get("AssumeRolePolicyDocument")["Statement"];
        let trusts = trusts.as_array().into_iter().flatten();
        for it in trusts.filter(|it| it["Principal"]["Service"] != "lambda.amazonaws.com") {
            let what = format!("{} may take this role", it["Principal"]);
            findings.push(role.broken(what, "let Lambda alone take it"));
        }
        if !role.get("ManagedPolicyArns").is_null() {
            findings.push(role.broken("it has policies of AWS's", "write out what it may do"));
        }
    }
    findings
}

fn visibility(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (queue, function) in facts.read() {
        let hidden = queue.get("VisibilityTimeout").as_f64().unwrap_or(30.0);
        let least = 6.0 * facts.timeout(&function);
        if hidden < least {
            let what = format!(
                "a message is hidden for {hidden} s, and {} may run for a sixth of {least} s",
                function.id
            );
            findings.push(queue.broken(what, "hide it six times as long as the function may run"));
        } else if hidden != facts.code.visibility_s {
            let what = format!(
                "a message is hidden for {hidden} s, and on one machine for {} s",
                facts.code.visibility_s
            );
            findings.push(queue.broken(
                what,
                "keep VISIBILITY_S of shared/store/src/aws.rs and this equal",
            ));
        }
    }
    findings
}

fn redrive(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (queue, _) in facts.read() {
        if facts.dead_letters(&queue).is_none() {
            findings.push(queue.broken(
                "it has no dead letters",
                "add a queue for them and a RedrivePolicy",
            ));
            continue;
        }
        let most = queue.get("RedrivePolicy")["maxReceiveCount"].as_f64();
        if most != Some(facts.code.most_receives) {
            let what = format!(
                "a message is tried {} times, and on one machine {}",
                most.unwrap_or_default(),
                facts.code.most_receives
            );
            findings.push(queue.broken(
                what,
                "keep MOST_RECEIVES of shared/store/src/aws.rs and this equal",
            ));
        }
    }
    findings
}

fn retention(facts: &Facts<'_>) -> Vec<Finding> {
    // SQS's own.
    let kept = |queue: &Found<'_>| {
        queue
            .get("MessageRetentionPeriod")
            .as_f64()
            .unwrap_or(345_600.0)
    };
    let mut findings = Vec::new();
    for (queue, _) in facts.read() {
        let Some(dead) = facts.dead_letters(&queue) else {
            continue;
        };
        if kept(&dead) <= kept(&queue) {
            findings.push(dead.broken(
                "it keeps messages no longer than the queue before it, and their age counts from there",
                "keep dead letters for 14 days, MessageRetentionPeriod 1209600",
            ));
        }
    }
    findings
}

fn partial_batches(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in facts.functions().into_values() {
        for source in facts.sources(&function) {
            if !texts(&source.event["FunctionResponseTypes"])
                .contains(&"ReportBatchItemFailures".to_owned())
            {
                findings.push(function.broken(
                    "what it says about single messages is not heard",
                    "add FunctionResponseTypes: [ReportBatchItemFailures]",
                ));
            }
        }
    }
    findings
}

fn concurrency(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in facts.functions().into_values() {
        let sources = facts.sources(&function);
        if sources.is_empty() {
            continue;
        }
        let most = sources.iter().map(|source| {
            let most = &source.event["ScalingConfig"]["MaximumConcurrency"];
            facts.templates.number(function.file, most)
        });
        let Some(most) = most.sum::<Option<f64>>() else {
            findings.push(function.broken(
                "its queue may use all of the account's concurrency",
                "add ScalingConfig with MaximumConcurrency",
            ));
            continue;
        };
        let reserved = facts
            .templates
            .number(function.file, function.get("ReservedConcurrentExecutions"));
        if reserved.is_none_or(|reserved| reserved < most) {
            let what = format!(
                "{most} messages are handed out at once, and {} are reserved",
                reserved.unwrap_or_default()
            );
            findings.push(function.broken(
                what,
                "reserve at least the sum of MaximumConcurrency: what is refused counts as tried",
            ));
        }
    }
    findings
}

fn queues(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let read: BTreeMap<String, Found<'_>> = facts
        .read()
        .into_iter()
        .map(|(queue, function)| (short(queue.get("QueueName")), function))
        .collect();
    for queue in &facts.code.queues {
        match read.get(queue) {
            None => findings.push(Finding::new(
                "infra/queues.yaml",
                format!("nobody reads a queue {queue}, and the code sends to it"),
                "add the queue, and the function of its name as its reader",
            )),
            Some(function) if short(function.get("FunctionName")) != *queue => {
                let what = format!("it reads the queue {queue}");
                findings.push(function.broken(what, "let the function of its name read it"));
            }
            Some(_) => {}
        }
    }
    for queue in read
        .keys()
        .filter(|name| !facts.code.queues.contains(*name))
    {
        findings.push(Finding::new(
            "infra/queues.yaml",
            format!("the code knows no queue {queue}"),
            "take it out, or add it to store::Queue",
        ));
    }
    findings
}

fn queue_variables(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in facts.functions().into_values() {
        for queue in &facts.code.queues {
            let name = format!("PIE_QUEUE_{}", queue.to_uppercase());
            let value = &function.get("Environment")["Variables"][&name];
            if value.is_null() {
                continue;
            }
            let leads = facts.queue(&facts.templates.follow(function.file, value));
            let leads = leads.map(|it| short(it.get("QueueName")));
            if leads.as_ref() != Some(queue) {
                let what = format!("{name} leads to {}", leads.as_deref().unwrap_or("no queue"));
                findings.push(function.broken(
                    what,
                    "follow it through the root's parameters to the queue of that name",
                ));
            }
        }
    }
    findings
}

fn deadline(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let Some(asks) = facts.code.functions.get(&name) else {
            continue;
        };
        let works = facts.timeout(&it) - facts.code.margin_s;
        match asks.trigger {
            Trigger::Queue if works >= facts.code.lease_s => {
                let what = format!(
                    "it works for {works} s, and its leases run out after {} s",
                    facts.code.lease_s
                );
                findings.push(it.broken(what, "let it end before its leases do"));
            }
            Trigger::Queue | Trigger::Schedule if works <= 0.0 => {
                let what = format!(
                    "it begins nothing new in its last {} s, so it begins nothing",
                    facts.code.margin_s
                );
                findings.push(it.broken(what, "give it a longer Timeout"));
            }
            Trigger::Schedule if works > 50.0 => {
                let what = format!("a tick works for {works} s, and the next begins after 60 s");
                findings.push(it.broken(what, "give it a shorter Timeout"));
            }
            Trigger::Http | Trigger::Queue | Trigger::Schedule => {}
        }
    }
    findings
}

fn tick(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let is_asked = facts
            .code
            .functions
            .get(&name)
            .is_some_and(|asks| asks.trigger == Trigger::Schedule);
        let events = it.get("Events").as_object().into_iter().flatten();
        let mut ticks = events.filter(|(_, event)| event["Type"] == "Schedule");
        let is_each_minute = |(_, event): (_, &Value)| {
            event["Properties"]["Schedule"] == "rate(1 minute)"
                && event["Properties"]["Enabled"] == true
        };
        if is_asked && !ticks.any(is_each_minute) {
            findings.push(it.broken(
                "nobody calls it each minute",
                "add an enabled Schedule event with rate(1 minute)",
            ));
        }
    }
    findings
}

/// The variables of a function, by name.
fn variables<'a>(function: &Found<'a>) -> BTreeMap<&'a str, &'a Value> {
    let set = function.get("Environment")["Variables"]
        .as_object()
        .into_iter()
        .flatten();
    set.map(|(name, value)| (name.as_str(), value)).collect()
}

fn variables_set(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let (set, asks) = (variables(&it), facts.code.functions.get(&name));
        for needed in asks.iter().flat_map(|asks| &asks.needs) {
            if set
                .get(needed.as_str())
                .is_none_or(|value| text(value).is_empty())
            {
                let what = format!("it does not start without {needed}");
                findings.push(it.broken(what, "set it in the function's Environment"));
            }
        }
    }
    findings
}

fn variables_read(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let Some(asks) = facts.code.functions.get(&name) else {
            continue;
        };
        for set in variables(&it).keys() {
            if !asks.needs.contains(*set) && !asks.takes.contains(*set) {
                let what = format!("it does not read {set}");
                findings.push(it.broken(what, "take it out, or set it where it is read"));
            }
        }
    }
    findings
}

fn secrets(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for it in facts.functions().into_values() {
        for (name, value) in variables(&it) {
            let is_given = value.is_object();
            let text = text(value);
            let looks = [
                "AKIA",
                "ASIA",
                "-----BEGIN",
                "sk_",
                "rk_",
                "{{resolve:",
                "Bearer ",
            ];
            let is_random = text.len() >= 24
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+/=_-".contains(c))
                && text.chars().any(|c| c.is_ascii_digit())
                && text.chars().any(|c| c.is_ascii_uppercase());
            let sounds = ["SECRET", "TOKEN", "PASSWORD", "KEY"];
            let is_secret = looks.iter().any(|it| text.contains(it))
                || (!is_given && (is_random || sounds.iter().any(|it| name.contains(it))));
            if is_secret {
                let what = format!(
                    "{name} looks like a secret, and anybody who sees the function sees it"
                );
                findings.push(it.broken(what, "keep it in Secrets Manager and give its name"));
            }
        }
    }
    findings
}

fn streaming(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let functions = facts.functions();
    for (file, id, api) in facts.templates.of_type("AWS::Serverless::Api") {
        let paths = api["Properties"]["DefinitionBody"]["paths"].as_object();
        let mut called = BTreeSet::new();
        for (path, methods) in paths.into_iter().flatten() {
            for method in methods
                .as_object()
                .into_iter()
                .flatten()
                .map(|(_, method)| method)
            {
                let call = &method["x-amazon-apigateway-integration"];
                let place = format!("infra/{file} {id} {path}");
                let uri = text(&call["uri"]);
                let parameter = uri
                    .split("functions/${")
                    .nth(1)
                    .and_then(|it| it.split('}').next());
                let target = facts.templates.follow(
                    file,
                    &serde_json::json!({"Ref": parameter.unwrap_or_default()}),
                );
                let Some((name, function)) = functions.iter().find(|(_, it)| {
                    target == Target::Resource(it.file.to_owned(), it.id.to_owned())
                }) else {
                    findings.push(Finding::new(
                        place,
                        format!("{uri} is none of our functions"),
                        "give a function's ARN",
                    ));
                    continue;
                };
                called.insert(name.as_str());
                let asks = [
                    call["responseTransferMode"] == "STREAM",
                    uri.ends_with("/response-streaming-invocations"),
                    variables(function).contains_key("PIE_STREAMING"),
                ];
                if asks.iter().any(|it| *it != asks[0]) {
                    findings.push(Finding::new(
                        place,
                        format!("{name} and API Gateway do not agree whether answers are streamed"),
                        "set responseTransferMode, the URI for streaming and PIE_STREAMING, or none of them",
                    ));
                }
            }
        }
        let http = facts
            .code
            .functions
            .iter()
            .filter(|(_, asks)| asks.trigger == Trigger::Http);
        for (name, _) in http.filter(|(name, _)| !called.contains(name.as_str())) {
            findings.push(Finding::new(
                format!("infra/{file} {id}"),
                format!("no path leads to {name}"),
                "add its path to DefinitionBody",
            ));
        }
    }
    findings
}

fn recovery(facts: &Facts<'_>) -> Vec<Finding> {
    let tables = facts.all("AWS::DynamoDB::Table");
    let without = tables.filter(|it| {
        it.get("PointInTimeRecoverySpecification")["PointInTimeRecoveryEnabled"] != true
    });
    without
        .map(|it| {
            it.broken(
                "it cannot be brought back to an earlier moment",
                "turn on point-in-time recovery",
            )
        })
        .collect()
}

/// What cannot be made again, and by which properties besides the policies it is protected.
const KEPT: [(&str, &str); 4] = [
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled"),
    ("AWS::KMS::Key", ""),
    ("AWS::SecretsManager::Secret", ""),
    ("AWS::S3::Bucket", ""),
];

fn protection(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, property) in KEPT {
        // The app's files are made by a build.
        for it in facts.all(kind).filter(|it| it.file != "web.yaml") {
            if !property.is_empty() && *it.get(property) != true {
                findings.push(it.broken(format!("{property} is not on"), "turn it on"));
            }
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                if it.whole[policy] != "Retain" {
                    let what = format!("{policy} lets what customers have go with the stack");
                    findings.push(it.broken(what, "write Retain"));
                }
            }
        }
    }
    findings
}

fn expiry(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for it in facts.all("AWS::DynamoDB::Table") {
        let ttl = it.get("TimeToLiveSpecification");
        if ttl["Enabled"] != true || ttl["AttributeName"] != facts.code.ttl.as_str() {
            let what = format!("rows with {} do not expire", facts.code.ttl);
            findings.push(it.broken(
                what,
                "name the attribute that shared/store/src/table.rs names",
            ));
        }
    }
    findings
}

fn stream(facts: &Facts<'_>) -> Vec<Finding> {
    let is_read = facts.functions().values().any(|it| {
        let events = it.get("Events").as_object().into_iter().flatten();
        events
            .map(|(_, event)| event)
            .any(|event| event["Type"] == "DynamoDB")
    });
    let tables = facts.all("AWS::DynamoDB::Table");
    let with = tables.filter(|it| !is_read && !it.get("StreamSpecification").is_null());
    with.map(|it| {
        it.broken(
            "it has a stream that nobody reads",
            "take it out, or give it a reader",
        )
    })
    .collect()
}

fn encryption(facts: &Facts<'_>) -> Vec<Finding> {
    let is_at_rest = |it: &Found<'_>| {
        *it.get("SqsManagedSseEnabled") == true || !it.get("KmsMasterKeyId").is_null()
    };
    let queues = facts.all(QUEUE).filter(|it| !is_at_rest(it));
    let buckets = facts
        .all("AWS::S3::Bucket")
        .filter(|it| it.get("BucketEncryption").is_null());
    let open = queues.chain(buckets);
    open.map(|it| {
        it.broken(
            "what is in it lies there in the clear",
            "encrypt it, with the service's own key at least",
        )
    })
    .collect()
}

fn tls(facts: &Facts<'_>) -> Vec<Finding> {
    let mut refusing = BTreeSet::new();
    for (kind, of) in [
        ("AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SQS::QueuePolicy", "Queues"),
    ] {
        for policy in facts.all(kind) {
            let statements = policy.get("PolicyDocument")["Statement"]
                .as_array()
                .into_iter()
                .flatten();
            let refuses = statements.map(Statement::of).any(|it| {
                let values = it
                    .condition("aws:SecureTransport", "Bool")
                    .unwrap_or_default();
                !it.allows && values == ["false"]
            });
            if refuses {
                let on = policy.get(of);
                let on = on.as_array().cloned().unwrap_or_else(|| vec![on.clone()]);
                refusing.extend(
                    on.iter()
                        .filter_map(|it| Some((policy.file, it["Ref"].as_str()?.to_owned()))),
                );
            }
        }
    }
    let all = facts.all(QUEUE).chain(facts.all("AWS::S3::Bucket"));
    let open = all.filter(|it| !refusing.contains(&(it.file, it.id.to_owned())));
    open.map(|it| {
        it.broken(
            "it can be spoken to without TLS",
            "deny what comes with aws:SecureTransport false",
        )
    })
    .collect()
}

fn stars(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (role, it) in facts.statements() {
        if !it.allows {
            continue;
        }
        for action in it.actions.iter().filter(|it| it.contains('*')) {
            let what = format!("{} allows {action}", it.sid);
            findings.push(role.broken(what, "name each action"));
        }
        for resource in it
            .resources
            .iter()
            .filter(|it| *it == "*" || it.is_empty() || is_wide(it))
        {
            let what = format!("{} is about {resource:?}", it.sid);
            findings.push(role.broken(what, "name the resource"));
        }
    }
    findings
}

/// Whether an ARN leaves open which table, bucket, queue or secret it is about.
fn is_wide(resource: &str) -> bool {
    // Of what is in a bucket a part may be open, and the end of a log group's or secret's ARN is.
    let name = resource.splitn(6, ':').nth(5).unwrap_or_default();
    resource.starts_with("arn:")
        && name.split(['/', ':']).next_back() == Some("*")
        && !name.contains("${")
}

fn scans(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (role, it) in facts.rows() {
        for action in &it.actions {
            if action.ends_with(":Scan") || action.contains(":PartiQL") {
                let what = format!("{} allows {action}, which no key limits", it.sid);
                findings
                    .push(role.broken(what, "take it out: store neither scans nor uses PartiQL"));
            }
        }
    }
    findings
}

fn leading_keys(facts: &Facts<'_>) -> Vec<Finding> {
    let without = facts.rows().into_iter().filter(|(_, it)| {
        it.condition(LEADING_KEYS, "ForAllValues:StringLike")
            .is_none_or(<[String]>::is_empty)
    });
    without
        .map(|(role, it)| {
            let what = format!("{} is about every row", it.sid);
            role.broken(
                what,
                "add ForAllValues:StringLike with the partitions it is about",
            )
        })
        .collect()
}

fn null(facts: &Facts<'_>) -> Vec<Finding> {
    let without = facts.rows().into_iter().filter(|(_, it)| {
        it.conditions.iter().any(|it| it.key == LEADING_KEYS)
            && it.condition(LEADING_KEYS, "Null") != Some(&["false".to_owned()])
    });
    without
        .map(|(role, it)| {
            let what = format!(
                "{} allows calls without a key: ForAllValues holds for none",
                it.sid
            );
            role.broken(what, "add \"Null\": { dynamodb:LeadingKeys: \"false\" }")
        })
        .collect()
}

fn whole_tenants(facts: &Facts<'_>) -> Vec<Finding> {
    let tenant = format!("T#{}#", "?".repeat(26));
    let mut findings = Vec::new();
    for (role, it) in facts.rows() {
        for key in it
            .condition(LEADING_KEYS, "ForAllValues:StringLike")
            .unwrap_or_default()
        {
            if !key.starts_with(&tenant) && !key.starts_with("S#") {
                let what = format!("{} allows {key}, which is no partition of ours", it.sid);
                findings.push(role.broken(what, "begin with T#, 26 times ? and #, or with S#"));
            }
            if key == "S#*" {
                let what = format!("{} allows every row that leads to a tenant", it.sid);
                findings.push(role.broken(what, "name which of them"));
            }
        }
    }
    findings
}

fn logs(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let group = facts
            .templates
            .follow(it.file, &it.get("LoggingConfig")["LogGroup"]);
        let group = match &group {
            Target::Resource(file, id) => facts
                .all("AWS::Logs::LogGroup")
                .find(|it| it.file == file && it.id == id),
            Target::Plain(_) | Target::Nothing => None,
        };
        let Some(group) = group else {
            findings.push(it.broken(
                "its log is kept for ever",
                "give it a log group of these templates",
            ));
            continue;
        };
        if group.get("RetentionInDays").is_null() {
            findings.push(group.broken("it keeps lines for ever", "set RetentionInDays"));
        }
        if text(group.get("LogGroupName")) != format!("/aws/lambda/${{Prefix}}-{name}") {
            findings.push(group.broken(
                "the function's role may not write to it",
                "call it /aws/lambda/ and the function's name",
            ));
        }
    }
    findings
}

/// What an alarm watches: namespace, metric, and the values of its dimensions.
fn watched<'a>(alarm: &Found<'a>) -> Vec<(String, String, Vec<String>)> {
    let of = |metric: &'a Value| {
        let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
        let values = dimensions.map(|it| short(&it["Value"])).collect();
        (
            text(&metric["Namespace"]),
            text(&metric["MetricName"]),
            values,
        )
    };
    let parts = alarm.get("Metrics").as_array().into_iter().flatten();
    let parts = parts
        .map(|it| &it["MetricStat"]["Metric"])
        .filter(|it| !it.is_null());
    let own = Some(&alarm.whole["Properties"]).filter(|it| !it["MetricName"].is_null());
    own.into_iter().chain(parts).map(of).collect()
}

fn is_watched(facts: &Facts<'_>, namespace: &str, metric: &str, of: &str) -> bool {
    facts.all(ALARM).any(|alarm| {
        let watched = watched(&alarm);
        watched
            .iter()
            .any(|(a, b, c)| a == namespace && b == metric && c.iter().any(|it| it == of))
    })
}

fn alarms_of_functions(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, it) in facts.functions() {
        let mut metrics = vec!["Errors", "Throttles", "Duration"];
        if !facts.sources(&it).is_empty() {
            metrics.push("ConcurrentExecutions");
        }
        for metric in metrics {
            if !is_watched(facts, "AWS/Lambda", metric, &name) {
                findings.push(it.broken(
                    format!("no alarm watches its {metric}"),
                    "add one to infra/alarms.yaml",
                ));
            }
        }
    }
    findings
}

fn alarms_of_queues(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (queue, _) in facts.read() {
        if !is_watched(
            facts,
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            &short(queue.get("QueueName")),
        ) {
            findings.push(queue.broken(
                "no alarm tells when its messages wait too long",
                "add one to infra/alarms.yaml",
            ));
        }
        let Some(dead) = facts.dead_letters(&queue) else {
            continue;
        };
        if !is_watched(
            facts,
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            &short(dead.get("QueueName")),
        ) {
            findings.push(dead.broken(
                "no alarm tells of what is in it",
                "add one to infra/alarms.yaml",
            ));
        }
    }
    findings
}

/// What nobody else would tell: metric, function, and what somebody wants to hear of.
const TOLD: [(&str, &str, &str); 7] = [
    ("latency_ms", "api", "slow answers"),
    ("tenants", "schedule", "ticks that do not come"),
    ("sent", "schedule", "messages that are left behind"),
    ("outbox_age_s", "schedule", "messages that cannot be sent"),
    (
        "requeued",
        "schedule",
        "work under a lease that stands still",
    ),
    ("needs_reauth", "schedule", "grants that ended"),
    (
        "issuer_failures",
        "api",
        "keys of issuers that cannot be read",
    ),
];

fn alarms_of_work(facts: &Facts<'_>) -> Vec<Finding> {
    let untold = TOLD
        .iter()
        .filter(|(metric, function, _)| !is_watched(facts, "Pie", metric, function));
    untold
        .map(|(metric, function, what)| {
            let what = format!("no alarm tells of {what}, which {metric} of {function} counts");
            Finding::new("infra/alarms.yaml", what, "add one")
        })
        .collect()
}

fn slow(facts: &Facts<'_>) -> Vec<Finding> {
    let functions = facts.functions();
    let mut findings = Vec::new();
    for alarm in facts.all(ALARM) {
        let of = watched(&alarm)
            .into_iter()
            .find(|(_, metric, _)| metric == "Duration");
        let function = of.and_then(|(_, _, of)| functions.get(of.first()?));
        let Some(function) = function else { continue };
        let most = 0.8 * 1_000.0 * facts.timeout(function);
        let threshold = facts.templates.number(alarm.file, alarm.get("Threshold"));
        if threshold != Some(most) {
            let what = format!(
                "it wakes somebody at {} ms, and four fifths of the timeout are {most} ms",
                threshold.unwrap_or_default()
            );
            findings.push(alarm.broken(
                what,
                "keep the threshold and the function's Timeout together",
            ));
        }
    }
    findings
}

fn alarm_actions(facts: &Facts<'_>) -> Vec<Finding> {
    let alarms = facts
        .all(ALARM)
        .filter(|alarm| texts(alarm.get("AlarmActions")).is_empty());
    alarms
        .map(|it| it.broken("nobody hears of it", "add AlarmActions"))
        .collect()
}

fn metrics(facts: &Facts<'_>) -> Vec<Finding> {
    let unwritten = |metric: &str, function: &str| {
        let writers = facts.code.metrics.get(metric);
        !writers.is_some_and(|writers| writers.contains(function))
    };
    let mut findings = Vec::new();
    for alarm in facts.all(ALARM) {
        for (_, metric, of) in watched(&alarm)
            .into_iter()
            .filter(|(namespace, ..)| namespace == "Pie")
        {
            let function = of.first().map_or("", String::as_str);
            if unwritten(&metric, function) {
                let what = format!("{function:?} writes no metric {metric}");
                findings.push(alarm.broken(what, "watch what is written, or write it"));
            }
        }
    }
    for board in facts.all("AWS::CloudWatch::Dashboard") {
        let Ok(body) = serde_json::from_str::<Value>(&text(board.get("DashboardBody"))) else {
            findings.push(board.broken("its body is no JSON", "mend it"));
            continue;
        };
        let widgets = body["widgets"].as_array().into_iter().flatten();
        let lines =
            widgets.flat_map(|it| it["properties"]["metrics"].as_array().into_iter().flatten());
        for line in lines.filter(|line| line[0] == "Pie") {
            let (metric, function) = (text(&line[1]), text(&line[3]));
            if unwritten(&metric, &function) {
                let what = format!("{function:?} writes no metric {metric}");
                findings.push(board.broken(what, "show what is written, or write it"));
            }
        }
    }
    findings
}

fn wiring(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(root) = facts.templates.0.get(ROOT) else {
        return vec![Finding::new(
            "infra",
            "there is no template.yaml",
            "bring the parts together in one",
        )];
    };
    let mut parts = BTreeSet::from([ROOT.to_owned()]);
    for (id, part) in root.of_type(STACK) {
        let it = Found {
            file: ROOT,
            id,
            whole: part,
        };
        let name = text(it.get("TemplateURL"));
        let Some(template) = facts.templates.0.get(&name) else {
            findings.push(it.broken(format!("there is no {name}"), "name a file beside this one"));
            continue;
        };
        parts.insert(name.clone());
        let asked = template.value["Parameters"]
            .as_object()
            .into_iter()
            .flatten();
        let asked: BTreeMap<_, _> = asked.collect();
        let given = it.get("Parameters").as_object().into_iter().flatten();
        let given: BTreeMap<_, _> = given.collect();
        for parameter in asked
            .iter()
            .filter(|(name, it)| it["Default"].is_null() && !given.contains_key(*name))
        {
            let what = format!("{name} is not given {}", parameter.0);
            findings.push(it.broken(what, "give it what it asks for"));
        }
        for (parameter, value) in given {
            if !asked.contains_key(parameter) {
                let what = format!("{name} does not ask for {parameter}");
                findings.push(it.broken(what, "take it out"));
            }
            for path in gets(value) {
                if !is_output(facts, &path) {
                    let what = format!("{parameter} is {}, which no part says", path.join("."));
                    findings.push(it.broken(what, "name an output of a part"));
                }
            }
        }
    }
    for name in facts
        .templates
        .0
        .keys()
        .filter(|name| !parts.contains(*name))
    {
        findings.push(Finding::new(
            format!("infra/{name}"),
            "no part of the root",
            "add it to template.yaml",
        ));
    }
    findings
}

/// The paths of every `Fn::GetAtt` in a value.
fn gets(value: &Value) -> Vec<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().flat_map(gets).collect(),
        Value::Object(fields) => match fields.get("Fn::GetAtt").and_then(Value::as_array) {
            Some(path) => vec![path.iter().map(text).collect()],
            None => fields.values().flat_map(gets).collect(),
        },
        _ => Vec::new(),
    }
}

fn is_output(facts: &Facts<'_>, path: &[String]) -> bool {
    let [part, output] = path else { return false };
    let root = facts.templates.0.get(ROOT);
    let file =
        root.map(|root| text(&root.value["Resources"][part.as_str()]["Properties"]["TemplateURL"]));
    let template = file.and_then(|file| facts.templates.0.get(&file));
    let name = output.trim_start_matches("Outputs.");
    template.is_some_and(|it| !it.value["Outputs"][name].is_null())
}

fn stages(facts: &Facts<'_>) -> Vec<Finding> {
    let place = "samconfig.toml";
    let Ok(config) = facts.stages.parse::<toml::Table>() else {
        return vec![Finding::new(place, "it is no TOML", "mend it")];
    };
    let Some(root) = facts.templates.0.get(ROOT) else {
        return Vec::new();
    };
    let asked = root.value["Parameters"].as_object().into_iter().flatten();
    let asked: BTreeMap<_, _> = asked.collect();
    let mut findings = Vec::new();
    for stage in ["dev", "staging", "prod"] {
        let deploy = config.get(stage).and_then(|it| {
            it.get("deploy")?
                .get("parameters")?
                .get("parameter_overrides")?
                .as_str()
        });
        let Some(deploy) = deploy else {
            findings.push(Finding::new(
                place,
                format!("nothing says how to deploy {stage}"),
                "add it",
            ));
            continue;
        };
        let given: BTreeMap<&str, &str> = deploy
            .split(' ')
            .filter_map(|it| it.split_once('='))
            .collect();
        for name in given
            .keys()
            .filter(|name| !asked.contains_key(&(**name).to_owned()))
        {
            let what = format!("{stage} gives {name}, which the root does not ask for");
            findings.push(Finding::new(place, what, "take it out"));
        }
        for name in asked
            .iter()
            .filter(|(name, it)| it["Default"].is_null() && !given.contains_key(name.as_str()))
        {
            let what = format!("{stage} does not give {}", name.0);
            findings.push(Finding::new(place, what, "give what the root asks for"));
        }
        if given.get("Stage") != Some(&stage) {
            let what = format!(
                "{stage} deploys to {:?}",
                given.get("Stage").copied().unwrap_or_default()
            );
            findings.push(Finding::new(place, what, "give each stage its own name"));
        }
    }
    findings
}

fn reasons(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for template in facts.templates.0.values() {
        for (id, whole) in template.resources() {
            let it = Found {
                file: &template.name,
                id,
                whole,
            };
            let skips = whole["Metadata"]["checkov"]["skip"].as_array();
            for skip in skips.into_iter().flatten() {
                if text(&skip["comment"]).split(' ').count() < 4 {
                    let what = format!("{} is skipped without a reason", text(&skip["id"]));
                    findings.push(it.broken(what, "say why, in a sentence"));
                }
            }
        }
    }
    findings
}
