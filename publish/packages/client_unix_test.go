//go:build unix

package packages_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// standIn puts a program of that name in front of all others: it stands in for
// a client that misbehaves, or that is not installed here.
func standIn(t *testing.T, env []string, name, script string) []string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	path := ""
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, "PATH="); ok {
			path = value
		}
	}
	return append(append([]string(nil), env...), "PATH="+dir+string(os.PathListSeparator)+path)
}

func TestClientsThatMisbehave(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	for name, c := range map[string]struct{ script, code string }{
		"prints garbage":          {`echo 'npm says hello'`, "client-garbled"},
		"prints nothing":          {``, "package-not-visible"},
		"prints another package":  {`echo '{"name":"other","version":"1.0.0","mcpName":"` + server + `"}'`, "client-garbled"},
		"prints a list":           {`echo '[{"name":"acme-echo"}]'`, "client-garbled"},
		"never stops printing":    {`exec cat /dev/zero`, "client-flood"},
		"never stops complaining": {`exec cat /dev/zero >&2`, "client-slow"},
		"hangs":                   {`exec sleep 1000`, "client-slow"},
		"hangs with a child":      {`sleep 1000 & echo $! > ` + pids + `; wait`, "client-slow"},
		"fails without a reason":  {`exit 7`, "client-failed"},
		"complains with a secret": {`echo 'GET https://me:s3cret@h.example/x?token=s3cret failed' >&2; exit 1`, "client-failed"},
		"complains in colours":    {`printf '\033[31mred\033[0m\n' >&2; exit 1`, "client-failed"},
	} {
		t.Run(name, func(t *testing.T) {
			env := standIn(t, os.Environ(), "npm", c.script)
			timeout := time.Minute
			if c.code == "client-slow" {
				timeout = 2 * time.Second
			}
			checker := &packages.Checker{Env: env, Timeout: timeout}
			proof := checker.Prove(t.Context(), server, npm("acme-echo", "1.0.0"))
			assert.Equal(t, c.code, proof.Code, proof.Why)
			assert.NotContains(t, proof.Why, "\x1b")
			assert.NotContains(t, proof.Why, "s3cret")
			assert.Less(t, len(proof.Why), 2000)
		})
	}
	written, err := os.ReadFile(pids)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(written)))
	require.NoError(t, err)
	assert.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil || zombie(pid) }, 10*time.Second, 10*time.Millisecond, "the child goes on")
}

// zombie reports a process that has ended and waits for whoever started it.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte(") Z "))
}

// npm says why in its answer; what it tells people besides ends with brackets and
// the names of logs.
func TestWhyNPMFailed(t *testing.T) {
	const talk = `printf 'npm error code ECONNREFUSED\nnpm error }\nnpm error A complete log of this run is in x.log\n' >&2; exit 1`
	for name, c := range map[string]struct{ script, says, not string }{
		"an answer":                  {`echo '{"error":{"code":"ECONNREFUSED","summary":"request to http://me:s3cret@h.example/x failed"}}'; ` + talk, "status 1: ECONNREFUSED: request to ", "npm error"},
		"talk only":                  {talk, "npm error code ECONNREFUSED", "{"},
		"a summary of several lines": {`printf '%s' '{"error":{"code":"E1","summary":"the cause\nand\nmore\nand\nmore\nof it"}}'; ` + talk, "E1: the cause and more", "npm error"},
	} {
		t.Run(name, func(t *testing.T) {
			proof := (&packages.Checker{Env: standIn(t, os.Environ(), "npm", c.script)}).Prove(t.Context(), server, npm("acme-echo", "1.0.0"))
			assert.Equal(t, "client-failed", proof.Code)
			assert.Contains(t, proof.Why, c.says)
			assert.NotContains(t, proof.Why, c.not)
			assert.NotContains(t, proof.Why, "s3cret")
		})
	}
}

