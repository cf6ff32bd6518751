package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/mcp"
)

// contractName is the snapshot that is used if it is there and none is named.
const contractName = "contract.json"

// contractWord is the source of the contract for `contract check`: --against, that
// of mcpctl.yaml, or contract.json beside it.
func contractWord(conf contractConfig, against, configFile string) (string, error) {
	if against != "" {
		return against, nil
	}
	path, named := projectContract(conf, configFile)
	if _, err := os.Stat(path); !named && errors.Is(err, fs.ErrNotExist) {
		return "", usagef("there is no contract to hold the server to: neither --against, nor contract.file in %s, nor %s", configName, path).
			hinted("Take one with: mcpctl contract snapshot --out %s TARGET", path)
	}
	return path, nil
}

// projectContract is the path of a project's contract, and whether mcpctl.yaml
// names it.
func projectContract(conf contractConfig, configFile string) (path string, named bool) {
	if conf.File != "" {
		return besideConfig(configFile, conf.File), true
	}
	return besideProject(configFile, contractName), false
}

// hasContract reports whether a project has a contract: one that mcpctl.yaml
// names, or a contract.json that says so itself. Others have files of that name too.
func hasContract(conf contractConfig, configFile string) bool {
	path, named := projectContract(conf, configFile)
	if named {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	head, _ := io.ReadAll(io.LimitReader(f, 512))
	return bytes.Contains(head, []byte(`"mcpctl.contract/`))
}

// contractFindings hold a live server to the project's contract, for `mcpctl test`.
func (a *app) contractFindings(ctx context.Context, target mcp.Target, conf config, configFile string, o contract.TakeOptions) ([]conformance.Finding, error) {
	file := cmp.Or(configFile, configName)
	ignore, err := conf.Contract.ignores(file)
	if err != nil {
		return nil, err
	}
	failing, err := conf.Contract.failing(file, nil)
	if err != nil {
		return nil, err
	}
	path, _ := projectContract(conf.Contract, configFile)
	before, err := fileContract(path)
	if err != nil {
		return nil, fmt.Errorf("holding the server to its contract: %w", err)
	}
	after, err := contract.Take(ctx, target, o)
	if err != nil {
		return nil, err
	}
	d := contract.Compare(before, after, contract.Options{Ignore: ignore, Now: time.Now()})
	for _, s := range d.Stale {
		fmt.Fprintf(a.Err, "mcpctl: ignore rule %s\n", a.safe(s))
	}
	return d.FindingsFailing(failing), nil
}
