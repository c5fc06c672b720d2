-- The case: a person, what they were referred for, every contact, what the
-- practice was told, concerns, tasks, drafts, merges and imports.

create table import_batch (
  scheme_id {id} not null,
  id {id} not null,
  kind {text} not null,
  file_name {text} not null,
  file_hash {bytes} not null,
  state {text} not null check (state in ('staged', 'running', 'done', 'undoing', 'undone', 'dropped')),
  -- What each column holds, how dates are written, what was agreed.
  columns {text} not null,
  row_count {int} not null,
  made_by {id} not null,
  made_at {ts} not null,
  done_at {ts},
  undo_until {ts},
  undone_at {ts},
  version {int} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, made_by) references account (scheme_id, id)
) {strict};
create index import_batch_by_time on import_batch (scheme_id, made_at);

create table person (
  scheme_id {id} not null,
  id {id} not null,
  nhs_number {text},
  -- A number somebody gave for this person that another record holds.
  nhs_number_doubted {text},
  given {text} not null,
  family {text} not null,
  known_as {text},
  pronouns {text},
  born {day},
  gender {text},
  ethnicity {text},
  -- Where the person lives and how to reach them: Restricted in the code.
  address {text},
  postcode {text},
  phone {text},
  email {text},
  safe_contact {text},
  text_is_safe {flag} not null,
  voicemail_is_safe {flag} not null,
  location_sensitive {flag} not null,
  restricted {flag} not null,
  risk {text},
  communication {text},
  access_needs {text},
  interpreter {text},
  matters {text},
  practice_id {id},
  merged_into {id},
  import_id {id},
  version {int} not null,
  made_at {ts} not null,
  changed_at {ts} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, practice_id) references organisation (scheme_id, id),
  foreign key (scheme_id, import_id) references import_batch (scheme_id, id)
) {strict};
create unique index person_by_nhs_number on person (scheme_id, nhs_number)
  where nhs_number is not null and merged_into is null;

-- What a search finds a person by, one row a word: names as they sound and
-- as they are spelt, birth date, NHS number, the end of the telephone number.
create table person_word (
  scheme_id {id} not null,
  word {text} not null,
  person_id {id} not null,
  primary key (scheme_id, word, person_id),
  foreign key (scheme_id, person_id) references person (scheme_id, id)
) {strict};
create index person_word_of on person_word (scheme_id, person_id);

-- Who may see a restricted person at all.
create table person_named (
  scheme_id {id} not null,
  person_id {id} not null,
  account_id {id} not null,
  added_by {id},
  added_at {ts} not null,
  primary key (scheme_id, person_id, account_id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, account_id) references account (scheme_id, id)
) {strict};

-- When where somebody is was hidden, or their record restricted, and why.
create table person_switch (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  at {ts} not null,
  by_id {id} not null,
  switch {text} not null check (switch in ('location', 'restricted')),
  turned_on {flag} not null,
  reason {text} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, by_id) references account (scheme_id, id)
) {strict};
create index person_switch_of on person_switch (scheme_id, person_id, id);

create table person_merge (
  scheme_id {id} not null,
  id {id} not null,
  kept_id {id} not null,
  gone_id {id} not null,
  before {text} not null,
  made_by {id} not null,
  made_at {ts} not null,
  undone_by {id},
  undone_at {ts},
  primary key (scheme_id, id),
  foreign key (scheme_id, kept_id) references person (scheme_id, id),
  foreign key (scheme_id, gone_id) references person (scheme_id, id)
) {strict};
create index person_merge_by_kept on person_merge (scheme_id, kept_id);

