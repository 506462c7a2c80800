-- +goose Up

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
