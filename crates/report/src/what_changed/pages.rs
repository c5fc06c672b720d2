//! The pages of what changed, and of the question fixed beforehand.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Account, Answer as Answered, App, Needs, Once, Organisation, Reach, Routes, Scheme,
    Signed, Trouble, account, once, organisation,
};
use kith_base::{Id, refusal::Kind};
use kith_db::{Outcome, Tx};
use kith_effect::stats::refusal::Refusal as Few;
use kith_pages::{Html, components::Button, done, el, form::Posted, go, html::link};

use super::{form, show};
use crate::{
    gathered::store as files,
    paths,
    reading::{
        Reading, Stage, actions,
        answer::{Answer, too_few},
        question::Primary,
        store::{self, Row},
    },
    shown::{Asked, Reader, Shown},
    subject::Subject,
};

/// The addresses of what changed.
#[must_use]
pub fn routes() -> Routes {
    let needs = Needs::Can(Ability::SeeFigures);
    Routes::new()
        .get("/figures/changed", needs, of_scheme)
        .post("/figures/changed", needs, make_of_scheme)
        .get("/figures/changed/practice/{practice}", needs, of_practice)
        .post(
            "/figures/changed/practice/{practice}",
            needs,
            make_of_practice,
        )
        .get("/figures/changed/worker/{worker}", needs, of_worker)
        .post("/figures/changed/worker/{worker}", needs, make_of_worker)
        .get("/figures/readings/{reading}", needs, one)
        .get("/figures/question", needs, question)
        .post("/figures/question", needs, fix)
}

struct Loaded {
    /// The practice's or the worker's name.
    name: Option<String>,
    /// Why nothing may be shown of them (R10).
    few: Option<Few>,
    rows: Vec<Row>,
    has_files: bool,
    /// Other subjects to look at, by name.
    others: Vec<(String, String)>,
}

async fn load(app: &App, signed: &Signed, subject: Subject) -> Result<Loaded, Trouble> {
    let actor = &signed.actor;
    subject.allowed(actor)?;
    let loaded = app
        .db
        .read(async |tx| {
            let name = subject.name(tx, actor).await?;
            let files = files::read_for(tx, actor.scheme, subject.practice()).await?;
            let mut others = Vec::new();
            if subject == Subject::Scheme {
                for practice in organisation::practices(tx, actor.scheme).await? {
                    others.push((
                        practice.name.to_string(),
                        paths::changed_practice(practice.id),
                    ));
                }
                for worker in account::link_workers(tx, actor.scheme).await? {
                    others.push((worker.name.to_string(), paths::changed_worker(worker.id)));
                }
            }
            let rows = store::of_subject(tx, actor.scheme, subject).await?;
            Outcome::Ok(Loaded {
                name,
                few: few(tx, actor.scheme, subject).await?,
                rows,
                has_files: !files.is_empty(),
                others,
            })
        })
        .await?;
    Ok(loaded)
}

/// Whether a link worker has too few people for figures of their own.
async fn few(tx: &mut Tx, scheme: Id<Scheme>, subject: Subject) -> Outcome<Option<Few>> {
    let Subject::Worker(worker) = subject else {
        return Ok(None);
    };
    let people = store::people_of(tx, scheme, worker).await?;
    Ok(too_few(subject, u64::try_from(people).unwrap_or(0)))
}

