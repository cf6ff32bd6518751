package serverjson

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// server applies the rules from the top of the document down.
func (j *judge) server() {
	root := j.doc.root
	j.name(root)
	for _, key := range []string{"title", "description"} {
		j.placeholder(j.get(root, key))
	}
	if title := root.at("title"); title.str() != "" && strings.TrimSpace(title.str()) == "" {
		j.fault(title, "title/blank", "has nothing but space")
	}
	version := root.at("version")
	if version != nil && version.kind == isString && version.text == "" {
		j.fault(version, "version/empty", "is empty")
	} else if j.version(version) && !semver.IsValid("v"+strings.TrimPrefix(version.str(), "v")) {
		j.fault(version, "version/semantic", "is %q, which is not semantic, so that any semantic version sorts above it", clip(version.str()))
	}
	j.website(j.get(root, "websiteUrl"))
	j.repository(root.at("repository"))
	for _, icon := range objects(root.at("icons")) {
		if src := icon.at("src"); src.str() != "" && !strings.HasPrefix(strings.ToLower(src.str()), "https://") {
			j.fault(src, "icon/url", "is %q, which does not begin with https://", clip(src.str()))
		}
	}
	j.packages(root.at("packages"))
	j.remotes(root.at("remotes"))
	if len(objects(root.at("packages")))+len(objects(root.at("remotes"))) == 0 {
		j.fault(root, "server/empty", "has neither packages nor remotes")
	}
	j.meta(root.at("_meta"))
}

// The parts of a name, more narrowly than the schema has them.
var (
	namespacePart = pattern.New(`^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]$`)
	namePart      = pattern.New(`^[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$`)
)

func (j *judge) name(root *node) {
	n := root.at("name")
	if n.str() == "" || j.placeholder(n) {
		return
	}
	namespace, name, ok := strings.Cut(n.text, "/")
	switch {
	case !ok:
		j.fault(n, "name/format", "is %q, which has no slash between namespace and name", clip(n.text))
	case strings.Contains(name, "/"):
		j.fault(n, "name/format", "is %q, which has more than one slash", clip(n.text))
	case !namespacePart.MatchString(namespace):
		j.fault(n, "name/format", "has the namespace %q; one has two characters or more of letters, digits, dots and hyphens, with a letter or digit at both ends", clip(namespace))
	case !namePart.MatchString(name):
		j.fault(n, "name/format", "has the name %q; one has two characters or more of letters, digits, dots, underscores and hyphens, with a letter or digit at both ends", clip(name))
	case !strings.Contains(namespace, "."):
		j.fault(n, "name/domain", "has the namespace %q, which is no domain in reverse; registries grant no other", namespace)
	default:
		j.namespaceCase(n, namespace, name, root)
	}
}

// namespaceCase compares with what the registry would grant: io.github. and the
// account as it is spelled there, or a domain, which is in lower case.
func (j *judge) namespaceCase(n *node, namespace, name string, root *node) {
	const github = "io.github."
	right := strings.ToLower(namespace)
	if strings.HasPrefix(right, github) {
		account := namespace[len(github):]
		if owner := githubOwner(root.at("repository").at("url").str()); strings.EqualFold(owner, account) {
			account = owner
		}
		right = github + account
	}
	if namespace != right {
		j.mended(n, "name/case", fmt.Sprintf("Write %s/%s.", right, name), "has the namespace %q, and the registry grants %q", namespace, right)
	}
}

// githubOwner is the account in the address of a project on GitHub, "" for others.
func githubOwner(address string) string {
	if m := githubProject.FindStringSubmatch(address); m != nil {
		return m[2]
	}
	return ""
}

// The forms of ranges that package managers know: an operator before a version,
// and two versions with a hyphen or bars between them.
var ranges = func() []*pattern.Pattern {
	const one = `v?\d+(\.\d+){0,3}(-[0-9A-Za-z.-]+)?`
	return []*pattern.Pattern{
		pattern.New(`^([\^~<>=]|[<>]=)\s*` + one + `$`),
		pattern.New(`^` + one + `\s-\s*` + one + `$`),
		pattern.New(`^` + one + `\s*(\|\|\s*` + one + `\s*)+$`),
	}
}()

