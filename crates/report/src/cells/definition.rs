//! Whether a contact meant the same over the window (R13): the definition, the
//! code set and the system of a practice's files that count.

use kith_access::{Organisation, Scheme};
use kith_base::Id;
use kith_db::Tx;
use kith_effect::stats::refusal::Refusal;

use crate::gathered::{
    FileKind,
    store::{self, File},
};

/// The refusal, when a practice's files do not agree. Practices may differ
/// from each other.
///
/// # Errors
/// When the database does not answer.
pub async fn changed(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
) -> Result<Option<Refusal>, sqlx::Error> {
    let files = store::done(tx, scheme, practice).await?;
    let contacts: Vec<&File> = files
        .iter()
        .filter(|file| file.kind == FileKind::GpContacts)
        .collect();
    // They come practice by practice.
    for of_practice in contacts.chunk_by(|one, other| one.practice_id == other.practice_id) {
        let counting: Vec<&&File> = of_practice
            .iter()
            .filter(|file| has_a_month(file, of_practice))
            .collect();
        let changed = counting
            .windows(2)
            .find_map(|pair| difference(pair[0], pair[1]));
        if changed.is_some() {
            return Ok(changed);
        }
    }
    Ok(None)
}

/// Whether a file is the one confirmed last for some month.
fn has_a_month(file: &File, of_practice: &[&File]) -> bool {
    let confirmed = |file: &File| (file.done_at, file.id);
    let covers =
        |file: &File, month: i64| (file.from_month..=file.until_month).contains(&Some(month));
    let (Some(from), Some(until)) = (file.from_month, file.until_month) else {
        return false;
    };
    (from..=until).any(|month| {
        !of_practice
            .iter()
            .any(|other| covers(other, month) && confirmed(other) > confirmed(file))
    })
}

fn difference(one: &File, other: &File) -> Option<Refusal> {
    let said = [
        (
            "The definition of a contact",
            &one.definition,
            &other.definition,
        ),
        ("The code set", &one.code_set, &other.code_set),
        ("The system", &one.supplier_version, &other.supplier_version),
    ];
    let (what, first, then) = said.into_iter().find(|(_, first, then)| first != then)?;
    let text = |words: &Option<String>| words.clone().unwrap_or_default();
    let at = one
        .practice_name
        .as_ref()
        .map_or_else(String::new, |name| format!(" of {name}"));
    let what = format!("{what}{at} (\"{}\", then \"{}\")", text(first), text(then));
    Some(Refusal::DefinitionChanged { what })
}
