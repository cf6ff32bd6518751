package desk

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// The statuses of a record.
const (
	statusActive  = registry.Active
	statusDeleted = registry.Deleted
)

// record is one version of a server, as its file has it.
type record struct {
	server        json.RawMessage
	name, version string
	official
}

// official is what the registry says of a version. Times have microseconds and
// are in UTC.
type official struct {
	Status        string    `json:"status"`
	StatusChanged time.Time `json:"statusChangedAt"`
	Message       *string   `json:"statusMessage,omitempty"`
	Published     time.Time `json:"publishedAt"`
	Updated       time.Time `json:"updatedAt"`
	// Latest is not in the file: one file a server says it.
	Latest *bool `json:"isLatest,omitempty"`
}

type wireRecord struct {
	Server json.RawMessage `json:"server"`
	Meta   struct {
		Official official `json:"io.modelcontextprotocol.registry/official"`
	} `json:"_meta"`
}

// MarshalJSON writes the record as the API does.
func (r *record) MarshalJSON() ([]byte, error) {
	w := wireRecord{Server: r.server}
	w.Meta.Official = r.official
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *record) UnmarshalJSON(b []byte) error {
	var w wireRecord
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	var d struct{ Name, Version string }
	if err := json.Unmarshal(w.Server, &d); err != nil {
		return err
	}
	*r = record{w.Server, d.Name, d.Version, w.Meta.Official}
	if d.Name == "" || d.Version == "" || r.Status == "" || r.Published.IsZero() {
		return errors.New("it is no entry of a registry: it has no name, version, status or time of publication")
	}
	return nil
}

func (r *record) isLatest() bool { return r.Latest != nil && *r.Latest }
func (r *record) deleted() bool  { return r.Status == statusDeleted }
func (r *record) message() string {
	if r.Message == nil {
		return ""
	}
	return *r.Message
}

// entry is the record as the client of a registry gives it.
func (r *record) entry() *registry.Entry {
	return &registry.Entry{
		Server: r.server, Status: r.Status, StatusMessage: r.message(), StatusChanged: r.StatusChanged,
		PublishedAt: r.Published, UpdatedAt: r.Updated, IsLatest: r.isLatest(),
	}
}

func entries(all []*record) []registry.Entry {
	list := make([]registry.Entry, 0, len(all))
	for _, r := range all {
		list = append(list, *r.entry())
	}
	return list
}
