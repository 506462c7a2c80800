package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// explainOptions are the call that is asked about.
type explainOptions struct {
	line, at, topic, from, language, file, number string
}

func newExplain() *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Say where a call would go, and why: every rule with its file and line",
		Long: `explain plays a call through the line as it is configured, without ringing anybody: the caller names a
topic, gives no numbers, waits for the desk, of which nobody answers, and takes the callback that is offered, or else
leaves a message. Without --topic the caller asks for a person at once. With --number it says instead whether and why
a customer may be called and texted on a number.`,
		Example: `  hotline explain --line gopay --at "2026-12-31 16:00" --topic refund
  hotline explain --line gopay --at now --topic stolen --from +442071234567 --language en
  hotline explain --line gopay --at "2026-12-31 16:00" --file draft.yaml
  hotline explain --line gopay --number 00819012345678`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			e, err := o.call(cmd, clockFrom(cmd.Context())().Truncate(time.Second))
			if err != nil {
				return err
			}
			if o.number != "" {
				return e.writeNumber(cmd.OutOrStdout(), o.number)
			}
			if err := e.write(cmd.OutOrStdout()); err != nil || e.unseen == "" {
				return err
			}
			return tellUnseen(cmd.OutOrStdout(), e.unseen)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.line, "line", "", "line that is rung")
	flags.StringVar(&o.at, "at", "now", "when: RFC 3339, \"2026-12-31 16:00\" on the line's clock, or now")
	flags.StringVar(&o.topic, "topic", "", "what the call is about (default: the caller asks for a person)")
	flags.StringVar(&o.from, "from", "",
		"calling number, or anything else a provider may send (default: a mobile number of the line's country)")
	flags.StringVar(&o.language, "language", "", "language that the caller chooses (default: the line's first)")
	flags.StringVar(&o.file, "file", "", "a file of hours to take in the place of the line's own, such as a draft")
	flags.StringVar(&o.number, "number", "",
		"a number to explain: digits as a caller keys them in, +E.164, or what a provider sends")
	storeFlags(cmd.Flags())
	return cmd
}

// underOverrides is the configuration under what close and open have declared, where there is a store; else it says why
// not.
func underOverrides(cmd *cobra.Command, snapshot *config.Snapshot) (*config.Snapshot, string) {
	overrides, unseen := declaredOverrides(cmd)
	return snapshot.WithOverrides(overrides), unseen
}

func tellUnseen(out io.Writer, why string) error {
	_, err := fmt.Fprintf(out, "What close and open have declared was not looked at: %s\n", why)
	return err
}

// declaredOverrides is what close and open have declared and is not over, where there is a store; else it says why it
// was not looked at.
func declaredOverrides(cmd *cobra.Command) (overrides []callbacks.DeclaredOverride, unseen string) {
	a, err := openSession(cmd, app.OpenStore)
	if err != nil {
		return nil, err.Error()
	}
	if a.store == nil {
		return nil, ""
	}
	overrides, err = a.store.Overrides(cmd.Context(), a.now())
	if err = errors.Join(err, a.close()); err != nil {
		return nil, err.Error()
	}
	return overrides, ""
}

// An explanation call is a call that has been played, with what it was decided by.
type explanation struct {
	snapshot   *config.Snapshot
	line       *ivr.Line
	topic      *ivr.Topic // nil: a person was asked for
	at         time.Time
	call       ivr.Call
	simulation ivr.Simulation
	unseen     string // why overrides were not looked at; empty when they were, or when there is no store
}

