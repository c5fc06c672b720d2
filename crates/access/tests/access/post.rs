//! The outbox delivers: into a folder, and to a mail server that speaks the
//! real protocol over a real socket.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use kith_access::{
    Scheme,
    outbox::{Delivered, Mail, Post, Sender, Waiting, cancel_about, deliver, deliver_one, queue},
    scheme,
};
use kith_base::{Clock, Id, Ts};
use kith_db::{Db, Outcome, Tx, on, run, testing::both};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};

/// What a mail server has taken.
pub(crate) type Inbox = Arc<Mutex<Vec<String>>>;
/// What it says first.
pub(crate) const GREETING: &[u8] = b"220 mail.example.org ready\r\n";

/// A mail server: takes mail, except for recipients whose name begins with
/// "later" (busy) or "never" (no such mailbox). It hangs up before taking the
/// text of mail for "cut".
struct Server {
    at: std::net::SocketAddr,
    taken: Inbox,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let inbox = taken.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answers(stream, inbox.clone()));
            }
        });
        Self { at, taken }
    }

    /// A server that says which mail it has heard, and takes it at a word.
    async fn holding() -> (Self, mpsc::Receiver<Held>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (gate, held) = mpsc::channel(1);
        let inbox = taken.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (inbox, gate) = (inbox.clone(), gate.clone());
                tokio::spawn(async move {
                    stream.write_all(GREETING).await?;
                    talk_at(stream, inbox, Some(gate)).await
                });
            }
        });
        (Self { at, taken }, held)
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

/// Greets, and talks.
async fn answers(mut stream: TcpStream, inbox: Inbox) -> std::io::Result<()> {
    stream.write_all(GREETING).await?;
    talk(stream, inbox).await
}

/// One talk with somebody who was greeted.
pub(crate) async fn talk(stream: impl AsyncRead + AsyncWrite, inbox: Inbox) -> std::io::Result<()> {
    talk_at(stream, inbox, None).await
}

/// A mail that a server has heard and not yet taken: whom it is for, and the
/// word at which it is taken.
type Held = (String, oneshot::Sender<()>);

async fn talk_at(
    stream: impl AsyncRead + AsyncWrite,
    inbox: Inbox,
    gate: Option<mpsc::Sender<Held>>,
) -> std::io::Result<()> {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    let mut recipient = String::new();
    while let Some(line) = lines.next_line().await? {
        let word = line.to_ascii_uppercase();
        let answer = if word.starts_with("EHLO") {
            "250 mail.example.org"
        } else if word.starts_with("RCPT") {
            recipient = line;
            match () {
                () if recipient.contains("<later") => "451 busy",
                () if recipient.contains("<never") => "550 no such mailbox",
                () => "250 ok",
            }
        } else if word == "DATA" {
            if recipient.contains("<cut") {
                return Ok(());
            }
            write.write_all(b"354 go on\r\n").await?;
            let mut text = String::new();
            while let Some(line) = lines.next_line().await? {
                if line == "." {
                    break;
                }
                text.push_str(&line);
                text.push('\n');
            }
            if let Some(gate) = &gate {
                let (take, taken) = oneshot::channel();
                gate.send((recipient.clone(), take)).await.unwrap();
                taken.await.unwrap();
            }
            inbox.lock().unwrap().push(text);
            "250 taken"
        } else if word == "QUIT" {
            write.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "250 ok"
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

const MAKE_TASK: &str = "update scheme set name = 'a mail failed' where scheme_id = $1";

/// Stands for the program that makes a task of a failed mail.
fn make_task<'a>(
    tx: &'a mut Tx,
    scheme: Id<Scheme>,
    _: &'a Waiting,
    _: Ts,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        run!(tx, sqlx::query(MAKE_TASK).bind(scheme))?;
        Ok(())
    })
}

pub(crate) fn sender(post: Post) -> Sender {
    Sender {
        post,
        from: "kith@example.org".parse().unwrap(),
        host: "kith.example.org".into(),
        on_failed: make_task,
    }
}

pub(crate) fn now() -> Ts {
    "2026-11-16T09:00:00Z".parse().unwrap()
}

