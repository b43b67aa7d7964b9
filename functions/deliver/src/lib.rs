//! What leaves: e-mails and exports; and what goes for good: a person's data, a tenant's.
//!
//! - `mail.send` `{"template", "member", "job"?}`: an e-mail to a member. The message carries ids;
//!   the address is the one the member has when it is sent.
//! - `export.run`, `person.export`, `person.erase` `{"job"}`: what is asked for lies sealed in
//!   `requests/<job>.json`, and who asked is the job's `created_by`: an export holds what they see at
//!   the time it is made. The file is kept as sealed parts `exports/<job>/000000`, `…/000001`.
//! - `tenant.erase` `{}`: everything of a tenant whose time is over.
//!
//! Every message may come twice and every worker may die anywhere: work is done under its job's
//! lease, and begins again or goes on where it was cut off.

mod columns;
mod erase;
mod export;
mod file;
mod mail;
mod mentions;
mod person;
mod tenant;
mod words;
mod work;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use edge::{Deadline, Failure, Function, Meta};
use store::{Message, Store};

/// Who works here, for feed and audit.
const FUNCTION: &str = "deliver";

/// What the function works with.
#[derive(Clone, Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// Who is at work, and where its metrics go.
    pub function: Function,
    /// The address of pages in e-mails: `https://app.example`.
    pub public_url: String,
}

impl App {
    /// The function on a store.
    pub fn new(store: Store, function: Function) -> Self {
        Self {
            store: store.named(FUNCTION),
            function,
            public_url: "http://localhost:7433".to_owned(),
        }
    }
}

/// Does what one message asks.
pub async fn handle(app: &App, message: Message, meta: Meta) -> Result<(), Failure> {
    // Boxed, because each is a large future.
    match message.kind.as_str() {
        "mail.send" => Box::pin(mail::send(app, message)).await,
        "tenant.erase" => Box::pin(tenant::erase(app, message)).await,
        export::KIND | person::KIND | erase::KIND => Box::pin(work::run(app, message, meta)).await,
        _ => Err(Failure::retry(
            "deliver does no work of this kind; deploy the newer one",
        )),
    }
}

/// Does what the messages of an event ask, and says which of them are to come again.
pub async fn batch(app: &App, event: SqsEvent, deadline: &Deadline) -> SqsBatchResponse {
    let one = async |message, meta| handle(app, message, meta).await;
    edge::batch(event, &app.function, deadline, one).await
}
