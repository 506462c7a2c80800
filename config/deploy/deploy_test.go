package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/config/settings"
)

// What operators copy from these files, compared with the program.

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var settingName = regexp.MustCompile(`\bHOTLINE_[A-Z_]+\b`)

// A setting that does not exist would be ignored, and one that is missing never be found.
func TestSettingsInExamples(t *testing.T) {
	known := map[string]bool{}
	_, _ = settings.Load(nil, "", func(name string) (string, bool) {
		known[name] = true
		return "", false
	})
	example := read(t, "hotline.env.example")
	for _, name := range []string{"hotline.env.example", "compose.yaml", "Dockerfile", "README.md"} {
		for _, setting := range settingName.FindAllString(read(t, name), -1) {
			if !known[setting] {
				t.Errorf("%s: there is no setting %s", name, setting)
			}
		}
	}
	for setting := range known {
		if setting != "HOTLINE_TWILIO_BASE_URL" && !strings.Contains(example, setting+"=") { // not for operators
			t.Errorf("hotline.env.example does not have %s", setting)
		}
	}
}

var (
	linked      = regexp.MustCompile(`-X (?:\S+/)?cmd/hotline/internal/app\.(\w+)=`)
	goOfImage   = regexp.MustCompile(`(?m)^FROM golang:(\S+) AS`)
	goOfModule  = regexp.MustCompile(`(?m)^go (\d+\.\d+)`)
	copiedFiles = regexp.MustCompile(`(?m)^COPY (go\.\w+) (go\.\w+) `)
)

// The linker says nothing about a variable that is not there, and the released program would not know its version.
func TestVersionIsLinkedIntoAVariable(t *testing.T) {
	root := filepath.Join("..", "..")
	source := read(t, filepath.Join(root, "cmd", "hotline", "internal", "app", "version.go"))
	for _, name := range []string{"Dockerfile", filepath.Join(root, ".ci", "release")} {
		found := linked.FindStringSubmatch(read(t, name))
		if found == nil || !strings.Contains(source, "\nvar "+found[1]+" string\n") {
			t.Errorf("%s: links %q, which is no variable of version.go", name, found)
		}
	}
	module := goOfModule.FindStringSubmatch(read(t, filepath.Join(root, "go.mod")))[1]
	if image := goOfImage.FindStringSubmatch(read(t, "Dockerfile")); image == nil || image[1] != module {
		t.Errorf("the image's Go is %q, that of go.mod %s", image, module)
	}
	for _, file := range copiedFiles.FindStringSubmatch(read(t, "Dockerfile"))[1:] {
		read(t, filepath.Join(root, file))
	}
}

var (
	alertRule = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)
	alertCase = regexp.MustCompile(`ALERTS\{alertname="(\w+)",alertstate="firing"\}\)',? *\n? *eval_time: \w+,?\s+` +
		`exp_samples: (\[\]|\[\{)`)
)

// An alert that is never tried may never fire, or always.
func TestEveryAlertHasBothCases(t *testing.T) {
	quiet, firing := map[string]bool{}, map[string]bool{}
	for _, c := range alertCase.FindAllStringSubmatch(read(t, "alerts_test.yml"), -1) {
		if c[2] == "[]" {
			quiet[c[1]] = true
		} else {
			firing[c[1]] = true
		}
	}
	var alerts []string
	for _, rule := range alertRule.FindAllStringSubmatch(read(t, "alerts.yml"), -1) {
		alerts = append(alerts, rule[1])
		if !quiet[rule[1]] || !firing[rule[1]] {
			t.Errorf("alerts_test.yml: %s has a quiet case: %t, one in which it fires: %t", rule[1], quiet[rule[1]],
				firing[rule[1]])
		}
	}
	for name := range firing {
		if !slices.Contains(alerts, name) {
			t.Errorf("alerts_test.yml: there is no alert %s", name)
		}
	}
}
