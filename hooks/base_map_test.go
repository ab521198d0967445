package hooks_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/logger"

	"doorstep/collections"
	"doorstep/internal/basemap"
	"doorstep/internal/testapp"
)

const baseMapPath = "/api/doorstep/v1/base-map"

// aSquare is a square as tile servers give it.
func aSquare(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 256, 256))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// setBaseMap sets a tile server as the command does.
func setBaseMap(t testing.TB, app *testapp.App, src basemap.Source) {
	t.Helper()
	text, err := json.Marshal(src)
	if err == nil {
		err = collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.SetMeta(db, basemap.Key, string(text)) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

func sourceAt(server string) basemap.Source {
	return basemap.Source{URL: server + "/{z}/{y}/{x}?tk=key-of-the-city", Datum: basemap.GCJ02, Credit: "© 某某地图", LargestZoom: 16, Inside: true}
}

func (w *witness) walkBaseMap(app *testapp.App, boss, manager *testapp.Client) {
	w.t.Helper()
	answer := aSquare(w.t)
	status := http.StatusOK
	tiles := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.WriteHeader(status)
		_, _ = out.Write(answer)
	}))
	w.t.Cleanup(tiles.Close)
	setBaseMap(w.t, app, sourceAt(tiles.URL))
	w.send(boss, get, baseMapPath, nil, "", nil, 200)
	w.send(boss, get, baseMapPath+"/{z}/{x}/{y}", []string{"10", "836", "446"}, "", nil, 200)
	status = http.StatusInternalServerError
	w.send(boss, get, baseMapPath+"/{z}/{x}/{y}", []string{"10", "836", "447"}, "", nil, 502)
	setBaseMap(w.t, app, basemap.Source{})
	w.send(manager, post, baseMapPath, nil, "", object{"url": "https://127.0.0.1:1/{z}/{x}/{y}", "datum": basemap.WGS84, "credit": "x", "largest_zoom": 9}, 200)
	w.send(manager, post, baseMapPath, nil, "", object{"url": "https://127.0.0.1:1/{z}/{x}", "datum": basemap.WGS84, "credit": "x", "largest_zoom": 9}, 400)
	w.send(manager, post, baseMapPath, nil, "", object{"url": ""}, 200)
	w.send(boss, post, baseMapPath, nil, "", object{"url": ""}, 403)
}

