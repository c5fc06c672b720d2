//! Styles, scripts and pictures, embedded when the program is built. Their
//! names change with their content, so a browser may keep them for ever; they
//! are compressed beforehand. Nothing is ever fetched from another host.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::headers::KeepForEver;

/// An embedded file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The routes of the embedded files, under `/assets/`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, wishes: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let takes_gzip = wishes
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|wish| wish.to_str().ok())
        .flat_map(|wish| wish.split(','))
        .any(|wish| accepts_gzip(wish.trim()));
    let body = if takes_gzip { asset.gzip } else { asset.plain };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if takes_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response.extensions_mut().insert(KeepForEver);
    response
}

/// Whether one of the encodings a browser takes is gzip (`gzip;q=0` is not).
fn accepts_gzip(wish: &str) -> bool {
    let mut parts = wish.split(';').map(str::trim);
    let named = parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
    let refused = |part: &str| {
        let weight = part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        weight.is_some_and(|weight| weight <= 0.0)
    };
    named && !parts.any(refused)
}
