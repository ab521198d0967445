package hooks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/openrosa"
	"doorstep/internal/testapp"
)

// world is a server with one worker who is watched, and people elsewhere who are not his to know of.
type world struct {
	*testapp.App
	t       *testing.T
	server  *httptest.Server
	worker  *testapp.Client // of one community of 990101
	boss    *testapp.Client // supervisor there
	away    *testapp.Client // worker in 990102
	awayTop *testapp.Client // manager there
	key     string          // the worker's address for ODK
	serial  int
	heard   []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{App: testapp.New(t), t: t}
	w.City(t)
	w.Known(t)
	w.server = w.Serve(t)
	worker := w.Worker(t, "F1", "field", "990101001001")
	w.worker = w.Client(t, w.server, worker).Register()
	w.boss = w.Client(t, w.server, w.Worker(t, "S1", "supervisor", "990101"))
	w.away = w.Client(t, w.server, w.Worker(t, "F2", "field", "990102")).Register()
	w.awayTop = w.Client(t, w.server, w.Worker(t, "M2", "manager", "990102"))
	same := bytes.NewReader(bytes.Repeat([]byte("synthetic randomness "), 100)) // both servers give the same token
	token, err := openrosa.Issue(t.Context(), w.TestApp, access.Act{Actor: access.Shell(), Now: w.Doorstep.Now()}, openrosa.Asked{Worker: worker.Id, Random: same})
	if err != nil {
		t.Fatal(err)
	}
	w.key = "/v1/key/" + token.Secret + "/projects/all"
	return w
}

// fixedID is the same on both servers for the same name.
func fixedID(name string) string {
	u := uuid.NewSHA1(uuid.NameSpaceURL, []byte(name))
	u[6] = u[6]&0x0f | 0x40
	return u.String()
}

// elsewhere is a busy day outside of the worker's territory: records good and bad, reviews, quarantine, duplicates, new
// people, tablets and areas.
func (w *world) elsewhere() {
	w.serial++
	at := func(n int) string { return fixedID(fmt.Sprintf("elsewhere %d %d", w.serial, n)) }
	day := fmt.Sprintf("20%02d-03-0%d", 10+w.serial, 1+w.serial%8)
	visit := childVisit(testapp.Inside(gridC), fmt.Sprintf("远处 %d 号", w.serial), child("远处", "", day, nil), child("远处二", "", day, nil))
	push(w.t, w.away, operation(10*w.serial+1, at(1), visit), operation(10*w.serial+2, at(2), visit), map[string]any{"seq": 10*w.serial + 3, "op": "submit", "id": at(3), "form": "no_such_form", "answers": map[string]any{}})
	w.awayTop.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+at(1)+"/review", map[string]any{"decision": "return", "comment": "远处的意见"}, nil)
	w.Client(w.t, w.server, w.Worker(w.t, fmt.Sprintf("F9%d", w.serial), "field", "990102")).Register()
	var areas struct{ Items []struct{ ID string } }
	w.awayTop.Want(http.StatusOK, http.MethodGet, "/api/collections/areas/records?filter="+`(code="990102001002")`, nil, &areas)
	w.awayTop.Want(http.StatusOK, http.MethodPatch, "/api/collections/areas/records/"+areas.Items[0].ID, map[string]any{"name": fmt.Sprintf("改名 %d", w.serial)}, nil)
}

// hear is one request of the worker, and all of the answer but the time and the number of the request.
func (w *world) hear(method, path string, body []byte, more map[string]string) []byte {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Host = "survey.example"
	for name, value := range map[string]string{"Authorization": w.worker.Token, "X-Doorstep-Device": w.worker.Device, "Content-Type": "application/json", "Accept-Encoding": "identity"} {
		req.Header.Set(name, value)
	}
	for name, value := range more {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	res.Header.Del("Date")
	res.Header.Del("X-Request-Id")
	told := fmt.Sprintf("%s %s\n%d\n", method, path, res.StatusCode)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		told += name + ": " + strings.Join(res.Header[name], ", ") + "\n"
	}
	w.heard = append(w.heard, told+"\n"+string(answer))
	return answer
}

var cursorIn = regexp.MustCompile(`"cursor":"([^"]*)"`)

// pull reads page after page from a cursor and returns the last one.
func (w *world) pull(cursor string) string {
	w.t.Helper()
	for range 50 {
		page := w.hear(http.MethodGet, "/api/sync/v1/pull?limit=4&cursor="+cursor, nil, nil)
		cursor = string(cursorIn.FindSubmatch(page)[1])
		if bytes.Contains(page, []byte(`"more":false`)) {
			return cursor
		}
	}
	w.t.Fatal("the pull does not end")
	return ""
}

func (w *world) push(ops ...map[string]any) {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"operations": ops})
	if err != nil {
		w.t.Fatal(err)
	}
	w.hear(http.MethodPost, "/api/sync/v1/push", body, nil)
}

// odk asks for everything that a worker's ODK app asks for.
func (w *world) odk() {
	for _, path := range []string{"/formList", "/forms/child_visit/manifest", "/datasets/households/entities.csv", "/datasets/persons/entities.csv",
		"/datasets/persons/integrity?id=" + fixedID("unknown"), "/datasets/nothing/entities.csv", "/forms/nothing.xml"} {
		w.hear(http.MethodGet, w.key+path, nil, map[string]string{"X-OpenRosa-Version": "1.0"})
	}
	w.hear(http.MethodHead, w.key+"/submission", nil, nil)
}

