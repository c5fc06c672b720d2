//! A link worker's morning with forty people, counted: every address opened,
//! link followed, field filled, choice made and button pressed is one touch.

use std::time::Duration;

use kith_base::{Day, Line, Word};
use kith_casework::{
    concern::{self, Concern, Danger, Door, Raise},
    contact::{Answer, Purpose},
    meeting::{Meeting, Minute, Way},
    paths,
    referral::{Act, DeclineReason, Next},
    task::{self, NewTask},
};
use kith_db::{Outcome, Tx};
use kith_testkit::{Browser, Somebody, World, named};

use crate::program;

const MOST_TOUCHES: u32 = 60;

const DUE: usize = 10;
const UNPLANNED: usize = 12;
const LATER: usize = 4;
const MEETINGS: usize = 4;
const NOT_MET: usize = 4;
const WAITING: usize = 6;
const TASKS: usize = 6;

/// Everybody unfinished; then those without an owner, without a date to come,
/// and, once met, without a step.
const ALL: &str = "select count(*) from referral where scheme_id = $1
    and state in ('waiting', 'taken', 'open', 'needs_worker')";
const LEFT_OUT: &str = "select count(*) from referral where scheme_id = $1
    and state in ('waiting', 'taken', 'open', 'needs_worker')
    and (owner_id is null or next_on < '2026-12-01'
        or (first_seen_at is not null and next_step is null))";
const NOT_ACKNOWLEDGED: &str =
    "select count(*) from concern where scheme_id = $1 and state = 'raised'";
const OPEN_TASKS: &str = "select count(*) from task where scheme_id = $1
    and kind = 'action' and done_at is null and due_on <= '2026-12-01'";

/// Names that are like nobody else's.
fn name(nth: usize) -> kith_casework::person::Details {
    let (first, last) = (nth / 8, nth % 8);
    let given = ["Ada", "Boris", "Cleo", "Dmitri", "Esme"][first];
    let family = [
        "Quill",
        "Ferrow",
        "Zimmer",
        "Okonkwo",
        "Vasquez",
        "Lindqvist",
        "Htwe",
        "Bramble",
    ][last];
    named(given, family)
}

async fn met(world: &World, nth: usize) -> Somebody {
    let somebody = world.takes_on(world.lena, &name(nth)).await;
    let (assess, yes) = (Purpose::Assess, Some(Answer::Yes));
    world
        .meets(world.lena, somebody.referral, assess, None, yes)
        .await;
    somebody
}

async fn planned(world: &World, nth: usize, in_days: i64, meeting: Option<Meeting>) -> Somebody {
    let somebody = met(world, nth).await;
    let next = Next::Planned {
        step: "Ring".parse::<Line>().expect("a line"),
        on: world.now().day().plus_days(in_days),
        meeting,
    };
    world
        .does(world.lena, somebody.referral, Act::Plan(next))
        .await;
    somebody
}

/// Forty people as they stand after a week: Lena holds thirty-four, six wait;
/// two concerns nobody has seen, one referral that came back.
async fn forty_people(world: &World) {
    let mut nth = 0..;
    let mut next = || nth.next().expect("a number");
    let mut due = Vec::new();
    for _ in 0..DUE {
        due.push(planned(world, next(), 6, None).await);
    }
    for _ in 0..UNPLANNED {
        met(world, next()).await;
    }
    for _ in 0..LATER {
        planned(world, next(), 20, None).await;
    }
    for hour in (9..).take(MEETINGS) {
        let meeting = Meeting {
            way: Way::Home,
            at: Some(Minute::of(hour, 30)),
            place: None,
        };
        planned(world, next(), 7, Some(meeting)).await;
    }
    world.passes_days(7);
    for _ in 0..NOT_MET {
        world.takes_on(world.lena, &name(next())).await;
    }
    for _ in 0..WAITING {
        world.refers(world.rita, &name(next())).await;
    }
    for somebody in due.iter().take(TASKS) {
        promised(world, *somebody).await;
    }
    for somebody in due.iter().take(2) {
        worried(world, *somebody).await;
    }
    adds_a_line(world, due[0]).await;
    let back = world.refers(world.harry, &named("Yusuf", "Pell")).await;
    world.does(world.lena, back.referral, declined()).await;
}

/// The practice adds a line to what it sent.
async fn adds_a_line(world: &World, somebody: Somebody) {
    let mut rita = world.signed_in(world.rita).await;
    rita.opens(paths::add_line(somebody.referral)).await;
    rita.fills("What should the link worker know?", "Her son has moved out");
    rita.presses("Add this line").await.is_answered(200);
}

fn declined() -> Act {
    Act::Decline {
        reason: DeclineReason::OutOfArea,
        next: "The Otley service takes people from there"
            .parse()
            .expect("a line"),
        person_knows: true,
    }
}

