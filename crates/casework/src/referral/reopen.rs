//! Reopening a referral, with a reason, by a worker who takes it on or a
//! manager who gives it to one: an open referral always has its link worker.

use axum::{extract::Path, http::StatusCode, response::Response};
use kith_access::{
    Ability, Account, Actor, Answer, App, Needs, Once, Role, Routes, Scope, Signed, account, audit,
    once,
};
use kith_base::{Id, Kind, Line, Refusal};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    done, form,
    form::{FieldKind, FormToken, Pick, Posted, Text},
};

use super::{
    Case, Referral,
    actions::{self, Reopening, Terms},
    store,
};
use crate::{
    paths,
    person::{self, Identity, banner::banner},
};

/// The form as its fields come out.
#[expect(missing_docs, reason = "each is told by its label below")]
pub struct Fields {
    pub why: Line,
    pub owner: Id<Account>,
}

form! {
    /// A referral to be reopened.
    pub ReopenForm => Fields {
        why: Text<Line> = Text::new("Why are you reopening it?").called("why you are reopening it"),
        owner: Pick<Id<Account>> = Pick::empty("Who takes it on").missing("Select who takes it on"),
    }
}

/// The addresses of this thing. Who may reopen is asked by the page: a worker
/// for themselves, a manager for anybody.
#[must_use]
pub fn routes() -> Routes {
    let sees = Needs::Can(Ability::SeeCaseload);
    Routes::new()
        .get("/referrals/{referral}/reopen", sees, show)
        .post("/referrals/{referral}/reopen", sees, reopen)
}

/// What the page needs of the database.
struct Open {
    who: Identity,
    case: Case,
    workers: Vec<(Id<Account>, String)>,
}

/// A worker takes referrals of the whole scheme; a manager gives them.
fn scope(actor: &Actor) -> Result<Scope, Refusal> {
    let takes = actor.role == Role::LinkWorker;
    actor.scope(if takes {
        Ability::TakeReferral
    } else {
        Ability::AssignReferral
    })
}

async fn open(tx: &mut Tx, signed: &Signed, referral: Id<Referral>) -> Outcome<Open> {
    let actor = &signed.actor;
    let scope = scope(actor)?;
    let case = store::case(tx, &scope, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let record = person::store::record(tx, &scope, case.person).await?;
    let record = record.ok_or_else(Refusal::not_found)?;
    let mut workers = vec![];
    if actor.role == Role::LinkWorker {
        workers.push((actor.account, format!("{} (me)", actor.name)));
    } else {
        let all = account::link_workers(tx, actor.scheme).await?;
        workers.extend(
            all.into_iter()
                .map(|worker| (worker.id, worker.name.to_string())),
        );
    }
    Ok(Open {
        who: record.identity,
        case,
        workers,
    })
}

fn offering(open: &Open) -> ReopenForm {
    let mut form = ReopenForm::blank();
    for (id, name) in &open.workers {
        form.owner.kind.offer(*id, id.to_string(), name.as_str());
    }
    if let [(only, _)] = &open.workers[..] {
        form.owner.kind.fill(only);
    }
    form
}

async fn show(app: App, signed: Signed, Path(referral): Path<Id<Referral>>) -> Answer {
    let open = app
        .db
        .act(async |tx| {
            let open = open(tx, &signed, referral).await?;
            audit::look(
                tx,
                &signed.actor,
                open.case.person,
                "open the reopening of a referral",
            )
            .await?;
            Ok(open)
        })
        .await?;
    Ok(page(&signed, &open, &offering(&open), None))
}

#[derive(askama::Template)]
#[template(path = "referral/reopen.html")]
struct View<'a> {
    form: &'a ReopenForm,
    token: &'a FormToken,
    action: String,
    version: i64,
    ended: String,
}

fn page(signed: &Signed, open: &Open, form: &ReopenForm, status: Option<StatusCode>) -> Response {
    let page = signed
        .page("Reopen the referral")
        .reading()
        .caption(format!("Referral {}", open.case.reference))
        .back(paths::person(open.who.id))
        .banner(banner(&open.who, signed.actor.today()))
        .errors(form.errors());
    let page = match status {
        Some(status) => page.status(status),
        None => page,
    };
    page.view(&View {
        form,
        token: &signed.token(),
        action: paths::reopen(open.case.id),
        version: open.case.version,
        ended: open.case.standing.state().to_string().to_lowercase(),
    })
}

async fn reopen(
    app: App,
    signed: Signed,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let open = app
        .db
        .read(async |tx| open(tx, &signed, referral).await)
        .await?;
    let version: i64 = posted
        .text("version")
        .parse()
        .map_err(|_| Refusal::invalid("This form is incomplete").try_next("Open the page again"))?;
    let fields = match offering(&open).check(&posted) {
        Ok(fields) => fields,
        Err(form) => return Ok(page(&signed, &open, &form, None)),
    };
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let to = paths::person(open.who.id);
    let result = app
        .db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, &signed.actor, &posted, &to).await? {
                return Ok(path);
            }
            let reopening = Reopening {
                referral,
                version,
                why: fields.why.clone(),
                owner: fields.owner,
            };
            actions::reopen(tx, &terms, &signed.actor, reopening, signed.actor.now).await?;
            Ok(to.clone())
        })
        .await;
    match result {
        Ok(to) => Ok(done(&to, "Referral reopened. The practice has been told")),
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            let mut form = offering(&open).kept(&posted);
            form.refuse(&refusal);
            Ok(page(&signed, &open, &form, Some(StatusCode::CONFLICT)))
        }
        Err(failure) => Err(failure.into()),
    }
}
