-- A next step may be a meeting: how, at what time (minutes after midnight),
-- and where.
alter table referral add column next_way {text};
alter table referral add column next_minute {int};
alter table referral add column next_place {text};

-- A scheme's own words for people ("carer group"). The spelling is the words
-- folded, so that one tag is not two.
create table tag (
  scheme_id {id} not null,
  id {id} not null,
  words {text} not null,
  spelling {text} not null,
  made_by {id} not null,
  made_at {ts} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, made_by) references account (scheme_id, id)
) {strict};
create unique index tag_by_spelling on tag (scheme_id, spelling);

create table person_tag (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  tag_id {id} not null,
  made_by {id} not null,
  made_at {ts} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, tag_id) references tag (scheme_id, id),
  foreign key (scheme_id, made_by) references account (scheme_id, id)
) {strict};
create index person_tag_of on person_tag (scheme_id, person_id, tag_id);
create index person_tag_by_tag on person_tag (scheme_id, tag_id, person_id);
