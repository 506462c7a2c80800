-- Instants are milliseconds since 1970 in UTC; 0 is "none".

-- +goose Up
CREATE TABLE reference_numbers (
    reference TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE callbacks (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    request_key   TEXT    NOT NULL UNIQUE,
    reference     TEXT    NOT NULL UNIQUE REFERENCES reference_numbers (reference),
    line          TEXT    NOT NULL,
    desk          TEXT    NOT NULL,
    topic         TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    number        TEXT    NOT NULL,
    caller        TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    txn           TEXT    NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('asap', 'slot')),
    urgent        INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    called_ms     INTEGER NOT NULL,
    due_ms        INTEGER NOT NULL,
    -- When it was due before the caller's own conversation held it back; 0: it is not held.
    held_ms       INTEGER NOT NULL DEFAULT 0,
    -- The slot as chosen; due_ms moves on with retries, this does not.
    slot_start_ms INTEGER NOT NULL DEFAULT 0,
    slot_end_ms   INTEGER NOT NULL DEFAULT 0,
    expires_ms    INTEGER NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('booked', 'dialling', 'agent-reached', 'customer-reached',
                                                    'done', 'cancelled', 'expired', 'undialable')),
    rounds        INTEGER NOT NULL DEFAULT 0,
    attempts      INTEGER NOT NULL DEFAULT 0,
    next_target   INTEGER NOT NULL DEFAULT 0,
    pass          INTEGER NOT NULL DEFAULT 0,
    fence         INTEGER NOT NULL DEFAULT 0,
    wrong_answers INTEGER NOT NULL DEFAULT 0,
    last_answer   TEXT    NOT NULL DEFAULT '',
    ended_ms      INTEGER NOT NULL DEFAULT 0,
    erased_ms     INTEGER NOT NULL DEFAULT 0
);

-- One open promise for a line and number, and for a line and account; an urgent one stands beside an ordinary one.
CREATE UNIQUE INDEX callbacks_open_number ON callbacks (line, number, urgent)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');
CREATE UNIQUE INDEX callbacks_open_account ON callbacks (line, account, urgent)
    WHERE account <> '' AND state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');
CREATE INDEX callbacks_open_caller ON callbacks (line, caller)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');
CREATE INDEX callbacks_waiting ON callbacks (due_ms) WHERE state = 'booked';
CREATE INDEX callbacks_expiring ON callbacks (expires_ms) WHERE state = 'booked';
CREATE INDEX callbacks_kept ON callbacks (line, desk, ended_ms) WHERE erased_ms = 0;

CREATE TABLE attempts (
    id             TEXT    PRIMARY KEY,
    callback_id    INTEGER NOT NULL REFERENCES callbacks (id),
    target_id      TEXT    NOT NULL,
    target_kind    TEXT    NOT NULL,
    target_address TEXT    NOT NULL,
    from_number    TEXT    NOT NULL,
    ring_ms        INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('placing', 'unknown', 'placed', 'answered', 'taken',
                                                     'connected', 'leaving', 'ended')),
    outcome        TEXT    NOT NULL DEFAULT '',
    sid            TEXT    NOT NULL DEFAULT '',
    status         TEXT    NOT NULL DEFAULT '',
    seq            INTEGER NOT NULL DEFAULT -1,
    fence          INTEGER NOT NULL,
    pass           INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL,
    check_ms       INTEGER NOT NULL,
    CHECK ((state IN ('leaving', 'ended')) = (outcome <> ''))
);

-- At most one attempt in the air for a promise, and one call for a target.
CREATE UNIQUE INDEX attempts_one_a_promise ON attempts (callback_id) WHERE state NOT IN ('leaving', 'ended');
CREATE UNIQUE INDEX attempts_one_a_target ON attempts (target_kind, target_address) WHERE state <> 'ended';
CREATE INDEX attempts_of_promise ON attempts (callback_id, pass);
CREATE INDEX attempts_created ON attempts (created_ms);
CREATE INDEX attempts_unended ON attempts (created_ms) WHERE state <> 'ended';
CREATE INDEX attempts_sid ON attempts (sid) WHERE sid <> '';

CREATE TABLE moves (
    move_key    TEXT    PRIMARY KEY,
    callback_id INTEGER NOT NULL REFERENCES callbacks (id)
) WITHOUT ROWID;

CREATE TABLE messages (
    message_key   TEXT    PRIMARY KEY,
    reference     TEXT    NOT NULL UNIQUE REFERENCES reference_numbers (reference),
    line          TEXT    NOT NULL,
    desk          TEXT    NOT NULL,
    topic         TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    caller        TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    txn           TEXT    NOT NULL,
    recording_sid TEXT    NOT NULL,
    recording_url TEXT    NOT NULL,
    seconds       INTEGER NOT NULL,
    received_ms   INTEGER NOT NULL,
    erased_ms     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX messages_kept ON messages (line, desk, received_ms) WHERE erased_ms = 0;

-- An agent's own "1" on an inbound call.
CREATE TABLE taken (
    call_sid TEXT    NOT NULL,
    dial     INTEGER NOT NULL,
    target   TEXT    NOT NULL,
    taken_ms INTEGER NOT NULL,
    PRIMARY KEY (call_sid, dial)
) WITHOUT ROWID;

CREATE TABLE jobs (
    name    TEXT    PRIMARY KEY,
    last_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE jobs;
DROP TABLE taken;
DROP TABLE messages;
DROP TABLE moves;
DROP TABLE attempts;
DROP TABLE callbacks;
DROP TABLE reference_numbers;
