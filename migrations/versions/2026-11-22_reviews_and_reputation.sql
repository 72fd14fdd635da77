-- Two-sided sealed reviews, decisions about them, and what they add up to.

CREATE TABLE review_windows (
    booking_id UUID NOT NULL,
    market_id UUID NOT NULL,
    category_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    profile_id UUID NOT NULL,
    provider_user_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    reason VARCHAR(40) NOT NULL,
    value_amount BIGINT NOT NULL,
    currency VARCHAR(3) NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
    held_at TIMESTAMP WITH TIME ZONE,
    held_until TIMESTAMP WITH TIME ZONE,
    held_why VARCHAR(40),
    revealed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT review_windows_pkey PRIMARY KEY (booking_id),
    CONSTRAINT review_windows_know_their_parties UNIQUE (booking_id, customer_id, provider_user_id),
    CONSTRAINT review_windows_close_after_they_open CHECK (closes_at > opened_at),
    CONSTRAINT review_windows_value_is_not_negative CHECK (value_amount >= 0),
    CONSTRAINT review_windows_are_held_for_a_reason CHECK ((held_at IS NULL) = (held_until IS NULL) AND (held_at IS NULL) = (held_why IS NULL)),
    CONSTRAINT review_windows_are_held_for_thirty_days CHECK (held_until <= held_at + interval '720 hours'),
    CONSTRAINT review_windows_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id),
    CONSTRAINT review_windows_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT review_windows_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id),
    CONSTRAINT review_windows_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT review_windows_profile_id_fkey FOREIGN KEY(profile_id) REFERENCES provider_profiles (id),
    CONSTRAINT review_windows_provider_user_id_fkey FOREIGN KEY(provider_user_id) REFERENCES users (id),
    CONSTRAINT review_windows_customer_id_fkey FOREIGN KEY(customer_id) REFERENCES users (id),
    CONSTRAINT review_window_reasons_known CHECK (reason IN ('completed', 'eligible_cancellation')),
    CONSTRAINT review_window_holds_known CHECK (held_why IN ('dispute', 'investigation'))
);

CREATE INDEX review_windows_by_provider_user_id ON review_windows (provider_user_id);

CREATE INDEX review_windows_by_customer_id ON review_windows (customer_id);

CREATE INDEX review_windows_by_profile_id ON review_windows (profile_id);

CREATE INDEX review_windows_due ON review_windows (greatest(closes_at, held_until), booking_id) WHERE revealed_at IS NULL;

COMMENT ON TABLE review_windows IS 'One row means: these two may review each other for this booking, until then.';

