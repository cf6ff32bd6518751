package mcp

import (
	"encoding/json"
	"net/http"
)

// prepare makes the exchange that r asks for.
func (s *Session) prepare(r Request) *Exchange {
	if r.HTTPMethod == "" {
		r.HTTPMethod = http.MethodPost
	}
	var asked Value
	if !r.Notification && r.HTTPMethod == http.MethodPost {
		if r.ID == nil && r.Raw == nil {
			r.ID = s.lastID.Add(1)
		}
		if r.ID != nil {
			asked = ValueOf(r.ID)
		}
	}
	params := s.params(r)
	body := r.Raw
	if body == nil && r.HTTPMethod == http.MethodPost {
		body = encode(r.Method, asked, params)
	}
	x := newExchange(r, body, asked)
	if s.kind != Stdio {
		x.Method, x.URL = r.HTTPMethod, s.Endpoint()
		x.SentHeader = r.with(s.header(r, params))
	}
	return x
}

// encode writes a request or, without id, a notification.
func encode(method string, id, params Value) []byte {
	out := []byte(`{"jsonrpc":"2.0"`)
	if id.Exists() {
		out = append(append(out, `,"id":`...), id.Raw()...)
	}
	name, _ := json.Marshal(method) // a string always marshals
	out = append(append(out, `,"method":`...), name...)
	if params.Exists() {
		out = append(append(out, `,"params":`...), params.Raw()...)
	}
	return append(out, '}')
}

// params is what goes into the message: r.Params with _meta merged in.
func (s *Session) params(r Request) Value {
	params := Value{}
	if r.Params != nil {
		params = ValueOf(r.Params)
	}
	if r.NoMeta || r.Raw != nil || (params.Exists() && !params.Is(Object)) {
		return params
	}
	meta := map[string]any{}
	if s.Revision().Era() == Stateless {
		meta[MetaVersion] = s.Revision()
		meta[MetaClientInfo], meta[MetaCapabilities] = s.said()
	}
	for _, m := range params.Get("_meta").Members() {
		meta[m.Name] = m.Value
	}
	for k, v := range r.Meta {
		if v == nil {
			delete(meta, k)
			continue
		}
		meta[k] = v
	}
	if len(meta) == 0 {
		return params
	}
	return withMeta(params, meta)
}

// withMeta replaces _meta and keeps every other member where it was.
func withMeta(params Value, meta map[string]any) Value {
	var all []Member
	for _, m := range params.Members() {
		if m.Name != "_meta" {
			all = append(all, m)
		}
	}
	replaced := ValueOf(meta)
	if !replaced.Exists() { // a meta value that does not marshal
		return params
	}
	all = append(all, Member{"_meta", replaced})
	out := []byte{'{'}
	for i, m := range all {
		if i > 0 {
			out = append(out, ',')
		}
		name, _ := json.Marshal(m.Name) // a string always marshals
		out = append(append(append(out, name...), ':'), m.Value.Raw()...)
	}
	return Value{kind: Object, raw: append(out, '}'), in: &inside{members: all}}
}
