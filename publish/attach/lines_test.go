package attach_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attach"
)

const oneLine = `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payload":"eyJwcmVkaWNhdGVUeXBlIjoieCJ9","payloadType":"application/vnd.in-toto+json"}}`

func TestLinesAreReadBack(t *testing.T) {
	spaced := strings.ReplaceAll(oneLine, ",", ",\n ")
	jsonl, digest := attach.Lines([][]byte{[]byte(spaced), []byte(oneLine)})
	assert.Equal(t, oneLine+"\n"+oneLine+"\n", string(jsonl))
	sum := sha256.Sum256(jsonl)
	assert.Equal(t, hex.EncodeToString(sum[:]), digest)

	read, err := attach.ParseLines(append([]byte("\n\r\n"), jsonl...))
	require.NoError(t, err)
	require.Len(t, read, 2)
	assert.Equal(t, oneLine, string(read[0]))

	none, err := attach.ParseLines(nil)
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestLinesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct{ file, code, says string }{
		"no JSON":            {oneLine + "\n{", "bundle-unreadable", "line 2"},
		"cut off":            {oneLine[:40], "bundle-unreadable", "line 1"},
		"no bundle":          {"{}", "bundle-unreadable", "media type"},
		"two on a line":      {oneLine + oneLine, "bundle-unreadable", "line 1"},
		"a line too long":    {`"` + strings.Repeat("x", attach.MaxBundle) + `"`, "bundle-too-big", "line 1"},
		"too many":           {strings.Repeat(oneLine+"\n", attach.MaxBundles+1), "referrers-too-many", "256"},
		"bigger than a file": {strings.Repeat("\n", 65<<20), "bundle-too-big", "64 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := attach.ParseLines([]byte(c.file))
			assert.Contains(t, refused(t, err, c.code).Error(), c.says)
		})
	}
	broken, _ := attach.Lines([][]byte{[]byte("{\n\"a\"")})
	_, err := attach.ParseLines(broken)
	refused(t, err, "bundle-unreadable")
}

func FuzzParseLines(f *testing.F) {
	f.Add([]byte(oneLine + "\n" + oneLine + "\n"))
	f.Add([]byte("\r\n{}"))
	f.Add([]byte(`{"mediaType":null,"dsseEnvelope":{"payload":[1]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		read, err := attach.ParseLines(b)
		if err != nil {
			return
		}
		jsonl, digest := attach.Lines(read)
		again, err := attach.ParseLines(jsonl)
		require.NoError(t, err)
		require.Len(t, again, len(read))
		jsonlAgain, digestAgain := attach.Lines(again)
		require.True(t, bytes.Equal(jsonl, jsonlAgain))
		require.Equal(t, digest, digestAgain)
	})
}
