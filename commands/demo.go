package commands

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
)

// DemoPassword signs every demo account in. The demo city is synthetic, and serve listens on this machine alone unless
// told otherwise.
const DemoPassword = "doorstep-demo"

const demoOperator = "operator@doorstep.example"

// DemoSeed makes the demo city the same everywhere, so that simulated tablets know its people.
const DemoSeed = 20261123

// addDemo gives serve the flag that fills a new database with a synthetic city.
func addDemo(app *pocketbase.PocketBase, d *hooks.Doorstep) {
	var on bool
	var scale string
	app.RootCmd.PersistentFlags().BoolVar(&on, "demo", false, "首次启动时建一座虚构的城市 · fill a new database with a synthetic city")
	app.RootCmd.PersistentFlags().StringVar(&scale, "scale", "small", "演示城市的规模 · size of the demo city: small or full")
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if on {
			if err := seed(e.App, d, scale, os.Stdout.WriteString); err != nil {
				return fmt.Errorf("demo city: %w", err)
			}
		}
		return e.Next()
	})
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

func seed(app core.App, d *hooks.Doorstep, size string, print func(string) (int, error)) error {
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
		if err := build(app, d, city); err != nil {
			return err
		}
	}
	return announceDemo(app, print)
}

// build writes the city: areas, people who sign in, campaigns, households and persons.
func build(app core.App, d *hooks.Doorstep, city *demo.City) error {
	codes, err := grid.NewCodes(grid.DefaultSuffix)
	if err != nil {
		return err
	}
	ctx, now := context.Background(), d.Now()
	if _, err := grid.Save(ctx, app, city.Areas, codes, "demo", now); err != nil {
		return err
	}
	if err := d.Areas.Load(app); err != nil {
		return err
	}
	if err := buildOperator(app); err != nil {
		return err
	}
	if err := buildWorkers(ctx, app, city, now); err != nil {
		return err
	}
	if err := collections.Write(ctx, app, func(db collections.DB) error { return buildCampaigns(db, city, now) }); err != nil {
		return err
	}
	for _, a := range city.Areas {
		if a.Level != grid.Grid {
			continue
		}
		homes := city.Households(a.Code)
		if err := collections.Write(ctx, app, func(db collections.DB) error { return buildHomes(db, a.Code, homes, now) }); err != nil {
			return err
		}
	}
	return nil
}

func buildOperator(app core.App) error {
	c, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.SetEmail(demoOperator)
	r.SetPassword(DemoPassword)
	return app.Save(r)
}

// buildWorkers hashes the password once: a slow hash for each of 3,000 accounts would take minutes.
func buildWorkers(ctx context.Context, app core.App, city *demo.City, now time.Time) error {
	hash, err := passwordHash(app)
	if err != nil {
		return err
	}
	at := collections.Stamp(now)
	return collections.Write(ctx, app, func(db collections.DB) error {
		for _, w := range city.Workers {
			id, err := collections.NewID()
			if err != nil {
				return err
			}
			territory, err := json.Marshal(w.Territory)
			if err != nil {
				return err
			}
			if err := collections.Insert(db, collections.Workers, collections.Row{
				{Column: "id", Value: id}, {Column: "staff_no", Value: w.Staff}, {Column: "name", Value: w.Name}, {Column: "role", Value: w.Role}, {Column: "territory", Value: string(territory)},
				{Column: "area", Value: access.Common(w.Territory)}, {Column: "active", Value: true}, {Column: "password", Value: hash}, {Column: "tokenKey", Value: id + id}, {Column: "email", Value: ""},
				{Column: "emailVisibility", Value: false}, {Column: "verified", Value: true}, {Column: "created", Value: at}, {Column: "updated", Value: at},
			}); err != nil {
				return err
			}
			for _, r := range access.Ranges(w.Territory) {
				if err := collections.Insert(db, collections.Scopes, collections.Row{{Column: "worker", Value: id}, {Column: "lo", Value: r.Lo}, {Column: "hi", Value: r.Hi}, {Column: "created", Value: at}, {Column: "updated", Value: at}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func passwordHash(app core.App) (string, error) {
	c, err := app.FindCollectionByNameOrId(collections.Workers)
	if err != nil {
		return "", err
	}
	field := c.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField)
	r := core.NewRecord(c)
	r.SetPassword(DemoPassword)
	value, err := field.DriverValue(r)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(value), nil
}

func buildCampaigns(db collections.DB, city *demo.City, now time.Time) error {
	for _, c := range []struct{ id, name, form string }{
		{"child-sweep-demo", "2026 困境儿童精准排查(演示) · child sweep", "child_visit"}, {"elderly-baseline-demo", "2026 老年人需求基线调查(演示) · elderly baseline", "elderly_baseline"},
	} {
		at := collections.Stamp(now)
		if err := collections.Insert(db, collections.Campaigns, collections.Row{
			{Column: "id", Value: c.id}, {Column: "name", Value: c.name}, {Column: "form", Value: c.form}, {Column: "round", Value: 1}, {Column: "starts", Value: at}, {Column: "ends", Value: collections.Stamp(now.AddDate(0, 2, 0))},
			{Column: "territory", Value: `["` + demo.CityCode + `"]`}, {Column: "hold_policy", Value: "all"}, {Column: "status", Value: "open"}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		}); err != nil {
			return err
		}
		if err := collections.Announce(db, collections.Campaigns, c.id, collections.Everyone, collections.Upsert, 1, now); err != nil {
			return err
		}
	}
	return nil
}

func announceDemo(app core.App, print func(string) (int, error)) error {
	text := "\n演示城市已就绪 · the demo city is ready\n  登录密码 password: " + DemoPassword + "\n  控制台 dashboard: /_/  " + demoOperator + "\n"
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

// buildHomes writes the households of one grid and the people in them. Nothing is announced: a tablet's first sync
// reads the tables.
func buildHomes(db collections.DB, area string, homes []demo.Household, now time.Time) error {
	at := collections.Stamp(now)
	for _, h := range homes {
		location, err := json.Marshal(map[string]float64{"lon": h.Lon, "lat": h.Lat})
		if err != nil {
			return err
		}
		if err := collections.Insert(db, collections.Households, collections.Row{
			{Column: "id", Value: h.ID}, {Column: "address", Value: h.Address}, {Column: "address_key", Value: identity.AddressKey(h.Address)}, {Column: "house_code", Value: h.HouseCode}, {Column: "head_name", Value: h.Head},
			{Column: "phone", Value: h.Phone}, {Column: "residents", Value: len(h.Persons)}, {Column: "location", Value: string(location)}, {Column: "area", Value: area}, {Column: "area_method", Value: "import"}, {Column: "area_confidence", Value: 1},
			{Column: "active", Value: true}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		}); err != nil {
			return err
		}
		for _, p := range h.Persons {
			if err := collections.Insert(db, collections.Persons, collections.Row{
				{Column: "id", Value: p.ID}, {Column: "name", Value: p.Name}, {Column: "name_key", Value: identity.NameKey(p.Name)}, {Column: "sex", Value: p.Sex}, {Column: "birth_date", Value: p.BirthDate}, {Column: "id_type", Value: "resident_id"},
				{Column: "id_number", Value: p.IDNumber}, {Column: "id_key", Value: p.IDNumber}, {Column: "phone", Value: p.Phone}, {Column: "household", Value: h.ID}, {Column: "relation", Value: p.Relation}, {Column: "area", Value: area},
				{Column: "active", Value: true}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
