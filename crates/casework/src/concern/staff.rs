//! The pages of a concern for those who have an account: raising one, what
//! oneself raised, the list of the lead and the deputy, and one concern.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Answer, App, Needs, Once, Role, Routes, SchemeSettings, Signed, Trouble, audit, once,
};
use kith_base::{Id, Refusal, Ts, Word};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{
        Button, Cell, Column, Empty, InsetText, SummaryList, SummaryRow, Table, Tag, TagColour,
        WarningCallout,
    },
    done, el,
    form::Posted,
    html::{link, p},
};
use serde::Deserialize;

use super::{
    Concern, Door, State, actions,
    form::RaiseForm,
    one, rules,
    store::{self, Counts, Listed, PAGE},
};
use crate::{
    paths,
    person::{self, Identity, Person, banner::banner},
};

pub(super) fn routes() -> Routes {
    let raise = Needs::Can(Ability::RaiseConcern);
    let handle = Needs::Can(Ability::HandleConcern);
    Routes::new()
        .get("/concerns", raise, list)
        .get("/concerns/new", raise, show_new)
        .post("/concerns/new", raise, new)
        .get("/people/{person}/concern", raise, show_about)
        .post("/people/{person}/concern", raise, about)
        .get("/concerns/closed", handle, closed)
}

/// Where help is now, before anything is asked.
pub(super) fn help_now(settings: &SchemeSettings) -> Html {
    let lines: Html = settings
        .help_lines
        .lines()
        .map(|line| p(line.trim()))
        .collect();
    WarningCallout::new("In danger now? Ring 999 first", lines)
        .level(2)
        .into()
}

/// What happens with it, said before it is sent.
fn promise(settings: &SchemeSettings) -> Html {
    let hours = settings.concern_hours;
    let whom = match (settings.lead, settings.deputy) {
        (Some(_), Some(_)) => "the safeguarding lead and the deputy, who",
        (Some(_), None) => "the safeguarding lead, who",
        (None, _) => "every manager, because no safeguarding lead is named here yet. One of them",
    };
    InsetText::saying(format!(
        "It goes at once to {whom} must acknowledge it within {hours} working hours. \
         Nobody else reads it."
    ))
    .into()
}

/// Says to those who can do something about it that no lead is named; nothing
/// when one is.
pub fn no_lead(signed: &Signed) -> Html {
    if signed.settings.lead.is_some() {
        return Html::default();
    }
    let words = p(
        "A concern goes to every manager until a lead and a deputy are named. \
         An administrator names them in the settings.",
    );
    WarningCallout::new("No safeguarding lead is named", words)
        .level(2)
        .into()
}

fn form_page(signed: &Signed, form: &RaiseForm, person: Option<&Identity>) -> Response {
    let token = signed.token();
    let action = person.map_or_else(paths::raise_concern, |who| {
        paths::raise_concern_about(who.id)
    });
    let whom = if person.is_some() {
        Html::default()
    } else {
        form.about()
    };
    let fields = [form.danger(), whom, form.what()];
    let body = [
        help_now(&signed.settings),
        promise(&signed.settings),
        form.open(action, &token)
            .sheet(fields, Button::send("Raise the concern")),
    ];
    let own = p(link(paths::concerns(), "Concerns you raised before"));
    let page = signed
        .page("Raise a concern")
        .errors(form.errors())
        .body(body.into_iter().collect::<Html>().and(own));
    match person {
        Some(who) => page.banner(banner(who, signed.actor.today())),
        None => page,
    }
    .into_response()
}

async fn show_new(signed: Signed) -> Response {
    form_page(&signed, &RaiseForm::blank(), None)
}

async fn new(signed: Signed, app: App, posted: Posted) -> Answer {
    match RaiseForm::blank().check(&posted) {
        Ok(raising) => keep(&signed, &app, raising.raise(None, door(&signed)), &posted).await,
        Err(form) => Ok(form_page(&signed, &form, None)),
    }
}

fn door(signed: &Signed) -> Door {
    if signed.actor.role == Role::Practice {
        Door::Practice
    } else {
        Door::Staff
    }
}

