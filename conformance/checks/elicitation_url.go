package checks

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// elicitationURLs are the checks of client/elicitation#url-mode-elicitation-requests.
func elicitationURLs() []conformance.Check {
	return []conformance.Check{{
		ID:    "elicitation/url/members",
		Title: "an elicitation by URL has a message, a url and, in 2025-11-25, an elicitationId",
		Claims: claims{Handshake: ids{"elicitation.url.fields"},
			Stateless: ids{"elicitation.url.params"}},
		Watch: elicitationURLMembers,
	}, {
		ID:    "elicitation/url/valid",
		Title: "the url is a valid URL",
		Claims: claims{Handshake: ids{"elicitation.url.valid"},
			Stateless: ids{"elicitation.url.valid-url"}},
		Watch: elicitationURLValid,
	}, {
		ID:    "elicitation/url/https",
		Title: "the url uses https, unless it leads to this machine",
		Claims: claims{Handshake: ids{"elicitation.url.https"},
			Stateless: ids{"elicitation.url.https"}},
		Watch: elicitationURLHTTPS,
	}, {
		ID:    "elicitation/url/no-personal-data",
		Title: "the url holds no credentials and no personal data",
		Claims: claims{Handshake: ids{"elicitation.url.no-user-data"},
			Stateless: ids{"elicitation.url.no-sensitive-data"}},
		Watch: elicitationURLPersonal,
		Fix:   "Put an opaque identifier into the URL and keep what it stands for on the server.",
	}, {
		ID:     "elicitation/url/id-unique",
		Title:  "no two elicitations by URL share an elicitationId",
		Claims: claims{Handshake: ids{"elicitation.url.id-unique"}},
		Watch:  elicitationIDUnique,
	}, {
		ID:     "elicitation/url/no-id",
		Title:  "elicitations carry no elicitationId any more",
		Claims: claims{Stateless: ids{"elicitation.url.no-elicitation-id"}},
		Watch:  elicitationNoID,
		Fix:    "Leave elicitationId out and seal what you need to know again into requestState.",
	}}
}

// eachVisit judges all elicitations by URL.
func eachVisit(t *conformance.Traffic, look func(j *conformance.Judge, q question)) error {
	return eachQuestion(t, askElicit, func(j *conformance.Judge, q question) {
		if elicitsURL(q) {
			j.Met(q.in)
			look(j, q)
		}
	})
}

func elicitationURLMembers(t *conformance.Traffic) error {
	needed := []string{"message", "url"}
	if t.Revision.Era() == mcp.Handshake {
		needed = append(needed, "elicitationId")
	}
	return eachVisit(t, func(j *conformance.Judge, q question) {
		q.faults(j, under("/params", wantStrings(q.params(), needed, nil)))
	})
}

func elicitationURLValid(t *conformance.Traffic) error {
	return eachVisit(t, func(j *conformance.Judge, q question) {
		if link := q.params().Get("url"); link.Is(mcp.String) {
			if why := linkFault(link.Text()); why != "" {
				q.fault(j, "/params/url", "%.80q is no valid URL: %s", link.Text(), why)
			}
		}
	})
}

// linkFault is why a text is no URL that a user could be sent to.
func linkFault(text string) string {
	if why := uriFault(text); why != "" {
		return why
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return err.Error()
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "":
		return "it has no host"
	}
	return ""
}

func elicitationURLHTTPS(t *conformance.Traffic) error {
	return eachVisit(t, func(j *conformance.Judge, q question) {
		u, err := url.Parse(q.params().Get("url").Text())
		if err == nil && strings.EqualFold(u.Scheme, "http") && !thisMachine(u.Hostname()) {
			q.fault(j, "/params/url", "the user is sent to %.80q without encryption", u.Redacted())
		}
	})
}

// thisMachine reports a host that is reached without a network.
func thisMachine(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func elicitationURLPersonal(t *conformance.Traffic) error {
	return eachVisit(t, func(j *conformance.Judge, q question) {
		u, err := url.Parse(q.params().Get("url").Text())
		if err != nil {
			return
		}
		if what := personalIn(u); what != "" {
			q.fault(j, "/params/url", "the url that the user is sent to holds %s", what)
		}
	})
}

// personalIn says what a URL gives away, "" when nothing is known of it. An
// opaque state or code, signed or not, is what such URLs are meant to carry.
func personalIn(u *url.URL) string {
	if u.User != nil && u.Scheme != "mailto" {
		return "a user name or password before the host"
	}
	for name, values := range u.Query() {
		secret := slices.Contains([]string{"password", "passwd", "access_token", "id_token", "refresh_token", "api_key", "apikey", "client_secret"}, strings.ToLower(name))
		for _, value := range values {
			switch {
			case secret && value != "":
				return fmt.Sprintf("the parameter %.40q", name)
			case isAddress(value):
				return fmt.Sprintf("an e-mail address in the parameter %.40q", name)
			case personalToken(value):
				return fmt.Sprintf("a readable token about a person in the parameter %.40q", name)
			}
		}
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if isAddress(part) {
			return "an e-mail address in its path"
		}
	}
	return ""
}

// isAddress reports an e-mail address.
func isAddress(text string) bool {
	name, host, ok := strings.Cut(text, "@")
	dot := strings.LastIndexByte(host, '.')
	return ok && name != "" && dot > 0 && dot < len(host)-1 && !strings.ContainsAny(text, " /:")
}

// personalToken reports a JSON Web Token that says in the clear who someone is.
func personalToken(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !strings.HasPrefix(text, "eyJ") {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return false
	}
	payload, err := mcp.Parse(raw)
	return err == nil && slices.ContainsFunc([]string{"email", "phone_number", "given_name", "family_name", "name"}, payload.Has)
}

// elicitationIDUnique lets an id come again with the same URL and message: a
// server may well return to an elicitation that is still open.
func elicitationIDUnique(t *conformance.Traffic) error {
	type known struct {
		log *mcp.Log // nil where one server has all connections
		id  string
	}
	first := map[known]mcp.Value{}
	return eachVisit(t, func(j *conformance.Judge, q question) {
		id := q.params().Get("elicitationId")
		if !id.Is(mcp.String) {
			return
		}
		k := known{id: id.Text()}
		if t.Transport == mcp.Stdio {
			k.log = q.in.Connection.Log
		}
		before, again := first[k]
		if !again {
			first[k] = q.params()
			return
		}
		for _, member := range []string{"url", "message"} {
			if !mcp.Equal(before.Get(member), q.params().Get(member)) {
				q.fault(j, "/params/elicitationId", "the elicitationId %.60q was used before, with another %s", id.Text(), member)
				return
			}
		}
	})
}

func elicitationNoID(t *conformance.Traffic) error {
	return eachVisit(t, func(j *conformance.Judge, q question) {
		if q.params().Has("elicitationId") {
			q.fault(j, "/params/elicitationId", "an elicitation by URL has an elicitationId, which this revision has dropped")
		}
	})
}
