//! Where records are taken out: the whole scheme by its manager, one person's
//! record from that person's page. Both ask again who one is, and both are in
//! the audit trail before the first byte leaves.

use std::io;

use axum::{
    body::Body,
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Account, Actor, Answer, App, Needs, Person, Reach, Routes, Scheme, Signed, Trouble,
    audit, session, who::is_in_scope,
};
use kith_base::{Id, Refusal, Ts};
use kith_db::{Db, Outcome};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Table},
    el,
    form::{PostButton, Posted},
    html::{link, p},
};

use tokio::sync::mpsc;

use super::{
    release, release_pages,
    scheme::scheme,
    tables::{Whole, all},
};
use crate::{
    paths,
    person::{
        self,
        banner::{banner, closed_banner},
    },
};

/// The addresses of exports.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/export", Needs::Can(Ability::ExportScheme), offer)
        .post("/export", Needs::Can(Ability::ExportScheme), take)
        .get(
            "/people/{person}/export",
            Needs::Can(Ability::ExportPerson),
            offer_person,
        )
        .post(
            "/people/{person}/export",
            Needs::Can(Ability::ExportPerson),
            take_person,
        )
        .merge(release_pages::routes())
}

/// Every table, and what is left out with the reason.
fn contents() -> Html {
    let mut table = Table::new()
        .caption("What is in it")
        .responsive(true)
        .head(["File", "What it holds"].map(Column::new));
    for words in all() {
        match words.whole {
            Whole::Out => {
                table = table.row([
                    Cell::new(format!("{}.csv", words.name)),
                    Cell::new(words.holds),
                ])
            }
            Whole::Left(why) => {
                table = table.row([
                    Cell::new(format!("{} is left out", words.name)),
                    Cell::new(why),
                ])
            }
        }
    }
    table.into()
}

async fn offer(app: App, signed: Signed) -> Answer {
    let actor = &signed.actor;
    actor.scope(Ability::ExportScheme)?;
    let (two, open) = app
        .db
        .read(async |tx| -> Outcome<_> {
            let two = release::needs_two(tx, actor.scheme).await?;
            Ok((two, release::open(tx, actor.scheme, actor.now).await?))
        })
        .await?;
    let intro = el("p").child(
        "All of the scheme's records in one ZIP file: a table for each thing, what every column means, and a list with the hash of each file. \
         It holds everybody's names, notes and addresses, restricted people and hidden places among them: keep it where nobody else can read it, and delete it when it has done its work.",
    );
    let take = Html::from(PostButton::new(
        paths::export(),
        &signed.token(),
        Button::new("Take all records out"),
    ));
    let step = if two {
        release_pages::step(&signed, &open, take)
    } else {
        take
    };
    let others = open.iter().any(|one| one.asked_by != actor.account);
    let others = others.then(|| {
        p(link(
            paths::exports_waiting(),
            "Another manager has asked for the release",
        ))
    });
    Ok(signed
        .page("Take all records out")
        .under(paths::export())
        .body(
            [
                Some(Html::from(intro)),
                Some(step),
                others,
                Some(contents()),
            ]
            .into_iter()
            .flatten()
            .collect::<Html>(),
        )
        .into_response())
}

fn download(name: &'static str, body: Body) -> Response {
    let heads = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (heads, body).into_response()
}

/// Pieces that wait for a slow browser before the export waits too.
const AHEAD: usize = 4;

async fn take(app: App, signed: Signed, _posted: Posted) -> Answer {
    let actor = signed.actor.clone();
    app.db
        .act(async |tx| release::take(tx, &actor).await)
        .await?;
    let (pieces, taken) = mpsc::channel::<io::Result<Vec<u8>>>(AHEAD);
    tokio::spawn(async move {
        let out = pieces.clone();
        let mut told = "";
        let ended = scheme(&app.db, actor.scheme, actor.now, |piece, progress| {
            let begins = progress.table != told;
            told = progress.table;
            let (out, db) = (out.clone(), app.db.clone());
            let (scheme, account, now) = (actor.scheme, actor.account, actor.now);
            Box::pin(async move {
                if begins && !still_may(&db, scheme, account, now).await {
                    return Err(io::Error::other("whoever takes it may not any more"));
                }
                out.send(Ok(piece))
                    .await
                    .map_err(|_| io::Error::other("nobody takes it any more"))
            })
        })
        .await;
        if let Err(stopped) = ended {
            tracing::error!(%stopped, "an export did not end well");
            // The browser sees a broken download, never half a file as a whole one.
            pieces
                .send(Err(io::Error::other(stopped.to_string())))
                .await
                .ok();
        }
    });
    let stream = futures::stream::unfold(taken, async |mut taken| {
        let piece = taken.recv().await?;
        Some((piece, taken))
    });
    Ok(download("kith-records.zip", Body::from_stream(stream)))
}

/// Whether whoever began an export may still have it: asked again before each
/// table, so that one who leaves has no more of it.
async fn still_may(db: &Db, scheme: Id<Scheme>, account: Id<Account>, now: Ts) -> bool {
    let actor = db
        .read(async |tx| session::of_account(tx, scheme, account, now).await)
        .await;
    actor.is_ok_and(|actor: Actor| actor.reach(Ability::ExportScheme) != Reach::Nothing)
}

async fn offer_person(app: App, signed: Signed, Path(id): Path<Id<Person>>) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::ExportPerson)?;
    let notes = actor.scope(Ability::SeeNotes)?;
    let (who, is_open) = app
        .db
        .act(async |tx| {
            let record = person::store::record(tx, &scope, id)
                .await?
                .ok_or_else(Refusal::not_found)?;
            audit::look(tx, actor, id, "see a record").await?;
            Outcome::Ok((record.identity, is_in_scope(tx, &notes, id).await?))
        })
        .await?;
    // A guardian takes out what they do not open: they came by the trail.
    let (banner, back) = if is_open {
        (banner(&who, actor.today()), paths::person(id))
    } else {
        (closed_banner(&who, actor.today()), paths::who_looked(id))
    };
    let words = el("p").child(
        "Everything the scheme keeps about this person, as a page to read and as JSON. Parts that may speak of somebody else, or do harm, are marked: \
         read them, and take out what must not be given, before you give it to the person.",
    );
    let button = PostButton::new(
        paths::export_person(id),
        &signed.token(),
        Button::new("Take the whole record out"),
    );
    Ok(signed
        .page("Take the whole record out")
        .banner(banner)
        .back(back)
        .body(
            [Html::from(words), button.into()]
                .into_iter()
                .collect::<Html>(),
        )
        .into_response())
}

async fn take_person(
    app: App,
    signed: Signed,
    Path(id): Path<Id<Person>>,
    _posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::ExportPerson)?;
    let schema = app.db.schema().await.map_err(Trouble::fault)?;
    let bytes = app
        .db
        .act(async |tx| super::person(tx, actor, &scope, &schema, id).await)
        .await?;
    Ok(download("record.zip", Body::from(bytes)))
}
