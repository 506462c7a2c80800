package terminal

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress shows on standard error how far long work is, as a bar. Only a terminal can show one; data never goes there.
type Progress struct {
	Errs io.Writer
	bar  *progressbar.ProgressBar
	what string
}

// NewProgress is a progress on errs; nil, which shows nothing, where that is no terminal, or where out, to which the
// data goes, is one as well: the two would be written over each other.
func NewProgress(errs, out io.Writer) *Progress {
	if !isTerminal(errs) || isTerminal(out) {
		return nil
	}
	return &Progress{Errs: errs}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// At shows that so many of something are done; another kind gets a bar of its own. It reports whether there is a bar:
// if not, lines have to do. of must not be 0.
func (p *Progress) At(what string, done, of int) bool {
	if p == nil {
		return false
	}
	if p.bar == nil || p.what != what {
		p.End()
		p.what = what
		p.bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(p.Errs), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionOnCompletion(func() { fmt.Fprintln(p.Errs) }))
	}
	// More may have come since they were counted; a bar that cannot be drawn is no reason to stop the work.
	_ = p.bar.Set(min(done, of))
	return true
}

// End leaves the line of a bar that did not come to its end, so that what is said next has one of its own.
func (p *Progress) End() {
	if p != nil && p.bar != nil && !p.bar.IsFinished() {
		fmt.Fprintln(p.Errs)
	}
	if p != nil {
		p.bar = nil
	}
}
