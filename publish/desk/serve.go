package desk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Listen listens at an address of this machine, HOST:PORT; port 0 is any that is
// free. The refusals are not-loopback and address-taken.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	doing := "listening at " + address
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "address-unreadable", Doing: doing, Err: err, Mend: "Give an address like 127.0.0.1:8080."}
	}
	if !IsLoopback(host) {
		return nil, foreign(doing)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "address-taken", Doing: doing, Err: err, Mend: "Choose another port, or 0 for any that is free."}
	}
	// A name may lead anywhere: what counts is where it led.
	if !onLoopback(l) {
		return nil, errors.Join(foreign(doing), l.Close())
	}
	return l, nil
}

func foreign(doing string) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "not-loopback", Doing: doing,
		Why:  "others would reach it there, and it lets everybody publish who reaches it",
		Mend: "Choose an address of this machine, like 127.0.0.1:8080."}
}

func onLoopback(l net.Listener) bool {
	a, ok := l.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// Serve serves until the context ends, and lets requests finish that are under
// way then. It closes the listener, which has to be one of this machine.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	if !onLoopback(l) {
		return errors.Join(foreign("serving at "+l.Addr().String()), l.Close())
	}
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving at %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	// The context has ended, and what is under way may take a moment still.
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(finish); err != nil {
		return errors.Join(fmt.Errorf("stopping the registry: %w", err), server.Close())
	}
	return nil
}
