//! What a note said before it was put right: every earlier version is kept,
//! and read by those who may read the note. The words of a version that was
//! restricted stay its author's.

use kith_access::{Account, Scope, in_scope, person_in_scope};
use kith_base::{Id, Line, Name, Story, Ts};
use kith_db::{FromRow, Tx, on};
use serde::Deserialize;

use super::{
    Attended, Contact, Holding, Mode, Note, Purpose,
    kept::{self, NoteView},
    store::Kept,
};

/// A note as it is kept among the earlier versions.
#[derive(Deserialize)]
struct Body {
    at: String,
    mode: String,
    minutes: u16,
    purpose: String,
    holding: Option<String>,
    attended: String,
    why_not: Option<String>,
    note: Option<String>,
    connected_to: Option<String>,
    practice_line: Option<String>,
    shared: bool,
    restricted: bool,
}

impl Body {
    /// The note, with its words or without. None when a word of it is not one
    /// of ours any more.
    fn note(&self, words: bool) -> Option<Note> {
        let line = |text: &Option<String>| -> Option<Line> {
            text.as_deref().filter(|_| words)?.parse().ok()
        };
        let story = |text: &Option<String>| -> Option<Story> {
            text.as_deref().filter(|_| words)?.parse().ok()
        };
        Some(Note {
            at: self.at.parse().ok()?,
            mode: self.mode.parse::<Mode>().ok()?,
            minutes: self.minutes,
            purpose: self.purpose.parse::<Purpose>().ok()?,
            holding: match &self.holding {
                Some(code) => Some(code.parse::<Holding>().ok()?),
                None => None,
            },
            weight: None,
            attended: self.attended.parse::<Attended>().ok()?,
            why_not: line(&self.why_not),
            note: story(&self.note),
            connected_to: line(&self.connected_to),
            practice_line: line(&self.practice_line),
            shared: self.shared,
            restricted: self.restricted,
        })
    }
}

#[derive(FromRow)]
struct Row {
    version: i64,
    body: String,
    changed_at: Ts,
    changed_by_name: Name,
}

/// An earlier version as a page shows it.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// Until when it stood, and who changed it.
    pub until: String,
    /// What it said.
    pub note: NoteView,
}

const OF_CONTACT: &str = concat!(
    "select e.version, e.body, e.changed_at, a.name as changed_by_name
       from contact_earlier e
       join contact k on k.scheme_id = $1 and k.id = e.contact_id
       join person p on p.scheme_id = $1 and p.id = k.person_id
       join account a on a.scheme_id = $1 and a.id = e.changed_by
      where e.scheme_id = $1 and e.contact_id = $7 and ",
    person_in_scope!(),
    " order by e.version desc"
);

/// The earlier versions of a note for a reader, the latest first.
///
/// # Errors
/// When the database does not answer, or a body makes no sense.
pub async fn of(
    tx: &mut Tx,
    scope: &Scope,
    now: &Kept,
    reader: Id<Account>,
) -> Result<Vec<Earlier>, sqlx::Error> {
    let id: Id<Contact> = now.id;
    let rows: Vec<Row> =
        on!(tx, c => in_scope!(sqlx::query_as(OF_CONTACT), *scope).bind(id).fetch_all(c))?;
    rows.iter()
        .map(|row| {
            let wrong = |what: String| sqlx::Error::Decode(what.into());
            let body: Body =
                serde_json::from_str(&row.body).map_err(|error| wrong(error.to_string()))?;
            let words = !now.hidden && (!body.restricted || reader == now.author);
            let note = body
                .note(words)
                .ok_or_else(|| wrong(format!("version {} of a note", row.version)))?;
            let before = Kept {
                note,
                hidden: !words,
                version: row.version,
                void_reason: None,
                ..now.clone()
            };
            Ok(Earlier {
                until: format!(
                    "Until {}, when {} changed it",
                    row.changed_at.as_uk_moment(),
                    row.changed_by_name
                ),
                note: kept::view(&before),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use kith_base::Word;

    use super::*;

    #[test]
    fn a_restricted_version_keeps_its_words_from_others() {
        let body = Body {
            at: "2026-11-24T10:00:00Z".to_owned(),
            mode: Mode::Phone.code().to_owned(),
            minutes: 20,
            purpose: Purpose::Plan.code().to_owned(),
            holding: None,
            attended: Attended::Yes.code().to_owned(),
            why_not: None,
            note: Some("She laughed".to_owned()),
            connected_to: None,
            practice_line: None,
            shared: false,
            restricted: true,
        };
        assert!(body.note(true).is_some_and(|note| note.note.is_some()));
        assert!(body.note(false).is_some_and(|note| note.note.is_none()));
    }
}
