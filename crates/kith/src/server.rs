//! Serving: connections are taken one by one, each with a limit on how slowly
//! it may send its headers, and at most so many at once, so that slow clients
//! cannot keep the others out. On a signal no new request is taken; those
//! under way are finished.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt;

/// How long a client may take to send its headers, and a kept connection may
/// be idle.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// How many connections at once; more wait to be taken.
const CONNECTIONS: usize = 8192;
/// How long requests under way have to finish when the program stops.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// Serves the routes until `stop` is done. Requests carry
/// `ConnectInfo<SocketAddr>`: who is at the other end of the connection.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer, permit) = tokio::select! {
            () = &mut stop => break,
            next = accept(&listener, &room) => next?,
        };
        // Answers go out as they are written, not when a packet is full. A
        // socket that cannot be told so is gone: the client went away.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            continue;
        }
        let routes =
            routes
                .clone()
                .map_request(move |mut request: Request<hyper::body::Incoming>| {
                    request.extensions_mut().insert(ConnectInfo(peer));
                    request.map(axum::body::Body::new)
                });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes away in the middle is nobody's fault.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(FINISH_WITHIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish before the program stopped");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Ok((stream, peer, permit)),
            // Out of descriptors, or a client that went away: others go on.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Done when the program is asked to stop: Ctrl+C, or the signal TERM.
///
/// # Errors
/// When the signals cannot be heard.
pub async fn asked_to_stop() -> io::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done,
        _ = term.recv() => Ok(()),
    }
}
