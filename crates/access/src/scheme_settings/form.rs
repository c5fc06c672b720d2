//! The form of a scheme's settings, and how a setting is written as text.

use kith_base::{Day, Email, Id, WorkingDays};
use kith_pages::{
    form,
    form::{Hidden, Long, Maybe, Number, One, Pick, Text},
};

use crate::{
    account::{AccountRow, AccountState},
    actor::Account,
    role::Role,
    settings::{MOST_CONCERN_HOURS, SchemeSettings},
};

kith_base::words! {
    /// Yes or no.
    pub(super) enum YesNo { Yes = "yes" / "Yes", No = "no" / "No" }
}

/// Days, one on a line or with spaces between: `2027-05-03`.
#[derive(Clone, Debug)]
pub(super) struct Days(pub(super) Vec<Day>);

impl std::str::FromStr for Days {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let day = |word: &str| {
            word.parse()
                .map_err(|_| format!("Enter each day like 2027-05-03: {word} is not one"))
        };
        text.split_whitespace()
            .map(day)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl std::fmt::Display for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let days: Vec<String> = self.0.iter().map(Day::to_string).collect();
        f.write_str(&days.join(" "))
    }
}

/// What is entered on the page.
pub(super) struct Entered {
    pub(super) take_on_days: u16,
    pub(super) opens: i8,
    pub(super) closes: i8,
    pub(super) also_closed: Option<Days>,
    pub(super) review_days: u16,
    pub(super) concern_hours: u16,
    pub(super) lead: Option<Id<Account>>,
    pub(super) deputy: Option<Id<Account>>,
    pub(super) self_referral: YesNo,
    pub(super) mail_from: Option<Email>,
    pub(super) inbox: Option<Email>,
    pub(super) reach_us: Option<String>,
    pub(super) help_lines: String,
    pub(super) under_age: String,
    pub(super) seen: String,
}

form! {
    /// A scheme's settings.
    pub(super) SettingsForm => Entered {
        take_on_days: Number<u16> = Number::new("Somebody referred is taken on within", 1, 20).unit("working days"),
        opens: Number<i8> = Number::new("Work begins at hour", 0, 23),
        closes: Number<i8> = Number::new("Work ends at hour", 1, 24),
        also_closed: Maybe<Long<Days>> = Long::new("Also closed on")
            .hint("Besides weekends and bank holidays. One day on each line, like 2027-05-03").rows(3),
        review_days: Number<u16> = Number::new("A review is due after", 1, 365).unit("days"),
        concern_hours: Number<u16> = Number::new("A safeguarding concern is acknowledged within", 1, MOST_CONCERN_HOURS).unit("working hours"),
        lead: Maybe<Pick<Id<Account>>> = Pick::empty("Safeguarding lead"),
        deputy: Maybe<Pick<Id<Account>>> = Pick::empty("Safeguarding deputy"),
        self_referral: One<YesNo> = One::new("May people refer themselves?").called("whether people may refer themselves").inline(),
        mail_from: Maybe<Text<Email>> = Text::new("Mails come from").email().width(30),
        inbox: Maybe<Text<Email>> = Text::new("New referrals are told by mail to").email().width(30),
        reach_us: Maybe<Long<String>> = Long::new("How people reach the service")
            .hint("A telephone number, an address, the hours. Read by whoever asks for help themself, and in the leaflet").rows(3),
        help_lines: Long<String> = Long::new("Where to get help at once")
            .hint("Shown before anybody writes to the service").rows(4),
        under_age: Long<String> = Long::new("What somebody under 18 can do instead")
            .called("what somebody under 18 can do instead")
            .hint("Read by whoever refers somebody younger, and by a young person who asks for help").rows(3),
        seen: Hidden<String> = Hidden::new("Open the page again: it was incomplete"),
    }
}

/// Offers those who may be lead or deputy.
pub(super) fn offer(form: &mut SettingsForm, accounts: &[AccountRow]) {
    for row in accounts.iter().filter(|row| may_lead(row)) {
        let code = row.id.to_string();
        form.lead
            .kind
            .inner()
            .offer(row.id, code.clone(), &*row.name);
        form.deputy.kind.inner().offer(row.id, code, &*row.name);
    }
}

/// Somebody who is there and whose role sees people's records.
pub(super) fn may_lead(row: &AccountRow) -> bool {
    row.state == AccountState::Active
        && matches!(row.role, Role::LinkWorker | Role::Manager | Role::Guardian)
}

impl Entered {
    pub(super) fn of(settings: &SchemeSettings) -> Self {
        let closed = &settings.working.also_closed;
        Self {
            take_on_days: settings.take_on_days,
            opens: settings.working.opens,
            closes: settings.working.closes,
            also_closed: (!closed.is_empty()).then(|| Days(closed.clone())),
            review_days: settings.review_days,
            concern_hours: settings.concern_hours,
            lead: settings.lead,
            deputy: settings.deputy,
            self_referral: if settings.self_referral {
                YesNo::Yes
            } else {
                YesNo::No
            },
            mail_from: settings.mail_from.clone(),
            inbox: settings.inbox.clone(),
            reach_us: Some(settings.reach_us.clone()).filter(|words| !words.is_empty()),
            help_lines: settings.help_lines.clone(),
            under_age: settings.under_age.clone(),
            seen: settings.stamp(),
        }
    }

    pub(super) fn into_settings(self) -> SchemeSettings {
        SchemeSettings {
            take_on_days: self.take_on_days,
            working: WorkingDays {
                opens: self.opens,
                closes: self.closes,
                also_closed: self.also_closed.map(|days| days.0).unwrap_or_default(),
            },
            concern_hours: self.concern_hours,
            lead: self.lead,
            deputy: self.deputy,
            self_referral: self.self_referral == YesNo::Yes,
            review_days: self.review_days,
            mail_from: self.mail_from,
            inbox: self.inbox,
            reach_us: self.reach_us.unwrap_or_default(),
            help_lines: self.help_lines,
            under_age: self.under_age,
        }
    }
}
