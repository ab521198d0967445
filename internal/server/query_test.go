package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/lists"
)

// TestWhatLiesInATerritoryAsAFilter writes each part of a territory, and one range around several, which an index finds.
func TestWhatLiesInATerritoryAsAFilter(t *testing.T) {
	for _, c := range []struct {
		column string
		codes  []string
		want   string
	}{
		{"area", nil, `id = "-"`},
		{"area", []string{"440305"}, `(area >= "440305" && area < "440306")`},
		{"area", []string{"440305", "440305001"}, `(area >= "440305" && area < "440306")`},
		{"area", []string{"440307", "440305"},
			`(area >= "440305" && area < "440308" && ((area >= "440305" && area < "440306") || (area >= "440307" && area < "440308")))`},
		{"area_b:lower", []string{"440305001001001A"}, `(area_b:lower >= "440305001001001a" && area_b:lower < "440305001001001b")`},
	} {
		if got := within(c.column, c.codes, mostRanges); got != c.want {
			t.Errorf("%v: %s, want %s", c.codes, got, c.want)
		}
	}
	many := []string{"440305001", "440305003", "440305005", "440307001"}
	if got := within("area", many, 2); strings.Count(got, "||") != 1 || !strings.Contains(got, `"440307"`) {
		t.Errorf("of two parts at most: %s", got)
	}
}

// TestWhatAReaderReaches is a filter by role and collection.
func TestWhatAReaderReaches(t *testing.T) {
	here := `(area >= "440305" && area < "440306")`
	both := `(area:lower >= "440305" && area:lower < "440306") || (area_b:lower >= "440305" && area_b:lower < "440306")`
	for _, c := range []struct {
		role       access.Role
		collection string
		row        bool
		place      string
		want       string
	}{
		{access.Field, "child_visit_children", true, "", `visit.worker = "w"`}, {access.Field, collections.Tasks, false, "", `assignee = "w"`},
		{access.Field, "child_visits", false, "", `worker = "w"`}, {access.Field, collections.Persons, false, "", here},
		{access.Field, collections.Households, false, "", here}, {access.Field, collections.Duplicates, false, "", `id = "-"`},
		{access.Supervisor, collections.Tasks, false, "", here}, {access.Supervisor, "child_visits", false, "", here},
		{access.Supervisor, collections.Duplicates, false, unindexed, both}, {access.Supervisor, collections.OpenDuplicates, false, unindexed, both},
		{access.Manager, "child_visits", false, unindexed, strings.ReplaceAll(here, "area", "area:lower")},
	} {
		actor := access.Actor{ID: "w", Role: c.role, Territory: []string{"440305"}}
		if got := reach(actor, c.collection, c.row, c.place); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.role, c.collection, got, c.want)
		}
	}
	for _, c := range []struct {
		codes       []string
		small, near bool
	}{{nil, true, true}, {[]string{"440305001001"}, true, true}, {[]string{"440305001"}, true, false}, {[]string{"440305"}, false, false},
		{[]string{"440305001001", "440305"}, false, false}, {[]string{"440305001001001"}, true, true}} {
		if small(c.codes) != c.small || near(c.codes) != c.near {
			t.Errorf("%v: small %t, near %t", c.codes, small(c.codes), near(c.codes))
		}
	}
}

// TestTheOrderOfANarrowedList goes along the index of places, sorts what is small, and leaves a large list in the order that is asked.
func TestTheOrderOfANarrowedList(t *testing.T) {
	base := core.NewBaseCollection("child_visits")
	base.Fields.Add(&core.NumberField{Name: "rev"}, &core.TextField{Name: "outcome"})
	pairs, view := core.NewBaseCollection(collections.Duplicates), core.NewViewCollection("review_queue")
	persons := core.NewBaseCollection(collections.Persons)
	supervisor := access.Actor{Role: access.Supervisor, Territory: []string{"440305"}}
	street := access.Actor{Role: access.Supervisor, Territory: []string{"440305001"}}
	field := access.Actor{Role: access.Field, Territory: []string{"440305001001001"}}
	for _, c := range []struct {
		actor      access.Actor
		collection *core.Collection
		asked      string
		sort       string
		place      string
	}{
		{supervisor, base, "", "area", ""}, {supervisor, pairs, "", "area:lower", ""}, {supervisor, view, "", "", ""}, {supervisor, view, "outcome", "outcome", ""},
		{supervisor, base, "area", "area", ""}, {supervisor, base, "-outcome", "-outcome", unindexed}, {supervisor, pairs, "area", "area", ""},
		{street, base, "outcome,-rev", "outcome:lower,-rev", ""}, {street, base, "@rowid", "created:lower", ""}, {street, base, "area", "area", ""},
		{street, pairs, "area", "area:lower", ""}, {field, base, "", "", ""}, {field, base, "area", "area:lower", ""}, {field, base, "rev", "rev", ""},
		{field, persons, "", "area", ""}, {field, persons, "area", "area", ""},
	} {
		q := url.Values{}
		if c.asked != "" {
			q.Set("sort", c.asked)
		}
		if place := order(q, c.actor, c.collection); q.Get("sort") != c.sort || place != c.place {
			t.Errorf("%s of %s by a %s: %q %q, want %q %q", c.asked, c.collection.Name, c.actor.Role, q.Get("sort"), place, c.sort, c.place)
		}
	}
}

