//! Nobody sees what is not theirs: three tenants, seven members each of four roles and two levels of
//! managers, two hundred deals each with all that hangs on them, and every operation, against an
//! oracle that knows who owns what.
//!
//! Every text of a row holds its tenant and its owner, such as `T1.ana`; so whatever shows in an
//! answer, a header or a log line tells whose row it came from.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may"
)]

mod cookies;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../world/mod.rs"]
mod world;

use api::Access;
use model::ConnectionId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use store::{AuthKind, Connection, ConnectionStatus, Secrets, WebhookInfo};
use world::{Answer, MEMBERS, NOW, Of, SELLERS, World, seen_by};

const TENANTS: u8 = 3;
const DEALS: usize = 200;

/// What the log said.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Who asks, and what the oracle says of them.
#[derive(Clone, Copy)]
struct Asker {
    of: Of,
    name: &'static str,
}

impl Asker {
    fn all() -> impl Iterator<Item = Self> {
        (1..=TENANTS).flat_map(|n| MEMBERS.map(|(name, ..)| Self { of: Of(n), name }))
    }

    fn who(self) -> (Of, &'static str) {
        (self.of, self.name)
    }

    fn sees_seller(self, of: Of, seller: Option<&str>) -> bool {
        self.of.0 == of.0
            && match (seen_by(self.name), seller) {
                (None, _) => true,
                (Some(seen), Some(seller)) => seen.contains(&seller),
                (Some(_), None) => false,
            }
    }

    fn sees_deal(self, of: Of, n: usize) -> bool {
        self.sees_seller(of, of.owner(n))
    }

    /// The words no answer to this asker may hold.
    fn forbidden(self) -> Vec<String> {
        let mut words = Vec::new();
        for n in 1..=TENANTS {
            let of = Of(n);
            for seller in SELLERS.into_iter().map(Some).chain([None]) {
                if !self.sees_seller(of, seller) {
                    words.push(format!("T{n}.{}", seller.unwrap_or("nobody")));
                }
            }
            if n != self.of.0 {
                // Whatever else a tenant has says so too.
                words.push(format!("T{n}."));
                words.push(format!("@t{n}."));
                words.push(of.tenant().to_string());
            }
            words.push(canary(of));
        }
        words
    }
}

/// What was decided so far, and what was decided wrongly.
#[derive(Default)]
struct Verdict {
    decisions: usize,
    mismatches: Vec<String>,
    /// Operations that were tried.
    tried: BTreeSet<String>,
}

impl Verdict {
    fn decide(&mut self, right: bool, told: impl FnOnce() -> String) {
        self.decisions += 1;
        if !right && self.mismatches.len() < 20 {
            self.mismatches.push(told());
        }
    }

    /// No word of what the asker may not see is in the answer, whatever it is. A member's own name
    /// and address are theirs to see.
    fn clean(&mut self, asker: Asker, forbidden: &[String], line: &str, answer: &Answer) {
        let mut text = String::from_utf8_lossy(&answer.bytes).into_owned();
        let _ = write!(text, "{:?}", answer.headers);
        for word in forbidden {
            self.decide(!text.contains(word), || {
                format!(
                    "{line} shows {word} to t{}{}: {text}",
                    asker.of.0, asker.name
                )
            });
        }
    }
}

struct Trial<'a> {
    world: &'a World,
    asker: Asker,
    forbidden: Vec<String>,
    verdict: &'a mut Verdict,
}

