package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// MaxStatusMessage is the longest message of a status, in characters.
const MaxStatusMessage = 500

// Publish sends a server.json and answers the entry that the registry made of
// it. It is sent once only. The refusals are duplicate-version, forbidden,
// rejected, token-missing, token-expired, rate-limited, registry-unreachable
// (nothing was sent), registry-broken, and publish-unknown: it was sent and the
// answer was lost, so the caller must Get the version and compare.
func (c *Client) Publish(ctx context.Context, server []byte, token string) (*Entry, error) {
	name, version := Entry{Server: server}.id()
	doing := "publishing " + at(name, version) + " at " + c.base.Host
	if name == "" || version == "" {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "rejected", Doing: "publishing", Why: "the document has no name or no version", Mend: "`mcpctl publish check` tells what it needs."}
	}
	call := call{doing: doing, method: http.MethodPost, path: c.path("publish"), body: server, token: token, needsToken: true, limit: MaxEntry, once: true}
	a, err := c.do(ctx, call)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK && a.status != http.StatusCreated {
		return nil, c.refused(ctx, call, a, server)
	}
	var e Entry
	if err := json.Unmarshal(a.body, &e); err != nil {
		return nil, unknown(doing, fmt.Errorf("its answer cannot be read: %w", err))
	}
	if gotName, gotVersion := e.id(); gotName != name || gotVersion != version {
		return nil, unknown(doing, fmt.Errorf("it answered with another entry, %s@%s", gotName, gotVersion))
	}
	return &e, nil
}

// unknown is a publish of which nobody can say whether it happened.
func unknown(doing string, cause error) error {
	return &refusal.Refusal{Kind: refusal.Environment, Code: "publish-unknown", Doing: doing,
		Why: fmt.Sprintf("it was sent, and nobody knows whether it was taken: %v", cause), Err: cause,
		Mend: "Run the same command again: it reads the registry back and goes on from there."}
}

// Status sets the status of one version, or of all of them where version is
// empty, with a message for people (not for active). Setting what is set already
// is no failure, so it may be repeated. The refusals are not-found, forbidden,
// rejected, token-missing, token-expired and those of every question.
func (c *Client) Status(ctx context.Context, name, version, status, message, token string) error {
	doing := fmt.Sprintf("setting the status of %s to %s at %s", at(name, version), status, c.base.Host)
	if version == "" {
		doing = fmt.Sprintf("setting the status of all versions of %s to %s at %s", name, status, c.base.Host)
	}
	if err := CheckStatus(status, message); err != nil {
		return err
	}
	body := map[string]string{"status": status}
	if message != "" {
		body["statusMessage"] = message
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	path := c.path("servers", name, "status")
	if version != "" {
		path = c.path("servers", name, "versions", version, "status")
	}
	call := call{doing: doing, method: http.MethodPatch, path: path, body: data, token: token, needsToken: true, limit: MaxPage}
	a, err := c.do(ctx, call)
	switch {
	case err != nil:
		return err
	case a.status == http.StatusOK:
		return nil
	case a.status == http.StatusBadRequest && strings.HasPrefix(parseProblem(a.body).Detail, "No changes to apply"):
		return nil
	}
	return c.refused(ctx, call, a, nil)
}

// CheckStatus tells what a registry would refuse in a change of status:
// bad-status.
func CheckStatus(status, message string) error {
	why := ""
	switch {
	case !slices.Contains(Statuses(), status):
		why = fmt.Sprintf("there is no status %q", status)
	case status == Active && message != "":
		why = "an active entry has no message"
	case utf8.RuneCountInString(message) > MaxStatusMessage:
		why = fmt.Sprintf("the message is longer than %d characters", MaxStatusMessage)
	default:
		return nil
	}
	return &refusal.Refusal{Kind: refusal.Usage, Code: "bad-status", Doing: "setting a status", Why: why,
		Mend: "Statuses are " + strings.Join(Statuses(), ", ") + "; the last two may have a message."}
}
