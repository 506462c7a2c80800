//go:build !referee

package hours_test

const (
	everyZone   = false
	sweepStride = 8
)
