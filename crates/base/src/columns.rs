//! How our types are kept in a column, on both databases.
//!
//! | type | SQLite | PostgreSQL |
//! |---|---|---|
//! | `Id` | BLOB of 16 bytes | uuid |
//! | `Ts` | INTEGER, microseconds since 1970 | timestamptz |
//! | `Day` | TEXT, ISO 8601 (sorts as a date) | date |
//! | text types | TEXT | text |
//!
//! A text that no longer parses fails loudly when it is read.

use std::str::FromStr;

use kith_sqlite::{Sqlite, SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef},
};
use uuid::Uuid;

use crate::{Day, Email, Id, Line, Name, NhsNumber, OdsCode, Phone, Postcode, Story, Ts};

impl<T: ?Sized> Type<Sqlite> for Id<T> {
    fn type_info() -> SqliteTypeInfo {
        <Uuid as Type<Sqlite>>::type_info()
    }
    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <Uuid as Type<Sqlite>>::compatible(ty)
    }
}
impl<T: ?Sized> Type<Postgres> for Id<T> {
    fn type_info() -> PgTypeInfo {
        <Uuid as Type<Postgres>>::type_info()
    }
}
impl<T: ?Sized> Encode<'_, Sqlite> for Id<T> {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode_by_ref(&self.uuid(), to)
    }
}
impl<T: ?Sized> Encode<'_, Postgres> for Id<T> {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.uuid(), to)
    }
}
impl<T: ?Sized> Decode<'_, Sqlite> for Id<T> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        <Uuid as Decode<Sqlite>>::decode(value).map(Self::of)
    }
}
impl<T: ?Sized> Decode<'_, Postgres> for Id<T> {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        <Uuid as Decode<Postgres>>::decode(value).map(Self::of)
    }
}

/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const TO_2000: i64 = 946_684_800_000_000;
/// PostgreSQL's own numbers for timestamptz and date.
const TIMESTAMPTZ: sqlx::postgres::types::Oid = sqlx::postgres::types::Oid(1184);
const DATE: sqlx::postgres::types::Oid = sqlx::postgres::types::Oid(1082);

impl Type<Sqlite> for Ts {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(ty)
    }
}
impl Type<Postgres> for Ts {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}
impl Encode<'_, Sqlite> for Ts {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode_by_ref(&self.micros(), to)
    }
}
impl Encode<'_, Postgres> for Ts {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&(self.micros() - TO_2000), to)
    }
}
impl Decode<'_, Sqlite> for Ts {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Sqlite>>::decode(value).map(Self::from_micros)
    }
}
impl Decode<'_, Postgres> for Ts {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Postgres>>::decode(value).map(|micros| Self::from_micros(micros + TO_2000))
    }
}

/// Where PostgreSQL counts days from.
fn year_2000() -> Result<Day, BoxDynError> {
    Day::ymd(2000, 1, 1).ok_or_else(|| "no 1 January 2000".into())
}

impl Type<Sqlite> for Day {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}
impl Type<Postgres> for Day {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(DATE)
    }
}
impl Encode<'_, Sqlite> for Day {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.to_string(), to)
    }
}
impl Encode<'_, Postgres> for Day {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let days = i32::try_from(self.days_since(year_2000()?))?;
        Encode::<Postgres>::encode_by_ref(&days, to)
    }
}
impl Decode<'_, Sqlite> for Day {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<Sqlite>>::decode(value)?.parse()?)
    }
}
impl Decode<'_, Postgres> for Day {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let days = <i32 as Decode<Postgres>>::decode(value)?;
        Ok(year_2000()?.plus_days(i64::from(days)))
    }
}

macro_rules! text_columns {
    ($($name:ty),*) => {$(
        impl Type<Sqlite> for $name {
            fn type_info() -> SqliteTypeInfo {
                <String as Type<Sqlite>>::type_info()
            }
        }
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <String as Type<Postgres>>::type_info()
            }
            fn compatible(ty: &PgTypeInfo) -> bool {
                <String as Type<Postgres>>::compatible(ty)
            }
        }
        impl Encode<'_, Sqlite> for $name {
            fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                Encode::<Sqlite>::encode(self.to_string(), to)
            }
        }
        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                Encode::<Postgres>::encode_by_ref(&&**self, to)
            }
        }
        impl Decode<'_, Sqlite> for $name {
            fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
                Ok(Self::from_str(<&str as Decode<Sqlite>>::decode(value)?)?)
            }
        }
        impl Decode<'_, Postgres> for $name {
            fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
                Ok(Self::from_str(<&str as Decode<Postgres>>::decode(value)?)?)
            }
        }
    )*};
}

text_columns!(
    Name, Line, Story, Email, Phone, NhsNumber, Postcode, OdsCode
);
