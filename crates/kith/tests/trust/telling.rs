//! A search does not tell who uses the service: the number of somebody out of
//! reach is answered word for word like a number nobody has. That the two
//! take the same time is measured when there is time for it
//! (`KITH_TEST_LONG`): a busy machine would make liars of a few samples.

use std::time::{Duration, Instant};

use kith_base::NhsNumber;
use kith_testkit::Browser;

use crate::story::Story;

fn number(first_nine: u32) -> String {
    NhsNumber::with_check_digit(first_nine).unwrap().spaced()
}

/// Rita asks with a number alone, as for somebody known.
async fn refers(rita: &mut Browser, number: &str) -> (u16, String) {
    rita.opens("/refer")
        .await
        .fills("NHS number", number)
        .chooses_in("What is it mainly about?", "Loneliness")
        .chooses("We talked about what a link worker does")
        .chooses_in("Has the person agreed to be referred?", "Yes")
        .presses("Send referral")
        .await;
    (rita.status().as_u16(), rita.words().replace(number, ""))
}

async fn searches(sam: &mut Browser, number: &str) -> (u16, String) {
    sam.opens("/caseload")
        .await
        .fills("Find somebody", number)
        .presses("Search")
        .await;
    (sam.status().as_u16(), sam.words().replace(number, ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn existence_oracle() {
    for story in Story::both().await {
        let engine = story.world.db.engine();
        // Hugh is of another practice; Rose's record is restricted.
        let (hugh, rose, nobody) = (
            number(999_900_003),
            number(999_900_004),
            number(999_900_888),
        );
        let mut rita = story.world.signed_in(story.world.rita).await;
        let known = refers(&mut rita, &hugh).await;
        assert_eq!(known, refers(&mut rita, &nobody).await, "{engine}");
        assert!(!known.1.contains("HAWTHORN"), "{}", known.1);
        let mut sam = story.world.signed_in(story.world.sam).await;
        let known = searches(&mut sam, &rose).await;
        assert_eq!(known, searches(&mut sam, &nobody).await, "{engine}");
        assert!(!known.1.contains("ROWAN"), "{}", known.1);
        if std::env::var_os("KITH_TEST_LONG").is_some() {
            let gap = gap(&mut sam, &rose, &nobody).await;
            println!("existence_oracle: the medians are {gap:?} apart on {engine}");
            assert!(gap < Duration::from_millis(2), "{gap:?} on {engine}");
        }
    }
}

/// How far the medians of the two searches are apart, taken in turns so that
/// what else the machine does meets both.
async fn gap(browser: &mut Browser, one: &str, other: &str) -> Duration {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..1_000 {
        for (number, times) in [(one, &mut first), (other, &mut second)] {
            let began = Instant::now();
            searches(browser, number).await;
            times.push(began.elapsed());
        }
    }
    for times in [&mut first, &mut second] {
        times.sort();
    }
    first[500].abs_diff(second[500])
}
