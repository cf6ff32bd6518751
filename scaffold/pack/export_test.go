package pack

import (
	"io"
	"testing/fstest"
)

// Untar lets the fuzz target in.
func Untar(r io.Reader) (fstest.MapFS, error) { return untar(r) }
