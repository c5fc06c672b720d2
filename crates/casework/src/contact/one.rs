//! The page of a note that is kept: it is read, with what it said before; its
//! author puts it right or voids it. Whoever was quicker is shown beside what
//! was typed, and neither is lost.

use axum::{extract::Path, http::StatusCode, response::Response};
use kith_access::{Ability, Answer, App, Once, Signed, audit, once};
use kith_base::{Id, Kind, Line, Refusal};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    done,
    form::{FormToken, Posted},
};

use super::{
    Contact,
    actions::{self, PutRight},
    earlier::{self, Earlier},
    form::{self, ContactForm},
    kept::{self, NoteView},
    store::Kept,
};
use crate::{
    paths,
    person::{self, Identity, Person, banner::banner},
    referral::actions::Terms,
};

const LOOK_AT_ONE: &str = "read a contact note";

#[derive(askama::Template)]
#[template(path = "contact/show.html")]
struct Show<'a> {
    note: NoteView,
    earlier: Vec<Earlier>,
    now: Option<NoteView>,
    form: Option<&'a ContactForm>,
    token: &'a FormToken,
    action: String,
    void_action: String,
    version: i64,
    open: bool,
    void_wrong: bool,
}

/// A kept note and whom it is about.
async fn one(
    tx: &mut Tx,
    signed: &Signed,
    person: Id<Person>,
    contact: Id<Contact>,
) -> Outcome<(Identity, Kept)> {
    let scope = signed.actor.scope(Ability::SeeNotes)?;
    let record = person::store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let kept = super::store::one(tx, &scope, contact).await?;
    let kept = kept
        .filter(|kept| kept.person == person)
        .ok_or_else(Refusal::not_found)?;
    Ok((record.identity, kept))
}

pub(super) async fn show(
    app: App,
    signed: Signed,
    Path((person, contact)): Path<(Id<Person>, Id<Contact>)>,
) -> Answer {
    let (who, kept, earlier) = app
        .db
        .act(async |tx| {
            let (who, kept) = one(tx, &signed, person, contact).await?;
            let scope = signed.actor.scope(Ability::SeeNotes)?;
            let before = earlier::of(tx, &scope, &kept, signed.actor.account).await?;
            audit::look(tx, &signed.actor, person, LOOK_AT_ONE).await?;
            Ok((who, kept, before))
        })
        .await?;
    let own = kept.author == signed.actor.account
        && kept.void_reason.is_none()
        && signed.actor.can(Ability::WriteContact);
    let form = own.then(|| ContactForm::of_note(signed.actor.now, &kept.note));
    let shown = Shown {
        earlier,
        ..Shown::default()
    };
    Ok(show_page(&signed, &who, &kept, form, shown))
}

/// How the page of a kept note is shown.
#[derive(Default)]
struct Shown {
    conflict: bool,
    void_wrong: bool,
    earlier: Vec<Earlier>,
}

fn show_page(
    signed: &Signed,
    who: &Identity,
    kept: &Kept,
    form: Option<ContactForm>,
    shown: Shown,
) -> Response {
    let errors = form.as_ref().map(ContactForm::errors).unwrap_or_default();
    let open = shown.conflict || !errors.is_empty();
    let mut form = form;
    if let Some(form) = &mut form {
        form.fold();
    }
    let page = signed
        .page("Contact note")
        .reading()
        .back(paths::person(who.id))
        .banner(banner(who, signed.actor.today()))
        .errors(errors);
    let page = match (shown.conflict, shown.void_wrong) {
        (true, _) => page.status(StatusCode::CONFLICT),
        (_, true) => page.status(StatusCode::UNPROCESSABLE_ENTITY),
        _ => page,
    };
    page.view(&Show {
        note: kept::view(kept),
        earlier: shown.earlier,
        now: shown.conflict.then(|| kept::view(kept)),
        form: form.as_ref(),
        token: &signed.token(),
        action: paths::contact(who.id, kept.id),
        void_action: paths::void_contact(who.id, kept.id),
        version: kept.version,
        open,
        void_wrong: shown.void_wrong,
    })
}

