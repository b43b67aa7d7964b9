use crate::{code, config, everywhere};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageAttributeValue, MessageSystemAttributeName as System, QueueAttributeName as Setting,
    SendMessageBatchRequestEntry,
};
use embedded::Aws;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

pub(crate) async fn queue(aws: &Aws, name: &str, settings: &[(Setting, &str)]) -> (Client, String) {
    let client = Client::new(&config(aws));
    let settings: HashMap<_, _> = settings
        .iter()
        .map(|(setting, value)| (setting.clone(), (*value).to_owned()))
        .collect();
    let created = client
        .create_queue()
        .queue_name(name)
        .set_attributes(Some(settings))
        .send()
        .await
        .unwrap();
    (client, created.queue_url.unwrap())
}

pub(crate) async fn send(client: &Client, url: &str, body: &str) -> String {
    client
        .send_message()
        .queue_url(url)
        .message_body(body)
        .send()
        .await
        .unwrap()
        .message_id
        .unwrap()
}

pub(crate) async fn receive(client: &Client, url: &str, count: i32) -> Vec<Message> {
    let received = client
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(count)
        .message_system_attribute_names(System::All)
        .message_attribute_names("All")
        .send()
        .await;
    received.unwrap().messages.unwrap_or_default()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.body().unwrap())
        .collect()
}

async fn counts(client: &Client, url: &str) -> [String; 3] {
    let all = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(Setting::All)
        .send()
        .await
        .unwrap();
    let all = all.attributes.unwrap();
    [
        Setting::ApproximateNumberOfMessages,
        Setting::ApproximateNumberOfMessagesNotVisible,
        Setting::ApproximateNumberOfMessagesDelayed,
    ]
    .map(|name| all[&name].clone())
}

fn pass(aws: &Aws, seconds: u64) {
    aws.clock().advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn a_message_is_sent_received_with_its_attributes_and_deleted() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        let text = |text: &str| {
            MessageAttributeValue::builder()
                .data_type("String")
                .string_value(text)
                .build()
                .unwrap()
        };
        let sent = client
            .send_message()
            .queue_url(&url)
            .message_body("hello")
            .message_group_id("tenant")
            .message_attributes("kind", text("import"))
            .send()
            .await
            .unwrap();
        assert_eq!(
            sent.md5_of_message_body(),
            Some("5d41402abc4b2a76b9719d911017c592")
        );
        let messages = receive(&client, &url, 10).await;
        let message = &messages[0];
        assert_eq!(
            (messages.len(), message.body(), message.md5_of_body()),
            (1, Some("hello"), sent.md5_of_message_body())
        );
        assert_eq!(
            message.md5_of_message_attributes(),
            sent.md5_of_message_attributes()
        );
        assert_eq!(
            message.message_attributes().unwrap()["kind"].string_value(),
            Some("import")
        );
        let system = message.attributes().unwrap();
        assert_eq!(system[&System::ApproximateReceiveCount], "1");
        assert_eq!(system[&System::MessageGroupId], "tenant");
        assert_eq!(
            system[&System::SentTimestamp],
            aws.clock().now().as_millisecond().to_string()
        );
        client
            .delete_message()
            .queue_url(&url)
            .receipt_handle(message.receipt_handle().unwrap())
            .send()
            .await
            .unwrap();
        pass(aws, 3600);
        assert!(receive(&client, &url, 10).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_digest_of_attributes_is_the_one_sqs_gives() {
    let aws = Aws::in_memory();
    let (client, url) = queue(&aws, "sync", &[]).await;
    let attribute = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("v")
        .build()
        .unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("b")
        .message_attributes("n", attribute);
    // MD5 of: 1 "n", 6 "String", the byte 1, 1 "v"; computed apart from this code.
    assert_eq!(
        sent.send().await.unwrap().md5_of_message_attributes(),
        Some("f4b238699da710fd012839c16c09f1ca")
    );
}

#[tokio::test]
async fn a_delayed_message_shows_when_its_time_has_come() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        client
            .send_message()
            .queue_url(&url)
            .message_body("later")
            .delay_seconds(900)
            .send()
            .await
            .unwrap();
        assert_eq!(counts(&client, &url).await, ["0", "0", "1"]);
        pass(aws, 899);
        assert!(receive(&client, &url, 1).await.is_empty());
        pass(aws, 1);
        assert_eq!(counts(&client, &url).await, ["1", "0", "0"]);
        assert_eq!(bodies(&receive(&client, &url, 1).await), ["later"]);
        assert_eq!(counts(&client, &url).await, ["0", "1", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_not_deleted_comes_again_and_its_old_handle_is_dead() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[(Setting::VisibilityTimeout, "60")]).await;
        send(&client, &url, "work").await;
        let first = receive(&client, &url, 1).await;
        pass(aws, 59);
        assert!(receive(&client, &url, 1).await.is_empty());
        pass(aws, 1);
        let second = receive(&client, &url, 1).await;
        assert_eq!(
            second[0].attributes().unwrap()[&System::ApproximateReceiveCount],
            "2"
        );
        let stale = first[0].receipt_handle().unwrap();
        client
            .delete_message()
            .queue_url(&url)
            .receipt_handle(stale)
            .send()
            .await
            .unwrap();
        let longer = client
            .change_message_visibility()
            .queue_url(&url)
            .receipt_handle(stale)
            .visibility_timeout(600);
        assert_eq!(
            code!(longer.send().await),
            "AWS.SimpleQueueService.MessageNotInflight"
        );
        pass(aws, 60);
        let third = receive(&client, &url, 1).await;
        assert_eq!(bodies(&third), ["work"]);
        // Longer, then at once.
        let handle = third[0].receipt_handle().unwrap();
        let change = |seconds| {
            client
                .change_message_visibility()
                .queue_url(&url)
                .receipt_handle(handle)
                .visibility_timeout(seconds)
                .send()
        };
        change(600).await.unwrap();
        pass(aws, 120);
        assert!(receive(&client, &url, 1).await.is_empty());
        change(0).await.unwrap();
        assert_eq!(bodies(&receive(&client, &url, 1).await), ["work"]);
    })
    .await;
}

