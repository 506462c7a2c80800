-- +goose Up
-- What a caller spoke for the agent who rings back.
ALTER TABLE callbacks ADD COLUMN note_sid TEXT NOT NULL DEFAULT '';
ALTER TABLE callbacks ADD COLUMN note_url TEXT NOT NULL DEFAULT '';
ALTER TABLE callbacks ADD COLUMN note_seconds INTEGER NOT NULL DEFAULT 0;

-- Calls that were put through to a desk.
CREATE TABLE contacts (
    contact_key TEXT    PRIMARY KEY,
    reference   TEXT    NOT NULL UNIQUE REFERENCES reference_numbers (reference),
    line        TEXT    NOT NULL,
    desk        TEXT    NOT NULL,
    topic       TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    caller      TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    answers     TEXT    NOT NULL,
    began_ms    INTEGER NOT NULL,
    erased_ms   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX contacts_kept ON contacts (line, desk, began_ms) WHERE erased_ms = 0;

-- Text messages that confirm a promise. check_ms is when to look at one again: when to send it, or when its lease ends.
CREATE TABLE texts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id INTEGER NOT NULL REFERENCES callbacks (id),
    body        TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'refused', 'unknown', 'dropped')),
    tries       INTEGER NOT NULL DEFAULT 0,
    sid         TEXT    NOT NULL DEFAULT '',
    created_ms  INTEGER NOT NULL,
    check_ms    INTEGER NOT NULL
);
CREATE INDEX texts_unsent ON texts (check_ms) WHERE state IN ('waiting', 'sending');
CREATE INDEX texts_of_promise ON texts (callback_id);

-- +goose Down
DROP TABLE texts;
DROP TABLE contacts;
ALTER TABLE callbacks DROP COLUMN note_seconds;
ALTER TABLE callbacks DROP COLUMN note_url;
ALTER TABLE callbacks DROP COLUMN note_sid;
