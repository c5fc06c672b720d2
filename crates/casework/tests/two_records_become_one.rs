//! Two records of one person are merged and parted again, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use axum::Router;
use kith_access::{App, SchemeSettings};
use kith_base::Id;
use kith_casework::{
    concern::{Concern, Danger, Door, Raise},
    draft,
    merge::{
        actions,
        tables::{IN_THEIR_OWN_WAY, MOVED, STAYS},
    },
    paths,
    person::{Details, Person},
    referral::{Act, DeclineReason},
    tag,
};
use kith_db::{Outcome, Tx, on, run};
use kith_testkit::{Somebody, World};
use sqlx::AssertSqlSafe;

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

fn mary(family: &str, born: &str) -> Details {
    Details {
        family: family.parse().unwrap(),
        born: born.parse().ok(),
        ..kith_testkit::mary()
    }
}

/// Two practices refer one person; the second wrote another birth date. The
/// referral of the second is sent back, so that one goes on.
async fn twice_known(world: &World) -> (Somebody, Somebody) {
    let first = world
        .refers(world.rita, &mary("Thistle", "1951-05-03"))
        .await;
    let second = world
        .refers(world.harry, &mary("Thistle-Brown", "1951-03-05"))
        .await;
    assert_ne!(first.person, second.person, "{}", world.db.engine());
    (first, second)
}

async fn sends_back(world: &World, somebody: Somebody) {
    let act = Act::Decline {
        reason: DeclineReason::Duplicate,
        next: "Already being seen here".parse().unwrap(),
        person_knows: true,
    };
    world.does(world.kay, somebody.referral, act).await;
}

/// Hangs a row of every sort on somebody.
async fn has_a_history(world: &World, person: Id<Person>) {
    let mo = world.actor(world.mo).await;
    let lena = world.actor(world.lena).await;
    let raise = Raise {
        person: Some(person),
        about: None,
        what: "A bruise.".parse().unwrap(),
        danger: Danger::No,
        door: Door::Staff,
        name: None,
        reach: None,
    };
    const NAME: &str =
        "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
        values ($1, $2, $3, $3, $4)";
    let act = async |tx: &mut Tx| -> Outcome<()> {
        let settings = SchemeSettings::default();
        let id = Id::<Concern>::new(world.now());
        kith_casework::concern::actions::raise(
            tx,
            world.scheme,
            &settings,
            Some(&mo),
            id,
            &raise,
            world.now(),
        )
        .await?;
        draft::store::save(tx, &mo, "contact", person, "note=half").await?;
        draft::store::save(tx, &lena, "contact", person, "note=other").await?;
        run!(
            tx,
            sqlx::query(NAME)
                .bind(world.scheme)
                .bind(person)
                .bind(mo.account)
                .bind(world.now())
        )?;
        Ok(())
    };
    world.app.db.act(act).await.unwrap();
    let tags = async |tx: &mut Tx| -> Outcome<()> {
        tag::actions::put_on(tx, &mo, person, &"carer group".parse().unwrap()).await
    };
    world.app.db.act(tags).await.unwrap();
    for sql in HISTORY {
        let adds = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(AssertSqlSafe(*sql))
                    .bind(world.scheme)
                    .bind(person)
                    .bind(Id::<Person>::new(world.now()))
                    .bind(mo.account)
                    .bind(world.now())
                    .bind(world.now().day())
            )?)
        };
        assert_eq!(world.app.db.act(adds).await.unwrap(), 1, "{sql}");
    }
}

