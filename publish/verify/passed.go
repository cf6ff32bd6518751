package verify

import "github.com/mcpctl/mcpctl/publish/refusal"

// Passed are the failures of the rooms below that Verify lets through with the
// code that they have there. A failure says more exactly what it met and what to
// do than these lines.
func Passed() []Code {
	const (
		finding     = refusal.Finding
		usage       = refusal.Usage
		environment = refusal.Environment
		consent     = refusal.Consent
	)
	return []Code{
		// server.json and statements
		{"server-json-unreadable", usage, "The server.json cannot be read, or could be read in two ways.", "`mcpctl publish check` says what is wrong with it."},
		{"pointer-unreadable", finding, "The pointer in server.json to its statements is none.", "Give the statements with --bundle FILE."},
		{"statement-unreadable", finding, "A signature holds, but what it signs is no statement that mcpctl can read.", "Ask the publisher to sign again; a newer mcpctl may read it."},

		// signatures
		{"bundle-unreadable", finding, "A signed statement is no Sigstore bundle of version 0.3.", "Get it again from where it was published."},
		{"bundle-too-big", finding, "A file of statements is larger than any that mcpctl makes.", "Do not use it."},
		{"signature-invalid", finding, "A statement was changed after it was signed, or its signature was.", "Do not use it."},
		{"signer-wrong", finding, "Somebody else signed than who is entitled to.", "Do not use it, unless you know that he may; then name him with --issuer and --subject."},
		{"issuer-wrong", finding, "Another identity provider vouches for the signer than has to.", "Do not use it, unless you know that it is right; then name it with --issuer."},
		{"key-wrong", finding, "Another key signed than the one that is awaited.", "Do not use it, unless you know that the other key is right; then give that with --key."},
		{"key-unreadable", usage, "The file of --key is no public key.", "Give a PEM public key, such as cosign.pub."},
		{"certificate-untrusted", finding, "The signer's certificate is by no authority of the trusted root.", "See whether --trusted-root is the one of the signer's services."},
		{"certificate-expired", finding, "The signature was made when its certificate was not valid, or nothing proves that it was.", "Ask the publisher to sign with a timestamp."},
		{"timestamp-missing", finding, "No trusted authority says when the signature was made.", "Ask the publisher to sign with a timestamp."},
		{"log-missing", finding, "The signature is in no transparency log of the trusted root.", "See whether --trusted-root is the one of the signer's services."},
		{"log-invalid", finding, "The entry in the transparency log does not prove that it was entered.", "Do not use it."},
		{"trust-unreadable", usage, "The file of --trusted-root is none.", "Give a Sigstore trusted_root.json."},
		{"trust-unreachable", environment, "The trusted root of Sigstore's public instance could not be fetched.", "Try again, or give one with --trusted-root."},

		// registries
		{"not-found", usage, "The registry does not have this name or version.", "`mcpctl registry search` finds names."},
		{"rate-limited", environment, "The registry has had enough questions for now.", "Wait some minutes."},
		{"registry-unreachable", environment, "The registry does not answer.", "See whether its address is right, and try again."},
		{"registry-redirected", environment, "The registry sends to another host, which was not asked.", "Name that host with --registry, if you trust it."},
		{"registry-broken", environment, "The registry's answer is none of a registry.", "See whether its address is right."},
		{"attestations-unsupported", usage, "The entry says that its registry keeps the statements, and that one does not do so.", "Give the registry where it was published with --registry."},
		{"store-unusable", environment, "The folder of --registry is no registry, or cannot be read.", "Name the folder that `mcpctl registry serve` or `publish` wrote."},

		// images
		{"reference-malformed", usage, "The name of an image is none.", "Write it like host/repository:tag."},
		{"image-missing", finding, "The image is not there.", "See whether its name is right."},
		{"image-denied", consent, "The image's registry wants to know who asks.", "Log in with `docker login`."},
		{"referrer-missing", finding, "Nothing is attached to the image.", "Ask the publisher to sign the release, or give the statements with --bundle FILE."},
		{"referrers-too-many", finding, "More is attached to the image than is read.", "Give the statements with --bundle FILE."},
		{"credentials-unreadable", consent, "The credentials for image registries cannot be read.", "Mend Docker's configuration, or log in anew."},
		{"oci-unreachable", environment, "The image's registry does not answer.", "Try again."},
		{"oci-rate-limited", environment, "The image's registry has had enough questions for now.", "Wait some minutes, or log in."},
		{"oci-refused", environment, "The image's registry does not take the question.", "Read what it says."},
		{"oci-broken", environment, "The answer of the image's registry is none of a registry.", "Ask who runs it."},
		{"oci-too-big", environment, "What lies at the image's registry is larger than is read.", "See whether the reference is right."},
		{"oci-tampered", finding, "The image's registry sends other bytes than their digest says.", "Do not use what it serves."},
		{"oci-insecure", usage, "An image's registry is to be asked without encryption.", "Ask who runs it for TLS."},

		// packages
		{"package-not-visible", environment, "The package is not on its host (any more).", "Do not install what takes its place."},
		{"package-denied", consent, "The package's host wants to know who asks.", "See to the credentials in the configuration of the ecosystem's client."},
		{"package-address", finding, "The package lies at an address that is not asked.", "Fetch it yourself and give it with --artifact."},
		{"package-unnamed", usage, "The entry names a package in part only, or of a type that nobody knows.", "Ask the publisher to publish a whole entry."},
		{"package-host", environment, "The package's host does not answer.", "Try again."},
		{"package-digest", finding, "The package's bytes are not what its own index or entry says.", "Do not use it; tell who runs its host."},
		{"hash-missing", finding, "The entry does not say the hash of a bundle.", "Ask the publisher to publish it with fileSha256."},
		{"hash-placeholder", finding, "The hash of a bundle in the entry is made up.", "Ask the publisher to publish the right one."},
		{"client-missing", environment, "The ecosystem's client, which knows the package's host, is not installed.", "Install it, or give the file with --artifact."},
		{"client-failed", environment, "The ecosystem's client ended with an error.", "Run it by hand to see why."},
		{"client-slow", environment, "The ecosystem's client took too long.", "Try again."},
		{"client-flood", environment, "The ecosystem's client said more than is read.", "Run it by hand to see why."},
		{"client-garbled", environment, "The ecosystem's client said what mcpctl does not understand.", "Give the file with --artifact."},
		{"artifact-unreadable", usage, "A package at hand cannot be read.", "Name a file that can be read."},
		{"artifact-type", usage, "A package at hand is of another type than its entry.", "Give it with its own type, as in --artifact npm=FILE."},
		{"artifact-name", finding, "The package has another name inside.", "Do not install it."},
		{"artifact-version", finding, "The package has another version inside.", "Do not install it."},
		{"artifact-damaged", finding, "The package is damaged.", "Get it anew."},
		{"artifact-escapes", finding, "The package holds files that would be unpacked elsewhere.", "Do not install it."},
		{"artifact-link", finding, "The package holds links where there may be none.", "Do not install it."},
		{"artifact-bomb", finding, "The package unpacks to a size that no real one has.", "Do not install it."},
	}
}
