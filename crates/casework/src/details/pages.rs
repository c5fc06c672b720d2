//! The pages on which a person's details are put right, and both versions side
//! by side when two people did so at once.

use axum::extract::Path;
use kith_access::{
    Ability, Answer, App, Grant, Needs, Once, Organisation, Routes, Signed, Trouble, audit, once,
};
use kith_base::{Id, Kind, Line, Name, Refusal, Word};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    done,
    form::{FormToken, Posted},
    go,
};

use super::{
    actions,
    form::{self, ProfileForm},
};
use crate::{
    paths,
    person::{
        Identity, Person, Profile, Record, actions::grant_for, banner::banner, profile::Entry,
        store,
    },
    referral::actions::Terms,
};

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    let writes = Needs::Can(Ability::WriteContact);
    Routes::new()
        .get("/people/{person}/edit", writes, edit)
        .post("/people/{person}/edit", writes, put_right)
}

#[derive(askama::Template)]
#[template(path = "details/edit.html")]
struct Edit<'a> {
    form: &'a ProfileForm,
    token: &'a FormToken,
    action: String,
    back: String,
    version: i64,
    was: Vec<(String, String)>,
}

/// What the edit page needs of the database.
struct Open {
    record: Record,
    grant: Grant,
    practices: Vec<(Id<Organisation>, Name)>,
}

async fn open(tx: &mut Tx, signed: &Signed, person: Id<Person>) -> Outcome<Open> {
    let scope = signed.actor.scope(Ability::WriteContact)?;
    let record = store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let grant = grant_for(tx, &signed.actor, &record).await?;
    let practices = store::practices(tx, signed.actor.scheme).await?;
    Ok(Open {
        record,
        grant,
        practices,
    })
}

async fn edit(app: App, signed: Signed, Path(person): Path<Id<Person>>) -> Answer {
    let open = app
        .db
        .act(async |tx| {
            let open = open(tx, &signed, person).await?;
            audit::look(tx, &signed.actor, person, "open the details").await?;
            Ok(open)
        })
        .await?;
    let profile = Profile::of(&open.record, &open.grant).ok_or_else(Refusal::not_found)?;
    let form =
        ProfileForm::offering(&open.practices, signed.actor.today()).kept(&form::posted(&profile));
    let opened = Opened {
        version: open.record.identity.version,
        was: form::was(&profile),
    };
    Ok(show(&signed, &open.record.identity, &form, opened))
}

/// The record as it was when the form was opened.
struct Opened {
    version: i64,
    was: Vec<(String, String)>,
}

impl Opened {
    fn posted(profile: &Profile, posted: &Posted) -> Result<Self, Trouble> {
        let version = posted.text("version").parse();
        let version = version.map_err(|_| {
            Refusal::invalid("This form is incomplete").try_next("Open the page again")
        })?;
        Ok(Self {
            version,
            was: form::was_posted(profile, posted),
        })
    }
}

fn show(
    signed: &Signed,
    who: &Identity,
    form: &ProfileForm,
    opened: Opened,
) -> axum::response::Response {
    let view = Edit {
        form,
        token: &signed.token(),
        action: paths::edit_person(who.id),
        back: paths::person(who.id),
        version: opened.version,
        was: opened.was,
    };
    signed
        .page("Edit details")
        .reading()
        .back(paths::person(who.id))
        .banner(banner(who, signed.actor.today()))
        .errors(form.errors())
        .view(&view)
}

