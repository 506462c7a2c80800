// Command hotline answers the telephones of a payment wallet's support desk. See the README.
package main

import (
	"os"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/cli"
)

func main() { os.Exit(cli.Main()) }
