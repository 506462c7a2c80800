// Package config reads what supervisors edit, strictly, into the types of packages hours, callbacks and ivr.
//
// [Load] reads a whole directory afresh and either returns a [Snapshot] that can be published as it is, or every
// mistake at once as [Problems]; nothing that is in force is touched meanwhile. [LoadHours] reads a single file of
// hours. [Call] is a call test, which says what has to come of it, and [Hears] finds words in what was said. [Shipped]
// is the configuration that comes with the program. The settings of the server itself are
// in package settings: supervisors do not edit them.
//
// Files are read from their YAML nodes and not through Go values: a date stays the text that was written, a telephone
// number that lost its + is noticed, and a mistake is reported with the line on which it stands.
package config
