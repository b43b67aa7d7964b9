use crate::{Bed, CRO, ONE};
use futures_util::future::join_all;
use model::ConnectionId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{ConnectionStatus, JobProblem, Lookup, Secrets, StreamStatus};

#[tokio::test]
async fn who_does_not_see_every_deal_sees_how_it_stands_and_no_numbers() {
    let bed = Bed::new().await;
    let id = bed.settled().await;
    let parsed: ConnectionId = id.parse().unwrap();
    let until = bed.world.store.now();
    let tenant = bed.tenant();
    let customers = tenant.edit_stream(parsed, "customers", |state| {
        state.counts.read = 70;
        state.source_total = Some(70);
        state.kept_total = 69;
        state.complete_until = Some(until);
        state.note(["customer 12 has no name".to_owned()]);
    });
    customers.await.unwrap();
    let refunds = tenant.edit_stream(parsed, "refunds", |state| {
        state.status = StreamStatus::Failed;
        state.problem = Some(JobProblem {
            code: "forbidden".to_owned(),
            detail: "the key may not read this".to_owned(),
            remedy: "give it read access".to_owned(),
        });
    });
    refunds.await.unwrap();
    let target = format!("/v1/connections/{id}");
    let whole = bed.get(&target).await.ok(200);
    // In the order they are read, which is not that of their names.
    assert_eq!(whole.text("/streams/0/name"), "customers");
    assert_eq!(whole.at("/streams/0/counts/read"), 70);
    assert_eq!(whole.at("/streams/0/kept_total"), 69);
    assert_eq!(whole.list("/streams/0/issues").len(), 1);
    assert_eq!(whole.text("/streams/1/problem/code"), "forbidden");
    // Refunds were never read to their end, so nobody can say that everything is in.
    assert_eq!(whole.at("/complete_until"), &Value::Null);
    let said = "1 of 2 streams are not up to date: refunds.";
    assert_eq!(whole.text("/sentence"), said);
    // What keys are called is told to those who may list them.
    assert_eq!(whole.at("/created_by_name"), &Value::Null);
    let all = bed.world.get((ONE, "admin"), &target).await.ok(200);
    assert_eq!(all.text("/created_by_name"), "T1.cro key");
    let list = bed.get("/v1/connections").await.ok(200);
    assert_eq!(list.at("/data/0"), &whole.body);
    let part = bed.world.get((ONE, "boss"), &target).await.ok(200);
    assert_eq!(part.text("/sentence"), said);
    for hidden in ["counts", "source_total", "kept_total"] {
        assert_eq!(part.at("/streams/0")[hidden], Value::Null, "{hidden}");
    }
    assert!(part.list("/streams/0/issues").is_empty());
    let refunds = tenant.edit_stream(parsed, "refunds", |state| {
        state.complete_until = Some(until - jiff::SignedDuration::from_hours(1));
    });
    refunds.await.unwrap();
    let whole = bed.get(&target).await.ok(200);
    let behind = until - jiff::SignedDuration::from_hours(1);
    assert_eq!(whole.text("/complete_until"), behind.to_string());
    bed.world
        .get((ONE, "ana"), &target)
        .await
        .is(403, "role_too_low");
    let unknown = format!("/v1/connections/conn_{}", "0".repeat(26));
    let unknown = bed.get(&unknown).await.is(404, "not_found");
    for other in [id.to_uppercase(), format!("%20{id}"), "x".to_owned()] {
        let answer = bed.get(&format!("/v1/connections/{other}")).await;
        assert_eq!(answer.is(404, "not_found").bytes, unknown.bytes);
    }
}

