use crate::{code, config, everywhere};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use embedded::Aws;

pub(crate) async fn bucket(aws: &Aws) -> Client {
    let config = aws_sdk_s3::config::Builder::from(&config(aws))
        .force_path_style(true)
        .build();
    let client = Client::from_conf(config);
    // Whoever restarts has it already.
    drop(client.create_bucket().bucket("pie-data").send().await);
    client
}

pub(crate) async fn put(client: &Client, key: &str, body: &str) -> String {
    let body = ByteStream::from(body.as_bytes().to_vec());
    client
        .put_object()
        .bucket("pie-data")
        .key(key)
        .body(body)
        .send()
        .await
        .unwrap()
        .e_tag
        .unwrap()
}

pub(crate) async fn get(client: &Client, key: &str) -> String {
    let got = client
        .get_object()
        .bucket("pie-data")
        .key(key)
        .send()
        .await
        .unwrap();
    String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
}

const ODD_KEYS: [&str; 14] = [
    "a//b",
    "x",
    "x/",
    "x/y",
    "..",
    "../up",
    "./here",
    "über/größe",
    "日本",
    "a b+c",
    "per%20cent",
    "q?a=b&c#d",
    "<&>\"'",
    "tab\tin",
];

#[tokio::test]
async fn an_object_comes_back_as_it_was_put_under_any_key() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        for key in ODD_KEYS {
            put(&client, key, key).await;
        }
        for key in ODD_KEYS {
            assert_eq!(get(&client, key).await, key);
        }
        let listed = client
            .list_objects_v2()
            .bucket("pie-data")
            .send()
            .await
            .unwrap();
        let mut listed: Vec<_> = listed
            .contents()
            .iter()
            .map(|object| object.key().unwrap())
            .collect();
        assert!(listed.is_sorted());
        let mut expected = ODD_KEYS.to_vec();
        expected.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, expected);
        let ids = ODD_KEYS.map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
        let delete = Delete::builder()
            .set_objects(Some(ids.to_vec()))
            .build()
            .unwrap();
        let deleted = client
            .delete_objects()
            .bucket("pie-data")
            .delete(delete)
            .send()
            .await
            .unwrap();
        assert_eq!(deleted.deleted().len(), ODD_KEYS.len());
        assert_eq!(
            client
                .list_objects_v2()
                .bucket("pie-data")
                .send()
                .await
                .unwrap()
                .key_count,
            Some(0)
        );
    })
    .await;
}

#[tokio::test]
async fn headers_and_metadata_are_kept() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        let put = client
            .put_object()
            .bucket("pie-data")
            .key("book.parquet")
            .body(ByteStream::from_static(b"PAR1"))
            .content_type("application/vnd.apache.parquet")
            .cache_control("no-store")
            .metadata("seq", "17");
        let tag = put.send().await.unwrap().e_tag.unwrap();
        let head = client
            .head_object()
            .bucket("pie-data")
            .key("book.parquet")
            .send()
            .await
            .unwrap();
        assert_eq!(head.content_type(), Some("application/vnd.apache.parquet"));
        assert_eq!(head.cache_control(), Some("no-store"));
        assert_eq!(head.metadata().unwrap()["seq"], "17");
        assert_eq!(
            (head.content_length(), head.e_tag()),
            (Some(4), Some(tag.as_str()))
        );
        assert_eq!(
            head.last_modified().unwrap().secs(),
            aws.clock().now().as_second()
        );
        let missing = client
            .head_object()
            .bucket("pie-data")
            .key("nothing")
            .send()
            .await
            .unwrap_err();
        assert!(missing.as_service_error().unwrap().is_not_found());
    })
    .await;
}

#[tokio::test]
async fn a_streamed_body_is_taken_out_of_its_chunks() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.csv");
        let content = "deal,amount\n".repeat(20_000);
        std::fs::write(&path, &content).unwrap();
        let body = ByteStream::from_path(&path).await.unwrap();
        client
            .put_object()
            .bucket("pie-data")
            .key("large.csv")
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(get(&client, "large.csv").await, content);
        let head = client
            .head_object()
            .bucket("pie-data")
            .key("large.csv")
            .send()
            .await
            .unwrap();
        assert_eq!(head.content_encoding(), None);
    })
    .await;
}

#[tokio::test]
async fn a_range_gives_a_part() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        put(&client, "k", "0123456789").await;
        let cases = [
            ("bytes=2-5", Ok("2345")),
            ("bytes=7-", Ok("789")),
            ("bytes=-3", Ok("789")),
            ("bytes=8-100", Ok("89")),
            ("bytes=10-", Err("InvalidRange")),
        ];
        for (range, expected) in cases {
            let got = client
                .get_object()
                .bucket("pie-data")
                .key("k")
                .range(range)
                .send()
                .await;
            match expected {
                Ok(part) => assert_eq!(
                    &got.unwrap().body.collect().await.unwrap().to_vec(),
                    part.as_bytes(),
                    "{range}"
                ),
                Err(expected) => assert_eq!(code!(got), expected),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn conditions_guard_writes_and_spare_reads() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        let put_if = |tag: Option<&str>| {
            let put = client
                .put_object()
                .bucket("pie-data")
                .key("k")
                .body(ByteStream::from_static(b"new"));
            match tag {
                None => put.if_none_match("*").send(),
                Some(tag) => put.if_match(tag).send(),
            }
        };
        assert_eq!(code!(put_if(Some("\"0\"")).await), "NoSuchKey");
        let first = put(&client, "k", "old").await;
        assert_eq!(code!(put_if(None).await), "PreconditionFailed");
        assert_eq!(code!(put_if(Some("\"0\"")).await), "PreconditionFailed");
        let second = put_if(Some(&first)).await.unwrap().e_tag.unwrap();
        assert_eq!(get(&client, "k").await, "new");
        let unchanged = client
            .get_object()
            .bucket("pie-data")
            .key("k")
            .if_none_match(&second)
            .send()
            .await
            .unwrap_err();
        assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
        let changed = client
            .get_object()
            .bucket("pie-data")
            .key("k")
            .if_none_match(&first)
            .send()
            .await;
        assert!(changed.is_ok());
        let delete = client
            .delete_object()
            .bucket("pie-data")
            .key("k")
            .if_match(&first)
            .send()
            .await;
        assert_eq!(code!(delete), "PreconditionFailed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_first_writers_one_wins() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        let racers = (0..16).map(|n: u8| {
            let put = client
                .put_object()
                .bucket("pie-data")
                .key("k")
                .body(ByteStream::from(vec![n; 1000]));
            tokio::spawn(put.if_none_match("*").send())
        });
        let mut won = 0;
        for racer in racers.collect::<Vec<_>>() {
            won += u32::from(racer.await.unwrap().is_ok());
        }
        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test]
