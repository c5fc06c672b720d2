//! sqlx's queries on a file, through our connection.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use kith_sqlite::{SqliteConnection, SqliteError, SqliteOptions};
use sqlx::{Connection, FromRow, Row};
use tempfile::TempDir;
use uuid::Uuid;

struct File {
    _folder: TempDir,
    options: SqliteOptions,
}

impl File {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.db");
        std::fs::File::create(&path).unwrap();
        let options = SqliteOptions::of(&path).pragma("foreign_keys", "on");
        Self {
            _folder: folder,
            options,
        }
    }

    fn open(&self) -> SqliteConnection {
        self.options.open().unwrap()
    }
}

const TABLE: &str = "create table goal (id blob primary key, words text not null unique,
        weight real, done integer check (done in (0, 1)), shade blob);
    create table step (goal blob not null references goal (id))";

#[derive(FromRow, PartialEq, Debug)]
struct Goal {
    id: Uuid,
    words: String,
    weight: Option<f64>,
    done: Option<bool>,
    shade: Option<Vec<u8>>,
}

async fn with_goal(file: &File, goal: &Goal) -> SqliteConnection {
    let mut c = file.open();
    sqlx::raw_sql(TABLE).execute(&mut c).await.unwrap();
    put(&mut c, goal).await.unwrap();
    c
}

async fn put(c: &mut SqliteConnection, goal: &Goal) -> Result<u64, sqlx::Error> {
    // The numbers stand in another order than the values.
    let sql = "insert into goal (words, shade, done, weight, id) values ($2, $5, $4, $3, $1)";
    sqlx::query(sql)
        .bind(goal.id)
        .bind(&goal.words)
        .bind(goal.weight)
        .bind(goal.done)
        .bind(&goal.shade)
        .execute(c)
        .await
        .map(|wrote| wrote.rows_affected())
}

fn choir() -> Goal {
    Goal {
        id: Uuid::from_u128(7),
        words: "Sing in the choir: Zoë's idea".into(),
        weight: Some(0.1),
        done: Some(true),
        shade: Some(vec![0, 255]),
    }
}

#[tokio::test]
async fn what_was_written_is_read_as_it_was() {
    let file = File::new();
    let nothing = Goal {
        id: Uuid::from_u128(8),
        words: String::new(),
        weight: None,
        done: None,
        shade: None,
    };
    let mut c = with_goal(&file, &choir()).await;
    assert_eq!(put(&mut c, &nothing).await.unwrap(), 1);
    let all: Vec<Goal> = sqlx::query_as("select * from goal order by id")
        .fetch_all(&mut c)
        .await
        .unwrap();
    assert_eq!(all, [choir(), nothing]);
    let changed = sqlx::query("update goal set done = $1 where words <> $2")
        .bind(false)
        .bind("none of them")
        .execute(&mut c)
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 2);
    c.close().await.unwrap();
}

#[tokio::test]
async fn one_row_none_and_a_number_that_has_no_value() {
    let file = File::new();
    let mut c = with_goal(&file, &choir()).await;
    let words = "select words from goal where done = $1";
    let found: Option<String> = sqlx::query_scalar(words)
        .bind(false)
        .fetch_optional(&mut c)
        .await
        .unwrap();
    assert_eq!(found, None);
    let none = sqlx::query(words).bind(false).fetch_one(&mut c).await;
    assert!(matches!(none, Err(sqlx::Error::RowNotFound)));
    let left_out: Option<i64> = sqlx::query_scalar("select $2")
        .bind(1)
        .fetch_one(&mut c)
        .await
        .unwrap();
    assert_eq!(left_out, None);
    let sum: f64 = sqlx::query_scalar("select sum(done) from goal")
        .fetch_one(&mut c)
        .await
        .unwrap();
    assert!((sum - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn what_is_of_another_kind_is_refused_by_column() {
    let file = File::new();
    let mut c = with_goal(&file, &choir()).await;
    let row = sqlx::query("select words, done, cast(x'ff' as text) as broken from goal")
        .fetch_one(&mut c)
        .await
        .unwrap();
    let number = row.try_get::<i64, _>("words").unwrap_err().to_string();
    assert!(
        number.contains("words") && number.contains("TEXT"),
        "{number}"
    );
    assert!(row.try_get::<String, _>("done").is_err());
    assert!(row.try_get::<String, _>("broken").is_err());
    assert!(row.try_get::<Uuid, _>("words").is_err());
    let missing = row.try_get::<String, _>("colour").unwrap_err();
    assert!(matches!(missing, sqlx::Error::ColumnNotFound(_)));
    assert!(row.try_get::<String, _>(3).is_err());
}

fn sqlite_error(error: &sqlx::Error) -> i32 {
    let said = error.as_database_error().unwrap();
    said.downcast_ref::<SqliteError>().extended()
}

#[tokio::test]
async fn a_rule_that_is_broken_is_told_by_its_kind() {
    let file = File::new();
    let mut c = with_goal(&file, &choir()).await;
    let twice = put(&mut c, &choir()).await.unwrap_err();
    let said = twice.as_database_error().unwrap();
    assert!(said.is_unique_violation(), "{twice}");
    let lost = sqlx::query("insert into step (goal) values ($1)")
        .bind(Uuid::nil())
        .execute(&mut c)
        .await
        .unwrap_err();
    assert!(lost.as_database_error().unwrap().is_foreign_key_violation());
    let half = sqlx::query("update goal set done = 2")
        .execute(&mut c)
        .await;
    assert!(
        half.unwrap_err()
            .as_database_error()
            .unwrap()
            .is_check_violation()
    );
    let wrong = sqlx::query("select colour from goal")
        .fetch_all(&mut c)
        .await;
    assert_eq!(sqlite_error(&wrong.unwrap_err()) & 0xff, 1);
    // The connection goes on.
    assert!(c.ping().await.is_ok());
    let left: i64 = sqlx::query_scalar("select count(*) from goal")
        .fetch_one(&mut c)
        .await
        .unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_reader_cannot_write_and_a_missing_file_is_not_made() {
    let file = File::new();
    with_goal(&file, &choir()).await.close().await.unwrap();
    let mut reader = file.options.clone().read_only().open().unwrap();
    let refused = put(&mut reader, &choir()).await.unwrap_err();
    assert_eq!(sqlite_error(&refused) & 0xff, 8, "{refused}");
    let nowhere = SqliteOptions::of(std::path::Path::new("/nowhere/a.db"));
    assert_eq!(sqlite_error(&nowhere.open().unwrap_err()) & 0xff, 14);
}

#[tokio::test]
async fn a_statement_stops_when_its_time_is_over() {
    let file = File::new();
    let mut c = file.open();
    c.goes_on_while(1_000, || false).unwrap();
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n)
        select count(*) from n";
    let stopped = sqlx::query(endless).fetch_one(&mut c).await.unwrap_err();
    assert_eq!(sqlite_error(&stopped), 9, "{stopped}");
    let own = SqliteError::interrupted();
    assert_eq!(own.extended(), 9);
}
