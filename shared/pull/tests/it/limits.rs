//! The vendor's limits are kept, not found out.

use crate::bed::Bed;
use connector::Request;
use futures_util::StreamExt;
use pull::{Answer, Stop};
use serde_json::json;
use std::time::Duration;

const REQUESTS: usize = 200;

/// Sends them all, by as many workers, each of which comes back when it is told to.
async fn send_all(bed: &Bed, request: &Request, workers: usize, limited: bool) -> Vec<i64> {
    let (id, _) = bed.connect("hubspot", &workers.to_string()).await;
    let mut settings = bed.settings();
    settings.limited = limited;
    let connection = bed.connection(id).await;
    let ask = async |_| {
        let source = Bed::source_with(connection.clone(), bed.tenant(), settings.clone());
        loop {
            match source.send(request).await {
                Ok(Answer::Good(_)) => return,
                Err(Stop::Later { after_s, .. }) => {
                    tokio::time::sleep(Duration::from_secs(after_s)).await;
                }
                other => unreachable!("{other:?}"),
            }
        }
    };
    futures_util::stream::iter(0..REQUESTS)
        .map(ask)
        .buffer_unordered(workers)
        .collect::<Vec<()>>()
        .await;
    let seen = bed.wire.seen();
    seen.iter().map(|it| it.at.as_millisecond()).collect()
}

/// The most of them in any span so long.
fn most_within(at: &[i64], span_ms: i64) -> usize {
    let within = |from: &i64| {
        at.iter()
            .filter(|it| (*from..from + span_ms).contains(it))
            .count()
    };
    at.iter().map(within).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn no_request_of_200_is_one_too_many() {
    let ordinary = Request::get("/account-info/v3/details");
    let search = Request::post("/crm/v3/objects/deals/search", json!({"limit": 1})).lane("search");
    for (request, most, span_ms) in [(&ordinary, 110, 10_000), (&search, 5, 1_000)] {
        for workers in [1, 8] {
            let bed = Bed::with(|settings| settings.rate_limits = true).await;
            let at = send_all(&bed, request, workers, true).await;
            let lane = &request.lane;
            assert_eq!(bed.hubspot.refused_calls(), 0, "{lane} {workers}");
            assert_eq!(at.len(), REQUESTS, "{lane} {workers}");
            let busiest = most_within(&at, span_ms);
            assert!(busiest <= most, "{lane} {workers}: {busiest}");
        }
    }
}

/// The counterpart: this vendor does refuse, so that the test above says something.
#[tokio::test(start_paused = true)]
async fn without_limits_of_our_own_the_vendor_refuses() {
    let bed = Bed::with(|settings| settings.rate_limits = true).await;
    send_all(&bed, &Request::get("/account-info/v3/details"), 64, false).await;
    assert!(bed.hubspot.refused_calls() > 0);
}
