//! The doors a mail leaves by: a mail server (SMTP, encrypted), or a folder in
//! which each mail is a file, for development and the demonstration.

use std::path::PathBuf;

use kith_base::Email;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
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
            "Give where mail is sent: smtps://user:password@server, \
             smtp://server:587?tls=required, or file:FOLDER",
        )
    }
}
impl std::error::Error for BadPost {}

impl std::str::FromStr for Post {
    type Err = BadPost;
    /// `smtps://…`, `smtp://…` or `file:FOLDER`.
    fn from_str(text: &str) -> Result<Self, BadPost> {
        if let Some(folder) = text.strip_prefix("file:") {
            return Ok(Self::Folder(folder.into()));
        }
        AsyncSmtpTransport::<Tokio1Executor>::from_url(text)
            .map(|builder| Self::Server(builder.build()))
            .map_err(|_| BadPost)
    }
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
                let answered = error.status().map(|code| code.to_string());
                NotSent {
                    why: answered.map_or_else(
                        || "the mail server did not answer".into(),
                        |code| format!("the mail server answered {code}"),
                    ),
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
