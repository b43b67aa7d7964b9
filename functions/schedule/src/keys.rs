//! The key that sessions are signed with, made anew each month.

use identity::SigningKeys;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::Store;

/// How old the newest key may become.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Of a kept key, all that is read here.
#[derive(Deserialize)]
struct Kept {
    created_at: Timestamp,
}

/// Makes a new key where the newest is old; says whether it did. Two processes that do so at the same
/// time make two: both are published before either signs.
pub(crate) async fn rotate(store: &Store) -> Result<bool, store::Error> {
    let keys = store.keys().await?;
    let is_old = newest(&keys.sessions).is_some_and(|at| store.now().duration_since(at) >= OLDEST);
    if is_old {
        store.rotate_session_key().await?;
    }
    Ok(is_old)
}

fn newest(keys: &SigningKeys) -> Option<Timestamp> {
    let secret = keys.to_secret().ok()?;
    let kept: Vec<Kept> = serde_json::from_str(secret.expose_secret()).ok()?;
    kept.iter().map(|key| key.created_at).max()
}
