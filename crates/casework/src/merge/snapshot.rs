//! A person's row as it was: what a merge fills in, and what taking it back
//! puts there again. It is kept as JSON in `person_merge.before` and shown to
//! nobody.

use std::collections::BTreeMap;

use kith_access::{Account, Organisation};
use kith_base::{Day, Id, Ts};
use kith_db::FromRow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::person::Person;

/// The columns of words. A merge fills those that are empty.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub(super) struct Texts {
    pub(super) nhs_number: Option<String>,
    pub(super) nhs_number_doubted: Option<String>,
    pub(super) known_as: Option<String>,
    pub(super) pronouns: Option<String>,
    pub(super) gender: Option<String>,
    pub(super) ethnicity: Option<String>,
    // Columns that came later: an older merge knew nothing of them.
    #[serde(default)]
    pub(super) gender_words: Option<String>,
    #[serde(default)]
    pub(super) ethnicity_words: Option<String>,
    pub(super) address: Option<String>,
    pub(super) postcode: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) email: Option<String>,
    pub(super) safe_contact: Option<String>,
    pub(super) risk: Option<String>,
    pub(super) communication: Option<String>,
    pub(super) access_needs: Option<String>,
    pub(super) interpreter: Option<String>,
    pub(super) matters: Option<String>,
    #[serde(default)]
    pub(super) lone_why: Option<String>,
}

/// The other columns a merge touches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub(super) struct Rest {
    #[serde(with = "day")]
    pub(super) born: Option<Day>,
    pub(super) practice_id: Option<Id<Organisation>>,
    pub(super) location_sensitive: bool,
    pub(super) restricted: bool,
    pub(super) merged_into: Option<Id<Person>>,
    pub(super) version: i64,
    #[serde(with = "moment")]
    pub(super) changed_at: Ts,
    #[serde(default, with = "day")]
    pub(super) lone_review_on: Option<Day>,
}

/// A person's row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Side {
    pub(super) texts: Texts,
    pub(super) rest: Rest,
}

/// A draft as it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub(super) struct DraftRow {
    pub(super) account_id: Id<Account>,
    pub(super) place: String,
    pub(super) body: String,
    #[serde(with = "moment")]
    pub(super) saved_at: Ts,
}

/// Names any row that moved.
pub(super) enum Row {}

/// Everything a merge changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Before {
    /// The record that is kept, before.
    pub(super) kept: Side,
    /// The same, after the merge.
    pub(super) after: Side,
    /// The record that went, before.
    pub(super) gone: Side,
    /// The rows that moved, by table.
    pub(super) rows: BTreeMap<String, Vec<Id<Row>>>,
    /// The words of the record that is kept, before.
    pub(super) words_kept: Vec<String>,
    /// The words of the record that went.
    pub(super) words_gone: Vec<String>,
    /// Who was named for the record that is kept only by the merge.
    pub(super) named: Vec<Id<Account>>,
    /// The drafts about the record that went.
    pub(super) drafts: Vec<DraftRow>,
    /// "Same person?" tasks that the merge answered.
    pub(super) answered: Vec<Id<Row>>,
}

/// A value of words filled in where there is none.
fn filled(kept: &Value, gone: &Value) -> Value {
    if kept.is_null() {
        gone.clone()
    } else {
        kept.clone()
    }
}

fn map(texts: &Texts) -> Result<Map<String, Value>, serde_json::Error> {
    match serde_json::to_value(texts)? {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

impl Side {
    /// The record that is kept, with what only the other one knew, and with
    /// the stricter of each switch.
    pub(super) fn joined(&self, gone: &Self, now: Ts) -> Result<Self, serde_json::Error> {
        let other = map(&gone.texts)?;
        let both = map(&self.texts)?
            .into_iter()
            .map(|(column, kept)| {
                let value = filled(&kept, other.get(&column).unwrap_or(&Value::Null));
                (column, value)
            })
            .collect();
        let mut texts: Texts = serde_json::from_value(Value::Object(both))?;
        if texts.nhs_number_doubted == texts.nhs_number {
            texts.nhs_number_doubted = None;
        }
        let rest = Rest {
            born: self.rest.born.or(gone.rest.born),
            practice_id: self.rest.practice_id.or(gone.rest.practice_id),
            location_sensitive: self.rest.location_sensitive || gone.rest.location_sensitive,
            restricted: self.rest.restricted || gone.rest.restricted,
            merged_into: None,
            version: self.rest.version + 1,
            changed_at: now,
            // Where both say that nobody goes alone, the sooner day is kept.
            lone_review_on: self
                .rest
                .lone_review_on
                .into_iter()
                .chain(gone.rest.lone_review_on)
                .min(),
        };
        Ok(Self { texts, rest })
    }

    /// The record as it stands `now`, with what the merge filled in taken out
    /// again; what somebody changed since stays.
    pub(super) fn parted(
        &self,
        before: &Self,
        after: &Self,
        at: Ts,
    ) -> Result<Self, serde_json::Error> {
        if self == after {
            return Ok(before.clone());
        }
        let (was, made) = (map(&before.texts)?, map(&after.texts)?);
        let texts = map(&self.texts)?
            .into_iter()
            .map(|(column, now)| {
                let untouched = made.get(&column) == Some(&now);
                let value = was.get(&column).filter(|_| untouched).cloned();
                (column, value.unwrap_or(now))
            })
            .collect();
        fn back<T: PartialEq + Copy>(now: T, made: T, was: T) -> T {
            if now == made { was } else { now }
        }
        let (now, made, was) = (&self.rest, &after.rest, &before.rest);
        let rest = Rest {
            born: back(now.born, made.born, was.born),
            practice_id: back(now.practice_id, made.practice_id, was.practice_id),
            location_sensitive: back(
                now.location_sensitive,
                made.location_sensitive,
                was.location_sensitive,
            ),
            restricted: back(now.restricted, made.restricted, was.restricted),
            merged_into: now.merged_into,
            version: now.version + 1,
            changed_at: at,
            lone_review_on: back(now.lone_review_on, made.lone_review_on, was.lone_review_on),
        };
        Ok(Self {
            texts: serde_json::from_value(Value::Object(texts))?,
            rest,
        })
    }
}

mod moment {
    use kith_base::Ts;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Ts, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_i64(at.micros())
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Ts, D::Error> {
        i64::deserialize(from).map(Ts::from_micros)
    }
}

mod day {
    use kith_base::Day;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(day: &Option<Day>, out: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(out)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|text| text.parse().map_err(|_| D::Error::custom("not a day")))
            .transpose()
    }
}
