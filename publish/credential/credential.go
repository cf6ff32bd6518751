// Package credential keeps the tokens of registries: in the keychain of the
// operating system where one answers, and otherwise in files that only the user
// can read. Secrets are in no argument, log or error.
package credential

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// service is mcpctl's name in a keychain.
const service = "mcpctl"

// patience is how long a keychain may take, for it can ask the user for a
// password, and must not hang a run that nobody watches.
const patience = 30 * time.Second

// MaxSecret is the longest secret that is kept, in bytes.
const MaxSecret = 64 << 10

// Place is where a secret is.
type Place string

// The places.
const (
	Keychain Place = "keychain"
	File     Place = "file"
)

// Store keeps one secret for each registry, by the address of the registry in
// its one spelling. It is safe for concurrent use, also by several processes.
type Store struct {
	files    files
	keychain keychain // nil if only files are wanted
	patience time.Duration
}

// Open answers the store of the user whose configuration folder dir is. Nothing
// is touched before it is used.
func Open(dir string) *Store {
	s := OpenFiles(dir)
	if offered() {
		s.keychain = system{}
	}
	return s
}

// OpenFiles is Open without a keychain.
func OpenFiles(dir string) *Store {
	return &Store{files: files{filepath.Join(dir, "credentials")}, patience: patience}
}

// Dir is the folder for mcpctl's configuration of the user whose environment
// that is. It need not exist.
func Dir(getenv func(string) string) (string, error) {
	if dir := getenv("MCPCTL_CONFIG_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", &refusal.Refusal{Kind: refusal.Environment, Code: "config-folder", Doing: "finding the folder for configuration", Err: err,
			Mend: "Set HOME, or name a folder in MCPCTL_CONFIG_DIR."}
	}
	return filepath.Join(base, "mcpctl"), nil
}

// Get answers the secret of a registry and where it was. The refusals are
// token-missing, and credential-permissions or credential-unreadable for a file.
func (s *Store) Get(registry string) (string, Place, error) {
	var secret string
	err := s.ask(func(k keychain) (err error) {
		secret, err = k.Get(service, registry)
		return err
	})
	if err == nil {
		return secret, Keychain, nil
	}
	// Without the keychain's, the secret may be in a file from a time when the
	// keychain did not answer.
	secret, err = s.files.get(registry)
	return secret, File, err
}

// Set keeps the secret of a registry, instead of an earlier one, and answers
// where. The refusal is credential-unwritable.
func (s *Store) Set(registry, secret string) (Place, error) {
	if secret == "" || len(secret) > MaxSecret {
		return "", &refusal.Refusal{Kind: refusal.Environment, Code: "credential-unwritable", Doing: "keeping the token of " + registry, Why: "it is empty or longer than 64 kB", Mend: "Log in again."}
	}
	err := s.ask(func(k keychain) error { return k.Set(service, registry, secret) })
	if err != nil {
		// An older one that the keychain still has would be found first.
		if !errors.Is(err, errNoAnswer) {
			_ = s.ask(func(k keychain) error { return k.Delete(service, registry) }) // mostly there is none
		}
		return File, s.files.set(registry, secret)
	}
	// An older one in a file would be found when the keychain does not answer.
	return Keychain, s.files.delete(registry)
}

// Delete forgets the secret of a registry wherever it is, and tells whether
// there was one.
func (s *Store) Delete(registry string) (bool, error) {
	inKeychain := s.ask(func(k keychain) error { return k.Delete(service, registry) }) == nil
	inFile := s.files.has(registry)
	return inKeychain || inFile, s.files.delete(registry)
}

var errNoAnswer = errors.New("the keychain does not answer")

// ask uses the keychain, for a bounded time. A keychain that hangs keeps its
// goroutine, as nothing can call it off.
func (s *Store) ask(use func(keychain) error) error {
	if s.keychain == nil {
		return errNoAnswer
	}
	done := make(chan error, 1)
	go func() { done <- use(s.keychain) }()
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return errNoAnswer
	}
}
