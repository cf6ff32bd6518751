// Package attach keeps Sigstore bundles beside what they speak about in an OCI
// registry: as OCI 1.1 referrers, found by the referrers API or, where a
// registry has none, by the fallback tag. The layout is cosign's, so that
// cosign finds what is written here and the other way round. Where a release
// has no image, an artifact of our own takes its place.
//
// Every function opens its own connection, is bounded in time and bytes, and
// may be called concurrently. Whatever a registry answers is data to check:
// nothing is believed that a digest or a signature does not confirm.
package attach

import (
	"net/http"
	"time"
)

const (
	// MaxBundle is the size of the biggest bundle, in bytes: a statement of
	// 16 MiB in base64 and what a signature adds.
	MaxBundle = 24 << 20
	// MaxBundles is how many bundles one image or one file may have.
	MaxBundles = 256
	// maxTotal is the size of all bundles of one image or one file, in bytes.
	maxTotal = 64 << 20
	// maxListed is how many referrers of any kind a registry may list.
	maxListed = 2000
	// maxPages is how many pages that list may have.
	maxPages = 64
	// maxManifest is the size of the biggest manifest, index or page of a list,
	// in bytes. It is what the OCI specification asks registries to take.
	maxManifest = 4 << 20
	// maxConfig is the size of the biggest image configuration, in bytes.
	maxConfig = 8 << 20
	// maxReference is the length of the longest reference, in bytes.
	maxReference = 512
	// maxAnswer bounds whatever else a registry answers, in bytes.
	maxAnswer = 32 << 20
)

// Options are how a registry is talked to. The zero value is ready: the
// credentials of the user's Docker or Podman, two minutes.
type Options struct {
	// UserAgent names the program to the registry.
	UserAgent string
	// Transport carries the requests; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Anonymous leaves the user's credentials alone.
	Anonymous bool
	// Timeout bounds one call of this package; 0 is two minutes.
	Timeout time.Duration
	// Patience bounds each single request; 0 is thirty seconds.
	Patience time.Duration
	// Pause is the wait before the first of two more tries at a registry that
	// is busy or breaks off, and trebles after it; 0 is one second.
	Pause time.Duration
}

func (o Options) withDefaults() Options {
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Minute
	}
	if o.Patience <= 0 {
		o.Patience = 30 * time.Second
	}
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	return o
}
