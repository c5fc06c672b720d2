//! The pages of a concern for those who have an account: raising one, what
//! oneself raised, the list of the lead and the deputy, and one concern.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Answer, App, Needs, Once, Role, Routes, SchemeSettings, Signed, Trouble, audit, once,
};
use kith_base::{Id, Kind, Refusal, Ts, Word};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{
        Button, Cell, Column, Details, Empty, InsetText, SummaryList, SummaryRow, Table, Tag,
        TagColour, WarningCallout,
    },
    done, el,
    form::{PostButton, Posted},
    go,
    html::{link, p},
};
use serde::Deserialize;

use super::{
    Concern, Door, State,
    actions::{self, Step, View},
    form::{CloseForm, NoteForm, RaiseForm},
    rules,
    store::{self, Counts, Event, Listed, PAGE},
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
        .get("/concerns/{concern}", raise, show)
        .post("/concerns/{concern}/acknowledge", handle, acknowledge)
        .post("/concerns/{concern}/note", handle, note)
        .post("/concerns/{concern}/close", handle, close)
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

/// A form's fields and its button.
pub(crate) fn sheet(
    open: kith_pages::form::Open,
    fields: impl IntoIterator<Item = Html>,
    button: &'static str,
) -> Html {
    let send = Button::new(button).prevent_double_click(true);
    std::iter::once(Html::from(open))
        .chain(fields)
        .chain([send.into(), Html::trusted("</form>")])
        .collect()
}

/// What happens with it, said before it is sent.
fn promise(settings: &SchemeSettings) -> Html {
    let hours = settings.concern_hours;
    InsetText::saying(format!(
        "It goes at once to the safeguarding lead and the deputy, who must acknowledge it within \
         {hours} working hours. Nobody else reads it."
    ))
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
        sheet(form.open(action, &token), fields, "Raise the concern"),
    ];
    let page = signed
        .page("Raise a concern")
        .errors(form.errors())
        .body(body.into_iter().collect::<Html>());
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
    Ok(done(
        &to,
        "Concern raised. The safeguarding lead and the deputy have been told",
    ))
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

fn state(state: State, acknowledge_by: Ts, now: Ts) -> Html {
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

/// One concern with what its page needs.
struct Opened {
    view: View,
    person: Option<Identity>,
    events: Vec<Event>,
}

async fn open(app: &App, signed: &Signed, concern: Id<Concern>) -> Result<Opened, Trouble> {
    let actor = &signed.actor;
    let handles = actor.scope(Ability::HandleConcern).ok();
    let opened = app
        .db
        .act(async |tx| -> Outcome<_> {
            let view = actions::look(tx, actor, concern).await?;
            let mut opened = Opened {
                view,
                person: None,
                events: Vec::new(),
            };
            if let (View::Whole(found), Some(scope)) = (&opened.view, &handles) {
                if let Some(person) = found.person_id {
                    let record = person::store::record(tx, scope, person).await?;
                    opened.person = record.map(|record| record.identity);
                }
                opened.events = store::events(tx, actor.scheme, concern).await?;
            }
            Ok(opened)
        })
        .await;
    if let Err(kith_db::Failure::Refused(_)) = &opened {
        let entry = audit::Entry {
            action: "see a concern",
            object_kind: "concern",
            object: Some(concern.uuid()),
            ..Default::default()
        };
        app.db
            .act(async |tx| audit::refused(tx, actor, entry).await)
            .await?;
    }
    Ok(opened?)
}

async fn show(signed: Signed, app: App, Path(concern): Path<Id<Concern>>) -> Answer {
    let opened = open(&app, &signed, concern).await?;
    Ok(one_page(&signed, &opened, None, None))
}

fn one_page(
    signed: &Signed,
    opened: &Opened,
    note: Option<&NoteForm>,
    close: Option<&CloseForm>,
) -> Response {
    let (View::Whole(concern) | View::Own(concern)) = &opened.view;
    let now = signed.actor.now;
    let title = format!("Concern {}", concern.reference);
    let page = signed
        .page(title)
        .back(paths::concerns())
        .under(paths::concerns());
    let stands = p(state(concern.state, concern.acknowledge_by, now));
    let words = InsetText::new(concern.what.lines().map(p).collect::<Html>());
    let mut body = vec![
        stands,
        facts(concern),
        el("h2")
            .class("nhsuk-heading-m")
            .child("What was raised")
            .into(),
        words.into(),
    ];
    if matches!(opened.view, View::Own(_)) {
        body.push(after_raising(concern, signed));
        return page
            .body(body.into_iter().collect::<Html>())
            .into_response();
    }
    let errors = note
        .map(NoteForm::errors)
        .or_else(|| close.map(CloseForm::errors))
        .unwrap_or_default();
    body.extend(
        opened
            .person
            .as_ref()
            .map(|who| p(link(paths::person(who.id), "Open their record"))),
    );
    body.push(handling(signed, concern, note, close));
    body.push(history(&opened.events));
    let page = page.errors(errors).body(body.into_iter().collect::<Html>());
    match &opened.person {
        Some(who) => page.banner(banner(who, signed.actor.today())),
        None => page,
    }
    .into_response()
}

fn facts(concern: &Concern) -> Html {
    let mut rows = vec![
        (
            "Raised",
            format!("{}, {}", concern.raised_at.as_uk_moment(), concern.door),
        ),
        ("By", concern.raised_name.clone()),
        ("Is anybody in danger now?", concern.danger.to_string()),
        (
            "To be acknowledged by",
            concern.acknowledge_by.as_uk_moment(),
        ),
    ];
    let mut also = |key, value: Option<String>| rows.extend(value.map(|value| (key, value)));
    also("About", concern.about.clone());
    also("How to reach whoever raised it", concern.reach.clone());
    also(
        "Passed on, because it was late",
        concern.escalated_at.map(Ts::as_uk_moment),
    );
    let who = concern.acknowledged_name.clone().unwrap_or_default();
    also(
        "Acknowledged",
        concern
            .acknowledged_at
            .map(|at| format!("{}, {who}", at.as_uk_moment())),
    );
    also("Closed", concern.closed_at.map(Ts::as_uk_moment));
    also("What came of it", concern.outcome_line.clone());
    let rows = rows
        .into_iter()
        .map(|(key, value)| SummaryRow::new(key, value));
    SummaryList::new(rows.collect::<Vec<_>>()).into()
}

/// What whoever raised it is told until it ends.
fn after_raising(concern: &Concern, signed: &Signed) -> Html {
    match concern.state {
        State::Closed => p("This concern is closed. If there is more, raise a new one."),
        _ => help_now(&signed.settings).and(p(
            "The safeguarding lead and the deputy have been told. This page says when somebody has \
             acknowledged it and what came of it.",
        )),
    }
}

/// What a handler can do now.
fn handling(
    signed: &Signed,
    concern: &Concern,
    note: Option<&NoteForm>,
    close: Option<&CloseForm>,
) -> Html {
    let token = signed.token();
    let version = concern.version.to_string();
    let heading = |words: &'static str| Html::from(el("h2").class("nhsuk-heading-m").child(words));
    let hidden = Posted::from_pairs([("version", version.as_str())]);
    let note_form = note
        .cloned()
        .unwrap_or_else(|| NoteForm::blank().kept(&hidden));
    let note_sheet = || {
        let open = note_form.open(paths::concern_step(concern.id, "note"), &token);
        heading("Add a note").and(sheet(
            open,
            [note_form.note(), note_form.version()],
            "Add the note",
        ))
    };
    match concern.state {
        State::Closed => Html::default(),
        State::Raised => {
            let acknowledge = PostButton::new(
                paths::concern_step(concern.id, "acknowledge"),
                &token,
                Button::new("Acknowledge: I will see to it"),
            )
            .with("version", version.as_str());
            Html::from(acknowledge).and(note_sheet())
        }
        State::Acknowledged if actions::offers_close(concern, &signed.actor) => {
            let close_form = close.cloned().unwrap_or_else(|| CloseForm::blank().kept(&hidden));
            let open = close_form.open(paths::concern_step(concern.id, "close"), &token);
            let fields = [close_form.end(), close_form.line(), close_form.version()];
            note_sheet().and(heading("Close the concern")).and(sheet(open, fields, "Close the concern"))
        }
        State::Acknowledged => note_sheet().and(InsetText::saying(
            "You raised this concern, so somebody else must close it: the safeguarding lead or the deputy.",
        )),
    }
}

fn history(events: &[Event]) -> Html {
    let lines = events.iter().map(|event| {
        let who = event.by_name.as_deref().unwrap_or("Kith");
        let words = event
            .words
            .iter()
            .flat_map(|words| words.lines())
            .map(p)
            .collect::<Html>();
        el("li")
            .child(format!(
                "{}, {who}: {}",
                event.at.as_uk_moment(),
                event.what
            ))
            .child(words)
    });
    let list = el("ol").class("nhsuk-list").children(lines.map(Html::from));
    Details::new("History", Html::from(list)).open(true).into()
}

async fn step(
    signed: &Signed,
    app: &App,
    concern: Id<Concern>,
    version: i64,
    step: Step,
    posted: &Posted,
) -> Result<String, Trouble> {
    let actor = &signed.actor;
    let here = paths::concern(concern);
    Ok(app
        .db
        .act(async |tx| -> Outcome<String> {
            if let Once::Again(first) = once(tx, actor, posted, &here).await? {
                return Ok(first);
            }
            actions::step(tx, actor, concern, version, &step).await?;
            Ok(here.clone())
        })
        .await?)
}

async fn acknowledge(
    signed: Signed,
    app: App,
    Path(concern): Path<Id<Concern>>,
    posted: Posted,
) -> Answer {
    let Ok(version) = posted.text("version").parse() else {
        return Ok(go(&paths::concern(concern)));
    };
    let to = step(&signed, &app, concern, version, Step::Acknowledge, &posted).await?;
    Ok(done(&to, "Acknowledged. The concern is yours to see to"))
}

async fn note(
    signed: Signed,
    app: App,
    Path(concern): Path<Id<Concern>>,
    posted: Posted,
) -> Answer {
    let noting = match NoteForm::blank().check(&posted) {
        Ok(noting) => noting,
        Err(form) => {
            let opened = open(&app, &signed, concern).await?;
            return Ok(one_page(&signed, &opened, Some(&form), None));
        }
    };
    let act = Step::Note(noting.note);
    match step(&signed, &app, concern, noting.version, act, &posted).await {
        Ok(to) => Ok(done(&to, "Note added")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Conflict => {
            let mut form = NoteForm::blank().kept(&posted);
            form.refuse(&refusal);
            let opened = open(&app, &signed, concern).await?;
            Ok(one_page(&signed, &opened, Some(&form), None))
        }
        Err(trouble) => Err(trouble),
    }
}

async fn close(
    signed: Signed,
    app: App,
    Path(concern): Path<Id<Concern>>,
    posted: Posted,
) -> Answer {
    let closing = match CloseForm::blank().check(&posted) {
        Ok(closing) => closing,
        Err(form) => {
            let opened = open(&app, &signed, concern).await?;
            return Ok(one_page(&signed, &opened, None, Some(&form)));
        }
    };
    let act = Step::Close {
        end: closing.end,
        line: closing.line,
    };
    let to = step(&signed, &app, concern, closing.version, act, &posted).await?;
    Ok(done(&to, "Concern closed"))
}
