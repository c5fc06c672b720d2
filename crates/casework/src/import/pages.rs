//! The pages of an import, for managers: the list with the form for a file,
//! and one page for each import that shows the step it is at. Long work is
//! done for a few seconds at a time; the page then says how far it is and has
//! a button to go on, so that nothing depends on a script or a second request.

use std::time::Duration;

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, Uploaded, once};
use kith_base::{Id, Refusal, Word, refusal::Kind};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, FileUpload, Table},
    done, el,
    form::{Posted, open, summary},
    go,
    html::link,
};

use super::{
    DateOrder, Decision, ImportBatch, Sorted, Stage, actions, bring_in,
    headings::{Holds, Plan, TEMPLATE},
    listed,
    rows::{self, Which},
    show,
    steps::{Shown, columns_form, dry_run, ended, go_on},
    store,
    store::Batch,
    undo,
};
use crate::{paths, referral::actions::Terms, sheet};

/// For how long one request works before it says how far it is.
const A_WHILE: Option<Duration> = Some(Duration::from_secs(6));
/// Close matches on one page.
const CLOSE_ON_A_PAGE: i64 = 20;
/// Wrong rows shown on the page; all of them are in the file to download.
const WRONG_ON_A_PAGE: i64 = 50;

/// The addresses of imports.
#[must_use]
pub fn routes() -> Routes {
    let needs = Needs::Can(Ability::ImportReferrals);
    Routes::new()
        .get("/import", needs, list)
        .post_file("/import", needs, upload)
        .get("/import/template.csv", needs, template)
        .get("/import/{import}", needs, one)
        .get("/import/{import}/problems.csv", needs, problems)
        .get("/import/{import}/rows/{group}", needs, listed::page)
        .post("/import/{import}/columns", needs, columns)
        .post("/import/{import}/check", needs, check)
        .post("/import/{import}/choices", needs, choices)
        .post("/import/{import}/confirm", needs, confirm)
        .post("/import/{import}/undo", needs, undo_it)
        .post("/import/{import}/drop", needs, drop_it)
}

fn upload_form(signed: &Signed, wrong: Option<&str>) -> Html {
    let mut field = FileUpload::new("file", "File with referrals").plain(true)
        .hint("A spreadsheet (.xlsx) or a CSV file, at most 10 MB and 20,000 rows, with headings in its first row")
        .accept(".csv,.xlsx,.txt");
    if let Some(words) = wrong {
        field = field.error_message(words);
    }
    open(paths::imports(), &signed.token())
        .with_files()
        .sheet([field.into()], Button::send("Read the file"))
}

async fn list_page(
    app: &App,
    signed: &Signed,
    wrong: Option<&Refusal>,
) -> Result<Response, Trouble> {
    let scheme = signed.actor.scheme;
    let batches = app
        .db
        .read(async |tx| kith_db::Outcome::Ok(store::latest(tx, scheme).await?))
        .await?;
    let words = wrong.map(ToString::to_string);
    let intro = el("p")
        .child("Nothing is made before you have seen what the file holds and confirmed it. ")
        .child(link("/import/template.csv", "Download the template sheet"));
    let table = if batches.is_empty() {
        Html::from(
            Empty::new("No file has been brought in yet.")
                .next("Start from the template sheet", "/import/template.csv"),
        )
    } else {
        let mut table = Table::new()
            .caption("Imports so far")
            .responsive(true)
            .head([
                Column::new("File"),
                Column::new("Brought by"),
                Column::new("When"),
                Column::number("Rows"),
                Column::new("State"),
            ]);
        for batch in &batches {
            table = table.row([
                Cell::link(&batch.file_name, paths::import(batch.id)),
                Cell::new(&*batch.made_by_name),
                Cell::new(batch.made_at.as_uk_moment()),
                Cell::number(batch.row_count),
                Cell::new(batch.stage.label()),
            ]);
        }
        table.into()
    };
    let errors = summary(
        &[],
        [words.clone().map(|words| (words, Some("file".to_owned())))],
    );
    Ok(signed
        .page("Bring referrals in from a file")
        .under(paths::imports())
        .errors(errors)
        .body(
            [
                Html::from(intro),
                upload_form(signed, words.as_deref()),
                table,
            ]
            .into_iter()
            .collect::<Html>(),
        )
        .into_response())
}

async fn list(app: App, signed: Signed) -> Answer {
    list_page(&app, &signed, None).await
}

async fn upload(app: App, signed: Signed, sent: Uploaded) -> Answer {
    if sent.file_name.is_empty() {
        let none = Refusal::field("file", "Select a file");
        return list_page(&app, &signed, Some(&none)).await;
    }
    let staged = actions::stage(
        &app.db,
        &signed.actor,
        Some(&sent.fields),
        &sent.file_name,
        &sent.bytes,
    )
    .await;
    match staged.map_err(Trouble::from) {
        Ok(id) => Ok(go(&paths::import(id))),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            list_page(&app, &signed, Some(&refusal)).await
        }
        Err(trouble) => Err(trouble),
    }
}

