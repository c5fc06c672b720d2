//! Reopening a referral, with a reason, by a worker who takes it on or a
//! manager who gives it to one: an open referral always has its link worker.

use axum::{extract::Path, http::StatusCode, response::IntoResponse};
use kith_access::{
    Ability, Account, Actor, Answer, App, Needs, Once, Role, Routes, Signed, Trouble, account, once,
};
use kith_base::{Id, Kind, Line};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Page,
    components::Button,
    done, form,
    form::{FieldKind, Hidden, Pick, Posted, Text},
    html::p,
};

use super::{
    Referral,
    about::{About, about, look},
    actions::{self, Reopening, Terms},
};
use crate::paths;

/// The form as its fields come out.
#[expect(missing_docs, reason = "each is told by its label below")]
pub struct Fields {
    pub version: i64,
    pub why: Line,
    pub owner: Id<Account>,
}

form! {
    /// A referral to be reopened.
    pub ReopenForm => Fields {
        version: Hidden<i64> = "The version of the referral",
        why: Text<Line> = Text::new("Why are you reopening it?").called("why you are reopening it"),
        owner: Pick<Id<Account>> = Pick::empty("Who takes it on").missing("Select who takes it on"),
    }
}

/// What the trail calls a look at the form.
const LOOK: &str = "open the reopening of a referral";

/// The addresses of this thing. Who may reopen is asked by the page: a worker
/// for themselves, a manager for anybody.
#[must_use]
pub fn routes() -> Routes {
    let sees = Needs::Can(Ability::SeeCaseload);
    Routes::new()
        .get("/referrals/{referral}/reopen", sees, show)
        .post("/referrals/{referral}/reopen", sees, reopen)
}

/// A worker takes referrals of the whole scheme; a manager gives them.
fn needs(actor: &Actor) -> Ability {
    match actor.role {
        Role::LinkWorker => Ability::TakeReferral,
        _ => Ability::AssignReferral,
    }
}

/// The form with everybody who may take it on.
async fn offering(app: &App, actor: &Actor) -> Result<ReopenForm, Trouble> {
    let mut form = ReopenForm::blank();
    let owner = &mut form.owner.kind;
    if actor.role == Role::LinkWorker {
        let me = actor.account;
        owner.offer(me, me.to_string(), format!("{} (me)", actor.name));
        owner.fill(&me);
        return Ok(form);
    }
    let read = async |tx: &mut Tx| account::link_workers(tx, actor.scheme).await;
    for worker in app.db.read(read).await? {
        owner.offer(worker.id, worker.id.to_string(), &*worker.name);
    }
    Ok(form)
}

async fn show(app: App, signed: Signed, Path(referral): Path<Id<Referral>>) -> Answer {
    let actor = &signed.actor;
    let about = look(&app, &signed, needs(actor), referral, LOOK).await?;
    let mut form = offering(&app, actor).await?;
    form.version.fill(&about.case.version);
    Ok(page(&signed, &about, &form).into_response())
}

fn page(signed: &Signed, about: &About, form: &ReopenForm) -> Page {
    let ended = about.case.standing.state().to_string().to_lowercase();
    let what = p(format!(
        "This referral is {ended}. Once it is reopened the practice is told, and the person must be asked again whether they want to go on."
    ));
    let fields = [form.version(), form.why(), form.owner()];
    let sheet = form
        .open(paths::reopen(about.case.id), &signed.token())
        .sheet(fields, Button::send("Reopen the referral"));
    about
        .page(signed, "Reopen the referral")
        .reading()
        .back(paths::person(about.who.id))
        .errors(form.errors())
        .body(what.and(sheet))
}

async fn reopen(
    app: App,
    signed: Signed,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(needs(actor))?;
    let found = app
        .db
        .read(async |tx| about(tx, &scope, referral).await)
        .await?;
    let answer = answer(&app, &signed, &found, &posted).await?;
    signed.shown_again(found.who.id, LOOK, answer).await
}

async fn answer(app: &App, signed: &Signed, found: &About, posted: &Posted) -> Answer {
    let actor = &signed.actor;
    let offered = offering(app, actor).await?;
    let fields = match offered.clone().check(posted) {
        Ok(fields) => fields,
        Err(form) => return Ok(page(signed, found, &form).into_response()),
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let to = paths::person(found.who.id);
    let reopens = async |tx: &mut Tx| -> Outcome<String> {
        if let Once::Again(path) = once(tx, actor, posted, &to).await? {
            return Ok(path);
        }
        let reopening = Reopening {
            referral: found.case.id,
            version: fields.version,
            why: fields.why.clone(),
            owner: fields.owner,
        };
        actions::reopen(tx, &terms, actor, reopening, actor.now).await?;
        Ok(to.clone())
    };
    match app.db.act(reopens).await {
        Ok(to) => Ok(done(&to, "Referral reopened. The practice has been told")),
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            let mut form = offered.kept(posted);
            form.version.fill(&found.case.version);
            form.refuse(&refusal);
            let page = page(signed, found, &form).status(StatusCode::CONFLICT);
            Ok(page.into_response())
        }
        Err(failure) => Err(failure.into()),
    }
}
