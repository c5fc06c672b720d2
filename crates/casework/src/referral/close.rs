//! Closing a referral: why, what changed in the person's words, what the
//! practice needs to do. The exact message to the practice is shown before it
//! is sent.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, once};
use kith_base::{Id, Kind, Line, Refusal, Story, Word, words};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html, Page,
    components::{Button, ButtonGroup, InsetText},
    done, el, form,
    form::{FieldKind, Hidden, Long, Maybe, One, Posted, Text, hidden_field, open},
    go,
    html::{link, p},
};

use super::{
    CloseReason, Referral,
    about::{About, about, look},
    actions::{self, Closing, Terms, end_words},
    open_actions::{self, Ended, OpenActions, with_handed},
};
use crate::{message::Stage, paths};

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
    pub version: i64,
    pub reason: CloseReason,
    pub what_changed: Option<Story>,
    pub practice_to_do: Line,
    pub knows: Knows,
}

form! {
    /// A referral to be closed.
    pub CloseForm => Fields {
        version: Hidden<i64> = "The version of the referral",
        reason: One<CloseReason> = One::new("Why are you closing it?").called("why you are closing it"),
        what_changed: Maybe<Long<Story>> = Long::new("What changed").rows(4)
            .hint("In the person's own words. The practice reads it"),
        practice_to_do: Text<Line> = Text::new("What the practice needs to do")
            .hint("Usually nothing"),
        knows: One<Knows> = One::new("Does the person know?").called("whether the person knows"),
    }
}

/// What the trail calls a look at the form.
const LOOK: &str = "open the closing of a referral";

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    let writes = Needs::Can(Ability::WriteContact);
    Routes::new()
        .get("/referrals/{referral}/close", writes, show)
        .post("/referrals/{referral}/close", writes, close)
}

async fn show(app: App, signed: Signed, Path(referral): Path<Id<Referral>>) -> Answer {
    let about = look(&app, &signed, Ability::WriteContact, referral, LOOK).await?;
    let mut form = CloseForm::blank();
    form.version.fill(&about.case.version);
    form.practice_to_do.kind.fill(&nothing()?);
    let open = open_of(&app, &signed, &about).await?;
    Ok(page(&signed, &about, &form, &open).into_response())
}

/// The actions that are still open.
async fn open_of(app: &App, signed: &Signed, about: &About) -> Outcome<OpenActions> {
    let scope = signed.actor.scope(Ability::WriteContact)?;
    app.db
        .read(async |tx| OpenActions::of(tx, &scope, about.who.id).await)
        .await
}

fn nothing() -> Result<Line, Refusal> {
    "Nothing"
        .parse()
        .map_err(|_| Refusal::invalid("The usual answer is missing"))
}

fn page(signed: &Signed, about: &About, form: &CloseForm, open: &OpenActions) -> Page {
    let back = paths::person(about.who.id);
    let fields = [
        form.version(),
        form.reason(),
        form.what_changed(),
        open.show(),
        form.practice_to_do(),
        form.knows(),
    ];
    let sheet = form
        .open(paths::close(about.case.id), &signed.token())
        .sheet(fields, Button::new("Check the message to the practice"));
    about
        .page(signed, "Close the referral")
        .reading()
        .back(&back)
        .errors(form.errors())
        .body(sheet.and(p(link(back, "Go back without closing"))))
}

/// The message as the practice will read it, before it is sent.
fn check(
    signed: &Signed,
    about: &About,
    fields: &Fields,
    open: &OpenActions,
    to_do: &Line,
    posted: &Posted,
) -> Response {
    let actor = &signed.actor;
    let registered = about.who.practice_name.as_deref();
    let reader = match about.case.sent.practice {
        Some(sender) => {
            let same = about.who.practice == Some(sender);
            let practice = registered
                .filter(|_| same)
                .unwrap_or("the practice that sent the referral");
            p(format!("Exactly this will be sent to {practice}:"))
        }
        None => p("This referral has no practice, so nobody is sent this; it stays in the record:"),
    };
    let changed = fields.what_changed.as_deref();
    let words = end_words(Stage::Closed, fields.reason.label(), changed);
    let to_do = Html::from(el("b").child("What you need to do:"))
        .and(" ")
        .and(to_do.to_string());
    let author = format!("{}, {}", actor.name, actor.role.label().to_lowercase());
    let message = Html::from(el("p").class("kith-words").child(words))
        .and(p(to_do))
        .and(p(author));
    let knows = fields.knows == Knows::Yes || fields.reason == CloseReason::Died;
    let task = match knows {
        true => Html::default(),
        false => p("The person does not know yet: you will get a task to tell them."),
    };
    let body = [
        reader,
        InsetText::new(message).into(),
        task,
        send_or_change(signed, about, open, posted),
    ];
    about
        .page(signed, "Check what the practice will read")
        .reading()
        .body(body.into_iter().collect::<Html>())
        .into_response()
}

