package realauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Browser goes to the page of consent as a user's browser does, and on to where
// it is sent back.
func Browser(ctx context.Context, address string) error {
	back, err := Consent(ctx, address)
	if err != nil {
		return err
	}
	response, err := visit(ctx, back)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the callback answers with HTTP status %d", response.StatusCode)
	}
	return nil
}

// Consent goes to the page of consent, and answers where the browser is sent
// back to.
func Consent(ctx context.Context, address string) (string, error) {
	response, err := visit(ctx, address)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	back := response.Header.Get("Location")
	if response.StatusCode != http.StatusFound || back == "" {
		return "", errors.New("the page of consent does not send the browser back")
	}
	return back, nil
}

func visit(ctx context.Context, address string) (*http.Response, error) {
	c := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}
