ALTER TABLE users ADD COLUMN email_key VARCHAR(320), ADD COLUMN email_conflict VARCHAR(40);

ALTER TABLE users
    ADD CONSTRAINT users_have_one_account_per_address UNIQUE (email_key),
    ADD CONSTRAINT users_email_conflict_known CHECK (email_conflict IN ('shared', 'invalid')),
    ADD CONSTRAINT users_have_an_email_key_or_a_conflict CHECK (email_key IS NULL OR email_conflict IS NULL);

CREATE INDEX users_without_email_key ON users (created_at, id) WHERE email_key IS NULL AND email_conflict IS NULL;

ALTER TABLE resources ADD CONSTRAINT resources_name_is_composed CHECK (name IS NFC NORMALIZED) NOT VALID;

ALTER TABLE categories ADD CONSTRAINT categories_name_is_composed CHECK (name IS NFC NORMALIZED) NOT VALID;

ALTER TABLE markets ADD CONSTRAINT markets_name_is_composed CHECK (name IS NFC NORMALIZED) NOT VALID;

ALTER TABLE offers ADD CONSTRAINT offers_title_is_composed CHECK (title IS NFC NORMALIZED) NOT VALID;

ALTER TABLE offers ADD CONSTRAINT offers_description_is_composed CHECK (description IS NFC NORMALIZED) NOT VALID;

ALTER TABLE offer_options ADD CONSTRAINT offer_options_title_is_composed CHECK (title IS NFC NORMALIZED) NOT VALID;

ALTER TABLE offer_tasks ADD CONSTRAINT offer_tasks_title_is_composed CHECK (title IS NFC NORMALIZED) NOT VALID;

ALTER TABLE offer_tasks ADD CONSTRAINT offer_tasks_description_is_composed CHECK (description IS NFC NORMALIZED) NOT VALID;

ALTER TABLE provider_profiles ADD CONSTRAINT provider_profiles_display_name_is_composed CHECK (display_name IS NFC NORMALIZED) NOT VALID;

ALTER TABLE provider_profiles ADD CONSTRAINT provider_profiles_about_is_composed CHECK (about IS NFC NORMALIZED) NOT VALID;

ALTER TABLE users ADD CONSTRAINT users_email_key_is_composed CHECK (email_key IS NFC NORMALIZED) NOT VALID;

ALTER TABLE users ADD CONSTRAINT users_name_is_composed CHECK (name IS NFC NORMALIZED) NOT VALID;
