//! Mail: accepted, kept, and never sent.

use crate::clock::Clock;
use crate::disk::{self, Durability};
use crate::service::Service;
use crate::wire::{self, Answer, Ask, Refusal};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const RECIPIENTS_LIMIT: usize = 50;

/// A mail as it was accepted. `Debug` shows its id only: the rest is people's data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// What SES called it in its answer.
    pub id: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// Who sends it.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets a copy that the others do not see.
    pub bcc: Vec<String>,
    /// Where answers go.
    pub reply_to: Vec<String>,
    /// What it is about; empty for a raw mail.
    pub subject: String,
    /// The text part.
    pub text: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// A raw mail, as it was given.
    pub raw: Option<String>,
    /// Headers beside the usual ones.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Ses {
    clock: Clock,
    folder: Option<PathBuf>,
    durability: Durability,
    mail: Mutex<Vec<Mail>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    #[serde(default)]
    from_email_address: String,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
    raw: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Data,
    body: Body,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Data>,
    html: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    name: String,
    value: String,
}

impl Ses {
    pub(crate) fn in_memory(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            folder: None,
            durability: Durability::Process,
            mail: Mutex::default(),
        }
    }

    /// Each mail is two files: `.json` that is read again, and `.eml` that a mail program opens.
    pub(crate) fn on_disk(
        folder: &Path,
        durability: Durability,
        clock: &Clock,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut mail = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                mail.push(serde_json::from_slice::<Mail>(&fs::read(&path)?)?);
            }
        }
        mail.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(Self {
            clock: clock.clone(),
            folder: Some(folder.to_owned()),
            durability,
            mail: Mutex::new(mail),
        })
    }

    pub(crate) fn mail(&self) -> Vec<Mail> {
        self.mail.lock().clone()
    }

    pub(crate) fn handle(&self, operation: &str, ask: Ask) -> Result<Answer, Refusal> {
        if operation != "SendEmail" {
            return Err(Refusal::not_emulated(ask.parts.uri.path()));
        }
        let asked: Asked = ask.json()?;
        let mail = self.accepted(asked)?;
        let id = mail.id.clone();
        if let Some(folder) = &self.folder {
            let json = serde_json::to_vec(&mail).map_err(Refusal::internal)?;
            let files = [("eml", eml(&mail).into_bytes()), ("json", json)];
            for (extension, bytes) in files {
                let path = folder.join(format!("{id}.{extension}"));
                disk::replace(&path, &[&bytes], true, self.durability)
                    .map_err(Refusal::internal)?;
            }
        }
        self.mail.lock().push(mail);
        wire::json(Service::Ses, &json!({ "MessageId": id }))
    }

    fn accepted(&self, asked: Asked) -> Result<Mail, Refusal> {
        let Destination { to, cc, bcc } = asked.destination;
        let recipients = to.len() + cc.len() + bcc.len();
        let (simple, raw) = (asked.content.simple, asked.content.raw);
        let raw = raw
            .and_then(|raw| wire::from_base64(&raw.data))
            .map(|raw| String::from_utf8_lossy(&raw).into_owned());
        if simple.is_some() == raw.is_some() {
            return Err(bad(
                "the content is one of Simple and Raw; templates are not emulated",
            ));
        }
        if recipients > RECIPIENTS_LIMIT || (recipients == 0 && raw.is_none()) {
            return Err(bad("a mail has 1 to 50 recipients"));
        }
        if asked.from_email_address.is_empty() && raw.is_none() {
            return Err(bad("a mail has a sender"));
        }
        let sender = Some(&asked.from_email_address).filter(|sender| !sender.is_empty());
        let all = sender
            .into_iter()
            .chain(&to)
            .chain(&cc)
            .chain(&bcc)
            .chain(&asked.reply_to_addresses);
        if !all.into_iter().all(|address| is_address(address)) {
            return Err(bad("an address is not name@domain or Name <name@domain>"));
        }
        let Simple {
            subject,
            body,
            headers,
        } = simple.unwrap_or_else(|| Simple {
            subject: Data {
                data: String::new(),
            },
            body: Body {
                text: None,
                html: None,
            },
            headers: Vec::new(),
        });
        let breaks = |text: &str| text.contains(['\r', '\n']);
        if breaks(&subject.data)
            || headers
                .iter()
                .any(|header| breaks(&header.name) || breaks(&header.value))
        {
            return Err(bad("a subject or a header may not have line breaks"));
        }
        Ok(Mail {
            id: wire::random_id()?,
            at: self.clock.now(),
            from: asked.from_email_address,
            to,
            cc,
            bcc,
            reply_to: asked.reply_to_addresses,
            subject: subject.data,
            text: body.text.map(|part| part.data),
            html: body.html.map(|part| part.data),
            raw,
            headers: headers
                .into_iter()
                .map(|header| (header.name, header.value))
                .collect(),
        })
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(400, "BadRequestException", message)
}

/// Lightly: something before and a domain after one `@`, no blanks or breaks in it.
fn is_address(text: &str) -> bool {
    let bare = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or(""),
        None => text,
    };
    let blank = |letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>' | ',')
    };
    let breaks = text.contains(['\r', '\n']);
    match bare.split_once('@') {
        Some((name, domain)) => {
            !breaks
                && !name.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !bare.contains(blank)
        }
        None => false,
    }
}

/// The mail as a file for a mail program.
fn eml(mail: &Mail) -> String {
    if let Some(raw) = &mail.raw {
        return raw.clone();
    }
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(out, "{name}: {value}\r\n");
        }
    };
    line("From", &mail.from);
    line("To", &mail.to.join(", "));
    line("Cc", &mail.cc.join(", "));
    line("Reply-To", &mail.reply_to.join(", "));
    line("Subject", &mail.subject);
    line(
        "Date",
        &DateTimePrinter::new()
            .timestamp_to_string(&mail.at)
            .unwrap_or_default(),
    );
    line("Message-ID", &format!("<{}@embedded.invalid>", mail.id));
    line("MIME-Version", "1.0");
    mail.headers
        .iter()
        .for_each(|(name, value)| line(name, value));
    let boundary = format!("part-{}", mail.id);
    line(
        "Content-Type",
        &format!("multipart/alternative; boundary=\"{boundary}\""),
    );
    out.push_str("\r\n");
    for (kind, part) in [("plain", &mail.text), ("html", &mail.html)] {
        if let Some(part) = part {
            let _ = write!(
                out,
                "--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{part}\r\n"
            );
        }
    }
    let _ = write!(out, "--{boundary}--\r\n");
    out
}