pub(super) async fn put_right(
    app: App,
    signed: Signed,
    Path((person, contact)): Path<(Id<Person>, Id<Contact>)>,
    posted: Posted,
) -> Answer {
    let answer = corrected(&app, &signed, (person, contact), &posted).await?;
    signed.shown_again(person, LOOK_AT_ONE, answer).await
}

async fn corrected(
    app: &App,
    signed: &Signed,
    (person, contact): (Id<Person>, Id<Contact>),
    posted: &Posted,
) -> Answer {
    let (who, kept) = app
        .db
        .read(async |tx| one(tx, signed, person, contact).await)
        .await?;
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let offered = ContactForm::offering(signed.actor.now, &[]);
    let read = match form::read(
        offered.clone(),
        posted,
        signed.actor.today(),
        &terms.promise,
    ) {
        Ok(read) => read,
        Err(form) => {
            return Ok(show_page(
                signed,
                &who,
                &kept,
                Some(*form),
                Shown::default(),
            ));
        }
    };
    let version: i64 = posted
        .text("version")
        .parse()
        .map_err(|_| Refusal::invalid("This form is incomplete"))?;
    let to = paths::contact(person, contact);
    let result = app
        .db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, &signed.actor, posted, &to).await? {
                return Ok(Some(path));
            }
            match actions::put_right(
                tx,
                &signed.actor,
                contact,
                version,
                &read.written.note,
                signed.actor.now,
            )
            .await?
            {
                PutRight::Done => Ok(Some(to.clone())),
                PutRight::Conflict(_) => Ok(None),
            }
        })
        .await;
    let mut form = offered.kept(posted);
    match result {
        Ok(Some(to)) => Ok(done(&to, "Note saved. What it said before is kept too")),
        Ok(None) => {
            form.add_error("This note was changed in the meantime: what it says now stands above yours. Save again to put yours in its place");
            let (who, now) = app
                .db
                .read(async |tx| one(tx, signed, person, contact).await)
                .await?;
            Ok(show_page(
                signed,
                &who,
                &now,
                Some(form),
                Shown {
                    conflict: true,
                    ..Shown::default()
                },
            ))
        }
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            form.refuse(&refusal);
            Ok(show_page(signed, &who, &kept, Some(form), Shown::default()))
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(super) async fn void(
    app: App,
    signed: Signed,
    Path((person, contact)): Path<(Id<Person>, Id<Contact>)>,
    posted: Posted,
) -> Answer {
    let answer = voided(&app, &signed, (person, contact), &posted).await?;
    signed.shown_again(person, LOOK_AT_ONE, answer).await
}

async fn voided(
    app: &App,
    signed: &Signed,
    (person, contact): (Id<Person>, Id<Contact>),
    posted: &Posted,
) -> Answer {
    let Ok(reason) = posted.text("reason").parse::<Line>() else {
        let (who, kept) = app
            .db
            .read(async |tx| one(tx, signed, person, contact).await)
            .await?;
        let form = ContactForm::of_note(signed.actor.now, &kept.note);
        return Ok(show_page(
            signed,
            &who,
            &kept,
            Some(form),
            Shown {
                void_wrong: true,
                ..Shown::default()
            },
        ));
    };
    let version: i64 = posted
        .text("version")
        .parse()
        .map_err(|_| Refusal::invalid("This form is incomplete"))?;
    let to = paths::person(person);
    let to = app
        .db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, &signed.actor, posted, &to).await? {
                return Ok(path);
            }
            actions::void(
                tx,
                &signed.actor,
                contact,
                version,
                &reason,
                signed.actor.now,
            )
            .await?;
            Ok(to.clone())
        })
        .await?;
    Ok(done(
        &to,
        "Note voided. It stays in the record, struck through",
    ))
}
