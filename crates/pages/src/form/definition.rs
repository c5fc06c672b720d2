//! The definition of a form, and what every form has: its start, its summary.

use crate::components::{ErrorSummary, SummaryError};
use crate::form::FormToken;
use crate::html::{Href, Html, el};

/// Defines a form: `Form => Command { field: Kind = words, … }`.
/// `Command` is a struct (imported by its name) with the same fields, each of its kind's value.
/// The form has, for a field `words`: `form.words` (to add an error, offer
/// choices, set limits) and `form.words()` (the field on the page).
/// See the header of the crate for a whole example.
#[macro_export]
macro_rules! form {
    (
        $(#[$doc:meta])*
        $vis:vis $form:ident => $command:ident {
            $( $(#[$fdoc:meta])* $field:ident : $kind:ty = $words:expr ),* $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        $vis struct $form {
            $(
                #[doc = concat!("The field `", stringify!($field), "`.")]
                $(#[$fdoc])*
                pub $field: $crate::form::Field<$kind>,
            )*
            about_all: Vec<String>,
        }

        impl $form {
            /// The form with nothing in it.
            #[must_use]
            pub fn blank() -> Self {
                Self {
                    $( $field: $crate::form::Field::new(
                        stringify!($field), <$kind>::from($words)), )*
                    about_all: Vec::new(),
                }
            }

            /// The form with what was typed, not checked: to add an error that
            /// only came up after the check.
            #[must_use]
            pub fn kept(mut self, posted: &$crate::form::Posted) -> Self {
                $( self.$field.keep(posted); )*
                self
            }

            /// The command, or the form again with what was typed and a message
            /// by each field that is wrong.
            ///
            /// # Errors
            /// With the form to show again.
            pub fn check(self, posted: &$crate::form::Posted) -> Result<$command, Self> {
                let mut form = self.kept(posted);
                $( let $field = form.$field.read(); )*
                match ($($field,)*) {
                    ($(Some($field),)*) => Ok($command { $($field),* }),
                    _ => Err(form),
                }
            }

            /// The form with what a record holds.
            #[must_use]
            pub fn filled(mut self, record: &$command) -> Self {
                $( self.$field.fill(&record.$field); )*
                self
            }

            /// What each field is called on the page, by its name.
            #[must_use]
            pub fn labels(mut self) -> Vec<(&'static str, String)> {
                vec![$( (
                    stringify!($field),
                    $crate::form::FieldKind::dressing(&mut self.$field.kind).words(),
                ), )*]
            }

            /// Says what is wrong with the form as a whole.
            pub fn add_error(&mut self, words: impl Into<String>) {
                self.about_all.push(words.into());
            }

            /// Says a refusal: by the field it names, or about the whole.
            pub fn refuse(&mut self, refusal: &$crate::form::Refusal) {
                $( if refusal.field == Some(stringify!($field)) {
                    self.$field.add_error(refusal.to_string());
                    return;
                } )*
                self.add_error(refusal.to_string());
            }

            /// The summary for the top of the page; empty when all is well.
            #[must_use]
            pub fn errors(&self) -> $crate::html::Html {
                let fields = [$( self.$field.summary(), )*];
                $crate::form::summary(&self.about_all, fields)
            }

            /// The start of the form: it posts to `action` with its token. The
            /// template ends it with `</form>`.
            #[must_use]
            pub fn open(
                &self,
                action: impl Into<$crate::html::Href>,
                token: &$crate::form::FormToken,
            ) -> $crate::form::Open {
                $crate::form::open(action, token)
            }

            $(
                #[doc = concat!("The field `", stringify!($field), "` on the page.")]
                #[must_use]
                pub fn $field(&self) -> $crate::html::Html {
                    self.$field.show()
                }
            )*
        }
    };
}

/// The summary of what is wrong: about the whole, then by field in order.
pub fn summary(
    about_all: &[String],
    fields: impl IntoIterator<Item = Option<(String, Option<String>)>>,
) -> Html {
    let whole = about_all.iter().map(SummaryError::new);
    let by_field = fields.into_iter().flatten().map(|(says, anchor)| {
        let error = SummaryError::new(says);
        match anchor {
            Some(id) => error.href(format!("#{id}")),
            None => error,
        }
    });
    let all: Vec<SummaryError> = whole.chain(by_field).collect();
    if all.is_empty() {
        return Html::default();
    }
    ErrorSummary::new("There is a problem")
        .error_list(all)
        .into()
}

/// The start tag of a form that posts, with its hidden fields.
#[derive(Clone, Debug)]
pub struct Open {
    action: Href,
    token: FormToken,
    files: bool,
    autosave: Option<Href>,
}

/// Starts a form that posts to `action`.
pub fn open(action: impl Into<Href>, token: &FormToken) -> Open {
    Open {
        action: action.into(),
        token: token.clone(),
        files: false,
        autosave: None,
    }
}

impl Open {
    /// The form sends files.
    #[must_use]
    pub fn with_files(mut self) -> Self {
        self.files = true;
        self
    }

    /// A script posts what is typed to `draft` every few seconds and says when
    /// it was saved.
    #[must_use]
    pub fn autosave(mut self, draft: impl Into<Href>) -> Self {
        self.autosave = Some(draft.into());
        self
    }

    /// The whole form: its fields in order, its button, its end.
    #[must_use]
    pub fn sheet(self, fields: impl IntoIterator<Item = Html>, button: impl Into<Html>) -> Html {
        std::iter::once(Html::from(self))
            .chain(fields)
            .chain([button.into(), Html::trusted("</form>")])
            .collect()
    }
}

impl std::fmt::Display for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let form = el("form")
            .attr("method", "post")
            .attr("action", &self.action)
            .attr("novalidate", true)
            .attr("enctype", self.files.then_some("multipart/form-data"))
            .attr("data-autosave", self.autosave.as_ref())
            .child(self.token.fields());
        // Only the start: the template writes the fields and the end.
        let whole = form.to_string();
        f.write_str(whole.strip_suffix("</form>").unwrap_or(&whole))
    }
}
impl askama::filters::HtmlSafe for Open {}

impl From<Open> for Html {
    fn from(open: Open) -> Self {
        Self::trusted(open.to_string())
    }
}
