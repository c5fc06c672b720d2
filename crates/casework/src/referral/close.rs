//! Closing a referral: why, what changed in the person's words, what the
//! practice needs to do. The exact message to the practice is shown before it
//! is sent.

use axum::{extract::Path, http::StatusCode, response::Response};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, audit, once};
use kith_base::{Id, Kind, Line, Refusal, Story, words};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    done, form,
    form::{FieldKind, FormToken, Long, Maybe, One, Posted, Text},
    go,
};

use super::{
    Case, CloseReason, Referral,
    actions::{self, Closing, Terms, end_words},
    store,
};
use crate::{
    message::Stage,
    paths,
    person::{self, Identity, banner::banner},
};

words! {
    /// Whether the person has been told that it has ended.
    pub enum Knows {
        Yes = "yes" / "Yes",
        NotYet = "not_yet" / "Not yet: give me a task to tell them",
    }
}

/// The form as its fields come out.
#[expect(missing_docs, reason = "each is told by its label below")]
pub struct Fields {
    pub reason: CloseReason,
    pub what_changed: Option<Story>,
    pub practice_to_do: Line,
    pub knows: Knows,
}

form! {
    /// A referral to be closed.
    pub CloseForm => Fields {
        reason: One<CloseReason> = One::new("Why are you closing it?").called("why you are closing it"),
        what_changed: Maybe<Long<Story>> = Long::new("What changed").rows(4)
            .hint("In the person's own words. The practice reads it"),
        practice_to_do: Text<Line> = Text::new("What the practice needs to do")
            .hint("Usually nothing"),
        knows: One<Knows> = One::new("Does the person know?").called("whether the person knows"),
    }
}

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    let writes = Needs::Can(Ability::WriteContact);
    Routes::new()
        .get("/referrals/{referral}/close", writes, show)
        .post("/referrals/{referral}/close", writes, close)
}

/// What the page needs of the database.
struct Open {
    who: Identity,
    case: Case,
}

async fn open(tx: &mut Tx, signed: &Signed, referral: Id<Referral>) -> Outcome<Open> {
    let scope = signed.actor.scope(Ability::WriteContact)?;
    let case = store::case(tx, &scope, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let record = person::store::record(tx, &scope, case.person).await?;
    let record = record.ok_or_else(Refusal::not_found)?;
    Ok(Open {
        who: record.identity,
        case,
    })
}

async fn show(app: App, signed: Signed, Path(referral): Path<Id<Referral>>) -> Answer {
    let open = app
        .db
        .act(async |tx| {
            let open = open(tx, &signed, referral).await?;
            audit::look(
                tx,
                &signed.actor,
                open.case.person,
                "open the closing of a referral",
            )
            .await?;
            Ok(open)
        })
        .await?;
    let mut form = CloseForm::blank();
    form.practice_to_do.kind.fill(&nothing()?);
    Ok(page(&signed, &open, &form, open.case.version, None))
}

fn nothing() -> Result<Line, Refusal> {
    "Nothing"
        .parse()
        .map_err(|_| Refusal::invalid("The usual answer is missing"))
}

#[derive(askama::Template)]
#[template(path = "referral/close.html")]
struct Close<'a> {
    form: &'a CloseForm,
    token: &'a FormToken,
    action: String,
    back: String,
    version: i64,
}

fn page(
    signed: &Signed,
    open: &Open,
    form: &CloseForm,
    version: i64,
    status: Option<StatusCode>,
) -> Response {
    let page = signed
        .page("Close the referral")
        .reading()
        .caption(format!("Referral {}", open.case.reference))
        .back(paths::person(open.who.id))
        .banner(banner(&open.who, signed.actor.today()))
        .errors(form.errors());
    let page = match status {
        Some(status) => page.status(status),
        None => page,
    };
    page.view(&Close {
        form,
        token: &signed.token(),
        action: paths::close(open.case.id),
        back: paths::person(open.who.id),
        version,
    })
}

#[derive(askama::Template)]
#[template(path = "referral/close_check.html")]
struct Check<'a> {
    token: &'a FormToken,
    action: String,
    version: i64,
    practice: Option<&'a str>,
    author: String,
    words: String,
    to_do: &'a Line,
    carried: Vec<(&'static str, String)>,
    knows: bool,
}

/// The message as the practice will read it, before it is sent.
fn check(signed: &Signed, open: &Open, fields: &Fields, posted: &Posted, version: i64) -> Response {
    use kith_base::Word;
    let actor = &signed.actor;
    let carried = ["reason", "what_changed", "practice_to_do", "knows"];
    let changed = fields.what_changed.as_deref();
    let registered = open.who.practice_name.as_deref();
    let practice = open.case.sent.practice.map(|sender| {
        let same = open.who.practice == Some(sender);
        registered
            .filter(|_| same)
            .unwrap_or("the practice that sent the referral")
    });
    signed
        .page("Check what the practice will read")
        .reading()
        .banner(banner(&open.who, actor.today()))
        .view(&Check {
            token: &signed.token(),
            action: paths::close(open.case.id),
            version,
            practice,
            author: format!("{}, {}", actor.name, actor.role.label().to_lowercase()),
            words: end_words(Stage::Closed, fields.reason.label(), changed),
            to_do: &fields.practice_to_do,
            carried: carried
                .map(|name| (name, posted.text(name).to_owned()))
                .to_vec(),
            knows: fields.knows == Knows::Yes || fields.reason == CloseReason::Died,
        })
}

async fn close(
    app: App,
    signed: Signed,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let open = app
        .db
        .read(async |tx| open(tx, &signed, referral).await)
        .await?;
    let version: i64 = posted
        .text("version")
        .parse()
        .map_err(|_| Refusal::invalid("This form is incomplete").try_next("Open the page again"))?;
    let fields = match CloseForm::blank().check(&posted) {
        Ok(fields) => fields,
        Err(form) => return Ok(page(&signed, &open, &form, version, None)),
    };
    match posted.text("press") {
        "send" => {}
        "change" => {
            return Ok(page(
                &signed,
                &open,
                &CloseForm::blank().kept(&posted),
                version,
                None,
            ));
        }
        _ => return Ok(check(&signed, &open, &fields, &posted, version)),
    }
    match keep(&app, &signed, &open, fields, &posted, version).await {
        Ok(Kept::Closed(to)) => Ok(done(&to, "Referral closed. The practice has been told")),
        Ok(Kept::Again(to)) => Ok(go(&to)),
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            let now = app
                .db
                .read(async |tx| self::open(tx, &signed, referral).await)
                .await?;
            let mut form = CloseForm::blank().kept(&posted);
            form.refuse(&refusal);
            Ok(page(
                &signed,
                &now,
                &form,
                now.case.version,
                Some(StatusCode::CONFLICT),
            ))
        }
        Err(failure) => Err(failure.into()),
    }
}

enum Kept {
    Closed(String),
    Again(String),
}

async fn keep(
    app: &App,
    signed: &Signed,
    open: &Open,
    fields: Fields,
    posted: &Posted,
    version: i64,
) -> Outcome<Kept> {
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let to = paths::person(open.who.id);
    app.db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, &signed.actor, posted, &to).await? {
                return Ok(Kept::Again(path));
            }
            let closing = Closing {
                reason: fields.reason,
                what_changed: fields.what_changed.clone(),
                practice_to_do: fields.practice_to_do.clone(),
                person_knows: fields.knows == Knows::Yes,
            };
            let (id, at) = (open.case.id, signed.actor.now);
            actions::close(tx, &terms, &signed.actor, id, version, closing, at).await?;
            Ok(Kept::Closed(to.clone()))
        })
        .await
}
