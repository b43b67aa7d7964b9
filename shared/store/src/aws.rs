//! The services, and what our things in them are called.

use crate::error::{Error, call};
use crate::queue::QueueUrls;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use serde_json::json;

/// How often a message is tried before it goes to the dead letters.
pub const MOST_RECEIVES: u32 = 5;
/// How long a received message is hidden: six times as long as a function may run.
pub const VISIBILITY_S: u32 = 720;

/// The clients.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) ses: aws_sdk_sesv2::Client,
}

/// What table, bucket, queues and so on are called.
#[derive(Clone, Debug)]
pub struct Names {
    /// The table.
    pub table: String,
    /// The bucket.
    pub bucket: String,
    /// The addresses of the queues.
    pub queues: QueueUrls,
    /// The secret with the keys of sessions, cursors and API keys.
    pub secret: String,
    /// The key under which tenants' data keys are wrapped.
    pub kms_key: String,
    /// Who e-mails come from.
    pub mail_from: String,
}

impl Names {
    /// The names on one machine and in tests.
    pub fn local() -> Self {
        let queue = |name: &str| format!("http://embedded.invalid/000000000000/pie-{name}");
        Self {
            table: "pie".to_owned(),
            bucket: "pie".to_owned(),
            queues: QueueUrls {
                sync: queue("sync"),
                simulate: queue("simulate"),
                deliver: queue("deliver"),
            },
            secret: "pie/keys".to_owned(),
            kms_key: "alias/pie".to_owned(),
            mail_from: "Pie <pie@localhost>".to_owned(),
        }
    }

    /// The names given in the environment, by a lookup of its variables: `PIE_TABLE`,
    /// `PIE_BUCKET`, `PIE_QUEUE_SYNC`, `PIE_QUEUE_SIMULATE`, `PIE_QUEUE_DELIVER`, `PIE_SECRET`,
    /// `PIE_KMS_KEY`, `PIE_MAIL_FROM`. The error is the first one missing.
    pub fn from_variables(of: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name: &str| {
            of(name)
                .filter(|value| !value.is_empty())
                .ok_or(name.to_owned())
        };
        Ok(Self {
            table: get("PIE_TABLE")?,
            bucket: get("PIE_BUCKET")?,
            queues: QueueUrls {
                sync: get("PIE_QUEUE_SYNC")?,
                simulate: get("PIE_QUEUE_SIMULATE")?,
                deliver: get("PIE_QUEUE_DELIVER")?,
            },
            secret: get("PIE_SECRET")?,
            kms_key: get("PIE_KMS_KEY")?,
            mail_from: get("PIE_MAIL_FROM")?,
        })
    }
}

impl Aws {
    /// The services of the environment: real AWS, or whatever `AWS_ENDPOINT_URL` names.
    pub async fn from_environment() -> Self {
        Self::new(aws_config::load_defaults(BehaviorVersion::latest()).await)
    }

    /// The same services, asked in the name of a function: `pie-sync` stands in the user agent of
    /// each request, so that a log of calls, AWS's own or that of the tests, says whose they are.
    #[must_use]
    pub fn named(&self, function: &str) -> Self {
        let mut config = self.config.clone().into_builder();
        // Functions' names are letters, which an app's name may have.
        config.set_app_name(AppName::new(format!("pie-{function}")).ok());
        Self::new(config.build())
    }

    /// The services behind an HTTP client of the caller's, as an embedded AWS offers one.
    pub fn behind(http: impl HttpClient + 'static, endpoint: &str, retries: bool) -> Self {
        let retry = if retries {
            RetryConfig::standard()
        } else {
            RetryConfig::disabled()
        };
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http)
            .endpoint_url(endpoint)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(
                aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::new(
                    "embedded", "embedded", None, None, "embedded",
                )),
            )
            .retry_config(retry)
            // It goes by the machine's time: in a test that pauses time, chance would say what is given up.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self::new(config)
    }

    fn new(config: SdkConfig) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            kms: aws_sdk_kms::Client::new(&config),
            ses: aws_sdk_sesv2::Client::new(&config),
            config,
        }
    }

    pub(crate) async fn create_bucket(&self, bucket: &str) -> Result<(), Error> {
        if self.s3.head_bucket().bucket(bucket).send().await.is_err() {
            let sent = self.s3.create_bucket().bucket(bucket).send().await;
            sent.map_err(|e| call("CreateBucket", e))?;
        }
        Ok(())
    }

    pub(crate) async fn create_kms_key(&self, alias: &str) -> Result<(), Error> {
        if self.kms.describe_key().key_id(alias).send().await.is_ok() {
            return Ok(());
        }
        let made = self
            .kms
            .create_key()
            .send()
            .await
            .map_err(|e| call("CreateKey", e))?;
        let id = made.key_metadata.map(|key| key.key_id).unwrap_or_default();
        let named = self
            .kms
            .create_alias()
            .alias_name(alias)
            .target_key_id(id)
            .send()
            .await;
        named.map_err(|e| call("CreateAlias", e))?;
        Ok(())
    }

    /// Makes the queues and their dead letters; gives the addresses they have here.
    pub(crate) async fn create_queues(&self, urls: &QueueUrls) -> Result<QueueUrls, Error> {
        let mut made = urls.clone();
        for queue in crate::queue::Queue::ALL {
            let name = urls.of(queue).rsplit('/').next().unwrap_or_default();
            let dead = format!("{name}-dlq");
            self.create_queue(
                &dead,
                &[(QueueAttributeName::MessageRetentionPeriod, "1209600")],
            )
            .await?;
            let arn = format!("arn:aws:sqs:us-east-1:000000000000:{dead}");
            let redrive =
                json!({"deadLetterTargetArn": arn, "maxReceiveCount": MOST_RECEIVES}).to_string();
            let visibility = VISIBILITY_S.to_string();
            let url = self
                .create_queue(
                    name,
                    &[
                        (QueueAttributeName::RedrivePolicy, redrive.as_str()),
                        (QueueAttributeName::VisibilityTimeout, visibility.as_str()),
                        (QueueAttributeName::MessageRetentionPeriod, "345600"),
                    ],
                )
                .await?;
            made.set(queue, url);
        }
        Ok(made)
    }

    async fn create_queue(
        &self,
        name: &str,
        attributes: &[(QueueAttributeName, &str)],
    ) -> Result<String, Error> {
        let mut request = self.sqs.create_queue().queue_name(name);
        for (attribute, value) in attributes {
            request = request.attributes(attribute.clone(), *value);
        }
        let made = request.send().await.map_err(|e| call("CreateQueue", e))?;
        Ok(made.queue_url.unwrap_or_default())
    }
}
