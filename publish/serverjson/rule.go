package serverjson

import "slices"

// Level says what a finding means for publishing.
type Level string

// The levels of findings.
const (
	// Error is what the registry refuses, or takes in another meaning than the
	// author's.
	Error Level = "error"
	// Warning is what the registry takes, and somebody regrets later.
	Warning Level = "warning"
)

// Rule is something that a document has to keep. IDs are permanent.
type Rule struct {
	ID    string `json:"id"`
	Level Level  `json:"level"`
	Title string `json:"title"` // what holds
	Mend  string `json:"mend"`  // how to get there, where a finding knows no better
}

// Finding is a rule that a document breaks, and where. Texts may quote the
// document: make them safe for where they go.
type Finding struct {
	File     string `json:"file"`
	Position        // of the value or name at fault
	Pointer  string `json:"pointer"` // JSON Pointer, "" for the whole document
	Rule     string `json:"rule"`
	Level    Level  `json:"level"`
	Reason   string `json:"reason"`
	Mend     string `json:"mend"`
}

// Lookup finds a rule by its id.
func Lookup(id string) (Rule, bool) {
	all := Rules()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

// Rules are all rules, by subject.
func Rules() []Rule {
	return slices.Concat(documentRules(), serverRules(), packageRules(), transportRules(), inputRules(), agreementRules())
}

func documentRules() []Rule {
	return []Rule{
		{"json/syntax", Error, "The file is one JSON value of at most 1 MiB, in UTF-8, without comments", "Correct the JSON at this place."},
		{"json/duplicate", Error, "No name stands twice in one object", "Keep one of the two: readers differ in which one they take."},
		{"json/surrogate", Error, "No string has half of a surrogate pair", "Write the character itself, or both halves of its escape."},
		{"schema/missing", Error, "$schema is there", "Add \"$schema\": \"" + SchemaURL(Current) + "\"."},
		{"schema/unknown", Error, "$schema names a published date", "Write " + SchemaURL(Current) + "."},
		{"schema/old", Warning, "$schema names the current date", "Bring the file there: mcpctl publish check --fix."},
		{"schema/type", Error, "Every value has the type that the schema wants", "Write a value of that type."},
		{"schema/required", Error, "What the schema requires is there", "Add it."},
		{"schema/value", Error, "A value is one of those that the schema lists", "Write one of them."},
		{"schema/length", Error, "Texts are as long as the schema wants", "Change the length."},
		{"schema/pattern", Error, "Texts have the form that the schema wants", "Write it in that form."},
		{"schema/uri", Error, "Addresses are absolute", "Write the whole address, with https://."},
		{"key/unknown", Error, "Every key is one that the schema knows", "Remove it."},
		{"text/placeholder", Error, "Nothing is left of a template's placeholders", "Write what is meant."},
	}
}

func serverRules() []Rule {
	return []Rule{
		{"name/format", Error, "The name is NAMESPACE/NAME; both parts have two characters or more, and begin and end with a letter or digit", "Write it like io.github.OWNER/NAME or com.example/NAME."},
		{"name/case", Error, "The namespace is in the case that the registry grants: the account's own, or a domain in lower case", "Write the namespace in that case."},
		{"name/domain", Warning, "The namespace is a reversed domain", "Use io.github.OWNER, or a domain of yours in reverse: com.example."},
		{"version/empty", Error, "The version is not empty", "Write the version, like 1.0.0."},
		{"version/latest", Error, "A version is never `latest`", "Write the version itself, like 1.0.0."},
		{"version/range", Error, "A version is no range", "Write one version, like 1.0.0."},
		{"version/semantic", Warning, "The version is semantic: others sort below it", "Write MAJOR.MINOR.PATCH."},
		{"title/blank", Error, "The title is not only space", "Write a title, or remove it."},
		{"website/url", Error, "websiteUrl begins with https:// and has no quotes, angle brackets or spaces", "Write an https address; encode such characters with %."},
		{"icon/url", Error, "An icon's src is an absolute https address", "Put the icon where https reaches it."},
		{"repository/source", Error, "The repository's source is github or gitlab", "Write github or gitlab, or remove repository."},
		{"repository/url", Error, "The repository's url is that of a project on its source", "Write the project's own address, like https://github.com/OWNER/NAME."},
		{"repository/subfolder", Error, "subfolder is a clean relative path", "Write it like src/server: no slash at the ends, no dots as parts."},
		{"server/empty", Warning, "The entry has a package or a remote", "Add packages or remotes; without them nobody can use the entry."},
		{"meta/size", Error, "The publisher's block in _meta has at most 4096 bytes", "Keep less there, such as an address and a digest."},
		{"meta/key", Error, "_meta has no key but the publisher's", "Move it below " + publisherKey + "; registries refuse all others."},
	}
}

func packageRules() []Rule {
	return []Rule{
		{"package/type", Error, "registryType is one that the registry knows", "Write npm, pypi, nuget, cargo, oci or mcpb."},
		{"package/identifier", Error, "identifier is there, without spaces", "Write the package's own name."},
		{"package/version", Error, "A package of npm, PyPI, NuGet or Cargo has its version", "Add the version that was published."},
		{"package/base", Warning, "registryBaseUrl is left to the registry, which takes one address only", "Remove registryBaseUrl."},
		{"package/duplicate", Warning, "No package is listed twice", "Remove one of the two."},
		{"package/hint", Warning, "A package with runtimeArguments has a runtimeHint", "Add runtimeHint, such as npx, uvx, dnx or docker."},
		{"hash/missing", Error, "A package of mcpb has fileSha256", "Add the SHA-256 of the bundle, 64 digits in lower case."},
		{"hash/placeholder", Error, "fileSha256 was computed from a file", "Compute it: sha256sum BUNDLE."},
		{"hash/unused", Error, "Only a package of mcpb has fileSha256", "Remove fileSha256."},
		{"mcpb/url", Error, "The bundle is an https asset of a GitHub or GitLab release, with mcp in its address", "Attach the bundle to a release, and give the address of the asset."},
		{"mcpb/base", Error, "A package of mcpb has no registryBaseUrl", "Remove registryBaseUrl: the identifier is the whole address."},
		{"oci/reference", Error, "The identifier of an image is a reference: HOST/PATH:TAG@DIGEST", "Write the image as one pulls it."},
		{"oci/fields", Error, "A package of oci has neither version nor registryBaseUrl", "Put both into the identifier: HOST/PATH:VERSION."},
		{"oci/latest", Error, "The image's tag names one version", "Name the version, or better the digest."},
		{"oci/digest", Warning, "The image is named by digest: a tag can be moved", "Add the digest: HOST/PATH:TAG@sha256:…"},
		{"oci/host", Error, "The image is on a host that everybody reaches", "Push it to a public registry, and name that one."},
	}
}

func transportRules() []Rule {
	return []Rule{
		{"transport/stdio", Error, "The transport stdio has no url", "Remove url, or change the type."},
		{"transport/sse", Warning, "No transport is sse, which is deprecated", "Serve streamable-http."},
		{"transport/url", Error, "A transport's url is one of http or https, once its variables are filled in", "Write the address, like https://{host}/mcp."},
		{"transport/variable", Error, "Every {variable} in a package's url is the name of an environment variable, or an argument's name or valueHint", "Declare the variable, or correct its name."},
		{"remote/https", Error, "A remote's url begins with https://", "Serve https, and write so."},
		{"remote/local", Error, "A remote is not on this machine", "Write the address by which others reach it."},
		{"remote/variable", Error, "Every {variable} in a remote's url is declared in variables", "Declare it in variables, or correct its name."},
		{"remote/unused", Warning, "Every variable of a remote is used", "Use it in the url, or remove it."},
		{"remote/duplicate", Warning, "No remote is listed twice", "Remove one of the two."},
	}
}

func inputRules() []Rule {
	return []Rule{
		{"argument/name", Error, "A named argument has a name, without <, >, $ or space", "Write the flag alone, like --port; its value goes into value."},
		{"argument/value", Error, "The value of a named argument does not begin with its name", "Write the value alone."},
		{"input/secret", Error, "A secret has no fixed value: the entry is public", "Remove value and default, or put the secret part into {braces} and variables."},
		{"input/duplicate", Warning, "No environment variable and no header is listed twice", "Remove one of the two."},
		{"input/choice", Warning, "default and value are among choices", "Write one of the choices, or add it there."},
	}
}

func agreementRules() []Rule {
	return []Rule{
		{"agree/version", Error, "All manifests of a project have one version", "Give both the version that is released."},
		{"agree/package", Error, "A package's version is that of its own manifest", "Name the version that the manifest has."},
		{"agree/tag", Error, "The release's tag is the version", "Tag the release by its version, or correct the version."},
		{"agree/name", Error, "mcpName in package.json is the server's name, which proves who owns the package", "Set mcpName to the name in server.json."},
	}
}
