package verify

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sign"
)

// The issuers of the namespaces that have a natural owner.
const (
	githubIssuer = "https://token.actions.githubusercontent.com"
	gitlabIssuer = "https://gitlab.com"
)

// Basis says why somebody may sign for a name.
type Basis string

// The bases, in the order in which they are asked.
const (
	BasisFlags     Basis = "flags"     // the user named the signer
	BasisLock      Basis = "lock"      // he signed before
	BasisNamespace Basis = "namespace" // the namespace is his
	BasisFirstUse  Basis = "first-use" // the user accepts whoever signed
)

// checkPolicy refuses, before anything is asked, what would let anybody of an
// issuer sign, or an identity of any issuer.
func checkPolicy(p sign.Policy) error {
	identity := p.Issuer+p.Subject+p.SubjectRegexp != ""
	why := ""
	switch {
	case len(p.Key) > 0 && identity:
		why = "a key and an identity are two policies"
	case len(p.Key) > 0 || !identity:
	case p.Issuer == "":
		why = "it has no issuer, and any issuer could vouch for that subject"
	case p.Subject == "" && p.SubjectRegexp == "":
		why = "it has no subject, and everybody whom that issuer knows could sign"
	default:
		if _, err := regexp.Compile(p.SubjectRegexp); err != nil {
			why = fmt.Sprintf("its regular expression is none: %v", err)
		}
	}
	if why != "" {
		return fail("policy-unusable", "reading who may sign", why)
	}
	return nil
}

// Expected is who has to have signed for a server's name by the rules of its
// namespace. Of GitHub's and GitLab's it is a workflow of the owner, at a branch or
// tag (a run for a pull request holds a stranger's changes). Others have no rule.
func Expected(name string) (sign.Policy, bool) {
	namespace, _, ok := strings.Cut(name, "/")
	if !ok {
		return sign.Policy{}, false
	}
	if owner, ok := strings.CutPrefix(namespace, "io.github."); ok && isOwner(owner) {
		return githubPolicy(owner), true
	}
	if owner, ok := strings.CutPrefix(namespace, "io.gitlab."); ok && isOwner(owner) {
		return gitlabPolicy(owner), true
	}
	return sign.Policy{}, false
}

// expectedOf is the same for an image, at the registries whose paths begin with
// an account of the forge that runs them.
func expectedOf(image string) (sign.Policy, bool) {
	host, path, _ := strings.Cut(image, "/")
	owner, _, ok := strings.Cut(path, "/")
	if !ok || !isOwner(owner) {
		return sign.Policy{}, false
	}
	switch host {
	case "ghcr.io":
		return githubPolicy(owner), true
	case "registry.gitlab.com":
		return gitlabPolicy(owner), true
	}
	return sign.Policy{}, false
}

const atRef = `@refs/(?:heads|tags)/.+$`

// The owner's letter case is the forge's to choose: acme and Acme are one account.
func githubPolicy(owner string) sign.Policy {
	return sign.Policy{Issuer: githubIssuer, SubjectRegexp: `^https://github\.com/(?i:` + regexp.QuoteMeta(owner) +
		`)/[A-Za-z0-9._-]+/\.github/workflows/[^/@]+` + atRef}
}

func gitlabPolicy(owner string) sign.Policy {
	return sign.Policy{Issuer: gitlabIssuer, SubjectRegexp: `^https://gitlab\.com/(?i:` + regexp.QuoteMeta(owner) +
		`)/[A-Za-z0-9._/-]+//[^@]+` + atRef}
}

// isOwner reports whether s can be an account's name.
func isOwner(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r)
	})
}
