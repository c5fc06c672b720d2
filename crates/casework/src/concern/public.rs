//! Raising a concern without an account: by the person, their family, or a
//! community group. Where help is now stands before anything is asked; nobody
//! has to say who they are; what comes back is a reference and a promise.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{
    Answer, App, Needs, Once, Peer, Routes, Scheme, SchemeSettings, Visitor, once_in,
    scheme::{self, SchemeRow},
    settings,
};
use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx, on};
use kith_pages::{
    Html,
    components::{Button, InsetText, Panel},
    el,
    form::Posted,
    go,
    html::{link, p},
};

use super::{Concern, actions, form::PublicForm, staff::help_now};
use crate::paths;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/concerns/public", Needs::Anyone, which)
        .get("/concerns/public/{slug}", Needs::Anyone, show)
        .post("/concerns/public/{slug}", Needs::Anyone, send)
        .get("/concerns/public/{slug}/{reference}", Needs::Anyone, raised)
}

/// The only scheme's form, or a list to choose from.
async fn which(visitor: Visitor, app: App) -> Answer {
    let all = app.db.read(async |tx| scheme::all(tx).await).await?;
    if let [only] = all.as_slice() {
        return Ok(go(&paths::public_concern_to(&only.slug)));
    }
    let links = all
        .iter()
        .map(|row| el("li").child(link(paths::public_concern_to(&row.slug), &*row.name)));
    let body = help_now(&SchemeSettings::default())
        .and(p("Choose the service you want to tell:"))
        .and(el("ul").class("nhsuk-list").children(links.map(Html::from)));
    Ok(visitor.page("Raise a concern").body(body).into_response())
}

async fn service(app: &App, slug: &str) -> Outcome<(SchemeRow, SchemeSettings)> {
    app.db
        .read(async |tx| {
            let row = scheme::by_slug(tx, slug).await?;
            let settings = settings::of(tx, row.id).await?;
            Ok((row, settings))
        })
        .await
}

fn page(
    visitor: &Visitor,
    row: &SchemeRow,
    settings: &SchemeSettings,
    form: &PublicForm,
) -> Response {
    let token = visitor.token();
    let not_watched = InsetText::saying(format!(
        "Nobody watches this page day and night. Somebody reads what you send within {} working hours.",
        settings.concern_hours
    ));
    let fields = [
        form.danger(),
        form.about(),
        form.what(),
        form.name(),
        form.reach(),
    ];
    let body = leave_now().and(help_now(settings)).and(not_watched).and(
        form.open(paths::public_concern_to(&row.slug), &token)
            .sheet(fields, Button::send("Send")),
    );
    visitor
        .page("Tell us that you are worried about somebody")
        .caption(&*row.name)
        .errors(form.errors())
        .body(body)
        .into_response()
}

async fn show(visitor: Visitor, app: App, Path(slug): Path<String>) -> Answer {
    let (row, settings) = service(&app, &slug).await?;
    Ok(page(&visitor, &row, &settings, &PublicForm::blank()))
}

async fn send(
    visitor: Visitor,
    app: App,
    peer: Peer,
    Path(slug): Path<String>,
    posted: Posted,
) -> Answer {
    let (row, settings) = service(&app, &slug).await?;
    let raising = match PublicForm::blank().check(&posted) {
        Ok(raising) => raising,
        Err(form) => return Ok(page(&visitor, &row, &settings, &form)),
    };
    peer.writes(&app)?;
    let raise = raising.raise();
    let now = app.clock.now();
    let concern = Id::<Concern>::new(now);
    let reference = app
        .db
        .act(async |tx| -> Outcome<String> {
            let key = concern.to_string();
            if let Once::Again(first) = once_in(tx, row.id, now, &posted, &key).await? {
                let first = first.parse().map_err(|_| Refusal::not_found())?;
                return reference_of(tx, row.id, first).await;
            }
            let raised = actions::raise(tx, row.id, &settings, None, concern, &raise, now).await?;
            Ok(raised.reference)
        })
        .await?;
    Ok(go(&paths::public_concern_raised(&row.slug, reference)))
}

/// The way out for somebody who must not be seen on a public page: a plain
/// link, without a script, to a page that says nothing.
#[must_use]
pub fn leave_now() -> Html {
    let way = el("a")
        .class("nhsuk-button nhsuk-button--warning kith-no-print")
        .attr("href", "https://www.bbc.co.uk/weather")
        .attr("rel", "noreferrer nofollow")
        .child("Leave this page now: show the weather");
    p(Html::from(way))
}

/// How the service is reached, where it says so.
fn how_to_ring(settings: &SchemeSettings) -> Html {
    match settings.reach_us.as_str() {
        "" => Html::default(),
        words => el("p").class("kith-words").child(words).into(),
    }
}

const REFERENCE: &str = "select c.reference from concern c where c.scheme_id = $1 and c.id = $2";

async fn reference_of(tx: &mut Tx, scheme: Id<Scheme>, concern: Id<Concern>) -> Outcome<String> {
    let found: Option<String> =
        on!(tx, c => sqlx::query_scalar(REFERENCE).bind(scheme).bind(concern).fetch_optional(c))?;
    Ok(found.ok_or_else(Refusal::not_found)?)
}

const PROMISED: &str = "select c.acknowledge_by from concern c
    where c.scheme_id = $1 and c.reference = $2 and c.raised_by is null";

/// The reference is the only key to this page, and the page says nothing but
/// the reference and by when somebody reads it.
async fn raised(
    visitor: Visitor,
    app: App,
    Path((slug, reference)): Path<(String, String)>,
) -> Answer {
    let (row, settings) = service(&app, &slug).await?;
    let by: Option<Ts> = app
        .db
        .read(async |tx| -> Outcome<_> {
            Ok(on!(tx, c => sqlx::query_scalar(PROMISED)
                .bind(row.id).bind(&reference).fetch_optional(c))?)
        })
        .await?;
    let by = by.ok_or_else(Refusal::not_found)?;
    let panel = Panel::new("We have what you sent").html(
        el("p")
            .child("Your reference is ")
            .child(el("strong").child(&reference)),
    );
    let body = leave_now()
        .and(Html::from(panel))
        .and(p(format!("Somebody whose work it is to keep people safe reads it by {}.", by.as_uk_moment())))
        .and(p("Write the reference down if you want to ring us about it. We cannot show you here what you wrote."))
        .and(how_to_ring(&settings))
        .and(help_now(&settings));
    let page = visitor
        .page("We have what you sent")
        .own_heading()
        .caption(&*row.name);
    Ok(page.secret_address().body(body).into_response())
}
