// Program gen writes what packages of mcpctl bring beside the program: a manual
// page for every command and completions for four shells.
//
//	go run ./internal/cli/gen FOLDER
//
// The pages bear the date in SOURCE_DATE_EPOCH, so that equal sources make equal
// packages.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/mcpctl/mcpctl/internal/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/cli/gen FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		fmt.Fprintf(os.Stderr, "writing manual pages and completions: %v\n", err)
		os.Exit(1)
	}
}

// write fills the folder, which may be there.
func write(dir, epoch string) error {
	date := time.Unix(0, 0).UTC()
	if epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is no number of seconds: %w", err)
		}
		date = time.Unix(seconds, 0).UTC()
	}
	root := cli.Tree()
	if err := manuals(root, filepath.Join(dir, "man"), date); err != nil {
		return err
	}
	return completions(root, filepath.Join(dir, "completions"))
}

func manuals(root *cobra.Command, dir string, date time.Time) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	root.DisableAutoGenTag = true // it would bear the day of the build
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "mcpctl", Manual: "mcpctl", Date: &date}, dir)
}

func completions(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for name, generate := range map[string]func(string) error{
		"mcpctl.bash": func(file string) error { return root.GenBashCompletionFileV2(file, true) },
		"mcpctl.zsh":  root.GenZshCompletionFile,
		"mcpctl.fish": func(file string) error { return root.GenFishCompletionFile(file, true) },
		"mcpctl.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := generate(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
