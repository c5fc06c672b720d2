//! A practice refers somebody.

use kith_access::Person;
use kith_base::Id;
use kith_casework::{paths, referral::Referral};
use kith_testkit::{World, mary};

use crate::{number, program, set};

const MESSAGES: &str = "select count(*) from practice_message where scheme_id = $1";
const MAILS: &str = "select count(*) from outbox where scheme_id = $1";
const PEOPLE: &str = "select count(*) from person where scheme_id = $1";
const REFERRALS: &str = "select count(*) from referral where scheme_id = $1";

#[tokio::test]
async fn a_practice_refers_somebody_new_on_one_page() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.refers(&mary()).await;
        rita.sees("A link worker will take this on by 26 November 2026")
            .sees("You do not need to do anything")
            .sees("Referred to social prescribing on 24 November 2026")
            .sees("Please do not add the clinical code")
            .sees("THISTLE, Mary")
            .sees(&number(1));
        rita.opens("/sent")
            .await
            .sees("THISTLE, Mary")
            .sees("Waiting until 26 November 2026");
        let looks = "select count(*) from audit where scheme_id = $1 and action = 'send a referral' and outcome = 'done'";
        assert_eq!(world.count(looks).await, 1);
    }
}

#[tokio::test]
async fn somebody_known_needs_the_number_alone_and_one_look() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let first = rita.refers(&mary()).await;
        close_for_good(&world, first).await;
        rita.opens("/refer").await.fills("NHS number", &number(1));
        rita.says_why("Yes, and texts are safe");
        rita.presses("Send referral")
            .await
            .is_answered(200)
            .sees("Check at the top of the page")
            .sees("THISTLE, Mary");
        rita.presses("This is the person: send")
            .await
            .is_on("Referral sent");
        assert_ne!(rita.named_id(), first);
        assert_eq!(world.count(PEOPLE).await, 1);
    }
}

/// Rita refers Mary again by her number alone, with how to reach her.
async fn refers_again(
    world: &World,
    before: Id<Referral>,
    phone: &str,
    agreed: &str,
) -> Id<Referral> {
    close_for_good(world, before).await;
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/refer").await.fills("NHS number", &number(1));
    rita.fills("Telephone number (optional)", phone)
        .fills("Postcode (optional)", "LS1 4AP");
    rita.says_why(agreed);
    rita.presses("Send referral").await;
    rita.presses("This is the person: send")
        .await
        .is_on("Referral sent");
    rita.named_id()
}

#[tokio::test]
async fn what_is_typed_about_somebody_known_is_kept_and_never_written_over() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let first = rita.refers(&mary()).await;
        let texts = "Yes, and texts are safe";
        let second = refers_again(&world, first, "07700 900 001", texts).await;
        let kept = "select count(*) from person where scheme_id = $1 and phone = '07700900001'
            and postcode = 'LS1 4AP' and text_is_safe";
        assert_eq!(world.count(kept).await, 1, "the gaps are filled");
        let asked = "select count(*) from task where scheme_id = $1 and kind = 'action'";
        assert_eq!(world.count(asked).await, 0);
        // Another number is shown to the link worker; what was said of texts
        // was said of that one.
        let third = refers_again(&world, second, "07700 900 002", texts).await;
        assert_eq!(world.count(kept).await, 1, "and nothing written over");
        assert_eq!(world.count(asked).await, 1);
        assert_ne!(second, third);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await.follows("THISTLE, Mary").await;
        let person: Id<Person> = kay.named_id();
        kay.sees("Another telephone number, in referral")
            .sees("07700900002")
            .sees("The referral gave a telephone number that may not be the record's");
        // Once the record says so too, there is nothing to ask any more.
        world
            .marks(person, "update person set phone = '07700900002', text_is_safe = $3 where scheme_id = $1 and id = $2")
            .await;
        kay.opens(paths::person(person))
            .await
            .does_not_see("Another telephone number, in referral");
    }
}

#[tokio::test]
async fn texts_to_somebody_who_must_be_reached_with_care_are_asked_about_first() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let first = rita.refers(&mary()).await;
        let second = refers_again(&world, first, "07700 900 001", "Yes").await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await.follows("THISTLE, Mary").await;
        let person: Id<Person> = kay.named_id();
        let careful = "update person set safe_contact = 'Only mornings', voicemail_is_safe = $3
            where scheme_id = $1 and id = $2";
        world.marks(person, careful).await;
        refers_again(&world, second, "07700 900 001", "Yes, and texts are safe").await;
        let unsafe_still = "select count(*) from person where scheme_id = $1 and not text_is_safe";
        assert_eq!(world.count(unsafe_still).await, 1);
        let asked = "select count(*) from task where scheme_id = $1 and what like 'The referral says that texts to the person are safe%'";
        assert_eq!(world.count(asked).await, 1);
    }
}

