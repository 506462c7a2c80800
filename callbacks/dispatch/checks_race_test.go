//go:build race

package dispatch_test

// How many runs the model of random events gets under the race detector, which makes each take eight times as long; the
// tests are run without it as well. On PostgreSQL each needs a database of its own.
const checksInFiles, checksOnPostgreSQL = "12", "4"