CREATE FUNCTION review_windows_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['held_at', 'held_until', 'held_why', 'revealed_at']::text[] = to_jsonb(OLD) - ARRAY['held_at', 'held_until', 'held_why', 'revealed_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'review_windows are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'review_windows_are_kept';
END $$;

CREATE TRIGGER review_windows_are_kept BEFORE UPDATE OR DELETE ON review_windows
    FOR EACH ROW EXECUTE FUNCTION review_windows_are_kept();

CREATE FUNCTION review_windows_are_of_ended_bookings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM bookings
    WHERE id = NEW.booking_id AND customer_id = NEW.customer_id AND provider_user_id = NEW.provider_user_id
      AND state = CASE NEW.reason WHEN 'completed' THEN 'completed' ELSE 'cancelled' END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only a booking that has ended can be reviewed, by its two parties'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_windows_are_of_ended_bookings';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_windows_are_of_ended_bookings BEFORE INSERT ON review_windows
    FOR EACH ROW EXECUTE FUNCTION review_windows_are_of_ended_bookings();

CREATE TABLE reviews (
    id UUID NOT NULL,
    booking_id UUID NOT NULL,
    author_side VARCHAR(40) NOT NULL,
    author_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    customer_id UUID GENERATED ALWAYS AS (CASE author_side WHEN 'customer' THEN author_id ELSE subject_id END) STORED NOT NULL,
    provider_user_id UUID GENERATED ALWAYS AS (CASE author_side WHEN 'customer' THEN subject_id ELSE author_id END) STORED NOT NULL,
    state VARCHAR(40) NOT NULL,
    stars SMALLINT NOT NULL,
    dimensions JSONB NOT NULL,
    text TEXT,
    locale VARCHAR(35) NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    edited_at TIMESTAMP WITH TIME ZONE,
    revealed_at TIMESTAMP WITH TIME ZONE,
    held_until TIMESTAMP WITH TIME ZONE,
    removed_at TIMESTAMP WITH TIME ZONE,
    erased_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT reviews_pkey PRIMARY KEY (id),
    CONSTRAINT one_review_per_direction UNIQUE (booking_id, author_side),
    CONSTRAINT reviews_are_between_the_parties FOREIGN KEY(booking_id, customer_id, provider_user_id) REFERENCES review_windows (booking_id, customer_id, provider_user_id),
    CONSTRAINT reviews_have_one_to_five_stars CHECK (stars BETWEEN 1 AND 5),
    CONSTRAINT reviews_name_their_dimensions CHECK (jsonb_typeof(dimensions) = 'object'),
    CONSTRAINT nobody_reviews_themselves CHECK (author_id <> subject_id),
    CONSTRAINT reviews_are_sealed_until_revealed CHECK ((state = 'sealed') = (revealed_at IS NULL)),
    CONSTRAINT reviews_are_removed_at_an_instant CHECK ((state = 'removed') = (removed_at IS NOT NULL)),
    CONSTRAINT reviews_are_held_until_an_instant CHECK (state <> 'held' OR held_until IS NOT NULL),
    CONSTRAINT erased_reviews_say_nothing CHECK (erased_at IS NULL OR text IS NULL),
    CONSTRAINT review_sides_known CHECK (author_side IN ('customer', 'provider')),
    CONSTRAINT reviews_author_id_fkey FOREIGN KEY(author_id) REFERENCES users (id),
    CONSTRAINT reviews_subject_id_fkey FOREIGN KEY(subject_id) REFERENCES users (id),
    CONSTRAINT review_states_known CHECK (state IN ('sealed', 'published', 'held', 'removed'))
);

CREATE INDEX reviews_of_a_subject ON reviews (subject_id, author_side, revealed_at, id);

CREATE INDEX reviews_by_an_author ON reviews (author_id, id);

CREATE INDEX reviews_held ON reviews (held_until) WHERE state = 'held';

COMMENT ON TABLE reviews IS 'One row means: this party of a booking said this about the other.';

CREATE FUNCTION reviews_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['state', 'stars', 'dimensions', 'text', 'locale', 'edited_at', 'revealed_at', 'held_until', 'removed_at', 'erased_at', 'version', 'customer_id', 'provider_user_id']::text[] = to_jsonb(OLD) - ARRAY['state', 'stars', 'dimensions', 'text', 'locale', 'edited_at', 'revealed_at', 'held_until', 'removed_at', 'erased_at', 'version', 'customer_id', 'provider_user_id']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'reviews are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reviews_are_kept';
END $$;

CREATE TRIGGER reviews_are_kept BEFORE UPDATE OR DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION reviews_are_kept();

CREATE FUNCTION revealed_stars_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stars <> OLD.stars OR NEW.dimensions <> OLD.dimensions
        OR NEW.revealed_at IS DISTINCT FROM OLD.revealed_at THEN
        RAISE EXCEPTION 'what was revealed is not rated anew and never sealed again'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'revealed_stars_stand';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER revealed_stars_stand BEFORE UPDATE ON reviews
    FOR EACH ROW WHEN (OLD.revealed_at IS NOT NULL) EXECUTE FUNCTION revealed_stars_stand();

CREATE TABLE review_versions (
    review_id UUID NOT NULL,
    version INTEGER NOT NULL,
    stars SMALLINT NOT NULL,
    dimensions JSONB NOT NULL,
    text TEXT,
    locale VARCHAR(35) NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT review_versions_pkey PRIMARY KEY (review_id, version),
    CONSTRAINT review_versions_review_id_fkey FOREIGN KEY(review_id) REFERENCES reviews (id)
);

COMMENT ON TABLE review_versions IS 'One row means: so the review stood after its author wrote it for the how-manieth time.';

CREATE FUNCTION review_versions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['text']::text[] = to_jsonb(OLD) - ARRAY['text']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'review_versions are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'review_versions_are_kept';
END $$;

CREATE TRIGGER review_versions_are_kept BEFORE UPDATE OR DELETE ON review_versions
    FOR EACH ROW EXECUTE FUNCTION review_versions_are_kept();

CREATE TABLE review_replies (
    review_id UUID NOT NULL,
    author_id UUID NOT NULL,
    text TEXT,
    replied_at TIMESTAMP WITH TIME ZONE NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT review_replies_pkey PRIMARY KEY (review_id),
    CONSTRAINT replies_say_something_until_erased CHECK ((text IS NULL) = (erased_at IS NOT NULL)),
    CONSTRAINT review_replies_review_id_fkey FOREIGN KEY(review_id) REFERENCES reviews (id),
    CONSTRAINT review_replies_author_id_fkey FOREIGN KEY(author_id) REFERENCES users (id)
);

CREATE INDEX review_replies_by_author_id ON review_replies (author_id);

COMMENT ON TABLE review_replies IS 'One row means: who was reviewed said this about the review.';

CREATE TABLE review_private_notes (
    review_id UUID NOT NULL,
    would_book_again BOOLEAN,
    to_other TEXT,
    to_platform TEXT,
    CONSTRAINT review_private_notes_pkey PRIMARY KEY (review_id),
    CONSTRAINT review_private_notes_review_id_fkey FOREIGN KEY(review_id) REFERENCES reviews (id)
);

COMMENT ON TABLE review_private_notes IS 'One row means: this was said beside a review, to one reader alone.';

CREATE TABLE review_decisions (
    id UUID NOT NULL,
    review_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    reason_code VARCHAR(40) NOT NULL,
    statement TEXT NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    appealed_at TIMESTAMP WITH TIME ZONE,
    appeal_statement TEXT,
    appeal_decided_at TIMESTAMP WITH TIME ZONE,
    appeal_decided_by UUID,
    appeal_outcome VARCHAR(40),
    appeal_answer TEXT,
    CONSTRAINT review_decisions_pkey PRIMARY KEY (id),
    CONSTRAINT appeals_are_made_with_a_statement CHECK ((appealed_at IS NULL) = (appeal_statement IS NULL)),
    CONSTRAINT decisions_are_appealed_in_183_days CHECK (appealed_at <= decided_at + interval '4392 hours'),
    CONSTRAINT appeals_are_decided_whole CHECK ((appeal_decided_at IS NULL) = (appeal_decided_by IS NULL) AND (appeal_decided_at IS NULL) = (appeal_outcome IS NULL) AND (appeal_decided_at IS NULL) = (appeal_answer IS NULL)),
    CONSTRAINT only_appeals_are_decided CHECK (appeal_decided_at IS NULL OR appealed_at IS NOT NULL),
    CONSTRAINT appeals_go_to_a_different_person CHECK (appeal_decided_by <> decided_by),
    CONSTRAINT review_decisions_review_id_fkey FOREIGN KEY(review_id) REFERENCES reviews (id),
    CONSTRAINT review_decision_kinds_known CHECK (kind IN ('hold', 'release', 'remove', 'restore')),
    CONSTRAINT review_decision_reasons_known CHECK (reason_code IN ('retaliation', 'extortion', 'conflict_of_interest', 'not_an_experience', 'off_topic', 'hate', 'personal_data', 'illegal', 'spam', 'nothing_found', 'appeal_granted')),
    CONSTRAINT review_decisions_decided_by_fkey FOREIGN KEY(decided_by) REFERENCES users (id),
    CONSTRAINT review_decisions_appeal_decided_by_fkey FOREIGN KEY(appeal_decided_by) REFERENCES users (id),
    CONSTRAINT appeal_outcomes_known CHECK (appeal_outcome IN ('upheld', 'overturned'))
);

CREATE INDEX decisions_of_a_review ON review_decisions (review_id, id);

COMMENT ON TABLE review_decisions IS 'One row means: this was decided about a review, why, and what became of an appeal.';

CREATE TABLE reputation_states (
    subject_id UUID NOT NULL,
    role VARCHAR(40) NOT NULL,
    category_id UUID NOT NULL,
    landmark_at TIMESTAMP WITH TIME ZONE NOT NULL,
    weight DOUBLE PRECISION DEFAULT '0' NOT NULL,
    weighted DOUBLE PRECISION DEFAULT '0' NOT NULL,
    weight_squared DOUBLE PRECISION DEFAULT '0' NOT NULL,
    rated_1 DOUBLE PRECISION DEFAULT '0' NOT NULL,
    rated_2 DOUBLE PRECISION DEFAULT '0' NOT NULL,
    rated_3 DOUBLE PRECISION DEFAULT '0' NOT NULL,
    rated_4 DOUBLE PRECISION DEFAULT '0' NOT NULL,
    rated_5 DOUBLE PRECISION DEFAULT '0' NOT NULL,
    reviews INTEGER DEFAULT '0' NOT NULL,
    version BIGINT DEFAULT '0' NOT NULL,
    ranking DOUBLE PRECISION,
    exploration DOUBLE PRECISION DEFAULT '0' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT reputation_states_pkey PRIMARY KEY (subject_id, role, category_id),
    CONSTRAINT reputation_states_count_reviews CHECK (reviews >= 0),
    CONSTRAINT reputation_states_subject_id_fkey FOREIGN KEY(subject_id) REFERENCES users (id),
    CONSTRAINT reputation_roles_known CHECK (role IN ('customer', 'provider')),
    CONSTRAINT reputation_states_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id)
);

