// Package published publishes a whole release against the real parts: the
// official registry with ownership validation on, Sigstore's services, an image
// registry, npm's own client. It has no code but its tests.
package published
