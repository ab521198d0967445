package dataset

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doorstep/internal/access"
	"doorstep/internal/export"
	"doorstep/internal/instrument"
)

// Command is "export FORM -o DIR". library is asked when the command runs, after the forms are loaded.
func Command(app core.App, library func() *instrument.Library) *cobra.Command {
	var sel Selection
	var dir string
	var reasons bool
	c := &cobra.Command{
		Use:     "export FORM -o DIR",
		Short:   "导出数据与编码簿 · export a form's records with their codebook",
		Example: "  doorstep export child_visit -o out --format xlsx --labels zh",
		Args:    cobra.ExactArgs(1),
	}
	f := c.Flags()
	f.StringVar(&sel.Format, "format", CSV, "csv 或 xlsx · csv or xlsx")
	f.StringVarP(&dir, "out", "o", "", "输出文件夹 · folder for the files")
	f.StringVar(&sel.Labels, "labels", "", "选项写标签而不是代码：zh 或 en · write labels instead of codes: zh or en")
	f.BoolVar(&sel.Identified, "identified", false, "包含姓名、证件号、地址、位置 · with names, numbers, addresses and places")
	f.StringSliceVar(&sel.States, "states", nil, "审核状态，默认 approved · review states, approved unless given")
	f.BoolVar(&reasons, "missing", true, "每题旁加一列，说明为何没有答案 · a column beside each question that says why it has no answer")
	f.StringVar(&sel.Campaign, "campaign", "", "只导出一个任务批次 · only the records of one campaign")
	f.StringSliceVar(&sel.Quasi, "quasi", nil, "准标识变量，默认区划、性别、年龄段 · quasi-identifiers, area, sex and age bands unless given")
	f.IntVar(&sel.K, "k", defaultK, "每个组合至少几人 · persons that share a combination at least")
	f.StringSliceVar(&sel.Sensitive, "sensitive", nil, "敏感变量，默认问卷标明的 · sensitive variables, those that the form declares unless given")
	f.IntVar(&sel.L, "l", defaultL, "每个组合至少几种敏感答案 · sensitive answers that a combination has at least")
	f.BoolVar(&sel.Suppress, "suppress", false, "放大小组合的区划，仍小的清空 · make the areas of small cells larger, blank what stays small")
	if err := c.MarkFlagRequired("out"); err != nil {
		panic(err) // the flag is defined above
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in, err := find(library(), args[0])
		if err != nil {
			return err
		}
		sel.Everywhere, sel.NoReasons, sel.Now = true, !reasons, time.Now()
		sel.Progress = bar(cmd.ErrOrStderr())
		return toFolder(cmd, app, in, sel, dir)
	}
	return c
}

func find(l *instrument.Library, form string) (*instrument.Instrument, error) {
	if in, ok := l.Get(form, ""); ok {
		return in, nil
	}
	if in, ok := l.ByTable(form); ok { // also a form that is not published any more, by its table
		return in, nil
	}
	var known []string
	for id := range l.Current() {
		known = append(known, id)
	}
	slices.Sort(known)
	return nil, fmt.Errorf("没有表单“%s” · no form %q; 已发布 published: %s", form, form, strings.Join(known, ", "))
}

// toFolder writes the files, records the export, and only then lets the files appear.
func toFolder(cmd *cobra.Command, app core.App, in *instrument.Instrument, sel Selection, dir string) error {
	sel, err := sel.complete()
	if err != nil {
		return err
	}
	folder := export.NewFolder(dir)
	defer folder.Discard()
	report, err := Write(cmd.Context(), app, in, sel, folder)
	if err != nil {
		return err
	}
	if err := (given{access.Shell(), sel, report, true}).record(cmd.Context(), app, in); err != nil {
		return err
	}
	if err := folder.Commit(); err != nil {
		return err
	}
	for _, t := range report.Tables {
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %d 行 rows, %d 列 columns，未导出 left out %d\n", t.File, t.Rows, t.Columns, len(t.LeftOut))
	}
	if r := report.Risk; r != nil {
		fmt.Fprintf(cmd.OutOrStdout(), "小组合 small cells (k=%d, l=%d): %d, disclosure.txt\n", r.K, r.L, r.Small())
	}
	return nil
}

// bar shows progress on a terminal and nothing anywhere else.
func bar(w io.Writer) func(done, total int64) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	var b *progressbar.ProgressBar
	return func(done, total int64) {
		if b == nil {
			b = progressbar.NewOptions64(total, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription("导出 export"),
				progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
		}
		_ = b.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
}