/// What was typed, carried unseen, with the two ways on.
fn send_or_change(signed: &Signed, about: &About, actions: &OpenActions, posted: &Posted) -> Html {
    let names = [
        "version",
        "reason",
        "what_changed",
        "practice_to_do",
        "knows",
    ];
    let carried = names
        .map(|name| Html::from(hidden_field(name, posted.text(name))))
        .into_iter()
        .chain(actions.carried(posted));
    let press = |button: Button, value: &str| Html::from(button.name("press").value(value));
    let ways = ButtonGroup::new(vec![
        press(Button::send("Close and send"), "send"),
        press(Button::secondary("Change something"), "change"),
    ]);
    open(paths::close(about.case.id), &signed.token()).sheet(carried, ways)
}

async fn close(
    app: App,
    signed: Signed,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let found = read(&app, &signed, referral).await?;
    let answer = answer(&app, &signed, &found, &posted).await?;
    signed.shown_again(found.who.id, LOOK, answer).await
}

async fn read(app: &App, signed: &Signed, referral: Id<Referral>) -> Outcome<About> {
    let scope = signed.actor.scope(Ability::WriteContact)?;
    let read = async |tx: &mut Tx| about(tx, &scope, referral).await;
    app.db.read(read).await
}

async fn answer(app: &App, signed: &Signed, found: &About, posted: &Posted) -> Answer {
    let mut open = open_of(app, signed, found).await?.kept(posted);
    let fields = match CloseForm::blank().check(posted) {
        Ok(fields) => fields,
        Err(form) => return Ok(page(signed, found, &form, &open).into_response()),
    };
    let again = |refusal: &Refusal, open: &OpenActions| {
        let mut form = CloseForm::blank().kept(posted);
        form.refuse(refusal);
        page(signed, found, &form, open).into_response()
    };
    if posted.text("press") == "change" {
        let form = CloseForm::blank().kept(posted);
        return Ok(page(signed, found, &form, &open).into_response());
    }
    let Some(ended) = open.read() else {
        let missing = Refusal::invalid("Select what becomes of each open action");
        return Ok(again(&missing, &open));
    };
    let to_do = match with_handed(&fields.practice_to_do, &ended) {
        Ok(to_do) => to_do,
        Err(refusal) => return Ok(again(&refusal, &open)),
    };
    if posted.text("press") != "send" {
        return Ok(check(signed, found, &fields, &open, &to_do, posted));
    }
    match keep(app, signed, found, (fields, to_do), &ended, posted).await {
        Ok(Kept::Closed(to)) => Ok(done(&to, "Referral closed. The practice has been told")),
        Ok(Kept::Again(to)) => Ok(go(&to)),
        Err(Failure::Refused(refusal))
            if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) =>
        {
            let now = read(app, signed, found.case.id).await?;
            let open = open_of(app, signed, &now).await?.kept(posted);
            let mut form = CloseForm::blank().kept(posted);
            form.version.fill(&now.case.version);
            form.refuse(&refusal);
            let page = page(signed, &now, &form, &open).status(StatusCode::CONFLICT);
            Ok(page.into_response())
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
    found: &About,
    (fields, to_do): (Fields, Line),
    ended: &[Ended],
    posted: &Posted,
) -> Outcome<Kept> {
    let scope = signed.actor.scope(Ability::WriteContact)?;
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let to = paths::person(found.who.id);
    app.db
        .act(async |tx| {
            if let Once::Again(path) = once(tx, &signed.actor, posted, &to).await? {
                return Ok(Kept::Again(path));
            }
            open_actions::end(tx, &signed.actor, &scope, found.who.id, ended).await?;
            let closing = Closing {
                reason: fields.reason,
                what_changed: fields.what_changed.clone(),
                practice_to_do: to_do.clone(),
                person_knows: fields.knows == Knows::Yes,
            };
            let (id, at) = (found.case.id, signed.actor.now);
            actions::close(tx, &terms, &signed.actor, id, fields.version, closing, at).await?;
            Ok(Kept::Closed(to.clone()))
        })
        .await
}
