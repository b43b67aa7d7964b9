//! What holds for every source and every tape.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod tape;

use std::collections::{BTreeMap, BTreeSet};

use connector::{
    BulkState, Checkpoint, Connector, Context, Known, Load, Out, Page, Record, Request, Response,
    Stream, Verdict,
};
use model::{Entity, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tape::{Answers, Asked, Heard, Tape, Whose, described, known, play, tapes, write};

/// 2026-11-20, as in most tapes.
const NOW: Timestamp = Timestamp::constant(1_795_161_600, 0);

/// A tape with everything that is needed to play it.
struct Case {
    name: String,
    stream: &'static Stream,
    tape: Tape,
    whose: Whose,
}

impl Case {
    fn begin(&self) -> Checkpoint {
        Checkpoint::begin(self.stream, self.tape.plan.clone().unwrap(), self.tape.now)
    }

    fn play(
        &self,
        at: Checkpoint,
        answers: &mut dyn Answers,
        heard: impl FnMut(Heard, &Checkpoint) -> bool,
    ) -> Result<Checkpoint, String> {
        let Self { stream, whose, .. } = self;
        play(
            whose.connector,
            stream,
            &whose.known,
            at,
            self.tape.now,
            answers,
            heard,
        )
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for connector in connectors::ALL {
        let known = known_of(connector);
        for (name, _, stream, tape) in tapes(connector) {
            let whose = Whose::of(connector, known.clone(), Some(&tape));
            let name = format!("{}/{name}", connector.id);
            cases.push(Case {
                name,
                stream,
                tape,
                whose,
            });
        }
    }
    cases
}

fn known_of(connector: &'static Connector) -> Known {
    let Some((_, tape)) = described(connector) else {
        return Known::default();
    };
    known(connector, tape.now, &mut Table::of(&tape), |_| ())
}

/// A server that gives the answers of a tape in any order. What is asked more often than the tape
/// has it is answered as the last time.
struct Table {
    answers: Vec<(Asked, Vec<Response>)>,
    left: usize,
}

impl Table {
    fn of(tape: &Tape) -> Self {
        let mut answers: Vec<(Asked, Vec<Response>)> = Vec::new();
        for exchange in &tape.exchanges {
            let asked = exchange.request.clone().unwrap();
            let response = exchange.response.response();
            match answers.iter_mut().find(|(known, _)| *known == asked) {
                Some((_, more)) => more.insert(0, response),
                None => answers.push((asked, vec![response])),
            }
        }
        Self {
            answers,
            left: usize::MAX,
        }
    }
}

impl Answers for Table {
    fn answer(&mut self, request: &Request) -> Result<Response, String> {
        self.left = self.left.checked_sub(1).ok_or("killed")?;
        let asked = Asked::of(request);
        let found = self.answers.iter_mut().find(|(known, _)| *known == asked);
        let (_, answers) = found.ok_or_else(|| format!("nothing answers {asked:#?}"))?;
        match answers.as_slice() {
            [last] => Ok(last.clone()),
            _ => Ok(answers.pop().unwrap()),
        }
    }
}

/// What comes of a tape, each thing once; and how it ends. Killed after so many answers, it is
/// begun again from the last checkpoint, which was written down.
fn union(case: &Case, killed_after: usize) -> (BTreeSet<String>, Result<Checkpoint, String>) {
    let mut found = BTreeSet::new();
    let mut kept = serde_json::to_string(&case.begin()).unwrap();
    let mut table = Table::of(&case.tape);
    table.left = killed_after;
    for _ in 0..2 {
        let at = serde_json::from_str(&kept).unwrap();
        let ended = case.play(at, &mut table, |heard, at| {
            if let Heard::Page(page) = heard {
                let mut text = String::new();
                write(&case.whose.map(case.stream, &page), &mut text);
                found.extend(text.lines().map(str::to_owned));
                kept = serde_json::to_string(at).unwrap();
            }
            true
        });
        match ended {
            Err(why) if why == "killed" => table = Table::of(&case.tape),
            ended => return (found, ended),
        }
    }
    panic!("{} is killed twice", case.name);
}

#[test]
fn whoever_goes_on_after_any_request_gets_the_same() {
    for case in cases() {
        let (expected, ended) = union(&case, usize::MAX);
        for after in 1..=case.tape.exchanges.len() {
            let (found, again) = union(&case, after);
            assert_eq!(
                found, expected,
                "{} killed after {after} answers",
                case.name
            );
            // How much was read counts otherwise where the source made us begin again.
            let end = |ended: &Result<Checkpoint, String>| {
                let at = ended.clone();
                at.map(|at| (at.plan, at.complete_until, at.missed, at.is_done))
            };
            assert_eq!(
                end(&again),
                end(&ended),
                "{} killed after {after}",
                case.name
            );
        }
    }
}

/// A server that does not look at what page it is asked for.
struct Parrot<'a>(&'a Tape);

impl Answers for Parrot<'_> {
    fn answer(&mut self, request: &Request) -> Result<Response, String> {
        let path = |path: &str| path.split('?').next().unwrap().to_owned();
        let fits = |asked: &Asked| {
            asked.method == request.method && path(&asked.path) == path(&request.path)
        };
        let found = self
            .0
            .exchanges
            .iter()
            .find(|it| it.request.as_ref().is_some_and(fits));
        found
            .map(|it| it.response.response())
            .ok_or_else(|| "left".to_owned())
    }
}

