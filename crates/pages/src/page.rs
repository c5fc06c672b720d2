//! A page: title, heading, what stands above it, and its body, in the layout.
//! Public pages and forms are for reading (two thirds wide); working lists are
//! compact (as wide as the window). A page with errors says so in its title,
//! answers 422 and puts the summary first.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html as HtmlBody, IntoResponse, Response};

use crate::assets;
use crate::components::{
    BackLink, Breadcrumb, Crumb, Footer, Header, NotificationBanner, SkipLink,
};
use crate::done::take_away;
use crate::frame::{Frame, TimeOut};
use crate::html::{Href, Html, el};

/// About what stands around the body of a page, in bytes.
const AROUND: usize = 12 * 1024;

/// A page being put together.
#[derive(Clone, Debug)]
pub struct Page {
    frame: Frame,
    title: String,
    caption: Html,
    own_heading: bool,
    compact: bool,
    status: StatusCode,
    errors: Html,
    banner: Html,
    above: Html,
    under: Option<Href>,
    no_referrer: bool,
    body: Html,
}

#[derive(askama::Template)]
#[template(path = "layout.html")]
struct Layout<'a> {
    window_title: String,
    nhsuk_css: &'static str,
    kith_css: &'static str,
    favicon: &'static str,
    boot_js: &'static str,
    main_js: &'static str,
    skip: SkipLink,
    header: Html,
    phase: &'a Html,
    banner: &'a Html,
    above: &'a Html,
    success: Html,
    errors: &'a Html,
    heading: Html,
    body: &'a Html,
    footer: Footer,
    printed: &'a str,
    container: &'static str,
    compact: bool,
    time_out: Option<&'a TimeOut>,
}

