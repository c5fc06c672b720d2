//! The few in the demonstration who need particular care: concerns in every
//! state, somebody whose place is hidden and whom nobody visits alone, somebody
//! whose record is restricted, one person with two records, a link worker who left, a file that
//! was brought in by mistake, and somebody who no longer agrees. All of it by
//! the actions of the pages.

use kith_access::{Account, Actor, account, settings};
use kith_base::{Id, Ts};
use kith_casework::{
    concern::{
        self, Concern, Danger, Door, Raise,
        actions::{Step, step},
    },
    import, lone, merge,
    person::{Details, LoneWorking},
    referral::{
        self, Act, Agreed, Need, Sent,
        actions::{Referred, Terms, worker_leaves},
        withdraw::{Heard, Said, withdraw},
    },
    sensitive::{self, Switch},
};
use kith_db::Outcome;

use super::{
    days::{working_from, working_until},
    draw::Draw,
    people,
    scheme::{self, Cast},
    story::Teller,
    text,
    written::sent,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Tells of all of them.
///
/// # Errors
/// When an action refuses, or the database fails.
pub async fn live(teller: &Teller<'_>, draw: &mut Draw) -> Outcome<()> {
    let terms = teller.terms().await?;
    concerns(teller, &terms, draw).await?;
    switches(teller, &terms, draw).await?;
    one_person_twice(teller, &terms, draw).await?;
    somebody_leaves(teller, &terms, draw).await?;
    a_file_by_mistake(teller, &terms).await?;
    somebody_no_longer_agrees(teller, &terms, draw).await
}

/// Somebody who was referred at that moment, taken on a day later and met soon
/// after.
async fn taken(
    teller: &Teller<'_>,
    terms: &Terms,
    cast: &Cast,
    details: Details,
    at: Ts,
    draw: &mut Draw,
) -> Outcome<Referred> {
    let referred = teller
        .refer(terms, cast, details, yes(cast, draw)?, at)
        .await?;
    let take = Act::Take(cast.worker);
    let next_day = next_working(at);
    teller
        .step(terms, cast, referred.referral, take, next_day)
        .await?;
    let met = next_working(next_day).plus_seconds(4 * HOUR);
    teller
        .meets(terms, cast, (referred.referral, Need::Mood), met, draw)
        .await?;
    Ok(referred)
}

fn yes(cast: &Cast, draw: &mut Draw) -> Outcome<Sent> {
    let mut sent = sent(cast, Need::Mood, draw)?;
    sent.agreed = Agreed::Yes;
    Ok(sent)
}

/// Ten o'clock on a working day so many days ago, or on the last before it.
fn ago(teller: &Teller<'_>, days: i64) -> Ts {
    working_until(teller.now.day().plus_days(-days))
        .start()
        .plus_seconds(10 * HOUR)
}

/// Ten o'clock on the working day after.
fn next_working(at: Ts) -> Ts {
    working_from(at.day().plus_days(1))
        .start()
        .plus_seconds(10 * HOUR)
}

/// Half an hour ago; outside working hours, the end of the last working day.
fn just_now(teller: &Teller<'_>) -> Ts {
    let today = teller.now.day();
    let at = teller.now.plus_seconds(-HOUR / 2);
    let hours = at.seconds_since(today.start()) / HOUR;
    let end = |day| working_until(day).start().plus_seconds(16 * HOUR);
    match (working_until(today) == today, hours) {
        (true, 9..17) => at,
        (true, 17..) => end(today),
        _ => end(today.plus_days(-1)),
    }
}

/// What is raised: how long ago, how far it has come.
const CONCERNS: &[(i64, &str, Danger, Come)] = &[
    (
        38,
        "Bruises on both arms, says she fell. Her son spoke for her.",
        Danger::NotSure,
        Come::Closed,
    ),
    (
        6,
        "The landlord lets himself in at night.",
        Danger::No,
        Come::Acknowledged,
    ),
    (
        5,
        "Has no food in the house and will not say why.",
        Danger::NotSure,
        Come::Late,
    ),
    (
        0,
        "Sounded frightened on the telephone and rang off.",
        Danger::NotSure,
        Come::Raised,
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Come {
    Raised,
    Late,
    Acknowledged,
    Closed,
}

async fn concerns(teller: &Teller<'_>, terms: &Terms, draw: &mut Draw) -> Outcome<()> {
    for (number, (days, what, danger, come)) in (910_000..).zip(CONCERNS) {
        let mut cast = teller.made.cast(draw)?;
        // The lead does not close what they raised themselves.
        cast.worker = teller.made.workers[0];
        let details = people::person(number, cast.practice, teller.now.day())?;
        let referred = taken(teller, terms, &cast, details, ago(teller, days + 20), draw).await?;
        let at = match come {
            Come::Raised => just_now(teller),
            _ => ago(teller, *days),
        };
        let raised = Raise {
            person: Some(referred.person),
            about: None,
            what: text(what)?,
            danger: *danger,
            door: Door::Staff,
            name: None,
            reach: None,
        };
        let concern = raise(teller, cast.worker, &raised, at).await?;
        if matches!(come, Come::Acknowledged | Come::Closed) {
            handle(teller, concern, *come, at).await?;
        }
    }
    concern::actions::escalate_due(teller.db, teller.made.id, teller.now).await?;
    Ok(())
}

async fn raise(
    teller: &Teller<'_>,
    by: Id<Account>,
    raised: &Raise,
    at: Ts,
) -> Outcome<Id<Concern>> {
    let id = Id::new(at);
    teller
        .db
        .act(async |tx| {
            let settings = settings::of(tx, teller.made.id).await?;
            let actor = teller.actor(tx, by, at).await?;
            concern::actions::raise(tx, actor.scheme, &settings, Some(&actor), id, raised, at).await
        })
        .await?;
    Ok(id)
}

/// The lead acknowledges; and, with time, writes down what was found and
/// closes.
async fn handle(
    teller: &Teller<'_>,
    concern: Id<Concern>,
    come: Come,
    raised_at: Ts,
) -> Outcome<()> {
    let looked_into = next_working(raised_at);
    let mut steps = vec![(raised_at.plus_seconds(HOUR), Step::Acknowledge)];
    if come == Come::Closed {
        let note = "Visited with the practice nurse. She told us what happened, and wishes help.";
        steps.push((looked_into, Step::Note(text(note)?)));
        let line = text("Support is in place, and she knows whom to ring.")?;
        let end = concern::End::Supported;
        let end_at = next_working(looked_into.plus_seconds(4 * DAY));
        steps.push((end_at, Step::Close { end, line }));
    }
    for (version, (at, next)) in (1..).zip(steps) {
        teller
            .db
            .act(async |tx| {
                let lead = teller.actor(tx, teller.made.lead, at).await?;
                step(tx, &lead, concern, version, &next).await
            })
            .await?;
    }
    Ok(())
}

async fn switches(teller: &Teller<'_>, terms: &Terms, draw: &mut Draw) -> Outcome<()> {
    for (number, switch, reason) in [
        (
            920_000,
            Switch::Location,
            "Left a violent partner, who is looking for her",
        ),
        (
            920_001,
            Switch::Restricted,
            "A member of the team's own family",
        ),
    ] {
        let mut cast = teller.made.cast(draw)?;
        cast.worker = teller.made.workers[usize::from(switch == Switch::Restricted)];
        let details = people::person(number, cast.practice, teller.now.day())?;
        let referred = taken(teller, terms, &cast, details, ago(teller, 14), draw).await?;
        let at = ago(teller, 4);
        teller
            .db
            .act(async |tx| {
                let actor = teller.actor(tx, cast.worker, at).await?;
                let who = sensitive::actions::open(tx, &actor, referred.person).await?;
                let turned = (switch, true);
                let reason = text(reason)?;
                sensitive::actions::turn(tx, &actor, who.id, who.version, turned, &reason).await?;
                if switch == Switch::Location {
                    let who = lone::actions::open(tx, &actor, referred.person).await?;
                    let lone = LoneWorking {
                        why: text("Her former partner may come. Go with a colleague, or meet at the practice")?,
                        review_on: teller.now.day().plus_days(60),
                    };
                    lone::actions::set(tx, &actor, who.id, who.version, &lone).await?;
                }
                Outcome::Ok(())
            })
            .await?;
    }
    Ok(())
}

/// Two practices send the same person, the second without a number. One such
/// pair has been made one; the other waits for the manager.
async fn one_person_twice(teller: &Teller<'_>, terms: &Terms, draw: &mut Draw) -> Outcome<()> {
    for (number, age, decided) in [(930_000, 51, true), (930_001, 38, false)] {
        let mut both = Vec::new();
        for (nth, days) in [(0, 25), (1, 8)] {
            let (practice, desk) = teller.made.practices[nth];
            let from = Cast {
                practice,
                referrer: Some(desk[0]),
                worker: teller.made.workers[0],
            };
            let mut details = people::person(number, practice, teller.now.day())?;
            details.born = Some(teller.now.day().plus_days(-age * 365 - 130));
            if nth == 1 {
                details.nhs_number = None;
            }
            let mut sent = yes(&from, draw)?;
            if nth == 0 {
                // The first time they were asked they had said no.
                sent.agreed = Agreed::No;
            }
            let at = ago(teller, days);
            both.push(teller.refer(terms, &from, details, sent, at).await?.person);
        }
        if decided {
            let at = ago(teller, 7);
            teller
                .db
                .act(async |tx| {
                    let manager = teller.actor(tx, teller.made.manager, at).await?;
                    let pair = merge::actions::open(tx, &manager, both[0], both[1]).await?;
                    let [a, b] = pair.both.map(|side| side.record.identity.version);
                    merge::actions::merge(tx, &manager, (both[0], both[1]), (a, b)).await
                })
                .await?;
        }
    }
    Ok(())
}

/// A link worker leaves: her people stand in the manager's queue.
async fn somebody_leaves(teller: &Teller<'_>, terms: &Terms, draw: &mut Draw) -> Outcome<()> {
    let came = ago(teller, 200);
    let jo = teller
        .db
        .act(async |tx| scheme::more_workers(tx, teller.made, 4..5, came).await)
        .await?[0];
    for number in 940_000..940_003 {
        let mut cast = teller.made.cast(draw)?;
        cast.worker = jo;
        let details = people::person(number, cast.practice, teller.now.day())?;
        taken(teller, terms, &cast, details, ago(teller, 9), draw).await?;
    }
    let at = ago(teller, 1);
    teller
        .db
        .act(async |tx| {
            let manager = teller.actor(tx, teller.made.manager, at).await?;
            let row = account::one(tx, teller.made.id, jo).await?;
            account::leave(tx, teller.made.id, jo, row.version, at.day()).await?;
            worker_leaves(tx, terms, &manager, jo, at).await
        })
        .await?;
    Ok(())
}

/// The manager brings in last year's list, sees the mistake, and takes it back.
async fn a_file_by_mistake(teller: &Teller<'_>, terms: &Terms) -> Outcome<()> {
    const FILE: &str = "Given name,Family name,Date of birth,Practice (ODS code or name),\
        Date received,Need,Has the person agreed?\n\
        Edna,Oldfield,1948-02-11,Y00001,{on},Loneliness,Yes\n\
        Basil,Oldfield,1946-07-30,Y00001,{on},Loneliness,Yes\n";
    let at = ago(teller, 3);
    let file = FILE.replace("{on}", &at.day().plus_days(-14).to_string());
    let (db, manager) = (teller.db, manager(teller, at).await?);
    let id = import::actions::stage(db, &manager, None, "last-year.csv", file.as_bytes()).await?;
    import::actions::check(db, &manager, id, None).await?;
    import::actions::confirm(db, &manager, id).await?;
    import::bring_in::carry_on(db, terms, &manager, id, None).await?;
    import::undo::undo(db, terms, &manager, id, None).await?;
    Ok(())
}

/// Somebody who had begun tells their link worker that they do not want it.
async fn somebody_no_longer_agrees(
    teller: &Teller<'_>,
    terms: &Terms,
    draw: &mut Draw,
) -> Outcome<()> {
    let cast = teller.made.cast(draw)?;
    let details = people::person(960_000, cast.practice, teller.now.day())?;
    let begun = taken(teller, terms, &cast, details, ago(teller, 30), draw).await?;
    let at = ago(teller, 8);
    teller
        .db
        .act(async |tx| {
            let worker = teller.actor(tx, cast.worker, at).await?;
            let case = referral::store::for_own_move(tx, terms.scheme, begun.referral).await?;
            let said = Said {
                version: case.map_or(0, |case| case.version),
                heard: Heard::Person,
                said_on: at.day(),
                words: Some(text("It is too much for me now")?),
            };
            withdraw(tx, terms, &worker, begun.referral, &said).await
        })
        .await
}

async fn manager(teller: &Teller<'_>, at: Ts) -> Outcome<Actor> {
    teller
        .db
        .read(async |tx| teller.actor(tx, teller.made.manager, at).await)
        .await
}
