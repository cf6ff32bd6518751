//go:build !unix

package cli

import "os"

// columns is unknown here; COLUMNS can say it.
func columns(...*os.File) int { return 0 }

// terminal says whether somebody sits behind a file.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
