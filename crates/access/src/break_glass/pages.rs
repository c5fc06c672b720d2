//! The pages of breaking the glass and of its review.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_base::{Day, Id, NhsNumber, Refusal, Story};
use kith_pages::{
    components::{Cell, Column, Empty, InsetText, SummaryList, SummaryRow, Table},
    done, form,
    form::{Date, Long, Posted, Text},
    go,
};

use super::{
    actions,
    rules::Reason,
    store::{self, Glass, GlassRow},
};
use crate::{
    actor::Person,
    app::App,
    role::Ability,
    sheet::{pieces, send, sheet},
    signed::Signed,
    trouble::Answer,
};

const WARNING: &str = "Open a restricted record only when waiting would harm somebody. The \
    guardian is told at once and reads your reason; the person can be told too.";

struct Find {
    number: NhsNumber,
    born: Day,
}

form! {
    /// Which record.
    FindForm => Find {
        number: Text<NhsNumber> = Text::new("NHS number").code().width(20),
        born: Date = "Date of birth",
    }
}

fn find_page(signed: &Signed, form: &FindForm) -> Response {
    let open = form.open("/break-glass/open", &signed.token());
    signed
        .page("Open a restricted record")
        .errors(form.errors())
        .body(pieces([
            InsetText::saying(WARNING).into(),
            sheet(open, [form.number(), form.born()], send("Continue")),
        ]))
        .into_response()
}

pub(super) async fn show_find(signed: Signed) -> Response {
    find_page(&signed, &FindForm::blank())
}

pub(super) async fn find(signed: Signed, app: App, posted: Posted) -> Answer {
    let typed = match FindForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return Ok(find_page(&signed, &form)),
    };
    match actions::find(&app, &signed.actor, &typed.number, typed.born).await? {
        Some(person) => Ok(go(&format!("/break-glass/open/{person}"))),
        None => {
            let mut form = FindForm::blank().kept(&posted);
            form.add_error("There is no record with this NHS number and date of birth");
            Ok(find_page(&signed, &form))
        }
    }
}

struct Open {
    reason: Reason,
}

form! {
    /// Why.
    OpenForm => Open {
        reason: Long<Reason> = Long::new("Why must you see this record now?")
            .called("why you must see this record now")
            .hint("At least 10 words").rows(5),
    }
}

fn open_page(signed: &Signed, form: &OpenForm, person: Id<Person>) -> Response {
    let open = form.open(format!("/break-glass/open/{person}"), &signed.token());
    signed
        .page("Open a restricted record")
        .back("/break-glass/open")
        .errors(form.errors())
        .body(pieces([
            InsetText::saying(WARNING).into(),
            sheet(open, [form.reason()], send("Open this record for one hour")),
        ]))
        .into_response()
}

pub(super) async fn show_open(signed: Signed, Path(person): Path<Id<Person>>) -> Response {
    open_page(&signed, &OpenForm::blank(), person)
}

pub(super) async fn open(
    signed: Signed,
    app: App,
    Path(person): Path<Id<Person>>,
    posted: Posted,
) -> Answer {
    let typed = match OpenForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return Ok(open_page(&signed, &form, person)),
    };
    actions::open(&app, &signed, person, &typed.reason).await?;
    Ok(done(
        &format!("/people/{person}"),
        "The record is open to you for one hour",
    ))
}

fn state(row: &GlassRow, today: Day) -> String {
    match row.reviewed_at {
        Some(at) => format!("Reviewed on {}", at.day().as_uk_date()),
        None if row.review_due_on < today => {
            format!("Overdue since {}", row.review_due_on.as_uk_date())
        }
        None => format!("To review by {}", row.review_due_on.as_uk_date()),
    }
}

pub(super) async fn list(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::ReviewBreakGlass)?;
    let rows = app
        .db
        .read(async |tx| store::list(tx, &scope).await)
        .await?;
    let page = signed
        .page("Break-glass accesses")
        .compact()
        .under("/break-glass");
    if rows.is_empty() {
        let empty = Empty::new("Nobody has opened a restricted record.");
        return Ok(page.body(empty).into_response());
    }
    let table = rows.iter().fold(
        Table::new()
            .responsive(true)
            .head(["Opened", "By", "Review"].map(Column::new)),
        |table, row| {
            table.row([
                Cell::link(
                    row.made_at.as_uk_moment(),
                    format!("/break-glass/{}", row.id),
                ),
                Cell::new(&row.account_name),
                Cell::new(state(row, signed.actor.today())),
            ])
        },
    );
    Ok(page.body(table).into_response())
}

struct Review {
    finding: Story,
}

form! {
    /// The guardian's finding.
    ReviewForm => Review {
        finding: Long<Story> = Long::new("Your finding").hint("Was it right to open this record?").rows(4),
    }
}

fn one_page(signed: &Signed, form: &ReviewForm, row: &GlassRow) -> Response {
    let rows = vec![
        SummaryRow::new("Opened by", &row.account_name),
        SummaryRow::new("When", row.made_at.as_uk_moment()),
        SummaryRow::new("Why", &row.reason),
        SummaryRow::new("Review", state(row, signed.actor.today())),
        SummaryRow::new("Finding", row.finding.as_deref().unwrap_or("–")),
    ];
    let review = row.reviewed_at.is_none().then(|| {
        let open = form.open(format!("/break-glass/{}", row.id), &signed.token());
        sheet(open, [form.finding()], send("Keep this review"))
    });
    signed
        .page("A break-glass access")
        .back("/break-glass")
        .under("/break-glass")
        .errors(form.errors())
        .body(pieces([
            SummaryList::new(rows).into(),
            review.unwrap_or_default(),
        ]))
        .into_response()
}

async fn row(signed: &Signed, app: &App, id: Id<Glass>) -> Result<GlassRow, crate::Trouble> {
    let scope = signed.actor.scope(Ability::ReviewBreakGlass)?;
    Ok(app
        .db
        .read(async |tx| store::one(tx, &scope, id).await)
        .await?)
}

pub(super) async fn show_one(signed: Signed, app: App, Path(id): Path<Id<Glass>>) -> Answer {
    let row = row(&signed, &app, id).await?;
    Ok(one_page(&signed, &ReviewForm::blank(), &row))
}

pub(super) async fn review(
    signed: Signed,
    app: App,
    Path(id): Path<Id<Glass>>,
    posted: Posted,
) -> Answer {
    let row = row(&signed, &app, id).await?;
    match ReviewForm::blank().check(&posted) {
        Ok(typed) => {
            actions::review(&app, &signed.actor, id, &typed.finding).await?;
            Ok(done("/break-glass", "Review kept"))
        }
        Err(form) if row.reviewed_at.is_none() => Ok(one_page(&signed, &form, &row)),
        Err(_) => Err(Refusal::conflict("This was reviewed already").into()),
    }
}
