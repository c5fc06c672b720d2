//! What the practice sees: the list of what it sent, one referral with every
//! message about it, and the messages it has not filed. Each look at one
//! person is in the audit trail; the sheet is a look at everybody in it.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    http::header,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, audit, once};
use kith_base::{Id, Refusal, Word};
use kith_pages::{
    Html,
    components::{Button, Cell, Empty, SummaryList, SummaryRow, Table, Tag, TagColour},
    done,
    form::{FormToken, Posted},
    go,
};

use super::{
    Counts, Read, SentLine, Shown,
    card::cards,
    filing,
    find::{self, FindForm},
    store,
};
use crate::{
    message::{self, Message, actions},
    paths,
    person::{self, listed::identifiers},
    referral::{
        self, Case, Referral, State,
        rules::{Move, allowed},
        take_back, withdraw,
    },
};

/// The practice's pages.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::AnswerMessages);
    Routes::new()
        .get("/sent", may, list)
        .get("/sent.csv", may, sheet)
        .post("/sent/search", may, find::find)
        .get("/sent/{referral}", may, one)
        .post("/sent/{referral}/acknowledge", may, acknowledge)
        .post("/sent/filed", may, file)
        .post("/sent/not-filed", may, unfile)
}

struct Filter {
    href: String,
    words: String,
    current: bool,
}

struct Filing {
    cards: Vec<Html>,
    ids: Vec<Id<Message>>,
    part_of: Option<String>,
    sheet: String,
    in_sheet: Option<String>,
    open: Html,
    empty: Html,
}

#[derive(Template)]
#[template(path = "sent/list.html")]
struct List {
    counts: Counts,
    to_answer: Vec<Html>,
    find: Html,
    choices: Vec<Filter>,
    filing: Option<Filing>,
    table: Html,
    more: Option<String>,
}

async fn list(signed: Signed, app: App, RawQuery(query): RawQuery) -> Answer {
    let asked = Posted::read(query.unwrap_or_default().as_bytes());
    let shown = asked.text("show").parse().unwrap_or(Shown::All);
    let after = asked.text("after").parse::<Id<Referral>>().ok();
    let scope = signed.actor.scope(Ability::AnswerMessages)?;
    let filing = shown == Shown::NotFiled;
    let (counts, to_answer, to_file, (lines, more)) = app
        .db
        .read(async |tx| {
            let counts = message::store::counts(tx, &scope).await?;
            let to_answer = match counts.to_answer {
                0 => Vec::new(),
                _ => store::to_answer(tx, &scope).await?,
            };
            let to_file = if filing {
                store::to_file(tx, &scope, store::CARDS).await?
            } else {
                Vec::new()
            };
            let lines = if filing {
                Default::default()
            } else {
                store::list(tx, &scope, shown, after).await?
            };
            Ok::<_, kith_db::Failure<Refusal>>((counts, to_answer, to_file, lines))
        })
        .await?;
    let token = signed.token();
    let view = List {
        counts,
        to_answer: cards(&to_answer, true, &token)?,
        find: find::sheet(&signed, &FindForm::blank()),
        choices: choices(shown, counts),
        filing: if filing {
            Some(to_be_filed(&to_file, counts.to_file, &token)?)
        } else {
            None
        },
        more: lines
            .last()
            .filter(|_| more)
            .map(|last| format!("{}&after={}", paths::sent_showing(shown.code()), last.id)),
        table: table(&lines, shown),
    };
    Ok(signed
        .page("Sent")
        .compact()
        .under(paths::sent())
        .view(&view))
}

fn choices(shown: Shown, counts: Counts) -> Vec<Filter> {
    let one = |choice: &Shown| Filter {
        href: paths::sent_showing(choice.code()),
        words: choice.label().to_owned(),
        current: *choice == shown,
    };
    let mut all: Vec<Filter> = Shown::ALL.iter().map(one).collect();
    // The count stands only where it asks for somebody.
    if counts.to_file > 0
        && let Some(last) = all.last_mut()
    {
        last.words = format!("Not filed ({})", counts.to_file);
    }
    all
}

