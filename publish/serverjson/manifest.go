package serverjson

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/mod/modfile"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// The manifests beside a server.json that say something of the project.
const (
	packageJSON = "package.json"
	pyproject   = "pyproject.toml"
	goMod       = "go.mod"
	bundleJSON  = "manifest.json"
)

// Source is what a project says of itself in one of its manifests. Fields are
// empty where the manifest is silent.
type Source struct {
	File        string
	Package     string // kind of package that it makes: npm, pypi, mcpb, "" for none
	Name        string
	Version     string
	Title       string
	Description string
	Repository  string // address of the project
	MCPName     string // the server's name, which package.json may prove

	raw       []byte
	versionAt int
	mcpNameAt int
}

// Sources reads the manifests of a folder that are there, in the order in which
// they are asked: package.json, pyproject.toml, go.mod, manifest.json. What
// cannot be read is an error that names the file.
func Sources(folder fs.FS) ([]Source, error) {
	readers := []struct {
		file string
		read func([]byte) (Source, error)
	}{{packageJSON, readPackageJSON}, {pyproject, readPyproject}, {goMod, readGoMod}, {bundleJSON, readBundle}}
	var all []Source
	for _, r := range readers {
		raw, err := readLimited(folder, r.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", r.file, err)
		}
		s, err := r.read(raw)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", r.file, err)
		}
		if r.file == bundleJSON && s.Package == "" {
			continue // some other manifest of that name
		}
		s.File, s.raw = r.file, raw
		all = append(all, s)
	}
	return all, nil
}

func readLimited(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	raw, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err == nil && len(raw) > MaxSize {
		err = fmt.Errorf("it is longer than %d bytes", MaxSize)
	}
	return raw, err
}

func readJSON(raw []byte) (*node, error) {
	root, bad := parseJSON(raw)
	if bad != nil {
		at := positionOf(raw, bad.offset)
		return nil, fmt.Errorf("line %d, column %d: it %s", at.Line, at.Column, bad.reason)
	}
	return root, nil
}

func readPackageJSON(raw []byte) (Source, error) {
	root, err := readJSON(raw)
	if err != nil {
		return Source{}, err
	}
	s := Source{Package: npm, Name: root.at("name").str(), Version: root.at("version").str(), Description: root.at("description").str(), MCPName: root.at("mcpName").str()}
	if private := root.at("private"); private != nil && private.text == "true" {
		s.Package = ""
	}
	s.Repository = projectAddress(root.at("repository").str())
	if s.Repository == "" {
		s.Repository = projectAddress(root.at("repository", "url").str())
	}
	s.versionAt, s.mcpNameAt = start(root.at("version")), start(root.at("mcpName"))
	return s, nil
}

func start(n *node) int {
	if n == nil {
		return 0
	}
	return n.start
}

// pythonVersion finds the line of the version, which the decoder does not tell.
var pythonVersion = pattern.New(`(?ms)^\[(?:project|tool\.poetry)\][^\n]*\n(?:[^\[\n][^\n]*\n|\n)*?\s*version\s*=\s*(["'])`)

func readPyproject(raw []byte) (Source, error) {
	type project struct {
		Name        string            `toml:"name"`
		Version     string            `toml:"version"`
		Description string            `toml:"description"`
		URLs        map[string]string `toml:"urls"`
		Repository  string            `toml:"repository"` // Poetry
	}
	var file struct {
		Project project `toml:"project"`
		Tool    struct {
			Poetry project `toml:"poetry"`
		} `toml:"tool"`
	}
	if err := toml.Unmarshal(raw, &file); err != nil {
		return Source{}, err
	}
	p := file.Project
	if p.Name == "" {
		p = file.Tool.Poetry
	}
	s := Source{Package: pypi, Name: p.Name, Version: p.Version, Description: p.Description, Repository: projectAddress(p.Repository)}
	if p.Name == "" {
		s.Package = ""
	}
	for _, called := range []string{"repository", "source", "source code", "github", "homepage"} {
		for key, address := range p.URLs {
			if s.Repository == "" && strings.EqualFold(key, called) {
				s.Repository = projectAddress(address)
			}
		}
	}
	if at := pythonVersion.Regexp().FindSubmatchIndex(raw); at != nil {
		s.versionAt = at[2]
	}
	return s, nil
}

func readGoMod(raw []byte) (Source, error) {
	path := modfile.ModulePath(raw)
	if path == "" {
		return Source{}, errors.New("it names no module")
	}
	parts := strings.Split(path, "/")
	if last := parts[len(parts)-1]; len(parts) > 3 && regexp.MustCompile(`^v\d+$`).MatchString(last) {
		parts = parts[:len(parts)-1]
	}
	s := Source{Name: parts[len(parts)-1]}
	if len(parts) >= 3 {
		s.Repository = projectAddress("https://" + strings.Join(parts[:3], "/"))
	}
	return s, nil
}

func readBundle(raw []byte) (Source, error) {
	root, err := readJSON(raw)
	if err != nil {
		return Source{}, err
	}
	s := Source{Name: root.at("name").str(), Version: root.at("version").str(), Title: root.at("display_name").str(), Description: root.at("description").str()}
	if root.at("server", "type") != nil && (root.at("manifest_version") != nil || root.at("dxt_version") != nil) {
		s.Package = mcpb
	}
	s.Repository = projectAddress(root.at("repository", "url").str())
	s.versionAt = start(root.at("version"))
	return s, nil
}

// The ways in which manifests write where a project lives.
var (
	shorthand = pattern.New(`^(?:(github|gitlab):)?([\w.-]+)/([\w.-]+)$`)
	sshForm   = pattern.New(`^(?:ssh://)?git@(github\.com|gitlab\.com)[:/]`)
)

// projectAddress is the https address of a project on GitHub or GitLab, "" for
// anything else.
func projectAddress(written string) string {
	if m := shorthand.FindStringSubmatch(written); m != nil {
		host := "github.com"
		if m[1] == "gitlab" {
			host = "gitlab.com"
		}
		written = "https://" + host + "/" + m[2] + "/" + m[3]
	}
	written = strings.TrimPrefix(written, "git+")
	written = sshForm.ReplaceAllString(written, "https://$1/")
	for _, scheme := range []string{"git://", "http://"} {
		if rest, ok := strings.CutPrefix(written, scheme); ok {
			written = "https://" + rest
		}
	}
	written, _, _ = strings.Cut(written, "#")
	written = strings.TrimSuffix(strings.TrimSuffix(written, "/"), ".git")
	if githubProject.MatchString(written) || gitlabProject.MatchString(written) {
		return written
	}
	return ""
}