pub(crate) async fn with_mails(db: &Db, to: &[&str]) -> Id<Scheme> {
    db.act(async |tx| {
        let scheme = scheme::found(tx, &"Riverside".parse().unwrap(), "riverside", now()).await?;
        for to in to {
            let mail = Mail {
                once_key: format!("test:{to}"),
                kind: "test",
                to: to.parse().unwrap(),
                subject: "A new referral is waiting: réf K7Q2".into(),
                body: "Open it here.\n.\nThat line is one dot.\n".into(),
                person: Some(Id::new(now())),
            };
            queue(tx, scheme, now(), mail.clone()).await?;
            // The same cause again is the same mail.
            queue(tx, scheme, now(), mail).await?;
        }
        Ok::<_, kith_db::Failure>(scheme)
    })
    .await
    .unwrap()
}

pub(crate) type Row = (String, i64, String, Option<String>);

pub(crate) async fn rows(db: &Db, scheme: Id<Scheme>) -> Vec<Row> {
    db.read(async |tx| -> Outcome<Vec<Row>> {
        Ok(on!(tx, c => sqlx::query_as::<_, Row>(
            "select state, attempts, body, failure from outbox where scheme_id = $1 order by recipient")
            .bind(scheme).fetch_all(c))?)
    })
    .await
    .unwrap()
}