// call reads what is asked for and plays the call.
func (o explainOptions) call(cmd *cobra.Command, now time.Time) (e explanation, err error) {
	if e.snapshot, err = o.load(cmd); err != nil {
		return e, err
	}
	e.snapshot, e.unseen = underOverrides(cmd, e.snapshot)
	if o.line == "" && len(e.snapshot.Lines) == 1 {
		o.line = e.snapshot.Lines[0].ID
	}
	if e.line = e.snapshot.ByID(o.line); e.line == nil {
		ids := e.snapshot.LineIDs()
		if o.line == "" {
			return e, fmt.Errorf("name the line with --line: %s", strings.Join(ids, ", "))
		}
		return e, unknown("line", o.line, ids)
	}
	if e.at, err = parseTimeIn(o.at, e.line.Hours.Zone(), now); err != nil {
		return e, err
	}
	if o.topic != "" {
		if e.topic = e.line.Topic(o.topic); e.topic == nil {
			return e, unknown("topic", o.topic, topicIDs(e.line))
		}
	}
	if o.language != "" {
		tags := languageTags(e.line)
		if !slices.Contains(tags, o.language) {
			return e, unknown("language", o.language, tags)
		}
	}
	e.call = ivr.Call{SID: "CA00000000000000000000000000000000", From: cmp.Or(o.from, calltest.Caller(e.line.Region)),
		To: e.line.Numbers[0]}
	e.simulation, err = e.line.Simulate(e.at, e.call, o.language, o.topic)
	return e, err
}

// load reads the configuration, with another file of hours for the line if there is one.
func (o explainOptions) load(cmd *cobra.Command) (*config.Snapshot, error) {
	snapshot, err := load(cmd)
	if err != nil || o.file == "" {
		return snapshot, err
	}
	name := snapshot.HoursOf(o.line)
	if name == "" {
		return nil, fmt.Errorf("--file takes the place of a line's hours; name the line with --line: %s",
			lineIDs(snapshot))
	}
	data, err := os.ReadFile(o.file)
	if err != nil {
		return nil, fmt.Errorf("file of hours: %w", err)
	}
	dir := configFlag(cmd)
	files, err := configuration(dir)
	if err != nil {
		return nil, err
	}
	if snapshot, err = config.Load(replaced{files, name, data}); err != nil {
		return nil, fmt.Errorf("with %s in the place of %s the configuration cannot be used:\n%w", o.file, name, err)
	}
	return snapshot, nil
}

// replaced is a configuration in which one file has another content.
type replaced struct {
	fs.FS
	name string
	data []byte
}

// Open implements fs.FS.
func (r replaced) Open(name string) (fs.File, error) {
	if name == r.name {
		return fstest.MapFS{name: {Data: r.data, Mode: 0o644}}.Open(name)
	}
	return r.FS.Open(name)
}

// unknown says what there is, or what was meant.
func unknown(what, word string, known []string) error {
	if near, ok := problem.Nearest(word, known); ok {
		return fmt.Errorf("there is no %s %q; did you mean %q?", what, word, near)
	}
	return fmt.Errorf("there is no %s %q; known here: %s", what, word, strings.Join(known, ", "))
}

func topicIDs(line *ivr.Line) (ids []string) {
	for _, topic := range line.Topics {
		ids = append(ids, topic.ID)
	}
	return ids
}

func languageTags(line *ivr.Line) (tags []string) {
	for _, language := range line.Languages {
		tags = append(tags, language.Tag)
	}
	return tags
}

// What "hotline explain" prints: in the order of the call, what was decided, by which rule, and where that is written.

func (e explanation) write(out io.Writer) error {
	what := "asks for a person"
	if e.topic != nil {
		what = "is about " + e.topic.ID
	}
	fmt.Fprintf(out, "%s, %s (%s): a call from %s %s.\n\n", e.line.ID, e.at.In(e.zone()).Format(longTime), e.zone(),
		e.caller(), what)
	var before, after terminal.Table
	e.keyPath(&before)
	e.desk(&before)
	if err := before.Write(out, "  "); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := answerOne(out, e.subject(), e.at.Format(time.RFC3339), e.at); err != nil {
		return err
	}
	fmt.Fprintln(out)
	e.ringing(&after)
	e.offer(&after)
	if err := after.Write(out, "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nHear it: hotline call --line %s --at %s --from %q --press %q --agents no-answer\n",
		e.line.ID, e.at.In(e.zone()).Format(time.RFC3339), e.call.From, strings.Join(e.simulation.Keys, ","))
	return err
}

func (e explanation) zone() *time.Location { return e.line.Hours.Zone() }

func (e explanation) caller() string {
	if strings.HasPrefix(e.call.From, "+") {
		return callbacks.Mask(e.call.From)
	}
	return fmt.Sprintf("%q", e.call.From)
}

