//! What carries a request to a source: HTTPS in the product, a router in a test.

use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;
use futures_util::future::BoxFuture;
use reqwest::redirect::Policy;
use std::io::Read;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The most bytes of an answer as it comes.
const MOST_PACKED: usize = 64 << 20;
/// The most bytes of an answer unpacked: a small page may unpack to more than memory holds.
const MOST_UNPACKED: u64 = 256 << 20;
/// How long nothing may come before an answer counts as cut off.
const IDLE: Duration = Duration::from_secs(30);
/// How long an answer may take in all. A source that sends a byte a second never goes idle.
const WHOLE: Duration = Duration::from_secs(100);
const CONNECT: Duration = Duration::from_secs(10);

/// Sends a request and brings the answer, whole and unpacked.
pub type Transport = Arc<
    dyn Fn(http::Request<Bytes>) -> BoxFuture<'static, Result<http::Response<Bytes>, Failed>>
        + Send
        + Sync,
>;

/// No answer came, or none that can be used. Whether the request was carried out is not known.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The connection broke, or never was.
    #[error("no answer came from {host}")]
    NoAnswer {
        /// Who was asked.
        host: String,
        /// What broke.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It came too slowly.
    #[error("{host} did not answer in time")]
    TooSlow {
        /// Who was asked.
        host: String,
    },
    /// It is larger than we take.
    #[error("the answer of {host} is larger than {most} bytes")]
    TooLarge {
        /// Who was asked.
        host: String,
        /// The most that is taken.
        most: u64,
    },
    /// It says that it is packed and is not.
    #[error("the answer of {host} cannot be unpacked")]
    Unpack {
        /// Who was asked.
        host: String,
        /// What is wrong with it.
        #[source]
        source: std::io::Error,
    },
}

/// HTTPS. It follows no redirect: with the token in a header, that would tell it to whoever the
/// answer names.
pub fn https() -> Transport {
    Arc::new(|request| {
        Box::pin(async move {
            let host = request.uri().host().unwrap_or_default().to_owned();
            let client = CLIENT.as_ref().map_err(|error| Failed::NoAnswer {
                host: host.clone(),
                source: error.to_string().into(),
            })?;
            match tokio::time::timeout(WHOLE, carry(client, request, &host)).await {
                Ok(done) => done,
                Err(_) => Err(Failed::TooSlow { host }),
            }
        })
    })
}

static CLIENT: LazyLock<Result<reqwest::Client, reqwest::Error>> = LazyLock::new(|| {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(IDLE)
        .build()
});

async fn carry(
    client: &reqwest::Client,
    request: http::Request<Bytes>,
    host: &str,
) -> Result<http::Response<Bytes>, Failed> {
    let broken = |error: reqwest::Error| {
        // The address may hold a key.
        let error = error.without_url();
        if error.is_timeout() {
            return Failed::TooSlow {
                host: host.to_owned(),
            };
        }
        Failed::NoAnswer {
            host: host.to_owned(),
            source: error.into(),
        }
    };
    let request = reqwest::Request::try_from(request).map_err(broken)?;
    let mut answer = client.execute(request).await.map_err(broken)?;
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MOST_PACKED {
            return Err(Failed::TooLarge {
                host: host.to_owned(),
                most: MOST_PACKED as u64,
            });
        }
        body.extend_from_slice(&chunk);
    }
    let encoding = response.headers().get(http::header::CONTENT_ENCODING);
    let packed = encoding.is_some_and(|encoding| encoding.as_bytes() == b"gzip");
    *response.body_mut() = body.into();
    if packed {
        let unpacked = unpack(response.body(), host)?;
        *response.body_mut() = unpacked;
    }
    Ok(response)
}

/// Unpacks a body, up to what we take.
pub fn unpack(packed: &Bytes, host: &str) -> Result<Bytes, Failed> {
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(packed.clone().reader()).take(MOST_UNPACKED + 1);
    let read = reader.read_to_end(&mut unpacked);
    let host = host.to_owned();
    let read = read.map_err(|source| Failed::Unpack {
        host: host.clone(),
        source,
    })?;
    if read as u64 > MOST_UNPACKED {
        let most = MOST_UNPACKED;
        return Err(Failed::TooLarge { host, most });
    }
    Ok(unpacked.into())
}
