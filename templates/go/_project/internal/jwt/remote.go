package jwt

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

const (
	maxKeys = 1 << 20 // bytes of a key set
	// pause is the least time between two fetches: tokens with made-up key ids
	// must not make the server hammer its identity provider.
	pause = 30 * time.Second
)

// remote is a key set published at a URL. It is fetched when first needed, when
// it is old, and when a token names a key that it does not hold, as it does
// after the provider has rotated its keys.
type remote struct {
	url    string
	keep   time.Duration
	client *http.Client
	now    func() time.Time

	mu    sync.Mutex // held while fetching: others wait for the same answer
	set   jwk.Set
	got   time.Time // when set was fetched
	tried time.Time // when a fetch was last begun
	err   error     // how that ended
}

func (r *remote) keys(ctx context.Context, id string) (jwk.Set, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	fresh := r.set != nil && now.Sub(r.got) < r.keep
	if fresh && (id == "" || r.has(id)) {
		return r.set, nil
	}
	if r.tried.IsZero() || now.Sub(r.tried) >= pause {
		r.tried = now
		// One caller's hurry must not spoil the fetch for those who wait.
		set, err := r.fetch(context.WithoutCancel(ctx))
		if r.err = err; err == nil {
			r.set, r.got = set, now
		}
	}
	// While the provider is down, the keys of before remain good.
	if r.set != nil {
		return r.set, nil
	}
	return nil, fmt.Errorf("the keys of the identity provider are out of reach: %w", r.err)
}

func (r *remote) has(id string) bool {
	_, ok := r.set.LookupKeyID(id)
	return ok
}

func (r *remote) fetch(ctx context.Context) (jwk.Set, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxKeys))
	if err != nil {
		return nil, err
	}
	return jwk.Parse(data)
}
