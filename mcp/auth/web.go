package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// maxDocument bounds an answer of a server, in bytes.
	maxDocument = 256 << 10
	// maxHops is how many redirects are followed, within one origin.
	maxHops = 3
	// patience is how long a server may take for an answer.
	patience = 10 * time.Second
	// maxHosts bounds the hosts of one sign-in.
	maxHosts = 8
)

// Host is one that a sign-in leads to.
type Host struct {
	Origin string // as in https://auth.example.com
	Why    string // what it is asked for
}

// answer is what came back, read up to the bounds.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// web asks hosts that were agreed to, and nobody else. One goroutine uses it.
type web struct {
	neighbourhood
	client   *http.Client
	patience time.Duration
	agree    func(context.Context, []Host) error
	agreed   []string // origins
	tell     func(Step)
	trace    Trace
	secrets  []string
}

func newWeb(server *url.URL, o Options) *web {
	tripper := o.Transport
	if tripper == nil {
		tripper = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true, // a handful of requests to several hosts
		}
	}
	w := &web{neighbourhood: neighbourhood{server}, patience: o.Patience, agree: o.Agree, agreed: []string{origin(server)}, tell: o.Tell}
	if w.patience <= 0 {
		w.patience = patience
	}
	w.client = &http.Client{Transport: tripper, CheckRedirect: onlyWithin}
	return w
}

// errElsewhere says that a redirect leads to where nobody agreed to.
var errElsewhere = errors.New("it redirects to another host, which is not followed")

// onlyWithin follows redirects of reading requests within one origin.
func onlyWithin(next *http.Request, before []*http.Request) error {
	first := before[0]
	switch {
	case first.Method != http.MethodGet:
		return http.ErrUseLastResponse
	case next.URL.Scheme != first.URL.Scheme || !strings.EqualFold(next.URL.Host, first.URL.Host):
		return errElsewhere
	case len(before) > maxHops:
		return errors.New("it redirects too often")
	}
	return nil
}

// consent asks the user about hosts that were not agreed to yet.
func (w *web) consent(ctx context.Context, hosts ...Host) error {
	var fresh []Host
	for _, h := range hosts {
		if !slices.Contains(w.agreed, h.Origin) && !slices.ContainsFunc(fresh, func(f Host) bool { return f.Origin == h.Origin }) {
			fresh = append(fresh, h)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	const doing = "signing in"
	if len(w.agreed)+len(fresh) > maxHosts {
		return broken("auth-hosts", doing, "Tell whoever runs the server.", "it leads to more than %d hosts", maxHosts)
	}
	if w.agree == nil {
		return denied("auth-declined", doing, "Agree to the hosts that the sign-in leads to.", "nobody agreed to ask %s", fresh[0].Origin)
	}
	if err := w.agree(ctx, fresh); err != nil {
		return err
	}
	for _, h := range fresh {
		w.agreed = append(w.agreed, h.Origin)
	}
	return nil
}

// send sends a request and reads the answer. The step is returned for checks; the
// caller notes it. An error is why there is no answer.
func (w *web) send(ctx context.Context, stage Stage, title string, r *http.Request, body bool) (Step, answer, error) {
	step := Step{Stage: stage, Title: title, Method: r.Method, URL: w.redact().URL(r.URL.String())}
	began := time.Now()
	a, err := w.exchange(ctx, r, body)
	step.Duration, step.Status = time.Since(began), a.status
	if err != nil {
		err = errors.New(w.redact().String(err.Error()))
		step.Problem = err.Error()
	}
	return step, a, err
}

func (w *web) exchange(ctx context.Context, r *http.Request, body bool) (answer, error) {
	u, err := parse(r.URL.String())
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(w.agreed, origin(u)) {
		return answer{}, fmt.Errorf("nobody agreed to ask %s", origin(u))
	}
	ctx, cancel := context.WithTimeoutCause(ctx, w.patience, fmt.Errorf("no answer within %s", w.patience))
	defer cancel()
	r = r.WithContext(ctx)
	r.Header.Set("User-Agent", "mcpctl")
	response, err := w.client.Do(r)
	if err != nil {
		return answer{}, reason(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	a := answer{status: response.StatusCode, header: response.Header}
	if !body {
		return a, nil
	}
	a.body, err = io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err != nil {
		return a, reason(ctx, err)
	}
	if len(a.body) > maxDocument {
		return a, fmt.Errorf("the answer is longer than %d kB", maxDocument>>10)
	}
	return a, nil
}

// get reads a document. Found says whether there was one; every other answer is a
// step that led nowhere.
func (w *web) get(ctx context.Context, stage Stage, title, address string) (step Step, v mcp.Value, found bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return Step{Stage: stage, Title: title, Problem: err.Error()}, v, false
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("MCP-Protocol-Version", string(mcp.Rev20251125))
	step, a, err := w.send(ctx, stage, title, r, true)
	switch {
	case err != nil:
		return step, v, false
	case a.status != http.StatusOK:
		step.Problem = fmt.Sprintf("HTTP status %d", a.status)
		return step, v, false
	}
	v, err = object(a.body)
	if err != nil {
		step.failed("the document is JSON", err)
		return step, v, false
	}
	return step, v, true
}

// post sends a form or a JSON document.
func (w *web) post(ctx context.Context, stage Stage, title string, u *url.URL, kind, body string, header http.Header) (Step, answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(body))
	if err != nil {
		return Step{Stage: stage, Title: title, Problem: err.Error()}, answer{}, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "application/json")
	return w.send(ctx, stage, title, r, true)
}

// object reads a JSON object in which no member stands twice.
func object(body []byte) (mcp.Value, error) {
	v, err := mcp.Parse(body)
	switch {
	case err != nil:
		return v, errors.New("the answer is no JSON")
	case !v.Is(mcp.Object):
		return v, errors.New("the answer is no JSON object")
	case len(v.Duplicates()) > 0:
		return v, fmt.Errorf("the answer has %q twice", v.Duplicates()[0])
	}
	return v, nil
}

// note puts a step that is over into the trace.
func (w *web) note(s Step) {
	r := w.redact()
	s.Problem = r.String(s.Problem)
	for i := range s.Checks {
		s.Checks[i].Text = r.String(s.Checks[i].Text)
	}
	w.trace = append(w.trace, s)
	if w.tell != nil {
		w.tell(s)
	}
}

// tried tells what came of every address of a stage.
func (w *web) tried(stage Stage) string {
	var all []string
	for _, s := range w.trace {
		if s.Stage == stage {
			all = append(all, s.URL+" ("+s.Problem+")")
		}
	}
	return strings.Join(all, ", ")
}

// secret keeps a text out of everything that is said from now on.
func (w *web) secret(s ...string) { w.secrets = append(w.secrets, s...) }

func (w *web) redact() *redact.Redactor { return redact.New(w.secrets...) }