COMMENT ON TABLE reputation_states IS 'One row means: so far a person''s reviews in a role and category add up to this.';

CREATE TABLE review_weighings (
    review_id UUID NOT NULL,
    author_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    role VARCHAR(40) NOT NULL,
    category_id UUID NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    credibility DOUBLE PRECISION NOT NULL,
    value_weight DOUBLE PRECISION NOT NULL,
    bias DOUBLE PRECISION DEFAULT '0' NOT NULL,
    independent BOOLEAN NOT NULL,
    pair_discount DOUBLE PRECISION DEFAULT '0' NOT NULL,
    cap_share DOUBLE PRECISION DEFAULT '0' NOT NULL,
    weight DOUBLE PRECISION DEFAULT '0' NOT NULL,
    counts BOOLEAN DEFAULT false NOT NULL,
    weighed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT review_weighings_pkey PRIMARY KEY (review_id),
    CONSTRAINT weighings_add_to_a_state FOREIGN KEY(subject_id, role, category_id) REFERENCES reputation_states (subject_id, role, category_id),
    CONSTRAINT only_what_counts_weighs CHECK (weight >= 0 AND (counts OR weight = 0)),
    CONSTRAINT review_weighings_review_id_fkey FOREIGN KEY(review_id) REFERENCES reviews (id),
    CONSTRAINT review_weighings_author_id_fkey FOREIGN KEY(author_id) REFERENCES users (id),
    CONSTRAINT weighing_roles_known CHECK (role IN ('customer', 'provider'))
);

