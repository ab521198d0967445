package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"
)

// Annotations say what a command does with the data folder; one without needs a Doorstep that is there.
const (
	noDatabase  = "no database"        // works without this machine's database
	makesFolder = "makes a new folder" // may be the first to write into it
)

// withoutDatabase marks a command that works without this machine's database.
func withoutDatabase(c *cobra.Command) *cobra.Command { return annotated(c, noDatabase) }

// making marks a command that may make a data folder.
func making(c *cobra.Command) *cobra.Command { return annotated(c, makesFolder) }

func annotated(c *cobra.Command, note string) *cobra.Command {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[note] = "yes"
	return c
}

// Open opens the data folder for a command. A folder without a Doorstep is refused, except to commands that make one: a
// mistyped --dir would be a new, empty database otherwise.
func Open(app *pocketbase.PocketBase, c *cobra.Command) error {
	if c.Annotations[noDatabase] != "" {
		return nil
	}
	if c.Annotations[makesFolder] == "" {
		if err := mustHold(app.DataDir(), "init"); err != nil {
			return err
		}
	}
	if err := app.Bootstrap(); err != nil {
		return err
	}
	return private(app.DataDir())
}

// mustHold fails for a folder without a Doorstep, with the command that makes one.
func mustHold(dir, first string) error {
	if there, err := inhabited(dir); there || err != nil {
		return err
	}
	return fmt.Errorf("%s 里没有 Doorstep，请检查 --dir，或先运行 %s · no Doorstep in %s: check --dir, or run %s first", dir, first, dir, first)
}

// inhabited reports whether a folder holds a Doorstep.
func inhabited(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, "data.db"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
