-- Inside a job the smallest document comes first.
DROP INDEX documents_waiting;
CREATE INDEX documents_waiting ON documents (resource, job, size, position, run_at) WHERE queue = 0 AND lost = 0;