/// A row each of what nothing above has written: the scheme (`$1`), the person
/// (`$2`), an id (`$3`), an account (`$4`), the moment (`$5`) and its day (`$6`).
const HISTORY: &[&str] = &[
    "insert into contact (scheme_id, id, referral_id, person_id, author_id, at, mode, minutes,
        purpose, attended, shared, restricted, made_at, changed_at, version)
     select $1, $3, r.id, $2, $4, $5, 'phone', 20, 'plan', 'yes', false, false, $5, $5, r.version
       from referral r where r.scheme_id = $1 and r.person_id = $2 and $6 = $6",
    "insert into person_switch (scheme_id, id, person_id, at, by_id, switch, turned_on, reason)
     select $1, $3, $2, $5, $4, 'location', false, 'It is safe' from person p
      where p.scheme_id = $1 and p.id = $2 and $6 = $6",
    "insert into person_risk (scheme_id, id, person_id, at, by_id, after_words)
     select $1, $3, $2, $5, $4, 'The dog bites' from person p
      where p.scheme_id = $1 and p.id = $2 and $6 = $6",
    "insert into person_earlier (scheme_id, id, person_id, at, by_id, field, before_words, after_words)
     select $1, $3, $2, $5, $4, 'given', 'Marie', 'Mary' from person p
      where p.scheme_id = $1 and p.id = $2 and $6 = $6",
    "insert into person_lone_working (scheme_id, id, person_id, at, by_id, why, review_on)
     values ($1, $3, $2, $5, $4, 'The stairs are dark', $6)",
    "update person set lone_why = 'The stairs are dark', lone_review_on = $6
      where scheme_id = $1 and id = $2 and $3 = $3 and $4 = $4 and $5 = $5",
    "insert into break_glass (scheme_id, id, account_id, person_id, reason, made_at, ends_at, review_due_on)
     values ($1, $3, $4, $2, 'She has not come home', $5, $5, $6)",
    "insert into outbox (scheme_id, id, once_key, made_at, kind, recipient, subject, body,
        person_id, state, attempts, next_at)
     select $1, $3, 'about her', $5, 'letter', 'practice@example.org', 'A letter', 'A letter',
        $2, 'queued', 0, $5 from account a where a.scheme_id = $1 and a.id = $4 and $6 = $6",
    "insert into wellbeing_score (scheme_id, id, person_id, measure, score, taken_on, occasion, made_by, made_at)
     values ($1, $3, $2, 'ons4_happy', 6, $6, 'start', $4, $5)",
];

/// Every row of every table a merge may touch, as text, sorted.
async fn everything(world: &World) -> BTreeMap<String, Vec<String>> {
    let left_out = [
        "audit",
        "audit_seal",
        "person_merge",
        "session",
        "form_once",
        "kith_migration",
    ];
    let schema = world.app.db.schema().await.unwrap();
    let mut all = BTreeMap::new();
    for table in schema
        .iter()
        .filter(|table| !left_out.contains(&table.name.as_str()))
    {
        let read = async |tx: &mut Tx| -> Outcome<Vec<String>> {
            let embedded = tx.is_embedded();
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|column| {
                    let name = &column.name;
                    if embedded {
                        format!("'{name}=' || quote({name})")
                    } else {
                        format!("'{name}=' || coalesce({name}::text, 'NULL')")
                    }
                })
                .collect();
            let sql = format!(
                "select {} from {} order by 1",
                columns.join(" || ' ' || "),
                table.name
            );
            Ok(on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_all(c))?)
        };
        all.insert(table.name.clone(), world.app.db.read(read).await.unwrap());
    }
    all
}

fn differences(
    before: &BTreeMap<String, Vec<String>>,
    after: &BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (table, rows) in before {
        for row in rows.iter().filter(|row| !after[table].contains(row)) {
            found.push(format!("{table} lost {row}"));
        }
        for row in after[table].iter().filter(|row| !rows.contains(row)) {
            found.push(format!("{table} got {row}"));
        }
    }
    found
}

async fn rows_of(world: &World, person: Id<Person>) -> Vec<(&'static str, i64)> {
    let mut counts = Vec::new();
    for table in MOVED {
        let read = async |tx: &mut Tx| -> Outcome<i64> {
            let sql = format!(
                "select count(*) from {} where scheme_id = $1 and person_id = $2",
                table.table
            );
            Ok(on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone()))
                .bind(world.scheme).bind(person).fetch_one(c))?)
        };
        counts.push((table.table, world.app.db.read(read).await.unwrap()));
    }
    counts
}

