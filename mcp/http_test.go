package mcp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const response = `{"jsonrpc":"2.0","id":1,"result":{}}`

// received are the texts that came back for x.
func received(x *Exchange) []string {
	var all []string
	for _, f := range x.Frames() {
		if f.Direction == Received {
			all = append(all, string(f.Data))
		}
	}
	return all
}

// answering is a handler with one fixed answer.
func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestHTTPAnswers(t *testing.T) {
	ping := Request{Method: "ping"}
	note := Request{Method: "notifications/initialized", Notification: true}
	raw := Request{Raw: []byte(`{`)}
	nullError := `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}`
	tests := []struct {
		name                string
		request             Request
		status              int
		contentType, answer string
		reply               bool
		failure             string
	}{
		{"json", ping, 200, "application/json", response, true, ""},
		{"any other type is read too", ping, 200, "text/plain", response, true, ""},
		{"stream", ping, 200, "text/event-stream; charset=utf-8", "data: " + response + "\n\n", true, ""},
		{"stream in capitals", ping, 200, "Text/Event-Stream", "data: " + response + "\n\n", true, ""},
		{"batch", ping, 200, "application/json", "[" + response + "]", true, ""},
		{"id as a string", ping, 200, "application/json", `{"jsonrpc":"2.0","id":"1","result":{}}`, false, ErrNoReply.Error()},
		{"id in other words", ping, 200, "application/json", `{"jsonrpc":"2.0","id":1.0,"result":{}}`, false, ErrNoReply.Error()},
		{"another id", ping, 200, "application/json", `{"jsonrpc":"2.0","id":2,"result":{}}`, false, ErrNoReply.Error()},
		{"member names in another case", ping, 200, "application/json", `{"jsonrpc":"2.0","ID":1,"Result":{}}`, false, ErrNoReply.Error()},
		{"error without id and 200", ping, 200, "application/json", nullError, false, ErrNoReply.Error()},
		{"error without id and 400", ping, 400, "application/json", nullError, true, ""},
		{"error with id and 404", ping, 404, "application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}`, true, ""},
		{"error of another and 400", ping, 400, "application/json", `{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"x"}}`, false, "HTTP status 400"},
		{"error that is none of JSON-RPC", ping, 404, "application/json", `{"error":"not found"}`, false, "HTTP status 404"},
		{"web page", ping, 200, "text/html", "<html>", false, ErrNoReply.Error()},
		{"nothing", ping, 202, "", "", false, ErrNoReply.Error()},
		{"status alone", ping, 503, "", "", false, "HTTP status 503"},
		{"stream without response", ping, 200, "text/event-stream", "data: {}\n\n", false, ErrNoReply.Error()},
		{"stream that ends too early", ping, 200, "text/event-stream", "data: " + response + "\n", false, "within an event"},
		{"notification", note, 202, "", "", false, ""},
		{"notification refused", note, 400, "application/json", nullError, false, ""},
		{"raw", raw, 400, "application/json", nullError, true, ""},
		{"raw, any id", raw, 200, "application/json", `{"jsonrpc":"2.0","id":"x","error":{"code":-32700,"message":"x"}}`, true, ""},
		{"raw with id", Request{Raw: []byte(`{"id":"a"}`), ID: "a"}, 200, "application/json", `{"jsonrpc":"2.0","id":"a","result":{}}`, true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := bare(t, newWebServer(t, answering(test.status, test.contentType, test.answer)), webLimits(patient))
			x := s.Do(t.Context(), test.request)
			assert.Equal(t, test.reply, x.Reply() != nil)
			assert.Equal(t, test.status, x.Status)
			if test.failure == "" {
				assert.NoError(t, x.Err())
			} else {
				assert.ErrorContains(t, x.Err(), test.failure)
			}
			frames := x.Frames()
			require.NotEmpty(t, frames)
			assert.Equal(t, Sent, frames[0].Direction)
			assert.Equal(t, x.Sent, frames[0].Data)
			if !strings.Contains(strings.ToLower(test.contentType), "event-stream") && test.answer != "" {
				assert.Equal(t, []string{test.answer}, received(x), "every byte is kept")
			}
		})
	}
}

func TestStatusErrorTellsTheCode(t *testing.T) {
	s := bare(t, newWebServer(t, answering(404, "", "")), webLimits(patient))
	var status *StatusError
	require.ErrorAs(t, s.Call(t.Context(), "ping", nil).Err(), &status)
	assert.Equal(t, 404, status.Code)
	require.ErrorAs(t, s.Do(t.Context(), Request{HTTPMethod: "GET", Notification: true}).Err(), &status)
	assert.NoError(t, s.Do(t.Context(), Request{HTTPMethod: "DELETE", Notification: true}).Err())
}

