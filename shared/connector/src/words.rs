//! The words in which a source is described.
//!
//! A connector is a constant. Where a source is odd, a word takes a plain function; where two are
//! odd in the same way, that is a word.

use crate::json::{Text, Value};
use crate::record::{Context, Hint, Known, Out, Record};
use crate::request::{Request, Response};
use crate::verdict::Verdict;
use crate::verify::Signature;
use jiff::Timestamp;
use model::Deal;
use serde::{Deserialize, Serialize};

/// A source, as its own page describes it.
#[derive(Debug)]
pub struct Connector {
    /// Its id in paths, provenance and external ids: `hubspot`.
    pub id: &'static str,
    /// Its name as people write it.
    pub title: &'static str,
    /// What it knows.
    pub category: Category,
    /// Where it answers.
    pub host: Host,
    /// How it is told who asks; the first is what most people should take.
    pub auth: &'static [Auth],
    /// Headers of every request, such as the version of the API.
    pub headers: &'static [(&'static str, &'static str)],
    /// How often it may be asked.
    pub limits: &'static [Limit],
    /// How much of the account's budget is left, as an answer says.
    pub quota: Option<fn(&Response) -> Option<Quota>>,
    /// What an answer means for what to do next; see [`Verdict::usual`].
    pub verdict: fn(&Response) -> Verdict,
    /// What it is asked about itself before each run.
    pub describe: &'static [Describe],
    /// The account that is connected, from what it says about itself.
    pub account: fn(&Known) -> Option<Text>,
    /// Pipelines and their stages, and whatever else is known of the account as a whole.
    pub setting: fn(&Known, &Context, &mut Out),
    /// What it has, in the order in which it is best read.
    pub streams: &'static [Stream],
    /// How it pushes, if it does.
    pub webhook: Option<Webhook>,
}

impl Connector {
    /// A stream by its name.
    pub fn stream(&self, name: &str) -> Option<&'static Stream> {
        self.streams.iter().find(|stream| stream.name == name)
    }
}

/// What kind of source it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants say it")]
pub enum Category {
    Crm,
    Billing,
}

/// Where a source answers.
#[derive(Clone, Copy, Debug)]
pub enum Host {
    /// Always here.
    Fixed(&'static str),
    /// Where the token's answer says, in this field; only under one of these domains, or whoever
    /// answers the token's request could send us, with the token, anywhere.
    OfToken {
        /// The field: `instance_url`.
        field: &'static str,
        /// `.my.salesforce.com`; an entry without a leading dot is a whole name.
        domains: &'static [&'static str],
        /// Where it is when there was no such field, as with a key.
        otherwise: &'static str,
    },
}

/// How a source is told who asks.
#[derive(Clone, Copy, Debug)]
pub enum Auth {
    /// Consent in the browser.
    OAuth(OAuth),
    /// A key that a person pastes.
    Key {
        /// The header it goes in, in lower case.
        header: &'static str,
        /// What stands before it: `Bearer `.
        prefix: &'static str,
        /// Where to find it, for the person.
        help: &'static str,
    },
}

impl Auth {
    /// A key that is shown as a bearer token.
    pub const fn bearer(help: &'static str) -> Self {
        Self::Key {
            header: "authorization",
            prefix: "Bearer ",
            help,
        }
    }
}

/// An authorization server.
#[derive(Clone, Copy, Debug)]
pub struct OAuth {
    /// Where people are sent; whole address.
    pub authorize: &'static str,
    /// Hosts at which a person may sign in instead, where all of these addresses are there, too;
    /// one that begins with a dot stands for every name under it.
    pub hosts: &'static [&'static str],
    /// Where codes and refresh tokens are taken to; whole address.
    pub token: &'static str,
    /// Where a token is given back; whole address.
    pub revoke: Option<Revoke>,
    /// What is asked for.
    pub scopes: &'static [&'static str],
    /// Whether it knows PKCE; S256 is then always sent.
    pub pkce: bool,
    /// How it wants to be told the client's secret.
    pub client: ClientAuth,
    /// Whether each refresh gives another refresh token and kills the old one.
    pub rotates: bool,
    /// How long an access token is taken to last where the answer does not say, in seconds.
    pub lasts_s: u32,
    /// After so many days without a refresh the grant ends.
    pub idle_days: Option<u32>,
    /// How to find out who signed in, where this provider also signs people in.
    pub sign_in: Option<SignIn>,
}

