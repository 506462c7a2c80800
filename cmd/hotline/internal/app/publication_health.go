package app

import (
	"fmt"
	"strings"
	"time"
)

// health is how things are, in words.
func (p *publication) health() string {
	if p.Publisher == nil {
		return ""
	}
	var out strings.Builder
	state, shared := p.Publisher.State(), p.Follower.Shared()
	fmt.Fprintf(&out, "configuration %s%s, in force since %s\n", state.Hash, versionOf(state.Version),
		state.Since.Format(time.RFC3339))
	if r := state.Refused; r != nil {
		fmt.Fprintf(&out, "REFUSED at %s, and not in force: the edited files in %s\n%s", r.At.Format(time.RFC3339),
			p.Publisher.Dir, Indent(r.Err.Error()))
	}
	for _, o := range p.Publisher.Live().Overrides() {
		fmt.Fprintf(&out, "%s\n", DescribeOverride(o, p.Publisher.Live().Written(), p.now()))
	}
	for _, i := range shared.Instances {
		fmt.Fprintf(&out, "instance %s runs %s%s\n", i.ID, i.Hash,
			map[bool]string{true: ", and refuses an edit"}[i.Problem != ""])
	}
	if shared.Drift() {
		out.WriteString("DRIFT: the instances do not run the same configuration; bring their directories together\n")
	}
	if shared.Err != nil {
		fmt.Fprintf(&out, "STORE: does not answer, last at %s; the overrides that are known stay in force: %v\n",
			orNever(shared.Asked), shared.Err)
	}
	return out.String()
}

func versionOf(number int64) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf(" (version %d)", number)
}

// Indent moves every line of a text two columns to the right.
func Indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}

func orNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}
