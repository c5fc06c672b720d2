//! A checkpoint of an audit trail, to be kept where this server cannot write:
//! how many rows were sealed and the last link, with this server's mark, as a
//! few lines of text. Somebody who owns the database can cut the trail at its
//! end, or make the whole chain anew, and nothing inside would tell; the
//! checkpoint does, because the chain no longer has its link. What was written
//! after the last checkpoint can still be cut unseen: that is its limit.

use kith_base::{Id, Refusal, Ts};
use kith_db::Outcome;

use crate::{
    actor::Scheme,
    app::App,
    audit::seal::{self, Checkpoint},
    scheme::SchemeRow,
    secret::{ServerKey, same},
};

/// What the mark is for.
const PURPOSE: &str = "audit checkpoint";
/// The first line of the text.
const HEAD: &str = "Checkpoint of an audit trail of Kith";

/// A checkpoint as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// How many rows are sealed.
    pub number: i64,
    /// The lines to be kept.
    pub text: String,
}

/// The scheme's checkpoint at `now`; none before the first seal.
///
/// # Errors
/// When the database fails.
pub async fn of(app: &App, scheme: &SchemeRow, now: Ts) -> Outcome<Option<Kept>> {
    let end = app
        .db
        .read(async |tx| seal::checkpoint(tx, scheme.id).await)
        .await?;
    if end.number == 0 {
        return Ok(None);
    }
    let lines = [
        format!("scheme: {}", scheme.id),
        format!("short name: {}", scheme.slug),
        format!("rows: {}", end.number),
        format!("link: {}", hex(&end.chain_hash)),
        format!("written: {now}"),
    ]
    .join("\n");
    let mark = app.key.mark(PURPOSE, &lines);
    Ok(Some(Kept {
        number: end.number,
        text: format!("{HEAD}\n{lines}\nmark: {mark}\n"),
    }))
}

/// Reads a checkpoint that was kept: whose it is, and what it says.
///
/// # Errors
/// `Invalid` when it is none, or this server's key did not mark it.
pub fn read(key: &ServerKey, text: &str) -> Result<(Id<Scheme>, Checkpoint), Refusal> {
    let none = || {
        Refusal::invalid("This is no checkpoint of an audit trail")
            .try_next("Give a file as it was kept, or the text of the mail as it came")
    };
    let said = |name: &str| {
        let line = text.lines().map(str::trim).find(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(": "))
        });
        line.ok_or_else(none)
    };
    let names = ["scheme", "short name", "rows", "link", "written"];
    let lines = names.map(said).into_iter().collect::<Result<Vec<_>, _>>()?;
    let value = |line: &str| {
        line.split_once(": ")
            .map_or("", |(_, value)| value)
            .to_owned()
    };
    let mark = value(said("mark")?);
    if !same(&mark, &key.mark(PURPOSE, &lines.join("\n"))) {
        return Err(
            Refusal::invalid("This checkpoint was changed, or another server made it")
                .try_next("Use the server's own key_file, and a checkpoint nobody has edited"),
        );
    }
    let scheme = value(lines[0]).parse().map_err(|_| none())?;
    let number = value(lines[2]).parse().map_err(|_| none())?;
    let link = bytes(&value(lines[3])).ok_or_else(none)?;
    Ok((scheme, Checkpoint::kept(number, link)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
