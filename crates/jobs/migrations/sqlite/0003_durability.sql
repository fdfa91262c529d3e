-- Whose fault it was. `lost` counts every lease that ended without a word, `crashes` those of them under which the
-- document itself brought its process down. `crash_token` is the newest lease that was told of as such: each counts
-- once, however often it is told.
ALTER TABLE documents ADD COLUMN crashes     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN crash_token INTEGER NOT NULL DEFAULT 0;
-- Enumerations whose worker was not heard of again.
ALTER TABLE jobs ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;

-- The name of the key that requests are sealed with: who starts with other keys is told at once.
CREATE TABLE sealing (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    key  TEXT NOT NULL
) STRICT;

-- What ended long ago is forgotten, oldest first.
CREATE INDEX jobs_finished ON jobs (last_action) WHERE status >= 3;

-- Start requests that may come twice: the name a client gave, SHA-256 of the body, and the job it became. Kept a little
-- longer than anybody may repeat them, also when the job is forgotten before.
CREATE TABLE submissions (
    resource TEXT NOT NULL,
    name     TEXT NOT NULL,
    body     BLOB NOT NULL CHECK (length(body) = 32),
    job      BLOB NOT NULL,
    created  INTEGER NOT NULL,
    PRIMARY KEY (resource, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX submissions_created ON submissions (created);
