package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/surface"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// sourceFlags are the flags of commands that read snapshots from where they are.
type sourceFlags struct {
	targetFlags
	verify   verifyFlags // of those, what says who has to have signed
	timeout  time.Duration
	revision string
}

func (f *sourceFlags) bind(c *cobra.Command) {
	f.targetFlags.bind(c)
	f.verify.noBytes = true // a package's bytes say nothing about the surface
	fl := c.Flags()
	fl.DurationVar(&f.timeout, "timeout", 10*time.Second, "wait this long for each answer of a live server")
	fl.StringVar(&f.revision, "revision", "auto", "look at a live server in `auto` (all that it speaks) or a list such as 2025-11-25,2026-07-28")
	bindRegistry(c, &f.verify.registry)
	fl.StringVar(&f.verify.issuer, "issuer", "", "the signer of NAME@VERSION has to have this identity provider: a `URL`")
	fl.StringVar(&f.verify.subject, "subject", "", "the signer of NAME@VERSION has to be this `IDENTITY`")
	fl.StringVar(&f.verify.key, "key", "", "the key of NAME@VERSION's signer has to be this public key: a PEM `FILE`")
	fl.StringVar(&f.verify.trustedRoot, "trusted-root", "", "take certificates and logs to trust from this `FILE` instead of Sigstore's public instance")
	fl.BoolVar(&f.verify.firstUse, "trust-first-use", false, "accept whoever signed a name that nothing is known of")
	fl.StringVar(&f.verify.lock, "lock", "", "hold NAME@VERSION to what `FILE` remembers; "+lockName+" is used if it is there")
	fl.BoolVar(&f.verify.offline, "offline", false, "ask no registry over a network")
}

// takeOptions turns the flags into what asking a live server takes.
func (f *sourceFlags) takeOptions() (contract.TakeOptions, error) {
	j := judgeFlags{revision: f.revision, reach: "observe", timeout: f.timeout}
	o, err := j.options(testConfig{}, f.transport)
	if err != nil {
		return contract.TakeOptions{}, err
	}
	take := contract.TakeOptions{Transport: o.Transport, Limits: o.Limits}
	if f.revision != "auto" && f.revision != "all" {
		take.Revisions = o.Revisions
	}
	return take, nil
}

// contractSource reads a snapshot from where a word says it is: a file, a file of a git
// revision, a recording, an entry of the registry, or a live server.
func (a *app) contractSource(c *cobra.Command, word string, f sourceFlags) (*contract.Snapshot, error) {
	if strings.HasPrefix(word, gitPrefix) {
		raw, err := a.gitFile(c.Context(), word)
		if err != nil {
			return nil, err
		}
		return parseContract(word, raw)
	}
	if strings.Contains(word, "://") {
		return a.liveContract(c, word, f)
	}
	switch info, err := os.Stat(word); {
	case err == nil && info.IsDir():
		return a.signedContract(c, word, f)
	case err == nil:
		return fileContract(word)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, usagef("reading %s: %w", word, err)
	case entryName.MatchString(word):
		return a.signedContract(c, word, f)
	case strings.HasSuffix(word, ".json") || strings.HasSuffix(word, ".mcpl") || strings.ContainsAny(word, "/\\"):
		return nil, usagef("there is no %s", word).hinted("A source is a file, git:REV:PATH, a recording (.mcpl), an entry like io.github.acme/echo@1.2.3, or a server.")
	}
	return a.liveContract(c, word, f)
}

// fileContract reads a snapshot, a recording or the snapshot of a release from a
// file.
func fileContract(path string) (*contract.Snapshot, error) {
	if strings.HasSuffix(path, ".mcpl") {
		t, err := tape.Open(path)
		if err != nil {
			return nil, usagef("%w", err)
		}
		s, err := contract.OfTape(t)
		if err != nil {
			return nil, usagef("%s: %w", path, err)
		}
		return s, nil
	}
	raw, err := readSource(path, contract.MaxBytes)
	if err != nil {
		return nil, err
	}
	return parseContract(path, raw)
}

// parseContract reads a snapshot, or the one of a release that publish took.
func parseContract(name string, raw []byte) (*contract.Snapshot, error) {
	if v, err := mcp.Parse(raw); err == nil && !v.Has("schema") && v.Get("entries", "0").Kind() == mcp.Absent && v.Get("entries").Is(mcp.Array) {
		if s, err := surface.Parse(raw); err == nil {
			return contract.OfSurface(s), nil
		}
	}
	s, err := contract.Parse(raw)
	if err != nil {
		return nil, usagef("reading the contract %s: %w", name, err).hinted("Take it anew with: mcpctl contract snapshot --out FILE TARGET")
	}
	return s, nil
}

// liveContract asks the server at a URL or of a name.
func (a *app) liveContract(c *cobra.Command, word string, f sourceFlags) (*contract.Snapshot, error) {
	target, err := a.targetNamed(c, word, f.targetFlags)
	if err != nil {
		return nil, err
	}
	return a.takeContract(c, target, f)
}

func (a *app) takeContract(c *cobra.Command, target mcp.Target, f sourceFlags) (*contract.Snapshot, error) {
	o, err := f.takeOptions()
	if err != nil {
		return nil, err
	}
	return contract.Take(c.Context(), target, o)
}

// signedContract is the snapshot that was signed with a release, once its signature
// has held.
func (a *app) signedContract(c *cobra.Command, word string, f sourceFlags) (*contract.Snapshot, error) {
	request, err := f.verify.request(word)
	if err != nil {
		return nil, err
	}
	lock, err := f.verify.openLock()
	if err != nil {
		return nil, err
	}
	request.Lock = lock.content
	request.Require = []string{"surface"}
	parts, err := a.verifyParts(c, f.verify, request, nil)
	if err != nil {
		return nil, err
	}
	result, err := verify.Verify(c.Context(), request.Request, parts)
	if err != nil {
		return nil, err
	}
	for _, check := range result.Checks {
		if check.Verdict != verify.Fail {
			continue
		}
		return nil, &Error{Code: exitOf(result.Kind(false)), Err: fmt.Errorf("%s is not verified: %s: %s [%s]", word, check.Check, check.Reason, check.Code), Hint: check.Mend}
	}
	return contract.OfSurface(result.Surface), nil
}

// saveContract writes a snapshot to a file. It takes the place of another snapshot
// only: whatever else stands there is not overwritten.
func saveContract(path string, s *contract.Snapshot) error {
	raw, err := readSource(path, contract.MaxBytes)
	if err == nil {
		if _, broken := contract.Parse(raw); broken != nil {
			return usagef("%s is not overwritten: it holds no contract snapshot (%w)", path, broken).hinted("Name another file, or remove it first.")
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := atomic.WriteFile(path, s.Encode(), 0o644); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the contract: %w", err)}
	}
	return nil
}