create table referral (
  scheme_id {id} not null,
  id {id} not null,
  reference {text} not null,
  person_id {id} not null,
  practice_id {id},
  source {text} not null check (source in ('practice', 'self', 'file', 'other')),
  referrer_id {id},
  referrer_name {text} not null,
  main_need {text} not null,
  needs {text} not null,
  why {text},
  told {text} not null,
  agreed {text} not null check (agreed in ('yes', 'yes_text_safe', 'no')),
  state {text} not null check (state in
    ('advice', 'waiting', 'taken', 'open', 'needs_worker', 'declined', 'closed', 'voided')),
  owner_id {id},
  next_kind {text} not null check (next_kind in ('planned', 'review', 'none')),
  next_step {text},
  next_on {day},
  received_at {ts} not null,
  received_on {day} not null,
  take_by {day} not null,
  taken_at {ts},
  answered_at {ts},
  first_seen_at {ts},
  connected_at {ts},
  ended_at {ts},
  end_reason {text},
  end_next {text},
  what_changed {text},
  practice_to_do {text},
  -- Kept with each contact, so that a caseload page never counts contacts.
  contact_count {int} not null,
  last_contact_at {ts},
  import_id {id},
  version {int} not null,
  changed_at {ts} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, practice_id) references organisation (scheme_id, id),
  foreign key (scheme_id, referrer_id) references account (scheme_id, id),
  foreign key (scheme_id, owner_id) references account (scheme_id, id),
  foreign key (scheme_id, import_id) references import_batch (scheme_id, id),
  -- Nobody is lost: in a queue without an owner, or with one; always a date.
  check ((state in ('taken', 'open')) = (owner_id is not null) or state in ('declined', 'closed', 'voided', 'advice')),
  check ((state in ('waiting', 'taken', 'open', 'needs_worker')) = (next_on is not null)),
  check ((state in ('declined', 'closed')) = (end_reason is not null))
) {strict};
create unique index referral_by_reference on referral (scheme_id, reference);
create index referral_by_person on referral (scheme_id, person_id, received_at);
create index referral_by_practice on referral (scheme_id, practice_id, received_at, id);
create index referral_of_owner on referral (scheme_id, owner_id, next_on, id)
  where state in ('taken', 'open');
create index referral_in_queue on referral (scheme_id, received_at, id)
  where state in ('waiting', 'needs_worker');
create index referral_ended on referral (scheme_id, owner_id, ended_at, id)
  where state in ('closed', 'declined');
create index referral_by_time on referral (scheme_id, received_on);

create table referral_move (
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
  primary key (scheme_id, id),
  foreign key (scheme_id, referral_id) references referral (scheme_id, id)
) {strict};
create index referral_move_of on referral_move (scheme_id, referral_id, at);

create table contact (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  referral_id {id} not null,
  author_id {id} not null,
  at {ts} not null,
  mode {text} not null,
  minutes {int} not null,
  purpose {text} not null check (purpose in ('assess', 'plan', 'connect', 'holding', 'follow_up', 'close')),
  holding {text},
  weight {int},
  attended {text} not null check (attended in ('yes', 'did_not_attend', 'no_answer', 'cancelled')),
  why_not {text},
  note {text},
  connected_to {text},
  practice_line {text},
  shared {flag} not null,
  restricted {flag} not null,
  version {int} not null,
  made_at {ts} not null,
  changed_at {ts} not null,
  voided_at {ts},
  void_reason {text},
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, referral_id) references referral (scheme_id, id),
  foreign key (scheme_id, author_id) references account (scheme_id, id),
  check ((purpose = 'holding') = (holding is not null)),
  check ((attended = 'yes') = (why_not is null))
) {strict};
create index contact_by_person on contact (scheme_id, person_id, at);
create index contact_by_referral on contact (scheme_id, referral_id, at);
create index contact_by_author on contact (scheme_id, author_id, at);

-- What a contact said before it was put right.
create table contact_earlier (
  scheme_id {id} not null,
  contact_id {id} not null,
  version {int} not null,
  body {text} not null,
  changed_by {id} not null,
  changed_at {ts} not null,
  primary key (scheme_id, contact_id, version),
  foreign key (scheme_id, contact_id) references contact (scheme_id, id)
) {strict};

create table task (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id},
  referral_id {id},
  contact_id {id},
  kind {text} not null,
  what {text} not null,
  who {text} not null,
  owner_id {id},
  due_on {day} not null,
  made_at {ts} not null,
  done_at {ts},
  done_by {id},
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, referral_id) references referral (scheme_id, id),
  foreign key (scheme_id, contact_id) references contact (scheme_id, id),
  foreign key (scheme_id, owner_id) references account (scheme_id, id)
) {strict};
create index task_open_of on task (scheme_id, owner_id, due_on) where done_at is null;
create index task_by_person on task (scheme_id, person_id);
create index task_by_contact on task (scheme_id, contact_id);

create table draft (
  scheme_id {id} not null,
  account_id {id} not null,
  place {text} not null,
  person_id {id} not null,
  body {text} not null,
  saved_at {ts} not null,
  primary key (scheme_id, account_id, place, person_id),
  foreign key (scheme_id, account_id) references account (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id)
) {strict};

