//! What tapes cannot show well: many fields, many ids, cells, states. The rest is in `golden/salesforce`.

#![expect(clippy::unwrap_used, reason = "a test may")]

use super::{CONNECTOR, OAUTH, map, quota, wire};
use connector::{
    Asking, BulkState, Checkpoint, Context, Known, Load, Out, Plan, Pull, Quota, Record, Request,
    Response, Step, Text, Value, Window,
};
use model::{Entity, StageMap, TenantId, Timestamp};
use serde_json::json;

/// What an organisation says of opportunities that have so many custom fields.
fn known(custom: usize) -> Known {
    let standard = ["Id", "IsDeleted", "Name", "StageName", "LastModifiedById"];
    let standard = standard.map(|name| json!({"name": name, "type": "string"}));
    let own = (0..custom)
        .map(|n| json!({"name": format!("Vendor__Some_Field_{n:04}__c"), "type": "string"}));
    let fields = standard.into_iter().chain(own).map(Value::from).collect();
    Known([("Opportunity".to_owned(), fields)].into())
}

fn asking<'a>(known: &'a Known, ids: &'a [Text]) -> Asking<'a> {
    Asking {
        known,
        window: None,
        page: None,
        ids,
    }
}

fn ids(count: usize) -> Vec<Text> {
    let id = |n| format!("006QW{n:013}").into();
    (0..count).map(id).collect()
}

fn body_text<'a>(request: &'a Request, field: &str) -> &'a str {
    request.body.as_ref().unwrap()[field].as_str().unwrap()
}

#[test]
fn an_address_stays_short_and_no_field_is_left_out() {
    for custom in [0, 3, 200, 800] {
        let (known, ids) = (known(custom), ids(wire::AT_ONCE));
        let page = wire::read(&asking(&known, &ids), &wire::OPPORTUNITY, "Id");
        assert!(page.path.len() < 15_000, "{custom}: {}", page.path.len());
        let more = wire::more(&asking(&known, &ids), &wire::OPPORTUNITY);
        let rest = more.body.unwrap()["fields"].as_array().unwrap().len() - 1;
        let asked = page.path.matches("Some_Field").count();
        assert_eq!(asked + rest, custom);
        // Only then does a record say that there is more to ask.
        assert_eq!(page.path.contains(wire::CUT), rest > 0, "{custom}");

        let job = wire::job(&asking(&known, &[]), &wire::OPPORTUNITY, "Id");
        let query = body_text(&job, "query");
        assert_eq!(query.matches("Some_Field").count(), custom);
        assert!(!query.contains(wire::CUT));
    }
}

#[test]
fn a_clause_stays_below_four_thousand_characters() {
    let (known, ids) = (Known::default(), ids(wire::AT_ONCE));
    for object in [&wire::HISTORY, &wire::PEER, &wire::ROLE] {
        let request = wire::count(&asking(&known, &ids), object, "OpportunityId");
        // Quotes, commas, spaces and parentheses are written with three characters each.
        let clause = request.path.split_once("WHERE").unwrap().1;
        let escaped = clause.matches('%').count();
        assert!(clause.len() - 2 * escaped < 4_000, "{}", object.name);
    }
}

#[test]
fn what_others_wrote_into_ids_and_pages_leads_nowhere_else() {
    let (known, ids) = (Known::default(), ["x') OR (Name != '".into()]);
    let request = wire::read(&asking(&known, &ids), &wire::ACCOUNT, "Id");
    assert!(
        request.path.ends_with("Id%20IN%20%28%27xORName%27%29"),
        "{}",
        request.path
    );
    for (page, path) in [
        (
            "/services/data/v66.0/query/01g-2000",
            "/services/data/v66.0/query/01g-2000",
        ),
        (
            "https://elsewhere.example/x",
            "/https://elsewhere.example/x",
        ),
        ("//elsewhere.example/x", "/elsewhere.example/x"),
    ] {
        let page = Some(page);
        let asking = Asking {
            page,
            ..asking(&known, &[])
        };
        assert_eq!(wire::read(&asking, &wire::ACCOUNT, "Id").path, path);
    }
}

#[test]
fn a_window_is_asked_for_to_the_thousandth() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let window = Window {
        from: at("2026-11-20T07:15:00Z"),
        to: at("2026-11-20T07:59:59.9999Z"),
        ids: None,
    };
    let known = Known::default();
    let asking = Asking {
        window: Some(&window),
        ..asking(&known, &[])
    };
    let path = wire::count(&asking, &wire::ACCOUNT, "SystemModstamp").path;
    assert!(path.contains("2026-11-20T07%3A15%3A00.000Z"), "{path}");
    assert!(path.ends_with("2026-11-20T07%3A59%3A59.999Z"), "{path}");
}

