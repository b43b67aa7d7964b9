//! A progress bar on stderr for a person who waits.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that can be hidden; using it costs nothing then.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(visible: bool) -> Self {
        let bar = if visible {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        Self { bar }
    }

    /// Shows how much of a file has been read.
    pub(crate) fn bytes(&self, what: &str, done: u64, total: Option<u64>) {
        if self.bar.is_hidden() {
            return;
        }
        if let Some(total) = total.filter(|&total| total > 0)
            && self.bar.length() != Some(total)
        {
            self.bar.set_length(total);
            if let Ok(style) =
                ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
            {
                self.bar.set_style(style);
            }
        }
        self.bar.set_message(crate::table::one_line(what));
        self.bar.set_position(done);
    }

    /// Shows how many of a known number of steps are done.
    pub(crate) fn count(&self, what: &'static str, done: usize, of: usize) {
        if self.bar.is_hidden() {
            return;
        }
        if self.bar.length() != Some(of as u64) {
            self.bar.set_length(of as u64);
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
                self.bar.set_style(style);
            }
        }
        self.bar.set_message(what);
        self.bar.set_position(done as u64);
    }

    /// Shows how far work elsewhere has come, as it tells.
    pub(crate) fn of(&self, what: &str, done: u64, total: Option<u64>) {
        if self.bar.is_hidden() {
            return;
        }
        let template = match total {
            Some(total) if total > 0 => {
                self.bar.set_length(total);
                "{msg} {wide_bar} {pos}/{len}"
            }
            _ => "{spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_message(crate::table::one_line(what));
        self.bar.set_position(done);
    }

    /// Shows which step is under way where its length is not known.
    pub(crate) fn step(&self, what: &'static str) {
        if self.bar.is_hidden() {
            return;
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            self.bar.set_style(style);
        }
        self.bar.set_message(what);
        self.bar.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
