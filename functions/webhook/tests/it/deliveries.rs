//! What becomes of a delivery.

use crate::world::{
    Answer, HUBSPOT, PIPEDRIVE, STRIPE, World, address, basic, connection_id, post, tenant_id,
};
use axum::body::Body;
use embedded::{Fault, Service};
use http::{Request, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::ConnectionStatus;

const PAID: &str = r#"{"id":"evt_1","object":"event","type":"invoice.paid","livemode":true,"data":{"object":{"id":"in_7","object":"invoice"}}}"#;
const MOVED: &str = r#"{"data":{"id":4021},"previous":{"stage_id":11},"meta":{"action":"change","entity":"deal","entity_id":"4021","id":"0c6a","company_id":"700123"}}"#;

async fn stripe() -> (World, String) {
    let world = World::new().await;
    let path = world.connect(1, 1, "stripe", |_| {}).await;
    world.keep_secrets(1, 1, &[STRIPE]).await;
    (world, path)
}

/// HubSpot's app, and the same account connected by two tenants, another by one.
async fn hubspot() -> World {
    let world = World::new().await;
    let apps = json!({
        "hubspot": {"client_id": "1", "client_secret": HUBSPOT},
        "sandbox:hubspot": {"client_id": "2", "client_secret": "of the sandbox"},
    });
    let apps = SecretString::from(apps.to_string());
    world.store.put_source_apps(&apps).await.unwrap();
    for (tenant, n, account) in [(1, 1, "62515"), (2, 1, "62515"), (2, 2, "62516")] {
        let account = Some(account.to_owned());
        world
            .connect(tenant, n, "hubspot", |it| it.account = account)
            .await;
    }
    world
}

fn moved(account: u32, deal: u32) -> Value {
    json!({
        "eventId": 1, "portalId": account, "occurredAt": 1_763_299_999_000_i64, "objectId": deal,
        "subscriptionType": "deal.propertyChange", "propertyName": "dealstage", "attemptNumber": 0,
    })
}

#[track_caller]
fn assert_fine(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn a_delivery_of_stripe_becomes_one_message_that_says_where_to_look() {
    let (world, path) = stripe().await;
    let request = world.stripe(&path, STRIPE, PAID);
    let (mut parts, body) = request.into_parts();
    let id = "req_of_the_source".parse().unwrap();
    parts.headers.insert("x-request-id", id);
    assert_fine(&world.send(Request::from_parts(parts, body)).await);
    let connection = connection_id(1, 1);
    let expected = json!({
        "v": 1,
        "tenant": tenant_id(1),
        "request_id": "req_of_the_source",
        "kind": "connection.hint",
        "body": {
            "connection": connection,
            "source": "stripe",
            "hints": [{"stream": "invoices", "id": "in_7"}],
            "markers": [format!("{connection} evt_1")],
        },
    });
    assert_eq!(world.queued().await, [expected]);
}

#[tokio::test]
async fn a_delivery_of_pipedrive_is_known_by_its_credentials() {
    let world = World::new().await;
    let path = world.connect(1, 1, "pipedrive", |_| {}).await;
    world.keep_secrets(1, 1, &[PIPEDRIVE]).await;
    assert_fine(&world.send(basic(&path, PIPEDRIVE, MOVED)).await);
    let queued = world.queued().await;
    let hints = json!([{"stream": "deals", "id": "4021"}]);
    assert_eq!((queued.len(), &queued[0]["body"]["hints"]), (1, &hints));
    let refused = world.send(basic(&path, "pie:guess", MOVED)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.queued().await, [Value::Null; 0]);
}

#[tokio::test]
async fn events_of_all_accounts_of_an_app_find_their_connections() {
    let world = hubspot().await;
    let path = "/v1/webhooks/hubspot";
    let events = [
        moved(62515, 1),
        moved(62516, 2),
        moved(99999, 3),
        moved(62515, 4),
    ];
    let body = json!(events).to_string();
    assert_fine(&world.send(world.hubspot(path, HUBSPOT, &body)).await);
    let mut queued: Vec<_> = world
        .queued()
        .await
        .iter()
        .map(|message| {
            let body = &message["body"];
            let ids: Vec<_> = body["hints"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["id"].clone())
                .collect();
            json!([message["tenant"], body["connection"], ids])
        })
        .collect();
    queued.sort_by_key(Value::to_string);
    let mut expected = [
        json!([tenant_id(1), connection_id(1, 1), ["1", "4"]]),
        json!([tenant_id(2), connection_id(2, 1), ["1", "4"]]),
        json!([tenant_id(2), connection_id(2, 2), ["2"]]),
    ];
    expected.sort_by_key(Value::to_string);
    assert_eq!(queued, expected);
}

#[tokio::test]
async fn what_a_sandbox_signs_reaches_sandboxes_alone() {
    let world = hubspot().await;
    let path = "/v1/webhooks/hubspot";
    let body = json!([moved(62515, 1)]).to_string();
    let sandbox = || world.hubspot(path, "of the sandbox", &body);
    assert_fine(&world.send(sandbox()).await);
    assert_eq!(world.queued().await, [Value::Null; 0]);
    world.edit(2, 1, |it| it.sandbox = true).await;
    world.pass(301);
    assert_fine(&world.send(sandbox()).await);
    let queued = world.queued().await;
    assert_eq!(
        (queued.len(), &queued[0]["tenant"]),
        (1, &json!(tenant_id(2)))
    );
    assert_fine(&world.send(world.hubspot(path, HUBSPOT, &body)).await);
    let queued = world.queued().await;
    assert_eq!(
        (queued.len(), &queued[0]["tenant"]),
        (1, &json!(tenant_id(1)))
    );
}

#[tokio::test]
async fn the_address_that_was_called_is_part_of_what_hubspot_signs() {
    let world = hubspot().await;
    let body = json!([moved(62516, 1)]).to_string();
    for path in ["/v1/webhooks/hubspot", "/v1/webhooks/hubspot?a=1%2F2"] {
        // HubSpot signs the path with `%2F` decoded.
        let mut request = world.hubspot(&path.replace("%2F", "/"), HUBSPOT, &body);
        *request.uri_mut() = path.parse().unwrap();
        // Whoever sends chooses the host, so it says nothing.
        let host = "evil.example".parse().unwrap();
        request.headers_mut().insert("host", host);
        assert_fine(&world.send(request).await);
        assert_eq!(world.queued().await.len(), 1);
    }
    let mut request = world.hubspot("/v1/webhooks/hubspot", HUBSPOT, &body);
    *request.uri_mut() = "/v1/webhooks/hubspot?b".parse().unwrap();
    assert_eq!(world.send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_app_of_the_customers_own_delivers_to_its_connection() {
    let world = hubspot().await;
    let path = world.connect(1, 3, "hubspot", |_| {}).await;
    world.keep_secrets(1, 3, &["of their own app"]).await;
    let body = json!([moved(62516, 1)]).to_string();
    assert_fine(
        &world
            .send(world.hubspot(&path, "of their own app", &body))
            .await,
    );
    let queued = world.queued().await;
    let connection = json!(connection_id(1, 3));
    assert_eq!(
        (queued.len(), &queued[0]["body"]["connection"]),
        (1, &connection)
    );
    // The secret of ours is another one.
    let refused = world.send(world.hubspot(&path, HUBSPOT, &body)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_nobody_we_know_signed_is_a_problem_that_gives_nothing_away() {
    let (world, path) = stripe().await;
    let check = async |request: Request<Body>| {
        let answer = world.send(request).await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(problem["code"], "unauthenticated");
        for word in [STRIPE, "evt_1", "v1=", "too old", "no signature fits"] {
            assert!(!answer.body.contains(word), "{word}: {}", answer.body);
        }
        assert_eq!(world.queued().await, [Value::Null; 0]);
    };
    check(world.stripe(&path, "whsec_of somebody else", PAID)).await;
    check(post(&path, &[], PAID)).await;
    check(post(
        &path,
        &[("stripe-signature", "t=1763300000,v1=00")],
        PAID,
    ))
    .await;
    let old = world.stripe(&path, STRIPE, PAID);
    world.pass(301);
    check(old).await;
    world.keep_secrets(1, 1, &[]).await;
    world.pass(301);
    check(world.stripe(&path, STRIPE, PAID)).await;
}

#[tokio::test]
async fn what_nobody_wants_is_answered_as_if_all_were_well() {
    let (world, path) = stripe().await;
    let check = async |what: &str, request: Request<Body>| {
        let answer = world.send(request).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::OK, ""),
            "{what}"
        );
        assert_eq!(world.queued().await, [Value::Null; 0], "{what}");
    };
    let signed = |path: &str| world.stripe(path, STRIPE, PAID);
    check(
        "a connection of nobody",
        signed(&format!("/v1/webhooks/stripe/{}", address(1, 9))),
    )
    .await;
    check(
        "a tenant of nobody",
        signed(&format!("/v1/webhooks/stripe/{}", address(9, 1))),
    )
    .await;
    let other = connector::verify::Address::new(tenant_id(1), connection_id(1, 1), [0; 16]);
    check(
        "another secret part",
        signed(&format!("/v1/webhooks/stripe/{other}")),
    )
    .await;
    check("no address", signed("/v1/webhooks/stripe/1")).await;
    check(
        "another source",
        signed(&path.replace("stripe", "pipedrive")),
    )
    .await;
    check(
        "a source of nobody",
        signed(&path.replace("stripe", "acme")),
    )
    .await;
    check(
        "a source without webhooks",
        signed(&path.replace("stripe", "salesforce")),
    )
    .await;
    check(
        "the source's address for all",
        signed("/v1/webhooks/stripe"),
    )
    .await;
    check(
        "one connection's address of an app",
        signed(&path.replace("stripe", "hubspot")),
    )
    .await;
    check("no JSON", world.stripe(&path, STRIPE, "{\"id\":")).await;
    check("no event", world.stripe(&path, STRIPE, "[]")).await;
    let upcoming = r#"{"id":"evt_2","livemode":true,"data":{"object":{"object":"invoice"}}}"#;
    check(
        "an event that points nowhere",
        world.stripe(&path, STRIPE, upcoming),
    )
    .await;
    let test = PAID.replace("true", "false");
    check(
        "an event of the test mode",
        world.stripe(&path, STRIPE, &test),
    )
    .await;
    for status in [
        ConnectionStatus::Disabled,
        ConnectionStatus::Paused,
        ConnectionStatus::NeedsReauth,
        ConnectionStatus::Pending,
    ] {
        world.edit(1, 1, |it| it.status = status).await;
        world.pass(301);
        check("a connection that is not awake", signed(&path)).await;
    }
}

#[tokio::test]
async fn a_test_mode_that_is_connected_hears_of_itself() {
    let (world, _) = stripe().await;
    let path = world.connect(1, 2, "stripe", |it| it.sandbox = true).await;
    world.keep_secrets(1, 2, &[STRIPE]).await;
    let test = PAID.replace("true", "false");
    assert_fine(&world.send(world.stripe(&path, STRIPE, &test)).await);
    assert_eq!(world.queued().await.len(), 1);
}

#[tokio::test]
async fn a_body_has_an_end() {
    let (world, path) = stripe().await;
    let fits = format!("{PAID}{}", " ".repeat((1 << 20) - PAID.len()));
    assert_fine(&world.send(world.stripe(&path, STRIPE, &fits)).await);
    assert_eq!(world.queued().await.len(), 1);
    let answer = world
        .send(world.stripe(&path, STRIPE, &format!("{fits} ")))
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let read = Request::get(&path).body(Body::empty()).unwrap();
    assert_eq!(
        world.send(read).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn what_a_message_cannot_hold_lies_sealed_in_a_file() {
    let world = hubspot().await;
    let path = "/v1/webhooks/hubspot";
    let many: Vec<_> = (0..2_500).map(|deal| moved(62516, deal)).collect();
    let odd = json!([moved(62516, 1)])
        .to_string()
        .replace("\"objectId\":1", "\"objectId\":\"\u{ffff}\"");
    for (body, expected) in [(json!(many).to_string(), 2_500), (odd, 1)] {
        assert_fine(&world.send(world.hubspot(path, HUBSPOT, &body)).await);
        let queued = world.queued().await;
        assert_eq!(queued.len(), 1);
        let body = &queued[0]["body"];
        assert_eq!(body["connection"], json!(connection_id(2, 2)));
        assert_eq!(
            (&body["hints"], &body["markers"]),
            (&Value::Null, &Value::Null)
        );
        let name = body["blob"].as_str().unwrap();
        let tenant = world.tenant(2);
        let kept = tenant.sealed(name).await.unwrap().unwrap();
        let kept: webhook::Hints = serde_json::from_slice(&kept).unwrap();
        assert_eq!((kept.hints.len(), kept.markers.len()), (expected, expected));
        let raw = tenant.blob(name).await.unwrap().unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("deals"));
    }
}

#[tokio::test]
async fn what_cannot_be_queued_is_to_come_again() {
    let (world, path) = stripe().await;
    for failing in ["GetItem", "SendMessage"] {
        let faults = world.aws.faults();
        faults.set(move |call| {
            if call.operation == failing {
                Fault::Unavailable
            } else {
                Fault::None
            }
        });
        let answer = world.send(world.stripe(&path, STRIPE, PAID)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{failing}");
        world.aws.faults().clear();
        assert_eq!(world.queued().await, [Value::Null; 0]);
    }
    assert_fine(&world.send(world.stripe(&path, STRIPE, PAID)).await);
    assert_eq!(world.queued().await.len(), 1);
}

#[tokio::test]
async fn a_delivery_costs_one_message_and_nothing_else_once_its_connection_is_known() {
    let (world, path) = stripe().await;
    assert_fine(&world.send(world.stripe(&path, STRIPE, PAID)).await);
    world.aws.reset_counts();
    for _ in 0..3 {
        assert_fine(&world.send(world.stripe(&path, STRIPE, PAID)).await);
    }
    let calls: Vec<_> = world.aws.calls().into_iter().collect();
    let expected = ((Service::Sqs, "SendMessage".to_owned()), 3);
    assert_eq!(calls, [expected]);
}
