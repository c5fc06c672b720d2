//! The demonstration: a small network with about 240 people over a year and a
//! half, in every state a case can be in, among them those who are easily
//! mistaken for each other and the few who need particular care (`few`).

use kith_access::session;
use kith_base::{Id, Refusal, Ts};
use kith_casework::{
    message::{self, Message},
    person::Details,
};
use kith_db::{Db, Outcome, on};

use super::{
    draw::Draw,
    few, people, plans,
    scheme::{self, MadeScheme, Size},
    story::Teller,
    text, week,
};

const SEED: u64 = 20_261_124;
/// How far back the demonstration goes, in days.
const DAYS: i64 = 540;

/// Makes the demonstration as it is at `now`.
///
/// # Errors
/// When the database fails, or holds a demonstration already.
pub async fn demo(db: &Db, size: Size, people: u32, now: Ts) -> Outcome<MadeScheme> {
    let begins = now.day().plus_days(-DAYS - 30).start();
    let made = db
        .act(async |tx| scheme::make(tx, size, begins).await)
        .await?;
    let teller = Teller {
        db,
        made: &made,
        now,
    };
    let mut draw = Draw::of(SEED);
    for number in 0..people {
        // Each time there are twice as many, and at the end.
        if number.is_power_of_two() && number > 100 {
            plans::anew(db).await?;
        }
        let cast = made.cast(&mut draw)?;
        let details = people::person(number, cast.practice, now.day())?;
        // The service has grown: more referrals lately, a few in the last days.
        let days_ago = if number % 20 == 0 {
            draw.between(0, 3)
        } else {
            draw.between(0, DAYS) * draw.between(0, DAYS) / DAYS
        };
        teller.live(details, &cast, days_ago, &mut draw).await?;
    }
    for twin in twins(&made, now)? {
        let cast = made.cast(&mut draw)?;
        teller.live(twin, &cast, 60, &mut draw).await?;
    }
    few::live(&teller, &mut draw).await?;
    week::live(&teller).await?;
    plans::anew(db).await?;
    file_messages(db, &made, now).await?;
    Ok(made)
}

/// Messages unfiled after this many days are few: practices file weekly.
const FILED_AFTER_DAYS: i64 = 14;
/// A practice does not reach the messages about somebody whose record is
/// restricted.
const TO_FILE: &str = "select m.id from practice_message m
    join person p on p.scheme_id = $1 and p.id = m.person_id
    where m.scheme_id = $1 and m.practice_id = $2 and m.filed_at is null and m.stage <> 'received'
      and m.made_at < $3 and not p.restricted
    order by m.made_at, m.id limit 60";

/// The practices have read and filed what is older than two weeks.
async fn file_messages(db: &Db, made: &MadeScheme, now: Ts) -> Outcome<()> {
    let before = now.plus_seconds(-FILED_AFTER_DAYS * 24 * 3600);
    for (practice, desk) in &made.practices {
        loop {
            let filed = db
                .act(async |tx| {
                    let ids: Vec<Id<Message>> = on!(tx, c => sqlx::query_scalar(TO_FILE)
                        .bind(made.id).bind(practice).bind(before).fetch_all(c))?;
                    let actor = session::of_account(tx, made.id, desk[0], now).await?;
                    for id in &ids {
                        message::actions::acknowledge(tx, &actor, *id).await?;
                    }
                    message::actions::file(tx, &actor, &ids).await
                })
                .await?;
            if filed == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// Makes the staff alone: a service on its first day.
///
/// # Errors
/// As [`demo`].
pub async fn staff(db: &Db, size: Size, now: Ts) -> Outcome<MadeScheme> {
    db.act(async |tx| scheme::make(tx, size, now).await).await
}

/// Twins: one birth date, one family name, one address, two people.
fn twins(made: &MadeScheme, now: Ts) -> Outcome<[Details; 2]> {
    let practice = made
        .practices
        .first()
        .ok_or_else(|| Refusal::invalid("A scheme needs a practice"))?
        .0;
    let one = people::person(900_001, practice, now.day())?;
    let other = people::person(900_002, practice, now.day())?;
    let (ana, eva) = (text("Ana")?, text("Eva")?);
    let family: kith_base::Name = text("Kovacs")?;
    let born = Some(now.day().plus_days(-62 * 365 - 100));
    Ok([
        Details {
            given: ana,
            family: family.clone(),
            known_as: None,
            born,
            place: one.place.clone(),
            ..one.clone()
        },
        Details {
            given: eva,
            family,
            known_as: None,
            born,
            place: one.place,
            ..other
        },
    ])
}