/// Whom the page is about, as far as the raiser reaches.
async fn identity(app: &App, signed: &Signed, person: Id<Person>) -> Result<Identity, Trouble> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::RaiseConcern)?;
    let record = app
        .db
        .act(async |tx| -> Outcome<_> {
            let record = person::store::record(tx, &scope, person)
                .await?
                .ok_or_else(Refusal::not_found)?;
            audit::look(tx, actor, person, "open the form of a concern").await?;
            Ok(record)
        })
        .await?;
    Ok(record.identity)
}

async fn show_about(signed: Signed, app: App, Path(person): Path<Id<Person>>) -> Answer {
    let who = identity(&app, &signed, person).await?;
    Ok(form_page(&signed, &RaiseForm::blank(), Some(&who)))
}

// The person's version is not asked for: a concern must not be sent back
// because somebody has just put a telephone number right.
async fn about(signed: Signed, app: App, Path(person): Path<Id<Person>>, posted: Posted) -> Answer {
    match RaiseForm::blank().check(&posted) {
        Ok(raising) => {
            keep(
                &signed,
                &app,
                raising.raise(Some(person), door(&signed)),
                &posted,
            )
            .await
        }
        Err(form) => {
            let who = identity(&app, &signed, person).await?;
            Ok(form_page(&signed, &form, Some(&who)))
        }
    }
}

async fn keep(signed: &Signed, app: &App, raise: super::Raise, posted: &Posted) -> Answer {
    let actor = &signed.actor;
    let concern = Id::<Concern>::new(actor.now);
    let to = app
        .db
        .act(async |tx| -> Outcome<String> {
            if let Once::Again(first) = once(tx, actor, posted, &paths::concern(concern)).await? {
                return Ok(first);
            }
            let settings = &signed.settings;
            actions::raise(
                tx,
                actor.scheme,
                settings,
                Some(actor),
                concern,
                &raise,
                actor.now,
            )
            .await?;
            Ok(paths::concern(concern))
        })
        .await?;
    let told = one::who_was_told(signed);
    Ok(done(&to, &format!("Concern raised. {told}")))
}

async fn list(signed: Signed, app: App) -> Answer {
    let actor = &signed.actor;
    let handles = actor.scope(Ability::HandleConcern).ok();
    let (open, counts, own) = app
        .db
        .act(async |tx| -> Outcome<_> {
            let open = match &handles {
                Some(scope) => Some(store::open(tx, scope).await?),
                None => None,
            };
            if open.is_some() {
                let entry = audit::Entry {
                    action: "see the list of concerns",
                    ..Default::default()
                };
                audit::record(tx, actor, entry).await?;
            }
            let counts = actions::counted(tx, actor).await?;
            Ok((open, counts, store::raised_by(tx, actor).await?))
        })
        .await?;
    let mut body: Vec<Html> = Vec::new();
    if open.is_some() {
        body.push(no_lead(&signed));
    }
    if let Some(open) = &open {
        body.push(if open.is_empty() {
            Empty::new("No concern is open.")
                .next("See closed concerns", paths::closed_concerns())
                .into()
        } else {
            handled(open, actor.now, "Open concerns, late ones first")
        });
        if !open.is_empty() {
            body.push(p(link(paths::closed_concerns(), "Closed concerns")));
        }
    }
    body.extend(counts.map(counted));
    body.push(
        el("h2")
            .class("nhsuk-heading-m")
            .child("Concerns you raised")
            .into(),
    );
    body.push(if own.is_empty() {
        Empty::new("You have not raised a concern.")
            .next("Raise a concern", paths::raise_concern())
            .into()
    } else {
        raised(&own)
    });
    let page = signed
        .page("Safeguarding concerns")
        .under(paths::concerns());
    let page = if open.is_some() { page.compact() } else { page };
    Ok(page
        .body(body.into_iter().collect::<Html>())
        .into_response())
}