async fn a_listing_has_prefixes_folders_and_pages() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        for key in ["a", "b/1", "b/2", "b/c/3", "d/4", "e"] {
            put(&client, key, "").await;
        }
        let list = async |prefix: &str, delimiter: Option<&str>, page: i32| {
            let (mut keys, mut folders, mut pages, mut token) = (Vec::new(), Vec::new(), 0, None);
            loop {
                let got = client
                    .list_objects_v2()
                    .bucket("pie-data")
                    .prefix(prefix)
                    .set_delimiter(delimiter.map(str::to_owned))
                    .max_keys(page)
                    .set_continuation_token(token)
                    .send()
                    .await
                    .unwrap();
                pages += 1;
                keys.extend(
                    got.contents()
                        .iter()
                        .map(|object| object.key().unwrap().to_owned()),
                );
                folders.extend(
                    got.common_prefixes()
                        .iter()
                        .map(|folder| folder.prefix().unwrap().to_owned()),
                );
                token = got.next_continuation_token;
                if token.is_none() {
                    return (keys.join(" "), folders.join(" "), pages);
                }
            }
        };
        let cases = [
            ("", None, 100, "a b/1 b/2 b/c/3 d/4 e", "", 1),
            ("", None, 2, "a b/1 b/2 b/c/3 d/4 e", "", 3),
            ("", Some("/"), 100, "a e", "b/ d/", 1),
            ("", Some("/"), 1, "a e", "b/ d/", 4),
            ("b/", Some("/"), 100, "b/1 b/2", "b/c/", 1),
            ("b", None, 100, "b/1 b/2 b/c/3", "", 1),
            ("z", None, 100, "", "", 1),
        ];
        for (prefix, delimiter, page, keys, folders, pages) in cases {
            let got = list(prefix, delimiter, page).await;
            assert_eq!(
                (got.0.as_str(), got.1.as_str(), got.2),
                (keys, folders, pages),
                "{prefix} {delimiter:?} {page}"
            );
        }
        let after = client
            .list_objects_v2()
            .bucket("pie-data")
            .start_after("b/2")
            .send()
            .await
            .unwrap();
        assert_eq!(after.contents()[0].key(), Some("b/c/3"));
        let wrong = client
            .list_objects_v2()
            .bucket("pie-data")
            .continuation_token("nonsense")
            .send()
            .await;
        assert_eq!(code!(wrong), "InvalidArgument");
    })
    .await;
}

#[tokio::test]
async fn refusals_have_the_names_s3_gives_them() {
    everywhere(async |aws| {
        let client = bucket(aws).await;
        let missing = client
            .get_object()
            .bucket("pie-data")
            .key("nothing")
            .send()
            .await
            .unwrap_err();
        assert!(missing.as_service_error().unwrap().is_no_such_key());
        let nowhere = client.get_object().bucket("nowhere").key("k").send().await;
        assert_eq!(code!(nowhere), "NoSuchBucket");
        let nowhere = client
            .head_bucket()
            .bucket("nowhere")
            .send()
            .await
            .unwrap_err();
        assert!(nowhere.as_service_error().unwrap().is_not_found());
        client
            .head_bucket()
            .bucket("pie-data")
            .send()
            .await
            .unwrap();
        let again = client.create_bucket().bucket("pie-data").send().await;
        assert_eq!(code!(again), "BucketAlreadyOwnedByYou");
        let copy = client
            .copy_object()
            .bucket("pie-data")
            .key("b")
            .copy_source("pie-data/a")
            .send()
            .await;
        assert_eq!(code!(copy), "NotImplemented");
        let long = client
            .put_object()
            .bucket("pie-data")
            .key("k".repeat(1025))
            .send()
            .await;
        assert_eq!(code!(long), "KeyTooLongError");
        // Deleting what is not there is fine.
        client
            .delete_object()
            .bucket("pie-data")
            .key("nothing")
            .send()
            .await
            .unwrap();
        put(&client, "k", "").await;
        assert_eq!(
            code!(client.delete_bucket().bucket("pie-data").send().await),
            "BucketNotEmpty"
        );
        client
            .delete_object()
            .bucket("pie-data")
            .key("k")
            .send()
            .await
            .unwrap();
        client
            .delete_bucket()
            .bucket("pie-data")
            .send()
            .await
            .unwrap();
        assert!(
            client
                .list_buckets()
                .send()
                .await
                .unwrap()
                .buckets()
                .is_empty()
        );
    })
    .await;
}
