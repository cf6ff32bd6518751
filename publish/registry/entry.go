package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// The statuses of an entry.
const (
	Active     = "active"
	Deprecated = "deprecated"
	Deleted    = "deleted"
)

// Statuses are all that an entry can have.
func Statuses() []string { return []string{Active, Deprecated, Deleted} }

// Entry is one version of a server, as a registry keeps it. Its JSON is that of
// the API: the document beside what the registry says of it.
type Entry struct {
	// Server is the server.json that the registry keeps, which is not byte for
	// byte the one that was sent.
	Server        json.RawMessage
	Status        string
	StatusMessage string
	StatusChanged time.Time
	PublishedAt   time.Time
	UpdatedAt     time.Time
	IsLatest      bool
}

// Name is the server's name, as its document says it.
func (e Entry) Name() string { name, _ := e.id(); return name }

// Version is the server's version, as its document says it.
func (e Entry) Version() string { _, version := e.id(); return version }

// id reads members of exactly these names: encoding/json would take "Name" for
// one of them, and let an entry pose as another.
func (e Entry) id() (name, version string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(e.Server, &members) != nil || json.Unmarshal(members["name"], &name) != nil || json.Unmarshal(members["version"], &version) != nil {
		return "", ""
	}
	return name, version
}

type official struct {
	Status        string    `json:"status"`
	StatusChanged time.Time `json:"statusChangedAt,omitzero"`
	StatusMessage string    `json:"statusMessage,omitempty"`
	PublishedAt   time.Time `json:"publishedAt,omitzero"`
	UpdatedAt     time.Time `json:"updatedAt,omitzero"`
	IsLatest      bool      `json:"isLatest"`
}

type wireEntry struct {
	Server json.RawMessage `json:"server"`
	Meta   struct {
		Official *official `json:"io.modelcontextprotocol.registry/official,omitempty"`
	} `json:"_meta"`
}

// MarshalJSON writes the entry as the API does.
func (e Entry) MarshalJSON() ([]byte, error) {
	w := wireEntry{Server: e.Server}
	w.Meta.Official = &official{e.Status, e.StatusChanged, e.StatusMessage, e.PublishedAt, e.UpdatedAt, e.IsLatest}
	return json.Marshal(w)
}

// UnmarshalJSON reads an entry of the API. One without the registry's own part is
// taken for active, as private registries may not have it.
func (e *Entry) UnmarshalJSON(b []byte) error {
	var w wireEntry
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	o := w.Meta.Official
	if o == nil {
		o = &official{Status: Active}
	}
	*e = Entry{w.Server, o.Status, o.StatusMessage, o.StatusChanged, o.PublishedAt, o.UpdatedAt, o.IsLatest}
	if name, version := e.id(); name == "" || version == "" {
		return errors.New("an entry has no name or no version")
	}
	return nil
}

// Get asks for one version of a server; without one, or with "latest", for the
// latest that is not deleted. A version that is named is found even if it is
// deleted: its status says so. The refusal is not-found.
func (c *Client) Get(ctx context.Context, name, version string) (*Entry, error) {
	doing := "asking " + c.base.Host + " for " + at(name, version)
	query := url.Values{"include_deleted": {"true"}}
	if version == "" || version == "latest" {
		version, query = "latest", nil
	}
	var e Entry
	err := c.read(ctx, doing, query, &e, MaxEntry, "servers", name, "versions", version)
	if err != nil {
		return nil, err
	}
	if gotName, gotVersion := e.id(); gotName != name || version != "latest" && gotVersion != version {
		return nil, broken(doing, fmt.Errorf("it answered with another entry, %s@%s", gotName, gotVersion))
	}
	return &e, nil
}

// Versions asks for all versions of a server, deleted ones too. The refusal is
// not-found.
func (c *Client) Versions(ctx context.Context, name string) ([]Entry, error) {
	doing := "asking " + c.base.Host + " for the versions of " + name
	var page wirePage
	err := c.read(ctx, doing, url.Values{"include_deleted": {"true"}}, &page, MaxPage, "servers", name, "versions")
	if err != nil {
		return nil, err
	}
	for _, e := range page.Servers {
		if e.Name() != name {
			return nil, broken(doing, fmt.Errorf("it answered with another server, %s", e.Name()))
		}
	}
	return page.Servers, nil
}

// MaxLimit is the most entries that a page can have.
const MaxLimit = 100

// Query is what to search for. The zero value asks for everything.
type Query struct {
	Text           string    // part of the name, at least 3 characters
	Cursor         string    // Next of the page before
	Limit          int       // entries of a page, at most MaxLimit; 0 is the registry's own
	UpdatedSince   time.Time // then deleted entries are included
	IncludeDeleted bool
	Version        string // "latest" or one version; empty is all of them
}

// Page is a part of what was found. Next is the Cursor of the page after it, and
// empty after the last.
type Page struct {
	Entries []Entry
	Next    string
}

type wirePage struct {
	Servers  []Entry `json:"servers"`
	Metadata struct {
		NextCursor string `json:"nextCursor"`
	} `json:"metadata"`
}

// Check tells what a registry would refuse in the query: bad-query.
func (q Query) Check() error {
	why := ""
	switch text := strings.TrimSpace(q.Text); {
	case q.Text != "" && utf8.RuneCountInString(text) < 3:
		why = fmt.Sprintf("%q is shorter than 3 characters", text)
	case q.Limit < 0 || q.Limit > MaxLimit:
		why = fmt.Sprintf("a page of %d entries is not within 1 and %d", q.Limit, MaxLimit)
	default:
		return nil
	}
	return &refusal.Refusal{Kind: refusal.Usage, Code: "bad-query", Doing: "searching", Why: why, Mend: "Search for at least 3 characters of a server's name."}
}

func (q Query) values() url.Values {
	v := url.Values{}
	set := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	set("search", q.Text)
	set("cursor", q.Cursor)
	set("version", q.Version)
	if q.Limit > 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	if !q.UpdatedSince.IsZero() {
		set("updated_since", q.UpdatedSince.UTC().Format(time.RFC3339Nano))
	} else if q.IncludeDeleted {
		set("include_deleted", "true")
	}
	return v
}

// Search asks for a page of entries.
func (c *Client) Search(ctx context.Context, q Query) (Page, error) {
	if err := q.Check(); err != nil {
		return Page{}, err
	}
	doing := "searching " + c.base.Host
	var page wirePage
	if err := c.read(ctx, doing, q.values(), &page, MaxPage, "servers"); err != nil {
		return Page{}, err
	}
	if page.Metadata.NextCursor != "" && page.Metadata.NextCursor == q.Cursor {
		return Page{}, broken(doing, errors.New("it answered a page with its own cursor, which would never end"))
	}
	return Page{page.Servers, page.Metadata.NextCursor}, nil
}

// at names a version for people.
func at(name, version string) string {
	if version == "" || version == "latest" {
		return name
	}
	return name + "@" + version
}
