//! What a column holds, and which of our types are kept as what: whole numbers
//! and booleans as INTEGER, fractions as REAL, texts as TEXT, bytes and UUIDs
//! as BLOB. A value that is not of the kind a type is kept as is refused.

use std::{borrow::Cow, fmt};

use rusqlite::types::{ToSqlOutput, Value};
use sqlx::{Arguments, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use uuid::Uuid;

use crate::Sqlite;

/// The five kinds of value there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqliteTypeInfo {
    /// Nothing.
    Null,
    /// A whole number.
    Integer,
    /// A fraction.
    Real,
    /// A text.
    Text,
    /// Bytes.
    Blob,
}

impl fmt::Display for SqliteTypeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(sqlx::TypeInfo::name(self))
    }
}

impl sqlx::TypeInfo for SqliteTypeInfo {
    fn is_null(&self) -> bool {
        *self == Self::Null
    }
    fn name(&self) -> &str {
        match self {
            Self::Null => "NULL",
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

/// A value of a row that is being read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SqliteValueRef<'r> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// A text, as it stands in the file.
    Text(&'r [u8]),
    /// Bytes.
    Blob(&'r [u8]),
}

impl SqliteValueRef<'_> {
    const fn kind(&self) -> SqliteTypeInfo {
        match self {
            Self::Null => SqliteTypeInfo::Null,
            Self::Integer(_) => SqliteTypeInfo::Integer,
            Self::Real(_) => SqliteTypeInfo::Real,
            Self::Text(_) => SqliteTypeInfo::Text,
            Self::Blob(_) => SqliteTypeInfo::Blob,
        }
    }

    fn not_a(&self, wanted: &str) -> BoxDynError {
        format!("{} is not {wanted}", self.kind()).into()
    }
}

impl<'r> sqlx::ValueRef<'r> for SqliteValueRef<'r> {
    type Database = Sqlite;
    fn to_owned(&self) -> SqliteValue {
        SqliteValue(match *self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(number),
            Self::Real(number) => Value::Real(number),
            Self::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            Self::Blob(bytes) => Value::Blob(bytes.to_vec()),
        })
    }
    fn type_info(&self) -> Cow<'_, SqliteTypeInfo> {
        Cow::Owned(self.kind())
    }
    fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

/// A value of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct SqliteValue(Value);

impl sqlx::Value for SqliteValue {
    type Database = Sqlite;
    fn as_ref(&self) -> SqliteValueRef<'_> {
        match &self.0 {
            Value::Null => SqliteValueRef::Null,
            Value::Integer(number) => SqliteValueRef::Integer(*number),
            Value::Real(number) => SqliteValueRef::Real(*number),
            Value::Text(text) => SqliteValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => SqliteValueRef::Blob(bytes),
        }
    }
    fn type_info(&self) -> Cow<'_, SqliteTypeInfo> {
        Cow::Owned(sqlx::Value::as_ref(self).kind())
    }
    fn is_null(&self) -> bool {
        self.0 == Value::Null
    }
}

/// The values of a statement, in the order of their numbers.
#[derive(Clone, Default, Debug)]
pub struct SqliteArgumentsBuffer(pub(crate) Vec<Value>);

/// The values of a statement, for sqlx.
#[derive(Clone, Debug)]
pub struct SqliteArguments(pub(crate) SqliteArgumentsBuffer);

/// Room for the values of most statements: sqlx does not say how many come.
const VALUES: usize = 16;

impl Default for SqliteArguments {
    fn default() -> Self {
        Self(SqliteArgumentsBuffer(Vec::with_capacity(VALUES)))
    }
}

impl SqliteArguments {
    /// The value of `$number`; nothing where none was given.
    pub(crate) fn numbered(&self, number: usize) -> ToSqlOutput<'_> {
        let value = number.checked_sub(1).and_then(|at| self.0.0.get(at));
        ToSqlOutput::Borrowed(value.map_or(rusqlite::types::ValueRef::Null, Into::into))
    }
}

