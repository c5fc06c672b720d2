//! Somebody asks for help themself.

use kith_testkit::{Browser, World, mary};

use crate::{program, set};

fn asks(browser: &mut Browser, given: &str, born: &str) {
    browser
        .chooses_in("What would you most like help with?", "Money or debt")
        .fills(
            "Tell us a little more, in your own words (optional)",
            "I owe rent.\nI am on my own.",
        )
        .fills("First name", given)
        .fills("Last name", "Thistle")
        .fills_date("Date of birth", born)
        .fills("Postcode (optional)", "LS1 4AP")
        .fills("Phone number (optional)", "07700 900 982")
        .chooses("You can send me a text")
        .picks("Your GP practice (optional)", "Riverside Surgery")
        .chooses("No, do not tell them")
        .chooses("Yes. You can keep what I wrote here and get in touch with me");
}

#[tokio::test]
async fn somebody_without_an_account_or_a_number_asks_for_help() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor
            .opens("/refer-yourself")
            .await
            .sees("Ask for help for yourself")
            .sees("Harbour link workers");
        // Where help is now stands before anything is asked.
        let words = visitor.words();
        assert!(
            words.find("ring 999") < words.find("What would you most like help with?"),
            "{words}"
        );
        // And again before the free text; nothing is promised about health.
        visitor
            .sees("They are not a doctor or a nurse, and this page is not watched all the time")
            .does_not_see("better")
            .does_not_see("treat");
        let box_of_words = words.find("Tell us a little more");
        assert!(
            words.find("you are in danger now, ring 999") < box_of_words,
            "{words}"
        );
        asks(&mut visitor, "Mary", "1951-05-03");
        visitor
            .presses("Send")
            .await
            .is_on("We have what you sent")
            .sees("Your reference")
            .sees("will read what you sent by 26 November 2026");
        assert_eq!(visitor.headers()["referrer-policy"], "no-referrer");
        let kept = "select count(*) from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
            where r.scheme_id = $1 and r.source = 'self' and r.state = 'waiting' and r.practice_id is null
              and r.why = 'I owe rent. I am on my own.' and r.agreed = 'yes_text_safe'
              and p.text_is_safe and p.practice_id is not null and p.nhs_number is null";
        assert_eq!(world.count(kept).await, 1);
        // The practice was not to be told: it reads nothing and gets no mail.
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/sent").await.does_not_see("THISTLE");
        assert_eq!(
            world
                .count("select count(*) from outbox where scheme_id = $1")
                .await,
            0
        );
        let audited = "select count(*) from audit where scheme_id = $1 and role = 'public' and account_id is null";
        assert_eq!(world.count(audited).await, 1);
    }
}

#[tokio::test]
async fn the_practice_is_told_when_it_may_be() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor.opens("/refer-yourself/harbour").await;
        asks(&mut visitor, "Mary", "1951-05-03");
        visitor
            .chooses("Yes, you can tell them")
            .presses("Send")
            .await
            .is_on("We have what you sent");
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/sent")
            .await
            .follows("THISTLE, Mary")
            .await
            .sees("They asked for it themselves");
        assert_eq!(
            world
                .count(
                    "select count(*) from outbox where scheme_id = $1 and kind = 'message.practice'"
                )
                .await,
            1
        );
    }
}

#[tokio::test]
async fn what_no_practice_can_acknowledge_does_not_stay_on_the_day_of_whoever_sent_it_back() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor.opens("/refer-yourself/harbour").await;
        asks(&mut visitor, "Mary", "1951-05-03");
        visitor.presses("Send").await.is_on("We have what you sent");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await.follows("Send back").await;
        kay.chooses("Lives outside the area")
            .fills(
                "What can the practice and the person do now?",
                "Ask in Otley",
            )
            .chooses("Yes, they have been told")
            .presses("Send back")
            .await
            .sees("Sent back");
        kay.opens("/today")
            .await
            .sees("Nothing needs you now")
            .does_not_see("not acknowledged");
        // Nor does one from before this was minded.
        let old = async |tx: &mut kith_db::Tx| -> kith_db::Outcome<u64> {
            let sql = "update practice_message set needs_answer = $2 where scheme_id = $1 and stage = 'declined'";
            Ok(kith_db::run!(
                tx,
                sqlx::query(sql).bind(world.scheme).bind(true)
            )?)
        };
        assert_eq!(world.db.act(old).await.expect("a change"), 1);
        kay.opens("/today").await.sees("Nothing needs you now");
    }
}

