//! The covers, and what happens when a link worker leaves.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Account, Answer, App, Needs, Once, Routes, Signed, Trouble,
    account::{self, AccountRow},
    once,
};
use kith_base::{Id, Refusal, refusal::Kind};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Button, InsetText},
    done,
    form::Posted,
    html::p,
};

use super::{Cover, actions, form, overview, store};
use crate::{paths, referral::actions::Terms};

/// The addresses of the team.
#[must_use]
pub fn routes() -> Routes {
    let needs = Needs::Can(Ability::SeeTeam);
    Routes::new()
        .get("/team", needs, overview::show)
        .get("/team/cover", needs, covers)
        .post("/team/cover", needs, cover)
        .post("/team/cover/{cover}/end", needs, end_cover)
        .get("/team/leaving/{account}", needs, leaving)
        .post("/team/leaving/{account}", needs, hand_over)
}

async fn workers(app: &App, signed: &Signed) -> Result<Vec<AccountRow>, Trouble> {
    let scheme = signed.actor.scheme;
    Ok(app
        .db
        .read(async |tx| account::link_workers(tx, scheme).await)
        .await?)
}

fn cover_page(signed: &Signed, form: &form::CoverForm) -> Response {
    let how = InsetText::new(
        "On these days whoever stands in sees and works with the other's people as with their own. It ends by itself.",
    );
    let fields = [form.away(), form.cover(), form.from(), form.until()];
    let sheet = form
        .open(paths::cover(), &signed.token())
        .sheet(fields, Button::send("Save"));
    let body = Html::from(how).and(sheet);
    signed
        .page("Who stands in")
        .back(paths::team())
        .errors(form.errors())
        .body(body)
        .into_response()
}

async fn covers(app: App, signed: Signed) -> Answer {
    Ok(cover_page(
        &signed,
        &form::cover(&workers(&app, &signed).await?),
    ))
}

async fn cover(app: App, signed: Signed, posted: Posted) -> Answer {
    let blank = form::cover(&workers(&app, &signed).await?);
    let new = match blank.clone().check(&posted) {
        Ok(new) => new,
        Err(form) => return Ok(cover_page(&signed, &form)),
    };
    let actor = &signed.actor;
    let saved = app
        .db
        .act(async |tx| {
            if once(tx, actor, &posted, &paths::team()).await? != Once::First {
                return Ok(());
            }
            actions::cover(tx, actor, &new).await
        })
        .await;
    match saved.map_err(Trouble::from) {
        Ok(()) => Ok(done(&paths::team(), "Saved who stands in")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = blank.kept(&posted);
            form.refuse(&refusal);
            Ok(cover_page(&signed, &form))
        }
        Err(trouble) => Err(trouble),
    }
}

async fn end_cover(app: App, signed: Signed, Path(id): Path<Id<Cover>>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    app.db
        .act(async |tx| {
            if once(tx, actor, &posted, &paths::team()).await? != Once::First {
                return Ok(());
            }
            actions::end_cover(tx, actor, id).await
        })
        .await?;
    Ok(done(&paths::team(), "The cover has ended"))
}

struct Leaver {
    worker: AccountRow,
    /// What they hold.
    cases: usize,
    /// Of that, what the manager can hand over: a restricted record is open
    /// to named people alone.
    reached: usize,
    tasks: i64,
    workers: Vec<AccountRow>,
}

async fn leaver(app: &App, signed: &Signed, id: Id<Account>) -> Result<Leaver, Trouble> {
    let scheme = signed.actor.scheme;
    let scope = signed.actor.scope(Ability::AssignReferral)?;
    let found = app
        .db
        .read(async |tx| {
            let workers = account::link_workers(tx, scheme).await?;
            let worker = workers
                .iter()
                .find(|worker| worker.id == id)
                .cloned()
                .ok_or_else(Refusal::not_found)?;
            Outcome::Ok(Leaver {
                worker,
                cases: crate::referral::store::owned_by(tx, scheme, id)
                    .await?
                    .len(),
                reached: store::handed_over(tx, &scope, id).await?.len(),
                tasks: store::open_tasks(tx, scheme, id).await?,
                workers,
            })
        })
        .await?;
    Ok(found)
}

fn leaving_page(signed: &Signed, leaver: &Leaver, form: &form::HandOverForm) -> Response {
    let what = format!(
        "{} has {} open cases and {} open tasks. When the administrator marks them as left, their sign-in ends at once, every open case goes to the queue of those who need a link worker with tomorrow's working day as its date, and the tasks go to your queue. \
         Nothing is lost. You can hand everything to one colleague before that.",
        leaver.worker.name, leaver.cases, leaver.tasks
    );
    let closed = match leaver.cases - leaver.reached {
        0 => Html::default(),
        1 => p(format!(
            "1 of the cases is of a restricted record you cannot open: ask {} to hand it over. Otherwise it comes to the managers when they leave.",
            leaver.worker.name
        )),
        many => p(format!(
            "{many} of the cases are of restricted records you cannot open: ask {} to hand them over. Otherwise they come to the managers when they leave.",
            leaver.worker.name
        )),
    };
    let way = if leaver.reached == 0 && leaver.tasks == 0 {
        p("There is nothing to hand over.")
    } else {
        form.open(paths::leaving(leaver.worker.id), &signed.token())
            .sheet([form.to()], Button::send("Hand everything over"))
    };
    signed
        .page(format!("When {} leaves", leaver.worker.name))
        .back(paths::team())
        .errors(form.errors())
        .body(p(what).and(closed).and(way))
        .into_response()
}

async fn leaving(app: App, signed: Signed, Path(id): Path<Id<Account>>) -> Answer {
    let leaver = leaver(&app, &signed, id).await?;
    let form = form::hand_over(&leaver.workers, id);
    Ok(leaving_page(&signed, &leaver, &form))
}

async fn hand_over(
    app: App,
    signed: Signed,
    Path(id): Path<Id<Account>>,
    posted: Posted,
) -> Answer {
    let leaver = leaver(&app, &signed, id).await?;
    let chosen = match form::hand_over(&leaver.workers, id).check(&posted) {
        Ok(chosen) => chosen,
        Err(form) => return Ok(leaving_page(&signed, &leaver, &form)),
    };
    let (actor, terms) = (
        &signed.actor,
        Terms::of(signed.actor.scheme, &signed.settings)?,
    );
    let mut left = leaver.reached + 1;
    loop {
        let now_left = app
            .db
            .act(async |tx| actions::hand_over(tx, &terms, actor, id, chosen.to, actor.now).await)
            .await?;
        // Each go makes fewer; if it does not, the page shows what is left.
        if now_left == 0 || now_left >= left {
            break;
        }
        left = now_left;
    }
    Ok(done(&paths::team(), "Everything is handed over"))
}
