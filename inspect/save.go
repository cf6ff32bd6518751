package inspect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// Save writes parts to disk and gives the paths: all but plain text and links,
// which are no files. to is a folder that is there,
// or ends in a slash and will be made, or, for a single part, a new file. Names
// are made from the server's words, but lead nowhere else, and nothing that is
// there is ever overwritten.
func Save(to string, parts []Part) ([]string, error) {
	var kept []Part
	for _, p := range parts {
		if p.Broken == nil && (p.Binary || p.Kind == "resource") {
			kept = append(kept, p)
		}
	}
	info, err := os.Stat(to)
	folder := err == nil && info.IsDir() || os.IsPathSeparator(to[len(to)-1])
	switch {
	case len(kept) == 0:
		return nil, nil
	case err == nil && !folder:
		return nil, fmt.Errorf("saving to %s: it is there already, and nothing is overwritten", to)
	case !folder && len(kept) > 1:
		return nil, fmt.Errorf("saving to %s: there are %d parts; name a folder, as in %s/", to, len(kept), to)
	case !folder:
		return save(filepath.Dir(to), kept, func(Part, int) string { return filepath.Base(to) })
	}
	if err := os.MkdirAll(to, 0o750); err != nil {
		return nil, fmt.Errorf("saving to %s: %w", to, err)
	}
	return save(to, kept, name)
}

func save(dir string, parts []Part, name func(Part, int) string) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("saving to %s: %w", dir, err)
	}
	defer func() { _ = root.Close() }() // it was only used to open files
	var all []string
	for i, p := range parts {
		file := name(p, i+1)
		data := p.Data
		if !p.Binary {
			data = []byte(p.Text)
		}
		if err := writeNew(root, file, data); err != nil {
			return all, fmt.Errorf("saving %s: %w", filepath.Join(dir, file), err)
		}
		all = append(all, filepath.Join(dir, file))
	}
	return all, nil
}

// writeNew writes a file that is not there yet. A part of it is never left.
func writeNew(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("it is there already, and nothing is overwritten")
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = root.Remove(name) // the error that counts is err
	}
	return err
}

// name is a harmless file name for the n-th part.
func name(p Part, n int) string {
	base := path.Base(strings.TrimRight(p.URI, "/"))
	if p.URI == "" || p.Name != "" {
		base = p.Name
	}
	stem := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '-'
	}, base)
	stem = strings.Trim(stem, ".-")
	if stem = stem[:min(len(stem), 60)]; stem == "" {
		stem = "part"
		if p.Kind == "image" || p.Kind == "audio" || p.Kind == "resource" {
			stem = p.Kind
		}
	}
	if ext := extension(p); !strings.HasSuffix(strings.ToLower(stem), ext) {
		stem += ext
	}
	return fmt.Sprintf("%02d-%s", n, stem)
}

// extension is what files of that type are called by.
func extension(p Part) string {
	kind, _, _ := strings.Cut(p.MIME, ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "image/svg+xml":
		return ".svg"
	case "audio/wav", "audio/x-wav":
		return ".wav"
	case "audio/mpeg":
		return ".mp3"
	case "audio/ogg":
		return ".ogg"
	case "application/pdf":
		return ".pdf"
	case "application/json":
		return ".json"
	case "application/gzip":
		return ".gz"
	case "application/zip":
		return ".zip"
	case "text/html":
		return ".html"
	case "text/markdown":
		return ".md"
	}
	if !p.Binary {
		return ".txt"
	}
	return ".bin"
}