#[test]
fn people_sign_in_at_a_host_of_salesforce_and_at_no_other() {
    let at = |host: &str, path: &str| Some(format!("https://{host}/services/oauth2/{path}"));
    let check = |host: &str, expected: Option<&str>| {
        for (url, path) in [(OAUTH.authorize, "authorize"), (OAUTH.token, "token")] {
            let expected = expected.and_then(|host| at(host, path));
            assert_eq!(OAUTH.at(url, host), expected, "{host}");
        }
    };
    for own in [
        "login.salesforce.com",
        "test.salesforce.com",
        "harbor.my.salesforce.com",
        "harbor--dev.sandbox.my.salesforce.com",
    ] {
        check(own, Some(own));
    }
    check(" TEST.Salesforce.com ", Some("test.salesforce.com"));
    for other in [
        "",
        ".my.salesforce.com",
        "my.salesforce.com",
        "evil.salesforce.com",
        "test.salesforce.com.vendor.example",
        "vendor.example/.my.salesforce.com",
        "vendor.example#.my.salesforce.com",
        "a@vendor.example:443/x.my.salesforce.com",
        "https://test.salesforce.com",
    ] {
        check(other, None);
    }
}

/// Everything a record of a stream becomes.
fn mapped(stream: &str, record: &Record) -> Out {
    let (known, stages) = (Known::default(), StageMap::vendor_defaults());
    let cx = Context {
        tenant: TenantId::local(),
        source: "salesforce",
        space: "salesforce:00D",
        known: &known,
        stages: &stages,
        read_at: Timestamp::UNIX_EPOCH,
    };
    let mut out = Out::default();
    (CONNECTOR.stream(stream).unwrap().map)(record, &cx, &mut out);
    out
}

