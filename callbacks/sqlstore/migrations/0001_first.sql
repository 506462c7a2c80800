-- +goose Up
-- The tables of both databases. Dialect.Words says what stands for {id}, {blob}, {rowless} and {write_order} in each.
--
-- Columns that end in _ms are instants, in milliseconds since 1970 UTC, or durations; the instant 0 means "none".
-- Keys (request_key and the like) come from the provider's webhooks and make a repeated one harmless.

-- References that callers were told, or may be told. Callbacks, messages and call records share the numbers.
CREATE TABLE reference_numbers (
    reference TEXT PRIMARY KEY
) {rowless};

CREATE TABLE callbacks (
    id              {id},
    request_key     TEXT    NOT NULL UNIQUE,
    reference       TEXT    NOT NULL UNIQUE REFERENCES reference_numbers (reference),
    line            TEXT    NOT NULL,
    desk            TEXT    NOT NULL,
    topic           TEXT    NOT NULL,
    language        TEXT    NOT NULL,
    -- The number to ring, and the one that the request came from; empty for an anonymous caller.
    number          TEXT    NOT NULL,
    caller          TEXT    NOT NULL,
    account         TEXT    NOT NULL,
    -- What the caller answered to the topic's questions.
    answers         TEXT    NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('asap', 'slot')),
    urgent          BOOLEAN NOT NULL CHECK (urgent IN (TRUE, FALSE)),
    priority        INTEGER NOT NULL DEFAULT 0,
    called_ms       BIGINT  NOT NULL,
    due_ms          BIGINT  NOT NULL,
    -- When it was due before the caller's own conversation with the desk put it off; 0: it is not put off.
    held_ms         BIGINT  NOT NULL DEFAULT 0,
    -- Set during an attempt when the callback is no longer wanted: it is cancelled instead of tried again.
    cancel_after_attempt BOOLEAN NOT NULL DEFAULT FALSE CHECK (cancel_after_attempt IN (TRUE, FALSE)),
    -- The slot as chosen; due_ms moves on with retries, this does not.
    slot_start_ms   BIGINT  NOT NULL DEFAULT 0,
    slot_end_ms     BIGINT  NOT NULL DEFAULT 0,
    expires_ms      BIGINT  NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task',
                                                      'done', 'cancelled', 'expired', 'undialable')),
    -- Set once the customer has pressed 1: from then on the number is known to be theirs.
    reached         BOOLEAN NOT NULL DEFAULT FALSE CHECK (reached IN (TRUE, FALSE)),
    -- Set once a customer who was rung first waited for nobody.
    agent_first     BOOLEAN NOT NULL DEFAULT FALSE CHECK (agent_first IN (TRUE, FALSE)),
    -- Passes in which all targets of the desk were tried; attempts at the customer; targets used up in this pass.
    desk_attempts   INTEGER NOT NULL DEFAULT 0,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_target     INTEGER NOT NULL DEFAULT 0,
    -- Counts the passes through the targets: a desk attempt, a retry at the customer or a move begins another.
    pass            INTEGER NOT NULL DEFAULT 0,
    -- The fencing token: counts the claims, so that a late dispatcher can be told from the current one.
    fence           BIGINT  NOT NULL DEFAULT 0,
    -- 1 once it is due. Desks are served from an index over these, so the next one is found as fast however many wait.
    ready           SMALLINT NOT NULL DEFAULT 0,
    -- What happened last, for people who read the list.
    remark          TEXT    NOT NULL DEFAULT '',
    ended_ms        BIGINT  NOT NULL DEFAULT 0,
    erased_ms       BIGINT  NOT NULL DEFAULT 0,
    -- What the caller recorded for the agent who rings back.
    note_sid        TEXT    NOT NULL DEFAULT '',
    note_url        TEXT    NOT NULL DEFAULT '',
    note_seconds    INTEGER NOT NULL DEFAULT 0
);

