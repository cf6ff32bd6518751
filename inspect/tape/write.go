package tape

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/redact"
)

// Writer writes a recording. It is safe for concurrent use.
type Writer struct {
	mu       sync.Mutex
	out      io.Writer
	close    func() error
	closed   bool
	secrets  []string
	redact   *redact.Redactor
	sessions map[string]string // session ids by what stands for them
	frames   int
	bytes    int64
}

// Create makes a new recording at path, readable by its owner alone. It never
// overwrites: a file that is there is an error. The secrets are removed from
// everything that is written.
func Create(path string, h Header, secrets ...string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there already, and recordings overwrite nothing: choose another name", path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot begin a recording: %w", err)
	}
	w, err := NewWriter(f, h, secrets...)
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	w.close = f.Close
	return w, nil
}

// NewWriter writes a recording to out, each line with one call of Write.
func NewWriter(out io.Writer, h Header, secrets ...string) (*Writer, error) {
	w := &Writer{out: out, close: func() error { return nil }, sessions: map[string]string{}}
	w.Secret(secrets...)
	h.Schema = Schema
	h.Started = h.Started.UTC()
	h.Target.URL, h.Target.Name = w.redact.URL(h.Target.URL), w.redact.URL(h.Target.Name)
	h.Target.Command = w.command(h.Target.Command)
	first, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("cannot begin a recording: %w", err)
	}
	return w, w.put(append(first, '\n'))
}

// minSecret is how long a secret must be to be looked for in what crosses:
// shorter ones stand everywhere by chance.
const minSecret = 4

// Secret adds secrets that became known meanwhile.
func (w *Writer) Secret(secrets ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	added := false
	for _, s := range secrets {
		if len(s) >= minSecret && len(w.secrets) < 1000 && !slices.Contains(w.secrets, s) {
			w.secrets, added = append(w.secrets, s), true
		}
	}
	if added || w.redact == nil {
		w.redact = redact.New(w.secrets...)
	}
}

// Write appends a frame. What comes after Close is not part of the recording: a
// stream that a client left may still end.
func (w *Writer) Write(f traffic.Frame) error {
	if f.HTTP != nil {
		w.Secret(credentials(f.HTTP.Header)...)
		w.Secret(credentials(f.HTTP.Answer)...)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	short := f.Size - len(f.Data)
	f.Data = w.redact.Bytes(f.Data)
	f.Size = len(f.Data) + short
	if f.HTTP != nil {
		h := *f.HTTP
		h.URL, h.Header, h.Answer = w.redact.URL(h.URL), w.header(h.Header), w.header(h.Answer)
		f.HTTP = &h
	}
	out, err := encode(f)
	if err != nil {
		return err
	}
	w.frames++
	return w.put(out)
}

func (w *Writer) put(line []byte) error {
	n, err := w.out.Write(line)
	w.bytes += int64(n)
	if err != nil {
		return fmt.Errorf("cannot write the recording: %w", err)
	}
	return nil
}

// Written counts the frames and bytes so far.
func (w *Writer) Written() (frames int, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.frames, w.bytes
}

// Close ends the recording.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	return w.close()
}

const sessionHeader = "Mcp-Session-Id"

// header is a header without secrets. A session id, which lets its holder into
// the session, is replaced by a name that tells it from others.
func (w *Writer) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	safe := w.redact.Header(h)
	for i, id := range safe[sessionHeader] {
		name := w.sessions[id]
		if name == "" {
			name = "session-" + strconv.Itoa(len(w.sessions)+1)
			w.sessions[id] = name
		}
		safe[sessionHeader][i] = name
	}
	return safe
}

// credentials are the values of headers that are secret by their name.
func credentials(h http.Header) []string {
	var all []string
	for name, values := range h {
		if !redact.SecretName(name) {
			continue
		}
		for _, v := range values {
			all = append(all, v)
			if _, token, ok := strings.Cut(v, " "); ok {
				all = append(all, token)
			}
		}
	}
	return all
}

// command is a command without what its flags call secret.
func (w *Writer) command(words []string) []string {
	var out []string
	hide := false
	for i, word := range words {
		name, _, joined := strings.Cut(word, "=")
		secret := i > 0 && redact.SecretName(name) && (strings.HasPrefix(name, "-") || joined)
		switch {
		case hide && !strings.HasPrefix(word, "-"):
			word, hide = redact.Mark, false
		case secret && joined:
			word, hide = name+"="+redact.Mark, false
		default:
			hide = secret
		}
		out = append(out, w.redact.URL(word))
	}
	return out
}
