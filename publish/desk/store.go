package desk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Store is a registry in a folder. It has the methods of a registry's client and
// fails as that does, and in addition with store-unusable. It is safe for
// concurrent use, by other processes too.
type Store struct {
	// Dir is the folder.
	Dir  string
	root *os.Root
	lock *lockedfile.Mutex
	now  func() time.Time
}

// Create is Open, and makes the folder if it is absent.
func Create(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, broken("making the registry in "+dir, err)
	}
	return Open(dir)
}

// Open opens the registry in a folder, which may be empty. A folder of something
// else is refused.
func Open(dir string) (*Store, error) {
	doing := "opening the registry in " + dir
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, broken(doing, err)
	}
	s := &Store{Dir: dir, root: root, lock: lockedfile.MutexAt(filepath.Join(dir, lockFile)), now: time.Now}
	names, err := s.list(".")
	if err == nil {
		err = ours(names)
	}
	if err != nil {
		return nil, errors.Join(broken(doing, err), root.Close())
	}
	return s, nil
}

// ours refuses a folder where other things lie.
func ours(names []string) error {
	if len(names) == 0 || slices.Contains(names, serversDir) || slices.Contains(names, attestationsDir) {
		return nil
	}
	return fmt.Errorf("there are other things in it, such as %s", names[0])
}

// Close lets the folder go.
func (s *Store) Close() error { return s.root.Close() }

// lockFor is how long a write waits for another one.
const lockFor = 30 * time.Second

// locked runs a change while nobody else writes.
func (s *Store) locked(ctx context.Context, doing string, change func() error) error {
	ctx, cancel := context.WithTimeout(ctx, lockFor)
	defer cancel()
	type held struct {
		unlock func()
		err    error
	}
	got := make(chan held, 1)
	go func() {
		unlock, err := s.lock.Lock()
		got <- held{unlock, err}
	}()
	select {
	case h := <-got:
		if h.err != nil {
			return broken(doing, h.err)
		}
		defer h.unlock()
		return change()
	case <-ctx.Done():
		go func() { // the lock may still come, and is given back then
			if h := <-got; h.err == nil {
				h.unlock()
			}
		}()
		return broken(doing, fmt.Errorf("another process writes into the folder: %w", ctx.Err()))
	}
}

// versions are all records of a server, the newest publication first. There are
// none of a server that is not there.
func (s *Store) versions(name string) ([]*record, error) {
	dir := serverDir(name)
	files, err := s.list(dir)
	if err != nil {
		return nil, err
	}
	var all []*record
	for _, file := range files {
		if !strings.HasSuffix(file, ".json") {
			continue
		}
		r, err := s.load(path.Join(dir, file))
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b *record) int { return b.Published.Compare(a.Published) })
	latest, err := s.latest(dir, all)
	for _, r := range all {
		is := r.version == latest
		r.Latest = &is
	}
	return all, err
}

// latest reads which version is the latest. After a crash between two writes, or
// where somebody put the files there, it is found anew.
func (s *Store) latest(dir string, all []*record) (string, error) {
	text, err := s.read(path.Join(dir, latestFile), 4<<10)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	version := strings.TrimSuffix(string(text), "\n")
	if slices.ContainsFunc(all, func(r *record) bool { return r.version == version }) {
		return version, nil
	}
	return pick(all), nil
}

func (s *Store) setLatest(name, version string) error {
	return s.write(path.Join(serverDir(name), latestFile), []byte(version+"\n"))
}

// one finds a version, or the latest; nil is none.
func (s *Store) one(name, version string, deleted bool) (*record, error) {
	all, err := s.versions(name)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if (r.version == version || version == "latest" && r.isLatest()) && (deleted || !r.deleted()) {
			return r, nil
		}
	}
	return nil, nil
}

// servers are the folders of all servers that have a name with the text in it,
// case aside, by name.
func (s *Store) servers(text string) ([]string, error) {
	namespaces, err := s.list(serversDir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, namespace := range namespaces {
		rest, err := s.list(path.Join(serversDir, namespace))
		if err != nil {
			return nil, err
		}
		for _, part := range rest {
			name, err := s.nameOf(path.Join(serversDir, namespace, part))
			if err != nil {
				return nil, err
			}
			if name != "" && strings.Contains(strings.ToLower(name), strings.ToLower(text)) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

// nameOf asks the first file in a server's folder for the server's name.
func (s *Store) nameOf(dir string) (string, error) {
	files, err := s.list(dir)
	if err != nil {
		return "", err
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".json") {
			r, err := s.load(path.Join(dir, file))
			if err != nil {
				return "", err
			}
			return r.name, nil
		}
	}
	return "", nil
}
