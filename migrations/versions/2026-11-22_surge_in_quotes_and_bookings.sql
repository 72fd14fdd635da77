-- What demand adds and what the provider gets on top.
ALTER TABLE quotes
    ADD COLUMN surge_amount BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN bonus_amount BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN agreed_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE bookings
    ADD COLUMN surge_amount BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN bonus_amount BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN kept_surge_amount BIGINT;

-- A discount needs the provider's word on how low it may go.
ALTER TABLE offers ADD COLUMN lowest_price_amount BIGINT;
ALTER TABLE offers ADD CONSTRAINT offers_discounts_have_a_floor
    CHECK (lowest_price_amount BETWEEN 0 AND price_amount) NOT VALID;
ALTER TABLE offers VALIDATE CONSTRAINT offers_discounts_have_a_floor;

ALTER TABLE quotes DROP CONSTRAINT quotes_balance;
ALTER TABLE quotes ADD CONSTRAINT quotes_balance
    CHECK (pay_in_amount - (pay_out_amount + service_fee_amount + commission_amount + tax_amount + surge_amount) = 0) NOT VALID;
ALTER TABLE quotes VALIDATE CONSTRAINT quotes_balance;

ALTER TABLE quotes DROP CONSTRAINT quotes_amounts_are_not_negative;
ALTER TABLE quotes ADD CONSTRAINT quotes_amounts_are_not_negative
    CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount, surge_amount, bonus_amount) >= 0) NOT VALID;
ALTER TABLE quotes VALIDATE CONSTRAINT quotes_amounts_are_not_negative;

ALTER TABLE bookings DROP CONSTRAINT bookings_balance;
ALTER TABLE bookings ADD CONSTRAINT bookings_balance
    CHECK (pay_in_amount = pay_out_amount + service_fee_amount + commission_amount + tax_amount + surge_amount) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_balance;

ALTER TABLE bookings DROP CONSTRAINT bookings_amounts_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_amounts_are_not_negative
    CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount, surge_amount, bonus_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_amounts_are_not_negative;

-- A NULL in the sum would let every settlement pass, so what ended before counts as having kept no surge.
ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_balance;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_balance
    CHECK (refund_amount IS NULL OR refund_amount + kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount + coalesce(kept_surge_amount, 0) = pay_in_amount) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_balance;

ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_are_not_negative
    CHECK (refund_amount IS NULL OR least(refund_amount, kept_pay_out_amount, kept_service_fee_amount, kept_commission_amount, kept_tax_amount, kept_surge_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_are_not_negative;

-- Both sides' agreement is noted on the quote, and taken back when the booking is called off.
CREATE OR REPLACE FUNCTION quotes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['taken_at', 'superseded_at', 'agreed_at']::text[] = to_jsonb(OLD) - ARRAY['taken_at', 'superseded_at', 'agreed_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'quotes are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'quotes_are_kept';
END $$;

UPDATE quotes SET agreed_at = bookings.confirmed_at
FROM bookings
WHERE bookings.quote_id = quotes.id AND quotes.taken_at IS NOT NULL AND bookings.confirmed_at IS NOT NULL
  AND bookings.state IN ('confirmed', 'in_progress', 'delivered', 'no_show', 'disputed', 'completed');

CREATE INDEX quotes_by_market_and_time ON quotes (market_id, created_at);

CREATE INDEX quotes_agreed_by_customer ON quotes (customer_id, market_id) WHERE agreed_at IS NOT NULL;

CREATE INDEX quotes_agreed_by_market ON quotes (market_id, agreed_at) WHERE agreed_at IS NOT NULL;
