package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"

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

// demoKey is the meta key that marks a database that the demo has made. Its value is the scale, with historyMark
// after it where there is one, and filling before it while the demo is being written.
const (
	demoKey = "demo"
	filling = "filling "

	historyMark = " history"
)

// demonstration is what serve was asked for.
type demonstration struct {
	on, found bool // found: the data folder held a Doorstep before this start
	scale     string
	history   bool        // three months of everybody's work, not three weeks of some
	chosen    func() bool // whether the scale was given
	out, err  io.Writer
}

// addDemo gives serve the flag that fills a new data folder with a synthetic city, and the last lines, with the address.
func addDemo(app *pocketbase.PocketBase, d *hooks.Doorstep, c *cobra.Command) {
	m := &demonstration{chosen: func() bool { return c.Flags().Changed("scale") }, out: c.OutOrStdout(), err: c.ErrOrStderr()}
	c.Flags().BoolVar(&m.on, "demo", false, "在新的数据目录里建一座虚构的城市 · fill a new data folder with a synthetic city")
	c.Flags().Var(chosen(&m.scale, "small", "town", "tenth", "full"), "scale", "演示城市的规模 · size of the demo city")
	c.Flags().BoolVar(&m.history, "history", false,
		"演示城市有三个月的走访（full 规模约 30 万次） · three months of visits in the demo city, 300,000 in the full one")
	others := c.Args
	c.Args = func(c *cobra.Command, domains []string) (err error) { // the last moment before the folder is opened
		if m.found, err = inhabited(app.DataDir()); err != nil {
			return err
		}
		return others(c, domains)
	}
	// once the keys are open
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "doorstep.demo", Priority: 12, Func: func(e *core.ServeEvent) error {
		if err := m.begin(context.Background(), e.App, d); err != nil {
			return err
		}
		return e.Next()
	}})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "doorstep.address", Priority: -100, Func: func(e *core.ServeEvent) error {
		e.InstallerFunc = nil
		if err := e.Next(); err != nil {
			return err
		}
		if err := m.announce(e.App, d.Now()); err != nil {
			return err
		}
		https := c.Flag("https").Value.String() != "" || c.Flags().NArg() > 0
		fmt.Fprintf(m.out, "打开 open: %s\n", openAt(e.Server.Addr, https, c.Flags().Args()))
		return nil
	}})
}

// begin fills a new database, goes on with one that the demo has made, and refuses every other.
func (m *demonstration) begin(ctx context.Context, app core.App, d *hooks.Doorstep) error {
	made, err := collections.MetaValue(collections.Read(app), demoKey)
	if err != nil {
		return err
	}
	dir := app.DataDir()
	switch {
	case !m.on:
		if made != "" {
			fmt.Fprintln(m.err, "注意：这是演示数据库，密码是公开的，不要存放真实数据 · this is a demo database, its passwords are public: no real data here")
		}
		return nil
	case strings.HasPrefix(made, filling):
		return fmt.Errorf("上次建演示城市时被中断；请删除 %s 后重新运行 · the demo city was not finished the last time: delete %s and run again", dir, dir)
	case made == "" && m.found:
		return fmt.Errorf("%s 里的数据库不是演示数据库，--demo 只用于新的数据目录；请用 --dir 另选一个 · the database in %s is not a demo's, and --demo fills only a new "+
			"data folder: choose another with --dir", dir, dir)
	case made == "":
		return m.fill(ctx, app, d)
	case m.chosen() && m.scale != strings.TrimSuffix(made, historyMark), m.history && !strings.HasSuffix(made, historyMark):
		return fmt.Errorf("%s 里是 %s 规模的演示城市；另一规模请用 --dir 另选目录 · the demo city in %s is %s: choose another folder with --dir for %s", dir, made,
			dir, made, m.made())
	}
	m.scale = strings.TrimSuffix(made, historyMark)
	return nil
}

// made names the city that was asked for.
func (m *demonstration) made() string {
	if m.history {
		return m.scale + historyMark
	}
	return m.scale
}

func (m *demonstration) fill(ctx context.Context, app core.App, d *hooks.Doorstep) error {
	city, err := cityOf(m.scale, d.Now())
	if err != nil {
		return err
	}
	begin := func(db collections.DB) error {
		return errors.Join(collections.SetMeta(db, demoKey, filling+m.made()), collections.SetMeta(db, signin.PolicyKey, signin.Off),
			collections.SetMeta(db, collections.KnownDivisions, demo.Divisions))
	}
	if err := collections.Write(ctx, app, begin); err != nil {
		return err
	}
	if err := d.Library.Refresh(app); err != nil {
		return err
	}
	pace := seed.Weeks
	if m.history {
		pace = seed.Quarter
	}
	setting := seed.Setting{City: city, Password: DemoPassword, Now: d.Now(), Show: steps(m.err)}
	founded := setting
	founded.Now = setting.Now.AddDate(0, 0, -pace.Days-9)
	if err := seed.City(ctx, app, d.Areas, founded); err != nil {
		return fmt.Errorf("demo city: %w", err)
	}
	if err := collections.Hurry(ctx, app, func() error { return seed.Life(ctx, app, d.Intake(), setting, pace) }); err != nil {
		return fmt.Errorf("demo city: %w", err)
	}
	if m.scale == "small" {
		if err := errors.Join(seed.Split(ctx, app, city, setting.Now.AddDate(0, 0, -2)), d.Reassign(ctx, app)); err != nil {
			return fmt.Errorf("demo city: %w", err)
		}
	}
	return collections.Write(ctx, app, func(db collections.DB) error { return collections.SetMeta(db, demoKey, m.made()) })
}

// cityOf makes the demo city of a scale.
func cityOf(scale string, today time.Time) (*demo.City, error) {
	of := map[string]func(time.Time) demo.Scale{"small": demo.Small, "town": demo.Town, "tenth": demo.Tenth, "full": demo.Full}
	return demo.NewCity(DemoSeed, of[scale](today))
}

// announce prints who may sign in: the first of the city's own people in each role and level whose accounts are as the
// demo made them. Whoever was added later is nobody's to print.
func (m *demonstration) announce(app core.App, now time.Time) error {
	if !m.on {
		return firstOperator(m.err, app)
	}
	city, err := cityOf(m.scale, now)
	if err != nil {
		return err
	}
	fmt.Fprintf(m.out, "\n演示城市已就绪 · the demo city is ready\n密码 password: %s\n", DemoPassword)
	fmt.Fprintf(m.out, "  %-10s %s\n", "operator", seed.Operator)
	seen := map[string]bool{}
	for _, w := range city.Workers {
		level := w.Role + fmt.Sprint(len(w.Territory[0]))
		if seen[level] {
			continue
		}
		var name, role string
		if _, err := collections.One(collections.Read(app), `SELECT name, role FROM workers WHERE staff_no=? AND active`, []any{w.Staff},
			&name, &role); err != nil {
			return err
		}
		if name == w.Name && role == w.Role {
			seen[level] = true
			fmt.Fprintf(m.out, "  %-10s %s  %s\n", w.Role, w.Staff, shorten(strings.Join(w.Territory, " "), 48))
		}
	}
	fmt.Fprintln(m.out)
	return nil
}

func shorten(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
