CREATE TABLE job_failures (
    job VARCHAR(80) NOT NULL,
    item VARCHAR(200) NOT NULL,
    attempts INTEGER NOT NULL,
    last_error VARCHAR(500) NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    set_aside_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT job_failures_pkey PRIMARY KEY (job, item),
    CONSTRAINT job_failures_were_attempted CHECK (attempts > 0)
);
COMMENT ON TABLE job_failures IS 'One row means: this job failed on this row, and has not succeeded on it since.';

CREATE INDEX job_failures_set_aside ON job_failures (set_aside_at) WHERE set_aside_at IS NOT NULL;
