//! Many cases at once, for the benchmark: each is written through the stores
//! the actions use, many to a transaction, in the state it has come to. About
//! 40 open cases a worker, four contacts a case.

use kith_access::{Account, Organisation, session};
use kith_base::{Id, Ts, Word, WorkingDays};
use kith_casework::{
    contact::{self, Attended, Mode, Note, Purpose, rules::Effects},
    person::{self, store::Origin},
    referral::{
        Agreed, Case, CloseReason, DeclineReason, End, Need, Next, Sent, Source, Standing, Told,
        rules::Move,
        store::{self, Moved, NewCase},
    },
};
use kith_db::{Db, Outcome, Tx};

use super::{
    draw::Draw,
    people,
    scheme::{self, MadeScheme, Size},
    text, words,
};

/// Cases in one transaction: well within an action's time.
const BATCH: u32 = 250;
/// Cases a worker has had, of which a quarter is open.
const CASES_A_WORKER: u32 = 160;

/// Makes a scheme with so many cases as it is at `now`; tells after every so
/// many how far it has come.
///
/// # Errors
/// When the database fails, or holds such a scheme already.
pub async fn cases(db: &Db, count: u32, now: Ts, mut tell: impl FnMut(u32)) -> Outcome<MadeScheme> {
    let size = Size {
        practices: usize::try_from(count / 2_000).unwrap_or(0).clamp(3, 400),
        workers: usize::try_from(count / CASES_A_WORKER).unwrap_or(0).max(4),
    };
    let begins = now.day().plus_days(-800).start();
    let made = db
        .act(async |tx| {
            scheme::make(
                tx,
                Size {
                    practices: size.practices,
                    workers: 4.min(size.workers),
                },
                begins,
            )
            .await
        })
        .await?;
    let made = with_workers(db, made, size.workers, begins).await?;
    let mut from = 0;
    while from < count {
        let until = (from + BATCH).min(count);
        db.act(async |tx| {
            for number in from..until {
                case(tx, &made, number, now).await?;
            }
            Ok(())
        })
        .await?;
        from = until;
        tell(from);
    }
    Ok(made)
}

/// The further link workers, a few to a transaction.
async fn with_workers(
    db: &Db,
    mut made: MadeScheme,
    workers: usize,
    at: Ts,
) -> Outcome<MadeScheme> {
    while made.workers.len() < workers {
        let until = (made.workers.len() + 200).min(workers);
        let more = db
            .act(async |tx| scheme::more_workers(tx, &made, made.workers.len()..until, at).await)
            .await?;
        made.workers.extend(more);
    }
    Ok(made)
}

/// One case: what is sent, and then the state it has come to.
async fn case(tx: &mut Tx, made: &MadeScheme, number: u32, now: Ts) -> Outcome<()> {
    let mut draw = Draw::of(u64::from(number));
    let worker = *draw.one(&made.workers);
    let case = arrives(tx, made, number, now, &mut draw).await?;
    let standing = standing(worker, number, now, &mut draw)?;
    let from = case.standing.state();
    if standing.state() == from {
        return Ok(());
    }
    contacts(tx, made, &case, worker, now, &mut draw).await?;
    store::stand(tx, made.id, case.id, 1, &standing, now).await?;
    let moved = Moved {
        referral: case.id,
        person: case.person,
        by: Some(worker),
        what: Move::Take,
        from: Some(from),
        to: &standing,
        note: None,
    };
    store::insert_move(tx, made.id, &moved, case.received_at.plus_seconds(86_400)).await?;
    Ok(())
}

