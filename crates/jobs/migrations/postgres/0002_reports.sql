-- What happened to each document that was worked on: a report as JSON, written with the document's outcome in one
-- transaction, and deleted with the document. It never holds the document's text.

CREATE TABLE reports (
    document BIGINT PRIMARY KEY REFERENCES documents (row) ON DELETE CASCADE,
    body     TEXT   NOT NULL
);
