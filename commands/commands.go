// Package commands is what an operator types: import, publish, convert, export, simulate, demo.
package commands

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Add puts Doorstep's commands on PocketBase's root command.
func Add(app *pocketbase.PocketBase, d *hooks.Doorstep) {
	app.RootCmd.SetErr(os.Stderr) // PocketBase's own writer puts messages into the output, where the XML goes
	app.RootCmd.AddCommand(
		serve(app, d),
		initialise(app, d),
		group("areas", "行政区划与网格 · administrative areas", importAreas(app, d), importHouseCodes(app, d),
			reassignAreas(app, d), listAreaJobs(app, d)),
		group("audit", "审计 · the audit trail", verifyAudit(app, d), whoSaw(app, d)),
		group("forms", "问卷 · questionnaires", withoutDatabase(convertForm(d)), publishForm(app, d), listForms(app, d), closeForm(app, d),
			downloadForm(app, d)),
		campaigns(app, d),
		baseMap(app, d),
		keys(app, d),
		makeBackup(app, d),
		damaged(app, d),
		withoutDatabase(restore(app, d)),
		group("roster", "家庭与人员底册 · households and persons", importRoster(app, d)),
		group("workers", "人员 · workers", importWorkers(app, d), printCodes(app, d), factorPolicy(app, d), unlockWorker(app, d)),
		prepared(app, d, dataset.Command(app, func() *instrument.Library { return d.Library })),
		withoutDatabase(simulate()),
		withoutDatabase(findDuplicates(d)),
		matchList(app, d),
		operators(app),
	)
	shape(app)
}

func group(name, short string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short}
	c.AddCommand(children...)
	return c
}

// prepared runs migrations and fills the shared state before a command that works on the database.
func prepared(app *pocketbase.PocketBase, d *hooks.Doorstep, c *cobra.Command) *cobra.Command {
	c.PreRunE = func(*cobra.Command, []string) error { return ready(app, d) }
	return c
}

func ready(app *pocketbase.PocketBase, d *hooks.Doorstep) error {
	if err := app.RunAllMigrations(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return d.Start(app)
}

// xlsForm says what a questionnaire is read from.
const xlsForm = "FILE 是 XLSForm：.xlsx、.xls、.csv 或 .md。写法见 docs/forms.md。\nFILE is an XLSForm: .xlsx, .xls, .csv or .md, written as " +
	"docs/forms.md says."

func convertForm(d *hooks.Doorstep) *cobra.Command {
	var out string
	c := &cobra.Command{Use: "convert FILE", Short: "XLSForm 转 XForm XML · convert to XForm XML", Long: xlsForm, Args: cobra.ExactArgs(1)}
	c.Flags().StringVarP(&out, "out", "o", "", "写入文件，默认输出到屏幕 · write to a file instead of the screen")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		w, err := workbook(args[0])
		if err != nil {
			return err
		}
		c, err := instrument.Convert(w, d.Now())
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		warn(cmd, args[0], c.Form.Warnings)
		warn(cmd, args[0], c.Obstacles)
		if len(c.Obstacles) > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: 可以转换，但不能发布 · converted, but cannot be published\n", args[0])
		}
		if out != "" {
			return os.WriteFile(out, c.XML, 0o644)
		}
		_, err = cmd.OutOrStdout().Write(c.XML)
		return err
	}
	return c
}

func publishForm(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var draft, shipped bool
	c := &cobra.Command{Use: "publish FILE", Short: "发布问卷 · publish a questionnaire", Long: xlsForm, Args: cobra.ExactArgs(1)}
	c.Flags().BoolVar(&shipped, "shipped", false, "FILE 是随程序附带的问卷名 · FILE is the name of a form that comes with the program")
	c.Flags().BoolVar(&draft, "draft", false, "只作试填 · as a draft for trying out")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		w, err := workbookOf(args[0], shipped)
		if err != nil {
			return err
		}
		status := instrument.Published
		if draft {
			status = instrument.Draft
		}
		in, err := d.Library.Publish(app, w, status, audit.Operator, d.Now())
		if err != nil {
			return mistakes(cmd, args[0], err)
		}
		warn(cmd, args[0], in.Form.Warnings)
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s: %s\n", in.Form.ID, in.Version, in.Status)
		for _, t := range in.Layout.Tables {
			fmt.Fprintf(cmd.OutOrStdout(), "  %s: %d columns\n", t.Name, len(t.Columns))
		}
		handling(cmd, in.Form)
		return nil
	}
	return prepared(app, d, c)
}

// handling tells what becomes of the answers to each question, so that the author sees it before the first visit.
func handling(cmd *cobra.Command, f *survey.Form) {
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, "答案的处理（bind::doorstep:sensitivity 可改） · what becomes of the answers (change it in bind::doorstep:sensitivity):")
	for _, h := range sensitive.Handling(f) {
		line := "  " + h.Table + "." + h.Column + ": " + h.Export
		if h.Sealed {
			line += ", sealed"
		}
		if h.Why != nil {
			line += " — " + h.Why.ZH + " · " + h.Why.EN
		}
		fmt.Fprintln(out, line)
	}
}

// workbookOf reads a file, or takes the form of that name from the program.
func workbookOf(name string, shipped bool) (instrument.Workbook, error) {
	if !shipped {
		return workbook(name)
	}
	w, known, err := hooks.Shipped(name)
	if err == nil && !known {
		names, _ := hooks.ShippedForms()
		err = fmt.Errorf("随程序附带的没有“%s” · no form %q comes with the program; 可选 one of: %s", name, name, strings.Join(names, ", "))
	}
	return w, err
}

func workbook(path string) (instrument.Workbook, error) {
	raw, err := os.ReadFile(path)
	return instrument.Workbook{Name: filepath.Base(path), Raw: raw}, err
}

func warn(cmd *cobra.Command, file string, all []survey.Problem) {
	for _, p := range all {
		fmt.Fprintln(cmd.ErrOrStderr(), place(file, p))
	}
}

// mistakes prints each mistake of a file with its place.
func mistakes(cmd *cobra.Command, file string, err error) error {
	var all survey.Problems
	if !errors.As(err, &all) {
		return err
	}
	for _, p := range all {
		fmt.Fprintln(cmd.ErrOrStderr(), place(file, p))
	}
	return fmt.Errorf("%s: %d 处错误 · %s", file, len(all), counted(len(all), "mistake"))
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func place(file string, p survey.Problem) string {
	at := file
	if p.Sheet != "" {
		at += " [" + p.Sheet + "]"
	}
	if p.Row > 0 {
		at += fmt.Sprintf(":%d", p.Row)
	}
	if p.Column != "" {
		at += " (" + p.Column + ")"
	}
	return at + ": " + p.ZH + " · " + p.EN
}