#[tokio::test]
async fn a_change_is_made_on_what_was_read() {
    let bed = Bed::new().await;
    let id = bed.settled().await;
    let line = format!("PATCH /v1/connections/{id}");
    let target = format!("/v1/connections/{id}");
    let patch = async |tag: Option<&str>, body: Value| {
        let headers: Vec<_> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
        bed.world.call(CRO, &line, &headers, Some(body)).await
    };
    let name = json!({"name": "Billing"});
    patch(None, name.clone())
        .await
        .is(428, "precondition_required");
    patch(Some("\"99\""), name.clone())
        .await
        .is(412, "precondition_failed");
    let tag = bed.get(&target).await.ok(200).header("etag").to_owned();
    let changed = patch(Some(&tag), name.clone()).await.ok(200);
    assert_eq!(changed.text("/name"), "Billing");
    patch(Some(&tag), name).await.is(412, "precondition_failed");
    for (body, place) in [
        (json!({"every_min": 1441}), "/every_min"),
        (json!({"name": "a\u{7}"}), "/name"),
        (
            json!({"streams_off": ["refunds", "nothing"]}),
            "/streams_off",
        ),
        (json!({"source": "hubspot"}), "/source"),
    ] {
        let answer = patch(Some("*"), body).await.is(422, "invalid_body");
        assert_eq!(answer.text("/errors/0/pointer"), place);
    }
    // Who wants it oftener does not wait for the time that was noted before.
    let due = bed.kept(&id).await.next_sync_at.unwrap();
    patch(Some("*"), json!({"every_min": 5})).await.ok(200);
    assert_eq!(
        (due - bed.kept(&id).await.next_sync_at.unwrap()).get_seconds(),
        25 * 60
    );
    let off = json!({"streams_off": ["refunds"], "paused": true});
    let paused = patch(Some("*"), off).await.ok(200);
    assert_eq!(
        (paused.text("/status"), paused.text("/streams_off/0")),
        ("paused".to_owned(), "refunds".to_owned())
    );
    let sync = format!("POST /v1/connections/{id}/sync");
    let answer = bed.call(&sync, json!({})).await.is(409, "wrong_state");
    assert!(answer.text("/remedy").contains("paused=false"));
    let resumed = patch(Some("*"), json!({"paused": false})).await.ok(200);
    assert_eq!(resumed.text("/status"), "active");
    assert_eq!(
        bed.kept(&id).await.next_sync_at,
        Some(bed.world.store.now())
    );
    bed.edit(&id, |it| it.status = ConnectionStatus::NeedsReauth)
        .await;
    for paused in [true, false] {
        let answer = patch(Some("*"), json!({"paused": paused})).await;
        answer.is(409, "wrong_state");
    }
    assert_eq!(bed.audit().await[0], "connection.change");
}

#[tokio::test]
async fn a_sync_is_asked_for_once_at_a_time() {
    let bed = Bed::new().await;
    let id = bed.settled().await;
    let line = format!("POST /v1/connections/{id}/sync");
    for (body, kind) in [
        (json!({}), "connection.sync"),
        (json!({"mode": "full"}), "connection.load"),
        (
            json!({"mode": "reconcile", "streams": ["refunds"]}),
            "connection.reconcile",
        ),
    ] {
        let begun = bed.call(&line, body.clone()).await.ok(202);
        let job = begun.text("/id");
        let [message] = bed.messages().await.try_into().unwrap();
        assert_eq!(message["kind"], kind);
        assert_eq!(message["body"]["job"], job);
        let streams = body.get("streams").unwrap_or(&Value::Null);
        assert_eq!(&message["body"]["streams"], streams);
        let again = bed.call(&line, json!({})).await.is(409, "already_running");
        assert_eq!(again.header("location"), format!("/v1/jobs/{job}"));
        assert!(bed.messages().await.is_empty());
        bed.end(&job).await;
    }
    // The run that `sync` notes counts, too, however many jobs came after it.
    let run = bed
        .tenant()
        .create_job("connection.sync", Some(id.clone()))
        .await
        .unwrap();
    bed.edit(&id, |it| it.run = Some(run.id.clone())).await;
    bed.call(&line, json!({})).await.is(409, "already_running");
    bed.end(&run.id).await;
    let many = (0..8).map(|_| bed.call(&line, json!({})));
    let answers = join_all(many).await;
    let begun = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(begun, 1);
    assert_eq!(bed.messages().await.len(), 1);
    for (streams, code) in [
        (json!(["x"]), "unknown"),
        (json!(["refunds"]), "switched_off"),
    ] {
        bed.edit(&id, |it| it.streams_off = ["refunds".to_owned()].into())
            .await;
        let answer = bed.call(&line, json!({"streams": streams})).await;
        assert_eq!(answer.is(422, "invalid_body").text("/errors/0/code"), code);
    }
}

