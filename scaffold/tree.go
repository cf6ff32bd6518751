package scaffold

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"
)

// File is one file of a template or of a rendered project.
type File struct {
	Path string      // relative, slash-separated; CheckPath accepts it
	Mode fs.FileMode // 0644, or 0755 for what can be run
	Data []byte
}

// Hash is the digest of the content, as mcpctl.yaml records it: "sha256:…".
func (f File) Hash() string { return Hash(f.Data) }

// Hash is the digest of a file's content, as mcpctl.yaml records it: "sha256:…".
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Tree is a set of files, sorted by path. It is not changed after it was made,
// so it can be read concurrently.
type Tree []File

// NewTree sorts files into a Tree.
func NewTree(files ...File) Tree {
	t := slices.Clone(files)
	slices.SortFunc(t, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return t
}

// Lookup finds a file by its path.
func (t Tree) Lookup(path string) (File, bool) {
	i, found := slices.BinarySearchFunc(t, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
	if !found {
		return File{}, false
	}
	return t[i], true
}

// With answers a tree in which f stands, instead of a file of the same path if
// there is one. The receiver stays as it is.
func (t Tree) With(f File) Tree {
	rest := slices.DeleteFunc(slices.Clone(t), func(old File) bool { return old.Path == f.Path })
	return NewTree(append(rest, f)...)
}

// Hashes are the digests of all files by path.
func (t Tree) Hashes() map[string]string {
	hashes := make(map[string]string, len(t))
	for _, f := range t {
		hashes[f.Path] = f.Hash()
	}
	return hashes
}

// Size is the number of bytes of all files together.
func (t Tree) Size() int {
	n := 0
	for _, f := range t {
		n += len(f.Data)
	}
	return n
}
