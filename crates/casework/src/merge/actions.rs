//! Merging two records, saying that they are two people, and taking a merge
//! back. Each is one transaction.

use kith_access::{
    Ability, Account, Actor, Grant, Restricted,
    audit::{self, Entry},
    outbox,
};
use kith_base::{Id, Refusal};
use kith_db::{Failure, Outcome, Tx};

use super::{
    Merge,
    snapshot::{Before, Row, Side},
    store,
};
use crate::{
    person::{
        self, Identity, Likeable, Likeness, Person, Place, Record, likeness::likeness, named, words,
    },
    referral::{self, Case},
};

/// A record with what the page beside the other shows.
pub struct Beside {
    /// The record.
    pub record: Record,
    /// Its referrals, the newest first.
    pub cases: Vec<Case>,
}

/// Two records side by side.
pub struct Pair {
    /// The two.
    pub both: [Beside; 2],
    /// Why they may be one person.
    pub why: Vec<String>,
}

/// Opens two records; both looks are written down.
///
/// # Errors
/// Not found when one is out of reach; a conflict when one is merged already
/// or both are the same.
pub async fn open(tx: &mut Tx, actor: &Actor, one: Id<Person>, other: Id<Person>) -> Outcome<Pair> {
    let pair = pair(tx, actor, one, other).await?;
    for person in [one, other] {
        audit::look(tx, actor, person, "compare two records").await?;
    }
    Ok(pair)
}

async fn pair(tx: &mut Tx, actor: &Actor, one: Id<Person>, other: Id<Person>) -> Outcome<Pair> {
    if one == other {
        return Err(Refusal::not_found().into());
    }
    let both = [
        beside(tx, actor, one).await?,
        beside(tx, actor, other).await?,
    ];
    let scope = actor.scope(Ability::MergePeople)?;
    let mut why: Vec<String> = store::suspected(tx, &scope)
        .await?
        .into_iter()
        .filter(|suspected| suspected.is_about(one, other))
        .map(|suspected| suspected.what)
        .collect();
    let [a, b] = &both;
    match likeness(&likeable(actor, &a.record)?, &likeable(actor, &b.record)?) {
        Likeness::Same => why.push("Everything that says who somebody is agrees".into()),
        Likeness::Close(reasons) => why.extend(reasons.into_iter().map(str::to_owned)),
        Likeness::Other => {}
    }
    why.dedup();
    Ok(Pair { both, why })
}

async fn beside(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<Beside> {
    let scope = actor.scope(Ability::MergePeople)?;
    let record = person::store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if record.identity.merged_into.is_some() {
        return Err(merged_already().into());
    }
    let cases = referral::store::of_person(tx, &scope, person).await?;
    Ok(Beside { record, cases })
}

fn merged_already() -> Refusal {
    Refusal::conflict("One of these records is already part of another one")
        .try_next("Go back to the list")
}

/// What a record is compared by; a hidden postcode is not compared.
fn likeable(actor: &Actor, record: &Record) -> Result<Likeable, Refusal> {
    let who = &record.identity;
    Ok(Likeable {
        given: who.given.to_string(),
        family: who.family.to_string(),
        born: who.born,
        nhs_number: who.nhs_number.clone(),
        postcode: place(actor, &record.place)?.and_then(|place| place.postcode.clone()),
    })
}

/// Where somebody is, unless it is hidden.
///
/// # Errors
/// When the role sees nobody.
pub fn place<'a>(
    actor: &Actor,
    place: &'a Restricted<Place>,
) -> Result<Option<&'a Place>, Refusal> {
    Ok(place.reveal(&Grant::ordinary(actor)?))
}

