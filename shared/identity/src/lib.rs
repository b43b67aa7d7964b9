//! Who asks, and what they may.
//!
//! A request brings a session of ours ([`SigningKeys`]), an ID token of the customer's own issuer
//! ([`Issuer`]) that is exchanged for a session, or an API key ([`PresentedKey`]). From what was
//! verified, and only from it, comes a [`TenantCtx`]: the tenant, the [`Actor`] and what the actor
//! sees. The only way to a tenant's data is through one.
//!
//! The crate is pure: the caller hands in the time, the random bytes and the rows, so every rule
//! here can be tested with data.

mod actor;
mod api_key;
mod audit;
mod base32;
mod csrf;
mod email;
mod id;
mod jws;
mod limiter;
mod member;
mod oidc;
mod policy;
mod rate;
mod refresh;
mod scope;
mod seal;
mod secret;
mod session;
mod sign_in_code;

pub use actor::{Actor, Principal, TenantCtx, Unauthenticated};
pub use api_key::{
    ApiKey, KeyFormatError, KeyRefused, MintError, NewApiKey, PresentedKey, VerifiedKey,
};
pub use audit::{AuditEvent, Broken, ChainHash, Entry, Fault, Head, LineError, verify_chain};
pub use csrf::{csrf, is_csrf};
pub use email::{Email, EmailError};
pub use id::{IdError, KeyId, MemberId, SessionId};
pub use jws::{Algorithm, TokenError};
pub use limiter::Limiter;
pub use member::{Directory, DirectoryError, Member, Status};
pub use model::{Role, Viewer, visible};
pub use oidc::{
    EmailPolicy, Hint, Issuer, IssuerError, Jwks, JwksCache, JwksError, Lookup, OidcClaims,
};
pub use policy::{Denied, Policy, RateClass};
pub use rate::{Decision, Limit, LimitError, gcra, rate_headers};
pub use refresh::{Presented, RefreshFamily, RefreshToken, RefreshTokenError};
pub use scope::{Scope, ScopeError, Scopes};
pub use seal::{SealError, Sealer};
pub use secret::{Pepper, SecretHash};
pub use session::{
    Grant, Issued, KeysError, LEEWAY_S, SigningKey, SigningKeys, TOKEN_LIFE, VerifiedSession,
};
pub use sign_in_code::{CodeAnswer, SignInCode};
