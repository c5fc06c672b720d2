//! The reference pages, written from the program itself so that they cannot
//! lie: the command line from clap, the configuration from its one list, the
//! permissions and the routes from the tables that decide, the tables of the
//! database from a migrated one, the states of a referral from its moves.
//! `cargo xtask docs` writes them; `make check` wants no difference.

use std::fs;

use clap::CommandFactory;
use kith_access::{Needs, Role, role};
use kith_base::Word;
use kith_casework::referral::{State, rules::MOVES};
use kith_db::testing;

use crate::{Found, repository};

const WRITTEN: &str = "<!-- Written by `make generate`: change what it is made of instead. -->\n\n";

/// Writes every page; says which ones changed.
pub async fn write() -> Found {
    let pages = [
        ("cli", command_line()),
        ("configuration", configuration()),
        ("permissions", permissions()),
        ("routes", routes()),
        ("schema", schema().await?),
        ("states", states()),
    ];
    let mut changed = Vec::new();
    for (name, text) in &pages {
        let path = repository::root().join(format!("docs/reference/{name}.md"));
        if fs::read_to_string(&path).is_ok_and(|before| before == *text) {
            continue;
        }
        let failed = |e: std::io::Error| vec![format!("{}: {e}", path.display())];
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&path, text).map_err(failed)?;
        changed.push(*name);
    }
    Ok(if changed.is_empty() {
        format!("{} pages, none changed", pages.len())
    } else {
        format!(
            "{} pages, written anew: {}",
            pages.len(),
            changed.join(", ")
        )
    })
}

fn page(title: &str, about: &str, body: &str) -> String {
    format!("{WRITTEN}# {title}\n\n{about}\n\n{}\n", body.trim_end())
}

fn command_line() -> String {
    let mut body = String::new();
    let mut root = kith::cli::Cli::command().bin_name("kith");
    root.build();
    command(&root, "kith", &mut body);
    page(
        "The command line",
        "Every command also tells of itself: `kith help`, `kith serve --help`.",
        &body,
    )
}

fn command(of: &clap::Command, name: &str, into: &mut String) {
    into.push_str(&format!("## {name}\n\n"));
    if let Some(about) = of.get_about() {
        into.push_str(&format!("{}\n\n", about.to_string().trim_end_matches('.')));
    }
    let arguments: Vec<&clap::Arg> = of
        .get_arguments()
        .filter(|argument| {
            !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version")
        })
        // What every command takes is told once, at the top.
        .filter(|argument| name == "kith" || !argument.is_global_set())
        .collect();
    if !arguments.is_empty() {
        into.push_str("| Argument | Meaning | Default |\n|---|---|---|\n");
    }
    for argument in arguments {
        let default: Vec<String> = argument
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        let help = argument
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        into.push_str(&format!(
            "| `{}` | {help} | {} |\n",
            told(argument),
            default.join(" ")
        ));
    }
    into.push('\n');
    for inner in of
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
    {
        command(inner, &format!("{name} {}", inner.get_name()), into);
    }
}

/// `--port PORT`, or `FILE` for one without a name.
fn told(argument: &clap::Arg) -> String {
    let takes = argument.get_action().takes_values();
    let value: Vec<String> = argument
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(|name| name.as_str().to_owned())
        .collect();
    let value = if value.is_empty() {
        argument.get_id().as_str().to_uppercase()
    } else {
        value.join(" ")
    };
    match argument.get_long() {
        Some(long) if takes => format!("--{long} {value}"),
        Some(long) => format!("--{long}"),
        None => value,
    }
}

fn configuration() -> String {
    let about = "A TOML file (`--config FILE`), over it the environment, over both the command line. \
        What a scheme decides for itself is not here: its administrator does, on the page of settings.";
    page("Configuration", about, &kith::config::as_markdown())
}

fn permissions() -> String {
    let about = "Who may do what, and how far. The program decides by this table and no other \
        (`crates/access/src/role.rs`).";
    page("Permissions", about, &role::as_markdown())
}

fn routes() -> String {
    let routes = kith::router::routes();
    let mut list: Vec<_> = routes.list().to_vec();
    list.sort_by_key(|route| (route.path, route.method));
    let mut body = String::from("| Method | Path | Needs |\n|---|---|---|\n");
    for route in list {
        let needs = match route.needs {
            Needs::Anyone => "nothing: anybody".to_owned(),
            Needs::HalfSignedIn => "the password, before the second factor".to_owned(),
            Needs::SignedIn => "to be signed in".to_owned(),
            Needs::Can(ability) => {
                let row = ability.row();
                let again = if row.step_up { ", confirmed again" } else { "" };
                let roles: Vec<&str> = Role::ALL
                    .iter()
                    .filter(|role| row.of_role(**role) != kith_access::Reach::Nothing)
                    .map(|role| role.label())
                    .collect();
                format!("{} ({}{again})", row.does, roles.join(", "))
            }
        };
        body.push_str(&format!(
            "| {} | `{}` | {needs} |\n",
            route.method, route.path
        ));
    }
    let about = "Every address of the program and what it needs. A route without an answer cannot be written.";
    page("Routes", about, &body)
}

async fn schema() -> Result<String, Vec<String>> {
    let database = testing::sqlite().await;
    let tables = database.schema().await.map_err(|e| vec![e.to_string()])?;
    let mut body = String::new();
    for table in &tables {
        body.push_str(&format!("## {}\n\n", table.name));
        body.push_str(&format!("Key: {}.\n\n", table.key.join(", ")));
        body.push_str("| Column | Kept as | Always there | Points at |\n|---|---|---|---|\n");
        for column in &table.columns {
            let points = table.foreign.iter().filter(|key| {
                key.columns.last() == Some(&column.name)
                    || (key.columns.len() == 1 && key.columns[0] == column.name)
            });
            let points: Vec<String> = points.map(|key| key.table.clone()).collect();
            let always = if column.required { "yes" } else { "" };
            body.push_str(&format!(
                "| {} | {} | {always} | {} |\n",
                column.name,
                column.family(),
                points.join(", ")
            ));
        }
        body.push('\n');
    }
    let about = "The tables, the same on SQLite and PostgreSQL. Every owned table begins with `scheme_id`; \
        moments are microseconds of UTC on SQLite and timestamptz on PostgreSQL, ids are UUIDv7.";
    Ok(page("The tables", about, &body))
}

fn states() -> String {
    let mut body = String::from("```mermaid\nstateDiagram-v2\n");
    for (act, from, to) in MOVES {
        if from.is_empty() {
            body.push_str(&format!("  [*] --> {}: {}\n", to.code(), act.label()));
        }
        for state in *from {
            body.push_str(&format!(
                "  {} --> {}: {}\n",
                state.code(),
                to.code(),
                act.label()
            ));
        }
    }
    body.push_str("```\n\n| State | People read | Still to be done |\n|---|---|---|\n");
    for state in State::ALL {
        let open = if state.is_unfinished() { "yes" } else { "" };
        body.push_str(&format!(
            "| `{}` | {} | {open} |\n",
            state.code(),
            state.label()
        ));
    }
    let about = "What can happen to a referral. Drawn from the table `MOVES` in \
        `crates/casework/src/referral/moves.rs`; a move that is not there is refused.";
    page("The states of a referral", about, &body)
}
