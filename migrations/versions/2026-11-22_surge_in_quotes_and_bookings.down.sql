DROP INDEX quotes_agreed_by_market, quotes_agreed_by_customer, quotes_by_market_and_time;

CREATE OR REPLACE FUNCTION quotes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['taken_at', 'superseded_at']::text[] = to_jsonb(OLD) - ARRAY['taken_at', 'superseded_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'quotes are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'quotes_are_kept';
END $$;

ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_are_not_negative
    CHECK (refund_amount IS NULL OR least(refund_amount, kept_pay_out_amount, kept_service_fee_amount, kept_commission_amount, kept_tax_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_are_not_negative;

ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_balance;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_balance
    CHECK (refund_amount IS NULL OR refund_amount + kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount = pay_in_amount) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_balance;

ALTER TABLE bookings DROP CONSTRAINT bookings_amounts_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_amounts_are_not_negative
    CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_amounts_are_not_negative;

ALTER TABLE bookings DROP CONSTRAINT bookings_balance;
ALTER TABLE bookings ADD CONSTRAINT bookings_balance
    CHECK (pay_in_amount = pay_out_amount + service_fee_amount + commission_amount + tax_amount) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_balance;

ALTER TABLE quotes DROP CONSTRAINT quotes_amounts_are_not_negative;
ALTER TABLE quotes ADD CONSTRAINT quotes_amounts_are_not_negative
    CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount) >= 0) NOT VALID;
ALTER TABLE quotes VALIDATE CONSTRAINT quotes_amounts_are_not_negative;

ALTER TABLE quotes DROP CONSTRAINT quotes_balance;
ALTER TABLE quotes ADD CONSTRAINT quotes_balance
    CHECK (pay_in_amount - (pay_out_amount + service_fee_amount + commission_amount + tax_amount) = 0) NOT VALID;
ALTER TABLE quotes VALIDATE CONSTRAINT quotes_balance;

ALTER TABLE offers DROP COLUMN lowest_price_amount;
ALTER TABLE bookings DROP COLUMN kept_surge_amount, DROP COLUMN bonus_amount, DROP COLUMN surge_amount;
ALTER TABLE quotes DROP COLUMN agreed_at, DROP COLUMN bonus_amount, DROP COLUMN surge_amount;
