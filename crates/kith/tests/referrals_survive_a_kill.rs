//! The whole program is killed while a practice sends referrals through its
//! page. Whatever was answered "sent" is there once: the person, the referral,
//! its row of the trail and the message to the practice. Nothing is there by
//! half, and the trail is whole. `KITH_FAULT_LOOPS` says how often, a tenth of
//! it (twice when it is not set).

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod serving;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

use kith_db::{Db, Outcome, on};
use tempfile::TempDir;

use crate::serving::{Client, Serving};

/// Who sends at once.
const SENDERS: usize = 8;

#[expect(
    clippy::disallowed_methods,
    reason = "how long the fault tests run is told by the environment"
)]
fn kills() -> usize {
    let loops = std::env::var("KITH_FAULT_LOOPS").map_or(20, |text| {
        text.parse().expect("KITH_FAULT_LOOPS is a number")
    });
    (loops / 10).max(1)
}

/// A number in letters: names have no digits.
fn letters(mut number: usize) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
        number /= 26;
        if number == 0 {
            return word;
        }
    }
}

/// Sends referrals until nobody answers any more: the names of those that were
/// answered "sent".
fn sends(client: Client, cookie: &str, sender: &str) -> BTreeSet<String> {
    let mut sent = BTreeSet::new();
    let Some(page) = client.asks("GET", "/refer", cookie, "") else {
        return sent;
    };
    let csrf = page
        .split("<input")
        .find(|tag| tag.contains("name=\"csrf\""))
        .and_then(|tag| tag.split("value=\"").nth(1)?.split('"').next());
    // The kill may come in the middle of the page.
    let Some(csrf) = csrf else {
        return sent;
    };
    for number in 0.. {
        let family = format!("Ledger-{sender}-{}", letters(number));
        let (day, month, year) = (number % 28 + 1, number % 12 + 1, 1940 + number % 50);
        let body = format!(
            "csrf={csrf}&once={family}&given=Ann&family={family}&born-day={day}\
             &born-month={month}&born-year={year}&main=loneliness&told=talked&agreed=yes"
        );
        match client.asks("POST", "/refer", cookie, &body) {
            Some(answer) if answer.starts_with("HTTP/1.1 303") => {
                sent.insert(family);
            }
            Some(answer) if !answer.is_empty() => panic!("{family}: {answer}"),
            _ => break,
        }
    }
    sent
}

/// A person of the ledger: their referrals, and what belongs to each.
#[derive(sqlx::FromRow, Debug)]
struct Kept {
    family: String,
    referrals: i64,
    moves: i64,
    trail: i64,
    messages: i64,
}

const KEPT: &str = "/* every scheme: the demonstration has one */
    select p.family,
        (select count(*) from referral r where r.person_id = p.id) as referrals,
        (select count(*) from referral r join referral_move m on m.referral_id = r.id
            where r.person_id = p.id) as moves,
        (select count(*) from referral r join audit a on a.object_id = r.id
            where r.person_id = p.id and a.action = 'send a referral') as trail,
        (select count(*) from practice_message w where w.person_id = p.id) as messages
    from person p where p.family like 'Ledger-%' order by p.family";

/// Holds the file to what was answered.
async fn holds(folder: &Path, sent: &BTreeSet<String>) -> usize {
    let file = folder.join("kith.db");
    let db = Db::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let sound = db.integrity().await.unwrap();
    assert!(sound.is_sound(), "{:?}", sound.problems);
    let kept: Outcome<Vec<Kept>> = db
        .read(async |tx| Ok(on!(tx, c => sqlx::query_as(KEPT).fetch_all(c))?))
        .await;
    db.close().await;
    let kept = kept.unwrap();
    let mut there = BTreeMap::new();
    for one in &kept {
        let whole = [one.referrals, one.moves, one.trail, one.messages];
        assert_eq!(whole, [1, 1, 1, 1], "by half, or twice: {one:?}");
        *there.entry(&one.family).or_insert(0) += 1;
    }
    for family in sent {
        assert_eq!(there.get(family), Some(&1), "{family} was answered as sent");
    }
    kept.len()
}

#[tokio::test]
async fn a_referral_that_was_answered_is_there_once_though_the_program_is_killed() {
    let folder = TempDir::new().unwrap();
    let kith = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
        command.current_dir(folder.path());
        command
    };
    let (mut sent, mut kept) = (BTreeSet::new(), 0);
    for kill in 0..kills() {
        let mut command = kith();
        command.args(["demo", "--size", "empty", "--data", "."]);
        let serving = Serving::start(command);
        let client = serving.client;
        let cookie = &client.signs_in("Rita Shah");
        let after = Duration::from_millis(u64::try_from(200 + kill * 379 % 700).unwrap());
        let names: Vec<String> = (0..SENDERS)
            .map(|one| letters(kill * SENDERS + one))
            .collect();
        sent.extend(thread::scope(|scope| {
            let all: Vec<_> = names
                .iter()
                .map(|name| scope.spawn(move || sends(client, cookie, name)))
                .collect();
            thread::sleep(after);
            drop(serving);
            let all = all.into_iter().flat_map(|one| one.join().unwrap());
            all.collect::<Vec<_>>()
        }));
        kept = holds(folder.path(), &sent).await;
    }
    println!(
        "{} kills, {} referrals answered and {kept} there, none lost",
        kills(),
        sent.len()
    );
    assert!(sent.len() > kills() * SENDERS, "hardly any were sent");
    let mut command = kith();
    command.args(["demo", "--size", "empty", "--data", "."]);
    Serving::start(command).stop();
    let mut command = kith();
    let verified = command
        .args(["--database", "sqlite:kith.db", "--key-file", "kith.key"])
        .args(["audit", "verify"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(
        verified.status.success() && said.contains("the chain is whole"),
        "{said}"
    );
}
