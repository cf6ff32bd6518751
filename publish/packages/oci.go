package packages

import (
	"context"
	"errors"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// nameLabel is the label of an image's configuration that names the server. An
// annotation of that name on the manifest is not read by the registry.
const nameLabel = "io.modelcontextprotocol.server.name"

func (c *Checker) image(ctx context.Context, p Package) (found, error) {
	f := found{asked: "the image's host"}
	if c.Images == nil {
		return f, trouble(refusal.Environment, codeNoClient, p, "Verify it where image hosts can be asked.", "images are not looked at here")
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	labels, digest, err := c.Images.Image(ctx, p.Identifier)
	switch {
	case refusal.Code(err) == "image-missing":
		return f, invisible(p, "the image's host does not have it: %v", err)
	case errors.Is(err, context.DeadlineExceeded):
		return f, trouble(refusal.Environment, codeSlow, p, "Try again.", "the image's host took more than %v", c.timeout())
	case err != nil:
		return f, err
	}
	sum, ok := strings.CutPrefix(digest, "sha256:")
	if !ok || !isSHA256(sum) {
		return f, trouble(refusal.Environment, codeGarbled, p, "Push the image anew.", "its host names %.100q as its digest", digest)
	}
	f.files = []attest.Package{p.file("", "sha256", sum)}
	f.claim = claim{kind: exactClaim, where: "the image's label " + nameLabel, text: labels[nameLabel]}
	return f, nil
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
