//! One way to do a form.
//! [`form!`](crate::form!) names each field, its kind and its words; from that come the
//! blank form, `check` (posted text to a command, or the same form with what
//! was typed and a message by field), `filled` from a record, and one function
//! per field that shows it. A page is then a list of fields.
//! Every form that posts carries a [`FormToken`]: only our own page can post
//! it, and pressing twice does the thing once.

mod posted;
mod wrong;
mod dressing;
mod paper;
mod field;
mod lines;
mod secret;
mod hidden;
mod date;
mod choice;
mod number;
mod file;
mod post_button;
mod definition;

#[doc(no_inline)]
pub use crate::token::{CSRF_FIELD, FormToken, ONCE_FIELD, hidden_field};
pub use choice::{Choice, Many, One, Pick};
pub use date::Date;
pub use definition::{Open, open, summary};
pub use dressing::Dressing;
pub use field::{Field, FieldKind, Maybe};
pub use file::File;
pub use hidden::Hidden;
#[doc(no_inline)]
pub use kith_base::Refusal;
pub use lines::{Long, Text};
pub use number::{Number, Time};
pub use post_button::PostButton;
pub use posted::{Posted, SentFile};
pub use secret::Secret;
pub use wrong::Wrong;
