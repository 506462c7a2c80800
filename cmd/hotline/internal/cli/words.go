package cli

// What several commands say alike.

// Layouts of instants; that of lists is problem.TimeLayout.
const (
	longTime  = "Monday 2 January 2006, 15:04"
	shortTime = "Mon 2 Jan 2006, 15:04"
	clock     = "15:04"
)

func openOrClosed(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

// sourced is a reason with the place where it is written, if it is known.
func sourced(reason, source string) string {
	if source == "" {
		return reason
	}
	return reason + " [" + source + "]"
}
