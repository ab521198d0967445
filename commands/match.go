package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/export"
	"doorstep/internal/match"
	"doorstep/internal/tabular"
)

// matching holds the flags of one comparison.
type matching struct {
	match.Options
	columns, out string
	tasks        bool
}

// matchList compares a list from elsewhere with the register.
func matchList(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var m matching
	c := &cobra.Command{
		Use: "match LIST.xlsx|LIST.csv -o DIR", Args: cobra.ExactArgs(1),
		Short: "比对外来名单与登记册 · compare a list from elsewhere with the register",
		Long: "救助、残疾人、学籍等名单与登记册比对：谁两边都有、谁这里没有、谁的哪些资料不同；--not-listed 另列这里有而名单没有的人。登记册不改动。\n" +
			"表头：姓名、性别、出生日期、证件类型、证件号码、电话、住址、区划代码，别的表头用 --map 指明。目录中写入 match.csv 和 match.html；\n" +
			"姓名、证件号、电话、住址默认遮盖。--tasks 为要核对的各行建任务，同一发现只建一次。\n" +
			"Compares an assistance, disability or school roll with the register: who is on both, who is missing here, who differs in what,\n" +
			"and with --not-listed who is here and not on the list. The register is not changed. Columns: name, sex, birth_date, id_type,\n" +
			"id_number, phone, address, area; --map names others. The folder gets match.csv and match.html, masked unless --identified. --tasks " +
			"makes\n" +
			"tasks of the rows that somebody has to look at, one for the same finding however often the list is compared.",
		Example: "  doorstep match low_income.xlsx -o out --map name=户主,id_number=身份证 --within 440307 --not-listed child",
	}
	f := c.Flags()
	f.StringVarP(&m.out, "out", "o", "", "写入的目录 · folder to write to")
	f.StringVar(&m.columns, "map", "", "列=表头,… · COLUMN=HEADER,…")
	f.StringVar(&m.Within, "within", "", "只与这一区划比对 · compare with this area alone")
	f.StringVar(&m.NotListed, "not-listed", "", "列出名单上没有的：child（儿童）、elder（老年人）或 all · also who is not on the list: child, elder or all")
	f.BoolVar(&m.Identified, "identified", false, "不遮盖 · with names, numbers and addresses")
	f.BoolVar(&m.tasks, "tasks", false, "为要核对的各行建任务 · make tasks of the rows to look at")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if m.out == "" {
			return errors.New("请用 -o 指明写入的目录 · name the folder to write to with -o")
		}
		if m.Columns, err = match.Columns(m.columns); err != nil {
			return err
		}
		show := steps(cmd.ErrOrStderr())
		m.Actor, m.Now = access.Actor{ID: audit.Operator, Role: access.Operator}, d.Now()
		m.Show = func(rows int) { show("比对 comparing", rows, -1) }
		n, made, err := m.run(cmd.Context(), app, args[0])
		ignored(cmd, args[0], n.Ignored)
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "行 rows: %d\n两边都有 on both: %d （资料不同 differing %d，重复 repeated %d）\n不能确定 to look at: %d\n"+
			"这里没有 missing here: %d\n没有写人 nobody named: %d\n这里有、名单没有 not on the list: %d\n%s: match.csv match.html\n",
			n.Rows, n.Both, n.Differing, n.Repeated, n.Unsure, n.Missing, n.Nobody, n.NotListed, m.out)
		if m.tasks {
			fmt.Fprintf(cmd.OutOrStdout(), "任务 tasks: 新建 made %d\n", made)
		}
		return nil
	}
	return prepared(app, d, c)
}

// run compares, records that, and only then lets the files appear and makes the tasks.
func (m *matching) run(ctx context.Context, app *pocketbase.PocketBase, path string) (n match.Counts, made int, err error) {
	in, err := os.Open(path)
	if err != nil {
		return n, 0, err
	}
	defer in.Close()
	name := filepath.Base(path)
	folder := export.NewFolder(m.out)
	defer folder.Discard()
	file, err := folder.Create(match.Files[0])
	if err != nil {
		return n, 0, err
	}
	table, err := match.NewTable(file)
	if err != nil {
		return n, 0, err
	}
	var people []string
	page, tasks := match.Page{List: name}, match.NewTasks(name, m.Within, m.Actor)
	n, err = match.Compare(ctx, collections.Read(app), tabular.File{Name: name, In: in}, m.Options, func(r match.Row) error {
		page.Take(r)
		people = r.Met(people)
		if m.tasks {
			if err := tasks.Take(r); err != nil {
				return err
			}
		}
		return table.Row(r)
	})
	if err != nil {
		return n, 0, err
	}
	page.Counts = n
	if err = errors.Join(table.Close(), file.Close()); err == nil {
		file, err = folder.Create(match.Files[1])
	}
	if err == nil {
		err = errors.Join(page.Write(file), file.Close())
	}
	if err == nil {
		err = match.Record(ctx, app, m.Options, n, people)
	}
	if err == nil {
		err = folder.Commit()
	}
	if err == nil && m.tasks {
		made, err = tasks.Write(ctx, app, m.Now)
	}
	return n, made, err
}