#[test]
fn fields_that_were_asked_for_beside_the_page_are_the_deal_s() {
    let mut record = Record::new(json!({"Id": "006A", "A__c": "1", wire::CUT: "005A"}));
    assert_eq!(map::cut(&record), ["006A"]);
    let rest = json!({"Id": "006A", "B__c": 2.5, "At__c": "2026-05-01T07:25:37.000+0000"});
    record.parts.insert("more".into(), vec![rest.into()]);
    let out = mapped("opportunities", &record);
    let Some(Entity::Deal(record)) = out.entities.first() else {
        unreachable!("a deal comes of an opportunity");
    };
    let fields: Vec<_> = record.deal.custom_fields.iter().collect();
    let expected = [
        ("A__c", "1"),
        ("At__c", "2026-05-01T07:25:37.000Z"),
        ("B__c", "2.5"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(
        fields,
        expected
            .iter()
            .map(|(name, value)| (name, value))
            .collect::<Vec<_>>()
    );
    assert!(map::cut(&Record::new(json!({"Id": "006A"}))).is_empty());
}

#[test]
fn a_text_of_forty_kilobytes_is_cut_and_said_to_be() {
    let name = "é".repeat(20_000);
    let out = mapped(
        "accounts",
        &Record::new(json!({"Id": "001A", "Name": name})),
    );
    assert_eq!((out.entities.len(), out.issues.len()), (1, 1));
}

fn results(text: &str, headers: &[(&str, &str)]) -> connector::Results {
    let Load::Bulk(_, bulk) = CONNECTOR.stream("tasks").unwrap().load else {
        unreachable!("tasks are read by job where there are many");
    };
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    (bulk.read)(&Response::new(200, headers.collect(), text.to_owned()))
}

#[test]
fn cells_are_read_as_they_stand() {
    let check = |text: &str, expected: serde_json::Value| {
        let (records, _) = results(text, &[]).unwrap();
        assert_eq!(Value::Array(records), expected.into(), "{text:?}");
    };
    check("", json!([]));
    check("\"Id\"\n", json!([]));
    check(
        "\"Id\",\"Name\"\n\"1\",\"N/A\"",
        json!([{"Id": "1", "Name": "N/A"}]),
    );
    check("\"Id\",\"Name\"\r\n\"1\",\"\"\r\n", json!([{"Id": "1"}]));
    check(
        "\"Id\",\"Name\"\n\"1\",\"a \"\"b\"\"\n\nc\0,d\"\n\"2\",\"null\"\n",
        json!([{"Id": "1", "Name": "a \"b\"\n\nc,d"}, {"Id": "2", "Name": "null"}]),
    );
    check(
        "\"Id\",\"Who.Name\",\"Who.Email\"\n\"1\",\"Ola\",\"\"\n",
        json!([{"Id": "1", "Who": {"Name": "Ola"}}]),
    );
    check("\"Who.Name\",\"Id\"\n\"\",\"1\"\n", json!([{"Id": "1"}]));
    for short in [
        "\"Id\",\"Name\"\n\"1\"\n",
        "\"Id\",\"Name\"\n\"1\",\"Ola\"\n\"2",
    ] {
        assert!(
            results(short, &[("sforce-numberofrecords", "2")]).is_err(),
            "{short:?}"
        );
    }
}

#[test]
fn the_last_page_of_results_has_no_locator() {
    for (locator, next) in [("null", None), ("", None), ("MTAw", Some("MTAw"))] {
        let page = results("\"Id\"\n\"1\"\n", &[("sforce-locator", locator)]).unwrap();
        assert_eq!(page.1.as_deref(), next);
    }
    assert_eq!(results("\"Id\"\n", &[]).unwrap().1, None);
}

#[test]
fn what_a_job_gives_is_as_old_as_the_job_however_late_it_is_fetched() {
    let stream = CONNECTOR.stream("tasks").unwrap();
    let at = |minutes: i64| Timestamp::from_second(1_795_161_600 + 60 * minutes).unwrap();
    let json = |body: serde_json::Value| Response::new(200, Vec::new(), body.to_string());
    let page = |locator: &str| {
        let headers = vec![("sforce-locator".to_owned(), locator.to_owned())];
        Response::new(200, headers, "\"Id\"\n\"00T1\"\n".to_owned())
    };
    let answers = [
        json(json!({"totalSize": 10_000})),
        json(json!({"id": "750A"})),
        json(json!({"state": "JobComplete", "numberRecordsProcessed": 3})),
        page("MTAw"),
        page("MTAx"),
        json(json!({"state": "JobComplete", "numberRecordsProcessed": 3})),
        page("null"),
    ];
    let known = Known::default();
    let mut pull = Pull::from(stream, &known, Checkpoint::begin(stream, Plan::Load, at(0)));
    let mut pages = Vec::new();
    for (n, answer) in answers.into_iter().enumerate() {
        let now = at(30 * i64::try_from(n).unwrap());
        assert!(matches!(pull.next(now), Step::Send(_)), "answer {n}");
        pull.asked(now);
        pull.good(answer).unwrap();
        if let Step::Page(page) = pull.next(now) {
            pages.push(page.asked_at);
        }
        if n == 4 {
            // Another worker goes on.
            pull = Pull::from(stream, &known, pull.checkpoint().clone());
        }
    }
    assert_eq!(pages, [at(0); 3]);
}

#[test]
fn a_job_is_waited_for_until_it_ends() {
    let Load::Bulk(_, bulk) = CONNECTOR.stream("tasks").unwrap().load else {
        unreachable!("tasks are read by job where there are many");
    };
    let failed = |why: &str| BulkState::Failed(why.to_owned());
    for (body, expected) in [
        (r#"{"state":"UploadComplete"}"#, BulkState::Working(2_000)),
        (r#"{"state":"InProgress"}"#, BulkState::Working(2_000)),
        (
            r#"{"state":"JobComplete","numberRecordsProcessed":4312}"#,
            BulkState::Ready(Some(4_312)),
        ),
        (r#"{"state":"JobComplete"}"#, BulkState::Ready(None)),
        (
            r#"{"state":"Failed","errorMessage":"QUERY_TIMEOUT"}"#,
            failed("QUERY_TIMEOUT"),
        ),
        (r#"{"state":"Aborted"}"#, failed("Aborted")),
        ("[]", failed("the job has no state")),
    ] {
        let response = Response::new(200, Vec::new(), body.to_owned());
        assert_eq!((bulk.state)(&response), expected, "{body}");
    }
}

#[test]
fn what_is_left_of_the_day_is_read_from_every_answer() {
    let left = |left, of| {
        Some(Quota {
            left,
            of,
            resets_s: None,
        })
    };
    for (header, expected) in [
        ("api-usage=900/15000", left(14_100, 15_000)),
        (
            "api-usage=16000/15000; per-app-api-usage=17/250(appName=pie)",
            left(0, 15_000),
        ),
        (
            "per-app-api-usage=17/250(appName=pie), api-usage=1/2",
            left(1, 2),
        ),
        ("api-usage=many/15000", None),
        ("", None),
    ] {
        let headers = vec![("sforce-limit-info".to_owned(), header.to_owned())];
        let response = Response::new(200, headers, String::new());
        assert_eq!(quota(&response), expected, "{header}");
    }
}
