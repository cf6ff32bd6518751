package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"

	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// folder is a registry in a folder. Reading does not make it.
type folder struct {
	dir  string
	once sync.Once
	made *desk.Store
	err  error
}

func (f *folder) open() (*desk.Store, error) {
	f.once.Do(func() { f.made, f.err = desk.Create(f.dir) })
	return f.made, f.err
}

func (f *folder) absent() error {
	if _, err := os.Stat(f.dir); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &refusal.Refusal{Kind: refusal.Finding, Code: "not-found", Doing: "looking into " + f.dir, Why: "there is no such folder", Mend: "Publishing makes it."}
}

// Get reads an entry.
func (f *folder) Get(ctx context.Context, name, version string) (*registry.Entry, error) {
	if err := f.absent(); err != nil {
		return nil, err
	}
	s, err := f.open()
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, name, version)
}

// Publish adds an entry.
func (f *folder) Publish(ctx context.Context, server []byte, token string) (*registry.Entry, error) {
	s, err := f.open()
	if err != nil {
		return nil, err
	}
	return s.Publish(ctx, server, token)
}

// Status changes an entry's status.
func (f *folder) Status(ctx context.Context, name, version, status, message, token string) error {
	s, err := f.open()
	if err != nil {
		return err
	}
	return s.Status(ctx, name, version, status, message, token)
}

// Attestations reads a file of attestations.
func (f *folder) Attestations(ctx context.Context, sum string) ([]byte, error) {
	if err := f.absent(); err != nil {
		return nil, err
	}
	s, err := f.open()
	if err != nil {
		return nil, err
	}
	return s.Attestations(ctx, sum)
}

// PutAttestations keeps a file of attestations.
func (f *folder) PutAttestations(ctx context.Context, jsonl []byte, token string) error {
	s, err := f.open()
	if err != nil {
		return err
	}
	return s.PutAttestations(ctx, jsonl, token)
}
