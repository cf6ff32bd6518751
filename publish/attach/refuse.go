package attach

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// tamperedError is content that is not what its digest says.
type tamperedError struct{ want, got string }

func (e *tamperedError) Error() string {
	return fmt.Sprintf("the registry sent %s where %s was asked for", e.got, e.want)
}

// credentialError is the user's Docker configuration or credential helper.
type credentialError struct{ err error }

func (e *credentialError) Error() string {
	return "asking Docker's configuration for credentials: " + e.err.Error()
}
func (e *credentialError) Unwrap() error { return e.err }

// formatError is an answer that is not what the OCI specification describes.
type formatError struct{ why string }

func (e *formatError) Error() string { return e.why }

// refuse says what went wrong at a registry in the words and with the code that
// callers act on. A refusal stays as it is.
func refuse(doing string, err error) error {
	if _, ok := refusal.Of(err); ok {
		return err
	}
	r := &refusal.Refusal{Kind: refusal.Environment, Doing: doing, Err: err}
	var (
		tampered *tamperedError
		creds    *credentialError
		format   *formatError
		answer   *transport.Error
	)
	switch {
	case errors.As(err, &tampered):
		r.Kind, r.Code = refusal.Finding, "oci-tampered"
		r.Mend = "Do not use what this registry serves; ask its operator."
	case errors.As(err, &creds):
		r.Kind, r.Code = refusal.Consent, "credentials-unreadable"
		r.Mend = "Mend the Docker configuration or its credential helper, or log in anew with docker login."
	case errors.As(err, &format):
		r.Code, r.Mend = "oci-broken", "Ask the registry's operator, or try another registry."
	case errors.Is(err, errTooBig):
		r.Code, r.Mend = "oci-too-big", "What lies there is no release that mcpctl has made; check the reference."
	case errors.Is(err, errInsecure):
		r.Kind, r.Code, r.Mend = refusal.Usage, "oci-insecure", "Give the registry TLS."
	case errors.Is(err, errInternal), errors.Is(err, errRedirects):
		r.Code, r.Mend = "oci-broken", "Do not use this registry before its operator has explained it."
	case errors.As(err, &answer):
		answered(r, answer)
	case errors.Is(err, context.Canceled):
		r.Code, r.Why = "oci-unreachable", "it was broken off"
	case errors.Is(err, context.DeadlineExceeded):
		r.Code, r.Why, r.Mend = "oci-unreachable", "the registry did not answer in time", "Try again later; nothing is half done that a second run does not finish."
	default:
		r.Code, r.Mend = "oci-unreachable", "Check the registry's name and the network, then try again."
	}
	return r
}

func answered(r *refusal.Refusal, answer *transport.Error) {
	switch code := answer.StatusCode; {
	case code == http.StatusNotFound:
		r.Kind, r.Code = refusal.Finding, "image-missing"
		r.Mend = "Check the reference; push the image first, and make it public if consumers shall see it."
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		r.Kind, r.Code = refusal.Consent, "image-denied"
		r.Mend = "Log in with docker login; many registries answer so as well where the repository does not exist."
	case code == http.StatusTooManyRequests:
		r.Code, r.Mend = "oci-rate-limited", "Wait some minutes, or log in for a higher limit."
	case code >= http.StatusInternalServerError:
		r.Code, r.Mend = "oci-unreachable", "The registry has trouble of its own; try again later."
	default:
		r.Code, r.Mend = "oci-refused", "Read what the registry says; it may not take OCI 1.1 artifacts, or the repository may be read-only."
	}
}
