package compare_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// full is a line in which everything is set.
func full() *ivr.Line {
	week := func(to int) *hours.Calendar {
		var week hours.Week
		for d := range week {
			week[d] = []hours.Span{{From: 60, To: to}}
		}
		c, err := hours.New(time.UTC, week, nil)
		if err != nil {
			panic(err)
		}
		return c
	}
	return &ivr.Line{
		ID: "shop", Region: "ID", Numbers: []string{"+622150001000"},
		Languages: []ivr.Language{{Tag: "en", Voice: "v", Locale: "en-US", Countries: []string{"US"}}},
		Names:     map[string]string{"en": "the shop"},
		Hours:     week(600), Peak: week(120), Announcements: []ivr.Announcement{{From: thursday,
			Until: thursday.Add(time.Hour), Topics: []string{"login"}, Text: map[string]string{"en": "Hear."}}},
		Menu: []ivr.Choice{{ID: "login"}, {ID: "more", Choices: []ivr.Choice{{ID: "refund"}, {ID: "fees"}}}},
		Topics: []ivr.Topic{{ID: "login", Desk: "support", Questions: []string{"code"}},
			{ID: "refund", Desk: "support", Questions: []string{"code"}},
			{ID: "fees", Desk: "support", Questions: []string{"code"}}},
		Desks: map[string]*ivr.Desk{
			"support": {ID: "support", Language: "en", Hours: week(700), Ring: time.Minute,
				ByLanguage: map[string]string{"en": "support"},
				Targets: []callbacks.Target{{ID: "a", Kind: callbacks.Number, Address: "+622150002001"},
					{ID: "b", Kind: callbacks.Client, Address: "b"}}},
		},
		General: "support", Account: ivr.NumberRule{Min: 1, Max: 2, Starts: []string{"1"}, OwnPrefixes: []string{"2"}},
		Questions: map[string]ivr.NumberRule{"code": {Min: 3, Max: 4, Starts: []string{"1"},
			OwnPrefixes: []string{"2"}}},
		Variables: map[string]map[string]string{"en": {"fee": "ten"}},
		Callbacks: callbacks.Policy{Routes: []callbacks.Route{{Prefix: "+86", Byoc: "BY1"}}, Countries: []string{"ID"},
			Blocked: []callbacks.Blocked{{Prefix: "+1", Reason: "dear"}}, Unreachable: []string{"+2"},
			CallingHours: hours.Span{From: 1, To: 2}},
		Prompts: ivr.NewPrompts(map[string]map[string]string{"en": {"welcome": "Welcome."}}), NoInputLimit: 1,
		NoMatchLimit: 1, MessageSeconds: 1, NoteSeconds: 1,
	}
}

