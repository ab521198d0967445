package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/export"
	"doorstep/internal/roster"
)

// importRoster reads a list of households and the people in them.
func importRoster(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var o roster.Options
	var out string
	c := &cobra.Command{
		Use: "import FILE.xlsx|FILE.csv", Short: "导入家庭与人员底册 · import households and persons", Args: cobra.ExactArgs(1),
		Long: "每行一人（没有姓名的行只有家庭）。表头：区划代码、住址；可选：房屋编码、户主、家庭电话、纬度、经度、姓名、性别、出生日期、证件类型、\n" +
			"证件号码、电话、与户主关系、样本编号、抽样层、抽样群。有一处错误就什么也不写；已有的家庭和人员不重复新增，只补空缺的电话与关系，中断后可以再次运行。\n" +
			"在其他辖区已登记的人或户：在本行辖区新增，并交双方审核人员核对。--dry-run 只报告将要做什么；加 -o 目录，写入 roster.csv：\n" +
			"各行的人是 linked（已有）、review（新增，待核对）还是 new（新增），以及依据。\n" +
			"A row for each person; one without a name is a household alone. Columns: area, address, and if wanted house_code, " +
			"head_name,\nhousehold_phone, latitude, longitude, name, sex, birth_date, id_type, id_number, phone, relation, sample_id, stratum, " +
			"cluster. With one mistake nothing is written;\nwho is there already is not added again and keeps every value, so an import that was " +
			"interrupted may be run once more. People and houses\nthat are known in another area are added in the row's, and supervisors of both " +
			"compare. --dry-run tells what would be done; with -o DIR\nroster.csv tells of each row whether its person is linked (known), " +
			"for review (added, to be compared) or new, and why.",
		Example: "  doorstep roster import roster.xlsx --dry-run -o out",
	}
	addDryRun(c, &o.Check)
	c.Flags().StringVarP(&out, "out", "o", "", "与 --dry-run 一起：写入 roster.csv 的目录 · with --dry-run: folder to write roster.csv to")
	addDatum(c, &o.Datum, "经纬度的坐标系 · datum of the coordinates")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if out != "" && !o.Check {
			return errors.New("-o 与 --dry-run 一起用 · -o goes with --dry-run")
		}
		show := steps(cmd.ErrOrStderr())
		o.Now, o.Show = d.Now(), func(done, total int) { show("行 rows", done, total) }
		n, err := rehearsed(cmd.Context(), app, args[0], out, o)
		ignored(cmd, args[0], n.Ignored)
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		warn(cmd, args[0], n.Differs)
		if o.Check {
			fmt.Fprintf(cmd.OutOrStdout(), "仅检查，未写入。%d 行无误，导入将会 · dry run, nothing written: %d rows in order; an import would come to\n", n.Rows,
				n.Rows)
		}
		fmt.Fprintf(cmd.OutOrStdout(),
			"家庭 households: 新增 added %d · 已有 known %d\n人员 persons: 新增 added %d · 已有 known %d\n待核对 pairs to compare: %d\n与名册不同，未改 differs, left as "+
				"it is: %d\n",
			n.Households, n.KnownHouseholds, n.Persons, n.KnownPersons, n.Pairs, n.Differing)
		if out != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: roster.csv\n", out)
		}
		return nil
	}
	return prepared(app, d, c)
}

// rehearsed imports a list; where a folder is named, a table there tells what would become of each person.
func rehearsed(ctx context.Context, app *pocketbase.PocketBase, path, out string, o roster.Options) (roster.Imported, error) {
	if out == "" {
		return roster.Import(ctx, app, path, o)
	}
	folder := export.NewFolder(out)
	defer folder.Discard()
	file, err := folder.Create("roster.csv")
	if err != nil {
		return roster.Imported{}, err
	}
	table, err := roster.NewTable(file)
	if err != nil {
		return roster.Imported{}, err
	}
	o.Each = table.Row
	n, err := roster.Import(ctx, app, path, o)
	if err != nil {
		return n, err
	}
	if err := errors.Join(table.Close(), file.Close()); err != nil {
		return n, err
	}
	return n, folder.Commit()
}
