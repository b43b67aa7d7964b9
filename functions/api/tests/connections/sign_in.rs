use crate::{Bed, ONE, query};
use embedded::Aws as Embedded;
use serde_json::{Value, json};
use store::{OauthPurpose, OauthState};

const NOBODY: &str = "Bearer none";

fn ticket(bed: &Bed, of: &str) -> OauthState {
    OauthState::ticket(ONE.tenant(), ONE.member(of), bed.world.store.now())
}

async fn keep(bed: &Bed, state: &OauthState) -> String {
    use secrecy::ExposeSecret;
    let kept = bed.world.store.put_oauth_state(state).await.unwrap();
    kept.expose_secret().to_owned()
}

async fn present(bed: &Bed, ticket: &str) -> crate::Answer {
    let body = json!({"grant": "ticket", "ticket": ticket});
    let line = "POST /v1/sessions";
    bed.world.call_as(NOBODY, line, &[], Some(body)).await
}

#[tokio::test]
async fn who_signs_in_with_a_source_goes_there_for_that_alone() {
    let bed = Bed::with(Embedded::in_memory(), |config| {
        config.local = true;
        config.sandboxes = [("hubspot".to_owned(), "http://127.0.0.1:7440".to_owned())].into();
    });
    let bed = bed.await;
    let go = async |provider: &str, body: Option<Value>| {
        let line = format!("POST /v1/sign-in/{provider}");
        bed.world.call_as(NOBODY, &line, &[], body).await
    };
    let away = go("hubspot", None).await.ok(200);
    let url = away.text("/authorize_url");
    assert!(url.starts_with("https://app.hubspot.com/"), "{url}");
    assert_eq!(query(&url, "scope"), "oauth");
    let cookie = away.header("set-cookie");
    let value = cookie.split(['=', ';']).nth(1).unwrap();
    let state = query(&url, "state");
    let kept = bed.world.store.take_oauth_state(&state).await;
    let kept = kept.unwrap().unwrap();
    assert!(store::is_oauth_session(&kept.session, value));
    assert_eq!(
        (kept.tenant, kept.connection, kept.purpose),
        (None, None, OauthPurpose::SignIn)
    );
    assert_eq!(kept.return_to, "sessions");
    let sand = go("hubspot", Some(json!({"sandbox": true}))).await.ok(200);
    let url = sand.text("/authorize_url");
    let state = query(&url, "state");
    let kept = bed.world.store.take_oauth_state(&state).await;
    let kept = kept.unwrap().unwrap();
    assert_eq!(
        (kept.return_to.as_str(), kept.by.as_str()),
        ("sandbox", "at http://127.0.0.1:7440")
    );
    // Stripe signs nobody in, and nobody has registered Pie at Salesforce.
    for none in ["stripe", "none"] {
        go(none, None).await.is(404, "not_found");
    }
    go("salesforce", None).await.is(409, "wrong_state");
}

#[tokio::test]
async fn a_ticket_is_good_for_one_session() {
    let bed = Bed::new().await;
    let text = keep(&bed, &ticket(&bed, "ana")).await;
    let session = present(&bed, &text).await.ok(201);
    assert_eq!(session.text("/member"), ONE.member("ana").to_string());
    let bearer = format!("Bearer {}", session.text("/access_token"));
    let me = bed
        .world
        .call_as(&bearer, "GET /v1/me", &[], None)
        .await
        .ok(200);
    assert_eq!(me.text("/role"), "ae");
    present(&bed, &text).await.is(401, "unauthenticated");
    let late = keep(&bed, &ticket(&bed, "ana")).await;
    bed.world.pass(601);
    present(&bed, &late).await.is(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_no_ticket_begins_no_session() {
    let bed = Bed::new().await;
    let body = json!({"source": "hubspot", "auth": {"kind": "oauth"}});
    let made = bed.call("POST /v1/connections", body).await.ok(201);
    let state = query(&made.text("/authorize_url"), "state");
    let of = |change: fn(&mut OauthState)| {
        let mut state = ticket(&bed, "ana");
        change(&mut state);
        state
    };
    let gone = of(|state| state.by = crate::Of(2).member("ana").to_string());
    let other = of(|state| state.provider = "hubspot".to_owned());
    let nowhere = of(|state| state.tenant = None);
    let (gone, other, nowhere) = (
        keep(&bed, &gone).await,
        keep(&bed, &other).await,
        keep(&bed, &nowhere).await,
    );
    let first = present(&bed, "x").await.is(401, "unauthenticated");
    for text in [state, gone, other, nowhere, "y".repeat(43)] {
        let answer = present(&bed, &text).await.is(401, "unauthenticated");
        assert_eq!(answer.bytes, first.bytes);
    }
}
