ALTER TABLE provider_profiles DROP CONSTRAINT provider_profiles_about_is_composed;

ALTER TABLE provider_profiles DROP CONSTRAINT provider_profiles_display_name_is_composed;

ALTER TABLE offer_tasks DROP CONSTRAINT offer_tasks_description_is_composed;

ALTER TABLE offer_tasks DROP CONSTRAINT offer_tasks_title_is_composed;

ALTER TABLE offer_options DROP CONSTRAINT offer_options_title_is_composed;

ALTER TABLE offers DROP CONSTRAINT offers_description_is_composed;

ALTER TABLE offers DROP CONSTRAINT offers_title_is_composed;

ALTER TABLE markets DROP CONSTRAINT markets_name_is_composed;

ALTER TABLE categories DROP CONSTRAINT categories_name_is_composed;

ALTER TABLE resources DROP CONSTRAINT resources_name_is_composed;

DROP INDEX users_without_email_key;

ALTER TABLE users DROP CONSTRAINT users_name_is_composed, DROP COLUMN email_conflict, DROP COLUMN email_key;
