package commands

import (
	"fmt"
	"os"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/disk"
	"doorstep/internal/staff"
)

// importWorkers reads a list of people who sign in.
func importWorkers(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var o staff.Options
	var passwords string
	c := &cobra.Command{
		Use: "import FILE.xlsx|FILE.csv", Short: "导入人员名单 · import a list of workers", Args: cobra.ExactArgs(1),
		Long: "表头：工号、姓名、负责区域（几个代码用空格或逗号隔开），可选：角色、在岗、密码。已有工号的改为表中所写，其余新增；有一处错误就什么也不写。\n" +
			"Columns: staff_no, name, territory (codes with blanks or commas between them), and if wanted role, active, password. A known " +
			"staff\nnumber is changed to what the list says, others are added; with one mistake nothing is written.",
		Example: "  doorstep workers import staff.xlsx --passwords initial.csv",
	}
	addDryRun(c, &o.Check)
	c.Flags().StringVar(&passwords, "passwords", "", "为没有密码的新账号生成密码，写入这个新文件 · make passwords for new accounts without one, into this new file")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		show := steps(cmd.ErrOrStderr())
		o.Now, o.Show = d.Now(), func(done, total int) { show("账号 accounts", done, total) }
		o.Generate, o.Keep = passwords != "", func(made []staff.Credential) error { return keepPasswords(passwords, made) }
		n, err := staff.Import(cmd.Context(), app, args[0], o)
		ignored(cmd, args[0], n.Ignored)
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		tellImported(cmd, o.Check, n.Added, n.Changed, n.Same)
		if n.Silent > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(),
				"%d 个新账号没有密码，可用 --passwords 生成，或只用二维码登录 · new accounts without a password: %d; make some with --passwords, or let them sign in by QR "+
					"code\n", n.Silent, n.Silent)
		}
		return nil
	}
	return prepared(app, d, c)
}

// tellImported prints what an import did, or would do.
func tellImported(cmd *cobra.Command, check bool, added, changed, same int) {
	if check {
		fmt.Fprint(cmd.OutOrStdout(), "仅检查 dry run · ")
	}
	fmt.Fprintf(cmd.OutOrStdout(), "新增 added %d · 修改 changed %d · 未变 same %d\n", added, changed, same)
}

// ignored warns of columns that an import does not know.
func ignored(cmd *cobra.Command, file string, titles []string) {
	if len(titles) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: 未用的列 columns that are not read: %s\n", file, strings.Join(titles, ", "))
	}
}

// keepPasswords writes a file that its owner alone can read, and never over another.
func keepPasswords(path string, made []staff.Credential) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--passwords: %w", err)
	}
	return disk.Keep(f, staff.WritePasswords(f, made))
}
