//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// patience bounds one run of one program.
const patience = 2 * time.Minute

// mine is a run of `mcpctl contract test`.
func mine(ctx context.Context, mcpctl string, s subject, calls int) (speed, error) {
	args := []string{mcpctl, "contract", "test", "--revision", "2025-11-25", "--seed", "1", "--calls", strconv.Itoa(calls),
		"--concurrency", strconv.Itoa(inFlight), "--allow-tool", s.tool, "--format", "json"}
	if !s.url {
		args = append(args, "--")
	}
	out, took, err := run(ctx, append(args, s.target...))
	var report struct {
		Millis   int64 `json:"durationMs"`
		Findings []struct{ Check, Verdict, Message string }
	}
	if decoding := json.Unmarshal(out, &report); decoding != nil {
		return speed{}, fmt.Errorf("mcpctl gave no report: %w", errors.Join(err, decoding))
	}
	made := 0
	for _, f := range report.Findings {
		if f.Check == "property/tool/alive" && f.Verdict == "pass" {
			_, err = fmt.Sscanf(f.Message, "held in %d calls", &made)
		}
	}
	if err != nil || made < calls {
		return speed{}, fmt.Errorf("mcpctl made %d of %d calls: %w", made, calls, err)
	}
	return speed{float64(made) * 1000 / float64(max(report.Millis, 1)), float64(made) / took.Seconds()}, nil
}

// load is a run of the inspector's load test.
func load(ctx context.Context, inspector []string, s subject, calls int) (speed, error) {
	args := append(append([]string{}, inspector...), "--cli")
	if s.url {
		args = append(args, "--transport", "http")
	}
	args = append(args, s.target...)
	args = append(args, "--method", "tools/call", "--tool-name", s.tool, "--tool-arg", s.argument+"=x", "--load",
		"--load-requests", strconv.Itoa(calls), "--load-concurrency", strconv.Itoa(inFlight), "--load-duration", "100", "--format", "json")
	out, took, err := run(ctx, args)
	if err != nil {
		return speed{}, err
	}
	var answer struct {
		Result struct {
			OK         int
			Throughput float64
		}
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return speed{}, fmt.Errorf("reading what the inspector says: %w", err)
	}
	if answer.Result.OK < calls {
		return speed{}, fmt.Errorf("the inspector made %d of %d calls", answer.Result.OK, calls)
	}
	return speed{answer.Result.Throughput, float64(calls) / took.Seconds()}, nil
}

func run(ctx context.Context, argv []string) ([]byte, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		tail := stderr.Bytes()
		return out.Bytes(), time.Since(began), fmt.Errorf("running %s: %w: %s", argv[0], err, tail[max(0, len(tail)-500):])
	}
	return out.Bytes(), time.Since(began), nil
}

// serveVar makes this program the server: on standard streams, or on a port.
const serveVar = "MCPCTL_BENCH_SERVE"

func serve(how string) int {
	s := mcptest.New()
	var err error
	if how == "stdio" {
		err = overStdio(s)
	} else {
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+how); err == nil {
			err = (&http.Server{Handler: s.Handler(), ReadHeaderTimeout: time.Minute}).Serve(l)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench server:", err)
		return 1
	}
	return 0
}

func overStdio(s *mcptest.Server) error {
	pipe, err := s.Pipe(context.Background())
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(pipe.Stdin, os.Stdin) // its end is the server's
		_ = pipe.Stdin.Close()
	}()
	if _, err := io.Copy(os.Stdout, pipe.Stdout); err != nil {
		return err
	}
	return pipe.Wait()
}
