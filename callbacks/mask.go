package callbacks

// Mask shortens a telephone, account or transaction number for a log: an ellipsis and its last four characters.
// Anything of up to four characters is hidden altogether.
func Mask(number string) string {
	r := []rune(number)
	if len(r) == 0 {
		return ""
	}
	if len(r) <= 4 {
		return "…"
	}
	return "…" + string(r[len(r)-4:])
}
