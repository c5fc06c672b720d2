//! The page of a person's switches and named people, and the search for a
//! restricted record. What is searched for is posted: a number never stands
//! in an address.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Account, Answer, App, Needs, Once, Routes, Signed, Trouble, audit, once,
};
use kith_base::{Id, Kind, Line, NhsNumber, Word};
use kith_db::Outcome;
use kith_pages::form;
use kith_pages::{
    Html,
    components::{Button, Empty, InsetText, SummaryList, SummaryRow},
    done, el,
    form::{Date, Hidden, Pick, PostButton, Posted, Text},
    html::p,
};

use super::{
    Switch, actions,
    store::{self, Named, Turned},
};
use crate::{
    paths,
    person::{Identity, Person, banner::banner},
};

/// The routes of the switches.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::NameRestricted);
    let reads = Needs::Can(Ability::SeeNotes);
    Routes::new()
        .get("/people/{person}/sensitive", may, show)
        .post("/people/{person}/sensitive", may, turn)
        .post("/people/{person}/named", may, name)
        .post("/people/{person}/named/{account}/remove", may, unname)
        .get("/restricted", reads, show_search)
        .post("/restricted", reads, search)
}

/// One switch turned.
struct Turning {
    switch: Switch,
    on: OnOff,
    reason: Line,
    version: i64,
}

kith_base::words! {
    /// Which way.
    enum OnOff { On = "on" / "on", Off = "off" / "off" }
}

form! {
    /// Turning a switch.
    TurnForm => Turning {
        switch: Hidden<Switch> = Hidden::new("Open the page again: the form was incomplete"),
        on: Hidden<OnOff> = Hidden::new("Open the page again: the form was incomplete"),
        reason: Text<Line> = Text::new("Why?").called("the reason")
            .hint("One line. Do not write where the person is"),
        version: Hidden<i64> = Hidden::new("Open the page again: the form was incomplete"),
    }
}

/// Somebody to be named.
struct Naming {
    account: Id<Account>,
}

form! {
    /// Naming somebody.
    NameForm => Naming {
        account: Pick<Id<Account>> = Pick::empty("Who else may open the record?").called("who else may open the record"),
    }
}

/// What one must know to be told of a restricted record.
struct Known {
    nhs_number: NhsNumber,
    born: kith_base::Day,
}

form! {
    /// The search for a restricted record.
    KnownForm => Known {
        nhs_number: Text<NhsNumber> = Text::new("NHS number").hint("All ten digits").digits().width(10),
        born: Date = Date::new("Date of birth"),
    }
}

struct Opened {
    who: Identity,
    staff: Vec<Named>,
    turns: Vec<Turned>,
}

async fn open(signed: &Signed, app: &App, person: Id<Person>) -> Result<Opened, Trouble> {
    let actor = &signed.actor;
    Ok(app
        .db
        .act(async |tx| -> Outcome<_> {
            let who = actions::open(tx, actor, person).await?;
            audit::look(tx, actor, person, "see who may open a record").await?;
            Ok(Opened {
                who,
                staff: store::staff(tx, actor.scheme, person).await?,
                turns: store::turns(tx, actor.scheme, person).await?,
            })
        })
        .await?)
}

fn page(
    signed: &Signed,
    opened: &Opened,
    turning: Option<(Switch, &TurnForm)>,
    naming: Option<&NameForm>,
) -> Response {
    let who = &opened.who;
    let errors = turning
        .map(|(_, form)| form.errors())
        .or_else(|| naming.map(NameForm::errors))
        .unwrap_or_default();
    let switches = [
        (Switch::Location, who.location_sensitive),
        (Switch::Restricted, who.restricted),
    ];
    let mut body: Vec<Html> = switches
        .into_iter()
        .map(|(switch, on)| one_switch(signed, who, switch, on, turning))
        .collect();
    if who.restricted {
        body.push(named(signed, opened, naming));
    }
    body.push(history(&opened.turns));
    signed
        .page("Keeping somebody safe")
        .reading()
        .back(paths::person(who.id))
        .banner(banner(who, signed.actor.today()))
        .errors(errors)
        .body(body.into_iter().collect::<Html>())
        .into_response()
}

