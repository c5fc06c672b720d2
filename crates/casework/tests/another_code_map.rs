//! The program was started with codes of its own: they are written, with their
//! version, and what is off is not. In a program of its own, because a map is
//! in force for as long as a program runs.

use axum::Router;
use kith_access::App;
use kith_casework::{
    code_map::CodeMap,
    contact::{Answer, Purpose},
    paths,
};
use kith_testkit::{World, mary, omar};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

const OURS: &str = r#"{ "version": "ours-7", "source": "Our own reading",
  "codes": [
    { "event": "accepted", "id": "71388002", "term": "Procedure (procedure)", "on": true },
    { "event": "declined", "id": "871711000000103", "term": "Social prescribing declined (situation)", "on": false }
  ] }"#;

#[tokio::test]
async fn codes_of_ones_own_are_written_with_their_version_and_what_is_off_is_not() {
    assert!(CodeMap::read(OURS).unwrap().put_in_force());
    assert!(
        !CodeMap::shipped().unwrap().put_in_force(),
        "once, at the start"
    );
    for world in World::small(program).await {
        let yes = world.takes_on(world.kay, &mary()).await;
        world
            .meets(
                world.kay,
                yes.referral,
                Purpose::Assess,
                None,
                Some(Answer::Yes),
            )
            .await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::sent_one(yes.referral))
            .await
            .sees("SNOMED CT: 71388002")
            .sees("(code map ours-7)");
        let no = world.takes_on(world.kay, &omar()).await;
        world
            .meets(
                world.kay,
                no.referral,
                Purpose::Assess,
                None,
                Some(Answer::No),
            )
            .await;
        let coded =
            "select count(*) from practice_message where scheme_id = $1 and code is not null";
        assert_eq!(world.count(coded).await, 1, "the person's no has no code");
    }
}
