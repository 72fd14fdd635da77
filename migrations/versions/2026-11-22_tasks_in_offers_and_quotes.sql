-- What a customer may take over, and what doing several of it together saves.
CREATE TABLE offer_tasks (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    title VARCHAR(120) NOT NULL,
    description TEXT NOT NULL,
    position INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT offer_tasks_pkey PRIMARY KEY (id),
    CONSTRAINT offer_tasks_offer_id_fkey FOREIGN KEY (offer_id) REFERENCES offers (id),
    CONSTRAINT offer_tasks_kind_known CHECK (kind IN ('brings_materials', 'prepares', 'flexible_window', 'pools_with_neighbours', 'helps', 'other'))
);
COMMENT ON TABLE offer_tasks IS 'One row means: the customer may take this over in a booking of the offer, until it is retired.';

CREATE INDEX offer_tasks_in_order ON offer_tasks (offer_id, position, id);

CREATE TABLE offer_task_savings (
    id UUID NOT NULL,
    task_id UUID NOT NULL,
    task_ids UUID[] NOT NULL,
    saving_amount BIGINT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT offer_task_savings_pkey PRIMARY KEY (id),
    CONSTRAINT offer_task_savings_task_id_fkey FOREIGN KEY (task_id) REFERENCES offer_tasks (id),
    CONSTRAINT offer_task_savings_are_named_once UNIQUE (task_id, task_ids),
    CONSTRAINT offer_task_savings_are_of_tasks CHECK (cardinality(task_ids) BETWEEN 1 AND 12 AND task_ids[1] = task_id),
    CONSTRAINT offer_task_savings_cost_nobody CHECK (saving_amount >= 0)
);
COMMENT ON TABLE offer_task_savings IS 'One row means: who takes over exactly these tasks saves the provider this much.';

-- What the tasks of a quote take off its pay-in.
ALTER TABLE quotes ADD COLUMN stake_amount BIGINT NOT NULL DEFAULT '0';
ALTER TABLE quotes ADD CONSTRAINT quotes_tasks_cost_nobody CHECK (stake_amount >= 0) NOT VALID;
ALTER TABLE quotes VALIDATE CONSTRAINT quotes_tasks_cost_nobody;
