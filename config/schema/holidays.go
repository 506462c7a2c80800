package schema

func holidaysSchema() *Schema {
	oneLine := func(s *Schema) *Schema { s.MaxLength = LongestHolidayText; return s }
	days := object(
		key("date", "", ref("date")),
		key("kind",
			"holiday; collective: leave that employers may give (cuti bersama); make-up: a day off that is worked "+
				"(调休补班).",
			words("holiday", "collective", "make-up")),
		key("name", "What the day is called.", oneLine(text())),
	).needs("date", "kind", "name")
	s := object(
		key("name", "The name of the set, the same as the file's.", identifierSchema()),
		key("country", "Two capital letters (ISO 3166-1).", form(`^[A-Z]{2}$`, countryWrong, "CN", "ID")),
		key("covers",
			"The days on which the set knows whether they are holidays. Outside of them nobody has announced any yet.",
			object(key("from", "", ref("date")), key("to", "", ref("date"))).needs("from", "to")),
		key("sources", "Who fixed the days.", list(oneLine(text()), MostHolidaySources).filled()),
		key("days", "In the order of the calendar, each date once.", list(days, MostHolidays)),
	).needs("name", "covers", "sources", "days")
	s.Title = "Set of holidays"
	s.Description = "holidays/NAME.yaml. \"hotline holidays import\" makes one of a calendar file."
	s.Definitions = Properties{{"date", form(`^`+datePattern+`$`, dateWrong, "2026-12-31")}}
	return s
}
