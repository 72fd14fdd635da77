-- The first schema: people, markets, offers, time, quotes, bookings, money, facts.
-- One table after the other, each with what a row of it means.

CREATE TABLE events (
    id UUID NOT NULL,
    name VARCHAR(80) NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_kind VARCHAR(40) NOT NULL,
    actor_id UUID,
    on_behalf_of UUID,
    subject_type VARCHAR(40) NOT NULL,
    subject_id UUID NOT NULL,
    version BIGINT NOT NULL,
    data JSONB NOT NULL,
    dispatched_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT events_pkey PRIMARY KEY (id),
    CONSTRAINT events_are_numbered_per_subject UNIQUE (subject_id, version),
    CONSTRAINT events_actor_kind_known CHECK (actor_kind IN ('user', 'operator', 'moderator', 'clock', 'payment', 'system'))
);

CREATE INDEX events_not_dispatched ON events (id) WHERE dispatched_at IS NULL;

COMMENT ON TABLE events IS 'One row means: this happened. Audit trail and outbox in one.';

CREATE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['dispatched_at']::text[] = to_jsonb(OLD) - ARRAY['dispatched_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'events are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'events_are_kept';
END $$;

CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_are_kept();

CREATE TABLE event_subjects (
    subject_id UUID NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT event_subjects_pkey PRIMARY KEY (subject_id)
);

COMMENT ON TABLE event_subjects IS 'One row means: so many facts are recorded about this subject.';

CREATE TABLE markets (
    id UUID NOT NULL,
    slug VARCHAR(60) NOT NULL,
    name VARCHAR(120) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    time_zone VARCHAR(60) NOT NULL,
    locale VARCHAR(20) NOT NULL,
    country VARCHAR(2) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT markets_pkey PRIMARY KEY (id),
    CONSTRAINT markets_have_one_slug_each UNIQUE (slug),
    CONSTRAINT markets_slugs_fit_into_addresses CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

COMMENT ON TABLE markets IS 'One row means: here people offer and book, in this currency and on this clock.';

CREATE TABLE users (
    id UUID NOT NULL,
    email VARCHAR(254) NOT NULL,
    name VARCHAR(120) NOT NULL,
    password_hash TEXT,
    locale VARCHAR(35) NOT NULL,
    time_zone VARCHAR(64),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    suspended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_have_their_own_email UNIQUE (email),
    CONSTRAINT users_emails_are_lower_case CHECK (email = lower(email))
);

COMMENT ON TABLE users IS 'One row means: a person has an account.';

CREATE TABLE oidc_attempts (
    state_hash BYTEA NOT NULL,
    secret_hash BYTEA NOT NULL,
    nonce VARCHAR(64) NOT NULL,
    verifier VARCHAR(128) NOT NULL,
    issuer VARCHAR(500) NOT NULL,
    redirect_uri VARCHAR(2000) NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT oidc_attempts_pkey PRIMARY KEY (state_hash)
);

CREATE INDEX oidc_attempts_by_expires_at ON oidc_attempts (expires_at);

COMMENT ON TABLE oidc_attempts IS 'One row means: somebody set out to sign in at an issuer and is not back yet.';

CREATE TABLE categories (
    id UUID NOT NULL,
    slug VARCHAR(60) NOT NULL,
    name VARCHAR(120) NOT NULL,
    unit VARCHAR(40) NOT NULL,
    granularity_minutes INTEGER NOT NULL,
    claim VARCHAR(40) NOT NULL,
    place VARCHAR(40) NOT NULL,
    attributes_schema JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT categories_pkey PRIMARY KEY (id),
    CONSTRAINT categories_have_one_slug_each UNIQUE (slug),
    CONSTRAINT categories_slugs_fit_into_addresses CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT categories_grids_divide_the_day CHECK (granularity_minutes BETWEEN 1 AND 1440 AND 1440 % granularity_minutes = 0),
    CONSTRAINT categories_schemas_are_documents CHECK (jsonb_typeof(attributes_schema) = 'object'),
    CONSTRAINT categories_unit_known CHECK (unit IN ('hour', 'session', 'night', 'kilometre', 'task')),
    CONSTRAINT categories_claim_known CHECK (claim IN ('exclusive', 'seats')),
    CONSTRAINT categories_place_known CHECK (place IN ('provider', 'customer', 'remote', 'route'))
);

COMMENT ON TABLE categories IS 'One row means: services of this kind can be offered.';

CREATE TABLE webhook_events (
    id VARCHAR(80) NOT NULL,
    type VARCHAR(80) NOT NULL,
    about VARCHAR(80),
    payload BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    attempts INTEGER NOT NULL,
    CONSTRAINT webhook_events_pkey PRIMARY KEY (id)
);

CREATE INDEX webhook_events_to_handle ON webhook_events (received_at) WHERE handled_at IS NULL;

CREATE INDEX webhook_events_to_handle_about ON webhook_events (about) WHERE handled_at IS NULL;

COMMENT ON TABLE webhook_events IS 'One row means: the provider told us this, signed, and we have it for good.';

CREATE FUNCTION webhook_events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['handled_at', 'attempts']::text[] = to_jsonb(OLD) - ARRAY['handled_at', 'attempts']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'webhook_events are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'webhook_events_are_kept';
END $$;

CREATE TRIGGER webhook_events_are_kept BEFORE UPDATE OR DELETE ON webhook_events
    FOR EACH ROW EXECUTE FUNCTION webhook_events_are_kept();

CREATE TABLE reconciliations (
    id UUID NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    compared INTEGER NOT NULL,
    unexplained JSONB NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT reconciliations_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE reconciliations IS 'One row means: our books were laid beside the provider''s.';

CREATE FUNCTION reconciliations_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reconciliations are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliations_are_kept';
END $$;

CREATE TRIGGER reconciliations_are_kept BEFORE UPDATE OR DELETE ON reconciliations
    FOR EACH ROW EXECUTE FUNCTION reconciliations_are_kept();

CREATE TABLE idempotency_keys (
    scope VARCHAR(60) NOT NULL,
    key VARCHAR(255) NOT NULL,
    fingerprint BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_until TIMESTAMP WITH TIME ZONE,
    status INTEGER,
    headers JSONB,
    body BYTEA,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

COMMENT ON TABLE idempotency_keys IS 'One row means: this caller sent this request under this key, and this was the answer.';

CREATE TABLE ledger_accounts (
    id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    unit VARCHAR(3) NOT NULL,
    owner_id UUID,
    floor BIGINT,
    CONSTRAINT ledger_accounts_pkey PRIMARY KEY (id),
    CONSTRAINT accounts_are_unique UNIQUE NULLS NOT DISTINCT (kind, unit, owner_id),
    CONSTRAINT accounts_carry_one_unit UNIQUE (id, unit),
    CONSTRAINT accounts_have_their_owner CHECK ((kind IN ('held', 'payable', 'receivable', 'credits', 'hours')) = (owner_id IS NOT NULL)),
    CONSTRAINT credits_are_kept_in_credits CHECK ((kind IN ('credits', 'credits_pool')) = (unit = 'CRD')),
    CONSTRAINT hours_are_kept_in_hours CHECK ((kind = 'hours') = (unit = 'HRS')),
    CONSTRAINT accounts_unit_is_three_letters CHECK (unit ~ '^[A-Z]{3}$'),
    CONSTRAINT accounts_kind_known CHECK (kind IN ('clearing', 'held', 'payable', 'receivable', 'service_fees', 'commission', 'tax', 'refunds_in_flight', 'disputes', 'goodwill', 'surge_pool', 'rounding', 'processing_fees', 'credits', 'credits_pool', 'hours'))
);

COMMENT ON TABLE ledger_accounts IS 'One row means: there is a place for this kind of value, in this unit, of this owner.';

CREATE FUNCTION ledger_accounts_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_accounts are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_accounts_are_kept';
END $$;

CREATE TRIGGER ledger_accounts_are_kept BEFORE UPDATE OR DELETE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION ledger_accounts_are_kept();

CREATE TABLE ledger_entries (
    id UUID NOT NULL,
    key VARCHAR(120) NOT NULL,
    kind VARCHAR(60) NOT NULL,
    subject_id UUID NOT NULL,
    corrects_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_kind VARCHAR(40) NOT NULL,
    actor_id UUID,
    CONSTRAINT ledger_entries_pkey PRIMARY KEY (id),
    CONSTRAINT entries_are_posted_once UNIQUE (key),
    CONSTRAINT entries_are_corrected_once UNIQUE (corrects_id),
    CONSTRAINT ledger_entries_corrects_id_fkey FOREIGN KEY(corrects_id) REFERENCES ledger_entries (id),
    CONSTRAINT entries_actor_kind_known CHECK (actor_kind IN ('user', 'operator', 'moderator', 'clock', 'payment', 'system'))
);

CREATE INDEX ledger_entries_by_time ON ledger_entries (recorded_at);

CREATE INDEX ledger_entries_of_subject ON ledger_entries (subject_id, id);

COMMENT ON TABLE ledger_entries IS 'One row means: this happened to value, for this reason, exactly once.';

CREATE FUNCTION ledger_entries_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_entries are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_entries_are_kept';
END $$;

CREATE TRIGGER ledger_entries_are_kept BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_entries_are_kept();

CREATE TABLE event_deliveries (
    event_id UUID NOT NULL,
    reader VARCHAR(120) NOT NULL,
    sent INTEGER DEFAULT '0' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    parked_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    CONSTRAINT event_deliveries_pkey PRIMARY KEY (event_id, reader),
    CONSTRAINT event_deliveries_event_id_fkey FOREIGN KEY(event_id) REFERENCES events (id)
);

CREATE INDEX event_deliveries_open ON event_deliveries (due_at) WHERE done_at IS NULL AND parked_at IS NULL;

COMMENT ON TABLE event_deliveries IS 'One row means: this reader is to be told of this event, was (done_at), or is parked.';

CREATE TABLE policy_versions (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    number INTEGER NOT NULL,
    rules JSONB NOT NULL,
    active_from TIMESTAMP WITH TIME ZONE NOT NULL,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    note VARCHAR(500) NOT NULL,
    CONSTRAINT policy_versions_pkey PRIMARY KEY (id),
    CONSTRAINT policy_versions_are_numbered UNIQUE (market_id, number),
    CONSTRAINT policy_versions_count_from_one CHECK (number >= 1),
    CONSTRAINT policy_versions_look_ahead CHECK (number = 1 OR active_from >= created_at),
    CONSTRAINT policy_versions_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id)
);

CREATE INDEX policy_versions_in_force ON policy_versions (market_id, active_from, number);

COMMENT ON TABLE policy_versions IS 'One row means: from active_from these rules hold, until a later version takes over.';

CREATE FUNCTION policy_versions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'policy_versions are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'policy_versions_are_kept';
END $$;

CREATE TRIGGER policy_versions_are_kept BEFORE UPDATE OR DELETE ON policy_versions
    FOR EACH ROW EXECUTE FUNCTION policy_versions_are_kept();

CREATE TABLE provider_profiles (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    market_id UUID NOT NULL,
    display_name VARCHAR(120) NOT NULL,
    about TEXT NOT NULL,
    state VARCHAR(40) NOT NULL,
    organisation_id VARCHAR(120),
    payout_account_id VARCHAR(120),
    segment VARCHAR(60),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT provider_profiles_pkey PRIMARY KEY (id),
    CONSTRAINT provider_profiles_one_per_user_and_market UNIQUE (user_id, market_id),
    CONSTRAINT provider_profiles_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT provider_profiles_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT provider_profiles_state_known CHECK (state IN ('applied', 'in_review', 'changes_requested', 'approved', 'suspended', 'closed'))
);

CREATE INDEX provider_profiles_by_market ON provider_profiles (market_id, state, id);

CREATE INDEX provider_profiles_by_organisation ON provider_profiles (organisation_id) WHERE organisation_id IS NOT NULL;

CREATE INDEX provider_profiles_by_payout_account ON provider_profiles (payout_account_id) WHERE payout_account_id IS NOT NULL;

COMMENT ON TABLE provider_profiles IS 'One row means: this user is, wants to be, or was a provider in this market.';

CREATE TABLE user_sessions (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    label VARCHAR(80) NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_reason VARCHAR(40),
    CONSTRAINT user_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT user_sessions_end_for_a_reason CHECK ((ended_at IS NULL) = (ended_reason IS NULL)),
    CONSTRAINT user_sessions_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT user_sessions_ended_reason_known CHECK (ended_reason IN ('signed_out', 'ended_elsewhere', 'token_reused', 'expired', 'suspended', 'taken_over'))
);

CREATE INDEX user_sessions_by_user_id ON user_sessions (user_id);

COMMENT ON TABLE user_sessions IS 'One row means: somebody signed in somewhere; all tokens renewed since belong to it.';

CREATE TABLE role_grants (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    role VARCHAR(40) NOT NULL,
    market_id UUID,
    granted_by UUID,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_by UUID,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT role_grants_pkey PRIMARY KEY (id),
    CONSTRAINT role_grants_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT role_grants_role_known CHECK (role IN ('operator', 'moderator')),
    CONSTRAINT role_grants_granted_by_fkey FOREIGN KEY(granted_by) REFERENCES users (id),
    CONSTRAINT role_grants_revoked_by_fkey FOREIGN KEY(revoked_by) REFERENCES users (id)
);

CREATE UNIQUE INDEX role_grants_are_held_once ON role_grants (user_id, role, market_id) NULLS NOT DISTINCT WHERE revoked_at IS NULL;

CREATE INDEX role_grants_by_user_id ON role_grants (user_id);

COMMENT ON TABLE role_grants IS 'One row means: this person was given this role, in a market or everywhere (null).';

CREATE TABLE external_identities (
    issuer VARCHAR(500) NOT NULL,
    subject VARCHAR(255) NOT NULL,
    user_id UUID NOT NULL,
    linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT external_identities_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT external_identities_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX external_identities_by_user_id ON external_identities (user_id);

COMMENT ON TABLE external_identities IS 'One row means: the issuer knows this user under this subject.';

CREATE TABLE payments (
    id UUID NOT NULL,
    subject_id UUID NOT NULL,
    market_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    currency VARCHAR(3) NOT NULL,
    amount BIGINT NOT NULL,
    state VARCHAR(40) NOT NULL,
    authorized_amount BIGINT NOT NULL,
    captured_amount BIGINT NOT NULL,
    refunded_amount BIGINT NOT NULL,
    fee_amount BIGINT,
    keep_amount BIGINT,
    provider_reference VARCHAR(80),
    charge_reference VARCHAR(80),
    capture_before TIMESTAMP WITH TIME ZONE,
    next_action JSONB,
    failure_code VARCHAR(80),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE,
    target_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    parked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT payments_pkey PRIMARY KEY (id),
    CONSTRAINT payments_are_of_something CHECK (amount > 0),
    CONSTRAINT payments_amounts_only_shrink CHECK (0 <= refunded_amount AND refunded_amount <= captured_amount AND captured_amount <= authorized_amount AND authorized_amount <= amount),
    CONSTRAINT payments_keep_no_more_than_they_are CHECK (keep_amount BETWEEN 0 AND amount),
    CONSTRAINT payments_are_due_while_unsettled CHECK (due_at IS NULL OR (keep_amount IS NOT NULL AND settled_at IS NULL AND parked_at IS NULL)),
    CONSTRAINT payments_one_per_subject_id UNIQUE (subject_id),
    CONSTRAINT payments_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT payments_customer_id_fkey FOREIGN KEY(customer_id) REFERENCES users (id),
    CONSTRAINT payments_state_known CHECK (state IN ('planned', 'requires_action', 'failed', 'authorized', 'captured', 'cancelled')),
    CONSTRAINT payments_one_per_provider_reference UNIQUE (provider_reference),
    CONSTRAINT payments_one_per_charge_reference UNIQUE (charge_reference)
);

CREATE INDEX payments_by_customer_id ON payments (customer_id);

CREATE INDEX payments_to_look_at ON payments (looked_at) WHERE state IN ('requires_action', 'authorized');

CREATE INDEX payments_to_settle ON payments (due_at) WHERE due_at IS NOT NULL;

COMMENT ON TABLE payments IS 'One row means: this customer is to pay this much for this subject.';

CREATE TABLE stripe_customers (
    user_id UUID NOT NULL,
    provider_reference VARCHAR(80),
    CONSTRAINT stripe_customers_pkey PRIMARY KEY (user_id),
    CONSTRAINT stripe_customers_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT stripe_customers_one_per_provider_reference UNIQUE (provider_reference)
);

COMMENT ON TABLE stripe_customers IS 'One row means: the provider knows this user, or is being told of them.';

CREATE TABLE tariff_versions (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    number INTEGER NOT NULL,
    effects JSONB NOT NULL,
    active_from TIMESTAMP WITH TIME ZONE NOT NULL,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    note VARCHAR(500) NOT NULL,
    CONSTRAINT tariff_versions_pkey PRIMARY KEY (id),
    CONSTRAINT tariff_versions_are_numbered UNIQUE (market_id, number),
    CONSTRAINT tariff_versions_count_from_one CHECK (number >= 1),
    CONSTRAINT tariff_versions_look_ahead CHECK (active_from >= created_at),
    CONSTRAINT tariff_versions_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id)
);

CREATE INDEX tariff_versions_in_force ON tariff_versions (market_id, active_from, number);

COMMENT ON TABLE tariff_versions IS 'One row means: from active_from these effects hold, until a later version takes over.';

CREATE FUNCTION tariff_versions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'tariff_versions are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tariff_versions_are_kept';
END $$;

CREATE TRIGGER tariff_versions_are_kept BEFORE UPDATE OR DELETE ON tariff_versions
    FOR EACH ROW EXECUTE FUNCTION tariff_versions_are_kept();

CREATE TABLE ledger_postings (
    id UUID NOT NULL,
    entry_id UUID NOT NULL,
    debit_account_id UUID NOT NULL,
    credit_account_id UUID NOT NULL,
    unit VARCHAR(3) NOT NULL,
    amount BIGINT NOT NULL,
    CONSTRAINT ledger_postings_pkey PRIMARY KEY (id),
    CONSTRAINT postings_debit_an_account_of_their_unit FOREIGN KEY(debit_account_id, unit) REFERENCES ledger_accounts (id, unit),
    CONSTRAINT postings_credit_an_account_of_their_unit FOREIGN KEY(credit_account_id, unit) REFERENCES ledger_accounts (id, unit),
    CONSTRAINT postings_move_something CHECK (amount > 0),
    CONSTRAINT postings_move_somewhere CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT ledger_postings_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX ledger_postings_by_entry_id ON ledger_postings (entry_id);

CREATE INDEX ledger_postings_credits ON ledger_postings (credit_account_id, id);

CREATE INDEX ledger_postings_debits ON ledger_postings (debit_account_id, id);

COMMENT ON TABLE ledger_postings IS 'One row means: this amount went from the debited account to the credited one.';

CREATE FUNCTION ledger_postings_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_postings are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_postings_are_kept';
END $$;

CREATE TRIGGER ledger_postings_are_kept BEFORE UPDATE OR DELETE ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_postings_are_kept();

CREATE TABLE ledger_balances (
    account_id UUID NOT NULL,
    balance BIGINT NOT NULL,
    floor BIGINT NOT NULL,
    CONSTRAINT ledger_balances_pkey PRIMARY KEY (account_id),
    CONSTRAINT balances_stay_above_their_floor CHECK (balance >= floor),
    CONSTRAINT ledger_balances_account_id_fkey FOREIGN KEY(account_id) REFERENCES ledger_accounts (id)
);

COMMENT ON TABLE ledger_balances IS 'One row means: an account that is spent from holds this much now.';

CREATE TABLE access_tokens (
    hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT access_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT access_tokens_session_id_fkey FOREIGN KEY(session_id) REFERENCES user_sessions (id)
);

CREATE INDEX access_tokens_by_expires_at ON access_tokens (expires_at);

CREATE INDEX access_tokens_by_session_id ON access_tokens (session_id);

COMMENT ON TABLE access_tokens IS 'One row means: who shows the text with this hash acts in the session until then.';

CREATE TABLE refresh_tokens (
    hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rotated_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY(session_id) REFERENCES user_sessions (id)
);

CREATE INDEX refresh_tokens_by_expires_at ON refresh_tokens (expires_at);

CREATE INDEX refresh_tokens_by_session_id ON refresh_tokens (session_id);

CREATE UNIQUE INDEX refresh_tokens_one_to_renew_with ON refresh_tokens (session_id) WHERE rotated_at IS NULL;

COMMENT ON TABLE refresh_tokens IS 'One row means: this token renews the session, or did so at rotated_at.';

CREATE TABLE offers (
    id UUID NOT NULL,
    profile_id UUID NOT NULL,
    provider_user_id UUID NOT NULL,
    market_id UUID NOT NULL,
    category_id UUID NOT NULL,
    title VARCHAR(120) NOT NULL,
    description TEXT NOT NULL,
    attributes JSONB NOT NULL,
    state VARCHAR(40) NOT NULL,
    hidden_at TIMESTAMP WITH TIME ZONE,
    hidden_reason VARCHAR(500),
    price_amount BIGINT NOT NULL,
    from_amount BIGINT NOT NULL,
    currency VARCHAR(3) NOT NULL,
    duration_minutes INTEGER,
    minimum_minutes INTEGER,
    maximum_minutes INTEGER,
    buffer_before_minutes INTEGER NOT NULL,
    buffer_after_minutes INTEGER NOT NULL,
    notice_minutes INTEGER NOT NULL,
    horizon_days INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    books_instantly BOOLEAN NOT NULL,
    cancellation_policy VARCHAR(40) NOT NULL,
    check_in_at TIME WITHOUT TIME ZONE,
    check_out_at TIME WITHOUT TIME ZONE,
    time_zone VARCHAR(60) NOT NULL,
    latitude FLOAT,
    longitude FLOAT,
    cell BIGINT,
    cell_r7 BIGINT,
    blurred_latitude FLOAT,
    blurred_longitude FLOAT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || description)) STORED,
    CONSTRAINT offers_pkey PRIMARY KEY (id),
    CONSTRAINT offers_are_not_paid_for_taking CHECK (price_amount >= 0 AND from_amount >= 0),
    CONSTRAINT offers_last_a_while CHECK (duration_minutes > 0 AND minimum_minutes > 0 AND maximum_minutes >= minimum_minutes),
    CONSTRAINT offers_keep_no_negative_time CHECK (buffer_before_minutes >= 0 AND buffer_after_minutes >= 0 AND notice_minutes >= 0),
    CONSTRAINT offers_look_two_years_ahead_at_most CHECK (horizon_days BETWEEN 1 AND 730),
    CONSTRAINT offers_have_seats CHECK (seats BETWEEN 1 AND 1000),
    CONSTRAINT offers_let_in_and_out CHECK ((check_in_at IS NULL) = (check_out_at IS NULL)),
    CONSTRAINT offers_are_somewhere_or_nowhere CHECK (num_nonnulls(latitude, longitude, cell, cell_r7, blurred_latitude, blurred_longitude) IN (0, 6)),
    CONSTRAINT offers_are_on_the_globe CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT offers_are_hidden_for_a_reason CHECK ((hidden_at IS NULL) = (hidden_reason IS NULL)),
    CONSTRAINT offers_know_their_day CHECK (state <> 'published' OR published_at IS NOT NULL),
    CONSTRAINT offers_versions_count_from_one CHECK (version >= 1),
    CONSTRAINT offers_profile_id_fkey FOREIGN KEY(profile_id) REFERENCES provider_profiles (id),
    CONSTRAINT offers_provider_user_id_fkey FOREIGN KEY(provider_user_id) REFERENCES users (id),
    CONSTRAINT offers_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT offers_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id),
    CONSTRAINT offers_state_known CHECK (state IN ('draft', 'published', 'paused', 'archived'))
);

CREATE INDEX offers_by_age ON offers (market_id, published_at, id) WHERE state = 'published' AND hidden_at IS NULL;

CREATE INDEX offers_by_category_and_age ON offers (market_id, category_id, published_at, id) WHERE state = 'published' AND hidden_at IS NULL;

CREATE INDEX offers_by_category_and_place ON offers (category_id, blurred_latitude, blurred_longitude) WHERE state = 'published' AND hidden_at IS NULL;

CREATE INDEX offers_by_place ON offers (blurred_latitude, blurred_longitude) WHERE state = 'published' AND hidden_at IS NULL;

CREATE INDEX offers_by_price ON offers (market_id, from_amount) WHERE state = 'published' AND hidden_at IS NULL;

CREATE INDEX offers_by_profile ON offers (profile_id, id);

CREATE INDEX offers_by_provider ON offers (provider_user_id, id);

CREATE INDEX offers_by_words ON offers USING gin (words) WITH (fastupdate = off) WHERE state = 'published' AND hidden_at IS NULL;

COMMENT ON TABLE offers IS 'One row means: this provider gives this service on these terms.';

CREATE TABLE resources (
    id UUID NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    profile_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    name VARCHAR(120) NOT NULL,
    time_zone VARCHAR(60) NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT resources_pkey PRIMARY KEY (id),
    CONSTRAINT resources_are_numbered UNIQUE (number),
    CONSTRAINT resources_profile_id_fkey FOREIGN KEY(profile_id) REFERENCES provider_profiles (id),
    CONSTRAINT resources_kind_known CHECK (kind IN ('time', 'thing'))
);

CREATE INDEX resources_by_provider ON resources (profile_id, number);

CREATE UNIQUE INDEX resources_one_time_per_provider ON resources (profile_id) WHERE kind = 'time';

COMMENT ON TABLE resources IS 'One row means: this can be promised once at a time.';

CREATE TABLE provider_ops (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    parameters JSONB NOT NULL,
    key VARCHAR(80) NOT NULL,
    state VARCHAR(40) NOT NULL,
    attempts INTEGER NOT NULL,
    planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    alerted_at TIMESTAMP WITH TIME ZONE,
    response JSONB,
    CONSTRAINT provider_ops_pkey PRIMARY KEY (id),
    CONSTRAINT provider_ops_finish CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT provider_ops_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT provider_ops_kind_known CHECK (kind IN ('authorize', 'capture', 'cancel', 'refund')),
    CONSTRAINT provider_ops_one_per_key UNIQUE (key),
    CONSTRAINT provider_ops_state_known CHECK (state IN ('planned', 'sent', 'unknown', 'succeeded', 'failed'))
);

CREATE INDEX provider_ops_by_payment_id ON provider_ops (payment_id);

CREATE UNIQUE INDEX provider_ops_one_open_per_payment ON provider_ops (payment_id) WHERE state IN ('sent', 'unknown');

CREATE INDEX provider_ops_open ON provider_ops (sent_at) WHERE state IN ('planned', 'sent', 'unknown');

COMMENT ON TABLE provider_ops IS 'One row means: we decided to ask this of the payment provider, once.';

CREATE FUNCTION provider_ops_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['state', 'attempts', 'sent_at', 'finished_at', 'alerted_at', 'response']::text[] = to_jsonb(OLD) - ARRAY['state', 'attempts', 'sent_at', 'finished_at', 'alerted_at', 'response']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'provider_ops are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'provider_ops_are_kept';
END $$;

CREATE TRIGGER provider_ops_are_kept BEFORE UPDATE OR DELETE ON provider_ops
    FOR EACH ROW EXECUTE FUNCTION provider_ops_are_kept();

CREATE TABLE offer_options (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    title VARCHAR(120) NOT NULL,
    price_amount BIGINT NOT NULL,
    per VARCHAR(40) NOT NULL,
    minutes INTEGER NOT NULL,
    most INTEGER NOT NULL,
    position INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT offer_options_pkey PRIMARY KEY (id),
    CONSTRAINT offer_options_are_not_paid_for_taking CHECK (price_amount >= 0),
    CONSTRAINT offer_options_add_a_day_at_most CHECK (minutes BETWEEN 0 AND 1440),
    CONSTRAINT offer_options_can_be_taken CHECK (most BETWEEN 1 AND 100),
    CONSTRAINT offer_options_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT offer_options_per_known CHECK (per IN ('booking', 'unit', 'seat'))
);

CREATE INDEX offer_options_in_order ON offer_options (offer_id, position, id);

COMMENT ON TABLE offer_options IS 'One row means: this can be added to a booking of the offer, until it is retired.';

CREATE TABLE schedule_rules (
    id UUID NOT NULL,
    resource_id UUID NOT NULL,
    weekday INTEGER NOT NULL,
    opens TIME WITHOUT TIME ZONE NOT NULL,
    closes TIME WITHOUT TIME ZONE NOT NULL,
    first_on DATE,
    last_on DATE,
    CONSTRAINT schedule_rules_pkey PRIMARY KEY (id),
    CONSTRAINT schedule_rules_are_on_a_weekday CHECK (weekday BETWEEN 0 AND 6),
    CONSTRAINT schedule_rules_end_after_they_begin CHECK (first_on <= last_on),
    CONSTRAINT schedule_rules_tell_whole_minutes CHECK (extract(second FROM opens) = 0 AND extract(second FROM closes) = 0 AND opens < '24:00' AND closes < '24:00'),
    CONSTRAINT schedule_rules_resource_id_fkey FOREIGN KEY(resource_id) REFERENCES resources (id)
);

CREATE INDEX schedule_rules_by_resource_id ON schedule_rules (resource_id);

COMMENT ON TABLE schedule_rules IS 'One row means: open at this time of this weekday, every week between the dates.';

CREATE TABLE schedule_exceptions (
    id UUID NOT NULL,
    resource_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    first_on DATE NOT NULL,
    last_on DATE NOT NULL,
    opens TIME WITHOUT TIME ZONE NOT NULL,
    closes TIME WITHOUT TIME ZONE NOT NULL,
    note VARCHAR(200) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT schedule_exceptions_pkey PRIMARY KEY (id),
    CONSTRAINT schedule_exceptions_end_after_they_begin CHECK (first_on <= last_on),
    CONSTRAINT schedule_exceptions_last_two_years_at_most CHECK (last_on - first_on <= 730),
    CONSTRAINT schedule_exceptions_tell_whole_minutes CHECK (extract(second FROM opens) = 0 AND extract(second FROM closes) = 0 AND opens < '24:00' AND closes < '24:00'),
    CONSTRAINT schedule_exceptions_resource_id_fkey FOREIGN KEY(resource_id) REFERENCES resources (id),
    CONSTRAINT schedule_exceptions_kind_known CHECK (kind IN ('open', 'closed'))
);

CREATE INDEX schedule_exceptions_in_order ON schedule_exceptions (resource_id, last_on, id);

COMMENT ON TABLE schedule_exceptions IS 'One row means: on these dates this window is open or closed besides the weekly rules.';

CREATE TABLE group_sessions (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    during TSTZRANGE NOT NULL,
    capacity INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT group_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_are_not_oversold CHECK (taken BETWEEN 0 AND capacity),
    CONSTRAINT sessions_have_two_ends CHECK (coalesce(isfinite(lower(during)) AND isfinite(upper(during)), false)),
    CONSTRAINT group_sessions_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES offers (id)
);

CREATE UNIQUE INDEX sessions_one_per_start ON group_sessions (offer_id, lower(during)) WHERE released_at IS NULL;

COMMENT ON TABLE group_sessions IS 'One row means: customers share the time of this offer; so many seats are taken.';

CREATE TABLE refunds (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    op_id UUID,
    amount BIGINT NOT NULL,
    liable VARCHAR(40) NOT NULL,
    reason_code VARCHAR(40) NOT NULL,
    reason VARCHAR(2000) NOT NULL,
    state VARCHAR(40) NOT NULL,
    provider_reference VARCHAR(80),
    failure_code VARCHAR(80),
    planned_entry_id UUID NOT NULL,
    done_entry_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT refunds_pkey PRIMARY KEY (id),
    CONSTRAINT refunds_are_of_something CHECK (amount > 0),
    CONSTRAINT refunds_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT refunds_one_per_op_id UNIQUE (op_id),
    CONSTRAINT refunds_op_id_fkey FOREIGN KEY(op_id) REFERENCES provider_ops (id),
    CONSTRAINT refunds_liable_known CHECK (liable IN ('booking', 'provider', 'platform')),
    CONSTRAINT refunds_state_known CHECK (state IN ('planned', 'pending', 'succeeded', 'failed')),
    CONSTRAINT refunds_one_per_provider_reference UNIQUE (provider_reference),
    CONSTRAINT refunds_planned_entry_id_fkey FOREIGN KEY(planned_entry_id) REFERENCES ledger_entries (id),
    CONSTRAINT refunds_one_per_done_entry_id UNIQUE (done_entry_id),
    CONSTRAINT refunds_done_entry_id_fkey FOREIGN KEY(done_entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX refunds_by_payment_id ON refunds (payment_id);

COMMENT ON TABLE refunds IS 'One row means: this much is given back, and this party bears it.';

CREATE TABLE quotes (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    category_id UUID NOT NULL,
    market_id UUID NOT NULL,
    policy_version_id UUID NOT NULL,
    tariff_version_id UUID,
    customer_id UUID NOT NULL,
    during TSTZRANGE NOT NULL,
    time_zone VARCHAR(60) NOT NULL,
    units INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    options JSONB NOT NULL,
    currency VARCHAR(3) NOT NULL,
    pay_in_amount BIGINT NOT NULL,
    pay_out_amount BIGINT NOT NULL,
    service_fee_amount BIGINT NOT NULL,
    commission_amount BIGINT NOT NULL,
    tax_amount BIGINT NOT NULL,
    surge_multiplier NUMERIC(6, 3) DEFAULT '1' NOT NULL,
    inputs JSONB NOT NULL,
    lines JSONB NOT NULL,
    signature VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    live_number SMALLINT,
    changes_quote_id UUID,
    taken_at TIMESTAMP WITH TIME ZONE,
    superseded_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT quotes_pkey PRIMARY KEY (id),
    CONSTRAINT quotes_balance CHECK (pay_in_amount - (pay_out_amount + service_fee_amount + commission_amount + tax_amount) = 0),
    CONSTRAINT quotes_amounts_are_not_negative CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount) >= 0),
    CONSTRAINT quotes_hold_for_a_while CHECK (expires_at > created_at),
    CONSTRAINT quotes_are_for_something CHECK (units >= 1 AND seats >= 1),
    CONSTRAINT quotes_surge_is_a_factor CHECK (surge_multiplier > 0),
    CONSTRAINT live_quotes_count_from_one CHECK (live_number >= 1),
    CONSTRAINT quotes_of_changes_take_no_place CHECK (live_number IS NULL OR changes_quote_id IS NULL),
    CONSTRAINT quotes_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT quotes_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id),
    CONSTRAINT quotes_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT quotes_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id),
    CONSTRAINT quotes_tariff_version_id_fkey FOREIGN KEY(tariff_version_id) REFERENCES tariff_versions (id),
    CONSTRAINT quotes_customer_id_fkey FOREIGN KEY(customer_id) REFERENCES users (id),
    CONSTRAINT quotes_changes_quote_id_fkey FOREIGN KEY(changes_quote_id) REFERENCES quotes (id)
);

