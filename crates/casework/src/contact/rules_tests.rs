//! What a contact changes, told as the link worker would.

use kith_access::Account;
use kith_base::{Id, Refusal, Ts};

use super::{
    Answer, Attended, Holding, Mode, Note, Purpose, Written,
    rules::{self, Effects},
};
use crate::referral::{
    Act, Agreed, Case, DeclineReason, Need, Next, Promise, Sent, Source, Standing, State,
};

fn decide(written: &Written, case: &Case, now: Ts) -> Result<Effects, Refusal> {
    rules::decide(written, case, now, &Promise::default())
}
fn now() -> Ts {
    "2026-11-20T14:00:00Z".parse().unwrap()
}
fn owner() -> Id<Account> {
    Id::new(now())
}
fn case(standing: Standing) -> Case {
    Case {
        id: Id::new(now()),
        reference: "K7Q-2M9-X4B".into(),
        person: Id::new(now()),
        sent: Sent {
            source: Source::Practice,
            practice: None,
            referrer: None,
            referrer_name: "Dr Ada Obi".parse().unwrap(),
            needs: vec![Need::Loneliness],
            why: None,
            told: vec![],
            agreed: Agreed::Yes,
        },
        received_at: now(),
        standing,
        location_hidden: false,
        owner_name: None,
        first_seen_at: None,
        contact_count: 0,
        last_contact_at: None,
        what_changed: None,
        practice_to_do: None,
        version: 1,
    }
}
fn taken() -> Case {
    case(Standing::Taken {
        owner: owner(),
        next: Next::Review {
            on: now().day().plus_days(3),
        },
    })
}
fn open() -> Case {
    case(Standing::Open {
        owner: owner(),
        next: Next::Review {
            on: now().day().plus_days(3),
        },
    })
}
fn met(purpose: Purpose) -> Written {
    Written {
        note: Note {
            at: now(),
            mode: Mode::Phone,
            minutes: 30,
            purpose,
            holding: None,
            weight: None,
            attended: Attended::Yes,
            why_not: None,
            note: None,
            connected_to: None,
            practice_line: None,
            shared: true,
            restricted: false,
        },
        answer: None,
        matters: None,
        actions: vec![],
        next: None,
    }
}
fn field(refusal: &Refusal) -> Option<&'static str> {
    refusal.field
}

#[test]
fn the_first_meeting_with_a_yes_opens_the_case() {
    let written = Written {
        answer: Some(Answer::Yes),
        ..met(Purpose::Assess)
    };
    let effects = decide(&written, &taken(), now()).unwrap();
    assert!(effects.first_seen && effects.accepted);
    assert_eq!(effects.moves, [Act::Agree(None)]);
}

#[test]
fn not_yet_is_a_valid_answer_and_changes_nothing() {
    let written = Written {
        answer: Some(Answer::NotYet),
        ..met(Purpose::Assess)
    };
    let effects = decide(&written, &taken(), now()).unwrap();
    assert!(effects.first_seen && !effects.accepted && effects.moves.is_empty());
}

#[test]
fn a_no_sends_the_referral_back_because_the_person_said_so() {
    let written = Written {
        answer: Some(Answer::No),
        ..met(Purpose::Assess)
    };
    let effects = decide(&written, &taken(), now()).unwrap();
    assert!(matches!(
        &effects.moves[..],
        [Act::Decline {
            reason: DeclineReason::PersonSaidNo,
            person_knows: true,
            ..
        }]
    ));
    assert_eq!(
        field(&decide(&written, &open(), now()).unwrap_err()),
        Some("answer")
    );
}

#[test]
fn holding_names_its_function_and_needs_no_goal() {
    let mut written = met(Purpose::Holding);
    assert_eq!(
        field(&decide(&written, &open(), now()).unwrap_err()),
        Some("holding")
    );
    written.note.holding = Some(Holding::Witness);
    assert!(decide(&written, &open(), now()).unwrap().moves.is_empty());
}

#[test]
fn connecting_names_the_service() {
    let mut written = met(Purpose::Connect);
    assert_eq!(
        field(&decide(&written, &open(), now()).unwrap_err()),
        Some("connected_to")
    );
    written.note.connected_to = "Otley walking group".parse().ok();
    assert!(decide(&written, &open(), now()).unwrap().connected);
}

#[test]
fn somebody_who_was_not_met_has_a_reason_and_no_answer() {
    let mut written = met(Purpose::Assess);
    written.note.attended = Attended::NoAnswer;
    assert_eq!(
        field(&decide(&written, &taken(), now()).unwrap_err()),
        Some("why_not")
    );
    written.note.why_not = "Rang twice".parse().ok();
    assert!(!decide(&written, &taken(), now()).unwrap().first_seen);
    written.answer = Some(Answer::Yes);
    assert_eq!(
        field(&decide(&written, &taken(), now()).unwrap_err()),
        Some("answer")
    );
}

#[test]
fn a_contact_is_never_in_the_future_nor_longer_than_a_day_at_work() {
    let mut written = met(Purpose::Assess);
    written.note.at = now().plus_seconds(60);
    assert_eq!(
        field(&decide(&written, &taken(), now()).unwrap_err()),
        Some("at")
    );
    let mut written = met(Purpose::Assess);
    written.note.minutes = 601;
    assert_eq!(
        field(&decide(&written, &taken(), now()).unwrap_err()),
        Some("minutes")
    );
}

#[test]
fn a_waiting_or_closed_referral_has_no_contacts() {
    for standing in [
        Standing::Waiting { on: now().day() },
        Standing::NeedsWorker { on: now().day() },
        Standing::Voided,
    ] {
        let case = case(standing);
        assert!(!matches!(case.standing.state(), State::Taken | State::Open));
        assert!(decide(&met(Purpose::Assess), &case, now()).is_err());
    }
}

#[test]
fn a_step_whose_day_has_come_makes_room_for_a_review() {
    let due = Next::Planned {
        step: "Ring".parse().unwrap(),
        on: now().day(),
        meeting: None,
    };
    let case = case(Standing::Open {
        owner: owner(),
        next: due,
    });
    let effects = decide(&met(Purpose::FollowUp), &case, now()).unwrap();
    assert!(matches!(
        &effects.moves[..],
        [Act::Plan(Next::Review { .. })]
    ));
    assert!(
        decide(&met(Purpose::FollowUp), &open(), now())
            .unwrap()
            .moves
            .is_empty()
    );
}
