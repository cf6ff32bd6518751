package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// find gets what is to be verified, and its digest.
func (v *verification) find(ctx context.Context) bool {
	switch {
	case v.Image != "":
		return v.findImage(ctx)
	case len(v.Server) > 0:
		return v.findFile()
	}
	return v.findEntry(ctx)
}

func (v *verification) findEntry(ctx context.Context) bool {
	if v.parts.Registry == nil {
		v.fault("entry", v.Request.Name, offline("asking a registry for "+v.Request.Name))
		return false
	}
	if u, err := url.Parse(v.Result.Source); err == nil && u.Host != "" {
		v.hosts[u.Host] = true
	}
	entry, err := v.parts.Registry.Get(ctx, v.Request.Name, v.Request.Version)
	if err != nil {
		v.fault("entry", v.Request.Name, err)
		return false
	}
	name, version := entry.Name(), entry.Version()
	wanted := v.Request.Version
	if name != v.Request.Name || wanted != "" && wanted != "latest" && version != wanted {
		v.fault("entry", v.Request.Name, fail("entry-mismatch", "reading the entry", fmt.Sprintf("it is that of %s@%s", name, version)))
		return false
	}
	if !v.read(entry.Server) {
		return false
	}
	v.pass("entry", v.id(), "found in "+v.Result.Source)
	v.status(entry)
	return v.allowedByLock()
}

// status judges what the registry says of the version. The rest is looked at in
// any case: why a version was taken back may be seen from it.
func (v *verification) status(e *registry.Entry) {
	message := ""
	if e.StatusMessage != "" {
		message = ": " + e.StatusMessage
	}
	switch e.Status {
	case registry.Active:
		v.pass("status", v.id(), "active")
	case registry.Deprecated:
		v.warn("status", v.id(), fail("entry-deprecated", "reading the status", "deprecated"+message))
	default:
		v.fault("status", v.id(), fail("entry-deleted", "reading the status", e.Status+message))
	}
}

func (v *verification) findFile() bool {
	if !v.read(v.Server) {
		return false
	}
	v.pass("entry", v.id(), "read from "+v.Result.Source)
	return v.allowedByLock()
}

// read takes name, version and digest from a server.json.
func (v *verification) read(server []byte) bool {
	subject, err := attest.ServerSubject(server)
	if err != nil {
		v.fault("entry", v.Request.Name, err)
		return false
	}
	var id struct{ Name, Version string }
	canonical, err := attest.Canonical(server)
	if err == nil {
		err = json.Unmarshal(canonical, &id)
	}
	if err != nil {
		v.fault("entry", v.Request.Name, err)
		return false
	}
	v.server = server
	v.Result.Name, v.Result.Version = id.Name, id.Version
	v.Digest = "sha256:" + subject.Digest["sha256"]
	if v.pointer, _, err = attest.PointerOf(server); err != nil {
		v.fault("entry", v.id(), err)
		return false
	}
	return true
}

func (v *verification) findImage(ctx context.Context) bool {
	if v.parts.Images == nil {
		v.fault("entry", v.Image, offline("asking for the image "+v.Image))
		return false
	}
	v.hosts[hostOf(v.Image)] = true
	digest, err := v.parts.Images.Resolve(ctx, v.Image)
	if err != nil {
		v.fault("entry", v.Image, err)
		return false
	}
	v.image, v.Digest, v.ofImage = repository(v.Image)+"@"+digest, digest, true
	v.pass("entry", v.Image, "is "+digest)
	return true
}

// id is the server and its version.
func (v *verification) id() string {
	if v.Result.Name == "" {
		return v.image
	}
	return v.Result.Name + "@" + v.Result.Version
}

// subject is the digest that every statement of the release has to be about.
func (v *verification) subject() string { return strings.TrimPrefix(v.Digest, "sha256:") }

// offline refuses what would need a part that is not there.
func offline(doing string) error {
	return fail("offline-impossible", doing, "nothing may be asked over a network")
}

// hostOf is the registry's host in an image reference.
func hostOf(ref string) string {
	first, _, slash := strings.Cut(ref, "/")
	if !slash || !strings.ContainsAny(first, ".:") && first != "localhost" {
		return "docker.io"
	}
	return first
}

// repository is an image reference without tag and digest.
func repository(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(ref, ':'); colon > strings.LastIndexByte(ref, '/') {
		ref = ref[:colon]
	}
	return ref
}
