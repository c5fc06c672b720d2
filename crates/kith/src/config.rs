//! What the deployer decides before the program starts: a TOML file, over it
//! the environment, over both the command line. Every setting stands once in
//! [`SETTINGS`], with its default and its meaning; the reference page is
//! printed from there. What a scheme decides for itself is not here: that is
//! the administrator's, on a page (`access::settings`).

use std::{
    collections::BTreeMap,
    fmt, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

use kith_access::Origin;

use crate::checkpoints::Place;

/// One setting: its name in the file. In the environment it is the same in
/// capitals after `KITH_`.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The name in the file.
    pub name: &'static str,
    /// The value when nobody says otherwise; empty for none.
    pub default: &'static str,
    /// What it means.
    pub means: &'static str,
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "database",
        default: "sqlite:kith.db",
        means: "Where the records are: `sqlite:PATH`, or `postgres://…` for several processes",
    },
    Setting {
        name: "listen",
        default: "127.0.0.1:8080",
        means: "The address and port the pages are served on; put a TLS proxy before it",
    },
    Setting {
        name: "origin",
        default: "http://127.0.0.1:8080",
        means: "Where people reach Kith: `https://…`; plain http only on this machine itself",
    },
    Setting {
        name: "key_file",
        default: "kith.key",
        means: "The server's key (64 hexadecimal digits), readable by its owner alone; `kith init` makes it",
    },
    Setting {
        name: "metrics",
        default: "",
        means: "A loopback address and port for `/metrics` (Prometheus); none when empty",
    },
    Setting {
        name: "mail",
        default: "file:outbox",
        means: "Who delivers mail: `smtps://user:password@host:465`, `smtp://user:password@host:587` (encrypted by STARTTLS, or nothing is sent; only a relay on this machine may do without), or `file:FOLDER` on one's own machine",
    },
    Setting {
        name: "mail_from",
        default: "kith@localhost.localdomain",
        means: "The address mail comes from, unless a scheme has its own",
    },
    Setting {
        name: "checkpoints",
        default: "",
        means: "Where checkpoints of the audit trail are kept, every 15 minutes: `file:FOLDER` on a disk this server cannot rewrite, or an email address; nowhere when empty",
    },
    Setting {
        name: "code_map",
        default: "",
        means: "A file with the clinical codes practices get, in the form of the shipped file; the shipped ones when empty",
    },
    Setting {
        name: "log",
        default: "info",
        means: "What is logged: `error`, `warn`, `info`; `debug` and `trace` on one's own machine only",
    },
    Setting {
        name: "log_format",
        default: "text",
        means: "`text` for people, `json` for collectors (one object a line)",
    },
];

/// How the log is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings, read and understood.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database's address.
    pub database: String,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// Where people reach Kith.
    pub origin: Origin,
    /// The file of the server's key.
    pub key_file: PathBuf,
    /// Where the metrics are served, on this machine alone.
    pub metrics: Option<SocketAddr>,
    /// Who delivers mail.
    pub mail: String,
    /// Who mail comes from.
    pub mail_from: String,
    /// Where checkpoints of the audit trail are kept.
    pub checkpoints: Option<Place>,
    /// The file of the clinical codes; none for the shipped ones.
    pub code_map: Option<PathBuf>,
    /// What is logged.
    pub log: tracing::Level,
    /// How it is logged.
    pub log_format: LogFormat,
}

/// What is wrong with the configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadConfig {
    /// The file cannot be read, or is not TOML.
    File(PathBuf, String),
    /// The file has a setting that does not exist.
    Unknown(String),
    /// A setting has a value that is not understood.
    Value {
        /// The setting.
        name: &'static str,
        /// The value.
        value: String,
        /// What would be.
        wanted: String,
    },
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, why) => write!(
                f,
                "The configuration {} cannot be read: {why}",
                path.display()
            ),
            Self::Unknown(name) => {
                let all: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
                write!(
                    f,
                    "There is no setting {name}: there are {}",
                    all.join(", ")
                )
            }
            Self::Value {
                name,
                value,
                wanted,
            } => write!(f, "{name} = {value:?} is not understood: {wanted}"),
        }
    }
}
impl std::error::Error for BadConfig {}

/// Values by the names of their settings.
pub type Values = BTreeMap<&'static str, String>;

impl Config {
    /// Reads the file (when there is one), then the environment, then what
    /// the command line said; the later wins.
    ///
    /// # Errors
    /// When the file cannot be read, or a value is not understood.
    pub fn read(file: Option<&Path>, said: Values) -> Result<Self, BadConfig> {
        let mut values: Values = SETTINGS
            .iter()
            .map(|s| (s.name, s.default.to_owned()))
            .collect();
        if let Some(file) = file {
            let text = fs::read_to_string(file)
                .map_err(|e| BadConfig::File(file.to_owned(), e.to_string()))?;
            values.extend(from_toml(&text).map_err(|bad| match bad {
                BadConfig::File(_, why) => BadConfig::File(file.to_owned(), why),
                bad => bad,
            })?);
        }
        values.extend(from_environment());
        values.extend(said);
        Self::understand(&values)
    }

