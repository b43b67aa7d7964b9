//! Small public pages of others, such as an identity provider's keys.

use axum::body::Bytes;
use futures_util::future::BoxFuture;
use reqwest::Url;
use reqwest::redirect::Policy;
use std::sync::LazyLock;
use std::time::Duration;

/// The largest page that is read.
const MOST_BYTES: usize = 256 * 1024;
const TIMEOUT: Duration = Duration::from_secs(5);

static CLIENT: LazyLock<Result<reqwest::Client, reqwest::Error>> = LazyLock::new(|| {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .build()
});

/// Gets a page over HTTPS; plain HTTP is for this machine alone. It follows no redirect and reads
/// no more than 256 KiB.
pub fn fetch(url: String) -> BoxFuture<'static, Result<Bytes, String>> {
    Box::pin(async move {
        let url = allowed(&url)?;
        let client = CLIENT.as_ref().map_err(ToString::to_string)?;
        let answer = client.get(url).send().await.map_err(|e| e.to_string())?;
        let mut answer = answer.error_for_status().map_err(|e| e.to_string())?;
        let mut page = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| e.to_string())? {
            if page.len() + chunk.len() > MOST_BYTES {
                return Err(format!("the page is larger than {MOST_BYTES} bytes"));
            }
            page.extend_from_slice(&chunk);
        }
        Ok(page.into())
    })
}

fn allowed(url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|e| e.to_string())?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        return Ok(url);
    }
    Err("an address must begin with https://".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_this_machine() {
        for good in [
            "https://login.example/jwks",
            "http://localhost:9000/x",
            "http://127.0.0.1/x",
        ] {
            assert!(allowed(good).is_ok(), "{good}");
        }
        let bad = [
            "http://login.example/",
            "file:///etc/passwd",
            "ftp://localhost/",
            "http://127.0.0.1.example/",
            "",
        ];
        for bad in bad {
            assert!(allowed(bad).is_err(), "{bad}");
        }
    }
}
