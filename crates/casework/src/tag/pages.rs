//! `/people/{person}/tags`: the tags of somebody, with those the scheme uses
//! at one press.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, audit, once};
use kith_base::{Id, Kind, Line, Refusal};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Empty},
    done, el,
    form::{PostButton, Posted, Text},
};

use super::{Tag, actions, store};
use crate::{
    paths,
    person::{self, Identity, Person, banner::banner},
};

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    let tags = Needs::Can(Ability::TagPeople);
    Routes::new()
        .get("/people/{person}/tags", tags, open)
        .post("/people/{person}/tags", tags, put_on)
        .post("/people/{person}/tags/{tag}/remove", tags, take_off)
}

/// A tag to be put on.
#[derive(Clone, Debug)]
pub struct PutOn {
    /// Its words.
    pub words: Line,
}

kith_pages::form! {
    /// The words of a tag.
    pub TagForm => PutOn {
        words: Text<Line> = Text::new("Tag").called("the tag")
            .hint("A word or two the whole service uses, like \"carer group\". Never a name, and nothing that belongs in a note"),
    }
}

/// What the audit trail says of somebody who opens the page.
const LOOK: &str = "open the tags";

struct Open {
    who: Identity,
    on: Vec<Tag>,
    in_use: Vec<Tag>,
}

async fn load(app: &App, signed: &Signed, person: Id<Person>) -> Result<Open, Trouble> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::TagPeople)?;
    let looks = async |tx: &mut Tx| -> Outcome<Open> {
        let record = person::store::record(tx, &scope, person)
            .await?
            .ok_or_else(Refusal::not_found)?;
        let on = store::of_person(tx, &scope, person).await?;
        let in_use = store::in_use(tx, actor.scheme).await?;
        audit::look(tx, actor, person, LOOK).await?;
        Ok(Open {
            who: record.identity,
            on,
            in_use,
        })
    };
    Ok(app.db.act(looks).await?)
}

fn page(signed: &Signed, open: &Open, form: &TagForm) -> Response {
    let (who, token) = (open.who.id, signed.token());
    let small = |words: String| Button::secondary(words).small(true);
    let on = open.on.iter().map(|tag| {
        let off = small(format!("Take off {}", tag.words));
        let off = PostButton::new(paths::untag(who, tag.id), &token, off);
        el("li")
            .child(format!("{} ", tag.words))
            .child(Html::from(off))
    });
    let on: Html = if open.on.is_empty() {
        Empty::new("No tag is on this person. Put one on below.").into()
    } else {
        el("ul").class("nhsuk-list").children(on).into()
    };
    let others = open.in_use.iter().filter(|tag| !open.on.contains(tag));
    let others: Html = others
        .map(|tag| {
            let put_on = small(format!("Put on {}", tag.words));
            Html::from(PostButton::new(paths::tags(who), &token, put_on).with("words", &*tag.words))
        })
        .collect();
    let heading = |words: &str| Html::from(el("h2").class("nhsuk-heading-m").child(words));
    let offered = if others.is_empty() {
        others
    } else {
        heading("Tags in use").and(others)
    };
    let sheet = form
        .open(paths::tags(who), &token)
        .sheet([form.words()], Button::send("Put this tag on"));
    signed
        .page("Tags")
        .reading()
        .back(paths::person(who))
        .banner(banner(&open.who, signed.actor.today()))
        .errors(form.errors())
        .body(on.and(offered).and(heading("Another tag")).and(sheet))
        .into_response()
}

async fn open(app: App, signed: Signed, Path(person): Path<Id<Person>>) -> Answer {
    let open = load(&app, &signed, person).await?;
    Ok(page(&signed, &open, &TagForm::blank()))
}

async fn put_on(
    app: App,
    signed: Signed,
    Path(person): Path<Id<Person>>,
    posted: Posted,
) -> Answer {
    let cmd = match TagForm::blank().check(&posted) {
        Ok(cmd) => cmd,
        Err(form) => return Ok(page(&signed, &load(&app, &signed, person).await?, &form)),
    };
    let (actor, to) = (&signed.actor, paths::tags(person));
    let put = app
        .db
        .act(async |tx| -> Outcome<()> {
            if let Once::Again(_) = once(tx, actor, &posted, &to).await? {
                return Ok(());
            }
            actions::put_on(tx, actor, person, &cmd.words).await
        })
        .await;
    match put {
        Ok(()) => Ok(done(&to, "The tag is on")),
        Err(Failure::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = TagForm::blank().kept(&posted);
            form.refuse(&refusal);
            Ok(page(&signed, &load(&app, &signed, person).await?, &form))
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn take_off(
    app: App,
    signed: Signed,
    Path((person, tag)): Path<(Id<Person>, Id<Tag>)>,
    posted: Posted,
) -> Answer {
    let (actor, to) = (&signed.actor, paths::tags(person));
    app.db
        .act(async |tx| -> Outcome<()> {
            if let Once::Again(_) = once(tx, actor, &posted, &to).await? {
                return Ok(());
            }
            actions::take_off(tx, actor, person, tag).await
        })
        .await?;
    Ok(done(&to, "The tag is off"))
}
