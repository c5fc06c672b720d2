//! Finding somebody from what was typed: parts of a name (however it was
//! spelt), a birth date, an NHS number, the last four digits of a telephone
//! number. All words must fit. Somebody out of scope, and somebody restricted,
//! is found by nobody, exactly like somebody who does not exist.

use std::collections::HashMap;

use kith_access::{Organisation, Scope, in_scope, person_in_scope};
use kith_base::{Id, Name};
use kith_db::{FromRow, Tx, on};

use crate::{
    listed_columns,
    person::{
        Person,
        listed::Listed,
        words::{self, Sought},
    },
    words_that_sound,
};

/// The most people a search lists before it asks for more words.
pub const MOST: usize = 50;
/// The most people one word of a search may stand for.
const MOST_PER_WORD: usize = 500;

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The people, the best fit first.
    pub people: Vec<Match>,
    /// There were more than are listed.
    pub too_many: bool,
}

/// Somebody who was found.
#[derive(Clone, Debug, FromRow)]
pub struct Match {
    /// Their practice.
    pub practice_id: Option<Id<Organisation>>,
    /// Its name.
    pub practice_name: Option<Name>,
    /// Who it is.
    #[sqlx(flatten)]
    pub who: Listed,
}

const BY_WORD: &str = concat!(
    "select p.id, w.word from person_word w
       join person p on p.scheme_id = $1 and p.id = w.person_id
      where w.scheme_id = $1 and p.merged_into is null
        and w.word >= $7 and w.word <= $8 and ",
    person_in_scope!(),
    " order by w.word, p.id limit $9"
);

const BY_SOUND: &str = concat!(
    "select p.id, w.word from person_word w
       join person p on p.scheme_id = $1 and p.id = w.person_id
      where w.scheme_id = $1 and p.merged_into is null and w.word in (",
    words_that_sound!("$7"),
    ") and ",
    person_in_scope!(),
    " order by w.word, p.id limit $8"
);

const THESE: &str = concat!(
    "select p.practice_id, o.name as practice_name, ",
    listed_columns!(),
    " from person p left join organisation o on o.scheme_id = $1 and o.id = p.practice_id
      where p.id in ($7, $8, $9, $10, $11, $12, $13, $14, $15, $16) and ",
    person_in_scope!(),
    " order by p.family, p.given, p.id"
);

#[derive(FromRow)]
struct Hit {
    id: Id<Person>,
    word: String,
}

/// Looks for people.
///
/// # Errors
/// When the database does not answer.
pub async fn find(tx: &mut Tx, scope: &Scope, typed: &str) -> Result<Found, sqlx::Error> {
    let sought = words::sought(typed);
    let mut scores: Option<HashMap<Id<Person>, u32>> = None;
    let mut too_many = false;
    for word in &sought {
        let (hits, more) = hits(tx, scope, word).await?;
        too_many |= more;
        let mut of_word: HashMap<Id<Person>, u32> = HashMap::new();
        for hit in hits {
            let score = fit(word, &hit.word);
            let best = of_word.entry(hit.id).or_default();
            *best = score.max(*best);
        }
        scores = Some(match scores {
            None => of_word,
            Some(before) => before
                .into_iter()
                .filter_map(|(person, score)| {
                    of_word.get(&person).map(|more| (person, score + more))
                })
                .collect(),
        });
    }
    let mut ranked: Vec<(Id<Person>, u32)> = scores.unwrap_or_default().into_iter().collect();
    ranked.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    too_many |= ranked.len() > MOST;
    ranked.truncate(MOST);
    Ok(Found {
        people: these(tx, scope, &ranked).await?,
        too_many,
    })
}

/// How well a word of the table fits what was typed: the whole word before
/// its beginning, its beginning before its sound.
fn fit(sought: &Sought, word: &str) -> u32 {
    match sought {
        Sought::Exactly(_) | Sought::Born(_) => 3,
        Sought::Name { start, .. } => match word.strip_prefix('=') {
            Some(name) if name == start => 3,
            Some(name) if name.starts_with(start.as_str()) => 2,
            _ => 1,
        },
    }
}

/// Who has this word, as it is spelt or as it sounds, and whether there are
/// more than are read.
async fn hits(tx: &mut Tx, scope: &Scope, word: &Sought) -> Result<(Vec<Hit>, bool), sqlx::Error> {
    let most = i64::try_from(MOST_PER_WORD).unwrap_or(i64::MAX);
    let (from, until) = match word {
        Sought::Exactly(word) => (word.clone(), word.clone()),
        Sought::Born(day) => (day.clone(), words::end_of_all(day)),
        Sought::Name { start, .. } => {
            let spelt = words::spelt(start);
            let end = words::end_of_all(&spelt);
            (spelt, end)
        }
    };
    let mut hits: Vec<Hit> = on!(tx, c => in_scope!(sqlx::query_as(BY_WORD), *scope)
        .bind(&from).bind(&until).bind(most).fetch_all(c))?;
    let mut more = hits.len() >= MOST_PER_WORD;
    if let Sought::Name { sound, .. } = word {
        let mut alike: Vec<Hit> = on!(tx, c => in_scope!(sqlx::query_as(BY_SOUND), *scope)
            .bind(sound).bind(most).fetch_all(c))?;
        more |= alike.len() >= MOST_PER_WORD;
        hits.append(&mut alike);
    }
    Ok((hits, more))
}

/// Ten at a time: a fixed statement serves any number.
async fn these(
    tx: &mut Tx,
    scope: &Scope,
    ranked: &[(Id<Person>, u32)],
) -> Result<Vec<Match>, sqlx::Error> {
    let mut all: Vec<Match> = Vec::with_capacity(ranked.len());
    for ten in ranked.chunks(10) {
        let id = |at: usize| ten.get(at).map(|(person, _)| *person);
        let mut found: Vec<Match> = on!(tx, c => in_scope!(sqlx::query_as(THESE), *scope)
            .bind(id(0)).bind(id(1)).bind(id(2)).bind(id(3)).bind(id(4))
            .bind(id(5)).bind(id(6)).bind(id(7)).bind(id(8)).bind(id(9)).fetch_all(c))?;
        all.append(&mut found);
    }
    let place = |person: Id<Person>| ranked.iter().position(|(known, _)| *known == person);
    all.sort_by_key(|found| place(found.who.person_id));
    Ok(all)
}
