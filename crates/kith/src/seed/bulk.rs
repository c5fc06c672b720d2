//! Many cases at once, for the benchmark: each is written through the stores
//! the actions use, many to a transaction, in the state it has come to: a
//! quarter of them open, four contacts a case. They come in the order of time,
//! as they do in life.

use std::ops::Range;

use futures::{StreamExt, stream};
use kith_access::{Account, Actor, Organisation, session};
use kith_base::{Id, Ts, Word, WorkingDays};
use kith_casework::{
    contact::{self, Attended, Mode, Note, Purpose},
    person::{self, store::Origin},
    referral::{
        Agreed, Case, CloseReason, DeclineReason, End, Need, Next, Sent, Source, Standing, Told,
        rules::Move,
        store::{self, Moved, NewCase},
    },
};
use kith_db::{Db, Failure, Outcome, Tx, run};

use super::{
    days::{at_work, working_from, working_until},
    draw::Draw,
    people, plans,
    scheme::{self, MadeScheme, Size},
    text, words,
};

/// Cases in one transaction: well within an action's time on a busy machine.
const BATCH: u32 = 25;
/// How often one is tried.
const TRIES: u32 = 5;
/// Days over which they came.
const DAYS: i64 = 700;
/// Of a thousand, the newest that wait, and those that came lately: most of
/// these are open, all others have ended.
const WAITING: u64 = 4;
const LATELY: u64 = 282;
/// Transactions under way at once: a server works at several, the embedded
/// database takes them one after the other.
const AT_ONCE: usize = 4;

/// Makes a scheme with so many cases as it is at `now`; tells after every so
/// many how far it has come.
///
/// # Errors
/// When the database fails, or holds such a scheme already.
pub async fn cases(
    db: &Db,
    size: Size,
    count: u32,
    now: Ts,
    mut tell: impl FnMut(u32),
) -> Outcome<MadeScheme> {
    let begins = now.day().plus_days(-800).start();
    let first = Size {
        workers: size.workers.min(4),
        ..size
    };
    let made = db
        .act(async |tx| {
            let made = scheme::make(tx, first, begins).await?;
            // A referral is told by mail, as in most services.
            scheme::set(tx, made.id, "inbox", "referrals@pcn.example", begins).await?;
            Ok(made)
        })
        .await?;
    let made = with_workers(db, made, size.workers, begins).await?;
    let workers = actors(db, &made, now).await?;
    let batches = (0..count.div_ceil(BATCH)).map(|nth| {
        let numbers = nth * BATCH..((nth + 1) * BATCH).min(count);
        let world = World {
            made: &made,
            workers: &workers,
            count,
            now,
        };
        batch(db, world, numbers)
    });
    let mut batches = stream::iter(batches).buffer_unordered(AT_ONCE);
    let mut done = 0;
    let mut planned_anew = BATCH;
    while let Some(more) = batches.next().await {
        done += more?;
        tell(done);
        if done >= 4 * planned_anew {
            planned_anew = done;
            plans::anew(db).await?;
        }
    }
    drop(batches);
    Ok(made)
}

/// The link workers as they are at `now`.
async fn actors(db: &Db, made: &MadeScheme, now: Ts) -> Outcome<Vec<Actor>> {
    db.read(async |tx| {
        let mut actors = Vec::with_capacity(made.workers.len());
        for worker in &made.workers {
            actors.push(session::of_account(tx, made.id, *worker, now).await?);
        }
        Ok(actors)
    })
    .await
}

/// What every case is made in.
#[derive(Clone, Copy)]
struct World<'a> {
    made: &'a MadeScheme,
    workers: &'a [Actor],
    /// How many cases there will be.
    count: u32,
    now: Ts,
}

impl World<'_> {
    /// How many of a thousand cases are newer than this one.
    fn newer(&self, number: u32) -> u64 {
        u64::from(self.count - number) * 1_000 / u64::from(self.count)
    }

    /// When the case came: evenly over two years, in working hours.
    fn received_at(&self, number: u32, draw: &mut Draw) -> Ts {
        let days = i64::from(self.count - number) * DAYS / i64::from(self.count);
        let day = working_until(self.now.day().plus_days(-days));
        at_work(day, draw).min(self.now.plus_seconds(-3_600))
    }
}

