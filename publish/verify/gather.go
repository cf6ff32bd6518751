package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/packages"
)

// Bounds on what is gathered for one release.
const (
	maxBundles = 1024
	maxFile    = 64 << 20 // bytes of a file of bundles
)

// gather finds the signed statements: those at hand, else where the pointer leads,
// else at the images that the entry names.
func (v *verification) gather(ctx context.Context) bool {
	if len(v.Bundles) > 0 {
		for _, b := range v.Bundles {
			v.add(b.From, b.Lines)
		}
		return v.gathered(nil)
	}
	var troubles []error
	try := func(err error) {
		if err != nil {
			troubles = append(troubles, err)
		}
	}
	switch {
	case v.image != "":
		try(v.fromImage(ctx, v.image))
	case v.pointer.Subject != "":
		for _, ref := range v.pointer.OCI {
			try(v.fromImage(ctx, ref))
		}
		if v.pointer.SHA256 != "" {
			try(v.fromFile(ctx))
		}
	default:
		all, _, err := packages.List(v.server)
		try(err)
		for _, p := range all {
			if p.Type == packages.OCI {
				try(v.fromImage(ctx, p.Identifier))
			}
		}
	}
	return v.gathered(troubles)
}

// gathered tells what came of it. A place that failed beside one that did not is a
// warning: what was needed is there, or will be missed by its name.
func (v *verification) gathered(troubles []error) bool {
	if len(v.found) == 0 {
		if len(troubles) == 0 {
			troubles = []error{fail("bundles-missing", "looking for signed statements", "there is none "+v.lookedAt())}
		}
		v.fault("bundles", v.id(), troubles[0])
		return false
	}
	for _, err := range troubles {
		if code(err) == "bundles-changed" {
			v.fault("bundles", v.id(), err)
			return false
		}
		v.warn("bundles", v.id(), err)
	}
	from := map[string]bool{}
	for _, b := range v.found {
		from[b.from] = true
	}
	v.pass("bundles", v.id(), fmt.Sprintf("%s from %s", counted(len(v.found), "signed statement"), listed(from)))
	return true
}

func (v *verification) lookedAt() string {
	switch {
	case v.image != "":
		return "at the image"
	case v.pointer.Subject != "":
		return "where server.json points to"
	}
	return "at an image of the entry, and server.json does not say where they are"
}

// fromImage adds the referrers of an image or artifact.
func (v *verification) fromImage(ctx context.Context, ref string) error {
	if v.parts.Images == nil {
		return offline("asking for the statements at " + ref)
	}
	v.hosts[hostOf(ref)] = true
	digest, err := v.parts.Images.Resolve(ctx, ref)
	if err != nil {
		return err
	}
	ref = repository(ref) + "@" + digest
	lines, err := v.parts.Images.Fetch(ctx, ref)
	if err != nil {
		return err
	}
	v.add(ref, lines)
	for _, b := range v.found {
		b.attached = b.attached || b.from == ref
	}
	return nil
}

// fromFile adds the bundles of the file that the pointer names by its hash, from
// its address or from the registry itself.
func (v *verification) fromFile(ctx context.Context) error {
	from, data, err := v.Result.Source, []byte(nil), error(nil)
	switch address := v.pointer.URL; {
	case address != "" && v.parts.Web == nil, address == "" && v.parts.Shelf == nil:
		return offline("asking for the file of statements " + v.pointer.SHA256)
	case address != "":
		from = address
		if u, err := url.Parse(address); err == nil {
			v.hosts[u.Host] = true
		}
		data, err = v.parts.Web.Get(ctx, address, maxFile)
	default:
		data, err = v.parts.Shelf.Attestations(ctx, v.pointer.SHA256)
	}
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != v.pointer.SHA256 {
		return fail("bundles-changed", "reading the statements from "+from,
			fmt.Sprintf("the file there has the hash %x, the entry says %s", sum, v.pointer.SHA256))
	}
	lines, err := attach.ParseLines(data)
	if err != nil {
		return err
	}
	v.add(from, lines)
	return nil
}

// add keeps bundles, each once: two images can have the same.
func (v *verification) add(from string, lines [][]byte) {
	for _, line := range lines {
		sum := sha256.Sum256(line)
		known := false
		for _, b := range v.found {
			known = known || b.sum == sum
		}
		if !known && len(v.found) < maxBundles {
			v.found = append(v.found, newBundle(from, line, sum))
		}
	}
}
