package hours_test

import (
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// The line of the diagram above: a working week, a special day on a day of collective leave, and a power cut.
func Example() {
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		fmt.Println(err)
		return
	}
	eve := hours.Date{Year: 2026, Month: time.December, Day: 24}
	on := func(hour int) time.Time { return time.Date(eve.Year, eve.Month, eve.Day, hour, 0, 0, 0, jakarta) }
	office := []hours.Span{{From: 8 * 60, To: 17 * 60}}
	calendar, err := hours.Build(hours.Rules{
		Zone:    jakarta,
		Week:    hours.Week{time.Wednesday: office, time.Thursday: office, time.Friday: office},
		Special: []hours.Special{{From: eve, Open: []hours.Span{{From: 8 * 60, To: 16 * 60}}, Name: "Christmas Eve"}},
		Holidays: []hours.HolidaySet{{
			Name: "id",
			From: hours.Date{Year: 2026, Month: time.January, Day: 1},
			To:   hours.Date{Year: 2026, Month: time.December, Day: 31},
			Days: []hours.Holiday{{Date: eve, Kind: hours.Collective, Name: "Cuti Bersama Natal"}},
		}},
		Collective: true, // the line rests on collective leave
		Overrides:  []hours.Override{{From: on(13), Until: on(15), Reason: "Power cut"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, hour := range []int{7, 8, 13, 15, 16} {
		state := calendar.At(on(hour))
		fmt.Printf("%02d:00 open=%-5t until %s  %s\n",
			hour, state.Open, state.Until.In(jakarta).Format("Mon 15:04"), state.Reason)
	}
	// Output:
	// 07:00 open=false until Thu 08:00  Closed: Christmas Eve (2026-12-24), open only 08:00-16:00.
	// 08:00 open=true  until Thu 13:00  Open: Christmas Eve (2026-12-24), 08:00-16:00.
	// 13:00 open=false until Thu 15:00  Closed: Power cut (override from 2026-12-24 13:00, until 2026-12-24 15:00).
	// 15:00 open=true  until Thu 16:00  Open: Christmas Eve (2026-12-24), 08:00-16:00.
	// 16:00 open=false until Fri 08:00  Closed: Christmas Eve (2026-12-24), open only 08:00-16:00.
}

// Explain lists every rule about an instant, and names the one that decides.
func ExampleCalendar_Explain() {
	sunday := hours.Date{Year: 2026, Month: time.October, Day: 4}
	office := []hours.Span{{From: 9 * 60, To: 18 * 60}}
	monday := time.Monday
	calendar, err := hours.Build(hours.Rules{
		Zone: time.UTC,
		Week: hours.Week{time.Monday: office},
		Holidays: []hours.HolidaySet{{
			Name: "cn", From: sunday, To: sunday, Days: []hours.Holiday{{Date: sunday, Kind: hours.MakeUp,
				Name: "国庆节"}},
		}},
		MakeUp: &monday, // a make-up working day has Monday's hours
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, rule := range calendar.Explain(time.Date(2026, 10, 4, 10, 0, 0, 0, time.UTC)).Considered {
		fmt.Printf("%-7s decides=%-5t %s\n", rule.Layer, rule.Decides, rule.Reason)
	}
	// Output:
	// holiday decides=true  Open: 国庆节 (2026-10-04, make-up working day, set cn), by Monday's hours, 09:00-18:00.
	// week    decides=false Closed: no hours on Sunday.
}