CREATE UNIQUE INDEX live_quotes_have_one_place_each ON quotes (customer_id, category_id, live_number) WHERE live_number IS NOT NULL AND taken_at IS NULL AND superseded_at IS NULL;

CREATE INDEX quotes_never_taken ON quotes (expires_at) WHERE taken_at IS NULL AND changes_quote_id IS NULL;

CREATE INDEX quotes_of_changes ON quotes (changes_quote_id) WHERE changes_quote_id IS NOT NULL;

COMMENT ON TABLE quotes IS 'One row means: this price was promised to this customer until expires_at, and how it was counted.';

CREATE FUNCTION quotes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['taken_at', 'superseded_at']::text[] = to_jsonb(OLD) - ARRAY['taken_at', 'superseded_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'quotes are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'quotes_are_kept';
END $$;

CREATE TRIGGER quotes_are_kept BEFORE UPDATE ON quotes
    FOR EACH ROW EXECUTE FUNCTION quotes_are_kept();

CREATE OR REPLACE FUNCTION taken_quotes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'a quote that was taken is never removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taken_quotes_are_kept'; END $$;
    CREATE TRIGGER taken_quotes_are_kept BEFORE DELETE ON quotes FOR EACH ROW
    WHEN (OLD.taken_at IS NOT NULL OR OLD.changes_quote_id IS NOT NULL)
    EXECUTE FUNCTION taken_quotes_are_kept();

CREATE TABLE offer_resources (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    option_id UUID,
    resource_id UUID NOT NULL,
    CONSTRAINT offer_resources_pkey PRIMARY KEY (id),
    CONSTRAINT offer_resources_once UNIQUE NULLS NOT DISTINCT (offer_id, option_id, resource_id),
    CONSTRAINT offer_resources_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT offer_resources_option_id_fkey FOREIGN KEY(option_id) REFERENCES offer_options (id),
    CONSTRAINT offer_resources_resource_id_fkey FOREIGN KEY(resource_id) REFERENCES resources (id)
);

CREATE INDEX offer_resources_by_resource_id ON offer_resources (resource_id);

COMMENT ON TABLE offer_resources IS 'One row means: whoever books this offer (with this option) needs this resource.';

CREATE TABLE seat_claims (
    id UUID NOT NULL,
    group_session_id UUID NOT NULL,
    booking_id UUID NOT NULL,
    seats INTEGER NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT seat_claims_pkey PRIMARY KEY (id),
    CONSTRAINT seat_claims_take_a_seat CHECK (seats > 0),
    CONSTRAINT seat_claims_group_session_id_fkey FOREIGN KEY(group_session_id) REFERENCES group_sessions (id)
);

CREATE INDEX seat_claims_by_session ON seat_claims (group_session_id) WHERE released_at IS NULL;

CREATE UNIQUE INDEX seat_claims_one_per_booking ON seat_claims (booking_id) WHERE released_at IS NULL;

CREATE INDEX seat_claims_that_expire ON seat_claims (expires_at) WHERE released_at IS NULL AND expires_at IS NOT NULL;

COMMENT ON TABLE seat_claims IS 'One row means: a booking has so many seats of a session, for good or until it expires.';

CREATE TABLE holds (
    id UUID NOT NULL,
    resource_number BIGINT NOT NULL,
    during TSTZRANGE NOT NULL,
    kind VARCHAR(40) NOT NULL,
    booking_id UUID,
    group_session_id UUID,
    note VARCHAR(200) DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT holds_pkey PRIMARY KEY (id),
    CONSTRAINT holds_do_not_overlap EXCLUDE USING gist (int8range(resource_number, resource_number, '[]') WITH &&, during WITH &&) WHERE (released_at IS NULL),
    CONSTRAINT holds_have_two_ends CHECK (coalesce(isfinite(lower(during)) AND isfinite(upper(during)), false)),
    CONSTRAINT holds_know_for_whom CHECK ((kind = 'booking') = (booking_id IS NOT NULL) AND (kind = 'session') = (group_session_id IS NOT NULL)),
    CONSTRAINT holds_resource_number_fkey FOREIGN KEY(resource_number) REFERENCES resources (number),
    CONSTRAINT holds_kind_known CHECK (kind IN ('booking', 'session', 'blocked', 'external')),
    CONSTRAINT holds_group_session_id_fkey FOREIGN KEY(group_session_id) REFERENCES group_sessions (id)
);

CREATE INDEX holds_by_booking ON holds (booking_id) WHERE released_at IS NULL;

CREATE INDEX holds_by_session ON holds (group_session_id) WHERE released_at IS NULL;

CREATE INDEX holds_that_expire ON holds (expires_at) WHERE released_at IS NULL AND expires_at IS NOT NULL;

COMMENT ON TABLE holds IS 'One row means: this resource is promised for this time, with buffers, until released.';

CREATE TABLE bookings (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    profile_id UUID NOT NULL,
    provider_user_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    quote_id UUID NOT NULL,
    payment_id UUID,
    state VARCHAR(40) NOT NULL,
    title VARCHAR(200) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    during TSTZRANGE NOT NULL,
    time_zone VARCHAR(60) NOT NULL,
    seats INTEGER NOT NULL,
    options JSONB NOT NULL,
    currency VARCHAR(3) NOT NULL,
    pay_in_amount BIGINT NOT NULL,
    pay_out_amount BIGINT NOT NULL,
    service_fee_amount BIGINT NOT NULL,
    commission_amount BIGINT NOT NULL,
    tax_amount BIGINT NOT NULL,
    policy_version_id UUID NOT NULL,
    policy_snapshot JSONB NOT NULL,
    strictest_start_at TIMESTAMP WITH TIME ZONE NOT NULL,
    books_instantly BOOLEAN NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    authorized_at TIMESTAMP WITH TIME ZONE,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    no_show_at TIMESTAMP WITH TIME ZONE,
    no_show_side VARCHAR(40),
    ended_at TIMESTAMP WITH TIME ZONE,
    cancelled_by VARCHAR(40),
    reason_code VARCHAR(40),
    reason TEXT,
    ground VARCHAR(40),
    refund_amount BIGINT,
    kept_pay_out_amount BIGINT,
    kept_service_fee_amount BIGINT,
    kept_commission_amount BIGINT,
    kept_tax_amount BIGINT,
    books_closed_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT bookings_pkey PRIMARY KEY (id),
    CONSTRAINT bookings_balance CHECK (pay_in_amount = pay_out_amount + service_fee_amount + commission_amount + tax_amount),
    CONSTRAINT bookings_amounts_are_not_negative CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount) >= 0),
    CONSTRAINT bookings_settlements_balance CHECK (refund_amount IS NULL OR refund_amount + kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount = pay_in_amount),
    CONSTRAINT bookings_settlements_are_not_negative CHECK (refund_amount IS NULL OR least(refund_amount, kept_pay_out_amount, kept_service_fee_amount, kept_commission_amount, kept_tax_amount) >= 0),
    CONSTRAINT bookings_settle_when_they_end CHECK ((refund_amount IS NOT NULL) = (state IN ('cancelled', 'completed', 'declined', 'expired'))),
    CONSTRAINT bookings_wait_for_the_clock_until_they_end CHECK ((due_at IS NULL) = (state IN ('cancelled', 'completed', 'declined', 'expired'))),
    CONSTRAINT bookings_end_at_an_instant CHECK ((ended_at IS NOT NULL) = (state IN ('cancelled', 'completed', 'declined', 'expired'))),
    CONSTRAINT books_close_after_bookings_end CHECK (books_closed_at IS NULL OR ended_at IS NOT NULL),
    CONSTRAINT bookings_are_cancelled_by_somebody CHECK ((cancelled_by IS NOT NULL) = (state = 'cancelled')),
    CONSTRAINT nobody_books_themselves CHECK (customer_id <> provider_user_id),
    CONSTRAINT the_strictest_start_is_the_earliest CHECK (strictest_start_at <= lower(during)),
    CONSTRAINT bookings_take_a_seat CHECK (seats >= 1),
    CONSTRAINT bookings_are_paid_for CHECK (pay_in_amount = 0 OR payment_id IS NOT NULL),
    CONSTRAINT only_a_party_can_be_absent CHECK (no_show_side IS NULL OR no_show_side IN ('customer', 'provider')),
    CONSTRAINT bookings_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT bookings_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT bookings_profile_id_fkey FOREIGN KEY(profile_id) REFERENCES provider_profiles (id),
    CONSTRAINT bookings_provider_user_id_fkey FOREIGN KEY(provider_user_id) REFERENCES users (id),
    CONSTRAINT bookings_customer_id_fkey FOREIGN KEY(customer_id) REFERENCES users (id),
    CONSTRAINT bookings_quote_id_fkey FOREIGN KEY(quote_id) REFERENCES quotes (id),
    CONSTRAINT bookings_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT booking_states_known CHECK (state IN ('pending_payment', 'requested', 'confirmed', 'in_progress', 'delivered', 'no_show', 'disputed', 'completed', 'cancelled', 'declined', 'expired')),
    CONSTRAINT bookings_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id),
    CONSTRAINT booking_no_show_sides_known CHECK (no_show_side IN ('customer', 'provider', 'operator', 'clock', 'payment')),
    CONSTRAINT booking_cancellers_known CHECK (cancelled_by IN ('customer', 'provider', 'operator', 'clock', 'payment')),
    CONSTRAINT booking_reasons_known CHECK (reason_code IN ('changed_plans', 'illness', 'emergency', 'weather', 'unavailable', 'not_as_agreed', 'unsafe', 'mistake', 'other', 'no_show', 'payment_lost', 'dispute_resolved', 'not_paid', 'not_answered')),
    CONSTRAINT booking_grounds_known CHECK (ground IN ('carried_out', 'never_agreed', 'not_by_the_customer', 'grace_period', 'tier', 'too_late', 'dispute'))
);

