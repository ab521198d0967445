package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/sealing"
)

// damaged opens every sealed row, lists those that do not open, and notes each in the audit once.
func damaged(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "damaged", Short: "列出打不开的密封行 · list the sealed rows that do not open any more", Args: cobra.NoArgs}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		n := 0
		err := sealing.Damaged(cmd.Context(), collections.Read(app), func(table, id string) {
			n++
			fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", table, id)
		})
		if err != nil {
			return err
		}
		if err := d.ReportDamage(cmd.Context(), app); err != nil || n == 0 {
			return err
		}
		return fmt.Errorf("%d 行已损坏，请从备份恢复；其余数据照常使用 · rows are damaged: restore them from a backup; everything else works", n)
	}
	return prepared(app, d, c)
}
