//! Each tape of `golden/<source>` is asked in that order and gives what stands beside it.
//! `UPDATE_GOLDEN=1` writes requests and results anew; read the difference.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod tape;

use std::fmt::Write as _;

use std::fs;
use std::path::Path;

use connector::{Checkpoint, Connector, Known, Out, Request, Response, Value};
use tape::{
    Answered, Answers, Asked, Heard, Tape, Whose, described, known, play, read, tapes, write,
};

#[test]
fn a_source_says_what_it_is() {
    for connector in connectors::ALL {
        let Some((path, tape)) = described(connector) else {
            continue;
        };
        let mut text = String::new();
        let mut deck = Deck::new(tape.clone());
        let say = |what: &str| writeln!(text, "{what}").unwrap();
        let known = known(connector, tape.now, &mut deck, say);
        deck.finish(&path);
        let whose = Whose::of(connector, known, Some(&tape));
        writeln!(text, "account {:?}", (connector.account)(&whose.known)).unwrap();
        let mut out = Out::default();
        (connector.setting)(&whose.known, &whose.context(tape.now), &mut out);
        write(&out, &mut text);
        check(&path, &text);
    }
}

#[test]
fn every_tape_gives_what_stands_beside_it() {
    for connector in connectors::ALL {
        let known = match described(connector) {
            Some((_, tape)) => {
                let now = tape.now;
                known(connector, now, &mut Deck::new(tape), |_| ())
            }
            None => Known::default(),
        };
        for (name, path, stream, tape) in tapes(connector) {
            let whose = Whose::of(connector, known.clone(), Some(&tape));
            let plan = tape
                .plan
                .clone()
                .unwrap_or_else(|| panic!("{name} has no plan"));
            let at = Checkpoint::begin(stream, plan, tape.now);
            let mut text = String::new();
            let mut pages = 0;
            let mut deck = Deck::new(tape.clone());
            let heard = |heard: Heard, _: &Checkpoint| {
                match heard {
                    Heard::Told(what) => writeln!(text, "{what}").unwrap(),
                    Heard::Page(page) => {
                        pages += 1;
                        writeln!(text, "page {pages}").unwrap();
                        for id in &page.absent {
                            writeln!(text, "absent {id}").unwrap();
                        }
                        write(&whose.map(stream, &page), &mut text);
                    }
                }
                true
            };
            let played = play(
                connector,
                stream,
                &whose.known,
                at,
                tape.now,
                &mut deck,
                heard,
            );
            match played {
                Ok(at) => {
                    write!(text, "done: read {}", at.read).unwrap();
                    if let Some(total) = at.total {
                        write!(text, " of {total}").unwrap();
                    }
                    if at.missed > 0 {
                        write!(text, ", missed {}", at.missed).unwrap();
                    }
                    if let Some(until) = at.complete_until {
                        write!(text, ", complete until {until}").unwrap();
                    }
                    text.push('\n');
                }
                Err(why) => writeln!(text, "stopped: {why}").unwrap(),
            }
            deck.finish(&path);
            check(&path, &text);
        }
    }
}

#[test]
fn every_delivery_says_where_to_look() {
    each(|connector, name| {
        let hook = connector.webhook.filter(|_| name.starts_with("webhook"))?;
        Some(Box::new(move |value| {
            let mut text = String::new();
            if let Some(account) = hook.account {
                writeln!(text, "for {:?}", account(value)).unwrap();
            }
            for event in (hook.read)(value).events {
                write!(text, "event {}", event.key).unwrap();
                if let Some(account) = &event.account {
                    write!(text, " of {account}").unwrap();
                }
                if event.test {
                    text.push_str(" (test)");
                }
                text.push('\n');
                for hint in &event.hints {
                    writeln!(text, "hint {} {}", hint.stream, hint.id).unwrap();
                }
            }
            text
        }))
    });
}

#[test]
fn every_answer_says_what_to_do_next() {
    each(|connector, name| {
        (name == "verdicts").then_some(Box::new(|value| {
            let answered: Answered = serde_json::from_str(&value.to_string()).unwrap();
            let verdict = (connector.verdict)(&answered.response());
            format!("{} {verdict:?}\n", answered.status)
        }))
    });
}

type Reads = Box<dyn Fn(&Value) -> String>;

/// Reads every item of the files that someone knows how to read.
fn each(reads: impl Fn(&'static Connector, &str) -> Option<Reads>) {
    for connector in connectors::ALL {
        for (name, path) in tape::files(connector) {
            if let Some(reads) = reads(connector, &name) {
                let items: Vec<Value> = read(&path);
                check(&path, &items.iter().map(reads).collect::<String>());
            }
        }
    }
}

/// A tape that is played in order.
struct Deck {
    tape: Tape,
    at: usize,
    changed: bool,
}

impl Deck {
    fn new(tape: Tape) -> Self {
        Self {
            tape,
            at: 0,
            changed: false,
        }
    }

    /// All of it was played; new requests are written, where that is wanted.
    fn finish(mut self, path: &Path) {
        let name = path.display();
        if updates() {
            let left = self.tape.exchanges.len() - self.at;
            assert!(left == 0, "{name}: {left} answers were not asked for");
            if self.changed {
                let text = serde_json::to_string_pretty(&self.tape).unwrap();
                // Another test may read it at this moment.
                let new = path.with_extension("new");
                fs::write(&new, text + "\n").unwrap();
                fs::rename(new, path).unwrap();
            }
            return;
        }
        let left = self.tape.exchanges.split_off(self.at);
        assert!(left.is_empty(), "{name}: not asked for: {left:#?}");
    }
}

impl Answers for Deck {
    fn answer(&mut self, request: &Request) -> Result<Response, String> {
        let asked = Asked::of(request);
        let at = self.at;
        let Some(exchange) = self.tape.exchanges.get_mut(at) else {
            return Err(format!("the tape is over at {asked:#?}"));
        };
        if exchange.request.as_ref() != Some(&asked) {
            if !updates() {
                let expected = &exchange.request;
                panic!("request {at} was\n{asked:#?}\nand the tape has\n{expected:#?}");
            }
            exchange.request = Some(asked);
            self.changed = true;
        }
        self.at += 1;
        Ok(exchange.response.response())
    }
}

/// Compares a text with what is kept beside a tape, or keeps it.
fn check(path: &Path, text: &str) {
    let path = path.with_extension("out");
    if updates() {
        fs::write(&path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differs = expected
        .lines()
        .zip(text.lines())
        .find(|(old, new)| old != new);
    assert!(
        expected == text,
        "{} is not what came; UPDATE_GOLDEN=1 writes it. First difference:\n{differs:#?}",
        path.display()
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one who runs the tests says so"
)]
fn updates() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}
