//! The end of a tenant.

use crate::{App, FUNCTION};
use edge::Failure;
use identity::TenantCtx;
use store::{Message, TenantInfo};

/// Erases a tenant whose time is over. One that was restored in the meantime stays.
pub(crate) async fn erase(app: &App, message: Message) -> Result<(), Failure> {
    let ctx = TenantCtx::system(message.tenant, FUNCTION, &message.request_id);
    let tenant = app.store.tenant(&ctx);
    // Where no row says what it is called, an erasure was cut off at its end, or this one comes late.
    if let Some(info) = tenant.find_document::<TenantInfo>("A").await? {
        let from = info.value.erased_from();
        if from.is_none_or(|from| from > app.store.now()) {
            return Err(Failure::drop(
                "the tenant is not to be erased now: it was restored, or its 30 days are not over",
            ));
        }
    }
    let erased = tenant.erase().await?;
    tracing::info!(rows = erased.rows, files = erased.files, "Erased a tenant");
    Ok(())
}