fn file(name: &'static str, text: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
    if let Ok(as_file) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, as_file);
    }
    response
}

async fn template(_: Signed) -> Answer {
    Ok(file("kith-referrals.csv", TEMPLATE.as_bytes().to_vec()))
}

async fn problems(app: App, signed: Signed, Path(id): Path<Id<ImportBatch>>) -> Answer {
    let actor = &signed.actor;
    let all = app
        .db
        .read(async |tx| {
            actions::batch(tx, actor, id).await?;
            let most = i64::try_from(super::MOST_ROWS).unwrap_or(i64::MAX);
            let mut all = Vec::new();
            for which in [Which::Wrong, Which::EndedBadly, Which::Repaired] {
                all.push((
                    which,
                    rows::wanted(tx, actor.scheme, id, which, most).await?,
                ));
            }
            kith_db::Outcome::Ok(all)
        })
        .await?;
    let text = |text: &str| sheet::Cell::from(text);
    let mut lines = Vec::new();
    for (which, rows) in &all {
        let repaired = *which == Which::Repaired;
        let state = if repaired {
            "Read like this"
        } else {
            "To put right"
        };
        for (row, remark) in rows::remarked(rows, repaired) {
            lines.push(vec![
                sheet::Cell::Number(row.number),
                text(&remark.column),
                text(&remark.cell),
                text(&remark.words),
                text(state),
            ]);
        }
    }
    let head = ["Row", "Column", "Cell", "What to do", "State"];
    let bytes = sheet::file(&head, &lines).map_err(Trouble::fault)?;
    Ok(file("problems.csv", bytes))
}

async fn load(
    app: &App,
    signed: &Signed,
    id: Id<ImportBatch>,
    after: i64,
) -> Result<Shown, Trouble> {
    let actor = &signed.actor;
    let loaded = app
        .db
        .act(async |tx| {
            let batch = actions::batch(tx, actor, id).await?;
            let scheme = actor.scheme;
            let staged = batch.stage == Stage::Staged;
            let (mut close, mut more) = (Vec::new(), None);
            let (mut new, mut same) = (Vec::new(), Vec::new());
            if staged {
                new = listed::some(tx, actor, &batch, Sorted::New, 0, listed::FIRST).await?;
                same = listed::some(tx, actor, &batch, Sorted::Same, 0, listed::FIRST).await?;
                let most = CLOSE_ON_A_PAGE + 1;
                let rows = rows::of_group(tx, scheme, id, Sorted::Close, after, most).await?;
                let page = usize::try_from(CLOSE_ON_A_PAGE).unwrap_or(usize::MAX);
                more = (rows.len() > page).then(|| rows[page - 1].number);
                for row in rows.into_iter().take(page) {
                    close.extend(show::pair(tx, actor, &batch, row).await?);
                }
            }
            kith_db::Outcome::Ok(Shown {
                groups: actions::groups(tx, actor, id).await?,
                first: rows::wanted(tx, scheme, id, Which::First, 3).await?,
                wrong: rows::wanted(tx, scheme, id, Which::Wrong, WRONG_ON_A_PAGE).await?,
                ended: rows::wanted(tx, scheme, id, Which::EndedBadly, WRONG_ON_A_PAGE).await?,
                repaired: rows::wanted(tx, scheme, id, Which::Repaired, WRONG_ON_A_PAGE).await?,
                after,
                batch,
                new,
                same,
                close,
                more,
            })
        })
        .await?;
    Ok(loaded)
}

async fn one(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    RawQuery(query): RawQuery,
) -> Answer {
    let asked = Posted::read(query.unwrap_or_default().as_bytes());
    let after = asked.text("after").parse().unwrap_or(0);
    let shown = load(&app, &signed, id, after).await?;
    Ok(page(&signed, &shown, &shown.batch.plan, &[]))
}

