//! What can go wrong between us and AWS, and what then.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error as StdError;

/// Why something could not be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// AWS asks to slow down.
    #[error("{operation} was throttled; try again in a moment")]
    Throttled {
        /// The call.
        operation: &'static str,
    },
    /// AWS did not do it, or did it and the answer was lost.
    #[error("{operation} failed")]
    Call {
        /// The call.
        operation: &'static str,
        /// Why.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The row is not there.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// Somebody else changed the row since it was read.
    #[error("the {what} was changed in the meantime; read it again")]
    Changed {
        /// What was to be changed.
        what: &'static str,
    },
    /// The row is there already.
    #[error("there is such a {what} already")]
    Exists {
        /// What was to be made.
        what: &'static str,
    },
    /// The work was taken over by somebody else.
    #[error("the lease on {name} is no longer ours")]
    LostLease {
        /// What was leased.
        name: String,
    },
    /// A kept row or file cannot be read.
    #[error("the stored {what} cannot be read")]
    Corrupt {
        /// What is kept there.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// One thing is larger than a row may be.
    #[error("the {what} is {bytes} bytes large, more than the {most} that fit; shorten it")]
    TooLarge {
        /// What it is.
        what: String,
        /// How large.
        bytes: usize,
        /// How large it may be.
        most: usize,
    },
    /// The tenant's data are being deleted.
    #[error("the tenant is being deleted; an admin can still restore it")]
    TenantDeleted,
}

/// What a program does about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The same again, later.
    Retry,
    /// Read again, then decide.
    Reread,
    /// Stop: somebody else has it.
    Yield,
    /// Nothing helps but a person.
    Fail,
}

impl Error {
    /// What to do now.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Throttled { .. } | Self::Call { .. } => Disposition::Retry,
            Self::Changed { .. } | Self::Exists { .. } => Disposition::Reread,
            Self::LostLease { .. } => Disposition::Yield,
            Self::NotFound { .. }
            | Self::Corrupt { .. }
            | Self::TooLarge { .. }
            | Self::TenantDeleted => Disposition::Fail,
        }
    }

    pub(crate) fn corrupt(
        what: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Corrupt {
            what: what.into(),
            source: source.into(),
        }
    }
}

const THROTTLES: [&str; 6] = [
    "ThrottlingException",
    "Throttling",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
];

/// An SDK error of one call. The request is left out of the chain: it may hold people's data.
pub(crate) fn call<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Error
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    if error.code().is_some_and(|code| THROTTLES.contains(&code)) {
        return Error::Throttled { operation };
    }
    let source: Box<dyn StdError + Send + Sync> = match error {
        SdkError::ServiceError(context) => Box::new(context.into_err()),
        SdkError::ConstructionFailure(_) => "the request could not be built".into(),
        SdkError::TimeoutError(_) => "no answer in time".into(),
        SdkError::DispatchFailure(_) => "the service could not be reached".into(),
        _ => "the answer could not be read".into(),
    };
    Error::Call { operation, source }
}
