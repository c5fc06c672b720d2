-- What a person's details said before they were put right, a row a field: the
-- words as people read them, by whom, when, and why when that was said. What
-- there is to be careful of has a table of its own (person_risk).
create table person_earlier (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  at {ts} not null,
  by_id {id} not null,
  field {text} not null,
  before_words {text},
  after_words {text},
  why {text},
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, by_id) references account (scheme_id, id)
) {strict};
create index person_earlier_of on person_earlier (scheme_id, person_id, id);
