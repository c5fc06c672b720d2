//! A referral that was sent by mistake (the wrong person, the wrong button) is
//! taken back by the practice that sent it, as long as nobody has taken it on.
//! It leaves every list, its tasks end with it, the service is told by mail,
//! and the reason stays in the person's record. Nothing is deleted.

use axum::{extract::Path, response::IntoResponse};
use kith_access::{
    Ability, Actor, Answer, App, Needs, Once, Routes, Signed, once,
    outbox::{self, Mail},
};
use kith_base::{Id, Line, Refusal};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Page,
    components::Button,
    done, form,
    form::{Posted, Text},
    go,
    html::{link, p},
};

use super::{
    Act, Case, Referral, Source,
    about::About,
    actions::{self, Step, Terms},
    line,
    rules::{Move, leads_to},
};
use crate::{paths, task};

/// Why a referral is taken back.
pub struct Mistake {
    /// In words, for the record.
    pub why: Line,
}

form! {
    /// The form of a mistake.
    pub MistakeForm => Mistake {
        why: Text<Line> = Text::new("What was the mistake?")
            .called("what the mistake was")
            .hint("For example, sent for the wrong person. It stays in the record").most(300),
    }
}

/// The routes of taking back.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::AnswerMessages);
    Routes::new()
        .get("/sent/{referral}/take-back", may, show)
        .post("/sent/{referral}/take-back", may, send)
}

/// Whether the actor may take a referral back as it stands, for what a page
/// offers.
#[must_use]
pub fn offers(actor: &Actor, case: &Case) -> bool {
    may(actor, case).is_ok()
}

fn may(actor: &Actor, case: &Case) -> Result<(), Refusal> {
    let own = actor.practice.is_some() && case.sent.practice == actor.practice;
    if !own || case.sent.source != Source::Practice {
        return Err(
            Refusal::not_allowed("Only the practice that sent a referral takes it back")
                .try_next("Ring the service and say what is wrong"),
        );
    }
    let state = case.standing.state();
    if leads_to(Move::TakeBack, Some(state)).is_some() {
        return Ok(());
    }
    let (what, next) = match &case.owner_name {
        Some(worker) => (
            format!("{worker} has this referral already"),
            format!("Ring the service and ask for {worker}"),
        ),
        None => (
            "This referral can no longer be taken back".to_owned(),
            "Ring the service and say what is wrong".to_owned(),
        ),
    };
    Err(Refusal::conflict(what).try_next(next))
}

/// Takes a referral back.
///
/// # Errors
/// Not found when it is not the practice's; not allowed when another sent it;
/// a conflict once somebody has taken it on.
pub async fn take_back(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    referral: Id<Referral>,
    why: Line,
) -> Outcome<()> {
    let case = line::to_add_to(tx, actor, referral).await?;
    may(actor, &case)?;
    let step = Step {
        referral,
        version: Some(case.version),
        act: Act::TakeBack,
        note: Some(why),
    };
    actions::step(tx, terms, actor, Ability::Refer, step, actor.now).await?;
    task::store::end_of(tx, actor, referral, &case.reference).await?;
    if let Some(inbox) = &terms.inbox {
        let mail = Mail {
            once_key: format!("referral.taken_back:{referral}"),
            kind: "referral.taken_back",
            to: inbox.clone(),
            subject: format!("A referral was taken back (ref {})", case.reference),
            body: "The practice that sent this referral has taken it back: it was a mistake. \
                   There is nothing to do."
                .into(),
            person: Some(case.person),
        };
        outbox::queue(tx, terms.scheme, actor.now, mail).await?;
    }
    Ok(())
}

async fn about(app: &App, signed: &Signed, referral: Id<Referral>) -> Outcome<About> {
    let (case, who) =
        super::receipt::case_and_person(signed, app, referral, "see a sent referral").await?;
    may(&signed.actor, &case)?;
    Ok(About { case, who })
}

fn page(signed: &Signed, about: &About, form: &MistakeForm) -> Page {
    let back = paths::sent_one(about.case.id);
    let sheet = form
        .open(paths::take_back(about.case.id), &signed.token())
        .sheet([form.why()], Button::send("Take this referral back"));
    let words = "Nobody has taken it on yet. Once it is taken back nobody gets in touch with the \
                 person because of it.";
    about
        .page(signed, "Take a referral back")
        .back(&back)
        .errors(form.errors())
        .body(
            p(words)
                .and(sheet)
                .and(p(link(back, "Go back and leave it as it is"))),
        )
}

async fn show(app: App, signed: Signed, Path(referral): Path<Id<Referral>>) -> Answer {
    let about = about(&app, &signed, referral).await?;
    Ok(page(&signed, &about, &MistakeForm::blank()).into_response())
}

async fn send(
    app: App,
    signed: Signed,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let mistake = match MistakeForm::blank().check(&posted) {
        Ok(mistake) => mistake,
        Err(form) => {
            let about = about(&app, &signed, referral).await?;
            return Ok(page(&signed, &about, &form).into_response());
        }
    };
    let actor = &signed.actor;
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let again = app
        .db
        .act(async |tx| {
            if let Once::Again(to) = once(tx, actor, &posted, &paths::sent()).await? {
                return Ok(Some(to));
            }
            take_back(tx, &terms, actor, referral, mistake.why.clone()).await?;
            Outcome::Ok(None)
        })
        .await?;
    Ok(again.map_or_else(
        || done(&paths::sent(), "Taken back: the service has been told"),
        |to| go(&to),
    ))
}
