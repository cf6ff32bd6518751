package mcp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func collect(p *eventParser, pieces ...string) ([]streamEvent, error) {
	var all []streamEvent
	for _, piece := range pieces {
		if err := p.feed([]byte(piece), func(e streamEvent) { all = append(all, e) }); err != nil {
			return all, err
		}
	}
	return all, nil
}

func TestEventParser(t *testing.T) {
	tests := []struct {
		name, stream string
		want         []streamEvent
	}{
		{"one event", "data: hello\n\n", []streamEvent{{Data: []byte("hello"), Size: 5}}},
		{"only one space goes", "data:  hello\n\n", []streamEvent{{Data: []byte(" hello"), Size: 6}}},
		{"no space at all", "data:hello\n\n", []streamEvent{{Data: []byte("hello"), Size: 5}}},
		{"lines are joined", "data: a\ndata: b\n\n", []streamEvent{{Data: []byte("a\nb"), Size: 3}}},
		{"empty lines of data count", "data\ndata\n\n", []streamEvent{{Data: []byte("\n"), Size: 1}}},
		{"empty data is an event", "data:\n\n", []streamEvent{{Data: nil, Size: 0}}},
		{"carriage returns", "data: a\rdata: b\r\rdata: c\r\r", []streamEvent{{Data: []byte("a\nb"), Size: 3}, {Data: []byte("c"), Size: 1}}},
		{"both", "data: a\r\n\r\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"byte order mark", "\xef\xbb\xbfdata: a\n\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"byte order mark before a comment", "\xef\xbb\xbf: x\ndata: a\n\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"a later mark is part of a name", "data: a\n\n\xef\xbb\xbfdata: b\n\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"comments", ": one\n:\ndata: a\n: data: b\n\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"all fields", "event: message\nid: 7\nretry: 30\ndata: a\n\n",
			[]streamEvent{{Event: Event{ID: "7", HasID: true, Name: "message", Retry: "30"}, Data: []byte("a"), Size: 1}}},
		{"fields are per event", "id: 7\ndata: a\n\ndata: b\n\n",
			[]streamEvent{{Event: Event{ID: "7", HasID: true}, Data: []byte("a"), Size: 1}, {Data: []byte("b"), Size: 1}}},
		{"priming event", "id: 1\nretry: 5\n\n", []streamEvent{{Event: Event{ID: "1", HasID: true, Retry: "5"}}}},
		{"empty id", "id\ndata: a\n\n", []streamEvent{{Event: Event{HasID: true}, Data: []byte("a"), Size: 1}}},
		{"id with NUL is ignored", "id: a\x00b\ndata: a\n\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"retry must be digits", "retry: 1s\nretry: -1\nretry:\ndata: a\n\n", []streamEvent{{Data: []byte("a"), Size: 1}}},
		{"unknown fields and cases", "Data: x\ndatum: y\n data: z\n\n", nil},
		{"a name alone is no event", "event: x\n\n", nil},
		{"what is not finished is no event", "data: a\n", nil},
		{"empty lines", "\n\n\r\n\r\r", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := collect(&eventParser{limit: 100}, test.stream)
			require.NoError(t, err)
			require.Len(t, got, len(test.want))
			for i, e := range test.want {
				assert.Equal(t, e.Event, got[i].Event)
				assert.Equal(t, string(e.Data), string(got[i].Data))
				assert.Equal(t, e.Size, got[i].Size)
			}
		})
	}
}

func TestEventParserBounds(t *testing.T) {
	long := strings.Repeat("x", 200)
	for name, stream := range map[string]string{
		"one line":           "data: " + long,
		"many lines":         strings.Repeat("data: xxxx\n", 50),
		"a finished line":    "data: " + long[:101] + "\n\n",
		"an unknown field":   long,
		"a very long id":     "id: " + long,
		"after a good event": "data: a\n\ndata: " + long,
	} {
		t.Run(name, func(t *testing.T) {
			p := &eventParser{limit: 100}
			events, err := collect(p, stream)
			require.ErrorIs(t, err, ErrTooLong)
			last := events[len(events)-1]
			assert.LessOrEqual(t, len(last.Data), 100)
			assert.Equal(t, 101, last.Size)
			more, err := collect(p, "data: a\n\n")
			require.ErrorIs(t, err, ErrTooLong)
			assert.Empty(t, more, "nothing is read past the error")
		})
	}
	events, err := collect(&eventParser{limit: 100}, ": "+strings.Repeat(long, 50), long+"\ndata: "+long[:100]+"\n\n")
	require.NoError(t, err, "comments are not kept, and the limit itself is allowed")
	assert.Len(t, events, 1)
}

func FuzzEventParser(f *testing.F) {
	f.Add("data: a\n\n", 3)
	f.Add("\xef\xbb\xbf: c\r\nid: 1\r\rdata\ndata: x\r\n\r\n", 1)
	f.Add("data: "+strings.Repeat("y", 80)+"\n\n", 7)
	f.Fuzz(func(t *testing.T, stream string, size int) {
		size = max(1, size%16)
		whole, wholeErr := collect(&eventParser{limit: 40}, stream)
		var pieces []string
		for rest := stream; rest != ""; {
			n := min(size, len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		cut, cutErr := collect(&eventParser{limit: 40}, pieces...)
		require.Equal(t, wholeErr, cutErr)
		require.Equal(t, whole, cut)
		for _, e := range whole {
			require.LessOrEqual(t, len(e.Data), 40)
		}
	})
}