func TestEventsBeforeAndAfterTheResponse(t *testing.T) {
	replied, late := make(chan struct{}), make(chan struct{})
	s := bare(t, newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
		writeEvents(w, ": hello\n\nid: 1\nretry: 50\ndata:\n\nid: 2\n\n")
		writeEvents(w, "event: message\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"method\":\"notifications/progress\"}\n\nid: 3\ndata: %s\n\n", response)
		<-replied
		writeEvents(w, "data: {\"jsonrpc\":\"2.0\",\"method\":\"late\"}\n\n")
		close(late)
	}), webLimits(patient))
	x := s.Start(t.Context(), Request{Method: "ping"})
	require.NoError(t, x.Wait(t.Context()))
	require.NotNil(t, x.Reply())
	x.Close()
	close(replied)
	<-late
	_, err := s.Await(t.Context(), func(f Frame) bool { return strings.Contains(string(f.Data), "late") && f.Exchange == x.Seq })
	require.NoError(t, err, "what comes within a moment after the response is kept")

	assert.Equal(t, []string{"", "", "{\"jsonrpc\":\"2.0\",\n\"method\":\"notifications/progress\"}", response, `{"jsonrpc":"2.0","method":"late"}`}, received(x))
	frames := x.Frames()
	assert.Equal(t, &Event{ID: "1", HasID: true, Retry: "50"}, frames[1].Event)
	assert.Equal(t, &Event{ID: "2", HasID: true}, frames[2].Event)
	assert.Equal(t, "message", frames[3].Event.Name)
	assert.Equal(t, ChannelEvent, frames[3].Channel)
}

func TestHTTPAnswersThatDoNotEnd(t *testing.T) {
	tests := map[string]func(w http.ResponseWriter){
		"silence": func(http.ResponseWriter) {},
		"a stream of comments": func(w http.ResponseWriter) {
			for range 1000 {
				writeEvents(w, ": still here\n\n")
			}
		},
		"half a body":          func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"jsonrpc"`); w.(http.Flusher).Flush() },
		"a stream without end": func(w http.ResponseWriter) { writeEvents(w, "data: {}\n\n") },
	}
	for name, begin := range tests {
		t.Run(name, func(t *testing.T) {
			gone := make(chan struct{})
			s := bare(t, newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				<-r.Context().Done()
				close(gone)
			}), webLimits(100*time.Millisecond))
			x := s.Call(t.Context(), "ping", nil)
			require.ErrorIs(t, x.Err(), ErrTimeout)
			select {
			case <-gone:
			case <-time.After(patient):
				t.Fatal("the request is still open after its deadline")
			}
		})
	}
}

// rawServer answers every connection with the given bytes and closes it.
func rawServer(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				answer(conn)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// replying reads a request's first bytes and writes head and body as they are.
func replying(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(conn, text)
	}
}

func TestBrokenHTTP(t *testing.T) {
	tests := []struct {
		name    string
		answer  func(net.Conn)
		failure string
	}{
		{"closes at once", func(net.Conn) {}, ""},
		{"closes after reading", replying(""), "without an answer"},
		{"is no HTTP", replying("SSH-2.0-x\r\n\r\n"), "malformed HTTP"},
		{"claims a longer body", replying("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + response), "broke off after 36 bytes"},
		{"claims a shorter body", replying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + response), ErrNoReply.Error()},
		{"bad chunk", replying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"), "broke off after 0 bytes"},
		{"compresses unasked", replying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"), `content encoding "gzip"`},
		{"header of 1 MB", replying("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n"), "header"},
		{"stream breaks off", replying("HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\n"), "the event stream broke off"},
		{"slow header", func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 64<<10))
			for _, c := range "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 1000) {
				if _, err := conn.Write([]byte{byte(c)}); err != nil {
					return
				}
				time.Sleep(time.Millisecond) // being slow is what this server does
			}
		}, ErrTimeout.Error()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := webLimits(patient)
			if test.failure == ErrTimeout.Error() {
				l.Call = 100 * time.Millisecond
			}
			s, err := Connect(t.Context(), Target{URL: rawServer(t, test.answer)}, Options{Revision: Rev20251125, Limits: l, Bare: true})
			require.NoError(t, err)
			defer s.Close(context.Background())
			x := s.Call(t.Context(), "ping", nil)
			require.ErrorContains(t, x.Err(), test.failure)
			assert.NotContains(t, x.Err().Error(), "\n")
			assert.Nil(t, x.Reply())
		})
	}
}

func TestLargeHeadersAreTaken(t *testing.T) {
	s := bare(t, newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Large", strings.Repeat("x", 100<<10))
		writeResult(w, bodyOf(r), 1)
	}), webLimits(patient))
	x := s.Call(t.Context(), "ping", nil)
	require.NoError(t, x.Err())
	assert.Len(t, x.Header.Get("X-Large"), 100<<10)
}

func TestHTTPBounds(t *testing.T) {
	flood := func(kind, first, again string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, err := io.WriteString(w, first)
			for sent := 0; err == nil && sent < 100<<20; sent += len(again) {
				_, err = io.WriteString(w, again)
			}
		}
	}
	chunk := strings.Repeat("x", 64<<10)
	for name, handler := range map[string]http.HandlerFunc{
		"a body of 100 MB":    flood("application/json", `"`, chunk),
		"an event of 100 MB":  flood("text/event-stream", "data: ", chunk),
		"comments of 100 MB":  flood("text/event-stream", ":", chunk),
		"empty events":        flood("text/event-stream", "", strings.Repeat("\n", 64<<10)),
		"events of 100 MB":    flood("text/event-stream", "", "data: "+chunk+"\n\n"),
		"lines of one event":  flood("text/event-stream", "", strings.Repeat("data: x\n", 8<<10)),
		"small useless parts": flood("text/event-stream", "", strings.Repeat("data: 1\n\n", 8<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			l := webLimits(patient)
			l.Frame, l.Log, l.Frames = 256<<10, 512<<10, 1000
			s := bare(t, newWebServer(t, handler), l)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			x := s.Call(t.Context(), "ping", nil)
			runtime.ReadMemStats(&after)
			require.ErrorIs(t, x.Err(), ErrTooLong)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20), "allocated altogether, kept or not")
			kept := 0
			for _, f := range s.Log().Frames() {
				kept += len(f.Data)
				assert.LessOrEqual(t, len(f.Data), l.Frame)
			}
			assert.LessOrEqual(t, kept, l.Log)
		})
	}
}

