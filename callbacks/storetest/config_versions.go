package storetest

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// add adds a version that is new.
func (h *history) add(t *testing.T, v callbacks.Version) callbacks.Version {
	t.Helper()
	got, added, err := h.AddVersion(h.ctx, v)
	if err != nil || !added {
		t.Fatalf("AddVersion(%s) = %+v, %v, %v", v.Hash, got, added, err)
	}
	return got
}

func (h *history) version(t *testing.T, number int64) callbacks.Version {
	t.Helper()
	return must[callbacks.Version](t)(h.Version(h.ctx, number))
}

// files are some by path and content, in turn.
func files(pairs ...string) map[string][]byte {
	f := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = []byte(pairs[i+1])
	}
	return f
}

func testVersions(t *testing.T, h *history) {
	list := func(most int, want ...callbacks.Version) {
		t.Helper()
		exactly(t, must[[]callbacks.Version](t)(h.Versions(h.ctx, most)), want)
	}
	list(10)
	given := callbacks.Version{Number: 99, Hash: "h1", At: odd, Author: "sari", Summary: "周一",
		Changes: "gopay: 周一 09:00–18:00\n…", Files: files("a", "1")}
	one := h.add(t, given)
	exactly(t, one, callbacks.Version{Number: 1, Hash: "h1", At: kept, Author: "sari",
		Summary: given.Summary, Changes: given.Changes})
	// The latest again is none, whatever else is said of it.
	again, added, err := h.AddVersion(h.ctx, callbacks.Version{Hash: "h1", At: odd.Add(time.Hour), Author: "budi",
		Files: files("a", "2")})
	if err != nil || added {
		t.Fatalf("added again: %v, %v", added, err)
	}
	exactly(t, again, one)
	two := h.add(t, callbacks.Version{Hash: "h2", At: Start, Files: files("a", "2")})
	// not the latest: new
	three := h.add(t, callbacks.Version{Hash: "h1", At: Start, Note: "rollback to 1", Files: files("a", "1")})
	if one.Number >= two.Number || two.Number >= three.Number {
		t.Fatalf("numbered %d, %d, %d", one.Number, two.Number, three.Number)
	}
	list(10, three, two, one)
	list(2, three, two)
	list(0)
	whole := func(v callbacks.Version, f map[string][]byte) callbacks.Version { v.Files = f; return v }
	exactly(t, h.version(t, one.Number), whole(one, files("a", "1")))
	exactly(t, h.version(t, two.Number), whole(two, files("a", "2")))
	exactly(t, h.version(t, three.Number), whole(three, files("a", "1")))
	exactly(t, h.version(t, 0), whole(three, files("a", "1")))
	// the latest with this hash
	exactly(t, must[callbacks.Version](t)(h.VersionOf(h.ctx, "h1")), whole(three, files("a", "1")))
	exactly(t, must[callbacks.Version](t)(h.VersionOf(h.ctx, "h2")), whole(two, files("a", "2")))
}

func testNoVersions(t *testing.T, h *history) {
	none := func() {
		t.Helper()
		for _, number := range []int64{2, -1} {
			_, err := h.Version(h.ctx, number)
			wantErr(t, err, callbacks.ErrNotFound)
		}
		_, err := h.VersionOf(h.ctx, "h")
		wantErr(t, err, callbacks.ErrNotFound)
	}
	none()
	_, err := h.Version(h.ctx, 0)
	wantErr(t, err, callbacks.ErrNotFound)
	h.add(t, callbacks.Version{Hash: "H"})
	none()
	if v := h.version(t, 0); v.Files == nil || len(v.Files) != 0 {
		t.Errorf("without files: %+v", v)
	}
}

func testFiles(t *testing.T, h *history) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	f := map[string][]byte{
		"topics.yaml": []byte("login:\r\n"), "prompts/zh.yaml": []byte("问候: 您好\n"),
		"calls/a b/ä.yaml": bytes.Repeat(every,
			50),
		"A": {}, "nothing": nil, "caf\xe9.yaml": {'e'}, "a\x00b": {'n'}, "a": every, "b": every, "prompts/日本.yaml": {0},
		"it's \"$1\" ?": {'?'}, "aa": []byte("NULL"),
	}
	h.add(t, callbacks.Version{Hash: "h", Files: f})
	f["nothing"] = []byte{} // a file that is empty, and there
	exactly(t, h.version(t, 1).Files, f)
}

