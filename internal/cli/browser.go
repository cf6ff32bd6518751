package cli

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"runtime"
	"time"
)

// browserTime is how long the program that opens pages is watched for failing. It
// may be the browser itself, and run on.
const browserTime = 2 * time.Second

// visitPage shows where to consent, and opens it if the user asks for that.
func (a *app) visitPage(ctx context.Context, p prompter, address string, f signInFlags) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return usagef("%q is no page to open", address)
	}
	fmt.Fprintf(a.Err, "Consent at %s in your browser, at this address:\n\n%s\n\n", a.safe(u.Host), a.safe(u.String()))
	open := func() {
		if err := openPage(ctx, u); err != nil {
			a.explain(err) // the user can still open it by hand
		}
	}
	if f.browser {
		open()
		return nil
	}
	if f.noBrowser || f.paste || !a.InTTY || !a.ErrTTY {
		return nil
	}
	fmt.Fprintln(a.Err, "Press Enter to open it.")
	go func() {
		select {
		case _, more := <-p.lines:
			if !more {
				return
			}
		case <-ctx.Done():
			return
		}
		open()
	}()
	return nil
}

// openPage opens a page in the user's browser: as an argument of the system's own
// program, which no shell sees.
func openPage(ctx context.Context, u *url.URL) error {
	argv := []string{"xdg-open", u.String()}
	switch runtime.GOOS {
	case "darwin":
		argv[0] = "open"
	case "windows":
		argv = []string{"rundll32", "url.dll,FileProtocolHandler", u.String()}
	}
	failed := func(err error) error {
		return (&Error{Code: ExitEnvironment, Err: fmt.Errorf("opening the browser with %s: %w", argv[0], err)}).hinted("Open the address yourself.")
	}
	opener := exec.Command(argv[0], argv[1:]...) // #nosec G204 -- an http(s) address
	if err := opener.Start(); err != nil {
		return failed(err)
	}
	done := make(chan error, 1)
	go func() { done <- opener.Wait() }()
	timer := time.NewTimer(browserTime)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil {
			return failed(err)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}
