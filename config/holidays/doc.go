// Package holidays reads, writes and imports the reviewed files of holidays that lines name in their hours.
//
// A [Set] is a file NAME.yaml: which days are covered, who fixed them, and each day with its kind. [Parse] reads one
// strictly; [Load] reads a directory; [Shipped] are the sets that come with the program. [Import] makes a set of an
// iCalendar file or of holiday JSON, [Set.Merge] puts it over the one that exists, and [Diff] shows what would change,
// so that somebody can review it before it is written.
//
// Nothing here asks for the time of day or writes a file.
package holidays