// The server gives squares of the one tile server that is set, to who sees maps; it asks for each once, and forgets none of what it is
// told to keep to itself.
func TestTheBaseMapComesThroughTheServer(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	app.Settings().Logs.MaxDays = 7 // test apps do not log
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	field := app.Client(t, server, app.Worker(t, "F1", "field", "990101"))
	nobody := app.Client(t, server, nil)
	said := func(c *testapp.Client) string {
		status, body := c.Do(get, baseMapPath, nil)
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		return strings.TrimSpace(string(body))
	}
	if got := said(boss); got != `{"on":false,"datum":"","credit":"","largest_zoom":0}` {
		t.Errorf("before one is set: %s", got)
	}
	var asked atomic.Int32
	var latest atomic.Value
	want := aSquare(t)
	tiles := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		latest.Store(r)
		_, _ = out.Write(want)
	}))
	t.Cleanup(tiles.Close)
	setBaseMap(t, app, sourceAt(tiles.URL))
	if got := said(boss); got != `{"on":true,"datum":"gcj02","credit":"© 某某地图","largest_zoom":16}` {
		t.Errorf("once it is set: %s", got)
	}
	for range 2 {
		res := fetch(t, boss, get, baseMapPath+"/12/3345/1784", nil)
		if body := plain(t, "", res.Body); res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/png" || !bytes.Equal(body, want) {
			t.Fatalf("%d %v", res.StatusCode, res.Header)
		} else if res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%v", res.Header)
		}
	}
	r, _ := latest.Load().(*http.Request)
	if asked.Load() != 1 || r.RequestURI != "/12/1784/3345?tk=key-of-the-city" {
		t.Errorf("asked %d times, for %v", asked.Load(), r)
	}
	for _, header := range []string{"Authorization", "Cookie", "Referer", "X-Forwarded-For"} {
		if r.Header.Get(header) != "" {
			t.Errorf("the tile server is told %s", header)
		}
	}
	app.Advance(25 * time.Hour)
	boss.Want(200, get, baseMapPath+"/12/3345/1784", nil, nil)
	if asked.Load() != 2 {
		t.Errorf("a day later: asked %d times", asked.Load())
	}
	for path, status := range map[string]int{"/17/1/1": 404, "/-1/0/0": 404, "/3/8/0": 404, "/3/0/8": 404, "/3/0/-1": 404, "/3/0/x": 404, "/3/0/1.png": 404, "/3/..%2f1/0": 404,
		"/99999999999999999999/0/0": 404} {
		if got, body := boss.Do(get, baseMapPath+path, nil); got != status {
			t.Errorf("%s: %d %s", path, got, body)
		}
	}
	for who, c := range map[string]*testapp.Client{"a field worker": field, "nobody": nobody} {
		for _, path := range []string{baseMapPath, baseMapPath + "/12/3345/1785"} {
			if status, _ := c.Do(get, path, nil); status != 403 && status != 401 {
				t.Errorf("%s, %s: %d", who, path, status)
			}
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times for what nobody may see", asked.Load())
	}
	if logs, ok := app.Logger().Handler().(*logger.BatchHandler); !ok || logs.WriteAll(t.Context()) != nil {
		t.Fatal("no log")
	}
	var all, told int
	if err := app.AuxDB().NewQuery(`SELECT COUNT(*), COALESCE(SUM(data LIKE '%/3345/%' OR message LIKE '%/3345/%' OR data LIKE '%key-of-the-city%'), 0) FROM _logs`).
		Row(&all, &told); err != nil || all < 8 || told != 0 {
		t.Errorf("%d of %d lines of the log say which square: %v", told, all, err)
	}
}