fn heading(words: &'static str) -> Html {
    el("h2").class("nhsuk-heading-m").child(words).into()
}

fn one_switch(
    signed: &Signed,
    who: &Identity,
    switch: Switch,
    on: bool,
    wrong: Option<(Switch, &TurnForm)>,
) -> Html {
    let (says, button) = match (switch, on) {
        (Switch::Location, false) => (
            "Everybody in the service who may see this person also sees their address and telephone number. \
             Hide it when somebody must not learn where they are. Mail that is waiting to be sent about them is \
             cancelled, and no search finds them by where they are.",
            "Hide where they are",
        ),
        (Switch::Location, true) => (
            "Their address and telephone number are hidden. Those who work with them open them one at a time.",
            "Stop hiding where they are",
        ),
        (Switch::Restricted, false) => (
            "Everybody in the service may open this record as far as their role goes. Restrict it for staff who \
             are patients here, for relatives of staff, and where somebody must not know that the person comes.",
            "Restrict the record",
        ),
        (Switch::Restricted, true) => (
            "Only the people named below open this record. For everybody else it does not exist.",
            "Lift the restriction",
        ),
    };
    let version = who.version.to_string();
    let fixed = [
        ("switch", switch.code()),
        ("on", if on { "off" } else { "on" }),
        ("version", version.as_str()),
    ];
    let blank = TurnForm::blank().kept(&Posted::from_pairs(fixed));
    let form = wrong
        .filter(|(which, _)| *which == switch)
        .map_or(&blank, |(_, form)| form);
    let open = form.open(paths::sensitive(who.id), &signed.token());
    let fields = [form.switch(), form.on(), form.version(), form.reason()];
    heading(switch.label())
        .and(p(says))
        .and(open.sheet(fields, Button::send(button)))
}

fn named(signed: &Signed, opened: &Opened, wrong: Option<&NameForm>) -> Html {
    let who = &opened.who;
    let rows = opened.staff.iter().filter(|one| one.named).map(|one| {
        let remove = PostButton::new(
            paths::unname(who.id, one.id),
            &signed.token(),
            Button::secondary(format!("Remove {}", one.name)).small(true),
        );
        SummaryRow::new(
            &*one.name,
            Html::from(one.role.label()).and(" ").and(remove),
        )
    });
    let list = SummaryList::new(rows.collect::<Vec<_>>());
    let mut form = wrong.cloned().unwrap_or_else(NameForm::blank);
    for one in opened.staff.iter().filter(|one| !one.named) {
        form.account.kind.offer(
            one.id,
            one.id.to_string(),
            format!("{}, {}", one.name, one.role.label()),
        );
    }
    let open = form.open(paths::named(who.id), &signed.token());
    let add = open.sheet([form.account()], Button::send("Add to the list"));
    heading("Who may open this record").and(list).and(add)
}

fn history(turns: &[Turned]) -> Html {
    if turns.is_empty() {
        return Empty::new("Neither switch has been turned yet.").into();
    }
    let lines = turns.iter().map(|turn| {
        let way = if turn.turned_on { "on" } else { "off" };
        let what = format!(
            "{}, {}: “{}” turned {way}. {}",
            turn.at.as_uk_moment(),
            turn.by_name,
            turn.switch,
            turn.reason
        );
        Html::from(el("li").child(what))
    });
    heading("What was turned, and why").and(el("ul").class("nhsuk-list").children(lines))
}

async fn show(signed: Signed, app: App, Path(person): Path<Id<Person>>) -> Answer {
    let opened = open(&signed, &app, person).await?;
    Ok(page(&signed, &opened, None, None))
}