// dotted is a version of two or three parts, wildcards included.
var dotted = pattern.New(`^(v?\d+|[xX*])(\.(\d+|[xX*])){1,2}(-[0-9A-Za-z.-]+)?$`)

// isRange answers what the registry takes for a range. An x anywhere in a dotted
// version counts as a wildcard there, so 1.2.3-fix is refused too.
func isRange(text string) bool {
	for _, form := range ranges {
		if form.MatchString(text) {
			return true
		}
	}
	return dotted.MatchString(text) && strings.ContainsAny(text, "xX*")
}

// version judges what has to be one version, and answers whether it may be one.
func (j *judge) version(n *node) bool {
	text := strings.TrimSpace(n.str())
	if text == "" {
		return false
	}
	if text == "latest" {
		j.fault(n, "version/latest", "is %q, which names whatever is newest", text)
		return false
	}
	if isRange(text) {
		j.fault(n, "version/range", "is %q, which the registry takes for a range", clip(text))
		return false
	}
	return !j.placeholder(n)
}

func (j *judge) website(n *node) {
	text := n.str()
	if text == "" || j.placeholder(n) {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		j.fault(n, "website/url", "cannot be read as an address")
	case u.Scheme != "https":
		j.fault(n, "website/url", "is %q, which does not begin with https://", clip(text))
	default:
		if i := strings.IndexAny(text, "\"'<> \t\r\n"); i >= 0 {
			j.fault(n, "website/url", "has the character %q, which no address has", text[i])
		}
	}
}

// The addresses of projects. GitLab has groups in groups, and - apart for its
// own routes.
var (
	githubProject = pattern.New(`^https?://(www\.)?github\.com/([\w.-]+)/[\w.-]+/?$`)
	gitlabProject = pattern.New(`^https?://(www\.)?gitlab\.com/[\w.-]+(/[\w.-]+)+/?$`)
	subfolderForm = pattern.New(`^[a-zA-Z0-9._/-]+$`)
)

func (j *judge) repository(n *node) {
	source, address := n.at("source"), n.at("url")
	if source == nil || source.kind != isString || address == nil || address.kind != isString || j.placeholder(address) {
		return
	}
	fits := true
	switch source.text {
	case "github":
		fits = githubProject.MatchString(address.text)
	case "gitlab":
		fits = gitlabProject.MatchString(address.text) && !strings.Contains(address.text+"/", "/-/")
	default:
		j.mended(source, "repository/source", nearestMend(source.text, []string{"github", "gitlab"}), "is %q, and registries know github and gitlab", clip(source.text))
	}
	if !fits {
		j.fault(address, "repository/url", "is %q, which is no project on %s", clip(address.text), source.text)
	}
	if folder := n.at("subfolder"); folder.str() != "" && !cleanFolder(folder.text) {
		j.fault(folder, "repository/subfolder", "is %q, which is no clean relative path", clip(folder.text))
	}
}

func cleanFolder(path string) bool {
	for _, part := range strings.Split(path, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return subfolderForm.MatchString(path)
}

// MaxMeta is how large the publisher's block in _meta may be, in bytes of JSON
// as the registry writes it.
const MaxMeta = 4096

func (j *judge) meta(n *node) {
	if n == nil || n.kind != isObject {
		return
	}
	for _, m := range effective(n) {
		if m.name != publisherKey {
			j.faults = append(j.faults, fault{rule: "meta/key", pointer: m.value.pointer, start: m.start, reason: "is refused by the registry, and dropped without a word by its publisher"})
			continue
		}
		var decoded any
		if json.Unmarshal(j.doc.raw[m.value.start:m.value.end], &decoded) != nil {
			continue // the reader has accepted it
		}
		written, err := json.Marshal(decoded)
		if err == nil && len(written) > MaxMeta {
			j.fault(m.value, "meta/size", "has %d bytes, and %d are allowed", len(written), MaxMeta)
		}
	}
}
