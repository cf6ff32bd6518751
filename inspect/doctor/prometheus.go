package doctor

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/term"
)

// metric is one family of the text format of Prometheus (version 0.0.4).
type metric struct {
	name, kind, help string
	samples          []sample
}

type sample struct {
	suffix string
	labels []string // name, value, name, value …
	value  float64
}

func (m *metric) add(value float64, labels ...string) {
	m.samples = append(m.samples, sample{labels: labels, value: value})
}

func seconds(d time.Duration) float64 { return d.Seconds() }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// WritePrometheus writes diagnoses as metrics.
func WritePrometheus(w io.Writer, all []Diagnosis) error {
	up := metric{name: "mcpctl_server_up", kind: "gauge", help: "Whether a session could be opened."}
	step := metric{name: "mcpctl_server_step", kind: "gauge", help: "The status of each step of the examination."}
	first := metric{name: "mcpctl_server_first_answer_seconds", kind: "gauge", help: "Time from starting or connecting to the first answer."}
	ping := metric{name: "mcpctl_server_ping_seconds", kind: "gauge", help: "Median time of the pings."}
	offers := metric{name: "mcpctl_server_offers", kind: "gauge", help: "How many entries the server lists."}
	info := metric{name: "mcpctl_server_info", kind: "gauge", help: "What the server says of itself."}
	for _, d := range all {
		own := []string{"server", d.Name, "client", d.Client, "file", d.File}
		with := func(more ...string) []string { return append(own[:len(own):len(own)], more...) }
		shaken, _ := d.Step(StepHandshake)
		up.add(truth(shaken.Status == OK || shaken.Status == Warn), own...)
		for _, s := range d.Steps {
			step.add(1, with("step", s.Name, "status", string(s.Status))...)
		}
		if l := d.Latency; l != nil {
			first.add(seconds(time.Duration(l.First)), own...)
			ping.add(seconds(time.Duration(l.P50)), own...)
		}
		offered(&offers, d.Offers, with)
		described(&info, d.Server, string(d.Transport), string(d.Revision), with)
	}
	return write(w, up, step, first, ping, offers, info)
}

// WriteMetrics writes how the watched servers are as metrics.
func (w *Watcher) WriteMetrics(to io.Writer) error {
	up := metric{name: "mcpctl_server_up", kind: "gauge", help: "Whether a session is open and was answered in."}
	state := metric{name: "mcpctl_server_state", kind: "gauge", help: "The state that the server is in."}
	since := metric{name: "mcpctl_server_state_since_seconds", kind: "gauge", help: "When the server came into its state, as Unix time."}
	attempts := metric{name: "mcpctl_server_connect_attempts_total", kind: "counter", help: "How often it was tried to open a session."}
	connects := metric{name: "mcpctl_server_connects_total", kind: "counter", help: "How often a session was opened."}
	failures := metric{name: "mcpctl_server_failures_total", kind: "counter", help: "How often a session failed to open or was lost."}
	missed := metric{name: "mcpctl_server_pings_missed_total", kind: "counter", help: "How many pings were not answered."}
	ping := metric{name: "mcpctl_server_ping_seconds", kind: "summary", help: "Time of answered pings; quantiles of the last 200."}
	offers := metric{name: "mcpctl_server_offers", kind: "gauge", help: "How many entries the server lists."}
	info := metric{name: "mcpctl_server_info", kind: "gauge", help: "What the server says of itself."}
	for _, h := range w.Health() {
		own := []string{"server", h.Name, "client", h.Client, "file", h.File}
		with := func(more ...string) []string { return append(own[:len(own):len(own)], more...) }
		if h.State != Unasked { // which is neither up nor down
			up.add(truth(h.State == Ready), own...)
		}
		state.add(1, with("state", string(h.State))...)
		if !h.Since.IsZero() {
			since.add(float64(h.Since.UnixMilli())/1000, own...)
		}
		attempts.add(float64(h.Attempts), own...)
		connects.add(float64(h.Connects), own...)
		failures.add(float64(h.Failures), own...)
		missed.add(float64(h.Missed), own...)
		if len(h.times) > 0 {
			ping.add(seconds(h.Percentile(0.5)), with("quantile", "0.5")...)
			ping.add(seconds(h.Percentile(0.95)), with("quantile", "0.95")...)
		}
		ping.samples = append(ping.samples, sample{"_sum", own, seconds(h.PingTime)}, sample{"_count", own, float64(h.Pings - h.Missed)})
		offered(&offers, h.Offers, with)
		described(&info, h.Server, string(h.Transport), string(h.Revision), with)
	}
	return write(to, up, state, since, attempts, connects, failures, missed, ping, offers, info)
}

func offered(m *metric, o *Offers, with func(...string) []string) {
	if o == nil {
		return
	}
	for _, kind := range []struct {
		name string
		n    *int
	}{{"tools", o.Tools}, {"resources", o.Resources}, {"prompts", o.Prompts}} {
		if kind.n != nil {
			m.add(float64(*kind.n), with("kind", kind.name)...)
		}
	}
}

func described(m *metric, i *Identity, transport, revision string, with func(...string) []string) {
	if i != nil {
		m.add(1, with("name", i.Name, "version", i.Version, "transport", transport, "revision", revision)...)
	}
}

// write writes the families that have samples.
func write(w io.Writer, all ...metric) error {
	var out bytes.Buffer
	for _, m := range all {
		if len(m.samples) == 0 {
			continue
		}
		out.WriteString("# HELP " + m.name + " " + m.help + "\n# TYPE " + m.name + " " + m.kind + "\n")
		for _, s := range m.samples {
			out.WriteString(m.name + s.suffix + "{")
			for i := 0; i < len(s.labels); i += 2 {
				if i > 0 {
					out.WriteByte(',')
				}
				out.WriteString(s.labels[i] + `="` + label(s.labels[i+1]) + `"`)
			}
			out.WriteString("} " + strconv.FormatFloat(s.value, 'g', -1, 64) + "\n")
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// label is a value as it stands between the quotation marks. A server may have
// chosen it, and metrics are also looked at in terminals.
func label(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(term.SafeLine(value))
}
