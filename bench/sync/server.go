package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/identity"
	"doorstep/internal/protocol"
	"doorstep/internal/seal"
	"doorstep/internal/seed"
	"doorstep/internal/signin"
	_ "doorstep/pb_migrations" // the schema
)

// server is a Doorstep with a synthetic city on a loopback port.
type server struct {
	app  core.App
	http *httptest.Server
	city *demo.City
	now  time.Time
	wide []string // territory of everything
}

// townScale is a city of some 77,000 households and people.
func townScale(today time.Time) demo.Scale {
	return demo.Scale{Districts: 2, Streets: 4, Communities: 16, Grids: 160, Workers: 40, HouseholdsPerGrid: 120, Today: today}
}

// startServer makes a city in a folder.
func startServer(ctx context.Context, dir string, keys seal.Source, scale demo.Scale) (*server, error) {
	city, err := demo.NewCity(1, scale)
	if err != nil {
		return nil, err
	}
	return openServer(filepath.Join(dir, "doorstep"), keys, city, func(app core.App, d *hooks.Doorstep) error {
		return seed.City(ctx, app, d.Areas, seed.Setting{City: city, Password: "synthetic-pass-1", Now: time.Now()})
	})
}

// openServer answers from a folder, once it is filled.
func openServer(dir string, keys seal.Source, city *demo.City, fill func(core.App, *hooks.Doorstep) error) (*server, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: collections.Connect})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, err
	}
	d := hooks.New(time.Now)
	d.Keys = keys
	d.Bind(app)
	if err := d.Start(app); err != nil {
		return nil, err
	}
	if err := fill(app, d); err != nil {
		return nil, err
	}
	// The keys that people are looked up by, which a server writes beside its work: here they would be in what is measured.
	if err := identity.Backfill(context.Background(), app, func(int) {}); err != nil {
		return nil, err
	}
	srv, err := listen(app)
	return &server{app: app, http: srv, city: city, now: time.Now(), wide: []string{demo.CityCode}}, err
}

// listen answers on a loopback port with the app's whole router.
func listen(app core.App) (*httptest.Server, error) {
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	var srv *httptest.Server
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		mux, err := e.Router.BuildMux()
		if err == nil {
			srv = httptest.NewServer(mux)
		}
		return err
	})
	return srv, err
}

func (s *server) close() {
	s.http.Close()
	if err := hooks.End(s.app); err != nil {
		fmt.Println(err)
	}
}

// worker makes somebody who works in a territory.
func (s *server) worker(staff string, territory []string) (*core.Record, error) {
	c, err := s.app.FindCollectionByNameOrId(collections.Workers)
	if err != nil {
		return nil, err
	}
	w := core.NewRecord(c)
	w.Id = collections.NewID()
	for k, v := range map[string]any{"staff_no": "bench-" + staff, "role": "field", "territory": territory, "active": true} {
		w.Set(k, v)
	}
	w.SetPassword("synthetic-pass-1")
	return w, s.app.Save(w)
}

// tablet is a device of a worker of its own.
type tablet struct {
	conn client.Conn
	seq  int64
}

func (s *server) tablet(ctx context.Context, staff string, territory []string) (*tablet, error) {
	w, err := s.worker(staff, territory)
	if err != nil {
		return nil, err
	}
	token, err := signin.Token(s.app, w, "")
	if err != nil {
		return nil, err
	}
	t := &client.Tablet{Conn: client.Conn{URL: s.http.URL, HTTP: http.DefaultClient, Token: token}}
	if _, err := t.Register(ctx, client.Identity{Name: "bench"}, s.now); err != nil {
		return nil, err
	}
	return &tablet{conn: t.Conn}, nil
}

// bodies packs visits into gzipped pushes, as tablets send them.
func (t *tablet) bodies(visits []visit, batch int) ([][]byte, error) {
	var all [][]byte
	for len(visits) >= batch {
		ops := make([]client.Operation, batch)
		for i, v := range visits[:batch] {
			t.seq++
			ops[i] = client.Operation{Seq: t.seq, Op: client.Submit, ID: v.id, Form: "child_visit", Answers: v.answers,
				DeviceTime: time.Now().Format(time.RFC3339)}
		}
		visits = visits[batch:]
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if err := json.NewEncoder(z).Encode(map[string]any{"operations": ops}); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		all = append(all, b.Bytes())
	}
	return all, nil
}

// push sends one body and takes the time until the answer is read. Anything but records stored, or unchanged where the body
// was sent before, is an error.
func (t *tablet) push(ctx context.Context, body []byte, want string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.conn.URL+"/api/sync/v1/push", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", t.conn.Token)
	req.Header.Set(protocol.DeviceHeader, t.conn.Device)
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("Content-Type", "application/json")
	took, answer, err := send(req)
	if err != nil {
		return 0, err
	}
	var out struct{ Results []client.Receipt }
	if err := json.Unmarshal(answer, &out); err != nil {
		return 0, err
	}
	for _, r := range out.Results {
		if r.Status != want {
			return 0, fmt.Errorf("visit %s is %s %s", r.ID, r.Status, r.Code)
		}
	}
	return took, nil
}

// send does a request and takes the time until the answer is read.
func send(req *http.Request) (time.Duration, []byte, error) {
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	took := time.Since(began)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %w", req.URL.Path, statusOf(res, answer))
	}
	return took, answer, err
}
