package packages

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// claim is how a package says whose it is.
type claim struct {
	kind  claimKind
	where string // like "the README", "mcpName of package.json"
	text  string // the name itself, or the text that has the token
	// hidden is text that the host does not show, in which a token is of no use.
	hidden string
}

type claimKind int

const (
	noClaim    claimKind = iota // the type has none
	exactClaim                  // text is the server's name
	tokenClaim                  // text has "mcp-name: " and the server's name
)

// mark stands before a server's name in a README.
const mark = "mcp-name: "

// judge says why a package is the server's, or refuses it.
func (c claim) judge(serverName string, p Package) (why string, err error) {
	switch c.kind {
	case exactClaim:
		return c.judgeExact(serverName, p)
	case tokenClaim:
		return c.judgeToken(serverName, p)
	}
	return "the bytes are those of fileSha256; packages of this type do not name their server", nil
}

func (c claim) judgeExact(serverName string, p Package) (string, error) {
	switch {
	case c.text == serverName:
		return c.where + " is " + serverName, nil
	case c.text == "":
		return "", c.refuse(codeNoClaim, p, fmt.Sprintf("Set %s to %q and release a new version.", c.where, serverName), "%s is not set", c.where)
	case strings.EqualFold(c.text, serverName):
		return "", c.refuse(codeOtherClaim, p, "Write the name in the same case in both.", "%s is %.250q, which differs from %s in case", c.where, c.text, serverName)
	}
	return "", c.refuse(codeOtherClaim, p, fmt.Sprintf("If the package is yours, set %s to %q and release a new version.", c.where, serverName), "%s is %.250q and not %s", c.where, c.text, serverName)
}

func (c claim) judgeToken(serverName string, p Package) (string, error) {
	owned, glued := hasToken(c.text, serverName)
	if owned {
		return c.where + " has " + mark + serverName, nil
	}
	if glued != "" {
		return "", c.refuse(codeGlued, p, "Put it on a line of its own and release a new version.", "%s has %s%s, but %q follows at once, as if the name went on", c.where, mark, serverName, glued)
	}
	if hidden, _ := hasToken(c.hidden, serverName); hidden {
		return "", c.refuse(codeHidden, p, "Write it as text that readers see, and release a new version.", "%s has %s%s only in a comment, which this host does not keep", c.where, mark, serverName)
	}
	mend := fmt.Sprintf("Put %q on a line of its own in the README and release a new version.", mark+serverName)
	if other := otherToken.FindStringSubmatch(c.text); other != nil {
		return "", c.refuse(codeOtherClaim, p, mend, "%s has %s%.250s and not %s", c.where, mark, other[1], serverName)
	}
	return "", c.refuse(codeNoClaim, p, mend, "%s does not have %s%s", c.where, mark, serverName)
}

func (c claim) refuse(code string, p Package, mend, format string, args ...any) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: code, Doing: "proving that " + p.String() + " is the server's", Why: fmt.Sprintf(format, args...), Mend: mend}
}

var otherToken = pattern.New(`(?i)mcp-name:\s*([a-z0-9.-]+/[a-z0-9._-]+)`)

// hasToken reports whether a text has the whole token of a server, and if it has
// it only as the beginning of something longer, what follows there.
func hasToken(text, serverName string) (owned bool, glued string) {
	want := mark + serverName
	for {
		_, rest, ok := strings.Cut(text, want)
		if !ok {
			return false, glued
		}
		// Authors write <!-- mcp-name: acme/echo--> without the blank.
		if rest == "" || !nameChar(rest[0]) || strings.HasPrefix(rest, "-->") || strings.HasPrefix(rest, "--!>") {
			return true, ""
		}
		if glued == "" {
			glued = rest[:1]
		}
		text = rest
	}
}

// nameChar reports a character that a server's name may have.
func nameChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-/", c) >= 0
}

// What a page made from Markdown does not show.
var (
	comment    = pattern.New(`(?s)<!--.*?(?:-->|$)`)
	definition = pattern.New(`(?m)^ {0,3}\[[^\]\n]+\]:.*$`)
)

// visibleClaim is a claim in a README of which the host shows only the page that
// is made from it.
func visibleClaim(where, readme string) claim {
	shown := definition.ReplaceAllString(comment.ReplaceAllString(readme, ""), "")
	return claim{kind: tokenClaim, where: where, text: shown, hidden: readme}
}