impl OAuth {
    /// As most are: PKCE, the secret in the form, a refresh token that stays the same, an hour for
    /// an access token.
    pub const fn usual(
        authorize: &'static str,
        token: &'static str,
        scopes: &'static [&'static str],
    ) -> Self {
        Self {
            authorize,
            hosts: &[],
            token,
            revoke: None,
            scopes,
            pkce: true,
            client: ClientAuth::Form,
            rotates: false,
            lasts_s: 3_600,
            idle_days: None,
            sign_in: None,
        }
    }

    /// One of its addresses at the host a person chose; nothing where that is none of its own, since
    /// whoever answers there is shown codes, tokens and the client's secret.
    ///
    /// ```
    /// use connector::OAuth;
    ///
    /// let oauth = OAuth {
    ///     hosts: &["test.vendor.example", ".my.vendor.example"],
    ///     ..OAuth::usual("https://login.vendor.example/authorize", "https://login.vendor.example/token", &[])
    /// };
    /// let at = |host| oauth.at(oauth.token, host);
    /// assert_eq!(at("Test.Vendor.example").as_deref(), Some("https://test.vendor.example/token"));
    /// assert_eq!(at("harbor.my.vendor.example").as_deref(), Some("https://harbor.my.vendor.example/token"));
    /// assert_eq!(at(".my.vendor.example"), None);
    /// assert_eq!(at("elsewhere.example/.my.vendor.example"), None);
    /// assert_eq!(at("my.vendor.example.elsewhere.example"), None);
    /// ```
    pub fn at(&self, url: &str, host: &str) -> Option<String> {
        let host = host.trim().to_ascii_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let is_name = host.chars().all(fits) && !host.starts_with(['.', '-']);
        let is_own =
            |known: &&str| host == **known || (known.starts_with('.') && host.ends_with(*known));
        let (_, path) = url.strip_prefix("https://")?.split_once('/')?;
        let is_its = is_name && self.hosts.iter().any(is_own);
        is_its.then(|| format!("https://{host}/{path}"))
    }
}

/// How a token is given back.
#[derive(Clone, Copy, Debug)]
pub struct Revoke {
    /// Where; whole address.
    pub url: &'static str,
    /// The field of the form: `token`.
    pub field: &'static str,
}

impl Revoke {
    /// In a field that is called `token`, as the standard has it.
    pub const fn token(url: &'static str) -> Self {
        let field = "token";
        Self { url, field }
    }
}

/// Who a token belongs to.
#[derive(Clone, Copy, Debug)]
pub struct SignIn {
    /// Scopes for signing in alone.
    pub scopes: &'static [&'static str],
    /// A request with the access token that says who it is; the whole address, in which `{token}`
    /// stands for the token where the source wants it there.
    pub who: &'static str,
    /// Where in the answer the address is.
    pub email: &'static str,
    /// Where in the answer the account (organisation, portal) is.
    pub account: &'static str,
    /// Where in the answer it says that the address was verified, if anywhere.
    pub verified: Option<&'static str>,
}

/// How an authorization server is told the client's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the form.
    Form,
    /// As HTTP Basic.
    Basic,
}

/// How often a source may be asked: so many calls in so much time, of one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Empty for ordinary requests.
    pub lane: &'static str,
    /// Calls.
    pub calls: u32,
    /// In so many milliseconds.
    pub per_ms: u32,
}

impl Limit {
    /// So many ordinary calls in so many milliseconds.
    pub const fn of(calls: u32, per_ms: u32) -> Self {
        let lane = "";
        Self {
            lane,
            calls,
            per_ms,
        }
    }
}

