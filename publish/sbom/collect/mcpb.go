package collect

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// mcpbManifest is what a bundle's manifest.json says of the product.
type mcpbManifest struct {
	Version string     `json:"version"`
	Name    string     `json:"name"`
	License npmLicence `json:"license"`
	Author  npmPerson  `json:"author"`
	Server  struct {
		Type       string `json:"type"`
		EntryPoint string `json:"entry_point"`
	} `json:"server"`
}

// bundle is an MCPB file on its way into a bill.
type bundle struct {
	*collector
	zip  *zip.Reader
	npm  map[string]string // Refs by path of the package's folder
	py   map[string]string // Refs by normal name
	asks map[string][]string
}

const (
	maxBinary   = 256 << 20 // bytes of a program in a bundle
	maxBinaries = 20
)

func mcpb(f *os.File, name string) (*bill.Bill, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	z, err := OpenZip(f, info.Size(), name)
	if err != nil {
		return nil, err
	}
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	c := &collector{dir: folder{z, maxMetadata}, prefix: name + "!/", bill: bill.New(bill.Component{}, bill.PostBuild)}
	b := &bundle{collector: c, zip: z, npm: map[string]string{}, py: map[string]string{}, asks: map[string][]string{}}
	var m mcpbManifest
	if err := c.dir.json("manifest.json", &m); err != nil {
		return nil, inArchive(name, err)
	}
	sum := hex.EncodeToString(digest.Sum(nil))
	c.root(bill.Component{
		Kind: bill.Application, Name: m.Name, Version: m.Version, Supplier: string(m.Author), Licences: m.License,
		PURL:   bill.GenericPURL(m.Name, m.Version, bill.Qualifiers{"checksum": "sha256:" + sum}),
		Hashes: []bill.Hash{{Algorithm: "SHA-256", Value: sum}}, Found: []bill.Place{{File: name}},
		Properties: []bill.Property{{Name: "mcpctl:mcpb:type", Value: m.Server.Type}},
	})
	if err := b.contents(); err != nil {
		return nil, inArchive(name, err)
	}
	c.bill.Gather()
	return c.finished(name), nil
}

// inArchive names the archive before the file in it.
func inArchive(archive string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		e.File = archive + "!/" + e.File
	}
	return err
}

// contents reads what is installed in the bundle, then locks, which know more of
// that, and all of what is installed later.
func (b *bundle) contents() error {
	for _, f := range b.zip.File {
		dir, file := path.Split(f.Name)
		dir = strings.TrimSuffix(dir, "/")
		var err error
		switch {
		case file == "package.json" && isNpmPackage(dir):
			err = b.npmInstalled(dir)
		case file == "METADATA" && strings.HasSuffix(dir, ".dist-info"):
			err = b.pyInstalled(f.Name)
		}
		if err != nil {
			return err
		}
	}
	if err := b.graph(); err != nil {
		return err
	}
	if err := b.programs(); err != nil {
		return err
	}
	return b.lockFiles()
}

// isNpmPackage reports whether a folder is where npm installs a package, and not
// a folder within one.
func isNpmPackage(dir string) bool {
	parent, name := path.Split(dir)
	if before, _ := path.Split(strings.TrimSuffix(parent, "/")); strings.HasPrefix(path.Base(parent), "@") {
		parent = before
	}
	return name != "" && path.Base(parent) == "node_modules"
}

func (b *bundle) npmInstalled(dir string) error {
	var p npmPackage
	if err := b.dir.json(dir+"/package.json", &p); err != nil {
		return err
	}
	component := p.component()
	component.Found, component.Inside = b.at(dir+"/package.json", 0), true
	b.npm[dir] = b.bill.Add(component)
	return nil
}

func (b *bundle) pyInstalled(file string) error {
	p, err := b.dir.pyMetadata(file)
	if err != nil {
		return err
	}
	component := p.component
	component.Found, component.Inside = b.at(file, 0), true
	ref := b.bill.Add(component)
	b.py[bill.PyName(component.Name)] = ref
	b.asks[ref] = p.requires
	return nil
}

// graph draws who needs whom among what is installed.
func (b *bundle) graph() error {
	for ref, names := range b.asks {
		for _, name := range names {
			b.bill.Need(ref, b.py[name], bill.Required)
		}
	}
	for _, f := range b.zip.File {
		dir, file := path.Split(f.Name)
		dir = strings.TrimSuffix(dir, "/")
		from, installed := b.npm[dir]
		if file != "package.json" || !installed && strings.Contains("/"+dir+"/", "/"+nodeModules) {
			continue
		}
		var p npmPackage
		if err := b.dir.json(f.Name, &p); err != nil {
			return err
		}
		if !installed {
			from = b.bill.Root.Ref // the product's own
		}
		for name, scope := range p.wanted() {
			b.bill.Need(from, npmResolve(b.npm, dir, name), scope)
		}
	}
	return nil
}

// programs looks for Go binaries outside of what is installed.
func (b *bundle) programs() error {
	read := 0
	for _, f := range b.zip.File {
		ext := path.Ext(f.Name)
		if ext != "" && ext != ".exe" || f.UncompressedSize64 < 4096 || strings.Contains(f.Name, nodeModules) || strings.Contains(f.Name, "site-packages/") {
			continue
		}
		if read++; read > maxBinaries || f.UncompressedSize64 > maxBinary {
			b.bill.Miss(b.prefix+f.Name, "not looked into, for it is too large or there are too many")
			continue
		}
		data, err := folder{b.zip, maxBinary}.read(f.Name)
		if err != nil {
			return err
		}
		if isExecutable(data) {
			b.program(f.Name, data)
		}
	}
	return nil
}

func (b *bundle) program(name string, data []byte) {
	sum := sha256.Sum256(data)
	component := bill.Component{Kind: bill.File, Name: name, Opaque: true}
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err == nil {
		component = goProgram(info)
	} else {
		b.bill.Miss(b.prefix+name, errNoGo.Error())
	}
	component.Found, component.Inside = b.at(name, 0), true
	component.Hashes = []bill.Hash{{Algorithm: "SHA-256", Value: hex.EncodeToString(sum[:])}}
	ref := b.bill.Add(component)
	b.needRoot(ref, bill.Required)
	if err == nil {
		b.goDeps(info, name, ref)
	}
}

// lockFiles reads the lock files outside of what is installed.
func (b *bundle) lockFiles() error {
	for _, f := range b.zip.File {
		dir, file := path.Split(f.Name)
		i := slices.IndexFunc(locks(), func(l lock) bool { return l.name == file })
		if i < 0 || strings.Contains("/"+dir, "/"+nodeModules) || strings.Contains(dir, "site-packages/") {
			continue
		}
		sub, err := fs.Sub(b.zip, path.Clean(dir))
		if err != nil {
			return &Error{File: f.Name, Err: err}
		}
		l := locks()[i]
		c := &collector{dir: folder{sub, maxMetadata}, prefix: b.prefix + dir, bill: bill.New(b.bill.Root, bill.PostBuild)}
		if err := c.lock(l); err != nil {
			if e := (*Error)(nil); errors.As(err, &e) {
				e.File = dir + e.File
			}
			return err
		}
		installed := l.ecosystem == "npm" && len(b.npm) > 0 || l.ecosystem == "Python" && len(b.py) > 0
		b.bill.Take(c.bill, installed)
	}
	return nil
}
