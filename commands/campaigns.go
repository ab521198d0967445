package commands

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/campaign"
	"doorstep/internal/grid"
	"doorstep/internal/survey"
)

func campaigns(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	return group("campaigns", "任务批次 · sweeps and survey rounds", listCampaigns(app, d), createCampaign(app, d), assignCampaign(app, d),
		setCampaign(app, d, "open", "开启 · open", campaign.Open), setCampaign(app, d, "close", "关闭 · close", campaign.Closed))
}

func listCampaigns(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "列出 · list", Args: cobra.NoArgs}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		all, err := campaign.List(collections.Read(app))
		if err != nil {
			return err
		}
		return printTable(cmd.OutOrStdout(), "ID\t状态 status\t表单 form\t轮次 round\t审核 hold\t起 starts\t止 ends\t区域 territory\t名称 name", len(all),
			func(i int) []any {
				c := all[i]
				return []any{c.ID, c.Status, c.Form, c.Round, c.HoldPolicy, day(c.Starts), day(c.Ends), strings.Join(c.Territory, " "), c.Name}
			})
	}
	return prepared(app, d, c)
}

func createCampaign(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var starts, ends string
	var n campaign.Campaign
	c := &cobra.Command{
		Use: "create NAME", Short: "新建并开启 · make and open one", Args: cobra.ExactArgs(1),
		Example: `  doorstep campaigns create "2026 困境儿童精准排查" --form child_visit --territory 4403 --ends 2026-12-31`,
	}
	f := c.Flags()
	f.StringVar(&n.Form, "form", "", "表单 · form id")
	f.StringSliceVar(&n.Territory, "territory", nil, "区划代码，可多个 · area codes")
	f.IntVar(&n.Round, "round", 1, "轮次 · round")
	f.Var(chosen(&n.HoldPolicy, campaign.HoldPolicies...), "hold", "哪些记录须审核 · which records wait for review")
	f.StringVar(&starts, "starts", "", "第一天 YYYY-MM-DD · first day")
	f.StringVar(&ends, "ends", "", "最后一天 YYYY-MM-DD · last day")
	checked(c, "round", isPositive)
	for _, needed := range []string{"form", "territory"} {
		if err := c.MarkFlagRequired(needed); err != nil {
			panic(err) // the flag is defined above
		}
	}
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		n.Name, n.Status = args[0], campaign.Open
		if n.Starts, err = dayOf("starts", starts); err != nil {
			return err
		}
		if n.Ends, err = dayOf("ends", ends); err != nil {
			return err
		}
		if !n.Ends.IsZero() {
			n.Ends = n.Ends.AddDate(0, 0, 1).Add(-time.Millisecond)
		}
		if err := checkCampaign(app, d, n); err != nil {
			return err
		}
		id, err := campaign.Create(app, n, audit.Operator, d.Now())
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), id)
		return nil
	}
	return prepared(app, d, c)
}

// checkCampaign fails for a form or area that is not known, and for an end before its beginning.
func checkCampaign(app *pocketbase.PocketBase, d *hooks.Doorstep, n campaign.Campaign) error {
	if err := knownForm(d, n.Form); err != nil {
		return err
	}
	if !n.Ends.IsZero() && n.Ends.Before(n.Starts) {
		return fmt.Errorf("最后一天早于第一天 · --ends is before --starts")
	}
	return knownAreas(app, n.Territory)
}

// knownAreas fails with the first code that no area has.
func knownAreas(app *pocketbase.PocketBase, codes []string) error {
	unknown, err := grid.Unknown(collections.Read(app), codes)
	if err == nil && unknown != "" {
		err = fmt.Errorf("没有区划代码 %s，请先导入区划 · no area has the code %s: import the areas first", unknown, unknown)
	}
	return err
}

// knownCampaign fails with the campaigns that there are.
func knownCampaign(app *pocketbase.PocketBase, id string) error {
	all, err := campaign.List(collections.Read(app))
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	if !slices.Contains(ids, id) {
		return fmt.Errorf("没有批次“%s” · no campaign %q; 现有 there are: %s", id, id, strings.Join(ids, ", "))
	}
	return nil
}

func setCampaign(app *pocketbase.PocketBase, d *hooks.Doorstep, verb, short, status string) *cobra.Command {
	c := &cobra.Command{Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1)}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := knownCampaign(app, args[0]); err != nil {
			return err
		}
		if err := campaign.SetStatus(app, args[0], status, audit.Operator, d.Now()); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", args[0], status)
		return nil
	}
	return prepared(app, d, c)
}

// dayOf is the beginning of a day in China; the zero time for "".
func dayOf(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, survey.Zone)
	if err != nil {
		err = fmt.Errorf("--%[1]s 应为 YYYY-MM-DD，而不是“%[2]s” · --%[1]s is a day YYYY-MM-DD, not %[2]q", flag, s)
	}
	return t, err
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(survey.Zone).Format(time.DateOnly)
}

// printTable writes rows below a header, in columns.
func printTable(out io.Writer, header string, rows int, row func(int) []any) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, header)
	for i := range rows {
		cells := row(i)
		fmt.Fprintf(w, strings.Repeat("%v\t", len(cells)-1)+"%v\n", cells...)
	}
	return w.Flush()
}
