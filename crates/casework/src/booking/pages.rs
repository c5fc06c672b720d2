//! `/referrals/{id}/next`: what comes next with somebody, booked, moved and
//! called off.

use std::str::FromStr;

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, audit, once};
use kith_base::{Id, Kind, Refusal};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, InsetText},
    done, el,
    form::{PostButton, Posted},
    html::p,
};

use super::{
    actions,
    form::{LATER, NextForm},
    store::{self, Earlier},
};
use crate::{
    Referral, paths,
    referral::{
        self, Act, Case, Next,
        about::{About, about},
        actions::{Step, Terms},
    },
};

/// What the audit trail says of somebody who opens the page.
const LOOK: &str = "plan the next step";

/// The routes of booking.
#[must_use]
pub fn routes() -> Routes {
    let writes = Needs::Can(Ability::WriteContact);
    Routes::new()
        .get("/referrals/{id}/next", writes, open)
        .post("/referrals/{id}/next", writes, set)
        .post("/referrals/{id}/next/cancel", writes, cancel)
        .post("/referrals/{id}/next/undo", writes, undo)
}

/// The referral, whom it is about, what was called off last, and what was
/// planned with them before.
struct Open {
    about: About,
    called_off: Option<Next>,
    earlier: Vec<Earlier>,
}

async fn load(app: &App, signed: &Signed, id: Id<Referral>) -> Result<Open, kith_access::Trouble> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::WriteContact)?;
    let looks = async |tx: &mut Tx| -> Outcome<Open> {
        let about = about(tx, &scope, id).await?;
        let called_off = store::called_off(tx, actor, &about.case).await?;
        let earlier = store::earlier(tx, &scope, id).await?;
        audit::look(tx, actor, about.case.person, LOOK).await?;
        Ok(Open {
            about,
            called_off,
            earlier,
        })
    };
    Ok(app.db.act(looks).await?)
}

fn page(signed: &Signed, open: &Open, form: &NextForm) -> Response {
    let (case, token) = (&open.about.case, signed.token());
    let fields = [
        form.version(),
        form.step(),
        form.next_on(),
        form.next_way(),
        form.next_time(),
        form.next_place(),
    ];
    let sheet = form
        .open(paths::next(case.id), &token)
        .sheet(fields, Button::send("Set the next step"));
    let planned = matches!(case.standing.next(), Some(Next::Planned { .. }));
    let cancel = planned.then(|| {
        let button = Button::secondary("Call it off: nothing is planned");
        PostButton::new(paths::cancel_next(case.id), &token, button)
            .with("version", case.version.to_string())
    });
    let undo = open.called_off.as_ref();
    let undo = undo.map(|was| called_off(signed, case, was));
    open.about
        .page(signed, "What comes next")
        .reading()
        .back(paths::person(case.person))
        .errors(form.errors())
        .body(
            undo.unwrap_or_default()
                .and(sheet)
                .and(cancel.map(Html::from).unwrap_or_default())
                .and(before(&open.earlier)),
        )
        .into_response()
}

/// What was called off, with the button that brings it back.
fn called_off(signed: &Signed, case: &Case, was: &Next) -> Html {
    let undo = PostButton::new(
        paths::undo_cancel_next(case.id),
        &signed.token(),
        Button::secondary("Undo: book it again as it was"),
    );
    let words = p(format!("Called off: {}", was.told()));
    InsetText::new(words.and(Html::from(undo))).into()
}

/// What was planned before, so that it can be booked again.
fn before(earlier: &[Earlier]) -> Html {
    if earlier.is_empty() {
        return Html::default();
    }
    let lines = earlier
        .iter()
        .map(|plan| el("li").child(format!("{} (set on {})", plan.note, plan.at.as_uk_moment())));
    let list = el("ul")
        .class("nhsuk-list nhsuk-list--bullet")
        .children(lines);
    let heading = el("h2").class("nhsuk-heading-m").child("Planned until now");
    Html::from(heading).and(list).and(p(
        "The newest stands first. Where it was to be is not kept here.",
    ))
}

