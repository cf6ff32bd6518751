package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// keys are what can be done with the question shown.
func (s *pending) keys() []Key {
	q := s.current()
	if q == nil {
		return s.idleKeys()
	}
	decline, cancel := "decline", Key{Key: "C", Does: "cancel", Do: func() tea.Cmd {
		return s.give(q, reply{answer: mcp.MustParse(`{"action":"cancel"}`)}, "cancelled", false)
	}}
	switch q.kind() {
	case askSampling:
		decline, cancel.Why = "refuse", "sampling is answered or refused"
	case askRoots:
		decline, cancel.Why = "tell none", "roots are told, or none"
	case askOther:
		decline, cancel.Why = "refuse", "it is answered or refused"
	}
	past := map[string]string{"decline": "declined", "refuse": "refused", "tell none": "told none"}
	keys := []Key{{Key: "enter", Does: "accept", Do: func() tea.Cmd { return s.accept(false) }}}
	if q.kind() == askURL {
		keys = []Key{s.openKey(q), {Key: "enter", Does: "accept", Do: func() tea.Cmd { return s.accept(false) }}}
	}
	keys = append(keys,
		Key{Key: "D", Does: decline, Do: func() tea.Cmd {
			return s.give(q, q.declined(), past[decline], false)
		}},
		cancel,
		Key{Key: "A", Does: "accept, and alike from now on", Do: func() tea.Cmd { return s.accept(true) }, Rare: true},
		Key{Key: "e", Does: "edit JSON", Do: s.edit},
		Key{Key: "ctrl+s", Does: "save answers", Do: s.save},
		Key{Key: "p", Does: "as the other era has it", Do: func() tea.Cmd { s.other = !s.other; s.preview.stale(); return nil }, Rare: true},
		copyKey(s.room, "the answer", func() string { answer, _ := q.accepted(); return answer.String() }))
	if len(s.queue) > 1 {
		keys = append(keys, Key{Key: ">", Does: "next question", Do: func() tea.Cmd { return s.turn(1) }}, Key{Key: "<", Does: "question before", Do: func() tea.Cmd { return s.turn(-1) }, Rare: true})
	}
	return keys
}

// idleKeys are what can be done while nothing waits.
func (s *pending) idleKeys() []Key {
	none, rules := "", ""
	if len(s.given) == 0 {
		none = "no answer was given yet"
	}
	if len(s.alike) == 0 {
		rules = "nothing is answered by itself"
	}
	return []Key{
		{Key: "ctrl+s", Does: "save answers", Why: none, Do: s.save},
		{Key: "U", Does: "ask again", Why: rules, Do: func() tea.Cmd { s.alike = nil; return s.room.toast(OK, "every question is asked again") }},
	}
}

func (s *pending) turn(by int) tea.Cmd {
	s.at = (s.at + by + len(s.queue)) % len(s.queue)
	s.preview.set(s.lines)
	return nil
}

// openKey opens the address of a question in URL mode, and nothing else does.
func (s *pending) openKey(q *question) Key {
	_, _, why := q.address()
	return Key{Key: "o", Does: "open the page", Why: why, Do: func() tea.Cmd { return s.room.OpenURL(q.params.Get("url").Text()) }}
}

// edit edits the answer in $EDITOR: the form's value, or else the whole answer.
func (s *pending) edit() tea.Cmd {
	q := s.current()
	if f, ok := q.form.(interface{ edit(string) tea.Cmd }); ok && q.kind() == askForm && !q.whole.Exists() {
		return f.edit("")
	}
	answer, _ := q.accepted()
	return s.room.edit("the answer", answer, func(v mcp.Value) {
		q.whole = v
		s.preview.stale()
	})
}

// save writes the answers so far, and the one that stands in the form, to a new
// file for --answer.
func (s *pending) save() tea.Cmd {
	all := slices.Clone(s.given)
	if q := s.current(); q != nil {
		if answer, problems := q.accepted(); len(problems) == 0 {
			all = append(all, given{method: q.method, params: q.params, answer: answer})
		}
	}
	if len(all) == 0 {
		return s.room.toast(Warn, "there is no answer yet that fits")
	}
	return s.room.askSave("the answers", "answers.yaml", func(string) ([]byte, error) { return answersFile(all) })
}
