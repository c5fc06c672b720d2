//! The binary itself, as whoever runs a service uses it: a new installation,
//! its check, its copies, and the demonstration from start to stop.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use kith_db::{Db, Outcome, on};
use tempfile::TempDir;

/// Everything in the trail, of the one scheme there is.
const FOUNDING: &str = "/* every scheme: a new installation has one */
    select role, action, account_id from audit order by action";

fn kith(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kith"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn installation() -> TempDir {
    let folder = TempDir::new().unwrap();
    let made = kith(
        folder.path(),
        &[
            "init",
            "--scheme",
            "Harbour link workers",
            "--slug",
            "harbour",
            "--organisation",
            "Harbour network",
            "--administrator",
            "Ada Lowe",
            "--email",
            "ada@example.org",
        ],
    );
    assert!(made.status.success(), "{}", words(&made));
    let said = words(&made);
    assert!(
        said.contains("http://127.0.0.1:8080/welcome/"),
        "no invitation is shown: {said}"
    );
    folder
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_installation_is_its_owners_alone_and_the_doctor_finds_nothing_wrong() {
    let folder = installation();
    for file in ["kith.key", "kith.db"] {
        assert_eq!(mode(&folder.path().join(file)), 0o600, "{file}");
    }
    let looked = kith(folder.path(), &["doctor"]);
    assert!(looked.status.success(), "{}", words(&looked));
    let sealed = kith(folder.path(), &["audit", "verify"]);
    assert!(sealed.status.success(), "{}", words(&sealed));
    let again = kith(folder.path(), &["migrate"]);
    assert!(words(&again).contains("up to date"), "{}", words(&again));
}

#[tokio::test]
async fn the_trail_of_a_new_installation_begins_with_its_founding() {
    let folder = installation();
    let file = folder.path().join("kith.db");
    let db = Db::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let rows: Outcome<Vec<(String, String, Option<String>)>> = db
        .read(async |tx| Ok(on!(tx, c => sqlx::query_as(FOUNDING).fetch_all(c))?))
        .await;
    db.close().await;
    let by = "command line".to_owned();
    let rows = rows.unwrap();
    assert_eq!(
        rows,
        [
            (by.clone(), "found the scheme".to_owned(), None),
            (by, "invite the first administrator".to_owned(), None),
        ]
    );
}

#[test]
fn an_installation_that_is_not_safe_is_not_served() {
    let folder = installation();
    for (arguments, about) in [
        (
            vec!["serve", "--origin", "http://kith.example.org"],
            "origin",
        ),
        (
            vec!["doctor", "--origin", "http://kith.example.org"],
            "origin",
        ),
    ] {
        let refused = kith(folder.path(), &arguments);
        assert!(!refused.status.success(), "{arguments:?} went through");
        let said = words(&refused);
        assert!(said.contains("WRONG") && said.contains(about), "{said}");
    }
    fs::set_permissions(
        folder.path().join("kith.db"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let refused = kith(folder.path(), &["serve"]);
    assert!(
        !refused.status.success() && words(&refused).contains("chmod 600"),
        "{}",
        words(&refused)
    );
}

/// Whatever the doctor calls wrong before the database is opened keeps the
/// program from being served, each by itself.
#[test]
fn nothing_that_the_doctor_calls_unsafe_is_served() {
    let folder = installation();
    let safe = "origin = \"https://kith.example.org\"\nmail = \"smtp://localhost:25\"\n";
    let at = |name: &str| folder.path().join(name);
    for (wrong, about) in [
        ("mail = \"file:out\"\n", "WRONG  mail"),
        ("mail = \"no door at all\"\n", "WRONG  mail"),
        ("log = \"debug\"\n", "WRONG  log"),
        ("checkpoints = \"file:nowhere\"\n", "WRONG  checkpoints"),
        ("key_file = \"counting.key\"\n", "WRONG  server key"),
        ("key_file = \"open.key\"\n", "WRONG  server key"),
        ("key_file = \"none.key\"\n", "WRONG  server key"),
        ("database = \"sqlite:none.db\"\n", "WRONG  database file"),
        (
            "database = \"postgres://kith@db.example.org/kith?sslmode=disable\"\n",
            "WRONG  database",
        ),
    ] {
        let counting: String = (0..32).map(|n| format!("{n:02x}")).collect();
        fs::write(at("counting.key"), counting).unwrap();
        fs::set_permissions(at("counting.key"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::copy(at("kith.key"), at("open.key")).unwrap();
        fs::set_permissions(at("open.key"), fs::Permissions::from_mode(0o644)).unwrap();
        let name = wrong.split(' ').next().unwrap();
        let rest = safe.lines().filter(|line| !line.starts_with(name));
        let config = rest.fold(wrong.to_owned(), |all, line| all + line + "\n");
        fs::write(at("kith.toml"), config).unwrap();
        let refused = kith(folder.path(), &["--config", "kith.toml", "serve"]);
        let said = words(&refused);
        assert!(!refused.status.success(), "{wrong} was served");
        assert!(said.contains(about), "{wrong}: {said}");
        assert_eq!(said.matches("WRONG").count(), 1, "{wrong}: {said}");
    }
}

#[test]
fn codes_of_ones_own_are_named_by_the_doctor_and_a_mistyped_one_is_not_served() {
    let folder = installation();
    let said = words(&kith(folder.path(), &["doctor"]));
    assert!(
        said.contains("version 2026-11-1, on for: accepted, declined"),
        "{said}"
    );
    let map = r#"{ "version": "ours-7", "source": "", "codes": [
        { "event": "accepted", "id": "71388002", "term": "Procedure", "on": true } ] }"#;
    fs::write(folder.path().join("codes.json"), map).unwrap();
    let config = "code_map = \"codes.json\"\n";
    fs::write(folder.path().join("kith.toml"), config).unwrap();
    let said = words(&kith(folder.path(), &["--config", "kith.toml", "doctor"]));
    assert!(said.contains("version ours-7, on for: accepted"), "{said}");
    fs::write(
        folder.path().join("codes.json"),
        map.replace("71388002", "71388020"),
    )
    .unwrap();
    let refused = kith(folder.path(), &["--config", "kith.toml", "serve"]);
    assert!(!refused.status.success(), "served with a mistyped code");
    let said = words(&refused);
    assert!(said.contains("71388020 is no SNOMED CT id"), "{said}");
}

#[test]
fn a_copy_is_restored_only_over_a_database_that_one_means() {
    let folder = installation();
    let copied = kith(folder.path(), &["backup", "copy.db"]);
    assert!(copied.status.success(), "{}", words(&copied));
    let twice = kith(folder.path(), &["backup", "copy.db"]);
    assert!(!twice.status.success(), "a copy was written over");
    let careless = kith(folder.path(), &["restore", "copy.db"]);
    assert!(
        !careless.status.success() && words(&careless).contains("--replace"),
        "{}",
        words(&careless)
    );
    let meant = kith(folder.path(), &["restore", "copy.db", "--replace"]);
    assert!(meant.status.success(), "{}", words(&meant));
    let aside = fs::read_dir(folder.path()).unwrap().filter_map(Result::ok);
    let aside = aside.filter(|file| {
        file.file_name()
            .to_string_lossy()
            .contains("before-restore")
    });
    assert!(aside.count() > 0, "what was there is gone");
    assert!(kith(folder.path(), &["doctor"]).status.success());
}

#[test]
fn what_is_no_database_of_kith_is_not_restored() {
    let folder = installation();
    fs::write(folder.path().join("letter.txt"), "Dear all").unwrap();
    let refused = kith(folder.path(), &["restore", "letter.txt", "--replace"]);
    assert!(
        !refused.status.success() && words(&refused).contains("cannot be restored"),
        "{}",
        words(&refused)
    );
    assert!(
        kith(folder.path(), &["doctor"]).status.success(),
        "the database was touched"
    );
}

#[tokio::test]
async fn taking_all_records_out_at_the_command_line_stands_in_the_trail() {
    let folder = installation();
    let out = folder.path().join("all.zip");
    let take = |slug: &str| {
        let out = out.to_str().unwrap();
        kith(folder.path(), &["export", "--scheme", slug, "--out", out])
    };
    let unknown = take("moor");
    assert!(!unknown.status.success());
    assert!(
        words(&unknown).contains("There is no scheme"),
        "{}",
        words(&unknown)
    );
    assert!(!out.exists());
    let taken = take("harbour");
    assert!(taken.status.success(), "{}", words(&taken));
    assert_eq!(mode(&out), 0o600, "it holds people's records");
    let archive = fs::read(&out).unwrap();
    let names = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut all = names.file_names().filter_map(Result::ok);
    assert!(all.any(|name| name == "person.csv"));
    let again = take("harbour");
    assert!(
        !again.status.success(),
        "a file that is there is not written over"
    );
    let file = folder.path().join("kith.db");
    let db = Db::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let rows: Vec<(String, String, Option<Vec<u8>>)> = db
        .read(async |tx| -> Outcome<_> { Ok(on!(tx, c => sqlx::query_as(FOUNDING).fetch_all(c))?) })
        .await
        .unwrap();
    let out = |row: &&(String, String, _)| row.1 == "take all records out";
    let out: Vec<_> = rows.iter().filter(out).collect();
    assert_eq!(out.len(), 1, "{rows:?}");
    assert_eq!(out[0].0, "command line");
}

struct Demo {
    child: Child,
    port: u16,
}

impl Demo {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &["--size", "empty"])
    }

    fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(env!("CARGO_BIN_EXE_kith"))
            .args(["demo", "--port", &port.to_string(), "--data"])
            .arg(data)
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let demo = Self { child, port };
        let until = Instant::now() + Duration::from_secs(60);
        while demo
            .get("/health")
            .is_none_or(|answer| !answer.starts_with("HTTP/1.1 200"))
        {
            assert!(Instant::now() < until, "the demonstration does not answer");
            thread::sleep(Duration::from_millis(100));
        }
        demo
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    fn stop(mut self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
        assert!(
            self.child.wait().unwrap().success(),
            "it did not stop in order"
        );
    }
}

impl Drop for Demo {
    /// A test that failed leaves nothing running behind it.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Fifty people look at the front page four times each, at once: how long each
/// look took, the shortest first.
fn fifty_people_look(demo: &Demo) -> Vec<Duration> {
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let look = || {
            let began = Instant::now();
            assert!(demo.get("/").unwrap().starts_with("HTTP/1.1 200"));
            began.elapsed()
        };
        let all: Vec<_> = (0..50)
            .map(|_| scope.spawn(move || [look(), look(), look(), look()]))
            .collect();
        all.into_iter()
            .flat_map(|person| person.join().unwrap())
            .collect()
    });
    times.sort();
    times
}

