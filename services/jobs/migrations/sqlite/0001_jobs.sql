-- One table is the whole truth: what the API answers, the idempotency keys and what the workers lease.
-- Times are microseconds since the epoch, UTC, by the database's own clock.
CREATE TABLE jobs (
    id              TEXT    NOT NULL PRIMARY KEY,
    queue           TEXT    NOT NULL,
    job_type        TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    payload         TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('queued', 'running', 'retrying', 'succeeded', 'dead', 'cancelled')),
    attempt         INTEGER NOT NULL DEFAULT 0,
    max_attempts    INTEGER NOT NULL,
    result          TEXT,
    error           TEXT,
    request_id      TEXT,
    traceparent     TEXT,
    tracestate      TEXT,
    idempotency_key TEXT,
    body_hash       TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    run_at          INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER,
    lease_owner     TEXT,
    lease_until     INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX jobs_idempotency ON jobs (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (queue, job_type, run_at, id) WHERE status IN ('queued', 'retrying');
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_status ON jobs (status, id);
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