async fn open(app: App, signed: Signed, Path(id): Path<Id<Referral>>) -> Answer {
    let open = load(&app, &signed, id).await?;
    let case = &open.about.case;
    let form = NextForm::of(case.version, case.standing.next());
    Ok(page(&signed, &open, &form))
}

async fn set(app: App, signed: Signed, Path(id): Path<Id<Referral>>, posted: Posted) -> Answer {
    if !posted.text(LATER).is_empty() {
        return move_to(&app, &signed, id, &posted).await;
    }
    let mut blank = NextForm::blank();
    blank.next_on.kind.today_or_future(signed.actor.today());
    let cmd = match blank.clone().check(&posted) {
        Ok(cmd) => cmd,
        Err(mut form) => {
            let named = ["step", "next_way"].map(|name| posted.text(name).trim());
            if named == ["", ""] {
                form.step.add_error("Enter what comes next");
            }
            return Ok(page(&signed, &load(&app, &signed, id).await?, &form));
        }
    };
    let planned = match cmd.next() {
        Ok(next) => plan(&app, &signed, &posted, id, cmd.version, next).await,
        Err(refusal) => Err(refusal.into()),
    };
    match planned {
        Ok(false) => Ok(done(&paths::today(), "Next step set")),
        Ok(true) => Ok(done(
            &paths::today(),
            "Next step set. You meet somebody else at the same time: both stand on that day",
        )),
        Err(Failure::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = blank.kept(&posted);
            form.refuse(&refusal);
            Ok(page(&signed, &load(&app, &signed, id).await?, &form))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Plans, and says whether somebody else is met at the same time.
async fn plan(
    app: &App,
    signed: &Signed,
    posted: &Posted,
    id: Id<Referral>,
    version: i64,
    next: Next,
) -> Outcome<bool> {
    let actor = &signed.actor;
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    app.db
        .act(async |tx| -> Outcome<bool> {
            if let Once::Again(_) = once(tx, actor, posted, &paths::today()).await? {
                actions::stands_on(tx, actor, id, next.on()).await?;
                return Ok(false);
            }
            let step = Step {
                referral: id,
                version: Some(version),
                act: Act::Plan(next.clone()),
                note: None,
            };
            referral::actions::step(tx, &terms, actor, Ability::WriteContact, step, actor.now)
                .await?;
            Ok(store::is_double(tx, actor.scheme, id).await?)
        })
        .await
}

/// What the page posts and nobody types.
fn known<T: FromStr>(posted: &Posted, name: &str) -> Result<T, Refusal> {
    let incomplete =
        |_| Refusal::invalid("This form is incomplete").try_next("Open the page again");
    posted.text(name).parse().map_err(incomplete)
}

/// Moves the step to the day of the button that was pressed.
async fn move_to(app: &App, signed: &Signed, id: Id<Referral>, posted: &Posted) -> Answer {
    let actor = &signed.actor;
    let (version, on) = (known(posted, "version")?, known(posted, LATER)?);
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    app.db
        .act(async |tx| -> Outcome<()> {
            if let Once::Again(_) = once(tx, actor, posted, &paths::today()).await? {
                return actions::stands_on(tx, actor, id, on).await;
            }
            actions::move_to(tx, &terms, actor, id, version, on).await
        })
        .await?;
    Ok(done(&paths::today(), "Next step set"))
}

async fn cancel(app: App, signed: Signed, Path(id): Path<Id<Referral>>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let version = known(&posted, "version")?;
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    app.db
        .act(async |tx| -> Outcome<()> {
            if let Once::Again(_) = once(tx, actor, &posted, &paths::next(id)).await? {
                return Ok(());
            }
            actions::call_off(tx, &terms, actor, id, version).await
        })
        .await?;
    Ok(done(&paths::next(id), "Called off"))
}

async fn undo(app: App, signed: Signed, Path(id): Path<Id<Referral>>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let to = app
        .db
        .act(async |tx| -> Outcome<String> {
            if let Once::Again(to) = once(tx, actor, &posted, &paths::today()).await? {
                return Ok(to);
            }
            let day = actions::bring_back(tx, &terms, actor, id).await?;
            Ok(paths::day(day))
        })
        .await?;
    Ok(done(&to, "Booked again as it was"))
}
