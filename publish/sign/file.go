package sign

import (
	"fmt"
	"io"
	"os"
	"runtime"
)

// The bounds of the small files that are read, in bytes.
const (
	maxConfig = 4 << 20  // a trusted root or a signing configuration
	maxSecret = 64 << 10 // a key, a passphrase, a token
)

// readBounded reads a whole file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return readAll(f, limit)
}

// readAll reads all of r, and fails if that is more than limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than %d bytes", limit)
	}
	return data, nil
}

// readPrivate reads a file that nobody but its owner may read. Permissions are
// asked of the file as it was opened, so that it cannot be changed in between.
func readPrivate(path string) (data []byte, mode os.FileMode, open bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, false, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, 0, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, info.Mode(), false, fmt.Errorf("it is not a regular file")
	}
	// Windows has access lists instead, which these bits do not show.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, info.Mode(), true, fmt.Errorf("its permissions are %#o", info.Mode().Perm())
	}
	data, err = readAll(f, maxSecret)
	return data, info.Mode(), false, err
}
