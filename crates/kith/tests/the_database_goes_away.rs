//! The database is lost in the middle of a request, or the disk fails or is
//! full, or descriptors run out: people read a page that says what to do, nothing is there twice or by
//! half, and the form sent again with its key does its work once.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod serving;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use axum::{Router, http::Method};
use kith_access::App;
use kith_db::{Db, Outcome, on};
use kith_testkit::World;
use tempfile::TempDir;

use crate::serving::{Client, Serving};

fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}

/// Ends every connection to this database but the one that asks.
const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()";

async fn cuts(beside: &Db) {
    let cut = async |tx: &mut kith_db::Tx| -> Outcome<i64> {
        Ok(on!(tx, c => sqlx::query_scalar(CUT).fetch_one(c))?)
    };
    // Its own other connections go too; the next try has a new one.
    for _ in 0..3 {
        if beside.read(cut).await.is_ok() {
            return;
        }
    }
}

const REFERRALS: &str = "select count(*) from referral r
    join person p on p.scheme_id = $1 and p.id = r.person_id
    where r.scheme_id = $1 and p.family like 'Ledger-%'";
const TWICE: &str = "select count(*) from (select p.family from referral r
    join person p on p.scheme_id = $1 and p.id = r.person_id
    where r.scheme_id = $1 and p.family like 'Ledger-%'
    group by p.family having count(*) <> 1) twice";

fn letters(number: usize) -> String {
    let letter = |of: usize| char::from(b'a' + u8::try_from(of % 26).unwrap());
    [letter(number / 26), letter(number)].iter().collect()
}

fn referral(csrf: &str, family: &str) -> String {
    format!(
        "csrf={csrf}&once={family}&given=Ann&family={family}&born-day=3&born-month=5\
         &born-year=1951&main=loneliness&told=talked&agreed=yes"
    )
}

