//! Files for the figures of the demonstration: each practice's list and GP
//! contacts over three years, wellbeing scores, population counts. They are
//! written as the files a practice would bring, and brought in through the
//! same actions. People referred have their contacts at a peak when they are
//! referred, as people do; others have peaks too, and are never referred. A
//! question is fixed before any file, and readings are made for the manager, a
//! practice and a link worker.

use std::fmt::Write as _;

use kith_access::{Account, Actor, App, Organisation, session};
use kith_base::{Day, Id, NhsNumber, Refusal, Word};
use kith_db::{FromRow, Outcome, on};
use kith_report::{
    files::actions,
    gathered::{
        FileKind,
        store::{Contacts, Said},
    },
    gp::{ContactKind, Pseudonyms},
    month::Month,
    population::{Dimension, NOT_RECORDED},
    reading::{
        self,
        question::{AnsweredBy, Primary},
        work::make_all,
    },
    score::{Measure, Occasion},
    subject::Subject,
};

use super::{MadeScheme, draw::Draw, text};

const SEED: u64 = 20_261_125;
/// Months of contacts, up to the last whole one.
const MONTHS: i64 = 36;
/// People of each practice who are never referred.
const NEVER_REFERRED: u32 = 500;
/// Their numbers begin here, clear of everybody else's.
const FIRST_NUMBER: u32 = 999_500_000;
/// Contacts in a month are this many small chances, each of so many thousandths.
const CHANCES: u32 = 8;
/// How much likelier a contact is in the months −3 to 0 of a peak, in percent.
const PEAK: [i64; 4] = [170, 220, 280, 240];

/// Somebody of whom there are contacts.
struct Somebody {
    number: NhsNumber,
    born: i64,
    /// How likely a contact is, in thousandths of a chance.
    rate: i64,
    /// The months in which contacts come to a peak.
    peaks: Vec<Month>,
    referred: Option<Month>,
}

#[derive(FromRow)]
struct Referred {
    nhs_number: NhsNumber,
    born: Option<Day>,
    practice_id: Id<Organisation>,
    received_on: Day,
}

const REFERRED: &str =
    "select p.nhs_number, p.born, r.practice_id, min(r.received_on) as received_on
    from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
    where r.scheme_id = $1 and p.nhs_number is not null and r.practice_id is not null
      and r.state not in ('voided', 'advice')
    group by p.nhs_number, p.born, r.practice_id order by p.nhs_number, r.practice_id";

/// The question of the demonstration.
const QUESTION: &str = "Do people who were referred see their GP less or more often in the year after than similar people?";

/// Brings the files of the demonstration in, and has them read.
///
/// # Errors
/// When an action refuses, or the database fails.
pub async fn figures(app: &App, made: &MadeScheme) -> Outcome<()> {
    let question = Primary::new(&text(QUESTION)?, AnsweredBy::Contacts);
    let manager = actor(app, made, made.manager).await?;
    app.db
        .act(async |tx| reading::actions::fix(tx, &manager, question.clone()).await)
        .await?;
    files(app, made).await?;
    let practice = made.practices.first();
    let of_practice = practice.map(|(id, desk)| (desk[0], Subject::Practice(*id)));
    let of_worker = made.workers.first().map(|id| (*id, Subject::Worker(*id)));
    // The practice reads twice: a reading before stands beside the new one.
    let readers = [
        Some((made.manager, Subject::Scheme)),
        of_practice,
        of_practice,
        of_worker,
    ];
    for (who, subject) in readers.into_iter().flatten() {
        let reader = actor(app, made, who).await?;
        app.db
            .act(async |tx| reading::actions::make(tx, &reader, subject).await)
            .await?;
        make_all(app, made.id, app.clock.now()).await?;
    }
    Ok(())
}

