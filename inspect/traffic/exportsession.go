package traffic

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// WriteJSONL writes the entries that pass a filter, one JSON object a line, with
// the secrets that r knows removed. The text of an entry is "message" when it is
// JSON and "text" when it is not.
func (l *Log) WriteJSONL(w io.Writer, f Filter, r *redact.Redactor) error {
	for _, n := range f.Select(l) {
		e, ok := l.Entry(n)
		if !ok {
			continue
		}
		raw, _ := l.Raw(n) // what is gone is told by its size alone
		raw = r.Bytes(raw)
		line := map[string]any{
			"n": e.N, "ms": millis(e.At), "dir": direction(e), "kind": e.Kind.String(), "channel": e.Channel, "bytes": e.Size,
		}
		optional(line, "method", e.Method != "", e.Method)
		optional(line, "session", e.Session != 0, e.Session)
		optional(line, "revision", e.Revision != "", e.Revision)
		optional(line, "cause", e.Cause != 0, e.Cause)
		optional(line, "reply", e.Reply != 0, e.Reply)
		optional(line, "status", e.Status != None, e.Status.String())
		optional(line, "tookMs", e.Status != None && e.Status != Pending, millis(e.Latency))
		optional(line, "findings", len(e.Findings) > 0, e.Findings)
		if e.HTTP != nil {
			line["http"] = httpLine(e.HTTP, r)
		}
		if json.Valid(raw) {
			line["message"] = json.RawMessage(raw)
		} else if len(raw) > 0 {
			line["text"] = string(raw)
		}
		out, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("writing entry %d: %w", n, err)
		}
		if _, err := w.Write(append(out, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func optional(line map[string]any, name string, there bool, value any) {
	if there {
		line[name] = value
	}
}

func httpLine(h *HTTP, r *redact.Redactor) map[string]any {
	line := map[string]any{}
	optional(line, "method", h.Method != "", h.Method)
	optional(line, "url", h.URL != "", r.URL(h.URL))
	optional(line, "header", len(h.Header) > 0, r.Header(h.Header))
	optional(line, "status", h.Status != 0, h.Status)
	optional(line, "answer", len(h.Answer) > 0, r.Header(h.Answer))
	return line
}

func direction(e Entry) string {
	if e.Direction == mcp.Sent {
		return "out"
	}
	return "in"
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// WriteHAR writes the client's requests that pass a filter, with their responses,
// as an HTTP Archive 1.2. began is the time of the session's clock. What crossed
// standard streams has an address of the scheme stdio and a status of 200.
func (l *Log) WriteHAR(w io.Writer, f Filter, began time.Time, r *redact.Redactor) error {
	entries := []any{}
	for _, n := range f.Select(l) {
		e, ok := l.Entry(n)
		if !ok || e.Direction != mcp.Sent || e.Kind != Request && e.Kind != HTTPOnly {
			continue
		}
		entries = append(entries, l.harEntry(e, began, r))
	}
	archive := map[string]any{"log": map[string]any{
		"version": "1.2", "creator": map[string]any{"name": "mcpctl", "version": "1"}, "entries": entries,
	}}
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(archive)
}

func (l *Log) harEntry(e Entry, began time.Time, r *redact.Redactor) map[string]any {
	h := HTTP{Method: http.MethodPost, URL: "stdio:///" + e.Method, Status: http.StatusOK}
	if e.HTTP != nil {
		h = *e.HTTP
	}
	if e.Reply == 0 && e.HTTP == nil {
		h.Status = 0
	}
	sent, _ := l.Raw(e.N)     // what is gone has its size alone
	came, _ := l.Raw(e.Reply) // likewise
	took := millis(e.Latency)
	response := map[string]any{
		"status": h.Status, "statusText": http.StatusText(h.Status), "httpVersion": "HTTP/1.1", "cookies": []any{},
		"headers": harHeader(h.Answer, r), "redirectURL": "", "headersSize": -1, "bodySize": e.ReplySize,
		"content": map[string]any{"size": e.ReplySize, "mimeType": "application/json", "text": r.String(string(came))},
	}
	request := map[string]any{
		"method": h.Method, "url": r.URL(h.URL), "httpVersion": "HTTP/1.1", "cookies": []any{}, "queryString": []any{},
		"headers": harHeader(h.Header, r), "headersSize": -1, "bodySize": e.Size,
	}
	if len(sent) > 0 {
		request["postData"] = map[string]any{"mimeType": "application/json", "text": r.String(string(sent))}
	}
	return map[string]any{
		"startedDateTime": began.Add(e.At).Format(time.RFC3339Nano), "time": took, "request": request, "response": response,
		"cache": map[string]any{}, "timings": map[string]any{"send": 0, "wait": took, "receive": 0},
		"comment": e.Method + " " + r.String(e.Name),
	}
}

func harHeader(h http.Header, r *redact.Redactor) []any {
	all := []any{}
	safe := r.Header(h)
	for _, name := range sortedNames(safe) {
		for _, value := range safe[name] {
			all = append(all, map[string]any{"name": name, "value": value})
		}
	}
	return all
}