CREATE UNIQUE INDEX a_quote_makes_one_booking ON bookings (quote_id);

CREATE INDEX bookings_by_offer ON bookings (offer_id);

CREATE INDEX bookings_due ON bookings (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX bookings_of_a_customer ON bookings (customer_id, id);

CREATE INDEX bookings_of_a_provider ON bookings (provider_user_id, id);

COMMENT ON TABLE bookings IS 'One row means: these two agreed (or are about to) that this is done then, for this money, under these frozen terms.';

CREATE TABLE booking_proposals (
    id UUID NOT NULL,
    booking_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    by_side VARCHAR(40) NOT NULL,
    during TSTZRANGE NOT NULL,
    seats INTEGER NOT NULL,
    options JSONB NOT NULL,
    quote_id UUID NOT NULL,
    difference_amount BIGINT NOT NULL,
    currency VARCHAR(3) NOT NULL,
    note TEXT,
    state VARCHAR(40) NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT booking_proposals_pkey PRIMARY KEY (id),
    CONSTRAINT only_a_party_proposes CHECK (by_side IN ('customer', 'provider')),
    CONSTRAINT proposals_are_open_until_answered CHECK ((answered_at IS NULL) = (state = 'open')),
    CONSTRAINT proposals_take_a_seat CHECK (seats >= 1),
    CONSTRAINT booking_proposals_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id),
    CONSTRAINT proposal_kinds_known CHECK (kind IN ('reschedule', 'modification')),
    CONSTRAINT proposal_sides_known CHECK (by_side IN ('customer', 'provider', 'operator', 'clock', 'payment')),
    CONSTRAINT booking_proposals_quote_id_fkey FOREIGN KEY(quote_id) REFERENCES quotes (id),
    CONSTRAINT proposal_states_known CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn', 'expired'))
);

