package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/work"
)

// assignCampaign gives the parts of a list to workers.
func assignCampaign(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var check bool
	c := &cobra.Command{
		Use: "assign CAMPAIGN FILE.xlsx|FILE.csv", Short: "把网格或家庭分给采集员 · give areas or households to workers", Args: cobra.ExactArgs(2),
		Long: "每行一个网格或一户。表头：区划代码或家庭编号，可选：工号（空着即尚未分给谁）、目标户数、期限。已分配的改为表中所写；有一处错误就什么也不写。\n" +
			"A row is an area or a household. Columns: area or household, and if wanted worker (staff number; blank for nobody yet), target, " +
			"due.\nWhat is assigned already is changed to what the list says; with one mistake nothing is written.",
		Example: "  doorstep campaigns assign 0198c0de-… grids.xlsx --dry-run",
	}
	addDryRun(c, &check)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := knownCampaign(app, args[0]); err != nil {
			return err
		}
		parts, unread, err := work.Read(args[1])
		ignored(cmd, args[1], unread)
		if err != nil {
			return mistakes(cmd, args[1], err)
		}
		report, err := work.Assign(cmd.Context(), app, access.Act{Actor: access.Shell(), Now: d.Now()},
			work.Target{Campaign: args[0], Parts: parts, Check: check})
		if err != nil {
			return err
		}
		for _, w := range report.Wrong {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d (%s): %s: %s · %s\n", args[1], w.Row, w.Column, w.Value, w.Text.ZH, w.Text.EN)
		}
		if len(report.Wrong) > 0 {
			return fmt.Errorf("%s：未写入 · nothing was written", args[1])
		}
		if check {
			fmt.Fprint(cmd.OutOrStdout(), "仅检查 dry run · ")
		}
		fmt.Fprintf(cmd.OutOrStdout(), "新增 added %d · 移交 moved %d · 修改 changed %d · 未变 same %d\n", report.Added, report.Moved, report.Changed,
			report.Same)
		return nil
	}
	return prepared(app, d, c)
}
