package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/publish/verify"
)

// lockName is the lock that is used if it is there.
const lockName = "mcpctl.lock"

// verifyFlags are the flags of `mcpctl verify`, as typed.
type verifyFlags struct {
	targetFlags
	registry  string
	bundles   []string
	artifacts []string
	require   []string
	sbom      string
	noBytes   bool

	issuer, subject, subjectRegexp, key string
	trustedRoot                         string
	firstUse                            bool
	signerChange                        []string
	lock                                string
	locked                              bool

	offline   bool
	allowHost []string
	live      string

	format, color string
	strict        bool
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify [flags] NAME[@VERSION] | FILE | DIR | IMAGE [-- COMMAND [ARGS…]]",
		Short: "Prove that a registry entry and its packages are what their publisher signed",
		Long: `Prove that a registry entry, and every package that it names, is what its publisher signed.

NAME is an entry of the registry, as in io.github.acme/echo@1.2.3. FILE is a server.json, DIR a folder with
one: signed statements (*.sigstore.jsonl) and packages beside it are used. IMAGE is a reference with a tag or
digest; oci://HOST/IMAGE is one in any case.

Who has to have signed follows from the flags, else from the lock, else from the namespace: io.github.OWNER/* is
for workflows of github.com/OWNER, io.gitlab.OWNER/* likewise. For all others name the signer once.

A command after --, or --live TARGET, also compares the running server with the signed snapshot of its tools.
It is started only after everything else has held.`,
		Example: `  mcpctl verify io.github.acme/echo
  mcpctl verify io.github.acme/echo@1.2.3 --require provenance,sbom,conformance --locked
  mcpctl verify com.acme/echo --key acme.pub --lock mcpctl.lock
  mcpctl verify io.github.acme/echo -- npx -y @acme/echo
  mcpctl verify ./release --offline --trusted-root trusted_root.json`,
		RunE: func(c *cobra.Command, args []string) error { return a.verify(c, args, f) },
	}
	f.targetFlags.bind(c)
	f.bind(c)
	return c
}

func (f *verifyFlags) bind(c *cobra.Command) {
	bindRegistry(c, &f.registry)
	fl := c.Flags()
	fl.StringArrayVar(&f.bundles, "bundle", nil, "take the signed statements of this `FILE`, and look nowhere else; repeatable")
	fl.StringArrayVar(&f.artifacts, "artifact", nil, "take the digest of a package from a file at hand, as `TYPE=FILE` or TYPE:IDENTIFIER=FILE; repeatable")
	fl.StringSliceVar(&f.require, "require", nil, "fail without these attestations: `LIST` of "+strings.Join(verify.Requirable(), ", "))
	fl.StringVar(&f.sbom, "sbom-file", "", "hold this bill of materials `FILE` against the signed one")
	fl.BoolVar(&f.noBytes, "without-packages", false, "verify entry and signatures only, and leave the bytes of the packages unproven")
	fl.StringVar(&f.issuer, "issuer", "", "the signer's identity provider has to be this `URL`")
	fl.StringVar(&f.subject, "subject", "", "the signer has to be this `IDENTITY`")
	fl.StringVar(&f.subjectRegexp, "subject-regexp", "", "the signer's whole identity has to match this `EXPRESSION`")
	fl.StringVar(&f.key, "key", "", "the signer's key has to be this public key: a PEM `FILE`")
	fl.StringVar(&f.trustedRoot, "trusted-root", "", "take certificates and logs to trust from this `FILE` instead of Sigstore's public instance")
	fl.BoolVar(&f.firstUse, "trust-first-use", false, "accept whoever signed a name that nothing is known of, and remember him in the lock")
	fl.StringArrayVar(&f.signerChange, "allow-signer-change", nil, "let another signer than the lock's sign for `NAME`; repeatable")
	fl.StringVar(&f.lock, "lock", "", "remember what was verified in `FILE`; "+lockName+" is used if it is there")
	fl.BoolVar(&f.locked, "locked", false, "refuse what is not in the lock, and leave the lock as it is")
	fl.BoolVar(&f.offline, "offline", false, "ask nothing over a network")
	fl.StringArrayVar(&f.allowHost, "allow-host", nil, "let an entry lead to `HOST` also without TLS, inside your network or by a redirect; repeatable")
	fl.StringVar(&f.live, "live", "", "compare the server at this URL, or of this name in the configuration, with the signed snapshot: `TARGET`")
	fl.BoolVar(&f.strict, "strict", false, "let warnings count")
	fl.StringVar(&f.format, "format", "text", "print `text` or json")
	fl.StringVar(&f.color, "color", "auto", "colours: `auto`, always or never")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(verifyFormats(), cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.RegisterFlagCompletionFunc("require", cobra.FixedCompletions(verify.Requirable(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

func verifyFormats() []string { return []string{"text", "json"} }

// verify is the command: request, parts, result, lock, exit code.
func (a *app) verify(c *cobra.Command, args []string, f verifyFlags) error {
	what, command, err := splitLive(c, args)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	request, err := f.request(what)
	if err != nil {
		return err
	}
	lock, err := f.openLock()
	if err != nil {
		return err
	}
	request.Lock = lock.content
	parts, err := a.verifyParts(c, f, request, command)
	if err != nil {
		return err
	}
	result, err := verify.Verify(c.Context(), request.Request, parts)
	if err != nil {
		return err
	}
	if err := a.printVerified(f, result); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the result: %w", err)}
	}
	if worst := result.Kind(f.strict); worst != 0 {
		return exit(exitOf(worst))
	}
	return a.remember(f, lock, result, time.Now())
}

// splitLive tells what is to be verified from the command of the live server.
func splitLive(c *cobra.Command, args []string) (what string, command []string, err error) {
	if dash := c.ArgsLenAtDash(); dash >= 0 {
		args, command = args[:dash], args[dash:]
		if len(command) == 0 {
			return "", nil, usagef("no command stands after --")
		}
	}
	if len(args) != 1 {
		return "", nil, usagef("verify takes one thing: a name, a file, a folder or an image; %d are given", len(args)).
			hinted("As in: mcpctl verify io.github.acme/echo@1.2.3")
	}
	return args[0], command, nil
}

// check finds flags that make no sense, before anything is read.
func (f verifyFlags) check() error {
	switch {
	case !slices.Contains(verifyFormats(), f.format):
		return usagef("--format %q is none", f.format).hinted("%s", didYouMean(f.format, verifyFormats(), "Choose text or json."))
	case !slices.Contains([]string{"auto", "always", "never"}, f.color):
		return usagef("--color %q is none of auto, always, never", f.color)
	case f.noBytes && len(f.artifacts) > 0:
		return usagef("--artifact gives a package to prove, and --without-packages leaves packages out")
	case f.locked && (f.firstUse || len(f.signerChange) > 0):
		return usagef("--locked leaves the lock as it is; --trust-first-use and --allow-signer-change change it")
	}
	for _, name := range f.require {
		if !slices.Contains(verify.Requirable(), name) {
			return usagef("--require: there is no attestation %q", name).
				hinted("%s", didYouMean(name, verify.Requirable(), "Choose from "+strings.Join(verify.Requirable(), ", ")+"."))
		}
	}
	return nil
}
