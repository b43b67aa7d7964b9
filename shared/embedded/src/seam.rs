//! The seam: the SDK's HTTP client, which here is a function call.

use crate::Aws;
use crate::calls::Log;
use crate::clock::stopwatch;
use crate::fault::{Applied, Call, Fault, Moment};
use crate::service::{Service, route};
use crate::wire::{Answer, Ask, Refusal};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// An HTTP client for the SDK whose requests never leave the process; see [`Aws::http_client`].
#[derive(Clone, Debug)]
pub struct InProcess {
    aws: Aws,
    /// The program's life it was handed out in.
    life: u64,
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { aws, life } = self.clone();
        HttpConnectorFuture::new(async move {
            if aws.faults().life() > life {
                std::future::pending::<()>().await;
            }
            tokio::select! {
                biased;
                carried = aws.carry(request) => carried,
                // Whoever waited for a message when the program died hears no more.
                () = aws.faults().end_of(life) => std::future::pending().await,
            }
        })
    }
}

/// An answer that was given and did not arrive.
#[derive(Debug, thiserror::Error)]
#[error("an injected fault: the answer was lost after the request was applied")]
struct Lost;

impl Aws {
    /// What the SDK takes as its HTTP client: `config.http_client(aws.http_client())`.
    pub fn http_client(&self) -> InProcess {
        InProcess {
            aws: self.clone(),
            life: self.faults().life(),
        }
    }

    /// Answers a request that came by another way, such as a socket for other programs. Signatures are not checked.
    pub async fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (parts, body) = request.into_parts();
        match self.respond(&parts, &body).await {
            Ok(answer) => answer,
            Err(Lost) => {
                Refusal::new(504, "RequestTimeout", Lost.to_string()).into_answer(Service::S3)
            }
        }
    }

    async fn carry(&self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let body = request.take_body();
        let request = request
            .try_into_http1x()
            .map_err(|error| ConnectorError::user(error.into()))?;
        let (parts, ()) = request.map(drop).into_parts();
        let answer = if let Some(bytes) = body.bytes() {
            self.respond(&parts, bytes).await
        } else {
            let collected = ByteStream::new(body).collect().await;
            let bytes = collected
                .map_err(|error| ConnectorError::io(error.into()))?
                .into_bytes();
            self.respond(&parts, &bytes).await
        };
        let answer = answer.map_err(|lost| ConnectorError::timeout(lost.into()))?;
        HttpResponse::try_from(answer.map(SdkBody::from))
            .map_err(|error| ConnectorError::other(error.into(), None))
    }

    async fn respond(&self, parts: &Parts, body: &[u8]) -> Result<Answer, Lost> {
        let (service, operation) = match route(parts) {
            Ok(route) => route,
            Err(refusal) => return Ok(refusal.into_answer(Service::DynamoDb)),
        };
        let ask = Ask { parts, body };
        let log = Log::here();
        if let Some(log) = log {
            log.note(service, operation, ask);
        }
        let tally = &self.inner.tally;
        let (nth, overall) = tally.count(service, operation);
        let fault = self.faults().decide(&Call {
            service,
            operation,
            nth,
            overall,
        });
        match fault {
            Fault::None | Fault::AppliedButLost | Fault::Kill(Moment::After) => {}
            Fault::Throttle => return Ok(service.throttled().into_answer(service)),
            Fault::Unavailable => return Ok(service.unavailable().into_answer(service)),
            Fault::Delay(by) => tokio::time::sleep(by).await,
            Fault::Kill(Moment::Before) => {
                self.faults().kill();
                return std::future::pending().await;
            }
        }
        let mut busy = Duration::ZERO;
        let mut answer = if (service, operation) == (Service::Sqs, "ReceiveMessage") {
            let received = self.inner.sqs.receive(ask, &mut busy).await;
            received.unwrap_or_else(|refusal| refusal.into_answer(service))
        } else {
            let watch = stopwatch();
            let answer = self.handle(service, operation, ask);
            busy = watch.elapsed();
            answer
        };
        tally.took(service, operation, busy);
        self.faults().show(&Applied {
            service,
            operation,
            body,
            status: answer.status().as_u16(),
        });
        let absent = answer.status() == http::StatusCode::NOT_FOUND;
        if let (Some(log), "GetObject" | "HeadObject", true) = (log, operation, absent) {
            log.note_absent(ask);
        }
        match fault {
            Fault::AppliedButLost => return Err(Lost),
            Fault::Kill(Moment::After) => {
                self.faults().kill();
                return std::future::pending().await;
            }
            _ => {}
        }
        answer
            .headers_mut()
            .insert(request_id_header(service), request_id());
        Ok(answer)
    }

    fn handle(&self, service: Service, operation: &str, ask: Ask) -> Answer {
        let inner = &*self.inner;
        let outcome = match service {
            Service::DynamoDb => return inner.dynamodb.handle(operation, ask),
            Service::S3 => inner.s3.handle(operation, ask),
            Service::Sqs => inner.sqs.handle(operation, ask),
            Service::Kms => inner.kms.handle(operation, ask),
            Service::SecretsManager => inner.secrets.handle(operation, ask),
            Service::Ses => inner.ses.handle(operation, ask),
        };
        let mut answer = outcome.unwrap_or_else(|refusal| refusal.into_answer(service));
        // A refused HEAD has a status and nothing else.
        if ask.parts.method == http::Method::HEAD {
            *answer.body_mut() = Bytes::new();
        }
        answer
    }
}

fn request_id_header(service: Service) -> HeaderName {
    HeaderName::from_static(match service {
        Service::S3 => "x-amz-request-id",
        _ => "x-amzn-requestid",
    })
}

fn request_id() -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    HeaderValue::from(NEXT.fetch_add(1, Ordering::Relaxed))
}
