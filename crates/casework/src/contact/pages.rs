//! The page of a new contact note, with its draft. Nothing that was typed is
//! ever lost: not by a mistake, a sign-out, nor somebody who was quicker. A
//! note that is kept has its page in `one`.

use axum::{
    body::Bytes,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, audit, once};
use kith_base::{Id, Kind, Refusal, Ts};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::Empty,
    done,
    form::{FormToken, Posted},
    go,
};

use super::{
    Purpose, actions,
    form::{self, ContactForm, Read},
    one,
};
use crate::{
    booking,
    draft::{self, store::Draft},
    paths,
    person::{self, Identity, Person, banner::banner},
    referral::{self, Case, Next, Referral, State, actions::Terms},
    task::{self, store::Listed},
};

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    let writes = Needs::Can(Ability::WriteContact);
    Routes::new()
        .get("/people/{person}/contact", writes, new)
        .post("/people/{person}/contact", writes, write)
        .post("/people/{person}/contact/draft", writes, keep_draft)
        .get(
            "/people/{person}/contact/{contact}",
            Needs::Can(Ability::SeeNotes),
            one::show,
        )
        .post("/people/{person}/contact/{contact}", writes, one::put_right)
        .post("/people/{person}/contact/{contact}/void", writes, one::void)
}

/// The place of this form's drafts.
pub const DRAFT: &str = "contact";

/// What the page of a new note needs.
struct Open {
    who: Identity,
    matters: Option<String>,
    case: Option<Case>,
    tasks: Vec<Listed>,
    draft: Option<Draft>,
}

async fn open(tx: &mut Tx, signed: &Signed, person: Id<Person>) -> Outcome<Open> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::WriteContact)?;
    let record = person::store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let cases = referral::store::of_person(tx, &scope, person).await?;
    let tasks = task::store::of_person(tx, &scope, person, actor.now).await?;
    let draft = draft::store::one(tx, actor, DRAFT, person).await?;
    let met = |case: &Case| matches!(case.standing.state(), State::Taken | State::Open);
    Ok(Open {
        who: record.identity,
        matters: record.matters,
        case: cases.into_iter().find(met),
        tasks,
        draft,
    })
}

async fn new(app: App, signed: Signed, Path(person): Path<Id<Person>>) -> Answer {
    let open = app
        .db
        .act(async |tx| {
            let open = open(tx, &signed, person).await?;
            audit::look(tx, &signed.actor, person, LOOK_AT_NEW).await?;
            Ok(open)
        })
        .await?;
    if open.who.merged_into.is_some() {
        return Ok(go(&paths::person(person)));
    }
    let form = ContactForm::new_note(signed.actor.now, &open.tasks);
    let form = match &open.draft {
        Some(draft) => form.kept(&Posted::read(draft.body.as_bytes())),
        None => form,
    };
    Ok(new_page(&signed, &open, form, Marks::default()))
}

#[derive(askama::Template)]
#[template(path = "contact/new.html")]
struct New<'a> {
    form: &'a ContactForm,
    token: &'a FormToken,
    action: String,
    draft_action: String,
    saved: Option<String>,
    referral: Id<Referral>,
    version: i64,
    asks: bool,
    has_tasks: bool,
    matters: Option<&'a str>,
    risk: Option<&'a str>,
    prompts: Vec<(Purpose, &'static [&'static str])>,
}

/// What is said above the form beside what is wrong in it.
#[derive(Default)]
struct Marks {
    status: Option<StatusCode>,
    /// The draft is what was posted just now, not something restored.
    fresh: bool,
}

fn new_page(signed: &Signed, open: &Open, mut form: ContactForm, marks: Marks) -> Response {
    let who = &open.who;
    let errors = form.errors();
    form.fold();
    let page = signed
        .page("Contact note")
        .reading()
        .back(paths::person(who.id))
        .banner(banner(who, signed.actor.today()))
        .errors(errors);
    let page = match marks.status {
        Some(status) => page.status(status),
        None => page,
    };
    let Some(case) = &open.case else {
        let empty = Empty::new(
            "Nobody has taken on a referral of this person, so there is nothing to note yet.",
        );
        return page
            .body(Html::from(
                empty.next("See where they stand", paths::person(who.id)),
            ))
            .into_response();
    };
    use kith_base::Word;
    let draft = open.draft.as_ref().filter(|_| !marks.fresh);
    page.view(&New {
        form: &form,
        token: &signed.token(),
        action: paths::new_contact(who.id),
        draft_action: paths::contact_draft(who.id),
        saved: draft.map(|draft| said(draft.saved_at, signed.actor.now)),
        referral: case.id,
        version: case.version,
        asks: case.standing.state() == State::Taken,
        has_tasks: !open.tasks.is_empty(),
        matters: open.matters.as_deref(),
        risk: who.risk.as_deref(),
        prompts: Purpose::ALL
            .iter()
            .map(|purpose| (*purpose, form::prompts(*purpose)))
            .collect(),
    })
}

/// When a draft was saved: the time alone when it was today.
fn said(saved_at: Ts, now: Ts) -> String {
    if saved_at.day() == now.day() {
        saved_at.as_uk_time()
    } else {
        saved_at.as_uk_moment()
    }
}

/// What the trail calls a look at a new note's form, and at a kept note.
const LOOK_AT_NEW: &str = "open a new contact note";
/// What was pressed.
const PRESS: &str = "press";

async fn write(app: App, signed: Signed, Path(person): Path<Id<Person>>, body: Bytes) -> Answer {
    let answer = written(&app, &signed, person, &body).await?;
    signed.shown_again(person, LOOK_AT_NEW, answer).await
}

