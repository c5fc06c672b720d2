//! What is wrong with one field, in the words the user reads.

/// A message about a field, and which part of it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// What to do: "Enter a date of birth".
    pub says: String,
    /// The part of the field it is about: `day`, `month` or `year` of a date.
    pub part: Option<&'static str>,
}

impl Wrong {
    /// A message about part of a field.
    pub fn in_part(part: &'static str, says: impl Into<String>) -> Self {
        Self {
            says: says.into(),
            part: Some(part),
        }
    }
}

impl<T: Into<String>> From<T> for Wrong {
    fn from(says: T) -> Self {
        Self {
            says: says.into(),
            part: None,
        }
    }
}
