-- The people a link worker holds, in the order they are listed, with all that
-- a caseload shows and counts of a referral: it is read from this index alone.
create index referral_held on referral
  (scheme_id, owner_id, next_on, id, person_id, state, next_kind, next_step, main_need,
   first_seen_at, last_contact_at, contact_count)
  where state in ('taken', 'open');
drop index referral_of_owner;

-- Who waits, with what is counted of them.
drop index referral_in_queue;
create index referral_in_queue on referral
  (scheme_id, received_at, id, person_id, state, received_on, next_on)
  where state in ('waiting', 'needs_worker');

-- A word is its own key: SQLite keeps it once rather than in a table and an
-- index, and every referral writes some.
create table person_word_by_key (
  scheme_id {id} not null,
  word {text} not null,
  person_id {id} not null,
  primary key (scheme_id, word, person_id),
  foreign key (scheme_id, person_id) references person (scheme_id, id)
) {strict_by_key};
insert into person_word_by_key (scheme_id, word, person_id)
  select scheme_id, word, person_id from person_word;
drop table person_word;
alter table person_word_by_key rename to person_word;
create index person_word_of on person_word (scheme_id, person_id);
