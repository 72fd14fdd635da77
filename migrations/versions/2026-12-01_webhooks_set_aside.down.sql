CREATE OR REPLACE FUNCTION webhook_events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['handled_at', 'attempts']::text[] = to_jsonb(OLD) - ARRAY['handled_at', 'attempts']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'webhook_events are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'webhook_events_are_kept';
END $$;

ALTER TABLE webhook_events DROP COLUMN set_aside_reason;
ALTER TABLE webhook_events DROP COLUMN set_aside_at;
ALTER TABLE webhook_events DROP COLUMN last_error;
ALTER TABLE webhook_events DROP COLUMN retry_at;
