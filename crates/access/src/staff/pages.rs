//! The administrator's pages on accounts.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_base::{Id, Kind, Word};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, Table, Tag},
    done, el,
    form::{PostButton, Posted},
    html::{link as link_to, p},
};

use super::{
    LIST, actions,
    form::{ChangeForm, Changed, InviteForm, offer},
};
use crate::{
    account::{self, AccountRow, AccountState},
    actor::Account,
    app::App,
    organisation::{self, OrganisationRow},
    role::Ability,
    sheet::{pieces, send, sheet},
    signed::Signed,
    trouble::{Answer, Trouble},
};

async fn organisations(app: &App, signed: &Signed) -> Result<Vec<OrganisationRow>, Trouble> {
    let scheme = signed.actor.scheme;
    Ok(app
        .db
        .read(async |tx| organisation::all(tx, scheme).await)
        .await?)
}

pub(super) async fn list(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::SeeAccounts)?;
    let rows = app
        .db
        .read(async |tx| account::all(tx, scope.scheme()).await)
        .await?;
    let places = organisations(&app, &signed).await?;
    let may_change = signed.actor.can(Ability::ManageAccounts);
    let heads = ["Name", "Email address", "Role", "Organisation", "State"].map(Column::new);
    let table = rows
        .iter()
        .fold(Table::new().responsive(true).head(heads), |table, row| {
            table.row(cells(row, &places, may_change))
        });
    let list: Html = if rows.is_empty() {
        Empty::new("There are no accounts yet.").into()
    } else {
        table.into()
    };
    let invite = may_change.then(|| Button::new("Invite somebody").href("/admin/accounts/new"));
    Ok(signed
        .page("Accounts")
        .compact()
        .under(LIST)
        .body(pieces([invite.map(Into::into).unwrap_or_default(), list]))
        .into_response())
}

fn cells(row: &AccountRow, places: &[OrganisationRow], may_change: bool) -> [Cell; 5] {
    let place = places.iter().find(|place| place.id == row.organisation_id);
    let name = if may_change && row.state != AccountState::Left {
        Cell::link(&*row.name, format!("{LIST}/{}", row.id))
    } else {
        Cell::new(&*row.name)
    };
    [
        name,
        Cell::new(&*row.email),
        Cell::new(row.role.to_string()),
        Cell::new(place.map_or("–", |place| &*place.name)),
        Cell::new(Tag::new(row.state.label())),
    ]
}

fn show_invite(signed: &Signed, form: &InviteForm) -> Response {
    let fields = [
        form.name(),
        form.email(),
        form.role(),
        form.organisation(),
        form.full_time_percent(),
    ];
    let open = form.open("/admin/accounts/new", &signed.token());
    signed
        .page("Invite somebody")
        .back(LIST)
        .under(LIST)
        .errors(form.errors())
        .body(sheet(open, fields, send("Send the invitation")))
        .into_response()
}

async fn invite_form(app: &App, signed: &Signed) -> Result<InviteForm, Trouble> {
    let mut form = InviteForm::blank();
    let places = organisations(app, signed).await?;
    offer(&mut form.organisation.kind, &places);
    Ok(form)
}

pub(super) async fn show_new(signed: Signed, app: App) -> Answer {
    let full_time = Posted::from_pairs([("full_time_percent", "100")]);
    let form = invite_form(&app, &signed).await?.kept(&full_time);
    Ok(show_invite(&signed, &form))
}

pub(super) async fn new(signed: Signed, app: App, posted: Posted) -> Answer {
    let form = invite_form(&app, &signed).await?;
    let invited = match form.clone().check(&posted) {
        Ok(invited) => invited,
        Err(form) => return Ok(show_invite(&signed, &form)),
    };
    match actions::invite(&app, &signed.actor, &posted, invited).await {
        Ok(()) => Ok(done(LIST, "Invitation sent")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = form.kept(&posted);
            form.refuse(&refusal);
            Ok(show_invite(&signed, &form))
        }
        Err(trouble) => Err(trouble),
    }
}

async fn change_form(app: &App, signed: &Signed) -> Result<ChangeForm, Trouble> {
    let mut form = ChangeForm::blank();
    let places = organisations(app, signed).await?;
    offer(&mut form.organisation.kind, &places);
    Ok(form)
}

