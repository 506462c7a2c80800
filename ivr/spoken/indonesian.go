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
	if c == 0 {
		// "hari Selasa tengah malam" may be either end of Tuesday.
		return i.day(d) + " tepat lewat tengah malam"
	}
	return i.day(d) + " pukul " + i.clock(c) + " " + partOf(indonesianParts, c)
}

func (i indonesian) between(d day, from, to clock) string {
	first, last := partOf(indonesianParts, from), partOf(indonesianParts, to)
	start, end := "pukul "+i.clock(from), i.clock(to)+" "+last
	switch {
	case from == 0:
		start = "tengah malam"
	case first != last || to == dayEnd:
		start += " " + first
	}
	if to == dayEnd {
		end = "tengah malam"
	}
	if d.said {
		return start + " sampai " + end
	}
	return i.day(d) + " dari " + start + " sampai " + end
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
	date := "tanggal " + i.number(d.date) + " " + indonesianMonths[d.month-1]
	if d.year != 0 {
		date += " " + i.number(d.year)
	}
	return name + ", " + date + ","
}

func (indonesian) setBack(said string) string { return said + " setelah jam dimundurkan" }

// clock leaves the part of the day to the caller. Half past is said as the half before the next hour: "setengah
// sembilan" is 8:30. Other minutes follow "lewat": "dua lima belas" would sound much like twenty-five.
func (i indonesian) clock(c clock) string {
	switch c.minute() {
	case 0:
		return i.number(c.twelve())
	case 30:
		return "setengah " + i.number((c + 30).twelve())
	}
	return i.number(c.twelve()) + " lewat " + i.number(c.minute())
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