func TestHTTPCut(t *testing.T) {
	l := webLimits(patient)
	l.Frame = 50
	s := bare(t, newWebServer(t, answering(200, "application/json", response+strings.Repeat(" ", 100))), l)
	x := s.Call(t.Context(), "ping", nil)
	require.ErrorIs(t, x.Err(), ErrTooLong)
	frames := x.Frames()
	require.Len(t, frames, 2)
	assert.True(t, frames[1].Cut())
	assert.Len(t, frames[1].Data, 50)
	assert.Equal(t, len(response)+100, frames[1].Size)
	assert.Nil(t, x.Reply(), "half a message is no message")
}

func TestListenEndsWithTheStream(t *testing.T) {
	finish := make(chan struct{})
	w := newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
		writeEvents(w, "id: %s-next\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"a\"}\n\n", r.Header.Get("Last-Event-ID"))
		<-finish
	})
	s := bare(t, w, webLimits(patient))
	x := s.Listen(t.Context(), "7")
	<-x.Opened()
	assert.Equal(t, http.StatusOK, x.Status)
	f, err := x.Await(t.Context(), func(f Frame) bool { return true })
	require.NoError(t, err)
	assert.Equal(t, "7-next", f.Event.ID)
	assert.Equal(t, "text/event-stream", w.requests()[0].Header.Get("Accept"))

	given := s.Listen(t.Context(), "")
	<-given.Opened()
	given.Close()
	require.ErrorIs(t, given.Wait(t.Context()), ErrClosed)
	require.NoError(t, x.Err(), "the other stream goes on")

	close(finish)
	require.NoError(t, x.Wait(t.Context()))
}

func TestGoroutinesEndWithTheSession(t *testing.T) {
	for _, kind := range []TransportKind{HTTP, SSE} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					writeEvents(w, "event: endpoint\ndata: /post\n\n")
				}
				<-r.Context().Done()
			})
			base := runtime.NumGoroutine()
			s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: Rev20241105, Transport: kind, Limits: webLimits(patient), Bare: true})
			require.NoError(t, err)
			var open []*Exchange
			for i := range 10 {
				open = append(open, s.Start(t.Context(), Request{Method: fmt.Sprint("m", i)}), s.Listen(t.Context(), ""))
			}
			require.NoError(t, s.Close(context.Background()))
			for _, x := range open {
				require.ErrorIs(t, x.Wait(t.Context()), ErrClosed)
			}
			w.CloseClientConnections()
			deadline := time.Now().Add(patient)
			for runtime.NumGoroutine() > base && time.Now().Before(deadline) {
				time.Sleep(time.Millisecond) // the server's goroutines tell nobody when they end
			}
			assert.LessOrEqual(t, runtime.NumGoroutine(), base)
			require.ErrorIs(t, s.Call(t.Context(), "ping", nil).Err(), ErrClosed)
			require.NoError(t, s.Close(context.Background()))
			_, err = s.Await(t.Context(), func(Frame) bool { return false })
			require.ErrorIs(t, err, ErrClosed)
		})
	}
}
