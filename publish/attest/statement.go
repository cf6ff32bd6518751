package attest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// StatementType is the type of the in-toto statements that are written and read.
const StatementType = "https://in-toto.io/Statement/v1"

// PayloadType is the type that an envelope gives a statement.
const PayloadType = "application/vnd.in-toto+json"

// maxSubjects bounds the subjects of a statement.
const maxSubjects = 10_000

// Statement is an in-toto statement: a predicate about subjects.
type Statement struct {
	Type          string          `json:"_type"`
	Subject       []Subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate,omitempty"`
}

// Subject is one thing that a statement is about.
type Subject struct {
	Name string `json:"name"`
	// Digest has the hexadecimal digest by the name of its algorithm; sha256 or
	// sha512 is among them.
	Digest map[string]string `json:"digest"`
}

// New writes a statement. The same subjects, in any order, and the same predicate
// give the same bytes. Errors have the code statement-unreadable.
func New(subjects []Subject, predicateType string, predicate any) ([]byte, error) {
	raw, err := plain(predicate)
	if err != nil {
		return nil, badStatement("writing", err)
	}
	s := Statement{Type: StatementType, Subject: sorted(subjects), PredicateType: predicateType, Predicate: raw}
	if err := s.check(); err != nil {
		return nil, badStatement("writing", err)
	}
	b, err := plain(s)
	if err == nil && len(b) > MaxStatement {
		err = fmt.Errorf("it is longer than %d bytes", MaxStatement)
	}
	if err != nil {
		return nil, badStatement("writing", err)
	}
	return b, nil
}

// Parse reads a statement of at most [MaxStatement] bytes: of the right type,
// with a predicate and one subject or more, whose digests have the form of their
// algorithm. Members that are not of the format are passed over, as in-toto
// asks. Errors have the code statement-unreadable.
func Parse(b []byte) (Statement, error) {
	if err := strict(b, MaxStatement); err != nil {
		return Statement{}, badStatement("reading", err)
	}
	var s Statement
	var subjects []json.RawMessage
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &members); err != nil {
		return Statement{}, badStatement("reading", err)
	}
	for name, into := range map[string]any{"_type": &s.Type, "subject": &subjects, "predicateType": &s.PredicateType} {
		if err := json.Unmarshal(members[name], into); err != nil {
			return Statement{}, badStatement("reading", fmt.Errorf("%s: %w", name, err))
		}
	}
	for _, raw := range subjects[:min(len(subjects), maxSubjects+1)] {
		var one Subject
		if err := exactly(raw, &one, "name", "digest"); err != nil {
			return Statement{}, badStatement("reading", fmt.Errorf("a subject: %w", err))
		}
		s.Subject = append(s.Subject, one)
	}
	s.Predicate = members["predicate"]
	if err := s.check(); err != nil {
		return Statement{}, badStatement("reading", err)
	}
	return s, nil
}

// exactly reads some members of an object, by their exact names: encoding/json
// would take Digest for digest.
func exactly(b []byte, into any, names ...string) error {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	if members == nil {
		return errors.New("it is null")
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return !slices.Contains(names, name) })
	picked, err := json.Marshal(members)
	if err != nil {
		return err
	}
	return json.Unmarshal(picked, into)
}

// digestLength are the hexadecimal digits of the algorithms that are checked.
var digestLength = map[string]int{"sha1": 40, "gitCommit": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}

var hexForm = pattern.New(`^[0-9a-f]+$`)

// check says what is wrong with a statement.
func (s Statement) check() error {
	switch {
	case s.Type != StatementType:
		return fmt.Errorf("its type is %q instead of %s", clip(s.Type), StatementType)
	case s.PredicateType == "":
		return errors.New("it does not say what type its predicate has")
	case len(s.Predicate) == 0 || string(s.Predicate) == "null":
		return errors.New("it has no predicate")
	case len(s.Subject) == 0:
		return errors.New("it has no subject")
	case len(s.Subject) > maxSubjects:
		return fmt.Errorf("it has more than %d subjects", maxSubjects)
	}
	for _, one := range s.Subject {
		if err := one.check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Subject) check() error {
	if s.Digest["sha256"] == "" && s.Digest["sha512"] == "" {
		return fmt.Errorf("the subject %q has neither a sha256 nor a sha512 digest", clip(s.Name))
	}
	for _, algorithm := range slices.Sorted(maps.Keys(s.Digest)) {
		digits := s.Digest[algorithm]
		length, known := digestLength[algorithm]
		if known && len(digits) != length || known && !hexForm.MatchString(digits) || digits == "" {
			return fmt.Errorf("the subject %q has a malformed %s digest %q", clip(s.Name), clip(algorithm), clip(digits))
		}
	}
	return nil
}

// sorted puts subjects in order, each once.
func sorted(subjects []Subject) []Subject {
	all := slices.Clone(subjects)
	slices.SortFunc(all, func(a, b Subject) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), slices.Compare(digests(a), digests(b)))
	})
	return slices.CompactFunc(all, func(a, b Subject) bool { return a.Name == b.Name && maps.Equal(a.Digest, b.Digest) })
}

func digests(s Subject) (all []string) {
	for _, algorithm := range slices.Sorted(maps.Keys(s.Digest)) {
		all = append(all, algorithm, s.Digest[algorithm])
	}
	return all
}

// plain is compact JSON without the escapes that only HTML needs.
func plain(value any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func badStatement(doing string, err error) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: "statement-unreadable", Doing: doing + " an attestation's statement", Err: err,
		Mend: "The attestation was made wrongly or damaged: make it anew with mcpctl sign."}
}
