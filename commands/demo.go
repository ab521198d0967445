package commands

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/demo"
	"doorstep/internal/seed"
	"doorstep/internal/signin"
)

// DemoPassword signs every demo account in. The demo city is synthetic, and serve listens on this machine alone unless
// told otherwise.
const DemoPassword = "doorstep-demo"

// DemoSeed makes the demo city the same everywhere, so that simulated tablets know its people.
const DemoSeed = 20261123

// addDemo gives serve the flag that fills a new database with a synthetic city.
func addDemo(app *pocketbase.PocketBase, d *hooks.Doorstep) {
	var on bool
	var scale string
	app.RootCmd.PersistentFlags().BoolVar(&on, "demo", false, "首次启动时建一座虚构的城市 · fill a new database with a synthetic city")
	app.RootCmd.PersistentFlags().StringVar(&scale, "scale", "small", "演示城市的规模 · size of the demo city: small or full")
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "doorstep.demo", Priority: 12, Func: func(e *core.ServeEvent) error { // once the keys are open
		if on {
			if err := seedDemo(context.Background(), e.App, d, scale, os.Stdout.WriteString); err != nil {
				return fmt.Errorf("demo city: %w", err)
			}
		}
		return e.Next()
	}})
}

// ScaleOf reads the size of the demo city.
func ScaleOf(name string, today time.Time) (demo.Scale, error) {
	switch name {
	case "small":
		return demo.Small(today), nil
	case "full":
		return demo.Full(today), nil
	}
	return demo.Scale{}, fmt.Errorf("scale %q: small or full", name)
}

func seedDemo(ctx context.Context, app core.App, d *hooks.Doorstep, size string, print func(string) (int, error)) error {
	var workers int
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*) FROM workers`, nil, &workers); err != nil {
		return err
	}
	if workers == 0 {
		scale, err := ScaleOf(size, d.Now())
		if err != nil {
			return err
		}
		city, err := demo.NewCity(DemoSeed, scale)
		if err != nil {
			return err
		}
		off := func(db collections.DB) error { return collections.SetMeta(db, signin.PolicyKey, signin.Off) }
		if err := collections.Write(ctx, app, off); err != nil {
			return err
		}
		if err := seed.City(ctx, app, d.Areas, city, DemoPassword, d.Now()); err != nil {
			return err
		}
	}
	return announceDemo(app, print)
}

func announceDemo(app core.App, print func(string) (int, error)) error {
	text := "\n演示城市已就绪 · the demo city is ready\n  登录密码 password: " + DemoPassword + "\n  演示不要求动态口令 · the demo asks for no second factor\n  控制台 dashboard: /_/  " + seed.Operator + "\n"
	err := collections.Each(collections.Read(app), `SELECT role, staff_no, territory FROM workers WHERE id IN (
			SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY role, length(area) ORDER BY staff_no) AS n FROM workers) WHERE n=1) ORDER BY role, staff_no`, nil, func(rows *sql.Rows) error {
		var role, staff, territory string
		if err := rows.Scan(&role, &staff, &territory); err != nil {
			return err
		}
		if r := []rune(territory); len(r) > 48 {
			territory = string(r[:48]) + "…"
		}
		text += fmt.Sprintf("  %-10s %s  %s\n", role, staff, territory)
		return nil
	})
	if err != nil {
		return err
	}
	_, err = print(text + "\n")
	return err
}
