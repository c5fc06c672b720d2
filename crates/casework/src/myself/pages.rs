//! The pages of the person's own door: the form, what comes back, and where
//! to go when the door is closed. Nobody needs an account; one address may
//! send a few forms in a row and then one a minute.

use askama::Template;
use axum::extract::Path;
use kith_access::{
    Answer, App, Needs, Once, Peer, Routes, Scheme, SchemeSettings, Visitor, once_in, organisation,
    scheme::{self, SchemeRow},
    settings,
};
use kith_base::{Day, Id, Refusal, text::BadText};
use kith_db::{Failure, Outcome, Tx, on};
use kith_pages::{
    Html, Page,
    components::{Button, Card, CardVariant, WarningCallout},
    el,
    form::{FormToken, Posted},
    go,
    html::{link, p},
};

use super::form::{Asked, MyselfForm};
use crate::{
    concern::{self, Concern, Danger, Door, Raise, public::leave_now},
    paths,
    person::{Equity, store::Origin},
    referral::{
        Referral,
        actions::{Arrived, Arriving, Terms, Who, itself, take_in},
    },
};

/// The routes of the person's own door.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/refer-yourself", Needs::Anyone, choose)
        .get("/refer-yourself/{slug}", Needs::Anyone, show)
        .post("/refer-yourself/{slug}", Needs::Anyone, send)
        .get(
            "/refer-yourself/{slug}/{reference}",
            Needs::Anyone,
            received,
        )
}

/// One service: its own door. Several: which one?
async fn choose(visitor: Visitor, app: App) -> Answer {
    let all = app.db.read(async |tx| scheme::all(tx).await).await?;
    if let [only] = all.as_slice() {
        return Ok(go(&paths::refer_myself_to(&only.slug)));
    }
    let links = all
        .iter()
        .map(|scheme| el("li").child(link(paths::refer_myself_to(&scheme.slug), &*scheme.name)));
    let body = [
        p("Choose the service for where you live."),
        el("ul").class("nhsuk-list").children(links).into(),
    ];
    let page = visitor.page("Ask for help for yourself");
    Ok(axum::response::IntoResponse::into_response(
        page.body(body.into_iter().collect::<Html>()),
    ))
}

/// The service at this address, with its settings.
pub(super) async fn service(tx: &mut Tx, slug: &str) -> Outcome<(SchemeRow, SchemeSettings)> {
    let row = scheme::by_slug(tx, slug).await?;
    let settings = settings::of(tx, row.id).await?;
    Ok((row, settings))
}

pub(super) async fn blank(
    app: &App,
    slug: &str,
) -> Outcome<(SchemeRow, SchemeSettings, MyselfForm)> {
    let (row, settings, practices) = app
        .db
        .read(async |tx| {
            let (row, settings) = service(tx, slug).await?;
            let practices = organisation::practices(tx, row.id).await?;
            Ok::<_, Failure<Refusal>>((row, settings, practices))
        })
        .await?;
    let mut form = MyselfForm::blank();
    form.born.kind.today_or_past(app.clock.now().day());
    for practice in practices {
        form.practice
            .kind
            .inner()
            .offer(practice.id, practice.id.to_string(), &*practice.name);
    }
    Ok((row, settings, form))
}

#[derive(Template)]
#[template(path = "myself/myself.html")]
struct Myself<'a> {
    leave_now: Html,
    help_now: Html,
    promise: String,
    form: &'a MyselfForm,
    action: String,
    token: &'a FormToken,
    concern: String,
    leaflet: String,
    easy: String,
    paper: String,
}

/// How somebody reaches the service, as the scheme says it; where it says
/// nothing, their practice knows.
pub(super) fn how_to_reach(settings: &SchemeSettings) -> Html {
    match settings.reach_us.as_str() {
        "" => p(
            "Ask at your GP practice. Anybody who works there can ask a link worker to get in touch with you.",
        ),
        words => el("p").class("kith-words").child(words).into(),
    }
}

/// Where help is now, before anything is asked.
pub(super) fn help_now(settings: &SchemeSettings) -> Html {
    let lines: Html = settings
        .help_lines
        .lines()
        .map(|line| p(line.trim()))
        .collect();
    WarningCallout::new("Need help now?", lines).level(2).into()
}

fn page(
    visitor: &Visitor,
    row: &SchemeRow,
    settings: &SchemeSettings,
    form: &MyselfForm,
) -> Answer {
    let token = visitor.token();
    let view = Myself {
        leave_now: leave_now(),
        help_now: help_now(settings),
        promise: format!(
            "Somebody will read it within {} working days.",
            settings.take_on_days
        ),
        form,
        action: paths::refer_myself_to(&row.slug),
        token: &token,
        concern: paths::public_concern_to(&row.slug),
        leaflet: paths::leaflet_of(&row.slug),
        easy: paths::refer_myself_easily(&row.slug),
        paper: paths::refer_myself_on_paper(&row.slug),
    };
    Ok(titled(visitor, row).errors(form.errors()).view(&view))
}

fn titled(visitor: &Visitor, row: &SchemeRow) -> Page {
    visitor
        .page("Ask for help for yourself")
        .caption(&*row.name)
}

/// The door is closed: where to go instead.
pub(super) fn closed(visitor: &Visitor, row: &SchemeRow, settings: &SchemeSettings) -> Answer {
    let body: Html = [
        leave_now(),
        help_now(settings),
        Card::new()
            .heading("You cannot ask for help on this page at the moment")
            .html(how_to_reach(settings))
            .variant(CardVariant::Feature)
            .into(),
    ]
    .into_iter()
    .collect();
    Ok(axum::response::IntoResponse::into_response(
        titled(visitor, row).body(body),
    ))
}

