package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// change is a new status of one or all versions.
type change struct {
	status  string
	message *string
}

// Status sets the status of one version, or of all where version is empty.
// Setting what is set already is no failure. The token is not looked at.
func (s *Store) Status(ctx context.Context, name, version, status, message, _ string) error {
	if err := registry.CheckStatus(status, message); err != nil {
		return err
	}
	c := change{status: status}
	if message != "" {
		c.message = &message
	}
	_, err := s.setStatus(ctx, name, version, c)
	var p *problem
	if errors.As(err, &p) && strings.HasPrefix(p.Detail, noChangeWords) {
		return nil
	}
	what := name
	if version != "" {
		what += "@" + version
	}
	return refused("setting the status of "+what+" in "+s.Dir, err)
}

// alters answers why a change does nothing to a record, or is not allowed.
func (c change) alters(r *record) *problem {
	switch {
	case c.status == statusActive && c.message != nil:
		return problemf(http.StatusBadRequest, "status_message cannot be provided when setting status to active")
	case r.Status == c.status && (r.Message == nil) == (c.message == nil) && (c.message == nil || r.message() == *c.message):
		return problemf(http.StatusBadRequest, noChangeWords+": status and message are already set to the provided values")
	}
	return nil
}

// setStatus changes one version, or all where version is empty, and answers all
// versions of the server.
func (s *Store) setStatus(ctx context.Context, name, version string, c change) ([]*record, error) {
	doing := "setting a status of " + name + " in " + s.Dir
	var all []*record
	err := s.locked(ctx, doing, func() (err error) {
		all, err = s.change(name, version, c)
		if unproblem(err) != nil {
			return broken(doing, err)
		}
		return err
	})
	return all, err
}

func (s *Store) change(name, version string, c change) ([]*record, error) {
	all, err := s.versions(name)
	if err != nil {
		return nil, err
	}
	var chosen []*record
	for _, r := range all {
		if version == "" || r.version == version {
			chosen = append(chosen, r)
		}
	}
	changed, p := c.applicable(chosen, version != "")
	if p != nil {
		return nil, p
	}
	if err := s.restorable(changed, c); err != nil {
		return nil, err
	}
	return all, s.apply(name, all, changed, c)
}

// applicable are the records that a change alters; none is a problem.
func (c change) applicable(chosen []*record, single bool) ([]*record, *problem) {
	if len(chosen) == 0 && single {
		return nil, problemf(http.StatusNotFound, "Server version not found")
	}
	if len(chosen) == 0 {
		return nil, problemf(http.StatusNotFound, "Server not found")
	}
	var changed []*record
	var why *problem
	for _, r := range chosen {
		if p := c.alters(r); p != nil {
			why = p
		} else {
			changed = append(changed, r)
		}
	}
	switch {
	case len(changed) > 0:
		return changed, nil
	case single:
		return nil, why
	}
	return nil, problemf(http.StatusBadRequest, noChangeWords+": all versions already have the requested status and message")
}

// restorable refuses to bring back a version whose remote is another's by now.
func (s *Store) restorable(changed []*record, c change) error {
	if c.status != statusActive {
		return nil
	}
	for _, r := range changed {
		if !r.deleted() {
			continue
		}
		d, _, err := keep(r.server)
		if err != nil {
			return err
		}
		taken, err := s.taken(d)
		if err != nil {
			return err
		}
		if taken != "" {
			return problemf(http.StatusBadRequest, "Failed to update server status").with(taken)
		}
	}
	return nil
}

// apply writes the change. After a crash midway the same change ends it.
func (s *Store) apply(name string, all, changed []*record, c change) error {
	now := s.stamp()
	for _, r := range changed {
		if r.Status != c.status {
			r.StatusChanged = now
		}
		r.Status, r.Message, r.Updated = c.status, c.message, now
	}
	latest := pick(all)
	for _, r := range all {
		is := r.version == latest
		r.Latest = &is
	}
	if err := s.setLatest(name, latest); err != nil {
		return err
	}
	for _, r := range changed {
		if err := s.save(r); err != nil {
			return err
		}
	}
	return nil
}
