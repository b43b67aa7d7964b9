//! Which sessions have not ended, kept for a few seconds: signing out acts within that time, and a
//! request costs no read for it.

use identity::{RefreshFamily, SessionId, VerifiedSession};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Error, Tenant};

/// How long what was read is believed.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// Sessions remembered.
const MOST: usize = 65_536;

#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<SessionId, (Timestamp, bool)>>);

impl Sessions {
    /// Whether a session was not ended, as of at most five seconds ago. An access token says only
    /// when it ends by itself.
    pub(crate) async fn is_live(
        &self,
        tenant: &Tenant,
        session: &VerifiedSession,
    ) -> Result<bool, Error> {
        let (id, now) = (session.session(), tenant.now());
        let kept = self.lock().get(&id).copied();
        if let Some((at, live)) = kept
            && now.duration_since(at) < FRESH
        {
            return Ok(live);
        }
        let family = tenant
            .find_document::<RefreshFamily>(&id.to_string())
            .await?;
        let live = family.is_some_and(|family| family.value.revoked_at.is_none());
        let mut all = self.lock();
        if all.len() >= MOST {
            all.retain(|_, (at, _)| now.duration_since(*at) < FRESH);
        }
        all.insert(id, (now, live));
        Ok(live)
    }

    /// Forgets a session: it has just ended here.
    pub(crate) fn forget(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, (Timestamp, bool)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
