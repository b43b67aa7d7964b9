//! What no program that does the job can be without: the answers, taken, unpacked and split.
//!
//! The job is done once, with nothing measured, and what was asked is written down. Then the same is asked again: each
//! answer of JSON is gone through without keeping anything of it, and each of CSV is split into its cells.

use super::{Done, Of, ours, usage, vendor::Place};
use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use pull::{Transport, https};
use serde::de::IgnoredAny;
use std::sync::{Arc, Mutex, PoisonError};

/// What was asked, and how it was answered.
type Asked = Arc<Mutex<Vec<(Request<Bytes>, StatusCode)>>>;

/// Writes down what is asked, but for deleting, which would leave nothing to ask for again.
fn recorder(asked: &Asked) -> Transport {
    let (asked, carry) = (Arc::clone(asked), https());
    Arc::new(move |request| {
        if request.method() == Method::DELETE {
            return Box::pin(async { Ok(Response::new(Bytes::new())) });
        }
        let (asked, again) = (Arc::clone(&asked), request.clone());
        let answer = carry(request);
        Box::pin(async move {
            let answer = answer.await?;
            let mut all = asked.lock().unwrap_or_else(PoisonError::into_inner);
            all.push((again, answer.status()));
            Ok(answer)
        })
    })
}

pub(super) async fn measure(of: Of, place: Place) -> anyhow::Result<Done> {
    let asked = Asked::default();
    let source = ours::connect(of, place, recorder(&asked)).await?;
    let done = ours::read(of, &source, ours::Depth::Pull).await?;
    let asked = std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));

    let carry = https();
    let stretch = usage::Stretch::begin();
    for (request, status) in asked {
        let answer = carry(request).await?;
        let now = answer.status();
        ensure!(
            now == status,
            "what was answered with {status} is answered with {now}"
        );
        split(&answer)?;
    }
    Ok(done.again(&stretch))
}

fn split(answer: &Response<Bytes>) -> anyhow::Result<()> {
    let kind = answer.headers().get(http::header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/csv")) {
        let mut rows = csv::Reader::from_reader(&answer.body()[..]);
        let mut row = csv::ByteRecord::new();
        while rows.read_byte_record(&mut row)? {}
        return Ok(());
    }
    serde_json::from_slice::<IgnoredAny>(answer.body()).context("an answer is not JSON")?;
    Ok(())
}
