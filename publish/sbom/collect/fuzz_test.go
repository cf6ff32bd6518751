package collect

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// fuzzLock feeds a lock reader, starting from the fixtures. Whatever it is fed,
// it ends soon, and what it makes of it settles and has a graph without loose
// ends.
func fuzzLock(f *testing.F, name string, seeds ...string) {
	for _, seed := range seeds {
		data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(seed)))
		if err != nil {
			f.Fatal(err)
		}
		if len(data) > 4096 { // small seeds mutate better
			data = data[:4096]
		}
		f.Add(data)
	}
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		files := memory{name: string(data)}
		if name == "go.mod" {
			files["go.sum"] = "a b c"
		}
		c := &collector{dir: newFolder(files), bill: bill.New(bill.Component{}, bill.PreBuild)}
		start := time.Now()
		if _, err := c.locks(); err != nil {
			return
		}
		b := c.finished("fuzz")
		for _, component := range b.Components() {
			for _, e := range b.Needs(component.Ref) {
				if b.Component(e.To) == nil {
					t.Errorf("%s needs %s, which is not there", component.Ref, e.To)
				}
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%d bytes took %v", len(data), took)
		}
	})
}

func FuzzGoMod(f *testing.F)        { fuzzLock(f, "go.mod", "go/go.mod") }
func FuzzPackageLock(f *testing.F)  { fuzzLock(f, "package-lock.json", "npm/package-lock.json") }
func FuzzPnpmLock(f *testing.F)     { fuzzLock(f, "pnpm-lock.yaml", "pnpm/pnpm-lock.yaml") }
func FuzzYarnLock(f *testing.F)     { fuzzLock(f, "yarn.lock", "yarn1/yarn.lock", "berry/yarn.lock") }
func FuzzUvLock(f *testing.F)       { fuzzLock(f, "uv.lock", "uv/uv.lock") }
func FuzzPoetryLock(f *testing.F)   { fuzzLock(f, "poetry.lock", "poetry/poetry.lock") }
func FuzzRequirements(f *testing.F) { fuzzLock(f, "requirements.txt", "pip/requirements.txt") }
func FuzzCargoLock(f *testing.F)    { fuzzLock(f, "Cargo.lock", "cargo/Cargo.lock") }

// A tar file, whatever is in it, is read to its end or refused.
func FuzzImageArchive(f *testing.F) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, text := range map[string]string{"oci-layout": "{}", "index.json": `{"manifests": [{"digest": "sha256:00"}]}`} {
		_ = w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644}) // into memory
		_, _ = w.Write([]byte(text))
	}
	_ = w.Close()
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := readTar(tar.NewReader(bytes.NewReader(data)), "fuzz.tar")
		if err != nil {
			return
		}
		for name := range files.fs.(memory) {
			if !fs.ValidPath(name) {
				t.Errorf("kept %q", name)
			}
		}
		_, _ = ociLayout(files, "fuzz") // it may be refused, and must end
	})
}

// A zip archive that is let through has only entries inside of it.
func FuzzZip(f *testing.F) {
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := OpenZip(bytes.NewReader(data), int64(len(data)), "fuzz.zip")
		if err != nil {
			return
		}
		for _, entry := range z.File {
			if !filepath.IsLocal(strings.TrimSuffix(entry.Name, "/")) {
				t.Errorf("let %q through", entry.Name)
			}
		}
	})
}

// Brackets that the scan counts are those that the decoder would recurse into.
func FuzzTooDeep(f *testing.F) {
	f.Add([]byte("a = [[[\"]\", ']', '''\n[''', \"\"\"\\\"]\"\"\"]]] # ["), 3)
	f.Fuzz(func(t *testing.T, data []byte, most int) {
		if line := tooDeep(data, most%100); line < 0 || line > bytes.Count(data, []byte("\n"))+1 {
			t.Errorf("line %d", line)
		}
	})
}

func TestTooDeep(t *testing.T) {
	for text, want := range map[string]int{
		"a = [[1]]":                              0,
		"a = 1\nb = [[[1]]]":                     2,
		"a = '[[[' # [[[\nb = \"[[[\\\"[[[\"":    0,
		"a = '''\n[[[\n'''\nb = \"\"\"[[[\"\"\"": 0,
		"a = '''\n'''\nb = {a = [[]]}":           3,
		"# [[[[":                                 0,
		"a = \"unfinished\nb = [[[":              2,
		"a = '''unfinished [[[":                  0,
		"[[a]]\n[[a]]\n[[a]]\n":                  0,
	} {
		if got := tooDeep([]byte(text), 2); got != want {
			t.Errorf("%q: line %d, not %d", text, got, want)
		}
	}
}
