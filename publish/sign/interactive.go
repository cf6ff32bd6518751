package sign

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Person says how to ask a person for an identity token.
type Person struct {
	// Issuer is the identity provider's URL; see Services.Issuer.
	Issuer string
	// ClientID is how mcpctl is known there; "" is Sigstore's own name for
	// programs like this one.
	ClientID string
	// Tell is where the address to open is written. It is the person who opens
	// it: nothing is started.
	Tell io.Writer
	// Wait bounds how long the person may take; 0 is 5 minutes.
	Wait time.Duration
}

const personWait = 5 * time.Minute

// Interactive asks a person to sign in with a browser on this machine. The
// answer arrives at a listener on the loopback interface (RFC 8252, with PKCE).
func Interactive(p Person) Token {
	return p.token("signing in with a browser", func(ctx context.Context, in *signIn) (*oauth2.Token, error) {
		return in.loopback(ctx, p.Tell)
	})
}

// Device asks a person to sign in with a browser on any machine (RFC 8628).
func Device(p Person) Token {
	return p.token("signing in with a code", func(ctx context.Context, in *signIn) (*oauth2.Token, error) {
		return in.device(ctx, p.Tell)
	})
}

// signIn is one attempt of one person.
type signIn struct {
	config   oauth2.Config
	verifier string // PKCE: only who has asked can take the token
	nonce    string // ties the token to this attempt; "" where the flow has none
}

func (p Person) token(doing string, flow func(context.Context, *signIn) (*oauth2.Token, error)) Token {
	if p.ClientID == "" {
		p.ClientID = Audience
	}
	if p.Wait <= 0 {
		p.Wait = personWait
	}
	return func(ctx context.Context, _ string) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, p.Wait)
		defer cancel()
		raw, err := p.ask(ctx, flow)
		if err == nil {
			return raw, nil
		}
		r := &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: doing + " at " + p.Issuer, Err: err,
			Mend: "Try again, or give a token by reference, or sign with a key."}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			r.Why = fmt.Sprintf("nobody did within %v", p.Wait)
		}
		return "", r
	}
}

func (p Person) ask(ctx context.Context, flow func(context.Context, *signIn) (*oauth2.Token, error)) (string, error) {
	if p.Issuer == "" {
		return "", errors.New("no identity provider is named")
	}
	client := &http.Client{Timeout: defaultTimeout, CheckRedirect: noRedirect, Transport: limited{http.DefaultTransport}}
	ctx = oidc.ClientContext(ctx, client)
	provider, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return "", err
	}
	in := &signIn{
		config:   oauth2.Config{ClientID: p.ClientID, Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"}},
		verifier: oauth2.GenerateVerifier(),
	}
	token, err := flow(ctx, in)
	if err != nil {
		return "", err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", errors.New("the provider gave no identity token")
	}
	verified, err := provider.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	if verified.Nonce != in.nonce {
		return "", errors.New("the token belongs to another attempt to sign in")
	}
	return raw, nil
}

func noRedirect(*http.Request, []*http.Request) error {
	return errors.New("the provider sent on to another address, which is not followed")
}

// loopback has the browser bring the code to a listener of ours.
func (in *signIn) loopback(ctx context.Context, tell io.Writer) (*oauth2.Token, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the browser: %w", err)
	}
	state := rand.Text()
	in.nonce = rand.Text()
	in.config.RedirectURL = fmt.Sprintf("http://localhost:%d/auth/callback", listener.Addr().(*net.TCPAddr).Port)
	answers := make(chan answer, 1)
	server := &http.Server{Handler: callback(state, answers), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer closeDoor(server)

	address := in.config.AuthCodeURL(state, oauth2.S256ChallengeOption(in.verifier), oidc.Nonce(in.nonce))
	fmt.Fprintf(tell, "Open this address in a browser on this machine to sign in:\n\n  %s\n\n", term.SafeLine(address))
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-served:
		return nil, fmt.Errorf("listening for the browser: %w", err)
	case got := <-answers:
		if got.err != nil {
			return nil, got.err
		}
		return in.config.Exchange(ctx, got.code, oauth2.VerifierOption(in.verifier))
	}
}

// closeDoor ends the listener, after the page that is on its way to the browser.
func closeDoor(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // nothing is left to do
	}
}

// answer is what the browser brought.
type answer struct {
	code string
	err  error
}

// callback takes the first answer that belongs to this attempt, and ignores
// whatever else comes to the port.
func callback(state string, answers chan<- answer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /auth/callback", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if query.Get("state") != state {
			http.Error(w, "This does not belong to the sign-in that is waiting.", http.StatusBadRequest)
			return
		}
		got := answer{code: query.Get("code")}
		if got.code == "" {
			got.err = fmt.Errorf("the provider refused: %.100q", query.Get("error"))
		}
		select {
		case answers <- got:
			fmt.Fprintln(w, "You can close this page and go back to the terminal.")
		default:
			http.Error(w, "An answer has already arrived.", http.StatusConflict)
		}
	})
	return mux
}

// device has the person type a code elsewhere, and asks until that is done.
func (in *signIn) device(ctx context.Context, tell io.Writer) (*oauth2.Token, error) {
	if in.config.Endpoint.DeviceAuthURL == "" {
		return nil, errors.New("the provider has no sign-in with a code")
	}
	asked, err := in.config.DeviceAuth(ctx, oauth2.S256ChallengeOption(in.verifier))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(tell, "Open this address in a browser on any machine and type the code %s:\n\n  %s\n\n",
		term.SafeLine(asked.UserCode), term.SafeLine(asked.VerificationURI))
	return in.config.DeviceAccessToken(ctx, asked, oauth2.VerifierOption(in.verifier))
}