fn page(signed: &Signed, shown: &Shown, plan: &Plan, errors: &[String]) -> Response {
    let batch = &shown.batch;
    let body: Html = match batch.stage {
        Stage::Staged if shown.groups.unread == batch.row_count || !errors.is_empty() => {
            columns_form(signed, shown, plan)
        }
        Stage::Staged if shown.groups.unread > 0 => go_on(
            signed,
            format!(
                "{} of {} rows are checked.",
                batch.row_count - shown.groups.unread,
                batch.row_count
            ),
            format!("/import/{}/check", batch.id),
            "Go on checking",
        ),
        Stage::Staged => dry_run(signed, shown, plan),
        Stage::Running => go_on(
            signed,
            format!(
                "{} of {} rows are brought in.",
                shown.groups.made + shown.groups.added + shown.groups.failed,
                shown.groups.made + shown.groups.added + shown.groups.failed + shown.groups.to_do
            ),
            format!("/import/{}/confirm", batch.id),
            "Go on bringing in",
        ),
        Stage::Undoing => go_on(
            signed,
            format!(
                "{} rows are taken back, {} are left.",
                shown.groups.taken_back,
                shown.groups.made + shown.groups.added
            ),
            format!("/import/{}/undo", batch.id),
            "Go on undoing",
        ),
        Stage::Done | Stage::Undone => ended(signed, shown),
        Stage::Dropped => el("p")
            .child("This import was thrown away. Nothing was made from it.")
            .into(),
    };
    signed
        .page(batch.file_name.clone())
        .caption("Import")
        .back(paths::imports())
        .compact()
        .errors(summary(errors, []))
        .body(body)
        .into_response()
}

/// What was chosen for the columns, whatever it is.
fn plan_of(batch: &Batch, posted: &Posted) -> Plan {
    let holds = |at: usize| {
        posted
            .text(&format!("col-{at}"))
            .parse()
            .unwrap_or(Holds::Nothing)
    };
    Plan {
        headings: batch.plan.headings.clone(),
        holds: (0..batch.plan.headings.len()).map(holds).collect(),
        dates: posted.text("dates").parse().unwrap_or(DateOrder::DayFirst),
        agreed: posted.text("agreed").parse().ok(),
    }
}

async fn columns(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    posted: Posted,
) -> Answer {
    let shown = load(&app, &signed, id, 0).await?;
    let plan = plan_of(&shown.batch, &posted);
    let lacks = plan.lacks();
    if !lacks.is_empty() {
        return Ok(page(&signed, &shown, &plan, &lacks));
    }
    actions::set_plan(&app.db, &signed.actor, id, &plan).await?;
    actions::check(&app.db, &signed.actor, id, A_WHILE).await?;
    Ok(go(&paths::import(id)))
}

async fn check(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    _posted: Posted,
) -> Answer {
    actions::check(&app.db, &signed.actor, id, A_WHILE).await?;
    Ok(go(&paths::import(id)))
}

async fn choices(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    posted: Posted,
) -> Answer {
    let chosen: Vec<(i64, Decision)> = posted
        .all("row")
        .filter_map(|row| {
            Some((
                row.parse().ok()?,
                posted.text(&format!("choice-{row}")).parse().ok()?,
            ))
        })
        .collect();
    actions::choose(&app.db, &signed.actor, id, &chosen).await?;
    let after: i64 = posted.text("after").parse().unwrap_or(0);
    Ok(done(
        &format!("{}?after={after}", paths::import(id)),
        "Decisions kept",
    ))
}

/// Where an import stands, and whether this form was sent before.
async fn stage_and_again(
    app: &App,
    signed: &Signed,
    id: Id<ImportBatch>,
    posted: &Posted,
) -> Result<(Stage, bool), Trouble> {
    let actor = &signed.actor;
    Ok(app
        .db
        .act(async |tx| {
            let stage = actions::batch(tx, actor, id).await?.stage;
            let again = once(tx, actor, posted, &paths::import(id)).await? != Once::First;
            kith_db::Outcome::Ok((stage, again))
        })
        .await?)
}

async fn confirm(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    let (stage, again) = stage_and_again(&app, &signed, id, &posted).await?;
    if again && stage != Stage::Running {
        return Ok(go(&paths::import(id)));
    }
    if stage == Stage::Staged {
        actions::confirm(&app.db, actor, id).await?;
    }
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let progress = bring_in::carry_on(&app.db, &terms, actor, id, A_WHILE).await?;
    Ok(if progress.finished {
        done(&paths::import(id), "The file is brought in")
    } else {
        go(&paths::import(id))
    })
}

async fn undo_it(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    posted: Posted,
) -> Answer {
    let (stage, again) = stage_and_again(&app, &signed, id, &posted).await?;
    if again && stage != Stage::Undoing {
        return Ok(go(&paths::import(id)));
    }
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let progress = undo::undo(&app.db, &terms, &signed.actor, id, A_WHILE).await?;
    Ok(if progress.finished {
        done(&paths::import(id), "The import is undone")
    } else {
        go(&paths::import(id))
    })
}

async fn drop_it(
    app: App,
    signed: Signed,
    Path(id): Path<Id<ImportBatch>>,
    posted: Posted,
) -> Answer {
    if stage_and_again(&app, &signed, id, &posted).await?.1 {
        return Ok(go(&paths::imports()));
    }
    actions::drop_it(&app.db, &signed.actor, id).await?;
    Ok(done(&paths::imports(), "The import is thrown away"))
}
