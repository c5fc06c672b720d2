//! The doors a mail leaves by: a mail server (SMTP), or a folder in which each
//! mail is a file, for development and the demonstration. A mail may hold a
//! link that lets somebody in, so that a server elsewhere is spoken to only
//! encrypted, and only when its certificate says who it is.

use std::{borrow::Cow, error::Error, net::IpAddr, path::PathBuf};

use kith_base::Email;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp,
};

use super::deliver::Waiting;

/// A door for mail.
#[derive(Clone, Debug)]
pub enum Post {
    /// A mail server.
    Server(AsyncSmtpTransport<Tokio1Executor>),
    /// A folder of `.eml` files.
    Folder(PathBuf),
}

/// Why a text does not name a door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadPost;

impl std::fmt::Display for BadPost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "Give where mail is sent: smtps://user:password@server:465, \
             smtp://user:password@server:587 (always encrypted, but to this machine itself), \
             or file:FOLDER",
        )
    }
}
impl Error for BadPost {}

impl std::str::FromStr for Post {
    type Err = BadPost;
    /// `smtps://…`, `smtp://…` or `file:FOLDER`.
    fn from_str(text: &str) -> Result<Self, BadPost> {
        if let Some(folder) = text.strip_prefix("file:") {
            return Ok(Self::Folder(folder.into()));
        }
        AsyncSmtpTransport::<Tokio1Executor>::from_url(&encrypted(text)?)
            .map(|builder| Self::Server(builder.build()))
            .map_err(|_| BadPost)
    }
}

/// The address of a mail server, never in clear: `smtp://` to another machine
/// begins encryption (STARTTLS) or sends nothing.
fn encrypted(text: &str) -> Result<Cow<'_, str>, BadPost> {
    let Some(rest) = text.strip_prefix("smtp://") else {
        return Ok(text.into());
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let ip: Option<IpAddr> = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().and_then(|ip| ip.parse().ok()),
        None => host.split(':').next().and_then(|ip| ip.parse().ok()),
    };
    let here = ip.is_some_and(|ip| ip.is_loopback()) || host.split(':').next() == Some("localhost");
    let query = rest.split_once('?').map(|(_, query)| query);
    let said = query.into_iter().flat_map(|query| query.split('&'));
    match said.into_iter().find(|word| word.starts_with("tls=")) {
        _ if here => Ok(text.into()),
        Some("tls=required") => Ok(text.into()),
        Some(_) => Err(BadPost),
        None if query.is_some() => Ok(format!("{text}&tls=required").into()),
        None => Ok(format!("{text}?tls=required").into()),
    }
}

/// Whether encryption failed because nobody vouches for the server.
fn is_about_certificate(error: &smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        if one.to_string().contains("certificate") {
            return true;
        }
        cause = one.source();
    }
    false
}

/// Why a mail did not leave. The words name no recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NotSent {
    pub(super) why: String,
    /// Trying again is no use.
    pub(super) for_good: bool,
}

impl NotSent {
    fn for_good(why: impl Into<String>) -> Self {
        let why = why.into();
        Self {
            why,
            for_good: true,
        }
    }

    pub(super) fn too_slow() -> Self {
        Self {
            why: "the mail server was too slow".into(),
            for_good: false,
        }
    }
}

impl Post {
    /// Sends one mail. Its `Message-ID` is its id in the outbox, so that a
    /// mail sent twice after a crash is known as one.
    pub(super) async fn send(
        &self,
        mail: &Waiting,
        from: &Email,
        host: &str,
    ) -> Result<(), NotSent> {
        let message = message(mail, from, host)?;
        match self {
            Self::Folder(folder) => {
                let path = folder.join(format!("{}.eml", mail.id));
                tokio::fs::create_dir_all(folder)
                    .await
                    .and(tokio::fs::write(path, message.formatted()).await)
                    .map_err(|error| NotSent {
                        why: format!("the folder for mail cannot be written: {}", error.kind()),
                        for_good: false,
                    })
            }
            Self::Server(server) => server.send(message).await.map(|_| ()).map_err(|error| {
                let why = match error.status() {
                    Some(code) => format!("the mail server answered {code}"),
                    None if is_about_certificate(&error) => {
                        "the mail server's certificate was not accepted".into()
                    }
                    None if error.is_client() => {
                        "the mail server does not offer what is needed, such as encryption".into()
                    }
                    None => "the mail server did not answer".into(),
                };
                NotSent {
                    why,
                    for_good: error.is_permanent(),
                }
            }),
        }
    }
}

fn message(mail: &Waiting, from: &Email, host: &str) -> Result<Message, NotSent> {
    let address = |email: &Email, whose: &str| {
        let parsed = email.parse();
        parsed.map_err(|_| NotSent::for_good(format!("the {whose} address cannot be mailed")))
    };
    let (to, from) = (
        address(&mail.recipient, "recipient's")?,
        address(from, "sender's")?,
    );
    Message::builder()
        .from(Mailbox::new(Some("Kith".into()), from))
        .to(Mailbox::new(None, to))
        .subject(mail.subject.as_str())
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .map_err(|_| NotSent::for_good("the mail cannot be put together"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_never_spoken_to_in_clear() {
        for (said, meant) in [
            (
                "smtp://kith:word@mail.example.org:587",
                "smtp://kith:word@mail.example.org:587?tls=required",
            ),
            (
                "smtp://10.0.0.5?timeout=3",
                "smtp://10.0.0.5?timeout=3&tls=required",
            ),
            (
                "smtp://localhost.example.org",
                "smtp://localhost.example.org?tls=required",
            ),
            (
                "smtp://mail.example.org?tls=required",
                "smtp://mail.example.org?tls=required",
            ),
            ("smtps://mail.example.org", "smtps://mail.example.org"),
            // A relay on this machine.
            ("smtp://127.0.0.1:25", "smtp://127.0.0.1:25"),
            ("smtp://[::1]:25", "smtp://[::1]:25"),
            ("smtp://localhost", "smtp://localhost"),
        ] {
            assert_eq!(encrypted(said).as_deref(), Ok(meant), "{said}");
        }
        for wrong in ["opportunistic", "none", ""] {
            let said = format!("smtp://mail.example.org?tls={wrong}");
            assert_eq!(encrypted(&said), Err(BadPost), "{said}");
        }
    }
}
