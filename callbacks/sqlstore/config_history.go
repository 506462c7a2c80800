package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// versionsKept is how many versions are kept, the latest ones.
	versionsKept = 1000
	// instanceKept is how long something is kept of an instance that was not seen any more.
	instanceKept = 7 * 24 * time.Hour
)

func versionColumns(v *callbacks.Version) columns {
	return append(listedColumns(v), column{"files", files{&v.Files}})
}

// listedColumns are those of a version without its files.
func listedColumns(v *callbacks.Version) columns {
	return columns{
		{"number", &v.Number}, {"hash", &v.Hash}, {"published_ms", millis{&v.At}},
		{"author", anyText{&v.Author}}, {"note", anyText{&v.Note}}, {"summary", anyText{&v.Summary}},
		{"changes", anyText{&v.Changes}},
	}
}

const latestVersion = " ORDER BY number DESC LIMIT 1"

// AddVersion writes what is put in force now, unless the latest version has the same hash already; then that one is
// returned, and false. Of several who add the same at once one writes it. The store sets Number, higher each time; the
// result has no Files.
func (s *Store) AddVersion(ctx context.Context, v callbacks.Version) (latest callbacks.Version, added bool, err error) {
	err = s.inTx(ctx, "add a version", func(tx conn) (err error) {
		added = false
		if err := tx.serialize(ctx, "versions"); err != nil {
			return err
		}
		latest, err = one(ctx, tx, listedColumns, "config_versions"+latestVersion)
		if err == nil && latest.Hash == v.Hash || err != nil && !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		v.Number, added = latest.Number+1, true
		without := v
		if without.Files, err = addAudio(ctx, tx, v); err != nil {
			return err
		}
		row := versionColumns(&without)
		latest, err = first(rows(ctx, tx, listedColumns,
			row.insertInto("config_versions")+" RETURNING "+listedColumns(&v).names(), row.values()...))
		if err != nil {
			return err
		}
		return dropVersions(ctx, tx, v.Number-versionsKept)
	})
	if err != nil {
		return callbacks.Version{}, false, err
	}
	return latest, added, nil
}

