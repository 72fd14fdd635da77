ALTER TABLE webhook_events ADD COLUMN retry_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE webhook_events ADD COLUMN last_error VARCHAR(500);
ALTER TABLE webhook_events ADD COLUMN set_aside_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE webhook_events ADD COLUMN set_aside_reason VARCHAR(500);

ALTER TABLE webhook_events ADD CONSTRAINT webhook_events_set_aside_for_a_reason
    CHECK ((set_aside_at IS NULL) = (set_aside_reason IS NULL)) NOT VALID;
ALTER TABLE webhook_events VALIDATE CONSTRAINT webhook_events_set_aside_for_a_reason;
ALTER TABLE webhook_events ADD CONSTRAINT webhook_events_handled_or_set_aside
    CHECK (handled_at IS NULL OR set_aside_at IS NULL) NOT VALID;
ALTER TABLE webhook_events VALIDATE CONSTRAINT webhook_events_handled_or_set_aside;

CREATE OR REPLACE FUNCTION webhook_events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['handled_at', 'attempts', 'retry_at', 'last_error', 'set_aside_at', 'set_aside_reason']::text[] = to_jsonb(OLD) - ARRAY['handled_at', 'attempts', 'retry_at', 'last_error', 'set_aside_at', 'set_aside_reason']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'webhook_events are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'webhook_events_are_kept';
END $$;
