//! The nightly forecast: one for each tenant and night, whoever begins it.

use crate::jobs::outgoing;
use jiff::Timestamp;
use model::TenantId;
use serde_json::json;
use store::{Job, JobStatus, Page, Progress, Tenant, TenantInfo};

const DAY_S: i64 = 86_400;
/// Two in the morning, UTC.
const HOUR_S: i64 = 2 * 3_600;

/// The forecast of a night: what the API makes where nothing else is said.
const BY: &str = "quarter";
const PERIODS: u32 = 4;

/// The beginning of the last night that has begun.
pub(crate) fn before(now: Timestamp) -> Timestamp {
    let since = (now.as_second() - HOUR_S).rem_euclid(DAY_S);
    Timestamp::from_second(now.as_second() - since).unwrap_or(Timestamp::MIN)
}

/// The digits of an id that belongs to a night: it sorts by its time, as all ids do, and is the
/// same for whoever makes it.
fn digits(night: Timestamp) -> String {
    let mut bytes = [0; 16];
    let ms = night.as_millisecond().to_be_bytes();
    bytes[..6].copy_from_slice(&ms[2..]);
    // Of the form of the other ids, UUID version 7.
    (bytes[6], bytes[8]) = (0x70, 0x80);
    let id = TenantId::from_bytes(bytes).to_string();
    id.strip_prefix("tenant_").unwrap_or(&id).to_owned()
}

/// Begins the forecast of a night; `false` where there is nothing to do. A night that was slept
/// through is made up for.
pub(crate) async fn forecast(
    tenant: &Tenant,
    info: &TenantInfo,
    night: Timestamp,
) -> Result<bool, store::Error> {
    if info.created_at >= night || tenant.head().await? == 0 {
        return Ok(false);
    }
    let digits = digits(night);
    let id = format!("job_{digits}");
    if tenant.find_document::<Job>(&id).await?.is_some() {
        return Ok(false);
    }
    let run = format!("forecast_{digits}");
    let request = json!({ "by": BY, "periods": PERIODS }).to_string();
    let name = format!("runs/{run}.request.json");
    tenant.put_blob(&name, request).await?;
    let job = Job {
        id,
        kind: "forecast.run".to_owned(),
        subject: Some(run),
        created_by: tenant.by().to_owned(),
        status: JobStatus::Queued,
        progress: Progress::default(),
        created_at: tenant.now(),
        started_at: None,
        heartbeat_at: None,
        finished_at: None,
        cancel_requested: false,
        result: None,
        problem: None,
    };
    let page = Page {
        messages: outgoing(tenant, &job).into_iter().collect(),
        cause: job.id.clone(),
        ..Page::default()
    };
    // Of several that try one keeps the job. Should it die before it sends the message, the job
    // stands still, and that is looked after.
    match tenant.create_document(job).await {
        Ok(_) => {}
        Err(store::Error::Exists { .. }) => return Ok(false),
        Err(error) => return Err(error),
    }
    tenant.commit(page).await?;
    Ok(true)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_night_begins_at_two() {
        let check = |now: &str, expected: &str| {
            let at = |text: &str| text.parse::<Timestamp>().unwrap();
            assert_eq!(before(at(now)), at(expected), "{now}");
        };
        check("2026-09-21T14:13:20Z", "2026-09-21T02:00:00Z");
        check("2026-09-21T01:59:59Z", "2026-09-20T02:00:00Z");
        check("2026-09-21T02:00:00Z", "2026-09-21T02:00:00Z");
        check("1969-12-31T23:00:00Z", "1969-12-31T02:00:00Z");
    }

    #[test]
    fn the_ids_of_nights_sort_among_the_others() {
        let at: Timestamp = "2026-09-21T02:00:00Z".parse().unwrap();
        let (before, after) = (
            store::unique(at - jiff::SignedDuration::from_secs(1)),
            store::unique(at + jiff::SignedDuration::from_secs(1)),
        );
        assert!(before < digits(at) && digits(at) < after);
        assert_eq!(digits(at).len(), before.len());
    }
}
