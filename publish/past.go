package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Past is a release that a journal knows.
type Past struct {
	Name, Version string
	// Registries are those that it went to, or was to go to.
	Registries []string
}

// PastReleases are the releases that the journals in a folder know, by name and
// version. A folder that is not there knows none.
func PastReleases(state string) ([]Past, error) {
	entries, err := os.ReadDir(filepath.Join(state, "publish"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "journal-unreadable", Doing: "looking for journals", Err: err, Mend: "Name their folder with --state."}
	}
	var all []Past
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		j, err := openJournal(filepath.Join(state, "publish", e.Name()))
		if err != nil {
			return nil, err
		}
		if j != nil {
			all = append(all, Past{j.Name, j.Version, slices.Clone(j.Targets)})
		}
	}
	return all, nil
}
