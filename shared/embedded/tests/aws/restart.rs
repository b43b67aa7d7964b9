use crate::dynamodb::{item, key as item_key, table};
use crate::sqs::{queue, receive, send};
use crate::{config, kms, s3, secrets, ses};
use aws_sdk_sesv2::types::{Body, Content, EmailContent, Message};
use aws_sdk_sqs::types::QueueAttributeName as Setting;
use embedded::{Aws, Durability, Error, Options};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    for durability in [Durability::Process, Durability::Power] {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            Aws::on_disk_with(
                folder.path(),
                Options {
                    durability,
                    ..Options::default()
                },
            )
            .unwrap()
        };
        let (key_id, blob, url, mail) = {
            let aws = open();
            table(&aws)
                .await
                .put_item()
                .table_name("pie")
                .set_item(Some(item("a", "b", 7)))
                .send()
                .await
                .unwrap();
            s3::put(&s3::bucket(&aws).await, "../odd", "object").await;
            let (queues, url) = queue(&aws, "sync", &[(Setting::VisibilityTimeout, "0")]).await;
            send(&queues, &url, "first").await;
            send(&queues, &url, "second").await;
            // Received and shown again; the count of receipts is to be remembered.
            receive(&queues, &url, 1).await;
            let (keys, id) = kms::key(&aws).await;
            let blob = kms::encrypt(&keys, &id, "one").await;
            let secret = secrets::client(&aws)
                .create_secret()
                .name("signing")
                .secret_string("one");
            secret.send().await.unwrap();
            let text = Content::builder().data("Hi").build().unwrap();
            let message = Message::builder()
                .subject(text.clone())
                .body(Body::builder().text(text).build())
                .build();
            let content = EmailContent::builder().simple(message).build();
            ses::send(&aws, "pie@example.com", &["ada@example.com"], content)
                .await
                .unwrap();
            (id, blob, url, aws.mail())
        };
        let aws = open();
        let client = aws_sdk_dynamodb::Client::new(&config(&aws));
        let got = client
            .get_item()
            .table_name("pie")
            .set_key(Some(item_key("a", "b")))
            .send()
            .await
            .unwrap();
        assert_eq!(got.item.unwrap()["amount"].as_n().unwrap(), "7");
        assert_eq!(s3::get(&s3::bucket(&aws).await, "../odd").await, "object");
        let queues = aws_sdk_sqs::Client::new(&config(&aws));
        let messages = receive(&queues, &url, 10).await;
        let told: BTreeSet<_> = messages
            .iter()
            .map(|message| {
                let count = message
                    .attributes()
                    .unwrap()
                    .values()
                    .any(|value| value == "2");
                (message.body().unwrap(), count)
            })
            .collect();
        assert_eq!(told, BTreeSet::from([("first", true), ("second", false)]));
        let keys = aws_sdk_kms::Client::new(&config(&aws));
        let opened = keys
            .decrypt()
            .key_id(key_id)
            .ciphertext_blob(blob)
            .encryption_context("tenant", "one")
            .send()
            .await;
        assert_eq!(opened.unwrap().plaintext.unwrap().as_ref(), b"secret");
        assert_eq!(
            secrets::value(&secrets::client(&aws), "signing", None)
                .await
                .as_deref(),
            Some("one")
        );
        assert_eq!(aws.mail(), mail);
    }
}

#[test]
fn a_folder_belongs_to_one_process_and_secrets_to_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let aws = Aws::on_disk(folder.path()).unwrap();
    assert!(matches!(Aws::on_disk(folder.path()), Err(Error::InUse(_))));
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            kms::key(&aws).await;
            secrets::client(&aws)
                .create_secret()
                .name("s")
                .secret_string("v")
                .send()
                .await
                .unwrap();
        });
    #[cfg(unix)]
    for name in ["kms.json", "secrets.json"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(aws);
    Aws::on_disk(folder.path()).unwrap();
}

#[tokio::test]
async fn what_a_dead_program_had_received_is_given_back_as_if_it_had_not() {
    let folder = tempfile::tempdir().unwrap();
    let url = {
        let aws = Aws::on_disk(folder.path()).unwrap();
        let (queues, url) = queue(&aws, "sync", &[(Setting::VisibilityTimeout, "720")]).await;
        send(&queues, &url, "taken").await;
        assert_eq!(receive(&queues, &url, 1).await.len(), 1);
        assert_eq!(receive(&queues, &url, 1).await.len(), 0);
        url
    };
    for _ in 0..8 {
        let aws = Aws::on_disk(folder.path()).unwrap();
        aws.give_back_messages().unwrap();
        let (queues, _) = queue(&aws, "sync", &[(Setting::VisibilityTimeout, "720")]).await;
        // However often, it is the first time.
        let received = receive(&queues, &url, 1).await;
        assert_eq!(received.len(), 1);
    }
}