async fn put_right(
    app: App,
    signed: Signed,
    Path(person): Path<Id<Person>>,
    posted: Posted,
) -> Answer {
    let asked = app
        .db
        .read(async |tx| open(tx, &signed, person).await)
        .await;
    let open = match asked {
        Ok(open) => open,
        Err(Failure::Refused(refusal)) if refusal.kind == Kind::StepUp => {
            return prove_first(&app, &signed, person, &posted).await;
        }
        Err(failure) => return Err(failure.into()),
    };
    let theirs = Profile::of(&open.record, &open.grant).ok_or_else(Refusal::not_found)?;
    let opened = Opened::posted(&theirs, &posted)?;
    let version = opened.version;
    let who = &open.record.identity;
    let offered = || ProfileForm::offering(&open.practices, signed.actor.today());
    let (why, mine): (_, Profile) = match offered().check(&posted) {
        Ok(fields) => (fields.why.clone(), fields.into()),
        Err(form) => return Ok(show(&signed, who, &form, opened)),
    };
    let wanted = form::chosen(&mine, &theirs, &posted);
    let Ok(fields) = offered().check(&wanted) else {
        return Ok(show(&signed, who, &offered().kept(&wanted), opened));
    };
    let profile: Profile = fields.into();
    let why = why.as_ref();
    match keep(&app, &signed, person, &posted, (version, &profile), why).await {
        Ok(Kept::Done { told: 0 }) => Ok(done(&paths::person(person), "Details saved")),
        Ok(Kept::Done { .. }) => Ok(done(
            &paths::person(person),
            "Details saved. Whoever was written to by the old ones has been told",
        )),
        Ok(Kept::Again(path)) => Ok(go(&path)),
        Ok(Kept::Conflict) => both(&app, &signed, person, &profile, &posted).await,
        Err(Failure::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = offered().kept(&wanted);
            form.refuse(&refusal);
            Ok(show(&signed, who, &form, opened))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Keeps the profile once; a conflict leaves the form's key unused, because
/// nothing was done.
async fn keep(
    app: &App,
    signed: &Signed,
    person: Id<Person>,
    posted: &Posted,
    (version, profile): (i64, &Profile),
    why: Option<&Line>,
) -> Outcome<Kept> {
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let went_to = paths::person(person);
    let result = app
        .db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, &signed.actor, posted, &went_to).await? {
                return Ok(Kept::Again(path));
            }
            let mine = (version, profile);
            match actions::put_right(tx, &terms, &signed.actor, person, mine, why).await? {
                actions::Kept::Done { told } => Ok(Kept::Done { told }),
                actions::Kept::Conflict(..) => Err(Failure::Refused(Refusal::conflict(QUICKER))),
            }
        })
        .await;
    match result {
        Err(Failure::Refused(refusal)) if refusal.what == QUICKER => Ok(Kept::Conflict),
        result => result,
    }
}

enum Kept {
    Done { told: usize },
    Again(String),
    Conflict,
}

const QUICKER: &str = "Somebody changed these details while you were typing";

/// The proof of who somebody is has grown old while they typed: nothing that
/// was typed is lost, and nothing of the record is shown.
async fn prove_first(app: &App, signed: &Signed, person: Id<Person>, posted: &Posted) -> Answer {
    let (who, practices) = app
        .db
        .read(async |tx| {
            let scope = signed.actor.scope(Ability::WriteContact)?;
            let record = store::record(tx, &scope, person)
                .await?
                .ok_or_else(Refusal::not_found)?;
            Ok((
                record.identity,
                store::practices(tx, signed.actor.scheme).await?,
            ))
        })
        .await?;
    let mut form = ProfileForm::offering(&practices, signed.actor.today()).kept(posted);
    let typed = form.clone().check(posted).map(Profile::from).ok();
    form.add_error(
        "Confirm it is you in another window, at /step-up, then save again: nothing is saved yet",
    );
    let version = posted.text("version").parse().unwrap_or(0);
    let was = typed
        .map(|typed| form::was_posted(&typed, posted))
        .unwrap_or_default();
    Ok(show(signed, &who, &form, Opened { version, was }))
}

#[derive(askama::Template)]
#[template(path = "details/both.html")]
struct Both<'a> {
    token: &'a FormToken,
    action: String,
    back: String,
    version: i64,
    carried: Vec<(String, String)>,
    differ: Vec<Differ>,
}

/// A field two people filled in differently.
struct Differ {
    name: String,
    label: &'static str,
    /// I changed it, so mine is chosen beforehand; otherwise theirs is.
    mine_first: bool,
    mine: String,
    theirs: String,
}

/// Both versions side by side. Beforehand mine is chosen where I changed the
/// field, and theirs where only they did.
async fn both(
    app: &App,
    signed: &Signed,
    person: Id<Person>,
    mine: &Profile,
    posted: &Posted,
) -> Answer {
    let now = app
        .db
        .read(async |tx| open(tx, signed, person).await)
        .await?;
    let theirs = Profile::of(&now.record, &now.grant).ok_or_else(Refusal::not_found)?;
    let readable = |entry: &Entry| match entry.readable(&now.practices) {
        words if words.is_empty() => "nothing".to_owned(),
        words => words,
    };
    let differ = mine
        .entries()
        .into_iter()
        .zip(theirs.entries())
        .filter(|(mine, theirs)| mine.text != theirs.text)
        .map(|(mine, theirs)| Differ {
            name: form::keep_name(mine.field.code()),
            label: mine.field.label(),
            mine_first: form::changed_by_me(&mine, posted),
            mine: readable(&mine),
            theirs: readable(&theirs),
        })
        .collect();
    let who = &now.record.identity;
    let view = Both {
        token: &signed.token(),
        action: paths::edit_person(person),
        back: paths::edit_person(person),
        version: who.version,
        carried: form::carried(mine)
            .into_iter()
            .chain(form::was(&theirs))
            .chain([("why".to_owned(), posted.text("why").to_owned())])
            .collect(),
        differ,
    };
    Ok(signed
        .page("Somebody else changed these details too")
        .compact()
        .banner(banner(who, signed.actor.today()))
        .status(axum::http::StatusCode::CONFLICT)
        .view(&view))
}
