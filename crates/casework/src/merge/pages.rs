//! The manager's pages of merging: the list of pairs to look at, two records
//! side by side, and taking a merge back.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, once, who::HIDDEN};
use kith_base::{Day, Id, Kind, Name};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, InsetText, Table},
    done, el, form,
    form::{Hidden, One, PostButton, Posted},
    html::{link, p},
};

use super::{
    Merge,
    actions::{self, Beside, Pair},
    store::{self, Doubted, Listed, Suspected},
};
use crate::{
    paths,
    person::{Person, banner::banner},
};

/// The routes of merging.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::MergePeople);
    Routes::new()
        .get("/same-person", may, list)
        .get("/same-person/{one}/{other}", may, show)
        .post("/same-person/{one}/{other}", may, merge)
        .post("/same-person/{one}/{other}/no", may, not_same)
        .post("/merges/{merge}/undo", may, undo)
}

/// Which record is kept.
struct Keeping {
    keep: Id<Person>,
    version_one: i64,
    version_other: i64,
}

form! {
    /// Choosing the record that is kept.
    KeepForm => Keeping {
        keep: One<Id<Person>> = One::empty("Which record is kept?").missing("Select the record that is kept")
            .hint("What only the other one knows is added to it. The other one becomes part of it"),
        version_one: Hidden<i64> = Hidden::new("Open the page again: the form was incomplete"),
        version_other: Hidden<i64> = Hidden::new("Open the page again: the form was incomplete"),
    }
}

async fn list(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::MergePeople)?;
    let (suspected, doubted, lately) = app
        .db
        .read(async |tx| -> Outcome<_> {
            Ok((
                store::suspected(tx, &scope).await?,
                store::doubted(tx, &scope).await?,
                store::lately(tx, &scope).await?,
            ))
        })
        .await?;
    let body = [
        heading("Records that may be one person"),
        pairs(&suspected),
        heading("NHS numbers that another record holds"),
        numbers(&doubted),
        heading("Merged lately"),
        merges(&signed, &lately),
    ];
    let page = signed
        .page("Same person?")
        .compact()
        .under(paths::same_person());
    Ok(page
        .body(body.into_iter().collect::<Html>())
        .into_response())
}

fn heading(words: &'static str) -> Html {
    el("h2").class("nhsuk-heading-m").child(words).into()
}

fn named(family: &Name, given: &Name, born: Option<Day>) -> String {
    let born = born.map_or_else(|| "not recorded".to_owned(), Day::as_banner_date);
    format!("{}, {given}, born {born}", family.to_uppercase())
}

fn pairs(all: &[Suspected]) -> Html {
    if all.is_empty() {
        return Empty::new("No two records wait to be compared.")
            .next("See the team", paths::team())
            .into();
    }
    let lines = all.iter().map(|one| {
        let compare = one
            .other_person_id
            .map(|other| link(paths::side_by_side(one.person_id, other), "Compare"));
        vec![
            Cell::new(named(&one.family, &one.given, one.born)),
            Cell::new(&one.what),
            Cell::new(one.due_on.as_uk_date()),
            Cell::new(compare.unwrap_or_default()),
        ]
    });
    Table::new()
        .head(["Record", "Why", "Look by", "Do"].map(Column::from))
        .rows(lines.collect::<Vec<_>>())
        .responsive(true)
        .into()
}

fn numbers(all: &[Doubted]) -> Html {
    if all.is_empty() {
        return Empty::new("No NHS number is doubted.").into();
    }
    let lines = all.iter().map(|one| {
        vec![
            Cell::new(named(&one.family, &one.given, one.born)),
            Cell::new(link(
                paths::side_by_side(one.id, one.holder_id),
                "Compare with the record that holds the number",
            )),
        ]
    });
    Table::new()
        .head(["Record", "Do"].map(Column::from))
        .rows(lines.collect::<Vec<_>>())
        .responsive(true)
        .into()
}

