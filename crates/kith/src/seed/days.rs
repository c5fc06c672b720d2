//! Days on which people are at work: nobody in the demonstration meets on a
//! Sunday.

use kith_base::{Day, Ts, WorkingDays};

use super::draw::Draw;

/// The first day on which people are at work, from this one on.
pub fn working_from(day: Day) -> Day {
    WorkingDays::default().after(day, 0)
}

/// The last day on which people were at work, up to this one.
pub fn working_until(day: Day) -> Day {
    let calendar = WorkingDays::default();
    let mut at = day;
    while !calendar.is_working(at) {
        at = at.plus_days(-1);
    }
    at
}

/// A moment of a day at which people are at work.
pub fn at_work(day: Day, draw: &mut Draw) -> Ts {
    day.start()
        .plus_seconds(9 * 3600 + draw.between(0, 7 * 3600))
}