-- One open callback for a line and number, and for a line and account. An urgent one may be open beside an ordinary one.
CREATE UNIQUE INDEX callbacks_open_number ON callbacks (line, number, urgent)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task');
CREATE UNIQUE INDEX callbacks_open_account ON callbacks (line, account, urgent)
    WHERE account <> '' AND state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task');
-- Limits count what is open over all lines.
CREATE INDEX callbacks_open_caller ON callbacks (caller, line)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task');
CREATE INDEX callbacks_open_for_number ON callbacks (number)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task');
CREATE INDEX callbacks_open_slots ON callbacks (line, desk, slot_start_ms)
    WHERE kind = 'slot' AND state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task');
-- Each booking counts those of the line, in the index alone.
CREATE INDEX callbacks_of_line ON callbacks (line, urgent)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');
CREATE INDEX callbacks_not_ready ON callbacks (due_ms) WHERE state = 'booked' AND ready = 0;
CREATE INDEX callbacks_ready ON callbacks (line, desk, urgent DESC, priority DESC, called_ms, id)
    WHERE state = 'booked' AND ready = 1;
CREATE INDEX callbacks_of_desk ON callbacks (line, desk, due_ms) WHERE state = 'booked';
CREATE INDEX callbacks_expiring ON callbacks (expires_ms) WHERE state = 'booked';
CREATE INDEX callbacks_tasks ON callbacks (line) WHERE state = 'task';
CREATE INDEX callbacks_not_erased ON callbacks (line, desk, ended_ms) WHERE erased_ms = 0;

-- Calls that were placed for callbacks. status and status_seq are the provider's latest word and its number.
CREATE TABLE attempts (
    {write_order}
    id              TEXT    PRIMARY KEY,
    callback_id     BIGINT  NOT NULL REFERENCES callbacks (id),
    line            TEXT    NOT NULL,
    desk            TEXT    NOT NULL,
    target_id       TEXT    NOT NULL,
    target_kind     TEXT    NOT NULL,
    target_address  TEXT    NOT NULL,
    from_number     TEXT    NOT NULL,
    ring_ms         BIGINT  NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('placing', 'unknown', 'placed', 'answered', 'taken',
                                                      'connected', 'leaving', 'ended')),
    outcome         TEXT    NOT NULL DEFAULT '',
    call_sid        TEXT    NOT NULL DEFAULT '',
    status          TEXT    NOT NULL DEFAULT '',
    status_seq      INTEGER NOT NULL DEFAULT -1,
    fence           BIGINT  NOT NULL,
    pass            INTEGER NOT NULL,
    created_ms      BIGINT  NOT NULL,
    next_check_ms   BIGINT  NOT NULL,
    CHECK ((state IN ('leaving', 'ended')) = (outcome <> ''))
);

-- At most one active attempt for a callback, and one call to a target.
CREATE UNIQUE INDEX attempts_one_per_callback ON attempts (callback_id) WHERE state NOT IN ('leaving', 'ended');
CREATE UNIQUE INDEX attempts_one_per_target ON attempts (target_kind, target_address) WHERE state <> 'ended';
CREATE INDEX attempts_of_callback ON attempts (callback_id, pass);
CREATE INDEX attempts_active ON attempts (created_ms) WHERE state <> 'ended';
CREATE INDEX attempts_call ON attempts (call_sid) WHERE call_sid <> '';

-- When the latest call was placed: one row, which also makes instances wait for each other.
CREATE TABLE call_pacing (
    name         TEXT   PRIMARY KEY,
    last_call_ms BIGINT NOT NULL
);
INSERT INTO call_pacing (name, last_call_ms) VALUES ('calls', 0);

-- Times that callers gave their callbacks later.
CREATE TABLE moves (
    move_key    TEXT   PRIMARY KEY,
    callback_id BIGINT NOT NULL REFERENCES callbacks (id)
) {rowless};

