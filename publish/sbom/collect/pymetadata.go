package collect

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// pyMetadata is an installed distribution and what it requires, by normal name.
type pyMetadata struct {
	component bill.Component
	requires  []string
}

// pyMetadata reads the METADATA of an installed distribution, whose head is like
// that of a mail.
func (d folder) pyMetadata(file string) (pyMetadata, error) {
	data, err := d.read(file)
	if err != nil {
		return pyMetadata{}, err
	}
	head, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(data))).ReadMIMEHeader()
	if err != nil && !errors.Is(err, io.EOF) {
		return pyMetadata{}, &Error{File: file, Err: err}
	}
	name, version := head.Get("Name"), head.Get("Version")
	if name == "" {
		return pyMetadata{}, &Error{File: file, Err: errors.New("it has no Name")}
	}
	m := pyMetadata{component: bill.Component{Kind: bill.Library, Name: name, Version: version, PURL: bill.PyPURL(name, version, nil), Supplier: head.Get("Author")}}
	if licence := head.Get("License-Expression"); licence != "" {
		m.component.Licences = []string{licence}
	} else if licence := head.Get("License"); licence != "" && len(licence) < 100 { // else it is the text itself
		m.component.Licences = []string{licence}
	}
	for _, r := range head["Requires-Dist"] {
		if _, marker, _ := strings.Cut(r, ";"); !strings.Contains(marker, "extra") {
			m.requires = append(m.requires, bill.PyName(requirementName(r)))
		}
	}
	return m, nil
}
