use crate::{code, config, everywhere};
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, RawMessage};
use embedded::Aws;

fn text(text: &str) -> Content {
    Content::builder()
        .data(text)
        .charset("UTF-8")
        .build()
        .unwrap()
}

fn simple(subject: &str) -> EmailContent {
    let body = Body::builder()
        .text(text("Plain"))
        .html(text("<p>Rich</p>"))
        .build();
    EmailContent::builder()
        .simple(Message::builder().subject(text(subject)).body(body).build())
        .build()
}

pub(crate) async fn send(
    aws: &Aws,
    from: &str,
    to: &[&str],
    content: EmailContent,
) -> Result<String, String> {
    let to = to.iter().map(|address| (*address).to_owned()).collect();
    let send = Client::new(&config(aws))
        .send_email()
        .from_email_address(from)
        .destination(Destination::builder().set_to_addresses(Some(to)).build())
        .content(content)
        .send()
        .await;
    match send {
        Ok(sent) => Ok(sent.message_id.unwrap()),
        refused => Err(code!(refused)),
    }
}

#[tokio::test]
async fn accepted_mail_is_kept_and_nothing_of_it_is_printed() {
    everywhere(async |aws| {
        let id = send(
            aws,
            "Pie <pie@example.com>",
            &["ada@example.com"],
            simple("Größe"),
        )
        .await
        .unwrap();
        let mail = &aws.mail()[0];
        assert_eq!(
            (&mail.id, mail.to[0].as_str(), mail.subject.as_str()),
            (&id, "ada@example.com", "Größe")
        );
        assert_eq!(
            (mail.text.as_deref(), mail.html.as_deref()),
            (Some("Plain"), Some("<p>Rich</p>"))
        );
        assert!(!format!("{mail:?}").contains("ada@"));
        let raw = RawMessage::builder()
            .data(Blob::new("Subject: raw\r\n\r\nHi"))
            .build()
            .unwrap();
        send(
            aws,
            "pie@example.com",
            &["ada@example.com"],
            EmailContent::builder().raw(raw).build(),
        )
        .await
        .unwrap();
        assert_eq!(aws.mail()[1].raw.as_deref(), Some("Subject: raw\r\n\r\nHi"));
    })
    .await;
}

#[tokio::test]
async fn bad_addresses_and_broken_headers_are_refused() {
    let aws = Aws::in_memory();
    let from = "pie@example.com";
    let many = vec!["ada@example.com"; 51];
    let cases: [(&str, &[&str], &str); 7] = [
        ("pie", &["ada@example.com"], "s"),
        (from, &[], "s"),
        (from, &many, "s"),
        (from, &["ada"], "s"),
        (from, &["a b@example.com"], "s"),
        (from, &["ada@example.com\r\nBcc: eve@example.com"], "s"),
        (from, &["ada@example.com"], "s\r\nBcc: eve@example.com"),
    ];
    for (from, to, subject) in cases {
        assert_eq!(
            send(&aws, from, to, simple(subject)).await,
            Err("BadRequestException".to_owned()),
            "{from} {to:?}"
        );
    }
    assert!(aws.mail().is_empty());
}