fn token_of(page: &str) -> String {
    let field = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

/// What whoever is told no for now must read: whether anything was saved, and
/// what to do.
fn says_what_to_do(text: &str) {
    let sure = text.contains("Nothing was saved");
    let unsure = text.contains("could not confirm that this was saved");
    assert!(sure || unsure, "{text}");
    assert!(!text.contains("error returned"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_again_after_the_connection_was_lost_does_its_work_once() {
    let worlds = World::small(program).await;
    let Some(world) = worlds.into_iter().find(|world| !world.db.is_embedded()) else {
        return;
    };
    let beside = Db::connect(&world.db.url).await.unwrap();
    let mut rita = world.signed_in(world.rita).await;
    let page = rita.send(Method::GET, "/refer", None).await.text();
    let csrf = token_of(&page);
    let (mut refused, mut unsure, mut lost) = (0, 0, 0);
    const FORMS: usize = 80;
    for number in 0..FORMS {
        let family = format!("Ledger-{}", letters(number));
        let kind = "application/x-www-form-urlencoded".to_owned();
        let body = Some((kind, referral(&csrf, &family).into_bytes()));
        let wait = Duration::from_micros(u64::try_from(number * 1_103 % 24_000).unwrap());
        let sends = rita.send(Method::POST, "/refer", body.clone());
        let mut answer = if number % 2 == 0 {
            let cut = async {
                tokio::time::sleep(wait).await;
                cuts(&beside).await;
            };
            tokio::join!(sends, cut).0
        } else {
            // The browser goes away before it has read the answer.
            tokio::time::timeout(wait, sends).await.ok();
            lost += 1;
            rita.send(Method::POST, "/refer", body.clone()).await
        };
        let mut tries = 0;
        while answer.status != 303 {
            let text = answer.text();
            assert_eq!(answer.status, 503, "{text}");
            says_what_to_do(&text);
            refused += 1;
            unsure += usize::from(text.contains("could not confirm"));
            tries += 1;
            assert!(tries < 20, "it does not recover: {text}");
            answer = rita.send(Method::POST, "/refer", body.clone()).await;
        }
    }
    println!("{FORMS} forms: {refused} noes for now, {unsure} in doubt, {lost} answers not read");
    assert!(refused > 5, "hardly a connection was lost in the middle");
    let there = world.count(REFERRALS).await;
    assert_eq!(there, i64::try_from(FORMS).unwrap());
    assert_eq!(world.count(TWICE).await, 0, "there twice");
    beside.close().await;
}

fn demo(folder: &Path) -> Serving {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
    command
        .current_dir(folder)
        .args(["demo", "--size", "empty", "--data", "."]);
    Serving::start(command)
}

fn sends(client: Client, cookie: &str, csrf: &str, family: &str) -> String {
    let body = referral(csrf, family);
    let answer = client.asks("POST", "/refer", cookie, &body);
    answer.expect("people are answered")
}

/// Sends until the answer begins like this.
fn sends_until(client: Client, cookie: &str, csrf: &str, family: &str, begins: &str) -> String {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = sends(client, cookie, csrf, family);
        if answer.starts_with(begins) {
            return answer;
        }
        assert!(Instant::now() < until, "{answer}");
        thread::sleep(Duration::from_millis(50));
    }
}

struct Mounted(TempDir);

impl Mounted {
    fn new() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(folder))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let path = self.0.path();
        Command::new("umount").arg("--lazy").arg(path).status().ok();
    }
}

/// Needs the right to mount a small file system.
#[test]
fn a_full_disk_is_said_on_the_page_and_reading_goes_on() {
    let Some(disk) = Mounted::new() else {
        println!("skipped: no right to mount a small file system");
        return;
    };
    let serving = demo(disk.0.path());
    let client = serving.client;
    let cookie = &client.signs_in("Rita Shah");
    let csrf = &token_of(&client.asks("GET", "/refer", cookie, "").unwrap());
    assert!(sends(client, cookie, csrf, "Ledger-a").starts_with("HTTP/1.1 303"));
    let ballast = disk.0.path().join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    let full = std::io::copy(&mut std::io::repeat(1), &mut file).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    let mut told = String::new();
    for number in 1..200 {
        told = sends(
            client,
            cookie,
            csrf,
            &format!("Ledger-b{}", letters(number)),
        );
        if !told.starts_with("HTTP/1.1 303") {
            break;
        }
    }
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");
    assert!(
        told.contains("the disk is full") && told.contains("make room"),
        "{told}"
    );
    let list = client.asks("GET", "/sent", cookie, "").unwrap();
    assert!(
        list.starts_with("HTTP/1.1 200") && list.contains("LEDGER-A"),
        "{list}"
    );
    drop(file);
    fs::remove_file(ballast).unwrap();
    sends_until(client, cookie, csrf, "Ledger-c", "HTTP/1.1 303");
    serving.stop();
}

/// Makes reads, writes or syncs of a process fail, until dropped.
struct Failing(Child);

impl Failing {
    fn of(process: u32, calls: &str, how: &str, log: &Path) -> Option<Self> {
        let strace = Command::new("strace")
            .args(["-f", "-qq", "-e", &format!("trace={calls}"), "-e"])
            .arg(format!("inject={calls}:{how}"))
            .arg("-o")
            .arg(log)
            .args(["-p", &process.to_string()])
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut failing = Self(strace);
        thread::sleep(Duration::from_millis(300));
        failing.0.try_wait().ok()?.is_none().then_some(failing)
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        let id = self.0.id().to_string();
        if Command::new("kill").arg(id).status().is_ok() {
            self.0.wait().ok();
        }
    }
}

/// What the disk no longer does, and how: the last gives nothing to read
/// where there is something.
const FAILS: [(&str, &str); 5] = [
    ("fsync,fdatasync", "error=EIO"),
    ("pwrite64", "error=EIO"),
    ("pread64", "error=EIO"),
    ("pread64", "retval=0"),
    ("pread64", "retval=0:when=2+3"),
];

/// Sets how many descriptors a process may have; `false` without `prlimit`.
fn allow_descriptors(process: u32, most: usize) -> bool {
    let set = Command::new("prlimit")
        .args(["--pid", &process.to_string()])
        .arg(format!("--nofile={most}:"))
        .stderr(Stdio::null())
        .status();
    set.is_ok_and(|status| status.success())
}

/// Somebody whose browser keeps its connection.
struct Kept {
    stream: BufReader<TcpStream>,
    cookie: String,
    port: u16,
}

impl Kept {
    fn connects(client: Client, cookie: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", client.port)).unwrap();
        Self {
            stream: BufReader::new(stream),
            cookie: cookie.to_owned(),
            port: client.port,
        }
    }

    /// The first line of the answer; the rest is read, and left.
    fn asks(&mut self, method: &str, path: &str, body: &str) -> String {
        let (port, cookie, length) = (self.port, &self.cookie, body.len());
        write!(
            self.stream.get_mut(),
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
             Cookie: {cookie}\r\n\r\n{body}"
        )
        .unwrap();
        let head: Vec<String> = (&mut self.stream)
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty())
            .collect();
        let length = head.iter().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse::<u64>().unwrap())
        });
        let mut rest = (&mut self.stream).take(length.expect("how long it is"));
        std::io::copy(&mut rest, &mut std::io::sink()).unwrap();
        head[0].clone()
    }
}

