//! The form of an organisation.

use kith_base::{Email, Name, OdsCode};
use kith_pages::{
    form,
    form::{Hidden, Maybe, One, Text},
};

use super::OrganisationKind;

kith_base::words! {
    /// Whether an organisation still takes part.
    pub(super) enum TakesPart { Yes = "yes" / "Yes", No = "no" / "No" }
}

/// What is entered about an organisation.
pub(super) struct Entered {
    pub(super) kind: OrganisationKind,
    pub(super) name: Name,
    pub(super) ods_code: Option<OdsCode>,
    pub(super) email: Option<Email>,
    pub(super) active: TakesPart,
    pub(super) version: i64,
}

form! {
    /// An organisation, new or changed.
    pub(super) OrganisationForm => Entered {
        kind: One<OrganisationKind> = One::new("What sort of organisation is it?").called("the sort of organisation"),
        name: Text<Name> = Text::new("Name"),
        ods_code: Maybe<Text<OdsCode>> = Text::new("ODS code").hint("Practices have one, like A12345").code().width(10),
        email: Maybe<Text<Email>> = Text::new("Email address").hint("Where messages for the organisation are sent").email().width(30),
        active: One<TakesPart> = One::new("Does it take part now?").called("whether it takes part").inline(),
        version: Hidden<i64> = Hidden::new("Open the page again: it was incomplete"),
    }
}