// changed calls try with each field of a struct set to something else, one after another, down to the last struct in
// it. What identifies something is passed over.
func changed(t *testing.T, path string, v reflect.Value, try func(path string)) {
	t.Helper()
	set := func(other reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(other)
		try(path)
		v.Set(old)
	}
	switch value := v.Interface().(type) {
	case *hours.Calendar:
		c, err := hours.New(time.UTC, hours.Week{time.Monday: {{From: 5, To: 65}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		set(reflect.ValueOf(c))
		return
	case *ivr.Prompts:
		set(reflect.ValueOf(ivr.NewPrompts(map[string]map[string]string{"en": {"welcome": "Good day."}})))
		return
	case time.Time:
		set(reflect.ValueOf(value.Add(time.Minute)))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		set(reflect.ValueOf(!v.Bool()).Convert(v.Type()))
	case reflect.Int, reflect.Int64:
		set(reflect.ValueOf(v.Int() + 7).Convert(v.Type()))
	case reflect.String:
		set(reflect.ValueOf(v.String() + "9").Convert(v.Type()))
	case reflect.Pointer:
		changed(t, path, v.Elem(), try)
	case reflect.Struct:
		for i := range v.NumField() {
			changed(t, path+"."+v.Type().Field(i).Name, v.Field(i), try)
		}
	case reflect.Slice:
		changedList(t, path, v, set, try)
	case reflect.Map:
		for _, key := range v.MapKeys() {
			entry := reflect.New(v.Type().Elem()).Elem()
			entry.Set(v.MapIndex(key))
			changed(t, path+"["+key.String()+"]", entry, func(path string) {
				old := v.MapIndex(key)
				v.SetMapIndex(key, entry)
				try(path)
				v.SetMapIndex(key, old)
			})
		}
	default:
		t.Fatalf("%s is a %s, which this test does not know how to change", path, v.Kind())
	}
}

// changedList changes each entry, and takes the last one away.
func changedList(t *testing.T, path string, v reflect.Value, set func(reflect.Value), try func(string)) {
	t.Helper()
	if v.Len() == 0 && strings.HasSuffix(path, "[].Choices") {
		return // a choice that is a topic; another one of full is a menu
	}
	if v.Len() == 0 {
		t.Fatalf("%s is empty and cannot be changed; give it an entry in full", path)
	}
	for i := range v.Len() {
		changed(t, path+"[]", v.Index(i), try)
	}
	shorter := reflect.MakeSlice(v.Type(), v.Len()-1, v.Len()-1)
	reflect.Copy(shorter, v)
	set(shorter)
}

// No field of a line can be changed, now or when one is added, without being told.
func TestCompareSeesEveryField(t *testing.T) {
	before := &config.Snapshot{Lines: []*ivr.Line{full()}}
	line := full()
	after := &config.Snapshot{Lines: []*ivr.Line{line}}
	if changes := compare.Snapshots(before, after, thursday, 14); !changes.Empty() {
		t.Fatalf("nothing was changed, and this is told:\n%s", changes)
	}
	seen := 0
	changed(t, "Line", reflect.ValueOf(line), func(path string) {
		seen++
		// A desk is found by another name than its own, which config makes the same. The version differs whatever was
		// edited.
		if strings.HasSuffix(path, "Desks[support].ID") || path == "Line.Version" {
			return
		}
		changes := compare.Snapshots(before, after, thursday, 14)
		if changes.Empty() || strings.TrimSpace(strings.TrimPrefix(changes.String(), "shop")) == "" {
			t.Errorf("%s was changed, and nothing is told", path)
		}
	})
	if seen < 60 {
		t.Errorf("only %d changes were tried", seen)
	}
	for _, one := range []reflect.Type{reflect.TypeFor[ivr.Line](), reflect.TypeFor[ivr.Desk](),
		reflect.TypeFor[ivr.Topic](), reflect.TypeFor[callbacks.Policy]()} {
		for i := range one.NumField() {
			if !one.Field(i).IsExported() {
				t.Errorf("%s.%s is not exported, and so not compared", one, one.Field(i).Name)
			}
		}
	}
}

// Of many lines one was edited, and then a sentence that all of them say.
func TestCompareManyLines(t *testing.T) {
	fsys := configtest.Many(t, 30)
	before := configtest.Load(t, fsys)
	name := "hours/shop7.yaml"
	fsys[name] = configtest.File([]byte(strings.Replace(string(fsys[name].Data), `tue: ["09:00-17:00"]`,
		`tue: ["09:00-18:00"]`, 1)))
	after := configtest.Load(t, fsys)
	if got := compare.Snapshots(before, after, thursday, 60).Lines(); !slices.Equal(got, []string{"shop7"}) {
		t.Errorf("got %v", got)
	}
	prompts := maps.Clone(fsys)
	prompts["prompts/en.yaml"] = configtest.File([]byte(strings.Replace(string(fsys["prompts/en.yaml"].Data),
		"goodbye in en", "farewell in en", 1)))
	text := compare.Snapshots(before, configtest.Load(t, prompts), thursday, 60).String()
	if !strings.Contains(text, "and 17 more lines\n  prompt goodbye  en: \"farewell in en\", was \"goodbye in en\"\n") {
		t.Errorf("got\n%s", text)
	}
}

// BenchmarkCompare: 100 lines, of which one was edited, or all of them.
func BenchmarkCompare(b *testing.B) {
	fsys := configtest.Many(b, 100)
	before := configtest.Load(b, fsys)
	one, all := maps.Clone(fsys), maps.Clone(fsys)
	for name, f := range fsys {
		if strings.HasPrefix(name, "hours/") {
			all[name] = configtest.File([]byte(strings.Replace(string(f.Data), `tue: ["09:00-17:00"]`,
				`tue: ["09:00-18:00"]`, 1)))
		}
	}
	one["hours/shop7.yaml"] = all["hours/shop7.yaml"]
	for name, edited := range map[string]*config.Snapshot{"one": configtest.Load(b, one),
		"all": configtest.Load(b, all)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if compare.Snapshots(before, edited, thursday, 60).Empty() {
					b.Fatal("nothing is told")
				}
			}
		})
	}
}
