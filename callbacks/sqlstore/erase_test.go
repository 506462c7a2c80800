package sqlstore_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
		t.Errorf("-may stay +left after all was erased; a column that can name a caller belongs into Erase of "+
			"housekeeping.go, any other into stays\n%s", diff)
	}
}
