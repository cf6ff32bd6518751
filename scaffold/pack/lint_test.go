package pack_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
)

const sound = `
id: small
version: 1.0.0
title: A small one
language: go
questions: [{name: module}]
features:
  - {name: shout}
  - {name: echo, requires: [shout]}
profiles: {lean: [], production: [shout, echo]}
files:
  - {path: go.mod.tmpl, to: go.mod}
  - {path: echo.go, when: echo}
  - {path: package.json, when: echo}
`

// small is a template without a fault; with puts other files in it.
func small(with map[string]string) fstest.MapFS {
	files := map[string]string{
		"template.yaml":                     sound,
		"_project/go.mod.tmpl":              "module example.com/acme-server\n\ngo 1.26\n\nrequire golang.org/x/mod v0.30.0\n",
		"_project/main.go":                  "package main\n\nimport \"golang.org/x/mod/semver\"\n\nfunc main() {\n\t//mcpctl:if shout\n\tprintln(\"LOUD\")\n\t//mcpctl:end\n\tprintln(semver.IsValid(\"acme-server\"))\n}\n",
		"_project/echo.go":                  "package main\n",
		"_project/package.json":             "{\"dependencies\": {\n  \"zod\": \"4.6.7\"\n}}\n",
		"_project/Dockerfile":               "FROM golang:1.26 AS build\nFROM gcr.io/distroless/static:nonroot\n",
		"_project/ci.yaml":                  "steps: [build]\n",
		"_project/.github/workflows/ci.yml": `jobs: {a: {steps: [{uses: "./here"}]}}` + "\n",
	}
	for name, text := range with {
		files[name] = text
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func load(t *testing.T, files fstest.MapFS) *scaffold.Template {
	t.Helper()
	tmpl, err := scaffold.Load(files, scaffold.Builtin, nil)
	require.NoError(t, err)
	return tmpl
}

func TestLintPassesASoundTemplate(t *testing.T) {
	assert.Empty(t, pack.Lint(load(t, small(nil))))
}

func TestLintKnowsThatKustomizePins(t *testing.T) {
	image := "spec:\n  image: acme-server\n"
	at := "_project/deploy/base/"
	assert.NotEmpty(t, pack.Lint(load(t, small(map[string]string{at + "deployment.yaml": image}))))
	assert.Empty(t, pack.Lint(load(t, small(map[string]string{
		"template.yaml":        strings.Replace(sound, "profiles: {lean: [], production", "profiles: {production", 1),
		at + "deployment.yaml": image, at + "kustomization.yaml": "images:\n  - name: acme-server\n    newName: ghcr.io/x/acme-server\n    newTag: v0.1.0\n",
	}))))
}

func TestLintFinds(t *testing.T) {
	for name, tc := range map[string]struct {
		with map[string]string
		want pack.Problem
	}{
		"a region that leaves half a statement": {
			map[string]string{"_project/ci.yaml": "a: [1,\n#mcpctl:if shout\n  2]\n#mcpctl:end\n"},
			pack.Problem{Rule: "parses", Path: "ci.yaml"},
		},
		"a package that go.mod does not know": {
			map[string]string{"_project/echo.go": "package main\n\nimport _ \"example.org/other/thing\"\n"},
			pack.Problem{Rule: "declared", Path: "echo.go", Message: "it imports example.org/other/thing, which no requirement of go.mod provides"},
		},
		"a range of versions": {
			map[string]string{"_project/package.json": "{\"dependencies\": {\n  \"zod\": \"^4.6.7\"\n}}\n"},
			pack.Problem{Rule: "pinned", Path: "package.json", Message: `"\"zod\": \"^4.6.7\"" names a range or the newest`},
		},
		"an image without a version": {
			map[string]string{"_project/Dockerfile": "FROM gcr.io/distroless/static\n"},
			pack.Problem{Rule: "pinned", Path: "Dockerfile", Message: `"FROM gcr.io/distroless/static" names no version of an image`},
		},
		"an image that moves": {
			map[string]string{"_project/compose.yaml": "services: \n  a:\n    image: redis:latest\n"},
			pack.Problem{Rule: "pinned", Path: "compose.yaml", Message: `"image: redis:latest" names no version of an image`},
		},
		"an action by its branch": {
			map[string]string{"_project/.github/workflows/ci.yml": "steps:\n  - uses: actions/checkout@main\n"},
			pack.Problem{Rule: "pinned", Path: ".github/workflows/ci.yml", Message: `"- uses: actions/checkout@main" pins no action to a version`},
		},
		"a tool at its newest": {
			map[string]string{"_project/Makefile": "check:\n\tgo run example.org/lint@latest ./...\n"},
			pack.Problem{Rule: "pinned", Path: "Makefile", Message: `"go run example.org/lint@latest ./..." runs whatever is newest`},
		},
		"a Go file that gofmt would change": {
			map[string]string{"_project/doc.go": "package  main\n"},
			pack.Problem{Rule: "format", Path: "doc.go", Message: "gofmt would write it otherwise"},
		},
		"two files that want the same place": {
			map[string]string{"template.yaml": sound + "  - {path: one.txt, to: same.txt, when: shout}\n  - {path: two.txt, to: same.txt, when: echo}\n", "_project/one.txt": "1", "_project/two.txt": "2"},
			pack.Problem{Rule: "renders"},
		},
		"a feature that changes nothing": {
			map[string]string{"_project/main.go": "package main\n\nfunc main() {}\n"},
			pack.Problem{Rule: "used", Path: "template.yaml", Message: "the feature shout changes no file"},
		},
		"a question that nobody reads": {
			map[string]string{"template.yaml": sound + "\nbare: [none]\n", "_project/go.mod.tmpl": "module x\n\ngo 1.26\n\nrequire golang.org/x/mod v0.30.0\n"},
			pack.Problem{Rule: "used", Path: "template.yaml"},
		},
		"a lean profile that is not lean": {
			map[string]string{"_project/a": "", "_project/b": "", "_project/c": ""},
			pack.Problem{Rule: "size", Message: "the lean profile has 9 files, 8 at most may it have"},
		},
		"a token of the template in another spelling": {
			map[string]string{"_project/ci.yaml": "name: AcmeSERVER\n"},
			pack.Problem{Rule: "leftover", Path: "ci.yaml", Message: `"AcmeSERVER" is left over from the template`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := pack.Lint(load(t, small(tc.with)))
			for i := range found {
				if tc.want.Message == "" {
					found[i].Message = ""
				}
			}
			assert.Contains(t, found, tc.want)
		})
	}
}

func TestRulesHaveNames(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range pack.Rules() {
		assert.False(t, ids[r[0]], "%s twice", r[0])
		ids[r[0]] = true
		assert.NotEmpty(t, r[1])
	}
	assert.Len(t, ids, 8)
}
