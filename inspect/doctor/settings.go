package doctor

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/internal/redact"
)

// config judges the entry as it is written.
func (e *examination) config() bool {
	var worst servers.Problem
	var lines []string
	for _, p := range e.s.Problems {
		if worst.What == "" || worst.Minor && !p.Minor {
			worst = p
		}
		lines = append(lines, p.Error())
	}
	switch {
	case worst.What != "" && !worst.Minor:
		return e.step(Fail, StepConfig, worst.What, worst.Mend, lines...)
	case worst.What != "":
		return e.step(Warn, StepConfig, worst.What, worst.Mend, lines...)
	}
	return e.step(OK, StepConfig, "the entry is whole", "")
}

// placeholder finds values that nobody has filled in.
var placeholder = pattern.New(`(?i)^(?:bearer )?(?:<[^>]+>|your[-_ ].*|.*[-_]here|x{3,}|change[-_]?me|todo|\.{3}|…)$`)

// environment fills in what the entry refers to.
func (e *examination) environment() bool {
	target, secrets, err := e.o.Target(e.s, e.o.Look)
	e.target, e.redact = target, redact.New(secrets...)
	var missing *servers.MissingError
	switch {
	case errors.As(err, &missing):
		return e.step(Fail, StepEnvironment, missing.Error(), mendMissing(missing.Refs))
	case err != nil:
		return e.step(Fail, StepEnvironment, err.Error(), "Mend it in "+e.entry()+".")
	}
	for _, v := range append(append([]servers.Setting{}, e.s.Env...), e.s.Headers...) {
		switch {
		case placeholder.MatchString(strings.TrimSpace(v.Value)):
			return e.step(Warn, StepEnvironment, fmt.Sprintf("the value of %s is a placeholder", v.Name), "Write the real value in "+e.entry()+".")
		case v.Value == "" && v.From == "":
			return e.step(Warn, StepEnvironment, fmt.Sprintf("the value of %s is empty", v.Name), "Write a value in "+e.entry()+", or take it out.")
		}
	}
	if as := e.s.Unreplaced(); len(as) > 0 {
		return e.step(Warn, StepEnvironment, fmt.Sprintf("%s does not replace %s in %s: the server is given those very characters", e.s.Client, as[0].Name, as[0].Where),
			"Write the value itself, or start the server by a script that sets it.")
	}
	if n := len(e.s.Refs()); n > 0 {
		return e.step(OK, StepEnvironment, fmt.Sprintf("what it refers to (%d) has a value", n), "")
	}
	return e.step(OK, StepEnvironment, "it refers to nothing outside the file", "")
}

// mendMissing says how to give what is missing.
func mendMissing(refs []servers.Ref) string {
	r := refs[0]
	if r.Input {
		return fmt.Sprintf("Give it from a variable: --input %s=VARIABLE.", r.Name)
	}
	return fmt.Sprintf("Set %s where the client is started; a program with windows does not read your shell's settings.", r.Name)
}

// address judges the shape of an address.
func (e *examination) address() bool {
	u, err := url.Parse(e.target.URL)
	switch {
	case err != nil:
		var why *url.Error
		if errors.As(err, &why) { // which repeats the address
			err = why.Err
		}
		return e.step(Fail, StepAddress, "the address cannot be read: "+err.Error(), "Write it as https://HOST/PATH in "+e.entry()+".")
	case u.Scheme != "http" && u.Scheme != "https":
		return e.step(Fail, StepAddress, fmt.Sprintf("its scheme is %q", u.Scheme), "MCP is spoken over http and https; write the whole address.")
	case u.Hostname() == "":
		return e.step(Fail, StepAddress, "it names no host", "Write it as https://HOST/PATH in "+e.entry()+".")
	case u.Scheme == "http" && !loopback(u.Hostname()) && e.target.Header.Get("Authorization") != "":
		return e.step(Warn, StepAddress, "credentials go over the network unencrypted", "Use https.")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return e.step(Warn, StepAddress, "what is said goes over the network unencrypted", "Use https.")
	case u.User != nil:
		return e.step(Warn, StepAddress, "there are credentials in the address, where logs show them", "Put them into a header.")
	}
	return e.step(OK, StepAddress, u.Scheme+" to "+u.Host, "")
}
