package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// conformance looks for a result of tests that passed, or did so with warnings.
func (v *verification) conformance(b *bundle) (string, error) {
	var says struct {
		Result      string   `json:"result"`
		PassedTests []string `json:"passedTests"`
		FailedTests []string `json:"failedTests"`
	}
	if err := json.Unmarshal(b.says.Predicate, &says); err != nil {
		return "", fail("conformance-failed", "reading the conformance result", fmt.Sprintf("it cannot be read: %v", err))
	}
	if says.Result != "PASSED" && says.Result != "WARNED" {
		why := fmt.Sprintf("its result is %q", says.Result)
		if n := len(says.FailedTests); n > 0 {
			why += fmt.Sprintf(", %s failed, the first is %s", counted(n, "check"), says.FailedTests[0])
		}
		return "", fail("conformance-failed", "reading the conformance result", why)
	}
	said := counted(len(says.PassedTests), "check") + " passed"
	if says.Result == "WARNED" {
		said += ", with warnings"
	}
	return said, nil
}

// bill looks whether the bill of materials can be read and is the one at hand.
func (v *verification) bill(b *bundle) (string, error) {
	doc, err := sbom.Read(b.says.Predicate)
	if err != nil {
		return "", fail("sbom-unreadable", "reading the bill of materials", err.Error())
	}
	said := fmt.Sprintf("%s %s, about the released files", doc.Format, doc.Version)
	if v.SBOM == nil {
		return said, nil
	}
	theirs, err := sbom.Read(v.SBOM)
	if err != nil {
		return "", fail("sbom-unreadable", "reading the bill of materials at hand", err.Error())
	}
	if theirs.Format != doc.Format { // the same content in another format, which is not compared
		return said, nil
	}
	if !sameJSON(b.says.Predicate, v.SBOM) {
		return "", fail("sbom-differs", "comparing the bill of materials at hand with the signed one", "they are not the same document")
	}
	return said + ", and is the one at hand", nil
}

// sameJSON reports whether two texts are the same JSON; layout and the order of
// members are not part of it.
func sameJSON(a, b []byte) bool {
	var values [2]any
	for i, text := range [][]byte{a, b} {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&values[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

// provenance looks whether the release was built from the repository that
// server.json names.
func (v *verification) provenance(b *bundle) (string, error) {
	var says struct {
		BuildDefinition struct {
			ExternalParameters struct {
				Source   any `json:"source"`
				Workflow struct {
					Repository string `json:"repository"`
				} `json:"workflow"`
			} `json:"externalParameters"`
			ResolvedDependencies []struct {
				URI string `json:"uri"`
			} `json:"resolvedDependencies"`
		} `json:"buildDefinition"`
	}
	const doing = "reading the provenance"
	if err := json.Unmarshal(b.says.Predicate, &says); err != nil {
		return "", fail("provenance-unreadable", doing, fmt.Sprintf("it is none of SLSA 1: %v", err))
	}
	build := says.BuildDefinition
	source, _ := build.ExternalParameters.Source.(string)
	if source == "" {
		source = build.ExternalParameters.Workflow.Repository
	}
	for _, d := range build.ResolvedDependencies {
		if source == "" && strings.HasPrefix(d.URI, "git+") {
			source = d.URI
		}
	}
	if source == "" {
		return "", fail("provenance-sourceless", doing, "it names no source repository")
	}
	named := v.repository()
	switch {
	case v.image != "":
		return "built from " + source, nil
	case named == "":
		return "built from " + source + "; server.json names no repository to compare it with", nil
	case normalRepository(source) != normalRepository(named):
		return "", fail("provenance-source-differs", doing, fmt.Sprintf("it was built from %s, and server.json names %s", source, named))
	}
	return "built from " + named, nil
}

// repository is the one that server.json names.
func (v *verification) repository() string {
	canonical, err := attest.Canonical(v.server)
	if err != nil {
		return ""
	}
	var doc struct {
		Repository struct {
			URL string `json:"url"`
		} `json:"repository"`
	}
	_ = json.Unmarshal(canonical, &doc) // find has read it before
	return doc.Repository.URL
}

// normalRepository writes the address of a repository in one way: without git+,
// .git, reference and letter case of host, and, at the forges that do not tell
// case apart, of the path.
func normalRepository(address string) string {
	u, err := url.Parse(strings.TrimPrefix(address, "git+"))
	if err != nil {
		return address
	}
	path, _, _ := strings.Cut(u.Path, "@")
	path = strings.TrimSuffix(strings.TrimRight(path, "/"), ".git")
	host := strings.ToLower(u.Host)
	if host == "github.com" || host == "gitlab.com" {
		path = strings.ToLower(path)
	}
	return host + path
}

// snapshot reads the surface as it was signed, for the live server.
func (v *verification) snapshot(b *bundle) (string, error) {
	s, err := surface.Parse(b.says.Predicate)
	if err != nil {
		return "", fail("surface-unreadable", "reading the snapshot of the server's tools", err.Error())
	}
	v.surface, v.Surface = s, s
	return counted(len(s.Entries), "descriptor") + " of tools, prompts and resources", nil
}
