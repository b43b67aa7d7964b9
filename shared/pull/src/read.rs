//! Reading a source: what it says about itself, and its streams page by page.

use crate::source::{Answer, Source, Stop};
use connector::{Asking, Checkpoint, Known, Page, Pull, PullError, Step, Stream};
use std::time::Duration;

/// Pages of one answer about itself; no source says so much.
const MOST_PAGES: usize = 1_000;
/// How long a worker waits for a job of the source's before it hands over, in milliseconds.
const MOST_JOB_WAIT_MS: u32 = 5_000;

/// What a look at a stream brought.
#[derive(Debug)]
pub enum Read {
    /// A page; the checkpoint is behind it.
    Page(Page),
    /// The source works on it; the checkpoint says on what. Look again in so many seconds.
    Working(u64),
    /// All is read.
    Done,
    /// What is asked for has changed: ask the source about itself and begin this stream anew.
    Describe,
}

impl Source {
    /// Asks the source about itself.
    pub async fn describe(&self) -> Result<Known, Stop> {
        self.describe_until(|_| false).await
    }

    /// The account that is connected, where the source tells: it is asked no further than that.
    pub async fn account(&self) -> Result<Option<String>, Stop> {
        let account = self.connector.account;
        let known = self
            .describe_until(|known| account(known).is_some())
            .await?;
        Ok(account(&known).map(String::from))
    }

    async fn describe_until(&self, is_enough: impl Fn(&Known) -> bool) -> Result<Known, Stop> {
        let mut known = Known::default();
        for question in self.connector.describe {
            if is_enough(&known) {
                break;
            }
            let mut page = None;
            let mut all = Vec::new();
            for _ in 0..MOST_PAGES {
                let asking = Asking {
                    known: &known,
                    window: None,
                    page: page.as_deref(),
                    ids: &[],
                };
                let answer = match self.send(&(question.ask.request)(&asking)).await {
                    Ok(Answer::Good(response)) => response,
                    Ok(_) => break,
                    Err(Stop::Forbidden(_) | Stop::Fail { .. }) if question.optional => break,
                    Err(stop) => return Err(stop),
                };
                let Some((records, next)) = connector::listed(&question.ask, answer) else {
                    if question.optional {
                        break;
                    }
                    return Err(self.without_list(question.name));
                };
                all.extend(records);
                if next.is_none() || next == page {
                    break;
                }
                page = next;
            }
            known.0.insert(question.name.to_owned(), all);
        }
        Ok(known)
    }

    /// Nothing is known where nothing is said: an empty list would stand for what is not there.
    fn without_list(&self, question: &str) -> Stop {
        let title = self.connector.title;
        Stop::fail(
            format!("{title} was asked about its {question} and gave no list of them"),
            format!(
                "sync again; if it comes again, {title} answers in a way we do not know: report it"
            ),
        )
    }
}

/// A stream that is being read.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a Source,
    stream: &'static Stream,
    pull: Pull<'a>,
}

impl<'a> Reader<'a> {
    /// Reads a stream on from a checkpoint.
    pub fn new(
        source: &'a Source,
        stream: &'static Stream,
        known: &'a Known,
        at: Checkpoint,
    ) -> Self {
        Self {
            source,
            stream,
            pull: Pull::from(stream, known, at),
        }
    }

    /// Where it stands.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.pull.checkpoint()
    }

    /// The next page.
    pub async fn read(&mut self) -> Result<Read, Stop> {
        loop {
            let now = self.source.tenant().now();
            let request = match self.pull.next(now) {
                Step::Done => return Ok(Read::Done),
                Step::Page(page) => return Ok(Read::Page(page)),
                Step::Wait(ms) if ms <= MOST_JOB_WAIT_MS => {
                    tokio::time::sleep(Duration::from_millis(u64::from(ms))).await;
                    self.pull.waited();
                    continue;
                }
                Step::Wait(ms) => return Ok(Read::Working(u64::from(ms).div_ceil(1_000))),
                Step::Send(request) => request,
            };
            let answer = match self.source.ask(&request).await {
                Ok((answer, asked_at)) => {
                    self.pull.asked(asked_at);
                    Ok(answer)
                }
                Err(stop) => Err(stop),
            };
            let went = match answer {
                Ok(Answer::Good(response)) => self.pull.good(response),
                Ok(Answer::Empty) => {
                    self.pull.empty();
                    Ok(())
                }
                Ok(Answer::Restart) => self.pull.restart(),
                Ok(Answer::Narrow) => self.pull.narrow(),
                Ok(Answer::Describe) => return Ok(Read::Describe),
                // Some things the records can do without.
                Err(Stop::Forbidden(why)) if self.pull.refuse_join(&why) => Ok(()),
                // Some things the source cannot do by a job of its own.
                Err(Stop::Fail { .. } | Stop::Forbidden(_)) if self.pull.refuse_job() => Ok(()),
                Err(stop) => return Err(stop),
            };
            went.map_err(|error| self.failed(&error))?;
        }
    }

    fn failed(&self, error: &PullError) -> Stop {
        tracing::warn!(
            connection.id = %self.source.connection.id,
            stream = self.stream.name,
            "{error}"
        );
        let title = self.source.connector.title;
        Stop::fail(
            error.to_string(),
            format!(
                "sync again; if it comes again, {title} answers in a way we do not know: report it"
            ),
        )
    }
}
