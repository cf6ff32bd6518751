package tape

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// index are the recorded messages of the client by what makes them the same.
type index struct{ same, alike map[string][]*turn }

func indexed(turns []*turn) index {
	x := index{map[string][]*turn{}, map[string][]*turn{}}
	for _, t := range turns {
		same, alike := exactly(t.message), roughly(t.message)
		x.same[same] = append(x.same[same], t)
		x.alike[alike] = append(x.alike[alike], t)
	}
	return x
}

// exactly and roughly are the keys of a message: with its params and without.
func exactly(m mcp.Message) string { return roughly(m) + "\x00" + request(m) }

func roughly(m mcp.Message) string {
	return fmt.Sprintf("%d\x00%s\x00%s", m.MessageKind(), version(m), m.Method())
}

// find is the turn for a message of a live client, or why there is none.
func (p *Player) find(m mcp.Message) (*turn, *mcp.RPCError) {
	all := p.index.same[exactly(m)]
	if len(all) == 0 && loose(m.Method()) {
		all = p.index.alike[roughly(m)]
	}
	if len(all) == 0 {
		if err := p.otherEra(m); err != nil {
			return nil, err
		}
		return nil, p.unknown(m)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.given[all[0]]
	p.given[all[0]]++
	return all[min(n, len(all)-1)], nil
}

// otherEra refuses a client that speaks in another era than was recorded.
func (p *Player) otherEra(m mcp.Message) *mcp.RPCError {
	if m.MessageKind() != mcp.RequestMessage || p.revision == "" {
		return nil
	}
	version := mcp.Revision(version(m))
	stateless := p.revision.Era() == mcp.Stateless
	switch {
	case version != "" && version != p.revision && stateless, version != "" && !stateless:
		return &mcp.RPCError{Code: mcp.CodeUnsupportedVersion, Message: fmt.Sprintf("the recording is of revision %s", p.revision),
			Data: mcp.ValueOf(map[string]any{"supported": []mcp.Revision{p.revision}, "requested": version})}
	case stateless && m.Method() == "initialize":
		return &mcp.RPCError{Code: mcp.CodeMethodNotFound,
			Message: fmt.Sprintf("the recording is of revision %s, which has no initialize", p.revision)}
	}
	return nil
}

// unknown says why there is no answer in the recording.
func (p *Player) unknown(m mcp.Message) *mcp.RPCError {
	var methods, params []string
	for _, t := range p.script.turns {
		if t.message.MessageKind() != mcp.RequestMessage {
			continue
		}
		if method := t.message.Method(); !slices.Contains(methods, method) {
			methods = append(methods, method)
		}
		if t.message.Method() == m.Method() && len(params) < 3 {
			params = append(params, clip(bare(t.message.Params())))
		}
	}
	if len(params) == 0 {
		return &mcp.RPCError{Code: mcp.CodeMethodNotFound,
			Message: fmt.Sprintf("the recording has no %s; it has %s", clip(m.Method()), strings.Join(methods, ", "))}
	}
	return &mcp.RPCError{Code: mcp.CodeInvalidParams,
		Message: fmt.Sprintf("the recording has %s, but not with these params; recorded are %s", clip(m.Method()), strings.Join(params, " and "))}
}

// bare are params without _meta, as they are shown.
func bare(params mcp.Value) string {
	var all []string
	for _, m := range params.Members() {
		if m.Name != "_meta" {
			all = append(all, string(mcp.ValueOf(m.Name).Raw())+":"+string(m.Value.Raw()))
		}
	}
	return "{" + strings.Join(all, ",") + "}"
}

// version is the revision that a request of the stateless era names, "" for all
// others.
func version(m mcp.Message) string { return m.Params().Get("_meta", mcp.MetaVersion).Text() }
