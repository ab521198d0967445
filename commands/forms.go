package commands

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/instrument"
)

// formVersion is a version of a form as it is stored.
type formVersion struct {
	form, version, status, published, title, source string
	raw                                             string // of the workbook, base64
}

func formVersions(app *pocketbase.PocketBase) (all []formVersion, err error) {
	return collections.All(collections.Read(app), `SELECT form_id, version, status, published_at, title, source_name, source FROM forms
		ORDER BY form_id, published_at, version`, nil, func(rows *sql.Rows, v *formVersion) error {
		return rows.Scan(&v.form, &v.version, &v.status, &v.published, &v.title, &v.source, &v.raw)
	})
}

// knownForm fails with the forms that are published.
func knownForm(d *hooks.Doorstep, form string) error {
	current := d.Library.Current()
	if _, ok := current[form]; ok {
		return nil
	}
	known := strings.Join(slices.Sorted(maps.Keys(current)), ", ")
	return fmt.Errorf("没有已发布的表单“%s” · no form %q is published; 已发布 published: %s", form, form, known)
}

// oneVersion finds a version of a form, the last one where none is named.
func oneVersion(app *pocketbase.PocketBase, form, version string) (formVersion, error) {
	all, err := formVersions(app)
	if err != nil {
		return formVersion{}, err
	}
	var known []string
	var found formVersion
	for _, v := range all {
		known = append(known, v.form+" "+v.version)
		if v.form == form && (v.version == version || version == "") {
			found = v
		}
	}
	if found.form == "" {
		return found, fmt.Errorf("没有表单 %s %s · no such form; 现有 there are: %s", form, version, strings.Join(known, ", "))
	}
	return found, nil
}

func listForms(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "列出各版本 · list all versions", Args: cobra.NoArgs}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		all, err := formVersions(app)
		if err != nil {
			return err
		}
		return printTable(cmd.OutOrStdout(), "表单 form\t版本 version\t状态 status\t发布 published\t源文件 file\t标题 title", len(all), func(i int) []any {
			v := all[i]
			return []any{v.form, v.version, v.status, v.published[:min(10, len(v.published))], v.source, v.title}
		})
	}
	return prepared(app, d, c)
}

func closeForm(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var final bool
	c := &cobra.Command{
		Use: "close FORM VERSION", Short: "停用一个版本 · close a version", Args: cobra.ExactArgs(2),
		Long: "平板不再得到这个版本，已填的仍可上报。\nTablets get the version no more; what was filled in still arrives.",
	}
	c.Flags().BoolVar(&final, "final", false, "不再有人上报 · nobody is expected to send any more")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		v, err := oneVersion(app, args[0], args[1])
		if err != nil {
			return err
		}
		status := instrument.Closing
		if final {
			status = instrument.Closed
		}
		if err := d.Library.SetStatus(app, instrument.Step{Form: v.form, Version: v.version, Status: status},
			audit.Operator, d.Now()); err != nil {
			return fmt.Errorf("%s %s (%s): %w", v.form, v.version, v.status, err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s: %s\n", v.form, v.version, status)
		return nil
	}
	return prepared(app, d, c)
}

func downloadForm(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var out string
	c := &cobra.Command{Use: "download FORM [VERSION]", Short: "取回问卷源文件 · get the workbook back", Args: cobra.RangeArgs(1, 2)}
	c.Flags().StringVarP(&out, "out", "o", "", "写入的文件，默认用原文件名 · file to write, the workbook's own name unless given")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		v, err := oneVersion(app, args[0], strings.Join(args[1:], ""))
		if err != nil {
			return err
		}
		raw, err := base64.StdEncoding.DecodeString(v.raw)
		if err != nil {
			return fmt.Errorf("form %s %s: %w", v.form, v.version, err)
		}
		if out == "" {
			out = strings.Map(withoutPath, v.source)
		}
		f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		if _, err := f.Write(raw); err != nil {
			f.Close()
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s %s\n", out, v.form, v.version)
		return f.Close()
	}
	return prepared(app, d, c)
}

// withoutPath keeps a name from the database in the folder where the operator stands.
func withoutPath(r rune) rune {
	if r == '/' || r == '\\' || r == ':' || r < ' ' {
		return '_'
	}
	return r
}
