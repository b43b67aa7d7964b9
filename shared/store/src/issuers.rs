//! Identity providers whose ID tokens a tenant accepts, and what leads to the tenant from such a token.

use crate::documents::{Document, Stored};
use crate::error::Error;
use crate::tenant::Tenant;
use crate::tenants::Lookup;
use identity::Issuer;
use serde::{Deserialize, Serialize};

/// An identity provider, under a name of the tenant's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedIssuer {
    /// The name.
    pub id: String,
    /// The provider.
    pub issuer: Issuer,
}

impl Document for SavedIssuer {
    const PARTITION: &'static str = "P";
    const WHAT: &'static str = "issuer";
    fn id(&self) -> String {
        self.id.clone()
    }
}

impl SavedIssuer {
    /// What leads to it.
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup::Issuer(&self.issuer.issuer, &self.issuer.audience)
    }
}

impl Tenant {
    /// Keeps a provider, in place of the one of that name; what led to that one leads nowhere.
    ///
    /// What leads to a provider is there only while the provider is, whatever is cut off in between: erasing the tenant
    /// finds it by the provider.
    pub async fn save_issuer(&self, saved: &SavedIssuer) -> Result<(), Error> {
        let before = self.find_document::<SavedIssuer>(&saved.id).await?;
        if let Some(Stored { value, .. }) = before
            && value.lookup() != saved.lookup()
        {
            self.drop_lookup(value.lookup(), &value.id).await?;
        }
        self.put_document(saved).await?;
        self.note_lookup(saved.lookup(), &saved.id).await
    }

    /// Forgets a provider.
    pub async fn remove_issuer(&self, id: &str) -> Result<(), Error> {
        let saved = self.document::<SavedIssuer>(id).await?.value;
        self.drop_lookup(saved.lookup(), &saved.id).await?;
        self.delete_document::<SavedIssuer>(id, None).await
    }
}
