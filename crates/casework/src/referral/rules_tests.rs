//! Every order of events keeps the promise: an owner or a queue, a date, and
//! nobody left in silence.

use kith_access::Account;
use kith_base::{Day, Id, Line, Ts, Word};
use proptest::prelude::*;

use super::rules::*;

fn today() -> Day {
    Day::ymd(2026, 11, 20).unwrap()
}
fn worker(n: u8) -> Id<Account> {
    Id::new(Ts::from_micros(i64::from(n) * 1_000_000))
}
fn line(text: &str) -> Line {
    text.parse().unwrap()
}
fn after(acts: &[Act]) -> Standing {
    let mut standing = None;
    for step in acts {
        standing = Some(
            act(
                standing.as_ref(),
                step.clone(),
                today(),
                &Promise::default(),
            )
            .unwrap()
            .0,
        );
    }
    standing.unwrap()
}

#[test]
fn a_referral_sent_on_friday_is_taken_on_by_tuesday() {
    let (standing, tell) = act(None, Act::Send, today(), &Promise::default()).unwrap();
    assert_eq!(standing.due(), Day::ymd(2026, 11, 24));
    assert_eq!(tell, [Tell::ReferrerReceived]);
}

#[test]
fn without_the_persons_agreement_nothing_is_sent() {
    let (standing, tell) = act(None, Act::KeepAsAdvice, today(), &Promise::default()).unwrap();
    assert_eq!(standing, Standing::Advice);
    assert!(tell.is_empty());
}

#[test]
fn a_declined_referral_tells_the_referrer_and_leaves_a_task_to_tell_the_person() {
    let decline = |person_knows| Act::Decline {
        reason: DeclineReason::OutOfArea,
        next: line("The service in Otley takes people from there"),
        person_knows,
    };
    let waiting = after(&[Act::Send]);
    let (_, tell) = act(Some(&waiting), decline(false), today(), &Promise::default()).unwrap();
    assert_eq!(tell, [Tell::ReferrerDeclined, Tell::PersonTask]);
    let (_, tell) = act(Some(&waiting), decline(true), today(), &Promise::default()).unwrap();
    assert_eq!(tell, [Tell::ReferrerDeclined]);
}

#[test]
fn a_closed_referral_can_only_be_reopened() {
    let close = Act::Close {
        reason: CloseReason::Reached,
        next: line("Nothing"),
        person_knows: true,
    };
    let closed = after(&[
        Act::Send,
        Act::Take(worker(1)),
        Act::Agree(None),
        close.clone(),
    ]);
    for step in [Act::Take(worker(2)), Act::Agree(None), Act::Leave, close] {
        let refusal = act(Some(&closed), step, today(), &Promise::default()).unwrap_err();
        assert_eq!(refusal.next, "Reopen it first, or start a new referral");
    }
    let (again, _) = act(Some(&closed), Act::Reopen, today(), &Promise::default()).unwrap();
    assert_eq!(again.state(), State::NeedsWorker);
}

#[test]
fn whoever_no_longer_agrees_ends_it_wherever_it_stands_and_it_is_not_reopened() {
    let stop = |person_knows| Act::Withdraw {
        next: line("Nothing"),
        person_knows,
    };
    let take = Act::Take(worker(1));
    for before in [
        vec![Act::Send],
        vec![Act::Send, take.clone()],
        vec![Act::Send, take.clone(), Act::Agree(None)],
        vec![Act::Send, take, Act::Leave],
    ] {
        let now = after(&before);
        let (ended, tell) = act(Some(&now), stop(true), today(), &Promise::default()).unwrap();
        assert!(ended.is_withdrawn(), "{before:?}");
        assert_eq!(tell, [Tell::ReferrerClosed]);
        let (_, tell) = act(Some(&now), stop(false), today(), &Promise::default()).unwrap();
        assert_eq!(tell, [Tell::ReferrerClosed, Tell::PersonTask]);
        let again = act(Some(&ended), Act::Reopen, today(), &Promise::default()).unwrap_err();
        assert_eq!(again.next, "Ask them; once they say yes, refer them again");
        let twice = act(Some(&ended), stop(true), today(), &Promise::default()).unwrap_err();
        assert_eq!(
            twice.what,
            "This referral is closed: there is nothing to stop"
        );
    }
}