/// A heading and the buttons that do something to an account.
fn buttons(signed: &Signed, row: &AccountRow) -> Html {
    let token = signed.token();
    let post =
        |what: &str, button| PostButton::new(format!("{LIST}/{}/{what}", row.id), &token, button);
    let reset = (row.state == AccountState::Active).then(|| {
        post(
            "link",
            Button::secondary("Send a link to set a new password"),
        )
        .into()
    });
    let both = "Send a link to set password and authenticator";
    pieces([
        el("h2").class("nhsuk-heading-m").child("Signing in").into(),
        reset.unwrap_or_default(),
        post("link", Button::secondary(both))
            .with("both", "yes")
            .into(),
        el("h2").class("nhsuk-heading-m").child("Leaving").into(),
        Button::secondary("Mark as left")
            .href(format!("{LIST}/{}/leave", row.id))
            .into(),
    ])
}

/// Leaving is asked about once more: it cannot be undone.
pub(super) async fn show_leave(signed: Signed, app: App, Path(id): Path<Id<Account>>) -> Answer {
    let row = account_row(&app, &signed, id).await?;
    let back = format!("{LIST}/{id}");
    let leave = PostButton::new(
        format!("{back}/leave"),
        &signed.token(),
        Button::warning("Yes, mark as left"),
    );
    let body = pieces([
        p(format!(
            "{} is signed out at once and can no longer sign in. The people they look after go \
             back to the queue as needing a link worker.",
            row.name
        )),
        p("This cannot be undone: somebody who comes back is invited anew."),
        leave.with("version", row.version.to_string()).into(),
        p(link_to(&back, "Go back and change nothing")),
    ]);
    Ok(signed
        .page(format!("Mark {} as left?", row.name))
        .back(back)
        .under(LIST)
        .body(body)
        .into_response())
}

fn show_change(signed: &Signed, form: &ChangeForm, row: &AccountRow) -> Response {
    // An address somebody signs in with is theirs to prove.
    let address = (row.state == AccountState::Invited).then(|| form.email());
    let fields = [
        form.name(),
        address.unwrap_or_default(),
        form.role(),
        form.organisation(),
        form.full_time_percent(),
        form.version(),
    ];
    let open = form.open(format!("{LIST}/{}", row.id), &signed.token());
    signed
        .page(&*row.name)
        .back(LIST)
        .under(LIST)
        .errors(form.errors())
        .body(pieces([
            sheet(open, fields, send("Save")),
            buttons(signed, row),
        ]))
        .into_response()
}

async fn account_row(app: &App, signed: &Signed, id: Id<Account>) -> Result<AccountRow, Trouble> {
    let scope = signed.actor.scope(Ability::ManageAccounts)?;
    Ok(app
        .db
        .read(async |tx| account::one(tx, scope.scheme(), id).await)
        .await?)
}

pub(super) async fn show_one(signed: Signed, app: App, Path(id): Path<Id<Account>>) -> Answer {
    let row = account_row(&app, &signed, id).await?;
    let form = change_form(&app, &signed).await?.filled(&Changed {
        name: row.name.clone(),
        email: Some(row.email.clone()),
        role: row.role,
        organisation: row.organisation_id,
        full_time_percent: row.full_time_percent,
        version: row.version,
    });
    Ok(show_change(&signed, &form, &row))
}

pub(super) async fn change(
    signed: Signed,
    app: App,
    Path(id): Path<Id<Account>>,
    posted: Posted,
) -> Answer {
    let row = account_row(&app, &signed, id).await?;
    let form = change_form(&app, &signed).await?;
    let changed = match form.clone().check(&posted) {
        Ok(changed) => changed,
        Err(form) => return Ok(show_change(&signed, &form, &row)),
    };
    match actions::change(&app, &signed.actor, id, &posted, changed).await {
        Ok(()) => Ok(done(LIST, "Account saved")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = form.kept(&posted);
            form.refuse(&refusal);
            Ok(show_change(&signed, &form, &row))
        }
        Err(trouble) => Err(trouble),
    }
}

pub(super) async fn link(
    signed: Signed,
    app: App,
    Path(id): Path<Id<Account>>,
    posted: Posted,
) -> Answer {
    actions::link(&app, &signed.actor, id, &posted).await?;
    Ok(done(&format!("{LIST}/{id}"), "Link sent"))
}

pub(super) async fn leave(
    signed: Signed,
    app: App,
    Path(id): Path<Id<Account>>,
    posted: Posted,
) -> Answer {
    actions::leave(&app, &signed.actor, id, &posted).await?;
    Ok(done(LIST, "Marked as left"))
}
