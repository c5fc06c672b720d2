//! The pages of files: the list, what to bring, one form for each sort, and
//! one page for each file that shows what it would bring or what it holds.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Answer, App, Needs, Routes, Signed, Trouble, Uploaded,
    organisation::{self, OrganisationRow},
};
use kith_base::{Id, Refusal, Word, refusal::Kind};
use kith_casework::sheet;
use kith_db::Outcome;
use kith_pages::{done, form::Posted, go};

use super::{
    actions,
    form::{Covered, Form},
    show,
};
use crate::{
    gathered::{
        FileKind, GatheredFile, MOST_PROBLEMS,
        store::{self, Contacts, Said},
    },
    gp::{self, Pseudonyms},
    paths,
};

/// Refused rows shown on the page; all that are kept are in the file to download.
const SHOWN: i64 = 50;

/// The addresses of files.
#[must_use]
pub fn routes() -> Routes {
    let needs = Needs::Can(Ability::GatherFigures);
    Routes::new()
        .get("/figures/files", needs, list)
        .get("/figures/files/new", needs, choose)
        .get("/figures/files/new/{kind}", needs, blank)
        .post_file("/figures/files/new/{kind}", needs, upload)
        .get("/figures/files/new/{kind}/template.csv", needs, template)
        .get("/figures/files/{file}", needs, one)
        .get("/figures/files/{file}/problems.csv", needs, problems)
        .post("/figures/files/{file}/confirm", needs, confirm)
        .post("/figures/files/{file}/take-out", needs, take_out)
}

async fn list(app: App, signed: Signed) -> Answer {
    let actor = &signed.actor;
    let only = actions::only(actor)?;
    let files = app
        .db
        .read(async |tx| Outcome::Ok(store::latest(tx, actor.scheme, only).await?))
        .await?;
    Ok(signed
        .page("Files for the figures")
        .under("/figures")
        .compact()
        .body(show::list(&files))
        .into_response())
}

async fn choose(signed: Signed) -> Answer {
    let kinds = actions::kinds(actions::only(&signed.actor)?);
    Ok(signed
        .page("What do you bring in?")
        .back(paths::files())
        .under("/figures")
        .body(show::choose(kinds))
        .into_response())
}

/// The sort of file in an address, when the account may bring it.
fn kind_of(signed: &Signed, code: &str) -> Result<FileKind, Refusal> {
    let kinds = actions::kinds(actions::only(&signed.actor)?);
    let known = kinds.iter().copied().find(|kind| kind.code() == code);
    known.ok_or_else(Refusal::not_found)
}

/// The practices an account brings files for.
async fn practices(app: &App, signed: &Signed) -> Result<Vec<OrganisationRow>, Trouble> {
    let scheme = signed.actor.scheme;
    let only = actions::only(&signed.actor)?;
    let mut all = app
        .db
        .read(async |tx| organisation::practices(tx, scheme).await)
        .await?;
    all.retain(|practice| only.is_none_or(|only| practice.id == only));
    Ok(all)
}

/// The blank form, with the practice of practice staff chosen.
async fn form_of(app: &App, signed: &Signed, kind: FileKind) -> Result<Form, Trouble> {
    let practices = practices(app, signed).await?;
    let form = Form::blank(kind, &practices, signed.actor.today());
    Ok(match actions::only(&signed.actor)? {
        Some(practice) => form.of_practice(practice),
        None => form,
    })
}

fn form_page(signed: &Signed, kind: FileKind, form: &Form, wrong: Option<&str>) -> Response {
    signed
        .page(kind.label())
        .back(paths::new_file())
        .under("/figures")
        .errors(show::errors(form, wrong))
        .body(show::form(signed, kind, form, wrong))
        .into_response()
}

async fn blank(app: App, signed: Signed, Path(code): Path<String>) -> Answer {
    let kind = kind_of(&signed, &code)?;
    let form = form_of(&app, &signed, kind).await?;
    Ok(form_page(&signed, kind, &form, None))
}

async fn upload(app: App, signed: Signed, Path(code): Path<String>, sent: Uploaded) -> Answer {
    let kind = kind_of(&signed, &code)?;
    let form = form_of(&app, &signed, kind).await?;
    let no_file = sent.file_name.is_empty().then_some("Select a file");
    let said = match said(kind, form, &sent.fields) {
        Ok(said) => said,
        Err(form) => return Ok(form_page(&signed, kind, &form, no_file)),
    };
    let again = async |wrong: &Refusal| -> Answer {
        let form = form_of(&app, &signed, kind).await?.kept(&sent.fields);
        Ok(form_page(&signed, kind, &form, Some(&wrong.to_string())))
    };
    if let Some(words) = no_file {
        return again(&Refusal::field("file", words)).await;
    }
    let pseudonyms = Pseudonyms::of_scheme(&app, signed.actor.scheme);
    let staged = actions::stage(
        &app.db,
        &pseudonyms,
        &signed.actor,
        Some(&sent.fields),
        &said,
        &sent.file_name,
        &sent.bytes,
    )
    .await;
    match staged.map_err(Trouble::from) {
        Ok(id) => Ok(go(&paths::file(id))),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => again(&refusal).await,
        Err(trouble) => Err(trouble),
    }
}

