package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/conformance/lint"
	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// parseSurface reads a snapshot of a contract, or an object with the lists of a
// server under the names that the protocol gives them, within a result or not.
func parseSurface(data []byte) (lint.Surface, error) {
	v, err := mcp.Parse(data)
	if err != nil {
		return lint.Surface{}, err
	}
	if isSnapshot(v) {
		return snapshotSurface(data)
	}
	if v.Get("result").Is(mcp.Object) {
		v = v.Get("result")
	}
	var s lint.Surface
	lists := 0
	for _, one := range []struct {
		kind inspect.Kind
		into *[]mcp.Value
	}{{inspect.Tools, &s.Tools}, {inspect.Prompts, &s.Prompts}, {inspect.Resources, &s.Resources}, {inspect.Templates, &s.Templates}} {
		list := v.Get(one.kind.Member())
		switch {
		case list.Is(mcp.Array):
			*one.into = list.Items()
			lists++
		case list.Exists():
			return s, fmt.Errorf("its member %s is %s and not an array", one.kind.Member(), list.Kind())
		}
	}
	if lists == 0 {
		return s, errors.New("it is no snapshot and has none of the lists tools, prompts, resources and resourceTemplates")
	}
	return s.OfOpening(v), nil
}

// snapshotSurface is what a snapshot holds of the newest revision in it.
func snapshotSurface(data []byte) (lint.Surface, error) {
	snapshot, err := contract.Parse(data)
	if err != nil {
		return lint.Surface{}, err
	}
	s := lint.Surface{Tools: snapshot.Lists(contract.Tool), Prompts: snapshot.Lists(contract.Prompt),
		Resources: snapshot.Lists(contract.Resource), Templates: snapshot.Lists(contract.Template)}
	if n := len(snapshot.Revisions); n > 0 {
		s.Revision = snapshot.Revisions[n-1]
	}
	s.Name, s.Version = snapshot.Identity()
	for _, text := range snapshot.Lists(contract.Instructions) {
		s.Instructions = cmp.Or(text.Text(), text.Get("instructions").Text())
	}
	return s, nil
}
