DROP INDEX offers_to_analyse;

ALTER TABLE offers DROP COLUMN words_of, DROP COLUMN words;

ALTER TABLE offers ADD COLUMN words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || description)) STORED;

CREATE INDEX offers_by_words ON offers USING gin (words) WITH (fastupdate = off) WHERE state = 'published' AND hidden_at IS NULL;
