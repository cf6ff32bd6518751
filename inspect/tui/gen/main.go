// Command gen makes the picture of the inspector that the README shows:
//
//	go run ./inspect/tui/gen
//
// It plays docs/images/inspect.drive with `mcpctl inspect --drive` on the pinned
// server-everything (testservers/install) and draws what the screen showed into
// docs/images/inspect.svg.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mcpctl/mcpctl/internal/cli"
)

// The files, below the root of the repository.
const (
	scriptFile  = "docs/images/inspect.drive"
	answersFile = "docs/images/inspect.answers.yaml"
	pictureFile = "docs/images/inspect.svg"
)

// server is the command that the picture shows; it lies beside the pinned
// server-everything.
const server = "mcp-server-everything"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := generate(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate(ctx context.Context) error {
	if _, err := os.Stat(scriptFile); err != nil {
		return fmt.Errorf("%w; run it in the root of the repository", err)
	}
	script, err := os.ReadFile(scriptFile)
	if err != nil {
		return err
	}
	bin, err := binaries(ctx)
	if err != nil {
		return err
	}
	if err := os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		return err
	}
	cast, err := play(ctx, scriptFile, answersFile)
	if err != nil {
		return err
	}
	picture, err := draw(cast, script)
	if err != nil {
		return err
	}
	return os.WriteFile(pictureFile, picture, 0o644) //nolint:gosec // it is published
}

// play is what `mcpctl inspect --drive` prints.
func play(ctx context.Context, script, answers string) ([]byte, error) {
	streams := cli.OS()
	var cast, said bytes.Buffer
	streams.Out, streams.Err = &cast, &said
	if code := cli.Main(ctx, streams, []string{"inspect", "--drive", script, "--answer", answers, "--", server, "stdio"}); code != 0 {
		return nil, fmt.Errorf("mcpctl inspect --drive ended with code %d: %s", code, said.String())
	}
	return cast.Bytes(), nil
}

func draw(cast, script []byte) ([]byte, error) {
	f, err := readFilm(bytes.NewReader(cast))
	if err != nil {
		return nil, err
	}
	if len(f.frames) == 0 {
		return nil, errors.New("the recording shows nothing")
	}
	var picture bytes.Buffer
	d := &drawing{film: f, title: "mcpctl inspect -- " + server + " stdio", digest: digest(script), poster: "poster"}
	err = d.write(&picture)
	return picture.Bytes(), err
}

func digest(script []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(script)) }

// binaries is the folder of the pinned programs' commands.
func binaries(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "bash", "testservers/install", "--where").Output()
	if err != nil {
		return "", fmt.Errorf("finding the pinned servers: %w; testservers/install installs them", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "npm", "node_modules", ".bin"), nil
}
