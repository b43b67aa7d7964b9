//! Each rule about the templates, broken once in our own: it is caught, and by that rule alone.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use xtask::code::{Asks, Code, Trigger};
use xtask::infra::{Facts, RULES, check};
use xtask::template::{Condition, Templates};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

static CODE: LazyLock<Code> = LazyLock::new(|| {
    let (code, odd) = Code::of(&root());
    assert!(odd.is_empty(), "{odd:?}");
    code
});

/// What is done to our templates, or to what the code asks of them.
enum Defect {
    /// In a file the first of this text becomes that.
    Text(&'static str, &'static str, &'static str),
    /// The code asks for something else.
    Code(fn(&mut Code)),
}

use Defect::Text;

const KEY: &str = "\"T#??????????????????????????#*\"";

#[rustfmt::skip]
const DEFECTS: [(&str, Defect); 52] = [
    ("functions", Defect::Code(|code| {
        let asks = Asks { trigger: Trigger::Queue, needs: BTreeSet::new(), takes: BTreeSet::new() };
        code.functions.insert("enrich".to_owned(), asks);
    })),
    ("build", Text("functions.yaml", "Architectures: [arm64]", "Architectures: [x86_64]")),
    ("build", Text("functions.yaml", "Binary: oauth", "Binary: api")),
    ("roles", Text("functions.yaml", "Role: !Ref WebhookRoleArn", "Role: !Ref OauthRoleArn")),
    ("roles", Text("roles.yaml", "Service: lambda.amazonaws.com", "Service: ec2.amazonaws.com")),
    ("visibility", Text("queues.yaml", "VisibilityTimeout: 720", "VisibilityTimeout: 600")),
    ("visibility", Text("queues.yaml", "VisibilityTimeout: 720", "VisibilityTimeout: 900")),
    ("redrive", Text("queues.yaml", "maxReceiveCount: 5", "maxReceiveCount: 3")),
    ("redrive", Text("queues.yaml", "deadLetterTargetArn: !GetAtt SyncDeadLetters.Arn", "other: x")),
    ("retention", Text("queues.yaml", "MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 345600")),
    ("partial-batches", Text("functions.yaml", "FunctionResponseTypes: [ReportBatchItemFailures]", "Enabled: true")),
    ("concurrency", Text("functions.yaml", "ReservedConcurrentExecutions: !Ref SyncConcurrency", "ReservedConcurrentExecutions: 49")),
    ("concurrency", Text("functions.yaml", "ScalingConfig: { MaximumConcurrency: !Ref SyncConcurrency }", "Enabled: true")),
    ("queues", Defect::Code(|code| { code.queues.insert("enrich".to_owned()); })),
    ("queues", Defect::Code(|code| { code.queues.remove("deliver"); })),
    ("queue-variables", Text("template.yaml", "SyncUrl: !GetAtt Queues.Outputs.SyncUrl", "SyncUrl: !GetAtt Queues.Outputs.DeliverUrl")),
    ("deadline", Defect::Code(|code| code.lease_s = 60.0)),
    ("tick", Text("functions.yaml", "rate(1 minute)", "rate(5 minutes)")),
    ("variables-set", Text("functions.yaml", "        PIE_SECRET: !Ref SecretName\n", "")),
    ("variables-set", Text("functions.yaml", "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH: \"true\"", "PIE_LOG: debug")),
    ("variables-read", Text("functions.yaml", "PIE_LOG: !Ref LogLevel", "PIE_COLOUR: red")),
    ("secrets", Text("functions.yaml", "PIE_SECRET: !Ref SecretName", "PIE_SECRET: example")),
    ("secrets", Text("functions.yaml", "PIE_MAIL_FROM: !Ref MailFrom", "PIE_MAIL_FROM: \"{{resolve:secretsmanager:x}}\"")),
    ("streaming", Text("http.yaml", "responseTransferMode: STREAM", "responseTransferMode: BUFFERED")),
    ("streaming", Text("functions.yaml", "PIE_STREAMING: \"true\"", "PIE_LOG: debug")),
    ("recovery", Text("data.yaml", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false")),
    ("protection", Text("data.yaml", "DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false")),
    ("protection", Text("data.yaml", "DeletionPolicy: Retain", "DeletionPolicy: Delete")),
    ("expiry", Text("data.yaml", "AttributeName: expires_at", "AttributeName: ttl")),
    ("stream", Text("data.yaml", "DeletionProtectionEnabled: true", "DeletionProtectionEnabled: true\n      StreamSpecification: { StreamViewType: KEYS_ONLY }")),
    ("encryption", Text("queues.yaml", "SqsManagedSseEnabled: true", "SqsManagedSseEnabled: false")),
    ("tls", Text("data.yaml", "\"aws:SecureTransport\": \"false\"", "\"aws:SecureTransport\": \"true\"")),
    ("stars", Text("roles.yaml", "Action: ses:SendEmail", "Action: ses:*")),
    ("stars", Text("roles.yaml", "Resource: !Ref KeyArn", "Resource: \"*\"")),
    ("scans", Text("roles.yaml", "dynamodb:BatchGetItem, dynamodb:Query]", "dynamodb:BatchGetItem, dynamodb:Query, dynamodb:Scan]")),
    ("leading-keys", Text("roles.yaml", "\"ForAllValues:StringLike\"", "\"ForAnyValue:StringLike\"")),
    ("null", Text("roles.yaml", "                  \"Null\": { dynamodb:LeadingKeys: \"false\" }\n", "")),
    ("null", Text("roles.yaml", "\"Null\": { dynamodb:LeadingKeys: \"false\" }", "\"Null\": { dynamodb:LeadingKeys: \"true\" }")),
    ("whole-tenants", Text("roles.yaml", KEY, "\"T#*\"")),
    ("whole-tenants", Text("roles.yaml", "\"S#EMAIL#*\"", "\"S#*\"")),
    ("logs", Text("functions.yaml", "      RetentionInDays: !Ref LogDays\n", "")),
    ("alarms-of-functions", Text("alarms.yaml", "[api, oauth, webhook, schedule,", "[api, webhook, schedule,")),
    ("alarms-of-queues", Text("alarms.yaml", "- [sync, simulate, deliver]", "- [sync, simulate]")),
    ("alarms-of-work", Text("alarms.yaml", "MetricName: outbox_age_s", "MetricName: failed")),
    ("alarms-of-work", Text("alarms.yaml", "MetricName: requeued", "MetricName: failed")),
    ("slow", Text("alarms.yaml", "sync: { Milliseconds: 96000 }", "sync: { Milliseconds: 119000 }")),
    ("alarm-actions", Text("alarms.yaml", "          AlarmActions: [!Ref Topic]\n", "")),
    ("metrics", Text("alarms.yaml", "MetricName: left", "MetricName: leases_stuck")),
    ("metrics", Text("alarms.yaml", "[\"Pie\", \"dropped\", \"function\", \"sync\"", "[\"Pie\", \"dropped\", \"function\", \"api\"")),
    ("wiring", Text("template.yaml", "        WebAclArn: !Ref ApiWebAclArn\n", "")),
    ("stages", Text("samconfig.toml", "MailFrom=pie@dev.pie.example ", "")),
    ("reasons", Text("queues.yaml", "Encrypted with SQS's own key; messages carry ids and never data", "because")),
];

fn read(name: &str) -> String {
    let path = if name == "samconfig.toml" {
        root().join(name)
    } else {
        root().join("infra").join(name)
    };
    std::fs::read_to_string(path).unwrap()
}

/// The names of the rules that are broken by a defect.
fn broken_by(defect: Option<&Defect>) -> BTreeSet<String> {
    let mut templates = Templates::read(&root().join("infra")).unwrap();
    let mut code = CODE.clone();
    let mut stages = read("samconfig.toml");
    match defect {
        Some(Text(file, from, to)) => {
            let whole = read(file);
            assert!(whole.contains(from), "{file} has no {from:?}");
            let broken = whole.replacen(from, to, 1);
            if *file == "samconfig.toml" {
                stages = broken;
            } else {
                templates.put(file, &broken).unwrap();
            }
        }
        Some(Defect::Code(change)) => change(&mut code),
        None => {}
    }
    let facts = Facts {
        templates: &templates,
        code: &code,
        stages: &stages,
    };
    check(&facts).iter().map(|it| it.rule.to_owned()).collect()
}

#[test]
fn our_templates_break_no_rule() {
    assert_eq!(broken_by(None), BTreeSet::new());
}

#[test]
fn a_defect_is_caught_by_the_rule_for_it_and_by_no_other() {
    let mut wrong = Vec::new();
    for (rule, defect) in &DEFECTS {
        let found = broken_by(Some(defect));
        if found != BTreeSet::from([(*rule).to_owned()]) {
            let what = match defect {
                Text(_, from, to) => format!("{from:?} → {to:?}"),
                Defect::Code(_) => "other code".to_owned(),
            };
            wrong.push(format!("{rule}, {what}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_a_defect() {
    let rules: BTreeSet<&str> = RULES.iter().map(|(rule, _)| *rule).collect();
    let planted: BTreeSet<&str> = DEFECTS.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(planted, rules);
}

#[test]
fn a_policy_is_read_with_its_conditions() {
    let templates = Templates::read(&root().join("infra")).unwrap();
    let of = |function: &str, sid: &str| {
        templates
            .policy_of(function)
            .into_iter()
            .find(|it| it.sid == sid)
            .unwrap()
    };
    let opens = of("webhook", "OpensTenantKeys");
    assert_eq!(
        (opens.actions, opens.resources),
        (vec!["kms:Decrypt".to_owned()], vec!["${KeyArn}".to_owned()])
    );
    let tenant = Condition {
        operator: "StringLike".to_owned(),
        key: "kms:EncryptionContext:tenant".to_owned(),
        values: vec!["tenant_*".to_owned()],
    };
    assert_eq!(opens.conditions, [tenant]);
    let writes = of("webhook", "WritesHints");
    assert_eq!(
        writes.resources,
        ["arn:${AWS::Partition}:s3:::${Bucket}/tenant_*/hints/*"]
    );
    // No webhook writes an entity: it writes no row at all.
    let rows = templates.policy_of("webhook");
    let mut actions: Vec<_> = rows
        .iter()
        .flat_map(|it| &it.actions)
        .filter(|it| it.starts_with("dynamodb:"))
        .collect();
    actions.sort_unstable();
    assert_eq!(actions, ["dynamodb:GetItem", "dynamodb:Query"]);
}

#[test]
fn the_code_is_seen_to_ask_for_what_it_asks() {
    let code = &*CODE;
    let names: Vec<_> = code.functions.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "api", "deliver", "oauth", "schedule", "simulate", "sync", "webhook"
        ]
    );
    let needs = |function: &str| {
        code.functions[function]
            .needs
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
    };
    let sync = [
        "PIE_BUCKET",
        "PIE_KMS_KEY",
        "PIE_MAIL_FROM",
        "PIE_QUEUE_DELIVER",
        "PIE_QUEUE_SIMULATE",
        "PIE_QUEUE_SYNC",
        "PIE_SECRET",
        "PIE_TABLE",
    ];
    assert_eq!(needs("sync"), sync);
    for function in ["webhook", "oauth"] {
        let http = needs(function);
        assert!(
            http.contains(&"PIE_PUBLIC_URL")
                && http.contains(&"AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH"),
            "{http:?}"
        );
        assert!(code.functions[function].takes.contains("PIE_STREAMING"));
    }
    assert_eq!(
        code.queues.iter().map(String::as_str).collect::<Vec<_>>(),
        ["deliver", "simulate", "sync"]
    );
    assert!(
        code.metrics["requeued"].contains("schedule") && !code.metrics["requeued"].contains("api")
    );
    assert!(code.metrics["latency_ms"].contains("api") && code.metrics["dropped"].contains("sync"));
    assert_eq!(
        (
            code.visibility_s,
            code.most_receives,
            code.margin_s,
            code.lease_s
        ),
        (720.0, 5.0, 30.0, 120.0)
    );
}
