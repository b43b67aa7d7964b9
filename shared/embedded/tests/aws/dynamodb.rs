use crate::{code, config, everywhere, manual};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, Delete, Get,
    KeySchemaElement, KeyType, KeysAndAttributes, Put, PutRequest, ReturnConsumedCapacity,
    ReturnValue, ScalarAttributeType, TimeToLiveSpecification, TransactGetItem, TransactWriteItem,
    Update, WriteRequest,
};
use embedded::Aws;
use std::collections::HashMap;
use std::time::Duration;

type Item = HashMap<String, AttributeValue>;

pub(crate) async fn table(aws: &Aws) -> Client {
    let client = Client::new(&config(aws));
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    client
        .create_table()
        .table_name("pie")
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![text("pk"), text("sk")]))
        .set_key_schema(Some(vec![
            key("pk", KeyType::Hash),
            key("sk", KeyType::Range),
        ]))
        .send()
        .await
        .unwrap();
    client
}

pub(crate) fn item(pk: &str, sk: &str, amount: i64) -> Item {
    let mut item = key(pk, sk);
    item.insert("amount".to_owned(), AttributeValue::N(amount.to_string()));
    item
}

pub(crate) fn key(pk: &str, sk: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

async fn amount(client: &Client, pk: &str, sk: &str) -> Option<String> {
    let got = client
        .get_item()
        .table_name("pie")
        .set_key(Some(key(pk, sk)))
        .consistent_read(true)
        .send()
        .await;
    Some(got.unwrap().item?["amount"].as_n().unwrap().clone())
}

#[tokio::test]
async fn items_are_put_got_updated_and_deleted() {
    everywhere(async |aws| {
        let client = table(aws).await;
        client
            .put_item()
            .table_name("pie")
            .set_item(Some(item("T#1", "A", 5)))
            .send()
            .await
            .unwrap();
        let updated = client
            .update_item()
            .table_name("pie")
            .set_key(Some(key("T#1", "A")))
            .update_expression("ADD amount :two")
            .expression_attribute_values(":two", AttributeValue::N("2".to_owned()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .unwrap();
        assert_eq!(updated.attributes.unwrap()["amount"].as_n().unwrap(), "7");
        assert_eq!(amount(&client, "T#1", "A").await.as_deref(), Some("7"));
        client
            .delete_item()
            .table_name("pie")
            .set_key(Some(key("T#1", "A")))
            .send()
            .await
            .unwrap();
        assert_eq!(amount(&client, "T#1", "A").await, None);
        let tables = client.list_tables().send().await.unwrap();
        assert_eq!(tables.table_names(), ["pie"]);
        let described = client
            .describe_table()
            .table_name("pie")
            .send()
            .await
            .unwrap();
        assert_eq!(described.table.unwrap().key_schema().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_query_pages_through_one_collection_and_a_scan_through_all() {
    everywhere(async |aws| {
        let client = table(aws).await;
        let puts = (0..25).map(|n| {
            let put = PutRequest::builder()
                .set_item(Some(item("T#1", &format!("{n:02}"), n)))
                .build()
                .unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        client
            .batch_write_item()
            .request_items("pie", puts.collect())
            .send()
            .await
            .unwrap();
        client
            .put_item()
            .table_name("pie")
            .set_item(Some(item("T#2", "00", 1)))
            .send()
            .await
            .unwrap();

        let pages = client
            .query()
            .table_name("pie")
            .key_condition_expression("pk = :pk AND sk >= :from")
            .expression_attribute_values(":pk", AttributeValue::S("T#1".to_owned()))
            .expression_attribute_values(":from", AttributeValue::S("05".to_owned()))
            .limit(7)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .unwrap();
        assert_eq!(pages.len(), 20);
        assert_eq!(pages[0]["sk"].as_s().unwrap(), "05");
        assert_eq!(
            client.scan().table_name("pie").send().await.unwrap().count,
            26
        );

        let keys = KeysAndAttributes::builder()
            .keys(key("T#1", "03"))
            .keys(key("T#2", "00"))
            .build()
            .unwrap();
        let got = client
            .batch_get_item()
            .request_items("pie", keys)
            .send()
            .await
            .unwrap();
        assert_eq!(got.responses.unwrap()["pie"].len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing_and_says_which_part_failed() {
    everywhere(async |aws| {
        let client = table(aws).await;
        let put = |sk: &str| {
            let put = Put::builder().table_name("pie").set_item(Some(item("T#1", sk, 1)));
            let put = put.condition_expression("attribute_not_exists(pk)").build().unwrap();
            TransactWriteItem::builder().put(put).build()
        };
        client.transact_write_items().transact_items(put("A")).transact_items(put("B")).send().await.unwrap();
        let again = client.transact_write_items().transact_items(put("C")).transact_items(put("A")).send().await;
        let refused = again.unwrap_err().into_service_error();
        let reasons: Vec<_> = match refused {
            aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
                canceled,
            ) => canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap().to_owned()).collect(),
            other => vec![other.to_string()],
        };
        assert_eq!(reasons, ["None", "ConditionalCheckFailed"]);
        assert_eq!(amount(&client, "T#1", "C").await, None);

        let update = Update::builder()
            .table_name("pie")
            .set_key(Some(key("T#1", "A")))
            .update_expression("SET amount = :n")
            .expression_attribute_values(":n", AttributeValue::N("9".to_owned()))
            .build()
            .unwrap();
        let check = ConditionCheck::builder()
            .table_name("pie")
            .set_key(Some(key("T#1", "Z")))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .unwrap();
        let delete = Delete::builder().table_name("pie").set_key(Some(key("T#1", "B"))).build().unwrap();
        let write = || {
            client
                .transact_write_items()
                .client_request_token("once")
                .transact_items(TransactWriteItem::builder().update(update.clone()).build())
                .transact_items(TransactWriteItem::builder().condition_check(check.clone()).build())
                .transact_items(TransactWriteItem::builder().delete(delete.clone()).build())
                .send()
        };
        write().await.unwrap();
        // The same token again is the same transaction, not a second one.
        write().await.unwrap();
        let get = Get::builder().table_name("pie").set_key(Some(key("T#1", "A"))).build().unwrap();
        let got = client.transact_get_items().transact_items(TransactGetItem::builder().get(get).build());
        let got = got.send().await.unwrap().responses.unwrap();
        assert_eq!(got[0].item().unwrap()["amount"].as_n().unwrap(), "9");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_conditional_writers_one_wins() {
    everywhere(async |aws| {
        let client = table(aws).await;
        let racers = (0..16).map(|n| {
            let put = client
                .put_item()
                .table_name("pie")
                .set_item(Some(item("T#1", "A", n)));
            tokio::spawn(put.condition_expression("attribute_not_exists(pk)").send())
        });
        let (mut won, mut lost) = (0, 0);
        for racer in racers.collect::<Vec<_>>() {
            match racer.await.unwrap() {
                Ok(_) => won += 1,
                Err(error)
                    if error
                        .as_service_error()
                        .unwrap()
                        .is_conditional_check_failed_exception() =>
                {
                    lost += 1;
                }
                Err(_) => {}
            }
        }
        assert_eq!((won, lost), (1, 15));
    })
    .await;
}

#[tokio::test]
async fn refusals_have_the_names_dynamodb_gives_them() {
    everywhere(async |aws| {
        let client = table(aws).await;
        let missing = client
            .get_item()
            .table_name("nowhere")
            .set_key(Some(key("a", "b")))
            .send()
            .await;
        assert_eq!(code!(missing), "ResourceNotFoundException");
        let half_a_key = Item::from([("pk".to_owned(), AttributeValue::S("a".to_owned()))]);
        let half = client
            .get_item()
            .table_name("pie")
            .set_key(Some(half_a_key))
            .send()
            .await;
        assert_eq!(code!(half), "ValidationException");
        let mut large = item("a", "b", 1);
        large.insert("j".to_owned(), AttributeValue::S("x".repeat(410 * 1024)));
        let large = client
            .put_item()
            .table_name("pie")
            .set_item(Some(large))
            .send()
            .await;
        assert_eq!(code!(large), "ValidationException");
        let mut odd = item("a", "b", 1);
        odd.insert("n".to_owned(), AttributeValue::N("many".to_owned()));
        let odd = client
            .put_item()
            .table_name("pie")
            .set_item(Some(odd))
            .send()
            .await;
        assert_eq!(code!(odd), "ValidationException");
        let unknown = client.describe_endpoints().send().await;
        assert_eq!(code!(unknown), "NotImplemented");
    })
    .await;
}

#[tokio::test]
async fn what_is_past_its_time_to_live_is_swept() {
    let clock = manual();
    let aws = Aws::in_memory_with(clock.clone());
    let client = table(&aws).await;
    let spec = TimeToLiveSpecification::builder()
        .attribute_name("ttl")
        .enabled(true)
        .build()
        .unwrap();
    client
        .update_time_to_live()
        .table_name("pie")
        .time_to_live_specification(spec)
        .send()
        .await
        .unwrap();
    let described = client
        .describe_time_to_live()
        .table_name("pie")
        .send()
        .await
        .unwrap();
    assert_eq!(
        described.time_to_live_description.unwrap().attribute_name(),
        Some("ttl")
    );
    for (sk, in_s) in [("soon", 60), ("later", 3600)] {
        let mut item = item("T#1", sk, 1);
        let at_s = clock.now().as_second() + in_s;
        item.insert("ttl".to_owned(), AttributeValue::N(at_s.to_string()));
        client
            .put_item()
            .table_name("pie")
            .set_item(Some(item))
            .send()
            .await
            .unwrap();
    }
    assert_eq!(aws.sweep(), 0);
    clock.advance(Duration::from_mins(2));
    assert_eq!(aws.sweep(), 1);
    assert_eq!(amount(&client, "T#1", "soon").await, None);
    assert_eq!(amount(&client, "T#1", "later").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn units_are_counted_as_they_are_billed_whether_or_not_they_are_asked_for() {
    let aws = Aws::in_memory();
    let client = table(&aws).await;
    let wide = |sk: &str, bytes: usize| {
        let mut wide = item("T#1", sk, 1);
        wide.insert("note".to_owned(), AttributeValue::S("x".repeat(bytes)));
        wide
    };
    let put = |item: Item| {
        client
            .put_item()
            .table_name("pie")
            .set_item(Some(item))
            .send()
    };
    let spent = async |read: f64, written: f64, what: &str| {
        assert_eq!(aws.units(), embedded::Units { read, written }, "{what}");
        aws.reset_counts();
    };
    put(item("T#1", "A", 1)).await.unwrap();
    spent(0.0, 1.0, "a small row").await;
    put(wide("B", 1_500)).await.unwrap();
    spent(0.0, 2.0, "one of more than a KB").await;
    let get = |is_consistent| {
        let get = client
            .get_item()
            .table_name("pie")
            .set_key(Some(key("T#1", "B")));
        get.consistent_read(is_consistent).send()
    };
    assert!(get(false).await.unwrap().consumed_capacity.is_none());
    spent(0.5, 0.0, "a read").await;
    get(true).await.unwrap();
    spent(1.0, 0.0, "a consistent read").await;
    let put = Put::builder()
        .table_name("pie")
        .set_item(Some(wide("C", 1_500)))
        .build()
        .unwrap();
    let put = TransactWriteItem::builder().put(put).build();
    client
        .transact_write_items()
        .transact_items(put)
        .send()
        .await
        .unwrap();
    spent(0.0, 4.0, "two KB in a transaction").await;
    let query = || {
        let query = client
            .query()
            .table_name("pie")
            .key_condition_expression("pk = :pk");
        query.expression_attribute_values(":pk", AttributeValue::S("T#1".to_owned()))
    };
    assert!(query().send().await.unwrap().consumed_capacity.is_none());
    spent(0.5, 0.0, "three KB of rows together").await;
    let asked = query().return_consumed_capacity(ReturnConsumedCapacity::Total);
    let told = asked.send().await.unwrap().consumed_capacity.unwrap();
    assert_eq!(told.capacity_units(), Some(0.5));
    spent(0.5, 0.0, "the same, told").await;
}
