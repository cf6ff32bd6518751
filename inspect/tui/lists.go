package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// counted is a title with how many entries are shown.
func counted(title string, shown, all int) string {
	switch {
	case all == 0:
		return title
	case shown < all:
		return fmt.Sprintf("%s %d of %d", title, shown, all)
	}
	return fmt.Sprintf("%s %d", title, all)
}

// badge is how many entries a kind has, for a tab.
func badge(r *Room, kinds ...inspect.Kind) string {
	n := 0
	for _, k := range kinds {
		n += len(r.Lists.Of(k))
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// emptyList tells why a list has nothing in it.
func emptyList(r *Room, k inspect.Kind) []Line {
	name := strings.Split(string(k), "/")[0]
	switch {
	case r.Lists.Err(k) != nil:
		return []Line{nil, {S(Bad, " "+r.Theme.Sign.Cross+" "), S(Plain, r.Lists.Err(k).Error())}, nil, L(Dim, " c connects again")}
	case r.Conn.State == Connecting:
		return []Line{nil, L(Accent, " "+r.Spinner()+" "+r.Stage())}
	case r.Conn.State == Offline:
		return []Line{nil, L(Dim, " the recording has no list of "+name)}
	case r.Conn.State == Idle:
		return []Line{nil, L(Dim, " "+r.Why())}
	case r.Conn.State != Ready:
		what, hint := r.Conn.Advice()
		return []Line{nil, {S(Bad, " "+r.Theme.Sign.Cross+" "), S(Plain, shortened(oneLine(what), 400))}, nil, L(Warn, " "+hint), L(Dim, " c connects again")}
	case !r.Has(name):
		return []Line{nil, L(Dim, " the server offers no "+name), L(Dim, " (it does not declare the capability)")}
	case r.Lists.Of(k) == nil:
		return []Line{nil, L(Accent, " "+r.Spinner()+" reading the list")}
	}
	return []Line{nil, L(Dim, " the list is empty")}
}

// command is the command line that does the same without a screen.
func (r *Room) command(verb, name string, args mcp.Value) string {
	words := []string{"mcpctl", verb}
	t := r.options.Target
	if t.URL != "" {
		words = append(words, quoteWord(t.Name))
	}
	words = append(words, quoteWord(name))
	for _, m := range args.Members() {
		if m.Value.Is(mcp.String) {
			words = append(words, quoteWord(m.Name+"="+m.Value.Text()))
		} else {
			words = append(words, quoteWord(m.Name+":="+m.Value.String()))
		}
	}
	if t.URL == "" {
		words = append(words, "--")
		for _, word := range t.Command {
			words = append(words, quoteWord(word))
		}
	}
	return strings.Join(words, " ")
}

// quoteWord quotes a word as a POSIX shell reads it back.
func quoteWord(word string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,"
	if word != "" && strings.Trim(word, harmless) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// counts tells what the server offers, for the header.
func (r *Room) counts() string {
	return fmt.Sprintf("tools %d  res %d  prm %d", len(r.Lists.Of(inspect.Tools)),
		len(r.Lists.Of(inspect.Resources))+len(r.Lists.Of(inspect.Templates)), len(r.Lists.Of(inspect.Prompts)))
}

// showRun goes to where a run's result is shown.
func (r *Room) showRun(run *Run) tea.Cmd { return r.send(showRunMsg{run}) }

// pick is the first value that exists.
func pick(a, b mcp.Value) mcp.Value {
	if a.Exists() {
		return a
	}
	return b
}
