-- Inside a job the smallest document comes first. A process of the version before sorts the few documents of one job
-- instead. What is taken away comes first: it needs the stronger lock, and a lock is not made stronger later.
DROP INDEX documents_waiting;
CREATE INDEX documents_waiting ON documents (resource, job, size, position, run_at) WHERE queue = 0 AND lost = 0;

-- An earlier document of the job has the same target file: this one fails when its turn comes, and is not read.
ALTER TABLE documents ADD COLUMN twin BOOLEAN NOT NULL DEFAULT FALSE;
-- SHA-256 of what was read of a document under which a worker died, hexadecimal, written before it is worked on again.
ALTER TABLE documents ADD COLUMN input_sha256 TEXT;
