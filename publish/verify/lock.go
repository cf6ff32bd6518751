package verify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// LockSchema names the format of a lock; members are only ever added under it.
const LockSchema = "mcpctl.lock/v1"

// MaxLock bounds a lock, in bytes.
const MaxLock = 8 << 20

// Lock remembers what was verified once, so that a later change is noticed: of each
// server who signs for it, and of each version its digests. The zero value is empty.
// A Lock is not safe for concurrent changes.
type Lock struct {
	Schema  string         `json:"schema"`
	Servers []LockedServer `json:"servers"` // by name
}

// LockedServer is what a lock remembers of one name.
type LockedServer struct {
	Name      string          `json:"name"`
	Signer    Signer          `json:"signer"`
	FirstSeen time.Time       `json:"firstSeen"` // in UTC, whole seconds
	Versions  []LockedVersion `json:"versions"`  // by version, as text
}

// LockedVersion is what a lock remembers of one version.
type LockedVersion struct {
	Version   string          `json:"version"`
	Server    string          `json:"server"`   // digest of the canonical server.json; empty if only an image was verified
	Packages  []LockedPackage `json:"packages"` // by package, then digest
	FirstSeen time.Time       `json:"firstSeen"`
}

// LockedPackage is one signed file.
type LockedPackage struct {
	Package string `json:"package"` // type, identifier and version
	Digest  string `json:"digest"`  // like sha256:…
}

// ParseLock reads a lock strictly: what mcpctl would not write itself is refused
// (lock-broken), since a merge gone wrong must not loosen a guard.
func ParseLock(data []byte) (*Lock, error) {
	broken := func(format string, args ...any) error {
		return fail("lock-broken", "reading the lock", fmt.Sprintf(format, args...))
	}
	if len(data) > MaxLock {
		return nil, broken("it is larger than %d bytes", MaxLock)
	}
	var l Lock
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, broken("it is no JSON of a lock: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, broken("something follows the end of it")
	}
	if l.Schema != LockSchema {
		return nil, broken("its schema is %q, not %q", l.Schema, LockSchema)
	}
	for _, s := range l.Servers {
		if why := s.wrong(); why != "" {
			return nil, broken("server %q: %s", s.Name, why)
		}
	}
	// Written anew it must be the same: that finds what decoding forgives, such
	// as members given twice, entries given twice, and another order.
	var was bytes.Buffer
	if err := json.Compact(&was, data); err != nil {
		return nil, broken("%v", err)
	}
	again, err := l.compact()
	if err != nil || !bytes.Equal(was.Bytes(), again) || !l.distinct() {
		return nil, broken("its entries are not sorted and each there once, or members are written twice or otherwise than mcpctl does")
	}
	return &l, nil
}

// wrong says what is wrong with an entry, if something is.
func (s LockedServer) wrong() string {
	switch {
	case s.Name == "":
		return "it has no name"
	case !s.Signer.whole():
		return "its signer is neither an issuer with a subject nor a public key with its digest"
	case len(s.Versions) == 0:
		return "it has no version"
	}
	for _, v := range s.Versions {
		if v.Version == "" || v.Server == "" && len(v.Packages) == 0 {
			return fmt.Sprintf("version %q has no name or no digest", v.Version)
		}
		if v.Server != "" && !isDigest(v.Server) {
			return fmt.Sprintf("version %s: the server's digest is not like sha256:…", v.Version)
		}
		for _, p := range v.Packages {
			if p.Package == "" || !isDigest(p.Digest) {
				return fmt.Sprintf("version %s: package %q has no digest like sha256:…", v.Version, p.Package)
			}
		}
	}
	return ""
}

// Encode writes the lock as it is kept in version control: indented, sorted, one
// fact a line.
func (l *Lock) Encode() ([]byte, error) {
	return l.encode("  ")
}

func (l *Lock) compact() ([]byte, error) {
	b, err := l.encode("")
	return bytes.TrimSuffix(b, []byte("\n")), err
}

func (l *Lock) encode(indent string) ([]byte, error) {
	sorted := Lock{Schema: LockSchema, Servers: []LockedServer{}}
	for _, s := range l.Servers {
		s.Versions = slices.Clone(s.Versions)
		slices.SortFunc(s.Versions, func(a, b LockedVersion) int { return cmp.Compare(a.Version, b.Version) })
		for i := range s.Versions {
			s.Versions[i].Packages = sortedPackages(s.Versions[i].Packages)
		}
		sorted.Servers = append(sorted.Servers, s)
	}
	slices.SortFunc(sorted.Servers, func(a, b LockedServer) int { return cmp.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(sorted)
	return out.Bytes(), err
}

func sortedPackages(all []LockedPackage) []LockedPackage {
	all = append([]LockedPackage{}, all...) // in JSON a list, if an empty one
	slices.SortFunc(all, func(a, b LockedPackage) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Digest, b.Digest))
	})
	return slices.Compact(all)
}

// distinct reports whether no name, and no version of a name, is there twice.
func (l *Lock) distinct() bool {
	for i, s := range l.Servers {
		if i > 0 && l.Servers[i-1].Name == s.Name {
			return false
		}
		for j, v := range s.Versions {
			if j > 0 && s.Versions[j-1].Version == v.Version {
				return false
			}
		}
	}
	return true
}

// server finds what is remembered of a name.
func (l *Lock) server(name string) *LockedServer {
	if l == nil {
		return nil
	}
	for i := range l.Servers {
		if l.Servers[i].Name == name {
			return &l.Servers[i]
		}
	}
	return nil
}

// version finds what is remembered of a version.
func (s *LockedServer) version(version string) *LockedVersion {
	if s == nil {
		return nil
	}
	for i := range s.Versions {
		if s.Versions[i].Version == version {
			return &s.Versions[i]
		}
	}
	return nil
}
