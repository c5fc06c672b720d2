//! Pages that people read who have no account are in plain words: short
//! sentences of short words, for a reading age of nine to eleven. The number
//! is a reason to look, not a proof.

use axum::Router;
use kith_access::App;
use kith_testkit::{
    Browser, World,
    reading::{Reading, words},
};

fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}

/// The hardest a page may be: the sixth year of an American school, eleven
/// years old.
const HARDEST: f64 = 6.0;
/// The most words of a sentence.
const LONGEST: usize = 25;

fn is_plain(page: &Browser, name: &str) {
    let sentences = page.sentences();
    assert!(sentences.len() > 3, "{name}: {sentences:?}");
    let read = Reading::of(sentences.iter().map(String::as_str));
    let grade = read.grade();
    println!(
        "{name}: grade {grade:.1}, {} words in {} sentences",
        read.words, read.sentences
    );
    for sentence in &sentences {
        let long = words(sentence).len();
        assert!(long <= LONGEST, "{name}: {long} words: {sentence}");
    }
    assert!(grade <= HARDEST, "{name}: grade {grade:.1}: {sentences:#?}");
}

#[tokio::test]
async fn what_people_read_without_an_account_is_in_plain_words() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    for path in [
        "/",
        "/refer-yourself/harbour",
        "/refer-yourself/harbour/easy-read",
        "/refer-yourself/harbour/paper",
        "/leaflet/harbour",
        "/concerns/public/harbour",
        "/privacy",
    ] {
        visitor.opens(path).await.is_answered(200);
        is_plain(&visitor, path);
    }
    visitor.opens("/refer-yourself/harbour").await;
    visitor.presses("Send").await.is_answered(422);
    is_plain(&visitor, "what is missing");
    visitor
        .chooses_in("What would you most like help with?", "Money or debt")
        .fills("First name", "Mary")
        .fills("Last name", "Thistle")
        .fills_date("Date of birth", "1951-05-03")
        .fills("Phone number (optional)", "07700 900 982")
        .chooses("No, do not tell them")
        .chooses("Yes. You can keep what I wrote here and get in touch with me")
        .presses("Send")
        .await
        .is_on("We have what you sent");
    is_plain(&visitor, "what was sent is there");
}