/// What is to be filed, apart from what already stands at the top of the page.
fn to_be_filed(messages: &[Read], all: i64, token: &FormToken) -> Result<Filing, Trouble> {
    let rest: Vec<&Read> = messages
        .iter()
        .filter(|message| !message.is_to_answer())
        .collect();
    let why = if messages.is_empty() {
        "Everything the service wrote is filed."
    } else {
        "Everything else the service wrote is filed."
    };
    Ok(Filing {
        cards: cards(rest.iter().copied(), true, token)?,
        ids: rest.iter().map(|message| message.id).collect(),
        part_of: (all > store::CARDS)
            .then(|| format!("These are the oldest {} of {all}.", store::CARDS)),
        sheet: paths::sheet_to_file(),
        in_sheet: (all > store::ROWS).then(|| {
            let most = store::ROWS;
            format!("The file holds the oldest {most} of {all}: file them, then take the next.")
        }),
        open: kith_pages::form::open(paths::file_messages(), token).into(),
        empty: Empty::new(why)
            .next("See everything you sent", paths::sent())
            .into(),
    })
}

pub(super) fn table(lines: &[SentLine], shown: Shown) -> Html {
    if lines.is_empty() {
        let empty = match shown {
            Shown::All => Empty::new("Your practice has not referred anybody yet.")
                .next("Refer somebody", paths::refer()),
            _ => Empty::new("No referral is in this state.")
                .next("See everything you sent", paths::sent()),
        };
        return empty.into();
    }
    let rows = lines.iter().map(|line| {
        let name = format!("{}, {}", line.family.to_uppercase(), line.given);
        let who = kith_pages::html::link(paths::sent_one(line.id), name)
            .and(identifiers(line.born, line.nhs_number.as_ref()));
        vec![
            Cell::new(who).block(true),
            Cell::new(line.received_on.as_uk_date()),
            Cell::new(line.main_need.label()),
            Cell::new(state(line)).block(true),
            Cell::new(line.owner_name.as_deref().unwrap_or("–")),
            Cell::new(waiting_for(line)),
        ]
    });
    Table::new()
        .caption("Referrals of your practice, the newest first")
        .caption_classes("nhsuk-u-visually-hidden")
        .head([
            "Person",
            "Sent",
            "About",
            "State",
            "Link worker",
            "For you to do",
        ])
        .rows(rows.collect::<Vec<_>>())
        .long(true)
        .compact(true)
        .into()
}

fn state(line: &SentLine) -> Html {
    let tag = state_tag(line.state);
    match line.state {
        State::Waiting => [tag, format!(" until {}", line.take_by.as_uk_date()).into()]
            .into_iter()
            .collect(),
        _ => tag,
    }
}

fn state_tag(state: State) -> Html {
    let colour = match state {
        State::Waiting | State::NeedsWorker => TagColour::Yellow,
        State::Taken | State::Open => TagColour::Blue,
        State::Declined => TagColour::Red,
        State::Closed => TagColour::Green,
        State::Advice | State::Voided => TagColour::Grey,
    };
    Tag::new(state.label()).colour(colour).into()
}

fn waiting_for(line: &SentLine) -> String {
    match (line.to_answer, line.to_file) {
        (0, 0) => "Nothing".into(),
        (0, file) => format!("File {file}"),
        (_, 0) => "Read why it came back".into(),
        (_, file) => format!("Read why it came back; file {file}"),
    }
}

#[derive(Template)]
#[template(path = "sent/one.html")]
struct One {
    summary: Html,
    cards: Vec<Html>,
    empty: Html,
    line: Option<String>,
    mistake: Option<String>,
    withdraw: Option<String>,
    print: Html,
}

async fn one(signed: Signed, app: App, Path(referral): Path<Id<Referral>>) -> Answer {
    let scope = signed.actor.scope(Ability::AnswerMessages)?;
    let (case, identity, messages) = app
        .db
        .act(async |tx| {
            let case = referral::store::case(tx, &scope, referral).await?;
            let case = case
                .filter(|case| case.sent.practice == scope.practice())
                .ok_or_else(Refusal::not_found)?;
            let record = person::store::record(tx, &scope, case.person)
                .await?
                .ok_or_else(Refusal::not_found)?;
            let mut identity = record.identity;
            // The practice reads the number as it gave it, doubted or not.
            if identity.nhs_number.is_none() {
                identity.nhs_number =
                    person::store::doubted_number(tx, &scope, case.person).await?;
            }
            audit::look(tx, &signed.actor, case.person, "see a sent referral").await?;
            Ok((
                case,
                identity,
                store::of_referral(tx, &scope, referral).await?,
            ))
        })
        .await?;
    let token = signed.token();
    let view = One {
        summary: summary(&case),
        cards: cards(&messages, false, &token)?,
        empty: Empty::new(
            "Nothing was sent: the person had not agreed, so this is kept as advice only.",
        )
        .next("Refer them once they agree", paths::refer())
        .into(),
        line: allowed(Move::AddLine, case.standing.state())
            .is_ok()
            .then(|| paths::add_line(case.id)),
        mistake: take_back::offers(&signed.actor, &case).then(|| paths::take_back(case.id)),
        withdraw: withdraw::offers(&signed.actor, &case).then(|| paths::withdraw(case.id)),
        print: Button::print("Print").into(),
    };
    let banner = person::banner::banner(&identity, signed.actor.today());
    Ok(signed
        .page(format!("Referral {}", case.reference))
        .back(paths::sent())
        .under(paths::sent())
        .banner(banner)
        .view(&view))
}

