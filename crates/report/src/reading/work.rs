//! Making a reading, as a job: people referred since are tied to the lists,
//! contacts and scores are gathered, the answer is worked out and kept. A
//! reading whose maker stopped on the way is begun again from the start.

use std::collections::BTreeSet;

use kith_access::{App, Scheme};
use kith_base::{Id, Ts, Word};
use kith_db::{Outcome, Tx};

use super::{
    answer::{Answer, Gathered, Source, answer},
    question::Question,
    store::{self, Row},
};
use crate::{
    cells::{around, definition, histories, scores},
    gathered::store as files,
    gp::{self, Pseudonyms},
    month::Month,
    score::Measure,
    subject::Subject,
};

/// The steps of a reading.
pub const STEPS: i64 = 4;
/// After this long without an end, somebody else makes it.
const GIVEN_UP_SECONDS: i64 = 30 * 60;

/// Makes the readings of a scheme that wait. Gives how many.
///
/// # Errors
/// When the database does not answer.
pub async fn make_all(app: &App, scheme: Id<Scheme>, now: Ts) -> Outcome<u64> {
    let mut made = 0;
    loop {
        let given_up = now.plus_seconds(-GIVEN_UP_SECONDS);
        let next = app
            .db
            .act(async |tx| Outcome::Ok(store::take(tx, scheme, given_up, now).await?))
            .await?;
        let Some(row) = next else { return Ok(made) };
        let result = make(app, scheme, &row, now).await?;
        if result.is_none() {
            tracing::error!(reading = %row.id, "a reading could not be made");
        }
        let keep = async |tx: &mut Tx| {
            Outcome::Ok(store::end(tx, scheme, row.id, result.as_deref(), now).await?)
        };
        app.db.act(keep).await?;
        made += 1;
    }
}

/// The answer, written down; none when the question or the answer cannot be
/// read or written, or the working out broke.
async fn make(app: &App, scheme: Id<Scheme>, row: &Row, now: Ts) -> Outcome<Option<String>> {
    let Ok(question) = serde_json::from_str::<Question>(&row.question) else {
        return Ok(None);
    };
    let step = async || {
        let done = async |tx: &mut Tx| Outcome::Ok(store::step(tx, scheme, row.id).await?);
        app.db.act(done).await
    };
    gp::store::tie(&app.db, &Pseudonyms::of_scheme(app, scheme), scheme).await?;
    step().await?;
    let subject = question.subject;
    let gathered = app
        .db
        .read(async |tx| gather(tx, scheme, subject, Month::of(now.day())).await)
        .await?;
    step().await?;
    let (made_from, fixed_in_time) = app
        .db
        .read(async |tx| sources(tx, scheme, subject, row).await)
        .await?;
    step().await?;
    let worked_out =
        tokio::task::spawn_blocking(move || answer(&question, &gathered, made_from, fixed_in_time));
    Ok(worked_out
        .await
        .ok()
        .and_then(|answer| serde_json::to_string(&answer).ok()))
}

async fn gather(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
    read_in: Month,
) -> Outcome<Gathered> {
    let mut by_measure = Vec::new();
    for measure in Measure::ALL {
        by_measure.push((
            *measure,
            scores::scores(tx, scheme, subject, *measure).await?,
        ));
    }
    Ok(Gathered {
        around: around::around(tx, scheme, subject).await?,
        kinds: around::kinds(tx, scheme, subject).await?,
        with_workers: around::with_workers(tx, scheme, subject).await?,
        read_in,
        changed: definition::changed(tx, scheme, subject.practice()).await?,
        histories: histories::histories(tx, scheme, subject).await?,
        scores: by_measure,
    })
}

/// The files in force, and whether the question was fixed before any of them
/// was read.
async fn sources(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
    row: &Row,
) -> Outcome<(Vec<Source>, bool)> {
    let mut made_from: Vec<Source> = Vec::new();
    for file in files::read_for(tx, scheme, subject.practice()).await? {
        made_from.push((&file).into());
    }
    let mut read_before = BTreeSet::new();
    for result in store::read_before(tx, scheme, row.made_at).await? {
        if let Ok(answer) = serde_json::from_str::<Answer>(&result) {
            read_before.extend(answer.made_from.into_iter().map(|source| source.id));
        }
    }
    let unread = made_from
        .iter()
        .all(|source| !read_before.contains(&source.id));
    Ok((made_from, row.is_primary && unread))
}
