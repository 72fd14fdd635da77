-- What is at stake with tasks, what credits paid for, and when to remind.
ALTER TABLE bookings
    ADD COLUMN stake_amount BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN fee_credits BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN surge_credits BIGINT NOT NULL DEFAULT '0',
    ADD COLUMN remind_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN kept_stake_pay_out_amount BIGINT,
    ADD COLUMN kept_stake_tax_amount BIGINT,
    ADD COLUMN returned_credits BIGINT;

ALTER TABLE bookings DROP CONSTRAINT bookings_amounts_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_amounts_are_not_negative
    CHECK (least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount, surge_amount, bonus_amount, stake_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_amounts_are_not_negative;

-- What was paid is the pay-in and the stake; both go back or are kept, to the minor unit.
ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_balance;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_balance
    CHECK (refund_amount IS NULL OR refund_amount + kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount + coalesce(kept_surge_amount, 0) = pay_in_amount + stake_amount) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_balance;

ALTER TABLE bookings DROP CONSTRAINT bookings_settlements_are_not_negative;
ALTER TABLE bookings ADD CONSTRAINT bookings_settlements_are_not_negative
    CHECK (refund_amount IS NULL OR least(refund_amount, kept_pay_out_amount, kept_service_fee_amount, kept_commission_amount, kept_tax_amount, kept_surge_amount, kept_stake_pay_out_amount, kept_stake_tax_amount) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_settlements_are_not_negative;

ALTER TABLE bookings ADD CONSTRAINT bookings_keep_no_more_than_is_at_stake
    CHECK (refund_amount IS NULL OR (coalesce(kept_stake_pay_out_amount, 0) + coalesce(kept_stake_tax_amount, 0) <= stake_amount AND coalesce(kept_stake_pay_out_amount, 0) <= kept_pay_out_amount AND coalesce(kept_stake_tax_amount, 0) <= kept_tax_amount)) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_keep_no_more_than_is_at_stake;

ALTER TABLE bookings ADD CONSTRAINT stakes_go_back_whole_unless_carried_out
    CHECK (state = 'completed' OR coalesce(kept_stake_pay_out_amount, 0) + coalesce(kept_stake_tax_amount, 0) = 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT stakes_go_back_whole_unless_carried_out;

ALTER TABLE bookings ADD CONSTRAINT bookings_redeem_credits_or_none
    CHECK (least(fee_credits, surge_credits) >= 0) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_redeem_credits_or_none;

ALTER TABLE bookings ADD CONSTRAINT bookings_return_credits_that_were_redeemed
    CHECK (returned_credits IS NULL OR returned_credits BETWEEN 0 AND fee_credits + surge_credits) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_return_credits_that_were_redeemed;

-- A service that costs nothing but what is at stake is paid for too.
ALTER TABLE bookings DROP CONSTRAINT bookings_are_paid_for;
ALTER TABLE bookings ADD CONSTRAINT bookings_are_paid_for
    CHECK (pay_in_amount + stake_amount = 0 OR payment_id IS NOT NULL) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_are_paid_for;

CREATE INDEX bookings_to_remind ON bookings (remind_at) WHERE remind_at IS NOT NULL;

CREATE TABLE booking_tasks (
    id UUID NOT NULL,
    booking_id UUID NOT NULL,
    task_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    title VARCHAR(120) NOT NULL,
    share_pay_out_amount BIGINT NOT NULL,
    share_tax_amount BIGINT NOT NULL,
    state VARCHAR(40) NOT NULL,
    performed_at TIMESTAMP WITH TIME ZONE,
    said_by VARCHAR(40),
    said_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    objection TEXT,
    objected_at TIMESTAMP WITH TIME ZONE,
    answer_by TIMESTAMP WITH TIME ZONE,
    decided_by VARCHAR(40),
    decided_at TIMESTAMP WITH TIME ZONE,
    decision TEXT,
    outcome VARCHAR(40),
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT booking_tasks_pkey PRIMARY KEY (id),
    CONSTRAINT booking_tasks_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id),
    CONSTRAINT booking_tasks_task_id_fkey FOREIGN KEY(task_id) REFERENCES offer_tasks (id),
    CONSTRAINT a_task_is_taken_over_once UNIQUE (booking_id, task_id),
    CONSTRAINT booking_task_kinds_known CHECK (kind IN ('brings_materials', 'prepares', 'flexible_window', 'pools_with_neighbours', 'helps', 'other')),
    CONSTRAINT booking_task_states_known CHECK (state IN ('agreed', 'performed', 'confirmed', 'unmet', 'blocked', 'disputed', 'settled')),
    CONSTRAINT booking_task_sayers_known CHECK (said_by IN ('customer', 'provider', 'operator', 'clock', 'payment')),
    CONSTRAINT booking_task_deciders_known CHECK (decided_by IN ('customer', 'provider', 'operator', 'clock', 'payment')),
    CONSTRAINT booking_task_outcomes_known CHECK (outcome IN ('confirmed', 'blocked', 'unmet', 'called_off')),
    CONSTRAINT task_shares_are_not_negative CHECK (least(share_pay_out_amount, share_tax_amount) >= 0),
    CONSTRAINT tasks_have_an_outcome_once_settled CHECK ((outcome IS NOT NULL) = (state = 'settled')),
    CONSTRAINT tasks_are_settled_at_an_instant CHECK ((settled_at IS NOT NULL) = (state = 'settled')),
    CONSTRAINT tasks_wait_only_for_answers CHECK (answer_by IS NULL OR state IN ('unmet', 'blocked', 'disputed')),
    CONSTRAINT disputed_tasks_wait_for_a_decision CHECK (state <> 'disputed' OR (answer_by IS NOT NULL AND objected_at IS NOT NULL)),
    CONSTRAINT somebody_says_how_a_task_went CHECK (state NOT IN ('confirmed', 'unmet', 'blocked') OR said_by IS NOT NULL),
    CONSTRAINT tasks_are_spoken_of_at_an_instant CHECK ((said_by IS NULL) = (said_at IS NULL)),
    CONSTRAINT tasks_are_objected_to_with_a_statement CHECK ((objected_at IS NULL) = (objection IS NULL)),
    CONSTRAINT tasks_are_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by IS NULL))
);
COMMENT ON TABLE booking_tasks IS 'One row means: the customer of this booking does this themselves, which saves them this share of its price.';
CREATE INDEX booking_tasks_undecided ON booking_tasks (answer_by) WHERE state = 'disputed';