pub async fn close_for_good(world: &World, referral: Id<Referral>) {
    use kith_casework::referral::{Act, CloseReason};
    world
        .does(world.kay, referral, Act::Take(world.kay.id))
        .await;
    let close = Act::Close {
        reason: CloseReason::Reached,
        next: "Nothing".parse().expect("a line"),
        person_knows: true,
    };
    world.does(world.kay, referral, close).await;
}

#[tokio::test]
async fn an_unknown_number_asks_for_the_details_and_keeps_what_was_typed() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer")
            .await
            .fills("NHS number", &number(2))
            .fills("One line the link worker should know", "Likes music");
        rita.says_why("Yes");
        rita.presses("Send referral")
            .await
            .is_answered(422)
            .sees("We do not have this person yet: enter their first name")
            .sees("We do not have this person yet: enter their date of birth");
        assert!(rita.title().starts_with("Error:"), "{}", rita.title());
        assert!(
            rita.html().contains("Likes music"),
            "what was typed is kept"
        );
        rita.describes("Tom", "Khan", "1960-01-31");
        rita.presses("Send referral").await.is_on("Referral sent");
    }
}

#[tokio::test]
async fn an_empty_form_says_by_field_what_to_enter() {
    let world = World::smallest(program).await;
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/refer")
        .await
        .presses("Send referral")
        .await
        .is_answered(422);
    rita.sees("Select what it is mainly about")
        .sees("Select what you have told the person")
        .sees("Select whether the person has agreed");
    rita.says_why("Yes");
    rita.presses("Send referral")
        .await
        .is_answered(422)
        .sees("Enter the NHS number, or the person's name and date of birth");
    rita.fills("NHS number", "943 476 5918")
        .presses("Send referral")
        .await
        .is_answered(422)
        .sees("NHS number");
    assert_eq!(world.count(REFERRALS).await, 0);
}

#[tokio::test]
async fn a_number_known_at_another_practice_looks_like_an_unknown_one() {
    for world in World::small(program).await {
        let mut harry = world.signed_in(world.harry).await;
        harry.refers(&mary()).await;
        let mut rita = world.signed_in(world.rita).await;
        let mut pages = Vec::new();
        for nth in [1, 77] {
            rita.opens("/refer").await.fills("NHS number", &number(nth));
            rita.says_why("Yes");
            rita.presses("Send referral")
                .await
                .is_answered(422)
                .does_not_see("THISTLE");
            pages.push(rita.words().replace(&number(nth), ""));
        }
        assert_eq!(pages[0], pages[1]);
        // With every detail right it is still a record of its own, and the
        // manager is asked whether the two are one person.
        rita.refers(&mary()).await;
        rita.sees(&number(1)).does_not_see("already");
        assert_eq!(world.count(PEOPLE).await, 2);
        let asked = "select count(*) from task where scheme_id = $1 and kind = 'same_person'";
        assert_eq!(world.count(asked).await, 1);
        rita.opens("/sent").await.sees(&number(1));
        // And the next time Riverside gives the same details it is the same record.
        let theirs = referral_in_list(&mut rita).await;
        close_for_good(&world, theirs).await;
        rita.refers(&mary()).await;
        assert_eq!(world.count(PEOPLE).await, 2);
    }
}

async fn referral_in_list(browser: &mut kith_testkit::Browser) -> Id<Referral> {
    browser.opens("/sent").await.follows("THISTLE, Mary").await;
    browser.named_id()
}