async fn turn(signed: Signed, app: App, Path(person): Path<Id<Person>>, posted: Posted) -> Answer {
    let turning = match TurnForm::blank().check(&posted) {
        Ok(turning) => turning,
        Err(form) => {
            let opened = open(&signed, &app, person).await?;
            let which = posted.text("switch").parse().ok();
            return Ok(page(
                &signed,
                &opened,
                which.map(|which| (which, &form)),
                None,
            ));
        }
    };
    let actor = &signed.actor;
    let here = paths::sensitive(person);
    let to = app
        .db
        .act(async |tx| -> Outcome<String> {
            if let Once::Again(first) = once(tx, actor, &posted, &here).await? {
                return Ok(first);
            }
            let way = (turning.switch, turning.on == OnOff::On);
            actions::turn(tx, actor, person, turning.version, way, &turning.reason).await?;
            Ok(here.clone())
        })
        .await?;
    Ok(done(&to, "Saved. The team has been told"))
}

async fn name(signed: Signed, app: App, Path(person): Path<Id<Person>>, posted: Posted) -> Answer {
    let opened = open(&signed, &app, person).await?;
    let mut form = NameForm::blank();
    for one in &opened.staff {
        form.account
            .kind
            .offer(one.id, one.id.to_string(), &*one.name);
    }
    let naming = match form.check(&posted) {
        Ok(naming) => naming,
        Err(_) => {
            let mut form = NameForm::blank();
            form.account
                .add_error("Select who else may open the record");
            return Ok(page(&signed, &opened, None, Some(&form)));
        }
    };
    let actor = &signed.actor;
    let added = app
        .db
        .act(async |tx| actions::name(tx, actor, person, naming.account).await)
        .await
        .map_err(Trouble::from);
    match added {
        Ok(()) => Ok(done(&paths::sensitive(person), "Added to the list")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Conflict => {
            let mut form = NameForm::blank();
            form.refuse(&refusal);
            Ok(page(&signed, &opened, None, Some(&form)))
        }
        Err(trouble) => Err(trouble),
    }
}

async fn unname(
    signed: Signed,
    app: App,
    Path((person, account)): Path<(Id<Person>, Id<Account>)>,
    _posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    app.db
        .act(async |tx| actions::unname(tx, actor, person, account).await)
        .await?;
    Ok(done(&paths::sensitive(person), "Removed from the list"))
}

fn search_page(signed: &Signed, form: &KnownForm, answer: Html) -> Response {
    let open = form.open(paths::restricted(), &signed.token());
    let why = InsetText::saying(
        "A restricted record is found by nothing else. Each search is written down, and whoever keeps the record can see it.",
    );
    let fields = [form.nhs_number(), form.born()];
    let body = answer
        .and(why)
        .and(open.sheet(fields, Button::send("Look")));
    let page = signed
        .page("Is there a restricted record?")
        .reading()
        .errors(form.errors());
    page.body(body).into_response()
}

async fn show_search(signed: Signed) -> Response {
    search_page(&signed, &KnownForm::blank(), Html::default())
}

async fn search(signed: Signed, app: App, posted: Posted) -> Answer {
    let known = match KnownForm::blank().check(&posted) {
        Ok(known) => known,
        Err(form) => return Ok(search_page(&signed, &form, Html::default())),
    };
    let actor = &signed.actor;
    let found = app
        .db
        .act(async |tx| actions::look_for(tx, actor, &known.nhs_number, known.born).await)
        .await?;
    let answer: Html = match found {
        None => InsetText::saying(
            "There is no restricted record with this NHS number and date of birth.",
        )
        .into(),
        Some(named) => {
            let names: Vec<String> = named.iter().map(|one| one.name.to_string()).collect();
            InsetText::saying(format!(
                "A restricted record exists: ask {}.",
                names.join(" or ")
            ))
            .into()
        }
    };
    Ok(search_page(&signed, &KnownForm::blank(), answer))
}
