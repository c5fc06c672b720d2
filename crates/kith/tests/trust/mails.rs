//! Every sort of mail that the program writes, so that what is read of mails
//! elsewhere is read of all of them: each is written here about people whose
//! names and words are looked for.

use std::{collections::BTreeSet, fs, path::Path};

use kith::checkpoints::Place;
use kith_access::audit::seal;
use kith_base::{Id, Ts};
use kith_casework::{concern, paths, person::Details, referral::Referral};
use kith_db::{Outcome, Tx, on, run};

use crate::{
    happenings::plain,
    kept_outside::{keeps, later},
    story::{Story, WORDS},
};

/// Every sort. Whoever adds a mail adds it here, and how it comes to be below.
pub const SORTS: &[&str] = &[
    "account changed",
    "audit checkpoint",
    "break-glass",
    "concern.late",
    "concern.no_lead",
    "concern.raised",
    "export asked for",
    "invitation",
    "message.practice",
    "referral.received",
    "referral.taken_back",
    "reset",
];

/// The sorts of mail there are in the outbox.
pub async fn sorts(story: &Story) -> BTreeSet<String> {
    let world = &story.world;
    let reads = async |tx: &mut Tx| -> Outcome<Vec<String>> {
        Ok(on!(tx, c => sqlx::query_scalar(
            "select distinct kind from outbox where scheme_id = $1 order by kind")
            .bind(world.scheme).fetch_all(c))?)
    };
    world.db.read(reads).await.unwrap().into_iter().collect()
}

async fn sets(story: &Story, sql: &'static str, value: &str) {
    let world = &story.world;
    let sets = async |tx: &mut Tx| -> Outcome<()> {
        let now: Ts = world.now();
        run!(
            tx,
            sqlx::query(sql).bind(world.scheme).bind(value).bind(now)
        )?;
        Ok(())
    };
    world.db.act(sets).await.unwrap();
}

/// Lets the sorts be written that the story has not.
pub async fn the_rest(story: &Story) {
    const INBOX: &str =
        "insert into setting (scheme_id, name, value, changed_at) values ($1, 'inbox', $2, $3)";
    const NO_LEAD: &str =
        "delete from setting where scheme_id = $1 and name = $2 and changed_at <= $3";
    let world = &story.world;
    sets(story, INBOX, "inbox@example.org").await;
    let mut rita = world.signed_in(world.rita).await;
    let details = Details {
        family: "Thistle".parse().unwrap(),
        ..plain("Theodora", "Thistle", 9)
    };
    let sent: Id<Referral> = rita.refers(&details).await;
    rita.opens(paths::take_back(sent)).await;
    rita.fills("What was the mistake?", &format!("{} was meant", WORDS[0]))
        .presses("Take this referral back")
        .await
        .sees("Taken back");
    sets(story, NO_LEAD, "lead").await;
    rita.opens("/concerns/new").await;
    rita.chooses("No")
        .fills(
            "What are you worried about?",
            &format!("{} again", WORDS[1]),
        )
        .presses("Raise the concern")
        .await
        .sees("Concern raised");
    world.passes_days(3);
    let late = concern::actions::escalate_due(&world.db, world.scheme, world.now()).await;
    assert!(late.unwrap() > 0);
    let keeper = Place::Mailbox("keeper@example.org".parse().unwrap());
    seal::seal(&world.db, world.scheme, later()).await.unwrap();
    assert_eq!(keeps(&world.app, Some(keeper)).await, 1);
    let mut ada = world.signed_in(world.ada).await;
    ada.opens("/admin/accounts/new").await;
    ada.fills("Full name", "Ivy Lane")
        .fills("Email address", "ivy@example.org")
        .chooses("Link worker")
        .picks("Organisation", "Harbour network")
        .presses("Send the invitation")
        .await
        .sees("Invitation sent");
}

/// How often a mail is put together in the sources.
fn written(folder: &Path, found: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            *found += text.matches("once_key: format!(").count();
        }
    }
}

#[test]
fn every_sort_of_mail_is_a_written_one() {
    let mut found = 0;
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["access", "casework", "report", "kith", "pages"] {
        written(&crates.join(name).join("src"), &mut found);
    }
    // An invitation and a reset are put together in one place.
    assert_eq!(found, SORTS.len() - 1);
}
