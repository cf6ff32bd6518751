package publish

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// signer is the one signer of a run, made when it is first needed.
type signer struct{ made sign.Signer }

// checked: there is nothing to check any more when all is attached, for that is
// what permission is asked for.
func (p *Plan) checked(ctx context.Context) (bool, error) {
	for _, ref := range p.Release.Refs() {
		if there, err := p.attached(ctx, ref); err != nil || !there {
			return false, nil //nolint:nilerr // attaching says it
		}
	}
	for _, t := range p.targets {
		if t.entry == nil {
			return false, nil
		}
	}
	return true, nil
}

// check asks for the permissions that will be needed, before anything is signed:
// a signature is logged for ever.
func (p *Plan) check(ctx context.Context) error {
	for _, ref := range p.Release.Refs() {
		if there, err := p.attached(ctx, ref); err == nil && there {
			continue
		}
		if err := p.services.Images.MayPush(ctx, repository(ref)); err != nil {
			return err
		}
	}
	for _, t := range p.targets {
		if err := t.canPublish(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) signed(s Statement) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		return p.idle || p.pointer != nil || p.bundles[s.Name] != nil, nil
	}
}

func (p *Plan) sign(s Statement) func(context.Context) error {
	return func(ctx context.Context) error {
		if p.signer.made == nil {
			made, err := p.services.Signer(ctx)
			if err != nil {
				return err
			}
			p.signer.made = made
		}
		bundle, err := p.signer.made.Sign(ctx, s.Bytes)
		if err != nil {
			return err
		}
		if !bytes.Equal(payload(bundle), s.Bytes) {
			return &refusal.Refusal{Kind: refusal.Environment, Code: "bundle-unreadable", Doing: "signing " + s.Name, Why: "the bundle holds another statement than the one that was to be signed", Mend: "Report this: it is a fault of mcpctl."}
		}
		if err := p.journal.sign(s, bundle); err != nil {
			return err
		}
		p.bundles[s.Name] = bundle
		return nil
	}
}

// payload is the statement in a bundle, nil if there is none. Nothing is
// verified.
func payload(bundle []byte) []byte {
	var b struct {
		Envelope struct {
			Payload string `json:"payload"`
		} `json:"dsseEnvelope"`
	}
	if json.Unmarshal(bundle, &b) != nil {
		return nil
	}
	out, err := base64.StdEncoding.DecodeString(b.Envelope.Payload)
	if err != nil {
		return nil
	}
	return out
}

// all are the bundles in the order of the statements; ok is false while one is
// missing. Those of an earlier run stand under names of their own.
func (p *Plan) all() (all [][]byte, ok bool) {
	if p.pointer != nil {
		for i := 0; ; i++ {
			b := p.bundles[earlier(i)]
			if b == nil {
				return all, i > 0
			}
			all = append(all, b)
		}
	}
	for _, s := range p.Release.Statements {
		b := p.bundles[s.Name]
		if b == nil {
			return nil, false
		}
		all = append(all, b)
	}
	return all, true
}

// LinesName is the name of the file of attestations of a release.
func LinesName(name, version string) string {
	return plainName(strings.ReplaceAll(name, "/", ".")+"-"+version) + ".sigstore.jsonl"
}

// lines is where the file of attestations is written; empty if nowhere.
func (p *Plan) lines() string {
	if p.Release.Settings.Out == "" {
		return ""
	}
	return filepath.Join(p.Release.Settings.Out, LinesName(p.Release.Name, p.Release.Version))
}

func (p *Plan) written(context.Context) (bool, error) {
	all, ok := p.all()
	if !ok {
		return p.idle, nil
	}
	want, _ := attach.Lines(all)
	got, err := readBounded(p.lines(), int64(len(want)))
	return err == nil && bytes.Equal(got, want), nil
}

func (p *Plan) writeLines(context.Context) error {
	all, _ := p.all()
	b, _ := attach.Lines(all)
	err := os.MkdirAll(p.Release.Settings.Out, 0o750)
	if err == nil {
		err = atomic.WriteFile(p.lines(), b, 0o644)
	}
	if err != nil {
		return &refusal.Refusal{Kind: refusal.Environment, Code: "file-unwritable", Doing: "writing the file of attestations", Err: err, Mend: mendWrite(err)}
	}
	return nil
}

func mendWrite(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "Name a folder that you can write with --out."
	}
	return "Make room for it, or name another folder with --out."
}
