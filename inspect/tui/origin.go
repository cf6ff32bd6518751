package tui

import (
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// origin is the server that a connection is with, as it was when that began:
// what crossed stays its own when another server takes its place.
type origin struct {
	target mcp.Target
	key    string // of the list that it was chosen from, "" for the command line's
	config string // the file that commands have to be told to find it by name
}

func (r *Room) origin() *origin {
	return &origin{r.options.Target, r.key, r.options.Config}
}

// name tells servers apart.
func (o *origin) name() string { return shortened(o.target.Name, 40) }

// of is the origin of a session, nil when it is not known.
func (c *crossings) of(session int) *origin {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.origins[session]
}

// visited counts the servers that there were connections with.
func (r *Room) visited() int { return len(r.servers) }

// serverOf is what the server of a session is called, "" when that is not known.
func (r *Room) serverOf(session int) string {
	if o := r.wires.of(session); o != nil {
		return o.name()
	}
	return ""
}

// exporting is what exports of an entry need to know of its server.
func (r *Room) exporting(e traffic.Entry) traffic.Exporting {
	o := r.wires.of(e.Session)
	if o == nil {
		o = r.origin()
	}
	t := o.target
	x := traffic.Exporting{Target: t.Name, Config: o.config, Command: t.Command, URL: t.URL, Header: t.Header, Redact: redact.New()}
	if o.key == "" && len(t.Command) > 0 && t.Name == t.Command[0] {
		x.Target = "" // a command on the command line has no name
	}
	return x
}
