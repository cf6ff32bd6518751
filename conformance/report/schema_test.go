package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
)

// optionsToTry are those that change what the formats for machines hold.
func optionsToTry() []report.Options {
	return []report.Options{{}, {Strict: true, Verbose: true, Artifact: "a b/c:d.yaml"}}
}

func reports() map[string]*conformance.Report {
	all := map[string]*conformance.Report{"many": many(500, 3)}
	for _, f := range fixtures() {
		all[f.name] = f.report
	}
	return all
}

// The schema is that of the xunit plugin of Jenkins; see its head for the
// licence.
func junitSchema(t testing.TB) xsd {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "junit-10.xsd"))
	require.NoError(t, err)
	x, err := readXSD(data)
	require.NoError(t, err)
	return x
}

func TestJUnitKeepsItsSchema(t *testing.T) {
	schema := junitSchema(t)
	for name, r := range reports() {
		for _, o := range optionsToTry() {
			assert.NoError(t, schema.validate(written(t, format(t, "junit"), r, o)), name)
		}
	}
}

// The validator is our own, so it has to show that it can say no.
func TestJUnitSchemaRefuses(t *testing.T) {
	schema := junitSchema(t)
	good := string(written(t, format(t, "junit"), findings(), report.Options{}))
	require.NoError(t, schema.validate([]byte(good)))
	for what, change := range map[string][2]string{
		"another root":         {"testsuites", "suites"},
		"an unknown element":   {"skipped", "passed-over"},
		"an unknown attribute": {"<skipped type=", "<skipped kind="},
		"a missing attribute":  {`<testcase name=`, `<testcase group=`},
		"a time that is none":  {`time="0.912"`, `time="soon"`},
		"text between":         {"<testcase ", "text<testcase "},
		"a child of text":      {"<system-out>", "<system-out><b></b>"},
		"broken XML":           {"</testsuites>", ""},
	} {
		broken := strings.ReplaceAll(good, change[0], change[1])
		require.NotEqual(t, good, broken, what)
		assert.Error(t, schema.validate([]byte(broken)), what)
	}
}

func TestSARIFKeepsItsSchema(t *testing.T) {
	schema := sarifSchema(t)
	for name, r := range reports() {
		for _, o := range optionsToTry() {
			var document any
			require.NoError(t, json.Unmarshal(written(t, format(t, "sarif"), r, o), &document))
			assert.NoError(t, schema.Validate(document), name)
		}
	}
}

func TestSARIFSchemaRefuses(t *testing.T) {
	schema := sarifSchema(t)
	good := written(t, format(t, "sarif"), findings(), report.Options{})
	for what, change := range map[string][2]string{
		"an unknown member":    {`"ruleId"`, `"rule"`},
		"a level that is none": {`"level": "error"`, `"level": "fatal"`},
		"a date that is none":  {"2026-08-31T", "31.8.2026 "},
	} {
		broken := bytes.ReplaceAll(good, []byte(change[0]), []byte(change[1]))
		var document any
		require.NoError(t, json.Unmarshal(broken, &document))
		assert.Error(t, schema.Validate(document), what)
	}
}

// The official schema of SARIF may not be copied into the repository. A Go
// module carries it word for word, and the go command fetches that module
// once, checks it, and keeps it.
const (
	sarifModule    = "github.com/owenrumney/go-sarif/v3@v3.3.1"
	sarifSchemaIn  = "pkg/report/v210/sarif/schema.go"
	sarifSchemaSum = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
)

func sarifSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text := constant(t, filepath.Join(module(t, sarifModule), sarifSchemaIn), "schema")
	sum := sha256.Sum256([]byte(text))
	require.Equal(t, sarifSchemaSum, hex.EncodeToString(sum[:]), "the schema in %s is another than the one reviewed", sarifModule)
	const id = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat = true
	require.NoError(t, compiler.AddResource(id, strings.NewReader(text)))
	schema, err := compiler.Compile(id)
	require.NoError(t, err)
	return schema
}

// module answers the folder of a module, fetched if need be. It runs outside
// our own module, whose go.mod and go.sum must not change.
func module(t testing.TB, version string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", version)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.Output()
	require.NoError(t, err, "fetching %s, which holds a schema for the tests: %s", version, out)
	var found struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &found))
	return found.Dir
}

// constant reads a string constant from a Go file.
func constant(t testing.TB, path, name string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	value := ""
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && spec.Names[0].Name == name {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err = strconv.Unquote(literal.Value)
			}
		}
		return true
	})
	require.NoError(t, err)
	require.NotEmpty(t, value, "%s has no constant %s", path, name)
	return value
}