/// What the form says of the file, or the form again with what is wrong.
fn said(kind: FileKind, form: Form, posted: &Posted) -> Result<Said, Form> {
    let mut said = Said {
        kind,
        practice: None,
        as_of: None,
        contacts: None,
    };
    match form {
        Form::Register(form) => {
            let read = form
                .check(posted)
                .map_err(|again| Form::Register(Box::new(again)))?;
            (said.practice, said.as_of) = (Some(read.practice), Some(read.as_of));
        }
        Form::Population(form) => {
            let read = form
                .check(posted)
                .map_err(|again| Form::Population(Box::new(again)))?;
            (said.practice, said.as_of) = (read.practice, Some(read.as_of));
        }
        Form::Scores => {}
        Form::Contacts(form) => {
            let mut again = (*form.clone()).kept(posted);
            let read: Covered = form
                .check(posted)
                .map_err(|again| Form::Contacts(Box::new(again)))?;
            if read.until < read.from {
                again
                    .until
                    .add_error("The last month must not be before the first one");
                return Err(Form::Contacts(Box::new(again)));
            }
            said.practice = Some(read.practice);
            said.contacts = Some(Contacts {
                from: read.from,
                until: read.until,
                definition: read.definition,
                code_set: read.code_set,
                supplier: read.supplier,
            });
        }
    }
    Ok(said)
}

async fn one(app: App, signed: Signed, Path(id): Path<Id<GatheredFile>>) -> Answer {
    let actor = &signed.actor;
    let (file, wrong, in_record) = app
        .db
        .read(async |tx| {
            let file = actions::file(tx, actor, id).await?;
            let wrong = store::problems(tx, actor.scheme, id, SHOWN).await?;
            let in_record = match file.kind {
                FileKind::GpRegister => Some(gp::store::in_record(tx, actor.scheme, id).await?),
                _ => None,
            };
            Outcome::Ok((file, wrong, in_record))
        })
        .await?;
    Ok(signed
        .page(file.file_name.clone())
        .caption(file.kind.label())
        .back(paths::files())
        .under("/figures")
        .body(show::file(&signed, &file, &wrong, in_record))
        .into_response())
}

async fn confirm(
    app: App,
    signed: Signed,
    Path(id): Path<Id<GatheredFile>>,
    _posted: Posted,
) -> Answer {
    actions::confirm(&app.db, &signed.actor, id).await?;
    Ok(done(&paths::file(id), "The file counts from now on"))
}

async fn take_out(
    app: App,
    signed: Signed,
    Path(id): Path<Id<GatheredFile>>,
    _posted: Posted,
) -> Answer {
    actions::take_out(&app.db, &signed.actor, id).await?;
    Ok(done(&paths::files(), "The file is taken out"))
}

fn csv(name: &str, bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    if let Ok(as_file) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, as_file);
    }
    response
}

async fn template(signed: Signed, Path(code): Path<String>) -> Answer {
    let kind = kind_of(&signed, &code)?;
    let names: Vec<&str> = actions::headings(kind)
        .iter()
        .map(|heading| heading.name)
        .collect();
    let text = format!("{}\r\n{}\r\n", names.join(","), show::example(kind));
    Ok(csv(&format!("kith-{code}.csv"), text.into_bytes()))
}

async fn problems(app: App, signed: Signed, Path(id): Path<Id<GatheredFile>>) -> Answer {
    let actor = &signed.actor;
    let wrong = app
        .db
        .read(async |tx| {
            actions::file(tx, actor, id).await?;
            let most = i64::try_from(MOST_PROBLEMS).unwrap_or(i64::MAX) * 10;
            Outcome::Ok(store::problems(tx, actor.scheme, id, most).await?)
        })
        .await?;
    let rows: Vec<Vec<sheet::Cell>> = wrong
        .iter()
        .map(|row| {
            vec![
                sheet::Cell::Number(row.number),
                row.heading.as_str().into(),
                row.expected.as_str().into(),
            ]
        })
        .collect();
    let bytes = sheet::file(&["Row", "Column", "Expected"], &rows).map_err(Trouble::fault)?;
    Ok(csv("refused-rows.csv", bytes))
}
