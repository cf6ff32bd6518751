//go:build unix

package realtui_test

import (
	"strings"
	"testing"

	"github.com/mcpctl/mcpctl/testservers"
)

// What a real server asks in the middle of a call is answered through its form.
func TestARealServersQuestionIsAnswered(t *testing.T) {
	dir := testservers.Dir(t)
	s := testservers.Find(t, dir, "everything")
	for _, transport := range []string{"stdio", "http"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t, 120, 36)
			if transport == "stdio" {
				term.inspect(append([]string{"--"}, s.Stdio...)...)
				term.see("the server asks (roots)") // over HTTP it does not
				term.text("7")
				term.see("Which folders may the server know of?")
				term.text("D")
				term.see("Nothing is waiting for you")
			} else {
				term.inspect(testservers.StartHTTP(t, s))
				term.see("ready")
			}
			term.text("2")
			term.see("trigger-elicitation-request")
			term.text("/trigger-elic")
			term.keys("Enter")
			term.text("r")
			term.see("the server asks (elicitation")
			term.text("7")
			term.see("/name is required")
			term.keys("Space")
			term.text("Ada Lovelace")
			term.keys("Enter")
			term.see("fits the schema")
			term.keys("Enter")
			term.see("Nothing is waiting for you")
			term.text("2")
			term.see("Name: Ada Lovelace")
			term.text("5")
			term.text("/method:elicitation/*")
			term.keys("Enter")
			term.see("elicitation/create")
			term.gone("tools/list")
			term.text("q")
			term.ended()
		})
	}
}

// One key away, the same real server speaks another revision.
func TestARealServerSpeaksAnotherRevision(t *testing.T) {
	s := testservers.Find(t, testservers.Dir(t), "go-sdk")
	term := newTerminal(t, 120, 36)
	term.inspect(append([]string{"--"}, s.Stdio...)...)
	term.see("2025-11-25")
	term.see("ready")
	term.text("v")
	term.see("speak which revision?")
	term.text("2025-03")
	term.keys("Enter")
	term.until("the other revision in the first line", func() bool {
		head, _, _ := strings.Cut(term.screen(), "\n")
		return strings.Contains(head, "2025-03-26") && strings.Contains(head, "ready")
	})
	term.text("2")
	term.see("greet")
}

// An address where nobody listens is said to be one, and c tries again.
func TestNobodyListens(t *testing.T) {
	term := newTerminal(t, 100, 24)
	term.inspect("http://127.0.0.1:1/mcp")
	term.see("c connects again")
	term.see("failed")
	term.text("2r")
	term.see("no tool is chosen")
	term.text("q")
	term.ended()
}
