//! Counts statements, for tests alone: what a page asks of the database must
//! not grow with the people who are not on it.

use std::cell::Cell;

tokio::task_local! {
    /// Statements of this task since the count began.
    static STATEMENTS: Cell<u32>;
}

/// Waits for something and says how many statements it took in this task.
/// Beginning and ending a transaction are not counted: each action has one.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u32) {
    let counting = async {
        let done = work.await;
        (done, STATEMENTS.with(Cell::get))
    };
    STATEMENTS.scope(Cell::new(0), counting).await
}

/// One statement more; nothing where nobody counts.
pub(crate) fn one_more() {
    STATEMENTS.try_with(|count| count.set(count.get() + 1)).ok();
}
