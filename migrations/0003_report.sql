-- The figures: files that practices and managers bring in (who is registered,
-- GP contacts, wellbeing scores, population counts), and readings made of them.
-- Rows of a file count only while the file is done, so that confirming and
-- undoing are one small change each.

create table gathered_file (
  scheme_id {id} not null,
  id {id} not null,
  kind {text} not null check (kind in ('gp_register', 'gp_contacts', 'scores', 'population')),
  -- Whose file it is; none for the whole scheme.
  practice_id {id},
  file_name {text} not null,
  file_hash {bytes} not null,
  state {text} not null check (state in ('reading', 'staged', 'done', 'undone', 'dropped')),
  -- The headings that were read, and those that were not, as JSON.
  columns {text} not null,
  -- Rows kept, rows of them that an earlier file held too, rows refused.
  row_count {int} not null,
  known_count {int} not null,
  refused_count {int} not null,
  -- What a contact is, by which list of codes, from which system: must not
  -- change over the months that are compared.
  definition {text},
  code_set {text},
  supplier_version {text},
  -- The months GP contacts cover, both wholly, counted year * 12 + month - 1.
  from_month {int},
  until_month {int},
  -- The day population counts or a register are of.
  as_of {day},
  made_by {id} not null,
  made_at {ts} not null,
  done_at {ts},
  undo_until {ts},
  undone_at {ts},
  version {int} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, practice_id) references organisation (scheme_id, id),
  foreign key (scheme_id, made_by) references account (scheme_id, id),
  check (state <> 'done' or (done_at is not null and undo_until is not null)),
  check (kind not in ('gp_register', 'gp_contacts') or practice_id is not null),
  check ((kind = 'gp_contacts') = (from_month is not null)),
  check ((kind = 'gp_contacts') = (until_month is not null)),
  check ((kind = 'gp_contacts') = (definition is not null))
) {strict};
create index gathered_file_by_time on gathered_file (scheme_id, made_at);
create index gathered_file_in_force on gathered_file (scheme_id, practice_id, kind, done_at)
  where state = 'done';

-- A row that was refused: where, and what was expected. Never what it held,
-- which may be somebody's number.
create table gathered_problem (
  scheme_id {id} not null,
  file_id {id} not null,
  number {int} not null,
  heading {text} not null,
  expected {text} not null,
  primary key (scheme_id, file_id, number, heading),
  foreign key (scheme_id, file_id) references gathered_file (scheme_id, id)
) {strict};

-- Somebody on a practice's list, under a pseudonym. The NHS number of people
-- who were never referred is kept nowhere.
create table gp_person (
  scheme_id {id} not null,
  file_id {id} not null,
  number {int} not null,
  practice_id {id} not null,
  pseudonym {bytes} not null,
  registered_from {day} not null,
  registered_until {day},
  -- The first and the last month of which every day is within both.
  whole_from {int} not null,
  whole_until {int},
  birth_year {int} not null,
  sex {text} not null check (sex in ('female', 'male', 'other', 'not_recorded')),
  deprivation_fifth {int} check (deprivation_fifth between 1 and 5),
  -- The person in the record who has this pseudonym.
  person_id {id},
  primary key (scheme_id, file_id, number),
  foreign key (scheme_id, file_id) references gathered_file (scheme_id, id),
  foreign key (scheme_id, practice_id) references organisation (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id)
) {strict};
create index gp_person_by_pseudonym on gp_person (scheme_id, pseudonym);
create index gp_person_of on gp_person (scheme_id, person_id) where person_id is not null;

create table gp_contact (
  scheme_id {id} not null,
  file_id {id} not null,
  number {int} not null,
  pseudonym {bytes} not null,
  at_on {day} not null,
  month {int} not null,
  kind {text} not null,
  primary key (scheme_id, file_id, number),
  foreign key (scheme_id, file_id) references gathered_file (scheme_id, id)
) {strict};
create index gp_contact_by_month on gp_contact (scheme_id, file_id, month, pseudonym, kind);
create index gp_contact_by_pseudonym on gp_contact (scheme_id, pseudonym, at_on);

create table wellbeing_score (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  measure {text} not null,
  score {int} not null,
  taken_on {day} not null,
  occasion {text} not null check (occasion in ('start', 'follow_up')),
  -- None for a score written in the record itself.
  file_id {id},
  made_by {id} not null,
  made_at {ts} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, file_id) references gathered_file (scheme_id, id),
  foreign key (scheme_id, made_by) references account (scheme_id, id)
) {strict};
create index wellbeing_score_of on wellbeing_score (scheme_id, person_id, measure, taken_on);
create index wellbeing_score_by_file on wellbeing_score (scheme_id, file_id) where file_id is not null;

create table population_count (
  scheme_id {id} not null,
  file_id {id} not null,
  number {int} not null,
  dimension {text} not null check (dimension in ('age', 'sex', 'ethnicity', 'deprivation')),
  group_name {text} not null,
  people {int} not null,
  primary key (scheme_id, file_id, number),
  foreign key (scheme_id, file_id) references gathered_file (scheme_id, id)
) {strict};

-- A question asked of the figures, and its answer as it was read. A new
-- reading never takes the place of an old one.
create table reading (
  scheme_id {id} not null,
  id {id} not null,
  -- The question with everything that decides the answer, as JSON; its hash is
  -- fixed before any data are read.
  question {text} not null,
  question_hash {bytes} not null,
  is_primary {flag} not null,
  subject_kind {text} not null check (subject_kind in ('scheme', 'practice', 'worker')),
  subject_id {id},
  state {text} not null check (state in ('fixed', 'running', 'done', 'failed')),
  steps_done {int} not null,
  steps_all {int} not null,
  -- The answer, or the refusal, as JSON, with what it was made from.
  result {text},
  made_by {id} not null,
  made_at {ts} not null,
  started_at {ts},
  done_at {ts},
  version {int} not null,
  primary key (scheme_id, id),
  foreign key (scheme_id, made_by) references account (scheme_id, id),
  check ((state = 'done') = (result is not null)),
  check ((subject_kind = 'scheme') = (subject_id is null))
) {strict};
create index reading_by_subject on reading (scheme_id, subject_kind, subject_id, made_at);
create index reading_to_run on reading (scheme_id, made_at) where state = 'running';
