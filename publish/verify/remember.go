package verify

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// allowedByLock refuses at once, with --locked, what is not in the lock.
func (v *verification) allowedByLock() bool {
	if !v.Locked || v.Lock.server(v.Result.Name).version(v.Result.Version) != nil {
		return true
	}
	v.fault("lock", v.id(), fail("not-locked", "looking into the lock", "it does not have "+v.id()))
	return false
}

// remembered compares with what was accepted before.
func (v *verification) remembered(context.Context) bool {
	if v.Lock == nil {
		return true
	}
	if v.image != "" && !v.allowedByLock() {
		return false
	}
	server := v.Lock.server(v.Result.Name)
	locked := server.version(v.Result.Version)
	switch {
	case server == nil:
		v.skip("lock", v.id(), "it does not know this server yet")
	case locked == nil:
		v.pass("lock", v.id(), "signed by the same as before; this version is new")
	default:
		if why := locked.differs(v.lockedVersion()); why != "" {
			v.fault("lock", v.id(), fail("entry-changed", "comparing with the lock", why))
			return false
		}
		v.pass("lock", v.id(), "the same as on "+locked.FirstSeen.Format(time.DateOnly))
	}
	return true
}

// lockedVersion is what a lock keeps of the verified version.
func (r *Result) lockedVersion() LockedVersion {
	l := LockedVersion{Version: r.Version, Packages: []LockedPackage{}}
	if !r.ofImage {
		l.Server = r.Digest
	}
	for _, p := range r.Packages {
		name := p.Type + " " + p.Identifier
		if p.Version != "" {
			name += "@" + p.Version
		}
		for _, algorithm := range []string{"sha256", "sha384", "sha512"} {
			if digest := p.Digest[algorithm]; digest != "" {
				l.Packages = append(l.Packages, LockedPackage{Package: name, Digest: algorithm + ":" + digest})
			}
		}
	}
	l.Packages = sortedPackages(l.Packages)
	return l
}

// differs says in what a version is another than it was.
func (l LockedVersion) differs(now LockedVersion) string {
	if l.Server != "" && now.Server != "" && l.Server != now.Server {
		return fmt.Sprintf("its server.json was %s and is %s", l.Server, now.Server)
	}
	for _, p := range now.Packages {
		if !slices.Contains(l.Packages, p) {
			return fmt.Sprintf("%s is %s, which it was not", p.Package, p.Digest)
		}
	}
	for _, p := range l.Packages {
		if !slices.Contains(now.Packages, p) {
			return fmt.Sprintf("%s was %s, which it no longer is", p.Package, p.Digest)
		}
	}
	return ""
}

// Remember answers the lock with a result in it that holds, seen at a time; the
// lock that is given stays as it is. An image alone brings no name into a lock.
// Changed is false if there is nothing to add.
func (l *Lock) Remember(r *Result, seen time.Time) (lock *Lock, changed bool) {
	seen = seen.UTC().Truncate(time.Second)
	next := &Lock{Schema: LockSchema}
	if l != nil {
		for _, s := range l.Servers {
			s.Versions = slices.Clone(s.Versions)
			next.Servers = append(next.Servers, s)
		}
	}
	if r.Verdict != Pass || r.Signer == nil || r.Signer.Key != "" && r.Signer.PublicKey == "" {
		return next, false
	}
	server := next.server(r.Name)
	if server == nil && r.ofImage {
		return next, false // what an image's signer calls it is not proven to be his
	}
	if server == nil {
		next.Servers = append(next.Servers, LockedServer{Name: r.Name, Signer: *r.Signer, FirstSeen: seen})
		server, changed = &next.Servers[len(next.Servers)-1], true
	}
	if !server.Signer.same(*r.Signer) {
		server.Signer, changed = *r.Signer, true
	}
	now := r.lockedVersion()
	now.FirstSeen = seen
	switch known := server.version(r.Version); {
	case known == nil:
		server.Versions = append(server.Versions, now)
		changed = true
	case known.Server == "" && now.Server != "":
		known.Server, changed = now.Server, true // only its image was known
	}
	return next, changed
}