-- What the referrer hears: received, first seen, connected, closed, declined.
create table practice_message (
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
) {strict};
create index practice_message_of on practice_message (scheme_id, referral_id, made_at);
-- The code is written once per episode.
create unique index practice_message_code_once on practice_message (scheme_id, referral_id, code) where code is not null;
create index practice_message_to_file on practice_message (scheme_id, practice_id, made_at)
  where filed_at is null and stage <> 'received';
create index practice_message_to_answer on practice_message (scheme_id, practice_id, made_at)
  where needs_answer and acknowledged_at is null;

create table concern (
  scheme_id {id} not null,
  id {id} not null,
  reference {text} not null,
  person_id {id},
  -- None where somebody without an account raised it.
  raised_by {id},
  raised_name {text} not null,
  door {text} not null check (door in ('staff', 'practice', 'public', 'self_referral')),
  -- How to reach whoever raised it, when they have no account.
  reach {text},
  about {text},
  what {text} not null,
  danger {text} not null check (danger in ('yes', 'not_sure', 'no')),
  raised_at {ts} not null,
  acknowledge_by {ts} not null,
  state {text} not null check (state in ('raised', 'acknowledged', 'closed')),
  lead_id {id},
  deputy_id {id},
  acknowledged_by {id},
  acknowledged_at {ts},
  escalated_at {ts},
  closed_by {id},
  closed_at {ts},
  outcome {text},
  -- What whoever raised it reads.
  outcome_line {text},
  version {int} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, raised_by) references account (scheme_id, id),
  foreign key (scheme_id, lead_id) references account (scheme_id, id),
  foreign key (scheme_id, deputy_id) references account (scheme_id, id),
  foreign key (scheme_id, acknowledged_by) references account (scheme_id, id),
  foreign key (scheme_id, closed_by) references account (scheme_id, id),
  check ((state = 'raised') = (acknowledged_at is null)),
  check ((state = 'closed') = (closed_at is not null)),
  check ((closed_at is null) = (outcome is null)),
  -- Nobody closes what they raised.
  check (raised_by is null or closed_by is null or raised_by <> closed_by)
) {strict};
create unique index concern_by_reference on concern (scheme_id, reference);
create index concern_raised_by on concern (scheme_id, raised_by, id) where raised_by is not null;
create index concern_closed on concern (scheme_id, id) where state = 'closed';
create index concern_open on concern (scheme_id, raised_at) where state <> 'closed';
create index concern_by_person on concern (scheme_id, person_id);

create table concern_event (
  scheme_id {id} not null,
  id {id} not null,
  concern_id {id} not null,
  at {ts} not null,
  by_id {id},
  what {text} not null,
  words {text},
  primary key (scheme_id, id),
  foreign key (scheme_id, concern_id) references concern (scheme_id, id)
) {strict};
create index concern_event_of on concern_event (scheme_id, concern_id, at);

-- While somebody is away, their people are also another's.
create table cover (
  scheme_id {id} not null,
  id {id} not null,
  away_id {id} not null,
  cover_id {id} not null,
  from_on {day} not null,
  until_on {day} not null,
  made_by {id} not null,
  made_at {ts} not null,
  ended_at {ts},
  primary key (scheme_id, id),
  foreign key (scheme_id, away_id) references account (scheme_id, id),
  foreign key (scheme_id, cover_id) references account (scheme_id, id)
) {strict};
create index cover_by_cover on cover (scheme_id, cover_id, until_on);

create table import_row (
  scheme_id {id} not null,
  import_id {id} not null,
  number {int} not null,
  row_hash {bytes} not null,
  cells {text} not null,
  sorted {text} not null check (sorted in ('unread', 'new', 'same', 'close', 'error')),
  problems {text} not null,
  match_id {id},
  -- Whether the match is the same person without a doubt.
  sure {flag} not null,
  choice {text} not null check (choice in ('ask', 'make', 'add', 'skip')),
  outcome {text} not null check (outcome in ('waiting', 'made', 'added', 'failed', 'taken_back', 'kept')),
  person_id {id},
  referral_id {id},
  made_person {flag} not null,
  primary key (scheme_id, import_id, number),
  foreign key (scheme_id, import_id) references import_batch (scheme_id, id)
) {strict};
create index import_row_by_hash on import_row (scheme_id, row_hash);