#[tokio::test]
async fn a_key_that_is_no_longer_taken_is_found_out_and_replaced() {
    let bed = Bed::new().await;
    let id = bed.settled().await;
    let test = format!("POST /v1/connections/{id}/test");
    let good = bed.call(&test, json!({})).await.ok(200);
    assert_eq!(
        good.body,
        json!({"ok": true, "account": "acct_1", "problem": null})
    );
    let (parsed, tenant): (ConnectionId, _) = (id.parse().unwrap(), bed.tenant());
    let put = async |key: &str| {
        let secrets = Secrets {
            access: key.into(),
            refresh: Some("refresh".into()),
            expires_at: None,
            issued_at: bed.world.store.now(),
            scope: None,
            extra: BTreeMap::new(),
        };
        tenant.put_credential(parsed, secrets).await.unwrap();
    };
    put("sk_gone").await;
    let bad = bed.call(&test, json!({})).await.ok(200);
    assert_eq!(
        (bad.at("/ok"), bad.text("/problem/code")),
        (&json!(false), "needs_reauth".to_owned())
    );
    let shown = bed.get(&format!("/v1/connections/{id}")).await.ok(200);
    assert_eq!(shown.text("/status"), "needs_reauth");
    assert!(
        shown
            .text("/sentence")
            .starts_with("Stripe has to be reconnected: ")
    );
    // The source takes it again: nobody has to do anything.
    put("sk_good").await;
    bed.call(&test, json!({})).await.ok(200);
    assert_eq!(bed.kept(&id).await.status, ConnectionStatus::Active);

    let line = format!("POST /v1/connections/{id}/reconnect");
    let with = |key: &str| json!({"auth": {"kind": "key", "key": key}});
    bed.call(&line, json!({})).await.is(422, "invalid_body");
    let consent = json!({"auth": {"kind": "oauth"}});
    bed.call(&line, consent).await.is(422, "invalid_body");
    for (key, code) in [("sk_gone", "refused"), ("sk_other", "other_account")] {
        let answer = bed.call(&line, with(key)).await.is(422, "invalid_body");
        assert_eq!(answer.text("/errors/0/code"), code);
        assert_eq!(bed.key(&id).await.as_deref(), Some("sk_good"), "{key}");
    }
    bed.edit(&id, |it| it.status = ConnectionStatus::NeedsReauth)
        .await;
    let done = bed.call(&line, with("sk_good_2")).await.ok(200);
    assert_eq!(
        (done.text("/id"), done.text("/status")),
        (id.clone(), "active".to_owned())
    );
    assert_eq!(bed.key(&id).await.as_deref(), Some("sk_good_2"));
    let [message] = bed.messages().await.try_into().unwrap();
    assert_eq!(message["body"]["job"], done.text("/job"));
    // One that runs already will do.
    let done = bed.call(&line, with("sk_good")).await.ok(200);
    assert_eq!(done.at("/job"), &Value::Null);
}

#[tokio::test]
async fn what_was_read_is_mapped_again_even_while_the_source_is_closed() {
    let bed = Bed::new().await;
    let id = bed.settled().await;
    bed.edit(&id, |it| it.status = ConnectionStatus::NeedsReauth)
        .await;
    let line = format!("POST /v1/connections/{id}/remap");
    let begun = bed.call(&line, json!({})).await.ok(202);
    assert_eq!(begun.text("/kind"), "connection.remap");
    let [message] = bed.messages().await.try_into().unwrap();
    let body = json!({"connection": id, "job": begun.text("/id")});
    assert_eq!(message["body"], body);
}