fn merges(signed: &Signed, all: &[Listed]) -> Html {
    if all.is_empty() {
        return Empty::new("Nothing has been merged.").into();
    }
    let lines = all.iter().map(|one| {
        let undo = PostButton::new(
            paths::unmerge(one.id),
            &signed.token(),
            Button::secondary("Take the merge back").small(true),
        );
        vec![
            Cell::new(named(&one.family, &one.given, one.born)),
            Cell::new(format!(
                "{}, {}",
                one.made_at.as_uk_moment(),
                one.made_by_name
            )),
            Cell::new(Html::from(undo)),
        ]
    });
    let table = Table::new()
        .head(["Record that was kept", "Merged", "Do"].map(Column::from))
        .rows(lines.collect::<Vec<_>>())
        .responsive(true);
    Html::from(table).and(InsetText::saying(
        "Taking a merge back puts every row where it was. What was written since about a referral goes with the \
         referral; anything else that is new stays with the record that was kept.",
    ))
}

async fn open(
    signed: &Signed,
    app: &App,
    one: Id<Person>,
    other: Id<Person>,
) -> Result<Pair, Trouble> {
    let actor = &signed.actor;
    Ok(app
        .db
        .act(async |tx| actions::open(tx, actor, one, other).await)
        .await?)
}

/// The form with both records to choose from.
fn offered(pair: &Pair) -> KeepForm {
    let mut form = KeepForm::blank();
    for (beside, which) in pair
        .both
        .iter()
        .zip(["The record on the left", "The record on the right"])
    {
        let who = &beside.record.identity;
        form.keep.kind.offer(
            who.id,
            who.id.to_string(),
            format!("{which}: {}", who.listed_name()),
        );
    }
    form
}

fn page(signed: &Signed, pair: &Pair, form: &KeepForm) -> Response {
    let [one, other] = &pair.both;
    let (a, b) = (&one.record.identity, &other.record.identity);
    let token = signed.token();
    let why: Html = if pair.why.is_empty() {
        InsetText::saying("Nothing says that these two are one person.").into()
    } else {
        let lines = pair
            .why
            .iter()
            .map(|why| Html::from(el("li").child(why.as_str())));
        InsetText::new(p("They may be one person:").and(el("ul").children(lines))).into()
    };
    let keep = form.open(paths::side_by_side(a.id, b.id), &token).sheet(
        [form.version_one(), form.version_other(), form.keep()],
        Button::send("Merge the two records"),
    );
    let not_same = PostButton::new(
        paths::not_same(a.id, b.id),
        &token,
        Button::secondary("They are two people"),
    );
    let today = signed.actor.today();
    let body = why.and(compared(signed, pair)).and(keep).and(not_same);
    signed
        .page("Are these one person?")
        .compact()
        .back(paths::same_person())
        .banner(banner(a, today).and(banner(b, today)))
        .errors(form.errors())
        .body(body)
        .into_response()
}

fn compared(signed: &Signed, pair: &Pair) -> Html {
    let [one, other] = &pair.both;
    let left = facts(signed, one);
    let right = facts(signed, other);
    let lines = left.into_iter().zip(right).map(|((what, a), (_, b))| {
        let same = if a == b { "" } else { "Differs" };
        vec![Cell::new(what), Cell::new(a), Cell::new(b), Cell::new(same)]
    });
    Table::new()
        .caption("Both records, side by side")
        .head(["What", "On the left", "On the right", "Differs?"].map(Column::from))
        .first_cell_is_header(true)
        .rows(lines.collect::<Vec<_>>())
        .responsive(true)
        .into()
}