/// A server that says the same to everything.
struct Mantra(Response);

impl Answers for Mantra {
    fn answer(&mut self, _: &Request) -> Result<Response, String> {
        Ok(self.0.clone())
    }
}

#[test]
fn a_server_that_repeats_itself_is_left() {
    for case in cases() {
        let check = |answers: &mut dyn Answers, what: &str| {
            let mut waits = false;
            let ended = case.play(case.begin(), answers, |heard, _| {
                // Somebody who asks us to wait may do so as long as it likes.
                waits |= matches!(heard, Heard::Told(_));
                true
            });
            let endless = matches!(&ended, Err(why) if why.starts_with("not done"));
            assert!(waits || !endless, "{}: {what} keeps us for ever", case.name);
        };
        check(&mut Parrot(&case.tape), "a server that forgets the page");
        for (n, exchange) in case.tape.exchanges.iter().enumerate() {
            let response = exchange.response.response();
            if (case.whose.connector.verdict)(&response) == Verdict::Good {
                check(&mut Mantra(response), &format!("answer {n}, repeated,"));
            }
        }
    }
}

/// Every page of a tape.
fn pages(case: &Case) -> Vec<Page> {
    let mut pages = Vec::new();
    let _ = case.play(case.begin(), &mut Table::of(&case.tape), |heard, _| {
        if let Heard::Page(page) = heard {
            pages.push(page);
        }
        true
    });
    pages
}

