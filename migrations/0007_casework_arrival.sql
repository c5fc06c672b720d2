-- Another telephone number or postcode than the record has, as the referral
-- gave it: shown to whoever may see the place, and never written over it.
alter table referral add column given_phone {text};
alter table referral add column given_postcode {text};

-- What a row of a file overwrote in the record there was, as JSON: the fields
-- before and after, so that undoing the import can put them back.
alter table import_row add column overwrote {text};