impl Trial<'_> {
    async fn ask(
        &mut self,
        operation: &str,
        line: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let answer = self.world.call(self.asker.who(), line, headers, body).await;
        assert!(answer.status < 500, "{line}: {}", answer.body);
        self.verdict.tried.insert(operation.to_owned());
        self.verdict
            .clean(self.asker, &self.forbidden, line, &answer);
        answer
    }

    async fn get(&mut self, operation: &str, target: &str) -> Answer {
        self.ask(
            &format!("GET {operation}"),
            &format!("GET {target}"),
            &[],
            None,
        )
        .await
    }

    /// Every page of a list, as ids.
    async fn ids(&mut self, path: &str, id: &str) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        let mut target = format!("{path}?limit=200");
        loop {
            let answer = self.get(path, &target).await.ok(200);
            for row in answer.list("/data") {
                let new = ids.insert(row[id].as_str().unwrap_or_default().to_owned());
                assert!(new, "{target} lists a row twice");
            }
            match answer.at("/next_cursor").as_str() {
                Some(cursor) => target = format!("{path}?limit=200&cursor={cursor}"),
                None => return ids,
            }
        }
    }

    /// A list holds just what the oracle says, of every tenant's rows.
    async fn list(&mut self, path: &str, id: &str, rows: &[(String, bool)]) {
        let shown = self.ids(path, id).await;
        for (row, seen) in rows {
            let asker = self.asker;
            self.verdict.decide(shown.contains(row) == *seen, || {
                format!(
                    "{path} for t{}{}: {row}, seen {seen}",
                    asker.of.0, asker.name
                )
            });
        }
        let known: BTreeSet<&String> = rows.iter().map(|(row, _)| row).collect();
        assert!(
            shown.iter().all(|row| known.contains(row)),
            "{path} lists a row nobody made"
        );
    }

    /// A row is there for those who see it; for everybody else it answers as an unknown one.
    async fn row(
        &mut self,
        operation: &str,
        of: &dyn Fn(&str) -> String,
        unknown: &str,
        rows: &[(String, bool)],
    ) {
        let missing = self.get(operation, &of(unknown)).await.ok(404);
        for (row, seen) in rows {
            let answer = self.get(operation, &of(row)).await;
            let asker = self.asker;
            let right = if *seen {
                answer.status == 200
            } else {
                answer.status == 404 && answer.bytes == missing.bytes
            };
            self.verdict.decide(right, || {
                format!(
                    "{operation} of {row} for t{}{} answers {}",
                    asker.of.0, asker.name, answer.status
                )
            });
        }
    }
}

fn every<T>(rows: impl Iterator<Item = T>, nth: usize) -> Vec<T> {
    rows.step_by(nth).collect()
}

/// The deals of all tenants, and whether the asker sees each.
fn deals(asker: Asker) -> Vec<(String, bool)> {
    let all = (1..=TENANTS).flat_map(|n| (0..DEALS).map(move |deal| (Of(n), deal)));
    all.map(|(of, deal)| (of.deal(deal).to_string(), asker.sees_deal(of, deal)))
        .collect()
}

fn companies(asker: Asker) -> Vec<(String, bool)> {
    let all = (1..=TENANTS).flat_map(|n| (0..DEALS / 4).map(move |company| (Of(n), company)));
    // A company has no owner of its own here: it is seen with any of its four deals.
    all.map(|(of, company)| {
        let seen = (4 * company..4 * company + 4).any(|deal| asker.sees_deal(of, deal));
        let all = seen_by(asker.name).is_none() && of.0 == asker.of.0;
        (of.company(company).to_string(), seen || all)
    })
    .collect()
}

fn contacts(asker: Asker) -> Vec<(String, bool)> {
    let all = (1..=TENANTS).flat_map(|n| (0..DEALS).map(move |deal| (Of(n), deal)));
    all.map(|(of, deal)| (of.contact(deal).to_string(), asker.sees_deal(of, deal)))
        .collect()
}

fn activities(asker: Asker) -> Vec<(String, bool)> {
    let all = (1..=TENANTS).flat_map(|n| (0..2 * DEALS).map(move |activity| (Of(n), activity)));
    let of_deals = all.map(|(of, activity)| {
        (
            of.activity(activity).to_string(),
            asker.sees_deal(of, activity / 2),
        )
    });
    let of_none = (1..=TENANTS).map(|n| {
        let seen = n == asker.of.0 && seen_by(asker.name).is_none();
        (Of(n).activity(1_000_000).to_string(), seen)
    });
    of_deals.chain(of_none).collect()
}