#[tokio::test]
async fn the_public_door_never_says_who_is_known_and_touches_no_record() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.refers(&mary()).await;
        let mut pages = Vec::new();
        for given in ["Mary", "Somebody"] {
            let mut visitor = world.visitor();
            visitor.opens("/refer-yourself/harbour").await;
            asks(&mut visitor, given, "1951-05-03");
            visitor
                .presses("Send")
                .await
                .is_on("We have what you sent")
                .does_not_see("already");
            let reference = visitor
                .path()
                .rsplit('/')
                .next()
                .expect("a reference")
                .to_owned();
            pages.push(visitor.words().replace(&reference, ""));
        }
        assert_eq!(pages[0], pages[1]);
        let untouched = "select count(*) from person where scheme_id = $1 and nhs_number is not null and phone is null";
        assert_eq!(world.count(untouched).await, 1);
        let asked = "select count(*) from task where scheme_id = $1 and kind = 'same_person'";
        assert!(world.count(asked).await >= 1);
    }
}

#[tokio::test]
async fn somebody_who_does_not_agree_or_cannot_be_reached_is_told_why() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    visitor.opens("/refer-yourself/harbour").await;
    asks(&mut visitor, "Mary", "1951-05-03");
    visitor.unticks("Yes. You can keep what I wrote here and get in touch with me");
    visitor
        .presses("Send")
        .await
        .is_answered(422)
        .sees("Tick the box if you agree");
    visitor
        .chooses("Yes. You can keep what I wrote here and get in touch with me")
        .fills("Phone number (optional)", "");
    visitor
        .presses("Send")
        .await
        .is_answered(422)
        .sees("Enter a phone number, an email address or another way to reach you");
    visitor
        .fills_date("Date of birth", "2012-01-01")
        .fills("Phone number (optional)", "07700 900 982");
    visitor
        .presses("Send")
        .await
        .is_answered(422)
        .sees("children and young people");
    assert_eq!(
        world
            .count("select count(*) from referral where scheme_id = $1")
            .await,
        0
    );
}

#[tokio::test]
async fn somebody_in_danger_reaches_the_safeguarding_lead_and_not_only_a_list() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor.opens("/refer-yourself/harbour").await;
        let links = visitor.links();
        assert!(
            links.contains(&"/concerns/public/harbour".to_owned()),
            "{links:?}"
        );
        asks(&mut visitor, "Mary", "1951-05-03");
        visitor.presses("Send").await.is_on("We have what you sent");
        assert_eq!(
            world
                .count("select count(*) from concern where scheme_id = $1")
                .await,
            0
        );
        visitor.opens("/refer-yourself/harbour").await;
        asks(&mut visitor, "Ruth", "1961-05-03");
        visitor
            .chooses("Somebody is hurting me, or I am in danger")
            .presses("Send")
            .await;
        visitor.is_on("We have what you sent");
        let raised = "select count(*) from concern c join person p on p.scheme_id = $1 and p.id = c.person_id
            where c.scheme_id = $1 and p.given = 'Ruth' and c.state = 'raised'
              and c.what like '%I owe rent. I am on my own.%'";
        assert_eq!(world.count(raised).await, 1);
        let mut lena = world.signed_in(world.lena).await;
        lena.opens("/concerns").await.sees("THISTLE, Ruth");
    }
}

#[tokio::test]
async fn there_is_a_way_out_before_anything_is_asked() {
    let world = World::smallest(program).await;
    for path in ["/refer-yourself/harbour", "/concerns/public/harbour"] {
        let mut visitor = world.visitor();
        visitor.opens(path).await;
        let html = visitor.html().to_owned();
        let way = "<a class=\"nhsuk-button nhsuk-button--warning kith-no-print\" href=\"https://www.bbc.co.uk/weather\" rel=\"noreferrer nofollow\">";
        let (out, form) = (html.find(way), html.find("<form"));
        assert!(out.is_some() && out < form, "{html}");
        visitor.sees("Leave this page now: show the weather");
    }
}

#[tokio::test]
async fn a_closed_door_says_where_to_go() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        set(&world, "self_referral", "false").await;
        visitor
            .opens("/refer-yourself/harbour")
            .await
            .sees("Ask at your GP practice")
            .sees("ring 999")
            .does_not_see("First name");
        set(&world, "reach_us", "Ring 01632 960 010.\nOr write to us.").await;
        visitor
            .opens("/refer-yourself/harbour")
            .await
            .sees("Ring 01632 960 010. Or write to us.")
            .does_not_see("Ask at your GP practice");
    }
}

