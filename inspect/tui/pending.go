package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

const pendingName = "Pending"

// Bounds on the questions that wait, and on the answers that are kept. A server
// that asks more at once is refused the rest.
const (
	maxQuestions = 50
	maxGiven     = 200
)

// pending is the screen of what the server asks the user and waits for.
type pending struct {
	room    *Room
	ask     pendingPane
	preview docPane

	queue []*question
	at    int
	n     int
	given []given // answers so far, for saving
	alike []given // answers that are given again by themselves
	other bool    // the answer is shown as the other era has it
}

func newPending(r *Room) Screen {
	s := &pending{room: r}
	s.ask = pendingPane{of: s}
	s.preview = docPane{room: r, title: s.previewTitle, own: s.keys}
	s.preview.set(s.lines)
	return s
}

func (s *pending) Name() string  { return pendingName }
func (s *pending) Panes() []Pane { return []Pane{&s.ask, &s.preview} }

// Layout gives the question the left half, or three quarters above.
func (s *pending) Layout(w, _ int) ([]int, bool) {
	if w < threePanes {
		return []int{76}, true
	}
	return []int{48}, false
}

func (s *pending) Badge() string {
	if len(s.queue) == 0 {
		return ""
	}
	return fmt.Sprintf("%d?", len(s.queue))
}

// Urgent shows in the header that somebody waits for the user.
func (s *pending) Urgent() string {
	if len(s.queue) == 0 {
		return ""
	}
	return fmt.Sprintf("? %d pending", len(s.queue))
}

// Waiting has the waiting times go on.
func (s *pending) Waiting() bool { return len(s.queue) > 0 }

func (s *pending) Items() []Item {
	var items []Item
	for i, q := range s.queue {
		items = append(items, Item{Kind: "pending", Name: shortened(oneLine(q.says()), 80), Hint: q.kind(), Do: func() tea.Cmd {
			s.at = i
			s.preview.set(s.lines)
			return s.room.goTo(pendingName, 0)
		}})
	}
	return items
}

// current is the question shown, nil for none.
func (s *pending) current() *question {
	if len(s.queue) == 0 {
		return nil
	}
	s.at = max(0, min(s.at, len(s.queue)-1))
	return s.queue[s.at]
}

func (s *pending) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case askedMsg:
		return s.asked(m.q)
	case withdrawnMsg:
		return s.withdrawn(m.q)
	case trafficMsg:
		for _, q := range s.queue {
			if !q.wire.there {
				q.locate(s.room.Traffic)
				s.preview.stale()
			}
		}
	case tickMsg:
		if s.Waiting() {
			s.preview.stale()
		}
	}
	return nil
}

// asked takes in a question, or answers it by an answer given before.
func (s *pending) asked(q *question) tea.Cmd {
	s.n++
	q.n = s.n
	for _, g := range s.alike {
		if g.fits(q) {
			q.reply <- g.reply()
			return s.room.toast(OK, "answered as before ("+g.word+"): "+shortened(oneLine(q.says()), 60))
		}
	}
	if len(s.queue) >= maxQuestions {
		q.reply <- q.declined()
		return s.room.toast(Warn, fmt.Sprintf("more than %d questions wait; one was declined", maxQuestions))
	}
	if schema := q.schema(); schema.Exists() {
		q.form = newAnswerForm(s.room, schema)
	}
	q.locate(s.room.Traffic)
	s.queue = append(s.queue, q)
	s.preview.set(s.lines)
	return s.room.toast(Warn, "the server asks ("+q.kind()+"): "+shortened(oneLine(q.says()), 60))
}

// withdrawn takes in that nobody waits for an answer any more.
func (s *pending) withdrawn(q *question) tea.Cmd {
	i := slices.Index(s.queue, q)
	if i < 0 {
		return nil
	}
	s.drop(i)
	return s.room.toast(Dim, "nobody waits any more for the answer to: "+shortened(oneLine(q.says()), 60))
}

func (s *pending) drop(i int) {
	s.queue = slices.Delete(s.queue, i, i+1)
	if s.at > i || s.at >= len(s.queue) {
		s.at = max(0, s.at-1)
	}
	s.preview.set(s.lines)
}

// reply is the answer once more.
func (g given) reply() reply {
	if g.refused {
		return reply{err: errRefused}
	}
	return reply{answer: g.answer}
}

// give sends an answer to a question, if it still waits for one.
func (s *pending) give(q *question, r reply, word string, again bool) tea.Cmd {
	i := slices.Index(s.queue, q)
	if i < 0 {
		return s.room.toast(Warn, "nobody waits for this answer any more")
	}
	g := given{method: q.method, params: q.params, refused: r.err != nil, word: word}
	if v, ok := r.answer.(mcp.Value); ok {
		g.answer = v
	}
	s.given = append(s.given[max(0, len(s.given)+1-maxGiven):], g)
	if again {
		s.alike = append(s.alike[max(0, len(s.alike)+1-maxGiven):], g)
	}
	q.reply <- r // it has room for the one answer of a question, which then leaves the queue
	s.drop(i)
	if again {
		word += ", and so from now on"
	}
	return s.room.toast(OK, word)
}

// accept sends what the form says. What does not fit is asked about first: to
// send it all the same is how servers are tried out.
func (s *pending) accept(again bool) tea.Cmd {
	q := s.current()
	if q == nil {
		return nil
	}
	answer, problems := q.accepted()
	send := func() tea.Cmd { return s.give(q, reply{answer: answer}, "accepted", again) }
	if len(problems) == 0 {
		return send()
	}
	return s.room.open(newMenu(s.room, shortened(problems[0], 80), []Item{
		{Name: "back to the answer", Do: func() tea.Cmd { return nil }},
		{Name: "send it all the same", Do: send},
	}))
}

// callEntry is the call that led to a question, if it is known.
func (s *pending) callEntry(q *question) (traffic.Entry, bool) {
	if q.wire.call == 0 {
		return traffic.Entry{}, false
	}
	return s.room.Traffic.Entry(q.wire.call)
}