#[test]
fn the_demonstration_starts_keeps_its_people_and_stops_when_asked() {
    let folder = TempDir::new().unwrap();
    let demo = Demo::start(folder.path());
    let front = demo.get("/").unwrap();
    assert!(front.contains("Social prescribing"), "{front}");
    assert!(demo.get("/demo").unwrap().contains("Sign in as Kay Ward"));
    let second = Command::new(env!("CARGO_BIN_EXE_kith"))
        .args(["demo", "--port", "0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(
        words(&second).contains("Another program serves"),
        "{}",
        words(&second)
    );
    demo.stop();
    let again = Demo::start(folder.path());
    assert!(again.get("/demo").unwrap().contains("Sign in as Kay Ward"));
    again.stop();
}

/// Who is in the database of a demonstration: the same people have the same
/// ids.
async fn everybody(folder: &Path) -> Vec<String> {
    let all = "/* every scheme: a demonstration has one */ select id from account order by id";
    let file = format!("sqlite:{}", folder.join("kith.db").display());
    let db = Db::connect(&file).await.unwrap();
    let ids: Vec<kith_base::Id<kith_access::Account>> = db
        .read(async |tx| -> Outcome<_> { Ok(on!(tx, c => sqlx::query_scalar(all).fetch_all(c))?) })
        .await
        .unwrap();
    db.close().await;
    ids.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_demonstration_is_kept_until_it_is_reset_and_never_passes_for_another_size() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    Demo::start(data).stop();
    let first = everybody(data).await;
    assert!(first.len() > 10, "{first:?}");
    // Whoever names no size sees what there is.
    Demo::start_with(data, &[]).stop();
    assert_eq!(everybody(data).await, first, "the data are kept");
    let other = kith(
        data,
        &["demo", "--port", "0", "--data", ".", "--size", "icb"],
    );
    let said = words(&other);
    assert!(!other.status.success(), "{said}");
    assert!(
        said.contains("holds a demonstration of the size empty")
            && said.contains("Say --reset to begin again with icb"),
        "{said}"
    );
    assert_eq!(everybody(data).await, first);
    // Begun again: other people, and no mail of the ones before.
    let mail = data.join("outbox/of-the-last-run.eml");
    fs::create_dir_all(data.join("outbox")).unwrap();
    fs::write(&mail, "To: kay.ward@example.org").unwrap();
    Demo::start_with(data, &["--size", "empty", "--reset"]).stop();
    let again = everybody(data).await;
    assert_eq!(again.len(), first.len());
    assert!(again.iter().all(|id| !first.contains(id)), "begun again");
    assert!(!mail.exists());
}

/// Clients that hold the program up: headers that never end, a form that never
/// comes, an answer that is never read. As many as a process may have open.
const SLOW: [&str; 3] = [
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\ncsrf=",
    "GET /help HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
];

#[test]
fn a_client_that_never_ends_its_headers_is_let_go_and_others_are_served() {
    let folder = TempDir::new().unwrap();
    let demo = Demo::start(folder.path());
    let slow: Vec<TcpStream> = (0..750)
        .map(|n| {
            let mut stream = TcpStream::connect(("127.0.0.1", demo.port)).unwrap();
            write!(stream, "{}", SLOW[n % SLOW.len()]).unwrap();
            stream
        })
        .collect();
    let mut form = TcpStream::connect(("127.0.0.1", demo.port)).unwrap();
    write!(
        form,
        "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1:{}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\ncsrf=",
        demo.port
    )
    .unwrap();
    let times = fifty_people_look(&demo);
    let p95 = times[times.len() * 95 / 100];
    println!("750 slow clients; of 200 others the 95th in 100 had an answer in {p95:?}");
    // All 200 were served while those who never end their headers were there:
    // nobody waited until one of them was let go.
    for stream in slow.iter().step_by(SLOW.len()) {
        stream.set_nonblocking(true).unwrap();
        let heard = stream.peek(&mut [0]);
        let still_there = heard
            .as_ref()
            .is_err_and(|e| e.kind() == ErrorKind::WouldBlock);
        assert!(still_there, "{heard:?}");
        stream.set_nonblocking(false).unwrap();
    }
    // The server ends what has not ended its headers in time, and a form that
    // it would take if it came.
    for (mut one, answer) in [
        (slow.into_iter().next().unwrap(), ""),
        (form, "HTTP/1.1 503"),
    ] {
        one.set_read_timeout(Some(Duration::from_secs(45))).unwrap();
        let mut rest = String::new();
        let ended = one.read_to_string(&mut rest);
        assert!(
            ended.is_ok() && rest.starts_with(answer),
            "{ended:?}: {rest}"
        );
    }
    demo.stop();
}

/// One client's connection fails at once, as it does when the client has gone
/// already: the others are served. Needs strace, and the right to attach it.
#[test]
fn a_connection_that_fails_at_once_ends_nobody_elses() {
    let folder = TempDir::new().unwrap();
    let demo = Demo::start(folder.path());
    let log = folder.path().join("strace.log");
    let started = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=setsockopt", "-e"])
        .args(["inject=setsockopt:error=EINVAL", "-o"])
        .arg(&log)
        .args(["-p", &demo.child.id().to_string()])
        .stderr(Stdio::null())
        .spawn();
    let failed = || fs::read_to_string(&log).is_ok_and(|text| text.contains("INJECTED"));
    let until = Instant::now() + Duration::from_secs(10);
    let Some(mut strace) = started.ok() else {
        println!("skipped: strace is not here");
        return;
    };
    while !failed() {
        if strace.try_wait().unwrap().is_some() {
            println!("skipped: strace may not attach to a process");
            return;
        }
        assert!(Instant::now() < until, "no connection failed");
        demo.get("/health");
        thread::sleep(Duration::from_millis(20));
    }
    let asked = Command::new("kill").arg(strace.id().to_string()).status();
    assert!(asked.unwrap().success());
    strace.wait().unwrap();
    let answer = demo.get("/health").expect("others are still served");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    demo.stop();
}
