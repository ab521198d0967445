package commands

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/dedup"
)

// softMemory is where the collector begins to work harder: a list of a million is linked in less.
const softMemory = 520 << 20

// findDuplicates looks for records of one person in a list, or between two, without the database.
func findDuplicates(d *hooks.Doorstep) *cobra.Command {
	var o dedup.Options
	var columns string
	c := &cobra.Command{
		Use: "dedup FILE [OTHER]", Short: "名单查重 · find records of one person in a list, or between two", Args: cobra.RangeArgs(1, 2),
		Long: "一个文件：其中的重复；两个文件：两者之间的重复。支持 .csv 和 .xlsx。常见的中英文表头自动识别，也可用 --map 指明。\n" +
			"目录中写入 pairs.csv（记录对、权重、概率、各列的依据）、clusters.csv（每条记录属于谁）、model.json 和 report.html。\n" +
			"One file means within it, two between them; .csv and .xlsx. Usual headers in both languages are known; --map names others.\n" +
			"The folder gets pairs.csv (weight, probability, evidence by column), clusters.csv (whose each record is), model.json and " +
			"report.html.\n\n" +
			"--map: name given_name surname sex birth_date id_number phone address street_number postcode place house_code area guardian_name,\n" +
			"  FIELD=COLUMN, comma-separated; a field may be named again for a second column; exact:COLUMN for anything else.",
		Example: "  doorstep dedup children.csv --id record_id --map name=name,birth_date=birth_date,id_number=id_number -o out",
	}
	c.Flags().StringVar(&o.ID, "id", "", "记录编号的列 · column of the record's id")
	c.Flags().StringVar(&columns, "map", "", "字段=列,… · FIELD=COLUMN,…")
	c.Flags().StringVarP(&o.Out, "out", "o", "", "写入的目录 · folder to write to")
	c.Flags().Float64Var(&o.Least, "least", 0.5, "写入 pairs.csv 的最低概率 · least probability of the pairs that are written")
	c.Flags().Uint64Var(&o.Seed, "seed", 1, "抽样的种子 · seed of the samples that are learned from")
	checked(c, "least", isShare)
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if o.Out == "" {
			return errors.New("请用 -o 指明写入的目录 · name the folder to write to with -o")
		}
		if columns != "" {
			if o.Fields, err = dedup.ParseMap(columns); err != nil {
				return err
			}
		}
		debug.SetMemoryLimit(softMemory)
		o.Files, o.Now, o.Show = args, d.Now(), steps(cmd.ErrOrStderr())
		found, err := dedup.Find(cmd.Context(), o)
		if err != nil {
			return mistakes(cmd, strings.Join(args, ", "), err)
		}
		if err := found.Write(o); err != nil {
			return err
		}
		tellFound(cmd.OutOrStdout(), found, o.Out)
		return nil
	}
	return c
}

func tellFound(w io.Writer, found *dedup.Found, folder string) {
	fmt.Fprintf(w, "记录 records %d · 比较 compared %d · 自动 link %d · 待查 review %d · 人 persons %d\n%s: %s\n", found.Records,
		found.Compared,
		found.Links, found.Reviews, found.Clusters, folder, strings.Join(dedup.Files, " "))
	if len(found.Others) > 0 {
		fmt.Fprintf(w, "未比较的列，可用 --map 指明 · columns not compared, name them with --map: %s\n", strings.Join(found.Others, ", "))
	}
	if found.Records > 1 && found.Compared == 0 {
		fmt.Fprintln(w, "没有可比较的：各列或为空，或太多记录相同 · "+
			"nothing to compare: what the records have, too many share, or the columns are empty")
	}
}
