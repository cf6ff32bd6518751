package tape

import (
	"errors"
	"fmt"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// Player is a recorded server: it answers what the recorded client asked as the
// recorded server did. Requests are the same when method and params are, but
// for _meta; of several that are the same each is answered as it was then, and
// the last one again after that. It is safe for concurrent use.
type Player struct {
	tape     *Tape
	script   *script
	revision mcp.Revision
	index    index

	mu      sync.Mutex
	given   map[*turn]int       // how often the first of equal requests was made
	waiting map[string]*playing // turns that wait for an answer of the client's
	early   map[string]bool     // answers that came before they were waited for
	lives   map[*turn]*live     // the latest request of each turn
	queue   [][]byte            // what no channel was open for
	news    map[*outletSSE]bool // the streams that clients have opened by GET
}

// NewPlayer makes a server of a recording.
func NewPlayer(t *Tape) (*Player, error) {
	s, err := scripted(t)
	if err != nil {
		return nil, fmt.Errorf("the recording cannot be played: %w", err)
	}
	if len(s.turns) == 0 {
		return nil, errors.New("the recording cannot be played: the client asked nothing in it")
	}
	s.answerPings(t.Revision())
	return &Player{
		tape: t, script: s, revision: t.Revision(), given: map[*turn]int{}, index: indexed(s.turns), waiting: map[string]*playing{},
		early: map[string]bool{}, lives: map[*turn]*live{}, news: map[*outletSSE]bool{},
	}, nil
}

// outlet is where a turn's messages go. It reports whether they could.
type outlet interface {
	put(piece) bool
	stderr(line []byte)
}

// piece is what is written at once.
type piece struct {
	message []byte
	reply   bool       // the answer to the request, which ends its stream
	event   *mcp.Event // what the recorded stream said beside it
}

// live is the request of a live client that a turn is played for.
type live struct {
	id, token mcp.Value
	out       outlet
}

// playing is a turn on its way.
type playing struct {
	turn *turn
	next int
	live *live
	done chan struct{}
}

// start plays a turn for a message of a live client until it waits or ends.
func (p *Player) start(t *turn, m mcp.Message, out outlet) *playing {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &live{m.ID(), m.Params().Get("_meta", "progressToken"), out}
	p.lives[t] = l
	pl := &playing{turn: t, live: l, done: make(chan struct{})}
	p.run(pl)
	return pl
}

// answered goes on with the turn that waited for the answer to a request of the
// server's.
func (p *Player) answered(id mcp.Value) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := idKey(id)
	pl := p.waiting[k]
	if pl == nil {
		if len(p.early) < 1000 {
			p.early[k] = true
		}
		return
	}
	delete(p.waiting, k)
	p.run(pl)
}

// run plays on until the turn waits or ends.
func (p *Player) run(pl *playing) {
	for pl.next < len(pl.turn.sends) {
		s := pl.turn.sends[pl.next]
		pl.next++
		switch {
		case s.stderr != nil:
			pl.live.out.stderr(s.stderr)
		case s.await != "":
			if p.early[s.await] {
				delete(p.early, s.await)
				continue
			}
			p.waiting[s.await] = pl
			return
		default:
			p.send(pl, s)
		}
	}
	close(pl.done)
}

// send writes one message as the live client has to see it.
func (p *Player) send(pl *playing, s send) {
	m, reply := s.message, false
	if m.MessageKind() == mcp.RequestMessage {
		delete(p.early, idKey(m.ID()))
	}
	to := pl.live
	if s.via != nil {
		to = p.lives[s.via]
		if to == nil { // nobody asked for it this time
			return
		}
		v, ok := addressed(m, to)
		if !ok {
			return
		}
		m, reply = mcp.Message{Value: v}, m.MessageKind() == mcp.ResponseMessage
	}
	if s.via != nil && to.out.put(piece{m.Raw(), reply, s.event}) || m.Raw() == nil {
		return
	}
	p.tell(pl, m.Raw())
}

// addressed is a message with the names of the live request in it; not ok when
// the live client did not ask for such messages.
func addressed(m mcp.Message, to *live) (mcp.Value, bool) {
	v := m.Value
	if m.MessageKind() == mcp.ResponseMessage {
		if v.Has("id") {
			v = replaced(v, to.id, "id")
		}
		return replaced(v, to.id, "result", "_meta", mcp.MetaSubscriptionID), true
	}
	if m.Method() == "notifications/progress" {
		if !to.token.Exists() {
			return v, false
		}
		v = replaced(v, to.token, "params", "progressToken")
	}
	return replaced(v, to.id, "params", "_meta", mcp.MetaSubscriptionID), true
}

// maxQueue bounds what waits for a stream to be opened.
const maxQueue = 1000

// tell writes what belongs to no request.
func (p *Player) tell(pl *playing, raw []byte) {
	if _, http := pl.live.out.(interface{ http() }); !http {
		pl.live.out.put(piece{message: raw})
		return
	}
	for o := range p.news {
		if o.put(piece{message: raw}) {
			return
		}
	}
	if len(p.queue) < maxQueue {
		p.queue = append(p.queue, raw)
	}
}
