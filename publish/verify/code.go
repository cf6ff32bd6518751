package verify

import (
	"slices"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Code is one way in which verifying can fail. Its name is permanent.
type Code struct {
	// ID is what scripts compare, like "package-differs".
	ID string
	// Kind gives the exit code.
	Kind refusal.Kind
	// Meaning is one sentence about what was found.
	Meaning string
	// Mend says what to do. A failure may say it more exactly.
	Mend string
}

// Codes are all failures that Verify and its lock can answer of their own. Those of
// the rooms below it (a signature that does not hold, a registry that does not
// answer) keep the codes that they have there; [Passed] lists them.
func Codes() []Code {
	const (
		finding     = refusal.Finding
		usage       = refusal.Usage
		environment = refusal.Environment
		consent     = refusal.Consent
	)
	return []Code{
		{"entry-deleted", finding, "The publisher or the registry has taken this version back.", "Do not install it; `mcpctl registry show NAME` lists the versions that are left."},
		{"entry-deprecated", finding, "The publisher advises against this version. A warning, which counts with --strict.", "Read the status message and move to the version that it names."},
		{"entry-mismatch", finding, "The registry answered with another name or version than it was asked for.", "Do not trust this registry's answers; ask another one with --registry."},
		{"bundles-missing", finding, "No signed statement is there, neither where the entry points to nor at its images.", "Ask the publisher to sign the release, or give the statements with --bundle FILE."},
		{"bundles-changed", finding, "The file of statements is not the one whose hash the entry has.", "Ask the publisher which file is right; the entry's hash is what was published."},
		{"pointer-wrong", finding, "The entry's pointer to its statements names another server.json than the one that is signed.", "Ask the publisher to publish the entry again."},
		{"release-missing", finding, "Statements are there, but none in which the publisher releases this very version.", "Ask the publisher to sign this version, or give its statements with --bundle FILE."},
		{"provenance-missing", finding, "A provenance was required, and nobody entitled has signed one for this release.", "Ask the publisher for it, or leave provenance out of --require."},
		{"sbom-missing", finding, "A bill of materials was required, and nobody entitled has signed one for this release.", "Ask the publisher for it, or leave sbom out of --require."},
		{"conformance-missing", finding, "A conformance result was required, and nobody entitled has signed one for this release.", "Ask the publisher for it, or leave conformance out of --require."},
		{"surface-missing", finding, "A snapshot of the server's tools was required, and nobody entitled has signed one for this release.", "Ask the publisher for it, or verify without --live and without surface in --require."},
		{"server-json-differs", finding, "The server.json is not the one that was signed for this name and version.", "Do not install what it names; get the entry anew, or ask the publisher."},
		{"release-differs", finding, "The signed release says another name, version or packages than the server.json that it is for.", "Ask the publisher to release again; the statement contradicts itself."},
		{"subjects-differ", finding, "An attestation of this release speaks of other files than the release does.", "Ask the publisher to attest the very files that were released."},
		{"package-differs", finding, "A package is not the one that was signed: its bytes were exchanged.", "Do not install it. Tell the publisher and the package registry."},
		{"package-unsigned", finding, "A package of the entry is in no signed statement.", "Do not install it; ask the publisher to sign all packages of the release."},
		{"package-unchecked", environment, "Nobody could tell the digest of a package, so it is not proven.", "Give the file with --artifact TYPE=FILE, or verify only entry and signatures with --without-packages."},
		{"conformance-failed", finding, "The signed conformance result is not one of a server that passed.", "Judge it yourself with `mcpctl test`, and decide."},
		{"sbom-unreadable", finding, "The signed bill of materials is neither CycloneDX nor SPDX.", "Ask the publisher for a bill that can be read."},
		{"sbom-differs", finding, "The bill of materials at hand is not the one that was signed.", "Use the signed one; `--format json` tells where it is."},
		{"provenance-unreadable", finding, "The signed provenance is none of SLSA 1.", "Ask the publisher to sign again; a newer mcpctl may read it."},
		{"provenance-sourceless", finding, "A provenance was required, and the signed one does not say from which source the release was built, as one of a build on somebody's own machine.", "Ask the publisher to release in a workflow, or leave provenance out of --require."},
		{"provenance-source-differs", finding, "The release was built from another repository than the one that server.json names.", "Look at both repositories; do not install a release of a repository that you do not trust."},
		{"surface-unreadable", finding, "The signed snapshot of the server's tools cannot be read.", "Ask the publisher to sign again; a newer mcpctl may read it."},
		{"surface-changed", finding, "The live server has other tools, prompts or resources than were signed.", "Do not use the server before the publisher has explained the change (a rug-pull looks like this)."},
		{"live-unreachable", environment, "The live server could not be asked for its tools.", "Start it, and give its address with --live or its command after --."},
		{"signer-changed", finding, "Somebody else has signed than before, as the lock remembers it.", "Ask the publisher. If it is right: --allow-signer-change NAME."},
		{"signer-ambiguous", consent, "More than one signer claims this release, and nothing says which of them is entitled.", "Name the right one with --issuer and --subject, or with --key."},
		{"entry-changed", finding, "The same version was accepted with other digests before, as the lock remembers it.", "Do not install it: a version never changes. If it is right, take the version out of the lock by hand."},
		{"not-locked", finding, "With --locked, and the lock does not have this version.", "Verify once without --locked and commit the lock."},
		{"identity-unknown", consent, "Nothing says who may sign for this name.", "Give the publisher's key with --key FILE, or --issuer and --subject. To accept whoever has signed now, and only him from now on: --trust-first-use."},
		{"host-refused", consent, "The entry leads to an address that was not named, or that is not safe to ask.", "If you trust it: --allow-host HOST. Or fetch the file yourself, and give it with --bundle FILE."},
		{"bundles-unreachable", environment, "The file of statements could not be fetched.", "Try again, or fetch it yourself and give it with --bundle FILE."},
		{"policy-unusable", usage, "The flags name a signer only in part, or two.", "Give --issuer with --subject or --subject-regexp, or --key alone."},
		{"require-unknown", usage, "--require names an attestation that does not exist.", "Choose from provenance, sbom, conformance and surface."},
		{"offline-impossible", usage, "Offline, and what was asked for needs the network.", "Name a file or folder, a registry in a folder, and a --trusted-root or a --key."},
		{"lock-broken", usage, "The lock is not as mcpctl writes it. It is never overwritten in this state.", "Take it back from version control, or mend it by hand."},
		{"lock-missing", usage, "With --locked, and there is no lock.", "Verify once with --lock FILE and commit the file."},
	}
}

// Lookup finds a code of Verify's own.
func Lookup(id string) (Code, bool) {
	all := Codes()
	at := slices.IndexFunc(all, func(c Code) bool { return c.ID == id })
	if at < 0 {
		return Code{}, false
	}
	return all[at], true
}

// fail makes the refusal of a code. The code is one of Codes; a test reads the
// source to hold it to that.
func fail(id, doing, why string) *refusal.Refusal {
	c, _ := Lookup(id)
	return &refusal.Refusal{Kind: c.Kind, Code: id, Doing: doing, Why: why, Mend: c.Mend}
}