/// Needs `prlimit`.
#[test]
fn whoever_is_in_is_served_without_descriptors_and_others_when_there_are_some_again() {
    let folder = TempDir::new().unwrap();
    let serving = demo(folder.path());
    let (client, id) = (serving.client, serving.child.id());
    let cookie = &client.signs_in("Rita Shah");
    let csrf = &token_of(&client.asks("GET", "/refer", cookie, "").unwrap());
    let mut early = Kept::connects(client, cookie);
    let line = early.asks("GET", "/sent", "");
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    let open = fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
    if !allow_descriptors(id, open + 3) {
        println!("skipped: prlimit is not here");
        return;
    }
    let crowd: Vec<_> = (0..40)
        .map(|_| TcpStream::connect(("127.0.0.1", client.port)).unwrap())
        .collect();
    thread::sleep(Duration::from_millis(300));
    let now = fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
    assert!(
        now >= open + 3,
        "{now} of {open} and three: nothing is short"
    );
    let body = referral(csrf, "Ledger-in");
    let line = early.asks("POST", "/refer", &body);
    assert!(line.starts_with("HTTP/1.1 303"), "{line}");
    drop(crowd);
    sends_until(client, cookie, csrf, "Ledger-out", "HTTP/1.1 303");
    let list = client.asks("GET", "/sent", cookie, "").unwrap();
    for name in ["LEDGER-IN, Ann", "LEDGER-OUT, Ann"] {
        assert_eq!(list.matches(name).count(), 1, "{list}");
    }
    serving.stop();
}

/// Needs strace, and the right to attach it.
#[test]
fn a_disk_that_fails_is_said_on_the_page_and_work_goes_on_after() {
    let folder = TempDir::new().unwrap();
    let serving = demo(folder.path());
    let client = serving.client;
    let cookie = &client.signs_in("Rita Shah");
    let csrf = &token_of(&client.asks("GET", "/refer", cookie, "").unwrap());
    for (n, (calls, how)) in FAILS.into_iter().enumerate() {
        let family = format!("Ledger-{}", letters(n));
        let log = folder.path().join(format!("strace-{n}.log"));
        let Some(failing) = Failing::of(serving.child.id(), calls, how, &log) else {
            println!("skipped: strace is not here, or may not attach to a process");
            return;
        };
        let told = sends_until(client, cookie, csrf, &family, "HTTP/1.1 503");
        says_what_to_do(&told);
        assert!(
            fs::read_to_string(&log).unwrap().contains("INJECTED"),
            "{calls} {how}"
        );
        drop(failing);
        sends_until(client, cookie, csrf, &family, "HTTP/1.1 303");
        let list = client.asks("GET", "/sent", cookie, "").unwrap();
        let name = family.to_uppercase();
        assert_eq!(list.matches(&format!("{name}, Ann")).count(), 1, "{list}");
    }
    serving.stop();
}
