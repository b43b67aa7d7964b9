//! What a rule says when it is broken.

use std::fmt;

/// One broken rule: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: String,
    /// What is odd there.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Finding {
    /// A broken rule.
    pub fn new(place: impl Into<String>, what: impl Into<String>, remedy: &'static str) -> Finding {
        Finding {
            place: place.into(),
            what: what.into(),
            remedy,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}
