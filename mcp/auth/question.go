package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/mcpctl/mcpctl/internal/term"
)

// question is one request for consent, and what its answer has to fit.
type question struct {
	client   registered
	callback string
	resource string
	scopes   []string
	state    string
	verifier string // of PKCE
}

func newQuestion(c registered, callback, resource string, scopes []string) question {
	return question{client: c, callback: callback, resource: resource, scopes: scopes, state: rand.Text(), verifier: oauth2.GenerateVerifier()}
}

// address is where the user consents.
func (q question) address(s Server) (string, error) {
	u, err := url.Parse(s.Authorize)
	if err != nil {
		return "", err
	}
	v := u.Query()
	for name, value := range map[string]string{
		"response_type": "code", "client_id": q.client.id, "redirect_uri": q.callback, "state": q.state, "resource": q.resource,
		"code_challenge": oauth2.S256ChallengeFromVerifier(q.verifier), "code_challenge_method": "S256", "scope": strings.Join(q.scopes, " "),
	} {
		v.Del(name) // what the endpoint's own address says is not ours
		if value != "" {
			v.Set(name, value)
		}
	}
	u.RawQuery = v.Encode()
	return u.String(), nil
}

// consented sends the user to the page of consent and waits for the answer, the
// authorization code.
func (f *flow) consented(ctx context.Context, d door, q question) (string, error) {
	f.web.secret(q.verifier, q.state)
	address, err := q.address(f.found.Server)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, f.options.Wait, errTooLate)
	defer cancel()
	step := Step{Stage: Consent, Title: "consent in the browser", URL: f.web.redact().URL(address)}
	step.passed("PKCE S256, state, and resource %s", q.resource)
	if len(q.scopes) > 0 {
		step.passed("scopes asked for: %s", strings.Join(q.scopes, " "))
	}
	f.web.note(step)
	if f.options.Visit != nil {
		if err := f.options.Visit(ctx, address); err != nil {
			return "", err
		}
	}
	began := time.Now()
	answer, err := d.answer(ctx)
	d.close() // nothing listens any longer than it must
	step = Step{Stage: Callback, Title: "callback", URL: q.callback, Duration: time.Since(began)}
	defer func() { f.web.note(step) }()
	if err != nil {
		if errors.Is(err, errTooLate) || errors.Is(context.Cause(ctx), errTooLate) {
			err = denied("auth-callback-timeout", "waiting for your consent", "Begin again; --paste is for browsers on other machines.", "no answer came within %s", f.options.Wait)
		}
		step.Problem = err.Error()
		return "", err
	}
	f.web.secret(answer.Get("code"))
	return f.judge(&step, q, answer)
}

var errTooLate = errors.New("the user took too long")

// judge checks an answer to the question: that it is the answer to this one
// (state) and from whom it was asked of (iss, RFC 9207), before anything in it is
// believed or shown.
func (f *flow) judge(step *Step, q question, answer url.Values) (string, error) {
	doing := "reading the answer of " + f.found.Server.Issuer
	const again = "Nothing was sent on. Begin again, and tell whoever runs the authorization server if it stays so."
	refuse := func(check string, err error) (string, error) {
		step.failed(check, err)
		return "", err
	}
	for _, name := range []string{"state", "iss", "code", "error"} {
		if len(answer[name]) > 1 {
			return refuse("every parameter stands once", broken("auth-answer-invalid", doing, again, "it has the parameter %s twice", name))
		}
	}
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(q.state)) != 1 {
		return refuse("the state is ours", denied("auth-state-mismatch", doing, again, "its state is not the one that was sent, so that it answers another question, maybe of an attacker"))
	}
	step.passed("the state is ours")
	iss, there := answer["iss"]
	switch {
	case there && iss[0] != f.found.Server.Issuer:
		return refuse("the issuer is the one that was asked", denied("auth-iss-mismatch", doing, again, "it says that it comes from %q", clip(iss[0])))
	case !there && f.found.Server.Issues:
		return refuse("the issuer is the one that was asked", denied("auth-iss-missing", doing, again, "it does not say whom it comes from (iss), while the metadata promises that"))
	case there:
		step.passed("the issuer is the one that was asked")
	default:
		step.warned("it does not say whom it comes from (iss)")
	}
	if code := answer.Get("error"); code != "" {
		said := clip(code)
		if more := answer.Get("error_description"); more != "" {
			said += ": " + clip(more)
		}
		return refuse("you consented", denied("auth-not-granted", doing, "Begin again if that was a mistake; --scope asks for less.", "it grants nothing: %s", f.web.redact().String(said)))
	}
	code := answer.Get("code")
	if code == "" || len(code) > maxToken {
		return refuse("a code came", broken("auth-answer-invalid", doing, again, "it holds no authorization code"))
	}
	step.passed("a code came")
	return code, nil
}

// clip bounds a stranger's words.
func clip(s string) string { return term.Clip(term.SafeLine(s), 300) }
