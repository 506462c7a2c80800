package spoken

import (
	bcp47 "golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is the name of a country or area (ISO 3166-1 alpha-2) in a language; empty for one that has none there.
// Source of the names: Unicode CLDR.
func Country(tag, region string) string {
	parsed, err := bcp47.ParseRegion(region)
	namer := display.Regions(bcp47.Make(tag))
	if err != nil || namer == nil || !parsed.IsCountry() { // satellite numbers are of "001", the world
		return ""
	}
	return namer.Name(parsed)
}

// Abroad says a telephone number, as [Digits] gives it, after the name of its country.
func Abroad(tag, region, digits string) string {
	name := Country(tag, region)
	switch {
	case name == "":
		return digits
	case tag == "zh":
		return name + "，" + digits
	case tag == "ja":
		return name + "、" + digits
	}
	return name + ", " + digits
}
