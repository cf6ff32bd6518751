package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// pythonToolchain installs what a project has locked into a virtual environment
// of its own: with uv where there is one, which takes a tenth of the time, and
// with pip otherwise.
type pythonToolchain struct{ tools }

const environment = ".venv"

func (p pythonToolchain) build(ctx context.Context, dir, _ string) ([]string, error) {
	if err := p.install(ctx, dir, "requirements.txt"); err != nil {
		return nil, err
	}
	return []string{python(dir), "-m", packageIn(dir)}, nil
}

func (p pythonToolchain) check(ctx context.Context, dir string) error {
	if err := p.install(ctx, dir, "requirements-dev.txt"); err != nil {
		return err
	}
	for _, args := range [][]string{{"-m", "ruff", "check", "."}, {"-m", "mypy"}, {"-m", "pytest", "-q"}} {
		if err := p.run(ctx, dir, python(dir), args...); err != nil {
			return err
		}
	}
	return nil
}

// install brings the environment to what a file of requirements says, hashes
// and all.
func (p pythonToolchain) install(ctx context.Context, dir, requirements string) error {
	own, err := p.environment(ctx, dir)
	if err != nil {
		return err
	}
	if uv, err := exec.LookPath("uv"); err == nil {
		return p.run(ctx, dir, uv, "pip", "install", "--python", own, "--require-hashes", "--requirements", requirements)
	}
	return p.run(ctx, dir, own, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "--requirement", requirements)
}

// environment makes the project's virtual environment, unless it is there, and
// answers its interpreter.
func (p pythonToolchain) environment(ctx context.Context, dir string) (string, error) {
	at := filepath.Join(dir, environment)
	if _, err := os.Stat(filepath.Join(at, "pyvenv.cfg")); err == nil {
		return python(dir), p.recent(ctx, python(dir))
	}
	if _, err := os.Lstat(at); err == nil {
		e := &Error{Code: ExitEnvironment, Err: fmt.Errorf("making a virtual environment: %s is there and is none", at)}
		return "", e.hinted("The project was made. Move %s away, and run `python3 -m venv %s` in the project.", environment, environment)
	}
	base, err := p.find("python3")
	if err != nil {
		return "", err
	}
	if err := p.recent(ctx, base); err != nil {
		return "", err
	}
	if uv, err := exec.LookPath("uv"); err == nil {
		return python(dir), p.run(ctx, dir, uv, "venv", "--quiet", "--python", base, environment)
	}
	return python(dir), p.run(ctx, dir, base, "-m", "venv", environment)
}

// python is the interpreter of a project's virtual environment.
func python(dir string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(dir, environment, "Scripts", "python.exe")
	}
	return filepath.Join(dir, environment, "bin", "python")
}

// packageIn is the package of a project that can be started, "" if there is none.
func packageIn(dir string) string {
	found, _ := filepath.Glob(filepath.Join(dir, "*", "__main__.py")) // the pattern is well-formed
	for _, f := range found {
		if name := filepath.Base(filepath.Dir(f)); !strings.HasPrefix(name, ".") {
			return name
		}
	}
	return ""
}
