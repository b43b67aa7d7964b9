use crate::{code, config, everywhere};
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState};
use embedded::Aws;
use std::time::Duration;

pub(crate) async fn key(aws: &Aws) -> (Client, String) {
    let client = Client::new(&config(aws));
    let made = client
        .create_key()
        .description("tenants")
        .send()
        .await
        .unwrap();
    (client, made.key_metadata.unwrap().key_id)
}

pub(crate) async fn encrypt(client: &Client, id: &str, tenant: &str) -> Blob {
    let encrypted = client
        .encrypt()
        .key_id(id)
        .plaintext(Blob::new("secret"))
        .encryption_context("tenant", tenant);
    encrypted.send().await.unwrap().ciphertext_blob.unwrap()
}

#[tokio::test]
async fn what_is_encrypted_is_decrypted_with_its_context_and_only_with_it() {
    everywhere(async |aws| {
        let (client, id) = key(aws).await;
        let blob = encrypt(&client, &id, "one").await;
        let right = client
            .decrypt()
            .ciphertext_blob(blob.clone())
            .encryption_context("tenant", "one")
            .send()
            .await;
        assert_eq!(right.unwrap().plaintext.unwrap().as_ref(), b"secret");
        let mut bent = blob.clone().into_inner();
        *bent.last_mut().unwrap() ^= 1;
        let cases = [
            (blob.clone(), Some(("tenant", "two"))),
            (blob.clone(), Some(("tenan", "tone"))),
            (blob, None),
            (Blob::new(bent), Some(("tenant", "one"))),
            (Blob::new("short"), Some(("tenant", "one"))),
        ];
        for (blob, context) in cases {
            let mut decrypt = client.decrypt().ciphertext_blob(blob);
            if let Some((name, value)) = context {
                decrypt = decrypt.encryption_context(name, value);
            }
            assert_eq!(
                code!(decrypt.send().await),
                "InvalidCiphertextException",
                "{context:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_data_key_comes_open_and_sealed() {
    everywhere(async |aws| {
        let (client, id) = key(aws).await;
        client
            .create_alias()
            .alias_name("alias/pie")
            .target_key_id(&id)
            .send()
            .await
            .unwrap();
        for name in [
            id.as_str(),
            "alias/pie",
            &format!("arn:aws:kms:us-east-1:000000000000:key/{id}"),
        ] {
            let made = client
                .generate_data_key()
                .key_id(name)
                .key_spec(DataKeySpec::Aes256)
                .send()
                .await
                .unwrap();
            let open = made.plaintext.unwrap();
            assert_eq!(open.as_ref().len(), 32);
            let opened = client
                .decrypt()
                .ciphertext_blob(made.ciphertext_blob.unwrap())
                .key_id(name)
                .send()
                .await;
            assert_eq!(opened.unwrap().plaintext.unwrap(), open);
        }
        let sealed = client
            .generate_data_key_without_plaintext()
            .key_id(&id)
            .number_of_bytes(64)
            .send()
            .await
            .unwrap();
        let other = key(aws).await.1;
        let wrong = client
            .decrypt()
            .ciphertext_blob(sealed.ciphertext_blob.unwrap())
            .key_id(other)
            .send()
            .await;
        assert_eq!(code!(wrong), "IncorrectKeyException");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_shredded_is_refused_then_forgotten() {
    everywhere(async |aws| {
        let (client, id) = key(aws).await;
        let blob = encrypt(&client, &id, "one").await;
        let decrypt = || {
            client
                .decrypt()
                .ciphertext_blob(blob.clone())
                .encryption_context("tenant", "one")
                .send()
        };
        client.disable_key().key_id(&id).send().await.unwrap();
        assert_eq!(code!(decrypt().await), "DisabledException");
        client.enable_key().key_id(&id).send().await.unwrap();
        decrypt().await.unwrap();
        let schedule = || {
            client
                .schedule_key_deletion()
                .key_id(&id)
                .pending_window_in_days(7)
                .send()
        };
        schedule().await.unwrap();
        assert_eq!(code!(decrypt().await), "KMSInvalidStateException");
        assert_eq!(code!(schedule().await), "KMSInvalidStateException");
        let state = client
            .describe_key()
            .key_id(&id)
            .send()
            .await
            .unwrap()
            .key_metadata
            .unwrap()
            .key_state;
        assert_eq!(state, Some(KeyState::PendingDeletion));
        client
            .cancel_key_deletion()
            .key_id(&id)
            .send()
            .await
            .unwrap();
        client.enable_key().key_id(&id).send().await.unwrap();
        decrypt().await.unwrap();
        schedule().await.unwrap();
        aws.clock().advance(Duration::from_hours(7 * 24));
        assert_eq!(code!(decrypt().await), "NotFoundException");
        key(aws).await;
        assert_eq!(
            code!(client.cancel_key_deletion().key_id(&id).send().await),
            "NotFoundException"
        );
    })
    .await;
}

#[tokio::test]
async fn refusals_have_the_names_kms_gives_them() {
    everywhere(async |aws| {
        let (client, id) = key(aws).await;
        assert_eq!(
            code!(client.describe_key().key_id("nothing").send().await),
            "NotFoundException"
        );
        let large = client
            .encrypt()
            .key_id(&id)
            .plaintext(Blob::new(vec![0; 4097]))
            .send()
            .await;
        assert_eq!(code!(large), "ValidationException");
        let soon = client
            .schedule_key_deletion()
            .key_id(&id)
            .pending_window_in_days(1)
            .send()
            .await;
        assert_eq!(code!(soon), "ValidationException");
        let alias = || {
            client
                .create_alias()
                .alias_name("alias/pie")
                .target_key_id(&id)
                .send()
        };
        alias().await.unwrap();
        assert_eq!(code!(alias().await), "AlreadyExistsException");
        let asymmetric = client
            .create_key()
            .key_spec(aws_sdk_kms::types::KeySpec::Rsa2048)
            .send()
            .await;
        assert_eq!(code!(asymmetric), "NotImplemented");
    })
    .await;
}
