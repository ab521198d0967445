package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/demo"
	"doorstep/internal/openrosa"
	"doorstep/internal/seal"
	"doorstep/internal/seed"
	_ "doorstep/pb_migrations" // the schema
)

// ready is what the server tells the program that measures it.
type ready struct {
	URL    string   `json:"url"`
	Tokens []string `json:"tokens"`
}

func newCity(now time.Time) (*demo.City, error) {
	return demo.NewCity(1, demo.Scale{Districts: 2, Streets: 4, Communities: 16, Grids: 160, Workers: 40, HouseholdsPerGrid: 120, Today: now})
}

// serve runs a server with a synthetic city in a folder until its standard input ends.
func serve(ctx context.Context, dir string) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: collections.Connect})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	d := hooks.New(time.Now)
	d.Keys = seal.Source(os.Getenv("DOORSTEP_KEYS"))
	d.Bind(app)
	if err := d.Start(app); err != nil {
		return err
	}
	now := time.Now()
	city, err := newCity(now)
	if err != nil {
		return err
	}
	if err := seed.City(ctx, app, d.Areas, seed.Setting{City: city, Password: "synthetic-pass-1", Now: now}); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	out := ready{URL: "http://" + listener.Addr().String()}
	if out.Tokens, err = tokens(ctx, app, now); err != nil {
		return err
	}
	router, err := apis.NewRouter(app)
	if err != nil {
		return err
	}
	return app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		mux, err := e.Router.BuildMux()
		if err != nil {
			return err
		}
		go func() {
			if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
				listener.Close()
			}
		}()
		if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
			return err
		}
		if err := http.Serve(listener, mux); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return hooks.End(app)
	})
}

// tokens lets every field worker's app in.
func tokens(ctx context.Context, app core.App, now time.Time) ([]string, error) {
	workers, err := app.FindRecordsByFilter(collections.Workers, "role = 'field'", "staff_no", 64, 0)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, w := range workers {
		t, err := openrosa.Issue(ctx, app, access.Act{Actor: access.Shell(), Now: now},
			openrosa.Asked{Worker: w.Id, Label: "bench", Random: rand.Reader})
		if err != nil {
			return nil, err
		}
		all = append(all, t.Secret)
	}
	return all, nil
}
