package collect

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"golang.org/x/mod/module"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// isExecutable reports whether a file starts as ELF, PE or Mach-O files do.
func isExecutable(head []byte) bool {
	for _, magic := range []string{"\x7fELF", "MZ", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// errNoGo is the error of an executable that Go did not build.
var errNoGo = errors.New("it is an executable without Go's build information; only Go binaries tell what they are made of")

func goBinary(f *os.File, name string) (*bill.Bill, error) {
	info, err := buildinfo.Read(f)
	if err != nil {
		return nil, &Error{File: name, Err: errNoGo, Fix: "Make the bill of the project's folder instead."}
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	c := &collector{bill: bill.New(bill.Component{}, bill.PostBuild)}
	root := goProgram(info)
	root.Hashes = []bill.Hash{{Algorithm: "SHA-256", Value: hex.EncodeToString(digest.Sum(nil))}}
	root.Found = []bill.Place{{File: name}}
	c.root(root)
	c.goDeps(info, name, c.bill.Root.Ref)
	return c.finished(name), nil
}

// goProgram is the program that a binary was built from.
func goProgram(info *debug.BuildInfo) bill.Component {
	path, version := info.Main.Path, info.Main.Version
	if path == "" {
		path = info.Path
	}
	if version == "(devel)" {
		version = ""
	}
	p := bill.Component{Kind: bill.Application, Name: path, Version: version, PURL: bill.GoPURL(path, version)}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "vcs.revision", "vcs.time", "vcs.modified":
			p.Properties = append(p.Properties, bill.Property{Name: "mcpctl:go:build:" + s.Key, Value: s.Value})
		}
	}
	return p
}

// goDeps adds what is linked into a binary. Who asked for whom is not in there.
func (c *collector) goDeps(info *debug.BuildInfo, file, from string) {
	found := c.at(file, 0)
	add := func(used, asked module.Version, sum string) {
		ref := c.goModule(used, asked, map[string]string{used.Path + " " + used.Version: sum}, found)
		m := c.bill.Component(ref)
		m.Opaque, m.Inside = true, true
		c.bill.Need(from, ref, bill.Required)
	}
	for _, d := range info.Deps {
		asked := module.Version{Path: d.Path, Version: d.Version}
		if d.Replace != nil {
			add(module.Version{Path: d.Replace.Path, Version: d.Replace.Version}, asked, d.Replace.Sum)
		} else {
			add(asked, asked, d.Sum)
		}
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ")
	std := c.bill.Add(bill.Component{Kind: bill.Library, Name: "stdlib", Version: version, PURL: bill.GoPURL("stdlib", version), Found: found, Supplier: "The Go Authors", Licences: []string{"BSD-3-Clause"}, Inside: true})
	c.bill.Need(from, std, bill.Required)
	if len(info.Deps) > 0 {
		c.bill.Miss(c.prefix+file, "a Go binary tells its modules, but not which of them asked for which")
	}
}
