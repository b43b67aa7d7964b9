use crate::world::{COOKIE, World, connection_id, page, tenant_id};
use identity::MemberId;
use store::{Connection, ConnectionStatus, OauthState};

const CALLBACK: &str = "/v1/oauth/salesforce/callback";
const ISSUER: &str = "https%3A%2F%2Flogin.salesforce.com";

fn target(code: &str, state: &str) -> String {
    format!("{CALLBACK}?code={code}&state={state}")
}

#[tokio::test]
async fn who_comes_back_as_they_went_is_connected_once() {
    let world = World::new().await;
    let state = world.away(&world.going()).await;
    let target = format!("{}&iss={ISSUER}", target(&world.consent("c1"), &state));
    let answer = world.back(&target, Some(COOKIE)).await;
    assert_eq!(answer.status(), 303);
    let id = connection_id(1);
    let there = format!("https://pie.example/connections/{id}");
    assert_eq!(answer.headers()["location"], there.as_str());
    let (tenant, name) = (world.tenant(1), id.to_string());
    let kept = tenant.document::<Connection>(&name).await.unwrap().value;
    assert_eq!(kept.status, ConnectionStatus::Active);
    let instance = kept.instance_url.as_deref();
    assert_eq!(instance, Some("https://org1.my.salesforce.com"));
    assert!(world.tenant(1).credential(id).await.unwrap().is_some());
    assert!(world.tenant(2).credential(id).await.unwrap().is_none());
    // The same again, with a code that would do.
    let (status, text) = page(world.back(&target, Some(COOKIE)).await).await;
    assert_eq!(status, 400, "{text}");
}

/// What somebody brings who is not to get anywhere.
struct Attack {
    what: &'static str,
    /// How what we remember of them differs from somebody who just went away.
    state: fn(OauthState) -> OauthState,
    /// What they come back with.
    target: fn(&str, &str) -> String,
    cookie: Option<&'static str>,
    /// Seconds they were away.
    away_s: u64,
}

const HONEST: Attack = Attack {
    what: "nothing is wrong",
    state: |state| state,
    target,
    cookie: Some(COOKIE),
    away_s: 1,
};

fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            what: "another browser",
            cookie: Some("another-browser"),
            ..HONEST
        },
        Attack {
            what: "no browser that we know",
            cookie: None,
            ..HONEST
        },
        Attack {
            what: "the cookie's digest for the cookie",
            cookie: Some("5a1f9f6e0d0c4cf2c8a7cbb0a3d3f7a4a53a0b52c3ac2f7a2b9a3c9f7d7c0c11"),
            ..HONEST
        },
        Attack {
            what: "a connection of another tenant",
            state: |state| OauthState {
                connection: Some(connection_id(2)),
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "another tenant",
            state: |state| OauthState {
                tenant: Some(tenant_id(2)),
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "no tenant",
            state: |state| OauthState {
                tenant: None,
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "no connection",
            state: |state| OauthState {
                connection: None,
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "the answer of another issuer",
            target: |code, state| format!("{}&iss=https%3A%2F%2Fevil.example", target(code, state)),
            ..HONEST
        },
        Attack {
            what: "an issuer that begins like ours",
            target: |code, state| {
                format!(
                    "{}&iss=https%3A%2F%2Flogin.salesforce.co",
                    target(code, state)
                )
            },
            ..HONEST
        },
        Attack {
            what: "no name for an issuer",
            target: |code, state| format!("{}&iss=", target(code, state)),
            ..HONEST
        },
        Attack {
            what: "the address of another provider",
            target: |code, state| target(code, state).replace("salesforce", "hubspot"),
            ..HONEST
        },
        Attack {
            what: "the address of no provider",
            target: |code, state| target(code, state).replace("salesforce", "nobody"),
            ..HONEST
        },
        Attack {
            what: "a state for another provider",
            state: |state| OauthState {
                provider: "hubspot".to_owned(),
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "ten minutes too late",
            away_s: 601,
            ..HONEST
        },
        Attack {
            what: "no verifier",
            state: |state| OauthState {
                verifier: String::new().into(),
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "another verifier",
            state: |state| OauthState {
                verifier: "of-somebody-else".to_owned().into(),
                ..state
            },
            ..HONEST
        },
        Attack {
            what: "a code nobody gave out",
            target: |_, state| target("made-up", state),
            ..HONEST
        },
        Attack {
            what: "no code",
            target: |_, state| format!("{CALLBACK}?state={state}"),
            ..HONEST
        },
        Attack {
            what: "no state",
            target: |code, _| format!("{CALLBACK}?code={code}"),
            ..HONEST
        },
        Attack {
            what: "a made-up state",
            target: |code, _| target(code, &"A".repeat(43)),
            ..HONEST
        },
        Attack {
            what: "a part of the state",
            target: |code, state| target(code, &state[..42]),
            ..HONEST
        },
        Attack {
            what: "two states",
            target: |code, state| format!("{}&state={state}", target(code, state)),
            ..HONEST
        },
        Attack {
            what: "a refusal with a code",
            target: |code, state| format!("{}&error=access_denied", target(code, state)),
            ..HONEST
        },
        Attack {
            what: "a ticket for a state",
            state: |state| {
                let member = MemberId::from_bytes([1; 16]);
                OauthState::ticket(tenant_id(1), member, state.created_at)
            },
            ..HONEST
        },
        Attack {
            what: "a program's state, not confirmed",
            state: |state| OauthState {
                session: "key".to_owned(),
                ..state
            },
            cookie: None,
            ..HONEST
        },
        Attack {
            what: "a query nobody can read",
            target: |_, _| format!("{CALLBACK}?%%%&state"),
            ..HONEST
        },
    ]
}

#[tokio::test]
async fn whatever_else_is_brought_nothing_is_accepted_and_nobody_tries_twice() {
    let attacks = attacks();
    let mut accepted = Vec::new();
    for attack in &attacks {
        let world = World::new().await;
        let state = world.away(&(attack.state)(world.going())).await;
        let code = world.consent("c1");
        world.pass(attack.away_s);
        let address = (attack.target)(&code, &state);
        let answer = world.back(&address, attack.cookie).await;
        let own = answer.headers().get("content-security-policy").cloned();
        assert!(own.is_some(), "{}", attack.what);
        let (_, text) = page(answer).await;
        assert!(!text.contains("is connected"), "{}: {text}", attack.what);
        assert!(
            text.contains("Back to Pie") || text.contains("<form"),
            "{}",
            attack.what
        );
        if world.accepted().await {
            accepted.push(attack.what);
        }
        // With everything right, but with the state that was tried with something wrong.
        // A query that cannot be read brings nothing.
        let was_brought = address.matches(&state).count() == 1;
        let code = world.consent("c2");
        world.back(&target(&code, &state), Some(COOKIE)).await;
        if was_brought && world.accepted().await {
            accepted.push(attack.what);
        }
    }
    assert_eq!(accepted, [] as [&str; 0], "of {}", attacks.len());
    // The table would notice.
    let world = World::new().await;
    let state = world.away(&world.going()).await;
    world
        .back(&target(&world.consent("c1"), &state), Some(COOKIE))
        .await;
    assert!(world.accepted().await);
}

#[tokio::test]
async fn an_issuer_is_the_host_where_the_organisation_signs_in() {
    for (login_host, issuer, expected) in [
        (None, "login.salesforce.com", true),
        (None, "test.salesforce.com", false),
        (Some("test.salesforce.com"), "test.salesforce.com", true),
        (Some("test.salesforce.com"), "login.salesforce.com", false),
    ] {
        let world = World::new().await;
        let id = connection_id(1).to_string();
        let tenant = world.tenant(1);
        let edited = tenant.edit_document::<Connection, store::Error>(&id, |it| {
            it.login_host = login_host.map(str::to_owned);
            Ok(())
        });
        edited.await.unwrap();
        let state = world.away(&world.going()).await;
        let target = target(&world.consent("c1"), &state);
        let target = format!("{target}&iss=https%3A%2F%2F{issuer}");
        world.back(&target, Some(COOKIE)).await;
        assert_eq!(world.accepted().await, expected, "{login_host:?} {issuer}");
    }
}

#[tokio::test]
async fn what_a_program_began_a_person_confirms_once() {
    let world = World::new().await;
    let going = OauthState {
        session: "key".to_owned(),
        by: "key_1".to_owned(),
        ..world.going()
    };
    let state = world.away(&going).await;
    let asked = world
        .back(&target(&world.consent("c1"), &state), None)
        .await;
    // Else a browser posts the form as nobody's.
    assert_eq!(asked.headers()["referrer-policy"], "same-origin");
    let (status, text) = page(asked).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("Connect Salesforce to Tenant 1?"), "{text}");
    assert!(!world.accepted().await);
    let next = text.split("name=\"state\" value=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap();
    assert_ne!(next, state);
    let form = format!("state={next}&code=c1");
    let (_, text) = page(world.confirm(CALLBACK, &form).await).await;
    assert!(text.contains("Salesforce is connected"), "{text}");
    let (status, _) = page(world.confirm(CALLBACK, &form).await).await;
    assert_eq!(status, 400);
}