-- Requests of the last day or two, which limits count. caller is empty for an anonymous one.
CREATE TABLE callback_requests (
    request_key  TEXT   PRIMARY KEY,
    line         TEXT   NOT NULL,
    caller       TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    requested_ms BIGINT NOT NULL
) {rowless};
CREATE INDEX callback_requests_of_caller ON callback_requests (caller, line, requested_ms);
CREATE INDEX callback_requests_by_others ON callback_requests (number, requested_ms) WHERE caller <> number;

-- Numbers whose owner denied having asked for a call: until then nobody else may ask for one to them.
CREATE TABLE silenced_numbers (
    number   TEXT   PRIMARY KEY,
    until_ms BIGINT NOT NULL
) {rowless};

-- Wrong answers of the last day or two to the question whether a callback is the caller's own, which limits count.
CREATE TABLE wrong_proofs (
    proof_key   TEXT   PRIMARY KEY,
    -- What it was about: a callback, or, where this is 0, whether we had called a number.
    callback_id BIGINT NOT NULL,
    number      TEXT   NOT NULL DEFAULT '',
    caller      TEXT   NOT NULL,
    given_ms    BIGINT NOT NULL
) {rowless};
CREATE INDEX wrong_proofs_of_callback ON wrong_proofs (callback_id, given_ms);
CREATE INDEX wrong_proofs_of_number ON wrong_proofs (number, given_ms) WHERE number <> '';
CREATE INDEX wrong_proofs_of_caller ON wrong_proofs (caller, given_ms) WHERE caller <> '';

-- Messages that callers recorded.
CREATE TABLE messages (
    message_key       TEXT    PRIMARY KEY,
    reference         TEXT    NOT NULL UNIQUE REFERENCES reference_numbers (reference),
    line              TEXT    NOT NULL,
    desk              TEXT    NOT NULL,
    topic             TEXT    NOT NULL,
    language          TEXT    NOT NULL,
    caller            TEXT    NOT NULL,
    account           TEXT    NOT NULL,
    answers           TEXT    NOT NULL,
    recording_sid     TEXT    NOT NULL,
    recording_url     TEXT    NOT NULL,
    recording_seconds INTEGER NOT NULL,
    received_ms       BIGINT  NOT NULL,
    erased_ms         BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX messages_not_erased ON messages (line, desk, received_ms) WHERE erased_ms = 0;

-- Calls that were put through to a desk.
CREATE TABLE call_records (
    call_key  TEXT   PRIMARY KEY,
    reference TEXT   NOT NULL UNIQUE REFERENCES reference_numbers (reference),
    line      TEXT   NOT NULL,
    desk      TEXT   NOT NULL,
    topic     TEXT   NOT NULL,
    language  TEXT   NOT NULL,
    caller    TEXT   NOT NULL,
    account   TEXT   NOT NULL,
    answers   TEXT   NOT NULL,
    began_ms  BIGINT NOT NULL,
    erased_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX call_records_not_erased ON call_records (line, desk, began_ms) WHERE erased_ms = 0;

-- Calls, and dials within them, that an agent accepted with 1.
CREATE TABLE accepted_dials (
    call_sid    TEXT    NOT NULL,
    dial        INTEGER NOT NULL,
    target      TEXT    NOT NULL,
    -- The agent's telephone, which is in use until the Dial has ended.
    address     TEXT    NOT NULL DEFAULT '',
    accepted_ms BIGINT  NOT NULL,
    ended_ms    BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (call_sid, dial)
) {rowless};
CREATE INDEX accepted_dials_talking ON accepted_dials (accepted_ms) WHERE ended_ms = 0;

-- SMS to customers about their callbacks, and alerts to a line's own number. next_check_ms is when to send one, or when
-- the sender's lease ends.
CREATE TABLE sms (
    id            {id},
    line          TEXT    NOT NULL,
    desk          TEXT    NOT NULL,
    -- What a message to a customer is about; NULL in an alert.
    callback_id   BIGINT  REFERENCES callbacks (id),
    -- What an alert tells: its latest occasion, and how many there are. Empty in a message to a customer.
    alert_key     TEXT    NOT NULL DEFAULT '',
    occasions     INTEGER NOT NULL DEFAULT 0,
    body          TEXT    NOT NULL,
    -- What we did with it. What became of it after the provider had taken it is delivery; empty: nothing is known.
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'refused', 'unknown', 'dropped')),
    delivery      TEXT    NOT NULL DEFAULT '' CHECK (delivery IN ('', 'delivered', 'undelivered', 'failed')),
    tries         INTEGER NOT NULL DEFAULT 0,
    message_sid   TEXT    NOT NULL DEFAULT '',
    -- The provider's error code, and in words why it was not sent or not delivered.
    error_code    INTEGER NOT NULL DEFAULT 0,
    remark        TEXT    NOT NULL DEFAULT '',
    created_ms    BIGINT  NOT NULL,
    next_check_ms BIGINT  NOT NULL,
    CHECK ((callback_id IS NULL) = (alert_key <> ''))
);
CREATE INDEX sms_unsent ON sms (next_check_ms) WHERE state IN ('waiting', 'sending');
CREATE INDEX sms_of_callback ON sms (callback_id);
CREATE UNIQUE INDEX sms_alert_once ON sms (alert_key) WHERE alert_key <> '';
CREATE INDEX sms_alerts ON sms (line, desk, created_ms) WHERE alert_key <> '';