fn owners(asker: Asker) -> Vec<(String, bool)> {
    let all = (1..=TENANTS).flat_map(|n| SELLERS.map(|seller| (Of(n), seller)));
    all.map(|(of, seller)| {
        (
            of.person(seller).to_string(),
            asker.sees_seller(of, Some(seller)),
        )
    })
    .collect()
}

const UNKNOWN: &str = "00000000000000000000000001";

async fn rows(trial: &mut Trial<'_>, nth: usize) {
    let asker = trial.asker;
    let kinds = [
        ("/v1/deals", "deal", deals(asker)),
        ("/v1/companies", "company", companies(asker)),
        ("/v1/contacts", "stakeholder", contacts(asker)),
        ("/v1/activities", "activity", activities(asker)),
        ("/v1/owners", "person", owners(asker)),
    ];
    for (path, prefix, rows) in kinds {
        trial.list(path, "id", &rows).await;
        let of = |id: &str| format!("{path}/{id}");
        let unknown = format!("{prefix}_{UNKNOWN}");
        trial
            .row(
                &format!("{path}/{{id}}"),
                &of,
                &unknown,
                &every(rows.into_iter(), nth),
            )
            .await;
    }
    for part in ["timeline", "history", "graph"] {
        let of = |id: &str| format!("/v1/deals/{id}/{part}");
        let some = every(deals(asker).into_iter(), 2 * nth);
        let unknown = format!("deal_{UNKNOWN}");
        trial
            .row(&format!("/v1/deals/{{id}}/{part}"), &of, &unknown, &some)
            .await;
    }
    // A closed deal has no forecast, so only what must not be there can be told.
    for part in [
        "/v1/deals/ID/forecast",
        "/v1/deals/ID/recommendations",
        "/v1/deals/ID/scores",
        "/api/deals/ID/forecast",
    ] {
        for (id, seen) in every(deals(asker).into_iter(), 9 * nth) {
            let answer = trial
                .get(&part.replace("ID", "{id}"), &part.replace("ID", &id))
                .await;
            let right = if seen {
                answer.status != 404
            } else {
                answer.status == 404
            };
            trial
                .verdict
                .decide(right, || format!("{part} of {id}: {}", answer.status));
        }
    }
}

/// Totals and facets count what the asker sees and nothing else.
async fn figures(trial: &mut Trial<'_>) {
    let asker = trial.asker;
    let seen: Vec<usize> = (0..DEALS)
        .filter(|deal| asker.sees_deal(asker.of, *deal))
        .collect();
    let answer = trial.get("/v1/deals", "/v1/deals?limit=1").await.ok(200);
    let count = answer.number("/totals/count") as usize;
    trial.verdict.decide(count == seen.len(), || {
        format!("{count} deals counted of {}", seen.len())
    });
    let facets = trial
        .get("/v1/deals/facets", "/v1/deals/facets")
        .await
        .ok(200);
    let by_owner = facets
        .list("/facets")
        .iter()
        .find(|facet| facet["field"] == "owner")
        .cloned()
        .unwrap();
    let shown: BTreeMap<String, u64> = by_owner["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| {
            (
                value["value"].as_str().unwrap().to_owned(),
                value["count"].as_u64().unwrap(),
            )
        })
        .collect();
    for seller in SELLERS {
        let own = seen
            .iter()
            .filter(|deal| asker.of.owner(**deal) == Some(seller))
            .count() as u64;
        let told = shown
            .get(&asker.of.person(seller).to_string())
            .copied()
            .unwrap_or(0);
        trial.verdict.decide(told == own, || {
            format!("the facet says {told} of {seller}, not {own}")
        });
    }
    for word in SELLERS {
        let query = format!("/v1/deals?limit=200&q=T{}.{word}", asker.of.0);
        let found = trial
            .get("/v1/deals", &query)
            .await
            .ok(200)
            .number("/totals/count") as usize;
        let own = seen
            .iter()
            .filter(|deal| asker.of.owner(**deal) == Some(word))
            .count();
        trial.verdict.decide(found == own, || {
            format!("a search for {word} finds {found}, not {own}")
        });
    }
}