fn facts(signed: &Signed, beside: &Beside) -> Vec<(&'static str, String)> {
    let who = &beside.record.identity;
    let said = |value: Option<String>| value.unwrap_or_else(|| "–".into());
    let place = actions::place(&signed.actor, &beside.record.place)
        .ok()
        .flatten();
    let reach = |part: Option<String>| match place {
        Some(_) => said(part),
        None => HIDDEN.to_owned(),
    };
    let referrals = beside
        .cases
        .iter()
        .map(|case| format!("{}: {}", case.reference, case.standing.state()));
    let contacts: i64 = beside.cases.iter().map(|case| case.contact_count).sum();
    vec![
        ("Name", who.listed_name()),
        (
            "Likes to be called",
            said(who.known_as.as_ref().map(ToString::to_string)),
        ),
        ("Born", said(who.born.map(Day::as_banner_date))),
        (
            "NHS number",
            said(who.nhs_number.as_ref().map(kith_base::NhsNumber::spaced)),
        ),
        (
            "Practice",
            said(who.practice_name.as_ref().map(ToString::to_string)),
        ),
        (
            "Address",
            reach(
                place
                    .and_then(|place| place.address.as_ref())
                    .map(ToString::to_string),
            ),
        ),
        (
            "Postcode",
            reach(
                place
                    .and_then(|place| place.postcode.as_ref())
                    .map(ToString::to_string),
            ),
        ),
        (
            "Telephone",
            reach(
                place
                    .and_then(|place| place.phone.as_ref())
                    .map(ToString::to_string),
            ),
        ),
        (
            "Gender",
            said(beside.record.equity.gender.map(|word| word.to_string())),
        ),
        (
            "Ethnic group",
            said(beside.record.equity.ethnicity.map(|word| word.to_string())),
        ),
        ("Referrals", referrals.collect::<Vec<_>>().join("; ")),
        ("Contacts", contacts.to_string()),
    ]
}

async fn show(
    signed: Signed,
    app: App,
    Path((one, other)): Path<(Id<Person>, Id<Person>)>,
) -> Answer {
    let pair = open(&signed, &app, one, other).await?;
    let [a, b] = pair
        .both
        .each_ref()
        .map(|beside| beside.record.identity.version.to_string());
    let versions = Posted::from_pairs([("version_one", a.as_str()), ("version_other", b.as_str())]);
    Ok(page(&signed, &pair, &offered(&pair).kept(&versions)))
}

async fn merge(
    signed: Signed,
    app: App,
    Path((one, other)): Path<(Id<Person>, Id<Person>)>,
    posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    let Ok(keeping) = choosing(one, other).check(&posted) else {
        let pair = open(&signed, &app, one, other).await?;
        let form = offered(&pair).check(&posted).err();
        return Ok(page(
            &signed,
            &pair,
            &form.unwrap_or_else(|| offered(&pair).kept(&posted)),
        ));
    };
    let (gone, versions) = if keeping.keep == one {
        (other, (keeping.version_one, keeping.version_other))
    } else {
        (one, (keeping.version_other, keeping.version_one))
    };
    let to = paths::same_person();
    let acted = async |tx: &mut kith_db::Tx| -> Outcome<String> {
        if let Once::Again(first) = once(tx, actor, &posted, &to).await? {
            return Ok(first);
        }
        actions::merge(tx, actor, (keeping.keep, gone), versions).await?;
        Ok(to.clone())
    };
    let kept = app.db.act(acted).await.map_err(Trouble::from);
    match kept {
        Ok(to) => Ok(done(&to, "The two records are one now")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Conflict => {
            let pair = open(&signed, &app, one, other).await?;
            let mut form = offered(&pair).kept(&posted);
            form.refuse(&refusal);
            Ok(page(&signed, &pair, &form))
        }
        Err(trouble) => Err(trouble),
    }
}

/// The form that takes one of the two.
fn choosing(one: Id<Person>, other: Id<Person>) -> KeepForm {
    let mut form = KeepForm::blank();
    for id in [one, other] {
        form.keep.kind.offer(id, id.to_string(), "");
    }
    form
}

async fn not_same(
    signed: Signed,
    app: App,
    Path((one, other)): Path<(Id<Person>, Id<Person>)>,
    posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    app.db
        .act(async |tx| {
            if once(tx, actor, &posted, &paths::same_person()).await? != Once::First {
                return Ok(());
            }
            actions::not_same(tx, actor, one, other).await
        })
        .await?;
    Ok(done(
        &paths::same_person(),
        "Kept as two people. Nobody is asked again",
    ))
}

async fn undo(signed: Signed, app: App, Path(merge): Path<Id<Merge>>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    app.db
        .act(async |tx| {
            if once(tx, actor, &posted, &paths::same_person()).await? != Once::First {
                return Ok(());
            }
            actions::undo(tx, actor, merge).await.map(drop)
        })
        .await?;
    Ok(done(&paths::same_person(), "The merge has been taken back"))
}