/// A person is made, referred, and waits.
async fn arrives(
    tx: &mut Tx,
    made: &MadeScheme,
    number: u32,
    now: Ts,
    draw: &mut Draw,
) -> Outcome<Case> {
    let (practice, desk) = *draw.one(&made.practices);
    let received_at = now.plus_seconds(-draw.between(3_600, 700 * 24 * 3600));
    let take_by = WorkingDays::default().after(received_at.day(), 2);
    let details = people::person(number, practice, now.day())?;
    let person =
        person::actions::make(tx, made.id, &details, Origin::default(), received_at).await?;
    let case = Case {
        id: Id::new(received_at),
        reference: reference(number),
        person,
        sent: sent(practice, desk[0], draw)?,
        received_at,
        standing: Standing::Waiting { on: take_by },
        owner_name: None,
        first_seen_at: None,
        contact_count: 0,
        last_contact_at: None,
        what_changed: None,
        practice_to_do: None,
        version: 1,
    };
    let (id, reference) = (case.id, case.reference.as_str());
    let new = NewCase {
        id,
        reference,
        person,
        import: None,
        received_at,
        take_by,
    };
    store::insert(tx, made.id, &new, &case.sent, &case.standing).await?;
    let first = Moved {
        referral: id,
        person,
        by: Some(desk[0]),
        what: Move::Send,
        from: None,
        to: &case.standing,
        note: None,
    };
    store::insert_move(tx, made.id, &first, received_at).await?;
    Ok(case)
}

fn sent(practice: Id<Organisation>, referrer: Id<Account>, draw: &mut Draw) -> Outcome<Sent> {
    let need = draw.weighed(&[
        (Need::Loneliness, 5),
        (Need::Money, 3),
        (Need::Housing, 2),
        (Need::Mood, 3),
        (Need::Caring, 1),
    ]);
    Ok(Sent {
        source: Source::Practice,
        practice: Some(practice),
        referrer: Some(referrer),
        referrer_name: text("The practice")?,
        needs: vec![need],
        why: Some(text(words::why(need))?),
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
    })
}

/// Nine letters and digits that no other case has: the number in base 31.
fn reference(number: u32) -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let mut left = number;
    let mut text = String::from("2B-");
    for at in 0..9 {
        if at == 3 || at == 6 {
            text.push('-');
        }
        let digit = usize::try_from(left % 31).unwrap_or(0);
        text.push(char::from(LETTERS[digit]));
        left /= 31;
    }
    text
}

/// 5 in 100 wait, 25 are open, 60 closed, 10 came back.
fn standing(worker: Id<Account>, number: u32, now: Ts, draw: &mut Draw) -> Outcome<Standing> {
    let today = now.day();
    let nothing = || text("Nothing");
    Ok(match number % 20 {
        0 => Standing::Waiting {
            on: today.plus_days(draw.between(-3, 2)),
        },
        1..=5 => Standing::Open {
            owner: worker,
            next: Next::Planned {
                step: text("Ring and see how it is going")?,
                on: today.plus_days(draw.between(-10, 30)),
            },
        },
        6 | 7 => Standing::Declined(End {
            reason: DeclineReason::NotReached.code(),
            next: nothing()?,
        }),
        _ => Standing::Closed(End {
            reason: CloseReason::Reached.code(),
            next: nothing()?,
        }),
    })
}

async fn contacts(
    tx: &mut Tx,
    made: &MadeScheme,
    case: &Case,
    worker: Id<Account>,
    now: Ts,
    draw: &mut Draw,
) -> Outcome<()> {
    let actor = session::of_account(tx, made.id, worker, now).await?;
    let count = draw.weighed(&[(0, 10), (2, 25), (4, 30), (7, 25), (10, 10)]);
    let span = now.seconds_since(case.received_at).max(1);
    for nth in 0..count {
        let at = case
            .received_at
            .plus_seconds(span * (nth + 1) / (count + 1));
        let note = Note {
            at,
            mode: Mode::Phone,
            minutes: 30,
            purpose: if nth == 0 {
                Purpose::Assess
            } else {
                Purpose::FollowUp
            },
            holding: None,
            weight: None,
            attended: Attended::Yes,
            why_not: None,
            note: Some(text(draw.line(words::TALKED))?),
            connected_to: None,
            practice_line: None,
            shared: false,
            restricted: false,
        };
        contact::store::insert(tx, &actor, case, &note, at).await?;
        let effects = Effects {
            first_seen: nth == 0,
            accepted: nth == 0,
            connected: false,
            moves: Vec::new(),
        };
        contact::store::count_on_referral(tx, made.id, case.id, at, &effects).await?;
    }
    Ok(())
}
