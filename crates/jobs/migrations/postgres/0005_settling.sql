-- An output that was sent and not answered for may appear later: `write_token` is the newest lease under which one was sent,
-- and until `settles` a cancelled document is not ended as cancelled.
ALTER TABLE documents ADD COLUMN write_token BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN settles     BIGINT NOT NULL DEFAULT 0;
