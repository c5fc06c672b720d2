-- Schemes, organisations, accounts and what proves who somebody is;
-- the audit trail and the outbox. Every owned table begins with scheme_id.

-- Reference tables: the same in every scheme, looked up before it is known.
create table scheme (
  scheme_id {id} not null primary key,
  name {text} not null,
  slug {text} not null unique,
  made_at {ts} not null
) {strict};

create table sign_in_name (
  email {text} not null primary key,
  scheme_id {id} not null,
  account_id {id} not null
) {strict};
create unique index sign_in_name_by_account on sign_in_name (account_id);

create table setting (
  scheme_id {id} not null references scheme (scheme_id),
  name {text} not null,
  value {text} not null,
  changed_at {ts} not null,
  changed_by {id},
  primary key (scheme_id, name)
) {strict};

create table organisation (
  scheme_id {id} not null references scheme (scheme_id),
  id {id} not null,
  kind {text} not null check (kind in ('practice', 'network', 'voluntary')),
  name {text} not null,
  ods_code {text},
  email {text},
  active {flag} not null,
  version {int} not null,
  made_at {ts} not null,
  primary key (scheme_id, id)
) {strict};
create unique index organisation_by_ods on organisation (scheme_id, ods_code) where ods_code is not null;

create table account (
  scheme_id {id} not null references scheme (scheme_id),
  id {id} not null,
  email {text} not null,
  name {text} not null,
  role {text} not null check (role in ('practice', 'link_worker', 'manager', 'administrator', 'guardian')),
  organisation_id {id} not null,
  state {text} not null check (state in ('invited', 'active', 'left')),
  password_hash {text},
  totp_secret {bytes},
  totp_last_step {int} not null,
  failed_count {int} not null,
  locked_until {ts},
  full_time_percent {int} not null,
  left_on {day},
  version {int} not null,
  made_at {ts} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, organisation_id) references organisation (scheme_id, id)
) {strict};
create unique index account_by_email on account (scheme_id, email) where state <> 'left';
create index account_by_role on account (scheme_id, role, state, name);

-- Which practices a link worker usually works with: suggestions, not a wall.
create table account_practice (
  scheme_id {id} not null,
  account_id {id} not null,
  organisation_id {id} not null,
  primary key (scheme_id, account_id, organisation_id),
  foreign key (scheme_id, account_id) references account (scheme_id, id),
  foreign key (scheme_id, organisation_id) references organisation (scheme_id, id)
) {strict};

create table session (
  scheme_id {id} not null,
  token_hash {bytes} not null,
  account_id {id} not null,
  stage {text} not null check (stage in ('password', 'signed_in')),
  form_token {text} not null,
  made_at {ts} not null,
  seen_at {ts} not null,
  ends_at {ts} not null,
  proved_at {ts} not null,
  primary key (scheme_id, token_hash),
  foreign key (scheme_id, account_id) references account (scheme_id, id)
) {strict};
create index session_by_account on session (scheme_id, account_id);

-- Invitations and password resets: only the hash of the mailed token is kept.
create table mailed_token (
  scheme_id {id} not null,
  token_hash {bytes} not null,
  account_id {id} not null,
  kind {text} not null check (kind in ('invitation', 'reset')),
  made_at {ts} not null,
  ends_at {ts} not null,
  used_at {ts},
  primary key (scheme_id, token_hash),
  foreign key (scheme_id, account_id) references account (scheme_id, id)
) {strict};

create table recovery_code (
  scheme_id {id} not null,
  id {id} not null,
  account_id {id} not null,
  code_hash {bytes} not null,
  made_at {ts} not null,
  used_at {ts},
  primary key (scheme_id, id),
  foreign key (scheme_id, account_id) references account (scheme_id, id)
) {strict};
create index recovery_code_by_account on recovery_code (scheme_id, account_id);

create table passkey (
  scheme_id {id} not null,
  id {id} not null,
  account_id {id} not null,
  name {text} not null,
  credential_id {bytes} not null,
  credential {text} not null,
  made_at {ts} not null,
  used_at {ts},
  primary key (scheme_id, id),
  foreign key (scheme_id, account_id) references account (scheme_id, id)
) {strict};
create index passkey_by_account on passkey (scheme_id, account_id);
create unique index passkey_by_credential on passkey (scheme_id, credential_id);

-- Who did or looked at what. Rows are only ever added. A row has no foreign
-- key: it must outlive what it speaks of.
create table audit (
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
) {strict};
create index audit_by_person on audit (scheme_id, person_id, id) where person_id is not null;
create index audit_by_account on audit (scheme_id, account_id, id);

-- The sealer's chain over audit rows, one per scheme.
create table audit_seal (
  scheme_id {id} not null,
  number {int} not null,
  audit_id {id} not null,
  chain_hash {bytes} not null,
  sealed_at {ts} not null,
  primary key (scheme_id, number)
) {strict};
create unique index audit_seal_by_audit on audit_seal (scheme_id, audit_id);

-- What must leave the program: written in the transaction that causes it.
create table outbox (
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
) {strict};
create unique index outbox_once on outbox (scheme_id, once_key);
create index outbox_waiting on outbox (scheme_id, next_at) where state = 'queued';
create index outbox_failed on outbox (scheme_id, made_at) where state = 'failed';

-- A form sent twice does its work once: the key came with the form.
create table form_once (
  scheme_id {id} not null,
  form_key {text} not null,
  made_at {ts} not null,
  went_to {text} not null,
  primary key (scheme_id, form_key)
) {strict};

create table break_glass (
  scheme_id {id} not null,
  id {id} not null,
  account_id {id} not null,
  person_id {id} not null,
  reason {text} not null,
  made_at {ts} not null,
  ends_at {ts} not null,
  review_due_on {day} not null,
  reviewed_by {id},
  reviewed_at {ts},
  finding {text},
  primary key (scheme_id, id),
  foreign key (scheme_id, account_id) references account (scheme_id, id)
) {strict};
create index break_glass_open on break_glass (scheme_id, account_id, person_id, ends_at);
create index break_glass_to_review on break_glass (scheme_id, review_due_on) where reviewed_at is null;
