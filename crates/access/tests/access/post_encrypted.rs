//! Mail to another machine: encrypted, to a server that says who it is, or not
//! at all. The certificates beside this are made up, and vouch for nothing.

use std::sync::{Arc, Mutex};

use kith_access::outbox::{Delivered, Post, deliver};
use kith_base::Clock;
use kith_db::testing::both;
use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::client::{Certificate, Tls, TlsParameters},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use crate::post::{GREETING, Inbox, now, rows, sender, talk, with_mails};

const AUTHORITY: &[u8] = include_bytes!("certificates/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("certificates/server.pem");
const KEY: &[u8] = include_bytes!("certificates/server.key");

/// When a server begins to encrypt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Begins {
    /// With the connection.
    AtOnce,
    /// When it is asked to.
    Asked,
    /// Never: it writes down every line it hears.
    Never,
}

/// A mail server for `localhost`.
struct Server {
    port: u16,
    inbox: Inbox,
}

impl Server {
    async fn start(begins: Begins) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inbox = Inbox::default();
        let into = inbox.clone();
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
        let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serves(stream, begins, tls.clone(), into.clone()));
            }
        });
        Self { port, inbox }
    }

    fn heard(&self) -> Vec<String> {
        self.inbox.lock().unwrap().clone()
    }
}

async fn serves(
    mut stream: TcpStream,
    begins: Begins,
    tls: TlsAcceptor,
    inbox: Inbox,
) -> std::io::Result<()> {
    match begins {
        Begins::AtOnce => {
            let mut stream = tls.accept(stream).await?;
            stream.write_all(GREETING).await?;
            talk(stream, inbox).await
        }
        Begins::Asked => {
            stream.write_all(GREETING).await?;
            let mut hears = String::new();
            // EHLO, then STARTTLS: the client waits for each answer.
            BufReader::new(&mut stream).read_line(&mut hears).await?;
            stream
                .write_all(b"250-mail.example.org\r\n250 STARTTLS\r\n")
                .await?;
            BufReader::new(&mut stream).read_line(&mut hears).await?;
            stream.write_all(b"220 go on\r\n").await?;
            talk(tls.accept(stream).await?, inbox).await
        }
        Begins::Never => writes_down(stream, &inbox).await,
    }
}

/// Says yes to everything but encryption.
async fn writes_down(mut stream: TcpStream, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    stream.write_all(GREETING).await?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.starts_with("EHLO") {
            true => b"250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n",
            false => b"250 ok\r\n",
        };
        heard.lock().unwrap().push(line);
        write.write_all(answer).await?;
    }
    Ok(())
}

const ONE_LATER: Delivered = Delivered {
    sent: 0,
    later: 1,
    failed: 0,
};

#[tokio::test(flavor = "multi_thread")]
async fn mail_leaves_encrypted_to_a_server_that_is_who_it_says() {
    for begins in [Begins::AtOnce, Begins::Asked] {
        for db in both().await {
            let server = Server::start(begins).await;
            let authority = Certificate::from_pem(AUTHORITY).unwrap();
            let trusts = TlsParameters::builder("localhost".into()).add_root_certificate(authority);
            let trusts = trusts.build().unwrap();
            let tls = match begins {
                Begins::AtOnce => Tls::Wrapper(trusts),
                _ => Tls::Required(trusts),
            };
            let door = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost");
            let post = Post::Server(door.port(server.port).tls(tls).build());
            let to = format!("{begins:?}@example.org");
            let scheme = with_mails(&db, &[&to]).await;
            let done = deliver(&db, scheme, &sender(post), &Clock::fixed(now()))
                .await
                .unwrap();
            assert_eq!(done.sent, 1, "{begins:?}");
            assert!(server.heard()[0].contains("That line is one dot."));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_nobody_vouches_for_is_told_nothing() {
    for (begins, address) in [
        (Begins::AtOnce, "smtps://kith:word@localhost:PORT"),
        (
            Begins::Asked,
            "smtp://kith:word@localhost:PORT?tls=required",
        ),
    ] {
        for db in both().await {
            let server = Server::start(begins).await;
            let post: Post = address
                .replace("PORT", &server.port.to_string())
                .parse()
                .unwrap();
            let scheme = with_mails(&db, &[&format!("{begins:?}@example.org")]).await;
            let done = deliver(&db, scheme, &sender(post), &Clock::fixed(now()))
                .await
                .unwrap();
            assert_eq!(done, ONE_LATER, "{begins:?}");
            assert_eq!(server.heard(), [""; 0], "{begins:?}");
            let kept = rows(&db, scheme).await;
            let why = kept[0].3.as_deref().unwrap();
            assert!(why.contains("certificate was not accepted"), "{why}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_encrypt_hears_no_password_and_no_mail() {
    for db in both().await {
        let server = Server::start(Begins::Never).await;
        let address = format!("smtp://kith:word@127.0.0.1:{}?tls=required", server.port);
        let scheme = with_mails(&db, &["kay@example.org"]).await;
        let sender = sender(address.parse().unwrap());
        let done = deliver(&db, scheme, &sender, &Clock::fixed(now()))
            .await
            .unwrap();
        assert_eq!((done.sent, done.later + done.failed), (0, 1));
        let heard = server.heard();
        assert!(heard[0].starts_with("EHLO"), "{heard:?}");
        for line in &heard {
            let tells = ["AUTH", "MAIL", "RCPT", "DATA"]
                .iter()
                .any(|w| line.starts_with(w));
            assert!(!tells, "{heard:?}");
        }
    }
}
