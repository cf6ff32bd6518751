package checks

import (
	"context"
	"regexp"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// logged is what a server logs in the course of errands: first with the level
// error, then with the level debug.
type logged struct {
	log         *mcp.Log
	quiet, loud []conformance.Seen
}

// logErrands runs errands at two log levels, once for all checks.
func logErrands(ctx context.Context, p *conformance.Probe) (*logged, error) {
	return conformance.Once(ctx, p, "logging", func(ctx context.Context) (*logged, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		l := &logged{log: s.Log()}
		if l.quiet, err = errandsAt(ctx, p, s, "error"); err != nil {
			return nil, err
		}
		l.loud, err = errandsAt(ctx, p, s, "debug")
		return l, err
	})
}

// errandsAt runs errands one after the other at a log level and returns the
// log messages that came in the meantime.
func errandsAt(ctx context.Context, p *conformance.Probe, s *mcp.Session, level string) ([]conformance.Seen, error) {
	stateless := p.Revision.Era() == mcp.Stateless
	if !stateless {
		if x := s.Call(ctx, "logging/setLevel", map[string]any{"level": level}); !x.Result().Exists() {
			return nil, levelUnset(x)
		}
	}
	began := lastFrame(s.Log())
	for _, r := range errands(ctx, p) {
		if stateless {
			r = withMeta(r, mcp.MetaLogLevel, level)
		}
		s.Do(ctx, r)
		// While this is under way nothing else is: what is logged now
		// was logged too late.
		if _, err := p.Control(ctx, s); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(heard(s.Log(), began), func(m conformance.Seen) bool { return m.Method() != logMessage }), nil
}

func loggingThreshold(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := logErrands(ctx, p)
	if err != nil {
		return err
	}
	least := slices.Index(logLevels(), "error")
	for _, m := range l.quiet {
		level := m.Params().Get("level").Text()
		at := slices.Index(logLevels(), level)
		if at < 0 {
			continue // see logging/message/shape
		}
		j.Met(m)
		if at < least {
			j.Faultf(m, "/params/level", "a message of level %s came, though the level was error", level)
		}
	}
	for _, m := range l.loud {
		// What now comes, and did not before, was held back as it should.
		if at := slices.Index(logLevels(), m.Params().Get("level").Text()); at >= 0 && at < least {
			j.Met(m)
		}
	}
	return j.Err(noLogs)
}

func loggingBeforeResponse(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := logErrands(ctx, p)
	if err != nil {
		return err
	}
	answered := map[int]bool{} // by exchange
	var open []conformance.Seen
	for _, m := range dialogue(conformance.Connection{Log: l.log}) {
		switch {
		case m.Frame.Direction == mcp.Sent:
			if m.Params().Get("_meta").Has(mcp.MetaLogLevel) {
				open = append(open, m)
			}
		case m.MessageKind() == mcp.ResponseMessage:
			open = without(open, m.ID())
			answered[m.Frame.Exchange] = true
		case m.Method() != logMessage:
		// Errands run one by one, so on stdio one must be open now. Over
		// HTTP each has its own stream.
		case p.Transport == mcp.HTTP && answered[m.Frame.Exchange], p.Transport != mcp.HTTP && len(open) == 0:
			j.Faultf(m, "", "a log message came after the response to its request")
		default:
			j.Met(m)
		}
	}
	return j.Err(noLogs)
}

// secretForm is what a kind of credentials looks like, and a name for it that
// may be printed.
type secretForm struct {
	name string
	form *regexp.Regexp
}

// secretForms are those that cannot be mistaken for other text.
func secretForms() []secretForm {
	return []secretForm{
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
		{"an access key of AWS", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a token of GitHub", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b`)},
		{"a token of Slack", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{20,}`)},
		{"a live key of Stripe", regexp.MustCompile(`\b[sr]k_live_[A-Za-z0-9]{16,}\b`)},
		{"a signed web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}`)},
	}
}

func loggingNoSecrets(t *conformance.Traffic) error {
	j := t.Judge()
	forms := secretForms()
	for m := range t.Notifications(logMessage) {
		j.Met(m)
		text := m.Params().String()
		for _, secret := range forms {
			if secret.form.MatchString(text) {
				j.Faultf(m, "/params/data", "a log message holds %s", secret.name)
			}
		}
	}
	return j.Err("the server sent no log messages")
}
