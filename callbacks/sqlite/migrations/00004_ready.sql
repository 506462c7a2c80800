-- +goose Up
-- A promise whose time has come is marked ready, and desks are served from an index in the order in which promises are
-- kept: finding the next one costs the same however many wait.
ALTER TABLE callbacks ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE callbacks ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;
-- What happened to it last, for who looks at the list.
ALTER TABLE callbacks ADD COLUMN remark TEXT NOT NULL DEFAULT '';
DROP INDEX callbacks_waiting;
CREATE INDEX callbacks_waiting ON callbacks (due_ms) WHERE state = 'booked' AND ready = 0;
CREATE INDEX callbacks_ready ON callbacks (line, desk, urgent DESC, priority DESC, called_ms, id) WHERE state = 'booked' AND ready = 1;
-- How often a number was promised something on one day, and what is due at a desk.
CREATE INDEX callbacks_of_number ON callbacks (line, number, called_ms);
CREATE INDEX callbacks_of_desk ON callbacks (line, desk, due_ms) WHERE state = 'booked';
-- What is left of a slot.
CREATE INDEX callbacks_open_slots ON callbacks (line, desk, slot_start_ms)
    WHERE kind = 'slot' AND state IN ('booked', 'dialling', 'agent-reached', 'customer-reached');

-- Whose desk a call is about, for those that ring a customer first.
ALTER TABLE attempts ADD COLUMN line TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN desk TEXT NOT NULL DEFAULT '';
UPDATE attempts SET line = (SELECT line FROM callbacks WHERE id = callback_id), desk = (SELECT desk FROM callbacks WHERE id = callback_id);

-- When the last call was placed: the pace is everybody's.
CREATE TABLE pace (
    name    TEXT    PRIMARY KEY,
    last_ms INTEGER NOT NULL
);
INSERT INTO pace (name, last_ms) SELECT 'calls', coalesce(max(created_ms), 0) FROM attempts;
DROP INDEX attempts_created;

-- +goose Down
CREATE INDEX attempts_created ON attempts (created_ms);
DROP TABLE pace;
ALTER TABLE attempts DROP COLUMN desk;
ALTER TABLE attempts DROP COLUMN line;
DROP INDEX callbacks_open_slots;
DROP INDEX callbacks_of_desk;
DROP INDEX callbacks_of_number;
DROP INDEX callbacks_ready;
DROP INDEX callbacks_waiting;
CREATE INDEX callbacks_waiting ON callbacks (due_ms) WHERE state = 'booked';
ALTER TABLE callbacks DROP COLUMN remark;
ALTER TABLE callbacks DROP COLUMN ready;
ALTER TABLE callbacks DROP COLUMN priority;