#[tokio::test]
async fn what_fails_too_often_goes_to_the_dead_letters_and_back() {
    everywhere(async |aws| {
        let (client, dead) = queue(aws, "sync-dlq", &[]).await;
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:sync-dlq","maxReceiveCount":"2"}"#;
        let (_, url) = queue(aws, "sync", &[(Setting::RedrivePolicy, policy)]).await;
        let id = send(&client, &url, "poison").await;
        for _ in 0..2 {
            assert_eq!(receive(&client, &url, 1).await.len(), 1);
            pass(aws, 31);
        }
        assert!(receive(&client, &url, 1).await.is_empty());
        let letters = receive(&client, &dead, 10).await;
        assert_eq!(letters[0].message_id(), Some(id.as_str()));
        let source = &letters[0].attributes().unwrap()[&System::DeadLetterQueueSourceArn];
        assert!(source.ends_with(":sync"));

        // In flight nothing moves; afterwards it goes home as a new message.
        let arn = "arn:aws:sqs:us-east-1:000000000000:sync-dlq";
        client.start_message_move_task().source_arn(arn).send().await.unwrap();
        assert!(receive(&client, &url, 1).await.is_empty());
        pass(aws, 31);
        client.start_message_move_task().source_arn(arn).send().await.unwrap();
        let tasks = client.list_message_move_tasks().source_arn(arn).max_results(10).send().await.unwrap();
        let moved: Vec<_> = tasks.results().iter().map(|task| task.approximate_number_of_messages_moved).collect();
        assert_eq!(moved, [1, 0]);
        let back = receive(&client, &url, 1).await;
        assert_eq!(bodies(&back), ["poison"]);
        assert_eq!(back[0].attributes().unwrap()[&System::ApproximateReceiveCount], "1");
        assert_eq!(counts(&client, &dead).await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn groups_take_turns_so_that_a_long_line_starves_nobody() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        let send = |group: &'static str, n: usize| {
            client
                .send_message()
                .queue_url(&url)
                .message_body(format!("{group}{n}"))
                .message_group_id(group)
                .send()
        };
        for n in 0..200 {
            send("a", n).await.unwrap();
        }
        for n in 0..3 {
            send("b", n).await.unwrap();
            send("c", n).await.unwrap();
        }
        let first = receive(&client, &url, 10).await;
        assert_eq!(
            bodies(&first),
            ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2", "a3"]
        );
        assert_eq!(bodies(&receive(&client, &url, 2).await), ["a4", "a5"]);
    })
    .await;
}

