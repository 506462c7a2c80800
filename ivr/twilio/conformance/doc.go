// Package conformance holds validators for tests: what the provider publishes about its own interface,
// turned into checks of what we send. No test of ours should be judged by our own reading alone.
//
// Everything but this comment is behind the build tag "conformance", because the validators need packages that
// `make test` installs: a test that cannot run is then left out as a whole and never skipped.
package conformance
