//! Checkpoints of the audit trail, kept where this server cannot write: with
//! one, a trail that was cut at its end or made anew is noticed.

use std::{fs, path::Path, process::Command, sync::Arc};

use kith::{
    checkpoints::Place,
    jobs::{JOBS, Tools, mail_failed},
    key_file,
};
use kith_access::{
    App, ServerKey,
    audit::{self, seal},
    checkpoint,
    outbox::{Post, Sender},
    scheme,
};
use kith_base::{Clock, Ts};
use kith_db::{Db, Outcome, Tx, on, run};
use kith_testkit::World;
use tempfile::TempDir;

use crate::program;

/// Far enough in the future that every row is old.
pub fn later() -> Ts {
    Clock::Real.now().plus_seconds(120)
}

pub async fn keeps(app: &App, place: Option<Place>) -> u64 {
    let tools = Tools {
        app: app.clone(),
        sender: Arc::new(Sender {
            post: Post::Folder("nowhere".into()),
            from: "kith@example.org".parse().unwrap(),
            host: "kith.example.org".into(),
            on_failed: mail_failed,
        }),
        checkpoints: place,
    };
    let job = JOBS
        .iter()
        .find(|job| job.name == "keep checkpoints of the audit trail")
        .unwrap();
    assert_eq!(job.every.as_secs(), 15 * 60);
    (job.turn)(tools).await.unwrap()
}

async fn looks(world: &World, times: usize) {
    let mo = world.actor(world.mo).await;
    for _ in 0..times {
        let entry = audit::Entry {
            action: "an act",
            object_kind: "thing",
            ..audit::Entry::default()
        };
        world
            .db
            .act(async |tx| audit::record(tx, &mo, entry).await)
            .await
            .unwrap();
    }
    seal::seal(&world.db, world.scheme, later()).await.unwrap();
}

/// Cuts the trail at its end: the last rows, and their seals.
async fn cuts(db: &Db, scheme: kith_base::Id<kith_access::Scheme>, from: i64) {
    const ROWS: &str = "delete from audit where scheme_id = $1 and id in
        (select s.audit_id from audit_seal s where s.scheme_id = $1 and s.number >= $2)";
    const SEALS: &str = "delete from audit_seal where scheme_id = $1 and number >= $2";
    let cut = async |tx: &mut Tx| -> Outcome<()> {
        for sql in [ROWS, SEALS] {
            let gone = run!(tx, sqlx::query(sql).bind(scheme).bind(from))?;
            assert!(gone > 0, "{sql}");
        }
        Ok(())
    };
    db.act(cut).await.unwrap();
}

