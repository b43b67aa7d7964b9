//! Members, their sessions and keys: what `identity` decides about, kept.

use crate::documents::{Document, Stored};
use crate::error::Error;
use crate::tenant::Tenant;
use crate::tenants::Lookup;
use identity::{ApiKey, Directory, Email, Member, RefreshFamily, SignInCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A family of refresh tokens is kept a little longer than it can live.
const SESSION_DAYS: i64 = 31;

impl Document for Member {
    const PARTITION: &'static str = "M";
    const WHAT: &'static str = "member";
    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl Document for ApiKey {
    const PARTITION: &'static str = "K";
    const WHAT: &'static str = "API key";
    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl Document for RefreshFamily {
    const PARTITION: &'static str = "C";
    const WHAT: &'static str = "session";
    fn id(&self) -> String {
        self.session.to_string()
    }
    fn ttl(&self) -> Option<i64> {
        Some(self.created_at.as_second() + SESSION_DAYS * 86_400)
    }
}

/// A sign-in code that was sent to a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// To whom.
    pub member: identity::MemberId,
    /// The code, hashed.
    pub code: SignInCode,
}

impl Document for SentCode {
    const PARTITION: &'static str = "Y";
    const WHAT: &'static str = "sign-in code";
    fn id(&self) -> String {
        self.member.to_string()
    }
    fn ttl(&self) -> Option<i64> {
        Some(self.code.expires_at.as_second())
    }
}

impl Tenant {
    /// All members.
    pub async fn directory(&self) -> Result<Directory, Error> {
        let members = self.documents::<Member>().await?;
        Ok(Directory::new(
            self.id(),
            members.into_iter().map(|stored| stored.value),
        ))
    }

    /// Keeps a member as the directory has settled them, and what leads to them by address.
    ///
    /// The address is noted before the member and dropped after, so that a cut in between leaves
    /// a note that leads nowhere and never a member who cannot be found.
    pub async fn save_member(&self, member: &Member) -> Result<(), Error> {
        let before = self.find_document::<Member>(&member.id.to_string()).await?;
        self.note_email(&member.email, member).await?;
        match &before {
            None => drop(self.create_document(member.clone()).await?),
            Some(Stored { rev, .. }) => {
                self.replace_document(member.clone(), *rev).await?;
            }
        }
        match before {
            Some(Stored { value, .. }) if value.email != member.email => {
                let of = value.id.to_string();
                self.drop_lookup(Lookup::Email(value.email.as_str()), &of)
                    .await
            }
            _ => Ok(()),
        }
    }

    async fn note_email(&self, email: &Email, member: &Member) -> Result<(), Error> {
        self.note_lookup(Lookup::Email(email.as_str()), &member.id.to_string())
            .await
    }

    /// Forgets a member.
    pub async fn remove_member(&self, member: &Member) -> Result<(), Error> {
        let id = member.id.to_string();
        self.delete_document::<Member>(&id, None).await?;
        self.drop_lookup(Lookup::Email(member.email.as_str()), &id)
            .await
    }

    /// Keeps a new API key, and what leads to it.
    pub async fn save_api_key(&self, key: ApiKey) -> Result<Stored<ApiKey>, Error> {
        let id = key.id.to_string();
        self.note_lookup(Lookup::ApiKey(&id), &id).await?;
        self.create_document(key).await
    }

    /// Notes that a key was used.
    pub async fn touch_api_key(&self, id: &str, at: Timestamp) -> Result<(), Error> {
        let touched = self.edit_document::<ApiKey, Error>(id, |key| {
            key.last_used_at = key.last_used_at.max(Some(at));
            Ok(())
        });
        touched.await.map(drop)
    }
}
