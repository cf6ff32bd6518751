package judged_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// probe is one HTTP request that a server has to refuse.
type probe struct {
	name    string
	body    string
	headers map[string]string
	host    string
	status  []int  // any of them refuses it rightly
	says    string // what the body has to hold
}

const (
	modern   = "2026-07-28"
	meta     = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"probe","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`
	listing  = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + meta + `}}`
	shaking  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"probe","version":"1"}}}`
	oldPing  = `{"jsonrpc":"2.0","id":2,"method":"ping"}`
	tooLarge = 9 << 20 // beyond any limit that a template sets by default
)

// probes are the ten ways in which a stranger on the web may try a server.
// What each answer has to be: basic/transports#security-warning and the
// sections on headers and sessions of each revision.
func probes(session string) []probe {
	plain := map[string]string{"Mcp-Method": "tools/list", "MCP-Protocol-Version": modern}
	and := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, each := range []map[string]string{plain, more} {
			for k, v := range each {
				all[k] = v
			}
		}
		return all
	}
	huge := strings.Replace(listing, `"params":{`, `"params":{"cursor":"`+strings.Repeat("a", tooLarge)+`",`, 1)
	return []probe{
		{name: "a foreign Origin", body: listing, headers: and(map[string]string{"Origin": "https://evil.example"}), status: []int{403}},
		{name: "a foreign Host", body: listing, headers: plain, host: "evil.example", status: []int{403, 421}},
		{name: "an oversize body", body: huge, headers: plain, status: []int{413}},
		{name: "a session that never was", body: oldPing, headers: map[string]string{"Mcp-Session-Id": "never-was", "MCP-Protocol-Version": "2025-11-25"}, status: []int{404}},
		{name: "a version that never was", body: oldPing, headers: map[string]string{"Mcp-Session-Id": session, "MCP-Protocol-Version": "1999-01-01"}, status: []int{400}},
		{name: "a wrong content type", body: listing, headers: and(map[string]string{"Content-Type": "text/plain"}), status: []int{400, 415}},
		{name: "a batch", body: "[" + listing + "," + listing + "]", headers: plain, status: []int{400}},
		{name: "a missing header", body: listing, headers: map[string]string{"MCP-Protocol-Version": modern}, status: []int{400}, says: "-32020"},
		{name: "a header that says another method", body: listing, headers: and(map[string]string{"Mcp-Method": "tools/call"}), status: []int{400}, says: "-32020"},
		{name: "a method that never was", body: strings.Replace(listing, "tools/list", "tools/never", 1), headers: and(map[string]string{"Mcp-Method": "tools/never"}), status: []int{400, 404, 200}, says: "-32601"},
	}
}

// refusals sends every probe and answers what was not refused rightly.
func refusals(ctx context.Context, url string) ([]string, error) {
	got, err := send(ctx, url, probe{body: shaking})
	if err != nil || got.status != http.StatusOK || got.session == "" {
		return nil, fmt.Errorf("the control request was not served: %v %w", got, err)
	}
	var wrong []string
	for _, p := range probes(got.session) {
		got, err := send(ctx, url, p)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", p.name, err))
			continue
		}
		if !slices.Contains(p.status, got.status) || !strings.Contains(got.body, p.says) {
			wrong = append(wrong, fmt.Sprintf("%s was answered with %d %.200q", p.name, got.status, got.body))
		}
	}
	control, err := send(ctx, url, probe{body: listing, headers: map[string]string{"Mcp-Method": "tools/list", "MCP-Protocol-Version": modern}})
	if err != nil || control.status != http.StatusOK {
		wrong = append(wrong, fmt.Sprintf("an ordinary request was not served: %v %v", control, err))
	}
	return wrong, nil
}

type reply struct {
	status  int
	session string
	body    string
}

func send(ctx context.Context, url string, p probe) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(p.body)))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for k, v := range p.headers {
		r.Header.Set(k, v)
	}
	if p.host != "" {
		r.Host = p.host
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return reply{answer.StatusCode, answer.Header.Get("Mcp-Session-Id"), string(body)}, err
}

func hostile(t *testing.T, url string) {
	wrong, err := refusals(t.Context(), url)
	require.NoError(t, err)
	assert.Empty(t, wrong)
}