/// What is left of an account's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Calls, or whatever it counts, left.
    pub left: u64,
    /// Of so many.
    pub of: u64,
    /// Seconds until it is whole again, if known.
    pub resets_s: Option<u64>,
}

impl Quota {
    /// What two headers say is left, and of how much.
    pub fn said(response: &Response, left: &str, of: &str) -> Option<Self> {
        Some(Self {
            left: response.number(left)?,
            of: response.number(of)?,
            resets_s: None,
        })
    }
}

/// A question to a source about itself.
#[derive(Clone, Copy, Debug)]
pub struct Describe {
    /// What the answers are kept under in [`Known`].
    pub name: &'static str,
    /// How it is asked.
    pub ask: Ask,
    /// Whether a run can do without the answer, for example because a scope was not granted.
    pub optional: bool,
}

impl Describe {
    /// A question without whose answer nothing can be read.
    pub const fn must(name: &'static str, ask: Ask) -> Self {
        Self {
            name,
            ask,
            optional: false,
        }
    }

    /// A question that may be refused.
    pub const fn may(name: &'static str, ask: Ask) -> Self {
        Self {
            optional: true,
            ..Self::must(name, ask)
        }
    }
}

/// What a request is made from.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// What the source says about itself.
    pub known: &'a Known,
    /// Which times, where only a part is asked for.
    pub window: Option<&'a Window>,
    /// Where the last page ended.
    pub page: Option<&'a str>,
    /// Which records, where certain ones are asked for.
    pub ids: &'a [Text],
}

impl Asking<'_> {
    /// Where the window begins and ends, as the source writes times.
    pub fn between(&self, write: fn(Timestamp) -> String) -> (Option<String>, Option<String>) {
        let bounds = self.window.map(|it| (write(it.from), write(it.to)));
        bounds.unzip()
    }
}

/// How pages of records are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The request of a page.
    pub request: fn(&Asking) -> Request,
    /// Where in the answer the records are; empty where the answer is the list.
    pub records: &'static str,
    /// How the next page is found.
    pub next: Next,
}

impl Ask {
    /// Everything in one answer.
    pub const fn once(request: fn(&Asking) -> Request, records: &'static str) -> Self {
        Self {
            request,
            records,
            next: Next::None,
        }
    }

    /// Pages whose answer says, in this place, how to ask for the next.
    pub const fn pages(
        request: fn(&Asking) -> Request,
        records: &'static str,
        next: &'static str,
    ) -> Self {
        Self {
            request,
            records,
            next: Next::At(next),
        }
    }
}

/// How the next page is found.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// There is none.
    None,
    /// The answer has it here: a token, an offset, an address. Absent or null is the end.
    At(&'static str),
    /// It is the last record's key, as long as the answer says that there is more.
    LastKey {
        /// Where in a record the key is.
        key: &'static str,
        /// Where in the answer it says that there is more.
        more: &'static str,
    },
}

/// A span of time, its beginning included and its end not; in a source that cannot give all
/// records of one moment, also a span of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// From then on.
    pub from: Timestamp,
    /// Up to, and without, then.
    pub to: Timestamp,
    /// Only numeric ids from the first, included, to the second, not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<(u64, u64)>,
}

/// What a source has of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// Its name: `deals`.
    pub name: &'static str,
    /// How everything is read.
    pub load: Load,
    /// How what changed is read.
    pub delta: Delta,
    /// How certain records are read: for hints, and to ask after those that are missing.
    pub by_id: Option<ById>,
    /// How many there are.
    pub count: Option<Count>,
    /// What is asked for beside each page.
    pub joins: &'static [Join],
    /// The source's id of a record.
    pub id: &'static str,
    /// What is kept of its records.
    pub keeps: Keeps,
    /// What a record means.
    pub map: Map,
}

