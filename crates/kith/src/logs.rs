//! The log: what happened, with ids as fields; never a name, a note, an NHS
//! number, an address or a token. As lines for people or one JSON object a
//! line for collectors. What others' crates say is kept to warnings: their
//! words are not ours to vouch for.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Config, LogFormat};

/// Starts the log, to standard error. Once a process; a second call does
/// nothing.
pub fn start(config: &Config) {
    // sqlx's log of statements holds what is bound to them at lower levels.
    let filter = EnvFilter::new(format!(
        "warn,kith={0},kith_access={0},kith_db={0},kith_casework={0},kith_pages={0}",
        config.log
    ));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    let started = match config.log_format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}
