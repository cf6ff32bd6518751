package cli

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// demoServer is the server of the demo, ready to start.
type demoServer struct {
	language string
	dir      string   // the project
	command  []string // starts it from any folder
}

// anywhere is a command that starts a server in its project's folder, so written
// that it does in any.
func anywhere(language, dir string, command []string) []string {
	last := len(command) - 1
	switch language {
	case "typescript":
		return append(command[:last:last], filepath.Join(dir, command[last]))
	case "python":
		const start = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
		return []string{command[0], "-c", start, dir, command[last]}
	}
	return command
}

// bundle packs the server as MCPB, the same bytes for the same files: a program
// alone, or the project with what it needs.
func (s demoServer) bundle() ([]byte, error) {
	entry := "server/" + demoName
	how := map[string]any{"type": "binary", "entry_point": entry,
		"mcp_config": map[string]any{"command": "${__dirname}/" + entry, "args": []string{}}}
	switch s.language {
	case "typescript":
		entry = "src/main.ts"
		how = map[string]any{"type": "node", "entry_point": entry,
			"mcp_config": map[string]any{"command": "node", "args": []string{"${__dirname}/" + entry}}}
	case "python":
		module := s.command[len(s.command)-1]
		entry = module + "/__main__.py"
		how = map[string]any{"type": "python", "entry_point": entry,
			"mcp_config": map[string]any{"command": "python3", "args": []string{"-m", module}, "env": map[string]string{"PYTHONPATH": "${__dirname}"}}}
	}
	manifest, err := indented(map[string]any{
		"manifest_version": "0.3", "name": demoName, "version": demoVersion,
		"description": "The server of mcpctl's demo.", "author": map[string]string{"name": "mcpctl demo"},
		"server": how,
	})
	if err != nil {
		return nil, fmt.Errorf("writing the bundle's manifest: %w", err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	err = zipEntry(z, "manifest.json", 0o644, manifest)
	if err == nil && s.language == "go" {
		err = zipFile(z, entry, 0o755, s.command[0])
	} else if err == nil {
		err = zipProject(z, s.dir)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("packing the bundle: %w", err)}
	}
	return b.Bytes(), nil
}

// zipProject packs the files of a project, in the order of their names. What is
// made anew on each machine stays behind.
func zipProject(z *zip.Writer, dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != dir && (d.Name() == environment || d.Name() == "__pycache__" || d.Name() == ".bin" || strings.HasPrefix(d.Name(), ".git")):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		inside, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		return zipFile(z, path.Clean(filepath.ToSlash(inside)), 0o644, name)
	})
}

func zipFile(z *zip.Writer, as string, mode os.FileMode, from string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return zipEntry(z, as, mode, body)
}

func zipEntry(z *zip.Writer, as string, mode os.FileMode, body []byte) error {
	header := &zip.FileHeader{Name: as, Method: zip.Deflate}
	header.SetMode(mode)
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = w.Write(body)
	}
	return err
}
