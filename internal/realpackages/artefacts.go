package realpackages

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
)

// Entry is one entry of an archive: a file, or a link if Link is set.
type Entry struct {
	Name, Content string
	Link          string
}

// NPM is what `npm pack` makes.
func NPM(name, version, mcpName string) []byte {
	manifest := map[string]any{"name": name, "version": version, "description": "An echo.", "license": "MIT", "bin": "index.js"}
	if mcpName != "" {
		manifest["mcpName"] = mcpName
	}
	return Tgz(Entry{Name: "package/package.json", Content: string(marshal(manifest))}, Entry{Name: "package/index.js", Content: "// echo\n"})
}

// WheelName is the name of the file that Wheel makes.
func WheelName(name, version string) string {
	return strings.ReplaceAll(name, "-", "_") + "-" + version + "-py3-none-any.whl"
}

// SdistName is the name of the file that Sdist makes.
func SdistName(name, version string) string {
	return strings.ReplaceAll(name, "-", "_") + "-" + version + ".tar.gz"
}

// Metadata are the core metadata of a Python package.
func Metadata(name, version, readme string) string {
	return fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\nSummary: An echo.\nDescription-Content-Type: text/markdown\n\n%s", name, version, readme)
}

// Wheel is a built Python package.
func Wheel(name, version, readme string) []byte {
	module := strings.ReplaceAll(name, "-", "_")
	info := module + "-" + version + ".dist-info/"
	return Zip(
		Entry{Name: module + "/__init__.py", Content: "# echo\n"},
		Entry{Name: info + "METADATA", Content: Metadata(name, version, readme)},
		Entry{Name: info + "WHEEL", Content: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		Entry{Name: info + "RECORD", Content: ""},
	)
}

// Sdist is the source archive of a Python package.
func Sdist(name, version, readme string) []byte {
	root := strings.ReplaceAll(name, "-", "_") + "-" + version + "/"
	return Tgz(
		Entry{Name: root + "PKG-INFO", Content: Metadata(name, version, readme)},
		// Whoever runs this has fallen for it.
		Entry{Name: root + "setup.py", Content: "raise SystemExit('the build was run')\n"},
	)
}

// Crate is what `cargo package` makes.
func Crate(name, version, readme string) []byte {
	root := name + "-" + version + "/"
	manifest := fmt.Sprintf("[package]\nname = %q\nversion = %q\nedition = \"2021\"\ndescription = \"An echo.\"\nlicense = \"MIT\"\nreadme = \"README.md\"\n\n[lib]\npath = \"src/lib.rs\"\n", name, version)
	return Tgz(
		Entry{Name: root + "Cargo.toml", Content: manifest},
		Entry{Name: root + "README.md", Content: readme},
		Entry{Name: root + "src/lib.rs", Content: "// echo\n"},
	)
}

// Nupkg is what `dotnet pack` makes.
func Nupkg(id, version, readme string) []byte {
	spec := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<package xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\"><metadata><id>%s</id><version>%s</version><readme>docs\\README.md</readme></metadata></package>", id, version)
	return Zip(
		Entry{Name: "[Content_Types].xml", Content: "<Types/>"},
		Entry{Name: id + ".nuspec", Content: spec},
		Entry{Name: "docs/README.md", Content: readme},
	)
}

// Bundle is an MCPB bundle.
func Bundle(name, version string) []byte {
	manifest := map[string]any{"manifest_version": "0.3", "name": name, "version": version, "description": "An echo.", "author": map[string]any{"name": "Acme"},
		"server": map[string]any{"type": "node", "entry_point": "index.js", "mcp_config": map[string]any{"command": "node", "args": []any{"index.js"}}}}
	return Zip(Entry{Name: "manifest.json", Content: string(marshal(manifest))}, Entry{Name: "index.js", Content: "// echo\n"})
}

// SHA256 is the digest of bytes in hexadecimal.
func SHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Tgz makes a compressed tar archive.
func Tgz(entries ...Entry) []byte {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		h := &tar.Header{Name: e.Name, Mode: 0o644, Size: int64(len(e.Content)), Typeflag: tar.TypeReg}
		if e.Link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.Link
		}
		must(w.WriteHeader(h))
		_, err := w.Write([]byte(e.Content))
		must(err)
	}
	must(w.Close())
	must(zipped.Close())
	return out.Bytes()
}

// Zip makes a zip archive.
func Zip(entries ...Entry) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.Name, Method: zip.Deflate}
		content := e.Content
		if e.Link != "" {
			h.SetMode(fs.ModeSymlink | 0o777)
			content = e.Link
		}
		f, err := w.CreateHeader(h)
		must(err)
		_, err = f.Write([]byte(content))
		must(err)
	}
	must(w.Close())
	return out.Bytes()
}

// must stops on what only a mistake in a test can cause: writing to memory does
// not fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