// TestAFilterIsPutBeforeThatOfTheQuery unless the two together are longer than PocketBase takes.
func TestAFilterIsPutBeforeThatOfTheQuery(t *testing.T) {
	room := search.MaxFilterLength - len("(x) && (\n)")
	for _, c := range []struct {
		reach, asked, want string
		err                error
	}{
		{"", "a=1", "a=1", nil}, {"x", "", "(x)", nil}, {"x", "a=1", "(x) && (a=1\n)", nil},
		{"x", strings.Repeat("a", room), "(x) && (" + strings.Repeat("a", room) + "\n)", nil},
		{"x", strings.Repeat("a", room+1), strings.Repeat("a", room+1), search.ErrFilterLengthLimit},
	} {
		q := url.Values{"filter": {c.asked}}
		if err := narrow(q, c.reach); !errors.Is(err, c.err) || q.Get("filter") != c.want {
			t.Errorf("%.20s before %.20s: %.30s %v", c.reach, c.asked, q.Get("filter"), err)
		}
	}
	if lists.ErrTooDeep == lists.ErrRefused || !errors.Is(errFarSort, lists.ErrRefused) {
		t.Error("an order of a large place is refused as another column is")
	}
}

// TestFromWhereOperatorsMayCome tells addresses that the settings name, alone or with their network, and what comes through a proxy.
func TestFromWhereOperatorsMayCome(t *testing.T) {
	for _, c := range []struct {
		from      string
		settings  []string
		forwarded string
		trusted   bool
		may       bool
	}{
		{"203.0.113.7:80", nil, "", false, true}, {"somewhere", nil, "", false, true}, {"203.0.113.7:80", []string{"203.0.113.7"}, "", false, true},
		{"203.0.113.7:80", []string{"203.0.113.8"}, "", false, false}, {"203.0.113.7:80", []string{"203.0.113.8", "203.0.113.0/24"}, "", false, true},
		{"203.0.113.7:80", []string{"203.0.114.0/24"}, "", false, false}, {"[::ffff:203.0.113.7]:80", []string{"203.0.113.7"}, "", false, true},
		{"[::ffff:203.0.113.7]:80", []string{"203.0.113.0/24"}, "", false, true}, {"somewhere", []string{"203.0.113.7"}, "", false, false},
		{"203.0.113.7:80", []string{"nonsense"}, "", false, false}, {"203.0.113.7:80", []string{"nonsense", "203.0.113.7"}, "", false, true},
		{"203.0.113.7:80", nil, "X-Forwarded-For", false, false}, {"203.0.113.7:80", nil, "Forwarded", false, false},
		{"203.0.113.7:80", nil, "X-Forwarded-For", true, true},
	} {
		app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
		app.Settings().SuperuserIPs = c.settings
		if c.trusted {
			app.Settings().TrustedProxy.Headers = []string{"X-Real-IP"}
		}
		re := &core.RequestEvent{App: app}
		re.Request = httptest.NewRequest(http.MethodPost, "/", nil)
		re.Request.RemoteAddr = c.from
		if c.forwarded != "" {
			re.Request.Header.Set(c.forwarded, "192.0.2.1")
		}
		if err := operatorMayCome(re); (err == nil) != c.may {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestTheLogKeepsNoQuery: what somebody looks for stands in no address that is logged, nor in that of the page that they come from.
func TestTheLogKeepsNoQuery(t *testing.T) {
	for _, c := range []struct{ pattern, asked, referer, want, from string }{
		{"GET /api/a", "/api/a?filter=x", "https://s/queue?name=y", "/api/a", "https://s/queue"}, {"GET /api/a", "/api/a", "https://s/queue", "/api/a", "https://s/queue"},
		{"GET /api/a", "/api/a?", "https://s/queue?", "/api/a", "https://s/queue?"},
		{"GET /tiles/{z}/{x}/{y}", "/tiles/10/836/446?a=1", "", "/tiles/", ""},
	} {
		re := &core.RequestEvent{}
		re.Request = httptest.NewRequest(http.MethodGet, c.asked, nil)
		re.Request.Pattern = c.pattern
		if c.referer != "" {
			re.Request.Header.Set("Referer", c.referer)
		}
		if err := withoutQuery(re); err != nil || re.Request.URL.String() != c.want || re.Request.Referer() != c.from {
			t.Errorf("%s: %s from %s, %v", c.asked, re.Request.URL, re.Request.Referer(), err)
		}
	}
}

// TestAFormIsReadBeforePocketBaseReadsIt: what is no form of PocketBase's own routes passes; of theirs only that of somebody, and no
// larger than one may be.
func TestAFormIsReadBeforePocketBaseReadsIt(t *testing.T) {
	const own, theirs = "POST /api/doorstep/v1/forms", "POST /api/collections/{collection}/records"
	body := func(size int) string {
		return "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + strings.Repeat("x", size) + "\r\n--b--\r\n"
	}
	somebody := core.NewRecord(core.NewBaseCollection("workers"))
	for _, c := range []struct {
		pattern, contentType string
		who                  *core.Record
		size                 int
		status               int
		read                 bool
	}{
		{own, "multipart/form-data; boundary=b", nil, 1, 200, false}, {theirs, "application/json", nil, 1, 200, false},
		{theirs, "multipart/form-data; boundary=b", nil, 1, 401, false}, {theirs, "multipart/form-data; boundary=b", somebody, 1, 200, true},
		{theirs, "multipart/form-data; boundary=b", somebody, maxForm, 413, true}, {theirs, "multipart/form-data", somebody, 1, 400, false},
	} {
		w, re := httptest.NewRecorder(), &core.RequestEvent{App: core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()}), Auth: c.who}
		re.Response, re.Request = w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body(c.size)))
		re.Request.Pattern = c.pattern
		re.Request.Header.Set("Content-Type", c.contentType)
		err := noSpill(re)
		if read := re.Request.MultipartForm != nil; err != nil || w.Code != c.status || c.status == 200 && read != c.read {
			t.Errorf("%s as %s, %d bytes: %s, %v, read %t", c.pattern, c.contentType, c.size, fmt.Sprint(w.Code, w.Body), err, read)
		}
	}
}
