-- A cancelled document that was begun is looked at in its target before it ends: how often that was tried. Such a document
-- stays leased (queue 1), and its lease is over.
ALTER TABLE documents ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