/// What changes something, tried on what the asker must not touch.
async fn changes(trial: &mut Trial<'_>) {
    let asker = trial.asker;
    for (deal, seen) in every(deals(asker).into_iter(), 7) {
        if seen {
            continue;
        }
        let line = format!("PATCH /v1/deals/{deal}");
        let body = Some(json!({"note": "taken over"}));
        let answer = trial
            .ask("PATCH /v1/deals/{id}", &line, &[("if-match", "*")], body)
            .await;
        trial.verdict.decide(answer.status == 404, || {
            format!("{line}: {}", answer.status)
        });
        for path in ["/v1/simulations", "/api/simulate"] {
            let body = json!({"deal": deal, "scenarios": ["add_champion"]});
            let line = format!("POST {path}");
            let answer = trial.ask(&line, &line, &[], Some(body)).await;
            trial.verdict.decide(answer.status == 404, || {
                format!("{line}: {}", answer.status)
            });
        }
    }
}

/// Every other operation: nothing of anybody else shows, and nothing of another tenant is touched.
async fn everything_else(trial: &mut Trial<'_>, foreign: &BTreeMap<&str, String>) {
    let entries = api::routes(&trial.world.app).entries().to_vec();
    for entry in entries {
        let operation = format!("{} {}", entry.method, entry.path);
        // Ending the tenant would end the test.
        if entry.path.starts_with("/v1/tenant/") || entry.path.ends_with("/events") {
            trial.verdict.tried.insert(operation);
            continue;
        }
        let noun = entry
            .path
            .trim_start_matches("/v1/")
            .split('/')
            .next()
            .unwrap_or_default();
        let id = foreign
            .get(noun)
            .cloned()
            .unwrap_or_else(|| UNKNOWN.to_owned());
        let target = entry
            .path
            .replace("{id}", &id)
            .replace("{name}", "x.csv")
            .replace("{source}", "none")
            .replace("{provider}", "none")
            .replace("{day}", "2026-09-01");
        let has_id = entry.path.contains('{');
        let line = format!("{} {target}", entry.method);
        let body = (entry.method != "GET" && entry.method != "DELETE").then(|| json!({}));
        let answer = trial
            .ask(&operation, &line, &[("if-match", "*")], body)
            .await;
        if has_id {
            let touched = (200..300).contains(&answer.status) && entry.access != Access::Public;
            let own = entry.path.starts_with("/v1/issuers") && entry.method == "PUT";
            trial.verdict.decide(!touched || own, || {
                format!("{line} answers {}", answer.status)
            });
        }
    }
}

/// What the secrets of a tenant's connection say.
fn canary(of: Of) -> String {
    format!("T{}.canary", of.0)
}

/// A connection that is read, with a key and a webhook's secret.
async fn connection(world: &World, of: Of) -> ConnectionId {
    let tenant = world.tenant(of);
    let id = ConnectionId::derive(&of.tenant(), "stripe", "1");
    let connection = Connection {
        name: format!("T{}. billing", of.0),
        status: ConnectionStatus::Active,
        account: Some(format!("acct_T{}.", of.0)),
        webhook: Some(WebhookInfo {
            path_token_digest: Some("0".repeat(64)),
            active: true,
        }),
        ..Connection::new(id, "stripe", AuthKind::Key, "test", NOW)
    };
    tenant.create_document(connection).await.unwrap();
    let secrets = Secrets {
        access: canary(of).into(),
        refresh: None,
        expires_at: None,
        issued_at: NOW,
        scope: None,
        extra: BTreeMap::new(),
    };
    tenant.put_credential(id, secrets).await.unwrap();
    let secrets = vec![canary(of).into()];
    tenant.put_webhook_secrets(id, secrets).await.unwrap();
    let state = tenant.edit_stream(id, "customers", |state| {
        state.note([format!("T{}.nobody has no name", of.0)]);
    });
    state.await.unwrap();
    id
}

