//! The PostgreSQL server is killed while many write: everybody is answered,
//! what was acknowledged is there once with its audit row when the server is
//! back, and work goes on without a restart of the program. The server is the
//! test's own, and syncs. Needs the programs of a PostgreSQL server. Where
//! strace may attach, its disk no longer syncs.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use crate::{
    full::SmallDisk,
    sync::FailingSyncs,
    witness::{Writer, holds_at},
};

/// A server of this test's own, gone when it ends.
struct Server {
    folder: PathBuf,
    url: String,
}

impl Server {
    fn start(name: &str) -> Option<Self> {
        Self::start_in(&std::env::temp_dir(), name)
    }

    fn start_in(place: &Path, name: &str) -> Option<Self> {
        let name = format!("kith-server-{name}-{}", std::process::id());
        let mut server = Self {
            folder: place.join(name),
            url: String::new(),
        };
        let started = server.told("start");
        if !started.status.success() {
            let why = String::from_utf8_lossy(&started.stderr);
            println!("skipped: no PostgreSQL server can be started: {why}");
            return None;
        }
        server.url = String::from_utf8_lossy(&started.stdout).trim().to_owned();
        Some(server)
    }

    fn told(&self, word: &str) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        let mut command = Command::new(script);
        command
            .arg(word)
            .env("KITH_POSTGRES_DIR", &self.folder)
            .env("KITH_POSTGRES_SYNCS", "on");
        command.output().expect("the script runs")
    }

    /// Its first process.
    fn id(&self) -> String {
        let process = fs::read_to_string(self.folder.join("data/postmaster.pid"))
            .expect("a running server has its number there");
        process.lines().next().expect("its number").to_owned()
    }

    /// The processes it has begun.
    fn children(&self) -> Vec<String> {
        let children = Command::new("ps")
            .args(["--ppid", &self.id(), "-o", "pid="])
            .output();
        let children = String::from_utf8_lossy(&children.expect("ps runs").stdout).into_owned();
        children.split_whitespace().map(str::to_owned).collect()
    }

    /// Ends the server as a power cut would, and every process of it.
    fn kill(&self) {
        let mut kill = Command::new("kill");
        kill.args(["-KILL", &self.id()]).args(self.children());
        // One of its processes may have ended by itself meanwhile.
        kill.stderr(Stdio::null()).status().expect("kill runs");
    }

    /// Whether its first process is there.
    fn is_there(&self) -> bool {
        self.told("url").status.success()
    }

    fn again(&self) {
        let started = self.told("again");
        let why = String::from_utf8_lossy(&started.stderr);
        assert!(started.status.success(), "{why}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.told("stop");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long the fault tests run is told by the environment"
)]
fn kills() -> i64 {
    std::env::var("KITH_FAULT_LOOPS").map_or(3, |text| {
        let loops: i64 = text.parse().expect("KITH_FAULT_LOOPS is a number");
        (loops / 20).max(3)
    })
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_kill_of_its_server() {
    let Some(server) = Server::start("killed") else {
        return;
    };
    let mut writers: Vec<Writer> = Vec::new();
    for kill in 0..kills() {
        let mut writer = Writer::start_at(&server.url, 1 + kill * 1_000_000, 16);
        writer.listen_for("kept");
        writer.listen(Duration::from_millis(
            100 + 37 * u64::try_from(kill).unwrap() % 90,
        ));
        server.kill();
        // What was kept at that moment is still on its way through the pipe, on
        // a busy machine for a while.
        let mut before = 0;
        for _ in 0..20 {
            before = writer.said.words.len();
            writer.listen(Duration::from_millis(200));
            if !writer.said.words[before..]
                .iter()
                .any(|word| word == "kept")
            {
                break;
            }
        }
        // As long as one waits for a connection, and a little more.
        writer.listen(Duration::from_secs(11));
        let during = &writer.said.words[before..];
        let no = ["away", "busy", "fault"];
        assert!(!during.is_empty(), "people are answered, not left waiting");
        assert!(
            during.iter().all(|word| no.contains(&word.as_str())),
            "while there was no server it said {during:?}"
        );
        server.again();
        writer.listen_for("kept");
        writer.listen(Duration::from_millis(200));
        writer.kill();
        writers.push(writer);
        // The server ends what it had begun for the client that is gone.
        tokio::time::sleep(Duration::from_millis(500)).await;
        holds_at(
            &server.url,
            &writers.iter().map(|w| &w.said).collect::<Vec<_>>(),
        )
        .await;
    }
    let kept: usize = writers.iter().map(|writer| writer.said.kept.len()).sum();
    let unknown: usize = writers.iter().map(|writer| writer.said.unknown.len()).sum();
    println!(
        "{} kills, {kept} acknowledged, {unknown} in doubt, none lost",
        kills()
    );
}

#[tokio::test]
async fn a_server_whose_disk_no_longer_syncs_loses_nothing_it_acknowledged() {
    let Some(server) = Server::start("syncs") else {
        return;
    };
    let mut writer = Writer::start_at(&server.url, 1, 16);
    writer.listen_for("kept");
    // The processes it has now: it ends them all, and those it begins then
    // meet a disk that syncs.
    let log = server.folder.join("strace.log");
    let Some(failing) = FailingSyncs::of(&server.children(), &log) else {
        println!("skipped: strace is not here, or may not attach to a process");
        return;
    };
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while !["away", "fault"]
        .iter()
        .any(|no| writer.said.words.contains(&(*no).to_owned()))
    {
        assert!(std::time::Instant::now() < until, "nobody is told of it");
        writer.listen(Duration::from_millis(100));
    }
    drop(failing);
    writer.listen_for("kept");
    writer.listen(Duration::from_millis(200));
    writer.kill();
    // The server ends what it had begun for the client that is gone.
    tokio::time::sleep(Duration::from_millis(500)).await;
    holds_at(&server.url, &[&writer.said]).await;
}

/// A server whose disk is full ends, or says no to each: nobody is told that
/// what was not kept is kept, and with room again work goes on without a
/// restart of the program.
#[tokio::test]
async fn a_server_whose_disk_is_full_loses_nothing_it_acknowledged() {
    let Some(disk) = SmallDisk::empty("size=300m") else {
        return;
    };
    // The server runs as somebody else, and must reach its folder.
    fs::set_permissions(disk.place(), fs::Permissions::from_mode(0o755)).expect("permissions");
    let Some(server) = Server::start_in(disk.place(), "full") else {
        return;
    };
    let mut writer = Writer::start_at(&server.url, 1, 16);
    writer.listen_for("kept");
    disk.fill_up_to(2 << 20);
    let until = std::time::Instant::now() + Duration::from_secs(60);
    let no = ["full", "away", "busy", "fault"];
    while !no
        .iter()
        .any(|no| writer.said.words.contains(&(*no).to_owned()))
    {
        assert!(std::time::Instant::now() < until, "nobody is told of it");
        writer.listen(Duration::from_millis(100));
    }
    writer.listen(Duration::from_millis(500));
    fs::remove_file(disk.ballast()).expect("room is made");
    // It may have ended: whoever looks after it starts it again.
    if !server.is_there() {
        server.again();
    }
    writer.listen_for("kept");
    writer.listen(Duration::from_millis(200));
    writer.kill();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let said: std::collections::BTreeSet<&str> = no
        .into_iter()
        .filter(|no| writer.said.words.contains(&(*no).to_owned()))
        .collect();
    println!(
        "{} kept, and while it was full: {said:?}",
        writer.said.kept.len()
    );
    holds_at(&server.url, &[&writer.said]).await;
}