fn summary(case: &Case) -> Html {
    let sent = &case.sent;
    let labels = |words: Vec<&'static str>| words.join(", ");
    let mut rows = vec![
        SummaryRow::new("State", state_tag(case.standing.state())),
        SummaryRow::new(
            "Sent",
            format!(
                "{}, by {}",
                case.received_at.day().as_uk_date(),
                sent.referrer_name
            ),
        ),
        SummaryRow::new(
            "About",
            labels(sent.needs.iter().map(|need| need.label()).collect()),
        ),
    ];
    let mut also = |key: &'static str, value: Option<String>| {
        rows.extend(value.map(|value| SummaryRow::new(key, value)));
    };
    also("Line", sent.why.as_ref().map(ToString::to_string));
    also(
        "Told",
        Some(labels(sent.told.iter().map(|told| told.label()).collect()))
            .filter(|told| !told.is_empty()),
    );
    also("Agreed", Some(sent.agreed.label().to_owned()));
    also(
        "Link worker",
        case.owner_name.as_ref().map(ToString::to_string),
    );
    also(
        "First seen",
        case.first_seen_at.map(|at| at.day().as_uk_date()),
    );
    also(
        "What changed, in the person's words",
        case.what_changed.clone(),
    );
    also("What the practice needs to do", case.practice_to_do.clone());
    SummaryList::new(rows).into()
}

async fn acknowledge(
    signed: Signed,
    app: App,
    Path(referral): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let back = paths::sent_one(referral);
    let message = named_message(&posted)?;
    let again = app
        .db
        .act(async |tx| {
            if let Once::Again(to) = once(tx, &signed.actor, &posted, &back).await? {
                return Ok(Some(to));
            }
            actions::acknowledge(tx, &signed.actor, message)
                .await
                .map(|()| None)
        })
        .await?;
    Ok(again.map_or_else(|| done(&back, "Marked as read"), |to| go(&to)))
}

async fn file(signed: Signed, app: App, posted: Posted) -> Answer {
    let messages: Vec<Id<Message>> = posted
        .all("message")
        .filter_map(|id| id.parse().ok())
        .take(500)
        .collect();
    let back = paths::sent_showing(Shown::NotFiled.code());
    let filed = app
        .db
        .act(async |tx| {
            if let Once::Again(_) = once(tx, &signed.actor, &posted, &back).await? {
                return Ok(0);
            }
            actions::file(tx, &signed.actor, &messages).await
        })
        .await?;
    Ok(match filed {
        0 => go(&back),
        1 => done(&back, "1 message marked as filed"),
        filed => done(&back, &format!("{filed} messages marked as filed")),
    })
}

async fn unfile(signed: Signed, app: App, posted: Posted) -> Answer {
    let message = named_message(&posted)?;
    let back = paths::sent_showing(Shown::NotFiled.code());
    app.db
        .act(async |tx| {
            if let Once::Again(_) = once(tx, &signed.actor, &posted, &back).await? {
                return Ok(());
            }
            actions::unfile(tx, &signed.actor, message).await
        })
        .await?;
    Ok(done(&back, "Marked as not filed"))
}

fn named_message(posted: &Posted) -> Result<Id<Message>, Refusal> {
    posted
        .text("message")
        .parse()
        .map_err(|_| Refusal::not_found())
}

async fn sheet(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::AnswerMessages)?;
    let messages = app
        .db
        .act(async |tx| {
            let messages = store::to_file(tx, &scope, store::ROWS).await?;
            let mut people: Vec<_> = messages.iter().map(|message| message.person_id).collect();
            people.sort_unstable();
            people.dedup();
            for person in people {
                audit::look(tx, &signed.actor, person, "take out messages to file").await?;
            }
            Ok::<_, kith_db::Failure<Refusal>>(messages)
        })
        .await?;
    let bytes = filing::sheet(&messages).map_err(Trouble::fault)?;
    Ok(as_file("messages-to-file.csv", bytes))
}

fn as_file(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