// What is no picture, too large, elsewhere or inside is not given, and a tile server that gives nothing is left alone for a while.
func TestWhatATileServerMayNotAnswer(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	boss := app.Client(t, app.Serve(t), app.Worker(t, "S1", "supervisor", "990101"))
	want := aSquare(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		t.Error("a redirect was followed")
		_, _ = out.Write(want)
	}))
	t.Cleanup(elsewhere.Close)
	var answer atomic.Value
	var asked atomic.Int32
	tiles := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer.Load().(func(http.ResponseWriter))(out)
	}))
	t.Cleanup(tiles.Close)
	write := func(kind string, status int, body []byte) func(http.ResponseWriter) {
		return func(out http.ResponseWriter) {
			out.Header().Set("Content-Type", kind)
			out.Header().Set("Location", elsewhere.URL+"/x.png")
			out.WriteHeader(status)
			_, _ = out.Write(body)
		}
	}
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	cases := []struct {
		name   string
		answer func(http.ResponseWriter)
		status int
		rests  bool
	}{
		{"a page", write("image/png", 200, []byte("<!doctype html><title>sign in</title>")), 502, false},
		{"a drawing with a script", write("image/svg+xml", 200, svg), 502, false},
		{"nothing at all", write("image/png", 200, nil), 502, false},
		{"ten megabytes", write("image/png", 200, append(bytes.Clone(want), make([]byte, 10<<20)...)), 502, false},
		{"the way elsewhere", write("image/png", 302, want), 502, true},
		{"a fault", write("image/png", 500, want), 502, true},
		{"too many", write("image/png", 429, want), 502, true},
		{"none there", write("image/png", 404, want), 404, false},
		{"a broken answer", func(out http.ResponseWriter) {
			out.Header().Set("Content-Length", "1000")
			_, _ = out.Write(want[:20])
		}, 502, true},
		{"a picture that is called a file", write("application/octet-stream", 200, want), 200, false},
	}
	setBaseMap(t, app, sourceAt(tiles.URL))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer.Store(c.answer)
			before := asked.Load()
			if status, body := boss.Do(get, baseMapPath+"/14/13380/7136", nil); status != c.status || status == 502 && !bytes.Contains(body, []byte(`"map.unavailable"`)) {
				t.Errorf("%d %.200s", status, body)
			}
			if status, _ := boss.Do(get, baseMapPath+"/14/13380/7137", nil); status != c.status || (asked.Load()-before == 1) != c.rests {
				t.Errorf("the next: %d, asked %d times", status, asked.Load()-before)
			}
			app.Advance(48 * time.Hour)
		})
	}
	private := sourceAt(tiles.URL)
	private.Inside = false
	setBaseMap(t, app, private)
	answer.Store(write("image/png", 200, want))
	for _, host := range []string{"", "localhost", "[::1]", "[::ffff:127.0.0.1]"} {
		src := private
		if host != "" {
			src.URL = strings.Replace(src.URL, "127.0.0.1", host, 1)
		}
		setBaseMap(t, app, src)
		before := asked.Load()
		if status, _ := boss.Do(get, baseMapPath+"/14/13381/7136", nil); status != 502 || asked.Load() != before {
			t.Errorf("%s, which is this machine: %d", src.URL, status)
		}
	}
	for _, text := range []string{"no JSON", `{"url":"file:///etc/passwd{z}{x}{y}"}`, `{"url":"` + tiles.URL + `/{z}/{x}/{y}","datum":"bd09","credit":"x","largest_zoom":16,"inside":true}`} {
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.SetMeta(db, basemap.Key, text) })
		if status, _ := boss.Do(get, baseMapPath+"/14/13381/7136", nil); err != nil || status != 404 {
			t.Errorf("%s: %d %v", text, status, err)
		}
	}
}

// A manager of the whole city sets the base map in the console: outside the city's own network alone, and the trail tells no key.
func TestTheBaseMapIsSetInTheConsole(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	street := app.Client(t, server, app.Worker(t, "M2", "manager", "990101"))
	tiles := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was asked") }))
	t.Cleanup(tiles.Close)
	said := sourceAt(tiles.URL) // with inside
	if status, body := street.Do(post, baseMapPath, said); status != 403 {
		t.Errorf("a manager of one street: %d %s", status, body)
	}
	var came struct{ Tried, Why string }
	manager.Want(200, post, baseMapPath, said, &came)
	if came.Tried != "failed" || !strings.Contains(came.Why, "内网") || !strings.Contains(came.Why, " · ") {
		t.Errorf("%+v", came)
	}
	host := strings.TrimPrefix(tiles.URL, "http://")
	for name, c := range map[string]*testapp.Client{"manager": manager, "street": street} {
		status, body := c.Do(get, baseMapPath, nil)
		if status != 200 || bytes.Contains(body, []byte("key-of-the-city")) || bytes.Contains(body, []byte(host)) != (c == manager) {
			t.Errorf("%s is told %d %s", name, status, body)
		}
	}
	bad := said
	bad.Datum = "bd09"
	if status, body := manager.Do(post, baseMapPath, bad); status != 400 || !bytes.Contains(body, []byte(`"map.source"`)) {
		t.Errorf("%d %s", status, body)
	}
	manager.Want(200, post, baseMapPath, basemap.Source{}, &came)
	if came.Tried != "not" {
		t.Errorf("%+v", came)
	}
	want := []string{`{"value":"` + host + `","what":"base_map"}`, `{"value":"off","what":"base_map"}`}
	if got := list(t, collections.Read(app.TestApp), `SELECT detail FROM audit WHERE detail LIKE '%base_map%' ORDER BY seq`); !slices.Equal(got, want) {
		t.Errorf("the trail says %q", got)
	}
}
