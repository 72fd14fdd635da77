CREATE TABLE standing_snapshots (
    market_id UUID NOT NULL,
    user_id UUID NOT NULL,
    on_date DATE NOT NULL,
    standing DOUBLE PRECISION NOT NULL,
    relative DOUBLE PRECISION NOT NULL,
    activity DOUBLE PRECISION NOT NULL,
    is_seed BOOLEAN NOT NULL,
    inputs JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT standing_snapshots_pkey PRIMARY KEY (market_id, user_id, on_date),
    CONSTRAINT standing_is_a_share CHECK (least(standing, relative, activity) >= 0 AND standing <= 1),
    CONSTRAINT standing_snapshots_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT standing_snapshots_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

COMMENT ON TABLE standing_snapshots IS 'One row means: that night this was somebody''s standing in a market, and this is what it was counted from.';

CREATE FUNCTION standing_snapshots_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'standing_snapshots are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'standing_snapshots_are_kept';
END $$;

CREATE TRIGGER standing_snapshots_are_kept BEFORE UPDATE OR DELETE ON standing_snapshots
    FOR EACH ROW EXECUTE FUNCTION standing_snapshots_are_kept();

CREATE TABLE level_states (
    market_id UUID NOT NULL,
    user_id UUID NOT NULL,
    level VARCHAR(40) NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    misses SMALLINT DEFAULT '0' NOT NULL,
    asked_on DATE NOT NULL,
    CONSTRAINT level_states_pkey PRIMARY KEY (market_id, user_id),
    CONSTRAINT level_misses_are_counted CHECK (misses >= 0),
    CONSTRAINT the_first_level_cannot_be_missed CHECK (level <> 'L0' OR misses = 0),
    CONSTRAINT level_states_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT level_states_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT levels_known CHECK (level IN ('L0', 'L1', 'L2', 'L3', 'L4'))
);

COMMENT ON TABLE level_states IS 'One row means: somebody is of this level in a market.';

CREATE TABLE level_decisions (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    user_id UUID NOT NULL,
    on_date DATE NOT NULL,
    previous VARCHAR(40) NOT NULL,
    level VARCHAR(40) NOT NULL,
    outcome VARCHAR(40) NOT NULL,
    inputs JSONB NOT NULL,
    would_change JSONB NOT NULL,
    policy_version_id UUID NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    restores_id UUID,
    appealed_at TIMESTAMP WITH TIME ZONE,
    appeal_statement TEXT,
    appeal_decided_at TIMESTAMP WITH TIME ZONE,
    appeal_decided_by UUID,
    appeal_outcome VARCHAR(40),
    appeal_answer TEXT,
    CONSTRAINT level_decisions_pkey PRIMARY KEY (id),
    CONSTRAINT levels_are_lost_for_a_reason CHECK (NOT outcome = 'lost' OR jsonb_array_length(would_change) > 0),
    CONSTRAINT levels_are_lost_one_at_a_time CHECK (NOT outcome = 'lost' OR cast(right(level, 1) AS int) = cast(right(previous, 1) AS int) - 1),
    CONSTRAINT people_restore_and_rules_decide CHECK ((outcome = 'restored') = (decided_by IS NOT NULL) AND (outcome = 'restored') = (restores_id IS NOT NULL)),
    CONSTRAINT losses_of_levels_are_appealed CHECK (appealed_at IS NULL OR outcome = 'lost'),
    CONSTRAINT level_appeals_are_made_with_a_statement CHECK ((appealed_at IS NULL) = (appeal_statement IS NULL)),
    CONSTRAINT level_appeals_are_decided_whole CHECK ((appeal_decided_at IS NULL) = (appeal_decided_by IS NULL) AND (appeal_decided_at IS NULL) = (appeal_outcome IS NULL) AND (appeal_decided_at IS NULL) = (appeal_answer IS NULL)),
    CONSTRAINT only_level_appeals_are_decided CHECK (appeal_decided_at IS NULL OR appealed_at IS NOT NULL),
    CONSTRAINT nobody_answers_their_own_appeal CHECK (appeal_decided_by <> user_id),
    CONSTRAINT level_decisions_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT level_decisions_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT previous_levels_known CHECK (previous IN ('L0', 'L1', 'L2', 'L3', 'L4')),
    CONSTRAINT decided_levels_known CHECK (level IN ('L0', 'L1', 'L2', 'L3', 'L4')),
    CONSTRAINT level_outcomes_known CHECK (outcome IN ('earned', 'kept', 'missed_once', 'too_soon_to_lose', 'lost', 'restored')),
    CONSTRAINT level_decisions_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id),
    CONSTRAINT level_decisions_decided_by_fkey FOREIGN KEY(decided_by) REFERENCES users (id),
    CONSTRAINT level_decisions_one_per_restores_id UNIQUE (restores_id),
    CONSTRAINT level_decisions_restores_id_fkey FOREIGN KEY(restores_id) REFERENCES level_decisions (id),
    CONSTRAINT level_decisions_appeal_decided_by_fkey FOREIGN KEY(appeal_decided_by) REFERENCES users (id),
    CONSTRAINT level_appeal_outcomes_known CHECK (appeal_outcome IN ('upheld', 'overturned'))
);

CREATE UNIQUE INDEX a_level_is_decided_once_a_week ON level_decisions (market_id, user_id, on_date) WHERE restores_id IS NULL;

CREATE INDEX level_appeals_open ON level_decisions (market_id, id) WHERE appealed_at IS NOT NULL AND appeal_decided_at IS NULL;

CREATE INDEX level_decisions_of_a_person ON level_decisions (user_id, market_id, id);

COMMENT ON TABLE level_decisions IS 'One row means: this was decided about somebody''s level, from these inputs, and this became of an appeal.';

CREATE FUNCTION level_decisions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['appealed_at', 'appeal_statement', 'appeal_decided_at', 'appeal_decided_by', 'appeal_outcome', 'appeal_answer']::text[] = to_jsonb(OLD) - ARRAY['appealed_at', 'appeal_statement', 'appeal_decided_at', 'appeal_decided_by', 'appeal_outcome', 'appeal_answer']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'level_decisions are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'level_decisions_are_kept';
END $$;

CREATE TRIGGER level_decisions_are_kept BEFORE UPDATE OR DELETE ON level_decisions
    FOR EACH ROW EXECUTE FUNCTION level_decisions_are_kept();
