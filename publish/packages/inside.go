package packages

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"path"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// inside is what an artefact says of itself.
type inside struct {
	name, version string // empty where the type does not have it
	claim         claim
}

// agrees refuses an artefact that is another package's, or another version's.
func (i inside) agrees(p Package) error {
	mend := "Give the artefact that belongs to the package, or correct server.json."
	if i.name != "" && !sameName(p.Type, i.name, p.Identifier) {
		hint := ""
		if strings.EqualFold(i.name, p.Identifier) {
			hint = ", which differs in case"
		}
		return trouble(refusal.Finding, codeOtherName, p, mend, "inside it is named %.250q%s", i.name, hint)
	}
	if i.version != "" && p.Version != "" && !sameVersion(p.Type, i.version, p.Version) {
		return trouble(refusal.Finding, codeOtherVersion, p, mend, "inside it has the version %.250q", i.version)
	}
	return nil
}

// inspect reads what an artefact of that file name says of itself.
func inspect(f *os.File, size int64, name string, p Package) (inside, error) {
	switch {
	case p.Type == NPM && (strings.HasSuffix(name, ".tgz") || strings.HasSuffix(name, ".tar.gz")):
		return insideNPM(f, size)
	case p.Type == PyPI && strings.HasSuffix(name, ".whl"):
		files, err := readZip(f, size, below(".dist-info/METADATA"))
		return insidePython(files, err)
	case p.Type == PyPI && strings.HasSuffix(name, ".tar.gz"):
		files, err := readTar(f, size, below("/PKG-INFO"))
		return insidePython(files, err)
	case p.Type == Cargo && strings.HasSuffix(name, ".crate"):
		return insideCrate(f, size)
	case p.Type == NuGet && strings.HasSuffix(name, ".nupkg"):
		return insideNuGet(f, size)
	case p.Type == MCPB:
		return insideBundle(f, size)
	}
	return inside{}, trouble(refusal.Usage, codeType, p, "Give a file that the package's client makes: .tgz for npm, .whl or .tar.gz for pypi, .crate for cargo, .nupkg for nuget, .mcpb for mcpb.", "%s is no artefact of that type", name)
}

// below wants the files of one folder of the first level, whose path ends so.
func below(suffix string) wanted {
	return func(name string) bool {
		return strings.HasSuffix(name, suffix) && strings.Count(name, "/") == 1
	}
}

