//! Statements, and parts of them, that both databases understand in the same words; where they call the greater of two
//! values by another name, that name is the macro's argument.

/// The stored request of a job.
pub(crate) const REQUEST: &str =
    "SELECT requests.body FROM jobs JOIN requests ON requests.job = jobs.row WHERE jobs.id = $1";

/// What became of the work on a document.
pub(crate) const REPORT: &str = "SELECT d.status, d.input_sha256, j.id AS job_id, r.body \
    FROM documents AS d JOIN jobs AS j ON j.row = d.job LEFT JOIN reports AS r ON r.document = d.row \
    WHERE d.id = $1 AND d.resource = $2";

/// What a job whose documents all failed says: the first document's failure, in the order of enumeration.
pub(crate) const FIRST_FAILURE: &str = "SELECT error_code, error_message FROM documents \
    WHERE job = $1 AND error_code IS NOT NULL ORDER BY created, id LIMIT 1";

/// How long the queue is.
pub(crate) const DEPTH: &str = "SELECT (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0) + \
        (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0) AS waiting, \
    (SELECT count(*) FROM documents WHERE queue = 1) AS running";

/// What has not ended, of one resource and of all. Each part counts the rows of an index that holds nothing else.
pub(crate) const OPEN: &str = "SELECT \
        (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0 AND resource = $1) \
        + (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0 AND resource = $1) \
        + (SELECT count(*) FROM documents WHERE queue = 1 AND resource = $1) \
        + (SELECT count(*) FROM jobs WHERE queue = 0 AND resource = $1) \
        + (SELECT count(*) FROM jobs WHERE queue = 1 AND resource = $1) AS own, \
        (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0) \
        + (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0) \
        + (SELECT count(*) FROM documents WHERE queue = 1) \
        + (SELECT count(*) FROM jobs WHERE queue = 0) \
        + (SELECT count(*) FROM jobs WHERE queue = 1) AS every";

/// The begin of the question for the resources with documents that wait (`ready`) and what each has at work (`busy`). The
/// index is skipped through from resource to resource: a long queue costs no more than a short one.
pub(crate) const READY_DOCUMENTS: &str = "WITH RECURSIVE ready (resource) AS ( \
        SELECT min(resource) FROM documents WHERE queue = 0 AND lost = 0 \
        UNION ALL \
        SELECT (SELECT min(d.resource) FROM documents AS d \
            WHERE d.queue = 0 AND d.lost = 0 AND d.resource > ready.resource) \
        FROM ready WHERE ready.resource IS NOT NULL \
    ), busy (resource, running) AS ( \
        SELECT resource, count(*) FROM documents WHERE queue = 1 GROUP BY resource \
    )";

/// The same for jobs that wait to be enumerated.
pub(crate) const READY_JOBS: &str = "WITH RECURSIVE ready (resource) AS ( \
        SELECT min(resource) FROM jobs WHERE queue = 0 \
        UNION ALL \
        SELECT (SELECT min(j.resource) FROM jobs AS j WHERE j.queue = 0 AND j.resource > ready.resource) \
        FROM ready WHERE ready.resource IS NOT NULL \
    ), busy (resource, running) AS ( \
        SELECT resource, count(*) FROM jobs WHERE queue = 1 GROUP BY resource \
    )";

/// Whether a document waits under which a worker died.
pub(crate) const SUSPECTS: &str =
    "SELECT EXISTS (SELECT 1 FROM documents WHERE queue = 0 AND lost > 0 AND run_at <= $1)";

/// Takes a job, to enumerate its documents.
pub(crate) const TAKE_JOB: &str = "UPDATE jobs SET queue = 1, attempt = $2, lease_owner = $3, lease_token = $4, \
    lease_until = $5 WHERE row = $1 AND queue = 0";

/// Takes a cancelled document over, to look at its target.
pub(crate) const TAKE_OVER: &str = "UPDATE documents SET attempt = $2, looks = $3, lease_owner = $4, \
    lease_token = $5, lease_until = $6, settles = $7 WHERE row = $1 AND queue = 1 AND status = 2";

/// Counts a crash, and nothing else.
pub(crate) const COUNT_CRASH: &str = "UPDATE documents SET crashes = crashes + 1, crash_token = $2 WHERE row = $1";

/// Moves a document to another position.
macro_rules! move_document {
    ($greatest:literal) => {
        concat!(
            "UPDATE documents SET status = $2, queue = $3, lease_until = CASE WHEN $3 = 1 THEN coalesce($9, 0) END, \
            lease_token = lease_token + CASE WHEN $3 = 1 THEN 1 ELSE 0 END, \
            looks = looks - CASE WHEN $3 = 1 AND $10 < 0 AND $11 = 0 AND looks > 0 THEN 1 ELSE 0 END, \
            characters = $4, output_sha256 = $5, error_code = $6, error_message = $7, \
            progress = coalesce($8, progress), run_at = coalesce($9, run_at), attempt = ",
            $greatest,
            "(attempt + $10, 0), lost = lost + $11, \
            last_action = CASE WHEN status = $2 THEN last_action ELSE ",
            $greatest,
            "(last_action + 1, $12) END, \
            crashes = crashes + CASE WHEN CAST($16 AS BIGINT) IS NULL THEN 0 ELSE 1 END, \
            crash_token = coalesce($16, crash_token), settles = $17 \
            WHERE row = $1 AND queue = $15 AND status = $13 AND lease_token = $14"
        )
    };
}

/// Writes a ledger back. The time of the job's last action moves with every change, be it by a microsecond: the clock may
/// have been set back, a transaction that began before another's commit has an earlier time than that, and clients take
/// an equal one for "nothing happened".
macro_rules! save_ledger {
    ($greatest:literal) => {
        concat!(
            "UPDATE jobs SET status = $2, cancel_requested = $3, has_run = $4, total = $5, failed = $6, success = $7, \
            in_progress = $8, not_yet_started = $9, cancelled = $10, characters = $11, error_code = $12, \
            error_message = $13, last_action = ",
            $greatest,
            "(last_action + 1, $14), queue = CASE WHEN $15 THEN 2 ELSE queue END, \
            lease_until = CASE WHEN $15 THEN NULL ELSE lease_until END WHERE row = $1"
        )
    };
}

/// Moves the documents of a job that stand where a cancel finds them.
macro_rules! cancel_documents {
    ($greatest:literal) => {
        concat!(
            "UPDATE documents SET status = $4, queue = $5, last_action = ",
            $greatest,
            "(last_action + 1, $6), progress = CASE WHEN $5 = 2 THEN 0 ELSE progress END, \
            lease_until = CASE WHEN $5 = 1 THEN coalesce(lease_until, 0) END, \
            lease_token = lease_token + CASE WHEN $5 = 1 AND queue = 0 THEN 1 ELSE 0 END \
            WHERE job = $1 AND status = $2 AND queue = $3"
        )
    };
}

pub(crate) use {cancel_documents, move_document, save_ledger};
