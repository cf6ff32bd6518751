package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/credential"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// maxEntry bounds an entry of the index, in bytes, maxEntries how many are listed.
const (
	maxEntry   = 16 << 10
	maxEntries = 1000
)

// Store keeps grants: each as a secret of the credential store, by resource and
// issuer, and for each server an entry without secrets that says which grant is
// its own. It is safe for concurrent use, also by several processes.
type Store struct {
	secrets *credential.Store
	dir     string
}

// NewStore keeps grants in a credential store, and their index in the user's
// configuration folder dir.
func NewStore(secrets *credential.Store, dir string) *Store {
	return &Store{secrets, filepath.Join(dir, "logins")}
}

// entry says which grant is a server's.
type entry struct {
	Server   string `json:"server"`
	Resource string `json:"resource"`
	Issuer   string `json:"issuer"`
}

// key is the grant's name in the credential store.
func (e entry) key() string { return e.Resource + "#issuer=" + e.Issuer }

func (s *Store) path(server string) string {
	sum := sha256.Sum256([]byte(server))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:16])+".json")
}

// Get answers the grant of the server at an address, and where its secrets are
// kept. Found is false when nobody has signed in there.
func (s *Store) Get(address string) (g Grant, place credential.Place, found bool, err error) {
	server, err := Canonical(address)
	if err != nil {
		return g, "", false, nil // no token is sent there
	}
	e, err := s.read(filepath.Base(s.path(server)))
	if errors.Is(err, fs.ErrNotExist) {
		return g, "", false, nil
	}
	if err == nil && e.Server != server {
		err = errors.New("it is that of another server")
	}
	if err != nil {
		return g, "", false, broken("auth-store", "finding the token of "+server, "Remove "+s.path(server)+" and sign in again.", "%v", err)
	}
	secret, place, err := s.secrets.Get(e.key())
	if refusal.Code(err) == "token-missing" {
		return g, "", false, nil // forgotten elsewhere
	}
	if err != nil {
		return g, place, false, err
	}
	g, err = unseal(secret)
	if err != nil || g.Resource != e.Resource || g.Issuer != e.Issuer {
		return Grant{}, place, false, broken("auth-store", "reading the token of "+server, "Sign in again.", "what is kept is no grant of it")
	}
	g.Server = server // a resource can have several addresses
	return g, place, true, nil
}

// Set keeps a grant, in place of an earlier one of its server, and answers where
// its secrets are.
func (s *Store) Set(g Grant) (credential.Place, error) {
	e := entry{g.Server, g.Resource, g.Issuer}
	if old, err := s.read(filepath.Base(s.path(g.Server))); err == nil && old != e {
		if err := s.forget(old); err != nil {
			return "", err
		}
	}
	secret, err := g.seal()
	if err != nil {
		return "", err
	}
	place, err := s.secrets.Set(e.key(), secret)
	if err != nil {
		return place, err
	}
	b, err := json.Marshal(e)
	if err == nil {
		err = os.MkdirAll(s.dir, 0o700)
	}
	if err == nil {
		err = atomic.WriteFile(s.path(g.Server), b, 0o600)
	}
	if err != nil {
		return place, broken("auth-store", "keeping the token of "+g.Server, "Make "+s.dir+" writable, or name another folder in MCPCTL_CONFIG_DIR.", "%v", err)
	}
	return place, nil
}

// Delete forgets the grant of a server and tells whether there was one.
func (s *Store) Delete(address string) (bool, error) {
	server, err := Canonical(address)
	if err != nil {
		return false, nil
	}
	path := s.path(server)
	e, err := s.read(filepath.Base(path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil && e.Server == server {
		if err := s.forget(e); err != nil {
			return true, err
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return true, broken("auth-store", "forgetting the token of "+server, "Remove "+path+".", "%v", err)
	}
	return true, nil
}

// forget deletes a grant that no other server has.
func (s *Store) forget(e entry) error {
	others := slices.ContainsFunc(s.entries(), func(o entry) bool { return o.key() == e.key() && o.Server != e.Server })
	if others {
		return nil
	}
	_, err := s.secrets.Delete(e.key())
	return err
}

// Kept is a grant and where it is; Err, if set, is why it cannot be read.
type Kept struct {
	Grant
	Place credential.Place
	Err   error
}

// List answers all grants, by the addresses of their servers.
func (s *Store) List() []Kept {
	var all []Kept
	for _, e := range s.entries() {
		g, place, found, err := s.Get(e.Server)
		if !found && err == nil {
			continue
		}
		if err != nil {
			g = Grant{Server: e.Server, Resource: e.Resource, Issuer: e.Issuer}
		}
		all = append(all, Kept{g, place, err})
	}
	slices.SortFunc(all, func(a, b Kept) int { return strings.Compare(a.Server, b.Server) })
	return all
}

// entries are all that can be read.
func (s *Store) entries() []entry {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return nil // nobody has signed in
	}
	var all []entry
	for _, file := range files {
		if e, err := s.read(file.Name()); err == nil && len(all) < maxEntries && filepath.Base(s.path(e.Server)) == file.Name() {
			all = append(all, e)
		}
	}
	return all
}

func (s *Store) read(name string) (e entry, err error) {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return e, err
	}
	defer func() { _ = root.Close() }() // it was only read
	if info, err := root.Lstat(name); err != nil {
		return e, err
	} else if !info.Mode().IsRegular() {
		return e, errors.New("it is no regular file")
	}
	f, err := root.Open(name)
	if err != nil {
		return e, err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, maxEntry))
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	return e, err
}