async fn files(app: &App, made: &MadeScheme) -> Outcome<()> {
    let mut draw = Draw::of(SEED);
    let referred: Vec<Referred> = app
        .db
        .read(async |tx| {
            Outcome::Ok(on!(tx, c => sqlx::query_as(REFERRED).bind(made.id).fetch_all(c))?)
        })
        .await?;
    let last = Month::of(app.clock.now().day()).plus(-1);
    for (number, (practice, desk)) in (0..).zip(&made.practices) {
        let own = referred.iter().filter(|row| row.practice_id == *practice);
        let mut people: Vec<Somebody> = own.map(|row| of_record(row, &mut draw)).collect();
        let from = FIRST_NUMBER + number * NEVER_REFERRED * 10;
        people.extend(
            (0..NEVER_REFERRED).filter_map(|at| never_referred(from + at * 10, last, &mut draw)),
        );
        let list = register(&people, number, &mut draw)?;
        let of_list = said(FileKind::GpRegister, Some(*practice), app);
        bring(app, made, desk[0], &of_list, "list.csv", &list).await?;
        let met = contacts(&people, last, &mut draw)?;
        let of_contacts = Said {
            contacts: Some(Contacts {
                from: last.plus(1 - MONTHS),
                until: last,
                definition: text("Any consultation with clinical staff")?,
                code_set: text("SNOMED CT UK, October 2026")?,
                supplier: text("Made-up surgery system 5.2")?,
            }),
            ..said(FileKind::GpContacts, Some(*practice), app)
        };
        bring(app, made, desk[0], &of_contacts, "contacts.csv", &met).await?;
        let counts = population(7_000 + i64::from(number) * 1_900)?;
        let of_counts = said(FileKind::Population, Some(*practice), app);
        bring(app, made, desk[0], &of_counts, "list-size.csv", &counts).await?;
    }
    let scores = scores(&referred, app.clock.now().day(), &mut draw)?;
    let of_scores = said(FileKind::Scores, None, app);
    bring(app, made, made.manager, &of_scores, "scores.csv", &scores).await?;
    let everybody = population(26_700)?;
    let of_counts = said(FileKind::Population, None, app);
    bring(app, made, made.manager, &of_counts, "area.csv", &everybody).await
}

fn said(kind: FileKind, practice: Option<Id<Organisation>>, app: &App) -> Said {
    let dated = matches!(kind, FileKind::GpRegister | FileKind::Population);
    Said {
        kind,
        practice,
        as_of: dated.then(|| app.clock.now().day()),
        contacts: None,
    }
}

async fn actor(app: &App, made: &MadeScheme, account: Id<Account>) -> Outcome<Actor> {
    let now = app.clock.now();
    app.db
        .read(async |tx| session::of_account(tx, made.id, account, now).await)
        .await
}

async fn bring(
    app: &App,
    made: &MadeScheme,
    by: Id<Account>,
    said: &Said,
    name: &str,
    file: &str,
) -> Outcome<()> {
    let actor = actor(app, made, by).await?;
    let pseudonyms = Pseudonyms::of_scheme(app, made.id);
    let staged = actions::stage(
        &app.db,
        &pseudonyms,
        &actor,
        None,
        said,
        name,
        file.as_bytes(),
    );
    actions::confirm(&app.db, &actor, staged.await?).await
}

fn of_record(row: &Referred, draw: &mut Draw) -> Somebody {
    let month = Month::of(row.received_on);
    Somebody {
        number: row.nhs_number.clone(),
        born: row.born.map_or(1960, |day| i64::from(day.date().year())),
        rate: draw.weighed(&[(35, 3), (60, 4), (90, 2)]),
        peaks: vec![month],
        referred: Some(month),
    }
}

