//! Whether an installation is safe and sound: configuration, key, files,
//! database, and what each scheme must have in place. Each line says ok,
//! wrong, or look, and what to do. A wrong line about safety keeps `serve`
//! from starting; there is no setting that turns this off.

use std::{fs, net::IpAddr, os::unix::fs::PermissionsExt, path::Path};

use kith_access::{Scheme, SchemeSettings, outbox::Post};
use kith_base::{Id, Ts};
use kith_db::{Db, Outcome, Tx, on};

use crate::{checkpoints::Place, codes, config::Config, key_file};

/// How a line reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// As it should be.
    Ok,
    /// Not wrong, but somebody should look.
    Look,
    /// Wrong: to be mended.
    Wrong,
}

/// One line of the doctor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its verdict.
    pub says: Says,
    /// What was looked at.
    pub about: &'static str,
    /// What was found, and what to do.
    pub words: String,
}

fn line(says: Says, about: &'static str, words: impl Into<String>) -> Line {
    Line {
        says,
        about,
        words: words.into(),
    }
}

/// What can be told without opening the database: `serve` refuses to start
/// when one of these is wrong.
#[must_use]
pub fn before_start(config: &Config) -> Vec<Line> {
    let mut lines = vec![
        key(config),
        origin(config),
        debug(config),
        mail(config),
        kept_outside(config),
        code_map(config),
    ];
    lines.extend(database_files(config));
    lines
}

fn key(config: &Config) -> Line {
    match key_file::read(&config.key_file) {
        Ok(_) => line(
            Says::Ok,
            "server key",
            format!("{} is its owner's alone", config.key_file.display()),
        ),
        Err(bad) => line(Says::Wrong, "server key", bad.to_string()),
    }
}

/// Whether people reach Kith on this machine alone.
fn is_local(config: &Config) -> bool {
    let host = config.origin.host().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn origin(config: &Config) -> Line {
    let at = config.origin.as_str();
    if config.origin.is_secure() {
        line(Says::Ok, "origin", format!("{at} is reached by https"))
    } else if is_local(config) {
        line(
            Says::Look,
            "origin",
            format!("{at} is this machine alone; set origin to https://… before others use it"),
        )
    } else {
        line(
            Says::Wrong,
            "origin",
            format!(
                "{at} is plain http: passwords would cross the network. Put a TLS proxy before Kith and set origin to https://…"
            ),
        )
    }
}

fn debug(config: &Config) -> Line {
    if config.log <= tracing::Level::INFO {
        line(Says::Ok, "log", format!("written at {}", config.log))
    } else if is_local(config) {
        line(
            Says::Look,
            "log",
            format!("written at {}: for one's own machine only", config.log),
        )
    } else {
        line(
            Says::Wrong,
            "log",
            format!(
                "written at {}: too much is told. Set log to info",
                config.log
            ),
        )
    }
}

fn mail(config: &Config) -> Line {
    let post = match config.mail.parse::<Post>() {
        Ok(post) => post,
        Err(bad) => return line(Says::Wrong, "mail", bad.to_string()),
    };
    if matches!(post, Post::Server(_)) {
        let words = "goes out by SMTP: encrypted, but to a relay on this machine";
        line(Says::Ok, "mail", words)
    } else if is_local(config) {
        line(
            Says::Look,
            "mail",
            "is written into files and reaches nobody; set mail to smtp://… before others use it",
        )
    } else {
        line(
            Says::Wrong,
            "mail",
            "reaches nobody: invitations and messages to practices would be lost. Set mail to smtp://…",
        )
    }
}

fn kept_outside(config: &Config) -> Line {
    match &config.checkpoints {
        Some(Place::Folder(folder)) if !folder.is_dir() => line(
            Says::Wrong,
            "checkpoints",
            format!(
                "{} is no folder: make it, on a disk this server cannot rewrite",
                folder.display()
            ),
        ),
        Some(_) => line(
            Says::Ok,
            "checkpoints",
            "of the audit trail are kept outside, every 15 minutes",
        ),
        None => line(
            Says::Look,
            "checkpoints",
            "of the audit trail are kept nowhere: whoever owns the database could cut it unseen. Set checkpoints",
        ),
    }
}

/// Which clinical codes practices get.
fn code_map(config: &Config) -> Line {
    match codes::read(config) {
        Ok(map) => {
            let on: Vec<&str> = map
                .codes
                .iter()
                .filter(|code| code.on)
                .map(|code| code.event.as_str())
                .collect();
            let words = format!("version {}, on for: {}", map.version, on.join(", "));
            line(Says::Ok, "code map", words)
        }
        Err(refusal) => line(Says::Wrong, "code map", refusal.to_string()),
    }
}

fn database_files(config: &Config) -> Vec<Line> {
    let Some(file) = config.database_file() else {
        return vec![server_address(&config.database)];
    };
    let mut lines = Vec::new();
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        let path = Path::new(&name);
        let Ok(found) = fs::metadata(path) else {
            continue;
        };
        let mode = found.permissions().mode() & 0o777;
        lines.push(if mode & 0o077 == 0 {
            line(
                Says::Ok,
                "database file",
                format!("{} is its owner's alone", path.display()),
            )
        } else {
            line(
                Says::Wrong,
                "database file",
                format!(
                    "{0} may be read by others (mode {mode:o}). Run: chmod 600 {0}",
                    path.display()
                ),
            )
        });
    }
    if lines.is_empty() {
        lines.push(line(
            Says::Wrong,
            "database file",
            format!("{} is not there. Run: kith init", file.display()),
        ));
    }
    lines
}