#[test]
fn a_next_step_in_the_past_is_refused() {
    let taken = after(&[Act::Send, Act::Take(worker(1))]);
    let late = Next::Planned {
        step: line("Ring again"),
        on: today().plus_days(-1),
        meeting: None,
    };
    let refusal = act(Some(&taken), Act::Plan(late), today(), &Promise::default()).unwrap_err();
    assert_eq!(refusal.field, Some("next_on"));
}

#[test]
fn a_link_worker_who_leaves_leaves_nobody_without_a_queue() {
    let open = after(&[Act::Send, Act::Take(worker(1)), Act::Agree(None)]);
    let (standing, _) = act(Some(&open), Act::Leave, today(), &Promise::default()).unwrap();
    assert_eq!(standing.owner(), None);
    assert!(standing.state().is_queued() && standing.due().is_some());
}

fn any_act() -> impl Strategy<Value = Act> {
    let next = (0i64..40).prop_map(|ahead| Next::Planned {
        step: line("Ring"),
        on: today().plus_days(ahead),
        meeting: None,
    });
    prop_oneof![
        Just(Act::Send),
        Just(Act::KeepAsAdvice),
        (1u8..5).prop_map(|n| Act::Take(worker(n))),
        (1u8..5).prop_map(|n| Act::Assign(worker(n))),
        proptest::option::of(next.clone()).prop_map(Act::Agree),
        next.prop_map(Act::Plan),
        Just(Act::Leave),
        any::<bool>().prop_map(|person_knows| Act::Decline {
            reason: DeclineReason::NotReached,
            next: line("Ring us when ready"),
            person_knows,
        }),
        any::<bool>().prop_map(|person_knows| Act::Close {
            reason: CloseReason::LostTouch,
            next: line("Nothing"),
            person_knows,
        }),
        any::<bool>().prop_map(|person_knows| Act::Withdraw {
            next: line("Nothing"),
            person_knows,
        }),
        Just(Act::Reopen),
        Just(Act::TakeBack),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn in_any_order_of_events_nobody_is_ownerless_silent_or_dateless(
        acts in proptest::collection::vec(any_act(), 1..60)
    ) {
        let mut standing: Option<Standing> = None;
        for step in acts {
            let ends = matches!(step, Act::Decline { .. } | Act::Close { .. } | Act::Withdraw { .. });
            let knows = matches!(
                step,
                Act::Decline { person_knows: true, .. }
                    | Act::Close { person_knows: true, .. }
                    | Act::Withdraw { person_knows: true, .. }
            );
            let Ok((to, tell)) = act(standing.as_ref(), step, today(), &Promise::default()) else { continue };
            let state = to.state();
            prop_assert_eq!(state.is_unfinished(), to.due().is_some());
            prop_assert_eq!(state.is_unfinished() && !state.is_queued(), to.owner().is_some());
            if ends {
                prop_assert!(tell.iter().any(|t| matches!(t, Tell::ReferrerDeclined | Tell::ReferrerClosed)));
                prop_assert_eq!(tell.contains(&Tell::PersonTask), !knows);
            }
            standing = Some(to);
        }
    }
}

#[test]
fn every_state_can_be_reached_and_only_ends_are_final() {
    for state in State::ALL {
        assert!(
            MOVES.iter().any(|(_, _, to)| to == state),
            "{state:?} is never reached"
        );
        if state.is_unfinished() {
            assert!(
                MOVES.iter().any(|(_, from, _)| from.contains(state)),
                "{state:?} is a dead end"
            );
        }
    }
}
