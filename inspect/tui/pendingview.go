package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// pendingPane shows the question and takes the answer.
type pendingPane struct {
	of   *pending
	head int // lines above the form when it was last drawn
}

func (p *pendingPane) Title() string {
	q := p.of.current()
	if q == nil {
		return pendingName
	}
	title := "the server asks (" + q.kind() + ")  waiting " + seconds(p.of.room.now().Sub(q.at))
	if n := len(p.of.queue); n > 1 {
		title = countOf(p.of.at+1, n) + "  " + title
	}
	return title
}

func (p *pendingPane) form() argsForm {
	if q := p.of.current(); q != nil && !q.whole.Exists() {
		return q.form
	}
	return nil
}

func (p *pendingPane) Keys() []Key {
	keys := p.of.keys()
	if f := p.form(); f != nil {
		if f.Typing() {
			return f.Keys()
		}
		own := f.Keys()
		for i := range own {
			if do := own[i].Do; do != nil {
				own[i].Do = func() tea.Cmd {
					p.of.preview.stale() // the answer may be another
					return do()
				}
			}
		}
		keys = append(keys[:1:1], append(own, keys[1:]...)...)
	}
	return keys
}

func (p *pendingPane) Typing() bool {
	f := p.form()
	return f != nil && f.Typing()
}

// Back ends typing, or drops an answer that was edited by hand.
func (p *pendingPane) Back() bool {
	if b, ok := p.form().(Backer); ok && b.Back() {
		return true
	}
	if q := p.of.current(); q != nil && q.whole.Exists() {
		q.whole = mcp.Value{}
		p.of.preview.stale()
		return true
	}
	return false
}

func (p *pendingPane) Update(msg tea.Msg) tea.Cmd {
	f := p.form()
	if f == nil {
		return nil
	}
	p.of.preview.stale()
	return f.Update(msg)
}

func (p *pendingPane) Click(x, y int) tea.Cmd {
	if c, ok := p.form().(Clicker); ok && y >= p.head {
		p.of.preview.stale()
		return c.Click(x, y-p.head)
	}
	return nil
}

func (p *pendingPane) View(w, h int) []Line {
	s, q := p.of, p.of.current()
	if q == nil {
		return s.idle(w)
	}
	lines, tight := []Line{}, h < 11 // then every line goes to the form
	if e, ok := s.callEntry(q); ok && !tight {
		lines = append(lines, Line{S(Dim, " from call "), S(Plain, fmt.Sprintf("#%d %s %s", e.N, e.Method, e.Name))})
	}
	says := Wrap(Strong, shortened(q.says(), 4000), w-3)
	room := max(2, h/3)
	for _, line := range says[:min(len(says), room)] {
		lines = append(lines, append(L(Plain, " "), line...))
	}
	if len(says) > room {
		lines = append(lines, L(Dim, fmt.Sprintf(" %d more lines stand beside", len(says)-room)))
	}
	if !tight {
		lines = append(lines, nil)
	}
	p.head = len(lines)
	buttons := s.buttons(q)
	body := h - len(lines) - 1
	switch {
	case q.whole.Exists():
		lines = append(lines, L(Plain, " The answer was edited by hand; it stands beside."), L(Dim, " esc goes back to the form"))
	case q.kind() == askURL:
		lines = append(lines, s.address(q, w)...)
	case q.kind() == askOther:
		lines = append(lines, L(Plain, " mcpctl does not know this question; e writes an answer as JSON."))
	case q.form != nil:
		lines = append(lines, q.form.View(w, max(1, body))...)
	}
	return append(fill(lines[:min(len(lines), h-1)], h-1), buttons)
}

// buttons tell what can be done, as on a form.
func (s *pending) buttons(q *question) Line {
	line := L(Plain, " ")
	for _, k := range s.keys() {
		if k.Rare || k.Why != "" || k.Key != "enter" && k.Key != "D" && k.Key != "C" && k.Key != "o" {
			continue
		}
		line = append(line, S(Plain, "[ "), S(Strong, k.Does+" "), S(Accent, k.Key), S(Plain, " ]  "))
	}
	if q.whole.Exists() || q.form == nil {
		return line
	}
	if _, problems := q.accepted(); len(problems) > 0 {
		line = append(line, S(Warn, s.room.Theme.Sign.Warn+" "+plural(len(problems), "problem")))
	}
	return line
}

// address shows where a question in URL mode leads, before anybody goes there.
func (s *pending) address(q *question, w int) []Line {
	host, doubts, why := q.address()
	lines := []Line{{S(Dim, " host     "), S(Strong, host)}}
	if why != "" {
		lines = []Line{{S(Bad, " "+s.room.Theme.Sign.Cross+" "+why+"; it will not be opened")}}
	}
	for i, line := range Wrap(Plain, shortened(q.params.Get("url").Text(), 2000), w-11) {
		lines = append(lines, append(L(Dim, map[bool]string{true: " address  ", false: "          "}[i == 0]), line...))
	}
	for _, doubt := range doubts {
		lines = append(lines, L(Warn, " "+s.room.Theme.Sign.Warn+" "+doubt))
	}
	return append(lines, nil, L(Dim, " Nothing is opened before you press o. To accept says that you agree to go there."))
}

