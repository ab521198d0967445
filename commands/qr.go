package commands

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/openrosa"
)

type qrOptions struct{ origin, area, out, campaign, label string }

// printCodes issues a token for every field worker of an area, and writes one sheet of QR codes per community.
func printCodes(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var o qrOptions
	c := &cobra.Command{Use: "qr", Short: "打印 ODK Collect 登录二维码，每个社区一页 · print QR codes that sign ODK Collect in", Args: cobra.NoArgs}
	c.Flags().StringVar(&o.origin, "url", "", "平板访问服务器的地址 · address that tablets reach, e.g. https://survey.example.cn")
	c.Flags().StringVar(&o.area, "area", "", "只打印这个区划 · only workers of this area code")
	c.Flags().StringVar(&o.out, "out", "qr", "写入的文件夹 · folder for the sheets")
	c.Flags().StringVar(&o.campaign, "campaign", openrosa.AllForms, "任务批次的 id，默认全部表单 · id of a campaign; every form by default")
	c.Flags().StringVar(&o.label, "label", "", "写在二维码下的说明 · a note under each code")
	if err := c.MarkFlagRequired("url"); err != nil {
		panic(err) // the flag is defined above
	}
	checked(c, "url", isOrigin)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		o.origin = strings.TrimRight(o.origin, "/")
		if o.campaign != openrosa.AllForms {
			if err := knownCampaign(app, o.campaign); err != nil {
				return err
			}
		}
		if o.area != "" {
			if err := knownAreas(app, []string{o.area}); err != nil {
				return err
			}
		}
		files, err := o.print(cmd.Context(), app, d)
		for _, f := range files {
			fmt.Fprintln(cmd.OutOrStdout(), f)
		}
		return err
	}
	return prepared(app, d, c)
}

type fieldWorker struct{ id, staffNo, name, area string }

func (o qrOptions) print(ctx context.Context, app *pocketbase.PocketBase, d *hooks.Doorstep) ([]string, error) {
	workers, err := collections.All(collections.Read(app), `SELECT id, staff_no, name, area FROM workers
		WHERE role='field' AND active AND substr(area,1,?)=? ORDER BY area, staff_no`,
		[]any{len(o.area), o.area}, func(rows *sql.Rows, w *fieldWorker) error {
			return rows.Scan(&w.id, &w.staffNo, &w.name, &w.area)
		})
	if err != nil {
		return nil, err
	}
	if len(workers) == 0 {
		return nil, errors.New("没有在岗的采集员 · no active field workers")
	}
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return nil, err
	}
	var files []string
	for len(workers) > 0 {
		n := 1
		for n < len(workers) && workers[n].community() == workers[0].community() {
			n++
		}
		file, err := o.sheet(ctx, app, d, workers[:n])
		if err != nil {
			return files, err
		}
		files, workers = append(files, file), workers[n:]
	}
	return files, nil
}

// community is the code of the worker's community, or of the smallest area that holds the worker's territory.
func (w fieldWorker) community() string { return territory.InCommunity(w.area) }

func (o qrOptions) sheet(ctx context.Context, app *pocketbase.PocketBase, d *hooks.Doorstep, workers []fieldWorker) (string, error) {
	code := workers[0].community()
	name, _, err := collections.AreaName(collections.Read(app), code)
	if err != nil {
		return "", err
	}
	s := openrosa.Sheet{Community: strings.TrimSpace(name + " " + code), Made: d.Now().Format("2006-01-02")}
	for _, w := range workers {
		t, err := openrosa.Issue(ctx, app, access.Act{Actor: access.Shell(), Now: d.Now()},
			openrosa.Asked{Worker: w.id, Label: o.label, Random: rand.Reader})
		if err != nil {
			return "", fmt.Errorf("worker %s: %w", w.staffNo, err)
		}
		s.Cards = append(s.Cards, openrosa.Card{Name: w.name, StaffNo: w.staffNo, Label: o.label, Setup: openrosa.Setup{
			ServerURL: openrosa.ProjectURL(o.origin, t.Secret, o.campaign), Project: "Doorstep " + name, Username: w.staffNo,
		}})
	}
	if code == "" {
		code = "all"
	}
	path := filepath.Join(o.out, code+".html")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // the sheet is as good as the passwords
	if err != nil {
		return "", err
	}
	return path, errors.Join(s.WriteHTML(f), f.Close())
}