/// A connection to HubSpot by consent, with tokens.
async fn hubspot(bed: &Bed) -> String {
    let body = json!({"source": "hubspot", "auth": {"kind": "oauth"}});
    let made = bed.call("POST /v1/connections", body).await.ok(201);
    let id = made.text("/id");
    let secrets = Secrets {
        access: "access".into(),
        refresh: Some("refresh-me".into()),
        expires_at: None,
        issued_at: bed.world.store.now(),
        scope: None,
        extra: BTreeMap::new(),
    };
    let parsed: ConnectionId = id.parse().unwrap();
    bed.tenant().put_credential(parsed, secrets).await.unwrap();
    bed.edit(&id, |it| {
        it.status = ConnectionStatus::Active;
        it.account = Some("42".to_owned());
        "hubspot:42".clone_into(&mut it.space);
    })
    .await;
    let portal = Lookup::Portal("hubspot", "42");
    bed.tenant().note_lookup(portal, &id).await.unwrap();
    id
}

#[tokio::test]
async fn the_end_gives_the_grant_back_and_leaves_no_secret() {
    let bed = Bed::new().await;
    let id = hubspot(&bed).await;
    let parsed: ConnectionId = id.parse().unwrap();
    let secrets = vec!["whsec_x".into()];
    bed.tenant()
        .put_webhook_secrets(parsed, secrets)
        .await
        .unwrap();
    let run = bed
        .call(&format!("POST /v1/connections/{id}/sync"), json!({}))
        .await;
    let run = run.ok(202).text("/id");
    let line = format!("DELETE /v1/connections/{id}");
    bed.world.call(CRO, &line, &[], None).await.ok(204);
    let asked = bed.asked.take();
    let [(line_asked, form)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(
        line_asked,
        "POST https://api.hubapi.com/oauth/2026-09/token/revoke"
    );
    assert!(form.contains("token=refresh-me"));
    assert_eq!(bed.key(&id).await, None);
    assert!(
        bed.tenant()
            .webhook_secrets(parsed)
            .await
            .unwrap()
            .is_empty()
    );
    let found = bed.world.store.look_up(Lookup::Portal("hubspot", "42"));
    assert!(found.await.unwrap().is_empty());
    let job = bed.get(&format!("/v1/jobs/{run}")).await.ok(200);
    assert_eq!(job.text("/status"), "cancelled");
    let kept = bed.get(&format!("/v1/connections/{id}")).await.ok(200);
    assert_eq!(kept.text("/status"), "disabled");
    assert_eq!(kept.at("/next_sync_at"), &Value::Null);
    // It is the end.
    for (line, body) in [
        (format!("POST /v1/connections/{id}/sync"), json!({})),
        (format!("POST /v1/connections/{id}/remap"), json!({})),
        (format!("POST /v1/connections/{id}/test"), json!({})),
        (format!("POST /v1/connections/{id}/reconnect"), json!({})),
        (
            format!("PATCH /v1/connections/{id}"),
            json!({"paused": false}),
        ),
    ] {
        let headers = [("if-match", "*")];
        let answer = bed.world.call(CRO, &line, &headers, Some(body)).await;
        answer.is(409, "wrong_state");
    }
    // The same again does no harm.
    bed.world.call(CRO, &line, &[], None).await.ok(204);
    assert!(bed.asked.take().is_empty());
    assert_eq!(bed.audit().await[0], "connection.disconnect");
}

#[tokio::test]
async fn what_it_brought_goes_when_that_is_asked_for() {
    let bed = Bed::new().await;
    let id = hubspot(&bed).await;
    let heir = hubspot(&bed).await;
    bed.messages().await;
    let line = format!("DELETE /v1/connections/{id}?erase=true");
    let answer = bed
        .world
        .call(CRO, &line, &[], None)
        .await
        .is(409, "wrong_state");
    assert!(answer.text("/remedy").contains(&heir));
    assert_eq!(bed.kept(&id).await.status, ConnectionStatus::Active);
    let other = format!("DELETE /v1/connections/{heir}?erase=false");
    bed.world.call(CRO, &other, &[], None).await.ok(204);
    let begun = bed.world.call(CRO, &line, &[], None).await.ok(202);
    assert_eq!(begun.text("/kind"), "connection.erase");
    let again = bed.world.call(CRO, &line, &[], None).await.ok(202);
    assert_eq!(again.text("/id"), begun.text("/id"));
    let [message] = bed.messages().await.try_into().unwrap();
    assert_eq!(
        message["body"],
        json!({"connection": id, "job": begun.text("/id")})
    );
}
