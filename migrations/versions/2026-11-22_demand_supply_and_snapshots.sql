-- What people ask for and who is near, the snapshots of prices, and what the ticks learn from.

CREATE TABLE demand_signals (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    category_id UUID NOT NULL,
    cell BIGINT NOT NULL,
    customer_id UUID NOT NULL,
    signal VARCHAR(40) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT demand_signals_pkey PRIMARY KEY (id),
    CONSTRAINT demand_signals_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT demand_signals_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id),
    CONSTRAINT demand_signals_customer_id_fkey FOREIGN KEY(customer_id) REFERENCES users (id),
    CONSTRAINT demand_signals_signal_known CHECK (signal IN ('search', 'unmet_quote'))
);

CREATE INDEX demand_signals_by_customer ON demand_signals (customer_id, category_id, at);

CREATE INDEX demand_signals_by_market_and_time ON demand_signals (market_id, at);

CREATE INDEX demand_signals_by_time ON demand_signals (at);

COMMENT ON TABLE demand_signals IS 'One row means: this customer looked for this category around here.';

CREATE TABLE provider_presences (
    profile_id UUID NOT NULL,
    market_id UUID NOT NULL,
    cell BIGINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    left_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT provider_presences_pkey PRIMARY KEY (profile_id),
    CONSTRAINT provider_presences_end_after_they_begin CHECK (left_at >= seen_at),
    CONSTRAINT provider_presences_profile_id_fkey FOREIGN KEY(profile_id) REFERENCES provider_profiles (id),
    CONSTRAINT provider_presences_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id)
);

CREATE INDEX provider_presences_by_market ON provider_presences (market_id, seen_at);

COMMENT ON TABLE provider_presences IS 'One row means: this provider said last to be in this cell, or that they left.';

CREATE TABLE surge_snapshots (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    tick_at TIMESTAMP WITH TIME ZONE NOT NULL,
    policy_version_id UUID NOT NULL,
    previous_id UUID,
    header JSONB NOT NULL,
    digest VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT surge_snapshots_pkey PRIMARY KEY (id),
    CONSTRAINT surge_snapshots_one_per_tick UNIQUE (market_id, tick_at),
    CONSTRAINT surge_snapshots_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT surge_snapshots_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id)
);

CREATE INDEX surge_snapshots_by_time ON surge_snapshots (tick_at);

COMMENT ON TABLE surge_snapshots IS 'One row means: at this tick these were the market''s multipliers.';

CREATE FUNCTION surge_snapshots_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'surge_snapshots are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'surge_snapshots_are_kept';
END $$;

CREATE TRIGGER surge_snapshots_are_kept BEFORE UPDATE ON surge_snapshots
    FOR EACH ROW EXECUTE FUNCTION surge_snapshots_are_kept();

CREATE TABLE surge_snapshot_arrays (
    snapshot_id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    dtype VARCHAR(8) NOT NULL,
    shape JSONB NOT NULL,
    encoding VARCHAR(40) NOT NULL,
    data BYTEA NOT NULL,
    CONSTRAINT surge_snapshot_arrays_pkey PRIMARY KEY (snapshot_id, name),
    CONSTRAINT surge_snapshot_arrays_snapshot_id_fkey FOREIGN KEY(snapshot_id) REFERENCES surge_snapshots (id) ON DELETE CASCADE,
    CONSTRAINT surge_snapshot_arrays_encoding_known CHECK (encoding IN ('dense', 'row', 'sparse'))
);

ALTER TABLE surge_snapshot_arrays ALTER COLUMN data SET STORAGE EXTERNAL;

COMMENT ON TABLE surge_snapshot_arrays IS 'One row means: this array belongs to this snapshot.';

CREATE FUNCTION surge_snapshot_arrays_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'surge_snapshot_arrays are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'surge_snapshot_arrays_are_kept';
END $$;

CREATE TRIGGER surge_snapshot_arrays_are_kept BEFORE UPDATE ON surge_snapshot_arrays
    FOR EACH ROW EXECUTE FUNCTION surge_snapshot_arrays_are_kept();

