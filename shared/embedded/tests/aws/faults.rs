use crate::dynamodb::{item, key, table};
use crate::sqs::{queue, receive, send};
use crate::{code, config, s3};
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use embedded::{Aws, Call, Fault, Moment, Rates, Service};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The first calls of an operation meet a fault; then all is well.
fn first(aws: &Aws, operation: &'static str, times: u64, fault: Fault) {
    aws.reset_counts();
    aws.faults().set(move |call: &Call| {
        if call.operation == operation && call.nth <= times {
            fault
        } else {
            Fault::None
        }
    });
}

#[tokio::test]
async fn the_sdk_tries_again_and_gives_up_in_the_services_words() {
    let aws = Aws::in_memory();
    let tables = table(&aws).await;
    let objects = s3::bucket(&aws).await;
    let (queues, url) = queue(&aws, "sync", &[]).await;
    let faults = [
        (
            Fault::Throttle,
            [
                "ProvisionedThroughputExceededException",
                "SlowDown",
                "RequestThrottled",
            ],
        ),
        (
            Fault::Unavailable,
            ["InternalServerError", "InternalError", "InternalError"],
        ),
    ];
    for (fault, [table, object, message]) in faults {
        let put = || {
            tables
                .put_item()
                .table_name("pie")
                .set_item(Some(item("a", "b", 1)))
                .send()
        };
        first(&aws, "PutItem", 2, fault);
        put().await.unwrap();
        first(&aws, "PutItem", 3, fault);
        assert_eq!(code!(put().await), table);
        first(&aws, "GetObject", 3, fault);
        assert_eq!(
            code!(
                objects
                    .get_object()
                    .bucket("pie-data")
                    .key("k")
                    .send()
                    .await
            ),
            object
        );
        first(&aws, "SendMessage", 3, fault);
        assert_eq!(
            code!(
                queues
                    .send_message()
                    .queue_url(&url)
                    .message_body("x")
                    .send()
                    .await
            ),
            message
        );
        assert_eq!(aws.calls()[&(Service::Sqs, "SendMessage".to_owned())], 3);
    }
    aws.faults().clear();
    assert!(receive(&queues, &url, 10).await.is_empty());
}