// source is where a key of the line is written.
func (e explanation) source(key string) string { return e.snapshot.Source(e.line.ID, key) }

// clock writes an instant on the line's clock.
func (e explanation) clock(at time.Time) string { return at.In(e.zone()).Format(shortTime) }

// subject is the desk that the call is for, as "hotline hours" takes it.
func (e explanation) subject() subject {
	calendar := e.line.Desks[e.simulation.Wanted].Hours
	return subject{name: e.line.ID, desk: e.simulation.Wanted, calendar: calendar, withOverrides: calendar}
}

// keyPath is from the number to the topic.
func (e explanation) keyPath(rows *terminal.Table) {
	rows.Add("number", e.call.To+" is answered by line "+e.line.ID, e.source("numbers."+e.call.To))
	tag := e.simulation.Language
	language := tag + ", the only one of the line"
	if i := slices.Index(languageTags(e.line), tag); len(e.line.Languages) > 1 {
		language = fmt.Sprintf("%s, key %d", tag, i+1)
	}
	rows.Add("language", language, e.source("languages."+tag))
	for _, n := range e.simulation.Announcements {
		rows.Add("announcement", fmt.Sprintf("%q, until %s", n.Text[tag], e.clock(n.Until)), e.announcementSource(n))
	}
	if len(e.simulation.Announcements) == 0 {
		rows.Add("announcement", "none is announced", "")
	}
}

// announcementSource is the list that an announcement stands in, or the override that makes it.
func (e explanation) announcementSource(n ivr.Announcement) string {
	for _, desk := range append([]string{""}, deskIDs(e.line.Desks)...) {
		for _, o := range e.snapshot.Overrides(e.line.ID, desk) {
			if o.From.Equal(n.From) && o.Say[e.simulation.Language] == n.Text[e.simulation.Language] {
				return o.Source
			}
		}
	}
	return e.source("announcements")
}

// desk is from the topic to the desk in the caller's language.
func (e explanation) desk(rows *terminal.Table) {
	first := e.line.General
	switch {
	case e.topic == nil:
		rows.Add("person", "asked for with key 0 before a topic was named: desk "+first, e.source("general"))
	default:
		for _, way := range e.line.KeyPaths() {
			if way.Topic == e.topic.ID {
				rows.Add("topic", fmt.Sprintf("%s, keys %s: %s", e.topic.ID, strings.Join(way.Keys, " "),
					topicSteps(e.topic)), e.source("topics."+e.topic.ID))
			}
		}
		first = e.topic.Desk
		rows.Add("desk", first+" serves the topic", e.source("topics."+e.topic.ID+".desk"))
		if e.topic.Urgent {
			rows.Add("urgent", "nothing is asked, and the desk is rung at any hour",
				e.source("topics."+e.topic.ID+".urgent"))
		}
	}
	if e.simulation.Wanted != first {
		rows.Add("by language",
			fmt.Sprintf("callers in %s are served by desk %s", e.simulation.Language, e.simulation.Wanted),
			e.source("desks."+first+".by_language."+e.simulation.Language))
	}
}

// ringing is who is rung, in which order.
func (e explanation) ringing(rows *terminal.Table) {
	if e.simulation.Peak {
		rows.Add("peak", "many people ring at this hour: the caller is told that it can take longer", e.source("peak"))
	}
	if len(e.simulation.Rung) == 0 {
		why, source := "desk "+e.simulation.Wanted+" is closed", "desks."+e.simulation.Wanted+".hours"
		if e.topic != nil && e.topic.Message {
			why, source = "the topic leads to a recorded message", "topics."+e.topic.ID+".message"
		}
		rows.Add("rings", "nobody: "+why, e.source(source))
		return
	}
	for i, r := range e.simulation.Rung {
		what := "rings"
		if i > 0 {
			what = "then"
		}
		rows.Add(what, fmt.Sprintf("%s (%s) for %s, desk %s", r.Target.ID, addressWords(r.Target),
			problem.Spell(r.Ring), r.Desk),
			e.source("desks."+r.Desk+".targets."+r.Target.ID))
	}
	rows.Add("then", "nobody has taken it", "")
}

