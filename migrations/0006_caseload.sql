-- The people a link worker holds, in the order they are listed, with all that
-- is counted of them: the counts of a caseload are read from this index alone.
create index referral_held on referral
  (scheme_id, owner_id, next_on, id, state, next_kind, first_seen_at)
  where state in ('taken', 'open');
drop index referral_of_owner;
