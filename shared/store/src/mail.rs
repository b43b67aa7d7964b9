//! E-mails out.

use crate::error::{Error, call};
use crate::tenant::Store;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

impl Store {
    /// Sends an e-mail of plain text.
    pub async fn send_mail(&self, to: &str, subject: &str, text: &str) -> Result<(), Error> {
        let build = |e| Error::corrupt("e-mail", e);
        let content = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let body = Body::builder().text(content(text).map_err(build)?).build();
        let message = Message::builder()
            .subject(content(subject).map_err(build)?)
            .body(body)
            .build();
        self.aws()
            .ses
            .send_email()
            .from_email_address(&self.names().mail_from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(|e| call("SendEmail", e))?;
        Ok(())
    }
}