#[tokio::test]
async fn every_table_with_a_person_is_in_one_of_the_lists() {
    for world in World::small(program).await {
        let known: Vec<&str> = MOVED
            .iter()
            .map(|moved| moved.table)
            .chain(IN_THEIR_OWN_WAY.iter().map(|(table, _)| *table))
            .chain(STAYS.iter().map(|(table, _)| *table))
            .collect();
        for table in world.app.db.schema().await.unwrap() {
            if table
                .columns
                .iter()
                .any(|column| column.name == "person_id")
            {
                assert!(
                    known.contains(&table.name.as_str()),
                    "{} is not in merge/tables.rs",
                    table.name
                );
            }
        }
    }
}

#[tokio::test]
async fn a_merge_that_is_taken_back_leaves_everything_as_it_was() {
    for world in World::small(program).await {
        let (first, second) = twice_known(&world).await;
        sends_back(&world, second).await;
        has_a_history(&world, second.person).await;
        for (table, rows) in rows_of(&world, second.person).await {
            assert!(rows > 0, "nothing of {table} would be moved");
        }
        let mo = world.actor(world.mo).await;
        let own = async |tx: &mut Tx| -> Outcome<()> {
            Ok(draft::store::save(tx, &mo, "contact", first.person, "note=mine").await?)
        };
        world.app.db.act(own).await.unwrap();
        let before = everything(&world).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/same-person")
            .await
            .sees("Same NHS number, another date of birth");
        mo.opens(format!("/same-person/{}/{}", first.person, second.person))
            .await;
        mo.sees("THISTLE, Mary")
            .sees("THISTLE-BROWN, Mary")
            .sees("Differs");
        mo.presses("Merge the two records")
            .await
            .is_answered(422)
            .sees("Select the record that is kept");
        mo.chooses("The record on the left: THISTLE, Mary");
        world.app.clock.set(world.now().plus_seconds(60));
        mo.presses("Merge the two records")
            .await
            .sees("The two records are one now")
            .sees("No two records wait");
        assert_ne!(
            differences(&before, &everything(&world).await),
            Vec::<String>::new()
        );
        assert!(
            rows_of(&world, second.person)
                .await
                .iter()
                .all(|(_, count)| *count == 0)
        );
        world.passes_hours(1);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/same-person")
            .await
            .presses("Take the merge back")
            .await
            .sees("The merge has been taken back");
        let left = differences(&before, &everything(&world).await);
        assert_eq!(left, Vec::<String>::new(), "{}", world.db.engine());
    }
}

