//! The forms of the administrator's pages on accounts.

use kith_base::{Email, Id, Name};
use kith_pages::{
    form,
    form::{Hidden, Maybe, Number, One, Pick, Text},
};

use crate::{actor::Organisation, organisation::OrganisationRow, role::Role};

/// Who is invited.
pub(super) struct Invited {
    pub(super) name: Name,
    pub(super) email: Email,
    pub(super) role: Role,
    pub(super) organisation: Id<Organisation>,
    pub(super) full_time_percent: i64,
}

form! {
    /// Inviting somebody.
    pub(super) InviteForm => Invited {
        name: Text<Name> = Text::new("Full name"),
        email: Text<Email> = Text::new("Email address").email().width(30),
        role: One<Role> = One::new("What do they do?").called("what they do"),
        organisation: Pick<Id<Organisation>> = Pick::empty("Organisation"),
        full_time_percent: Number<i64> = Number::new("Hours, as a share of full time", 1, 100).unit("%"),
    }
}

/// What is changed about an account.
pub(super) struct Changed {
    pub(super) name: Name,
    /// The address, as long as somebody invited has not come.
    pub(super) email: Option<Email>,
    pub(super) role: Role,
    pub(super) organisation: Id<Organisation>,
    pub(super) full_time_percent: i64,
    pub(super) version: i64,
}

form! {
    /// Changing an account.
    pub(super) ChangeForm => Changed {
        name: Text<Name> = Text::new("Full name"),
        email: Maybe<Text<Email>> = Text::new("Email address").email().width(30).unmarked()
            .hint("Another address gets the invitation anew, and the link sent before stops working"),
        role: One<Role> = One::new("What do they do?").called("what they do"),
        organisation: Pick<Id<Organisation>> = Pick::empty("Organisation"),
        full_time_percent: Number<i64> = Number::new("Hours, as a share of full time", 1, 100).unit("%"),
        version: Hidden<i64> = Hidden::new("Open the page again: it was incomplete"),
    }
}

/// Offers the organisations that take part.
pub(super) fn offer(pick: &mut Pick<Id<Organisation>>, organisations: &[OrganisationRow]) {
    for row in organisations.iter().filter(|row| row.active) {
        pick.offer(row.id, row.id.to_string(), &*row.name);
    }
}