#[tokio::test]
async fn an_answer_that_is_lost_was_applied_so_a_retry_applies_twice() {
    let aws = Aws::in_memory();
    let client = table(&aws).await;
    client
        .put_item()
        .table_name("pie")
        .set_item(Some(item("a", "b", 0)))
        .send()
        .await
        .unwrap();
    first(&aws, "UpdateItem", 1, Fault::AppliedButLost);
    let updated = client
        .update_item()
        .table_name("pie")
        .set_key(Some(key("a", "b")))
        .update_expression("ADD amount :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
        .send()
        .await
        .unwrap();
    assert_eq!(updated.attributes.unwrap()["amount"].as_n().unwrap(), "2");
}

#[tokio::test]
async fn a_delay_delays() {
    let aws = Aws::in_memory();
    let client = table(&aws).await;
    first(
        &aws,
        "ListTables",
        1,
        Fault::Delay(Duration::from_millis(30)),
    );
    let quick = tokio::time::timeout(Duration::from_millis(10), client.list_tables().send()).await;
    assert!(quick.is_err());
    client.list_tables().send().await.unwrap();
}

#[tokio::test]
async fn a_killed_program_hears_nothing_more_and_a_new_one_finds_what_was_applied() {
    for (moment, applied) in [(Moment::Before, false), (Moment::After, true)] {
        let aws = Aws::in_memory();
        let client = table(&aws).await;
        let (queues, url) = queue(&aws, "sync", &[]).await;
        let deaths = Arc::new(AtomicU32::new(0));
        let counted = deaths.clone();
        aws.faults().on_kill(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        first(&aws, "PutItem", 1, Fault::Kill(moment));

        // Somebody waits for a message meanwhile.
        let poll = tokio::spawn(
            queues
                .receive_message()
                .queue_url(&url)
                .wait_time_seconds(20)
                .send(),
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
        let put = client
            .put_item()
            .table_name("pie")
            .set_item(Some(item("a", "b", 1)))
            .send();
        tokio::select! {
            _ = put => panic!("the put returned"),
            () = aws.faults().killed() => {}
        }
        let after =
            tokio::time::timeout(Duration::from_millis(10), client.list_tables().send()).await;
        assert!(after.is_err(), "a dead program was answered");

        let again = aws_sdk_dynamodb::Client::new(&config(&aws));
        let got = again
            .get_item()
            .table_name("pie")
            .set_key(Some(key("a", "b")))
            .send()
            .await
            .unwrap();
        assert_eq!(got.item.is_some(), applied);
        let queues = aws_sdk_sqs::Client::new(&config(&aws));
        send(&queues, &url, "for the living").await;
        assert_eq!(receive(&queues, &url, 1).await.len(), 1);
        assert!(!poll.is_finished());
        poll.abort();
        assert_eq!(deaths.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn the_same_seed_brings_the_same_faults() {
    let run = async |seed: u64| {
        let aws = Aws::in_memory();
        let client = table(&aws).await;
        let rates = Rates {
            throttle: 100,
            unavailable: 100,
            applied_but_lost: 100,
            delay: 50,
        };
        aws.faults().seeded(seed, rates);
        let mut failed = Vec::new();
        for n in 0..60 {
            let put =
                client
                    .put_item()
                    .table_name("pie")
                    .set_item(Some(item("a", &n.to_string(), n)));
            if put.send().await.is_err() {
                failed.push(n);
            }
        }
        (
            failed,
            aws.calls()[&(Service::DynamoDb, "PutItem".to_owned())],
        )
    };
    let (one, again, other) = (run(1).await, run(1).await, run(2).await);
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert!((70..120).contains(&one.1), "{} calls for 60 puts", one.1);
}

#[tokio::test]
async fn calls_and_the_emulators_time_are_told() {
    let aws = Aws::in_memory();
    let client = table(&aws).await;
    aws.reset_counts();
    for _ in 0..3 {
        client.list_tables().send().await.unwrap();
    }
    let calls: Vec<_> = aws.calls().into_iter().collect();
    assert_eq!(calls, [((Service::DynamoDb, "ListTables".to_owned()), 3)]);
    let busy = aws.busy();
    assert!(busy[&Service::DynamoDb] > Duration::ZERO);
    assert_eq!(busy[&Service::S3], Duration::ZERO);
}

#[tokio::test]
async fn another_door_gives_the_same_answers() {
    let aws = Aws::in_memory();
    s3::put(&s3::bucket(&aws).await, "k", "body").await;
    let ask = async |method: &str, uri: &str, target: Option<&str>, body: &'static str| {
        let mut request = http::Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "127.0.0.1:4566");
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        let answer = aws
            .answer(request.body(Bytes::from_static(body.as_bytes())).unwrap())
            .await;
        (
            answer.status().as_u16(),
            String::from_utf8(answer.into_body().to_vec()).unwrap(),
        )
    };
    let get = ask(
        "GET",
        "/pie-data/k?response-content-type=text/csv&X-Amz-Signature=00",
        None,
        "",
    )
    .await;
    assert_eq!(get, (200, "body".to_owned()));
    let made = ask(
        "POST",
        "/",
        Some("AmazonSQS.CreateQueue"),
        r#"{"QueueName":"sync"}"#,
    )
    .await;
    assert_eq!(
        made,
        (
            200,
            r#"{"QueueUrl":"http://127.0.0.1:4566/000000000000/sync"}"#.to_owned()
        )
    );
    let tables = ask("POST", "/", Some("DynamoDB_20120810.ListTables"), "{}").await;
    assert_eq!(tables, (200, r#"{"TableNames":[]}"#.to_owned()));
    let cases = [
        ("AWSLambda.Invoke", "{}", 501),
        ("DynamoDB_20120810.GetItem", "nonsense", 400),
    ];
    for (target, body, status) in cases {
        assert_eq!(
            ask("POST", "/", Some(target), body).await.0,
            status,
            "{target}"
        );
    }
}
