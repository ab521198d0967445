package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
)

// sameTablet is the id of the tablet that the worker registers in every run, because the server bounds how many one may have.
const sameTablet = "01890000-0000-7000-8000-000000000001"

// Everybody who is measured has as much to look after in a town as in a city.
const (
	gridsOfWorker                  = 7
	gridsOfStreet                  = 270
	personsOfWorker, workersLooked = 1150, 200
	news                           = 58_000 // changes since the worker's last pull
	ownNews                        = 500    // of them in the worker's grids
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
	record, home                  string   // that is read
	visits                        [][]client.Operation
	beside                        core.App // the same folder, opened by this program
	library                       *instrument.Library
	all                           []operation
}

var scales = map[string]func(time.Time) demo.Scale{"town": demo.Town, "tenth": demo.Tenth, "full": demo.Full}

// prepare makes the city when the cache has none, starts the server that is measured, lets everybody sign in, and brings news where they
// are asked for.
func prepare(ctx context.Context, c config, scale string) (*visitor, error) {
	size := scales[scale]
	if size == nil {
		return nil, fmt.Errorf("town, tenth and full are compared, not %q", scale)
	}
	city, err := demo.NewCity(commands.DemoSeed, size(time.Now()))
	if err != nil {
		return nil, err
	}
	dir, err := makeCity(ctx, c, scale)
	if err != nil {
		return nil, err
	}
	if err := forgetTablets(ctx, dir); err != nil {
		return nil, err
	}
	v := &visitor{city: city, program: c.server, dir: dir}
	if err := v.open(ctx); err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	if v.server, err = start(ctx, c, dir); err != nil {
		return nil, err
	}
	if err := v.begin(ctx, c); err != nil {
		return nil, errors.Join(err, v.server.stop())
	}
	return v, nil
}

// begin lets everybody sign in, and leaves in the folder what they are to find.
func (v *visitor) begin(ctx context.Context, c config) (err error) {
	if err := v.signIn(ctx); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if v.visits, err = v.fillIn(rounds*pushes + 1); err != nil {
		return err
	}
	if err := v.tablet.Pull(ctx); err != nil {
		return fmt.Errorf("first pull: %w", err)
	}
	if v.old = v.tablet.Copy.Cursor; c.asks(pullNews) {
		if err := collections.Write(ctx, v.beside, v.bringNews); err != nil {
			return fmt.Errorf("news: %w", err)
		}
		if err := v.tablet.Pull(ctx); err != nil {
			return fmt.Errorf("pull of news: %w", err)
		}
	}
	v.all = v.operations()
	if err := v.settleStart(ctx); err != nil {
		return err
	}
	return v.settle(ctx)
}

// leave stops the server.
func (v *visitor) leave() { _ = errors.Join(v.server.stop(), v.beside.ResetBootstrapState()) }

func (v *visitor) signIn(ctx context.Context) (err error) {
	usual := v.usualWorker()
	at := client.Conn{URL: v.server.url, HTTP: http.DefaultClient}
	for _, w := range []struct {
		into *client.Conn
		who  func(demo.Worker) bool
	}{
		{&v.field, func(w demo.Worker) bool { return w.Staff == usual }},
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
	v.tablet.Conn.Device = sameTablet
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

// usualWorker is the one whose people are nearest to the usual number, of the first that have so many grids.
func (v *visitor) usualWorker() (staff string) {
	looked, best := 0, 1<<30
	for _, w := range v.city.Workers {
		if w.Role != "field" || len(w.Territory) != gridsOfWorker || looked == workersLooked {
			continue
		}
		people := 0
		for _, code := range w.Territory {
			for _, h := range v.city.Households(code) {
				people += len(h.Persons)
			}
		}
		if off := max(people-personsOfWorker, personsOfWorker-people); off < best {
			staff, best = w.Staff, off
		}
		looked++
	}
	return staff
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
