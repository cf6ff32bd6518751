package packages

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// askUV is for where there is no pip: of no requirements at all uv tells where it
// would look for them.
func (c *Checker) askUV(ctx context.Context, p Package) (pipSettings, error) {
	temp, err := os.MkdirTemp("", "mcpctl-uv-")
	if err != nil {
		return pipSettings{}, trouble(refusal.Environment, codeFailed, p, "Make room for temporary files.", "there is no temporary folder: %v", err)
	}
	defer func() { _ = os.RemoveAll(temp) }() // it was only for reading
	none := filepath.Join(temp, "requirements.in")
	if err := os.WriteFile(none, nil, 0o600); err != nil {
		return pipSettings{}, trouble(refusal.Environment, codeFailed, p, "Make room for temporary files.", "there is no temporary file: %v", err)
	}
	a, err := c.ask(ctx, p, command{
		names: []string{"uv"}, dir: c.Dir, env: []string{"UV_PYTHON_DOWNLOADS=never"},
		args: []string{"pip", "compile", none, "--emit-index-url", "--no-header", "--color", "never"},
	})
	if refusal.Code(err) == codeNoClient {
		return pipSettings{}, noClient(p, []string{"pip", "pip3", "uv"})
	}
	if err != nil {
		return pipSettings{}, err
	}
	if a.status != 0 {
		return pipSettings{}, failed(p, "uv pip compile", a)
	}
	var s pipSettings
	for line := range strings.Lines(string(a.out)) {
		option, address, _ := strings.Cut(strings.TrimSpace(line), " ")
		if option != "--index-url" && option != "--extra-index-url" {
			continue
		}
		index, err := newPipIndex(address, nil)
		if err != nil {
			return pipSettings{}, garbled(p, "uv", err)
		}
		s.indexes = append(s.indexes, index)
	}
	if len(s.indexes) == 0 {
		return pipSettings{}, garbled(p, "uv", errors.New("it names no index"))
	}
	return s, nil
}