CREATE INDEX weighings_of_a_subject ON review_weighings (subject_id, role, category_id, written_at);

CREATE INDEX weighings_by_an_author ON review_weighings (author_id, subject_id, written_at);

COMMENT ON TABLE review_weighings IS 'One row means: this revealed review weighs this much, and here is why.';

CREATE TABLE reputation_norms (
    category_id UUID NOT NULL,
    role VARCHAR(40) NOT NULL,
    histogram JSONB NOT NULL,
    usual_amounts JSONB NOT NULL,
    effort DOUBLE PRECISION DEFAULT '0' NOT NULL,
    effort_deviation DOUBLE PRECISION DEFAULT '0' NOT NULL,
    reviews INTEGER DEFAULT '0' NOT NULL,
    learned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT reputation_norms_pkey PRIMARY KEY (category_id, role),
    CONSTRAINT norms_have_five_shares CHECK (jsonb_array_length(histogram) = 5),
    CONSTRAINT reputation_norms_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id),
    CONSTRAINT norm_roles_known CHECK (role IN ('customer', 'provider'))
);

COMMENT ON TABLE reputation_norms IS 'One row means: this is usual in a category and role, as far as the last night knew.';

CREATE TABLE reputation_snapshots (
    id UUID NOT NULL,
    subject_id UUID NOT NULL,
    role VARCHAR(40) NOT NULL,
    category_id UUID NOT NULL,
    version BIGINT NOT NULL,
    shown JSONB NOT NULL,
    ranking JSONB NOT NULL,
    inputs JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT reputation_snapshots_pkey PRIMARY KEY (id),
    CONSTRAINT reputation_snapshots_subject_id_fkey FOREIGN KEY(subject_id) REFERENCES users (id),
    CONSTRAINT reputation_snapshot_roles_known CHECK (role IN ('customer', 'provider')),
    CONSTRAINT reputation_snapshots_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (id)
);

