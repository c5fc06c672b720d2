//! The page of a scheme's settings.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_base::{Id, Kind};
use kith_pages::{
    Html, Page,
    components::{Cell, Column, Table, WarningCallout},
    done,
    form::Posted,
    html::p,
};

use super::{
    PAGE,
    actions::{self, Kept},
    form::{Entered, SettingsForm, offer},
};
use crate::{
    account,
    actor::Account,
    app::App,
    settings::SchemeSettings,
    sheet::{send, sheet},
    signed::Signed,
    trouble::{Answer, Trouble},
};

async fn blank(app: &App, signed: &Signed) -> Result<SettingsForm, Trouble> {
    let scheme = signed.actor.scheme;
    let accounts = app
        .db
        .read(async |tx| account::all(tx, scheme).await)
        .await?;
    let mut form = SettingsForm::blank();
    offer(&mut form, &accounts);
    Ok(form)
}

fn page(signed: &Signed, form: &SettingsForm) -> Response {
    with(signed, form, Html::default()).into_response()
}

/// The form with what stands above it.
fn with(signed: &Signed, form: &SettingsForm, above: Html) -> Page {
    let fields = [
        form.take_on_days(),
        form.opens(),
        form.closes(),
        form.also_closed(),
        form.review_days(),
        form.concern_hours(),
        form.lead(),
        form.deputy(),
        form.self_referral(),
        form.mail_from(),
        form.inbox(),
        form.reach_us(),
        form.help_lines(),
        form.under_age(),
        form.seen(),
    ];
    let no_lead: Html = match signed.settings.lead {
        Some(_) => Html::default(),
        None => WarningCallout::new(
            "No safeguarding lead is named",
            p("Until you name a lead and a deputy below, every concern goes to every manager."),
        )
        .level(2)
        .into(),
    };
    signed
        .page("Settings")
        .under(PAGE)
        .errors(form.errors())
        .body(above.and(no_lead).and(sheet(
            form.open(PAGE, &signed.token()),
            fields,
            send("Save"),
        )))
}

/// Somebody was quicker: what was typed stays in the form, and what is kept
/// now stands beside it. Saved once more, the form holds.
async fn both_versions(
    app: &App,
    signed: &Signed,
    form: SettingsForm,
    posted: &Posted,
    (typed, now): (&SchemeSettings, &SchemeSettings),
) -> Answer {
    let scheme = signed.actor.scheme;
    let accounts = app
        .db
        .read(async |tx| account::all(tx, scheme).await)
        .await?;
    let said = |text: Option<String>| {
        let text = text.unwrap_or_default();
        let name = text
            .parse::<Id<Account>>()
            .ok()
            .and_then(|id| accounts.iter().find(|row| row.id == id))
            .map(|row| row.name.to_string());
        name.unwrap_or(text)
    };
    let labels = form.clone().labels();
    let differ = typed.rows().into_iter().zip(now.rows());
    let table = differ.filter(|((_, typed), (_, now))| typed != now).fold(
        Table::new()
            .caption("What differs")
            .responsive(true)
            .head(["Setting", "You typed", "Kept now"].map(Column::new)),
        |table, ((name, typed), (_, now))| {
            let label = labels.iter().find(|(field, _)| *field == name);
            let label = label.map_or(name, |(_, label)| label);
            table.row([
                Cell::new(label),
                Cell::new(said(typed)),
                Cell::new(said(now)),
            ])
        },
    );
    let mut form = form.kept(posted);
    form.seen.fill(&now.stamp());
    form.add_error(
        "Somebody else changed the settings since you opened this page. \
         Look at what differs, and save again what is right",
    );
    let page = with(signed, &form, table.into()).status(StatusCode::CONFLICT);
    Ok(page.into_response())
}

pub(super) async fn show(signed: Signed, app: App) -> Answer {
    let form = blank(&app, &signed).await?;
    Ok(page(&signed, &form.filled(&Entered::of(&signed.settings))))
}

pub(super) async fn keep(signed: Signed, app: App, posted: Posted) -> Answer {
    let form = blank(&app, &signed).await?;
    let entered = match form.clone().check(&posted) {
        Ok(entered) => entered,
        Err(form) => return Ok(page(&signed, &form)),
    };
    let seen = entered.seen.clone();
    let new = entered.into_settings();
    match actions::keep(&app, &signed.actor, &posted, &seen, new.clone()).await {
        Ok(Kept::Done) => Ok(done(PAGE, "Settings saved")),
        Ok(Kept::Meanwhile(now)) => both_versions(&app, &signed, form, &posted, (&new, &now)).await,
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = form.kept(&posted);
            form.refuse(&refusal);
            Ok(page(&signed, &form))
        }
        Err(trouble) => Err(trouble),
    }
}
