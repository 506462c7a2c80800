//go:build referee

package hours_test

const (
	everyZone   = true
	sweepStride = 1
)
