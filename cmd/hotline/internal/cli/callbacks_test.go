package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
)

// books is a database with callbacks in it, named by HOTLINE_STORE.
func books(t *testing.T, edit ...func(i int, r *callbacks.Request)) *sqlite.Store {
	t.Helper()
	path := sqlitetest.New(t)
	t.Setenv("HOTLINE_STORE", "sqlite:"+path)
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	called := tuesday.Add(-time.Hour)
	for i := range 3 {
		r := callbacks.Request{
			Key: fmt.Sprint(i), Line: "gopay", Desk: "support", Topic: "refund", Language: "id",
			Number: fmt.Sprintf("+62812345678%02d", i), Account: fmt.Sprintf("08129999%04d", i),
			Answers: "refund:445566", Kind: callbacks.ASAP, Called: called.Add(time.Duration(i) * time.Minute),
			Due: called.Add(24 * time.Hour), Expires: called.Add(96 * time.Hour),
		}
		for _, e := range edit {
			e(i, &r)
		}
		if _, err := store.Book(t.Context(), r, fmt.Sprint(1000000+i)); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

// gives fails unless the command says all of this.
func gives(t *testing.T, args string, want ...string) string {
	t.Helper()
	out, err := run(t, "", strings.Fields("callbacks "+args)...)
	if err != nil {
		t.Errorf("callbacks %s: %v", args, err)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("callbacks %s does not say %q:\n%s", args, w, out)
		}
	}
	return out
}

// writes is what an export writes to standard output; progress goes elsewhere.
func writes(t *testing.T, args string) string {
	t.Helper()
	var out, errs strings.Builder
	root := New(strings.NewReader(""), &out, &errs)
	root.SetArgs(append([]string{"callbacks", "export"}, strings.Fields(args)...))
	if err := root.ExecuteContext(atTuesday(t)); err != nil || !strings.Contains(errs.String(), " written\n") {
		t.Fatalf("export %s: %v\n%s", args, err, errs.String())
	}
	return out.String()
}

func refuses(t *testing.T, args, want string) {
	t.Helper()
	if out, err := run(t, "", strings.Fields("callbacks "+args)...); err == nil ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("callbacks %s: %v, want %q\n%s", args, err, want, out)
	}
}

