//! The binary while it serves the demonstration, and a client of few words.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The program while it serves. Dropped, it ends as a power cut ends it.
pub struct Serving {
    /// Its process.
    pub child: Child,
    /// Who asks it.
    pub client: Client,
}

/// Asks the program, while there is one.
#[derive(Clone, Copy)]
pub struct Client {
    /// Where the program listens.
    pub port: u16,
}

impl Serving {
    /// Starts it on a free port, and waits until it is well.
    pub fn start(mut command: Command) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = command
            .args(["--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let client = Client { port };
        let until = Instant::now() + Duration::from_secs(60);
        let is_well = || {
            let said = client.asks("GET", "/health", "", "");
            said.is_some_and(|said| said.contains(" 200 "))
        };
        while !is_well() {
            assert!(Instant::now() < until, "it does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        Self { child, client }
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
        assert!(
            self.child.wait().unwrap().success(),
            "it did not stop in order"
        );
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone, when it was asked to stop.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Client {
    /// The whole answer to one request; `None` when there was none, or not all.
    pub fn asks(&self, method: &str, path: &str, cookie: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let port = self.port;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Cookie: {cookie}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// Signs somebody of the demonstration in, and gives their cookies.
    pub fn signs_in(&self, name: &str) -> String {
        let page = self.asks("GET", "/demo", "", "").unwrap();
        let form = page
            .split("<form")
            .find(|form| form.contains(&format!("Sign in as {name}")))
            .unwrap();
        let body: Vec<String> = form
            .split("<input")
            .skip(1)
            .map(|input| format!("{}={}", attribute(input, "name"), attribute(input, "value")))
            .collect();
        let signed = self
            .asks("POST", "/demo", &cookies(&page), &body.join("&"))
            .unwrap();
        assert!(signed.contains(" 303 "), "{signed}");
        cookies(&signed)
    }
}

/// What an attribute of a tag says.
fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let begin = format!(" {name}=\"");
    let rest = tag.split(begin.as_str()).nth(1).unwrap();
    rest.split('"').next().unwrap()
}

fn cookies(answer: &str) -> String {
    let set = answer.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie").then_some(value)
    });
    let pairs = set.filter_map(|cookie| cookie.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}
