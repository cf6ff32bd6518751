// Package arch holds the shape of the house by tests: who may import whom, how
// long a file may be, where the process's own streams are touched, and that
// automation runs nothing unpinned. It has no code of its own.
package arch_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

const module = "github.com/mcpctl/mcpctl"

// floors are the packages of the house from the ground up. A package imports
// only from floors below its own; rooms on one floor are strangers.
var floors = [][]string{
	{"internal/atomic", "internal/nearest", "internal/pattern", "internal/redact", "internal/start", "internal/term", "publish/refusal", "publish/sbom/bill", "templates", "templates/released"},
	{"mcp", "publish/attest", "publish/credential", "publish/sbom/collect", "scaffold/merge"},
	{"conformance/schema", "conformance/spec", "conformance/spec/internal/catalogue", "inspect/servers", "inspect/traffic", "mcp/auth", "mcp/mcptest", "publish/attach", "publish/packages", "publish/registry", "publish/sbom", "publish/serverjson", "publish/sign", "publish/surface", "scaffold", "scaffold/add/openapi"},
	{"conformance", "conformance/compat", "conformance/spec/ledger", "inspect", "inspect/compare", "inspect/doctor", "inspect/form", "inspect/tape", "publish", "publish/desk", "publish/verify", "scaffold/add", "scaffold/pack", "scaffold/update"},
	{"conformance/cases", "conformance/checks", "conformance/contract", "conformance/lint", "conformance/property", "conformance/report", "inspect/tui", "scaffold/add/golang", "scaffold/add/python", "scaffold/add/typescript"},
	{"internal/cli"},
	{"cmd/mcpctl"},
}

// outside are packages that no user runs. They may import anything; only tests
// import them. A folder named gen, for a generator, is outside wherever it is.
var outside = []string{"bench", "internal/arch", "internal/docgen", "internal/judged", "internal/published", "internal/realauth", "internal/realoci", "internal/realpackages", "internal/realregistry", "internal/realsigstore", "internal/realtest", "internal/realtui", "internal/release", "scaffold/add/addtest", "testservers"}

// guests are the modules that the house lets in, each with the rooms that it may
// enter. Tests and what is outside the house may use any that go.mod names.
var guests = []struct {
	path  string
	rooms []string
}{
	{"github.com/spf13/", []string{"internal/cli"}},
	{"charm.land/", []string{"inspect/tui"}},
	{"github.com/charmbracelet/", []string{"inspect/tui"}},
	{"github.com/rogpeppe/go-internal/txtar", []string{"conformance/checks"}},
	{"github.com/santhosh-tekuri/jsonschema/", []string{"conformance/schema", "mcp/mcptest"}},
	{"github.com/sigstore/cosign/v2/pkg/oci", []string{"publish/attach"}},
	{"github.com/sigstore/", []string{"publish/sign"}},
	{"github.com/secure-systems-lab/go-securesystemslib/encrypted", []string{"publish/sign"}},
	{"github.com/theupdateframework/go-tuf/v2/metadata", []string{"publish/sign"}},
	{"google.golang.org/protobuf/", []string{"publish/sign"}},
	{"github.com/google/go-containerregistry/", []string{"publish/attach"}},
	{"github.com/cyberphone/json-canonicalization/", []string{"publish/attest"}},
	{"github.com/zalando/go-keyring", []string{"publish/credential"}},
	{"github.com/valyala/quicktemplate", []string{"conformance/report", "scaffold/add/golang", "scaffold/add/python", "scaffold/add/typescript"}},
	{"github.com/itchyny/gojq", []string{"inspect"}},
	{"golang.org/x/oauth2", []string{"mcp/auth", "publish/registry", "publish/sign"}},
	{"go.yaml.in/yaml/", []string{"conformance", "conformance/cases", "conformance/spec/internal/catalogue", "conformance/spec/ledger", "inspect", "inspect/servers", "inspect/traffic", "internal/cli", "publish/sbom/collect", "scaffold", "scaffold/add", "scaffold/add/openapi", "scaffold/merge", "scaffold/pack", "scaffold/update"}},
	{"golang.org/x/mod/", []string{"conformance/contract", "internal/cli", "publish/desk", "publish/sbom/collect", "publish/serverjson", "scaffold", "scaffold/add/golang", "scaffold/merge", "scaffold/pack", "scaffold/update"}},
	{"github.com/rogpeppe/go-internal/lockedfile", []string{"publish/desk"}},
	{"github.com/golang-jwt/jwt/v5", []string{"publish/desk"}},
	{"github.com/coreos/go-oidc/v3/oidc", []string{"publish/sign"}},
	{"github.com/rogpeppe/go-internal/diff", []string{"conformance/cases", "scaffold"}},
	{"github.com/tailscale/hujson", []string{"inspect/servers", "scaffold/merge"}},
	{"github.com/CycloneDX/cyclonedx-go", []string{"publish/sbom"}},
	{"github.com/spdx/tools-golang/", []string{"publish/sbom"}},
	{"github.com/package-url/packageurl-go", []string{"publish/attest", "publish/sbom/bill"}},
	{"github.com/pelletier/go-toml/", []string{"inspect/servers", "publish/sbom/collect", "publish/serverjson"}},
	{"golang.org/x/sys/", []string{"internal/cli"}},
}

