use crate::{Bed, CRO};
use connector::verify::Address;
use model::ConnectionId;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::{AuthKind, Connection, ConnectionStatus};

async fn secrets(bed: &Bed, id: &str) -> Vec<String> {
    let id: ConnectionId = id.parse().unwrap();
    let kept = bed.tenant().webhook_secrets(id).await.unwrap();
    kept.iter()
        .map(|secret| secret.expose_secret().to_owned())
        .collect()
}

/// A connection that is read.
async fn connection(bed: &Bed, source: &str, n: u8) -> String {
    let id = ConnectionId::from_bytes([n; 16]);
    let connection = Connection {
        status: ConnectionStatus::Active,
        ..Connection::new(id, source, AuthKind::Key, "test", bed.world.store.now())
    };
    bed.tenant().create_document(connection).await.unwrap();
    id.to_string()
}

#[tokio::test]
async fn an_address_is_shown_once_and_a_secret_never() {
    let bed = Bed::new().await;
    let id = connection(&bed, "stripe", 1).await;
    let target = format!("/v1/connections/{id}/webhook");
    let line = format!("PUT {target}");
    let none = bed.get(&target).await.ok(200);
    assert_eq!(
        (none.text("/kind"), none.at("/active")),
        ("connection".to_owned(), &json!(false))
    );
    // The source is given the address before it has a secret to show.
    let made = bed.call(&line, json!({})).await.ok(200);
    let url = made.text("/url");
    let start = "https://pie.example/v1/webhooks/stripe/";
    let address: Address = url.strip_prefix(start).unwrap().parse().unwrap();
    assert_eq!(address.connection.to_string(), id);
    let digest = bed.kept(&id).await.webhook.unwrap().path_token_digest;
    assert!(address.has_digest(&digest.unwrap()));
    assert_eq!(made.at("/active"), &json!(false));
    let body = json!({"secrets": ["whsec_new", "whsec_old"]});
    let ready = bed.call(&line, body).await.ok(200);
    assert_eq!(
        (ready.at("/url"), ready.at("/active"), ready.at("/secrets")),
        (&Value::Null, &json!(true), &json!(2))
    );
    assert_eq!(secrets(&bed, &id).await, ["whsec_new", "whsec_old"]);
    let shown = bed.get(&target).await.ok(200);
    for answer in [&made, &ready, &shown] {
        assert!(
            !answer.body.to_string().contains("whsec_"),
            "{}",
            answer.body
        );
    }
    assert_eq!(shown.at("/url"), &Value::Null);
    let other = bed.call(&line, json!({"new_address": true})).await.ok(200);
    assert_ne!(other.text("/url"), url);
    assert_eq!(other.at("/active"), &json!(true));
    assert_eq!(bed.audit().await[..3], ["connection.webhook"; 3]);
    for bad in [json!([]), json!(["a:b"]), json!(vec!["whsec_1"; 5])] {
        bed.call(&line, json!({"secrets": bad}))
            .await
            .is(422, "invalid_body");
    }
    assert_eq!(secrets(&bed, &id).await.len(), 2);
    bed.edit(&id, |it| it.status = ConnectionStatus::Disabled)
        .await;
    bed.call(&line, json!({})).await.is(409, "wrong_state");
}

#[tokio::test]
async fn a_source_that_signs_nothing_is_given_a_user_and_a_password() {
    let bed = Bed::new().await;
    let id = connection(&bed, "pipedrive", 2).await;
    let line = format!("PUT /v1/connections/{id}/webhook");
    let made = bed.call(&line, json!({})).await.ok(200);
    let secret = format!("{}:{}", made.text("/user"), made.text("/password"));
    assert_eq!(secrets(&bed, &id).await, [secret]);
    assert_eq!(made.at("/active"), &json!(true));
    // Once.
    let again = bed.call(&line, json!({})).await.ok(200);
    assert_eq!(
        (again.at("/url"), again.at("/password")),
        (&Value::Null, &Value::Null)
    );
    let own = json!({"secrets": ["me:word"]});
    let own = bed.call(&line, own).await.ok(200);
    assert_eq!(own.at("/password"), &Value::Null);
    assert_eq!(secrets(&bed, &id).await, ["me:word"]);
}

#[tokio::test]
async fn where_there_is_one_address_for_all_or_none_nothing_is_set_up_here() {
    let bed = Bed::new().await;
    for (n, source, kind, url) in [
        (
            3,
            "hubspot",
            "app",
            json!("https://pie.example/v1/webhooks/hubspot"),
        ),
        (4, "salesforce", "none", Value::Null),
    ] {
        let id = connection(&bed, source, n).await;
        let target = format!("/v1/connections/{id}/webhook");
        let shown = bed.get(&target).await.ok(200);
        assert_eq!(
            (shown.text("/kind"), shown.at("/url")),
            (kind.to_owned(), &url)
        );
        let line = format!("PUT {target}");
        bed.call(&line, json!({"secrets": ["x"]}))
            .await
            .is(409, "wrong_state");
        assert!(secrets(&bed, &id).await.is_empty());
    }
    let id = connection(&bed, "stripe", 5).await;
    let line = format!("GET /v1/connections/{id}/webhook");
    let answer = bed.world.call((CRO.0, "boss"), &line, &[], None).await;
    answer.is(403, "role_too_low");
}
