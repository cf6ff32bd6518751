package attach

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/static"
	cosign "github.com/sigstore/cosign/v2/pkg/oci/remote"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Attached is one bundle that is attached.
type Attached struct {
	Digest        string `json:"digest"`             // of the referrer's manifest: what Detach takes
	PredicateType string `json:"predicateType"`      // of the statement in it
	Already       bool   `json:"already,omitempty"`  // it was there before
	Fallback      bool   `json:"fallback,omitempty"` // listed by the tag: the registry has no referrers API
}

const (
	noteContent   = "dev.sigstore.bundle.content"
	notePredicate = "dev.sigstore.bundle.predicateType"
	readBacks     = 4
)

// Attach attaches bundles to repo@sha256:… and reads the list back: it answers
// only when all can be found, in the order given. A bundle that is there is not
// pushed again, and equal bundles make equal manifests, so that a run that was
// broken off is simply run again. The fallback tag has no lock: of two runs for
// one image at the same moment one can undo the other's list, which its next run
// mends. Refusals: bundle-unreadable, bundle-too-big,
// referrers-too-many, push-denied, image-missing, reference-malformed,
// referrer-missing (the registry took one and does not list it), oci-….
func Attach(ctx context.Context, ref string, bundles [][]byte, o Options) ([]Attached, error) {
	doing := "attaching attestations to " + ref
	subject, err := parseDigest(doing, ref)
	if err != nil {
		return nil, err
	}
	wanted, err := readAll(doing, bundles)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, subject.Context(), transport.PushScope, o)
	if err != nil {
		return nil, refusePush(doing, err)
	}
	defer s.close()
	attached, err := s.attach(doing, subject, wanted)
	if err != nil {
		return nil, refusePush(doing, err)
	}
	return attached, nil
}

func readAll(doing string, bundles [][]byte) ([]*bundle, error) {
	if len(bundles) > MaxBundles {
		return nil, tooMany(doing, fmt.Sprintf("there are more than %d", MaxBundles))
	}
	read := make([]*bundle, len(bundles))
	for i, raw := range bundles {
		if len(raw) > MaxBundle {
			return nil, tooBig(doing, fmt.Sprintf("bundle %d is bigger than %d MiB", i+1, MaxBundle>>20))
		}
		b, err := readBundle(raw)
		if err != nil {
			return nil, unreadable(fmt.Sprintf("%s, bundle %d", doing, i+1), err)
		}
		read[i] = b
	}
	return read, nil
}

// attach pushes what is missing until the registry lists everything. More than
// once it is needed where another run changes the fallback tag at the same
// time, or the registry takes a while to list what it has taken.
func (s *session) attach(doing string, subject name.Digest, wanted []*bundle) ([]Attached, error) {
	pushed := map[string]bool{}
	for round := range readBacks {
		if round > 1 {
			if err := s.wait(time.Duration(round-1) * s.pause); err != nil {
				return nil, err
			}
		}
		attached, absent, err := s.compare(doing, subject, wanted, pushed)
		if err != nil || len(absent) == 0 {
			return attached, err
		}
		for _, b := range absent {
			if err := s.push(subject, b); err != nil {
				return nil, err
			}
			pushed[digestOf(b.compact)] = true
		}
	}
	// The last push is read back as well.
	attached, absent, err := s.compare(doing, subject, wanted, pushed)
	if err == nil && len(absent) > 0 {
		err = missing(doing, fmt.Sprintf("the registry took %d bundles that it does not list", len(absent)))
	}
	return attached, err
}

// compare says which bundles the registry lists and which it does not.
func (s *session) compare(doing string, subject name.Digest, wanted []*bundle, pushed map[string]bool) (attached []Attached, absent []*bundle, err error) {
	listed, err := s.list(doing, subject)
	if err != nil {
		return nil, nil, err
	}
	there, err := s.bundles(doing, subject, listed)
	if err != nil {
		return nil, nil, err
	}
	for _, b := range wanted {
		digest := digestOf(b.compact)
		at := slices.IndexFunc(there, func(r referrer) bool { return r.layer.Digest.String() == digest })
		if at < 0 {
			absent = append(absent, b)
			continue
		}
		attached = append(attached, Attached{
			Digest: there[at].digest, PredicateType: b.predicateType, Already: !pushed[digest], Fallback: listed.fallback,
		})
	}
	return attached, absent, nil
}

// push writes cosign's layout by cosign's own hand. The time of day is left out
// of the annotations: it would make every push another manifest.
func (s *session) push(subject name.Digest, b *bundle) error {
	return cosign.WriteReferrer(subject, BundleType,
		[]v1.Layer{static.NewLayer(b.compact, BundleType)},
		map[string]string{noteContent: "dsse-envelope", notePredicate: b.predicateType},
		cosign.WithRemoteOptions(s.remote()...))
}

func (s *session) wait(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// MayPush asks for permission to push to host/repository by beginning an upload
// and breaking it off, which leaves nothing behind. Refusals: push-denied,
// image-missing (no such repository, where the registry makes none by itself),
// reference-malformed, oci-….
func MayPush(ctx context.Context, repo string, o Options) error {
	doing := "asking for permission to push to " + repo
	parsed, err := parseRepository(doing, repo)
	if err != nil {
		return err
	}
	s, err := open(ctx, parsed, transport.PushScope, o)
	if err != nil {
		return refusePush(doing, err)
	}
	defer s.close()
	uploads := s.url("blobs/uploads/")
	begun, err := s.do(http.MethodPost, uploads, "", maxManifest, http.StatusAccepted)
	if err != nil {
		return refusePush(doing, err)
	}
	// An upload that is not broken off the registry throws away by itself.
	if at, err := uploads.Parse(begun.header.Get("Location")); err == nil && at.Host == uploads.Host {
		_, _ = s.do(http.MethodDelete, at, "", maxManifest, http.StatusNoContent, http.StatusAccepted, http.StatusOK)
	}
	return nil
}

// refusePush is refuse for those who write: a denial is one of writing.
func refusePush(doing string, err error) error {
	err = refuse(doing, err)
	if r, ok := refusal.Of(err); ok && r.Code == "image-denied" {
		r.Code, r.Mend = "push-denied", "Log in with docker login as somebody who may push there."
	}
	return err
}