// importing is what one file set of a package imports.
type importing struct {
	pkg     string // path below the module
	test    bool   // of its test files, which have more freedom
	imports []string
}

// violations answers what is wrong with the imports, and how to put it right.
func violations(in importing) []string {
	if isOutside(in.pkg) {
		return nil
	}
	own := floor(in.pkg)
	if own < 0 {
		return []string{fmt.Sprintf("%s is on no floor: add it to floors in internal/arch/house_test.go above all that it imports and below all that import it, or to outside if no user runs it", in.pkg)}
	}
	var wrong []string
	for _, imported := range in.imports {
		problem := ""
		if below, ok := strings.CutPrefix(imported, module+"/"); ok {
			problem = wrongRoom(below, own, in)
		} else if strings.Contains(strings.Split(imported, "/")[0], ".") && !in.test {
			problem = wrongGuest(imported, in.pkg)
		}
		if problem != "" {
			wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", in.pkg, imported, problem))
		}
	}
	return wrong
}

func wrongRoom(imported string, own int, in importing) string {
	theirs := floor(imported)
	switch {
	case in.test && (isOutside(imported) || imported == "mcp/mcptest" || imported == in.pkg || theirs >= 0 && theirs <= own):
		return ""
	case isOutside(imported):
		return "it is outside the house; only tests import it"
	case theirs < 0:
		return "that package is on no floor"
	case theirs == own:
		return fmt.Sprintf("both are on floor %d, whose rooms are strangers; move what they share a floor down", own)
	case theirs > own:
		return fmt.Sprintf("imports go down only, and that is up from floor %d to floor %d; let the upper one pass in what the lower one needs", own, theirs)
	}
	return ""
}

func wrongGuest(imported, pkg string) string {
	for _, guest := range guests {
		if !strings.HasPrefix(imported, guest.path) {
			continue
		}
		if slices.Contains(guest.rooms, pkg) {
			return ""
		}
		return "only " + strings.Join(guest.rooms, ", ") + " may"
	}
	return "a new dependency needs a room in guests of internal/arch/house_test.go and its reason in docs/dependencies.md"
}

func floor(pkg string) int {
	return slices.IndexFunc(floors, func(rooms []string) bool { return slices.Contains(rooms, pkg) })
}

func isOutside(pkg string) bool {
	return path.Base(pkg) == "gen" || slices.ContainsFunc(outside, func(o string) bool {
		return pkg == o || strings.HasPrefix(pkg, o+"/")
	})
}
