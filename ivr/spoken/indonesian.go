package spoken

type indonesian struct{}

var (
	indonesianDays = [...]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}

	indonesianMonths = [...]string{
		"Januari", "Februari", "Maret", "April", "Mei", "Juni",
		"Juli", "Agustus", "September", "Oktober", "November", "Desember",
	}

	// Half past six is evening, six o'clock still afternoon.
	indonesianParts = []part{
		{0, "dini hari"}, {5 * 60, "pagi"}, {11 * 60, "siang"}, {15 * 60, "sore"}, {18*60 + 30, "malam"},
	}

	indonesianNumbers = [...]string{
		"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
	}
)

func (indonesian) digits(plus bool, groups []string) string {
	// Figures are left to the voice, and "+" has the same name in both languages.
	return english{}.digits(plus, groups)
}

func (i indonesian) at(d day, c clock) string {
	return i.day(d) + " " + i.clock(c) + " " + partOf(indonesianParts, c)
}

func (i indonesian) between(d day, from, to clock) string {
	start, end := i.clock(from), i.clock(to)
	first, last := partOf(indonesianParts, from), partOf(indonesianParts, to)
	if first != last {
		start += " " + first
	}
	return i.day(d) + " antara " + start + " dan " + end + " " + last
}

func (indonesian) until(from, to string) string { return from + " sampai " + to }

// day ends with a comma where a time may not follow directly.
func (i indonesian) day(d day) string {
	name := "hari " + indonesianDays[d.weekday]
	switch d.ahead {
	case 0:
		return "hari ini"
	case 1:
		return "besok, " + name + ","
	}
	date := i.number(d.date) + " " + indonesianMonths[d.month-1]
	if d.year != 0 {
		date += " " + i.number(d.year)
	}
	return name + ", " + date + ","
}

// clock leaves the part of the day to the caller. Minutes follow "lewat": "dua tiga puluh" would sound much like
// twenty-three, and "setengah tiga" (half to three) is taken for 3:30 by people with another first language.
func (i indonesian) clock(c clock) string {
	hour := i.number(c.twelve())
	if c.hour() == 0 {
		// "dua belas malam" may be either end of a day; the 24-hour reading is its beginning.
		hour = "nol nol"
	}
	if c.minute() == 0 {
		return "pukul " + hour
	}
	return "pukul " + hour + " lewat " + i.number(c.minute())
}

// number says 0 to less than a thousand miliar (10^12) in words.
func (i indonesian) number(n int) string {
	rest := func(text string, n int) string {
		if n == 0 {
			return text
		}
		return text + " " + i.number(n)
	}
	switch {
	case n < len(indonesianNumbers):
		return indonesianNumbers[n]
	case n < 20:
		return i.number(n-10) + " belas"
	case n < 100:
		return rest(i.number(n/10)+" puluh", n%10)
	case n < 200:
		return rest("seratus", n%100)
	case n < 1000:
		return rest(i.number(n/100)+" ratus", n%100)
	case n < 2000:
		return rest("seribu", n%1000)
	case n < 1_000_000:
		return rest(i.number(n/1000)+" ribu", n%1000)
	case n < 1_000_000_000:
		return rest(i.number(n/1_000_000)+" juta", n%1_000_000)
	}
	return rest(i.number(n/1_000_000_000)+" miliar", n%1_000_000_000)
}
