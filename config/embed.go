package config

import (
	"embed"
	"io/fs"
)

//go:embed topics.yaml hours/*.yaml holidays/*.yaml lines/*.yaml prompts/*.yaml calls/*.yaml
var shipped embed.FS

// Shipped is the configuration that comes with the program, as a directory for [Load].
func Shipped() fs.FS { return shipped }
