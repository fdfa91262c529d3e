-- Inside a job the smallest document comes first.
DROP INDEX documents_waiting;
CREATE INDEX documents_waiting ON documents (resource, job, size, position, run_at) WHERE queue = 0 AND lost = 0;

-- An earlier document of the job has the same target file: this one fails when its turn comes, and is not read.
ALTER TABLE documents ADD COLUMN twin INTEGER NOT NULL DEFAULT 0 CHECK (twin IN (0, 1));
-- SHA-256 of what was read of a document under which a worker died, hexadecimal, written before it is worked on again.
ALTER TABLE documents ADD COLUMN input_sha256 TEXT;
