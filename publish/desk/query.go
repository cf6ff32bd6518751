package desk

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// Get finds one version of a server, also if it is deleted, or without one, or
// with "latest", the latest if that is not deleted.
func (s *Store) Get(_ context.Context, name, version string) (*registry.Entry, error) {
	doing := "looking for " + name + " in " + s.Dir
	version = cmp.Or(version, "latest")
	r, err := s.one(name, version, version != "latest")
	if err != nil {
		return nil, broken(doing, err)
	}
	if r == nil {
		return nil, refused(doing, notFound())
	}
	return r.entry(), nil
}

// Versions are all versions of a server, deleted ones too, the newest publication
// first.
func (s *Store) Versions(_ context.Context, name string) ([]registry.Entry, error) {
	doing := "looking for the versions of " + name + " in " + s.Dir
	all, err := s.versions(name)
	if err != nil {
		return nil, broken(doing, err)
	}
	if len(all) == 0 {
		return nil, refused(doing, notFound())
	}
	return entries(all), nil
}

// Search finds a page of entries.
func (s *Store) Search(_ context.Context, q registry.Query) (registry.Page, error) {
	if err := q.Check(); err != nil {
		return registry.Page{}, err
	}
	if !q.UpdatedSince.IsZero() {
		q.IncludeDeleted = true
	}
	page, next, err := s.search(q)
	if err != nil {
		return registry.Page{}, broken("searching "+s.Dir, err)
	}
	return registry.Page{Entries: entries(page), Next: next}, nil
}

func notFound() *problem { return problemf(http.StatusNotFound, "Server not found") }

// defaultLimit is how many entries a page has if nobody says.
const defaultLimit = 30

// search finds a page of records: by name and then by version, as text.
func (s *Store) search(q registry.Query) (page []*record, next string, err error) {
	names, err := s.servers(q.Text)
	if err != nil {
		return nil, "", err
	}
	limit := cmp.Or(q.Limit, defaultLimit)
	afterName, afterVersion, both := strings.Cut(q.Cursor, ":")
	for _, name := range names {
		if name < afterName || name == afterName && !both && q.Cursor != "" {
			continue
		}
		all, err := s.versions(name)
		if err != nil {
			return nil, "", err
		}
		for _, r := range byText(all) {
			if name == afterName && both && r.version <= afterVersion || !matches(r, q) {
				continue
			}
			page = append(page, r)
			if len(page) == limit {
				return page, r.name + ":" + r.version, nil
			}
		}
	}
	return page, "", nil
}

func matches(r *record, q registry.Query) bool {
	switch {
	case r.deleted() && !q.IncludeDeleted:
		return false
	case q.Version == "latest" && !r.isLatest():
		return false
	case q.Version != "" && q.Version != "latest" && r.version != q.Version:
		return false
	}
	return q.UpdatedSince.IsZero() || r.Updated.After(q.UpdatedSince.Truncate(time.Microsecond))
}