CREATE UNIQUE INDEX reputation_snapshots_of_a_subject ON reputation_snapshots (subject_id, role, category_id, version);

COMMENT ON TABLE reputation_snapshots IS 'One row means: then these were a person''s numbers in a role and category.';

CREATE FUNCTION reputation_snapshots_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reputation_snapshots are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reputation_snapshots_are_kept';
END $$;

CREATE TRIGGER reputation_snapshots_are_kept BEFORE UPDATE OR DELETE ON reputation_snapshots
    FOR EACH ROW EXECUTE FUNCTION reputation_snapshots_are_kept();

CREATE TABLE rater_credibilities (
    rater_id UUID NOT NULL,
    as_of DATE NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    trust DOUBLE PRECISION DEFAULT '0' NOT NULL,
    bias DOUBLE PRECISION DEFAULT '0' NOT NULL,
    CONSTRAINT rater_credibilities_pkey PRIMARY KEY (rater_id, as_of),
    CONSTRAINT credibilities_are_shares CHECK (value BETWEEN 0 AND 1),
    CONSTRAINT rater_credibilities_rater_id_fkey FOREIGN KEY(rater_id) REFERENCES users (id)
);

COMMENT ON TABLE rater_credibilities IS 'One row means: from this night on, what this person says weighs this much.';

CREATE TABLE tier_decisions (
    id UUID NOT NULL,
    profile_id UUID NOT NULL,
    market_id UUID NOT NULL,
    on_date DATE NOT NULL,
    tier VARCHAR(40) NOT NULL,
    previous VARCHAR(40),
    lower DOUBLE PRECISION,
    upper DOUBLE PRECISION,
    inputs JSONB NOT NULL,
    would_change JSONB NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT tier_decisions_pkey PRIMARY KEY (id),
    CONSTRAINT tier_decisions_profile_id_fkey FOREIGN KEY(profile_id) REFERENCES provider_profiles (id),
    CONSTRAINT tier_decisions_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT tiers_known CHECK (tier IN ('standard', 'trusted', 'elite', 'watch')),
    CONSTRAINT previous_tiers_known CHECK (previous IN ('standard', 'trusted', 'elite', 'watch'))
);

CREATE UNIQUE INDEX tier_decisions_of_a_profile ON tier_decisions (profile_id, on_date);

COMMENT ON TABLE tier_decisions IS 'One row means: this quarter this provider is of this tier, for these reasons.';

CREATE FUNCTION tier_decisions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'tier_decisions are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tier_decisions_are_kept';
END $$;

CREATE TRIGGER tier_decisions_are_kept BEFORE UPDATE OR DELETE ON tier_decisions
    FOR EACH ROW EXECUTE FUNCTION tier_decisions_are_kept();

CREATE TABLE review_signals (
    id UUID NOT NULL,
    detector VARCHAR(60) NOT NULL,
    review_id UUID,
    author_id UUID,
    subject_id UUID,
    evidence JSONB NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT review_signals_pkey PRIMARY KEY (id),
    CONSTRAINT signals_are_about_something CHECK (coalesce(review_id, author_id, subject_id) IS NOT NULL),
    CONSTRAINT review_signals_review_id_fkey FOREIGN KEY(review_id) REFERENCES reviews (id),
    CONSTRAINT review_signals_author_id_fkey FOREIGN KEY(author_id) REFERENCES users (id),
    CONSTRAINT review_signals_subject_id_fkey FOREIGN KEY(subject_id) REFERENCES users (id)
);

CREATE INDEX review_signals_by_detector ON review_signals (detector, at);

CREATE INDEX review_signals_of_a_review ON review_signals (review_id);

COMMENT ON TABLE review_signals IS 'One row means: this detector noticed this. Nothing follows from it by itself.';

CREATE FUNCTION review_signals_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'review_signals are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'review_signals_are_kept';
END $$;

CREATE TRIGGER review_signals_are_kept BEFORE UPDATE OR DELETE ON review_signals
    FOR EACH ROW EXECUTE FUNCTION review_signals_are_kept();
