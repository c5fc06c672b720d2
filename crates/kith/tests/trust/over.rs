//! What is over goes by itself: sessions, links that were mailed, the keys of
//! forms, drafts nobody finished. What is not over yet stays.

use std::sync::Arc;

use kith::jobs::{JOBS, Tools, mail_failed};
use kith_access::outbox::{Post, Sender};
use kith_base::Id;
use kith_casework::person::Person;
use kith_db::{Outcome, Tx, run};
use kith_testkit::{World, mary};

use crate::program;

/// What is swept: the table, how a row that ended at `$4` is put in, and how
/// many days after its end it stays.
const KINDS: &[(&str, &str, i64)] = &[
    (
        "session",
        "insert into session (scheme_id, token_hash, account_id, stage, form_token, made_at,
            seen_at, ends_at, proved_at) values ($1, $2, $3, 'signed_in', $5, $4, $4, $4, $4)",
        0,
    ),
    (
        "mailed_token",
        "insert into mailed_token (scheme_id, token_hash, account_id, kind, made_at, ends_at)
            select $1, $2, $3, 'reset', $4, $4 from scheme where scheme_id = $1 and $5 <> ''",
        30,
    ),
    (
        "form_once",
        "insert into form_once (scheme_id, form_key, went_to, made_at)
            select $1, $5, '/', $4 from account
             where scheme_id = $1 and id = $3 and $2 is not null",
        7,
    ),
    (
        "draft",
        "insert into draft (scheme_id, account_id, place, person_id, body, saved_at)
            select $1, $3, $5, p.id, '{}', $4 from person p
             where p.scheme_id = $1 and $2 is not null",
        30,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_goes_by_itself_and_the_rest_stays() {
    let job = JOBS.iter().find(|job| job.name == "sweep what is over");
    let job = job.unwrap();
    for world in World::small(program).await {
        world.refers(world.rita, &mary()).await;
        let tools = Tools {
            app: world.app.clone(),
            sender: Arc::new(Sender {
                post: Post::Folder("nowhere".into()),
                from: "kith@example.org".parse().unwrap(),
                host: "kith.example.org".into(),
                on_failed: mail_failed,
            }),
            checkpoints: None,
        };
        let counts = [
            "select count(*) from session where scheme_id = $1",
            "select count(*) from mailed_token where scheme_id = $1",
            "select count(*) from form_once where scheme_id = $1",
            "select count(*) from draft where scheme_id = $1",
        ];
        for sql in counts {
            assert_eq!(world.count(sql).await, 0, "{sql}");
        }
        for (_, sql, days) in KINDS {
            for (name, seconds) in [("over", 60), ("not yet", -60)] {
                let at = world.now().plus_seconds(-days * 24 * 3600 - seconds);
                let hash = Id::<Person>::new(at).uuid().as_bytes().to_vec();
                let puts = async |tx: &mut Tx| -> Outcome<u64> {
                    Ok(run!(
                        tx,
                        sqlx::query(*sql)
                            .bind(world.scheme)
                            .bind(&hash)
                            .bind(world.kay.id)
                            .bind(at)
                            .bind(name)
                    )?)
                };
                assert_eq!(world.db.act(puts).await.unwrap(), 1, "{sql}");
            }
        }
        assert_eq!((job.turn)(tools.clone()).await.unwrap(), 4, "one of each");
        for ((table, ..), sql) in KINDS.iter().zip(counts) {
            assert_eq!(world.count(sql).await, 1, "{table}: what is not over stays");
        }
        assert_eq!((job.turn)(tools).await.unwrap(), 0);
    }
}
