package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/desk"
)

// demoPublish signs the release, publishes it at a registry of its own, and
// proves it as a user would; then the same proof refuses a copy in which one byte
// has changed.
func (a *app) demoPublish(ctx context.Context, r *demoRelease, command []string) error {
	registry, stop, err := demoRegistry(ctx, r.path("registry"))
	if err != nil {
		return err
	}
	defer stop()
	began := time.Now()
	if _, err := r.run(ctx, "publish", r.dir, "--registry", registry, "--auth", "none", "--yes", "--quiet",
		"--key", r.path("key.pem"), "--artifact", "mcpb="+r.path(demoName+".mcpb"),
		"--sbom-file", r.path("sbom.cdx.json"), "--report-file", r.path("report.json"), "--surface-file", r.path("surface.json")); err != nil {
		return err
	}
	a.step("publish", began, "%s %s, signed, at a registry on this machine", demoEntry, demoVersion)

	began = time.Now()
	verify := append([]string{"verify", demoEntry, "--registry", registry, "--key", r.path("key.pub"),
		"--require", "sbom,conformance,surface", "--format", "json", "--"}, command...)
	proof, err := demoSaid[demoProof](r.run(ctx, verify...))
	if err != nil {
		return err
	}
	a.step("verify", began, "%s hold: who signed, entry, bundle, SBOM, judgement, the running server's tools", counted(proof.count("pass"), "check"))

	began = time.Now()
	r.bundle = bytes.Clone(r.bundle)
	r.bundle[len(r.bundle)/2] ^= 1 // whoever can replace the release's asset
	proof, err = demoSaid[demoProof](r.run(ctx, verify[:len(verify)-len(command)-1]...))
	var failed exit
	if !errors.As(err, &failed) || failed != ExitFindings || proof.count("fail") == 0 {
		return &Error{Code: ExitFindings, Err: errors.New("a bundle with one byte changed was not refused"), Hint: "This is a defect of mcpctl: please report it."}
	}
	wrong := proof.Checks[slices.IndexFunc(proof.Checks, func(c demoCheck) bool { return c.Verdict == "fail" })]
	a.step("tamper", began, "one byte of the bundle changed: refused [%s]", wrong.Code)
	return nil
}

// demoProof is what the demo reads of `verify --format json`.
type demoProof struct {
	Checks []demoCheck `json:"checks"`
}

type demoCheck struct {
	Verdict string `json:"verdict"`
	Code    string `json:"code"`
}

func (p demoProof) count(verdict string) (n int) {
	for _, c := range p.Checks {
		if c.Verdict == verdict {
			n++
		}
	}
	return n
}

// demoSaid reads what a command has printed as JSON. Its error stays: a command
// that found something has printed it nevertheless.
func demoSaid[T any](out []byte, failed error) (T, error) {
	var said T
	if err := json.Unmarshal(out, &said); err != nil && failed == nil {
		return said, fmt.Errorf("reading what mcpctl itself has printed: %w", err)
	}
	return said, failed
}

// run runs another command of mcpctl and answers what it printed.
func (r *demoRelease) run(ctx context.Context, args ...string) ([]byte, error) {
	var out, said bytes.Buffer
	inner := &app{
		Streams: Streams{In: strings.NewReader(""), Out: &out, Err: &said, Getenv: r.app.Getenv, Width: r.app.Width},
		redact:  r.app.redact,
		web:     &http.Client{Transport: demoHost{r}},
	}
	root := inner.root()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&said)
	err := root.ExecuteContext(ctx)
	var silent exit
	if err != nil && !errors.As(err, &silent) {
		err = fmt.Errorf("mcpctl %s: %w", args[0], err)
	} else if err != nil {
		err = fmt.Errorf("mcpctl %s ended with %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), err
}

// demoHost plays the host of the release's assets: one address, and no network.
type demoHost struct{ release *demoRelease }

// RoundTrip answers the bundle, as it is at that moment.
func (h demoHost) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.String() != demoAddress {
		return nil, fmt.Errorf("the demo asks nobody for %s", q.URL)
	}
	body := h.release.bundle
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: q,
		Header: http.Header{"Content-Type": {"application/octet-stream"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// demoRegistry serves a registry from a folder until stop is called.
func demoRegistry(ctx context.Context, dir string) (address string, stop func(), err error) {
	listener, err := desk.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	store, err := desk.Create(filepath.Clean(dir))
	if err != nil {
		_ = listener.Close() // it served nobody
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = desk.Serve(ctx, listener, desk.Handler(store, desk.Options{Version: version()})) // whoever asks it will say what is wrong
	}()
	return "http://" + listener.Addr().String(), func() {
		cancel()
		<-ended
		_ = store.Close() // a temporary folder
	}, nil
}
