package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
)

// Everybody who is measured has as much to look after in a town as in a city.
const (
	gridsOfWorker = 7
	gridsOfStreet = 270
	news          = 58_000 // changes since the worker's last pull
	ownNews       = 500    // of them in the worker's grids
)

// visitor is everybody who asks something.
type visitor struct {
	server                        *server
	program, dir                  string
	city                          *demo.City
	field, street, manager, whole client.Conn
	nobody                        client.Conn
	tablet                        client.Tablet
	grids                         []string // of the worker
	odk, old                      string   // the worker's address for ODK apps; a cursor from before the news
	record                        string   // that is read
	visits                        [][]client.Operation
}

var scales = map[string]func(time.Time) demo.Scale{"town": demo.Town, "tenth": demo.Tenth, "full": demo.Full}

// prepare lets everybody sign in, brings news and starts the server that is measured.
func prepare(ctx context.Context, c config, dir, scale string) (*visitor, error) {
	size := scales[scale]
	if size == nil {
		return nil, fmt.Errorf("town, tenth and full are compared, not %q", scale)
	}
	city, err := demo.NewCity(commands.DemoSeed, size(time.Now()))
	if err != nil {
		return nil, err
	}
	v := &visitor{city: city, program: c.server, dir: dir}
	if v.server, err = start(ctx, c, dir); err != nil {
		return nil, err
	}
	err = v.signIn(ctx)
	if err == nil {
		err = v.tablet.Pull(ctx)
	}
	v.old = v.tablet.Copy.Cursor
	if stopped := v.server.stop(); err != nil || stopped != nil {
		return nil, fmt.Errorf("first sync: %w %w", err, stopped)
	}
	if err := v.bringNews(ctx); err != nil {
		return nil, fmt.Errorf("news: %w", err)
	}
	if v.server, err = start(ctx, c, dir); err != nil {
		return nil, err
	}
	for _, conn := range []*client.Conn{&v.nobody, &v.field, &v.street, &v.manager, &v.whole, &v.tablet.Conn} {
		conn.URL = v.server.url
	}
	if v.visits, err = v.fillIn(c.times + 1); err != nil {
		return nil, err
	}
	return v, v.tablet.Pull(ctx)
}

func (v *visitor) signIn(ctx context.Context) (err error) {
	at := client.Conn{URL: v.server.url, HTTP: http.DefaultClient}
	for _, w := range []struct {
		into *client.Conn
		who  func(demo.Worker) bool
	}{
		{&v.field, func(w demo.Worker) bool { return w.Role == "field" && len(w.Territory) == gridsOfWorker }},
		{&v.manager, func(w demo.Worker) bool { return w.Role == "manager" }},
		{&v.whole, func(w demo.Worker) bool { return w.Role == "supervisor" && w.Territory[0] == demo.CityCode }},
		{&v.street, func(w demo.Worker) bool { return w.Role == "supervisor" && w.Territory[0] == v.usualStreet() }},
	} {
		staff := ""
		for _, someone := range v.city.Workers {
			if staff == "" && w.who(someone) {
				staff = someone.Staff
				if w.into == &v.field {
					v.grids = someone.Territory
				}
			}
		}
		if *w.into, err = at.SignIn(ctx, staff, commands.DemoPassword); err != nil {
			return err
		}
	}
	v.nobody = at
	v.tablet = client.Tablet{Conn: v.field}
	if _, err := v.tablet.Register(ctx, client.Identity{Name: "bench"}, time.Now()); err != nil {
		return err
	}
	v.field = v.tablet.Conn
	var me struct{ ID string }
	if err := v.field.Call(ctx, http.MethodGet, "/api/doorstep/v1/me", nil, &me); err != nil {
		return err
	}
	var app struct{ Token string }
	err = v.manager.Call(ctx, http.MethodPost, "/api/doorstep/v1/workers/"+me.ID+"/token", map[string]string{"label": "bench"}, &app)
	v.odk = "/v1/key/" + app.Token + "/projects/all"
	return err
}

// usualStreet is the one whose number of grids is the usual one.
func (v *visitor) usualStreet() (code string) {
	grids := map[string]int{}
	for _, a := range v.city.Areas {
		if a.Level == grid.Grid {
			grids[a.Code[:9]]++
		}
	}
	best := 1 << 30
	for _, a := range v.city.Areas {
		off := grids[a.Code] - gridsOfStreet
		if off = max(off, -off); a.Level == grid.Street && off < best {
			code, best = a.Code, off
		}
	}
	return code
}

// bringNews tells of people of the whole city once more, some of them in the worker's grids, while no server runs.
func (v *visitor) bringNews(ctx context.Context) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: v.dir, DBConnect: collections.Connect})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	defer app.ResetBootstrapState()
	var mine []string
	for id := range v.tablet.Copy.Records[collections.Persons] {
		if mine = append(mine, id); len(mine) == ownNews {
			break
		}
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		type told struct {
			id, area string
			rev      int64
		}
		var all []told
		scan := func(rows *sql.Rows) error {
			var t told
			err := rows.Scan(&t.id, &t.area, &t.rev)
			all = append(all, t)
			return err
		}
		if err := collections.Each(db, `SELECT id, area, rev FROM persons ORDER BY id LIMIT ?`, []any{news - ownNews}, scan); err != nil {
			return err
		}
		for _, id := range mine {
			if err := collections.Each(db, `SELECT id, area, rev FROM persons WHERE id=?`, []any{id}, scan); err != nil {
				return err
			}
		}
		for _, t := range all {
			if err := collections.Announce(db, collections.Persons, t.id, t.area, collections.Upsert, t.rev+1, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}
