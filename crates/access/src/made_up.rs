//! The people of the demonstration, offered to be signed in as: some of each
//! role on the page where one signs in, all of them on a page of their own.

use kith_pages::{
    Html,
    components::{Button, Cell, Column, Table},
    form::{FormToken, PostButton},
};

use crate::{
    account::{self, AccountRow, AccountState},
    actor::Scheme,
    app::App,
    role::Role,
    scheme, settings,
};
use kith_base::{Id, Word};
use kith_db::Outcome;

/// Where one signs in as one of them.
pub(crate) const MADE_UP: &str = "/demo";

/// As many of one role stand where one signs in.
const OF_A_ROLE: usize = 3;

/// Somebody one can sign in as.
pub(crate) struct Somebody {
    scheme: Id<Scheme>,
    row: AccountRow,
    leads: bool,
}

/// Everybody who can be signed in as, role by role, by name.
///
/// # Errors
/// When the database fails.
pub(crate) async fn people(app: &App) -> Outcome<Vec<Somebody>> {
    let mut people = app
        .db
        .read(async |tx| -> Outcome<Vec<Somebody>> {
            let mut all = Vec::new();
            for scheme in scheme::all(tx).await? {
                let settings = settings::of(tx, scheme.id).await?;
                let rows = account::all(tx, scheme.id).await?;
                let active = rows
                    .into_iter()
                    .filter(|row| row.state == AccountState::Active);
                all.extend(active.map(|row| Somebody {
                    scheme: scheme.id,
                    leads: settings.leads(row.id),
                    row,
                }));
            }
            Ok(all)
        })
        .await?;
    people.sort_by_key(|one| Role::ALL.iter().position(|role| *role == one.row.role));
    Ok(people)
}

/// Some of each role; the safeguarding lead and the deputy always.
pub(crate) fn some_of_each(people: Vec<Somebody>) -> Vec<Somebody> {
    let mut some: Vec<Somebody> = Vec::new();
    for one in people {
        let same = |other: &&Somebody| other.row.role == one.row.role;
        if one.leads || some.iter().filter(same).count() < OF_A_ROLE {
            some.push(one);
        }
    }
    some
}

/// A button for each.
pub(crate) fn table(people: Vec<Somebody>, token: &FormToken) -> Html {
    let head = ["Name", "Role", "Do"].map(Column::new);
    let table = Table::new().head(head).responsive(true);
    let rows = people.into_iter().fold(table, |table, one| {
        let words = format!("Sign in as {}", one.row.name);
        let button = Button::secondary(words).small(true);
        let button = PostButton::new(MADE_UP, token, button)
            .with("scheme", one.scheme.to_string())
            .with("account", one.row.id.to_string());
        let lead = if one.leads { ", safeguarding" } else { "" };
        let role = format!("{}{lead}: {}", one.row.role.label(), does(one.row.role));
        table.row([
            Cell::new(&*one.row.name),
            Cell::new(role),
            Cell::new(button).block(true),
        ])
    });
    rows.into()
}

/// What somebody of the role comes to Kith for.
const fn does(role: Role) -> &'static str {
    match role {
        Role::Practice => "refers people and hears back",
        Role::LinkWorker => "has people of their own",
        Role::Manager => "sees who waits and who holds how much",
        Role::Administrator => "accounts and settings, and nobody's record",
        Role::Guardian => "the audit trail, and a record only for a reason",
    }
}
