//! The command as a person or a script meets it: what it prints where, and the code it ends with.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder with files to try `pie` in.
struct Desk(TempDir);

/// What a run printed and how it ended, with the folder's name taken out.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pie(&self, args: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_pie"))
            .args(args)
            .current_dir(self.0.path())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| {
            let folder = self.0.path().display().to_string();
            String::from_utf8(bytes.to_vec())
                .unwrap()
                .replace(&folder, "[desk]")
        };
        Run {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit code {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

#[test]
fn help_is_an_answer_and_goes_to_stdout() {
    let run = Desk::new().pie(&["--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run);
}

#[test]
fn a_wrong_command_line_ends_with_two() {
    for args in [
        &["forecats"][..],
        &["completions"],
        &["completions", "tcsh"],
        &["--jsn"],
        &[],
    ] {
        let run = Desk::new().pie(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}: {run}");
    }
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let run = Desk::new().pie(&["completions", shell]);
        assert_eq!(run.code, 0);
        for command in ["completions"] {
            assert!(run.stdout.contains(command), "{shell}: {command}");
        }
    }
}