func TestClientThatCannotBeRun(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/nowhere/node\n"), 0o700))
	checker := &packages.Checker{Env: []string{"PATH=" + dir}}
	refused(t, checker.Prove(t.Context(), server, npm("acme-echo", "1.0.0")), packages.Unchecked, "client-failed")
}

func TestCancellingEndsTheClient(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	checker := &packages.Checker{Env: standIn(t, os.Environ(), "npm", "exec sleep 1000")}
	_, err := checker.Digests(ctx, npm("acme-echo", "1.0.0"))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestClientsOfRelativeFoldersAreNotRun(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("bin", 0o700))
	require.NoError(t, os.WriteFile("bin/npm", []byte("#!/bin/sh\ntouch ran\n"), 0o700))
	checker := &packages.Checker{Env: []string{"PATH=bin:."}}
	proof := checker.Prove(t.Context(), server, npm("acme-echo", "1.0.0"))
	assert.Equal(t, "client-missing", proof.Code)
	assert.NoFileExists(t, "ran")
}

// There is no dotnet here: a script stands in for the one question to it, and
// what it names is asked in earnest.
func TestNuGetByAStandInForDotnet(t *testing.T) {
	h := realpackages.Start(t)
	nupkg := h.AddNuGet("Acme.Echo", "1.0.0-RC.1", readme)
	h.AddNuGet("Stranger", "1.0.0", "mcp-name: io.github.other/echo")
	listing := "echo 'D " + h.URL + "/disabled'; echo 'EM /a/folder'; echo 'E " + h.URL + "/nuget/index.json'"
	c := &packages.Checker{Env: standIn(t, h.Env(), "dotnet", `[ "$*" = "nuget list source --format Short" ] || exit 9; `+listing)}
	p := packages.Package{Type: packages.NuGet, Identifier: "acme.echo", Version: "1.0.0-rc.1+build"}

	proof := c.Prove(t.Context(), server, p)
	owned(t, proof)
	local, err := packages.Local(saved(t, "x.nupkg", nupkg), p)
	require.NoError(t, err)
	assert.Equal(t, local, proof.Files)
	assert.NotContains(t, strings.Join(h.Asked(), " "), "disabled")

	p.Version = "2.0.0"
	refused(t, c.Prove(t.Context(), server, p), packages.NotFound, "package-not-visible")
	refused(t, c.Prove(t.Context(), server, packages.Package{Type: packages.NuGet, Identifier: "stranger", Version: "1.0.0"}), packages.Foreign, "ownership-other")

	c.Env = standIn(t, h.Env(), "dotnet", "echo 'E "+h.URL+"/nowhere'")
	refused(t, c.Prove(t.Context(), server, p), packages.NotFound, "package-not-visible")
	c.Env = standIn(t, h.Env(), "dotnet", "echo nothing")
	refused(t, c.Prove(t.Context(), server, p), packages.Unchecked, "client-garbled")
	c.Env = standIn(t, h.Env(), "dotnet", "exit 1")
	refused(t, c.Prove(t.Context(), server, p), packages.Unchecked, "client-failed")
}

