// Package hours is a calendar of opening hours. It answers whether a line is open at an instant, since when, until when
// and why.
//
// # Concepts
//
//   - A [Week] has spans of hours for each weekday. A [Span] belongs to the day on which it starts and may run past
//     midnight: Friday's 22:00-06:00 ends on Saturday.
//   - A [Special] day replaces the week on a date, on a run of dates, or on days that come back ([Yearly], [Nth], a
//     recurrence rule). It is closed, has hours of its own, or has those of a weekday.
//   - A [HolidaySet] is a reviewed list of the holidays of a country, with the range of days that it covers. Days
//     outside this range are reported as unknown.
//   - A make-up working day ([MakeUp]) is a day of a holiday set on which people work in place of a holiday.
//   - An [Override] opens or closes the line between two instants, whatever else is written.
//
// # Precedence
//
// The highest rule that applies decides alone. [Rules] has the order within a rank.
//
//	                  08:00               13:00   15:00   17:00
//	1 override          |                   |#######|       |   closed 13:00-15:00: power cut
//	2 special day       |===================|=======|===|   |   open 08:00-16:00: 24 December
//	3 holiday           |                   |       |   |   |   closed: collective leave
//	4 week              |===================|=======|===|===|   open 08:00-17:00: Thursday
//	                    |                   |       |   |   |
//	  answer     closed |       open        |closed |opn| closed
//
// A closed day cancels only the spans that start on it. An override also ends a span that is running.
//
// # Time
//
// The package is pure. It reads no clock and no file, and knows nothing of telephones. Rules are wall-clock readings in
// a named zone; answers are instants in UTC. An instant is inside a span if its wall-clock reading is. So on the day on
// which a clock is set back a repeated hour counts both times, and readings that a clock skips never occur. A single
// instant that is written as a reading, such as the end of an override, follows [InstantOf]; words for the second time
// of a reading say that it is the second.
//
// # Where to find what
//
// week.go, special.go, holiday.go and override.go hold one kind of rule each: the type, its mistakes, and how it is
// prepared. precedence.go decides a day, timeline.go puts days and overrides in a row, state.go and slots.go answer,
// explain.go says why, clock.go reads clocks that change. block.go keeps answers, so that [Calendar.At] takes
// nanoseconds and allocates nothing.
package hours