func TestCallbacksAreListedMasked(t *testing.T) {
	store := books(t, func(i int, r *callbacks.Request) {
		if i == 1 {
			r.Line = "upay"
		}
	})
	out := gives(t, "list", "reference  line   desk", "1000000", "1000001    upay", "…7802", "booked")
	if strings.Contains(out, "+62812") || strings.Index(out, "1000002") > strings.Index(out, "1000000") {
		t.Errorf("whole numbers, or not the newest first:\n%s", out)
	}
	gives(t, "list --unmasked", "+6281234567800")
	if out := gives(t, "list --line upay"); strings.Contains(out, "1000000") {
		t.Errorf("another line's:\n%s", out)
	}
	gives(t, "list --state broken", "There are none.")
	gives(t, "list --limit 2", "These are the last 2")
	gives(t, "show 100-0002", "in the log          \"callback\":", "state               booked",
		"account             …0002", "refund              …5566")
	refuses(t, "list --line nope", `there is no line "nope"`)
	refuses(t, "list --state asleep", "use open, all, broken or one of: booked")
	refuses(t, "list --from monday", "is not a valid time; write now, 18:00, ")
	refuses(t, "show 7777777", `no callback has the reference "7777777"`)

	gives(t, "cancel 1000000", "Callback 1000000 is cancelled")
	refuses(t, "cancel 100000", "no callback has the reference")
	gives(t, "list --state cancelled", "1000000")
	refuses(t, "move 1000000 --at "+tuesday.Add(time.Hour).Format(time.RFC3339),
		"callback 1000000 is cancelled; nothing was changed")
	refuses(t, "retry 1000000", "is cancelled")
	if c, err := store.Callback(t.Context(), 1); err != nil || c.State != callbacks.Cancelled {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestShowingNumbersIsLogged(t *testing.T) {
	books(t)
	var logged strings.Builder
	root := New(strings.NewReader(""), &strings.Builder{}, &logged)
	root.SetArgs([]string{"callbacks", "list", "--unmasked"})
	if err := root.ExecuteContext(atTuesday(t)); err != nil ||
		!strings.Contains(logged.String(), "numbers of customers are shown unmasked") {
		t.Errorf("%v, logged %q", err, logged.String())
	}
}

func TestACallbackIsMovedAndRetried(t *testing.T) {
	store := books(t, func(i int, r *callbacks.Request) {
		if i == 1 { // the others are to numbers that their callers did not ring from
			r.Caller = r.Number
		}
	})
	sunday := time.Date(2030, 6, 2, 10, 0, 0, 0, time.FixedZone("WIB", 7*3600))
	refuses(t, "move 1000001 --at "+sunday.Format(time.RFC3339), "callback 1000001 is not moved; choose another --at")
	gives(t, "move 1000001 --yes --at "+sunday.Format(time.RFC3339), "At 2030-06-02 10:00 +07:00 the desk is closed",
		"is due 2030-06-03 08:00 +07:00", "The customer is told")
	gives(t, "move 1000002 --yes --at "+sunday.Format(time.RFC3339), "The customer is not told")
	if asked, err := run(t, "y\n", "callbacks", "move", "1000002", "--at", sunday.Format(time.RFC3339)); err != nil ||
		!strings.Contains(asked, "first time after it is 2030-06-03 08:00 +07:00.\nMove it there? [y/N] Call") {
		t.Errorf("asked: %v\n%s", err, asked)
	}
	refuses(t, "move 1000001 --at 2020-01-01T00:00:00Z", "has passed")
	refuses(t, "move 1000001", `--at "" is not a valid time`)
	gives(t, "retry 1000001", "Callback 1000001 is due ")
	if c, err := store.Callback(t.Context(), 2); err != nil || !c.Due.Equal(tuesday) {
		t.Errorf("%+v, %v", c, err)
	}
	// One that was given up is booked again, once, with its note.
	if err := store.AttachNote(t.Context(), 3, callbacks.Recording{SID: "RE1", URL: "u", Seconds: 4}); err != nil {
		t.Fatal(err)
	}
	_, err := store.Change(t.Context(), 3, func(r *callbacks.Record) error {
		r.Callback.State, r.Callback.Ended = callbacks.Expired, tuesday
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	gives(t, "list --state broken", "1000002", "expired")
	for range 2 {
		gives(t, "retry 1000002", "Callback 1000002 is booked again as ")
	}
	again, err := store.List(t.Context(), callbacks.Filter{States: callbacks.OpenStates})
	if err != nil || len(again) != 3 {
		t.Fatalf("%d callbacks are open, %v", len(again), err)
	}
	if c := again[0]; c.Number != "+6281234567802" || c.Note.SID != "RE1" || c.Answers.Get("refund") != "445566" ||
		tuesday.Sub(c.Called) < 50*time.Minute {
		t.Errorf("booked again as %+v", c)
	}
	if _, err := store.Erase(t.Context(), callbacks.Desk{Line: "gopay", Desk: "support"}, tuesday.Add(time.Hour),
		tuesday); err != nil {
		t.Fatal(err)
	}
	refuses(t, "retry 1000002", "erased after its retention")
}

func TestExport(t *testing.T) {
	books(t)
	records, err := csv.NewReader(strings.NewReader(writes(t, ""))).ReadAll()
	if err != nil || len(records) != 4 || records[1][8] != "…7802" || strings.Join(records[0], " ") !=
		"reference line desk topic language kind urgent state number account called due slot_end ended attempts rounds "+
			"note_seconds priority last" {
		t.Errorf("%v, %q", err, records)
	}
	decoder := json.NewDecoder(strings.NewReader(writes(t, "--format json --unmasked --state all")))
	n := 0
	for decoder.More() {
		var e exported
		if err := decoder.Decode(&e); err != nil || !strings.HasPrefix(e.Number, "+62812345678") ||
			e.State != "booked" || e.Ended != "" {
			t.Fatalf("%+v, %v", e, err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d objects", n)
	}
	file := filepath.Join(t.TempDir(), "out.csv")
	gives(t, "export --out "+file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("%v, %v", info, err)
	}
	refuses(t, "export --out "+file, "an existing file is not overwritten")
	refuses(t, "export --format xml", "use csv or json")
}

// More callbacks than are read at a time are all written, each once.
func TestExportOfMany(t *testing.T) {
	store := books(t)
	now := tuesday
	for i := range exportPage + 5 {
		_, err := store.Book(t.Context(), callbacks.Request{Key: fmt.Sprint("many", i), Line: "gopay", Desk: "support",
			Number: fmt.Sprintf("+62811%08d", i),
			Kind:   callbacks.ASAP, Called: now.Add(-time.Duration(i/7) * time.Second), Due: now,
			Expires: now.Add(time.Hour)}, fmt.Sprint(2000000+i))
		if err != nil {
			t.Fatal(err)
		}
	}
	records, err := csv.NewReader(strings.NewReader(writes(t, ""))).ReadAll()
	seen := map[string]bool{}
	for _, r := range records {
		seen[r[0]] = true
	}
	if err != nil || len(records) != exportPage+5+3+1 || len(seen) != len(records) {
		t.Errorf("%d rows, %d different ones, %v", len(records), len(seen), err)
	}
}

// spokenSID is a recording's name in the provider's form.
const spokenSID = "RE77777777777777777777777777777777"

func TestMessagesAreListed(t *testing.T) {
	store := books(t)
	_, err := store.SaveMessage(t.Context(), callbacks.Message{Key: "k", Reference: "3000000", Line: "upay",
		Desk: "support", Topic: "feedback",
		Caller: "+8613812345678", Recording: callbacks.Recording{SID: spokenSID, URL: "u",
			Seconds: 31}, Received: time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	out := gives(t, "messages", "3000000", "2026-03-02 15:00 +08:00", "feedback", "31", spokenSID, "…5678")
	if strings.Contains(out, "+86138") {
		t.Errorf("a whole number:\n%s", out)
	}
	gives(t, "messages --line gopay", "There are none.")
}

func TestNoDatabaseIsMadeByLooking(t *testing.T) {
	path := filepath.Join(t.TempDir(), "typo.db")
	t.Setenv("HOTLINE_STORE", "sqlite:"+path)
	refuses(t, "list", "name it with HOTLINE_STORE or --store")
	if _, err := os.Stat(path); err == nil {
		t.Error("a database was made")
	}
}

func TestListening(t *testing.T) {
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, token, ok := r.BasicAuth(); !ok || token != strings.Repeat("a", 32) ||
			!strings.HasSuffix(r.URL.Path, "/Recordings/"+spokenSID+".mp3") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, "a voice")
	}))
	t.Cleanup(provider.Close)
	store := books(t)
	for key, sid := range map[string]string{"3000000": spokenSID, "3000001": strings.ReplaceAll(spokenSID, "7", "8")} {
		if _, err := store.SaveMessage(t.Context(),
			callbacks.Message{Key: key, Reference: key, Line: "upay", Desk: "support",
				Recording: callbacks.Recording{SID: sid, URL: "u", Seconds: 31}, Received: tuesday}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.AttachNote(t.Context(), 1, callbacks.Recording{SID: spokenSID, URL: "u", Seconds: 4}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	refuses(t, "listen 3000000 --out "+dir+"/a.mp3", "set HOTLINE_TWILIO_ACCOUNT_SID")
	t.Setenv("HOTLINE_TWILIO_ACCOUNT_SID", simulate.AccountSID)
	t.Setenv("HOTLINE_TWILIO_AUTH_TOKEN", strings.Repeat("a", 32))
	t.Setenv("HOTLINE_TWILIO_BASE_URL", provider.URL)
	gives(t, "listen 3000000 --out "+dir+"/a.mp3", "31 seconds, 7 bytes", "a recording of a customer was fetched")
	gives(t, "listen 1000000 --out "+dir+"/note.mp3", "4 seconds")
	if sound, err := os.ReadFile(dir + "/a.mp3"); err != nil || string(sound) != "a voice" {
		t.Errorf("%q, %v", sound, err)
	}
	refuses(t, "listen 3000000 --out "+dir+"/a.mp3", "an existing file is not overwritten")
	refuses(t, "listen 3000000", "say where to write")
	refuses(t, "listen 3000001 --out "+dir+"/b.mp3", "the provider answered with status 404")
	refuses(t, "listen 1000001 --out "+dir+"/b.mp3", "nothing was spoken under the reference")
	if _, err := os.Stat(dir + "/b.mp3"); err == nil {
		t.Error("an empty file is left behind")
	}
}

// What became of a text message is shown beside the attempts.
func TestCallbacksShowTextMessages(t *testing.T) {
	var out strings.Builder
	at := time.Date(2026, 3, 7, 13, 0, 5, 0, time.UTC)
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	s := callbackSession{session: &session{now: func() time.Time { return at }}, snapshot: snapshot}
	r := callbacks.Record{Callback: callbacks.Callback{Line: "gopay"}}
	texts := []callbacks.SMS{{Created: at, State: callbacks.SMSUndelivered,
		Remark: "code 30005, there is no such number"}}
	if err := s.show(&out, r, texts, time.Time{}); err != nil ||
		!strings.Contains(out.String(),
			"text message        2026-03-07 20:00 +07:00  undelivered: code 30005, there is no such number\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
