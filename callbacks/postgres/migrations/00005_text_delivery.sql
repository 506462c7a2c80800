-- +goose Up
-- What became of a text message after the provider had taken it (delivery; empty while it has said nothing), the provider's
-- error code, and why it was not sent or not delivered.
ALTER TABLE texts ADD COLUMN delivery TEXT NOT NULL DEFAULT '' CHECK (delivery IN ('', 'delivered', 'undelivered', 'failed'));
ALTER TABLE texts ADD COLUMN code INTEGER NOT NULL DEFAULT 0;
ALTER TABLE texts ADD COLUMN remark TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE texts DROP COLUMN remark;
ALTER TABLE texts DROP COLUMN code;
ALTER TABLE texts DROP COLUMN delivery;
