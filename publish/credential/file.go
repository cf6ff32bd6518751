package credential

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// files keep each secret in a file of its own, so that two runs at once need no
// lock: each file is replaced as a whole.
type files struct{ dir string }

type kept struct {
	Registry string `json:"registry"`
	Token    string `json:"token"`
}

// path is the registry's host for people, and a digest of its address to tell it
// from others of this host.
func (f files) path(registry string) string {
	sum := sha256.Sum256([]byte(registry))
	host := "registry"
	if u, err := url.Parse(registry); err == nil && u.Hostname() != "" {
		host = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
				return r
			}
			return '_'
		}, strings.ToLower(u.Hostname()))
	}
	if len(host) > 100 {
		host = host[:100]
	}
	return filepath.Join(f.dir, host+"-"+hex.EncodeToString(sum[:6])+".json")
}

func (f files) has(registry string) bool {
	_, err := os.Lstat(f.path(registry))
	return err == nil
}

func (f files) get(registry string) (string, error) {
	path := f.path(registry)
	doing := "reading the token of " + registry
	unreadable := func(err error) error {
		return &refusal.Refusal{Kind: refusal.Environment, Code: "credential-unreadable", Doing: doing, Err: err, Mend: "Remove " + path + " and log in again."}
	}
	// Root keeps a link in place of the file from leading elsewhere.
	root, err := os.OpenRoot(f.dir)
	if err == nil {
		defer func() { _ = root.Close() }() // it was only read
		err = private(root, filepath.Base(path))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: doing, Why: "nobody is logged in there",
			Mend: "Log in with `mcpctl registry login --registry " + registry + "`."}
	case errors.Is(err, errOpen):
		return "", &refusal.Refusal{Kind: refusal.Consent, Code: "credential-permissions", Doing: doing, Why: path + " can be read or changed by others",
			Mend: "The token in it may be known: run `chmod 600 " + path + "`, or remove it, and log in again."}
	case err != nil:
		return "", unreadable(err)
	}
	file, err := root.Open(filepath.Base(path))
	if err != nil {
		return "", unreadable(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, 2*MaxSecret))
	if err != nil {
		return "", unreadable(err)
	}
	var k kept
	if json.Unmarshal(data, &k) != nil || k.Registry != registry || k.Token == "" {
		return "", unreadable(errors.New(path + " holds no token of this registry"))
	}
	return k.Token, nil
}

var errOpen = errors.New("others can read it")

// private makes sure that it is a file of the user's alone. Windows says so by
// the folder that it is in, not by these bits.
func private(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New(name + " is no regular file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return errOpen
	}
	return nil
}

func (f files) set(registry, secret string) error {
	data, err := json.Marshal(kept{registry, secret})
	if err == nil {
		err = os.MkdirAll(f.dir, 0o700)
	}
	if err == nil {
		err = atomic.WriteFile(f.path(registry), data, 0o600)
	}
	if err != nil {
		return &refusal.Refusal{Kind: refusal.Environment, Code: "credential-unwritable", Doing: "keeping the token of " + registry, Err: err,
			Mend: "Make " + f.dir + " writable, or name another folder in MCPCTL_CONFIG_DIR."}
	}
	return nil
}

func (f files) delete(registry string) error {
	err := os.Remove(f.path(registry))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &refusal.Refusal{Kind: refusal.Environment, Code: "credential-unwritable", Doing: "forgetting the token of " + registry, Err: err, Mend: "Remove " + f.path(registry) + "."}
}
