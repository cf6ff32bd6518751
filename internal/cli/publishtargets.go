package cli

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// publishTargets are the registries that were named, in their order.
func (a *app) publishTargets(names []string, f loginFlags) ([]publish.Target, error) {
	var all []publish.Target
	seen := map[string]bool{}
	for _, name := range names {
		t, err := a.publishTarget(name, f)
		if err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, usagef("the registry %s is named twice", t.Name)
		}
		seen[t.Name] = true
		all = append(all, t)
	}
	return all, nil
}

func (a *app) publishTarget(name string, f loginFlags) (publish.Target, error) {
	if name == "official" {
		name = registry.Official
	}
	if !strings.Contains(name, "://") {
		return publish.Target{Name: name, Registry: &folder{dir: name}}, nil
	}
	client, err := registry.New(name, registry.Options{UserAgent: a.userAgent()})
	if err != nil {
		return publish.Target{}, err
	}
	base := client.Base()
	t := publish.Target{Name: base, Registry: client, Official: base == registry.Official}
	return t, a.logInLate(&t, client, f)
}

func (a *app) userAgent() string { return "mcpctl/" + version() }

// downloadTime bounds one look at the file of attestations; whoever waits for it
// looks again.
const downloadTime = time.Minute

// download gets the bytes at an address.
func (a *app) download(ctx context.Context, address string, most int64) ([]byte, error) {
	doing := "downloading " + address
	ctx, cancel := context.WithTimeout(ctx, downloadTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "url-malformed", Doing: doing, Err: err, Mend: "Give an https address."}
	}
	r.Header.Set("User-Agent", a.userAgent())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "url-unreachable", Doing: doing, Err: err, Mend: "Try again."}
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if answer.StatusCode != http.StatusOK {
		code := "url-refused"
		if answer.StatusCode == http.StatusNotFound {
			code = "not-found"
		}
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: code, Doing: doing, Why: "the answer is " + answer.Status, Mend: "Put the file there."}
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err == nil && int64(len(b)) > most {
		err = errors.New("it is too large")
	}
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "url-refused", Doing: doing, Err: err, Mend: "Try again."}
	}
	return b, nil
}
