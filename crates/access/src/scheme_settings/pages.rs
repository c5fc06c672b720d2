//! The page of a scheme's settings.

use axum::response::{IntoResponse, Response};
use kith_base::Kind;
use kith_pages::{Html, components::WarningCallout, done, form::Posted, html::p};

use super::{
    actions,
    form::{Entered, SettingsForm, offer},
};
use crate::{
    account,
    app::App,
    sheet::{send, sheet},
    signed::Signed,
    trouble::{Answer, Trouble},
};

const PAGE: &str = "/admin/settings";

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
        form.help_lines(),
        form.under_age(),
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
        .body(no_lead.and(sheet(
            form.open(PAGE, &signed.token()),
            fields,
            send("Save"),
        )))
        .into_response()
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
    match actions::keep(&app, &signed.actor, entered.into_settings()).await {
        Ok(()) => Ok(done(PAGE, "Settings saved")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = form.kept(&posted);
            form.refuse(&refusal);
            Ok(page(&signed, &form))
        }
        Err(trouble) => Err(trouble),
    }
}
