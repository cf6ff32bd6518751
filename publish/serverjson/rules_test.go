package serverjson

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// good keeps every rule, and gives each something to look at.
//
//go:embed testdata/good.json
var good string

// change is how a document departs from the good one.
type change struct{ old, new string }

func changed(t *testing.T, c change) []byte {
	t.Helper()
	require.Equal(t, 1, strings.Count(good, c.old), "%q does not stand once in the good document", c.old)
	return []byte(strings.Replace(good, c.old, c.new, 1))
}

// broken is a document that breaks a rule, and the place that the finding names.
type broken struct {
	change
	pointer string
}

// breaking has the ways in which documents break each rule, with the place that
// the finding must name.
func breaking() map[string][]broken {
	const digest = "sha256:7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730"
	const schema = `"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"`
	return map[string][]broken{
		"json/syntax": {
			{change{`"title": "Echo",`, `"title": "Echo"`}, ""},
			{change{`"title": "Echo",`, `"title": "Echo", // said twice`}, ""},
			{change{`"title": "Echo"`, "\"title\": \"\xff\""}, ""},
			{change{`"title": "Echo"`, `"title": ` + strings.Repeat("[", 200) + strings.Repeat("]", 200)}, ""},
			{change{`"title": "Echo"`, `"title": "` + strings.Repeat("x", MaxSize) + `"`}, ""},
		},
		"json/duplicate": {{change{`"title": "Echo"`, `"title": "Echo", "title": "Echo"`}, "/title"}},
		"json/surrogate": {
			{change{`"title": "Echo"`, `"title": "Echo \ud83d"`}, "/title"},
			{change{`"title": "Echo"`, `"title": "Echo \ude00\ud83d"`}, "/title"},
			{change{`"title": "Echo"`, `"title": "Echo \\\ud83dx"`}, "/title"},
		},
		"schema/missing": {{change{`"$schema": ` + schema + `,`, ``}, ""}, {change{schema, `""`}, "/$schema"}},
		"schema/unknown": {
			{change{schema, `"https://static.modelcontextprotocol.io/schemas/2025-12-12/server.schema.json"`}, "/$schema"},
			{change{schema, `"https://static.modelcontextprotocol.io/schemas/draft/server.schema.json"`}, "/$schema"},
			{change{schema, `"https://example.com/schema.json"`}, "/$schema"},
		},
		"schema/old":      {{change{schema, `"https://mirror.example.com/schemas/2025-12-11/server.schema.json"`}, "/$schema"}},
		"schema/type":     {{change{`"title": "Echo"`, `"title": null`}, "/title"}, {change{`"isRequired": true`, `"isRequired": "true"`}, "/packages/0/environmentVariables/0/isRequired"}},
		"schema/required": {{change{`"identifier": "acme-echo",`, ``}, "/packages/1"}, {change{`"valueHint": "folder", `, ``}, "/packages/0/packageArguments/0"}, {change{`"type": "named", "name": "--voice"`, `"name": "--voice"`}, "/packages/0/packageArguments/1"}},
		"schema/value": {{change{`"theme": "light"`, `"theme": "dim"`}, "/icons/0/theme"}, {change{`"type": "streamable-http",
      "url": "https`, `"type": "stdio",
      "url": "https`}, "/remotes/0/type"}},
		"schema/length":  {{change{"Says again", strings.Repeat("Says again ", 9)}, "/description"}},
		"schema/pattern": {{change{`"b5bb9d80`, `"B5BB9D80`}, "/packages/3/fileSha256"}, {change{`"48x48"`, `"48"`}, "/icons/0/sizes/0"}},
		"schema/uri":     {{change{`"https://echo.example.com/icon.png"`, `""`}, "/icons/0/src"}, {change{`"https://echo.example.com/about?x=1"`, `""`}, "/websiteUrl"}},
		"key/unknown": {
			{change{`"packageArguments": [
        { "type": "named", "name": "--host", "valueHint": "host" }
      ]`, `"packageArgumentz": [{ "type": "named", "name": "--host", "valueHint": "host" }], "packageArguments": [{ "type": "named", "name": "--host", "valueHint": "host" }]`}, "/packages/1/packageArgumentz"},
			{change{`"isRequired": true`, `"is_required": true`}, "/packages/0/environmentVariables/0/is_required"},
			{change{`"title": "Echo"`, `"status": "active"`}, "/status"},
			{change{`"title": "Echo"`, `"environmentVariables": []`}, "/environmentVariables"},
		},
		"text/placeholder": {
			{change{`"Says again what it hears, and keeps a TODO list of what it did not"`, `"TODO: say what it does"`}, "/description"},
			{change{"io.github.Acme/echo", "io.github.YOUR_NAME/echo"}, "/name"},
			{change{`"1.2.3",
  "websiteUrl"`, `"<version>",
  "websiteUrl"`}, "/version"},
		},
		"name/format": {
			{change{"io.github.Acme/echo", "io.github.Acme"}, "/name"}, {change{"io.github.Acme/echo", "io.github.Acme/echo/x"}, "/name"},
			{change{"io.github.Acme/echo", "io.github.Acme-/echo"}, "/name"}, {change{"io.github.Acme/echo", "io.github.Acme/e"}, "/name"},
		},
		"name/case":            {{change{"io.github.Acme/echo", "io.github.acme/echo"}, "/name"}, {change{"io.github.Acme/echo", "io.GitHub.Acme/echo"}, "/name"}, {change{"io.github.Acme/echo", "com.Example/echo"}, "/name"}},
		"name/domain":          {{change{"io.github.Acme/echo", "acme/echo"}, "/name"}},
		"version/empty":        {{change{"\"1.2.3\",\n  \"websiteUrl\"", "\"\",\n  \"websiteUrl\""}, "/version"}},
		"version/latest":       {{change{"\"1.2.3\",\n  \"websiteUrl\"", "\"latest\",\n  \"websiteUrl\""}, "/version"}, {change{"\"1.2.3\",\n      \"runtimeHint\"", "\"latest\",\n      \"runtimeHint\""}, "/packages/0/version"}},
		"version/range":        ranged("^1.2.3", "~1", ">=1.0", "= 1.0", "<2", "1.0 - 2.0", "1 || 2", "1.x", "1.2.*", "x.1", "1.2.3-fix"),
		"version/semantic":     {{change{"\"1.2.3\",\n  \"websiteUrl\"", "\"2025 spring\",\n  \"websiteUrl\""}, "/version"}},
		"title/blank":          {{change{`"title": "Echo"`, `"title": " "`}, "/title"}},
		"website/url":          {{change{"https://echo.example.com/about?x=1", "http://echo.example.com"}, "/websiteUrl"}, {change{"https://echo.example.com/about?x=1", "https://echo.example.com/<b>"}, "/websiteUrl"}, {change{"https://echo.example.com/about?x=1", "https://echo.example.com/%zz"}, "/websiteUrl"}},
		"icon/url":             {{change{"https://echo.example.com/icon.png", "data:image/png;base64,AA"}, "/icons/0/src"}},
		"repository/source":    {{change{`"source": "github"`, `"source": "githob"`}, "/repository/source"}},
		"repository/url":       {{change{"https://github.com/Acme/echo\"", "https://github.com/Acme/echo/tree/main\""}, "/repository/url"}, {change{`"source": "github"`, `"source": "gitlab"`}, "/repository/url"}},
		"repository/subfolder": {{change{"src/server", "../server"}, "/repository/subfolder"}, {change{"src/server", "/server"}, "/repository/subfolder"}},
		"server/empty":         nil, // below: it takes more than one change
		"meta/size":            {{change{"0b5dd7", strings.Repeat("<", 700)}, "/_meta/io.modelcontextprotocol.registry~1publisher-provided"}},
		"meta/key":             {{change{`"_meta": {`, `"_meta": { "com.example/note": 1,`}, "/_meta/com.example~1note"}},
		"package/type":         {{change{`"registryType": "npm"`, `"registryType": "nmp"`}, "/packages/0/registryType"}},
		"package/identifier":   {{change{`"@acme/echo"`, `"@acme/echo server"`}, "/packages/0/identifier"}, {change{`"@acme/echo"`, `""`}, "/packages/0/identifier"}},
		"package/version":      {{change{"\"version\": \"1.2.3\",\n      \"runtimeHint\"", "\"runtimeHint\""}, "/packages/0"}},
		"package/base":         {{change{`"registryType": "npm",`, `"registryType": "npm", "registryBaseUrl": "https://packages.example.com",`}, "/packages/0/registryBaseUrl"}},
		"package/duplicate":    {{change{"\"packages\": [", `"packages": [{ "registryType": "npm", "identifier": "@acme/echo", "version": "1.2.3", "transport": { "type": "stdio" } },`}, "/packages/1"}},
		"package/hint":         {{change{`"runtimeHint": "npx",`, ``}, "/packages/0/runtimeArguments"}},
		"hash/missing":         {{change{`"fileSha256": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",`, ``}, "/packages/3"}},
		"hash/placeholder": {
			{change{"b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c", strings.Repeat("0", 64)}, "/packages/3/fileSha256"},
			{change{"b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c", strings.Repeat("deadbeef", 8)}, "/packages/3/fileSha256"},
			{change{"b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, "/packages/3/fileSha256"},
			{change{digest, "sha256:" + strings.Repeat("a", 64)}, "/packages/2/identifier"},
		},
		"hash/unused": {{change{`"runtimeHint": "npx",`, `"runtimeHint": "npx", "fileSha256": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",`}, "/packages/0/fileSha256"}},
		"mcpb/url": {
			{change{"https://github.com/Acme/echo/releases/download/v1.2.3/echo.mcpb", "https://example.com/echo.mcpb"}, "/packages/3/identifier"},
			{change{"https://github.com/Acme/echo/releases/download/v1.2.3/echo.mcpb", "http://github.com/Acme/echo/releases/download/v1.2.3/echo.mcpb"}, "/packages/3/identifier"},
			{change{"echo.mcpb", "echo.zip"}, "/packages/3/identifier"},
			{change{"releases/download/v1.2.3", "raw/main"}, "/packages/3/identifier"},
		},
		"mcpb/base":     {{change{`"registryType": "mcpb",`, `"registryType": "mcpb", "registryBaseUrl": "https://github.com",`}, "/packages/3/registryBaseUrl"}},
		"oci/reference": {{change{"images.example.com/acme/echo:1.2.3@" + digest, "images.example.com/Acme/echo:1.2.3"}, "/packages/2/identifier"}, {change{"@" + digest, "@sha256:12"}, "/packages/2/identifier"}, {change{"echo:1.2.3@", "echo:-@"}, "/packages/2/identifier"}},
		"oci/fields":    {{change{`"registryType": "oci",`, `"registryType": "oci", "version": "1.2.3",`}, "/packages/2/version"}},
		"oci/latest":    {{change{":1.2.3@" + digest, ":latest"}, "/packages/2/identifier"}, {change{":1.2.3@" + digest, ""}, "/packages/2/identifier"}},
		"oci/digest":    {{change{"@" + digest, ""}, "/packages/2/identifier"}},
		"oci/host":      {{change{"images.example.com", "localhost:5000"}, "/packages/2/identifier"}},
		"transport/stdio": {{change{"\"transport\": { \"type\": \"stdio\" }\n    },\n    {\n      \"registryType\": \"pypi\"", "\"transport\": { \"type\": \"stdio\", \"url\": \"https://example.com\" }\n    },\n    {\n      \"registryType\": \"pypi\""},
			"/packages/0/transport/url"}},
		"transport/sse":      {{change{"\"type\": \"streamable-http\",\n        \"url\": \"http://{host}", "\"type\": \"sse\",\n        \"url\": \"http://{host}"}, "/packages/1/transport/type"}, {change{"\"streamable-http\",\n      \"url\"", "\"sse\",\n      \"url\""}, "/remotes/0/type"}},
		"transport/url":      {{change{"http://{host}:{PORT}/mcp", "http://{host}:{PORT}x/mcp"}, "/packages/1/transport/url"}, {change{"https://{tenant}.example.com/mcp", "https://[{tenant}/mcp"}, "/remotes/0/url"}},
		"transport/variable": {{change{"http://{host}:{PORT}/mcp", "http://{host}:{PORTS}/mcp"}, "/packages/1/transport/url"}},
		"remote/https":       {{change{"https://{tenant}.example.com/mcp", "http://{tenant}.example.com/mcp"}, "/remotes/0/url"}},
		"remote/local":       {{change{"https://{tenant}.example.com/mcp", "https://localhost:8080/{tenant}"}, "/remotes/0/url"}, {change{"https://{tenant}.example.com/mcp", "https://[::1]/{tenant}"}, "/remotes/0/url"}},
		"remote/variable":    {{change{"https://{tenant}.example.com/mcp", "https://{tenant}.example.com/{room}"}, "/remotes/0/url"}},
		"remote/unused":      {{change{"https://{tenant}.example.com/mcp", "https://example.com/mcp"}, "/remotes/0/variables/tenant"}},
		"remote/duplicate":   {{change{"\"remotes\": [", `"remotes": [{ "type": "streamable-http", "url": "https://{tenant}.example.com/mcp", "variables": { "tenant": {} } },`}, "/remotes/1"}},
		"argument/name":      {{change{`"--voice"`, `"--voice <high>"`}, "/packages/0/packageArguments/1/name"}, {change{`"--voice"`, `""`}, "/packages/0/packageArguments/1/name"}},
		"argument/value":     {{change{`"silent"`, `"--loglevel=silent"`}, "/packages/0/runtimeArguments/0/value"}},
		"input/secret":       {{change{`{ "name": "ECHO_TOKEN", "isSecret": true,`, `{ "name": "ECHO_TOKEN", "value": "s3cr3t", "isSecret": true,`}, "/packages/0/environmentVariables/0/value"}},
		"input/duplicate":    {{change{`"ECHO_AUTH"`, `"ECHO_TOKEN"`}, "/packages/0/environmentVariables/1/name"}},
		"input/choice":       {{change{`"default": "low"`, `"default": "middle"`}, "/packages/0/packageArguments/1/default"}, {change{`"default": "one"`, `"default": "three"`}, "/remotes/0/variables/tenant/default"}},
	}
}

func ranged(versions ...string) (all []broken) {
	for _, v := range versions {
		all = append(all, broken{change{"\"1.2.3\",\n      \"runtimeHint\"", "\"" + v + "\",\n      \"runtimeHint\""}, "/packages/0/version"})
	}
	return all
}

// TestRules proves every rule both ways: the good document keeps all, and each
// change breaks the one that it is listed under, and no other.
func TestRules(t *testing.T) {
	assert.Empty(t, Check("server.json", []byte(good)))
	for rule, ways := range breaking() {
		for _, b := range ways {
			t.Run(rule, func(t *testing.T) {
				raw := changed(t, b.change)
				findings := Check("server.json", raw)
				require.Len(t, findings, 1, "%v", findings)
				f, known := findings[0], false
				_, known = Lookup(rule)
				assert.True(t, known)
				assert.Equal(t, rule, f.Rule)
				assert.Equal(t, b.pointer, f.Pointer)
				assert.Equal(t, "server.json", f.File)
				assert.NotEmpty(t, f.Reason)
				assert.NotEmpty(t, f.Mend)
			})
		}
	}
}

func TestServerWithoutUse(t *testing.T) {
	findings := Check("server.json", []byte(`{"$schema": "`+SchemaURL(Current)+`", "name": "com.example/echo", "description": "d", "version": "1.0.0"}`))
	require.Len(t, findings, 1)
	assert.Equal(t, "server/empty", findings[0].Rule)
	assert.Equal(t, Warning, findings[0].Level)
}

// TestEveryRuleIsProved fails for a rule that no document breaks.
func TestEveryRuleIsProved(t *testing.T) {
	proved := breaking()
	for _, r := range agreementRules() {
		require.NotEmpty(t, disagreeing()[r.ID], r.ID)
		proved[r.ID] = nil
	}
	for _, r := range Rules() {
		_, ok := proved[r.ID]
		assert.True(t, ok, "%s is broken by no document of the tests", r.ID)
		delete(proved, r.ID)
		assert.Contains(t, []Level{Error, Warning}, r.Level)
		assert.NotEmpty(t, r.Title)
		assert.NotEmpty(t, r.Mend)
	}
	assert.Empty(t, proved, "no such rules")
}

func TestPositions(t *testing.T) {
	findings := Check("server.json", []byte("{\n  \"ñame\": 1, \"name\": 2\n}"))
	var at []Position
	for _, f := range findings {
		if f.Pointer != "" {
			at = append(at, f.Position)
		}
	}
	assert.Equal(t, []Position{{2, 3}, {2, 22}}, at, "%v", findings)
}

func TestDidYouMean(t *testing.T) {
	for key, want := range map[string]string{
		`"pakages": []`:              "Did you mean packages?",
		`"website_url": "https://x"`: "Write websiteUrl.",
		`"Remotes": []`:              "Write remotes.",
		`"environmentVariables": []`: "It belongs to a package; move it there.",
		`"status": "active"`:         "Remove it.",
		`"entirelyMyOwn": 1`:         "Remove it; what is your own goes into _meta, below " + publisherKey + ".",
	} {
		findings := Check("server.json", []byte(strings.Replace(good, `"title": "Echo"`, key, 1)))
		require.NotEmpty(t, findings, key)
		assert.Equal(t, "key/unknown", findings[0].Rule, key)
		assert.Equal(t, want, findings[0].Mend, key)
	}
	old := strings.Replace(good, "2025-12-11", "2025-09-29", 1)
	findings := Check("server.json", []byte(old))
	require.Greater(t, len(findings), 2)
	assert.Contains(t, findings[1].Reason, `title is known since 2025-10-11`)
}

// A document can lack two things at once: a warning about one hides no error about
// the other.
func TestWarningHidesNoError(t *testing.T) {
	var rules []string
	for _, f := range Check("server.json", []byte(`{"$schema": "`+SchemaURL(Current)+`", "name": "io.github.acme/echo", "version": "1.0.0"}`)) {
		rules = append(rules, f.Rule)
	}
	assert.ElementsMatch(t, []string{"schema/required", "server/empty"}, rules)
}
