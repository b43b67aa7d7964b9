//! What is known of a tenant's members, kept for a few seconds: a change of role acts within that
//! time, and a request costs no read for it.

use identity::{Directory, TenantCtx};
use jiff::{SignedDuration, Timestamp};
use model::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Error, Store, TenantInfo};

/// How long a directory is believed.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// Tenants remembered.
const MOST: usize = 4_096;

/// A tenant and its members as they were a moment ago.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) info: TenantInfo,
    pub(crate) directory: Directory,
    pub(crate) api_keys: HashMap<identity::KeyId, identity::ApiKey>,
}

#[derive(Debug, Default)]
pub(crate) struct Directories(Mutex<HashMap<TenantId, (Timestamp, Arc<Known>)>>);

impl Directories {
    /// A tenant as it was at most five seconds ago; `None` where there is no such tenant.
    pub(crate) async fn of(
        &self,
        store: &Store,
        id: TenantId,
    ) -> Result<Option<Arc<Known>>, Error> {
        let now = store.now();
        let kept = self.lock().get(&id).cloned();
        if let Some((at, known)) = kept
            && now.duration_since(at) < FRESH
        {
            return Ok(Some(known));
        }
        // Reading members is the first thing done for a caller, before it is known who they are.
        let tenant = store.tenant(&TenantCtx::system(id, "api", "directory"));
        let Some(info) = tenant.find_document::<TenantInfo>("A").await? else {
            return Ok(None);
        };
        let keys = tenant.documents::<identity::ApiKey>().await?;
        let known = Arc::new(Known {
            info: info.value,
            directory: tenant.directory().await?,
            api_keys: keys
                .into_iter()
                .map(|stored| (stored.value.id, stored.value))
                .collect(),
        });
        let mut all = self.lock();
        if all.len() >= MOST {
            all.retain(|_, (at, _)| now.duration_since(*at) < FRESH);
        }
        all.insert(id, (now, Arc::clone(&known)));
        Ok(Some(known))
    }

    /// Forgets a tenant: its members or keys have just changed here.
    pub(crate) fn forget(&self, id: TenantId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, (Timestamp, Arc<Known>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