// Files come, change, go and come back, and every version keeps its own.
func testFilesOfManyVersions(t *testing.T, h *history) {
	random := rand.New(rand.NewPCG(1, 2))
	var all []map[string][]byte
	now := map[string][]byte{}
	for i := range 40 {
		now = maps.Clone(now)
		for range random.IntN(12) * random.IntN(12) {
			path := fmt.Sprint("p", random.IntN(200))
			if random.IntN(3) == 0 {
				delete(now, path)
			} else {
				now[path] = []byte(fmt.Sprint(random.IntN(5)))
			}
		}
		if i == 20 {
			now = map[string][]byte{}
		}
		all = append(all, now)
		h.add(t, callbacks.Version{Hash: fmt.Sprint("h", i), Files: now})
	}
	for i, want := range all {
		exactly(t, h.version(t, int64(i)+1).Files, want)
	}
}

// counts holds the answer to a query that counts against what it should be.
func (h *history) counts(t *testing.T, query string, want int) {
	t.Helper()
	var n int
	if err := h.place.Beside.QueryRow(query).Scan(&n); err != nil || n != want {
		t.Errorf("%s: %d, %v, want %d", query, n, err, want)
	}
}

// Files that are much alike take little room.
func testManyFiles(t *testing.T, h *history) {
	f := map[string][]byte{}
	for i := range 1000 {
		f[fmt.Sprintf("hours/line-%d.yaml", i)] = []byte(fmt.Sprint("line: ", i, "\n",
			strings.Repeat("closed: true\n", 20)))
	}
	h.add(t, callbacks.Version{Hash: "h", Files: f})
	exactly(t, h.version(t, 1).Files, f)
	h.counts(t, `SELECT count(*) FROM config_versions WHERE length(files) < 30000`, 1)
}

// A recording that many versions have is kept once, until none has it any more; anybody may ask for it by its name.
func testAudio(t *testing.T, h *history) {
	const a, b = "prompts/audio/en/goodbye.wav", "prompts/audio/en/gopay/goodbye.wav"
	one, two, three := bytes.Repeat([]byte{1, 0}, 50_000), []byte("two"), []byte("three")
	first := map[string][]byte{"a": []byte("1"), a: one, b: two}
	h.add(t, callbacks.Version{Hash: "h1", Files: first})
	if len(first) != 3 {
		t.Error("the files that were given are not all there any more")
	}
	for i := range 4 {
		h.add(t, callbacks.Version{Hash: fmt.Sprint("m", i), Files: map[string][]byte{a: one, b: one}})
	}
	latest := map[string][]byte{"a": []byte("1"), a: three}
	h.add(t, callbacks.Version{Hash: "h2", Files: latest})
	exactly(t, h.version(t, 1).Files, first)
	exactly(t, h.version(t, 3).Files, map[string][]byte{a: one, b: one})
	exactly(t, h.version(t, 0).Files, latest)
	exactly(t, must[callbacks.Version](t)(h.VersionOf(h.ctx, "h1")).Files, first)
	h.counts(t, `SELECT count(*) FROM config_audio`, 3)
	for _, sound := range [][]byte{one, two, three} {
		exactly(t, must[[]byte](t)(h.Audio(h.ctx, callbacks.AudioName(sound))), sound)
	}
	for _, name := range []string{"", a, callbacks.AudioName([]byte("four"))} {
		_, err := h.Audio(h.ctx, name)
		wantErr(t, err, callbacks.ErrNotFound)
	}
	if _, err := h.place.Beside.Exec(`UPDATE config_versions SET number = 1005 WHERE number = 6`); err != nil {
		t.Fatal(err)
	}
	h.add(t, callbacks.Version{Hash: "h3", Files: map[string][]byte{a: three}})
	h.counts(t, `SELECT count(*) FROM config_audio`, 1)
	exactly(t, h.version(t, 0).Files, map[string][]byte{a: three})
}