#[tokio::test]
async fn half_a_line_at_a_logs_end_is_cut_off_and_a_damaged_log_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sqs/sync.log");
    {
        let aws = Aws::on_disk(folder.path()).unwrap();
        let (client, url) = queue(&aws, "sync", &[]).await;
        send(&client, &url, "whole").await;
    }
    fs::OpenOptions::new()
        .append(true)
        .open(&log)
        .unwrap()
        .write_all(br#"{"sent":{"seq":2,"bo"#)
        .unwrap();
    {
        let aws = Aws::on_disk(folder.path()).unwrap();
        let (client, url) = queue(&aws, "sync", &[]).await;
        send(&client, &url, "after").await;
        assert_eq!(receive(&client, &url, 10).await.len(), 2);
    }
    fs::write(log.with_file_name("unborn.log"), "").unwrap();
    {
        let aws = Aws::on_disk(folder.path()).unwrap();
        let (client, url) = queue(&aws, "unborn", &[]).await;
        send(&client, &url, "kept").await;
        assert_eq!(receive(&client, &url, 1).await.len(), 1);
    }
    fs::write(&log, "nonsense\n").unwrap();
    let error = Aws::on_disk(folder.path()).unwrap_err();
    assert!(error.to_string().contains("queues"), "{error}");
}

#[tokio::test]
async fn a_long_log_is_rewritten_without_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sqs/sync.log");
    let open = || Aws::on_disk(folder.path()).unwrap();
    {
        let aws = open();
        let (client, url) = queue(&aws, "sync", &[]).await;
        let body = "x".repeat(20_000);
        send(&client, &url, "kept").await;
        let kept = receive(&client, &url, 1).await;
        for _ in 0..40 {
            send(&client, &url, &body).await;
            let taken = receive(&client, &url, 1).await;
            let delete = client
                .delete_message()
                .queue_url(&url)
                .receipt_handle(taken[0].receipt_handle().unwrap());
            delete.send().await.unwrap();
        }
        assert!(fs::metadata(&log).unwrap().len() < 300_000);
        let shown = client
            .change_message_visibility()
            .queue_url(&url)
            .visibility_timeout(0);
        shown
            .receipt_handle(kept[0].receipt_handle().unwrap())
            .send()
            .await
            .unwrap();
    }
    let aws = open();
    let (client, url) = queue(&aws, "sync", &[]).await;
    let messages = receive(&client, &url, 10).await;
    assert_eq!((messages.len(), messages[0].body()), (1, Some("kept")));
}

/// Run by the test below in a process of its own: writes everywhere and tells what was acknowledged, until killed.
#[tokio::test]
#[ignore = "the next test runs it"]
async fn a_writer_to_be_killed() {
    let mut folder = String::new();
    std::io::stdin().read_line(&mut folder).unwrap();
    let aws = Aws::on_disk(Path::new(folder.trim())).unwrap();
    let tables = table(&aws).await;
    let objects = s3::bucket(&aws).await;
    let (queues, url) = queue(&aws, "sync", &[]).await;
    let mut out = std::io::stdout();
    for n in 0.. {
        let name = n.to_string();
        tables
            .put_item()
            .table_name("pie")
            .set_item(Some(item("a", &name, n)))
            .send()
            .await
            .unwrap();
        s3::put(&objects, &name, &name).await;
        send(&queues, &url, &name).await;
        writeln!(out, "acknowledged {n}").unwrap();
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let program: PathBuf = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .args([
            "--exact",
            "restart::a_writer_to_be_killed",
            "--ignored",
            "--nocapture",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", folder.path().display()).unwrap();
    let mut last = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if let Some(n) = line.unwrap().strip_prefix("acknowledged ") {
            last = n.parse().unwrap();
        }
        if last >= 40 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(last >= 40, "the writer stopped at {last}");

    let aws = Aws::on_disk(folder.path()).unwrap();
    let client = aws_sdk_dynamodb::Client::new(&config(&aws));
    let objects = s3::bucket(&aws).await;
    let (queues, url) = queue(&aws, "sync", &[]).await;
    let mut messages = BTreeSet::new();
    loop {
        let received = receive(&queues, &url, 10).await;
        if received.is_empty() {
            break;
        }
        messages.extend(received.into_iter().map(|message| message.body.unwrap()));
    }
    for n in 0..=last {
        let name = n.to_string();
        let got = client
            .get_item()
            .table_name("pie")
            .set_key(Some(item_key("a", &name)))
            .send()
            .await
            .unwrap();
        assert!(got.item.is_some(), "item {n}");
        assert_eq!(s3::get(&objects, &name).await, name);
        assert!(messages.contains(&name), "message {n}");
    }
}