fn counted(counts: Counts) -> Html {
    let row = |key: &str, count: i64| SummaryRow::new(key, count.to_string());
    let rows = [
        row("Waiting to be acknowledged", counts.raised),
        row("Of these, late", counts.late),
        row("Being looked into", counts.acknowledged),
        row("Closed", counts.closed),
    ];
    let heading = el("h2")
        .class("nhsuk-heading-m")
        .child("How many there are");
    Html::from(heading).and(SummaryList::new(rows))
}

pub(super) fn state(state: State, acknowledge_by: Ts, now: Ts) -> Html {
    let colour = match state {
        State::Raised => TagColour::Orange,
        State::Acknowledged => TagColour::Blue,
        State::Closed => TagColour::Grey,
    };
    let late = rules::is_late(state, acknowledge_by, now)
        .then(|| Html::from(Tag::new("Late").colour(TagColour::Red)).and(" "));
    late.unwrap_or_default()
        .and(Tag::new(state.label()).colour(colour))
}

fn handled(rows: &[Listed], now: Ts, caption: &str) -> Html {
    let lines = rows.iter().map(|row| {
        let danger = (row.danger != super::Danger::No)
            .then(|| Tag::new(format!("In danger now: {}", row.danger)).colour(TagColour::Red));
        [
            Cell::new(link(paths::concern(row.id), row.reference.as_str())),
            Cell::new(whom(row)),
            Cell::new(
                state(row.state, row.acknowledge_by, now)
                    .and(" ")
                    .and(danger.map(Html::from).unwrap_or_default()),
            ),
            Cell::new(format!(
                "{}, {}",
                row.raised_at.as_uk_moment(),
                row.raised_name
            )),
            Cell::new(row.acknowledge_by.as_uk_moment()),
            Cell::new(row.outcome.map_or("", Word::label)),
        ]
    });
    Table::new()
        .caption(caption)
        .head(
            [
                "Reference",
                "About",
                "State",
                "Raised",
                "To be acknowledged by",
                "What came of it",
            ]
            .map(Column::from),
        )
        .rows(lines.map(Vec::from).collect::<Vec<_>>())
        .responsive(true)
        .into()
}

fn whom(row: &Listed) -> String {
    match (&row.family, &row.given, &row.about) {
        (Some(family), Some(given), _) => {
            let born = row
                .born
                .map_or_else(|| "not recorded".into(), kith_base::Day::as_banner_date);
            format!("{}, {given}, born {born}", family.to_uppercase())
        }
        (_, _, Some(about)) => about.clone(),
        _ => "Not said".into(),
    }
}

fn raised(own: &[Concern]) -> Html {
    let lines = own.iter().map(|concern| {
        vec![
            Cell::new(link(paths::concern(concern.id), concern.reference.as_str())),
            Cell::new(concern.raised_at.as_uk_moment()),
            Cell::new(concern.state.label()),
            Cell::new(concern.outcome_line.as_deref().unwrap_or("–")),
        ]
    });
    Table::new()
        .head(["Reference", "Raised", "State", "What came of it"].map(Column::from))
        .rows(lines.collect::<Vec<_>>())
        .responsive(true)
        .into()
}

/// From after which concern.
#[derive(Deserialize)]
struct Ask {
    after: Option<Id<Concern>>,
}

async fn closed(signed: Signed, app: App, Query(ask): Query<Ask>) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::HandleConcern)?;
    let mut rows = app
        .db
        .act(async |tx| -> Outcome<_> {
            let entry = audit::Entry {
                action: "see the list of concerns",
                ..Default::default()
            };
            audit::record(tx, actor, entry).await?;
            Ok(store::closed(tx, &scope, ask.after).await?)
        })
        .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|last| {
        p(link(
            format!("{}?after={}", paths::closed_concerns(), last.id),
            "Earlier ones",
        ))
    });
    let body = if rows.is_empty() {
        Empty::new("No concern has been closed.")
            .next("See open concerns", paths::concerns())
            .into()
    } else {
        handled(&rows, actor.now, "Closed concerns, the newest first").and(next.unwrap_or_default())
    };
    let page = signed
        .page("Closed concerns")
        .compact()
        .back(paths::concerns())
        .under(paths::concerns());
    Ok(page.body(body).into_response())
}