#[tokio::test]
async fn somebody_who_asked_reads_how_to_reach_the_service() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor.opens("/refer-yourself/harbour").await;
        asks(&mut visitor, "Mary", "1951-05-03");
        visitor
            .presses("Send")
            .await
            .sees("How to reach us")
            .sees("Ask at your GP practice");
        set(&world, "reach_us", "Ring 01632 960 010.").await;
        let path = visitor.path().to_owned();
        visitor
            .opens(path)
            .await
            .sees("Ring 01632 960 010.")
            .does_not_see("Ask at your GP practice");
    }
}

#[tokio::test]
async fn one_address_cannot_send_form_after_form() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    for nth in 0..11 {
        visitor.opens("/refer-yourself/harbour").await;
        asks(
            &mut visitor,
            &format!("Person{}", char::from(b'a' + nth)),
            "1951-05-03",
        );
        visitor.presses("Send").await;
        if nth < 10 {
            visitor.is_on("We have what you sent");
        }
    }
    visitor.is_answered(429).sees("Wait a few minutes");
    assert_eq!(
        world
            .count("select count(*) from referral where scheme_id = $1")
            .await,
        10
    );
}

#[tokio::test]
async fn a_reference_nobody_was_given_and_a_service_nobody_runs_are_not_found() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    visitor
        .opens("/refer-yourself/harbour/AAA-AAA-AAA")
        .await
        .is_answered(404);
    visitor
        .opens("/refer-yourself/nowhere")
        .await
        .is_answered(404);
}

#[tokio::test]
async fn the_public_form_pressed_twice_is_one_referral() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor.opens("/refer-yourself/harbour").await;
        let body = format!(
            "csrf={}&once={}&main=money&given=Mary&family=Thistle&born-day=3&born-month=5&born-year=1951\
             &phone=07700900982&tell_practice=no&agree=yes",
            visitor.hidden("csrf"),
            visitor.hidden("once"),
        );
        let mut to = Vec::new();
        for _ in 0..2 {
            let form = (
                "application/x-www-form-urlencoded".to_owned(),
                body.clone().into_bytes(),
            );
            let answer = visitor
                .send(
                    axum::http::Method::POST,
                    "/refer-yourself/harbour",
                    Some(form),
                )
                .await;
            assert_eq!(answer.status, 303);
            to.push(
                answer.headers["location"]
                    .to_str()
                    .expect("an address")
                    .to_owned(),
            );
        }
        assert_eq!(to[0], to[1]);
        assert_eq!(
            world
                .count("select count(*) from referral where scheme_id = $1")
                .await,
            1
        );
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_is_not_taken() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    visitor.opens("/refer-yourself/harbour").await;
    let form = (
        "application/x-www-form-urlencoded".to_owned(),
        b"csrf=guessed&once=x&main=money".to_vec(),
    );
    let answer = visitor
        .send(
            axum::http::Method::POST,
            "/refer-yourself/harbour",
            Some(form),
        )
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        world
            .count("select count(*) from referral where scheme_id = $1")
            .await,
        0
    );
}

#[tokio::test]
async fn the_same_is_asked_on_paper_and_told_in_easy_read() {
    for world in World::small(program).await {
        set(&world, "reach_us", "Come to the library in Harbour Street.").await;
        let mut visitor = world.visitor();
        visitor.opens("/refer-yourself/harbour").await;
        let asked = visitor.labels();
        visitor
            .follows("Easy read, with pictures")
            .await
            .sees("A link worker has time to listen to you.")
            .sees("We read what you send within 2 working days.")
            .sees("Come to the library in Harbour Street.");
        assert!(visitor.html().matches("<svg").count() >= 11);
        visitor
            .follows("Print the paper form")
            .await
            .sees("Where to hand it in")
            .sees("Come to the library in Harbour Street.")
            .sees("Ring 999");
        for question in asked {
            if visitor.labels().contains(&question) {
                continue;
            }
            let plain = question.replace(" (optional)", "");
            visitor.sees(&plain);
        }
        // Where the door is closed, paper does not open it.
        set(&world, "self_referral", "false").await;
        visitor
            .opens("/refer-yourself/harbour/paper")
            .await
            .sees("You cannot ask for help on this page at the moment");
        visitor
            .opens("/refer-yourself/harbour/easy-read")
            .await
            .does_not_see("Print the paper form");
    }
}