/// Which of the things that are kept are a stream's records: so they are counted when a run is over,
/// whoever brought them or took them away.
#[derive(Clone, Copy, Debug)]
pub enum Keeps {
    /// They cannot be told from those of other streams; what it brought is counted on the way.
    Untold,
    /// None: it tells what is gone, or where to look.
    Nothing,
    /// Users and owners.
    People,
    /// Accounts, organizations, customers.
    Companies,
    /// Deals that are so.
    Deals(fn(&Deal) -> bool),
    /// Subscriptions.
    Subscriptions,
    /// Invoices.
    Invoices,
    /// Activities by an id at the source that begins so; the id stands under the source's name with
    /// this behind it.
    Activities {
        /// `/email`; mostly nothing.
        part: &'static str,
        /// `call/`
        prefix: &'static str,
    },
}

impl Keeps {
    /// All deals.
    pub const DEALS: Self = Self::Deals(|_| true);

    /// Activities by how their id begins.
    pub const fn activities(prefix: &'static str) -> Self {
        let part = "";
        Self::Activities { part, prefix }
    }
}

impl Stream {
    /// A stream that is read whole each time, and whose records have an `id`.
    pub const fn all(name: &'static str, ask: Ask, map: Map) -> Self {
        Self {
            name,
            load: Load::Pages(ask),
            delta: Delta::All,
            by_id: None,
            count: None,
            joins: &[],
            id: "/id",
            keeps: Keeps::Untold,
            map,
        }
    }
}

/// What a record means.
pub type Map = fn(&Record, &Context, &mut Out);

/// How everything is read.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    /// Page by page.
    Pages(Ask),
    /// Page by page, or by a job of the source's where there are many.
    Bulk(Ask, &'static Bulk),
    /// Not at all: another stream brings it, or there is no past to it.
    None,
}

/// A job the source works on by itself and whose results are then fetched.
#[derive(Debug)]
pub struct Bulk {
    /// From so many records on.
    pub from: u64,
    /// Makes the job.
    pub create: fn(&Asking) -> Request,
    /// Where in the answer the job's id is.
    pub id: &'static str,
    /// Asks how the job is.
    pub look: fn(job: &str) -> Request,
    /// How the job is.
    pub state: fn(&Response) -> BulkState,
    /// Asks for results: those after what the last answer gave.
    pub results: fn(job: &str, after: Option<&str>) -> Request,
    /// Reads results: records, and how to ask for the next; an error in words where they are not
    /// whole.
    pub read: fn(&Response) -> Results,
    /// Takes the job away.
    pub delete: fn(job: &str) -> Request,
}

/// Records, and how to ask for the next; or why they are not whole.
pub type Results = Result<(Vec<Value>, Option<String>), String>;

/// How a job of the source's is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkState {
    /// Look again in so many milliseconds.
    Working(u32),
    /// Done, with so many records.
    Ready(Option<u64>),
    /// It cannot be done this way: read pages instead.
    Failed(String),
}

/// How what changed is read.
#[derive(Clone, Copy, Debug)]
pub enum Delta {
    /// It is little: all of it is read again.
    All,
    /// By the time of the change.
    Window {
        /// How a window is asked for.
        ask: Ask,
        /// How the source's windows behave.
        shape: Shape,
    },
    /// Nothing says what changed but hints.
    Hints,
    /// Nothing: the stream is there for the first load, or for hints, alone.
    None,
}

/// How a source answers when asked by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The last seconds are not asked for: what was written then may not be seen yet.
    pub leave_s: u32,
    /// What is older than so many seconds is complete. Everything younger is read again next time.
    pub settle_s: u32,
    /// So many seconds before what is complete are read again, too.
    pub overlap_s: u32,
    /// A window with so many records or more is not given whole: it is split.
    pub cap: Option<u64>,
    /// A window is no longer than so many seconds.
    pub longest_s: Option<u32>,
    /// Changes are known for so many seconds; after a longer pause everything is read again.
    pub keeps_s: Option<u32>,
}

impl Shape {
    /// What was written can be asked for at once, in windows of any length, and ever after.
    pub const EXACT: Self = Self {
        leave_s: 0,
        settle_s: 0,
        overlap_s: 0,
        cap: None,
        longest_s: None,
        keeps_s: None,
    };
}

