//! The door for practices: one page to refer somebody, and a line added to a
//! referral that is already open. Whom the form is about is decided by
//! `form::whom`; what is done with it by `actions::take_in` and `line`. A link
//! worker or manager uses the same page for an agency without an account.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use kith_access::{
    Ability, Actor, Answer, App, Needs, Once, Organisation, Routes, Signed, audit, once,
    organisation,
};
use kith_base::{Day, Id, Line, Name, Refusal, Word, nhs_number::Shown};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, InsetText, SummaryList, SummaryRow},
    done, el,
    form::{FormToken, Posted},
    go,
    html::{link, p},
};

use super::{
    Case, PracticeTold, Referral, Sent, Source,
    actions::{self, Arrived, Arriving, Terms, Who},
    form::{LineForm, ReferForm, Typed, Whom, practice_is_settled, told_agrees, whom},
    line,
    paper::paper,
    receipt::{case_and_person, referred},
};
use crate::{
    message, paths,
    person::{self, Equity, Identity, banner::banner, store::Origin},
};

/// The routes of the door.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::Refer);
    Routes::new()
        .get("/refer", may, show)
        .post("/refer", may, send)
        .get("/refer/paper", may, paper)
        .get("/refer/{referral}", may, referred)
        .get("/sent/{referral}/line", may, show_line)
        .post("/sent/{referral}/line", may, add_line)
}

/// The form with the practices to choose from, where there is a choice.
async fn blank(signed: &Signed, app: &App) -> Outcome<ReferForm> {
    let mut form = ReferForm::blank();
    form.born.kind.inner().today_or_past(signed.actor.today());
    if signed.actor.practice.is_none() {
        let all = app
            .db
            .read(async |tx| organisation::practices(tx, signed.actor.scheme).await)
            .await?;
        for practice in all {
            form.practice
                .kind
                .inner()
                .offer(practice.id, practice.id.to_string(), &*practice.name);
        }
    }
    Ok(form)
}

#[derive(Template)]
#[template(path = "referral/refer.html")]
struct Refer<'a> {
    asks: Html,
    form: &'a ReferForm,
    token: &'a FormToken,
    action: String,
    elsewhere: bool,
    found: Html,
    concern: String,
    leaflet: String,
    paper: String,
}

/// The form on its page.
fn page(signed: &Signed, form: &ReferForm) -> Answer {
    page_with(signed, form, None, Html::default(), Html::default())
}

/// The same: with the person when the number is known, with what else asks for
/// somebody of the practice, and with what was found from what was typed.
fn page_with(
    signed: &Signed,
    form: &ReferForm,
    them: Option<&Identity>,
    asks: Html,
    found: Html,
) -> Answer {
    let token = signed.token();
    let view = Refer {
        asks,
        form,
        token: &token,
        action: paths::refer(),
        elsewhere: signed.actor.practice.is_none(),
        found,
        concern: them.map_or_else(paths::raise_concern, |them| {
            paths::raise_concern_about(them.id)
        }),
        leaflet: paths::leaflet(),
        paper: paths::refer_on_paper(),
    };
    let page = signed
        .page("Refer somebody")
        .under(paths::refer())
        .errors(form.errors());
    let page = match them {
        Some(them) => page.banner(banner(them, signed.actor.today())),
        None => page,
    };
    Ok(page.view(&view))
}

/// Asks to look before anything is sent; the button stands beside it, so
/// that nobody has to go through the form again.
fn check_them() -> Html {
    let words = "We know this NHS number. Check at the top of the page that this is the person.";
    let send = Button::new("This is the person: send").prevent_double_click(true);
    to_look_at(Html::from(InsetText::saying(words)).and(p(Html::from(send))))
}

/// What is asked before anything is sent takes the focus, as a summary of
/// errors does: whoever listens to the page hears it first, and the button is
/// one step away.
fn to_look_at(asked: Html) -> Html {
    el("section")
        .attr("aria-label", "Check before it is sent")
        .attr("tabindex", "-1")
        .attr("data-look", true)
        .child(asked)
        .into()
}

/// Shows what was read from one line, as it would be kept, and asks the same.
fn check_read(typed: &Typed, today: Day) -> Html {
    let words = "Nothing is sent yet. Check what we read from your line: what is wrong can be put \
                 right in the form below.";
    let born = typed.born.map(|born| {
        let age = today.years_since(born);
        format!("{} ({age} years)", born.as_uk_date())
    });
    let rows = [
        ("First name", typed.given.as_ref().map(ToString::to_string)),
        ("Last name", typed.family.as_ref().map(ToString::to_string)),
        ("Date of birth", born),
        ("NHS number", Some(Shown(typed.number()).to_string())),
        ("Postcode", typed.postcode.as_ref().map(ToString::to_string)),
        ("Telephone", typed.phone.as_ref().map(ToString::to_string)),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(key, value)| Some(SummaryRow::new(key, value?)))
        .collect();
    let send = Button::new("This is right: send").prevent_double_click(true);
    to_look_at(
        Html::from(InsetText::saying(words))
            .and(SummaryList::new(rows))
            .and(p(Html::from(send))),
    )
}