CREATE TABLE surge_pointers (
    market_id UUID NOT NULL,
    snapshot_id UUID NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT surge_pointers_pkey PRIMARY KEY (market_id),
    CONSTRAINT surge_pointers_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT surge_pointers_snapshot_id_fkey FOREIGN KEY(snapshot_id) REFERENCES surge_snapshots (id)
);

CREATE INDEX surge_pointers_by_snapshot ON surge_pointers (snapshot_id);

COMMENT ON TABLE surge_pointers IS 'One row means: this snapshot''s prices are the market''s now.';

CREATE TABLE surge_baselines (
    market_id UUID NOT NULL,
    slot SMALLINT NOT NULL,
    categories JSONB NOT NULL,
    cells BYTEA NOT NULL,
    demand BYTEA NOT NULL,
    idle BYTEA NOT NULL,
    usual BYTEA NOT NULL,
    events BYTEA NOT NULL,
    updates INTEGER NOT NULL,
    learned_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT surge_baselines_pkey PRIMARY KEY (market_id, slot),
    CONSTRAINT surge_baselines_have_an_hour_of_the_week CHECK (slot BETWEEN 0 AND 167),
    CONSTRAINT surge_baselines_learned_something CHECK (updates >= 1),
    CONSTRAINT surge_baselines_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id)
);

COMMENT ON TABLE surge_baselines IS 'One row means: in this hour of the week so much is usual in each cell and category.';

CREATE TABLE surge_pickups (
    market_id UUID NOT NULL,
    category_id UUID NOT NULL,
    curves JSONB NOT NULL,
    learned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT surge_pickups_pkey PRIMARY KEY (market_id, category_id),
    CONSTRAINT surge_pickups_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT surge_pickups_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id)
);

COMMENT ON TABLE surge_pickups IS 'One row means: so the days of this category fill up in this market.';

CREATE TABLE surge_emergencies (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    category_slug VARCHAR(60),
    rule VARCHAR(40) NOT NULL,
    cap_bp INTEGER,
    floor_bp INTEGER,
    parameters JSONB NOT NULL,
    reason VARCHAR(500) NOT NULL,
    declared_by UUID,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_by UUID,
    CONSTRAINT surge_emergencies_pkey PRIMARY KEY (id),
    CONSTRAINT surge_emergencies_end_after_they_begin CHECK (until_at > from_at),
    CONSTRAINT surge_emergencies_know_when_they_were_lifted CHECK (lifted_by IS NULL OR lifted_at IS NOT NULL),
    CONSTRAINT surge_emergencies_cap_above_the_tariff CHECK (cap_bp BETWEEN 10000 AND 50000),
    CONSTRAINT surge_emergencies_floor_below_the_tariff CHECK (floor_bp BETWEEN 1 AND 10000),
    CONSTRAINT surge_emergencies_fixed_have_a_cap CHECK (rule <> 'fixed' OR cap_bp IS NOT NULL),
    CONSTRAINT surge_emergencies_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT surge_emergencies_rule_known CHECK (rule IN ('fourth_highest', 'plus_ten_percent', 'fixed'))
);

CREATE INDEX surge_emergencies_by_market ON surge_emergencies (market_id, until_at);

COMMENT ON TABLE surge_emergencies IS 'One row means: prices were capped for an emergency, by whom, why, and until when.';

CREATE FUNCTION surge_emergencies_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['lifted_at', 'lifted_by']::text[] = to_jsonb(OLD) - ARRAY['lifted_at', 'lifted_by']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'surge_emergencies are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'surge_emergencies_are_kept';
END $$;

CREATE TRIGGER surge_emergencies_are_kept BEFORE UPDATE OR DELETE ON surge_emergencies
    FOR EACH ROW EXECUTE FUNCTION surge_emergencies_are_kept();

CREATE TABLE surge_audits (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    on_date DATE NOT NULL,
    kind VARCHAR(40) NOT NULL,
    result JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT surge_audits_pkey PRIMARY KEY (id),
    CONSTRAINT surge_audits_once_a_day UNIQUE (market_id, on_date, kind),
    CONSTRAINT surge_audits_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT surge_audits_kind_known CHECK (kind IN ('fairness', 'volatility', 'cap_hits', 'counterfactuals'))
);

COMMENT ON TABLE surge_audits IS 'One row means: this was found about this day of the market.';
