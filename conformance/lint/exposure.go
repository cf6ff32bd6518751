package lint

import (
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/internal/term"
)

var (
	secret = pattern.New(`\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{40,}|\bglpat-[A-Za-z0-9_-]{20,}|\bsk-(ant-|proj-|live-)?[A-Za-z0-9_-]{24,}|\b[rs]k_live_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{12,}|\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{30,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{40,}|\bhf_[A-Za-z0-9]{30,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b[a-z][a-z0-9+]{1,20}://[^\s/:@<>{}$]{1,64}:[^\s/:@<>{}$*]{3,64}@`)
	dummy  = pattern.New(`(?i)example|sample|dummy|placeholder|your|xxxx|\*\*\*|\.\.\.|…|0000|1234567|abcdef|changeme|redacted|<|\$\{|user:pass|username:password|:password@|test`)
	// spoken is another tool that is spoken of by name. The first group has it.
	spoken = pattern.New("(?i)\\b(?:the|tool|function|call|calls|calling|use|using|invoke|invoking|when) [`'\"]?([a-z][a-z0-9]*(?:_[a-z0-9]+){1,8}|mcp__[a-z0-9_-]+)[`'\"]? (?:tool|function)\\b|\\btool [`'\"]([a-z][a-z0-9]*(?:[_-][a-z0-9]+){1,8})[`'\"]|\\b(mcp__[a-z0-9_-]+)")
	meddle = pattern.New(`(?i)\b(whenever|when|if|every time|each time|before|after)\b[^.\n]{0,60}\b(another|other|any other|different)( mcp)? (tool|server|function)s?\b[^.\n]{0,80}\b(must|should|always|instead|first|also|change|replace|modify|set|use|add)\b`)
)

func exposureRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/security/secret", Title: "no text has a secret in it", Group: "security", Verdict: conformance.Fail,
			Why: "Lists go to every client and to every model: a token in a default, an example or a description is public.",
			Fix: "Take it out, revoke it, and let the server read it from its environment.",
		}, anything, exposedSecret},
		{conformance.Rule{
			ID: "lint/security/secret-default", Title: "parameters for secrets have no default", Group: "security", Verdict: conformance.Fail,
			Why: "A default password is either real, and public, or a wrong one that gets sent.",
			Fix: "Drop the default; better, take secrets from the environment and not from a model.",
		}, tools, secretDefault},
		{conformance.Rule{
			ID: "lint/security/secret-parameter", Title: "tools do not take passwords and keys as parameters", Group: "security", Verdict: conformance.Warn,
			Why: "What a model fills in has gone through its provider, the history of the conversation and the logs of the client.",
			Fix: "Let the server read credentials from its environment, or sign in with OAuth; ask the user by elicitation of a URL.",
		}, tools, secretParameter},
		{conformance.Rule{
			ID: "lint/security/shadowing", Title: "no text speaks of tools of other servers", Group: "security", Verdict: conformance.Warn,
			Why: "A description that says how another server's tool is to be used changes what that one does, without its server having a say (shadowing).",
			Fix: "Describe only this server's tools; correct the name if it is one of them.",
		}, anything, shadowing},
	}
}

func exposedSecret(r *review) {
	for _, t := range r.texts {
		for _, found := range secret.FindAllString(clip(t.value), -1) {
			if !dummy.MatchString(found) {
				r.say(t.subject, "%s has what looks like a secret: %s", t.place, masked(found))
				break
			}
		}
	}
}

// masked shows the beginning of a secret, by which it can be found.
func masked(s string) string {
	const shown = 6
	if len(s) > shown {
		s = s[:shown]
	}
	return term.SafeLine(s) + redact.Mark
}

// isSecret reports whether a parameter is for a secret: what its name ends in.
func (n node) isSecret() bool {
	all := words(n.name)
	if len(all) == 0 {
		return false
	}
	name := strings.Join(all, "_")
	for _, end := range []string{"password", "passwd", "passphrase", "secret", "api_key", "apikey", "access_token", "auth_token", "private_key", "secret_key", "bearer_token", "refresh_token", "client_secret", "credentials"} {
		if name == end || strings.HasSuffix(name, "_"+end) {
			return n.is("string") || !n.Has("type")
		}
	}
	return false
}

func secretDefault(r *review) {
	r.eachParam(func(t tool, n node) {
		if value := n.Get("default").Text(); n.isSecret() && value != "" {
			r.say(n.subject(t.subject), "it has a default: %s", masked(value))
		}
	})
}

func secretParameter(r *review) {
	r.eachParam(func(t tool, n node) {
		if n.isSecret() {
			r.say(n.subject(t.subject), "it takes a secret")
		}
	})
}

func shadowing(r *review) {
	own := map[string]bool{}
	for _, t := range r.tools {
		own[strings.ToLower(t.name)] = true
		for _, n := range t.input {
			own[strings.ToLower(n.name)] = true
		}
	}
	for _, p := range r.prompts {
		own[strings.ToLower(p.name)] = true
	}
	for _, t := range r.texts {
		if !t.isProse() {
			continue
		}
		if found := meddle.FindString(clip(t.value)); found != "" {
			r.say(t.subject, "%s says what is to be done with other tools: %s", t.place, quote(found))
			continue
		}
		for _, groups := range spoken.FindAllStringSubmatch(clip(t.value), -1) {
			name := strings.ToLower(groups[1] + groups[2] + groups[3])
			if !own[name] {
				r.say(t.subject, "%s speaks of the tool %s, which this server does not have", t.place, quote(name))
				break
			}
		}
	}
}
