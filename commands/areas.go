package commands

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
)

// importAreas reads boundaries, or a list of codes without them.
func importAreas(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var datum grid.Datum
	var dry bool
	c := &cobra.Command{
		Use: "import FILE.geojson|FILE.csv|FILE.xlsx", Short: "导入区划:边界或代码表 · import areas: boundaries, or a list of codes", Args: cobra.ExactArgs(1),
		Long: "边界:GeoJSON,每个要素有 code、name,须用 --crs 说明坐标系。\n代码表:表头 代码、名称,可选 层级、应访户数;已有的边界不变。\n" +
			"Boundaries: GeoJSON, whose features have code and name; --crs says in what datum. A list: columns code, name, and if wanted level,\nexpected_households; boundaries that are there stay.",
		Example: "  doorstep areas import districts.geojson --crs gcj02\n  doorstep areas import streets.csv",
	}
	addDatum(c, &datum, "边界的坐标系 · datum of the boundaries")
	c.Flags().BoolVar(&dry, "dry-run", false, "只检查,不写入 · look at the file, write nothing")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		n, err := importFile(cmd, app, d, args[0], datum, dry)
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		tellImported(cmd, dry, n.Added, n.Changed, n.Same)
		return nil
	}
	return prepared(app, d, c)
}

func importFile(cmd *cobra.Command, app *pocketbase.PocketBase, d *hooks.Doorstep, path string, datum grid.Datum, dry bool) (grid.Imported, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".txt", ".xlsx", ".xlsm":
		if datum != "" {
			return grid.Imported{}, errors.New("代码表没有坐标,不用 --crs · a list has no coordinates: leave --crs out")
		}
		n, titles, err := grid.ImportList(cmd.Context(), app, path, dry, audit.Operator, d.Now())
		ignored(cmd, path, titles)
		return n, err
	}
	if datum == "" {
		return grid.Imported{}, errors.New("请用 --crs 说明坐标系:wgs84、gcj02 或 bd09 · say the datum with --crs: wgs84, gcj02 or bd09")
	}
	f, err := os.Open(path)
	if err != nil {
		return grid.Imported{}, err
	}
	defer f.Close()
	return grid.Import(cmd.Context(), app, f, datum, nil, dry, audit.Operator, d.Now())
}

// addDatum gives a command the flag that says in what datum coordinates are.
func addDatum(c *cobra.Command, datum *grid.Datum, text string) {
	c.Flags().Func("crs", text+": wgs84, gcj02, bd09", func(said string) (err error) {
		*datum, err = grid.ParseDatum(said)
		return err
	})
}
