//! What a scheme decides for itself: its working hours, its promises in
//! working days and hours, its safeguarding lead and deputy. Every setting
//! has its default here, in one place; only what differs is stored. Changing
//! them is the administrator's, and every change is in the audit trail.

use kith_base::{Day, Email, Id, WorkingDays};
use kith_db::{Outcome, Tx, on};

use crate::{
    actor::{Account, Scheme},
    role::Role,
    secret::sha256,
};

/// The most working hours a scheme may give itself to acknowledge a concern.
pub const MOST_CONCERN_HOURS: u16 = 4;

/// A scheme's settings, defaults filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemeSettings {
    /// Within how many working days somebody referred is taken on.
    pub take_on_days: u16,
    /// When the scheme is at work: hours of the day and extra closed days.
    pub working: WorkingDays,
    /// Within how many working hours a concern is acknowledged.
    pub concern_hours: u16,
    /// The safeguarding lead.
    pub lead: Option<Id<Account>>,
    /// Who stands in for the lead; somebody else.
    pub deputy: Option<Id<Account>>,
    /// Whether people may refer themselves on the public pages.
    pub self_referral: bool,
    /// After how many days a review is due when nobody says otherwise.
    pub review_days: u16,
    /// Who mails come from; the program's own address when not set.
    pub mail_from: Option<Email>,
    /// Who is told by mail that a referral has arrived; nobody when not set.
    pub inbox: Option<Email>,
    /// How people reach the service, in its own words; nothing when empty.
    pub reach_us: String,
    /// Where help is in an emergency, shown before anybody writes to us.
    pub help_lines: String,
    /// What somebody under 18 can do instead: whoever refers them reads it.
    pub under_age: String,
}

impl Default for SchemeSettings {
    fn default() -> Self {
        Self {
            take_on_days: 2,
            working: WorkingDays::default(),
            concern_hours: 4,
            lead: None,
            deputy: None,
            self_referral: true,
            review_days: 14,
            mail_from: None,
            inbox: None,
            reach_us: String::new(),
            help_lines: "If somebody is in danger now, ring 999.\n\
                For urgent medical help, ring 111.\n\
                To talk to somebody at any hour, ring Samaritans on 116 123."
                .into(),
            under_age:
                "For somebody younger, use the social prescribing pathway for children and young \
                people, or the children's services of your council"
                    .into(),
        }
    }
}

impl SchemeSettings {
    /// Whether an account is the lead or the deputy.
    #[must_use]
    pub fn leads(&self, account: Id<Account>) -> bool {
        self.lead == Some(account) || self.deputy == Some(account)
    }

    /// Whether an account handles safeguarding concerns: the lead, the deputy,
    /// and every manager as long as no lead is named, so that a concern always
    /// has somebody.
    #[must_use]
    pub fn handles_concerns(&self, account: Id<Account>, role: Role) -> bool {
        self.leads(account) || (self.lead.is_none() && role == Role::Manager)
    }

