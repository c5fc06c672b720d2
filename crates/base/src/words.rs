//! A closed set of words of the field: each has the short code that is stored
//! and posted, and the words people read. `words!` declares the enum and both
//! in one place, so that no list of options exists twice.

/// A word from a closed set.
pub trait Word: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// Every word, in the order people are offered them.
    const ALL: &'static [Self];
    /// What is stored and posted.
    fn code(self) -> &'static str;
    /// What people read.
    fn label(self) -> &'static str;
}

/// A code that is none of the words: a posted form was tampered with, or a
/// row was written by a newer version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownWord(pub String);

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Select one of the options: \"{}\" is not one", self.0)
    }
}
impl std::error::Error for UnknownWord {}

/// Declares an enum of words:
/// ```
/// kith_base::words! {
///     /// How somebody was met.
///     pub enum Mode { FaceToFace = "face_to_face" / "Face to face", Phone = "phone" / "Telephone" }
/// }
/// use kith_base::Word;
/// assert_eq!(Mode::Phone.code(), "phone");
/// assert_eq!("face_to_face".parse::<Mode>().unwrap().label(), "Face to face");
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($word:ident = $code:literal / $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        $vis enum $name {
            $(#[doc = $label] $word),+
        }
        impl $crate::words::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$word),+];
            fn code(self) -> &'static str {
                match self { $(Self::$word => $code),+ }
            }
            fn label(self) -> &'static str {
                match self { $(Self::$word => $label),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;
            fn from_str(code: &str) -> Result<Self, Self::Err> {
                match code {
                    $($code => Ok(Self::$word),)+
                    other => Err($crate::words::UnknownWord(other.to_owned())),
                }
            }
        }
        $crate::word_columns!($name);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::words::Word::label(*self))
            }
        }
    };
}

/// How a word is kept in a column: its code, as text. An unknown code fails
/// loudly when it is read.
#[doc(hidden)]
#[macro_export]
macro_rules! word_columns {
    ($name:ident) => {
        $crate::word_columns!(
            $name,
            Sqlite,
            SqliteTypeInfo,
            SqliteArgumentsBuffer,
            SqliteValueRef,
            sqlite
        );
        $crate::word_columns!(
            $name,
            Postgres,
            PgTypeInfo,
            PgArgumentBuffer,
            PgValueRef,
            sqlx::postgres
        );
    };
    ($name:ident, $engine:ident, $info:ident, $buffer:ident, $value:ident, $($place:ident)::+) => {
        impl $crate::sqlx::Type<$crate::$($place)::+::$engine> for $name {
            fn type_info() -> $crate::$($place)::+::$info {
                <String as $crate::sqlx::Type<$crate::$($place)::+::$engine>>::type_info()
            }
            fn compatible(ty: &$crate::$($place)::+::$info) -> bool {
                <String as $crate::sqlx::Type<$crate::$($place)::+::$engine>>::compatible(ty)
            }
        }
        impl $crate::sqlx::Encode<'_, $crate::$($place)::+::$engine> for $name {
            fn encode_by_ref(
                &self,
                to: &mut $crate::$($place)::+::$buffer,
            ) -> Result<$crate::sqlx::encode::IsNull, $crate::sqlx::error::BoxDynError> {
                let code = $crate::words::Word::code(*self);
                $crate::sqlx::Encode::<$crate::$($place)::+::$engine>::encode(code, to)
            }
        }
        impl $crate::sqlx::Decode<'_, $crate::$($place)::+::$engine> for $name {
            fn decode(
                value: $crate::$($place)::+::$value<'_>,
            ) -> Result<Self, $crate::sqlx::error::BoxDynError> {
                let code = <&str as $crate::sqlx::Decode<$crate::$($place)::+::$engine>>::decode(value)?;
                Ok(code.parse::<Self>()?)
            }
        }
    };
}
