package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/mcp"
)

// refused says why no session could be opened.
func (e *examination) refused(ctx context.Context, target mcp.Target, a attempt) {
	code := status(a.err)
	if a.err.Cause == mcp.CauseAuth || code == 401 || code == 403 {
		e.unauthorized(a.err, code)
		e.step(Skip, StepHandshake, "the server lets nobody in without credentials", "")
		return
	}
	what, mend := a.err.What, a.err.Hint
	switch a.err.Cause {
	case mcp.CauseExited:
		what, mend = e.exited(a)
	case mcp.CauseSilent:
		mend = "Run the command by hand: does it wait for something? A slow start can be given more time with --timeout."
		if !e.s.Local() {
			mend = "Is the server overloaded? It can be given more time with --timeout."
		}
	case mcp.CauseRevision:
		what = fmt.Sprintf("the server speaks none of the revisions that mcpctl knows; it offers %q", a.err.Offered)
		mend = "Update the server, or mcpctl."
	case mcp.CauseRefused:
		mend = "Does the server want an argument or a setting? Its own log may tell more."
	case mcp.CauseFlood:
		mend = "The server must not write so much before it answers."
	case mcp.CauseNoise:
		if moved, to := redirected(a.err); moved {
			what, mend = "the address leads elsewhere: "+to, "If you trust that address, write it in "+e.entry()+"."
		} else if code >= 400 {
			what, mend = fmt.Sprintf("there is no MCP at this address: HTTP status %d", code), e.elsewhere(ctx, target, code)
		}
	}
	e.step(Fail, StepHandshake, what, mend)
	if s := a.session; s != nil && s.Kind() == mcp.Stdio {
		e.purity(s)
		if exit, ended := s.Exit(); ended {
			e.d.Stderr = e.tail(exit.Stderr)
		}
	}
}

// redirected is where a redirect led that was not followed.
func redirected(why *mcp.ConnectError) (bool, string) {
	var r *mcp.RedirectError
	if errors.As(why.Err, &r) {
		return true, fmt.Sprintf("%q (%s)", r.To, r.Why)
	}
	return false, ""
}

// metadata finds the address of a server's OAuth metadata in its challenge.
var metadata = pattern.New(`resource_metadata="([^"]*)"`)

// unauthorized says what to do about a refusal of credentials, or of none.
func (e *examination) unauthorized(why *mcp.ConnectError, code int) {
	said := challenge(why)
	what := fmt.Sprintf("the server wants credentials (HTTP status %d)", code)
	mend := "Put the header Authorization into " + e.entry() + ", with the token from the environment."
	if m := metadata.FindStringSubmatch(said); m != nil {
		mend = "It offers OAuth: sign in with " + e.s.Client + ", or put a token into the header Authorization in " + e.entry() + "."
	}
	if given := e.target.Header.Get("Authorization"); given != "" {
		what = fmt.Sprintf("the server refuses the credentials in the header Authorization (HTTP status %d)", code)
		mend = "Is the token expired, or made for something else? Get a new one."
		if !strings.Contains(given, " ") {
			mend = "The header lacks its scheme: write \"Bearer \" before the token."
		}
	}
	if code == 403 && e.target.Header.Get("Authorization") != "" {
		mend = "The token is known, but may not do this: it needs more scopes or another account."
	}
	var lines []string
	if said != "" {
		lines = []string{"WWW-Authenticate: " + said}
	}
	e.step(Fail, StepAuth, what, mend, lines...)
}

type lastWord struct{ pattern, mend string }

// lastWords are what well-known runtimes say when they give up, and what that
// means.
func lastWords() []lastWord {
	return []lastWord{
		{`(?i)cannot find (module|package)|ERR_MODULE_NOT_FOUND`, "A file or package is missing: build the server, and install what it needs (npm install)."},
		{`(?i)ModuleNotFoundError|No module named`, "A Python package is missing: is this the interpreter of the right environment?"},
		{`(?i)npm (ERR!|error) .*(E?404|not found)|could not be found in the registry`, "There is no such package: is its name right?"},
		{`(?i)(environment variable|env var|api[-_ ]?key|token|credential).*(required|missing|not set|must be|undefined)|(missing|required|set).*(environment variable|api[-_ ]?key|token)|[A-Z][A-Z0-9_]{3,} is (not set|required|missing)`, "It wants a setting: write the variable into env of its entry."},
		{`(?i)EADDRINUSE|address already in use`, "Its port is taken: is it running already?"},
		{`(?i)EACCES|permission denied`, "It may not do what it tries: look at the rights of the file that it names."},
		{`(?i)unsupported engine|requires? node|SyntaxError: Unexpected token|Unsupported.*node`, "It wants a newer Node.js than the one that starts it."},
		{`(?i)usage:|unknown (option|flag|argument)|unrecognized (option|argument)|missing required argument`, "It does not like its arguments: compare them with its documentation."},
		{`(?i)cannot connect to the docker daemon`, "Start Docker."},
	}
}

// exited says how the process ended early, and what its last words mean.
func (e *examination) exited(a attempt) (what, mend string) {
	what, mend = a.err.What, "Run the command by hand: does it start, and does it need arguments or variables?"
	if a.session == nil {
		return what, mend
	}
	exit, ended := a.session.Exit()
	if !ended {
		return what, mend
	}
	what = fmt.Sprintf("it ended with exit code %d before it answered", exit.Code)
	if exit.Signal != "" {
		what = "it was ended by " + exit.Signal + " before it answered"
	}
	lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
	for _, known := range lastWords() {
		for _, l := range lines {
			if regexp.MustCompile(known.pattern).MatchString(l) {
				return what + ": " + strings.TrimSpace(l), known.mend
			}
		}
	}
	if last := telling(lines); last != "" {
		what += ": " + last
	}
	return what, mend
}

// fault finds the line of a crash that says why.
var fault = pattern.New(`(?i)^\s*(?:[\w.]*(?:error|exception)\b|panic:|fatal)`)

// telling is the line that says most: the first that looks like a fault, else the
// last.
func telling(lines []string) string {
	for _, l := range lines {
		if fault.MatchString(l) {
			return strings.TrimSpace(l)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// elsewhere says where the server may be instead, and, when the user wants that,
// looks there.
func (e *examination) elsewhere(ctx context.Context, target mcp.Target, code int) string {
	if code != 404 && code != 405 && code != 400 && code != 406 {
		return "Is this the address of the MCP endpoint? The server's own log may tell more."
	}
	at, err := url.Parse(target.URL)
	if err != nil {
		return ""
	}
	var others []string
	for _, path := range []string{"/mcp", "/sse", "/"} {
		if other := at.ResolveReference(&url.URL{Path: path}); strings.TrimSuffix(other.Path, "/") != strings.TrimSuffix(at.Path, "/") {
			others = append(others, other.Redacted())
		}
	}
	if !e.o.Guess {
		return fmt.Sprintf("Is the path right? Many servers are at %s; --guess tries the usual paths.", others[0])
	}
	for _, other := range others {
		probe := target
		probe.URL = other
		if a := open(ctx, probe, "", e.o.limits()); a.err == nil {
			_ = a.session.Close(context.WithoutCancel(ctx)) // it answered, which is all there was to know
			return fmt.Sprintf("The server answers at %s: write that in %s.", other, e.entry())
		}
	}
	return "Neither " + strings.Join(others, " nor ") + " answers. Look the path up in the server's documentation."
}
