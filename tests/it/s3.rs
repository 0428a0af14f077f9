//! The store on S3: a server that speaks its protocol, with conditional writes, which the tests install and start.
//!
//! Credentials and endpoints come from the environment, which a test process cannot change for itself. So each test
//! starts the server and runs this binary again, with the environment of somebody who uses that server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;

use crate::store::{conformance, race_in_processes, writes_of_one_process};

/// The server: <https://docs.getmoto.org/en/latest/docs/server_mode.html>.
const MOTO: &str = "moto[server]==5.2.5";
const BUCKET: &str = "smsql-test";
/// The store the inner tests use; its presence says that they run under [`Server::run`].
const STORE: &str = "SMSQL_TEST_S3_STORE";

/// A running server, stopped when dropped.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Installs the server once into the target folder, and starts it on a free port.
    pub(crate) fn start() -> Self {
        let python = installed();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { process, port };
        let started = Instant::now();
        while !server.create_bucket() {
            assert!(server.process.try_wait().unwrap().is_none(), "the S3 server stopped while starting");
            assert!(started.elapsed() < Duration::from_secs(60), "the S3 server does not answer after a minute");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// Whether the server answers; then the bucket is there.
    fn create_bucket(&self) -> bool {
        let answer = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            let request = format!("PUT /{BUCKET} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(request.as_bytes())?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        answer().is_ok_and(|answer| answer.lines().next().is_some_and(|status| status.contains(" 200 ")))
    }

    /// The environment of somebody who uses this server.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "key".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
        ]
    }

    /// The URL of a path in its bucket.
    pub(crate) fn location(&self, path: &str) -> String {
        format!("s3://{BUCKET}/{path}")
    }

    /// Its bucket.
    pub(crate) fn objects(&self) -> impl ObjectStore {
        let builder = AmazonS3Builder::new().with_bucket_name(BUCKET).with_allow_http(true).with_region("eu-west-1");
        let builder = builder.with_endpoint(format!("http://127.0.0.1:{}", self.port));
        builder.with_access_key_id("key").with_secret_access_key("secret").build().unwrap()
    }

    /// Runs one of the ignored tests below in a process of its own.
    fn run(&self, test: &str, location: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", &format!("s3::{test}")])
            .env(STORE, location)
            .envs(self.environment())
            .spawn()
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python that has the server, installed if need be.
fn installed() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("moto");
        let (python, mark) = (folder.join("bin/python"), folder.join("installed"));
        if std::fs::read_to_string(&mark).is_ok_and(|version| version == MOTO) {
            return python;
        }
        let run = |command: &mut Command| {
            let needs = "the S3 tests need python3 with its venv module and pip (Debian: python3-venv), and PyPI";
            let output = command.output().unwrap_or_else(|error| panic!("{needs}: {command:?}: {error}"));
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{needs}: {command:?}: {said}");
        };
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", MOTO]));
        std::fs::write(&mark, MOTO).unwrap();
        python
    })
}

#[test]
fn conforms() {
    let server = Server::start();
    let mut process = server.run("conforms_inside", &format!("s3://{BUCKET}/some where/%41/store"));
    assert!(process.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `conforms`, in an environment with a server"]
async fn conforms_inside() {
    conformance(&std::env::var(STORE).unwrap()).await;
}

/// Several processes create the store and write to it at once: every event is there once.
#[test]
fn processes_write_at_once() {
    let server = Server::start();
    let location = format!("s3://{BUCKET}/processes");
    let writers: Vec<Child> = (0..3).map(|_| server.run("writes_inside", &location)).collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    assert!(server.run("reads_inside", &location).wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `processes_write_at_once`, in an environment with a server"]
async fn writes_inside() {
    writes_of_one_process(&std::env::var(STORE).unwrap(), std::process::id().into()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `processes_write_at_once`, in an environment with a server"]
async fn reads_inside() {
    race_in_processes(&std::env::var(STORE).unwrap(), 3).await;
}

/// Clients for TLS can be made: libraries that disagree on the cryptography to use panic here.
#[test]
fn clients_for_tls_can_be_made() {
    for location in ["s3://bucket/store", "gs://bucket/store"] {
        smsql::store::location::resolve(location).unwrap();
    }
}
