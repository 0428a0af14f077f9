//! A folder to run the binary in, and what it said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A folder with a store that has landed two files.
pub(crate) struct Workspace {
    pub(crate) folder: tempfile::TempDir,
}

/// What a run said.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Standard output of a run that must end well and say nothing else.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Whether it ended well, with nothing but this on standard error.
    pub(crate) fn said(&self, words: &str) -> bool {
        (self.code, self.out.as_str()) == (0, "") && self.err.contains(words)
    }

    /// Standard error of a run that must end with this code.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self.err
    }
}

/// What `smsql demo` lands, in its order.
const DEMO_LANDINGS: [(&str, &str); 8] = [
    ("smsql/campaign", "campaigns.ndjson"),
    ("smsql/message", "messages.ndjson"),
    ("twilio/status_callback", "twilio_status_callback.ndjson"),
    ("infobip/delivery_report", "infobip_delivery_report.json"),
    ("smpp/receipt", "smpp_receipt.txt"),
    ("smsql/click", "clicks.ndjson"),
    ("smsql/event", "events.ndjson"),
    ("infobip/delivery_report", "infobip_delivery_report_late.json"),
];

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

pub(crate) const CALLBACKS: &str = "\
MessageSid=SM1&AccountSid=AC1&MessageStatus=sent&To=%2B447700900123&From=%2B447700900999
MessageSid=SM1&AccountSid=AC1&MessageStatus=delivered&To=%2B447700900123&From=%2B447700900999
MessageSid=SM2&AccountSid=AC1&MessageStatus=undelivered&ErrorCode=30005&To=%2B447700900124&From=%2B447700900999
";

impl Workspace {
    /// Without a store.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With three events of two messages.
    pub(crate) fn new() -> Self {
        let this = Self::empty();
        this.write("callbacks.txt", CALLBACKS);
        let landed = this.run(&["land", "twilio/status_callback", "callbacks.txt", "--format", "form"]);
        assert!(landed.said("callbacks.txt: 3 rows read, 3 landed, 0 duplicate, 0 rejected"), "{}", landed.err);
        this
    }

    /// With the samples of `smsql demo`, as the store `smsql-store`: a copy of one that is landed once.
    pub(crate) fn demo() -> Self {
        static DEMO: OnceLock<Workspace> = OnceLock::new();
        let demo = DEMO.get_or_init(|| {
            let this = Self::empty();
            for (feed, file) in DEMO_LANDINGS {
                let file = format!("{}/data/feeds/demo/{file}", env!("CARGO_MANIFEST_DIR"));
                assert_eq!(this.run(&["land", feed, &file]).code, 0);
            }
            this
        });
        let this = Self::empty();
        copy(&demo.path("smsql-store"), &this.path("smsql-store"));
        this
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("smsql"));
        isolate(command.args(args).current_dir(self.folder.path()).stdin(Stdio::null()), self.folder.path());
        command.env("RUST_BACKTRACE", "0");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        finish(&mut self.command(args))
    }

    pub(crate) fn sql(&self, sql: &str, args: &[&str]) -> Run {
        self.run(&[&["sql", sql], args].concat())
    }

    /// Runs with text on standard input.
    pub(crate) fn pipe(&self, args: &[&str], input: &str) -> Run {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        said(child.wait_with_output().unwrap())
    }
}

/// Keeps the settings and the history of whoever runs the tests away: the home is another.
pub(crate) fn isolate<'c>(command: &'c mut Command, home: &Path) -> &'c mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SMSQL_")) {
        command.env_remove(name);
    }
    command.env_remove("NO_COLOR").env("HOME", home);
    command.env("XDG_CONFIG_HOME", home.join(".config")).env("XDG_STATE_HOME", home.join(".local/state"))
}

pub(crate) fn finish(command: &mut Command) -> Run {
    said(command.output().unwrap())
}

pub(crate) fn said(output: std::process::Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
