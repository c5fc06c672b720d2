//! Somebody no longer agrees, and says so to whoever they know: a link worker,
//! the manager, their practice. It is written down as soon as it is heard,
//! without a reason being asked for. Everything of theirs that is unfinished
//! ends with it, never in silence: what waits to be sent about them is
//! cancelled, each practice reads that it ended, and why. What was written
//! stays; a concern goes on, because it is about their safety.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Account, Actor, Answer, App, Needs, Once, Role, Routes, Signed, once, outbox,
};
use kith_base::{Day, Id, Kind, Line, Refusal, Ts, words};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::Button,
    done, el, form,
    form::{Date, Hidden, Maybe, One, Posted, Text},
    go,
    html::{link, p},
};

use super::{
    Act, Case, Referral,
    about::{About, about, look},
    actions::{self, Terms, end_words},
    rules::{Move, NO_LONGER_AGREES_LABEL, allowed},
    store,
};
use crate::{
    message::Stage,
    paths,
    task::{self, NewTask},
};

words! {
    /// Who said that the person no longer agrees.
    pub enum Heard {
        Person = "person" / "The person",
        ForThem = "for_them" / "Somebody who speaks for them",
    }
}

/// What was said, and when.
#[derive(Clone, Debug)]
pub struct Said {
    /// The version the page showed.
    pub version: i64,
    /// Who said it.
    pub heard: Heard,
    /// When.
    pub said_on: Day,
    /// In their words, when they want that kept.
    pub words: Option<Line>,
}

form! {
    /// Somebody no longer agrees.
    pub WithdrawForm => Said {
        version: Hidden<i64> = "The version of the referral",
        heard: One<Heard> = One::new("Who said so?").called("who said so"),
        said_on: Date = Date::new("When did they say so?").called("the day they said so"),
        words: Maybe<Text<Line>> = Text::new("What they said").most(300)
            .hint("They need give no reason. The practice does not read this. \
                   Do not write where they are"),
    }
}

/// What the trail calls a look at the form.
const LOOK: &str = "open the end of somebody's agreement";
/// What the practice has to do about it.
const TO_DO: &str = "Nothing. Ask the person before anybody refers them again";

/// The routes of this thing.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::WithdrawAgreement);
    Routes::new()
        .get("/referrals/{referral}/withdraw", may, show)
        .post("/referrals/{referral}/withdraw", may, send)
}

/// Whether the actor can write it down for a referral as it stands, for what
/// a page offers.
#[must_use]
pub fn offers(actor: &Actor, case: &Case) -> bool {
    actor.can(Ability::WithdrawAgreement)
        && is_theirs(actor, case)
        && allowed(Move::Withdraw, case.standing.state()).is_ok()
}

/// A practice speaks of what it sent; the service of every referral.
fn is_theirs(actor: &Actor, case: &Case) -> bool {
    actor.role != Role::Practice || case.sent.practice == actor.practice
}

/// Writes down that somebody no longer agrees, and ends what is unfinished.
///
/// # Errors
/// Not found when the referral is out of reach, or another practice's; a
/// conflict when it has ended or was changed since it was shown; by field when
/// the day lies before the referral.
pub async fn withdraw(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    referral: Id<Referral>,
    said: &Said,
) -> Outcome<()> {
    let scope = actor.scope(Ability::WithdrawAgreement)?;
    let case = store::case(tx, &scope, referral)
        .await?
        .filter(|case| is_theirs(actor, case))
        .ok_or_else(Refusal::not_found)?;
    allowed(Move::Withdraw, case.standing.state())?;
    if case.version != said.version {
        return Err(actions::quicker().into());
    }
    if said.said_on < case.received_at.day() {
        let words = "The day they said so must not be before the referral came";
        return Err(Refusal::field("said_on", words).into());
    }
    outbox::cancel_about(tx, terms.scheme, case.person).await?;
    task::store::end_of_kind(tx, actor, case.person, task::Kind::Action).await?;
    let note = in_words(said);
    for one in store::all_unfinished(tx, terms.scheme, case.person).await? {
        end(tx, terms, actor, one, said, &note).await?;
    }
    Ok(())
}

/// Who said it, when, and in what words: for the history.
fn in_words(said: &Said) -> String {
    let who = match said.heard {
        Heard::Person => "They said so themself",
        Heard::ForThem => "Somebody who speaks for them said so",
    };
    let words = said.words.as_ref().map(|words| format!(": {words}"));
    let on = said.said_on.as_uk_date();
    format!("{who} on {on}{}", words.unwrap_or_default())
}

