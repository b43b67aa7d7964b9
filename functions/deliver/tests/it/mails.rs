//! E-mails to members.

use crate::support::World;
use edge::Failure;
use embedded::Fault;
use serde_json::json;
use store::JobStatus;

#[tokio::test]
async fn an_invitation_goes_once_to_the_member_and_names_nobody_in_its_message() {
    let world = World::new().await;
    let member = world.member("rep_0").id;
    let body = json!({"template": "invitation", "member": member});
    let message = world.message("mail.send", body);
    assert!(!message.body.to_string().contains('@'));
    world.handle(&message).await.unwrap();
    world.handle(&message).await.unwrap();
    let mail = world.aws.mail();
    assert_eq!(mail.len(), 1);
    assert_eq!(mail[0].to, ["rep_0@harbor.example"]);
    assert_eq!(mail[0].subject, "Harbor Works asks you to join them in Pie");
    assert!(
        mail[0]
            .text
            .as_ref()
            .unwrap()
            .contains("https://app.example")
    );
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_sent_when_it_comes_again() {
    let world = World::new().await;
    let body = json!({"template": "invitation", "member": world.member("rep_0").id});
    let message = world.message("mail.send", body);
    world.aws.faults().set(|call| match call.operation {
        "SendEmail" => Fault::Unavailable,
        _ => Fault::None,
    });
    assert!(matches!(
        world.handle(&message).await,
        Err(Failure::Retry(_))
    ));
    world.aws.faults().clear();
    world.handle(&message).await.unwrap();
    assert_eq!(world.aws.mail().len(), 1);
}

#[tokio::test]
async fn whoever_asked_is_told_how_a_job_ended() {
    let check = async |kind: &str, status: JobStatus, subject: &str, words: &[&str]| {
        let world = World::new().await;
        let tenant = world.tenant();
        let job = tenant.create_job(kind, None).await.unwrap();
        let problem = (status == JobStatus::Failed).then(|| store::JobProblem {
            code: "x".to_owned(),
            detail: "the files are gone".to_owned(),
            remedy: "upload them again".to_owned(),
        });
        tenant
            .end_job(&job.id, status, None, problem)
            .await
            .unwrap();
        let body =
            json!({"template": "job_done", "member": world.member("rep_0").id, "job": job.id});
        world
            .handle(&world.message("mail.send", body))
            .await
            .unwrap();
        let mail = world.aws.mail();
        assert_eq!((mail.len(), mail[0].subject.as_str()), (1, subject));
        let text = mail[0].text.clone().unwrap();
        assert!(text.contains(&job.id), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    let why = ["the files are gone", "upload them again"];
    check(
        "import.commit",
        JobStatus::Failed,
        "Your import did not work",
        &why,
    )
    .await;
    check(
        "export.run",
        JobStatus::Succeeded,
        "Your export is done",
        &[],
    )
    .await;
    check(
        "forecast.run",
        JobStatus::Cancelled,
        "Your forecast was stopped",
        &[],
    )
    .await;
    check(
        "something.new",
        JobStatus::Succeeded,
        "What you asked for is done",
        &[],
    )
    .await;
}

#[tokio::test]
async fn a_mail_about_nothing_is_not_sent() {
    let world = World::new().await;
    let job = world.tenant().create_job("export.run", None).await.unwrap();
    let member = world.member("rep_0").id;
    let stranger = identity::MemberId::from_bytes([9; 16]);
    let check = async |body: serde_json::Value, comes_again: bool| {
        let failure = world
            .handle(&world.message("mail.send", body.clone()))
            .await
            .unwrap_err();
        assert_eq!(
            matches!(failure, Failure::Retry(_)),
            comes_again,
            "{body} {failure}"
        );
    };
    check(
        json!({"template": "job_done", "member": member, "job": job.id}),
        false,
    )
    .await;
    check(
        json!({"template": "job_done", "member": member, "job": "job_0"}),
        false,
    )
    .await;
    check(json!({"template": "invitation", "member": stranger}), false).await;
    check(json!({"template": "job_done", "member": member}), true).await;
    check(json!({"template": "love", "member": member}), true).await;
    check(json!({}), true).await;
    assert!(world.aws.mail().is_empty());
}