/// Makes one record of two. `versions` are those of the page: first of the
/// record that is kept, then of the other.
///
/// # Errors
/// As [`open`]; a conflict when either was changed since, or both have an
/// unfinished referral.
pub async fn merge(
    tx: &mut Tx,
    actor: &Actor,
    (kept, gone): (Id<Person>, Id<Person>),
    versions: (i64, i64),
) -> Outcome<Id<Merge>> {
    let pair = pair(tx, actor, kept, gone).await?;
    let [a, b] = &pair.both;
    if (a.record.identity.version, b.record.identity.version) != versions {
        return Err(
            Refusal::conflict("One of the records was changed while you were looking")
                .try_next("Compare them again")
                .into(),
        );
    }
    let scheme = actor.scheme;
    let unfinished = referral::store::unfinished(tx, scheme, kept)
        .await?
        .is_some()
        && referral::store::unfinished(tx, scheme, gone)
            .await?
            .is_some();
    if unfinished {
        return Err(Refusal::conflict("Both records have an open referral")
            .try_next("Close one of them, or send it back as “Already being seen here”, then merge")
            .into());
    }
    let before = join(tx, actor, kept, gone).await?;
    let merge = Id::<Merge>::new(actor.now);
    let text = serde_json::to_string(&before).map_err(broken)?;
    store::insert(tx, actor, merge, (kept, gone), &text).await?;
    if before.after.rest.location_sensitive {
        outbox::cancel_about(tx, scheme, kept).await?;
    }
    for person in [kept, gone] {
        audit::record(tx, actor, entry("merge two records", person, merge)).await?;
    }
    Ok(merge)
}

fn broken(error: serde_json::Error) -> Failure<Refusal> {
    Failure::Sql(sqlx::Error::Decode(error.into()))
}