-- Housekeeping jobs. One instance at a time leases a job.
CREATE TABLE jobs (
    name            TEXT   PRIMARY KEY,
    last_run_ms     BIGINT NOT NULL,
    leased_until_ms BIGINT NOT NULL DEFAULT 0
) {rowless};

-- Closed or open from one instant to another, whatever the opening hours say.
CREATE TABLE overrides (
    id           {id},
    line         TEXT    NOT NULL,
    desk         TEXT    NOT NULL,
    opens        BOOLEAN NOT NULL CHECK (opens IN (TRUE, FALSE)),
    from_ms      BIGINT  NOT NULL,
    until_ms     BIGINT  NOT NULL CHECK (until_ms > from_ms),
    reason       TEXT    NOT NULL,
    -- JSON: what callers are told, by language tag.
    announcement TEXT    NOT NULL,
    declared_by  TEXT    NOT NULL,
    created_ms   BIGINT  NOT NULL,
    lifted_ms    BIGINT  NOT NULL DEFAULT 0,
    lifted_by    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX overrides_not_lifted ON overrides (until_ms) WHERE lifted_ms = 0;

-- The history of the configuration: one row for each version that was put in force. files is all of its files,
-- compressed.
CREATE TABLE config_versions (
    number       BIGINT PRIMARY KEY,
    hash         TEXT   NOT NULL,
    published_ms BIGINT NOT NULL,
    author       TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    summary      TEXT   NOT NULL,
    changes      TEXT   NOT NULL,
    files        {blob} NOT NULL
);
CREATE INDEX config_versions_hash ON config_versions (hash, number);

-- Recorded sentences of configurations. One that many versions have is kept once.
CREATE TABLE config_audio (
    name  TEXT   PRIMARY KEY,
    sound {blob} NOT NULL
);

-- Which of them a version has, by their paths in its directory.
CREATE TABLE config_version_audio (
    number BIGINT NOT NULL,
    path   TEXT   NOT NULL,
    name   TEXT   NOT NULL,
    PRIMARY KEY (number, path)
);
CREATE INDEX config_version_audio_name ON config_version_audio (name);

-- What each running instance reports: the version that it runs, and the one that it refused, with the reason.
CREATE TABLE instances (
    id           TEXT   PRIMARY KEY,
    host         TEXT   NOT NULL,
    hash         TEXT   NOT NULL,
    since_ms     BIGINT NOT NULL,
    refused_hash TEXT   NOT NULL,
    problem      TEXT   NOT NULL,
    last_seen_ms BIGINT NOT NULL
);
