//! Idempotency keys: the same request twice is done once.

use crate::error::Error;
use crate::item::{Item, n, s};
use crate::keys::{self, Key};
use crate::table::Expression;
use crate::tenant::Tenant;
use serde::{Deserialize, Serialize};

/// How long a first answer is kept.
const KEPT_S: i64 = 86_400;
/// A request in flight for so long was cut off, and may be tried again.
const IN_FLIGHT_S: i64 = 60;
/// Longer answers are not kept; a repeated request is then told so.
const MOST_BODY: usize = 300_000;

/// The answer to a request, as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What to do with a request that carries a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the first: do it, then call [`Tenant::settle`] with this.
    Ours(Claimed),
    /// It was done: answer so.
    Answered(Box<Answer>),
    /// It was done, and the answer was too long to keep.
    AnswerLost,
    /// It is being done.
    InFlight,
    /// The key was used for another request.
    OtherRequest,
}

/// A key that is ours to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    key: String,
    nonce: String,
}

impl Tenant {
    fn idempotency_row(&self, key: &str) -> Key {
        keys::row(self.id(), "R", format!("{}#{key}", self.by()))
    }

    /// Claims a key for a request, of which `request` is the digest.
    pub async fn claim(&self, key: &str, request: &str) -> Result<Claim, Error> {
        let now = self.now().as_second();
        let nonce = self.unique();
        let row = Item::at(&self.idempotency_row(key))
            .with("digest", s(request))
            .with("nonce", s(&nonce))
            .with("until_", n(now + IN_FLIGHT_S))
            .with("expires_at", n(now + KEPT_S));
        // A key is free when it is new, was forgotten, or its first request was cut off.
        let free = Expression::new(
            "attribute_not_exists(pk) OR \
             (attribute_not_exists(j) AND until_ < :now AND digest = :request)",
        )
        .with(":now", n(now))
        .with(":request", s(request));
        if self.table().put(row, Some(free)).await? {
            return Ok(Claim::Ours(Claimed {
                key: key.to_owned(),
                nonce,
            }));
        }
        let Some(row) = self.table().get(&self.idempotency_row(key)).await? else {
            return Ok(Claim::InFlight);
        };
        if row.number("expires_at").is_some_and(|ttl| ttl <= now) {
            self.table()
                .delete(&self.idempotency_row(key), None)
                .await?;
            return Box::pin(self.claim(key, request)).await;
        }
        if row.text("digest") != Some(request) {
            return Ok(Claim::OtherRequest);
        }
        Ok(match row.text("j") {
            None => Claim::InFlight,
            Some("") => Claim::AnswerLost,
            Some(_) => Claim::Answered(Box::new(row.body("answer")?)),
        })
    }

    /// Keeps the answer to a claimed request, unless somebody else has claimed it since.
    pub async fn settle(&self, claimed: &Claimed, answer: &Answer) -> Result<(), Error> {
        let json = serde_json::to_string(answer).map_err(|e| Error::corrupt("answer", e))?;
        let json = if json.len() > MOST_BODY { "" } else { &json };
        let update = Expression::new("SET j = :j")
            .with(":j", s(json))
            .with(":nonce", s(&claimed.nonce));
        let key = self.idempotency_row(&claimed.key);
        let _ = self
            .table()
            .update(&key, update, Some("nonce = :nonce"))
            .await?;
        Ok(())
    }

    /// Gives a claimed key back: nothing was done.
    pub async fn unclaim(&self, claimed: &Claimed) -> Result<(), Error> {
        let ours = Expression::new("nonce = :nonce").with(":nonce", s(&claimed.nonce));
        let key = self.idempotency_row(&claimed.key);
        self.table().delete(&key, Some(ours)).await.map(drop)
    }
}
