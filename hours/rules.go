package hours

import "time"

// OwnDay as [Rules.MakeUp] lets a make-up working day keep the hours that the week has for its own weekday.
const OwnDay = time.Weekday(-1)

// Rules are everything that decides when a line is open. What ranks higher decides alone:
//
//  1. an [Override], from its first to its last instant;
//  2. a [Special] of the line: one with dates before [Yearly], Yearly before [Nth], Nth before an RRule;
//  3. a [Holiday] of one of the sets: a holiday before collective leave, collective leave before a make-up day;
//  4. the week.
//
// Rules of 2 to 4 say what starts on a day. What began the evening before runs to its end, whatever the next day is.
// The order in which rules of one rank are written never matters.
type Rules struct {
	// Zone is the zone of the wall clock. Required.
	Zone *time.Location
	Week Week
	// WeekSource says where each weekday's hours were written, for example "gopay.yaml:5". May be empty.
	WeekSource [7]string
	Special    []Special
	// Holidays are the sets that apply. They are kept, not copied, so that many lines share one set.
	Holidays []HolidaySet
	// Collective is whether the line rests on days of collective leave.
	Collective bool
	// MakeUp names the weekday by whose hours a make-up working day works; it may point to [OwnDay].
	// Nil: the line rests, and nothing starts on such a day.
	MakeUp    *time.Weekday
	Overrides []Override
}

// A Special is a day, or a run of days, that does not follow the week.
//
// Its days are given in exactly one way: From (and To), Yearly, Nth, or RRule with From. What happens on them is given
// by exactly one of Closed, Open and As. Two specials with dates must not share a date. Of two recurring ones on one
// date Yearly ranks before Nth and Nth before RRule; an Nth of one month before that of every month, counted from the
// start of the month before counted from its end; of two RRules the one that begins later. Two of the same days are a
// mistake.
type Special struct {
	// From and To are the first and the last day. A zero To is the same day as From.
	From, To Date
	// Yearly days come back every year.
	Yearly *Yearly
	// Nth is a weekday counted within its month.
	Nth *Nth
	// RRule is a recurrence rule of RFC 5545, section 3.3.10, without "RRULE:". It begins with From and counts days:
	// parts of a day (FREQ=HOURLY, BYHOUR …) are a mistake. It is followed to the end of the year 2200.
	RRule string
	// Closed is set for days on which nothing starts. What began the evening before runs on.
	Closed bool
	// Open lists the spans of these days instead of the week's.
	Open []Span
	// As names the weekday by whose hours these days work, for a working day made up for.
	As *time.Weekday
	// Name is what the day is called, for example "Year-end".
	Name string
	// Source says where the rule was written, for example "gopay.yaml:14". May be empty.
	Source string
}

// Yearly is a day of every year, or a run of days from Month and Day to ToMonth and ToDay (zero: that one day). A run
// may pass the end of the year: 24 December to 2 January. 29 February occurs in leap years only.
type Yearly struct {
	Month   time.Month
	Day     int
	ToMonth time.Month
	ToDay   int
}

// Nth is the N-th Weekday of a Month; Month 0 is every month. N is 1 to 5, or -1 (the last) to -5.
type Nth struct {
	Month   time.Month
	Weekday time.Weekday
	N       int
}

// A HolidayKind says what a day of a holiday set is.
type HolidayKind int

const (
	// PublicHoliday is a day on which nothing starts.
	PublicHoliday HolidayKind = iota
	// Collective is a day of collective leave (cuti bersama), on which a line rests or not, see [Rules.Collective].
	Collective
	// MakeUp is a working day that makes up for a holiday (调休补班), usually on a weekend, see [Rules.MakeUp].
	MakeUp
)

// String is "holiday", "collective" or "make-up", as in files.
func (k HolidayKind) String() string {
	switch k {
	case PublicHoliday:
		return "holiday"
	case Collective:
		return "collective"
	case MakeUp:
		return "make-up"
	}
	return "unknown"
}

// A Holiday is one day of a [HolidaySet].
type Holiday struct {
	Date Date
	Kind HolidayKind
	Name string
	// Source says where the day was written, for example "holidays/cn.yaml:41". May be empty.
	Source string
}

// A HolidaySet is what is known of the holidays of a country or a trade. Outside From to To nothing is known, which
// is not the same as no holidays: [State.Reason], [Calendar.Explain] and [Calendar.Uncovered] say so.
type HolidaySet struct {
	// Name is the short name, for example "cn".
	Name string
	// From and To are the first and the last day covered.
	From, To Date
	// Days need no order. Days in order of date are kept without a copy.
	Days []Holiday
	// Source is where coverage was written, for example "holidays/cn.yaml:3". May be empty.
	Source string
}

// An Override opens or closes the line between two instants, whatever else is written; it cuts what runs. Two must
// not overlap.
type Override struct {
	// From is the first instant. Until is the first instant after; zero: until revoked. Parts of a second are rounded up.
	From, Until time.Time
	Open        bool
	// Reason is required.
	Reason string
	// Say is what callers are told, by language tag. May be nil. It must not be changed afterwards.
	Say map[string]string
	// Source says where the override was written. May be empty.
	Source string
}

// A Gap is a stretch of days that a holiday set of a calendar does not cover.
type Gap struct {
	// Set and Source are those of the [HolidaySet].
	Set, Source string
	// From and To are the first and the last day that is not covered, within what was asked.
	From, To Date
}

// A Layer is a rank of rules, see [Rules].
type Layer string

// The layers, highest first. What began the evening before is of the layer of the rule that it began by.
const (
	LayerOverride Layer = "override"
	LayerSpecial  Layer = "special"
	LayerHoliday  Layer = "holiday"
	LayerWeek     Layer = "week"
)

// An Explanation is why a calendar is open or closed at an instant.
type Explanation struct {
	State State
	// Considered are the rules that have something to say, highest rank first. Exactly one decides.
	// Of an intersection these are both calendars' rules, and one of each decides there.
	Considered []Considered
	// Otherwise is what would be without the rule that decided: the next one's word.
	Otherwise Considered
}

// Considered is a rule that was looked at for one instant.
type Considered struct {
	Layer Layer
	// Date is the day of the wall clock to which the rule speaks: the day before for what began then. Zero for overrides.
	Date Date
	// Decides is set for the rule that won.
	Decides bool
	// Applies is not set for a rule that has no say: a set without that day, or that does not cover it, or collective
	// leave on which the line does not rest. Note says why.
	Applies bool
	// Open is what the rule says about the instant, when it applies.
	Open bool
	// Rule, Reason and Source are as in [State].
	Rule, Reason, Source string
	// Note says why a rule does not apply, or that it began the evening before; else it is empty.
	Note string
}
