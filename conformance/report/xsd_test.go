package report_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// node is an element of an XML document.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []node     `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (n node) named(kind, name string) (node, bool) {
	for _, c := range n.Children {
		if c.XMLName.Local == kind && c.attr("name") == name {
			return c, true
		}
	}
	return node{}, false
}

func (n node) child(kind string) (node, bool) {
	for _, c := range n.Children {
		if c.XMLName.Local == kind {
			return c, true
		}
	}
	return node{}, false
}

// xsd validates documents by as much of XML Schema as the JUnit schema uses:
// no Go library does it without C, and a program of the system would have to
// be installed. A construct that it does not know is an error, never a pass.
type xsd struct{ schema node }

func readXSD(data []byte) (xsd, error) {
	var x xsd
	return x, xml.Unmarshal(data, &x.schema)
}

// validate answers what is wrong with a document.
func (x xsd) validate(document []byte) error {
	var root node
	if err := xml.Unmarshal(document, &root); err != nil {
		return err
	}
	declared, ok := x.schema.named("element", root.XMLName.Local)
	if !ok {
		return fmt.Errorf("the root may not be <%s>", root.XMLName.Local)
	}
	return x.element(root, declared)
}

func (x xsd) element(n, declared node) error {
	if inline, ok := declared.child("complexType"); ok {
		return x.complex(n, inline)
	}
	kind := declared.attr("type")
	if named, ok := x.schema.named("complexType", kind); ok {
		return x.complex(n, named)
	}
	if len(n.Children)+len(n.Attrs) > 0 {
		return fmt.Errorf("<%s> may hold text only", n.XMLName.Local)
	}
	return x.simple(n.Text, kind)
}

func (x xsd) complex(n, kind node) error {
	if err := x.attributes(n, kind); err != nil {
		return err
	}
	if kind.attr("mixed") != "true" && strings.TrimSpace(n.Text) != "" {
		return fmt.Errorf("<%s> may hold no text", n.XMLName.Local)
	}
	rest := n.Children
	for _, particle := range kind.Children {
		if particle.XMLName.Local == "attribute" {
			continue
		}
		var err error
		if rest, err = x.particle(rest, particle); err != nil {
			return fmt.Errorf("<%s>: %w", n.XMLName.Local, err)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("<%s> may not hold <%s> there", n.XMLName.Local, rest[0].XMLName.Local)
	}
	return nil
}

// particle takes what it can from the front of children. Taking all it can is
// right here: no two particles in a row begin with the same element.
func (x xsd) particle(children []node, particle node) ([]node, error) {
	least, most := 1, 1
	if particle.attr("minOccurs") == "0" {
		least = 0
	}
	if particle.attr("maxOccurs") == "unbounded" {
		most = len(children) + 1
	}
	for n := 0; n < most; n++ {
		rest, err := x.once(children, particle)
		if err != nil {
			return nil, err
		}
		if len(rest) == len(children) {
			if n < least && particle.XMLName.Local == "element" {
				return nil, fmt.Errorf("<%s> is missing", particle.attr("ref")+particle.attr("name"))
			}
			return rest, nil
		}
		children = rest
	}
	return children, nil
}

func (x xsd) once(children []node, particle node) ([]node, error) {
	switch particle.XMLName.Local {
	case "element":
		name := particle.attr("ref") + particle.attr("name")
		if len(children) == 0 || children[0].XMLName.Local != name {
			return children, nil
		}
		declared := particle
		if particle.attr("ref") != "" {
			declared, _ = x.schema.named("element", name)
		}
		return children[1:], x.element(children[0], declared)
	case "sequence":
		for _, part := range particle.Children {
			var err error
			if children, err = x.particle(children, part); err != nil {
				return nil, err
			}
		}
		return children, nil
	case "choice":
		for _, part := range particle.Children {
			rest, err := x.once(children, part)
			if err != nil || len(rest) < len(children) {
				return rest, err
			}
		}
		return children, nil
	}
	return nil, fmt.Errorf("the schema uses %s, which this test cannot read", particle.XMLName.Local)
}

func (x xsd) attributes(n, kind node) error {
	for _, a := range n.Attrs {
		declared, ok := kind.named("attribute", a.Name.Local)
		if !ok {
			return fmt.Errorf("<%s> may have no attribute %s", n.XMLName.Local, a.Name.Local)
		}
		if err := x.simple(a.Value, declared.attr("type")); err != nil {
			return fmt.Errorf("<%s %s>: %w", n.XMLName.Local, a.Name.Local, err)
		}
	}
	for _, declared := range kind.Children {
		has := func(a xml.Attr) bool { return a.Name.Local == declared.attr("name") }
		if declared.attr("use") == "required" && !slices.ContainsFunc(n.Attrs, has) {
			return fmt.Errorf("<%s> needs the attribute %s", n.XMLName.Local, declared.attr("name"))
		}
	}
	return nil
}

func (x xsd) simple(value, kind string) error {
	if kind == "xs:string" {
		return nil
	}
	if named, ok := x.schema.named("simpleType", kind); ok {
		if restriction, ok := named.child("restriction"); ok && len(restriction.Children) == 1 {
			if pattern, ok := restriction.child("pattern"); ok {
				if !regexp.MustCompile(`^(?:` + pattern.attr("value") + `)$`).MatchString(value) {
					return fmt.Errorf("%q is no %s", value, kind)
				}
				return nil
			}
		}
	}
	return fmt.Errorf("the schema uses the type %q, which this test cannot read", kind)
}
