package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// resourcesRefusalChecks judge how resources/read turns down what is not there
// or must not be read.
func resourcesRefusalChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "resources/read/not-found",
		Title:  "reading a resource that does not exist gives the error for that",
		Claims: claims{Handshake: ids{"resources.read.not-found-32002"}, Stateless: ids{"resources.read.not-found-error"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readNotFound,
		Fix:    "Answer with error -32602 from 2026-07-28 on, and with -32002 in earlier revisions.",
	}, {
		ID:     "resources/read/not-found-not-empty",
		Title:  "a resource that does not exist is not answered with empty contents",
		Claims: claims{Stateless: ids{"resources.read.not-found-not-empty"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readNotFoundNotEmpty,
		Fix:    "Answer with error -32602.",
	}, {
		ID:     "resources/read/not-found-data",
		Title:  "the error for a resource that does not exist names its URI in data.uri",
		Claims: claims{Stateless: ids{"resources.read.not-found-data-uri"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readNotFoundData,
	}, {
		ID:     "resources/read/validates-uri",
		Title:  "resources/read refuses what is no URI",
		Claims: claims{Stateless: ids{"resources.read.validates-uri"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readValidatesURI,
		Fix:    "Parse the URI before it is used, and answer -32602 when that fails.",
	}, {
		ID:     "resources/read/missing-uri",
		Title:  "resources/read without a string uri is refused",
		Claims: claims{Stateless: ids{"resources.read.missing-uri"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readMissingURI,
	}, {
		ID:     "resources/read/path-traversal",
		Title:  "file:// resources cannot be left by way of their paths",
		Claims: claims{Stateless: ids{"resources.read.path-traversal"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    readTraversal,
		Fix:    "Resolve the path fully decoded, links included, and serve it only beneath the folder that is offered (os.Root in Go).",
	}}
}

const resourcesNowhere = "mcpctl-no-such-resource"

// nowhere is the reading of a resource that does not exist.
type nowhere struct {
	uri string
	*mcp.Exchange
	// beside says that a listed resource is a neighbour; matched that a
	// template fits.
	beside, matched bool
}

// readNowhere reads resources that do not exist: one of a scheme that no
// server has, and one beside a listed resource. A reading that was turned down
// for want of rights tells nothing and is left out.
func readNowhere(ctx context.Context, p *conformance.Probe) ([]nowhere, error) {
	uris := []string{"mcpctl://nowhere/" + resourcesNowhere}
	if listed, err := resourcesListed(ctx, p); err == nil {
		uri := listed[0].Get("uri").Text()
		if x, err := resourcesRead(ctx, p, uri); err != nil {
			return nil, err
		} else if e := x.RPCError(); x.Reply() == nil || e != nil && e.Code == mcp.CodeInternalError {
			return nil, conformance.Unprovenf("the control request, reading the listed resource %.80q, failed: %s", uri, outcome(x))
		}
		if uriFault(uri) == "" {
			uris = append(uris, uriSibling(uri, resourcesNowhere))
		}
	}
	var all []nowhere
	for i, uri := range uris {
		x, err := resourcesRead(ctx, p, uri)
		if err != nil {
			return nil, err
		}
		if !deniesAccess(x) {
			all = append(all, nowhere{uri, x, i > 0, fitsTemplate(ctx, p, uri)})
		}
	}
	return all, nil
}

// fitsTemplate reports whether a URI fits a listed template.
func fitsTemplate(ctx context.Context, p *conformance.Probe, uri string) bool {
	l, _ := p.List(ctx, "resources/templates")
	return l != nil && slices.ContainsFunc(l.Entries[:min(len(l.Entries), templatesMost)], func(e conformance.Entry) bool {
		return templateMatches(e.Get("uriTemplate").Text(), uri)
	})
}

// empty reports whether the answer is a result without contents.
func (n nowhere) empty() bool {
	contents := n.Result().Get("contents")
	return n.Result().Exists() && !incomplete(n.Result()) && contents.Len() == 0
}

// codes are the codes that fit. Up to 2025-11-25 a scheme that a server does
// not have, or a variable that does not fit its template, may also be taken
// for invalid params.
func (n nowhere) codes(rev mcp.Revision) []int64 {
	switch {
	case rev.Era() == mcp.Stateless:
		return []int64{mcp.CodeInvalidParams}
	case n.beside && !n.matched:
		return []int64{mcp.CodeResourceNotFound}
	}
	return []int64{mcp.CodeResourceNotFound, mcp.CodeInvalidParams}
}

func readNotFound(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := readNowhere(ctx, p)
	if err != nil {
		return err
	}
	for _, n := range all {
		e := n.RPCError()
		switch {
		case n.empty() && p.Revision.Era() == mcp.Stateless:
			err = conformance.Blockedf("resources/read/not-found-not-empty", "%.80q, which does not exist, was read as empty", n.uri)
		case e == nil && n.Result().Exists() && !n.empty() && (n.matched || n.beside):
			// It may exist after all: a server may make up what fits.
		case e == nil:
			j.Failf(n.Exchange, "reading %.80q, which does not exist, gave no error but %s", n.uri, outcome(n.Exchange))
		case !slices.Contains(n.codes(p.Revision), e.Code):
			j.Faultf(answerTo(n.Exchange), "/error/code", "reading %.80q, which does not exist, gave error %d, expected %d", n.uri, e.Code, n.codes(p.Revision)[0])
		default:
			j.Saw(n.Exchange)
		}
	}
	if err != nil && !j.Bad() {
		return err
	}
	return j.Err("no URI was found under which the server has nothing")
}

func readNotFoundNotEmpty(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := readNowhere(ctx, p)
	if err != nil {
		return err
	}
	for _, n := range all {
		switch {
		case n.empty():
			j.Failf(n.Exchange, "reading %.80q, which does not exist, gave a result without contents", n.uri)
		case n.Reply() != nil:
			j.Saw(n.Exchange)
		}
	}
	return j.Err("no reading of a resource that does not exist was answered")
}

func readNotFoundData(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := readNowhere(ctx, p)
	if err != nil {
		return err
	}
	for _, n := range all {
		e := n.RPCError()
		if e == nil || e.Code != mcp.CodeInvalidParams {
			continue
		}
		j.Saw(n.Exchange)
		if got := e.Data.Get("uri").Text(); got != n.uri {
			j.Faultf(answerTo(n.Exchange), "/error/data", "the error for %.80q does not name it in data.uri: data is %.80s", n.uri, e.Data)
		}
	}
	return j.Err("no reading of a resource that does not exist gave -32602")
}

func readValidatesURI(ctx context.Context, p *conformance.Probe) error {
	long := "mcpctl://nowhere/" + strings.Repeat("x", 10_000)
	return readBad(ctx, p, []map[string]any{{"uri": ""}, {"uri": "not a uri"}, {"uri": "://"}, {"uri": long}})
}

func readMissingURI(ctx context.Context, p *conformance.Probe) error {
	return readBad(ctx, p, []map[string]any{{}, {"uri": 7}})
}

// readBad sends resources/read with params that a server must refuse. That it
// refuses them is demanded; the code follows from JSON-RPC alone, where params
// of a wrong shape may also count as an invalid request.
func readBad(ctx context.Context, p *conformance.Probe, bad []map[string]any) error {
	return refusals(ctx, p, "resources/read", bad, mcp.CodeInvalidParams, mcp.CodeInvalidRequest)
}
