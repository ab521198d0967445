package commands

import (
	"fmt"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
	"doorstep/internal/reassign"
)

// importAreas reads outlines, or a list of codes without them.
func importAreas(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	o := grid.Options{By: audit.Operator}
	c := &cobra.Command{
		Use: "import FILE.geojson|FILE.gpkg|FILE.zip|FILE.csv|FILE.xlsx", Short: "导入区划：边界或代码表 · import areas: boundaries, or a list of codes",
		Args: cobra.ExactArgs(1),
		Long: "边界：GeoJSON、GeoPackage 或 shapefile 压缩包，每个要素有 code、name，须用 --crs 说明坐标系。\n代码表：表头 代码、名称，可选 层级、应访户数；已有的边界不变。\n" +
			"边界变动后，服务器在后台把受影响的记录重新归入网格。\n" +
			"Boundaries: GeoJSON, a GeoPackage or a zipped shapefile, whose features have code and name; --crs says in what datum. A list: " +
			"columns\ncode, name, and if wanted level, expected_households; boundaries that are there stay. When borders have changed, the server " +
			"then moves the\nrecords that lie elsewhere now.",
		Example: "  doorstep areas import districts.geojson --crs gcj02 --dry-run\n  doorstep areas import grids.gpkg --crs wgs84 --replace\n  " +
			"doorstep areas import streets.csv",
	}
	addDatum(c, &o.Datum, "边界的坐标系 · datum of the boundaries")
	addDryRun(c, &o.Check)
	c.Flags().BoolVar(&o.Replace, "replace", false, "停用同一上级下文件中没有的同级区域 · end areas beside those of the file that it does not name")
	c.Flags().BoolVar(&o.Anyway, "anyway", false, "即使坐标系看来不对也导入 · import although the datum looks wrong")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		raw, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		o.Now = d.Now()
		r, err := grid.Import(cmd.Context(), app, grid.File{Name: args[0], Data: raw}, o)
		ignored(cmd, args[0], r.Ignored)
		if err == nil && len(r.Mistakes) > 0 {
			err = r.Mistakes
		}
		for _, f := range r.Findings {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s · %s\n", f.ZH, f.EN)
		}
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		tellImported(cmd, o.Check, r.Added, r.Changed, r.Same)
		if r.Ended > 0 || r.Affected > 0 {
			fmt.Fprintf(cmd.OutOrStdout(), "停用 %[1]d 个；受影响的区域 %[2]d 个 · ended %[1]d; areas whose records are looked at again: %[2]d\n",
				r.Ended, r.Affected)
		}
		return nil
	}
	return prepared(app, d, c)
}

// importHouseCodes reads in which area each house code lies.
func importHouseCodes(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	o := grid.Options{By: audit.Operator}
	c := &cobra.Command{
		Use: "house-codes FILE.csv|FILE.xlsx", Short: "导入房屋编码与区划对照表 · import in which area each house code lies", Args: cobra.ExactArgs(1),
		Long: "表头：房屋编码、区划代码。表中没有的编码不变；有一处错误就什么也不写。导入后服务器在后台重新归入有关记录。\n" +
			"Columns: house_code, code. Codes that the list does not name stay; with one mistake nothing is written. The server then looks " +
			"at the\nrecords of the areas that it concerns.",
		Example: "  doorstep areas house-codes codes.xlsx --dry-run",
	}
	addDryRun(c, &o.Check)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		raw, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		o.Now = d.Now()
		r, err := grid.ImportHouseCodes(cmd.Context(), app, grid.File{Name: args[0], Data: raw}, o)
		ignored(cmd, args[0], r.Ignored)
		if err == nil && len(r.Mistakes) > 0 {
			err = r.Mistakes
		}
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		tellImported(cmd, o.Check, r.Added, r.Changed, r.Same)
		return nil
	}
	return prepared(app, d, c)
}

// reassignAreas looks at the records of all areas again, here and now.
func reassignAreas(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{
		Use: "reassign", Short: "重新归入网格：检查全部记录 · look at the records of all areas again", Args: cobra.NoArgs,
		Long: "中断后再次运行会接着做；服务器运行时也可使用。\nAfter an interruption, run it again: it goes on where it stopped. It may run beside the server.",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := d.Areas.Load(app); err != nil {
			return err
		}
		waiting, err := reassign.Unfinished(collections.Read(app))
		if err == nil && !waiting {
			err = collections.Write(cmd.Context(), app, func(db collections.DB) error {
				id, err := reassign.Begin(db, audit.Operator, d.Now())
				if err != nil {
					return err
				}
				return audit.Append(db, d.Now(), audit.Entry{
					Actor: audit.Operator, Action: "areas.reassign", Collection: collections.Jobs, Record: id, Purpose: audit.Administration,
				})
			})
		}
		if err != nil {
			return err
		}
		runner := reassign.Runner{Forms: d.Library, Areas: d.Areas, Now: d.Now, Show: func(j reassign.Job) { tellJob(cmd, j) }}
		if err := runner.Run(cmd.Context(), app); err != nil {
			return err
		}
		if waiting, err = reassign.Unfinished(collections.Read(app)); err == nil && waiting {
			cmd.PrintErrln("另一进程正在处理（或刚被中断）：一分钟后再运行 · another process is at it, or was interrupted: run it again in a minute")
		}
		return err
	}
	return prepared(app, d, c)
}

// listAreaJobs tells how far the latest jobs are.
func listAreaJobs(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "jobs", Short: "归网任务的进度 · how far the latest jobs of areas are", Args: cobra.NoArgs}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		all, err := reassign.Jobs(collections.Read(app), "", 50)
		if err != nil {
			return err
		}
		for _, j := range all {
			tellJob(cmd, j)
		}
		return nil
	}
	return prepared(app, d, c)
}

func tellJob(cmd *cobra.Command, j reassign.Job) {
	fmt.Fprintf(cmd.OutOrStdout(), "%s %s %d/%d，移动 %[5]d，跳过 %[6]d · moved %[5]d, skipped %[6]d\n", j.ID, j.Status, j.Done, j.Total, j.Moved,
		j.Skipped)
}

// addDryRun gives a command the flag that only looks at its file.
func addDryRun(c *cobra.Command, check *bool) {
	c.Flags().BoolVar(check, "dry-run", false, "只检查，不写入 · look at the file, write nothing")
}

// addDatum gives a command the flag that says in what datum coordinates are.
func addDatum(c *cobra.Command, datum *grid.Datum, text string) {
	c.Flags().Func("crs", text+": wgs84, gcj02, bd09", func(said string) (err error) {
		*datum, err = grid.ParseDatum(said)
		return err
	})
}
