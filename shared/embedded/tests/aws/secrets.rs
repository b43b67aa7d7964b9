use crate::{code, config, everywhere};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use embedded::Aws;
use std::time::Duration;

pub(crate) fn client(aws: &Aws) -> Client {
    Client::new(&config(aws))
}

pub(crate) async fn value(client: &Client, name: &str, stage: Option<&str>) -> Option<String> {
    let got = client
        .get_secret_value()
        .secret_id(name)
        .set_version_stage(stage.map(str::to_owned))
        .send()
        .await;
    got.ok()?.secret_string
}

#[tokio::test]
async fn a_secret_has_a_current_value_and_the_one_before() {
    everywhere(async |aws| {
        let client = client(aws);
        let made = client
            .create_secret()
            .name("signing")
            .secret_string("one")
            .send()
            .await
            .unwrap();
        assert_eq!(
            value(&client, "signing", None).await.as_deref(),
            Some("one")
        );
        assert_eq!(
            value(&client, made.arn().unwrap(), Some("AWSPREVIOUS")).await,
            None
        );
        for text in ["two", "three"] {
            client
                .put_secret_value()
                .secret_id("signing")
                .secret_string(text)
                .send()
                .await
                .unwrap();
        }
        assert_eq!(
            value(&client, "signing", Some("AWSCURRENT"))
                .await
                .as_deref(),
            Some("three")
        );
        assert_eq!(
            value(&client, "signing", Some("AWSPREVIOUS"))
                .await
                .as_deref(),
            Some("two")
        );

        let described = client
            .describe_secret()
            .secret_id("signing")
            .send()
            .await
            .unwrap();
        let stages = described.version_ids_to_stages.unwrap();
        assert_eq!(stages.len(), 2);
        let (previous, _) = stages
            .iter()
            .find(|(_, stages)| stages[0] == "AWSPREVIOUS")
            .unwrap();
        let by_id = client
            .get_secret_value()
            .secret_id("signing")
            .version_id(previous)
            .send()
            .await
            .unwrap();
        assert_eq!(by_id.secret_string(), Some("two"));

        let binary = client
            .create_secret()
            .name("key")
            .secret_binary(Blob::new([1, 2, 3]))
            .send()
            .await;
        binary.unwrap();
        let got = client
            .get_secret_value()
            .secret_id("key")
            .send()
            .await
            .unwrap();
        assert_eq!(got.secret_binary.unwrap().as_ref(), [1, 2, 3]);
        let listed = client.list_secrets().send().await.unwrap();
        let names: Vec<_> = listed
            .secret_list()
            .iter()
            .map(|secret| secret.name().unwrap())
            .collect();
        assert_eq!(names, ["key", "signing"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_token_is_the_same_version() {
    everywhere(async |aws| {
        let client = client(aws);
        client
            .create_secret()
            .name("signing")
            .secret_string("one")
            .send()
            .await
            .unwrap();
        let put = |text: &str| {
            let put = client
                .put_secret_value()
                .secret_id("signing")
                .client_request_token("a-token-that-is-long-enough-0000");
            put.secret_string(text).send()
        };
        let first = put("two").await.unwrap();
        assert_eq!(put("two").await.unwrap().version_id(), first.version_id());
        assert_eq!(code!(put("three").await), "ResourceExistsException");
        assert_eq!(
            value(&client, "signing", None).await.as_deref(),
            Some("two")
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_secret_can_be_restored_for_a_while() {
    everywhere(async |aws| {
        let client = client(aws);
        let create = || {
            client
                .create_secret()
                .name("signing")
                .secret_string("one")
                .send()
        };
        create().await.unwrap();
        assert_eq!(code!(create().await), "ResourceExistsException");
        let delete = || {
            client
                .delete_secret()
                .secret_id("signing")
                .recovery_window_in_days(7)
                .send()
        };
        delete().await.unwrap();
        assert_eq!(
            code!(client.get_secret_value().secret_id("signing").send().await),
            "InvalidRequestException"
        );
        assert_eq!(code!(create().await), "InvalidRequestException");
        client
            .restore_secret()
            .secret_id("signing")
            .send()
            .await
            .unwrap();
        assert_eq!(
            value(&client, "signing", None).await.as_deref(),
            Some("one")
        );
        delete().await.unwrap();
        aws.clock().advance(Duration::from_hours(8 * 24));
        create().await.unwrap();
        client
            .delete_secret()
            .secret_id("signing")
            .force_delete_without_recovery(true)
            .send()
            .await
            .unwrap();
        assert_eq!(
            code!(client.describe_secret().secret_id("signing").send().await),
            "ResourceNotFoundException"
        );
    })
    .await;
}