async fn show(visitor: Visitor, app: App, Path(slug): Path<String>) -> Answer {
    let (row, settings, form) = blank(&app, &slug).await?;
    if !settings.self_referral {
        return closed(&visitor, &row, &settings);
    }
    page(&visitor, &row, &settings, &form)
}

async fn send(
    visitor: Visitor,
    app: App,
    peer: Peer,
    Path(slug): Path<String>,
    posted: Posted,
) -> Answer {
    let (row, settings, form) = blank(&app, &slug).await?;
    if !settings.self_referral {
        return closed(&visitor, &row, &settings);
    }
    let asked = match form.clone().check(&posted) {
        Ok(asked) => asked,
        Err(form) => return page(&visitor, &row, &settings, &form),
    };
    let now = app.clock.now();
    let wrong = asked.wrong(now.day(), &settings.under_age);
    if !wrong.is_empty() {
        let mut form = form.kept(&posted);
        for refusal in &wrong {
            form.refuse(refusal);
        }
        return page(&visitor, &row, &settings, &form);
    }
    peer.writes(&app)?;
    let terms = Terms::of(row.id, &settings)?;
    let to = app
        .db
        .act(async |tx| taken(tx, &terms, (&row, &settings), &asked, &posted, now).await)
        .await?;
    Ok(go(&to))
}

/// Takes the referral in, once; gives where the browser goes.
async fn taken(
    tx: &mut Tx,
    terms: &Terms,
    (row, settings): (&SchemeRow, &SchemeSettings),
    asked: &Asked,
    posted: &Posted,
    now: kith_base::Ts,
) -> Outcome<String> {
    let id: Id<Referral> = Id::new(now);
    if let Once::Again(first) = once_in(tx, row.id, now, posted, &id.to_string()).await? {
        let first = first
            .parse::<Id<Referral>>()
            .map_err(|_| Refusal::not_found())?;
        let reference = reference_of(tx, row.id, first)
            .await?
            .ok_or_else(Refusal::not_found)?;
        return Ok(paths::referred_myself(&row.slug, reference));
    }
    let by = itself().ok_or_else(Refusal::not_found)?;
    let arriving = Arriving {
        id,
        who: Who::Described(Box::new(asked.details())),
        sent: asked.sent(by),
        origin: Origin {
            equity: Equity {
                gender: asked.gender,
                ethnicity: asked.ethnicity,
            },
            ..Origin::default()
        },
    };
    match take_in(tx, terms, None, arriving, now).await? {
        Arrived::In(referred) => {
            if asked.danger.is_some() {
                let raise = in_danger(asked, referred.person, &referred.reference)?;
                let concern = Id::<Concern>::new(now);
                concern::actions::raise(tx, row.id, settings, None, concern, &raise, now).await?;
            }
            Ok(paths::referred_myself(&row.slug, referred.reference))
        }
        // The public door sees nobody's referral.
        Arrived::AlreadyOpen(_) => Err(Refusal::not_found().into()),
    }
}

/// Somebody who ticked that they are in danger does not wait with the others:
/// the safeguarding lead hears of it in the same breath.
fn in_danger(asked: &Asked, person: Id<kith_access::Person>, reference: &str) -> Outcome<Raise> {
    let words = asked
        .words
        .as_ref()
        .map_or("nothing more", |words| &words.0);
    Ok(Raise {
        person: Some(person),
        about: None,
        what: format!(
            "Asked for help for themself (ref {reference}) and ticked that somebody hurts them, \
             or that they are in danger. In their words: {words}"
        )
        .parse()
        .map_err(|bad: BadText| Failure::Sql(sqlx::Error::Decode(bad.into())))?,
        danger: Danger::Yes,
        door: Door::SelfReferral,
        name: None,
        reach: asked.safe_contact.clone(),
    })
}

const REFERENCE: &str = "select r.reference from referral r where r.scheme_id = $1 and r.id = $2";

async fn reference_of(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
) -> Outcome<Option<String>> {
    Ok(on!(tx, c => sqlx::query_scalar(REFERENCE).bind(scheme).bind(referral).fetch_optional(c))?)
}

const TAKE_BY: &str = "select r.take_by from referral r
    where r.scheme_id = $1 and r.reference = $2 and r.source = 'self'";

#[derive(Template)]
#[template(path = "myself/received.html")]
struct Received<'a> {
    leave_now: Html,
    reference: &'a str,
    scheme: &'a str,
    take_by: String,
    reach_us: Html,
    help_now: Html,
    print: Html,
}

/// The reference is the only key to this page, and the page says nothing but
/// the reference and a date.
async fn received(
    visitor: Visitor,
    app: App,
    Path((slug, reference)): Path<(String, String)>,
) -> Answer {
    let (row, settings, take_by) = app
        .db
        .read(async |tx| {
            let (row, settings) = service(tx, &slug).await?;
            let take_by: Option<Day> =
                on!(tx, c => sqlx::query_scalar(TAKE_BY).bind(row.id).bind(&reference).fetch_optional(c))?;
            Ok::<_, Failure<Refusal>>((row, settings, take_by.ok_or_else(Refusal::not_found)?))
        })
        .await?;
    let view = Received {
        leave_now: leave_now(),
        reference: &reference,
        scheme: &row.name,
        take_by: take_by.as_uk_date(),
        reach_us: how_to_reach(&settings),
        help_now: help_now(&settings),
        print: Button::print("Print this page").into(),
    };
    Ok(visitor
        .page("We have what you sent")
        .secret_address()
        .view(&view))
}
