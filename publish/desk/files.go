package desk

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// The folder of a registry:
//
//	servers/NAMESPACE/NAME/VERSION.json   one version, as the API answers it
//	servers/NAMESPACE/NAME/LATEST         the version that is the latest
//	attestations/SHA256.jsonl             files of bundles
//	.lock                                 held while somebody writes
const (
	serversDir      = "servers"
	attestationsDir = "attestations"
	latestFile      = "LATEST"
	lockFile        = ".lock"

	maxRecord   = 4 << 20 // bytes of one file
	maxVersions = 10_000  // of one server
	maxFiles    = 100_000 // of one folder
)

// fileName makes of a part of a name a file name that is the same part on every
// file system: those that ignore case, and those that reserve names. Whoever
// reads it finds the part itself in the file.
func fileName(part string) string {
	var out strings.Builder
	for _, b := range []byte(part) {
		switch {
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9', b == '-', b == '_', b == '.' && out.Len() > 0:
			out.WriteByte(b)
		case b >= 'A' && b <= 'Z':
			out.WriteString("!" + string(b|0x20))
		default:
			fmt.Fprintf(&out, "%%%02x", b)
		}
	}
	name := out.String()
	if stem, _, _ := strings.Cut(name, "."); slices.Contains(reserved, stem) {
		name = "%" + hex.EncodeToString([]byte(name[:1])) + name[1:]
	}
	if len(name) > 200 {
		sum := sha256.Sum256([]byte(part))
		name = "%" + hex.EncodeToString(sum[:])
	}
	return name
}

// reserved are names that Windows keeps for devices.
var reserved = []string{
	"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
}

// serverDir is the folder of a server.
func serverDir(name string) string {
	namespace, rest, _ := strings.Cut(name, "/")
	return path.Join(serversDir, fileName(namespace), fileName(rest))
}

func versionFile(name, version string) string {
	return path.Join(serverDir(name), fileName(version)+".json")
}

// read reads a file of at most limit bytes within the folder.
func (s *Store) read(name string, limit int64) ([]byte, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return b, err
}

// write writes a file within the folder: whoever reads sees the old one or the
// new one, and both outlive a crash.
func (s *Store) write(name string, content []byte) (err error) {
	if err := s.root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return err
	}
	staged := path.Join(path.Dir(name), ".staged-"+rand.Text()+".tmp")
	f, err := s.root.OpenFile(staged, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = s.root.Remove(staged)
		}
	}()
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = s.root.Rename(staged, name); err != nil {
		return err
	}
	if dir, opened := s.root.Open(path.Dir(name)); opened == nil {
		_ = dir.Sync() // the file is whole also where a folder cannot be flushed
		_ = dir.Close()
	}
	return nil
}

// list are the names in a folder, without hidden ones; an absent one is empty.
func (s *Store) list(dir string) ([]string, error) {
	f, err := s.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(maxFiles + 1)
	if errors.Is(err, io.EOF) {
		err = nil // it is empty
	}
	if len(names) > maxFiles {
		return nil, fmt.Errorf("%s holds more than %d files", dir, maxFiles)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, ".") })
	slices.Sort(names)
	return names, err
}

// save writes a record's file.
func (s *Store) save(r *record) error {
	bare := *r
	bare.Latest = nil
	text, err := json.Marshal(&bare)
	if err != nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, text, "", "  "); err != nil {
		return err
	}
	pretty.WriteByte('\n')
	return s.write(versionFile(r.name, r.version), pretty.Bytes())
}

// load reads a record's file.
func (s *Store) load(file string) (*record, error) {
	text, err := s.read(file, maxRecord)
	if err != nil {
		return nil, err
	}
	r := &record{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if want := versionFile(r.name, r.version); file != want {
		return nil, fmt.Errorf("%s is the entry of %s@%s, whose file is %s", file, r.name, r.version, want)
	}
	// As written by hand it may have other spaces than the API's.
	var tight bytes.Buffer
	if err := json.Compact(&tight, r.server); err != nil {
		return nil, err
	}
	r.server = tight.Bytes()
	return r, nil
}
