package hooks_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/internal/testapp"
)

// one is what a request was answered with.
type one struct {
	status int
	told   []byte
}

// ask sends a request in the background.
func ask(t *testing.T, c *testapp.Client, method, path string, in []byte, held bool) <-chan one {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.URL+path, bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", c.Token)
	req.Header.Set("X-Doorstep-Device", c.Device)
	req.Header.Set("Content-Type", "application/json")
	if held {
		req.Header.Set("X-Test-Held", "1")
	}
	answered := make(chan one, 1)
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			answered <- one{told: []byte(err.Error())}
			return
		}
		defer res.Body.Close()
		told, _ := io.ReadAll(res.Body)
		answered <- one{res.StatusCode, told}
	}()
	return answered
}

// A worker who asks for fifty things at once, through all doors, is worked on in few places, and refused in words where too much
// waits; meanwhile another worker is answered at every door, from the same address. In the end everything that waited is answered.
func TestAWorkerHasFewPlacesAtAllDoors(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	places := int64(max(1, runtime.GOMAXPROCS(0)/2))
	var working, most atomic.Int64
	entered, release := make(chan struct{}, 99), make(chan struct{})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "test.held", Func: func(re *core.RequestEvent) error {
			if re.Request.Header.Get("X-Test-Held") != "" {
				most.Store(max(most.Load(), working.Add(1)))
				entered <- struct{}{}
				<-release
				working.Add(-1)
			}
			return re.Next()
		}})
		return e.Next()
	})
	server := app.Serve(t)
	hog, other := app.Worker(t, "F1", "field", "990101001001"), app.Worker(t, "F2", "field", "990101001002")
	type doors struct {
		*testapp.Client
		odk string
	}
	of := func(w *core.Record) doors {
		return doors{app.Client(t, server, w).Register(), newCollect(t, app, server, w.Id).Base[len(server.URL):] + "/formList"}
	}
	a, b := of(hog), of(other)
	through := func(d doors, i int) (method, path string, in []byte) {
		switch i % 4 {
		case 0:
			return http.MethodGet, d.odk, nil
		case 1:
			return http.MethodGet, "/api/collections/persons/records", nil
		case 2:
			return http.MethodPost, "/api/sync/v1/push", []byte(`{"operations":[]}`)
		default:
			return http.MethodPost, "/api/sync/v1/files/have", []byte(`{"sha256":[]}`)
		}
	}
	const waits, beyond = 32, 18
	answers := make(chan one, 99)
	forward := func(from <-chan one) {
		go func() { answers <- <-from }()
	}
	for range places {
		forward(ask(t, a.Client, http.MethodGet, "/api/collections/persons/records", nil, true))
		<-entered
	}
	for i := range waits + beyond {
		method, path, in := through(a, i)
		forward(ask(t, a.Client, method, path, in, i%4 != 0)) // the doors of ODK have their turn behind the test's own handler
	}
	stuck := time.After(time.Minute)
	for range beyond {
		var got one
		select {
		case got = <-answers:
		case <-stuck:
			close(release)
			t.Fatalf("fewer than %d are refused, %d at once", beyond, most.Load())
		}
		if got.status != http.StatusTooManyRequests || !bytes.Contains(got.told, []byte("请求过多")) {
			t.Errorf("beside the places: %d %s", got.status, got.told)
		}
	}
	for i := range 4 {
		method, path, in := through(b, i)
		if got := <-ask(t, b.Client, method, path, in, false); got.status != http.StatusOK {
			t.Errorf("another worker at %s: %d %s", path, got.status, got.told)
		}
	}
	if got := <-ask(t, &testapp.Client{URL: server.URL}, http.MethodGet, "/api/health", nil, false); got.status != http.StatusOK {
		t.Errorf("somebody at the same address: %d", got.status)
	}
	if n := len(answers); n > 0 {
		t.Errorf("%d are answered before there was a place", n)
	}
	close(release)
	got := map[int]int{}
	for range int(places) + waits {
		got[(<-answers).status]++
	}
	if fmt.Sprint(got) != fmt.Sprint(map[int]int{http.StatusOK: int(places) + waits}) || most.Load() > places {
		t.Errorf("answers %v, %d at once in %d places", got, most.Load(), places)
	}
}