impl Page {
    /// A page for reading, with its title as its heading.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            frame: Frame::new(""),
            title: title.into(),
            caption: Html::default(),
            own_heading: false,
            compact: false,
            status: StatusCode::OK,
            errors: Html::default(),
            banner: Html::default(),
            above: Html::default(),
            under: None,
            no_referrer: false,
            body: Html::default(),
        }
    }

    /// Puts the page in a frame.
    #[must_use]
    pub fn in_frame(mut self, frame: &Frame) -> Self {
        self.frame = frame.clone();
        self
    }

    /// Two thirds wide: for reading and for forms. This is what a page is
    /// unless told otherwise.
    #[must_use]
    pub fn reading(mut self) -> Self {
        self.compact = false;
        self
    }

    /// As wide as the window and tighter: for working lists.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.compact = true;
        self
    }

    /// A smaller line above the heading.
    #[must_use]
    pub fn caption(mut self, words: impl Into<Html>) -> Self {
        self.caption = words.into();
        self
    }

    /// The body has the heading itself (a question that is the heading).
    #[must_use]
    pub fn own_heading(mut self) -> Self {
        self.own_heading = true;
        self
    }

    /// The status it answers with.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// What is wrong with the form on the page (`form.errors()`); when there
    /// is something, the page answers 422 and its title says "Error:".
    #[must_use]
    pub fn errors(mut self, summary: Html) -> Self {
        if !summary.is_empty() {
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.errors = summary;
        self
    }

    /// Who the page is about: stays in sight while the page moves.
    #[must_use]
    pub fn banner(mut self, banner: impl Into<Html>) -> Self {
        self.banner = banner.into();
        self
    }

    /// A link back above the heading.
    #[must_use]
    pub fn back(mut self, href: impl Into<Href>) -> Self {
        self.above = el("nav")
            .attr("aria-label", "Back")
            .child(BackLink::new(href))
            .into();
        self
    }

    /// The trail of pages above this one.
    #[must_use]
    pub fn trail(mut self, crumbs: impl Into<Vec<Crumb>>) -> Self {
        self.above = Breadcrumb::new(crumbs).into();
        self
    }

    /// The place in the navigation this page belongs to.
    #[must_use]
    pub fn under(mut self, place: impl Into<Href>) -> Self {
        self.under = Some(place.into());
        self
    }

    /// The page's address is a secret (a link sent by mail): no other page
    /// may learn it.
    #[must_use]
    pub fn secret_address(mut self) -> Self {
        self.no_referrer = true;
        self
    }

    /// What the page holds.
    #[must_use]
    pub fn body(mut self, body: impl Into<Html>) -> Self {
        self.body = body.into();
        self
    }

    /// What the page holds, from a template; ready to answer with. A template
    /// that fails is a fault: logged, and answered with the error page.
    pub fn view(self, template: &impl askama::Template) -> Response {
        match Html::template(template) {
            Ok(body) => self.body(body).into_response(),
            Err(error) => {
                tracing::error!(%error, title = %self.title, "a template failed");
                fault()
            }
        }
    }

    /// The whole page as text.
    ///
    /// # Errors
    /// When the layout fails to render.
    pub fn render(&self) -> Result<String, askama::Error> {
        let frame = &self.frame;
        let footer = Footer::new().items(frame.footer.clone()).wide(self.compact);
        let layout = Layout {
            window_title: self.window_title(),
            nhsuk_css: assets::NHSUK_CSS,
            kith_css: assets::KITH_CSS,
            favicon: assets::FAVICON_SVG,
            boot_js: assets::BOOT_JS,
            main_js: assets::MAIN_JS,
            skip: SkipLink::new("Skip to main content", "#maincontent"),
            header: self.header(),
            phase: &frame.phase,
            banner: &self.banner,
            above: &self.above,
            success: frame.done.line().map_or(Html::default(), |line| {
                NotificationBanner::success(line).into()
            }),
            errors: &self.errors,
            heading: self.heading(),
            body: &self.body,
            footer,
            printed: &frame.printed,
            container: if self.compact {
                "nhsuk-width-container nhsuk-width-container-fluid"
            } else {
                "nhsuk-width-container"
            },
            compact: self.compact,
            time_out: frame.time_out.as_ref(),
        };
        let mut page = String::with_capacity(self.body.as_str().len() + AROUND);
        askama::Template::render_into(&layout, &mut page)?;
        Ok(page)
    }

    fn window_title(&self) -> String {
        let error = if self.errors.is_empty() {
            ""
        } else {
            "Error: "
        };
        match self.frame.scheme.as_str() {
            "" => format!("{error}{} – Kith", self.title),
            scheme => format!("{error}{} – {scheme} – Kith", self.title),
        }
    }

    fn heading(&self) -> Html {
        if self.own_heading {
            return Html::default();
        }
        let caption = (!self.caption.is_empty()).then(|| {
            el("span")
                .class("nhsuk-caption-l")
                .child(&self.caption)
                .child(crate::html::hidden(" – "))
        });
        el("h1")
            .class("nhsuk-heading-l")
            .children(caption)
            .child(&self.title)
            .into()
    }

    fn header(&self) -> Html {
        let frame = &self.frame;
        let name: Html = if frame.scheme.is_empty() {
            "Kith".into()
        } else {
            let scheme = el("span").class("kith-scheme").child(&frame.scheme);
            ["Kith ".into(), Html::from(scheme)].into_iter().collect()
        };
        let mut nav = frame.nav.clone();
        for item in &mut nav {
            item.active |= self.under.as_ref() == Some(&item.href);
        }
        Html::from(
            &Header::new(name, frame.home.clone())
                .nav(nav)
                .account(frame.account.clone())
                .search(frame.search.clone())
                .wide(self.compact),
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let html = match self.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, title = %self.title, "the layout failed");
                return fault();
            }
        };
        let mut response = (self.status, HtmlBody(html)).into_response();
        if self.frame.done.line().is_some() {
            take_away(&mut response);
        }
        if self.no_referrer {
            response.headers_mut().insert(
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            );
        }
        response
    }
}

impl Frame {
    /// A page in this frame.
    pub fn page(&self, title: impl Into<String>) -> Page {
        Page::new(title).in_frame(self)
    }
}

/// The answer when even the page cannot be made.
fn fault() -> Response {
    let words = "Something went wrong on our side. Go back and try again.";
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}
