//! The only way to make a router. Every route says what it needs, and the
//! door in front of it asks: is somebody signed in, does their role reach,
//! did our own page send this form? A route without an answer cannot be
//! written, and the list of routes is what the crawl of the tests and the
//! printed reference go through. The door itself is `door`.

use axum::{Extension, Router, extract::DefaultBodyLimit, handler::Handler, middleware, routing};
use kith_pages::{Frame, headers, not_found};

use crate::{
    app::App,
    door,
    needs::{Brings, MOST_FILE_BYTES, MOST_FORM_BYTES, Needs, RouteInfo},
};

/// Routes being put together, each with what it needs.
#[derive(Default)]
pub struct Routes {
    router: Router,
    list: Vec<RouteInfo>,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page that is looked at. It changes nothing.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let info = RouteInfo {
            method: "GET",
            path,
            needs,
            brings: Brings::Nothing,
        };
        self.add(info, routing::get(handler))
    }

    /// A form that is sent. The door has checked that our own page sent it;
    /// the handler takes it as `kith_pages::form::Posted`.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let info = RouteInfo {
            method: "POST",
            path,
            needs,
            brings: Brings::Fields,
        };
        self.add(info, routing::post(handler))
    }

    /// A form that is sent with a file of at most 10 MB; the handler takes it
    /// as [`Uploaded`](crate::Uploaded).
    #[must_use]
    pub fn post_file<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let info = RouteInfo {
            method: "POST",
            path,
            needs,
            brings: Brings::File,
        };
        self.add(info, routing::post(handler))
    }

    fn add(mut self, info: RouteInfo, route: routing::MethodRouter) -> Self {
        let guarded = route
            .route_layer(middleware::from_fn_with_state(info, door::door))
            .layer(DefaultBodyLimit::max(MOST_FILE_BYTES + MOST_FORM_BYTES));
        self.router = self.router.route(info.path, guarded);
        self.list.push(info);
        self
    }

    /// These and those.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// Every route there is.
    #[must_use]
    pub fn list(&self) -> &[RouteInfo] {
        &self.list
    }

    /// The router, with the security headers on every answer.
    pub fn into_router(self, app: App) -> Router {
        let router = self
            .router
            .fallback(async || not_found(&Frame::new("")))
            .layer(Extension(app));
        headers::protect(router)
    }
}
