package desk

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// listing is a page as the API writes it.
type listing struct {
	Servers  []*record `json:"servers"`
	Metadata struct {
		Next  string `json:"nextCursor,omitempty"`
		Count int    `json:"count"`
	} `json:"metadata"`
}

func newListing(page []*record, next string) listing {
	l := listing{Servers: page}
	if page == nil {
		l.Servers = []*record{}
	}
	l.Metadata.Next, l.Metadata.Count = next, len(page)
	return l
}

func (d *desk) version(*http.Request) (any, error) {
	return map[string]string{"version": cmp.Or(d.options.Version, "dev"), "git_commit": "unknown", "build_time": "unknown"}, nil
}

func (d *desk) list(r *http.Request) (any, error) {
	q, err := query(r.URL.Query())
	if err != nil {
		return nil, err
	}
	page, next, err := d.store.search(q)
	return newListing(page, next), err
}

// query reads what a page was asked for.
func query(v url.Values) (registry.Query, error) {
	q := registry.Query{Text: v.Get("search"), Cursor: v.Get("cursor"), Version: v.Get("version"), Limit: defaultLimit}
	invalid := problemf(http.StatusUnprocessableEntity, "validation failed")
	var err error
	if text := v.Get("limit"); text != "" {
		q.Limit, err = strconv.Atoi(text)
		switch {
		case err != nil:
			invalid.Errors = append(invalid.Errors, issue{"invalid integer", "query.limit"})
		case q.Limit < 1:
			invalid.Errors = append(invalid.Errors, issue{"expected number >= 1", "query.limit"})
		case q.Limit > registry.MaxLimit:
			invalid.Errors = append(invalid.Errors, issue{"expected number <= 100", "query.limit"})
		}
	}
	deleted, said := v.Get("include_deleted"), false
	if deleted != "" {
		said = true
		if q.IncludeDeleted, err = strconv.ParseBool(deleted); err != nil {
			invalid.Errors = append(invalid.Errors, issue{"invalid boolean", "query.include_deleted"})
		}
	}
	if len(invalid.Errors) > 0 {
		return q, invalid
	}
	if since := v.Get("updated_since"); since != "" {
		if q.UpdatedSince, err = time.Parse(time.RFC3339, since); err != nil {
			return q, problemf(http.StatusBadRequest, "Invalid updated_since format: expected RFC3339 timestamp (e.g., 2025-08-07T13:15:04.280Z)")
		}
		if said && !q.IncludeDeleted {
			return q, problemf(http.StatusBadRequest, "Cannot set include_deleted=false when using updated_since, which tells of deleted servers too")
		}
		q.IncludeDeleted = true
	}
	if q.Text != "" && utf8.RuneCountInString(strings.TrimSpace(q.Text)) < 3 {
		return q, problemf(http.StatusUnprocessableEntity, "search must contain at least 3 characters after trimming surrounding whitespace")
	}
	return q, nil
}

func (d *desk) versions(r *http.Request) (any, error) {
	name, _, deleted, err := target(r)
	if err != nil {
		return nil, err
	}
	all, err := d.store.versions(name)
	if err != nil {
		return nil, err
	}
	var shown []*record
	for _, r := range all {
		if deleted || !r.deleted() {
			shown = append(shown, r)
		}
	}
	if len(shown) == 0 {
		return nil, notFound()
	}
	return newListing(shown, ""), nil
}

func (d *desk) get(r *http.Request) (any, error) {
	name, version, deleted, err := target(r)
	if err != nil {
		return nil, err
	}
	found, err := d.store.one(name, version, deleted)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, notFound()
	}
	return found, nil
}

// target reads which version of which server is meant, and whether it may be a
// deleted one. Parts of the path are decoded once more, as the official registry
// does.
func target(r *http.Request) (name, version string, deleted bool, err error) {
	name, err1 := url.PathUnescape(r.PathValue("name"))
	version, err2 := url.PathUnescape(r.PathValue("version"))
	if err := errors.Join(err1, err2); err != nil {
		return "", "", false, problemf(http.StatusBadRequest, "Invalid server name or version encoding").with(err.Error())
	}
	if text := r.URL.Query().Get("include_deleted"); text != "" {
		if deleted, err = strconv.ParseBool(text); err != nil {
			p := problemf(http.StatusUnprocessableEntity, "validation failed")
			p.Errors = []issue{{"invalid boolean", "query.include_deleted"}}
			return "", "", false, p
		}
	}
	return name, version, deleted, nil
}
