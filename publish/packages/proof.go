package packages

import (
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// State is how far a package proves that it belongs to a server.
type State string

// The states of a proof.
const (
	// Owned: it is there, and names the server where its type has it so.
	Owned State = "owned"
	// NotFound: it is not there, or not visible yet.
	NotFound State = "not-found"
	// Foreign: it is there and does not name the server.
	Foreign State = "foreign"
	// Broken: its bytes are not what they have to be.
	Broken State = "broken"
	// Unchecked: it could not be asked.
	Unchecked State = "unchecked"
)

// Proof is what asking for one package came to.
type Proof struct {
	Package Package `json:"package"`
	// Files are the digests of the package's files, one entry for each, if it is
	// there. They are the same that Local answers for the same bytes.
	Files []attest.Package `json:"files,omitempty"`
	State State            `json:"state"`
	// Code is permanent and names what is wrong; it is empty for Owned.
	Code string `json:"code,omitempty"`
	Why  string `json:"why,omitempty"`  // why it is in that state
	Mend string `json:"mend,omitempty"` // what to do; empty for Owned
	// Asked says who was asked for what, like "npm view acme-echo@1.0.0".
	Asked string `json:"asked,omitempty"`
	// Advisory says that the registry does not ask for this proof.
	Advisory bool `json:"advisory,omitempty"`

	err error
}

// Err is nil for Owned and for advisory proofs, else the refusal.
func (p Proof) Err() error {
	if p.State == Owned || p.Advisory {
		return nil
	}
	return p.err
}

// found is a package as it was seen, on its host or as a local artefact.
type found struct {
	files []attest.Package
	claim claim
	asked string
}

// prove judges what was found, or why nothing was.
func prove(serverName string, p Package, f found, err error) Proof {
	proof := Proof{Package: p, Files: f.files, State: Owned, Asked: f.asked}
	if err == nil {
		proof.Why, err = f.claim.judge(serverName, p)
	}
	if err == nil {
		return proof
	}
	r, ok := refusal.Of(err)
	if !ok { // nothing here makes such errors, and one must not look like a proof
		r = &refusal.Refusal{Kind: refusal.Environment, Code: "package-unchecked", Doing: "asking for " + p.String(), Err: err, Mend: "Try again."}
	}
	proof.Code, proof.Mend, proof.err = r.Code, r.Mend, r
	if proof.Why = r.Why; proof.Why == "" && r.Err != nil {
		proof.Why = r.Err.Error()
	}
	switch r.Code {
	case codeNotVisible:
		proof.State = NotFound
	case codeNoClaim, codeOtherClaim, codeGlued, codeHidden:
		proof.State = Foreign
	case codeDigest, codeNoHash, codeMadeUp, codeOtherName, codeOtherVersion, codeDamaged, codeEscapes, codeLink, codeBomb:
		proof.State = Broken
	default:
		proof.State = Unchecked
	}
	return proof
}

// Codes of refusals. They are permanent.
const (
	codeNotVisible = "package-not-visible"
	codeDenied     = "package-denied"
	codeAddress    = "package-address"
	codeUnnamed    = "package-unnamed"

	codeNoClaim    = "ownership-missing"
	codeOtherClaim = "ownership-other"
	codeGlued      = "ownership-glued"
	codeHidden     = "ownership-hidden"

	codeDigest = "package-digest"
	codeNoHash = "hash-missing"
	codeMadeUp = "hash-placeholder"

	codeNoClient = "client-missing"
	codeSlow     = "client-slow"
	codeFlood    = "client-flood"
	codeGarbled  = "client-garbled"
	codeFailed   = "client-failed"

	codeHost = "package-host"

	codeArtifact     = "artifact-unreadable"
	codeType         = "artifact-type"
	codeOtherName    = "artifact-name"
	codeOtherVersion = "artifact-version"
	codeDamaged      = "artifact-damaged"
	codeEscapes      = "artifact-escapes"
	codeLink         = "artifact-link"
	codeBomb         = "artifact-bomb"

	codeUpload = "upload-unsupported"
)
