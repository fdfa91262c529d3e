-- Inside a job the smallest document comes first. A process of the version before sorts the few documents of one job
-- instead. What is taken away comes first: it needs the stronger lock, and a lock is not made stronger later.
DROP INDEX documents_waiting;
CREATE INDEX documents_waiting ON documents (resource, job, size, position, run_at) WHERE queue = 0 AND lost = 0;