// addressWords is how an agent is reached, without their number.
func addressWords(t callbacks.Target) string {
	if t.Kind == callbacks.Number {
		return callbacks.Mask(t.Address)
	}
	return t.To()
}

// What is offered to whom no desk answers.

func (e explanation) offer(rows *terminal.Table) {
	offer := e.simulation.Offer
	if offer != nil {
		e.number(rows)
		if offer.ASAP.IsZero() {
			if offer.Refused == nil || offer.Refused.Reason == callbacks.Invalid ||
				offer.Refused.Reason == callbacks.TooShort {
				rows.Add("callback", "none: there is no hour within a month at which the desk is there and this "+
					"number may be rung", "")
			}
		} else {
			e.times(rows)
		}
	}
	if e.simulation.Request != nil {
		e.callback(rows)
	}
	if e.simulation.Message {
		rows.Add("message", fmt.Sprintf("a recorded one, of at most %d seconds", e.line.MessageSeconds),
			e.source("limits.message_seconds"))
	}
}

// number is whether and how the calling number can be rung.
func (e explanation) number(rows *terminal.Table) {
	offer := e.simulation.Offer
	if r := offer.Refused; r != nil {
		rows.Add("rung back", fmt.Sprintf("%s is not called: %s, %s", e.caller(), r.Reason, r.Detail),
			e.refusalSource(r))
		if offer.Asks {
			rows.Add("", "the caller is asked for another number before anything is booked", "")
		}
		return
	}
	by, source := e.byWhichRoute(offer.Number)
	rows.Add("rung back", fmt.Sprintf("%s can be dialled %s", callbacks.Mask(offer.Number), by), source)
}

// times are the rules that decide when a callback can come, and what comes of them.
func (e explanation) times(rows *terminal.Table) {
	policy := e.line.Callbacks
	urgent := e.topic != nil && e.topic.Urgent
	if policy.CallingHours != (hours.Span{}) {
		text := fmt.Sprintf("%s on the clock of %s", policy.CallingHours, e.callingZones())
		if urgent {
			text += "; not asked, as the matter is urgent"
		}
		rows.Add("calling hours", text, e.source("callbacks.calling_hours"))
	}
	if urgent {
		rows.Add("callback", "at any hour, as the matter is urgent", "")
		return
	}
	if policy.ASAPCutoff > 0 {
		rows.Add("asap_cutoff", fmt.Sprintf("in the last %s before closing it is the next opening",
			problem.Spell(policy.ASAPCutoff)), e.source("callbacks.asap_cutoff"))
	}
	if policy.OpeningDelay > 0 {
		rows.Add("opening", fmt.Sprintf("callbacks of the night begin %s after the opening",
			problem.Spell(policy.OpeningDelay)), e.source("callbacks.opening_delay"))
	}
	rows.Add("callback", "as soon as possible is "+e.clock(e.simulation.Offer.ASAP)+", key 1", "")
	for i, slot := range e.simulation.Offer.Slots {
		rows.Add("", fmt.Sprintf("%s to %s, key %d", e.clock(slot.From), slot.To.In(e.zone()).Format(clock), i+2),
			e.source("callbacks.slot"))
	}
}

// callingZones are the zones of the number that would be rung.
func (e explanation) callingZones() string {
	number := cmp.Or(e.simulation.Offer.Number, e.call.From)
	var names []string
	for _, zone := range e.line.Callbacks.CallingZones(number, e.line.Desks[e.simulation.Wanted].Hours.Zone()) {
		names = append(names, zone.String())
	}
	return strings.Join(names, " and ")
}