    /// Every setting as it is stored: its name, and its text if it has one.
    pub(crate) fn rows(&self) -> [(&'static str, Option<String>); 14] {
        let days: Vec<String> = self
            .working
            .also_closed
            .iter()
            .map(Day::to_string)
            .collect();
        let text = |value: &dyn ToString| Some(value.to_string());
        [
            ("take_on_days", text(&self.take_on_days)),
            ("opens", text(&self.working.opens)),
            ("closes", text(&self.working.closes)),
            ("also_closed", (!days.is_empty()).then(|| days.join(" "))),
            ("concern_hours", text(&self.concern_hours)),
            ("lead", self.lead.map(|id| id.to_string())),
            ("deputy", self.deputy.map(|id| id.to_string())),
            ("self_referral", text(&self.self_referral)),
            ("review_days", text(&self.review_days)),
            (
                "mail_from",
                self.mail_from.as_ref().map(|to| to.to_string()),
            ),
            ("inbox", self.inbox.as_ref().map(|to| to.to_string())),
            (
                "reach_us",
                (!self.reach_us.is_empty()).then(|| self.reach_us.clone()),
            ),
            ("help_lines", text(&self.help_lines)),
            ("under_age", text(&self.under_age)),
        ]
    }

    /// Tells these settings from any others: a page that was opened before
    /// somebody changed them is known by it.
    #[must_use]
    pub(crate) fn stamp(&self) -> String {
        let all = self.rows().map(|(_, text)| text.unwrap_or_default());
        let hash = sha256(all.join("\0").as_bytes());
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The defaults with what is stored over them.
    pub(crate) fn stored(rows: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut settings = Self::default();
        for (name, value) in rows {
            settings.take(&name, &value);
        }
        settings
    }

    /// Takes one stored setting. A value that no longer parses keeps the
    /// default and says so in the log: the scheme must go on working.
    fn take(&mut self, name: &str, value: &str) {
        let taken = match name {
            "take_on_days" => set(&mut self.take_on_days, value),
            "opens" => set(&mut self.working.opens, value),
            "closes" => set(&mut self.working.closes, value),
            "also_closed" => days(value).map(|days| self.working.also_closed = days),
            // An earlier version let a scheme choose more.
            "concern_hours" => set(&mut self.concern_hours, value)
                .map(|()| self.concern_hours = self.concern_hours.min(MOST_CONCERN_HOURS)),
            "lead" => value.parse().ok().map(|id| self.lead = Some(id)),
            "deputy" => value.parse().ok().map(|id| self.deputy = Some(id)),
            "self_referral" => set(&mut self.self_referral, value),
            "review_days" => set(&mut self.review_days, value),
            "mail_from" => value.parse().ok().map(|to| self.mail_from = Some(to)),
            "inbox" => value.parse().ok().map(|to| self.inbox = Some(to)),
            "reach_us" => set(&mut self.reach_us, value),
            "help_lines" => set(&mut self.help_lines, value),
            "under_age" => set(&mut self.under_age, value),
            _ => None,
        };
        if taken.is_none() {
            tracing::warn!(setting = name, "a stored setting was not understood");
        }
    }
}

fn set<T: std::str::FromStr>(place: &mut T, value: &str) -> Option<()> {
    *place = value.parse().ok()?;
    Some(())
}

/// Days one after the other, with spaces between: `2027-05-03 2027-06-01`.
fn days(value: &str) -> Option<Vec<Day>> {
    value
        .split_whitespace()
        .map(|day| day.parse().ok())
        .collect()
}

const ALL: &str = "select name, value from setting where scheme_id = $1 order by name";

/// The settings of a scheme as they stand.
///
/// # Errors
/// When the database fails.
pub async fn of(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<SchemeSettings> {
    let rows = on!(tx, c => sqlx::query_as::<_, (String, String)>(ALL).bind(scheme).fetch_all(c))?;
    Ok(SchemeSettings::stored(rows))
}

#[cfg(test)]
mod tests {
    use kith_base::Ts;

    use super::*;

    #[test]
    fn a_concern_always_has_somebody_to_handle_it() {
        let [lena, mo] = [1, 2].map(|at| Id::<Account>::new(Ts::from_micros(at)));
        let nobody_named = SchemeSettings::default();
        assert!(nobody_named.handles_concerns(mo, Role::Manager));
        assert!(!nobody_named.handles_concerns(mo, Role::Administrator));
        let named = SchemeSettings {
            lead: Some(lena),
            ..SchemeSettings::default()
        };
        assert!(named.handles_concerns(lena, Role::LinkWorker));
        assert!(!named.handles_concerns(mo, Role::Manager));
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let written = SchemeSettings {
            take_on_days: 3,
            working: WorkingDays {
                opens: 8,
                closes: 18,
                also_closed: vec![Day::ymd(2027, 5, 3).unwrap()],
            },
            concern_hours: 2,
            lead: Some(Id::of(uuid::Uuid::from_u128(1))),
            deputy: Some(Id::of(uuid::Uuid::from_u128(2))),
            self_referral: false,
            review_days: 21,
            mail_from: Some("scheme@example.org".parse().unwrap()),
            inbox: Some("inbox@example.org".parse().unwrap()),
            reach_us: "Ring 01632 960 000.".into(),
            help_lines: "Ring 999.\nRing 111.".into(),
            under_age: "Ring the youth service".into(),
        };
        let mut read = SchemeSettings::default();
        for (name, value) in written.rows() {
            read.take(name, &value.unwrap());
        }
        assert_eq!(read, written);
    }

    #[test]
    fn a_stored_value_replaces_its_default_and_a_broken_one_does_not() {
        let mut settings = SchemeSettings::default();
        settings.take("take_on_days", "5");
        settings.take("concern_hours", "soon");
        settings.take("also_closed", "2027-05-03 2027-06-01");
        assert_eq!(settings.take_on_days, 5);
        assert_eq!(settings.concern_hours, 4);
        assert_eq!(settings.working.also_closed.len(), 2);
    }
}
