//! What is written at each step of a story: the referral, the notes, the
//! reason it ends.

use kith_base::Ts;
use kith_casework::{
    contact::{Answer, Attended, Holding, Mode, Note, Purpose, Weight, Written},
    referral::{Act, Agreed, CloseReason, DeclineReason, Need, Next, Sent, Source, Told},
};
use kith_db::Outcome;

use super::{days::working_from, draw::Draw, scheme::Cast, text, words};

pub const NEEDS: &[(Need, i64)] = &[
    (Need::Loneliness, 26),
    (Need::Money, 16),
    (Need::Housing, 10),
    (Need::Mood, 18),
    (Need::Caring, 8),
    (Need::Activity, 7),
    (Need::Grief, 8),
    (Need::Work, 4),
    (Need::Abuse, 1),
    (Need::Other, 2),
];

pub const ENDS: &[(CloseReason, i64)] = &[
    (CloseReason::Reached, 38),
    (CloseReason::Connected, 30),
    (CloseReason::PersonStopped, 14),
    (CloseReason::LostTouch, 10),
    (CloseReason::Moved, 4),
    (CloseReason::OtherService, 3),
    (CloseReason::Died, 1),
];

pub fn sent(cast: &Cast, need: Need, draw: &mut Draw) -> Outcome<Sent> {
    let itself = cast.referrer.is_none();
    let told = if itself {
        Told::SelfReferred
    } else {
        draw.weighed(&[
            (Told::Talked, 55),
            (Told::Leaflet, 15),
            (Told::Mentioned, 22),
            (Told::Nothing, 8),
        ])
    };
    let agreed = if itself {
        Agreed::Yes
    } else {
        draw.weighed(&[
            (Agreed::Yes, 60),
            (Agreed::YesTextSafe, 35),
            (Agreed::No, 5),
        ])
    };
    Ok(Sent {
        source: if itself {
            Source::Itself
        } else {
            Source::Practice
        },
        practice: Some(cast.practice),
        referrer: cast.referrer,
        referrer_name: text(if itself {
            "The person themself"
        } else {
            "The practice"
        })?,
        needs: vec![need],
        why: if draw.of_hundred(60) {
            Some(text(draw.line(words::why(need)))?)
        } else {
            None
        },
        told: vec![told],
        agreed,
    })
}

pub fn decline(draw: &mut Draw) -> Outcome<Act> {
    let reason = draw.weighed(&[
        (DeclineReason::NotReached, 5),
        (DeclineReason::PersonSaidNo, 4),
        (DeclineReason::NotSuitable, 3),
        (DeclineReason::NeedsClinical, 2),
        (DeclineReason::OutOfArea, 1),
    ]);
    Ok(Act::Decline {
        reason,
        next: text("They may be referred again when they wish")?,
        person_knows: draw.of_hundred(80),
    })
}

pub fn note(at: Ts, purpose: Purpose, draw: &mut Draw) -> Outcome<Note> {
    let mode = draw.weighed(&[
        (Mode::Phone, 45),
        (Mode::FaceToFace, 30),
        (Mode::Home, 12),
        (Mode::Together, 7),
        (Mode::Video, 3),
        (Mode::Text, 3),
    ]);
    Ok(Note {
        at,
        mode,
        minutes: u16::try_from(draw.between(2, 12) * 5).unwrap_or(30),
        purpose,
        holding: None,
        weight: if draw.of_hundred(40) {
            Some(draw.weighed(&[
                (Weight::One, 3),
                (Weight::Two, 4),
                (Weight::Three, 3),
                (Weight::Four, 2),
                (Weight::Five, 1),
            ]))
        } else {
            None
        },
        attended: Attended::Yes,
        why_not: None,
        note: Some(text(draw.line(match purpose {
            Purpose::Assess => words::FIRST,
            Purpose::Close => words::LAST,
            _ => words::TALKED,
        }))?),
        connected_to: None,
        practice_line: None,
        shared: draw.of_hundred(50),
        restricted: draw.of_hundred(2),
    })
}

pub fn planned(at: Ts, after: Purpose, draw: &mut Draw) -> Outcome<Option<Next>> {
    let on = working_from(at.day().plus_days(draw.between(5, 28)));
    let step = draw.line(words::steps(after));
    Ok(if draw.of_hundred(72) {
        Some(Next::Planned {
            step: text(step)?,
            on,
            meeting: None,
        })
    } else {
        None
    })
}

pub fn first_meeting(at: Ts, need: Need, draw: &mut Draw) -> Outcome<Written> {
    let answer = draw.weighed(&[(Answer::Yes, 86), (Answer::NotYet, 9), (Answer::No, 5)]);
    let yes = answer == Answer::Yes;
    Ok(Written {
        note: note(at, Purpose::Assess, draw)?,
        answer: Some(answer),
        matters: if yes {
            Some(text(draw.line(words::matters(need)))?)
        } else {
            None
        },
        actions: Vec::new(),
        next: if yes {
            planned(at, Purpose::Assess, draw)?
        } else {
            None
        },
    })
}

pub fn not_met(at: Ts, draw: &mut Draw) -> Outcome<Written> {
    let attended = draw.weighed(&[
        (Attended::NoAnswer, 6),
        (Attended::DidNotAttend, 3),
        (Attended::Cancelled, 1),
    ]);
    let note = Note {
        attended,
        why_not: Some(text(draw.line(words::NOT_MET))?),
        note: None,
        ..note(at, Purpose::Assess, draw)?
    };
    Ok(Written {
        note,
        answer: None,
        matters: None,
        actions: Vec::new(),
        next: None,
    })
}

pub fn meeting(at: Ts, draw: &mut Draw) -> Outcome<Written> {
    let purpose = draw.weighed(&[
        (Purpose::Holding, 28),
        (Purpose::Plan, 22),
        (Purpose::Connect, 22),
        (Purpose::FollowUp, 28),
    ]);
    let mut note = note(at, purpose, draw)?;
    if purpose == Purpose::Holding {
        note.holding = Some(draw.weighed(&[
            (Holding::Waiting, 4),
            (Holding::Preparing, 3),
            (Holding::EasingLoad, 1),
            (Holding::Witness, 3),
        ]));
    }
    if purpose == Purpose::Connect {
        note.connected_to = Some(text(draw.line(words::SERVICES))?);
    }
    Ok(Written {
        note,
        answer: None,
        matters: None,
        actions: Vec::new(),
        next: planned(at, purpose, draw)?,
    })
}
