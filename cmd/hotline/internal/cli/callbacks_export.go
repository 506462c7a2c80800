package cli

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

// An exported callback. Instants are UTC, RFC 3339; absent ones are empty.
type exported struct {
	Reference    string `json:"reference"`
	Line         string `json:"line"`
	Desk         string `json:"desk"`
	Topic        string `json:"topic"`
	Language     string `json:"language"`
	Kind         string `json:"kind"`
	Urgent       bool   `json:"urgent"`
	State        string `json:"state"`
	Number       string `json:"number"`
	Account      string `json:"account"`
	Called       string `json:"called"`
	Due          string `json:"due"`
	SlotEnd      string `json:"slot_end"`
	Ended        string `json:"ended"`
	Attempts     int    `json:"attempts"`
	DeskAttempts int    `json:"rounds"`
	Note         int    `json:"note_seconds"`
	Priority     int    `json:"priority"`
	Last         string `json:"last"` // what happened to it last
}

func (s *callbackSession) export(c callbacks.Callback) exported {
	utc := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.UTC().Format(time.RFC3339)
	}
	e := exported{c.Reference, c.Line, c.Desk, c.Topic, c.Language, string(c.Kind), c.Urgent, string(c.State),
		s.masked(c.Number), s.masked(c.Account), utc(c.Called), utc(c.Due), utc(c.SlotEnd), utc(c.Ended),
		c.Attempts, c.DeskAttempts, c.Note.Seconds, c.Priority, c.Remark}
	for _, value := range reflect.ValueOf(&e).Elem().Fields() {
		if value.Kind() == reflect.String {
			value.SetString(terminal.Printable(value.String()))
		}
	}
	return e
}

// columns are the names and the values of the fields, for CSV.
func (e exported) columns() (names, values []string) {
	for field, value := range reflect.ValueOf(e).Fields() {
		names, values = append(names, field.Tag.Get("json")), append(values, fmt.Sprint(value))
	}
	return names, values
}

// exportPage is how many callbacks are read at a time, so that a large database does not fill the memory.
const exportPage = 1000

func newCallbacksExport() *cobra.Command {
	var o listOptions
	var format, file string
	cmd := &cobra.Command{
		Use: "export", Short: "Write callbacks as CSV or JSON", Args: noArgs,
		Long: `export writes one callback a line: CSV with a heading, or a JSON object each. Numbers are masked unless
--unmasked asks for them, which is logged. Progress goes to standard error, as a bar if that is a terminal.`,
		Example: "  hotline callbacks export --state all --format csv --out callbacks.csv",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, _ []string) (err error) {
			f, err := o.filter(s.snapshot, s.now())
			if err != nil {
				return err
			}
			if format != "csv" && format != "json" {
				return fmt.Errorf("--format %q is not known; use csv or json", format)
			}
			out := cmd.OutOrStdout()
			if file != "" {
				made, err := newFile(file)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, made.Close()) }()
				out = made
			}
			return s.write(cmd, out, f, format)
		}),
	}
	o.flags(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "csv", "csv or json")
	cmd.Flags().StringVar(&file, "out", "", "file to write, which must not exist (default: standard output)")
	return cmd
}

// newFile makes the file of --out: personal data, for its owner's eyes.
func newFile(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--out: %w; an existing file is not overwritten", err)
	}
	return file, nil
}

func (s *callbackSession) write(cmd *cobra.Command, out io.Writer, f callbacks.Filter, format string) error {
	buffered := bufio.NewWriter(out)
	table, objects := csv.NewWriter(buffered), json.NewEncoder(buffered)
	put := func(c callbacks.Callback) error { return objects.Encode(s.export(c)) }
	if format == "csv" {
		put = func(c callbacks.Callback) error {
			_, values := s.export(c).columns()
			return table.Write(values)
		}
		names, _ := exported{}.columns()
		if err := table.Write(names); err != nil {
			return err
		}
	}
	show, total := terminal.NewProgress(cmd.ErrOrStderr(), out), 0
	defer show.End()
	if show != nil {
		var err error
		if total, err = s.service.Count(cmd.Context(), f); err != nil {
			return err
		}
	}
	f.Most = exportPage
	done := 0
	for {
		page, err := s.service.List(cmd.Context(), f)
		if err != nil {
			return err
		}
		for _, c := range page {
			err = errors.Join(err, put(c))
		}
		table.Flush()
		if err := errors.Join(err, table.Error(), buffered.Flush()); err != nil {
			return err
		}
		done += len(page)
		bar := total > 0 && show.At("callbacks", done, total)
		if len(page) < exportPage {
			show.End()
			fmt.Fprintf(cmd.ErrOrStderr(), "%s written\n", count(done, "callback"))
			return nil
		}
		if !bar {
			fmt.Fprintf(cmd.ErrOrStderr(), "%d …\n", done)
		}
		f.After = &page[len(page)-1]
	}
}
