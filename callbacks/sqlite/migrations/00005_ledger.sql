-- +goose Up
-- What the store keeps of the configuration: closures declared in an emergency, what was in force, what instances run.
CREATE TABLE overrides (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    line       TEXT    NOT NULL,
    desk       TEXT    NOT NULL,
    opens      INTEGER NOT NULL CHECK (opens IN (0, 1)),
    from_ms    INTEGER NOT NULL,
    until_ms   INTEGER NOT NULL CHECK (until_ms > from_ms),
    reason     TEXT    NOT NULL,
    -- JSON: what is announced, by language tag.
    say        TEXT    NOT NULL,
    made_by    TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    lifted_ms  INTEGER NOT NULL DEFAULT 0,
    lifted_by  TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX overrides_standing ON overrides (until_ms) WHERE lifted_ms = 0;

CREATE TABLE versions (
    number  INTEGER PRIMARY KEY,
    hash    TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    note    TEXT    NOT NULL,
    changes TEXT    NOT NULL
);
CREATE INDEX versions_hash ON versions (hash, number);

-- What stands in files, once for all versions: hash is the content's SHA-256 in hexadecimal.
CREATE TABLE version_contents (
    hash    TEXT PRIMARY KEY,
    content BLOB NOT NULL
);

-- Which file has which content from one version on, until another that has it no more (0: the latest has it). A version
-- costs as many rows as it changes files.
CREATE TABLE version_files (
    path    TEXT    NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER NOT NULL DEFAULT 0,
    content TEXT    NOT NULL REFERENCES version_contents (hash),
    PRIMARY KEY (path, since)
) WITHOUT ROWID;
CREATE UNIQUE INDEX version_files_latest ON version_files (path) WHERE until = 0;
CREATE INDEX version_files_ended ON version_files (until);
CREATE INDEX version_files_content ON version_files (content);

CREATE TABLE instances (
    id       TEXT    PRIMARY KEY,
    host     TEXT    NOT NULL,
    hash     TEXT    NOT NULL,
    since_ms INTEGER NOT NULL,
    offered  TEXT    NOT NULL,
    problem  TEXT    NOT NULL,
    seen_ms  INTEGER NOT NULL
);

-- +goose Down
DROP TABLE instances;
DROP TABLE version_files;
DROP TABLE version_contents;
DROP TABLE versions;
DROP TABLE overrides;
