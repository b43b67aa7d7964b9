//! A window over a stream: what the record splitters look through.

use std::io::{self, Read};

/// The longest record any reader holds. Past it the record is skipped with an issue, so a
/// 3 GB line costs 16 MiB of memory and not 3 GB.
pub(super) const MAX_RECORD: usize = 16 << 20;

const FIRST: usize = 64 << 10;

/// Bytes of `inner` not yet consumed, filled as full as they go each time, so that what the
/// splitters see never depends on how the stream happened to be cut up.
pub(super) struct Buffer<R> {
    inner: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            bytes: vec![0; FIRST],
            start: 0,
            end: 0,
            ended: false,
            failure: None,
        }
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn consume(&mut self, n: usize) {
        self.start = self.end.min(self.start + n);
    }

    /// Nothing follows the bytes in view.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The view holds as much as it may.
    pub(super) fn full(&self) -> bool {
        self.end - self.start >= MAX_RECORD
    }

    /// Brings more into view; `false` when there is no more or no room for it.
    pub(super) fn more(&mut self) -> bool {
        if self.ended || self.full() {
            return false;
        }
        let held = self.end - self.start;
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.start = 0;
            self.end = held;
        }
        if held * 2 > self.bytes.len() {
            let size = (self.bytes.len() * 2).min(MAX_RECORD);
            self.bytes.resize(size, 0);
        }
        while self.end < self.bytes.len() {
            match self.inner.read(&mut self.bytes[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => self.end += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.failure = Some(e);
                    self.ended = true;
                    break;
                }
            }
        }
        self.end > held
    }

    /// Why the stream ended early, once.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }
}