/// One thing of each kind that another tenant has.
async fn of_another(world: &World, owner: Of) -> BTreeMap<&'static str, String> {
    let admin = (owner, "admin");
    let view = world
        .post(
            admin,
            "/v1/views",
            json!({"name": "v", "query": {}, "shared": true}),
        )
        .await
        .ok(201);
    let scenario = json!({"name": "s", "changes": ["add_champion"]});
    let scenario = world.post(admin, "/v1/scenarios", scenario).await.ok(201);
    let import = world
        .post(admin, "/v1/imports", json!({"source": "x"}))
        .await
        .ok(201);
    let forecast = world.post(admin, "/v1/forecasts", json!({})).await.ok(202);
    let keys = world.get(admin, "/v1/api-keys").await.ok(200);
    let connection = connection(world, owner).await;
    BTreeMap::from([
        ("connections", connection.to_string()),
        ("views", view.text("/id")),
        ("scenarios", scenario.text("/id")),
        ("imports", import.text("/id")),
        ("jobs", forecast.text("/id")),
        ("api-keys", keys.text("/data/0/id")),
        ("members", owner.member("ana").to_string()),
        ("deals", owner.deal(3).to_string()),
        ("companies", owner.company(3).to_string()),
        ("contacts", owner.contact(3).to_string()),
        ("activities", owner.activity(3).to_string()),
        ("owners", owner.person("ana").to_string()),
        ("pipelines", owner.pipeline().to_string()),
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_what_is_not_theirs() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        edge::telemetry::subscriber(edge::telemetry::Style::Json, "debug", move || {
            writer.clone()
        })
        .unwrap();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let world = World::new(TENANTS, DEALS).await;
    let mut verdict = Verdict::default();
    let mut foreign = BTreeMap::new();
    for n in 1..=TENANTS {
        foreign.insert(n, of_another(&world, Of(n)).await);
    }
    for asker in Asker::all() {
        let other = &foreign[&(asker.of.0 % TENANTS + 1)];
        let forbidden = asker.forbidden();
        let mut trial = Trial {
            world: &world,
            asker,
            forbidden,
            verdict: &mut verdict,
        };
        rows(&mut trial, 12).await;
        figures(&mut trial).await;
        changes(&mut trial).await;
        everything_else(&mut trial, other).await;
    }
    // What was tried on others has changed nothing of them.
    for n in 1..=TENANTS {
        let tenant = world.tenant(Of(n));
        let kept = tenant.documents::<Connection>().await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(
            (kept[0].rev, kept[0].value.status),
            (1, ConnectionStatus::Active)
        );
        let key = tenant.credential(kept[0].value.id).await.unwrap();
        assert_eq!(key.map(|key| key.version), Some(1));
        let book = world.tenant(Of(n)).book().await.unwrap().book;
        assert!(book.own.values().all(|own| own.note.is_none()));
    }
    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        said.contains("Answered a request"),
        "the log was not looked at"
    );
    for n in 1..=TENANTS {
        for seller in SELLERS.into_iter().chain(["nobody"]) {
            verdict.decide(!said.contains(&format!("T{n}.{seller}")), || {
                format!("the log says T{n}.{seller}")
            });
        }
        verdict.decide(!said.contains(&format!("@t{n}.")), || {
            format!("the log holds an address of t{n}")
        });
        verdict.decide(!said.contains("pie_live_"), || {
            "the log holds a key".to_owned()
        });
        verdict.decide(!said.contains(&canary(Of(n))), || {
            "the log holds a source's secret".to_owned()
        });
    }
    let all: BTreeSet<String> = api::routes(&world.app)
        .entries()
        .iter()
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    let untried: Vec<&String> = all.difference(&verdict.tried).collect();
    assert!(
        untried.is_empty(),
        "add these operations to the trial: {untried:?}"
    );
    assert!(
        verdict.mismatches.is_empty(),
        "{}",
        verdict.mismatches.join("\n")
    );
    println!(
        "{} decisions over {} operations, 0 mismatches",
        verdict.decisions,
        all.len()
    );
    assert!(
        verdict.decisions >= 100_000,
        "only {} decisions",
        verdict.decisions
    );
}
