package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// maxServer bounds a server.json, in bytes, as the official registry does.
const maxServer = 1 << 20

// Publish keeps a server.json as a new version; the token is not looked at,
// because who may write into the folder may publish. Other refusals than the
// client's are store-unusable.
func (s *Store) Publish(ctx context.Context, server []byte, _ string) (*registry.Entry, error) {
	doing := "publishing in " + s.Dir
	if len(server) > maxServer {
		return nil, refused(doing, tooLarge(maxServer))
	}
	found, p := judge(server)
	if p == nil {
		p = rejected(found, shape)
	}
	if p == nil {
		p = rejected(found, semantic)
	}
	if p != nil {
		return nil, refused(doing, p)
	}
	r, err := s.publish(ctx, server, found)
	if err != nil {
		return nil, refused(doing, err)
	}
	return r.entry(), nil
}

// rejected is the answer to a document that breaks rules of some force.
func rejected(found []finding, how force) *problem {
	issues := issuesOf(found, how)
	if len(issues) == 0 {
		return nil
	}
	detail := "validation failed"
	if how == semantic {
		detail = "Failed to publish server, invalid schema: call /validate for details"
	}
	p := problemf(http.StatusUnprocessableEntity, "%s", detail)
	p.Errors = issues
	return p
}

func tooLarge(limit int) *problem {
	return problemf(http.StatusRequestEntityTooLarge, "request body is too large limit=%d bytes", limit)
}

// publish keeps a document that has passed all but the late rules.
func (s *Store) publish(ctx context.Context, server []byte, found []finding) (*record, error) {
	if late := issuesOf(found, late); len(late) > 0 {
		return nil, unpublished("%s", late[0].Message)
	}
	d, kept, err := keep(server)
	switch {
	case err != nil:
		return nil, unpublished("%v", err)
	case strings.TrimSpace(d.Version) == "":
		return nil, unpublished("the version is blank")
	case holdsNull(kept):
		return nil, unpublished("text holds a null character")
	}
	now := s.stamp()
	r := &record{kept, d.Name, d.Version, official{Status: statusActive, StatusChanged: now, Published: now, Updated: now}}
	doing := "publishing " + d.Name + "@" + d.Version + " in " + s.Dir
	return r, s.locked(ctx, doing, func() error {
		err := s.insert(r, d)
		if unproblem(err) != nil {
			return broken(doing, err)
		}
		return err
	})
}

func unpublished(format string, args ...any) error {
	return problemf(http.StatusBadRequest, "Failed to publish server").with(fmt.Sprintf(format, args...))
}

// insert adds a record, of that document, if its server and others leave room.
func (s *Store) insert(r *record, d document) error {
	taken, err := s.taken(d)
	if err != nil {
		return err
	}
	all, err := s.versions(r.name)
	switch {
	case err != nil:
		return err
	case taken != "":
		return unpublished("%s", taken)
	case len(all) >= maxVersions:
		return unpublished("maximum number of versions for this server reached (%d)", maxVersions)
	case slices.ContainsFunc(all, func(o *record) bool { return o.version == r.version }):
		return unpublished(duplicateWords, r.name, r.version)
	}
	isLatest := !slices.ContainsFunc(all, func(o *record) bool { return o.isLatest() && newer(r, o) <= 0 })
	r.Latest = &isLatest
	// The pointer comes first: while it names no version it is not believed.
	if isLatest {
		if err := s.setLatest(r.name, r.version); err != nil {
			return err
		}
	}
	return s.save(r)
}

// holdsNull looks for the one character that the official registry's database
// cannot keep.
func holdsNull(kept []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(kept))
	for {
		token, err := dec.Token()
		if err != nil {
			return false // the end: it is JSON
		}
		if text, ok := token.(string); ok && strings.Contains(text, "\x00") {
			return true
		}
	}
}

// taken tells which remote of a document belongs to another server: an address
// has one name, unless that is deleted.
func (s *Store) taken(d document) (string, error) {
	if len(d.Remotes) == 0 {
		return "", nil
	}
	names, err := s.servers("")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if name == d.Name {
			continue
		}
		all, err := s.versions(name)
		if err != nil {
			return "", err
		}
		for _, r := range all {
			if url := shared(d, r); url != "" {
				return fmt.Sprintf("remote URL %s is already used by server %s", url, name), nil
			}
		}
	}
	return "", nil
}

// shared is an address that a document has in common with a record that is not
// deleted.
func shared(d document, r *record) string {
	if r.deleted() {
		return ""
	}
	other, _, err := keep(r.server)
	if err != nil {
		return ""
	}
	for _, mine := range d.Remotes {
		for _, theirs := range other.Remotes {
			if mine.URL == theirs.URL {
				return mine.URL
			}
		}
	}
	return ""
}

// edit replaces the document of a version, which has passed the rules.
func (s *Store) edit(ctx context.Context, server []byte) (*record, error) {
	d, kept, err := keep(server)
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "Failed to edit server").with(err.Error())
	}
	doing := "editing " + d.Name + "@" + d.Version + " in " + s.Dir
	var r *record
	err = s.locked(ctx, doing, func() (err error) {
		r, err = s.replace(d, kept)
		if unproblem(err) != nil {
			return broken(doing, err)
		}
		return err
	})
	return r, err
}

func (s *Store) replace(d document, kept []byte) (*record, error) {
	taken, err := s.taken(d)
	if err != nil {
		return nil, err
	}
	if taken != "" {
		return nil, problemf(http.StatusBadRequest, "Failed to edit server").with(taken)
	}
	r, err := s.one(d.Name, d.Version, true)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, notFound()
	}
	r.server, r.Updated = kept, s.stamp()
	return r, s.save(r)
}

// stamp is the time, as records have it.
func (s *Store) stamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
