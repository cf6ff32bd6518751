package desk

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/publish/registry"
)

func (d *desk) login(*http.Request) (any, error) {
	pattern := anonymous
	if d.options.AnyNamespace {
		pattern = "*"
	}
	token, expires, err := d.tokens.issue(pattern)
	return struct {
		Token   string `json:"registry_token"`
		Expires int64  `json:"expires_at"`
	}{token, expires.Unix()}, err
}

// body reads a request's JSON.
func body(r *http.Request) ([]byte, error) {
	text, err := bounded(r, maxServer)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, problemf(http.StatusBadRequest, "request body is required")
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Header.Get("Content-Type") != "" && (err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json")) {
		p := problemf(http.StatusUnsupportedMediaType, "validation failed")
		p.Errors = []issue{{"unknown content type: " + kind, "body"}}
		return nil, p
	}
	return text, nil
}

func bounded(r *http.Request, limit int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	switch {
	case err != nil:
		return nil, problemf(http.StatusBadRequest, "The request's body broke off")
	case len(text) > limit:
		return nil, tooLarge(limit)
	}
	return text, nil
}

// unauthorized is the first thing that a request without a token hears, beside
// what is wrong with its body.
func unauthorized(r *http.Request, wrong []issue) error {
	if r.Header.Get("Authorization") == "" {
		wrong = append([]issue{{"required header parameter is missing", "header.Authorization"}}, wrong...)
	}
	if len(wrong) == 0 {
		return nil
	}
	p := problemf(http.StatusUnprocessableEntity, "validation failed")
	p.Errors = wrong
	return p
}

// submission is a server.json of somebody who says who he is.
type submission struct {
	text  []byte
	about document
	found []finding // what breaks the rules beyond the shape
	who   *claims
}

func (d *desk) submission(r *http.Request) (*submission, error) {
	text, err := body(r)
	if err != nil {
		return nil, err
	}
	found, p := judge(text)
	if p != nil {
		return nil, p
	}
	if err := unauthorized(r, issuesOf(found, shape)); err != nil {
		return nil, err
	}
	who, p := d.tokens.read(r)
	if p != nil {
		return nil, p
	}
	about, _, err := keep(text)
	if err != nil {
		return nil, unreadable(err.Error())
	}
	return &submission{text, about, found, who}, nil
}

func (d *desk) publish(r *http.Request) (any, error) {
	s, err := d.submission(r)
	if err != nil {
		return nil, err
	}
	if !s.who.may(s.about.Name, registry.ActionPublish) {
		return nil, s.who.forbidden(s.about.Name)
	}
	if p := rejected(s.found, semantic); p != nil {
		return nil, p
	}
	return d.store.publish(r.Context(), s.text, s.found)
}

func (d *desk) edit(r *http.Request) (any, error) {
	s, err := d.submission(r)
	if err != nil {
		return nil, err
	}
	name, version, _, err := target(r)
	if err != nil {
		return nil, err
	}
	old, err := d.store.one(name, version, false)
	switch {
	case err != nil:
		return nil, err
	case old == nil || old.version != version:
		return nil, notFound()
	case !s.who.may(name, registry.ActionEdit):
		return nil, problemf(http.StatusForbidden, "You do not have edit permissions for this server")
	case s.about.Name != name:
		return nil, problemf(http.StatusBadRequest, "Cannot rename server")
	case s.about.Version != version:
		return nil, problemf(http.StatusBadRequest, "Version in request body must match URL path parameter")
	}
	if p := rejected(s.found, semantic); p != nil {
		return nil, p
	}
	return d.store.edit(r.Context(), s.text)
}

// validate judges a document without keeping it.
func (d *desk) validate(r *http.Request) (any, error) {
	text, err := body(r)
	if err != nil {
		return nil, err
	}
	found, p := judge(text)
	if p == nil {
		p = rejected(found, shape)
	}
	if p != nil {
		return nil, p
	}
	type wrong struct {
		Type      string `json:"type"`
		Path      string `json:"path"`
		Message   string `json:"message"`
		Severity  string `json:"severity"`
		Reference string `json:"reference"`
	}
	result := struct {
		Valid  bool    `json:"valid"`
		Issues []wrong `json:"issues"`
	}{true, []wrong{}}
	for _, f := range found {
		path := strings.TrimPrefix(f.path, "$") // as the official registry writes $schema
		switch f.force {
		case semantic:
			result.Valid = false
			result.Issues = append(result.Issues, wrong{"semantic", path, f.message, "error", f.rule})
		case warning:
			result.Issues = append(result.Issues, wrong{"semantic", path, f.message, "warning", f.rule})
		}
	}
	return result, nil
}

// status changes one version, or all where the path names none.
func (d *desk) status(r *http.Request) (any, error) {
	text, err := body(r)
	if err != nil {
		return nil, err
	}
	c, wrong, err := parseChange(text)
	if err != nil {
		return nil, err
	}
	if err := unauthorized(r, wrong); err != nil {
		return nil, err
	}
	who, p := d.tokens.read(r)
	if p != nil {
		return nil, p
	}
	name, version, _, err := target(r)
	if err != nil {
		return nil, err
	}
	all, err := d.store.versions(name)
	if err != nil {
		return nil, err
	}
	chosen := slices.ContainsFunc(all, func(r *record) bool { return version == "" || r.version == version })
	if chosen && !who.may(name, registry.ActionPublish, registry.ActionEdit) {
		return nil, problemf(http.StatusForbidden, "You do not have publish or edit permissions for this server")
	}
	all, err = d.store.setStatus(r.Context(), name, version, c)
	if err != nil {
		return nil, err
	}
	if version == "" {
		return struct {
			Count   int       `json:"updatedCount"`
			Servers []*record `json:"servers"`
		}{len(all), all}, nil
	}
	return all[slices.IndexFunc(all, func(r *record) bool { return r.version == version })], nil
}

// parseChange reads the body of a change of status, and what is wrong with it.
func parseChange(text []byte) (c change, wrong []issue, err error) {
	var members map[string]json.RawMessage
	if !json.Valid(text) {
		return c, nil, unreadable("this is no JSON")
	}
	if json.Unmarshal(text, &members) != nil || members == nil {
		return c, []issue{{"expected object", "body"}}, nil
	}
	add := func(message, place string) { wrong = append(wrong, issue{message, place}) }
	for name, value := range members {
		switch name {
		case "status":
			if json.Unmarshal(value, &c.status) != nil || !slices.Contains(registry.Statuses(), c.status) {
				add("expected value to be one of \""+strings.Join(registry.Statuses(), ", ")+"\"", "body.status")
			}
		case "statusMessage":
			if json.Unmarshal(value, &c.message) != nil {
				add("expected string", "body.statusMessage")
			} else if c.message != nil && utf8.RuneCountInString(*c.message) > registry.MaxStatusMessage {
				add("expected length <= 500", "body.statusMessage")
			}
		default:
			add("unexpected property", "body."+name)
		}
	}
	if _, there := members["status"]; !there {
		add("expected required property status to be present", "body")
	}
	return c, wrong, nil
}
