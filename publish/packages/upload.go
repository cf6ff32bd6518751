package packages

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Upload hands an artefact to the client of its ecosystem, with the user's
// environment and the checker's streams, after Local has found nothing wrong
// with it. It writes where nothing can be taken back: call it only when the user
// has said so. It takes as long as the client does, or ctx allows.
func (c *Checker) Upload(ctx context.Context, p Package, file string) error {
	if _, err := Local(file, p); err != nil {
		return err
	}
	file, err := filepath.Abs(file) // npm takes other things for names of packages
	if err != nil {
		return trouble(refusal.Usage, codeArtifact, p, "Name a file that can be read.", "%v", err)
	}
	commands := uploads(p, file)
	if len(commands) == 0 {
		mend := map[string]string{
			Cargo: "Run `cargo publish` in the project: cargo uploads no finished crate.",
			MCPB:  "Attach the bundle to the release that its identifier names.",
		}[p.Type]
		return trouble(refusal.Usage, codeUpload, p, mend, "there is no client that uploads %s", filepath.Base(file))
	}
	var names []string
	for _, argv := range commands {
		names = append(names, argv[0])
		path, err := c.find(argv[:1])
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(ctx, path, argv[1:]...)
		cmd.Env, cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Env, c.Dir, c.In, c.Out, c.Err
		return uploaded(ctx, p, argv[0], cmd.Run())
	}
	return noClient(p, names)
}

// uploads are the commands of which the first that is there is run.
func uploads(p Package, file string) [][]string {
	switch p.Type {
	case NPM:
		// What the project's scripts do belongs before the artefact was made.
		return [][]string{{"npm", "publish", file, "--ignore-scripts"}}
	case PyPI:
		return [][]string{{"uv", "publish", file}, {"twine", "upload", file}}
	case NuGet:
		return [][]string{{"dotnet", "nuget", "push", file}}
	}
	return nil
}

func uploaded(ctx context.Context, p Package, name string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r := trouble(refusal.Environment, codeFailed, p, "See above what "+name+" said. If the version is there already, go on without uploading.", "%s could not upload it: %v", name, err)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		r.Mend = "See whether " + name + " runs here."
	}
	return r
}