/// However much waits, whoever delivers can stop after any mail: a program that
/// is to end, or has others to send for.
#[tokio::test(flavor = "multi_thread")]
async fn one_mail_is_sent_at_a_time_and_the_rest_waits() {
    for db in both().await {
        let server = Server::start().await;
        let sender = sender(format!("smtp://{}", server.at).parse().unwrap());
        let clock = Clock::fixed(now());
        let scheme = with_mails(&db, &["kay@example.org", "mo@example.org"]).await;
        for sent in 1..=2 {
            let mut done = Delivered::default();
            let one = deliver_one(&db, scheme, &sender, &clock, &mut done).await;
            assert!(one.unwrap(), "one was due");
            assert_eq!((done.sent, server.taken().len()), (1, sent));
        }
        let mut done = Delivered::default();
        let none = deliver_one(&db, scheme, &sender, &clock, &mut done).await;
        assert!(!none.unwrap());
        assert_eq!(done, Delivered::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_reaches_the_server_once_and_its_text_is_blanked() {
    for db in both().await {
        let server = Server::start().await;
        let post: Post = format!("smtp://{}", server.at).parse().unwrap();
        let scheme = with_mails(&db, &["kay@example.org"]).await;
        let sender = sender(post);
        let done = deliver(&db, scheme, &sender, &Clock::fixed(now()))
            .await
            .unwrap();
        assert_eq!(
            done,
            Delivered {
                sent: 1,
                later: 0,
                failed: 0
            }
        );
        assert_eq!(
            deliver(&db, scheme, &sender, &Clock::fixed(now()))
                .await
                .unwrap(),
            Delivered::default()
        );
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        assert!(taken[0].contains("Message-ID: <"), "{}", taken[0]);
        assert!(taken[0].contains("@kith.example.org>"));
        assert!(taken[0].contains("To: kay@example.org"));
        assert!(taken[0].contains("That line is one dot."));
        assert_eq!(
            rows(&db, scheme).await,
            [("sent".into(), 1, String::new(), None)]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_is_tried_again_and_a_missing_mailbox_is_not() {
    for db in both().await {
        let server = Server::start().await;
        let post: Post = format!("smtp://{}", server.at).parse().unwrap();
        let to = ["cut@example.org", "later@example.org", "never@example.org"];
        let scheme = with_mails(&db, &to).await;
        let sender = sender(post);
        let done = deliver(&db, scheme, &sender, &Clock::fixed(now()))
            .await
            .unwrap();
        assert_eq!(
            done,
            Delivered {
                sent: 0,
                later: 2,
                failed: 1
            }
        );
        let kept = rows(&db, scheme).await;
        let states: Vec<&str> = kept.iter().map(|row| row.0.as_str()).collect();
        assert_eq!(states, ["queued", "queued", "failed"]);
        assert_eq!(kept[2].3.as_deref(), Some("the mail server answered 550"));
        let name = db.read(async |tx| scheme::all(tx).await).await.unwrap();
        assert_eq!(&*name[0].name, "a mail failed", "the program was told");
        // Not yet, then again and again, longer and longer, for two days.
        let soon = now().plus_seconds(59);
        assert_eq!(
            deliver(&db, scheme, &sender, &Clock::fixed(soon))
                .await
                .unwrap(),
            Delivered::default()
        );
        let mut at = now();
        for _ in 0..8 {
            at = at.plus_seconds(86_400);
            deliver(&db, scheme, &sender, &Clock::fixed(at))
                .await
                .unwrap();
        }
        let kept = rows(&db, scheme).await;
        assert!(kept.iter().all(|row| row.0 == "failed"), "{kept:?}");
        assert_eq!(kept[1].1, 9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_do_not_send_the_same_mail() {
    for db in both().await {
        let server = Server::start().await;
        let post: Post = format!("smtp://{}", server.at).parse().unwrap();
        let to: Vec<String> = (0..12).map(|n| format!("kay{n:02}@example.org")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let scheme = with_mails(&db, &to).await;
        let sender = sender(post);
        let clock = Clock::fixed(now());
        let all = (0..3).map(|_| deliver(&db, scheme, &sender, &clock));
        let both = futures::future::join_all(all).await;
        let sent: u32 = both.iter().map(|done| done.as_ref().unwrap().sent).sum();
        assert_eq!((sent, server.taken().len()), (12, 12));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_died_after_claiming_loses_nothing() {
    for db in both().await {
        let folder = tempfile::tempdir().unwrap();
        let scheme = with_mails(&db, &["kay@example.org"]).await;
        // Claimed, and then nothing.
        db.act(async |tx| -> Outcome<()> {
            let until = now().plus_seconds(300);
            run!(
                tx,
                sqlx::query("update outbox set attempts = 1, next_at = $2 where scheme_id = $1")
                    .bind(scheme)
                    .bind(until)
            )?;
            Ok(())
        })
        .await
        .unwrap();
        let post: Post = format!("file:{}", folder.path().display()).parse().unwrap();
        let sender = sender(post);
        assert_eq!(
            deliver(&db, scheme, &sender, &Clock::fixed(now()))
                .await
                .unwrap(),
            Delivered::default()
        );
        let after = now().plus_seconds(301);
        assert_eq!(
            deliver(&db, scheme, &sender, &Clock::fixed(after))
                .await
                .unwrap()
                .sent,
            1
        );
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(files.len(), 1);
        let path = files[0].as_ref().unwrap().path();
        assert!(path.extension().is_some_and(|end| end == "eml"));
        assert!(
            std::fs::read_to_string(path)
                .unwrap()
                .contains("To: kay@example.org")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_about_somebody_can_be_cancelled() {
    for db in both().await {
        let folder = tempfile::tempdir().unwrap();
        let scheme = with_mails(&db, &["kay@example.org"]).await;
        let person = db
            .read(async |tx| -> Outcome<_> {
                Ok(on!(tx, c => sqlx::query_scalar::<_, Id<kith_access::Person>>(
                    "select person_id from outbox where scheme_id = $1").bind(scheme).fetch_one(c))?)
            })
            .await
            .unwrap();
        let cancelled = db
            .act(async |tx| cancel_about(tx, scheme, person).await)
            .await
            .unwrap();
        assert_eq!(cancelled, 1);
        let post: Post = format!("file:{}", folder.path().display()).parse().unwrap();
        let done = deliver(&db, scheme, &sender(post), &Clock::fixed(now()))
            .await
            .unwrap();
        assert_eq!(done, Delivered::default());
    }
}

async fn about(db: &Db, scheme: Id<Scheme>) -> Vec<(String, Id<kith_access::Person>)> {
    db.read(async |tx| -> Outcome<_> {
        Ok(on!(tx, c => sqlx::query_as(
            "select recipient, person_id from outbox where scheme_id = $1 order by recipient")
            .bind(scheme).fetch_all(c))?)
    })
    .await
    .unwrap()
}

/// Whatever is withdrawn while others are sent is not sent; what is on its way
/// at that moment has gone, and its row says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_while_others_are_sent_is_never_sent() {
    let to: Vec<String> = (0..60).map(|n| format!("kay{n:02}@example.org")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    for db in both().await {
        let (server, mut held) = Server::holding().await;
        let post: Post = format!("smtp://{}", server.at).parse().unwrap();
        let scheme = with_mails(&db, &to).await;
        let about = about(&db, scheme).await;
        let (mut withdrawn, mut too_late) = (BTreeSet::new(), BTreeSet::new());
        let mut draw = 2026_usize;
        let withdraws = async {
            while let Some((recipient, take)) = held.recv().await {
                let now = recipient.split(['<', '>']).nth(1).unwrap().to_owned();
                assert!(
                    !withdrawn.contains(&now),
                    "{now} was withdrawn, and is sent"
                );
                draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) & 0xffff_ffff;
                let (whose, person) = &about[(draw >> 8) % about.len()];
                let cancelled = db
                    .act(async |tx| cancel_about(tx, scheme, *person).await)
                    .await
                    .unwrap();
                if cancelled == 1 && *whose == now {
                    too_late.insert(now);
                } else if cancelled == 1 {
                    withdrawn.insert(whose.clone());
                }
                take.send(()).unwrap();
            }
        };
        let (sender, clock) = (sender(post), Clock::fixed(now()));
        let done = tokio::select! {
            done = deliver(&db, scheme, &sender, &clock) => done.unwrap(),
            () = withdraws => unreachable!("the server goes on"),
        };
        assert!(withdrawn.len() > 10, "{withdrawn:?}");
        assert_eq!(server.taken().len(), to.len() - withdrawn.len());
        assert_eq!(done.sent as usize, server.taken().len());
        let kept = rows(&db, scheme).await;
        for ((whose, _), row) in about.iter().zip(&kept) {
            let state = if withdrawn.contains(whose) {
                "cancelled"
            } else {
                "sent"
            };
            assert_eq!(
                row.0,
                state,
                "{whose}, too late: {}",
                too_late.contains(whose)
            );
        }
    }
}

/// Each mail takes a hundred seconds: the last is sent long after the first was
/// claimed, and another process that looks meanwhile does not send it too.
#[tokio::test(flavor = "multi_thread")]
async fn slow_mail_is_sent_once_though_others_look_for_mail() {
    for db in both().await {
        let (server, mut held) = Server::holding().await;
        let post: Post = format!("smtp://{}", server.at).parse().unwrap();
        let to: Vec<String> = (0..6).map(|n| format!("kay{n}@example.org")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let scheme = with_mails(&db, &to).await;
        let (sender, clock) = (sender(post), Clock::fixed(now()));
        let slowly = async {
            while let Some((_, take)) = held.recv().await {
                clock.set(clock.now().plus_seconds(100));
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                take.send(()).unwrap();
            }
        };
        let looks_later = async {
            while clock.now() < now().plus_seconds(350) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            deliver(&db, scheme, &sender, &clock).await
        };
        let sends = futures::future::join(deliver(&db, scheme, &sender, &clock), looks_later);
        tokio::select! {
            (one, other) = sends => assert_eq!(one.unwrap().sent + other.unwrap().sent, 6),
            () = slowly => unreachable!("the server goes on"),
        }
        assert_eq!(server.taken().len(), 6, "each of them once");
    }
}

#[test]
fn only_a_mail_server_or_a_folder_is_a_door() {
    for right in [
        "file:mail",
        "smtps://u:p@mail.example.org",
        "smtp://127.0.0.1:2525",
    ] {
        assert!(right.parse::<Post>().is_ok(), "{right}");
    }
    for wrong in ["", "mail.example.org", "http://mail.example.org"] {
        assert!(wrong.parse::<Post>().is_err(), "{wrong}");
    }
}
