ALTER TABLE offers ALTER COLUMN words DROP EXPRESSION;

ALTER TABLE offers ADD COLUMN words_of VARCHAR(32);

CREATE INDEX offers_to_analyse ON offers (id) WHERE words_of IS DISTINCT FROM md5(title || chr(10) || description);
