-- The word of a birth date carries the family name, so that a match passes
-- over everybody else born that day without reading their records. Spelling
-- is folded when it is compared, so the name may stand here as it is.
update person_word set word = word || ' ' || (select p.family from person p
    where p.scheme_id = person_word.scheme_id and p.id = person_word.person_id)
  where word >= 'b' and word < 'c' and length(word) = 11;