/// Ends one referral. What an earlier end said of it is not said again.
async fn end(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    referral: Id<Referral>,
    said: &Said,
    note: &str,
) -> Outcome<()> {
    store::set_end(tx, terms.scheme, referral, None, TO_DO).await?;
    let case = store::for_own_move(tx, terms.scheme, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let worker = case.standing.owner();
    let act = Act::Withdraw {
        next: to_do()?,
        person_knows: said.heard == Heard::Person,
    };
    let ended = actions::go(tx, terms, actor, case, act, Some(note), actor.now).await?;
    match worker.filter(|worker| *worker != actor.account) {
        Some(worker) => tell_worker(tx, terms, &ended, worker, actor.now).await,
        None => Ok(()),
    }
}

fn to_do() -> Result<Line, Refusal> {
    TO_DO
        .parse()
        .map_err(|_| Refusal::invalid("What the practice needs to do is missing"))
}

/// The link worker who did not hear it themself finds it on their day.
async fn tell_worker(
    tx: &mut Tx,
    terms: &Terms,
    ended: &Case,
    worker: Id<Account>,
    at: Ts,
) -> Outcome<()> {
    let new = NewTask {
        person: Some(ended.person),
        referral: Some(ended.id),
        contact: None,
        kind: task::Kind::Notice,
        what: format!(
            "Important: this person no longer agrees, so referral {} has ended. Call off what you \
             have arranged with others, and do not get in touch because of it.",
            ended.reference
        ),
        who: task::Who::Worker,
        owner: Some(worker),
        due: at.day(),
    };
    task::store::insert(tx, terms.scheme, &new, at).await?;
    Ok(())
}

async fn show(app: App, signed: Signed, Path(referral): Path<Id<Referral>>) -> Answer {
    let actor = &signed.actor;
    let found = look(&app, &signed, Ability::WithdrawAgreement, referral, LOOK).await?;
    theirs(actor, &found)?;
    allowed(Move::Withdraw, found.case.standing.state())?;
    let mut form = blank(actor.today());
    form.version.fill(&found.case.version);
    form.said_on.fill(&actor.today());
    Ok(page(&signed, &found, &form, StatusCode::OK))
}

fn theirs(actor: &Actor, found: &About) -> Result<(), Refusal> {
    match is_theirs(actor, &found.case) {
        true => Ok(()),
        false => Err(Refusal::not_found()),
    }
}

fn blank(today: Day) -> WithdrawForm {
    let mut form = WithdrawForm::blank();
    form.said_on.kind.today_or_past(today);
    form
}

/// Where whoever writes it down came from: a practice does not open records.
fn back(actor: &Actor, found: &About) -> String {
    match actor.role {
        Role::Practice => paths::sent_one(found.case.id),
        _ => paths::person(found.who.id),
    }
}

fn page(signed: &Signed, found: &About, form: &WithdrawForm, status: StatusCode) -> Response {
    let back = back(&signed.actor, found);
    let words = end_words(Stage::Closed, NO_LONGER_AGREES_LABEL, None);
    let happens = [
        "Their referral ends now, and nobody gets in touch because of it.".to_owned(),
        "Mail about them that waits to be sent is cancelled, and open actions end.".to_owned(),
        format!(
            "Whoever sent the referral hears of the end. A practice reads: \u{201c}{words}\u{201d}"
        ),
        "What was written until now stays in the record, as the law asks.".to_owned(),
        "A safeguarding concern about them goes on.".to_owned(),
    ];
    let happens = el("ul")
        .class("nhsuk-list nhsuk-list--bullet")
        .children(happens.map(|line| Html::from(el("li").child(line))));
    let fields = [form.version(), form.heard(), form.said_on(), form.words()];
    let sheet = form
        .open(paths::withdraw(found.case.id), &signed.token())
        .sheet(fields, Button::send("End it and tell the practice"));
    found
        .page(signed, "The person no longer agrees")
        .reading()
        .back(&back)
        .errors(form.errors())
        .body(
            p("Everybody may change their mind, at any time. When you send this:")
                .and(Html::from(happens))
                .and(sheet)
                .and(p(link(back, "Go back and leave it as it is"))),
        )
        .status(status)
        .into_response()
}

async fn send(
    app: App,
    signed: Signed,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let scope = signed.actor.scope(Ability::WithdrawAgreement)?;
    let found = app
        .db
        .read(async |tx| about(tx, &scope, referral).await)
        .await?;
    theirs(&signed.actor, &found)?;
    let answer = answer(&app, &signed, &found, &posted).await?;
    signed.shown_again(found.who.id, LOOK, answer).await
}

async fn answer(app: &App, signed: &Signed, found: &About, posted: &Posted) -> Answer {
    let actor = &signed.actor;
    let said = match blank(actor.today()).check(posted) {
        Ok(said) => said,
        Err(form) => {
            return Ok(page(signed, found, &form, StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let to = back(actor, found);
    let ends = async |tx: &mut Tx| -> Outcome<Option<String>> {
        if let Once::Again(path) = once(tx, actor, posted, &to).await? {
            return Ok(Some(path));
        }
        withdraw(tx, &terms, actor, found.case.id, &said).await?;
        Ok(None)
    };
    match app.db.act(ends).await {
        Ok(None) => Ok(done(
            &to,
            "Ended, because the person no longer agrees. Nothing that waited about them is sent",
        )),
        Ok(Some(path)) => Ok(go(&path)),
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            let status = match refusal.kind {
                Kind::Conflict => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let mut form = blank(actor.today()).kept(posted);
            form.version.fill(&found.case.version);
            form.refuse(&refusal);
            Ok(page(signed, found, &form, status))
        }
        Err(failure) => Err(failure.into()),
    }
}