/// A server on another machine must be reached over TLS, and known.
fn server_address(address: &str) -> Line {
    let host = address.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, _)| name)
        .trim_matches(['[', ']']);
    let near = name.is_empty()
        || name == "localhost"
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if near {
        line(Says::Ok, "database server", "is on this machine")
    } else if address.contains("sslmode=verify-full") {
        line(
            Says::Ok,
            "database server",
            "is reached over TLS, and its name is checked",
        )
    } else {
        line(
            Says::Wrong,
            "database server",
            "is on another machine without a checked TLS connection. Add ?sslmode=verify-full to its address",
        )
    }
}

/// What the database tells, and what each scheme must have in place.
///
/// # Errors
/// When the database does not answer.
pub async fn of_database(db: &Db, now: Ts) -> Result<Vec<Line>, Box<dyn std::error::Error>> {
    let mut lines = Vec::new();
    let pending = db.pending().await?;
    if !pending.is_empty() {
        lines.push(line(
            Says::Wrong,
            "database",
            format!("lacks {}. Run: kith migrate", pending.join(", ")),
        ));
        return Ok(lines);
    }
    lines.push(line(Says::Ok, "database", "is up to date"));
    lines.push(wholeness(db, &db.integrity().await?.problems));
    lines.extend(
        db.safeguards_off()
            .await?
            .iter()
            .map(|name| safeguard(name)),
    );
    let schemes = db.read(async |tx| schemes(tx).await).await?;
    if schemes.is_empty() {
        lines.push(line(
            Says::Wrong,
            "schemes",
            "there is none. Run: kith init",
        ));
    }
    for (scheme, name) in schemes {
        lines.extend(
            db.read(async |tx| of_scheme(tx, scheme, &name, now).await)
                .await?,
        );
    }
    Ok(lines)
}

/// How to put a copy back, on either database.
#[must_use]
pub fn put_back(db: &Db) -> &'static str {
    if db.is_embedded() {
        "Put the last good copy back: kith restore"
    } else {
        "Mend what is named, or put the last good copy back: kith restore says how"
    }
}

fn wholeness(db: &Db, problems: &[String]) -> Line {
    let words = match (problems.len(), db.is_embedded()) {
        (0, true) => "is whole: every page, index and reference".to_owned(),
        (0, false) => "is well: every index and constraint holds. The server looks after its \
                       pages itself; pg_amcheck reads them all"
            .to_owned(),
        (count, _) => format!(
            "is damaged in {count} places: {}. {}",
            problems[..count.min(3)].join("; "),
            put_back(db)
        ),
    };
    let says = if problems.is_empty() {
        Says::Ok
    } else {
        Says::Wrong
    };
    line(says, "database", words)
}

