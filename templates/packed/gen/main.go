// Program gen packs the built-in templates into one archive, in which they take
// a quarter of the room in every mcpctl:
//
//	go generate ./templates
//
// The same files give the same bytes.
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"

	"github.com/mcpctl/mcpctl/internal/atomic"
)

func main() {
	if err := pack("packed.zip", "go", "gateway", "typescript", "python"); err != nil {
		fmt.Fprintf(os.Stderr, "packing the templates: %v\n", err)
		os.Exit(1)
	}
}

// pack writes the files of the folders, in order.
func pack(file string, folders ...string) error {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, folder := range folders {
		err := fs.WalkDir(os.DirFS("."), folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			header := &zip.FileHeader{Name: path, Method: zip.Deflate}
			header.SetMode(0o444)
			w, err := archive.CreateHeader(header)
			if err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return atomic.WriteFile(file, b.Bytes(), 0o644)
}
