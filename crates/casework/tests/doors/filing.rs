//! The practice files what belongs in its record.

use kith_casework::{
    contact::{Answer, Purpose},
    referral::Act,
};
use kith_testkit::{World, mary};

use crate::program;

const NOT_FILED: &str = "select count(*) from practice_message
    where scheme_id = $1 and filed_at is null and stage <> 'received'";

async fn seen(world: &World, rita: &mut kith_testkit::Browser) {
    let referral = rita.refers(&mary()).await;
    world
        .does(world.kay, referral, Act::Take(world.kay.id))
        .await;
    world
        .meets(
            world.kay,
            referral,
            Purpose::Assess,
            None,
            Some(Answer::Yes),
        )
        .await;
}

#[tokio::test]
async fn what_is_not_filed_shows_until_it_is_and_who_filed_it_afterwards() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        seen(&world, &mut rita).await;
        rita.opens("/sent")
            .await
            .sees("Not filed (1)")
            .sees("File 1");
        rita.follows("Not filed (1)")
            .await
            .sees("THISTLE, Mary")
            .sees("First seen on 24 November 2026.");
        assert_eq!(world.count(NOT_FILED).await, 1);
        rita.presses("Mark as filed")
            .await
            .sees("1 message marked as filed")
            .sees("Everything the service wrote is filed");
        assert_eq!(world.count(NOT_FILED).await, 0);
        rita.opens("/sent")
            .await
            .follows("THISTLE, Mary")
            .await
            .sees("Filed by Rita Shah, 24 November 2026, 10:00");
        rita.presses("Not filed after all")
            .await
            .sees("Marked as not filed")
            .sees("THISTLE, Mary");
        assert_eq!(world.count(NOT_FILED).await, 1);
    }
}

#[tokio::test]
async fn everything_on_the_page_is_filed_with_one_press() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        seen(&world, &mut rita).await;
        rita.opens("/refer").await;
        rita.describes("Tom", "Khan", "1960-01-31");
        rita.says_why("Yes");
        rita.presses("Send referral").await;
        let other = rita.named_id();
        world.does(world.sam, other, Act::Take(world.sam.id)).await;
        world
            .meets(world.sam, other, Purpose::Assess, None, None)
            .await;
        rita.opens("/sent?show=not_filed")
            .await
            .presses("Mark these 2 as filed")
            .await
            .sees("2 messages marked as filed");
        assert_eq!(world.count(NOT_FILED).await, 0);
    }
}

#[tokio::test]
async fn the_sheet_is_opened_safely_and_files_nothing() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer")
            .await
            .fills("NHS number", &crate::number(5));
        rita.describes(
            "=HYPERLINK(\"http://x\")",
            "Ó Súilleabháin, Siân",
            "1960-01-31",
        );
        rita.says_why("Yes");
        rita.presses("Send referral").await;
        let referral = rita.named_id();
        world
            .does(world.kay, referral, Act::Take(world.kay.id))
            .await;
        let yes = Some(Answer::Yes);
        world
            .meets(world.kay, referral, Purpose::Assess, None, yes)
            .await;
        let answer = rita.send(axum::http::Method::GET, "/sent.csv", None).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        assert!(
            answer.headers["content-disposition"]
                .to_str()
                .expect("text")
                .starts_with("attachment")
        );
        let text = answer.text();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(&rows[0][1], crate::number(5));
        assert_eq!(&rows[0][2], "Ó Súilleabháin, Siân");
        assert_eq!(&rows[0][3], "'=HYPERLINK(\"http://x\")");
        assert_eq!(&rows[0][4], "31/01/1960");
        let rest: Vec<&str> = rows[0].iter().skip(5).collect();
        assert_eq!(
            rest,
            [
                "First seen",
                "24/11/2026",
                "First seen on 24 November 2026.",
                "Nothing",
                "Kay Ward",
                "Link worker",
                "871731000000106",
                "Referral to social prescribing service (procedure)",
                "2026-11-1",
            ]
        );
        rita.opens(format!("/sent/{referral}"))
            .await
            .sees("SNOMED CT: 871731000000106")
            .sees("(code map 2026-11-1)")
            .sees("Written by Kay Ward, Link worker, 24 November 2026.");
        // What Copy copies, for a record: the words, the code, who wrote it.
        let copied = "First seen on 24 November 2026. Practice to do: Nothing. SNOMED CT 871731000000106 Referral to social prescribing service (procedure). Written by Kay Ward, Link worker, 24 November 2026.";
        assert!(rita.html().contains(copied), "{}", rita.html());
        assert_eq!(world.count(NOT_FILED).await, 1);
        let looked = "select count(*) from audit where scheme_id = $1 and action = 'take out messages to file' and person_id is not null";
        assert_eq!(world.count(looked).await, 1);
    }
}

#[tokio::test]
async fn a_sheet_that_cannot_hold_everything_says_so() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        seen(&world, &mut rita).await;
        rita.opens("/sent?show=not_filed")
            .await
            .does_not_see("The file holds");
        let more = async |tx: &mut kith_db::Tx| -> kith_db::Outcome<()> {
            let sql =
                "insert into practice_message (scheme_id, id, referral_id, person_id, practice_id,
                    stage, words, to_do, author_name, author_role, made_at, needs_answer)
                select m.scheme_id, $2, m.referral_id, m.person_id, m.practice_id, 'note', m.words,
                    m.to_do, m.author_name, m.author_role, m.made_at, m.needs_answer
                  from practice_message m where m.scheme_id = $1 and m.stage = 'first_seen'";
            for _ in 0..500 {
                let id = kith_base::Id::<kith_casework::Contact>::new(world.now());
                kith_db::run!(tx, sqlx::query(sql).bind(world.scheme).bind(id))?;
            }
            Ok(())
        };
        world.db.act(more).await.expect("many messages");
        rita.opens("/sent?show=not_filed")
            .await
            .sees("The file holds the oldest 500 of 501: file them, then take the next.");
        let answer = rita.send(axum::http::Method::GET, "/sent.csv", None).await;
        assert_eq!(answer.text().lines().count(), 501, "and the heading");
    }
}
