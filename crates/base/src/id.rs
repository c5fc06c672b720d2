//! One id type per thing, so that a person's id can never be passed where a
//! referral's is meant. Ids are UUIDv7 made in the application: sorted by the
//! time they were made, and the same on every database.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use uuid::{Builder, Uuid};

use crate::Ts;

/// The id of a `T`. `T` is only a name: `Id<Person>` holds no person.
pub struct Id<T: ?Sized> {
    uuid: Uuid,
    of: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> Id<T> {
    /// A new id, sorted by `at`, otherwise random.
    #[must_use]
    pub fn new(at: Ts) -> Self {
        let millis = u64::try_from(at.micros().max(0) / 1000).unwrap_or(0);
        let random: [u8; 10] = rand::random();
        Self::of(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id with these bits: what a database or an address held.
    #[must_use]
    pub const fn of(uuid: Uuid) -> Self {
        Self {
            uuid,
            of: PhantomData,
        }
    }

    /// The bits.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// When it was made, in milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        let (seconds, nanos) = self.uuid.get_timestamp().map_or((0, 0), |at| at.to_unix());
        i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanos / 1_000_000)
    }

    /// The same bits as the id of something else: for a log or an audit row
    /// that may speak of anything.
    #[must_use]
    pub const fn cast<U: ?Sized>(self) -> Id<U> {
        Id::of(self.uuid)
    }
}

impl<T: ?Sized> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: ?Sized> Copy for Id<T> {}
impl<T: ?Sized> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T: ?Sized> Eq for Id<T> {}
impl<T: ?Sized> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: ?Sized> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T: ?Sized> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T: ?Sized> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<T: ?Sized> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<T: ?Sized> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(text).map(Self::of)
    }
}
impl<T: ?Sized> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.uuid.serialize(out)
    }
}
impl<'de, T: ?Sized> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Uuid::deserialize(from).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let early = Id::<str>::new(Ts::from_micros(1_000_000));
        let late = Id::<str>::new(Ts::from_micros(2_000_000));
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
        assert_eq!((early.millis(), late.millis()), (1_000, 2_000));
        assert_eq!(early.to_string().parse::<Id<str>>().unwrap(), early);
    }
}
