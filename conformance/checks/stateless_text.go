package checks

import (
	"context"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessHeaderText judges how headers are read that are written oddly:
// basic/transports/streamable-http#case-sensitivity and #value-encoding.
func statelessHeaderText() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/headers/name-case",
		Title:  "header names are understood in lower and in upper case",
		Claims: claims{Stateless: ids{"http.headers.field-names-case-insensitive"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNameCase,
		Fix:    "Look headers up without regard to case.",
	}, {
		ID:     "stateless/headers/white-space",
		Title:  "white space round a header value does not count",
		Claims: claims{Stateless: ids{"http.headers.ows-trimmed"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessWhiteSpace,
	}, {
		ID:     "stateless/headers/characters",
		Title:  "a mirrored header with characters beyond visible ASCII is refused",
		Claims: claims{Stateless: ids{"http.headers.invalid-characters-rejected"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessCharacters,
		Fix:    "Refuse raw bytes beyond ASCII even where they equal the body; such values come in the base64 form.",
	}, {
		ID:     "stateless/headers/unknown-param",
		Title:  "an Mcp-Param header that nothing defines is ignored",
		Claims: claims{Stateless: ids{"http.param.unknown-ignored"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessUnknownParam,
	}}
}

func statelessNameCase(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessRawWorks(ctx, p); err != nil {
		return err
	}
	version, method := string(p.Revision), "server/discover"
	for _, lines := range [][]string{
		{"mcp-protocol-version: " + version, "mcp-method: " + method},
		{"MCP-PROTOCOL-VERSION: " + version, "MCP-METHOD: " + method},
		{"mCP-pROTOCOL-vERSION: " + version, "mCp-MeThOd: " + method},
	} {
		x, err := statelessRaw(ctx, p, method, nil, lines...)
		if err != nil {
			return err
		}
		j.Saw(x)
		if !x.Result().Exists() {
			j.Failf(x, "%s with the header %q was not served: %s", method, lines[1], outcome(x))
		}
	}
	return j.Err("")
}

func statelessWhiteSpace(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessRawWorks(ctx, p); err != nil {
		return err
	}
	x, err := statelessRaw(ctx, p, "server/discover", nil,
		"MCP-Protocol-Version:"+string(p.Revision)+"  ", "Mcp-Method: \t server/discover \t")
	if err != nil {
		return err
	}
	j.Saw(x)
	if !x.Result().Exists() {
		j.Failf(x, "server/discover with white space round its header values was not served: %s", outcome(x))
	}
	return j.Err("")
}

// statelessNamedMethod is a method that Mcp-Name goes with, of those that the server
// offers, and the member that the name stands in.
func statelessNamedMethod(p *conformance.Probe) (method, member string, ok bool) {
	switch {
	case p.Missing("tools") == "":
		return "tools/call", "name", true
	case p.Missing("prompts") == "":
		return "prompts/get", "name", true
	case p.Missing("resources") == "":
		return "resources/read", "uri", true
	}
	return "", "", false
}

// statelessCharacters names what does not exist, in body and header alike: it
// is only the spelling of the header that is wrong.
func statelessCharacters(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	method, member, ok := statelessNamedMethod(p)
	if !ok {
		return conformance.Unprovenf("the server offers nothing that Mcp-Name goes with")
	}
	if err := statelessRawWorks(ctx, p); err != nil {
		return err
	}
	for _, name := range []string{"mcpctl:none-\u00f1", "mcpctl:none-\x01"} {
		params := map[string]any{member: name}
		control, err := statelessOnce(ctx, p, mcp.Request{Method: method, Params: params})
		if err != nil {
			return err
		}
		if statelessHeaderError(control) {
			return conformance.Unprovenf("%s with the name in base64 was itself refused: %s", method, outcome(control))
		}
		x, err := statelessRaw(ctx, p, method, params,
			"MCP-Protocol-Version: "+string(p.Revision), "Mcp-Method: "+method, "Mcp-Name: "+name)
		if err != nil {
			return err
		}
		j.Saw(x)
		hungUp := x.Status == 0 && x.Err() != nil // below HTTP
		if !hungUp && x.Status != http.StatusBadRequest && !statelessRefused(x, control) {
			j.Failf(x, "%s with Mcp-Name: %q as it is was not refused for it: %s", method, name, outcome(x))
		}
	}
	return j.Err("")
}

func statelessUnknownParam(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, statelessWith("server/discover", "Mcp-Param-Mcpctl", "x"))
	if err != nil {
		return err
	}
	j.Saw(x)
	if !x.Result().Exists() {
		j.Failf(x, "server/discover with Mcp-Param-Mcpctl: x was not served: %s", outcome(x))
	}
	return j.Err("")
}
