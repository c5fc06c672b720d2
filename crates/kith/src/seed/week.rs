//! The coming week of the demonstration: whom each link worker meets today and
//! on the next days, with times and places, two of them at one time; and the
//! tags the service uses. By the actions of the pages, a moment before now.

use kith_access::{Account, Actor};
use kith_base::{Id, Ts, WorkingDays};
use kith_casework::{
    meeting::{Meeting, Minute, Way},
    person::Person,
    referral::{
        Act, Next, Referral,
        actions::{Step, Terms, step},
    },
    tag,
};
use kith_db::{FromRow, Outcome, Tx, on};

use super::{story::Teller, text};

/// Which working day from today on, how, when and where.
type Planned = (u16, Way, Option<(i64, i64)>, &'static str);

const MEETINGS: &[Planned] = &[
    (0, Way::Phone, Some((9, 30)), ""),
    (0, Way::FaceToFace, Some((11, 0)), "The library"),
    (0, Way::Phone, Some((11, 0)), ""),
    (0, Way::Home, Some((14, 15)), ""),
    (
        1,
        Way::Together,
        Some((10, 0)),
        "The walking group, Market Square",
    ),
    (1, Way::Video, Some((15, 30)), ""),
    (
        2,
        Way::FaceToFace,
        Some((13, 0)),
        "Riverside Surgery, room 4",
    ),
    (4, Way::Home, None, ""),
];
/// Each third person has one of these.
const TAGS: &[&str] = &["carer group", "winter", "walks"];

#[derive(FromRow)]
struct Held {
    id: Id<Referral>,
    person_id: Id<Person>,
    hidden: bool,
}

/// Whom a worker holds and has seen, the latest contact first.
const HELD: &str = "select r.id, r.person_id, p.location_sensitive as hidden from referral r
      join person p on p.scheme_id = $1 and p.id = r.person_id
     where r.scheme_id = $1 and r.owner_id = $2 and r.state = 'open' and not p.restricted
     order by r.last_contact_at desc, r.id limit 12";

/// Books the week of every link worker.
///
/// # Errors
/// When an action refuses, or the database fails.
pub async fn live(teller: &Teller<'_>) -> Outcome<()> {
    let terms = teller.terms().await?;
    for worker in &teller.made.workers {
        teller
            .db
            .act(async |tx| of_worker(tx, teller, &terms, *worker).await)
            .await?;
    }
    Ok(())
}

async fn of_worker(
    tx: &mut Tx,
    teller: &Teller<'_>,
    terms: &Terms,
    worker: Id<Account>,
) -> Outcome<()> {
    let (scheme, now) = (teller.made.id, teller.now);
    let held: Vec<Held> =
        on!(tx, c => sqlx::query_as(HELD).bind(scheme).bind(worker).fetch_all(c))?;
    let actor = teller.actor(tx, worker, now).await?;
    for (one, planned) in held.iter().zip(MEETINGS) {
        books(tx, terms, &actor, one, planned, now).await?;
    }
    for (one, words) in held.iter().step_by(3).zip(TAGS.iter().cycle()) {
        tag::actions::put_on(tx, &actor, one.person_id, &text(words)?).await?;
    }
    Ok(())
}

async fn books(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    one: &Held,
    (days, way, time, place): &Planned,
    now: Ts,
) -> Outcome<()> {
    let place = match place {
        place if place.is_empty() || one.hidden => None,
        place => Some(text(place)?),
    };
    // Today has meetings on whichever day one looks; the rest of the week is
    // as it is worked.
    let on = match days {
        0 => now.day(),
        days => WorkingDays::default().after(now.day().plus_days(1), days - 1),
    };
    let next = Next::Planned {
        step: text("See how things are going")?,
        on,
        meeting: Some(Meeting {
            way: *way,
            at: time.map(|(hour, minute)| Minute::of(hour, minute)),
            place,
        }),
    };
    let plan = Step {
        referral: one.id,
        version: None,
        act: Act::Plan(next),
        note: None,
    };
    step(
        tx,
        terms,
        actor,
        kith_access::Ability::WriteContact,
        plan,
        now,
    )
    .await?;
    Ok(())
}
