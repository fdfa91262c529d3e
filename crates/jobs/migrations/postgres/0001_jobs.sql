-- Jobs and their documents. The documents table is the queue of the work, the jobs table the queue of expansions.
--
-- Times are microseconds since 1970 by this server's clock. Status codes are those of `src/store/codes.rs`:
--   jobs       0 NotStarted 1 Running 2 Cancelling | 3 Succeeded 4 Failed 5 Cancelled 6 ValidationFailed
--   documents  0 NotStarted 1 Running 2 Cancelling | 3 Succeeded 4 Failed 5 Cancelled
-- From 3 on a status is final. `queue` is where a row stands for the workers, apart from what callers see:
--   0 waits for a worker, 1 is held by one until lease_until, 2 is done with.
--
-- Locks are taken in this order: documents by row, then jobs by row.

CREATE TABLE jobs (
    row              BIGINT   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id               UUID     NOT NULL UNIQUE,
    resource         TEXT     COLLATE "C" NOT NULL,
    created          BIGINT   NOT NULL,
    last_action      BIGINT   NOT NULL,
    status           SMALLINT NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 6),
    cancel_requested BOOLEAN  NOT NULL DEFAULT FALSE,
    has_run          BOOLEAN  NOT NULL DEFAULT FALSE,
    total            INTEGER  NOT NULL DEFAULT 0 CHECK (total >= 0),
    failed           INTEGER  NOT NULL DEFAULT 0 CHECK (failed >= 0),
    success          INTEGER  NOT NULL DEFAULT 0 CHECK (success >= 0),
    in_progress      INTEGER  NOT NULL DEFAULT 0 CHECK (in_progress >= 0),
    not_yet_started  INTEGER  NOT NULL DEFAULT 0 CHECK (not_yet_started >= 0),
    cancelled        INTEGER  NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    characters       BIGINT   NOT NULL DEFAULT 0 CHECK (characters >= 0),
    error_code       TEXT,
    error_message    TEXT,
    -- the queue of expansions
    queue            SMALLINT NOT NULL DEFAULT 0 CHECK (queue BETWEEN 0 AND 2),
    run_at           BIGINT   NOT NULL,
    attempt          INTEGER  NOT NULL DEFAULT 0,
    lease_owner      TEXT,
    lease_token      BIGINT   NOT NULL DEFAULT 0,
    lease_until      BIGINT,
    CHECK (total = failed + success + in_progress + not_yet_started + cancelled),
    CHECK (last_action >= created),
    CHECK ((queue = 1) = (lease_until IS NOT NULL)),
    CHECK ((error_code IS NULL) = (error_message IS NULL)),
    CHECK (status < 3 OR (queue = 2 AND in_progress + not_yet_started = 0))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- The list operations: each order, with and without a status. Both directions read the same index.
CREATE INDEX jobs_created            ON jobs (resource, created, id);
CREATE INDEX jobs_status_created     ON jobs (resource, status, created, id);
CREATE INDEX jobs_last_action        ON jobs (resource, last_action, id);
CREATE INDEX jobs_status_last_action ON jobs (resource, status, last_action, id);
-- The workers, and the audit at the start. Few rows are leased at a time: looking at all of them is cheaper than an
-- index that every heartbeat would have to change.
CREATE INDEX jobs_waiting ON jobs (resource, run_at, row) WHERE queue = 0;
CREATE INDEX jobs_working ON jobs (resource) WHERE queue = 1;
CREATE INDEX jobs_open    ON jobs (row) WHERE status < 3;

-- What a job is asked to do, SAS included. Deleted with the job's end: a key that is no longer needed is not kept.
CREATE TABLE requests (
    job  BIGINT PRIMARY KEY REFERENCES jobs (row) ON DELETE CASCADE,
    body TEXT   NOT NULL
);

CREATE TABLE documents (
    row           BIGINT   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            UUID     NOT NULL UNIQUE,
    job           BIGINT   NOT NULL REFERENCES jobs (row) ON DELETE CASCADE,
    resource      TEXT     COLLATE "C" NOT NULL,
    position      BIGINT   NOT NULL CHECK (position >= 0),
    -- indexes into the request, where the locations with their SAS are
    input         BIGINT   NOT NULL CHECK (input >= 0),
    target        BIGINT   NOT NULL CHECK (target >= 0),
    source_name   TEXT     NOT NULL,
    source_url    TEXT     NOT NULL,
    source_etag   TEXT,
    size          BIGINT   NOT NULL CHECK (size >= 0),
    target_name   TEXT     NOT NULL,
    target_url    TEXT     NOT NULL,
    language      TEXT     NOT NULL,
    deployment    TEXT,
    created       BIGINT   NOT NULL,
    last_action   BIGINT   NOT NULL,
    status        SMALLINT NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 5),
    progress      REAL     NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    characters    BIGINT   NOT NULL DEFAULT 0 CHECK (characters >= 0),
    error_code    TEXT,
    error_message TEXT,
    output_sha256 TEXT,
    -- the queue of the work
    queue         SMALLINT NOT NULL DEFAULT 0 CHECK (queue BETWEEN 0 AND 2),
    run_at        BIGINT   NOT NULL,
    attempt       INTEGER  NOT NULL DEFAULT 0,
    -- leases that ended without a word from their worker: the document may have brought it down
    lost          INTEGER  NOT NULL DEFAULT 0,
    lease_owner   TEXT,
    lease_token   BIGINT   NOT NULL DEFAULT 0,
    lease_until   BIGINT,
    CHECK (last_action >= created),
    CHECK ((queue = 1) = (lease_until IS NOT NULL)),
    CHECK ((status >= 3) = (queue = 2)),
    CHECK (status <> 2 OR queue = 1),
    CHECK ((status = 4) = (error_code IS NOT NULL)),
    CHECK ((error_code IS NULL) = (error_message IS NULL)),
    CHECK ((status = 3) = (output_sha256 IS NOT NULL)),
    CHECK (characters = 0 OR status = 3)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX documents_created ON documents (job, created, id);
-- Documents under which a worker died wait apart: they are worked on alone.
CREATE INDEX documents_waiting ON documents (resource, job, position, run_at) WHERE queue = 0 AND lost = 0;
CREATE INDEX documents_suspect ON documents (lost, run_at, row) WHERE queue = 0 AND lost > 0;
CREATE INDEX documents_working ON documents (resource) WHERE queue = 1;

-- What has ended stays as it ended, whatever a later version of the server believes.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER jobs_are_final BEFORE UPDATE ON jobs FOR EACH ROW WHEN (OLD.status >= 3)
    EXECUTE FUNCTION refuse_change('a finished job never changes');
CREATE TRIGGER documents_are_final BEFORE UPDATE ON documents FOR EACH ROW WHEN (OLD.status >= 3)
    EXECUTE FUNCTION refuse_change('a finished document never changes');
CREATE TRIGGER lease_tokens_only_grow BEFORE UPDATE OF lease_token ON documents FOR EACH ROW
    WHEN (NEW.lease_token < OLD.lease_token) EXECUTE FUNCTION refuse_change('a lease token never shrinks');
