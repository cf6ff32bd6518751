package checks

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// mrtrStates are the checks of what a server makes of requestState, which a
// hostile client may alter.
func mrtrStates() []conformance.Check {
	return []conformance.Check{{
		ID:     "mrtr/state/tampered",
		Title:  "a requestState that was altered is rejected",
		Claims: claims{Stateless: ids{"mrtr.state.tampered-rejected"}},
		Reach:  conformance.Provoke,
		Run:    mrtrTampered,
		Fix:    "Sign or encrypt requestState and verify it before anything in it is used.",
	}, {
		ID:     "mrtr/state/other-request",
		Title:  "a requestState is rejected on another request",
		Claims: claims{Stateless: ids{"mrtr.state.other-request"}},
		Reach:  conformance.Provoke,
		Run:    mrtrOtherRequest,
		Fix:    "Put the method and a digest of the parameters under the seal and compare them.",
	}}
}

// bearing are the entrants on whose outcome the state has a bearing: they do
// not succeed when it is left out. Of all others, altering it proves nothing.
func bearing(ctx context.Context, p *conformance.Probe) ([]entrant, error) {
	all, err := entrants(ctx, p)
	if err != nil {
		return nil, err
	}
	var found []entrant
	for _, e := range all {
		if !e.good.rounds[0].Result().Get("requestState").Is(mcp.String) {
			continue
		}
		if x, ok := e.answered(ctx, accepting, unsealed); ok && !succeeded(x) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil, conformance.Unprovenf("no request was found whose outcome hangs on requestState")
	}
	return found, nil
}

// unsealed is a retry without its state.
func unsealed(r mcp.Request) mcp.Request {
	params, _ := r.Params.(map[string]any)
	params = maps.Clone(params)
	delete(params, "requestState")
	r.Params = params
	return r
}

func mrtrTampered(ctx context.Context, p *conformance.Probe) error {
	all, err := bearing(ctx, p)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, e := range all {
		first, asked, ok := e.open(ctx, e.request)
		if !ok {
			continue
		}
		answers, _ := answersTo(asked, accepting)
		good := retryOf(e.request, first, answers)
		for _, t := range tamperings(first.Result().Get("requestState").Text()) {
			x := e.Do(ctx, withParam(good, "requestState", t.state))
			e.questions()
			j.Saw(x)
			if succeeded(x) {
				j.Failf(x, "%s succeeded with a requestState that was altered: %s", requestName(e.request), t.how)
				break
			}
		}
	}
	if !j.Bad() {
		stillServes(ctx, p, all[0].Session, "retries with an altered requestState")
	}
	return j.Err("no request asked for input again")
}

// tampering is a state that was altered, and how.
type tampering struct{ how, state string }

// maxFlips bounds the characters of a state that are altered one at a time.
const maxFlips = 8

// tamperings alter a state in ways that change what it says, however it is
// encoded: the last character of a run of letters is left alone, for in base64
// some of its bits may mean nothing.
func tamperings(state string) []tampering {
	all := []tampering{{"its second half was cut off", state[:len(state)/2]}, {"another text took its place", "x"}}
	var places []int
	for i := 0; i+1 < len(state); i++ {
		if isAlphaNum(rune(state[i])) && isBase64(state[i+1]) {
			places = append(places, i)
		}
	}
	for n := range min(maxFlips, len(places)) {
		i := places[n*(len(places)-1)/max(1, min(maxFlips, len(places))-1)]
		flipped := state[:i] + string(otherCharacter(state[i])) + state[i+1:]
		all = append(all, tampering{fmt.Sprintf("character %d of %d is another", i+1, len(state)), flipped})
	}
	return append(all, rewritings(state)...)
}

func isBase64(c byte) bool { return isAlphaNum(rune(c)) || strings.IndexByte("+/-_", c) >= 0 }

