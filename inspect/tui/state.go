package tui

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/internal/atomic"
)

// State is what outlives the program: how the screen was left. It holds nothing
// of the server's.
type State struct {
	Schema  string `json:"schema"`
	Screen  string `json:"screen,omitempty"`
	NoStrip bool   `json:"noStrip,omitempty"`
}

const (
	stateSchema = "mcpctl.tui/v1"
	maxState    = 64 << 10
)

// readState reads the state; one that is missing or broken is a new one, for
// nothing in it is worth an error.
func readState(name string) *State {
	fresh := &State{Schema: stateSchema}
	if name == "" {
		return fresh
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxState {
		return fresh
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fresh
	}
	var s State
	if json.Unmarshal(data, &s) != nil || s.Schema != stateSchema {
		return fresh
	}
	return &s
}

// write keeps the state. That it could not be kept is no reason to bother anyone.
func (s *State) write(name string) {
	if name == "" {
		return
	}
	data, err := json.Marshal(s)
	if err != nil || os.MkdirAll(filepath.Dir(name), 0o700) != nil {
		return
	}
	_ = atomic.WriteFile(name, data, 0o600) // see above
}