#[tokio::test]
async fn a_restricted_persons_second_record_begins_restricted() {
    for world in World::small(program).await {
        let mut harry = world.signed_in(world.harry).await;
        harry.refers(&mary()).await;
        let restrict = async |tx: &mut kith_db::Tx| {
            let sql =
                "update person set restricted = $2, location_sensitive = $2 where scheme_id = $1";
            kith_db::run!(tx, sqlx::query(sql).bind(world.scheme).bind(true))?;
            let name = "insert into person_named (scheme_id, person_id, account_id, added_at)
                select $1, p.id, $2, $3 from person p where p.scheme_id = $1";
            kith_db::run!(
                tx,
                sqlx::query(name)
                    .bind(world.scheme)
                    .bind(world.kay.id)
                    .bind(world.now())
            )?;
            Ok::<_, kith_db::Failure<kith_base::Refusal>>(())
        };
        world.db.act(restrict).await.expect("restricted");
        // Harry is not named: to him the person is unknown now.
        harry.refers(&mary()).await;
        harry.sees("THISTLE, Mary").sees("Restricted");
        assert_eq!(world.count("select count(*) from person where scheme_id = $1 and restricted and location_sensitive").await, 2);
        // Kay, who is named on the first, and Harry, who typed the second.
        assert_eq!(
            world
                .count("select count(*) from person_named where scheme_id = $1")
                .await,
            3
        );
        assert_eq!(world.count("select count(*) from person_word w join person p on p.scheme_id = $1 and p.id = w.person_id where w.scheme_id = $1 and p.nhs_number is null and w.word like 'c%'").await, 0);
    }
}

#[tokio::test]
async fn without_agreement_nothing_is_sent_and_that_is_said() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer").await;
        rita.describes("Mary", "Thistle", "1951-05-03");
        rita.says_why("No");
        rita.presses("Send referral")
            .await
            .is_on("Kept as advice: nothing was sent")
            .sees("Nothing was sent and nobody will contact the person")
            .does_not_see("A link worker will take this on");
        assert_eq!(world.count(MESSAGES).await, 0);
        assert_eq!(world.count(MAILS).await, 0);
        rita.opens("/sent?show=waiting")
            .await
            .does_not_see("THISTLE");
        rita.opens("/sent?show=ended")
            .await
            .sees("THISTLE, Mary")
            .sees("Advice only");
    }
}

#[tokio::test]
async fn somebody_already_referred_gets_a_line_instead() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let first = rita.refers(&mary()).await;
        world
            .does(
                world.kay,
                first,
                kith_casework::referral::Act::Take(world.kay.id),
            )
            .await;
        rita.opens("/refer")
            .await
            .fills("NHS number", &number(1))
            .fills("One line the link worker should know", "Her rent is late");
        rita.says_why("Yes");
        rita.presses("Send referral")
            .await
            .presses("Send referral")
            .await;
        rita.is_answered(409)
            .is_on("Already referred: add a line instead")
            .sees("is accepted, with Kay Ward");
        assert!(
            rita.html().contains("Her rent is late"),
            "what was typed is kept"
        );
        rita.presses("Add this line")
            .await
            .sees("Line added: the service has been told");
        assert_eq!(world.count(REFERRALS).await, 1);
        let task =
            "select count(*) from task t join account a on a.scheme_id = $1 and a.id = t.owner_id
            where t.scheme_id = $1 and a.name = 'Kay Ward' and t.what like '%Her rent is late%'";
        assert_eq!(world.count(task).await, 1);
        let moved = "select count(*) from referral_move where scheme_id = $1 and move = 'add_line' and from_state = 'taken' and to_state = 'taken'";
        assert_eq!(world.count(moved).await, 1);
    }
}

#[tokio::test]
async fn a_line_cannot_be_added_to_what_has_ended_or_is_anothers() {
    let world = World::smallest(program).await;
    let mut rita = world.signed_in(world.rita).await;
    let first = rita.refers(&mary()).await;
    let mut harry = world.signed_in(world.harry).await;
    harry
        .opens(format!("/sent/{first}/line"))
        .await
        .is_answered(404)
        .does_not_see("THISTLE");
    harry
        .opens(format!("/refer/{first}"))
        .await
        .is_answered(404);
    close_for_good(&world, first).await;
    rita.opens(format!("/sent/{first}/line"))
        .await
        .is_answered(409)
        .sees("start a new referral");
}

#[tokio::test]
async fn somebody_too_young_is_pointed_to_their_own_pathway() {
    let world = World::smallest(program).await;
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/refer").await;
    rita.describes("Ade", "Thistle", "2010-02-01");
    rita.says_why("Yes");
    rita.presses("Send referral")
        .await
        .is_answered(422)
        .sees("This service is for people aged 18 and over")
        .sees("children and young people");
    assert_eq!(world.count(REFERRALS).await, 0);
}

#[tokio::test]
async fn the_form_pressed_twice_refers_once() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer").await;
        let once = rita.hidden("once");
        let csrf = rita.hidden("csrf");
        let body = format!(
            "csrf={csrf}&once={once}&given=Mary&family=Thistle&born-day=3&born-month=5&born-year=1951\
             &main=money&told=talked&agreed=yes"
        );
        let mut to = Vec::new();
        for _ in 0..2 {
            let form = (
                "application/x-www-form-urlencoded".to_owned(),
                body.clone().into_bytes(),
            );
            let answer = rita
                .send(axum::http::Method::POST, "/refer", Some(form))
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
        assert_eq!(world.count(REFERRALS).await, 1);
    }
}

