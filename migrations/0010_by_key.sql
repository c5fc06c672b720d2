-- Every referral writes these. They are narrow and looked up by their keys, so
-- SQLite keeps them by their keys, each once, rather than in a table and in an
-- index beside it. A referral's history is always asked for as a whole.
create table form_once_by_key (
  scheme_id {id} not null,
  form_key {text} not null,
  made_at {ts} not null,
  went_to {text} not null,
  primary key (scheme_id, form_key)
) {strict_by_key};
insert into form_once_by_key (scheme_id, form_key, made_at, went_to)
  select scheme_id, form_key, made_at, went_to from form_once;
drop table form_once;
alter table form_once_by_key rename to form_once;

create table referral_move_by_key (
  scheme_id {id} not null,
  id {id} not null,
  referral_id {id} not null,
  person_id {id} not null,
  at {ts} not null,
  by_id {id},
  move {text} not null,
  from_state {text},
  to_state {text} not null,
  owner_id {id},
  note {text},
  primary key (scheme_id, referral_id, id),
  foreign key (scheme_id, referral_id) references referral (scheme_id, id)
) {strict_by_key};
insert into referral_move_by_key (scheme_id, id, referral_id, person_id, at, by_id, move,
    from_state, to_state, owner_id, note)
  select scheme_id, id, referral_id, person_id, at, by_id, move, from_state, to_state, owner_id, note
    from referral_move;
drop table referral_move;
alter table referral_move_by_key rename to referral_move;

create table audit_by_key (
  scheme_id {id} not null,
  id {id} not null,
  at {ts} not null,
  account_id {id},
  role {text} not null,
  action {text} not null,
  person_id {id},
  object_kind {text} not null,
  object_id {id},
  outcome {text} not null check (outcome in ('done', 'refused')),
  purpose {text} not null,
  primary key (scheme_id, id)
) {strict_by_key};
insert into audit_by_key (scheme_id, id, at, account_id, role, action, person_id, object_kind,
    object_id, outcome, purpose)
  select scheme_id, id, at, account_id, role, action, person_id, object_kind, object_id, outcome,
         purpose
    from audit;
drop table audit;
alter table audit_by_key rename to audit;
create index audit_by_person on audit (scheme_id, person_id, id) where person_id is not null;
create index audit_by_account on audit (scheme_id, account_id, id);