// A thousand versions are kept, and with them their files.
func testVersionsKept(t *testing.T, h *history) {
	second := files("a", "now", "b", "always", "d", "second", "e", "of the second")
	third := files("a", "now", "b", "always", "d", "third")
	latest := files("a", "now", "b", "always", "d", "first") // as in the first
	h.add(t, callbacks.Version{Hash: "h1", Files: files("a", "once", "b", "always", "c", "gone", "d", "first")})
	h.add(t, callbacks.Version{Hash: "h2", Files: second})
	h.add(t, callbacks.Version{Hash: "h3", Files: third})
	if _, err := h.place.Beside.Exec(`INSERT INTO config_versions 
		(number, hash, published_ms, author, note, summary, changes, files)
		WITH RECURSIVE n (i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		SELECT i, 'h' || i, 0, '', '', '', '', v.files FROM n, config_versions v WHERE v.number = 3`); err != nil {
		t.Fatal(err)
	}
	if v := h.add(t, callbacks.Version{Hash: "h1001", Files: latest}); v.Number != 1001 {
		t.Fatalf("added as %+v", v)
	}
	_, err := h.Version(h.ctx, 1)
	wantErr(t, err, callbacks.ErrNotFound)
	if n := len(must[[]callbacks.Version](t)(h.Versions(h.ctx, 2000))); n != 1000 {
		t.Errorf("%d versions are kept", n)
	}
	exactly(t, h.version(t, 2).Files, second)
	exactly(t, h.version(t, 0).Files, latest)
	h.add(t, callbacks.Version{Hash: "h1002", Files: latest})
	h.counts(t, `SELECT min(number) FROM config_versions`, 3)
	exactly(t, h.version(t, 3).Files, third)
	exactly(t, h.version(t, 1000).Files, third)
	exactly(t, h.version(t, 0).Files, latest)
}

// Instances that put the same in force at once write it once.
func testTheSameVersionAtOnce(t *testing.T, h *history) {
	stores := []Store{h.Store, h.place.Open(t), h.place.Open(t)}
	for round := range 4 {
		v := callbacks.Version{Hash: fmt.Sprint("h", round), Files: files("a", "1", "b", fmt.Sprint(round))}
		const n = 30
		var added [n]bool
		var numbers [n]int64
		atOnce(n, func(i int) {
			got, isNew, err := stores[i%len(stores)].AddVersion(h.ctx, v)
			if err != nil {
				t.Error(err)
			}
			added[i], numbers[i] = isNew, got.Number
		})
		writers := 0
		for i := range n {
			if added[i] {
				writers++
			}
			if numbers[i] != int64(round)+1 {
				t.Errorf("round %d: number %d", round, numbers[i])
			}
		}
		if writers != 1 {
			t.Errorf("round %d: %d wrote it", round, writers)
		}
	}
	h.counts(t, `SELECT count(*) FROM config_versions`, 4)
}

// Of those that put something else in force at once each is written, with its own files.
func testVersionsAtOnce(t *testing.T, h *history) {
	stores := []Store{h.Store, h.place.Open(t)}
	const n = 20
	numbers := make([]int64, n)
	atOnce(n, func(i int) {
		v, added, err := stores[i%2].AddVersion(h.ctx, callbacks.Version{Hash: fmt.Sprint("h", i),
			Files: files("same", "same", "own", fmt.Sprint(i), fmt.Sprint("only", i), "x")})
		if err != nil || !added {
			t.Errorf("version %d: %v, %v", i, added, err)
		}
		numbers[i] = v.Number
	})
	for i, number := range numbers {
		v := h.version(t, number)
		if v.Hash != fmt.Sprint("h", i) {
			t.Errorf("version %d is %s, not h%d", number, v.Hash, i)
		}
		exactly(t, v.Files, files("same", "same", "own", fmt.Sprint(i), fmt.Sprint("only", i), "x"))
	}
	slices.Sort(numbers)
	if numbers = slices.Compact(numbers); len(numbers) != n || numbers[0] < 1 {
		t.Errorf("numbered %v", numbers)
	}
}
