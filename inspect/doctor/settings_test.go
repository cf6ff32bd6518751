package doctor_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
)

// TestEntries finds what is wrong before anything is started.
func TestEntries(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), mode))
		return path
	}
	script, plain := write("script.sh", 0o700), write("plain.sh", 0o600)
	bin := filepath.Join(dir, "bin")
	require.NoError(t, os.Mkdir(bin, 0o700))
	for _, name := range []string{"npx", "docker", "node"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"), 0o700))
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	command := func(words ...string) servers.Server {
		return servers.Server{Name: "x", File: "f.json", Line: 7, Command: words[0], Args: words[1:]}
	}
	at := func(address string) servers.Server {
		return servers.Server{Name: "x", File: "f.json", Line: 7, URL: address}
	}

	for name, c := range map[string]struct {
		server servers.Server
		step   string
		want   finding
	}{
		"broken entry":   {servers.Server{Name: "x", Problems: []servers.Problem{{File: "f", Line: 2, What: "args is not a list", Mend: "Write brackets."}}}, doctor.StepConfig, finding{doctor.Fail, "args is not", "brackets"}},
		"odd entry":      {withProblem(command(script)), doctor.StepConfig, finding{doctor.Warn, "odd", "Mend"}},
		"fine":           {command(script), doctor.StepCommand, finding{doctor.OK, script, ""}},
		"missing":        {command("no-such-program-anywhere"), doctor.StepCommand, finding{doctor.Fail, "there is no program", "PATH"}},
		"not executable": {command(plain), doctor.StepCommand, finding{doctor.Fail, "may not be run", "chmod"}},
		"one word":       {command("npx -y thing"), doctor.StepCommand, finding{doctor.Fail, "no program", "args"}},
		"tilde":          {command("~/bin/x"), doctor.StepCommand, finding{doctor.Fail, "no program", "~"}},
		"tilde argument": {command(script, "~/data"), doctor.StepCommand, finding{doctor.Fail, "its ~", "whole path"}},
		"no script":      {command("node", filepath.Join(dir, "dist/index.js")), doctor.StepCommand, finding{doctor.Fail, "there is no file", "built"}},
		"relative":       {command("sh", "./examine_test.go"), doctor.StepCommand, finding{doctor.Warn, "relative", "whole path"}},
		"a module":       {command("node", "-e", "1"), doctor.StepCommand, finding{doctor.OK, "node", ""}},
		"npx asks":       {command("npx", "thing"), doctor.StepCommand, finding{doctor.Warn, "asks", "-y"}},
		"npx":            {command("npx", "-y", "thing"), doctor.StepCommand, finding{doctor.OK, "npx", ""}},
		"docker closed":  {command("docker", "run", "--rm", "image"), doctor.StepCommand, finding{doctor.Fail, "lacks -i", "Add -i"}},
		"docker away":    {command("docker", "run", "-d", "-i", "image"), doctor.StepCommand, finding{doctor.Fail, "detach", "-d out"}},
		"docker":         {command("docker", "run", "-i", "--rm", "image", "-d"), doctor.StepCommand, finding{doctor.OK, "docker", ""}},
		"no folder":      {servers.Server{Name: "x", Command: script, Dir: filepath.Join(dir, "gone")}, doctor.StepCommand, finding{doctor.Fail, "does not exist", "cwd"}},
		"placeholder":    {servers.Server{Name: "x", Command: script, Env: []servers.Setting{{Name: "KEY", Value: "<your key>"}}}, doctor.StepEnvironment, finding{doctor.Warn, "placeholder", "real value"}},
		"your-key":       {servers.Server{Name: "x", Command: script, Env: []servers.Setting{{Name: "KEY", Value: "YOUR_API_KEY"}}}, doctor.StepEnvironment, finding{doctor.Warn, "placeholder", "real value"}},
		"empty":          {servers.Server{Name: "x", Command: script, Env: []servers.Setting{{Name: "KEY"}}}, doctor.StepEnvironment, finding{doctor.Warn, "empty", "Write a value"}},
		"no replacing":   {servers.Server{Name: "x", Client: "Zed", Command: script, Env: []servers.Setting{{Name: "KEY", Value: "${KEY}"}}}, doctor.StepEnvironment, finding{doctor.Warn, "Zed does not replace ${KEY}", "value itself"}},
		"from nowhere":   {servers.Server{Name: "x", URL: "http://127.0.0.1:1", Headers: []servers.Setting{{Name: "A", From: "NO_SUCH_VARIABLE_HERE"}}}, doctor.StepEnvironment, finding{doctor.Fail, "NO_SUCH_VARIABLE_HERE is not set", "Set NO_SUCH"}},
		"scheme":         {at("ftp://example.com/mcp"), doctor.StepAddress, finding{doctor.Fail, `"ftp"`, "http"}},
		"no scheme":      {at("example.com/mcp"), doctor.StepAddress, finding{doctor.Fail, "scheme", "whole address"}},
		"no host":        {at("http:///mcp"), doctor.StepAddress, finding{doctor.Fail, "no host", "HOST"}},
		"unreadable":     {at("http://a b/%zz"), doctor.StepAddress, finding{doctor.Fail, "cannot be read", "HOST"}},
		"plain http":     {at("http://example.com/mcp"), doctor.StepAddress, finding{doctor.Warn, "unencrypted", "https"}},
		"password":       {at("https://me:pw@example.com/mcp"), doctor.StepAddress, finding{doctor.Warn, "credentials in the address", "header"}},
		"https":          {at("https://example.com/mcp"), doctor.StepAddress, finding{doctor.OK, "https to example.com", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			d := doctor.Examine(t.Context(), c.server, doctor.Options{OS: "linux"})
			requireFinding(t, d, c.step, c.want)
			_, asked := d.Step(doctor.StepHandshake)
			assert.False(t, asked, "nothing may be started or asked")
			if c.want.status == doctor.Fail {
				assert.Equal(t, doctor.Fail, d.Status)
			} else {
				assert.Equal(t, doctor.Skip, d.Status, "the rest was not looked at")
			}
		})
	}
	d := doctor.Examine(t.Context(), command("npx", "-y", "x"), doctor.Options{OS: "windows"})
	requireFinding(t, d, doctor.StepCommand, finding{doctor.Warn, "Windows", "cmd"})
}

func withProblem(s servers.Server) servers.Server {
	s.Problems = []servers.Problem{{File: "f", Line: 2, What: "odd", Mend: "Mend it.", Minor: true}}
	return s
}