#[tokio::test]
async fn two_open_referrals_are_not_merged_and_the_page_says_what_to_do() {
    for world in World::small(program).await {
        let (first, second) = twice_known(&world).await;
        let before = everything(&world).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(format!("/same-person/{}/{}", first.person, second.person))
            .await;
        mo.chooses("The record on the right: THISTLE-BROWN, Mary")
            .presses("Merge the two records")
            .await;
        mo.is_answered(422)
            .sees("Both records have an open referral")
            .sees("Close one of them");
        assert_eq!(
            differences(&before, &everything(&world).await),
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn whoever_was_looking_at_an_old_version_compares_again() {
    for world in World::small(program).await {
        let (first, second) = twice_known(&world).await;
        sends_back(&world, second).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(format!("/same-person/{}/{}", first.person, second.person))
            .await;
        let change = async |tx: &mut Tx| -> Outcome<()> {
            kith_casework::person::store::set_matters(
                tx,
                world.scheme,
                second.person,
                "Her garden",
                world.now(),
            )
            .await?;
            Ok(())
        };
        world.app.db.act(change).await.unwrap();
        mo.chooses("The record on the left: THISTLE, Mary")
            .presses("Merge the two records")
            .await;
        mo.is_answered(422)
            .sees("One of the records was changed while you were looking");
    }
}

#[tokio::test]
async fn two_people_are_said_to_be_two_and_nobody_is_asked_again() {
    for world in World::small(program).await {
        let (first, second) = twice_known(&world).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(format!("/same-person/{}/{}", second.person, first.person))
            .await;
        mo.presses("They are two people")
            .await
            .sees("Kept as two people")
            .sees("No two records wait to be compared.");
    }
}

#[tokio::test]
async fn only_a_manager_merges() {
    for world in World::small(program).await {
        let (first, second) = twice_known(&world).await;
        for staff in [world.kay, world.rita, world.ada, world.grace] {
            let mut browser = world.signed_in(staff).await;
            browser.opens("/same-person").await.is_answered(403);
            browser
                .opens(format!("/same-person/{}/{}", first.person, second.person))
                .await
                .is_answered(403);
        }
    }
}

#[tokio::test]
async fn what_is_written_about_the_referral_after_the_merge_goes_back_with_it() {
    for world in World::small(program).await {
        let (first, second) = twice_known(&world).await;
        sends_back(&world, second).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(format!("/same-person/{}/{}", first.person, second.person))
            .await;
        mo.chooses("The record on the left: THISTLE, Mary")
            .presses("Merge the two records")
            .await;
        let before = rows_of(&world, second.person).await;
        assert!(before.iter().all(|(_, count)| *count == 0), "{before:?}");
        const TASK: &str = "insert into task (scheme_id, id, person_id, referral_id, kind, what, who, due_on, made_at)
            values ($1, $2, $3, $4, 'action', 'Ring', 'worker', $5, $6)";
        let since = async |tx: &mut Tx| -> Outcome<()> {
            for referral in [Some(second.referral), None] {
                run!(
                    tx,
                    sqlx::query(TASK)
                        .bind(world.scheme)
                        .bind(Id::<Person>::new(world.now()))
                        .bind(first.person)
                        .bind(referral)
                        .bind(world.now().day())
                        .bind(world.now())
                )?;
            }
            Ok(())
        };
        world.app.db.act(since).await.unwrap();
        mo.opens("/same-person")
            .await
            .presses("Take the merge back")
            .await;
        let tasks = |rows: Vec<(&'static str, i64)>| {
            rows.into_iter()
                .find(|(table, _)| *table == "task")
                .unwrap()
                .1
        };
        // The question "Same person?" and the new task of the referral.
        assert_eq!(
            tasks(rows_of(&world, second.person).await),
            2,
            "{}",
            world.db.engine()
        );
        assert_eq!(
            tasks(rows_of(&world, first.person).await),
            1,
            "what is new beside it stays"
        );
    }
}

#[tokio::test]
async fn a_link_worker_can_open_what_their_person_and_a_restricted_record_became() {
    for world in World::small(program).await {
        // Kay works with Mary; an older record of hers is restricted, and Sam
        // alone may open it.
        let (one, other) = twice_known(&world).await;
        sends_back(&world, other).await;
        world
            .does(world.kay, one.referral, Act::Take(world.kay.id))
            .await;
        let restricts = "update person set restricted = $3 where scheme_id = $1 and id = $2";
        world.marks(other.person, restricts).await;
        let names = async |tx: &mut Tx| -> Outcome<u64> {
            let sql =
                "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
                values ($1, $2, $3, $3, $5), ($1, $2, $4, $3, $5)";
            Ok(run!(
                tx,
                sqlx::query(sql)
                    .bind(world.scheme)
                    .bind(other.person)
                    .bind(world.sam.id)
                    .bind(world.mo.id)
                    .bind(world.now())
            )?)
        };
        world.db.act(names).await.unwrap();
        let mo = world.actor(world.mo).await;
        let version = "select version from person where scheme_id = $1 and id = $2";
        let versions = (
            world.count_about(one.person, version).await,
            world.count_about(other.person, version).await,
        );
        let pair = (one.person, other.person);
        let merges = async |tx: &mut Tx| actions::merge(tx, &mo, pair, versions).await;
        let merge = world.db.act(merges).await.unwrap();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(one.person))
            .await
            .is_answered(200)
            .sees("THISTLE, Mary");
        // Taken back, Mary's record is open as it was, and Kay is on no list.
        let parts = async |tx: &mut Tx| actions::undo(tx, &mo, merge).await;
        world.db.act(parts).await.unwrap();
        kay.opens(paths::person(one.person)).await.is_answered(200);
        kay.opens(paths::person(other.person))
            .await
            .is_answered(404);
        let on_a_list = "select count(*) from person_named n join account a on a.scheme_id = $1 and a.id = n.account_id
            where n.scheme_id = $1 and a.name = 'Kay Ward'";
        assert_eq!(world.count(on_a_list).await, 0);
    }
}
