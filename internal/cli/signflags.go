package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/sign"
)

// signFlags say who signs: whoever an identity token vouches for, or a key.
type signFlags struct {
	key, passphraseEnv  string
	fulcio, issuer      string
	rekor, timestamps   []string
	config, trustedRoot string
	tokenEnv, tokenFile string
	device              bool
}

func (f *signFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.key, "key", "", "sign with the private key in `FILE`, of cosign or in PEM, instead of keyless")
	c.Flags().StringVar(&f.passphraseEnv, "key-passphrase-env", "", "the key's passphrase is in the environment variable `VAR`")
	c.Flags().StringVar(&f.tokenEnv, "identity-token-env", "", "sign keyless with the identity token in the environment variable `VAR`")
	c.Flags().StringVar(&f.tokenFile, "identity-token-file", "", "sign keyless with the identity token in `FILE`")
	c.Flags().StringVar(&f.issuer, "oidc-issuer", "", "the identity provider's `URL`, for signing in as a person")
	c.Flags().BoolVar(&f.device, "device", false, "sign in with a code, in a browser on another machine")
	c.Flags().StringVar(&f.fulcio, "fulcio-url", "", "`URL` of the certificate authority (default Sigstore's public one)")
	c.Flags().StringArrayVar(&f.rekor, "rekor-url", nil, "`URL` of a transparency log of version 2; repeatable")
	c.Flags().StringArrayVar(&f.timestamps, "timestamp-url", nil, "`URL` of a timestamp authority, with its path; repeatable")
	c.Flags().StringVar(&f.config, "signing-config", "", "take the services from Sigstore's signing configuration in `FILE`")
	c.Flags().StringVar(&f.trustedRoot, "trusted-root", "", "check each new signature against the trusted root in `FILE`")
	for _, name := range []string{"key", "identity-token-file", "signing-config", "trusted-root"} {
		_ = c.MarkFlagFilename(name) // the flag exists
	}
	for _, name := range []string{"identity-token-env", "identity-token-file", "oidc-issuer", "device", "fulcio-url"} {
		c.MarkFlagsMutuallyExclusive("key", name)
	}
	c.MarkFlagsMutuallyExclusive("identity-token-env", "identity-token-file", "device")
	for _, name := range []string{"fulcio-url", "rekor-url", "timestamp-url"} {
		c.MarkFlagsMutuallyExclusive("signing-config", name)
	}
}

// words say who will sign, for a plan.
func (f signFlags) words(a *app) string {
	switch {
	case f.key != "":
		return "with the key in " + f.key
	case f.tokenEnv != "":
		return "keyless, as the identity token in " + f.tokenEnv + " says"
	case f.tokenFile != "":
		return "keyless, as the identity token in " + f.tokenFile + " says"
	case sign.Ambient(a.env):
		return "keyless, as this CI job"
	case a.InTTY && a.ErrTTY:
		return "keyless, as you: you will be asked to sign in"
	}
	return "keyless; there is no identity token, so signing will be refused"
}

// signer makes the signer. It is called when the first statement is to be
// signed, as it may ask a person, or a key for its passphrase.
func (f signFlags) signer(ctx context.Context, a *app) (sign.Signer, error) {
	services, err := f.services(ctx)
	if err != nil {
		return nil, err
	}
	if f.key != "" {
		o := sign.KeyOptions{File: f.key, Services: services}
		if f.passphraseEnv != "" {
			o.Passphrase = sign.SecretEnv(a.env, f.passphraseEnv)
		}
		return sign.Key(ctx, o)
	}
	o := sign.KeylessOptions{Services: services, Token: f.token(a, services)}
	if f.trustedRoot != "" {
		if o.Trust, err = sign.LoadTrust(f.trustedRoot); err != nil {
			return nil, err
		}
	}
	return sign.Keyless(o)
}

// services are those that were named. A key needs none; without one they are
// those of Sigstore's public instance.
func (f signFlags) services(ctx context.Context) (sign.Services, error) {
	s := sign.Services{Fulcio: f.fulcio, Timestamps: f.timestamps, Issuer: f.issuer}
	for _, url := range f.rekor {
		s.Logs = append(s.Logs, sign.Log{URL: url, Version: 2})
	}
	switch {
	case f.config != "":
		return sign.LoadServices(f.config)
	case f.key != "" || f.fulcio != "":
		return s, nil
	case len(f.rekor)+len(f.timestamps) > 0:
		return s, usagef("--rekor-url and --timestamp-url need --fulcio-url or --key").hinted("Name all services, or none for Sigstore's public ones.")
	}
	public, err := sign.PublicServices(ctx, "")
	if err == nil && f.issuer != "" {
		public.Issuer = f.issuer
	}
	return public, err
}

func (f signFlags) token(a *app, s sign.Services) sign.Token {
	person := sign.Person{Issuer: s.Issuer, Tell: a.Err}
	switch {
	case f.tokenEnv != "":
		return sign.TokenFrom(sign.SecretEnv(a.env, f.tokenEnv))
	case f.tokenFile != "":
		return sign.TokenFrom(sign.SecretFile(f.tokenFile))
	case f.device:
		return sign.Device(person)
	case !sign.Ambient(a.env) && a.InTTY && a.ErrTTY:
		return sign.Interactive(person)
	}
	return sign.Tokens(a.env)
}