fn entry(action: &'static str, person: Id<Person>, merge: Id<Merge>) -> Entry<'static> {
    Entry {
        action,
        person: Some(person),
        object_kind: "merge",
        object: Some(merge.uuid()),
        purpose: "",
    }
}

/// Moves everything, and writes down how it was.
async fn join(tx: &mut Tx, actor: &Actor, kept: Id<Person>, gone: Id<Person>) -> Outcome<Before> {
    let scheme = actor.scheme;
    let side = store::side(tx, scheme, kept).await?;
    let other = store::side(tx, scheme, gone).await?;
    let after = side.joined(&other, actor.now).map_err(broken)?;
    let answered = answer_all(tx, actor, kept, gone).await?;
    // The other record gives its NHS number up first: two cannot hold one.
    let mut shell = other.clone();
    shell.rest.merged_into = Some(kept);
    shell.rest.version += 1;
    shell.rest.changed_at = actor.now;
    store::put(tx, scheme, gone, &shell).await?;
    store::put(tx, scheme, kept, &after).await?;
    let words_kept = store::words(tx, scheme, kept).await?;
    let words_gone = store::words(tx, scheme, gone).await?;
    store::take_words(tx, scheme, gone, None).await?;
    store::give_words(tx, scheme, kept, &words_gone).await?;
    if after.rest.location_sensitive {
        let all = store::words(tx, scheme, kept).await?;
        let places: Vec<String> = all
            .into_iter()
            .filter(|word| word.starts_with(['c', 'p']))
            .collect();
        store::take_words(tx, scheme, kept, Some(&places)).await?;
    }
    let rows = store::move_rows(tx, scheme, gone, kept).await?;
    let mut named = store::name_too(tx, scheme, gone, kept).await?;
    named.extend(open_to_worker(tx, actor, kept).await?);
    Ok(Before {
        kept: side,
        after,
        gone: other,
        rows: rows.into_iter().collect(),
        words_kept,
        words_gone,
        named,
        drafts: store::move_drafts(tx, scheme, gone, kept).await?,
        answered,
    })
}

/// One of two records may have been restricted and the other the one somebody
/// works with: the link worker of the person must be able to open what there
/// is now. Gives who was named for it.
async fn open_to_worker(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
) -> Outcome<Option<Id<Account>>> {
    let Some(open) = referral::store::unfinished(tx, actor.scheme, person).await? else {
        return Ok(None);
    };
    let case = referral::store::for_own_move(tx, actor.scheme, open).await?;
    let Some(owner) = case.and_then(|case| case.standing.owner()) else {
        return Ok(None);
    };
    let by = Some(actor.account);
    if !named::name(tx, actor.scheme, person, owner, by, actor.now).await? {
        return Ok(None);
    }
    let why = "works with the person of the records that were merged or parted";
    audit::record(tx, actor, named::entry(person, owner, why)).await?;
    Ok(Some(owner))
}

async fn answer_all(
    tx: &mut Tx,
    actor: &Actor,
    one: Id<Person>,
    other: Id<Person>,
) -> Outcome<Vec<Id<Row>>> {
    let scope = actor.scope(Ability::MergePeople)?;
    let mut answered = Vec::new();
    for suspected in store::suspected(tx, &scope).await? {
        if suspected.is_about(one, other) {
            store::answer(tx, actor, suspected.id).await?;
            answered.push(suspected.id);
        }
    }
    Ok(answered)
}

/// Says that two records are two people: nobody is asked again.
///
/// # Errors
/// As [`open`].
pub async fn not_same(
    tx: &mut Tx,
    actor: &Actor,
    one: Id<Person>,
    other: Id<Person>,
) -> Outcome<()> {
    pair(tx, actor, one, other).await?;
    answer_all(tx, actor, one, other).await?;
    for person in [one, other] {
        let entry = Entry::about("say that two records are two people", person);
        audit::record(tx, actor, entry).await?;
    }
    Ok(())
}

/// Takes a merge back: every row goes back where it was. What was written
/// since about a referral goes with the referral; all else that is new stays
/// with the person who was kept, and so does what was changed in their
/// details since.
///
/// # Errors
/// Not found out of reach; a conflict when it was taken back already, or the
/// person who was kept is part of yet another record.
pub async fn undo(tx: &mut Tx, actor: &Actor, merge: Id<Merge>) -> Outcome<Id<Person>> {
    let scope = actor.scope(Ability::MergePeople)?;
    let scheme = actor.scheme;
    let made = store::one(tx, scheme, merge)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let (kept, gone) = (made.kept_id, made.gone_id);
    let record = person::store::record(tx, &scope, kept)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if record.identity.merged_into.is_some() {
        return Err(
            Refusal::conflict("The record that was kept is part of another one now")
                .try_next("Take that merge back first")
                .into(),
        );
    }
    if made.undone_at.is_some() || !store::undone(tx, actor, merge).await? {
        return Err(Refusal::conflict("This merge has been taken back already")
            .try_next("Go back to the list")
            .into());
    }
    let before: Before = serde_json::from_str(&made.before).map_err(broken)?;
    part(tx, actor, &record.identity, gone, &before).await?;
    for person in [kept, gone] {
        audit::record(tx, actor, entry("take a merge back", person, merge)).await?;
    }
    Ok(kept)
}

async fn part(
    tx: &mut Tx,
    actor: &Actor,
    who: &Identity,
    gone: Id<Person>,
    before: &Before,
) -> Outcome<()> {
    let (scheme, kept) = (actor.scheme, who.id);
    let now = store::side(tx, scheme, kept).await?;
    let again = now
        .parted(&before.kept, &before.after, actor.now)
        .map_err(broken)?;
    store::put(tx, scheme, kept, &again).await?;
    store::put(tx, scheme, gone, &before.gone).await?;
    store::move_back(tx, scheme, before, gone).await?;
    store::drafts_back(tx, scheme, kept, gone, &before.drafts).await?;
    store::unname(tx, scheme, kept, &before.named).await?;
    store::ask_again(tx, scheme, &before.answered).await?;
    store::take_words(tx, scheme, kept, None).await?;
    let words = if now == before.after {
        before.words_kept.clone()
    } else {
        found_by(who, &again)
    };
    store::give_words(tx, scheme, kept, &words).await?;
    store::give_words(tx, scheme, gone, &before.words_gone).await?;
    for person in [kept, gone] {
        open_to_worker(tx, actor, person).await?;
    }
    Ok(())
}

/// The words of a record whose details were changed since the merge.
fn found_by(who: &Identity, side: &Side) -> Vec<String> {
    let texts = &side.texts;
    let mut names: Vec<&str> = vec![&who.given, &who.family];
    names.extend(texts.known_as.as_deref());
    let shown = !side.rest.location_sensitive;
    let number = texts
        .nhs_number
        .as_deref()
        .and_then(|text| text.parse().ok());
    let postcode = texts.postcode.as_deref().and_then(|text| text.parse().ok());
    let phone = texts.phone.as_deref().and_then(|text| text.parse().ok());
    let words = words::of(&words::Findable {
        names: &names,
        born: side.rest.born.map(|day| (day, &*who.family)),
        nhs_number: number.as_ref(),
        postcode: postcode.as_ref().filter(|_| shown),
        phone: phone.as_ref().filter(|_| shown),
    });
    words.own
}