fn only_file(folder: &Path) -> String {
    let files: Vec<_> = fs::read_dir(folder).unwrap().collect();
    assert_eq!(files.len(), 1);
    fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_cut_at_its_end_is_not_as_the_checkpoint_says() {
    let key = ServerKey::random();
    for mut world in World::small(program).await {
        world.app = App::new(
            world.db.db.clone(),
            world.app.clock.clone(),
            "http://127.0.0.1:8080".parse().unwrap(),
            key.clone(),
        );
        let folder = TempDir::new().unwrap();
        let place = Some(Place::Folder(folder.path().to_owned()));
        assert_eq!(
            keeps(&world.app, place.clone()).await,
            0,
            "nothing is sealed yet"
        );
        looks(&world, 9).await;
        assert_eq!(keeps(&world.app, place.clone()).await, 1);
        assert_eq!(keeps(&world.app, place).await, 0, "the same twice");
        let text = only_file(folder.path());
        let (of, known) = checkpoint::read(&key, &text).unwrap();
        assert_eq!((of, known.number), (world.scheme, 9));
        let verify = async |known| seal::verify(&world.db, world.scheme, known).await.unwrap();
        assert!(verify(Some(&known)).await.is_ok());
        looks(&world, 3).await;
        assert!(verify(Some(&known)).await.is_ok(), "a trail goes on");
        cuts(&world.db, world.scheme, 8).await;
        assert!(
            verify(None).await.is_ok(),
            "from inside nothing is to be seen"
        );
        assert!(verify(Some(&known)).await.is_err());
        // Rows after the last checkpoint can be cut unseen: the limit of it.
        looks(&world, 2).await;
        let again = TempDir::new().unwrap();
        keeps(&world.app, Some(Place::Folder(again.path().to_owned()))).await;
        let (_, newest) = checkpoint::read(&key, &only_file(again.path())).unwrap();
        looks(&world, 4).await;
        cuts(&world.db, world.scheme, newest.number + 1).await;
        assert!(verify(Some(&newest)).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_edited_or_made_elsewhere_is_refused() {
    let world = World::smallest(program).await;
    looks(&world, 4).await;
    let row = scheme::SchemeRow {
        id: world.scheme,
        name: "Harbour".parse().unwrap(),
        slug: "harbour".into(),
    };
    let kept = checkpoint::of(&world.app, &row, world.now())
        .await
        .unwrap()
        .unwrap();
    assert!(checkpoint::read(&ServerKey::random(), &kept.text).is_err());
    let key = ServerKey::random();
    let app = App::new(
        world.db.db.clone(),
        world.app.clock.clone(),
        "http://127.0.0.1:8080".parse().unwrap(),
        key.clone(),
    );
    let kept = checkpoint::of(&app, &row, world.now())
        .await
        .unwrap()
        .unwrap();
    assert!(checkpoint::read(&key, &kept.text).is_ok());
    // A mail's line ends and what stands around it do no harm.
    let mailed = format!("Hello,\r\n\r\n{}\r\nBye", kept.text.replace('\n', "\r\n"));
    assert!(checkpoint::read(&key, &mailed).is_ok());
    for (from, to) in [
        ("rows: 4", "rows: 3"),
        ("short name: harbour", "short name: moor"),
    ] {
        assert!(kept.text.contains(from), "{}", kept.text);
        assert!(
            checkpoint::read(&key, &kept.text.replace(from, to)).is_err(),
            "{to}"
        );
    }
    let line = kept
        .text
        .lines()
        .find(|line| line.starts_with("link: "))
        .unwrap();
    let other = if line.ends_with('0') { "1" } else { "0" };
    let edited = kept
        .text
        .replace(line, &format!("{}{other}", &line[..line.len() - 1]));
    assert!(checkpoint::read(&key, &edited).is_err());
    assert!(checkpoint::read(&key, "").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_goes_out_by_mail_once() {
    for world in World::small(program).await {
        looks(&world, 5).await;
        let place = Some(Place::Mailbox("keeper@example.org".parse().unwrap()));
        keeps(&world.app, place.clone()).await;
        keeps(&world.app, place).await;
        let read = async |tx: &mut Tx| -> Outcome<Vec<String>> {
            Ok(on!(tx, c => sqlx::query_scalar(
                "select body from outbox where scheme_id = $1 and kind = 'audit checkpoint' order by id")
                .bind(world.scheme).fetch_all(c))?)
        };
        let mails = world.db.read(read).await.unwrap();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains("rows: 5"), "{}", mails[0]);
    }
}

fn kith(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kith"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), words)
}

/// From the command line, as whoever answers for the trail does it.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_compares_the_trail_with_a_checkpoint() {
    let folder = TempDir::new().unwrap();
    let init = [
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
    ];
    assert!(kith(folder.path(), &init).0);
    let address = format!("sqlite:{}", folder.path().join("kith.db").display());
    let db = Db::connect(&address).await.unwrap();
    let all = db.read(async |tx| scheme::all(tx).await).await.unwrap();
    let row = all.into_iter().next().unwrap();
    // After the two rows of the founding.
    for _ in 0..4 {
        let entry = audit::Entry {
            action: "an act",
            object_kind: "thing",
            ..audit::Entry::default()
        };
        let now = Clock::Real.now();
        db.act(async |tx| audit::record_for(tx, row.id, now, "test", entry).await)
            .await
            .unwrap();
    }
    seal::seal(&db, row.id, later()).await.unwrap();
    let key = ServerKey::new(key_file::read(&folder.path().join("kith.key")).unwrap());
    let origin = "http://127.0.0.1:8080".parse().unwrap();
    let app = App::new(db.clone(), Clock::Real, origin, key);
    keeps(&app, Some(Place::Folder(folder.path().to_owned()))).await;
    let file = "harbour-000000000006.txt";
    let verify = ["audit", "verify", "--checkpoint", file];
    let (well, said) = kith(folder.path(), &verify);
    assert!(
        well && said.contains("6 rows sealed") && said.contains("as the checkpoint says"),
        "{said}"
    );
    cuts(&db, row.id, 5).await;
    let (well, said) = kith(folder.path(), &["audit", "verify"]);
    assert!(well, "{said}");
    let (well, said) = kith(folder.path(), &verify);
    assert!(
        !well && said.contains("BROKEN") && said.contains("number 6"),
        "{said}"
    );
    fs::write(folder.path().join("wrong.txt"), "rows: 6").unwrap();
    let (well, said) = kith(
        folder.path(),
        &["audit", "verify", "--checkpoint", "wrong.txt"],
    );
    assert!(!well && said.contains("no checkpoint"), "{said}");
    db.close().await;
}
