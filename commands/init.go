package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
)

// initialise makes a data folder with its keys and the shipped forms, for who wants to import before the first start.
func initialise(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "init", Short: "新建数据目录 · make a new data folder"}
	c.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("init 不接受参数，目录用 --dir 指定 · init takes no arguments, the folder is given by --dir: %q", args)
		}
		there, err := inhabited(app.DataDir())
		if there {
			return fmt.Errorf("%s 里已有 Doorstep · there is a Doorstep in %s already", app.DataDir(), app.DataDir())
		}
		return err
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := ready(app, d); err != nil {
			return err
		}
		if err := d.NoteNew(app); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s 已就绪 · is ready\n", app.DataDir())
		return nil
	}
	return making(c)
}
