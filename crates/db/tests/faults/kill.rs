//! The program is killed while many write: what was acknowledged is there
//! once with its audit row, and nothing is there by half.
//! `KITH_FAULT_LOOPS` says how often (20 when it is not set).

use std::time::Duration;

use crate::witness::{Writer, holds};

/// Loops on one file, before a fresh one keeps the checks quick.
const ON_ONE_FILE: u32 = 50;

#[expect(
    clippy::disallowed_methods,
    reason = "how long the fault tests run is told by the environment"
)]
fn loops() -> u32 {
    std::env::var("KITH_FAULT_LOOPS").map_or(20, |text| {
        text.parse().expect("KITH_FAULT_LOOPS is a number")
    })
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let loops = loops();
    let mut acknowledged = 0;
    for first in (0..loops).step_by(ON_ONE_FILE as usize) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kith.db");
        let mut writers: Vec<Writer> = Vec::new();
        for number in first..loops.min(first + ON_ONE_FILE) {
            let mut writer = Writer::start(&file, i64::from(number) * 1_000_000, 16);
            writer.listen_for("kept");
            // From at once to some tens of milliseconds, in no order.
            writer.listen(Duration::from_micros(u64::from(number) * 7_919 % 50_000));
            writer.kill();
            acknowledged += writer.said.kept.len();
            writers.push(writer);
            holds(&file, &writers.iter().map(|w| &w.said).collect::<Vec<_>>()).await;
        }
    }
    println!("{loops} kills, {acknowledged} acknowledged, none lost");
    assert!(acknowledged > loops as usize, "the writers wrote");
}
