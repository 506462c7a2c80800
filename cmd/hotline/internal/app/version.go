package app

import (
	"cmp"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// version is set by the linker in released programs, see .ci/release.
var version string

// Version is the program's, for example v1.2.0: of the release, or else what the compiler noted.
func Version(info *debug.BuildInfo) string { return cmp.Or(version, info.Main.Version, "unknown") }

// newBuildInfo is a metric that says which program this is.
func newBuildInfo() prometheus.Collector {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	revision := "unknown"
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hotline_build_info", Help: "Always 1: the program that runs.",
		ConstLabels: prometheus.Labels{"version": Version(info), "revision": revision, "go_version": info.GoVersion},
	}, func() float64 { return 1 })
}
