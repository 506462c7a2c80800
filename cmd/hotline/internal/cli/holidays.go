package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

func newHolidays() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "holidays",
		Short:   "The holiday sets that lines name in their hours",
		Example: "  hotline holidays list",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHolidaysList(), newHolidaysImport())
	return cmd
}

func newHolidaysList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "The sets and the days that they cover",
		Example: "  hotline holidays list --config /etc/hotline/config",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := configDir(cmd)
			if err != nil {
				return err
			}
			sets, files, err := holidaySets(dir)
			if err != nil {
				return err
			}
			for _, name := range slices.Sorted(maps.Keys(sets)) {
				set := sets[name]
				where := set.File
				if _, err := fs.Stat(files, where); err != nil {
					where = "built in"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s to %s, %s (%s)\n", name, set.From, set.To,
					strings.Join(countDays(set), ", "), where)
			}
			return nil
		},
	}
}

// countDays counts the days of each kind.
func countDays(set *holidays.Set) []string {
	n := map[holidays.Kind]int{}
	for _, d := range set.Days {
		n[d.Kind]++
	}
	out := []string{count(n[holidays.Holiday], "holiday")}
	if n[holidays.Collective] > 0 {
		out = append(out, count(n[holidays.Collective], "day")+" of collective leave")
	}
	if n[holidays.MakeUp] > 0 {
		out = append(out, count(n[holidays.MakeUp], "make-up day"))
	}
	return out
}

// holidaySets are those of a configuration, with its files.
func holidaySets(dir string) (map[string]*holidays.Set, fs.FS, error) {
	files, err := configuration(dir)
	if err != nil {
		return nil, nil, err
	}
	sets, err := config.HolidaySets(files)
	if err != nil {
		return nil, nil, fmt.Errorf("the holiday sets of %s cannot be used:\n%w", dir, err)
	}
	return sets, files, nil
}

