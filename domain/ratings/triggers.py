"""What the tables of reviews refuse by trigger: no constraint of one row could see it."""

WINDOWS_ARE_OF_ENDED_BOOKINGS = """
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
"""
"""No window, and so no review, without a booking of these two that is over; such a booking stays over."""

REVEALED_STARS_STAND = """
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
"""
"""Who has read the other's review can no longer answer it with their stars."""