/// A safeguard of a server that is off.
fn safeguard(name: &str) -> Line {
    match name {
        "data_checksums" => line(
            Says::Look,
            "database server",
            "has data_checksums off: it cannot notice damage of its pages. While it is stopped, \
             run pg_checksums --enable",
        ),
        name => line(
            Says::Wrong,
            "database server",
            format!("has {name} off: what people were told is kept can be lost. Set {name} = on"),
        ),
    }
}

const SCHEMES: &str = "select scheme_id, name from scheme order by name";

async fn schemes(tx: &mut Tx) -> Outcome<Vec<(Id<Scheme>, String)>> {
    Ok(on!(tx, c => sqlx::query_as(SCHEMES).fetch_all(c))?)
}

/// Active accounts that could sign in with a password alone, if sign-in let
/// them (it does not): none should be left behind.
const ONE_FACTOR: &str = "select count(*) from account a
    where a.scheme_id = $1 and a.state = 'active' and a.totp_secret is null
      and not exists (select 1 from passkey k where k.scheme_id = $1 and k.account_id = a.id)";
const ADMINISTRATORS: &str = "select count(*) from account
    where scheme_id = $1 and role = 'administrator' and state = 'active'";
const FAILED_MAIL: &str = "select count(*) from outbox where scheme_id = $1 and state = 'failed'";
const UNSEALED: &str = "select count(*) from audit a where a.scheme_id = $1 and a.at < $2
      and not exists (select 1 from audit_seal s where s.scheme_id = $1 and s.audit_id = a.id)";

/// A line about a scheme: what is well, or what is not.
fn expect(good: bool, otherwise: Says, ok: String, bad: String) -> Line {
    if good {
        line(Says::Ok, "scheme", ok)
    } else {
        line(otherwise, "scheme", bad)
    }
}

async fn of_scheme(tx: &mut Tx, scheme: Id<Scheme>, name: &str, now: Ts) -> Outcome<Vec<Line>> {
    let mut lines = of_accounts(tx, scheme, name).await?;
    lines.extend(of_settings(
        &kith_access::settings::of(tx, scheme).await?,
        name,
    ));
    let failed: i64 = on!(tx, c => sqlx::query_scalar(FAILED_MAIL).bind(scheme).fetch_one(c))?;
    lines.push(expect(
        failed == 0,
        Says::Look,
        format!("{name}: no mail is stuck"),
        format!("{name}: {failed} mails could not be delivered. Look under Deliveries"),
    ));
    let an_hour_ago = now.plus_seconds(-3600);
    let unsealed: i64 =
        on!(tx, c => sqlx::query_scalar(UNSEALED).bind(scheme).bind(an_hour_ago).fetch_one(c))?;
    lines.push(expect(
        unsealed == 0,
        Says::Look,
        format!("{name}: the audit trail is sealed"),
        format!(
            "{name}: {unsealed} rows of the audit trail are older than an hour and not sealed. Is `kith serve` running?"
        ),
    ));
    Ok(lines)
}

async fn of_accounts(tx: &mut Tx, scheme: Id<Scheme>, name: &str) -> Outcome<Vec<Line>> {
    let one: i64 = on!(tx, c => sqlx::query_scalar(ONE_FACTOR).bind(scheme).fetch_one(c))?;
    let administrators: i64 =
        on!(tx, c => sqlx::query_scalar(ADMINISTRATORS).bind(scheme).fetch_one(c))?;
    Ok(vec![
        expect(
            one == 0,
            Says::Wrong,
            format!("{name}: every active account has a second factor"),
            format!(
                "{name}: {one} active accounts have no second factor. Reset them on the page of accounts"
            ),
        ),
        expect(
            administrators > 0,
            Says::Look,
            format!("{name}: {administrators} administrators"),
            format!("{name}: no administrator has accepted the invitation yet"),
        ),
    ])
}

