package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/roster"
)

// importRoster reads a list of households and the people in them.
func importRoster(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var o roster.Options
	c := &cobra.Command{
		Use: "import FILE.xlsx|FILE.csv", Short: "导入家庭与人员底册 · import households and persons", Args: cobra.ExactArgs(1),
		Long: "每行一人(没有姓名的行只有家庭)。表头:区划代码、住址;可选:房屋编码、户主、家庭电话、纬度、经度、姓名、性别、出生日期、证件类型、\n" +
			"证件号码、电话、与户主关系、样本编号、抽样层、抽样群。有一处错误就什么也不写;已有的家庭和人员不重复新增,只补空缺的电话与关系,中断后可以再次运行。\n" +
			"在其他辖区已登记的人或户:在本行辖区新增,并交双方审核人员核对。--dry-run 只报告将要做什么。\n" +
			"A row for each person; one without a name is a household alone. Columns: area, address, and if wanted house_code, " +
			"head_name,\nhousehold_phone, latitude, longitude, name, sex, birth_date, id_type, id_number, phone, relation, sample_id, stratum, " +
			"cluster. With one mistake nothing is written;\nwho is there already is not added again and keeps every value, so an import that was " +
			"interrupted may be run once more. People and houses\nthat are known in another area are added in the row's, and supervisors of both " +
			"compare. --dry-run tells what would be done.",
		Example: "  doorstep roster import roster.xlsx --dry-run",
	}
	c.Flags().BoolVar(&o.Check, "dry-run", false, "只检查,不写入 · look at the list, write nothing")
	addDatum(c, &o.Datum, "经纬度的坐标系 · datum of the coordinates")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		show := steps(cmd.ErrOrStderr())
		o.Now, o.Show = d.Now(), func(done, total int) { show("行 rows", done, total) }
		n, err := roster.Import(cmd.Context(), app, args[0], o)
		ignored(cmd, args[0], n.Ignored)
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		warn(cmd, args[0], n.Differs)
		if o.Check {
			fmt.Fprintf(cmd.OutOrStdout(), "仅检查,未写入。%d 行无误,导入将会 · dry run, nothing written: %d rows in order; an import would come to\n", n.Rows,
				n.Rows)
		}
		fmt.Fprintf(cmd.OutOrStdout(),
			"家庭 households: 新增 added %d · 已有 known %d\n人员 persons: 新增 added %d · 已有 known %d\n待核对 pairs to compare: %d\n与名册不同,未改 differs, left as "+
				"it is: %d\n",
			n.Households, n.KnownHouseholds, n.Persons, n.KnownPersons, n.Pairs, n.Differing)
		return nil
	}
	return prepared(app, d, c)
}
