//! Cursors of lists: sealed, so that they say nothing and cannot be made up.

use crate::error::Error;
use crate::seal::random_array;
use crate::tenant::Tenant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long a cursor leads on.
const LIFE_S: i64 = 86_400;
/// A longer text is no cursor of ours.
const MOST_BYTES: usize = 4_096;

/// A text that is no cursor for this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Not one of ours, or for another list, filter, caller or tenant.
    #[error("the cursor does not belong to this list; begin again without one")]
    Foreign,
    /// Too old.
    #[error("the cursor is more than a day old; begin again without one")]
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Sealed<P> {
    until: i64,
    position: P,
}

/// What a cursor is bound to: the tenant, the caller, and the list with its filter and order.
fn bound_to<'a>(tenant: &'a Tenant, list: &'a str) -> [&'a [u8]; 4] {
    [
        b"cursor",
        tenant.id_bytes(),
        tenant.by().as_bytes(),
        list.as_bytes(),
    ]
}

impl Tenant {
    /// A cursor to a position of a list; `list` names the list with its filter and order.
    pub async fn seal_cursor(
        &self,
        list: &str,
        position: &impl Serialize,
    ) -> Result<String, Error> {
        let until = self.now().as_second() + LIFE_S;
        let plain = serde_json::to_vec(&Sealed { until, position });
        let plain = plain.map_err(|e| Error::corrupt("cursor", e))?;
        let keys = self.store().keys().await?;
        let sealed = keys
            .cursors
            .seal(&plain, &bound_to(self, list), random_array());
        sealed.map_err(|e| Error::corrupt("cursor", e))
    }

    /// The position a cursor leads to.
    pub async fn open_cursor<P: DeserializeOwned>(
        &self,
        list: &str,
        cursor: &str,
    ) -> Result<Result<P, CursorError>, Error> {
        let keys = self.store().keys().await?;
        let open = || {
            if cursor.len() > MOST_BYTES {
                return None;
            }
            let plain = keys.cursors.open(cursor, &bound_to(self, list)).ok()?;
            serde_json::from_slice::<Sealed<P>>(&plain).ok()
        };
        let Some(sealed) = open() else {
            return Ok(Err(CursorError::Foreign));
        };
        if sealed.until < self.now().as_second() {
            return Ok(Err(CursorError::Expired));
        }
        Ok(Ok(sealed.position))
    }
}
