//! The program's routes, put together from the areas, and the layers around
//! them all: every answer is counted, has a time limit, and a handler that
//! breaks takes nothing else down. Answers are not compressed: a page holds
//! the form token beside words somebody else may have chosen, and the length
//! of the compressed page would tell about the token (BREACH); scripts and
//! styles are compressed beforehand.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
};
use kith_access::{App, Routes};
use kith_pages::{Frame, assets, error_page, headers};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    areas,
    health::{self, Answers, Watched},
    homes, joins,
};

/// The longest a request may take, its upload included.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Every route of the program: for the router, the crawl of the tests and the
/// printed reference.
#[must_use]
pub fn routes() -> Routes {
    areas::routes().merge(homes::routes())
}

/// An app with what the program hangs into it.
#[must_use]
pub fn app(mut app: App) -> App {
    app.places = homes::places;
    app.on_leave = joins::on_leave;
    app
}

/// The program as one router.
pub fn program(app: App, watched: Option<Watched>) -> Router {
    let answers = watched
        .as_ref()
        .map_or_else(Arc::<Answers>::default, |watched| {
            Arc::clone(&watched.answers)
        });
    let pages = routes().into_router(app);
    let files = assets::router();
    let health = watched.map_or_else(Router::new, health::health);
    let all = files
        .merge(health)
        .fallback_service(pages)
        .layer(CatchPanicLayer::custom(broke))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER_WITHIN,
        ))
        .layer(middleware::from_fn_with_state(answers, health::count));
    headers::protect(all)
}

/// A handler panicked: a fault of ours, told like any other.
fn broke(why: Box<dyn Any + Send>) -> Response {
    let words = why.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let words = words
        .or_else(|| why.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let reference = format!("{:08X}", rand::random::<u32>());
    tracing::error!(reference, error = words, "a handler broke");
    let page = error_page(
        &Frame::new(""),
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "Nothing was saved. Go back and try again.",
        &reference,
    );
    page.into_response()
}
