package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// loginFlags say how to log in. Secrets are given by reference only.
type loginFlags struct {
	prefix    string // of the flags' names, where other secrets can be given too
	method    string
	tokenEnv  string
	tokenFile string
	domain    string
	keyFile   string
}

// maxSecretFile bounds what is read of a file with a token, in bytes.
const maxSecretFile = 64 << 10

func loginMethods() []string {
	return []string{"github", "github-oidc", "oidc", "dns", "http", "none"}
}

// bind makes the flags. With a prefix like "auth" they are --auth, which is the
// method, --auth-token-env and so on.
func (f *loginFlags) bind(c *cobra.Command, prefix string) {
	f.prefix = prefix
	method := f.name("method")
	c.Flags().StringVar(&f.method, method, "", "log in with `METHOD`: "+strings.Join(loginMethods(), ", "))
	c.Flags().StringVar(&f.tokenEnv, f.name("token-env"), "", "github, oidc: the token is in the environment variable `VAR`")
	c.Flags().StringVar(&f.tokenFile, f.name("token-file"), "", "github, oidc: the token is in `FILE`; - is standard input")
	c.Flags().StringVar(&f.domain, f.name("domain"), "", "dns, http: `DOMAIN` of the name, like example.com")
	c.Flags().StringVar(&f.keyFile, f.name("key"), "", "dns, http: the domain's private key is in `FILE`: PEM or hexadecimal digits")
	_ = c.RegisterFlagCompletionFunc(method, cobra.FixedCompletions(loginMethods(), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

func (f loginFlags) name(flag string) string {
	switch {
	case f.prefix == "":
		return flag
	case flag == "method":
		return f.prefix
	}
	return f.prefix + "-" + flag
}

// loginMethod makes the way to log in that the flags and the surroundings say.
func (a *app) loginMethod(f loginFlags) (registry.Method, error) {
	chosen, err := a.chooseMethod(f)
	if err != nil {
		return nil, err
	}
	switch chosen {
	case "github":
		if f.tokenEnv+f.tokenFile == "" {
			return registry.GitHubDevice{Prompt: a.promptDevice}, nil
		}
		token, err := a.tokenOf(f)
		return registry.GitHubToken{Token: token}, err
	case "github-oidc":
		return registry.GitHubOIDC{Getenv: a.env}, nil
	case "oidc":
		token, err := a.tokenOf(f)
		return registry.OIDC{Token: token}, err
	case "dns":
		key, err := a.keyOf(f)
		return registry.DNS{Domain: f.domain, Key: key}, err
	case "http":
		key, err := a.keyOf(f)
		return registry.HTTP{Domain: f.domain, Key: key}, err
	}
	return registry.None{}, nil
}

// chooseMethod checks that the flags go together, and chooses where they do not
// say.
func (a *app) chooseMethod(f loginFlags) (string, error) {
	token, domain := f.tokenEnv+f.tokenFile != "", f.domain+f.keyFile != ""
	method := "--" + f.name("method")
	switch {
	case f.method != "" && !slices.Contains(loginMethods(), f.method):
		return "", usagef("%s: there is no method %q", method, f.method).
			hinted("%s", didYouMean(f.method, loginMethods(), "Methods are "+strings.Join(loginMethods(), ", ")+"."))
	case f.tokenEnv != "" && f.tokenFile != "":
		return "", usagef("--%s and --%s are two tokens", f.name("token-env"), f.name("token-file")).hinted("Give one of them.")
	case token && f.method != "" && f.method != "github" && f.method != "oidc":
		return "", usagef("the method %s takes no token", f.method).hinted("--%s and --%s are for github and oidc.", f.name("token-env"), f.name("token-file"))
	case domain && f.method != "dns" && f.method != "http":
		return "", usagef("--%s and --%s are for %s dns or http", f.name("domain"), f.name("key"), method)
	case f.method != "":
		return f.method, nil
	case token:
		return "github", nil
	case a.env("ACTIONS_ID_TOKEN_REQUEST_URL") != "":
		return "github-oidc", nil
	case a.ErrTTY: // somebody sees the code
		return "github", nil
	}
	return "", &refusal.Refusal{Kind: refusal.Consent, Code: "login-unattended", Doing: "logging in", Why: "nobody is here to enter a code at GitHub",
		Mend: "Choose how with " + method + ", and give a token with --" + f.name("token-env") + ", for example."}
}

// promptDevice tells the user what to do at GitHub.
func (a *app) promptDevice(p registry.DevicePrompt) {
	fmt.Fprintf(a.Err, "Open %s and enter the code %s (until %s).\n", a.safe(p.URL), a.safe(p.Code), p.Expires.Local().Format("15:04"))
	fmt.Fprintln(a.Err, "It proves your own name, not an organisation's. Waiting…")
}

// tokenOf is the token that the flags refer to.
func (a *app) tokenOf(f loginFlags) (string, error) {
	if f.tokenEnv != "" {
		token, set := a.Getenv(f.tokenEnv)
		if !set || token == "" {
			return "", &Error{Code: ExitRefused, Err: fmt.Errorf("the environment variable %s of --%s is not set", f.tokenEnv, f.name("token-env"))}
		}
		return token, nil
	}
	if f.tokenFile == "" {
		return "", usagef("there is no token").hinted("Give it with --%s VARIABLE or --%s FILE.", f.name("token-env"), f.name("token-file"))
	}
	b, err := a.secretFile(f.tokenFile, maxSecretFile)
	return string(b), err
}

// keyOf is the domain's key that the flags refer to.
func (a *app) keyOf(f loginFlags) (registry.Key, error) {
	if f.domain == "" || f.keyFile == "" {
		return registry.Key{}, usagef("the method %s needs --%s and --%s", f.method, f.name("domain"), f.name("key"))
	}
	if err := ownersOnly(f.keyFile); err != nil {
		return registry.Key{}, err
	}
	b, err := a.secretFile(f.keyFile, registry.MaxKey)
	if err != nil {
		return registry.Key{}, err
	}
	return registry.ParseKey(b)
}

// ownersOnly refuses a key that others can read. A pipe, and what stands behind
// a shell's substitution, has no readers to speak of.
func ownersOnly(path string) error {
	info, err := os.Stat(path)
	if path == "-" || err != nil || !info.Mode().IsRegular() || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil // reading it says what is wrong
	}
	return &refusal.Refusal{Kind: refusal.Consent, Code: "key-permissions", Doing: "reading the key " + path,
		Why:  fmt.Sprintf("its permissions are %#o, so that others can read it", info.Mode().Perm()),
		Mend: "Make it readable by its owner only: chmod 600 " + path}
}

// secretFile reads a file that the user names, or standard input.
func (a *app) secretFile(path string, most int64) ([]byte, error) {
	if path != "-" {
		return readSource(path, most)
	}
	b, err := io.ReadAll(io.LimitReader(a.In, most+1))
	if err == nil && int64(len(b)) > most {
		err = errors.New("it is too large")
	}
	if err != nil {
		return nil, usagef("reading standard input: %w", err)
	}
	return b, nil
}
