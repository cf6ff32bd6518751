package property

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Repro is one call that can be made again. Its text form is made to be copied
// from a report into a command line.
type Repro struct {
	Revision  mcp.Revision
	Tool      string
	Arguments mcp.Value // Absent: the call had none
}

// reproHead begins the text form and names its version.
const reproHead = "p1."

// Bounds on a text form and on what it holds, in bytes.
const (
	maxRepro     = 256 << 10
	maxReproHeld = 1 << 20
)

// String is the text form: letters, digits, "-", "_" and a dot.
func (r Repro) String() string {
	parts := []any{r.Revision, r.Tool}
	if r.Arguments.Exists() {
		parts = append(parts, r.Arguments)
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return "" // all of it can be written
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return ""
	}
	_, _ = w.Write(text) // a buffer takes all
	_ = w.Close()
	return reproHead + base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

// ParseRepro reads the text form.
func ParseRepro(text string) (Repro, error) {
	var r Repro
	body, ok := strings.CutPrefix(strings.TrimSpace(text), reproHead)
	switch {
	case !ok:
		return r, fmt.Errorf("it does not begin with %q", reproHead)
	case len(body) > maxRepro:
		return r, fmt.Errorf("it is longer than %d bytes", maxRepro)
	}
	packed, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return r, errors.New("it is cut or mistyped")
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxReproHeld+1))
	if err != nil {
		return r, errors.New("it is cut or mistyped")
	}
	if len(plain) > maxReproHeld {
		return r, fmt.Errorf("it holds more than %d bytes", maxReproHeld)
	}
	v, err := mcp.Parse(plain)
	parts := v.Items()
	if err != nil || len(parts) < 2 || len(parts) > 3 || !parts[0].Is(mcp.String) || !parts[1].Is(mcp.String) {
		return r, errors.New("it does not hold a call")
	}
	r.Revision, r.Tool = mcp.Revision(parts[0].Text()), parts[1].Text()
	if !r.Revision.Known() {
		return r, fmt.Errorf("it is of revision %.40q, which mcpctl does not speak", r.Revision)
	}
	if len(parts) == 3 {
		r.Arguments = parts[2]
	}
	return r, nil
}