// callback is what becomes of a callback as soon as possible.
func (e explanation) callback(rows *terminal.Table) {
	r := e.simulation.Request
	c := callbacks.Callback{
		Line: r.Line, Desk: r.Desk, Number: r.Number, Caller: r.Caller, Kind: r.Kind, Urgent: r.Urgent,
		Due: r.Due, Expires: r.Expires, State: callbacks.Booked,
	}
	o := dispatch.Predict(e.snapshot, callbacks.Record{Callback: c}, e.at)
	who := "an agent of desk " + r.Desk + " first"
	if e.line.CustomerFirst {
		who = "the customer first, then an agent of desk " + r.Desk
	}
	text := fmt.Sprintf("due %s, kept then by ringing %s", e.clock(r.Due), who)
	if o.Outcome != dispatch.Rung || o.PutOff() {
		text = fmt.Sprintf("due %s, %s %s: %s", e.clock(r.Due), o.Outcome, e.clock(o.At), shortWhy(o))
	}
	rows.Add("booked", text, e.source("callbacks.first"))
	if r.OpeningSpacing > 0 && !r.Urgent {
		rows.Add("", fmt.Sprintf("behind others of this opening, %s apart", problem.Spell(r.OpeningSpacing)),
			e.source("callbacks.opening_spacing"))
	}
	rows.Add("", "unless "+e.limitsOn(r), e.source("callbacks.limits"))
	if r.MaxOpen > 0 {
		rows.Add("", fmt.Sprintf("unless %d are open already", r.MaxOpen), e.source("callbacks.max_open"))
	}
	if text := e.line.SMSBody(c, callbacks.NotifyBooked, e.at); text != "" && c.MaySendSMS() {
		rows.Add("text message", fmt.Sprintf("sent to %s", callbacks.Mask(r.Number)), e.source("text_messages"))
	} else if e.line.SMS {
		why := kindOf(r.Number)
		if text != "" {
			why = "it is not the calling number"
		}
		rows.Add("text message", "none: "+why, e.source("text_messages"))
	}
}

// limitsOn are the limits on those who ask for this callback.
func (e explanation) limitsOn(r *callbacks.Request) string {
	l := r.CallerLimits
	if r.Caller == "" {
		return fmt.Sprintf("anonymous callers have asked for %d in an hour", l.AnonymousHour)
	}
	return fmt.Sprintf("the caller has asked for %d in an hour or %d in a day, or holds %d",
		l.CallerHour, l.CallerDay, l.OpenPerCaller)
}

// kindOf says what kind of a number cannot be written to.
func kindOf(number string) string {
	n, err := phonenumbers.Parse(number, "")
	if err == nil && phonenumbers.GetNumberType(n) == phonenumbers.FIXED_LINE {
		return "it is no mobile number"
	}
	return "the number cannot be written to"
}

// Whether a customer may be called and texted on a number, and which rule says so.

// writeNumber explains a number as a caller keys it in, or as the provider sends it.
func (e explanation) writeNumber(out io.Writer, given string) error {
	var rows terminal.Table
	fmt.Fprintf(out, "%s, asked about %s:\n\n", e.line.ID, given)
	numbers := []string{e.line.CallerNumber(given)}
	switch {
	case twilio.Withheld(given):
		numbers = nil
		e.refused(&rows, &callbacks.Refusal{Reason: callbacks.Invalid, Detail: "the caller withholds the number"})
	case strings.Trim(given, "0123456789") == "":
		read, err := e.line.Callbacks.Readings(given, e.line.Region)
		if err != nil {
			numbers = nil
			e.refused(&rows, err)
		} else {
			numbers = read
		}
	case numbers[0] == "" && strings.HasPrefix(given, "+"):
		numbers = nil
		e.refused(&rows, e.line.Callbacks.Refusal(given))
	case numbers[0] == "":
		numbers = nil
		rows.Add("number", "none: only + and country code, or keyed digits, are one; the caller counts as anonymous",
			"")
		if strings.HasPrefix(strings.ToLower(given), "sip") {
			rows.Add("", "the user of a SIP address counts where sip_caller_id is set and it is +E.164",
				e.source("sip_caller_id"))
		}
	}
	for _, number := range numbers {
		e.oneNumber(&rows, number)
	}
	if len(numbers) > 1 {
		rows.Add("keyed in", "the digits can stand for any of these, so the caller is asked which", "")
	}
	return rows.Write(out, "  ")
}

