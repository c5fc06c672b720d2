-- A plan that was called off, as it was, so that one press brings it back. It
-- holds as long as nothing else has happened to the referral: its version is
-- still the one that calling it off left.
create table called_off (
  scheme_id {id} not null,
  referral_id {id} not null,
  version {int} not null,
  step {text} not null,
  was_on {day} not null,
  way {text},
  minute {int},
  place {text},
  by_id {id} not null,
  at {ts} not null,
  primary key (scheme_id, referral_id),
  foreign key (scheme_id, referral_id) references referral (scheme_id, id),
  foreign key (scheme_id, by_id) references account (scheme_id, id)
) {strict};

-- Nobody visits them alone: why, and by when somebody asks again whether that
-- still holds. The record holds what is true now, the table who set and lifted
-- it, when and why; without a day it was lifted.
alter table person add column lone_why {text};
alter table person add column lone_review_on {day};
create table person_lone_working (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  at {ts} not null,
  by_id {id} not null,
  why {text} not null,
  review_on {day},
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, by_id) references account (scheme_id, id)
) {strict};
create index person_lone_working_of on person_lone_working (scheme_id, person_id, id);
