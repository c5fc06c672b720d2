//! Pages: the layout, the form kit, the components of the NHS design system,
//! the styles and scripts, the security headers and the error page.
//! It knows no words of the casework: whoever shows a page brings them. Text
//! is escaped by construction, ids and error marks are never written by hand,
//! and every form that posts carries its token.
//!
//! # A form, from its definition to its page
//! ```
//! use axum::response::{IntoResponse, Response};
//! use kith_base::{Day, Line, Story};
//! use kith_pages::form::{Choice, Date, FormToken, Long, Maybe, One, Posted, Text};
//! use kith_pages::{Frame, Html, done, form};
//!
//! // rules.rs: what the form becomes.
//! #[derive(Clone, Copy, PartialEq, Debug)]
//! enum Area {
//!     Housing,
//!     Company,
//! }
//! impl Choice for Area {
//!     const ALL: &'static [Self] = &[Self::Housing, Self::Company];
//!     fn code(self) -> &'static str {
//!         match self {
//!             Self::Housing => "housing",
//!             Self::Company => "company",
//!         }
//!     }
//!     fn words(self) -> &'static str {
//!         match self {
//!             Self::Housing => "Housing",
//!             Self::Company => "Company",
//!         }
//!     }
//! }
//! struct SetGoal {
//!     words: Line,
//!     area: Area,
//!     set_on: Day,
//!     note: Option<Story>,
//! }
//!
//! // form.rs: the words of the form.
//! form! {
//!     /// A goal to be set.
//!     GoalForm => SetGoal {
//!         words: Text<Line> = Text::new("What do they want?")
//!             .called("the goal")
//!             .hint("In their own words"),
//!         area: One<Area> = One::new("Area of life"),
//!         set_on: Date = "Date it was set",
//!         note: Maybe<Long<Story>> = Long::new("Note").rows(3),
//!     }
//! }
//!
//! // pages.rs: the page is a list of fields.
//! #[derive(askama::Template)]
//! #[template(
//!     ext = "html",
//!     source = r#"{{ form.open("/goals", token) }}
//!         {{ form.words() }}
//!         {{ form.area() }}
//!         {{ form.set_on() }}
//!         {{ form.note() }}
//!         <button class="nhsuk-button">Add goal</button>
//!     </form>"#
//! )]
//! struct NewGoal<'a> {
//!     form: &'a GoalForm,
//!     token: &'a FormToken,
//! }
//!
//! fn show(frame: &Frame, form: &GoalForm, token: &FormToken) -> Response {
//!     frame
//!         .page("Add a goal")
//!         .reading()
//!         .errors(form.errors())
//!         .view(&NewGoal { form, token })
//! }
//!
//! fn post(frame: &Frame, posted: &Posted, token: &FormToken, today: Day) -> Response {
//!     let mut form = GoalForm::blank();
//!     form.set_on.kind.today_or_past(today);
//!     match form.check(posted) {
//!         Ok(goal) => done(&format!("/goals?area={}", goal.area.code()), "Goal added"),
//!         Err(form) => show(frame, &form, token),
//!     }
//! }
//!
//! # let frame = Frame::new("Riverside");
//! # let token = FormToken::new("c", "o");
//! # let today = Day::ymd(2026, 11, 21).unwrap();
//! # let good = Posted::from_pairs([
//! #     ("words", "walk to the shop"), ("area", "company"),
//! #     ("set_on-day", "20"), ("set_on-month", "11"), ("set_on-year", "2026"), ("note", ""),
//! # ]);
//! # assert_eq!(post(&frame, &good, &token, today).status(), 303);
//! // What is wrong comes back as the same page, with status 422.
//! let late = Posted::from_pairs([
//!     ("words", "walk to the shop"),
//!     ("area", "company"),
//!     ("set_on-day", "22"),
//!     ("set_on-month", "11"),
//!     ("set_on-year", "2026"),
//! ]);
//! assert_eq!(post(&frame, &late, &token, today).status(), 422);
//! # let mut form = GoalForm::blank();
//! # form.set_on.kind.today_or_past(today);
//! # let Err(form) = form.check(&late) else { panic!("taken") };
//! # let errors = form.errors().into_string();
//! # assert!(errors.contains("Date it was set must be today or in the past"), "{errors}");
//! # assert!(errors.contains("#set_on-day"), "{errors}");
//! # let Html { .. } = form.words();
//! ```

pub mod html;
pub mod headers;
pub mod assets;
mod token;
pub mod components;
pub mod form;
mod done;
mod frame;
mod page;
mod error_page;

#[cfg(test)]
mod official;

pub use done::{Done, done, go};
pub use error_page::{error_page, not_found, refused};
pub use frame::{Frame, TimeOut};
pub use html::{Href, Html, el};
pub use page::Page;
pub use token::FormToken;