// refused is a row about digits that no reading of may be called.
func (e explanation) refused(rows *terminal.Table, err error) {
	rows.Add("number", "none that may be called", "")
	var refusal *callbacks.Refusal
	if errors.As(err, &refusal) {
		rows.Add("called", fmt.Sprintf("no: %s, %s", refusal.Reason, refusal.Detail), e.refusalSource(refusal))
	}
}

// oneNumber is what is decided about a number, E.164.
func (e explanation) oneNumber(rows *terminal.Table, number string) {
	country := "no country"
	if region := callbacks.Country(number); region != "" {
		country = fmt.Sprintf("%s (%s)", spoken.Country("en", region), region)
	}
	rows.Add("number", number+", "+country, "")
	if refusal := e.line.Callbacks.Refusal(number); refusal != nil {
		rows.Add("called", fmt.Sprintf("no: %s, %s", refusal.Reason, refusal.Detail), e.refusalSource(refusal))
		rows.Add("texted", "no: who is not called is not texted", "")
		return
	}
	by, source := e.byWhichRoute(number)
	rows.Add("called", "yes, "+by, source)
	rows.Add("", e.whichCountries(), e.source("callbacks.countries"))
	limits := e.line.Callbacks.MoveLimits()
	rows.Add("", fmt.Sprintf("at the wish of callers from other numbers %d an hour and %d a day, and not for a day "+
		"after key 2",
		limits.NumberHour, limits.NumberDay), e.source("callbacks.limits"))
	switch {
	case !e.line.SMS:
		rows.Add("texted", "no: the line sends no text messages", e.source("text_messages"))
	case !e.line.TakesSMS(number):
		rows.Add("texted", "no: "+kindOf(number), e.source("text_messages"))
	default:
		rows.Add("texted", "yes, to the calling number, or once its customer was reached", e.source("text_messages"))
	}
}

func (e explanation) whichCountries() string {
	if e.line.Callbacks.Countries == nil {
		return "numbers of any country are called"
	}
	return "numbers of these countries are called: " + strings.Join(e.line.Callbacks.Countries, ", ")
}

// refusalSource is where the rule is written that refuses a number; empty where the program decides.
func (e explanation) refusalSource(r *callbacks.Refusal) string {
	policy := e.line.Callbacks
	switch r.Reason {
	case callbacks.OtherCountry:
		return e.source("callbacks.countries")
	case callbacks.BlockedPrefix:
		for _, blocked := range policy.Blocked {
			if strings.HasPrefix(r.Number, blocked.Prefix) {
				return e.source("callbacks.blocked." + blocked.Prefix)
			}
		}
	case callbacks.Unreachable:
		for _, prefix := range policy.Unreachable {
			if source := e.source("callbacks.unreachable." + prefix); strings.HasPrefix(r.Number, prefix) &&
				source != "" {
				return source
			}
		}
		return e.source("routes")
	case callbacks.NeverCalled:
		return e.ownerSource(r.Number)
	}
	return ""
}

// ownerSource is where a number stands that is a line's or an agent's; empty for others.
func (e explanation) ownerSource(number string) string {
	for _, line := range e.snapshot.Lines {
		for key, own := range map[string]string{"caller_id": line.CallerID, "text_sender": line.SMSSender} {
			if own == number {
				return e.snapshot.Source(line.ID, key)
			}
		}
		for _, own := range line.Numbers {
			if own == number {
				return e.snapshot.Source(line.ID, "numbers."+number)
			}
		}
		for _, desk := range line.Desks {
			for _, target := range desk.Targets {
				if target.Address == number || ivr.SIPUser(target.Address) == number {
					return e.snapshot.Source(line.ID, "desks."+desk.ID+".targets."+target.ID)
				}
			}
		}
	}
	return ""
}

// byWhichRoute is how a number is dialled, and where that is written.
func (e explanation) byWhichRoute(number string) (by, source string) {
	trunk := e.line.Callbacks.Route(number)
	if trunk == "" {
		return "by the provider itself", ""
	}
	for _, r := range e.line.Callbacks.Routes {
		if r.Byoc == trunk && strings.HasPrefix(number, r.Prefix) {
			source = e.source("routes." + r.Prefix)
		}
	}
	return "by trunk " + trunk, source
}
