package packages

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// npm asks npm for the metadata of one version, from which the registry too
// takes mcpName.
func (c *Checker) npm(ctx context.Context, p Package) (found, error) {
	spec := p.Identifier + "@" + p.Version
	f := found{asked: "npm view " + spec}
	a, err := c.ask(ctx, p, command{
		names: []string{"npm"},
		// A cached answer of some minutes ago would hide what was just uploaded.
		args: []string{"view", spec, "name", "version", "mcpName", "dist", "--json", "--prefer-online", "--fetch-retries=1", "--loglevel=error", "--no-update-notifier"},
		dir:  c.Dir,
	})
	if err != nil {
		return f, err
	}
	answer, err := mcp.Parse(a.out)
	switch {
	case a.status != 0:
		return f, npmRefusal(p, a, answer)
	case len(strings.TrimSpace(string(a.out))) == 0: // npm before 11, of a version that is not there
		return f, invisible(p, "npm knows the package, but not that version")
	case err != nil || !answer.Is(mcp.Object):
		return f, garbled(p, "npm", errors.New("that is no JSON object"))
	}
	if name, version := answer.Get("name").Text(), answer.Get("version").Text(); name != p.Identifier || version != p.Version {
		return f, garbled(p, "npm", fmt.Errorf("it tells of %.250q, version %.250q", name, version))
	}
	sum, err := sha512Of(answer.Get("dist", "integrity").Text())
	if err != nil {
		return f, trouble(refusal.Finding, codeDigest, p, "Release it anew with a current npm.", "dist.integrity of its metadata %v", err)
	}
	f.files = []attest.Package{p.file("", "sha512", sum)}
	f.claim = claim{kind: exactClaim, where: "mcpName of package.json", text: answer.Get("mcpName").Text()}
	return f, nil
}

// npmRefusal understands the error that npm prints as JSON.
func npmRefusal(p Package, a answer, said mcp.Value) error {
	code, summary := said.Get("error", "code").Text(), said.Get("error", "summary").Text()
	switch code {
	case "E404", "ETARGET", "ENOVERSIONS":
		return invisible(p, "npm does not find it: %s", lastLines(summary))
	case "E401", "E403", "ENEEDAUTH", "EOTP":
		return trouble(refusal.Consent, codeDenied, p, "Log in with `npm login`, or see to the credentials in npm's configuration.", "npm may not see it (%s): %s", code, lastLines(summary))
	}
	if summary != "" { // else there is only its talk, whose end is rarely the cause
		a.complain = code + ": " + strings.Join(strings.Fields(summary), " ")
	}
	return failed(p, "npm view", a)
}

// sha512Of answers the hexadecimal digest in a value of Subresource Integrity.
func sha512Of(integrity string) (string, error) {
	for one := range strings.FieldsSeq(integrity) {
		encoded, ok := strings.CutPrefix(one, "sha512-")
		if !ok {
			continue
		}
		encoded, _, _ = strings.Cut(encoded, "?")
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(sum) != 64 {
			return "", fmt.Errorf("has %.100q, which is no digest", one)
		}
		return hex.EncodeToString(sum), nil
	}
	return "", errors.New("has no sha512")
}

// file is one file of a package with its digest in hexadecimal.
func (p Package) file(name, algorithm, digest string) attest.Package {
	return attest.Package{Type: p.Type, Identifier: p.Identifier, Version: p.Version, File: name, Digest: map[string]string{algorithm: digest}}
}