async fn written(app: &App, signed: &Signed, person: Id<Person>, body: &Bytes) -> Answer {
    let posted = Posted::read(body);
    let press = posted.text(PRESS);
    if press == "draft" {
        app.db
            .act(async |tx| draft::actions::save(tx, &signed.actor, DRAFT, person, body).await)
            .await?;
        return Ok(done(&paths::new_contact(person), "Draft saved"));
    }
    let open = app
        .db
        .read(async |tx| open(tx, signed, person).await)
        .await?;
    let offered = ContactForm::offering(signed.actor.now, &open.tasks);
    if press == "more" {
        let mut form = offered.kept(&posted);
        form.actions.kind.add_one();
        return Ok(new_page(
            signed,
            &open,
            form,
            Marks {
                status: None,
                fresh: true,
            },
        ));
    }
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let read = match form::read(
        offered.clone(),
        &posted,
        signed.actor.today(),
        &terms.promise,
    ) {
        Ok(read) => read,
        Err(form) => {
            return Ok(new_page(
                signed,
                &open,
                *form,
                Marks {
                    status: None,
                    fresh: true,
                },
            ));
        }
    };
    let kept = keep(app, signed, &terms, person, &posted, &read).await;
    let refusal = match kept {
        Ok((to, double)) => return Ok(done(&to, &said_of(&read, double))),
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            refusal
        }
        Err(failure) => return Err(failure.into()),
    };
    let mut form = offered.kept(&posted);
    form.refuse(&refusal);
    let status = (refusal.kind == Kind::Conflict).then_some(StatusCode::CONFLICT);
    Ok(new_page(
        signed,
        &open,
        form,
        Marks {
            status,
            fresh: true,
        },
    ))
}

/// What the page after it says: nothing of the note.
fn said_of(read: &Read, double: bool) -> String {
    let saved = match read.written.answer {
        Some(super::Answer::No) => {
            "Contact saved. The referral went back to whoever sent it, with the person's answer"
        }
        _ if read.written.note.purpose == Purpose::Close => "Contact saved. Now close the referral",
        _ => "Contact saved",
    };
    let double = if double {
        ". You meet somebody else at the same time as you planned now"
    } else {
        ""
    };
    format!("{saved}{double}")
}

/// Keeps the note in one transaction and gives where to go, and whether
/// somebody else is met at the time that was planned.
async fn keep(
    app: &App,
    signed: &Signed,
    terms: &Terms,
    person: Id<Person>,
    posted: &Posted,
    read: &Read,
) -> Outcome<(String, bool)> {
    let actor = &signed.actor;
    let incomplete = || Refusal::invalid("This form is incomplete").try_next("Open the page again");
    let referral: Id<Referral> = posted.text("referral").parse().map_err(|_| incomplete())?;
    let version: i64 = posted.text("version").parse().map_err(|_| incomplete())?;
    let to = where_to(posted, read, person, referral);
    app.db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, actor, posted, &to).await? {
                return Ok((path, false));
            }
            same_case(tx, signed, person, referral, version).await?;
            for ticked in &read.ticked {
                task::actions::tick(tx, actor, *ticked).await?;
            }
            let written = &read.written;
            let contact = actions::write(tx, terms, actor, referral, written, actor.now).await?;
            if let Some(words) = &read.risk {
                person::actions::change_risk(tx, actor, person, contact, words.as_ref()).await?;
            }
            draft::store::drop(tx, actor, DRAFT, person).await?;
            let books = written.next.as_ref().and_then(Next::meeting).is_some();
            let double = books && booking::store::is_double(tx, actor.scheme, referral).await?;
            Ok((to.clone(), double))
        })
        .await
}

/// The form speaks of the person and the referral it was opened with, as they
/// stood then: another tab or another worker may have moved on.
async fn same_case(
    tx: &mut Tx,
    signed: &Signed,
    person: Id<Person>,
    referral: Id<Referral>,
    version: i64,
) -> Outcome<()> {
    let scope = signed.actor.scope(Ability::WriteContact)?;
    let case = referral::store::case(tx, &scope, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if case.person != person {
        return Err(Refusal::not_found().into());
    }
    if case.version != version {
        let state = case.standing.state();
        return Err(Refusal::conflict(format!(
            "The referral has changed while you were writing: it is {state} now"
        ))
        .try_next("Your words are all here. Look at the record in another window, then save again")
        .into());
    }
    Ok(())
}

fn where_to(posted: &Posted, read: &Read, person: Id<Person>, referral: Id<Referral>) -> String {
    let said_no = read.written.answer == Some(super::Answer::No);
    match posted.text(PRESS) {
        _ if read.written.note.purpose == Purpose::Close && !said_no => paths::close(referral),
        "save" => paths::person(person),
        // "Save and next", and Ctrl+Enter, which presses nothing.
        _ => paths::today(),
    }
}

/// Keeps what is typed every few seconds (answers nothing), or throws it away.
async fn keep_draft(
    app: App,
    signed: Signed,
    Path(person): Path<Id<Person>>,
    body: Bytes,
) -> Answer {
    let discards = Posted::read(&body).text(PRESS) == "discard";
    app.db
        .act(async |tx| {
            if discards {
                draft::store::drop(tx, &signed.actor, DRAFT, person).await?;
                return Ok(());
            }
            draft::actions::save(tx, &signed.actor, DRAFT, person, &body).await
        })
        .await?;
    if discards {
        return Ok(done(&paths::new_contact(person), "Draft discarded"));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