func (w *world) submitXML(name string) {
	w.t.Helper()
	record := fmt.Sprintf(`<data id="child_visit" version="2026112301"><visit><outcome>2.22</outcome><location>%s</location></visit><meta><instanceID>uuid:%s</instanceID></meta></data>`, testapp.Inside(gridA), fixedID(name))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.SetBoundary("same-on-both-servers"); err != nil {
		w.t.Fatal(err)
	}
	part, err := form.CreateFormFile("xml_submission_file", "record.xml")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := io.WriteString(part, record); err != nil {
		w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.hear(http.MethodPost, w.key+"/submission", body.Bytes(), map[string]string{"Content-Type": form.FormDataContentType(), "X-OpenRosa-Version": "1.0"})
}

// live is the worker's day; after every step something may happen elsewhere.
func (w *world) live(elsewhere func()) {
	elsewhere()
	w.pull("")
	elsewhere()
	cursor := w.pull("") // again, as a new tablet does
	elsewhere()
	cursor = w.pull(cursor)
	visit := childVisit(testapp.Inside(gridA), "近处 1 号", child("近处", "", "2015-03-01", nil))
	w.push(operation(1, fixedID("near"), visit), operation(2, fixedID("near again"), visit), operation(3, fixedID("out of scope"), childVisit(testapp.Inside(gridC), "别处 1 号")),
		map[string]any{"seq": 4, "op": "submit", "id": fixedID("odd"), "form": "no_such_form", "answers": map[string]any{}})
	elsewhere()
	w.push(operation(1, fixedID("near"), visit)) // the answer was lost
	cursor = w.pull(cursor)
	w.hear(http.MethodGet, "/api/sync/v1/digest?cursor="+cursor, nil, nil) // while nothing has an id that the server made up
	w.hear(http.MethodGet, "/api/sync/v1/repair?buckets=6,26,103,123,250", nil, nil)
	w.odk()
	elsewhere()
	w.boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+fixedID("near")+"/review", map[string]any{"decision": "return", "comment": "近处的意见"}, nil)
	elsewhere()
	w.submitXML("by phone")
	elsewhere()
	cursor = w.pull(cursor)
	w.odk()
	w.pull("")
	w.hear(http.MethodGet, "/api/sync/v1/pull?cursor=nonsense", nil, nil)
	w.hear(http.MethodGet, "/api/sync/v1/pull?cursor="+cursor, nil, map[string]string{"X-Doorstep-Device": fixedID("no device")})
	w.hear(http.MethodPost, "/api/sync/v1/files/have", []byte(`{"sha256":["`+strings.Repeat("ab", 32)+`"]}`), nil)
	w.hear(http.MethodPost, "/api/sync/v1/devices", []byte(`{"id":"`+w.worker.Device+`","name":"test tablet"}`), nil)
	w.hear(http.MethodGet, "/api/doorstep/v1/quarantine", nil, nil)
	w.hear(http.MethodGet, "/api/collections/households/records?perPage=2&sort=-address", nil, nil)
	w.hear(http.MethodGet, "/api/collections/persons/records?filter=(name~%22%22)", nil, nil)
}

var (
	madeUp  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	sealOf  = regexp.MustCompile(`"(seal|token)":"[^"]*"`) // made of the device's id
	placeIn = regexp.MustCompile(`(?:[0-9a-f]{8}\.){2}[stf]\.([0-9a-f]{32})`)
)

// renamed gives what a server made up, its time-ordered ids and hidden places, names in the order of their appearance:
// the same thing has the same name wherever it comes again.
func renamed(heard []string) []string {
	names := map[string]string{}
	rename := func(s string) string {
		if names[s] == "" {
			names[s] = fmt.Sprintf("#%d", len(names)+1)
		}
		return names[s]
	}
	var out []string
	for _, h := range heard {
		h = placeIn.ReplaceAllStringFunc(h, func(s string) string { return s[:len(s)-32] + rename(s[len(s)-32:]) })
		h = sealOf.ReplaceAllStringFunc(h, rename)
		out = append(out, madeUp.ReplaceAllStringFunc(h, rename))
	}
	return out
}

// TestNonInterference: a worker's day on a server where nothing else happens, and on one where a lot does, is the same
// byte for byte.
func TestNonInterference(t *testing.T) {
	t.Parallel()
	quiet, busy := newWorld(t), newWorld(t)
	quiet.live(func() {})
	busy.live(busy.elsewhere)
	one, other := renamed(quiet.heard), renamed(busy.heard)
	if len(one) != len(other) {
		t.Fatalf("%d answers and %d", len(one), len(other))
	}
	for i := range one {
		if one[i] != other[i] {
			t.Errorf("the worker can tell what happens elsewhere:\n%s\n--- and\n%s", one[i], other[i])
		}
	}
	var changes int
	for _, w := range []*world{quiet, busy} {
		var n int
		if _, err := collections.One(collections.Read(w.TestApp), `SELECT COUNT(*) FROM changes WHERE target LIKE '990102%'`, nil, &n); err != nil {
			t.Fatal(err)
		}
		if n <= changes && w == busy {
			t.Error("nothing happened elsewhere")
		}
		changes = n
	}
	if text := strings.Join(one, ""); !strings.Contains(text, "近处的意见") || !strings.Contains(text, `"status":"quarantined"`) || strings.Contains(strings.Join(other, ""), "远处") {
		t.Error("the worker's day is not what the test means it to be")
	}
}