async fn show_of(app: &App, signed: &Signed, asked: &Asked, subject: Subject) -> Answered {
    let loaded = load(app, signed, subject).await?;
    let reader = asked.reader(&signed.actor);
    let mut parts: Vec<Html> = Vec::new();
    if let Some(few) = &loaded.few {
        parts.push(Shown::refused("Too few people for figures", few).html(reader));
    } else {
        parts.push(show::standing(&loaded.rows, subject));
        let newest = loaded.rows.iter().find(|row| row.state == Stage::Done);
        match newest.and_then(|row| Some((row, answer(row)?))) {
            Some((row, answer)) => {
                parts.push(el("p").class("nhsuk-hint").child(show::when(row)).into());
                parts.push(show::reading(row, &answer, &subject.path(), reader));
                parts.push(show::make(signed, &loaded.rows, subject));
            }
            None => {
                let may_bring = signed.actor.can(Ability::GatherFigures);
                parts.push(show::nothing_yet(&loaded.rows, loaded.has_files, may_bring));
                parts.push(show::make(signed, &loaded.rows, subject));
            }
        }
        parts.push(show::earlier(&loaded.rows));
    }
    parts.push(others(&loaded.others));
    let mut page = signed
        .page("What changed")
        .under(place(signed))
        .body(parts.into_iter().collect::<Html>());
    if let Some(name) = &loaded.name {
        page = page.caption(name);
    }
    Ok(page.into_response())
}

/// The place to go that these pages stand under, by role.
fn place(signed: &Signed) -> String {
    if signed.actor.reach(Ability::SeeFigures) == Reach::Own {
        paths::changed()
    } else {
        paths::figures()
    }
}

/// The answer of a reading that is done.
fn answer(row: &Row) -> Option<Answer> {
    serde_json::from_str(row.result.as_deref()?).ok()
}

/// Practices and link workers, by name.
fn others(others: &[(String, String)]) -> Html {
    if others.is_empty() {
        return Html::default();
    }
    let items = others
        .iter()
        .map(|(name, path)| el("li").child(link(path, name.as_str())));
    el("section")
        .class("kith-figure kith-no-print")
        .child(
            el("h2")
                .class("nhsuk-heading-m")
                .child("The same for one practice or link worker"),
        )
        .child(
            el("p").child(
                "By name. These are to look into a question, not to compare one with another.",
            ),
        )
        .child(el("ul").class("nhsuk-list").children(items))
        .child(el("p").child(link(
            paths::question(),
            "Fix a question before the data are read",
        )))
        .into()
}

/// Has a reading made, and goes back to where it will be.
async fn make_of(app: &App, signed: &Signed, posted: &Posted, subject: Subject) -> Answered {
    let actor = &signed.actor;
    let back = subject.path();
    let made = app
        .db
        .act(async |tx| {
            subject.allowed(actor)?;
            if let Once::Again(to) = once(tx, actor, posted, &back).await? {
                return Ok(to);
            }
            if few(tx, actor.scheme, subject).await?.is_some() {
                let words = "There are too few people for figures of this link worker";
                return Err(kith_base::Refusal::conflict(words)
                    .try_next("Look at the figures of the whole service")
                    .into());
            }
            actions::make(tx, actor, subject).await?;
            Outcome::Ok(back.clone())
        })
        .await?;
    Ok(done(&made, "The reading is being made"))
}

async fn of_scheme(app: App, signed: Signed, Query(asked): Query<Asked>) -> Answered {
    match Subject::own(&signed.actor)? {
        Subject::Scheme => show_of(&app, &signed, &asked, Subject::Scheme).await,
        own => Ok(go(&own.path())),
    }
}

async fn make_of_scheme(app: App, signed: Signed, posted: Posted) -> Answered {
    make_of(&app, &signed, &posted, Subject::Scheme).await
}

async fn of_practice(
    app: App,
    signed: Signed,
    Path(practice): Path<Id<Organisation>>,
    Query(asked): Query<Asked>,
) -> Answered {
    show_of(&app, &signed, &asked, Subject::Practice(practice)).await
}

async fn make_of_practice(
    app: App,
    signed: Signed,
    Path(practice): Path<Id<Organisation>>,
    posted: Posted,
) -> Answered {
    make_of(&app, &signed, &posted, Subject::Practice(practice)).await
}

async fn of_worker(
    app: App,
    signed: Signed,
    Path(worker): Path<Id<Account>>,
    Query(asked): Query<Asked>,
) -> Answered {
    show_of(&app, &signed, &asked, Subject::Worker(worker)).await
}

async fn make_of_worker(
    app: App,
    signed: Signed,
    Path(worker): Path<Id<Account>>,
    posted: Posted,
) -> Answered {
    make_of(&app, &signed, &posted, Subject::Worker(worker)).await
}

