-- An export of all records above a size needs a second person: one asks,
-- another releases.
create table export_request (
  scheme_id {id} not null,
  id {id} not null,
  asked_by {id} not null,
  asked_at {ts} not null,
  ends_at {ts} not null,
  released_by {id},
  released_at {ts},
  taken_at {ts},
  cancelled_at {ts},
  primary key (scheme_id, id),
  foreign key (scheme_id, asked_by) references account (scheme_id, id),
  foreign key (scheme_id, released_by) references account (scheme_id, id)
) {strict};
create index export_request_open on export_request (scheme_id, asked_at)
  where taken_at is null and cancelled_at is null;
