// Package hours is a calendar of opening hours: a week, special days, holidays, overrides, and the instants between
// which somebody is there, and why.
//
// It is pure. It reads no clock and no file, and knows nothing of telephones. Rules are wall-clock readings in a
// named zone; answers are instants in UTC. An instant is inside a span when its wall-clock reading is, so on the day
// that a clock is set back a repeated hour counts both times, and readings that a clock skips never occur.
//
// Which rule decides is stated at [Rules].
package hours
