//! How, when and where a link worker and a person will meet: a part of the
//! next step of a referral. Where is never told by a history or by a paper:
//! see [`Meeting::told`].

use kith_base::{Line, Refusal, Word, words};

words! {
    /// How somebody will be met.
    pub enum Way {
        FaceToFace = "face_to_face" / "Face to face",
        Phone = "phone" / "Telephone",
        Video = "video" / "Video",
        Home = "home" / "Home visit",
        Together = "together" / "Go with them",
        Text = "text" / "Text message",
        Letter = "letter" / "Letter",
    }
}

/// A time of day, in minutes after midnight: `14:30`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct Minute(i64);

impl From<jiff::civil::Time> for Minute {
    fn from(time: jiff::civil::Time) -> Self {
        Self::of(time.hour().into(), time.minute().into())
    }
}

impl Minute {
    /// So many hours and minutes after midnight.
    #[must_use]
    pub const fn of(hour: i64, minute: i64) -> Self {
        Self(hour * 60 + minute)
    }

    /// The time of day, for the box of a form.
    #[must_use]
    pub fn time(self) -> jiff::civil::Time {
        let part = |value: i64| i8::try_from(value).unwrap_or(0);
        jiff::civil::Time::new(part(self.0 / 60), part(self.0 % 60), 0, 0).unwrap_or_default()
    }
}

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A meeting that is planned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Meeting {
    /// How.
    pub way: Way,
    /// At what time; none when the day is enough.
    pub at: Option<Minute>,
    /// Where; none when that is agreed otherwise, or is nobody's to read.
    pub place: Option<Line>,
}

impl Meeting {
    /// What was asked for in a form; none when nothing was.
    ///
    /// # Errors
    /// A time or a place without a way to meet.
    pub fn asked(
        way: Option<Way>,
        at: Option<jiff::civil::Time>,
        place: Option<Line>,
    ) -> Result<Option<Self>, Refusal> {
        match way {
            Some(way) => Ok(Some(Self {
                way,
                at: at.map(Minute::from),
                place,
            })),
            None if at.is_some() || place.is_some() => Err(Refusal::field(
                "next_way",
                "Select how you will meet, or empty the time and the place",
            )),
            None => Ok(None),
        }
    }

    /// When and how, never where: ` at 14:30, telephone`. A step that is
    /// called by its way does not say it twice.
    #[must_use]
    pub fn told(&self, step: &str) -> String {
        let at = self.at.map(|at| format!(" at {at}")).unwrap_or_default();
        let way = self.way.label();
        if way == step {
            return at;
        }
        format!("{at}, {}", way.to_lowercase())
    }
}

/// What the step is called when nobody named it.
#[must_use]
pub fn step_of(way: Way) -> Option<Line> {
    way.label().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_past_two() -> jiff::civil::Time {
        jiff::civil::Time::constant(14, 30, 0, 0)
    }

    #[test]
    fn a_time_without_a_way_to_meet_is_asked_for_it() {
        let refusal = Meeting::asked(None, Some(half_past_two()), None).unwrap_err();
        assert_eq!(refusal.field, Some("next_way"));
        assert_eq!(Meeting::asked(None, None, None).unwrap(), None);
    }

    #[test]
    fn what_is_told_of_a_meeting_never_says_where() {
        let place = Some("12 Mill Lane".parse().unwrap());
        let meeting = Meeting::asked(Some(Way::Home), Some(half_past_two()), place).unwrap();
        let meeting = meeting.unwrap();
        assert_eq!(meeting.told("See the flat"), " at 14:30, home visit");
        assert_eq!(meeting.told("Home visit"), " at 14:30");
    }

    #[test]
    fn a_minute_is_read_back_as_the_time_it_was() {
        for (hour, minute) in [(0, 0), (9, 5), (14, 30), (23, 59)] {
            let time = jiff::civil::Time::constant(hour, minute, 0, 0);
            assert_eq!(Minute::from(time).time(), time);
        }
    }
}
