//! A real browser, driven over the DevTools protocol.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

/// How long anything may take; a machine under load is slow, not broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// One browser at a time: each is a dozen processes.
static TURN: Mutex<()> = Mutex::new(());

/// A browser with one page, offline, in a profile of its own; it ends when this is dropped.
pub(super) struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    last_id: u64,
    /// What the browser told by itself, in order.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    pub(super) fn start() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new("chromium")
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"])
            .args(["--disable-extensions", "--disable-default-apps", "--no-default-browser-check", "--mute-audio"])
            .args(["--force-color-profile=srgb", "--hide-scrollbars", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| {
                panic!(
                    "this test opens pages in Chromium, which does not start ({e}); on Debian and Ubuntu: \
                     apt-get install chromium fonts-dejavu-core"
                )
            });
        let socket = match connect(&mut process, profile.path()) {
            Ok(socket) => socket,
            Err(reason) => {
                let _ = process.kill();
                let _ = process.wait();
                panic!("Chromium started, but {reason}");
            }
        };
        let mut browser = Self { process, socket, last_id: 0, events: Vec::new(), _profile: profile, _turn: turn };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "DOM"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        let offline = json!({"offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        browser.call("Network.emulateNetworkConditions", offline);
        browser.size(1200, 900);
        browser
    }

    /// Sends a command and gives its result.
    pub(super) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        let command = json!({"id": id, "method": method, "params": parameters});
        self.socket.send(Message::text(command.to_string())).unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.read(deadline, method);
            if message["id"] == id {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn read(&mut self, deadline: Instant, what: &str) -> Value {
        loop {
            assert!(Instant::now() < deadline, "the browser did not answer: {what}");
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Ok(_) => {}
                Err(Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(e) => panic!("the browser went away during {what}: {e}"),
            }
        }
    }

    /// Opens a file and waits until it has loaded.
    pub(super) fn open(&mut self, path: &Path) {
        self.events.clear();
        let answer = self.call("Page.navigate", json!({"url": format!("file://{}", path.display())}));
        assert!(answer.get("errorText").is_none(), "{answer}");
        let deadline = Instant::now() + PATIENCE;
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.read(deadline, "loading the page");
            self.events.push(event);
        }
        self.settle();
    }

    /// Waits until the page has been painted with what has changed; what it reports until then has come.
    pub(super) fn settle(&mut self) {
        self.eval(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))",
        );
    }

    /// What an expression gives, a promise when it is there.
    pub(super) fn eval(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"].get("value").cloned().unwrap_or(Value::Null)
    }

    /// The strings an expression gives.
    pub(super) fn strings(&mut self, expression: &str) -> Vec<String> {
        serde_json::from_value(self.eval(expression)).unwrap()
    }

    /// Everything that went wrong on the page: messages of the console, exceptions, breaches of its policy.
    pub(super) fn complaints(&self) -> Vec<String> {
        let is_complaint = |event: &&Value| match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Audits.issueAdded" => true,
            "Runtime.consoleAPICalled" => {
                ["error", "warning", "assert"].contains(&event["params"]["type"].as_str().unwrap())
            }
            "Log.entryAdded" => ["error", "warning"].contains(&event["params"]["entry"]["level"].as_str().unwrap()),
            _ => false,
        };
        self.events.iter().filter(is_complaint).map(Value::to_string).collect()
    }

    /// The addresses of all that was requested.
    pub(super) fn requests(&self) -> Vec<String> {
        let requests = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        requests.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }

    /// The size of the window, in pixels.
    pub(super) fn size(&mut self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// `screen` or `print`, in the `light` or `dark` scheme.
    pub(super) fn media(&mut self, media: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": media, "features": features}));
        self.settle();
    }

    /// A key, pressed and released.
    pub(super) fn press(&mut self, key: &str, code: u32, text: &str) {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", event);
        }
        self.settle();
    }

    /// A click in the middle of the first element of a selector.
    pub(super) fn click(&mut self, selector: &str) {
        let place = self.eval(&format!(
            "(() => {{ const e = document.querySelector({selector:?}); e.scrollIntoView({{block: 'center'}}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
        self.settle();
    }

    /// What the page, or a part of it (left, top, width, height), looks like; also kept as a file of this name.
    pub(super) fn picture(&mut self, name: &str, part: Option<[f64; 4]>) -> Picture {
        let part = part.unwrap_or_else(|| {
            let size = self.call("Page.getLayoutMetrics", json!({}));
            let side = |name: &str| size["cssContentSize"][name].as_f64().unwrap();
            [0.0, 0.0, side("width"), side("height").min(12_000.0)]
        });
        let clip = json!({"x": part[0], "y": part[1], "width": part[2], "height": part[3], "scale": 1});
        let parameters = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let answer = self.call("Page.captureScreenshot", parameters);
        let bytes = base64(answer["data"].as_str().unwrap());
        std::fs::write(folder().join(format!("{name}.png")), &bytes).unwrap();
        Picture::read(&bytes)
    }

    /// The page as a PDF; also kept as a file of this name.
    pub(super) fn pdf(&mut self, name: &str) -> Vec<u8> {
        let parameters = json!({"preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69});
        let answer = self.call("Page.printToPDF", parameters);
        let bytes = base64(answer["data"].as_str().unwrap());
        std::fs::write(folder().join(format!("{name}.pdf")), &bytes).unwrap();
        bytes
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where pages and pictures of them go.
pub(super) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Waits until the browser listens and has a page, and connects to that.
fn connect(process: &mut Child, profile: &Path) -> Result<WebSocket<TcpStream>, String> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = "it does not listen".to_owned();
    while Instant::now() < deadline {
        if let Ok(Some(status)) = process.try_wait() {
            return Err(format!("it ended by itself: {status}"));
        }
        match page_address(profile) {
            Ok((port, address)) => {
                let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())?;
                stream.set_read_timeout(Some(Duration::from_secs(1))).map_err(|e| e.to_string())?;
                return tungstenite::client(address, stream).map(|(socket, _)| socket).map_err(|e| e.to_string());
            }
            Err(reason) => last = reason,
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(last)
}

/// The port and the address of the first page.
fn page_address(profile: &Path) -> Result<(u16, String), String> {
    let text = std::fs::read_to_string(profile.join("DevToolsActivePort")).map_err(|e| e.to_string())?;
    let port = text.lines().next().and_then(|line| line.parse().ok()).ok_or("it has not said its port")?;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(|e| e.to_string())?;
    let request = format!("GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|e| e.to_string())?;
    // It keeps the connection open, so the length of the answer is what its head says.
    let mut answer = String::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece).map_err(|e| e.to_string())?;
        answer.push_str(&String::from_utf8_lossy(&piece[..read]));
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        if let Some(Ok(Value::Array(targets))) = body.map(serde_json::from_str) {
            let page = targets.iter().find(|target| target["type"] == "page").ok_or("it has no page")?;
            return Ok((port, page["webSocketDebuggerUrl"].as_str().ok_or("its page has no address")?.to_owned()));
        }
        if read == 0 {
            return Err(format!("it answers {answer:?}"));
        }
    }
}

/// The pixels of a screenshot.
pub(super) struct Picture {
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn read(bytes: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut buffer).unwrap();
        assert_eq!(info.bit_depth, png::BitDepth::Eight);
        let samples = info.color_type.samples();
        assert!(samples >= 3, "{:?}", info.color_type);
        Self { pixels: buffer[..info.buffer_size()].chunks(samples).map(|p| [p[0], p[1], p[2]]).collect() }
    }

    /// How many pixels have this colour, give or take what blending rounds.
    pub(super) fn count(&self, color: [u8; 3]) -> usize {
        self.pixels.iter().filter(|pixel| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 3)).count()
    }
}

/// `rgb(1, 2, 3)` as the browser writes computed colours.
pub(super) fn color(text: &str) -> [u8; 3] {
    let numbers = text.trim_start_matches("rgb(").trim_end_matches(')').split(", ");
    let numbers: Vec<u8> = numbers.map(|n| n.parse().unwrap_or_else(|_| panic!("{text} is no colour"))).collect();
    numbers.try_into().unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    let digit =
        |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == c);
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for value in text.bytes().filter_map(digit) {
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
