package mcp

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lineRead is one answer of lines.next.
type lineRead struct {
	Text string
	Size int
}

// readLines reads all lines and returns them with what ended them.
func readLines(r io.Reader, limit int) (all []lineRead, err error) {
	in := newLines(r, limit, func() {})
	for {
		line, size, err := in.next()
		if size > 0 || err == nil {
			all = append(all, lineRead{string(line), size})
		}
		if err != nil {
			return all, err
		}
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("y", 200<<10)
	tests := map[string]struct {
		stream string
		limit  int
		want   []lineRead
		err    error
	}{
		"nothing":                {stream: "", limit: 10, err: io.EOF},
		"two":                    {stream: "a\nbc\n", limit: 10, want: []lineRead{{"a", 1}, {"bc", 2}}, err: io.EOF},
		"carriage returns stay":  {stream: "a\r\n\r\n", limit: 10, want: []lineRead{{"a\r", 2}, {"\r", 1}}, err: io.EOF},
		"blank":                  {stream: "\n\na\n", limit: 10, want: []lineRead{{"", 0}, {"", 0}, {"a", 1}}, err: io.EOF},
		"unfinished":             {stream: "a\nbc", limit: 10, want: []lineRead{{"a", 1}, {"bc", 2}}, err: io.EOF},
		"just within the limit":  {stream: "abcd\n", limit: 4, want: []lineRead{{"abcd", 4}}, err: io.EOF},
		"just past it":           {stream: "abcde\nf\n", limit: 4, want: []lineRead{{"abcd", 5}}, err: ErrTooLong},
		"past it without an end": {stream: "abcdefgh", limit: 4, want: []lineRead{{"abcd", 8}}, err: ErrTooLong},
		"counted up to a bound":  {stream: strings.Repeat("z", 1000), limit: 4, want: []lineRead{{"zzzz", 64}}, err: ErrTooLong},
		"past the buffer":        {stream: long + "\n", limit: 1 << 20, want: []lineRead{{long, len(long)}}, err: io.EOF},
		"only the head is kept":  {stream: long + "\n", limit: 100 << 10, want: []lineRead{{long[:headBytes], len(long)}}, err: ErrTooLong},
		"too much in all":        {stream: strings.Repeat("a\n", 100), limit: 1, want: repeat(lineRead{"a", 1}, 33), err: ErrTooLong},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":      strings.NewReader(test.stream),
				"byte by byte": iotest.OneByteReader(strings.NewReader(test.stream)),
				"data and end": iotest.DataErrReader(strings.NewReader(test.stream)),
			} {
				got, err := readLines(r, test.limit)
				assert.Equal(t, test.want, got, how)
				assert.ErrorIs(t, err, test.err, how)
			}
		})
	}
}

func repeat(one lineRead, n int) (all []lineRead) {
	for range n {
		all = append(all, one)
	}
	return all
}

func TestLinesTellOfALongLineOnce(t *testing.T) {
	told := 0
	in := newLines(strings.NewReader(strings.Repeat("x", 100)+"\n"), 10, func() { told++ })
	_, size, err := in.next()
	assert.ErrorIs(t, err, ErrTooLong)
	assert.Equal(t, 100, size)
	assert.Equal(t, 1, told)
}

func TestLinesKeepLittleOfALongLine(t *testing.T) {
	const limit = 1 << 20
	before := allocated()
	in := newLines(io.LimitReader(endless{}, 100<<20), limit, func() {})
	line, size, err := in.next()
	require.ErrorIs(t, err, ErrTooLong)
	assert.Equal(t, countFactor*limit, size)
	assert.Equal(t, headBytes, cap(line), "the head has memory of its own")
	assert.Less(t, allocated()-before, uint64(8*limit))
}

// TestLinesTakeTimeInProportion compares one line of 16 MB with as many bytes
// in short lines: reading again what was read would cost hundreds of times as
// much.
func TestLinesTakeTimeInProportion(t *testing.T) {
	measure := func(stream []byte) time.Duration {
		began := time.Now()
		_, err := readLines(bytes.NewReader(stream), 1<<30)
		require.ErrorIs(t, err, io.EOF)
		return time.Since(began)
	}
	short := measure(bytes.Repeat([]byte(strings.Repeat("x", 1023)+"\n"), 16<<10))
	long := measure(bytes.Repeat([]byte("x"), 16<<20))
	assert.Less(t, long, 50*short+time.Second)
}

// endless never stops writing x.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// allocated is what the program has allocated so far, freed or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// chunks reads a stream in pieces of the given sizes, over and over.
type chunks struct {
	stream, sizes []byte
	turn          int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.stream) == 0 {
		return 0, io.EOF
	}
	n := 1
	if len(c.sizes) > 0 {
		n += int(c.sizes[c.turn%len(c.sizes)])
		c.turn++
	}
	n = copy(p, c.stream[:min(n, len(c.stream))])
	c.stream = c.stream[n:]
	return n, nil
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("{}\n\r\n[1]\r\n"), []byte{0}, 100)
	f.Add([]byte("\n\n\nabc"), []byte{1, 0, 7}, 2)
	f.Add(bytes.Repeat([]byte("abcdefghi\n"), 50), []byte{3, 250}, 9)
	f.Fuzz(func(t *testing.T, stream, sizes []byte, limit int) {
		limit = 1 + (limit&0xffff)%4096
		whole, wholeErr := readLines(bytes.NewReader(stream), limit)
		pieces, piecesErr := readLines(&chunks{stream: stream, sizes: sizes}, limit)
		require.Equal(t, whole, pieces)
		require.Equal(t, wholeErr, piecesErr)
		if errors.Is(wholeErr, io.EOF) {
			var text []string
			for _, line := range whole {
				require.Len(t, line.Text, line.Size)
				text = append(text, line.Text)
			}
			require.Equal(t, strings.TrimSuffix(string(stream), "\n"), strings.Join(text, "\n"))
		}
	})
}
