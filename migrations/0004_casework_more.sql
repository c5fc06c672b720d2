-- Gender and ethnicity are closed words, so that figures can be counted by
-- them; what somebody said in their own words is kept beside.
alter table person add column gender_words {text};
alter table person add column ethnicity_words {text};
update person set gender_words = gender, ethnicity_words = ethnicity;
update person set ethnicity = null, gender = case
  when lower(trim(gender)) in ('female', 'woman', 'f') then 'female'
  when lower(trim(gender)) in ('male', 'man', 'm') then 'male'
  when lower(trim(gender)) in ('non-binary', 'nonbinary', 'non binary') then 'non_binary'
  else null end;

-- What there was to be careful of, and what it became.
create table person_risk (
  scheme_id {id} not null,
  id {id} not null,
  person_id {id} not null,
  -- The contact in which it was said; none where the details were put right.
  contact_id {id},
  at {ts} not null,
  by_id {id} not null,
  before_words {text},
  after_words {text},
  primary key (scheme_id, id),
  foreign key (scheme_id, person_id) references person (scheme_id, id),
  foreign key (scheme_id, contact_id) references contact (scheme_id, id),
  foreign key (scheme_id, by_id) references account (scheme_id, id)
) {strict};
create index person_risk_of on person_risk (scheme_id, person_id, id);

-- The other record of a "same person?" task: it stood at the end of its words.
alter table task add column other_person_id {id};
update task set
    other_person_id = {as_id}(replace(substr(what, length(what) - 36, 36), '-', '')),
    what = substr(what, 1, length(what) - 39)
  where kind = 'same_person' and what like '% (________-____-____-____-____________)';

-- What became of an action that was not simply done.
alter table task add column ended_as {text};