/// Every text and number of a tape: what ids may be made of.
fn words(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|it| words(it, found)),
        Value::Object(all) => all.values().for_each(|it| words(it, found)),
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Number(number) => drop(found.insert(number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}

#[test]
fn ids_come_from_the_source_and_entities_can_be_kept() {
    for case in cases() {
        let mut known = BTreeSet::new();
        for exchange in &case.tape.exchanges {
            let response = exchange.response.response();
            words(&serde_json::to_value(&response.json).unwrap(), &mut known);
            // Results of a job are no JSON.
            known.extend(response.text.split(['"', '\n']).map(str::to_owned));
        }
        let source = case.whose.connector.id;
        let cx = case.whose.context(case.tape.now);
        for page in pages(&case) {
            for entity in case.whose.map(case.stream, &page).entities {
                let json = entity.to_json().unwrap();
                let place = format!("{}: {json}", case.name);
                assert_eq!(
                    Entity::from_json(&entity.key(), &json).unwrap(),
                    entity,
                    "{place}"
                );
                let its = |ids: &BTreeMap<String, String>| ids.get(source).cloned();
                let derived = match &entity {
                    Entity::Deal(it) => {
                        let named = its(&it.deal.external_ids);
                        named.is_some_and(|id| cx.deal(&id) == it.deal.id && it.case == id)
                    }
                    Entity::Company(it) => {
                        its(&it.external_ids).is_some_and(|id| cx.company(&id) == it.id)
                    }
                    Entity::Person(it) => {
                        its(&it.external_ids).is_some_and(|id| cx.person(&id) == it.id)
                    }
                    Entity::Subscription(it) => {
                        its(&it.external_ids).is_some_and(|id| cx.subscription(&id) == it.id)
                    }
                    Entity::Invoice(it) => {
                        its(&it.external_ids).is_some_and(|id| cx.invoice(&id) == it.id)
                    }
                    Entity::Payment(it) => {
                        its(&it.external_ids).is_some_and(|id| cx.payment(&id) == it.id)
                    }
                    // Two records of a source may be one activity; one may lie on several deals.
                    Entity::Activity(it) => its(&it.external_ids).is_some_and(|id| {
                        let of = |word: &String| {
                            let on_deal = cx.activity(&format!("{id}/{word}"));
                            cx.activity(word) == it.id || on_deal == it.id
                        };
                        cx.activity(&id) == it.id || known.iter().any(of)
                    }),
                    Entity::Stakeholder(it) => {
                        let deals = known.iter().filter(|deal| cx.deal(deal) == it.deal);
                        deals.into_iter().any(|deal| {
                            let id = |who: &String| cx.stakeholder(&format!("{deal}/{who}"));
                            known.iter().any(|who| id(who) == it.id)
                        })
                    }
                    Entity::Pipeline(_) | Entity::Own(..) | Entity::Clock(..) => true,
                };
                assert!(derived, "{place}");
            }
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "",
        "N/A",
        "0.0",
        "-1",
        "1e400",
        "true",
        "9999999999999",
        "2026-02-31",
        "id",
        "💥",
        "٣",
        "2026-11-19T16:40:33.907Z",
        "99999999999999999999999999999999",
        "a;b;;c",
        "/",
        " ",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let name = prop_oneof![
            prop::sample::select(vec![
                "id",
                "results",
                "properties",
                "to",
                "from",
                "data",
                "object"
            ])
            .prop_map(str::to_owned),
            "\\PC{0,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

/// Puts something else where the n-th part of a value is.
fn spoil(value: &mut Value, n: &mut usize, with: &Value) {
    if *n == 0 {
        value.clone_from(with);
    }
    *n = n.wrapping_sub(1);
    match value {
        Value::Array(all) => all.iter_mut().for_each(|it| spoil(it, n, with)),
        Value::Object(all) => all.values_mut().for_each(|it| spoil(it, n, with)),
        _ => {}
    }
}

/// Everything a source does with a record.
fn read(stream: &Stream, record: &Record, cx: &Context) -> Out {
    let mut out = Out::default();
    for join in stream.joins {
        let _ = (join.keys)(record);
        for value in [&record.main].into_iter().chain(record.part(join.name)) {
            let _ = (join.key)(value);
            let _ = join.more.map(|more| more(value));
        }
    }
    (stream.map)(record, cx, &mut out);
    out
}

fn check(case: &str, out: &Out) -> Result<(), TestCaseError> {
    for issue in &out.issues {
        prop_assert!(!issue.place.is_unknown(), "{case}: {issue} has no place");
    }
    for entity in &out.entities {
        let json = entity.to_json().unwrap();
        let read = Entity::from_json(&entity.key(), &json);
        prop_assert!(read.is_ok(), "{case}: {json} is not read again: {read:?}");
    }
    Ok(())
}

/// Streams in which a record may mean nothing: what is not done, a role on no deal.
const MAY_BE_NOTHING: [&str; 2] = ["salesforce/contact_roles", "salesforce/tasks"];

#[test]
fn no_record_stops_a_mapper() {
    let mut silent = Vec::new();
    each_stream(|whose, stream| {
        let name = format!("{}/{}", whose.connector.id, stream.name);
        let cx = whose.context(NOW);
        let parts = prop::collection::vec(any_json(), stream.joins.len());
        let given = (any_json(), prop::option::of(parts));
        let read = |(main, parts): (Value, Option<Vec<Value>>)| {
            let parts = stream.joins.iter().zip(parts.into_iter().flatten());
            let parts = parts.map(|(join, part)| (join.name.into(), vec![part.into()]));
            let parts = parts.collect();
            let main = main.into();
            check(&name, &read(stream, &Record { main, parts }, &cx))
        };
        let run = runner(64).run(&given, read);
        run.unwrap_or_else(|error| panic!("{name}: {error}"));
        for main in [Value::Null, json!(7), json!("x"), json!([]), json!({})] {
            if mapped(stream, main, &cx).issues.is_empty() {
                silent.push(name.clone());
            }
        }
    });
    silent.dedup();
    silent.retain(|name| !MAY_BE_NOTHING.contains(&name.as_str()));
    assert!(
        silent.is_empty(),
        "these drop a record without an id in silence: {silent:?}"
    );
}

fn mapped(stream: &Stream, main: Value, cx: &Context) -> Out {
    read(stream, &Record::new(main), cx)
}

fn each_stream(mut look: impl FnMut(&Whose, &'static Stream)) {
    for connector in connectors::ALL {
        let whose = Whose::of(connector, known_of(connector), None);
        for stream in connector.streams {
            look(&whose, stream);
        }
    }
}

#[test]
fn no_spoiled_record_stops_a_mapper() {
    for case in cases() {
        let records: Vec<Record> = pages(&case).into_iter().flat_map(|it| it.records).collect();
        if records.is_empty() {
            continue;
        }
        let size = serde_json::to_string(&records).unwrap().len() / 20;
        let given = (
            prop::sample::select(records),
            0..size.clamp(10, 300),
            any_json(),
        );
        runner(128)
            .run(&given, |(mut record, mut at, with)| {
                for value in record
                    .parts
                    .values_mut()
                    .flatten()
                    .chain([&mut record.main])
                {
                    let mut json = serde_json::to_value(&*value).unwrap();
                    spoil(&mut json, &mut at, &with);
                    *value = json.into();
                }
                let cx = case.whose.context(case.tape.now);
                let out = read(case.stream, &record, &cx);
                check(&case.name, &out)
            })
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    }
}

#[test]
fn no_answer_stops_a_source() {
    for connector in connectors::ALL {
        let known = known_of(connector);
        let names: Vec<_> = connector
            .describe
            .iter()
            .map(|it| it.name.to_owned())
            .collect();
        let status = prop_oneof![
            100..600_u16,
            Just(200),
            Just(207),
            Just(400),
            Just(403),
            Just(429)
        ];
        let text = prop_oneof![any_json().prop_map(|it| it.to_string()), "\\PC{0,80}"];
        let odd = prop::collection::vec(any_json(), names.len());
        runner(256)
            .run(
                &(status, text, any_json(), odd),
                |(status, text, value, odd)| {
                    let value = connector::Value::from(value);
                    let response = Response::new(status, Vec::new(), text);
                    let _ = (connector.verdict)(&response);
                    let _ = connector.quota.map(|quota| quota(&response));
                    for stream in connector.streams {
                        if let Load::Bulk(_, bulk) = stream.load {
                            let _ = matches!((bulk.state)(&response), BulkState::Working(_));
                            let _ = (bulk.read)(&response);
                        }
                    }
                    if let Some(hook) = connector.webhook {
                        let _ = (hook.read)(&value);
                        let _ = hook.account.map(|account| account(&value));
                    }
                    // An account that says odd things about itself spoils no request and no record.
                    let odd = names
                        .iter()
                        .cloned()
                        .zip(odd.into_iter().map(|it| vec![it.into()]));
                    let odd = Known(known.0.clone().into_iter().chain(odd).collect());
                    let whose = Whose::of(connector, odd, None);
                    let cx = whose.context(NOW);
                    let mut out = Out::default();
                    (connector.setting)(&whose.known, &cx, &mut out);
                    for stream in connector.streams {
                        (stream.map)(&Record::new(value.clone()), &cx, &mut out);
                    }
                    check(connector.id, &out)
                },
            )
            .unwrap_or_else(|error| panic!("{}: {error}", connector.id));
    }
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    })
}
