//! Every component on one page, in both densities, to look at:
//! `cargo run -p kith-pages --example gallery`, then open the address it
//! prints. The form is real: it posts, answers with its messages, and says
//! when all is well.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kith_base::{Day, Line, Story};
use kith_pages::components::*;
use kith_pages::form::{
    Choice, Date, FormToken, Long, Many, Maybe, Number, One, Pick, PostButton, Posted, Text, Time,
};
use kith_pages::html::p;
use kith_pages::{Done, Frame, Html, TimeOut, assets, done, el, form, headers, not_found};

#[derive(Clone, Copy, PartialEq, Debug)]
enum Area {
    Company,
    Money,
    Housing,
}

impl Choice for Area {
    const ALL: &'static [Self] = &[Self::Company, Self::Money, Self::Housing];
    fn code(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Money => "money",
            Self::Housing => "housing",
        }
    }
    fn words(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Money => "Money",
            Self::Housing => "Housing",
        }
    }
    fn hint(self) -> &'static str {
        match self {
            Self::Company => "People to spend time with",
            _ => "",
        }
    }
}

/// What the form of the gallery becomes.
#[expect(dead_code, reason = "the gallery shows the form, and keeps nothing")]
#[derive(Debug)]
struct SetGoal {
    words: Story,
    title: Line,
    set_on: Day,
    at: jiff::civil::Time,
    minutes: u16,
    area: Area,
    others: Option<Vec<Area>>,
    worker: u32,
}

form! {
    GoalForm => SetGoal {
        words: Long<Story> = Long::new("What matters to you?")
            .called("what matters")
            .hint("In the person's own words")
            .most(200),
        title: Text<Line> = Text::new("Title").width(20),
        set_on: Date = Date::new("Date it was set").hint("For example, 27 3 2026"),
        at: Time = Time::new("Time").hint("For example, 9am or 14:30"),
        minutes: Number<u16> = Number::new("Length", 1, 480).unit("minutes"),
        area: One<Area> = One::new("Area of life"),
        others: Maybe<Many<Area>> = Many::new("Other areas"),
        worker: Pick<u32> = Pick::empty("Link worker"),
    }
}

fn blank() -> GoalForm {
    let mut form = GoalForm::blank();
    form.worker.kind.offer(1, "w1", "Kay Smith");
    form.worker.kind.offer(2, "w2", "Ola Jones");
    form
}

fn token() -> FormToken {
    FormToken::new("made-up", "once")
}

fn frame(said: Done) -> Frame {
    Frame::new("Riverside social prescribing")
        .nav([
            NavItem::new("Form", "/"),
            NavItem::new("Compact", "/compact").count(3u32),
            NavItem::new("Reading", "/reading"),
        ])
        .account([
            AccountItem::link("Kay Smith", "/").with_person(),
            AccountItem::post("Sign out", "/", &token()),
        ])
        .search(HeaderSearch::new("/", "Find a person", &token()))
        .footer([
            FooterLink::new("Raise a concern", "/"),
            FooterLink::new("Help", "/"),
            FooterLink::new("Accessibility", "/"),
            FooterLink::new("Privacy", "/"),
        ])
        .phase(p("Made-up people only: a demonstration"))
        .time_out(TimeOut {
            after_seconds: 900,
            stay: "/".into(),
            ended: "/reading".into(),
        })
        .printed_by("Kay Smith", "21 November 2026, 10:42")
        .done(said)
}

fn goal_page(said: Done, form: &GoalForm) -> Response {
    let fields = Html::from(form.open("/", &token()))
        .and(form.words())
        .and(form.title())
        .and(form.set_on())
        .and(form.at())
        .and(form.minutes())
        .and(form.area())
        .and(form.others())
        .and(form.worker())
        .and(Button::new("Add goal").prevent_double_click(true))
        .and(Html::trusted("</form>"));
    frame(said)
        .page("Add a goal")
        .caption("Kay Jones")
        .under("/")
        .back("/reading")
        .errors(form.errors())
        .body(fields)
        .into_response()
}

async fn show_goal(said: Done) -> Response {
    goal_page(said, &blank())
}

async fn post_goal(posted: Posted) -> Response {
    match blank().check(&posted) {
        Ok(_) => done("/", "Goal added"),
        Err(form) => goal_page(Done::default(), &form),
    }
}