func newHolidaysImport() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Make a holiday set of an iCalendar file or of holiday JSON",
		Long: `import reads an iCalendar file (.ics) or holiday JSON (of holiday-cn, Nager.Date or
date-holidays), puts it over the set of that name and prints what would change, line by line: - goes, + comes. Read
it; then take a draft and repeat the command with --config DRAFT --write, which writes DRAFT/holidays/NAME.yaml for
hotline publish. A running server has in force what is written into its directory, so --write has to be given twice
for a directory that is no draft.

An event that cannot be read is named, and nothing is imported unless --skip-broken is given. An event that does not say
for certain whether the day is worked is in doubt: nothing is written before --decide says what it is. FILE - is the
standard input.`,
		Example: `  hotline holidays import 2027.json --name cn
  hotline holidays import 2027.ics --name cn --decide "Work Day (swapped)=make-up" --decide "2027-05-05=ignore"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := configDir(cmd)
			if err != nil {
				return err
			}
			return importHolidays(cmd, dir, args[0], o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.name, "name", "", "name of the set (default: that of the file)")
	flags.StringVar(&o.years, "years", "",
		"years that the file covers, for example 2027 or 2026-2027 (default: those that it has days in)")
	flags.StringVar(&o.zone, "zone", "",
		"zone in which times in UTC are read, for example Asia/Shanghai (default: the calendar's)")
	flags.StringVar(&o.source, "source", "", "who fixed the days, for the reviewer (default: what the file says)")
	flags.BoolVar(&o.touched, "touched", false, "count every day that a timed event touches")
	flags.BoolVar(&o.skip, "skip-broken", false, "leave out what cannot be read, naming it")
	flags.StringArrayVar(&o.decide, "decide", nil,
		"what an event in doubt is: NAME=holiday, =collective, =make-up or =ignore; for NAME also its date, or what "+
			"the calendar calls its kind (may be repeated)")
	flags.CountVar(&o.write, "write", "write the set into a draft; given twice, into any directory")
	return cmd
}

type importOptions struct {
	name, years, zone, source string
	touched, skip             bool
	write                     int // how often it was given
	decide                    []string
}

func importHolidays(cmd *cobra.Command, dir, file string, o importOptions) error {
	var target *directory
	if o.write > 0 {
		var err error
		if target, err = readDirectory(dir); err != nil {
			return err
		}
	}
	options, err := o.options(file, clockFrom(cmd.Context())())
	if err != nil {
		return err
	}
	sets, _, err := holidaySets(dir)
	if err != nil {
		return err
	}
	data, err := readImport(cmd.InOrStdin(), file)
	if err != nil {
		return err
	}
	imported, err := holidays.Import(filepath.Base(file), data, options)
	if err != nil {
		return fmt.Errorf("nothing is imported:\n%w", err)
	}
	before, after := sets[options.Name], imported.Set
	if before != nil {
		if after, err = before.Merge(imported.Set); err != nil {
			return err
		}
		if thin := before.Thinner(imported); thin != 0 && o.write > 0 {
			return fmt.Errorf("nothing is written: the file names hardly any day of %d, and would make the whole "+
				"year count as known; say with --years what it covers, if that is right", thin)
		}
	}
	return review(cmd.OutOrStdout(), target, before, after, imported, o.write)
}

// review prints what changes and, if it is wanted, writes it.
func review(out io.Writer, target *directory, before, after *holidays.Set, imported *holidays.Imported,
	write int) error {
	for _, problem := range imported.Skipped {
		fmt.Fprintf(out, "left out: %s\n", problem)
	}
	for _, note := range imported.Notes {
		fmt.Fprintf(out, "note: %s\n", note)
	}
	diff := holidays.Diff(before, after)
	fmt.Fprint(out, diff)
	for _, doubt := range imported.Doubts {
		fmt.Fprintf(out, "in doubt: %s\n", doubt)
	}
	switch in := count(len(imported.Doubts), "event") + " in doubt"; {
	case len(imported.Doubts) > 0 && write > 0:
		return fmt.Errorf("nothing is written: %s; decide what is listed above", in)
	case len(imported.Doubts) > 0:
		_, err := fmt.Fprintf(out, "Nothing is written: %s. Repeat the command with what you decide.\n", in)
		return err
	case diff == "":
		_, err := fmt.Fprintf(out, "No difference: set %s has all of it already.\n", after.Name)
		return err
	case write == 0:
		_, err := fmt.Fprintln(out,
			"Nothing is written. When this is right, take a draft (hotline draft DRAFT --config "+
				"DIR), and repeat the command with --config DRAFT --write.")
		return err
	}
	_, err := publish.ReadDraft(target.path)
	inDraft := err == nil
	if !inDraft && write < 2 {
		return fmt.Errorf("nothing is written: %s is no draft, and a server that runs it would have the set in force "+
			"within seconds; import into a draft (hotline draft DRAFT --config %[1]s), or give --write twice",
			target.path)
	}
	// What is written has to be readable again, whatever the file held.
	file, text := "holidays/"+after.Name+".yaml", after.YAML()
	if _, err := holidays.Parse(file, text); err != nil {
		return fmt.Errorf("nothing is written, because the set would not be valid:\n%w", err)
	}
	if err := target.put(out, publish.Edit{file: text}, target.files.Sums()); err != nil {
		return err
	}
	fmt.Fprintf(out, "Written: %s. ", filepath.Join(target.path, file))
	if inDraft {
		_, err = fmt.Fprintf(out, "It is in force after: hotline publish %s\n", target.path)
		return err
	}
	_, err = fmt.Fprintln(out,
		"A server that runs this directory checks it and has it in force some two seconds later; "+
			"hotline status shows it.")
	return err
}

func readImport(in io.Reader, file string) ([]byte, error) {
	if file != "-" {
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no file %s", file)
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	// One byte more than is permitted, so that a file that is too large is seen to be.
	data, err := io.ReadAll(io.LimitReader(in, holidays.LargestImport+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	return data, nil
}

var (
	notInName = regexp.MustCompile(`[^a-z0-9]+`)
	yearsForm = regexp.MustCompile(`^(\d{4})(?:-(\d{4}))?$`)
)

// options checks what was asked for.
func (o importOptions) options(file string, now time.Time) (holidays.Options, error) {
	out := holidays.Options{Name: o.name, Source: o.source, SkipBroken: o.skip, Touched: o.touched,
		Today: hours.DateOf(now)}
	if out.Name == "" {
		base := filepath.Base(file)
		out.Name = strings.Trim(notInName.ReplaceAllString(strings.ToLower(strings.TrimSuffix(base,
			filepath.Ext(base))), "-"), "-")
	}
	if !schema.Identifier.MatchString(out.Name) || len(out.Name) > 40 {
		return out, fmt.Errorf("%q is no name of a set; give one of up to 40 small letters, digits and hyphens, for "+
			"example --name cn", out.Name)
	}
	for _, text := range o.decide {
		decision, err := holidays.ParseDecision(text)
		if err != nil {
			return out, fmt.Errorf("--decide %w", err)
		}
		out.Decide = append(out.Decide, decision)
	}
	if o.years != "" {
		m := yearsForm.FindStringSubmatch(o.years)
		if m == nil {
			return out, fmt.Errorf("--years %s: write it like 2027 or 2026-2027", o.years)
		}
		first, _ := strconv.Atoi(m[1])
		last := first
		if m[2] != "" {
			last, _ = strconv.Atoi(m[2])
		}
		if last < first || first < 1900 || last > 2200 {
			return out, fmt.Errorf("--years %s: the first year comes first, from 1900 to 2200", o.years)
		}
		out.From, out.To = hours.Date{Year: first, Month: time.January, Day: 1}, hours.Date{Year: last,
			Month: time.December, Day: 31}
	}
	if o.zone != "" {
		zone, err := time.LoadLocation(o.zone)
		if err != nil {
			return out, fmt.Errorf("--zone %s is no zone; write it like Asia/Shanghai", o.zone)
		}
		out.Zone = zone
	}
	return out, nil
}
