-- +goose Up
-- Who asked for callbacks within the last day or two: limits count these rows. caller is empty for an anonymous one.
CREATE TABLE callback_requests (
    request_key TEXT    PRIMARY KEY,
    line        TEXT    NOT NULL,
    caller      TEXT    NOT NULL,
    number      TEXT    NOT NULL,
    asked_ms    BIGINT  NOT NULL
);
CREATE INDEX callback_requests_of_caller ON callback_requests (caller, line, asked_ms);
CREATE INDEX callback_requests_by_others ON callback_requests (number, asked_ms) WHERE caller <> number;

-- Numbers to which nobody else may ask for a callback: somebody picked up there and said that it was not asked for.
CREATE TABLE silenced_numbers (
    number   TEXT    PRIMARY KEY,
    until_ms BIGINT  NOT NULL
);

-- Wrong proofs that a callback is the caller's, of the last day or two.
CREATE TABLE wrong_proofs (
    proof_key   TEXT    PRIMARY KEY,
    callback_id BIGINT  NOT NULL REFERENCES callbacks (id),
    caller      TEXT    NOT NULL,
    given_ms    BIGINT  NOT NULL
);
CREATE INDEX wrong_proofs_of_callback ON wrong_proofs (callback_id, given_ms);
CREATE INDEX wrong_proofs_of_caller ON wrong_proofs (caller, given_ms) WHERE caller <> '';
ALTER TABLE callbacks DROP COLUMN wrong_answers;
ALTER TABLE callbacks DROP COLUMN last_answer;

-- Set once the customer has pressed 1: then the number is known to be theirs.
ALTER TABLE callbacks ADD COLUMN reached BOOLEAN NOT NULL DEFAULT FALSE;

-- What one caller holds, and what stands for one number, is counted over all lines.
DROP INDEX callbacks_of_number;
DROP INDEX callbacks_open_caller;
CREATE INDEX callbacks_open_caller ON callbacks (caller, line)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');
CREATE INDEX callbacks_open_for_number ON callbacks (number)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');

-- +goose Down
DROP INDEX callbacks_open_for_number;
DROP INDEX callbacks_open_caller;
CREATE INDEX callbacks_open_caller ON callbacks (line, caller)
    WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');
CREATE INDEX callbacks_of_number ON callbacks (line, number, called_ms);
ALTER TABLE callbacks DROP COLUMN reached;
ALTER TABLE callbacks ADD COLUMN last_answer TEXT NOT NULL DEFAULT '';
ALTER TABLE callbacks ADD COLUMN wrong_answers INTEGER NOT NULL DEFAULT 0;
DROP TABLE wrong_proofs;
DROP TABLE silenced_numbers;
DROP TABLE callback_requests;