    /// Understands the values; settings that are not there have their default.
    ///
    /// # Errors
    /// When a value is not understood.
    pub fn understand(values: &Values) -> Result<Self, BadConfig> {
        let metrics = text(values, "metrics");
        Ok(Self {
            database: text(values, "database"),
            listen: value(
                values,
                "listen",
                "an address and a port, like 127.0.0.1:8080",
            )?,
            origin: value(
                values,
                "origin",
                "where Kith is reached, like https://kith.example.org, without a path",
            )?,
            key_file: text(values, "key_file").into(),
            metrics: if metrics.is_empty() {
                None
            } else {
                Some(loopback(values)?)
            },
            mail: text(values, "mail"),
            mail_from: text(values, "mail_from"),
            checkpoints: match text(values, "checkpoints").as_str() {
                "" => None,
                _ => Some(value(
                    values,
                    "checkpoints",
                    "file:FOLDER, or an email address",
                )?),
            },
            code_map: Some(text(values, "code_map"))
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            log: value(values, "log", "error, warn, info, debug or trace")?,
            log_format: match text(values, "log_format").as_str() {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => return Err(wrong("log_format", other, "text or json")),
            },
        })
    }

    /// The file behind an SQLite address.
    #[must_use]
    pub fn database_file(&self) -> Option<&Path> {
        self.database
            .strip_prefix("sqlite:")
            .map(|path| Path::new(path.trim_start_matches("//")))
    }
}

fn text(values: &Values, name: &'static str) -> String {
    values.get(name).cloned().unwrap_or_else(|| {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        setting.map_or_else(String::new, |setting| setting.default.to_owned())
    })
}

fn value<T: FromStr>(values: &Values, name: &'static str, wanted: &str) -> Result<T, BadConfig> {
    let text = text(values, name);
    text.parse().map_err(|_| wrong(name, &text, wanted))
}

/// Metrics tell how busy a service is: to this machine alone.
fn loopback(values: &Values) -> Result<SocketAddr, BadConfig> {
    let wanted = "an address of this machine alone, like 127.0.0.1:9090";
    let address: SocketAddr = value(values, "metrics", wanted)?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(wrong("metrics", &address.to_string(), wanted))
    }
}

fn wrong(name: &'static str, value: &str, wanted: &str) -> BadConfig {
    // A database or mail address may hold a password: it is not repeated.
    let value = if value.contains('@') {
        "…".to_owned()
    } else {
        value.to_owned()
    };
    BadConfig::Value {
        name,
        value,
        wanted: wanted.to_owned(),
    }
}

fn from_toml(text: &str) -> Result<Values, BadConfig> {
    let table: toml::Table = text
        .parse()
        .map_err(|e: toml::de::Error| BadConfig::File(PathBuf::new(), e.message().to_owned()))?;
    table
        .into_iter()
        .map(|(name, value)| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name);
            let setting = setting.ok_or(BadConfig::Unknown(name))?;
            let value = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            Ok((setting.name, value))
        })
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the Config the ban points to"
)]
fn from_environment() -> Values {
    SETTINGS
        .iter()
        .filter_map(|setting| {
            let value = std::env::var(format!("KITH_{}", setting.name.to_uppercase())).ok()?;
            Some((setting.name, value))
        })
        .collect()
}

/// The reference page, as Markdown.
#[must_use]
pub fn as_markdown() -> String {
    let mut page = String::from(
        "| In the file | In the environment | Default | Meaning |\n|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let default = if setting.default.is_empty() {
            String::new()
        } else {
            format!("`{}`", setting.default)
        };
        page.push_str(&format!(
            "| `{}` | `KITH_{}` | {default} | {} |\n",
            setting.name,
            setting.name.to_uppercase(),
            setting.means
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> Result<Config, BadConfig> {
        Config::understand(&Values::from([(name, value.to_owned())]))
    }

    #[test]
    fn without_a_word_it_is_a_file_beside_the_program_on_this_machine() {
        let config = Config::understand(&Values::new()).unwrap();
        assert_eq!(config.database_file(), Some(Path::new("kith.db")));
        assert!(config.listen.ip().is_loopback());
        assert!(config.metrics.is_none());
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        let bad = from_toml("databse = \"sqlite:a.db\"").unwrap_err();
        assert!(bad.to_string().contains("databse"), "{bad}");
        assert!(bad.to_string().contains("database"), "{bad}");
    }

    #[test]
    fn metrics_are_for_this_machine_alone() {
        assert!(with("metrics", "127.0.0.1:9090").unwrap().metrics.is_some());
        assert!(with("metrics", "0.0.0.0:9090").is_err());
    }

    #[test]
    fn a_wrong_value_with_a_password_is_not_repeated() {
        let bad = with("origin", "user:secret@host").unwrap_err();
        assert!(!bad.to_string().contains("secret"), "{bad}");
    }
}