impl Arguments for SqliteArguments {
    type Database = Sqlite;
    fn reserve(&mut self, additional: usize, _size: usize) {
        self.0.0.reserve(additional);
    }
    fn add<'t, T>(&mut self, value: T) -> Result<(), BoxDynError>
    where
        T: Encode<'t, Sqlite> + Type<Sqlite>,
    {
        let before = self.0.0.len();
        match value.encode(&mut self.0) {
            Ok(IsNull::Yes) => self.0.0.push(Value::Null),
            Ok(IsNull::No) => {}
            Err(error) => {
                self.0.0.truncate(before);
                return Err(error);
            }
        }
        Ok(())
    }
    fn len(&self) -> usize {
        self.0.0.len()
    }
}
sqlx_core::impl_into_arguments_for_arguments!(SqliteArguments);
sqlx_core::impl_encode_for_option!(Sqlite);

macro_rules! kept_as {
    ($kind:ident: $($type:ty),+) => {$(
        impl Type<Sqlite> for $type {
            fn type_info() -> SqliteTypeInfo {
                SqliteTypeInfo::$kind
            }
        }
    )+};
}
kept_as!(Integer: bool, i16, i32, i64);
kept_as!(Text: str, String);
kept_as!(Blob: [u8], Vec<u8>, Uuid);

impl Type<Sqlite> for f64 {
    fn type_info() -> SqliteTypeInfo {
        SqliteTypeInfo::Real
    }
    /// A sum over whole numbers, or over nothing, is whole.
    fn compatible(ty: &SqliteTypeInfo) -> bool {
        matches!(ty, SqliteTypeInfo::Real | SqliteTypeInfo::Integer)
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl Encode<'_, Sqlite> for $type {
            fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                to.0.push(Value::Integer(i64::from(*self)));
                Ok(IsNull::No)
            }
        }
    )+};
}
whole_numbers!(bool, i16, i32, i64);

impl Encode<'_, Sqlite> for f64 {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Real(*self));
        Ok(IsNull::No)
    }
}

impl Encode<'_, Sqlite> for &'_ str {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Text((*self).to_owned()));
        Ok(IsNull::No)
    }
}

impl Encode<'_, Sqlite> for String {
    fn encode(self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Text(self));
        Ok(IsNull::No)
    }
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Text(self.clone()));
        Ok(IsNull::No)
    }
}

impl Encode<'_, Sqlite> for &'_ [u8] {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Blob(self.to_vec()));
        Ok(IsNull::No)
    }
}

impl Encode<'_, Sqlite> for Vec<u8> {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Blob(self.clone()));
        Ok(IsNull::No)
    }
}

impl Encode<'_, Sqlite> for Uuid {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        to.0.push(Value::Blob(self.as_bytes().to_vec()));
        Ok(IsNull::No)
    }
}

impl Decode<'_, Sqlite> for i64 {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        match value {
            SqliteValueRef::Integer(number) => Ok(number),
            other => Err(other.not_a("a whole number")),
        }
    }
}

impl Decode<'_, Sqlite> for i32 {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<i64 as Decode<Sqlite>>::decode(value)?.try_into()?)
    }
}

impl Decode<'_, Sqlite> for i16 {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<i64 as Decode<Sqlite>>::decode(value)?.try_into()?)
    }
}

impl Decode<'_, Sqlite> for bool {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Sqlite>>::decode(value).map(|number| number != 0)
    }
}

impl Decode<'_, Sqlite> for f64 {
    #[expect(clippy::cast_precision_loss, reason = "what SQLite itself would do")]
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        match value {
            SqliteValueRef::Real(number) => Ok(number),
            SqliteValueRef::Integer(number) => Ok(number as Self),
            other => Err(other.not_a("a number")),
        }
    }
}

impl<'r> Decode<'r, Sqlite> for &'r str {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        match value {
            SqliteValueRef::Text(text) => Ok(std::str::from_utf8(text)?),
            other => Err(other.not_a("a text")),
        }
    }
}

impl Decode<'_, Sqlite> for String {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        <&str as Decode<Sqlite>>::decode(value).map(ToOwned::to_owned)
    }
}

impl<'r> Decode<'r, Sqlite> for &'r [u8] {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        match value {
            SqliteValueRef::Blob(bytes) => Ok(bytes),
            other => Err(other.not_a("bytes")),
        }
    }
}

impl Decode<'_, Sqlite> for Vec<u8> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        <&[u8] as Decode<Sqlite>>::decode(value).map(ToOwned::to_owned)
    }
}

impl Decode<'_, Sqlite> for Uuid {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self::from_slice(<&[u8] as Decode<Sqlite>>::decode(value)?)?)
    }
}