fn of_settings(settings: &SchemeSettings, name: &str) -> [Line; 2] {
    [
        expect(
            settings.lead.is_some() && settings.deputy.is_some(),
            Says::Look,
            format!("{name}: a safeguarding lead and a deputy"),
            format!(
                "{name}: no safeguarding lead and deputy are named. The administrator names them under Settings"
            ),
        ),
        expect(
            !settings.reach_us.is_empty(),
            Says::Look,
            format!("{name}: people read how to reach the service"),
            format!(
                "{name}: people who ask for help themselves do not read how to reach the service. The administrator says it under Settings"
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Values;

    fn says(lines: &[Line], about: &str) -> Says {
        lines
            .iter()
            .find(|line| line.about == about)
            .map(|line| line.says)
            .unwrap()
    }

    fn installation(folder: &Path, more: &[(&'static str, &str)]) -> Config {
        let key = folder.join("kith.key");
        if !key.exists() {
            key_file::make(&key).unwrap();
        }
        let database = folder.join("kith.db");
        fs::write(&database, "").unwrap();
        fs::set_permissions(&database, fs::Permissions::from_mode(0o600)).unwrap();
        let mut values = Values::from([
            ("key_file", key.display().to_string()),
            ("database", format!("sqlite:{}", database.display())),
            ("origin", "https://kith.example.org".to_owned()),
            ("mail", "smtp://mail.example.org".to_owned()),
        ]);
        values.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        Config::understand(&values).unwrap()
    }

    #[test]
    fn a_careful_installation_may_start() {
        let folder = tempfile::tempdir().unwrap();
        let kept = format!("file:{}", folder.path().display());
        let lines = before_start(&installation(
            folder.path(),
            &[("checkpoints", kept.as_str())],
        ));
        assert!(lines.iter().all(|line| line.says == Says::Ok), "{lines:?}");
    }

    #[test]
    fn checkpoints_kept_nowhere_are_something_to_look_at() {
        let folder = tempfile::tempdir().unwrap();
        let lines = before_start(&installation(folder.path(), &[]));
        assert_eq!(says(&lines, "checkpoints"), Says::Look);
    }

    #[test]
    fn a_folder_for_checkpoints_that_is_not_there_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let gone = format!("file:{}", folder.path().join("gone").display());
        let lines = before_start(&installation(
            folder.path(),
            &[("checkpoints", gone.as_str())],
        ));
        assert_eq!(says(&lines, "checkpoints"), Says::Wrong);
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        let folder = tempfile::tempdir().unwrap();
        let open = before_start(&installation(
            folder.path(),
            &[("origin", "http://kith.example.org")],
        ));
        assert_eq!(says(&open, "origin"), Says::Wrong);
        let own = before_start(&installation(
            folder.path(),
            &[("origin", "http://127.0.0.1:8080")],
        ));
        assert_eq!(says(&own, "origin"), Says::Look);
    }

    #[test]
    fn a_database_or_key_that_others_may_read_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let config = installation(folder.path(), &[]);
        for (name, about) in [("kith.db", "database file"), ("kith.key", "server key")] {
            let path = folder.path().join(name);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert_eq!(says(&before_start(&config), about), Says::Wrong);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    #[test]
    fn debugging_and_mail_into_files_are_wrong_where_others_come() {
        let folder = tempfile::tempdir().unwrap();
        let lines = before_start(&installation(
            folder.path(),
            &[("log", "debug"), ("mail", "file:outbox")],
        ));
        assert_eq!(says(&lines, "log"), Says::Wrong);
        assert_eq!(says(&lines, "mail"), Says::Wrong);
    }

    #[test]
    fn a_server_elsewhere_is_reached_over_checked_tls() {
        for (address, wanted) in [
            ("postgres://kith:pw@db.example.org:5432/kith", Says::Wrong),
            (
                "postgres://kith:pw@db.example.org/kith?sslmode=verify-full",
                Says::Ok,
            ),
            ("postgres://kith@127.0.0.1:5432/kith", Says::Ok),
        ] {
            assert_eq!(server_address(address).says, wanted, "{address}");
        }
    }
}
