package mcp

import (
	"context"
	"net/http"
)

// maxAuthorize is how often one exchange is repeated because its target's
// Authorizer has got other credentials meanwhile.
const maxAuthorize = 3

// Authorizer gives the Authorization header of a target's HTTP requests, and is
// told when the server refuses one. It is safe for concurrent use. A header that
// the target or an exchange sets or takes away itself goes before, and its
// refusals are not told, unless its value is the Authorizer's own.
type Authorizer interface {
	// Authorization is the value to send, "" for none.
	Authorization(ctx context.Context) (string, error)
	// Refused is told that a request with the value sent was answered with 401
	// or 403, and answers whether it is worth repeating. Its error becomes that
	// of the exchange, as an *AuthorizeError.
	Refused(ctx context.Context, sent string, status int, header http.Header) (again bool, err error)
}

// AuthorizeError is why a target's Authorizer has no credentials to offer that
// the server takes.
type AuthorizeError struct{ Err error }

// Error is the reason.
func (e *AuthorizeError) Error() string { return e.Err.Error() }

// Unwrap gives the Authorizer's own error.
func (e *AuthorizeError) Unwrap() error { return e.Err }

// authorize puts what the Authorizer gives into a request; told says whether
// the Authorizer is to hear of its refusal.
func (c *httpClient) authorize(ctx context.Context, request *http.Request, x *Exchange) (sent string, told bool, err error) {
	const name = "Authorization"
	if c.authorizer == nil {
		return "", false, nil
	}
	for own := range x.Request.Header {
		if http.CanonicalHeaderKey(own) == name {
			return "", false, nil
		}
	}
	sent, err = c.authorizer.Authorization(ctx)
	if err != nil {
		return "", false, &AuthorizeError{Err: err}
	}
	switch given := request.Header.Get(name); {
	case given != "":
		return sent, given == sent, nil
	case sent != "":
		request.Header.Set(name, sent)
	}
	return sent, true, nil
}

// refused asks the Authorizer whether a request that was answered with 401 or
// 403 is worth repeating.
func (c *httpClient) refused(ctx context.Context, sent string, response *http.Response) (again bool, err error) {
	if response.StatusCode != http.StatusUnauthorized && response.StatusCode != http.StatusForbidden {
		return false, nil
	}
	again, err = c.authorizer.Refused(ctx, sent, response.StatusCode, response.Header)
	if err != nil {
		return false, &AuthorizeError{Err: err}
	}
	return again, nil
}
