//! The page of one concern: what it says, what has happened to it, and the
//! steps of the lead and the deputy. Its raiser reads its state and outcome.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, audit, once};
use kith_base::{Id, Kind, Ts};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Button, Details, InsetText, SummaryList, SummaryRow},
    done, el,
    form::{PostButton, Posted},
    go,
    html::{link, p},
};

use super::staff::{help_now, state};
use super::{
    Concern, State,
    actions::{self, Step, View},
    form::{CloseForm, NoteForm},
    store::{self, Event},
};
use crate::{
    paths,
    person::{self, Identity, banner::banner},
};

pub(super) fn routes() -> Routes {
    let raise = Needs::Can(Ability::RaiseConcern);
    let handle = Needs::Can(Ability::HandleConcern);
    Routes::new()
        .get("/concerns/{concern}", raise, show)
        .post("/concerns/{concern}/acknowledge", handle, acknowledge)
        .post("/concerns/{concern}/note", handle, note)
        .post("/concerns/{concern}/close", handle, close)
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
        _ => help_now(&signed.settings).and(p(format!(
            "{}. This page says when somebody has acknowledged it and what came of it.",
            who_was_told(signed)
        ))),
    }
}

/// Who has heard of a concern when it is raised.
pub(super) const fn who_was_told(signed: &Signed) -> &'static str {
    if signed.settings.lead.is_some() {
        "The safeguarding lead and the deputy have been told"
    } else {
        "Every manager has been told, because no safeguarding lead is named"
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
        let fields = [note_form.note(), note_form.version()];
        heading("Add a note").and(open.sheet(fields, Button::send("Add the note")))
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
            note_sheet().and(heading("Close the concern")).and(open.sheet(fields, Button::send("Close the concern")))
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