async fn batch(db: &Db, world: World<'_>, numbers: Range<u32>) -> Outcome<u32> {
    let count = numbers.end - numbers.start;
    let mut tries = 0;
    loop {
        let made = db
            .act(async |tx| {
                for number in numbers.clone() {
                    case(tx, world, number).await?;
                }
                Ok(())
            })
            .await;
        tries += 1;
        match made {
            // Nothing was done: the machine was busy with something else.
            Err(Failure::Slow | Failure::Busy) if tries < TRIES => {}
            made => return made.map(|()| count),
        }
    }
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
async fn case(tx: &mut Tx, world: World<'_>, number: u32) -> Outcome<()> {
    let mut draw = Draw::of(u64::from(number));
    let made = world.made;
    let actor = draw.one(world.workers);
    let worker = actor.account;
    let case = arrives(tx, world, number, &mut draw).await?;
    let newer = world.newer(number);
    if newer < WAITING {
        return Ok(());
    }
    let open = newer < LATELY && draw.of_hundred(90);
    let standing = standing(worker, open, world.now, &mut draw)?;
    let ends_at = case
        .received_at
        .plus_seconds(draw.between(40, 160) * 24 * 3_600);
    let until = if open {
        world.now
    } else {
        ends_at.min(world.now)
    };
    contacts(tx, made, &case, actor, until, &mut draw).await?;
    store::stand(tx, made.id, case.id, 1, &standing, until).await?;
    let from = case.standing.state();
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
async fn arrives(tx: &mut Tx, world: World<'_>, number: u32, draw: &mut Draw) -> Outcome<Case> {
    let World { made, now, .. } = world;
    let (practice, desk) = *draw.one(&made.practices);
    let received_at = world.received_at(number, draw);
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
        location_hidden: false,
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
        why: Some(text(draw.line(words::why(need)))?),
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

/// Where a case stands that does not wait: open, closed, or come back.
fn standing(worker: Id<Account>, open: bool, now: Ts, draw: &mut Draw) -> Outcome<Standing> {
    let today = now.day();
    let nothing = || text("Nothing");
    Ok(match open {
        true => Standing::Open {
            owner: worker,
            next: Next::Planned {
                step: text(draw.line(words::steps(Purpose::FollowUp)))?,
                on: working_from(today.plus_days(draw.between(-10, 30))),
                meeting: None,
            },
        },
        false if draw.of_hundred(14) => Standing::Declined(End {
            reason: DeclineReason::NotReached.code(),
            next: nothing()?,
        }),
        false => Standing::Closed(End {
            reason: CloseReason::Reached.code(),
            next: nothing()?,
        }),
    })
}

/// What a referral keeps of its contacts, once for all of them.
const COUNTED: &str =
    "update referral set contact_count = $3, first_seen_at = $4, last_contact_at = $5
    where scheme_id = $1 and id = $2";

async fn contacts(
    tx: &mut Tx,
    made: &MadeScheme,
    case: &Case,
    actor: &Actor,
    until: Ts,
    draw: &mut Draw,
) -> Outcome<()> {
    let count: i64 = draw.weighed(&[(0, 10), (2, 25), (4, 30), (7, 25), (10, 10)]);
    let span = until.seconds_since(case.received_at).max(1);
    let mut times = Vec::new();
    for nth in 0..count {
        let at = case
            .received_at
            .plus_seconds(span * (nth + 1) / (count + 1));
        let at = at_work(working_until(at.day()), draw).max(case.received_at);
        times.push(at);
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
        contact::store::insert(tx, actor, case, &note, at).await?;
    }
    if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
        run!(
            tx,
            sqlx::query(COUNTED)
                .bind(made.id)
                .bind(case.id)
                .bind(count)
                .bind(first)
                .bind(last)
        )?;
    }
    Ok(())
}