/// How certain records are read.
#[derive(Clone, Copy, Debug)]
pub struct ById {
    /// How they are asked for.
    pub ask: Ask,
    /// How many at once.
    pub at_once: usize,
    /// Whether a record that is not in the answer is gone. Otherwise it may just not be visible to
    /// the connected user.
    pub absent_is_gone: bool,
    /// What is gone, then.
    pub gone: fn(id: &str, &Context, &mut Out),
}

impl ById {
    /// One at a time; who is not there is gone.
    pub const fn one(ask: Ask, gone: fn(id: &str, &Context, &mut Out)) -> Self {
        Self {
            ask,
            at_once: 1,
            absent_is_gone: true,
            gone,
        }
    }
}

/// How many records there are, in a window or in all.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The request.
    pub request: fn(&Asking) -> Request,
    /// The request that leaves out what was thrown away, where the other one does not: a reading
    /// gives that, too, but it is not kept.
    pub live: Option<fn(&Asking) -> Request>,
    /// Where in the answer the number is.
    pub at: &'static str,
}

/// Something asked for beside a page of records.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    /// What it gives, as the parts of a record are named.
    pub name: &'static str,
    /// In which reads it is needed.
    pub when: When,
    /// What is asked for a record; nothing where it needs none.
    pub keys: fn(&Record) -> Vec<Text>,
    /// How many keys at once.
    pub at_once: usize,
    /// How it is asked: the keys are the `ids`.
    pub ask: Ask,
    /// For which key a value was given. With one key at once every value is for that key.
    pub key: fn(&Value) -> Option<Text>,
    /// A key to ask again with, where the answer for one key did not hold all.
    pub more: Option<fn(&Value) -> Option<Text>>,
    /// Whether the records can do without it, where it is refused to whoever is connected: they come
    /// without the part, then, and the checkpoint says so. Not for what something is made whole by.
    pub optional: bool,
    /// In a load by job, instead of by keys: makes another job of the source's, which gives all there
    /// is of every record, in the order of the keys. The records come in the order of their ids, then,
    /// and both orders are those of the ids' letters; where they are not, it is asked by keys after all.
    pub scan: Option<fn(&Asking) -> Request>,
}

impl Join {
    /// One request for each key, in all reads.
    pub const fn each(name: &'static str, keys: fn(&Record) -> Vec<Text>, ask: Ask) -> Self {
        Self {
            name,
            when: When::Always,
            keys,
            at_once: 1,
            ask,
            key: |_| None,
            more: None,
            optional: false,
            scan: None,
        }
    }

    /// One that may be refused.
    pub const fn may(join: Self) -> Self {
        Self {
            optional: true,
            ..join
        }
    }

    /// One request for so many keys, in all reads.
    pub const fn many(at_once: usize, key: fn(&Value) -> Option<Text>, each: Self) -> Self {
        Self {
            at_once,
            key,
            ..each
        }
    }
}

/// In which reads a join is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In all.
    Always,
    /// In all but the first load, whose pages hold it already.
    NotInLoad,
}

/// How a source pushes.
#[derive(Clone, Copy, Debug)]
pub struct Webhook {
    /// How it proves who it is.
    pub signature: Signature,
    /// What a delivery says, reduced to where to look.
    pub read: fn(&Value) -> Delivered,
    /// Where the events of every account come to one address, who an event is for: the account.
    pub account: Option<fn(&Value) -> Option<Text>>,
    /// How a person sets it up.
    pub help: &'static str,
}

/// What a delivery says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The events, in the order they came.
    pub events: Vec<Event>,
}

/// One pushed event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What is the same each time this event is delivered, and different for every other.
    pub key: String,
    /// The account it is about, where the source says.
    pub account: Option<Text>,
    /// Whether it is of a test mode.
    pub test: bool,
    /// Where to look.
    pub hints: Vec<Hint>,
}
