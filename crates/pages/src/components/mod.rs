//! The components of the NHS design system as typed builders.
//! What a component cannot do without is asked for by `new`; the rest are
//! setters. Each gives the same HTML as the official one for every option it
//! offers (checked against the fixtures of the npm package in `official`).
//! Ids, `aria-describedby` and error marks are worked out here, by one
//! function (`wiring`), never by a page.

/// Declares a component: its struct, `new`, setters, `Display` and the way
/// into [`Html`](crate::html::Html). The kinds of option: `maybe x: T` (not set until asked for),
/// `flag x` (false until asked for), `list x: T` (empty until filled). The
/// component itself is written as `fn render(&self) -> Html` beside it.
macro_rules! component {
    ($(#[$doc:meta])* $name:ident ( $($req:tt)* ) { $($options:tt)* }) => {
        part! { $(#[$doc])* $name ( $($req)* ) { $($options)* } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.render().as_str())
            }
        }
        impl askama::filters::HtmlSafe for $name {}
        impl From<$name> for $crate::html::Html {
            fn from(component: $name) -> Self {
                component.render()
            }
        }
        impl From<&$name> for $crate::html::Html {
            fn from(component: &$name) -> Self {
                component.render()
            }
        }
    };
}

/// Declares a part of a component (an item, a row) that only its component
/// can show: the struct, `new` and the setters.
macro_rules! part {
    (
        $(#[$doc:meta])*
        $name:ident ( $($req:ident : $rty:ty),* $(,)? ) {
            $( $(#[$fdoc:meta])* $kind:ident $field:ident $(: $fty:ty)? ),* $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[cfg_attr(test, derive(serde::Deserialize))]
        #[cfg_attr(test, serde(rename_all = "camelCase", deny_unknown_fields))]
        pub struct $name {
            $( pub(crate) $req: $rty, )*
            $( #[cfg_attr(test, serde(default))]
               pub(crate) $field: part!(@type $kind $($fty)?), )*
        }
        impl $name {
            #[doc = concat!("A `", stringify!($name), "` with what it cannot do without.")]
            #[must_use]
            pub fn new($($req: impl Into<$rty>),*) -> Self {
                Self { $($req: $req.into(),)* $($field: Default::default(),)* }
            }
            $( part! { @setter [$(#[$fdoc])*] $kind $field $($fty)? } )*
        }
        part! { @default $name $($req)* }
    };
    (@default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident $($req:ident)+) => {};
    (@type maybe $ty:ty) => { Option<$ty> };
    (@type flag) => { bool };
    (@type list $ty:ty) => { Vec<$ty> };
    (@setter [$($doc:tt)*] maybe $field:ident $ty:ty) => {
        $($doc)*
        #[must_use]
        pub fn $field(mut self, value: impl Into<$ty>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
    (@setter [$($doc:tt)*] flag $field:ident) => {
        $($doc)*
        #[must_use]
        pub fn $field(mut self, on: bool) -> Self {
            self.$field = on;
            self
        }
    };
    (@setter [$($doc:tt)*] list $field:ident $ty:ty) => {
        $($doc)*
        #[must_use]
        pub fn $field<T: Into<$ty>>(mut self, items: impl IntoIterator<Item = T>) -> Self {
            self.$field.extend(items.into_iter().map(Into::into));
            self
        }
    };
}

/// Declares a closed set of words an option may take.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $word:literal ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[cfg_attr(test, derive(serde::Deserialize))]
        pub enum $name {
            $( $(#[$vdoc])* #[cfg_attr(test, serde(rename = $word))] $variant ),*
        }
        impl $name {
            /// The word the design system uses for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),* }
            }
        }
    };
}

mod icon;
mod wording;
mod wiring;
mod button;
mod links;
mod input;
mod textarea;
mod choices;
mod select;
mod date_input;
mod file_upload;
mod error_summary;
mod card;
mod summary_list;
mod tag;
mod table;
mod pagination;
mod task_list;
mod prose;
mod panel;
mod notification_banner;
mod tabs;
mod header;
mod footer;
mod empty;
mod bars;

pub use bars::{Bar, Bars};
pub use button::{Button, ButtonGroup, ButtonIcon, ButtonVariant};
pub use card::{Action, Card, CardVariant, WarningCallout};
pub use choices::{CheckboxItem, Checkboxes, RadioItem, Radios};
pub use date_input::{DateInput, DatePart};
pub use empty::Empty;
pub use error_summary::{ErrorSummary, SummaryError};
pub use file_upload::FileUpload;
pub use footer::{Footer, FooterLink};
pub use header::{AccountItem, Header, HeaderSearch, NavItem};
pub use icon::Icon;
pub use input::{Affix, Input, InputKind};
pub use links::{ActionLink, BackLink, Breadcrumb, Crumb, SkipLink};
pub use notification_banner::{BannerVariant, NotificationBanner};
pub use pagination::{PageLink, PageStep, Pagination};
pub use panel::{Panel, PanelVariant};
pub use prose::{Details, InsetText};
pub use select::{Select, SelectItem};
pub use summary_list::{SummaryList, SummaryRow};
pub use table::{Align, Cell, Column, Sort, Table};
pub use tabs::{Tab, Tabs};
pub use tag::{Tag, TagColour};
pub use task_list::{Status, Task, TaskList};
pub use textarea::{CharacterCount, Textarea};
pub use wiring::{ErrorMessage, Fieldset, Hint, Problem};
pub use wording::{Label, Legend, Size, Wording};
