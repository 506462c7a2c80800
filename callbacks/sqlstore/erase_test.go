package sqlstore_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
)

// stays are the columns that tell nothing of a caller: they are left when everything was erased and forgotten. Keys are
// made of the provider's identifier of the call, under which it keeps what it knows for as long as it was told to.
var stays = map[string]string{
	"reference_numbers": "reference",
	"callbacks": `id request_key reference line desk topic language kind urgent priority called_ms due_ms held_ms
		cancel_after_attempt slot_start_ms slot_end_ms expires_ms state reached agent_first desk_attempts attempts
		next_target pass fence ready remark ended_ms erased_ms note_seconds`,
	"attempts": `id callback_id line desk target_id target_kind ring_ms state outcome status status_seq fence pass
		created_ms next_check_ms`,
	"call_pacing":  "name last_call_ms",
	"moves":        "move_key callback_id",
	"messages":     "message_key reference line desk topic language recording_seconds received_ms erased_ms",
	"call_records": "call_key reference line desk topic language began_ms erased_ms",
	"sms": `id line desk callback_id alert_key occasions state delivery tries error_code remark created_ms
		next_check_ms`,
	// The address is an agent's, and stands in the configuration.
	"accepted_dials": "call_sid dial target address accepted_ms ended_ms",
	"jobs":           "name last_run_ms leased_until_ms",
	"overrides": `id line desk opens from_ms until_ms reason announcement declared_by created_ms lifted_ms
		lifted_by`,
	"config_versions":      "number hash published_ms author note summary changes files",
	"config_audio":         "name sound",
	"config_version_audio": "number path name",
}

// A column that nobody has thought of is either erased or, after a decision, among those that stay.
func TestWhatIsLeftOfCallersWhenAllIsErased(t *testing.T) {
	d := inSQLite(t)
	d.fill(t)
	for _, table := range []string{"callbacks", "messages", "call_records"} {
		if _, err := d.db.Exec("UPDATE " + table + " SET erased_ms = 0"); err != nil {
			t.Fatal(err)
		}
	}
	desks, err := d.HoldingPersonalData(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	later := time.Now()
	for _, desk := range desks {
		if _, err := d.Erase(t.Context(), desk, later, later); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Forget(t.Context(), later, later); err != nil {
		t.Fatal(err)
	}
	left := map[string]string{}
	for _, cell := range d.rows(t) {
		column, value, _ := strings.Cut(cell, ": ")
		if value != "" && value != "0" && value != "<nil>" {
			left[column] = value
		}
	}
	var want []string
	for table, columns := range stays {
		for _, column := range strings.Fields(columns) {
			want = append(want, table+"."+column)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(left))); diff != "" {
		t.Errorf("-may stay +left after all was erased; a column that can name a caller belongs into erase of "+
			"erase.go, any other into stays\n%s", diff)
	}
}

// people are two whose rows are alike but for what is theirs.
var people = map[string]string{"a": "+6281200001111", "b": "+6281200002222"}

// fillFor writes filled for one of them: what is personal is told apart by their letter, what is unique as well.
func (d database) fillFor(t *testing.T, who string) {
	t.Helper()
	unique := strings.Fields("reference request_key call_sid move_key message_key call_key")
	for _, f := range filled {
		if d.shared(f.table) {
			continue
		}
		row := maps.Clone(f.row)
		for column, value := range row {
			text, isText := value.(string)
			stays := slices.Contains(strings.Fields(stays[f.table]), column)
			switch {
			case column == "number" || column == "caller":
				row[column] = people[who]
			case column == "body" && row["alert_key"] != "":
				row[column] = "gopay, desk support: " + callbacks.AlertMention(people[who]) + "hotline callbacks list"
			case isText && text != "" && (!stays || slices.Contains(unique, column) || column == "alert_key" ||
				column == "id"):
				row[column] = text + "-" + who
			case (column == "id" || column == "callback_id") && value != nil && who == "b":
				row[column] = value.(int) + 100
			}
		}
		if row["state"] == "customer-reached" { // it is over
			row["state"] = "done"
		}
		d.insert(t, f.table, row)
	}
}

// shared are tables whose rows are nobody's, and written once.
func (d database) shared(table string) bool {
	return slices.Contains(strings.Fields("call_pacing accepted_dials jobs overrides config_versions config_audio "+
		"config_version_audio"), table)
}

// testErasePerson: nothing is left of one person, and all of the other. That the columns are all of those that
// are personal is the matter of the test above.
func testErasePerson(t *testing.T, d database) {
	d.fillFor(t, "a")
	d.fillFor(t, "b")
	ofB := func() (cells []string) {
		for _, cell := range d.rows(t) {
			if strings.Contains(cell, "-b") || strings.Contains(cell, people["b"]) || strings.Contains(cell, "2222. ") {
				cells = append(cells, cell)
			}
		}
		return cells
	}
	before, all := ofB(), d.rows(t)
	now := time.UnixMilli(1000)
	counted, err := d.ErasePerson(t.Context(), people["a"], now, true)
	if diff := cmp.Diff(all, d.rows(t)); err != nil || diff != "" {
		t.Errorf("counting, %v, changed\n%s", err, diff)
	}
	person, err := d.Person(t.Context(), people["a"], now)
	if want := []string{"RE1-a", "RE2-a"}; err != nil || !slices.Equal(person.Recordings, want) || person.Open != nil ||
		person.Silenced.UnixMilli() != 1013 {
		t.Errorf("%+v, %v", person, err)
	}
	erased, err := d.ErasePerson(t.Context(), people["a"], now, false)
	want := callbacks.ErasedRows{Callbacks: 1, Attempts: 1, SMS: 1, Messages: 1, CallRecords: 1, Alerts: 1, Requests: 2}
	if err != nil || erased != want || counted != want {
		t.Errorf("erased %+v, %v; counted before: %+v", erased, err, counted)
	}
	for _, cell := range d.rows(t) {
		column, value, _ := strings.Cut(cell, ": ")
		table, name, _ := strings.Cut(column, ".")
		personal := !slices.Contains(strings.Fields(stays[table]), name) && strings.HasSuffix(value, "-a")
		if column != "silenced_numbers.number" && (personal || strings.Contains(value, people["a"]) ||
			strings.Contains(value, "1111. ")) {
			t.Errorf("left is %s", cell)
		}
	}
	if diff := cmp.Diff(before, ofB()); diff != "" || len(before) < 30 {
		t.Errorf("of %d cells of the other person: -before +after\n%s", len(before), diff)
	}
	if again, err := d.ErasePerson(t.Context(), people["a"], now, false); err != nil || again.All() != 0 {
		t.Errorf("the second time %+v, %v", again, err)
	}
}

func TestErasePersonInSQLite(t *testing.T) { testErasePerson(t, inSQLite(t)) }