fn never_referred(number: u32, last: Month, draw: &mut Draw) -> Option<Somebody> {
    // A candidate in eleven has no check digit.
    let number = (0..10).find_map(|shift| NhsNumber::with_check_digit(number + shift))?;
    let peaks = draw.between(1, 3);
    Some(Somebody {
        number,
        born: last.year() - draw.weighed(&[(25, 14), (40, 20), (55, 26), (70, 28), (85, 12)])
            + draw.between(-7, 7),
        rate: draw.weighed(&[(15, 3), (35, 4), (60, 3), (90, 1)]),
        peaks: (0..peaks)
            .map(|_| last.plus(-draw.between(0, MONTHS - 1)))
            .collect(),
        referred: None,
    })
}

fn unwritten(error: std::fmt::Error) -> Refusal {
    Refusal::invalid(format!("a made-up file could not be written: {error}"))
}

fn register(people: &[Somebody], practice: u32, draw: &mut Draw) -> Result<String, Refusal> {
    let mut file =
        "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n"
            .to_owned();
    for person in people {
        let sex = draw.line(&["female", "female", "male", "male", "not recorded"]);
        // Each practice stands in a neighbourhood of its own.
        let fifth = i64::from(practice) * 2 + draw.weighed(&[(1, 7), (2, 3)]);
        writeln!(
            file,
            "{},{}-0{}-01,,{},{sex},{}",
            &*person.number,
            draw.between(2009, 2021),
            draw.between(1, 9),
            person.born,
            fifth.min(5),
        )
        .map_err(unwritten)?;
    }
    Ok(file)
}

fn contacts(people: &[Somebody], last: Month, draw: &mut Draw) -> Result<String, Refusal> {
    const KINDS: &[(ContactKind, i64)] = &[
        (ContactKind::Gp, 40),
        (ContactKind::Nurse, 22),
        (ContactKind::Telephone, 20),
        (ContactKind::Online, 12),
        (ContactKind::OtherStaff, 4),
        (ContactKind::HomeVisit, 2),
    ];
    let mut file = "NHS number,Date,Kind\n".to_owned();
    for person in people {
        for month in (0..MONTHS).map(|back| last.plus(-back)) {
            let chance = person.rate * likelier(person, month) / 100;
            for _ in 0..CHANCES {
                if draw.between(1, 1000) > chance {
                    continue;
                }
                let Some(first) = month.first_day() else {
                    continue;
                };
                let day = first.plus_days(draw.between(0, 27));
                let kind = draw.weighed(KINDS).code();
                writeln!(file, "{},{day},{kind}", &*person.number).map_err(unwritten)?;
            }
        }
    }
    Ok(file)
}

/// How much likelier a contact is in a month than usual, in percent.
fn likelier(person: &Somebody, month: Month) -> i64 {
    let at_peak = person.peaks.iter().find_map(|peak| {
        let since = month.number() - peak.number();
        usize::try_from(since + 3).ok().and_then(|at| PEAK.get(at))
    });
    match (at_peak, person.referred) {
        (Some(percent), _) => *percent,
        // A little calmer afterwards.
        (None, Some(referred)) if month > referred => 88,
        _ => 100,
    }
}

fn scores(referred: &[Referred], today: Day, draw: &mut Draw) -> Result<String, Refusal> {
    let mut file = "NHS number,Measure,Score,Date,Occasion\n".to_owned();
    for row in referred {
        if !draw.of_hundred(82) {
            continue;
        }
        let first = row.received_on.plus_days(draw.between(3, 14));
        let later = first.plus_days(draw.between(80, 130));
        let again = draw.of_hundred(68) && later <= today;
        for (measure, from, to) in [(Measure::Satisfied, 2, 7), (Measure::Loneliness, 5, 9)] {
            let (low, high) = measure.range();
            let start = draw.between(from, to);
            let change = draw.weighed(&[(-1, 2), (0, 3), (1, 4), (2, 3), (3, 1)]);
            // Less lonely is fewer points.
            let change = if measure == Measure::Loneliness {
                -change
            } else {
                change
            };
            let mut answers = vec![(start, first, Occasion::Start)];
            if again {
                answers.push(((start + change).clamp(low, high), later, Occasion::FollowUp));
            }
            for (score, day, occasion) in answers.into_iter().filter(|(_, day, _)| *day <= today) {
                let (measure, occasion) = (measure.code(), occasion.code());
                writeln!(
                    file,
                    "{},{measure},{score},{day},{occasion}",
                    &*row.nhs_number
                )
                .map_err(unwritten)?;
            }
        }
    }
    Ok(file)
}

