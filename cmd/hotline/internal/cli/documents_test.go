package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// The documents are kept true: commands print what is shown, every command and flag exists, links lead somewhere.

const repository = "../../../.."

// documents are the Markdown files of the repository, and the alerts, whose descriptions name commands.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	tree := os.DirFS(repository)
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || len(file) > 1 && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case path.Ext(file) == ".md", path.Base(file) == "alerts.yml":
			text, err := fs.ReadFile(tree, file)
			found[file] = string(text)
			return err
		}
		return nil
	})
	if err != nil || found["README.md"] == "" {
		t.Fatalf("%d documents, %v", len(found), err)
	}
	return found
}

// consoles are the blocks of a document that show a terminal.
func consoles(text string) (blocks []string) {
	for _, block := range strings.Split(text, "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		blocks = append(blocks, block)
	}
	return blocks
}

const goRun = "$ go run ./cmd/hotline "

func TestDocumentsShowWhatTheProgramPrints(t *testing.T) {
	shown := 0
	for file, text := range documents(t) {
		for _, block := range consoles(text) {
			command, output, _ := strings.Cut(block, "\n")
			args, ok := strings.CutPrefix(command, goRun)
			if !ok || strings.TrimSpace(output) == "" || strings.HasPrefix(output, "$") {
				continue
			}
			shown++
			t.Run(args, func(t *testing.T) {
				var out bytes.Buffer
				root := New(strings.NewReader(""), &out, &out)
				wrong := wrongConfiguration(t)
				root.SetArgs(shellWords(strings.ReplaceAll(args, "/tmp/wrong", wrong)))
				if err := root.ExecuteContext(t.Context()); err != nil {
					out.WriteString("hotline: " + err.Error() + "\n")
				}
				if diff := unlike(output, strings.ReplaceAll(out.String(), wrong, "/tmp/wrong")); diff != "" {
					t.Errorf("%s shows (-) what the program does not print (+):\n%s", file, diff)
				}
			})
		}
	}
	if shown < 5 {
		t.Errorf("the documents show %d commands with their output; the pattern of this test must have changed", shown)
	}
}

// elided is a line "…", which stands for any number of lines.
var elided = regexp.MustCompile("(?m)^ *…\n")

// unlike compares what a document shows with what is printed.
func unlike(shown, printed string) string {
	parts := elided.Split(shown, -1)
	rest, same := strings.CutPrefix(printed, parts[0])
	for _, part := range parts[1:] {
		var found bool
		_, rest, found = strings.Cut(rest, part)
		same = same && found
	}
	if open := len(parts) > 1 && parts[len(parts)-1] == ""; same && (open || rest == "") {
		return ""
	}
	return cmp.Diff(shown, printed)
}

// wrongConfiguration is the shipped one with the mistakes that the handbook shows.
func wrongConfiguration(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(repository, "config"))); err != nil {
		t.Fatal(err)
	}
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), `  tue: ["08`, `  tues: ["08`, `"09:00-13:00"`,
		`"09:00-13:0"`)
	apptest.Replace(t, filepath.Join(dir, "lines", "gopay.yaml"), `["+622150001000"]`, `[+622150001000]`,
		"\n  - senior\n", "\n  - {id: senior, desk: seniors}\n")
	return dir
}

// inline is code in a sentence.
var inline = regexp.MustCompile("`((?:hotline|make|go run ./cmd/hotline) [^`]+)`")

// TestDocumentsNameWhatExists: every command of the program with its flags, and every target of make.
func TestDocumentsNameWhatExists(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(repository, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for file, text := range documents(t) {
		var commands []string
		for _, block := range consoles(text) {
			for line := range strings.Lines(block) {
				if command, ok := strings.CutPrefix(line, "$ "); ok {
					commands = append(commands, command)
				}
			}
		}
		for _, code := range inline.FindAllStringSubmatch(text, -1) {
			commands = append(commands, code[1])
		}
		for _, command := range commands {
			command, _, _ = strings.Cut(command, " #")
			words := shellWords(strings.TrimSpace(command))
			tried++
			switch {
			case words[0] == "make" && len(words) > 1 && !strings.Contains(string(makefile), "\n"+words[1]+":"):
				t.Errorf("%s: make has no target %s", file, words[1])
			case words[0] == "hotline":
				exists(t, file, words[1:])
			case strings.HasPrefix(command, goRun[2:]):
				exists(t, file, words[3:])
			}
		}
	}
	if tried < 50 {
		t.Errorf("%d commands were found; the pattern of this test must have changed", tried)
	}
}

// exists reports a command or a flag that the program does not have.
func exists(t *testing.T, file string, args []string) {
	t.Helper()
	root := New(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{})
	command, rest, err := root.Find(args)
	if err != nil || command == root {
		t.Errorf("%s: hotline %s: there is no such command (%v)", file, strings.Join(args, " "), err)
		return
	}
	if command.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		t.Errorf("%s: hotline %s: %s has no command %s", file, strings.Join(args, " "), command.Name(), rest[0])
	}
	command.FParseErrWhitelist = cobra.FParseErrWhitelist{}
	command.InitDefaultHelpFlag()
	if err := command.ParseFlags(rest); err != nil && !strings.Contains(err.Error(), "needs an argument") {
		t.Errorf("%s: hotline %s: %v", file, strings.Join(args, " "), err)
	}
	// Sentences leave out arguments that a command needs, so only one that it does not take is wrong.
	if given := command.Flags().Args(); command.ValidateArgs(nil) == nil && command.ValidateArgs(given) != nil {
		t.Errorf("%s: hotline %s: %v", file, strings.Join(args, " "), command.ValidateArgs(given))
	}
}

// link is a Markdown link to a file of the repository or to a heading.
var link = regexp.MustCompile(`\]\(([^):\s]+)\)`)

// sourceFile is a file or folder of the code that a sentence names by its path.
var sourceFile = regexp.MustCompile("`((?:hours|callbacks|ivr|config|cmd)/[^` ]+)`")

func TestLinksOfDocuments(t *testing.T) {
	all := documents(t)
	for file, text := range all {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, heading, _ := strings.Cut(found[1], "#")
			to := file
			if target != "" {
				to = path.Join(path.Dir(file), target)
			}
			if _, err := os.Stat(filepath.Join(repository, to)); err != nil {
				t.Errorf("%s: there is no %s", file, found[1])
			} else if heading != "" && !strings.Contains(headings(all[to]), "\n"+heading+"\n") {
				t.Errorf("%s: %s has no heading %s", file, to, heading)
			}
		}
	}
	for file, text := range all {
		for _, found := range sourceFile.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(repository, found[1]))
			if _, beside := os.Stat(filepath.Join(repository, path.Dir(file), found[1])); err != nil && beside != nil {
				t.Errorf("%s: there is no %s", file, found[1])
			}
		}
	}
	for file, most := range map[string]int{"README.md": 200, "config/README.md": 350} {
		if n := strings.Count(all[file], "\n"); n > most {
			t.Errorf("%s has %d lines, at most %d are wanted", file, n, most)
		}
	}
}

var notOfAnchors = regexp.MustCompile(`[^\p{L}\p{N} -]`)

// headings are the anchors of a document's headings, a line each.
func headings(text string) string {
	out := "\n"
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			title := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, "#")))
			out += strings.ReplaceAll(notOfAnchors.ReplaceAllString(title, ""), " ", "-") + "\n"
		}
	}
	return out
}