// only is the one file that was kept.
func (a archive) only(what string) (name string, data []byte, err error) {
	for name, data = range a {
	}
	if len(a) != 1 {
		return "", nil, fmt.Errorf("it has %d files %s", len(a), what)
	}
	return name, bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

func insideNPM(f *os.File, size int64) (inside, error) {
	files, err := readTar(f, size, below("/package.json"))
	if err != nil {
		return inside{}, err
	}
	_, data, err := files.only("package.json")
	if err != nil {
		return inside{}, err
	}
	doc, err := mcp.Parse(data)
	if err != nil || doc.Get("name").Text() == "" || doc.Get("version").Text() == "" {
		return inside{}, errors.New("its package.json has no name and version")
	}
	return inside{
		name: doc.Get("name").Text(), version: doc.Get("version").Text(),
		claim: claim{kind: exactClaim, where: "mcpName of package.json", text: doc.Get("mcpName").Text()},
	}, nil
}

func insidePython(files archive, err error) (inside, error) {
	if err != nil {
		return inside{}, err
	}
	_, data, err := files.only("of metadata")
	if err != nil {
		return inside{}, err
	}
	return pyMetadata(data)
}

// pyMetadata reads core metadata, which are like a mail whose body is the README.
func pyMetadata(data []byte) (inside, error) {
	r := bufio.NewReader(bytes.NewReader(data))
	head, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil && !errors.Is(err, io.EOF) {
		return inside{}, fmt.Errorf("its metadata are no such: %w", err)
	}
	if head.Get("Name") == "" || head.Get("Version") == "" {
		return inside{}, errors.New("its metadata have no Name and Version")
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return inside{}, fmt.Errorf("its metadata: %w", err)
	}
	// The old place of the README is a folded header.
	readme := string(body)
	if strings.TrimSpace(readme) == "" {
		readme = head.Get("Description")
	}
	return inside{name: head.Get("Name"), version: head.Get("Version"), claim: claim{kind: tokenClaim, where: "the README in its metadata", text: readme}}, nil
}

func insideCrate(f *os.File, size int64) (inside, error) {
	files, err := readTar(f, size, func(name string) bool {
		return below("/Cargo.toml")(name) || strings.Contains(strings.ToLower(path.Base(name)), "readme")
	})
	if err != nil {
		return inside{}, err
	}
	manifests := archive{}
	for name, data := range files {
		if below("/Cargo.toml")(name) {
			manifests[name] = data
		}
	}
	at, data, err := manifests.only("Cargo.toml")
	if err != nil {
		return inside{}, err
	}
	var manifest struct {
		Package struct {
			Name    string `toml:"name"`
			Version string `toml:"version"`
			Readme  any    `toml:"readme"` // a path, or false
		} `toml:"package"`
	}
	if err := collect.DecodeTOML("Cargo.toml", data, &manifest); err != nil {
		return inside{}, err
	}
	m := manifest.Package
	if m.Name == "" || m.Version == "" {
		return inside{}, errors.New("its Cargo.toml has no name and version")
	}
	readme, ok := m.Readme.(string)
	if !ok {
		readme = "README.md"
	}
	text := ""
	if m.Readme != false {
		text, err = readFrom(f, files, path.Join(path.Dir(at), readme), func(keep wanted) (archive, error) { return readTar(f, size, keep) })
	}
	return inside{name: m.Name, version: m.Version, claim: visibleClaim("the README of the crate", text)}, err
}

// readFrom answers a file of an archive, which is read anew if the file was not
// kept. A file that is not there is empty.
func readFrom(f *os.File, files archive, name string, again func(wanted) (archive, error)) (string, error) {
	if data, ok := files[name]; ok {
		return string(data), nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	files, err := again(func(entry string) bool { return entry == name })
	return string(files[name]), err
}

func insideNuGet(f *os.File, size int64) (inside, error) {
	files, err := readZip(f, size, func(name string) bool { return !strings.Contains(name, "/") && strings.HasSuffix(name, ".nuspec") })
	if err != nil {
		return inside{}, err
	}
	_, data, err := files.only(".nuspec")
	if err != nil {
		return inside{}, err
	}
	var spec struct {
		Metadata struct {
			ID      string `xml:"id"`
			Version string `xml:"version"`
			Readme  string `xml:"readme"`
		} `xml:"metadata"`
	}
	if err := xml.Unmarshal(data, &spec); err != nil {
		return inside{}, fmt.Errorf("its .nuspec is no XML: %w", err)
	}
	m := spec.Metadata
	if m.ID == "" || m.Version == "" {
		return inside{}, errors.New("its .nuspec has no id and version")
	}
	text := ""
	if m.Readme != "" {
		text, err = readFrom(f, nil, path.Clean(strings.ReplaceAll(m.Readme, `\`, "/")), func(keep wanted) (archive, error) { return readZip(f, size, keep) })
	}
	return inside{name: m.ID, version: m.Version, claim: claim{kind: tokenClaim, where: "the README of the package", text: text}}, err
}

func insideBundle(f *os.File, size int64) (inside, error) {
	files, err := readZip(f, size, func(name string) bool { return name == "manifest.json" })
	if err != nil {
		return inside{}, err
	}
	_, data, err := files.only("manifest.json")
	if err != nil {
		return inside{}, err
	}
	doc, err := mcp.Parse(data)
	if err != nil || !doc.Is(mcp.Object) {
		return inside{}, errors.New("its manifest.json is no JSON object")
	}
	// Its name is no more than what the bundle is called on a desktop.
	return inside{version: doc.Get("version").Text()}, nil
}
