//go:build !race

package dispatch_test

// How many runs the model of random events gets.
const checksInFiles, checksOnPostgreSQL = "100", "25"