fn caseload() -> Table {
    let status = |words: &str, colour| Html::from(Tag::new(words).colour(colour));
    let mut table = Table::new()
        .caption("Caseload")
        .caption_size(Size::M)
        .compact(true)
        .responsive(true)
        .first_cell_is_header(true)
        .head([
            Column::new("Person")
                .sort(Sort::Ascending)
                .href("?sort=name"),
            Column::new("Status"),
            Column::new("Last contact"),
            Column::number("Contacts"),
        ]);
    for (name, tag, day, contacts) in [
        (
            "JONES, Kay",
            status("New", TagColour::Blue),
            "19 November 2026",
            1,
        ),
        (
            "OKORO, Sam",
            status("Waiting", TagColour::Yellow),
            "2 November 2026",
            14,
        ),
        (
            "WILLIAMS-FEATHERSTONE, Alexandria",
            status("Joined", TagColour::Green),
            "",
            120,
        ),
    ] {
        table = table.row([
            Cell::link(name, "/reading"),
            Cell::new(tag).block(true),
            Cell::new(day),
            Cell::number(contacts),
        ]);
    }
    table
}

fn loads() -> Bars {
    Bars::new(
        "People held by each link worker",
        [
            Bar::new("Kay Smith", 32.0).mark(40.0),
            Bar::new("Ola Jones", 47.0).mark(40.0),
            Bar::new("Bartholomew Featherstonehaugh", 9.0)
                .words("9 (part time)")
                .mark(16.0),
        ],
    )
    .of("Link worker")
    .unit("People")
    .mark_words("Agreed limit")
}

async fn compact() -> Response {
    let banner = Html::from(el("strong").child("JONES, Kay"))
        .and(" Born 03-Mar-1948 (78) NHS No. 999 000 0018");
    let lines = (1..60).map(|line| p(format!("Line {line} of a long page")));
    let body = Html::from(caseload())
        .and(Pagination::of_list(4, 12, |page| format!("?page={page}")))
        .and(Empty::new("Nobody has come back this week.").next("See everybody", "/compact"))
        .and(loads())
        .and(PostButton::new(
            "/",
            &token(),
            Button::secondary("Mark as done").small(true),
        ))
        .and(ButtonGroup::new(vec![
            Button::print("Print").into(),
            Button::copy("Copy reference", "K7Q2").into(),
        ]))
        .and(lines.collect::<Html>());
    frame(Done::default())
        .page("Caseload")
        .compact()
        .under("/compact")
        .banner(p(banner))
        .body(body)
        .into_response()
}

async fn reading() -> Response {
    let rows = vec![
        SummaryRow::new("Name", "Kay Jones")
            .actions([Action::new("Change", "/").visually_hidden_text("name")]),
        SummaryRow::new("Likes to be called", "Kay"),
    ];
    let tasks = vec![
        Task::new("Contact", "Completed").href("/"),
        Task::new("What matters", Tag::new("To do").colour(TagColour::Blue))
            .href("/")
            .hint("In their own words"),
    ];
    let walking = Card::new()
        .heading("Walking group")
        .href("/")
        .clickable(true)
        .description("Tuesdays at ten, at the library");
    let tabs = Tabs::new(vec![
        Tab::new("Plan", p("The plan")),
        Tab::new("Contacts", p("The contacts")),
    ]);
    let steps = Pagination::new()
        .previous(PageStep::new("/").label("Plan"))
        .next(PageStep::new("/compact").label("Caseload"));
    let body = Html::from(
        WarningCallout::new("Before you call", p("Kay prefers to be called after noon."))
            .level(2u8),
    )
    .and(SummaryList::new(rows))
    .and(TaskList::new(tasks))
    .and(InsetText::saying("The referral was explained by Dr Ahmed."))
    .and(Details::new(
        "What is holding?",
        p("Being there without a goal."),
    ))
    .and(walking)
    .and(tabs.id("person"))
    .and(NotificationBanner::important(
        "The practice is closed on Friday",
    ))
    .and(
        Panel::new("Referral sent")
            .level(2)
            .html(p("Your reference is K7Q2")),
    )
    .and(Panel::interruption("Is this right?", p("This service is full until May.")).level(2))
    .and(ActionLink::new("Find a service", "/"))
    .and(steps);
    frame(Done::default())
        .page("Kay's plan")
        .under("/reading")
        .trail([Crumb::new("Today", "/"), Crumb::new("Caseload", "/compact")])
        .body(body)
        .into_response()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let routes = Router::new()
        .route("/", get(show_goal).post(post_goal))
        .route("/compact", get(compact))
        .route("/reading", get(reading))
        .merge(assets::router())
        .fallback(|| async { not_found(&frame(Done::default())) });
    let door = tokio::net::TcpListener::bind(("127.0.0.1", 8090)).await?;
    println!("http://{}", door.local_addr()?);
    axum::serve(door, headers::protect(routes)).await
}