// addAudio writes the recordings of a version, those that are new, and returns its other files.
func addAudio(ctx context.Context, tx conn, v callbacks.Version) (texts map[string][]byte, err error) {
	names, err := rows(ctx, tx, only[string], "SELECT name FROM config_audio")
	if err != nil {
		return nil, err
	}
	texts = map[string][]byte{}
	for path, file := range v.Files {
		if !callbacks.IsAudio(path) {
			texts[path] = file
			continue
		}
		name := callbacks.AudioName(file)
		if !slices.Contains(names, name) {
			names = append(names, name)
			if _, err := tx.exec(ctx, "INSERT INTO config_audio (name, sound) VALUES (?, ?)", name, file); err != nil {
				return nil, err
			}
		}
		_, err := tx.exec(ctx, "INSERT INTO config_version_audio (number, path, name) VALUES (?, ?, ?)", v.Number, path,
			name)
		if err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// dropVersions removes versions up to one, and the recordings that no other has.
func dropVersions(ctx context.Context, tx conn, last int64) error {
	for _, from := range []string{"config_versions", "config_version_audio"} {
		if _, err := tx.exec(ctx, "DELETE FROM "+from+" WHERE number <= ?", last); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, "DELETE FROM config_audio WHERE name NOT IN (SELECT name FROM config_version_audio)")
	return err
}

// withAudio adds the recordings to the files of a version.
func (s *Store) withAudio(ctx context.Context, v callbacks.Version, err error) (callbacks.Version, error) {
	type recording struct {
		path  string
		sound []byte
	}
	var list []recording
	if err == nil {
		list, err = rows(ctx, s.read, func(r *recording) columns { return columns{{"", &r.path}, {"", &r.sound}} },
			`SELECT v.path, a.sound FROM config_version_audio v JOIN config_audio a ON a.name = v.name
			WHERE v.number = ?`, v.Number)
	}
	for _, r := range list {
		v.Files[r.path] = r.sound
	}
	return v, s.wrap("read a version", err)
}

// Audio is the recording with this name that some version has, or [callbacks.ErrNotFound].
func (s *Store) Audio(ctx context.Context, name string) ([]byte, error) {
	sound, err := value[[]byte](ctx, s.read, "SELECT sound FROM config_audio WHERE name = ?", name)
	return sound, s.wrap("read a recording", err)
}

// Versions lists them, the latest first, at most so many, without their files.
func (s *Store) Versions(ctx context.Context, most int) ([]callbacks.Version, error) {
	list, err := many(ctx, s.read, listedColumns, `config_versions ORDER BY number DESC LIMIT ?`, max(most, 0))
	return list, s.wrap("list versions", err)
}

// Version returns one with its files; number 0 is the latest. [callbacks.ErrNotFound] if there is none, or none any
// more.
func (s *Store) Version(ctx context.Context, number int64) (callbacks.Version, error) {
	where, args := "number = ?", []any{number}
	if number == 0 {
		where, args = "1 = 1", nil
	}
	v, err := one(ctx, s.read, versionColumns, "config_versions WHERE "+where+latestVersion, args...)
	return s.withAudio(ctx, v, err)
}

// VersionOf returns the latest version with this hash, with its files, or [callbacks.ErrNotFound].
func (s *Store) VersionOf(ctx context.Context, hash string) (callbacks.Version, error) {
	v, err := one(ctx, s.read, versionColumns, `config_versions WHERE hash = ?`+latestVersion, hash)
	return s.withAudio(ctx, v, err)
}

func overrideColumns(o *callbacks.DeclaredOverride) columns {
	return columns{
		{"id", &o.ID}, {"line", &o.Line}, {"desk", &o.Desk}, {"opens", &o.Open},
		{"from_ms", millis{&o.From}}, {"until_ms", millis{&o.Until}}, {"reason", anyText{&o.Reason}},
		{"announcement", texts{&o.Say}}, {"declared_by", anyText{&o.By}}, {"created_ms", millis{&o.Created}},
		{"lifted_ms", millis{&o.Lifted}}, {"lifted_by", anyText{&o.LiftedBy}},
	}
}

var overrideNames = overrideColumns(&callbacks.DeclaredOverride{}).names()

// DeclareOverride writes an override and returns it with its ID, not lifted. It is an error if Until is not after From.
func (s *Store) DeclareOverride(ctx context.Context, o callbacks.DeclaredOverride) (callbacks.DeclaredOverride, error) {
	if ms(o.Until) <= ms(o.From) {
		return callbacks.DeclaredOverride{}, fmt.Errorf(
			"declare an override: it begins at %v and would end at %v; name a later end", o.From, o.Until)
	}
	o.Lifted, o.LiftedBy = time.Time{}, ""
	return write(ctx, s, "declare an override", func(tx conn) (callbacks.DeclaredOverride, error) {
		if err := tx.serialize(ctx, "overrides"); err != nil { // numbers are in the order in which others see them
			return o, err
		}
		row := overrideColumns(&o).without("id")
		return first(rows(ctx, tx, overrideColumns, row.insertInto("overrides")+" RETURNING "+overrideNames,
			row.values()...))
	})
}

// LiftOverrides ends those that are in force, or have still to begin, for a line and exactly this desk (empty: those of
// the line as a whole), or of these only the named ones, and returns them as they are then, in the order in which they
// were declared. None is no error.
func (s *Store) LiftOverrides(
	ctx context.Context, line, desk, by string, now time.Time, only ...int64,
) ([]callbacks.DeclaredOverride, error) {
	where, args := `lifted_ms = 0 AND line = ? AND desk = ? AND until_ms > ?`,
		[]any{ms(now), anyText{&by}, line, desk, ms(now)}
	if len(only) > 0 {
		where += " AND id IN " + marks(len(only))
	}
	for _, id := range only {
		args = append(args, id)
	}
	return write(ctx, s, "lift overrides", func(tx conn) ([]callbacks.DeclaredOverride, error) {
		list, err := rows(ctx, tx, overrideColumns, `UPDATE overrides SET lifted_ms = ?, lifted_by = ?
			WHERE `+where+` RETURNING `+overrideNames, args...)
		slices.SortFunc(list, func(a, b callbacks.DeclaredOverride) int { return cmp.Compare(a.ID, b.ID) })
		return list, err
	})
}

// Overrides lists those that are not lifted and end after the instant, in the order in which they were declared.
func (s *Store) Overrides(ctx context.Context, after time.Time) ([]callbacks.DeclaredOverride, error) {
	list, err := many(ctx, s.read, overrideColumns, `overrides WHERE lifted_ms = 0 AND until_ms > ? ORDER BY id`,
		ms(after))
	return list, s.wrap("list overrides", err)
}

func instanceColumns(i *callbacks.Instance) columns {
	return columns{
		{"id", &i.ID}, {"host", anyText{&i.Host}}, {"hash", &i.Hash}, {"since_ms", millis{&i.Since}},
		{"refused_hash", &i.Offered}, {"problem", anyText{&i.Problem}}, {"last_seen_ms", millis{&i.Seen}},
	}
}

// SeeInstance writes what an instance reports of itself, in the place of what it reported before. It removes those that
// have reported nothing for a week before i.Seen.
func (s *Store) SeeInstance(ctx context.Context, i callbacks.Instance) error {
	return s.inTx(ctx, "write what an instance runs", func(tx conn) error {
		row := instanceColumns(&i)
		if _, err := row.insert(ctx, tx, "instances", " ON CONFLICT (id) DO NOTHING"); err != nil {
			return err
		}
		if err := row.update(ctx, tx, "instances"); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM instances WHERE id IN
			(SELECT id FROM instances WHERE last_seen_ms < ?`+tx.dialect.SkipLocked+`)`, ms(i.Seen.Add(-instanceKept)))
		return err
	})
}

// Instances lists those that have reported something at the instant or since, by ID.
func (s *Store) Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error) {
	list, err := many(ctx, s.read, instanceColumns, "instances WHERE last_seen_ms >= ?", ms(since))
	// Here and not there: the order of letters is the database's own.
	slices.SortFunc(list, func(a, b callbacks.Instance) int { return cmp.Compare(a.ID, b.ID) })
	return list, s.wrap("list instances", err)
}

// ForgetInstance removes one that stops. That there is none is no error.
func (s *Store) ForgetInstance(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "forget an instance", `DELETE FROM instances WHERE id = ?`, id)
	return err
}
