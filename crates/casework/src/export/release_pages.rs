//! Asking for all records, and releasing them: what stands on the page of the
//! one who asks, and the page of those who release.

use axum::{extract::Path, response::IntoResponse};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, once};
use kith_base::Id;
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, InsetText, Table},
    done,
    form::{PostButton, Posted},
    html::p,
};

use super::release::{self, ONE_ALONE, Release, Request};
use crate::paths;

/// The addresses of asking and releasing.
#[must_use]
pub fn routes() -> Routes {
    let asks = Needs::Can(Ability::ExportScheme);
    let releases = Needs::Can(Ability::ReleaseExport);
    Routes::new()
        .post("/export/ask", asks, ask)
        .post("/export/{request}/cancel", asks, cancel)
        .get("/export/waiting", releases, waiting)
        .post("/export/{request}/release", releases, give)
}

/// What stands where the button to take everything would, when two people are
/// needed: ask, wait, or take.
pub(super) fn step(signed: &Signed, open: &[Request], take: Html) -> Html {
    let token = signed.token();
    let mine = open.iter().find(|one| one.asked_by == signed.actor.account);
    let Some(mine) = mine else {
        let words = format!(
            "The scheme has more than {ONE_ALONE} people, so a second person must agree: another \
             manager or the information guardian. They are told by mail when you ask."
        );
        let ask = Button::new("Ask for the release");
        return [
            Html::from(InsetText::saying(words)),
            PostButton::new(paths::ask_for_export(), &token, ask).into(),
        ]
        .into_iter()
        .collect();
    };
    let back = Button::secondary("I do not need it any more");
    let back = PostButton::new(paths::export_step(mine.id, "cancel"), &token, back);
    let (words, take) = match &mine.released_name {
        Some(name) => {
            let until = mine.ends_at.as_uk_moment();
            (
                format!("Released by {name}, for one taking, until {until}."),
                take,
            )
        }
        None => {
            let until = mine.ends_at.as_uk_moment();
            (
                format!("You asked for it. Nobody has released it yet; it holds until {until}."),
                Html::default(),
            )
        }
    };
    [Html::from(InsetText::saying(words)), take, back.into()]
        .into_iter()
        .collect()
}

async fn ask(app: App, signed: Signed, posted: Posted) -> Answer {
    app.db
        .act(async |tx| {
            if once(tx, &signed.actor, &posted, &paths::export()).await? != Once::First {
                return Ok(());
            }
            release::ask(tx, &signed.actor, &app.origin).await
        })
        .await?;
    Ok(done(
        &paths::export(),
        "Asked. Those who may release it have been told",
    ))
}

async fn cancel(app: App, signed: Signed, Path(id): Path<Id<Release>>, posted: Posted) -> Answer {
    app.db
        .act(async |tx| {
            if once(tx, &signed.actor, &posted, &paths::export()).await? != Once::First {
                return Ok(());
            }
            release::cancel(tx, &signed.actor, id).await
        })
        .await?;
    Ok(done(&paths::export(), "Taken back"))
}

async fn waiting(app: App, signed: Signed) -> Answer {
    let actor = &signed.actor;
    actor.scope(Ability::ReleaseExport)?;
    let open = app
        .db
        .read(async |tx| -> Outcome<_> { release::open(tx, actor.scheme, actor.now).await })
        .await?;
    let page = signed
        .page("Release all records")
        .under(paths::exports_waiting());
    if open.is_empty() {
        let empty = Empty::new("Nobody has asked to take all records out.");
        return Ok(page.body(Html::from(empty)).into_response());
    }
    let token = signed.token();
    let table = open.iter().fold(
        Table::new()
            .caption("Asked for and not taken yet")
            .responsive(true)
            .head(["Who asked", "When", "Until", "Do"].map(Column::new)),
        |table, one| {
            let next = if let Some(name) = &one.released_name {
                Cell::new(format!("Released by {name}"))
            } else if one.asked_by == actor.account {
                Cell::new("Another person must release what you asked for")
            } else {
                let button = Button::new(format!("Release it to {}", one.asked_name));
                let to = paths::export_step(one.id, "release");
                Cell::new(PostButton::new(to, &token, button)).block(true)
            };
            table.row([
                Cell::new(&*one.asked_name),
                Cell::new(one.asked_at.as_uk_moment()),
                Cell::new(one.ends_at.as_uk_moment()),
                next,
            ])
        },
    );
    let words = p(
        "All of the scheme's records leave the program with everybody's names, notes and \
         addresses. Release it only when you know who asked, and what for.",
    );
    Ok(page
        .body([words, table.into()].into_iter().collect::<Html>())
        .into_response())
}

async fn give(app: App, signed: Signed, Path(id): Path<Id<Release>>, posted: Posted) -> Answer {
    app.db
        .act(async |tx| {
            let back = paths::exports_waiting();
            if once(tx, &signed.actor, &posted, &back).await? != Once::First {
                return Ok(());
            }
            release::release(tx, &signed.actor, id).await
        })
        .await?;
    Ok(done(&paths::exports_waiting(), "Released, for one taking"))
}
