-- How the names that have been met sound, each once: a misspelt name is found
-- by the names that sound like it. Until now each person had a word for the
-- sound of each part of their name; those who have them keep them. The lot is
-- a number drawn, so that two who write a new name at one moment need not wait
-- for each other: then it stands here twice, which does no harm.
create table name_sound (
  scheme_id {id} not null,
  sound {text} not null,
  part {text} not null,
  lot {int} not null,
  primary key (scheme_id, sound, part, lot)
) {strict_by_key};

-- Words are written with their person and only ever read beside them: nobody
-- need look the person up once for each.
create table person_word_alone (
  scheme_id {id} not null,
  word {text} not null,
  person_id {id} not null,
  primary key (scheme_id, word, person_id)
) {strict_by_key};
insert into person_word_alone (scheme_id, word, person_id)
  select scheme_id, word, person_id from person_word;
drop table person_word;
alter table person_word_alone rename to person_word;
create index person_word_of on person_word (scheme_id, person_id);

-- Each referral writes one of either; their rows are short.
create table outbox_by_key (
  scheme_id {id} not null,
  id {id} not null,
  once_key {text} not null,
  made_at {ts} not null,
  kind {text} not null,
  recipient {text} not null,
  subject {text} not null,
  body {text} not null,
  person_id {id},
  state {text} not null check (state in ('queued', 'sent', 'failed', 'cancelled')),
  attempts {int} not null,
  next_at {ts} not null,
  sent_at {ts},
  failure {text},
  primary key (scheme_id, id)
) {strict_by_key};
insert into outbox_by_key (scheme_id, id, once_key, made_at, kind, recipient, subject, body,
    person_id, state, attempts, next_at, sent_at, failure)
  select scheme_id, id, once_key, made_at, kind, recipient, subject, body, person_id, state,
         attempts, next_at, sent_at, failure
    from outbox;
drop table outbox;
alter table outbox_by_key rename to outbox;
create unique index outbox_once on outbox (scheme_id, once_key);
create index outbox_waiting on outbox (scheme_id, next_at) where state = 'queued';
create index outbox_failed on outbox (scheme_id, made_at) where state = 'failed';

create table practice_message_by_key (
  scheme_id {id} not null,
  id {id} not null,
  referral_id {id} not null,
  person_id {id} not null,
  practice_id {id},
  stage {text} not null check (stage in ('received', 'first_seen', 'connected', 'closed', 'declined', 'note')),
  words {text} not null,
  to_do {text},
  author_name {text} not null,
  author_role {text} not null,
  code {text},
  code_term {text},
  code_map {text},
  made_at {ts} not null,
  needs_answer {flag} not null,
  acknowledged_by {id},
  acknowledged_at {ts},
  filed_by {id},
  filed_at {ts},
  primary key (scheme_id, id),
  foreign key (scheme_id, referral_id) references referral (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, practice_id) references organisation (scheme_id, id)
) {strict_by_key};
insert into practice_message_by_key (scheme_id, id, referral_id, person_id, practice_id, stage,
    words, to_do, author_name, author_role, code, code_term, code_map, made_at, needs_answer,
    acknowledged_by, acknowledged_at, filed_by, filed_at)
  select scheme_id, id, referral_id, person_id, practice_id, stage, words, to_do, author_name,
         author_role, code, code_term, code_map, made_at, needs_answer, acknowledged_by,
         acknowledged_at, filed_by, filed_at
    from practice_message;
drop table practice_message;
alter table practice_message_by_key rename to practice_message;
create index practice_message_of on practice_message (scheme_id, referral_id, made_at);
create unique index practice_message_code_once on practice_message (scheme_id, referral_id, code) where code is not null;
create index practice_message_to_file on practice_message (scheme_id, practice_id, made_at)
  where filed_at is null and stage <> 'received';
create index practice_message_to_answer on practice_message (scheme_id, practice_id, made_at)
  where needs_answer and acknowledged_at is null;
