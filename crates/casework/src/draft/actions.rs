//! Keeping a draft. A draft is a worker's own: keeping one writes no audit
//! row, because nothing of the record is read or changed by it.

use kith_access::{Ability, Actor, Person, who::is_in_scope};
use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx};
use kith_pages::form::{CSRF_FIELD, ONCE_FIELD, Posted};

use super::store;

/// The most a draft may hold, in bytes as posted: several times the longest
/// note.
const MOST: usize = 64 * 1024;

/// Keeps what was typed about a person assigned to the actor. A draft of a
/// form that was sent in the meantime is dropped.
///
/// # Errors
/// Not found when the person is not assigned to the actor; invalid when it is
/// too long.
pub async fn save(
    tx: &mut Tx,
    actor: &Actor,
    place: &'static str,
    person: Id<Person>,
    encoded: &[u8],
) -> Outcome<()> {
    let scope = actor.scope(Ability::WriteContact)?;
    if !is_in_scope(tx, &scope, person).await? {
        return Err(Refusal::not_found().into());
    }
    if encoded.len() > MOST {
        return Err(Refusal::invalid("This draft is too long to be kept")
            .try_next("Save it as a note")
            .into());
    }
    let key = Posted::read(encoded).once().to_owned();
    if !store::form_is_done(tx, actor, &key).await? {
        store::save(tx, actor, place, person, &without_keys(encoded)).await?;
    }
    Ok(())
}

/// The fields without what belonged to one showing of the form.
fn without_keys(encoded: &[u8]) -> String {
    let fields = form_urlencoded::parse(encoded)
        .filter(|(name, _)| name != CSRF_FIELD && name != ONCE_FIELD);
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_keeps_the_words_and_not_the_keys_of_the_page() {
        let kept = without_keys(b"csrf=secret&once=key&note=She+said+%22yes%22&minutes=30");
        let again = Posted::read(kept.as_bytes());
        assert_eq!(again.text("note"), "She said \"yes\"");
        assert!(!again.has("csrf") && !again.has("once"));
    }
}