// idle is shown while nothing waits.
func (s *pending) idle(w int) []Line {
	lines := []Line{nil, L(Plain, " Nothing is waiting for you.")}
	lines = append(lines, Wrap(Dim, " What the server asks of you (elicitation, sampling, roots) comes here, and its calls wait meanwhile.", w-1)...)
	if len(s.alike) > 0 {
		lines = append(lines, nil, L(Plain, " "+plural(len(s.alike), "question")+" answered by themselves from now on; U has them asked again"))
	}
	if len(s.given) > 0 {
		lines = append(lines, nil, L(Strong, " answered"))
	}
	for i := len(s.given) - 1; i >= max(0, len(s.given)-8); i-- {
		g := s.given[i]
		q := &question{method: g.method, params: g.params}
		lines = append(lines, Line{S(OK, fmt.Sprintf(" %-10s", g.word)), S(Dim, q.kind()+"  "), S(Plain, shortened(oneLine(q.says()), 120))}.Cut(w-1))
	}
	return lines
}

func (s *pending) previewTitle() string {
	if q := s.current(); q != nil && q.wire.call > 0 {
		return fmt.Sprintf("conversation of call #%d", q.wire.call)
	}
	return "The answer"
}

// lines tell the conversation so far, and how the answer will cross.
func (s *pending) lines(budget int) ([]Line, bool) {
	q := s.current()
	if q == nil {
		return nil, false
	}
	sign := s.room.Theme.Sign
	var lines []Line
	arguments := mcp.Value{}
	call, called := s.callEntry(q)
	if called {
		lines = append(lines, Line{S(Accent, sign.Out+" "), S(Plain, fmt.Sprintf("#%d %s ", call.N, call.Method)), S(Strong, call.Name)})
		if m, err := s.room.Traffic.Message(call.N); err == nil {
			if arguments = m.Params().Get("arguments"); arguments.Exists() {
				lines = append(lines, L(Dim, "   "+shortened(arguments.String(), 300)))
			}
		}
	}
	if q.wire.there {
		line := Line{S(Accent, sign.In+" "), S(Plain, fmt.Sprintf("#%d ", q.wire.entry)), S(Plain, q.method)}
		if e, ok := s.room.Traffic.Entry(q.wire.entry); ok && called {
			line = append(line, S(Dim, "  +"+millis(e.At-call.At)))
		}
		lines = append(lines, line, nil, L(Dim, "   … you are here …"), nil)
	}
	stateless := s.room.Conn.client != nil && s.room.Conn.client.Stateless()
	if s.other {
		lines = append(lines, L(Warn, "as the other era has it; p goes back"))
		stateless = !stateless
	}
	word := "the response will be"
	if stateless {
		word = "the call will be made again with"
	}
	answer, problems := q.accepted()
	lines = append(lines, Line{S(Accent, sign.Out+" "), S(Plain, word)})
	body, more := jsonDoc(q.sent(answer, stateless))(budget)
	lines = append(lines, body...)
	for _, p := range problems[:min(len(problems), 10)] {
		lines = append(lines, Line{S(Warn, sign.Warn+" "), S(Plain, p)})
	}
	return append(lines, s.script(q, call, called, arguments)...), more
}

// script tells the rest of the question, and how a script would answer it.
func (s *pending) script(q *question, call traffic.Entry, called bool, arguments mcp.Value) []Line {
	lines := []Line{nil}
	if says := q.says(); len(says) > 200 || strings.Contains(says, "\n") {
		text, _ := textLines(Plain, says, 16<<10)
		lines = append(append(append(lines, L(Strong, "the whole question")), text...), nil)
	}
	if q.kind() == askSampling {
		lines = append(lines, Line{S(Dim, "messages "), S(Plain, fmt.Sprint(len(q.params.Get("messages").Items()))), S(Dim, "  maxTokens "), S(Plain, q.params.Get("maxTokens").String())})
		if system := q.params.Get("systemPrompt").Text(); system != "" {
			lines = append(lines, Line{S(Dim, "system "), S(Plain, shortened(system, 2000))})
		}
	}
	if called && call.Method == "tools/call" {
		lines = append(lines, L(Strong, "script it"), L(Dim, "ctrl+s writes the answers to a file; then"),
			L(Plain, s.room.redacted(s.room.command("tools call --answer answers.yaml", call.Name, arguments))))
	}
	return lines
}
