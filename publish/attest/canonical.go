package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	jcs "github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// The blocks of server.json that are not the publisher's description.
const (
	metaKey      = "_meta"
	publisherKey = "io.modelcontextprotocol.registry/publisher-provided"
)

// Limits on what is put in canonical order. The library's time grows with the
// square of an object's members, and with depth times length.
const (
	maxMembers = 1000
	maxDepth   = 100
)

// JCS writes one JSON object or array of at most [MaxServer] bytes as RFC 8785
// says. It is an error if readers could read it in different ways: duplicate
// names, text that is not Unicode, numbers beyond a double.
func JCS(b []byte) ([]byte, error) {
	if err := strict(b, MaxServer); err != nil {
		return nil, err
	}
	value, err := decode(b)
	if err != nil {
		return nil, err
	}
	return transform(value)
}

// Canonical is the form of a server.json that is hashed and signed: RFC 8785
// JSON of what a registry keeps, without mcpctl's own pointer. It is the same for
// the author's file and for what a registry gives back. So it leaves out:
//
//   - of _meta everything but the publisher's block, and of that the pointer;
//     the block, and _meta, if then they are empty;
//   - everywhere else, members that are null, false, "", [] or {}, as the
//     registry's own structs do. Two things stay that it keeps as well: an empty
//     value or valueHint of an argument, and each entry of variables.
//
// All else stays as it is, names that no registry knows too: where one is dropped
// on the way, the digest does not match. The input is at most [MaxServer] bytes.
// Errors have the code server-json-unreadable.
func Canonical(server []byte) ([]byte, error) {
	if err := strict(server, MaxServer); err != nil {
		return nil, unreadable(err)
	}
	value, err := decode(server)
	if err != nil {
		return nil, unreadable(err)
	}
	root, ok := value.(map[string]any)
	if !ok {
		return nil, unreadable(fmt.Errorf("it is no JSON object"))
	}
	block := publisherBlock(root)
	delete(root, metaKey)
	prune(root, "")
	if len(block) > 0 {
		root[metaKey] = map[string]any{publisherKey: block}
	}
	out, err := transform(root)
	if err != nil {
		return nil, unreadable(err)
	}
	return out, nil
}

// Digest is "sha256:" and the hexadecimal SHA-256 of the canonical form.
func Digest(server []byte) (string, error) {
	b, err := Canonical(server)
	if err != nil {
		return "", err
	}
	return "sha256:" + sum(b), nil
}

// publisherBlock is the publisher's block without our pointer.
func publisherBlock(root map[string]any) map[string]any {
	meta, _ := root[metaKey].(map[string]any)
	block, _ := meta[publisherKey].(map[string]any)
	delete(block, PointerKey)
	return block
}

// prune leaves out what the registry's structs leave out of an object, which is
// the value of the member name or an item of it.
func prune(object map[string]any, name string) {
	argument := name == "runtimeArguments" || name == "packageArguments"
	for key, value := range object {
		switch v := value.(type) {
		case map[string]any:
			if key == "variables" {
				pruneEntries(v)
			} else {
				prune(v, key)
			}
			if len(v) == 0 {
				delete(object, key)
			}
		case []any:
			for _, item := range v {
				if o, ok := item.(map[string]any); ok {
					prune(o, key)
				}
			}
			if len(v) == 0 {
				delete(object, key)
			}
		default:
			kept := argument && v == "" && (key == "value" || key == "valueHint")
			if !kept && (v == nil || v == false || v == "") {
				delete(object, key)
			}
		}
	}
}

// pruneEntries prunes the entries of variables. Their names are the author's,
// and one that says nothing else is a variable still.
func pruneEntries(variables map[string]any) {
	for name, value := range variables {
		switch v := value.(type) {
		case map[string]any:
			prune(v, "")
		case nil:
			variables[name] = map[string]any{}
		}
	}
}

// decode reads JSON that is strict, with numbers as they are written.
func decode(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var value any
	err := dec.Decode(&value)
	return value, err
}

func transform(value any) ([]byte, error) {
	if err := modest(value, 1); err != nil {
		return nil, err
	}
	b, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// modest refuses what would take the library long.
func modest(value any, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	switch v := value.(type) {
	case map[string]any:
		if len(v) > maxMembers {
			return fmt.Errorf("an object has more than %d members", maxMembers)
		}
		for _, below := range v {
			if err := modest(below, depth+1); err != nil {
				return err
			}
		}
	case []any:
		for _, below := range v {
			if err := modest(below, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func unreadable(err error) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "server-json-unreadable", Doing: "reading server.json", Err: err,
		Mend: "Let mcpctl publish check name what is wrong with it."}
}
