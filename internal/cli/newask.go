package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
)

// maxAsked is how often a question is asked before its answers are given up.
const maxAsked = 5

// ask asks on the terminal for what nobody has said yet: the name, the profile
// and the template's questions. An empty line takes the default in brackets.
func (a *app) ask(ctx context.Context, t *scaffold.Template, given []scaffold.Given) (scaffold.Given, error) {
	p := prompter{app: a, lines: readLines(ctx, a.In)}
	var known scaffold.Answers
	known.Values = map[string]string{}
	for _, g := range slices.Backward(given) {
		known.Name = either(g.Name, known.Name)
		known.Profile = either(g.Profile, known.Profile)
		for q, v := range g.Values {
			known.Values[q] = either(v, known.Values[q])
		}
	}
	asked := scaffold.Given{From: "your answers", Values: map[string]string{}}
	var err error
	if known.Name == "" {
		check := func(v string) error { return scaffold.CheckName(t.Manifest.Language, v) }
		if asked.Name, err = p.ask(ctx, "Name of the new server", "", check); err != nil {
			return asked, err
		}
		known.Name = asked.Name
	}
	if names := t.Manifest.ProfileNames(); known.Profile == "" && len(names) > 1 {
		check := func(v string) error {
			if slices.Contains(names, v) {
				return nil
			}
			return &scaffold.UnknownError{What: "profile", Word: v, Where: "template " + t.Manifest.ID, Known: names}
		}
		question := "Profile (" + strings.Join(names, ", ") + ")"
		if asked.Profile, err = p.ask(ctx, question, t.Manifest.DefaultProfile(), check); err != nil {
			return asked, err
		}
	}
	for _, q := range t.Manifest.Questions {
		if known.Values[q.Name] != "" {
			continue
		}
		title := q.Title
		if len(q.Choices) > 0 {
			title += " (" + strings.Join(q.Choices, ", ") + ")"
		}
		v, err := p.ask(ctx, title, t.Default(q, known), q.Check)
		if err != nil {
			return asked, err
		}
		asked.Values[q.Name], known.Values[q.Name] = v, v
	}
	return asked, nil
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// prompter asks questions on standard error and takes lines for answers.
type prompter struct {
	app   *app
	lines <-chan string // closed at the end of the input
}

// ask asks one question until its answer passes.
func (p prompter) ask(ctx context.Context, title, otherwise string, check func(string) error) (string, error) {
	for range maxAsked {
		fmt.Fprintf(p.app.Err, "%s", p.app.safe(title))
		if otherwise != "" {
			fmt.Fprintf(p.app.Err, " [%s]", p.app.safe(otherwise))
		}
		fmt.Fprint(p.app.Err, ": ")
		line, more, err := p.next(ctx)
		if err != nil {
			return "", err
		}
		answer := either(line, otherwise)
		if err = check(answer); err == nil {
			return answer, nil
		}
		if !more {
			return "", err
		}
		p.app.explain(err)
	}
	return "", usagef("%s: %d answers could not be used", title, maxAsked)
}

// next takes a line, unless the user interrupts. more is false at the end of
// the input.
func (p prompter) next(ctx context.Context) (line string, more bool, err error) {
	select {
	case line, more = <-p.lines:
		if !more {
			fmt.Fprintln(p.app.Err)
		}
		return strings.TrimSpace(line), more, nil
	case <-ctx.Done():
		fmt.Fprintln(p.app.Err)
		return "", false, ctx.Err()
	}
}

// readLines reads in the background, because nothing else ends the wait for a
// line when the user interrupts. Lines are as long as a bufio.Scanner takes.
func readLines(ctx context.Context, r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(r)
		for s.Scan() {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}