// otherCharacter is a character of the same kind: a digit for a digit, a
// letter for a letter, so that what was hexadecimal stays so.
func otherCharacter(c byte) byte {
	switch c {
	case '9':
		return '0'
	case 'z', 'f':
		return 'a'
	case 'Z', 'F':
		return 'A'
	}
	return c + 1
}

// rewritings alter what a state says that is no more than JSON, as it is or in
// base64: each of its first few members in turn.
func rewritings(state string) []tampering {
	var all []tampering
	for _, coding := range []*base64.Encoding{nil, base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		text := []byte(state)
		if coding != nil {
			var err error
			if text, err = coding.DecodeString(state); err != nil {
				continue
			}
		}
		var object map[string]any
		if json.Unmarshal(text, &object) != nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(object))[:min(maxFlips, len(object))] {
			if changed, ok := rewritten(object, name); ok {
				if coding != nil {
					changed = coding.EncodeToString([]byte(changed))
				}
				all = append(all, tampering{fmt.Sprintf("its member %.40q was changed", name), changed})
			}
		}
		return all
	}
	return all
}

// rewritten is an object with another value of one member.
func rewritten(object map[string]any, name string) (string, bool) {
	fresh := maps.Clone(object)
	switch v := object[name].(type) {
	case string:
		fresh[name] = v + "x"
	case float64:
		fresh[name] = v + 1
	case bool:
		fresh[name] = !v
	default:
		return "", false
	}
	raw, err := json.Marshal(fresh)
	return string(raw), err == nil
}

func mrtrOtherRequest(ctx context.Context, p *conformance.Probe) error {
	all, err := bearing(ctx, p)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, e := range all {
		other, ok := otherArguments(ctx, p, e.request)
		if !ok {
			continue
		}
		first, asked, ok := e.open(ctx, e.request)
		if !ok {
			continue
		}
		answers, _ := answersTo(asked, accepting)
		x := e.Do(ctx, retryOf(other, first, answers))
		e.questions()
		j.Saw(x)
		if succeeded(x) {
			j.Failf(x, "%s with other arguments succeeded with the requestState of this request", requestName(e.request))
		}
	}
	return j.Err("no request that asks for input has an argument that can be changed")
}

// otherArguments is a request with another value of one argument: a text that
// is there already or that the schema of the tool allows.
func otherArguments(ctx context.Context, p *conformance.Probe, r mcp.Request) (mcp.Request, bool) {
	params, _ := r.Params.(map[string]any)
	arguments := map[string]any{}
	for _, m := range mcp.ValueOf(params["arguments"]).Members() {
		arguments[m.Name] = m.Value
	}
	for _, name := range freeArguments(ctx, p, r) {
		if old, _ := arguments[name].(mcp.Value); old.Text() != "mcpctl" {
			arguments[name] = "mcpctl"
			return withParam(r, "arguments", arguments), true
		}
	}
	return r, false
}

// freeArguments are the arguments of a prompt or tool that take any text.
func freeArguments(ctx context.Context, p *conformance.Probe, r mcp.Request) []string {
	params, _ := r.Params.(map[string]any)
	var names []string
	switch r.Method {
	case "prompts/get":
		for _, m := range mcp.ValueOf(params["arguments"]).Members() {
			names = append(names, m.Name)
		}
	case "tools/call":
		tools, err := p.AllowedTools(ctx)
		if err != nil {
			return nil
		}
		for _, tool := range tools {
			if callsTool(r, toolName(tool)) {
				names = freeProperties(tool.Get("inputSchema", "properties"))
			}
		}
	}
	return names
}

// freeProperties are the properties that take any text and go into no header.
func freeProperties(properties mcp.Value) []string {
	var names []string
	for _, m := range properties.Members() {
		narrow := slices.ContainsFunc([]string{"enum", "const", "format", "pattern", "maxLength", "x-mcp-header", "$ref", "anyOf", "oneOf", "allOf"}, m.Value.Has)
		if m.Value.Get("type").Text() == "string" && !narrow {
			names = append(names, m.Name)
		}
	}
	return names
}
