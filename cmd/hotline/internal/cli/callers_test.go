package cli

// When callers ring in these tests, and from where.
const (
	home    = "+6281234567890"
	openDay = "2026-03-04T10:00:00+07:00" // a Wednesday
	night   = "2026-03-21T03:00:00+07:00" // Idul Fitri, three in the morning
)