/// One reading as it was read, whatever was read since.
async fn one(
    app: App,
    signed: Signed,
    Path(reading): Path<Id<Reading>>,
    Query(asked): Query<Asked>,
) -> Answered {
    let actor = &signed.actor;
    let (row, subject, name) = app
        .db
        .read(async |tx| {
            let row = store::one(tx, actor.scheme, reading)
                .await?
                .ok_or_else(kith_base::Refusal::not_found)?;
            let subject = row.subject().ok_or_else(kith_base::Refusal::not_found)?;
            subject.allowed(actor)?;
            let name = subject.name(tx, actor).await?;
            Outcome::Ok((row, subject, name))
        })
        .await?;
    let reader: Reader = asked.reader(actor);
    let body: Html = match answer(&row) {
        Some(answer) => [
            Html::from(el("p").class("nhsuk-hint").child(show::when(&row))),
            show::reading(&row, &answer, &paths::reading(reading), reader),
        ]
        .into_iter()
        .collect(),
        None => show::standing(std::slice::from_ref(&row), subject),
    };
    let mut page = signed
        .page("What changed, as it was read")
        .under(place(&signed))
        .back(subject.path())
        .body(body);
    if let Some(name) = &name {
        page = page.caption(name);
    }
    Ok(page.into_response())
}

/// Only who sees the whole service's figures fixes its question; everybody
/// else is led to their own.
async fn question(app: App, signed: Signed) -> Answered {
    let own = Subject::own(&signed.actor)?;
    if own != Subject::Scheme {
        return Ok(go(&own.path()));
    }
    question_page(&app, &signed, &form::blank()).await
}

async fn question_page(
    app: &App,
    signed: &Signed,
    form: &form::QuestionForm,
) -> Result<Response, Trouble> {
    let scheme = signed.actor.scheme;
    let rows = app
        .db
        .read(async |tx| Outcome::Ok(store::of_subject(tx, scheme, Subject::Scheme).await?))
        .await?;
    let why = el("p").child("One question is fixed before the data are read, so that nobody can look for an answer first and ask the question after. Once fixed it cannot be changed, and its hash proves it. Everything else a reading shows is exploratory.");
    let mut parts: Vec<Html> = vec![why.into()];
    if rows.iter().any(|row| row.state == Stage::Fixed) {
        parts.push(
            el("p")
                .child("A question is fixed. Bring in the data, then have it read.")
                .into(),
        );
        parts.push(show::make(signed, &rows, Subject::Scheme));
    } else {
        parts.push(form.open(paths::question(), &signed.token()).into());
        parts.push(form.words());
        parts.push(form.answered_by());
        parts.push(
            Button::new("Fix this question")
                .prevent_double_click(true)
                .into(),
        );
        parts.push(Html::trusted("</form>"));
    }
    Ok(signed
        .page("The question fixed beforehand")
        .under(paths::figures())
        .back(paths::changed())
        .errors(form.errors())
        .body(parts.into_iter().collect::<Html>())
        .into_response())
}

async fn fix(app: App, signed: Signed, posted: Posted) -> Answered {
    let entered = match form::blank().check(&posted) {
        Ok(entered) => entered,
        Err(form) => return question_page(&app, &signed, &form).await,
    };
    let actor = &signed.actor;
    let fixed = app
        .db
        .act(async |tx| {
            if let Once::Again(to) = once(tx, actor, &posted, &paths::question()).await? {
                return Ok(to);
            }
            let primary = Primary::new(&entered.words, entered.answered_by);
            actions::fix(tx, actor, primary).await?;
            Outcome::Ok(paths::question())
        })
        .await
        .map_err(Trouble::from);
    match fixed {
        Ok(to) => Ok(done(&to, "The question is fixed")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = form::blank().kept(&posted);
            form.refuse(&refusal);
            question_page(&app, &signed, &form).await
        }
        Err(trouble) => Err(trouble),
    }
}
