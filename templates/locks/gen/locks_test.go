package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSuperset(t *testing.T) {
	lines, conditions, err := superset([]byte("a\n//mcpctl:if x || y\nb\n  //mcpctl:if z\nc\n  //mcpctl:end\n//mcpctl:end\nd\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"a\n", "b\n", "c\n", "d\n"}, lines)
	assert.Equal(t, []string{"", "x || y", "(x || y) && z", ""}, conditions)
	for _, broken := range []string{"//mcpctl:if a\n//mcpctl:else\n//mcpctl:end\n", "#mcpctl:end\n"} {
		_, _, err := superset([]byte(broken))
		assert.Error(t, err, broken)
	}
}

// What several features need stands for any of them; what all need, for none.
func TestNeeded(t *testing.T) {
	g := graph{"a": {"deep"}, "b": {"deep", "b2"}, "b2": {"b"}, "base": {"shared"}, "c": {"shared"}}
	assert.Equal(t, map[string]string{
		"a": "one", "b": "two", "b2": "two", "deep": "one || two", "base": "", "shared": "", "c": "three",
	}, needed(g, map[string]string{"a": "one", "b": "two", "base": "", "c": "three"}))
}

const npmLock = `{
  "packages": {
    "": {
      "dependencies": {
        "base": "1.0.0",
        "cache": "2.0.0"
      },
      "peerDependencies": {
        "absent": "1.0.0"
      }
    },
    "node_modules/base": {
      "version": "1.0.0",
      "peerDependencies": {
        "cache": "2.0.0"
      },
      "peerDependenciesMeta": {
        "cache": {
          "optional": true
        }
      }
    },
    "node_modules/cache": {
      "version": "2.0.0",
      "dependencies": {
        "base": "0.9.0"
      }
    },
    "node_modules/cache/node_modules/base": {
      "version": "0.9.0"
    }
  }
}
`

func TestNPMRegions(t *testing.T) {
	lock, err := npmRegions([]byte(npmLock), map[string]string{"base": "", "cache": "cached"})
	require.NoError(t, err)
	lines, conditions, err := superset(lock)
	require.NoError(t, err)
	assert.Equal(t, npmLock, join(lines), "nothing is lost")
	assert.Equal(t, "cached", conditions[5])
	for i, line := range lines {
		assert.Equal(t, i == 5 || i >= 22 && i <= 30, conditions[i] == "cached", line)
	}
	_, err = npmRegions([]byte(npmLock), map[string]string{"base": ""})
	assert.ErrorContains(t, err, "nothing needs node_modules/cache")
}

func TestPythonRegions(t *testing.T) {
	lock, err := pythonRegions(`base==1 \
    --hash=sha256:00
    # via
    #   acme-server (pyproject.toml)
    #   cache
cache==2 ; sys_platform == 'win32' \
    --hash=sha256:01
    # via acme-server (pyproject.toml)
deep==3 \
    --hash=sha256:02
    # via cache
`, map[string]string{"base": "", "cache": "cached", "other": "unlocked"})
	require.NoError(t, err)
	assert.Equal(t, `base==1 \
    --hash=sha256:00
#mcpctl:if cached
cache==2 ; sys_platform == 'win32' \
    --hash=sha256:01
deep==3 \
    --hash=sha256:02
#mcpctl:end
`, string(lock))
	_, err = pythonRegions("stray\n", nil)
	assert.Error(t, err)
	_, err = pythonRegions("alone==1\n", nil)
	assert.ErrorContains(t, err, "nothing needs alone")
}

func TestWhatIsNamed(t *testing.T) {
	lines, conditions, err := superset([]byte("  \"dependencies\": {\n    //mcpctl:if x\n    \"@a/b\": \"1.2.3\",\n    //mcpctl:end\n    \"c\": \"^4.0.0\"\n  },\n  \"other\": \"5.0.0\"\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"@a/b": "x", "c": ""}, directly(lines, conditions))
	lines, conditions, err = superset([]byte("dependencies = [\n  #mcpctl:if x\n  \"A_b[all]>=1,<2\",\n  #mcpctl:end\n  \"c==4\",\n]\ndev = [\"a-b>=1\", \"d>=1\"]\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a-b": "", "c": "", "d": ""}, required(lines, conditions))
}

func join(lines []string) string {
	var all string
	for _, l := range lines {
		all += l
	}
	return all
}