// uv is asked where there is no pip; a script stands in for it.
func TestPyPIByAStandInForUV(t *testing.T) {
	h := realpackages.Start(t)
	h.AddPyPI("acme-echo", "1.0.0", readme)
	script := `[ "$1 $2 $4" = "pip compile --emit-index-url" ] || exit 9; echo '--index-url http://127.0.0.1:1/none'; echo '--extra-index-url ` + h.URL + `/pypi/simple'`
	alone := standIn(t, []string{"PATH="}, "uv", script)
	c := &packages.Checker{Env: alone}
	refused(t, c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0")), packages.Unchecked, "package-host")
	c = &packages.Checker{}
	c.Env = standIn(t, []string{"PATH="}, "uv", strings.Replace(script, "http://127.0.0.1:1/none", h.URL+"/none", 1))
	owned(t, c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0")))
	c = &packages.Checker{}
	c.Env = standIn(t, []string{"PATH="}, "uv", "echo nothing")
	refused(t, c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0")), packages.Unchecked, "client-garbled")
}

func TestUpload(t *testing.T) {
	h := realpackages.Start(t)
	tarball := saved(t, "acme-echo-1.0.0.tgz", realpackages.NPM("acme-echo", "1.0.0", server))
	p := npm("acme-echo", "1.0.0")

	t.Run("npm, in earnest", func(t *testing.T) {
		c := checker(h)
		refused(t, c.Prove(t.Context(), server, p), packages.NotFound, "package-not-visible")
		var out, complaints bytes.Buffer
		c.Out, c.Err = &out, &complaints
		require.NoError(t, c.Upload(t.Context(), p, tarball), complaints.String())
		assert.Contains(t, out.String(), "acme-echo@1.0.0")
		proof := c.Prove(t.Context(), server, p)
		owned(t, proof)
		local, err := packages.Local(tarball, p)
		require.NoError(t, err)
		assert.Equal(t, local, proof.Files)

		c.Env = append(c.Env, "npm_config_userconfig="+os.DevNull)
		err = c.Upload(t.Context(), p, tarball)
		assert.Equal(t, "client-failed", refusal.Code(err), "%v", err)
		assert.Contains(t, complaints.String(), "ENEEDAUTH")
	})
	t.Run("each by its client", func(t *testing.T) {
		for name, u := range map[string]struct {
			client string
			p      packages.Package
			data   []byte
			args   string
		}{
			"a-1-py3-none-any.whl": {"uv", pypi("a", "1"), realpackages.Wheel("a", "1", readme), "publish FILE"},
			"a-1.tar.gz":           {"twine", pypi("a", "1"), realpackages.Sdist("a", "1", readme), "upload FILE"},
			"a.nupkg":              {"dotnet", packages.Package{Type: packages.NuGet, Identifier: "a", Version: "1"}, realpackages.Nupkg("a", "1", readme), "nuget push FILE"},
			"a.tgz":                {"npm", npm("a", "1.0.0"), realpackages.NPM("a", "1.0.0", server), "publish FILE --ignore-scripts"},
		} {
			file := saved(t, name, u.data)
			var out bytes.Buffer
			c := &packages.Checker{Env: standIn(t, []string{"PATH="}, u.client, `read answer; echo "$answer: $*"`), In: strings.NewReader("123456\n"), Out: &out}
			require.NoError(t, c.Upload(t.Context(), u.p, file), name)
			assert.Equal(t, "123456: "+strings.Replace(u.args, "FILE", file, 1)+"\n", out.String())
		}
	})
	t.Run("nothing is uploaded that is not the package's", func(t *testing.T) {
		c := &packages.Checker{Env: standIn(t, []string{"PATH="}, "npm", "touch "+filepath.Join(t.TempDir(), "ran")), Dir: t.TempDir()}
		err := c.Upload(t.Context(), npm("acme-echo", "2.0.0"), tarball)
		assert.Equal(t, "artifact-version", refusal.Code(err))
	})
	t.Run("nobody uploads these", func(t *testing.T) {
		data := realpackages.Bundle("echo", "1.0.0")
		err := (&packages.Checker{}).Upload(t.Context(), bundle("https://h.example/mcp", data), saved(t, "a.mcpb", data))
		assert.Equal(t, "upload-unsupported", refusal.Code(err))
		err = (&packages.Checker{}).Upload(t.Context(), cargo("a", "1.0.0"), saved(t, "a.crate", realpackages.Crate("a", "1.0.0", readme)))
		assert.Equal(t, "upload-unsupported", refusal.Code(err))
	})
	t.Run("no client", func(t *testing.T) {
		err := (&packages.Checker{}).Upload(t.Context(), p, tarball)
		assert.Equal(t, "client-missing", refusal.Code(err))
	})
}