/// Counts of so many people, in the shares of an ordinary town.
fn population(people: i64) -> Result<String, Refusal> {
    let shares: [(Dimension, &[i64]); 4] = [
        (Dimension::Age, &[205, 215, 200, 195, 135, 48]),
        (Dimension::Sex, &[505, 488, 2]),
        (Dimension::Ethnicity, &[93, 40, 29, 810, 21]),
        (Dimension::Deprivation, &[240, 215, 200, 185, 155]),
    ];
    let mut file = "Dimension,Group,People\n".to_owned();
    for (dimension, thousandths) in shares {
        let code = dimension.code();
        let mut left = people;
        for (group, share) in dimension.groups().iter().zip(thousandths) {
            let count = people * share / 1000;
            left -= count;
            writeln!(file, "{code},{group},{count}").map_err(unwritten)?;
        }
        writeln!(file, "{code},{NOT_RECORDED},{left}").map_err(unwritten)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use kith_access::ServerKey;
    use kith_base::{Clock, Ts};
    use kith_report::{
        cells::{around::around, scores::scores},
        gathered::store,
        subject::Subject,
    };

    use super::*;
    use crate::seed::{self, Size};

    #[tokio::test]
    async fn the_demonstration_shows_a_peak_at_the_referral() {
        let test = kith_db::testing::sqlite().await;
        let now: Ts = "2026-11-24T10:00:00Z".parse().unwrap();
        let origin = "http://127.0.0.1:8080".parse().unwrap();
        let app = App::new(
            test.db.clone(),
            Clock::fixed(now),
            origin,
            ServerKey::random(),
        );
        let size = Size {
            practices: 3,
            workers: 4,
        };
        let made = seed::demo(&app.db, size, 60, now).await.unwrap();
        figures(&app, &made).await.unwrap();
        let (files, profile, answered) = app
            .db
            .read(async |tx| {
                Outcome::Ok((
                    store::latest(tx, made.id, None).await?,
                    around(tx, made.id, Subject::Scheme).await?,
                    scores(tx, made.id, Subject::Scheme, Measure::Satisfied).await?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(files.len(), 11);
        for file in &files {
            assert_eq!(file.refused_count, 0, "{} has refused rows", file.file_name);
        }
        assert!(profile.on_a_list > 40, "{profile:?}");
        let rate = |months: std::ops::RangeInclusive<i32>| {
            let cells = profile
                .cells
                .iter()
                .filter(|cell| months.contains(&cell.month));
            let (contacts, people) = cells.fold((0, 0), |(y, n), cell| (y + cell.sum, n + cell.n));
            contacts * 100 / people
        };
        let (before, peak, after) = (rate(-12..=-4), rate(-2..=0), rate(2..=12));
        assert!(
            peak * 2 > before * 3 && peak * 2 > after * 3,
            "{before} {peak} {after}"
        );
        let answered = answered.unwrap();
        assert!(
            answered.too_lately > 0 && answered.scores.is_ok(),
            "{answered:?}"
        );
        let read = async |tx: &mut kith_db::Tx| {
            let mut all = Vec::new();
            for subject in [
                Subject::Scheme,
                Subject::Practice(made.practices[0].0),
                Subject::Worker(made.workers[0]),
            ] {
                all.extend(reading::store::of_subject(tx, made.id, subject).await?);
            }
            Outcome::Ok(all)
        };
        let readings = app.db.read(read).await.unwrap();
        assert_eq!(readings.len(), 4);
        assert!(readings.iter().all(|row| row.state == reading::Stage::Done));
        assert!(readings[0].is_primary);
    }
}