CREATE UNIQUE INDEX a_booking_has_one_open_proposal ON booking_proposals (booking_id) WHERE state = 'open';

CREATE INDEX booking_proposals_by_quote_id ON booking_proposals (quote_id);

CREATE INDEX proposals_due ON booking_proposals (expires_at) WHERE state = 'open';

CREATE INDEX proposals_of_a_booking ON booking_proposals (booking_id, id);

COMMENT ON TABLE booking_proposals IS 'One row means: this side asked the other to change the booking to these terms.';

CREATE TABLE booking_disputes (
    booking_id UUID NOT NULL,
    opened_by VARCHAR(40) NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason_code VARCHAR(40) NOT NULL,
    statement TEXT NOT NULL,
    answer TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    decided_by VARCHAR(40),
    decided_at TIMESTAMP WITH TIME ZONE,
    decision TEXT,
    refund_bp INTEGER,
    CONSTRAINT booking_disputes_pkey PRIMARY KEY (booking_id),
    CONSTRAINT only_a_party_disputes CHECK (opened_by IN ('customer', 'provider')),
    CONSTRAINT disputes_are_answered_with_a_statement CHECK ((answered_at IS NULL) = (answer IS NULL)),
    CONSTRAINT disputes_are_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT disputes_give_back_a_share CHECK (refund_bp IS NULL OR refund_bp BETWEEN 0 AND 10000),
    CONSTRAINT booking_disputes_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id),
    CONSTRAINT dispute_sides_known CHECK (opened_by IN ('customer', 'provider', 'operator', 'clock', 'payment')),
    CONSTRAINT dispute_reasons_known CHECK (reason_code IN ('changed_plans', 'illness', 'emergency', 'weather', 'unavailable', 'not_as_agreed', 'unsafe', 'mistake', 'other', 'no_show', 'payment_lost', 'dispute_resolved', 'not_paid', 'not_answered')),
    CONSTRAINT dispute_deciders_known CHECK (decided_by IN ('customer', 'provider', 'operator', 'clock', 'payment'))
);

COMMENT ON TABLE booking_disputes IS 'One row means: this booking came to a dispute, opened by that side, and so far this was said and decided.';