async fn promised(world: &World, somebody: Somebody) {
    let new = NewTask {
        person: Some(somebody.person),
        referral: Some(somebody.referral),
        contact: None,
        kind: task::Kind::Action,
        what: "Ring the council".into(),
        who: task::Who::Worker,
        owner: Some(world.lena.id),
        due: world.now().day(),
    };
    let now = world.now();
    let keeps = async |tx: &mut Tx| -> Outcome<()> {
        task::store::insert(tx, world.scheme, &new, now).await?;
        Ok(())
    };
    world.db.act(keeps).await.expect("a task");
}

async fn worried(world: &World, somebody: Somebody) {
    let mo = world.actor(world.mo).await;
    let raise = Raise {
        person: Some(somebody.person),
        about: None,
        what: "A bruise.".parse().expect("words"),
        danger: Danger::No,
        door: Door::Staff,
        name: None,
        reach: None,
    };
    let now = world.now();
    let id = kith_base::Id::<Concern>::new(now);
    let settings = kith_access::SchemeSettings {
        lead: Some(world.lena.id),
        deputy: Some(world.mo.id),
        ..kith_access::SchemeSettings::default()
    };
    let raises = async |tx: &mut Tx| {
        let by = Some(&mo);
        let scheme = world.scheme;
        kith_casework::concern::actions::raise(tx, scheme, &settings, by, id, &raise, now).await
    };
    world.db.act(raises).await.expect("a concern");
}

/// A browser, and how long the slowest page took.
struct Morning {
    lena: Browser,
    slowest: Duration,
}

impl Morning {
    async fn follows(&mut self, words: &str) {
        let began = std::time::Instant::now();
        self.lena.follows(words).await.is_answered(200);
        self.slowest = self.slowest.max(began.elapsed());
    }

    async fn presses(&mut self, button: &str, said: &str) {
        let began = std::time::Instant::now();
        self.lena.presses(button).await.is_answered(200).sees(said);
        self.slowest = self.slowest.max(began.elapsed());
    }
}

#[tokio::test]
async fn a_morning_with_forty_people_takes_at_most_sixty_touches_and_leaves_nobody_out() {
    for world in World::small(program).await {
        forty_people(&world).await;
        assert_eq!(world.count(ALL).await, 40);
        let lena = world.signed_in(world.lena).await;
        let slowest = Duration::ZERO;
        let mut morning = Morning { lena, slowest };
        morning.lena.opens("/today").await.is_answered(200);
        concerns_first(&mut morning).await;
        assert_eq!(world.count(NOT_ACKNOWLEDGED).await, 0);
        morning.follows("Today").await;
        morning.follows("1 referral you sent back").await;
        morning.follows("Waiting").await;
        for _ in 0..WAITING {
            morning
                .presses("Take", "You have taken this person on")
                .await;
        }
        morning.follows("Today").await;
        for _ in 0..TASKS {
            morning.presses("Tick off", "Task ticked off").await;
        }
        for _ in 0..DUE {
            morning.presses("Next working day", "Next step set").await;
        }
        for _ in 0..UNPLANNED - 1 {
            morning.presses("In 2 weeks", "Next step set").await;
        }
        books_in_the_row(&mut morning, world.now().day().plus_days(1)).await;
        morning.lena.sees("Everybody has a next step.");
        takes_along(&mut morning).await;
        assert_eq!(world.count(ALL).await, 40);
        assert_eq!(world.count(LEFT_OUT).await, 0, "{}", world.db.engine());
        assert_eq!(world.count(OPEN_TASKS).await, 0);
        let (touches, slowest) = (morning.lena.touches(), morning.slowest);
        println!(
            "the morning on {}: {touches} touches, the slowest page {slowest:?}",
            world.db.engine()
        );
        assert!(touches <= MOST_TOUCHES, "{touches} touches");
    }
}

/// The last of those with nothing planned is met tomorrow.
async fn books_in_the_row(morning: &mut Morning, on: Day) {
    morning
        .lena
        .picks("How", "Telephone")
        .fills("Day", &on.to_string())
        .fills("Time", "10:00");
    morning.presses("Book this", "Next step set").await;
}

/// The day's contacts and what came back stand on the page; a sheet for each
/// of them is printed.
async fn takes_along(morning: &mut Morning) {
    morning.lena.sees("Her son has moved out").sees("09:30");
    morning.follows("Sheets to take along").await;
    let sheets = morning.lena.words().matches("Printed by").count();
    assert_eq!(sheets, MEETINGS + 1, "the page's own foot is one more");
}

/// What cannot wait stands above everything else, and is done first.
async fn concerns_first(morning: &mut Morning) {
    let words = morning.lena.words();
    let place = |part: &str| words.find(part).expect(part);
    assert!(place("2 concerns to acknowledge") < place("Steps due today"));
    morning.follows("2 concerns to acknowledge").await;
    for _ in 0..2 {
        let raised = concern::State::Raised.label();
        morning.lena.follows_to("/concerns/", raised).await;
        morning
            .presses("Acknowledge: I will see to it", "Acknowledged")
            .await;
        morning.follows("Concerns").await;
    }
}
