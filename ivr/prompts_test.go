package ivr

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// promptKey is how the name of a sentence looks in the code, "offer.slot". Those that a configuration names end in the
// dot: "topic." and the topic behind it.
var promptKey = regexp.MustCompile(`^[a-z]+(-[a-z]+)*\.([a-z]+(-[a-z]+)*)?$`)

// promptArg is which argument of a function is the name of a sentence, however it looks.
var promptArg = map[string]int{"say": 0, "words": 0, "sayFirst": 0, "Say": 1, "text": 1, "sayAgent": 1,
	"sayCustomer": 1, "byeAgent": 1, "byeCustomer": 1}

// A sentence that nobody declares has no text in any configuration: it would be spoken as nothing. And one that no code
// speaks would be asked of every configuration for nothing.
func TestEverySentenceIsDeclaredAndSpoken(t *testing.T) {
	declared := map[string]bool{}
	for _, need := range CommonPromptNeeds(true) {
		declared[need.Key] = true
	}
	for _, of := range []string{"language.", "topic.", "help.", "note-about.", "question.", "answer."} {
		declared[of] = true
	}
	spoken := map[string]bool{}
	for _, folder := range []string{".", "twilio"} {
		for key, at := range promptsIn(t, folder) {
			spoken[key] = true
			if !declared[key] && key != "twilio.com" {
				t.Errorf("%s: %q is declared nowhere; add it to prompts.go", at, key)
			}
		}
	}
	for key := range declared {
		if !spoken[key] {
			t.Errorf("%q is declared in prompts.go and spoken nowhere", key)
		}
	}
}

// promptsIn are the names of sentences in a folder's code, prompts.go apart, and where each stands.
func promptsIn(t *testing.T, folder string) map[string]token.Position {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := map[string]token.Position{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "prompts.go" {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		note := func(n ast.Node, fits func(text string) bool) {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && fits(text) {
					found[text] = set.Position(literal.Pos())
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			note(n, promptKey.MatchString)
			if arg := promptArgOf(n); arg != nil {
				note(arg, func(string) bool { return true })
			}
			return true
		})
	}
	return found
}

// promptArgOf is the argument of a call that names the sentence, of "help." + topic the first part; nil if there is
// none.
func promptArgOf(n ast.Node) ast.Node {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	var name string
	switch function := call.Fun.(type) {
	case *ast.Ident:
		name = function.Name
	case *ast.SelectorExpr:
		name = function.Sel.Name
	}
	i, speaks := promptArg[name]
	if !speaks || i >= len(call.Args) {
		return nil
	}
	if sum, ok := call.Args[i].(*ast.BinaryExpr); ok {
		return sum.X
	}
	return call.Args[i]
}

// Whatever a caller presses, every sentence of the answer has words.
func TestEverySentenceHasWords(t *testing.T) {
	line := sketch(t)
	for _, step := range table {
		for _, key := range []string{"", "0", "1", "2", "3", "7", "8", "9", "*", "123456#", "081234567890#"} {
			for _, topic := range []string{"payment-failed", "feedback", "stolen"} {
				if step.id == stepHelp && !line.Topic(topic).Help {
					continue // nobody comes there
				}
				state := State{Line: line.ID, Step: step.id, Language: "en", Topic: topic, Question: "transaction",
					Draft: "081234567890", SkippedEntry: stepAccount, OpenCallbackID: 7, Number: caller.From}
				_, response := Advance(line, openHour, caller, state, Keys{key})
				for _, said := range response.Say {
					if strings.TrimSpace(said.Text) == "" {
						t.Errorf("step %s, key %q: a sentence without words", step.id, key)
					}
				}
			}
		}
	}
}