#[tokio::test]
async fn a_batch_succeeds_and_fails_by_entry() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        let entry = |id: &str, body: &str| {
            SendMessageBatchRequestEntry::builder()
                .id(id)
                .message_body(body)
                .build()
                .unwrap()
        };
        let sent = client
            .send_message_batch()
            .queue_url(&url)
            .entries(entry("a", "fine"))
            .entries(entry("b", "\u{1}"));
        let sent = sent.send().await.unwrap();
        assert_eq!(
            (sent.successful().len(), sent.failed()[0].code()),
            (1, "InvalidMessageContents")
        );
        let received = receive(&client, &url, 10).await;
        let handle = received[0].receipt_handle().unwrap();
        let change = |id: &str, handle: &str| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(id)
                .receipt_handle(handle)
                .visibility_timeout(5)
        };
        let changed = client.change_message_visibility_batch().queue_url(&url);
        let changed = changed
            .entries(change("a", handle).build().unwrap())
            .entries(change("b", "x").build().unwrap());
        let changed = changed.send().await.unwrap();
        assert_eq!((changed.successful().len(), changed.failed().len()), (1, 1));
        let delete = |id: &str, handle: &str| {
            DeleteMessageBatchRequestEntry::builder()
                .id(id)
                .receipt_handle(handle)
                .build()
                .unwrap()
        };
        let deleted = client
            .delete_message_batch()
            .queue_url(&url)
            .entries(delete("a", handle));
        let deleted = deleted.entries(delete("b", "x")).send().await.unwrap();
        assert_eq!(
            (deleted.successful().len(), deleted.failed()[0].code()),
            (1, "ReceiptHandleIsInvalid")
        );

        let batch = |entries: Vec<_>| {
            client
                .send_message_batch()
                .queue_url(&url)
                .set_entries(Some(entries))
                .send()
        };
        let eleven = (0..11).map(|n| entry(&n.to_string(), "x")).collect();
        let half = "x".repeat(600 * 1024);
        let cases = [
            (vec![], "AWS.SimpleQueueService.EmptyBatchRequest"),
            (
                eleven,
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            ),
            (
                vec![entry("a", "x"), entry("a", "y")],
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            ),
            (
                vec![entry("a b", "x")],
                "AWS.SimpleQueueService.InvalidBatchEntryId",
            ),
            (
                vec![entry("a", &half), entry("b", &half)],
                "AWS.SimpleQueueService.BatchRequestTooLong",
            ),
        ];
        for (entries, expected) in cases {
            assert_eq!(code!(batch(entries).await), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn refusals_have_the_names_sqs_gives_them() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        let nowhere = client
            .get_queue_url()
            .queue_name("nowhere")
            .send()
            .await
            .unwrap_err();
        assert!(
            nowhere
                .as_service_error()
                .unwrap()
                .is_queue_does_not_exist()
        );
        let nowhere = client
            .send_message()
            .queue_url("http://embedded.invalid/0/nowhere")
            .message_body("x")
            .send()
            .await;
        assert_eq!(code!(nowhere), "AWS.SimpleQueueService.NonExistentQueue");
        let eleven = client
            .receive_message()
            .queue_url(&url)
            .max_number_of_messages(11)
            .send()
            .await;
        assert_eq!(code!(eleven), "InvalidParameterValue");
        let send = |body: &str, delay| {
            client
                .send_message()
                .queue_url(&url)
                .message_body(body)
                .delay_seconds(delay)
                .send()
        };
        assert_eq!(
            code!(send(&"x".repeat(1024 * 1024 + 1), 0).await),
            "InvalidParameterValue"
        );
        send(&"x".repeat(1024 * 1024), 0).await.unwrap();
        assert_eq!(code!(send("x", 901).await), "InvalidParameterValue");
        assert_eq!(code!(send("\u{0}", 0).await), "InvalidMessageContents");
        let handle = client
            .delete_message()
            .queue_url(&url)
            .receipt_handle("nonsense")
            .send()
            .await;
        assert_eq!(code!(handle), "ReceiptHandleIsInvalid");
        let other = client
            .create_queue()
            .queue_name("sync")
            .attributes(Setting::VisibilityTimeout, "7")
            .send()
            .await;
        assert_eq!(code!(other), "QueueAlreadyExists");
        let same = client
            .create_queue()
            .queue_name("sync")
            .send()
            .await
            .unwrap();
        assert_eq!(same.queue_url(), Some(url.as_str()));
        let fifo = client.create_queue().queue_name("sync.fifo").send().await;
        assert_eq!(code!(fifo), "AWS.SimpleQueueService.NotImplemented");
    })
    .await;
}