#[tokio::test]
async fn a_telephone_number_fills_a_gap_and_never_replaces_another() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        for (nth, phone) in [(0, "01632 960 001"), (1, "01632 960 002")] {
            let first = match nth {
                0 => rita.refers(&mary()).await,
                _ => rita.named_id(),
            };
            close_for_good(&world, first).await;
            rita.opens("/refer")
                .await
                .fills("NHS number", &number(1))
                .fills("Telephone number (optional)", phone);
            rita.describes("Mary", "Thistle", "1951-05-03");
            rita.says_why("Yes");
            rita.presses("Send referral").await.is_on("Referral sent");
        }
        assert_eq!(
            world
                .count("select count(*) from person where scheme_id = $1 and phone = '01632960001'")
                .await,
            1
        );
        assert_eq!(
            world
                .count("select count(*) from person_word where scheme_id = $1 and word = 'p0001'")
                .await,
            1
        );
        assert_eq!(
            world
                .count("select count(*) from person_word where scheme_id = $1 and word = 'p0002'")
                .await,
            0
        );
        let asked = "select count(*) from task where scheme_id = $1 and what like '%a telephone number that may not be%'";
        assert_eq!(world.count(asked).await, 1);
    }
}

#[tokio::test]
async fn the_inbox_hears_of_a_referral_without_a_name() {
    for world in World::small(program).await {
        set(&world, "inbox", "team@example.org").await;
        let mut rita = world.signed_in(world.rita).await;
        rita.refers(&mary()).await;
        let mail =
            "select count(*) from outbox where scheme_id = $1 and recipient = 'team@example.org'
            and subject like 'A new referral is waiting (ref %' and body not like '%Thistle%'";
        assert_eq!(world.count(mail).await, 1);
        assert_eq!(world.count(MAILS).await, 1);
    }
}

#[tokio::test]
async fn who_may_not_refer_is_turned_away() {
    let world = World::smallest(program).await;
    let mut ada = world.signed_in(world.ada).await;
    ada.opens("/refer").await.is_answered(403);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens("/sent").await.is_answered(403);
}

#[tokio::test]
async fn a_referral_sent_by_mistake_is_taken_back_while_nobody_has_it() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let wrong = rita.refers(&mary()).await;
        rita.follows("This was a mistake: take it back").await;
        rita.presses("Take this referral back")
            .await
            .is_answered(422)
            .sees("Enter what the mistake was");
        rita.fills("What was the mistake?", "It was for Mary Thistlewood")
            .presses("Take this referral back")
            .await
            .sees("Taken back: the service has been told")
            .does_not_see("THISTLE, Mary");
        // Nobody is left with a ghost: no list, no task, no "already referred".
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await.sees("Nobody is waiting");
        let open = "select count(*) from task where scheme_id = $1 and done_at is null";
        assert_eq!(world.count(open).await, 0);
        let kept = "select count(*) from referral_move where scheme_id = $1 and move = 'take_back'
            and note = 'It was for Mary Thistlewood' and to_state = 'voided'";
        assert_eq!(world.count(kept).await, 1);
        let audited = "select count(*) from audit where scheme_id = $1 and action = 'take_back' and outcome = 'done'";
        assert_eq!(world.count(audited).await, 1);
        assert_ne!(rita.refers(&mary()).await, wrong);
    }
}

#[tokio::test]
async fn what_somebody_has_taken_on_or_another_sent_is_not_taken_back() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let taken = rita.refers(&mary()).await;
        rita.opens(paths::take_back(taken)).await;
        world
            .does(
                world.kay,
                taken,
                kith_casework::referral::Act::Take(world.kay.id),
            )
            .await;
        rita.fills("What was the mistake?", "The wrong button")
            .presses("Take this referral back")
            .await
            .is_answered(409)
            .sees("Kay Ward has this referral already")
            .sees("Ring the service and ask for Kay Ward");
        rita.opens(paths::sent_one(taken))
            .await
            .does_not_see("This was a mistake");
        let mut harry = world.signed_in(world.harry).await;
        harry.opens(paths::take_back(taken)).await.is_answered(404);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::take_back(taken)).await.is_answered(403);
    }
}
