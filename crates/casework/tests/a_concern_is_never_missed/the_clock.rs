//! Nobody acknowledges a concern: it is passed on.

use kith_db::{Outcome, run};
use kith_testkit::World;

use crate::{escalates, has_a_record, mail_words, mails, program, raises, trail};

#[tokio::test]
async fn nobody_acknowledges_in_four_working_hours_and_it_is_passed_on() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        raises(&mut kay, person, "No").await;
        world.passes_hours(3);
        assert_eq!(escalates(&world).await, 0, "three hours are not four");
        world.passes_hours(1);
        assert_eq!(escalates(&world).await, 1);
        assert_eq!(escalates(&world).await, 0, "a second turn does nothing new");
        // Lena leads; Mo is deputy and manager at once, and hears once.
        assert_eq!(mails(&world, "concern.late").await, 2);
        let mut lena = world.signed_in(world.lena).await;
        lena.opens("/concerns").await.sees("Late");
        assert!(
            trail(&world)
                .await
                .iter()
                .any(|(act, _)| act == "pass a concern on")
        );
    }
}

#[tokio::test]
async fn the_clock_stands_still_while_nobody_is_at_work() {
    for world in World::small(program).await {
        world.passes_hours(5); // Tuesday, three in the afternoon
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/concerns/new").await;
        kay.chooses("No")
            .fills("What are you worried about?", "A bruise.")
            .presses("Raise the concern")
            .await;
        kay.sees("25 November 2026, 11:00");
        world.passes_hours(12);
        assert_eq!(
            escalates(&world).await,
            0,
            "at three in the night nobody is late"
        );
        world.passes_hours(8);
        assert_eq!(escalates(&world).await, 1);
    }
}

#[tokio::test]
async fn no_setting_holds_a_concern_back_for_ever() {
    for world in World::small(program).await {
        // More hours than there may be, of one working hour a day, and the whole year closed.
        let closed: Vec<String> = (0..400)
            .map(|ahead| world.now().day().plus_days(ahead).to_string())
            .collect();
        let sets = async |tx: &mut kith_db::Tx| -> Outcome<()> {
            let sql =
                "insert into setting (scheme_id, name, value, changed_at) values ($1, $2, $3, $4)
                on conflict (scheme_id, name) do update set value = excluded.value";
            for (name, value) in [
                ("concern_hours", "8"),
                ("opens", "9"),
                ("closes", "10"),
                ("also_closed", &closed.join(" ")),
            ] {
                run!(
                    tx,
                    sqlx::query(sql)
                        .bind(world.scheme)
                        .bind(name)
                        .bind(value)
                        .bind(world.now())
                )?;
            }
            Ok(())
        };
        world.app.db.act(sets).await.unwrap();
        let mut kay = world.signed_in(world.kay).await;
        let person = has_a_record(&world).await;
        raises(&mut kay, person, "No").await;
        world.passes_hours(5 * 24 - 1);
        assert_eq!(escalates(&world).await, 0);
        world.passes_hours(1);
        assert_eq!(escalates(&world).await, 1);
        world.passes_hours(5 * 24);
        assert_eq!(escalates(&world).await, 1, "and again");
    }
}

#[tokio::test]
async fn it_is_passed_on_again_and_again_until_somebody_acknowledges_it() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        let here = raises(&mut kay, person, "No").await;
        world.passes_hours(4); // Tuesday, two in the afternoon
        assert_eq!(escalates(&world).await, 1);
        assert_eq!(mails(&world, "concern.late").await, 2, "Lena and Mo");
        world.passes_hours(3);
        assert_eq!(escalates(&world).await, 0, "the next four hours run");
        // Wednesday at ten: the rest of them. Two processes look at once.
        world.passes_hours(17);
        let (first, second) = tokio::join!(escalates(&world), escalates(&world));
        assert_eq!(first + second, 1);
        // From the second time on Grace, the guardian, hears too.
        assert_eq!(mails(&world, "concern.late").await, 5);
        assert!(mail_words(&world).await.contains("time number 2"));
        let mut lena = world.signed_in(world.lena).await;
        lena.opens(&here)
            .await
            .presses("Acknowledge: I will see to it")
            .await;
        world.passes_days(3);
        assert_eq!(escalates(&world).await, 0, "acknowledged");
        assert_eq!(mails(&world, "concern.late").await, 5);
    }
}