async fn show(signed: Signed, app: App) -> Answer {
    let form = blank(&signed, &app).await?;
    let asks = asks(&signed, &app).await?;
    page_with(&signed, &form, None, asks, Html::default())
}

/// What the service wrote and nobody of the practice has read or filed: it
/// stands where the practice begins, not only on the page of what it sent.
async fn asks(signed: &Signed, app: &App) -> Outcome<Html> {
    if signed.actor.practice.is_none() {
        return Ok(Html::default());
    }
    let scope = signed.actor.scope(Ability::AnswerMessages)?;
    let counts = app
        .db
        .read(async |tx| Outcome::Ok(message::store::counts(tx, &scope).await?))
        .await?;
    let line = |count: i64, one: &str, many: &str, to: String| {
        let words = if count == 1 { one } else { many };
        (count > 0).then(|| el("li").child(link(to, format!("{count} {words}"))))
    };
    let lines: Vec<_> = [
        line(
            counts.to_answer,
            "referral came back: read why",
            "referrals came back: read why",
            paths::sent(),
        ),
        line(
            counts.to_file,
            "message is not filed",
            "messages are not filed",
            paths::sent_showing("not_filed"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if lines.is_empty() {
        return Ok(Html::default());
    }
    let list = el("ul").class("nhsuk-list nhsuk-list--bullet");
    Ok(list.children(lines).into())
}

/// What came of a form that could be read.
enum Sending {
    Wrong(Vec<Refusal>),
    IsThisThem(Box<Identity>),
    IsThisRight,
    Arrived(Arrived),
    Again(String),
}

async fn send(signed: Signed, app: App, posted: Posted) -> Answer {
    let today = signed.actor.today();
    let empty = blank(&signed, &app).await?;
    let mut typed = match empty.clone().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return page(&signed, &form.with_line_told(&posted, today)),
    };
    let read = match told_agrees(&typed.told).and_then(|()| typed.read_line(today)) {
        Ok(read) => read,
        Err(refusal) => {
            let mut form = empty.kept(&posted);
            form.refuse(&refusal);
            return page(&signed, &form);
        }
    };
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let came = app
        .db
        .act(async |tx| sending(tx, &signed, &terms, &typed, read, &posted).await)
        .await?;
    let again = |empty: ReferForm| match read {
        true => empty.filled(&typed),
        false => empty.kept(&posted),
    };
    match came {
        Sending::Wrong(refusals) => {
            let mut form = again(empty);
            for refusal in &refusals {
                form.refuse(refusal);
            }
            page(&signed, &form)
        }
        Sending::IsThisThem(them) => {
            let mut form = again(empty);
            form.person.fill(&Some(them.id));
            page_with(&signed, &form, Some(&them), Html::default(), check_them())
        }
        Sending::IsThisRight => {
            let found = check_read(&typed, today);
            page_with(&signed, &again(empty), None, Html::default(), found)
        }
        Sending::Again(to) => Ok(go(&to)),
        Sending::Arrived(Arrived::In(referred)) => Ok(go(&paths::referred(referred.referral))),
        Sending::Arrived(Arrived::AlreadyOpen(open)) => {
            already_open(&signed, &app, open, typed.why).await
        }
    }
}

async fn sending(
    tx: &mut Tx,
    signed: &Signed,
    terms: &Terms,
    typed: &Typed,
    read: bool,
    posted: &Posted,
) -> Outcome<Sending> {
    let actor = &signed.actor;
    if let Err(refusal) = practice_is_settled(typed, actor.practice.is_none()) {
        return Ok(Sending::Wrong(vec![refusal]));
    }
    let under_age = &signed.settings.under_age;
    let known = known(tx, actor, typed).await?;
    let practice = actor.practice.or(typed.practice);
    let who = match whom(typed, known.as_ref(), practice, actor.today(), under_age) {
        Whom::Clear(_) if read => return Ok(Sending::IsThisRight),
        Whom::Clear(who) => who,
        Whom::IsThisThem => {
            let Some(them) = known else {
                return Err(Refusal::not_found().into());
            };
            audit::look(tx, actor, them.id, "check who is referred").await?;
            return Ok(Sending::IsThisThem(Box::new(them)));
        }
        Whom::Wrong(refusals) => return Ok(Sending::Wrong(refusals)),
    };
    let registered = match &who {
        Who::Known(..) => known.and_then(|known| known.practice),
        Who::Described(_) => None,
    };
    let id: Id<Referral> = Id::new(actor.now);
    if let Once::Again(to) = once(tx, actor, posted, &paths::referred(id)).await? {
        return Ok(Sending::Again(to));
    }
    let sent = sent(actor, typed, practice.or(registered))?;
    let arriving = Arriving {
        id,
        who,
        sent,
        origin: Origin {
            equity: Equity {
                gender: typed.gender,
                ethnicity: typed.ethnicity,
            },
            ..Origin::default()
        },
    };
    Ok(Sending::Arrived(
        actions::take_in(tx, terms, Some(actor), arriving, actor.now).await?,
    ))
}

/// Who has the NHS number, as far as the actor may see. Somebody of another
/// practice is as unknown as nobody.
async fn known(tx: &mut Tx, actor: &Actor, typed: &Typed) -> Outcome<Option<Identity>> {
    let Some(number) = typed.number() else {
        return Ok(None);
    };
    let scope = actor.scope(Ability::Refer)?;
    let Some(person) = person::store::by_number(tx, &scope, number).await? else {
        return Ok(None);
    };
    let record = person::store::record(tx, &scope, person).await?;
    Ok(record.map(|record| {
        let mut identity = record.identity;
        identity.nhs_number.get_or_insert_with(|| number.clone());
        identity
    }))
}

fn sent(actor: &Actor, typed: &Typed, practice: Option<Id<Organisation>>) -> Outcome<Sent> {
    let referrer_name = match &typed.asked_by {
        Some(name) => name.clone(),
        None => actor
            .name
            .parse::<Name>()
            .map_err(|bad| Failure::Sql(sqlx::Error::Decode(bad.into())))?,
    };
    Ok(Sent {
        source: if actor.practice.is_some() {
            Source::Practice
        } else {
            Source::Other
        },
        practice: practice
            .filter(|_| actor.practice.is_some() || typed.tell_practice == Some(PracticeTold::Yes)),
        referrer: Some(actor.account),
        referrer_name,
        needs: typed.needs(),
        why: typed.why.clone(),
        told: typed.told.clone(),
        agreed: typed.agreed,
    })
}

#[derive(Template)]
#[template(path = "referral/line.html")]
struct AddLine<'a> {
    case: &'a Case,
    sent_on: String,
    state: String,
    form: &'a LineForm,
    action: String,
    token: &'a FormToken,
}

fn line_page(
    signed: &Signed,
    title: &str,
    case: &Case,
    identity: &Identity,
    form: &LineForm,
) -> Answer {
    let token = signed.token();
    let view = AddLine {
        case,
        sent_on: case.received_at.day().as_uk_date(),
        state: case.standing.state().label().to_lowercase(),
        form,
        action: paths::add_line(case.id),
        token: &token,
    };
    let banner = banner(identity, signed.actor.today());
    Ok(signed
        .page(title)
        .errors(form.errors())
        .banner(banner)
        .view(&view))
}

/// Nobody is referred twice: what was typed becomes a line of the referral
/// that is open.
async fn already_open(signed: &Signed, app: &App, open: Id<Referral>, why: Option<Line>) -> Answer {
    let (case, identity) = case_and_person(signed, app, open, "see an open referral").await?;
    let mut form = LineForm::blank();
    if let Some(why) = &why {
        form.line.fill(why);
    }
    let title = "Already referred: add a line instead";
    let mut answer = line_page(signed, title, &case, &identity, &form)?;
    *answer.status_mut() = StatusCode::CONFLICT;
    Ok(answer)
}

async fn show_line(signed: Signed, app: App, Path(referral): Path<Id<Referral>>) -> Answer {
    let (case, identity) = case_and_person(&signed, &app, referral, "see a sent referral").await?;
    super::rules::allowed(super::rules::Move::AddLine, case.standing.state())?;
    line_page(&signed, "Add a line", &case, &identity, &LineForm::blank())
}

async fn add_line(
    signed: Signed,
    app: App,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let added = match LineForm::blank().check(&posted) {
        Ok(added) => added,
        Err(form) => {
            let (case, identity) =
                case_and_person(&signed, &app, referral, "see a sent referral").await?;
            return line_page(&signed, "Add a line", &case, &identity, &form);
        }
    };
    let actor = &signed.actor;
    let to = if actor.practice.is_some() {
        paths::sent_one(referral)
    } else {
        paths::referred(referral)
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    app.db
        .act(async |tx| {
            if let Once::Again(_) = once(tx, actor, &posted, &to).await? {
                return Ok(());
            }
            line::add(tx, &terms, actor, referral, &added.line, actor.now)
                .await
                .map(|_| ())
        })
        .await?;
    Ok(done(&to, "Line added: the service has been told"))
}