#[tokio::test]
async fn settings_are_changed_queues_purged_and_old_messages_forgotten() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        let set = |setting, value: &str| {
            client
                .set_queue_attributes()
                .queue_url(&url)
                .attributes(setting, value)
                .send()
        };
        set(Setting::MessageRetentionPeriod, "120").await.unwrap();
        assert!(set(Setting::VisibilityTimeout, "many").await.is_err());
        send(&client, &url, "old").await;
        pass(aws, 60);
        send(&client, &url, "new").await;
        pass(aws, 61);
        assert_eq!(bodies(&receive(&client, &url, 10).await), ["new"]);
        send(&client, &url, "more").await;
        client.purge_queue().queue_url(&url).send().await.unwrap();
        assert_eq!(counts(&client, &url).await, ["0", "0", "0"]);
        client.delete_queue().queue_url(&url).send().await.unwrap();
        assert!(
            client
                .list_queues()
                .send()
                .await
                .unwrap()
                .queue_urls()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_long_poll_waits_for_a_message_and_no_longer_than_it_was_asked_to() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        let poll = || {
            tokio::spawn(
                client
                    .receive_message()
                    .queue_url(&url)
                    .wait_time_seconds(20)
                    .send(),
            )
        };
        let waiting = poll();
        tokio::task::yield_now().await;
        send(&client, &url, "here").await;
        assert_eq!(bodies(waiting.await.unwrap().unwrap().messages()), ["here"]);

        client
            .send_message()
            .queue_url(&url)
            .message_body("delayed")
            .delay_seconds(5)
            .send()
            .await
            .unwrap();
        let waiting = poll();
        tokio::time::sleep(Duration::from_millis(5)).await;
        pass(aws, 5);
        assert_eq!(
            bodies(waiting.await.unwrap().unwrap().messages()),
            ["delayed"]
        );

        let waiting = poll();
        tokio::time::sleep(Duration::from_millis(5)).await;
        pass(aws, 20);
        assert!(waiting.await.unwrap().unwrap().messages().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_pollers_never_get_the_same_message() {
    everywhere(async |aws| {
        let (client, url) = queue(aws, "sync", &[]).await;
        for n in 0..60 {
            send(&client, &url, &n.to_string()).await;
        }
        let pollers = (0..4).map(|_| {
            let (client, url) = (client.clone(), url.clone());
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let messages = receive(&client, &url, 3).await;
                    if messages.is_empty() {
                        return mine;
                    }
                    mine.extend(messages.into_iter().map(|message| message.body.unwrap()));
                }
            })
        });
        let mut seen = BTreeMap::new();
        for poller in pollers.collect::<Vec<_>>() {
            for body in poller.await.unwrap() {
                *seen.entry(body).or_insert(0) += 1;
            }
        }
        assert_eq!((seen.len(), seen.values().max()), (60, Some(&1)));
    })
    .await;
}
