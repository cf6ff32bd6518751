package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/doctor"
)

// watch keeps sessions with the servers and prints a line for each change, until
// it is stopped or --for is over.
func (v *doctorVisit) watch(ctx context.Context, o doctor.Options) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if v.flags.duration > 0 {
		watching, stop = context.WithTimeout(ctx, v.flags.duration)
		defer stop()
	}
	var broken error
	w := doctor.NewWatcher(v.found.Servers, doctor.WatchOptions{Options: o, Every: v.flags.every, Tell: func(c doctor.Change) {
		if err := v.change(c); err != nil && broken == nil {
			broken = &Error{Code: ExitEnvironment, Err: fmt.Errorf("printing a change: %w", err)}
			stop()
		}
	}})
	if len(w.Health()) == 0 {
		return usagef("there is no server to watch").hinted("mcpctl doctor --dry-run lists all that are configured.")
	}
	end, err := v.serveMetrics(watching, w)
	if err != nil {
		return err
	}
	w.Run(watching)
	well := v.flags.duration > 0 && ctx.Err() == nil && broken == nil
	end()
	switch {
	case broken != nil:
		return broken
	case ctx.Err() != nil:
		return ctx.Err()
	case well && !w.Well():
		return exit(ExitFindings)
	}
	return nil
}

// change prints a change: a line, or with --format json an object a line.
func (v *doctorVisit) change(c doctor.Change) error {
	if v.flags.format == "json" {
		line, err := json.Marshal(struct {
			Schema string        `json:"schema"`
			At     time.Time     `json:"at"`
			Name   string        `json:"name"`
			Client string        `json:"client"`
			State  doctor.State  `json:"state"`
			What   string        `json:"what"`
			Mend   string        `json:"mend,omitempty"`
			Again  doctor.Millis `json:"againMs,omitempty"`
		}{"mcpctl.doctor-change/v1", c.At.UTC(), c.Name, c.Client, c.State, c.What, c.Mend, doctor.Millis(c.Again)})
		if err == nil {
			_, err = v.app.Out.Write(append(inspect.SafeJSON(line), '\n'))
		}
		return err
	}
	t := verifyText{app: v.app, color: v.app.color(v.flags.color, v.app.OutTTY)}
	status := map[doctor.State]doctor.Status{doctor.Ready: doctor.OK, doctor.Slow: doctor.Warn, doctor.Lost: doctor.Fail, doctor.Failed: doctor.Fail}[c.State]
	mark, color := signOf(status)
	what := c.What
	if c.Again > 0 {
		what += "; again in " + c.Again.Round(100*time.Millisecond).String()
	}
	if c.Mend != "" {
		what += ". " + c.Mend
	}
	_, err := fmt.Fprintf(v.app.Out, "%s  %s %s  %s  %s\n", t.in(verifyDim, c.At.Format(time.TimeOnly)), t.in(color, mark),
		padded(string(c.State), len(doctor.Unasked)), t.in(verifyBold, padded(v.app.safe(c.Name), v.nameWidth())), t.safe(what))
	return err
}

// nameWidth is the width of the longest name.
func (v *doctorVisit) nameWidth() int {
	width := 0
	for _, s := range v.found.Servers {
		width = max(width, columnsOf(v.app.safe(s.Name)))
	}
	return min(width, 30)
}

// serveMetrics serves metrics until ctx ends, to this machine alone. end waits
// until that is over.
func (v *doctorVisit) serveMetrics(ctx context.Context, w *doctor.Watcher) (end func(), err error) {
	if v.flags.metrics == "" {
		return func() {}, nil
	}
	listener, err := loopbackListener(ctx, v.flags.metrics)
	if err != nil {
		return nil, err
	}
	site := &http.Server{Handler: metricsHandler(w), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = site.Serve(listener) // it ends when it is closed, and says so
	}()
	if !v.flags.quiet {
		fmt.Fprintf(v.app.Err, "metrics at http://%s/metrics\n", listener.Addr())
	}
	return func() {
		_ = site.Close() // whoever is still reading has nothing to lose
		<-done
	}, nil
}

// loopbackListener listens at an address of this machine.
func loopbackListener(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usagef("--metrics %q is no address", address).hinted("Write it like 127.0.0.1:9464.")
	}
	if !thisMachine(host) {
		return nil, usagef("--metrics %q is not an address of this machine alone", address).hinted("Write it like 127.0.0.1:9464: the metrics are not protected.")
	}
	if host == "localhost" { // whatever else that name may lead to
		address = "127.0.0.1" + strings.TrimPrefix(address, host)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, (&Error{Code: ExitEnvironment, Err: fmt.Errorf("listening at %s: %w", address, err)}).hinted("Choose another port, or 0 for any that is free.")
	}
	return l, nil
}

func thisMachine(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// metricsHandler answers whoever asks for this machine by name: a page that made
// its own name lead here learns nothing.
func metricsHandler(w *doctor.Watcher) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		switch {
		case !thisMachine(strings.Trim(host, "[]")):
			http.Error(out, "this host is not served", http.StatusForbidden)
		case r.URL.Path != "/metrics":
			http.Error(out, "metrics are at /metrics", http.StatusNotFound)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			http.Error(out, "only GET is served", http.StatusMethodNotAllowed)
		default:
			var text bytes.Buffer
			err := w.WriteMetrics(&text)
			out.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			_, e := out.Write(text.Bytes())
			_ = errors.Join(err, e) // who asked has gone away
		}
	})
}
