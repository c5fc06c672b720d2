//! A server plans by what it knew of its tables when they were small; one that
//! looks at them by itself does so once a minute at best. So whoever fills
//! them has them looked at.

use kith_db::{Db, Outcome, run};

const TABLES: &str = "analyze person, person_word, name_sound, referral, referral_move, contact,
    task, practice_message, audit";

/// Lets a server look at its tables again; a file needs it not.
///
/// # Errors
/// When the database fails.
pub async fn anew(db: &Db) -> Outcome<()> {
    if db.is_embedded() {
        return Ok(());
    }
    db.act(async |tx| {
        run!(tx, sqlx::query(TABLES))?;
        Ok(())
    })
    .await
}
