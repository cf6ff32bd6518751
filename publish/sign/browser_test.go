//go:build unix

package sign_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// browser is a person who opens the address that she is told.
type browser struct {
	t       *testing.T
	first   func(callback string)        // what happens at the callback before
	instead func(callback, state string) // what happens instead of opening it
}

var told = regexp.MustCompile(`https?://\S+`)

func (b *browser) Write(p []byte) (int, error) {
	address, err := url.Parse(told.FindString(string(p)))
	if !assert.NoError(b.t, err) {
		return 0, err
	}
	callback, state := address.Query().Get("redirect_uri"), address.Query().Get("state")
	go func() {
		if b.first != nil {
			b.first(callback)
		}
		if b.instead != nil {
			b.instead(callback, state)
			return
		}
		code, err := fetch(b.t, address.String())
		assert.NoError(b.t, err)
		assert.Equal(b.t, http.StatusOK, code)
	}()
	return len(p), nil
}
