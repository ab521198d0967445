package hooks_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// Lists of what grows are narrowed before the rule of the collection is asked: the rule here lets everybody see everybody,
// and still nobody is listed but those of the territory, however the filter is written.
func TestListsAreNarrowedToTheTerritory(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	one, _ := person(t, app, "990101001001001")
	two, _ := person(t, app, "990101001001002")
	person(t, app, "990102001001001")
	persons, err := app.FindCollectionByNameOrId(collections.Persons)
	if err != nil {
		t.Fatal(err)
	}
	anyone := ""
	persons.ListRule = &anyone
	if err := app.Save(persons); err != nil {
		t.Fatal(err)
	}
	district := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	street := app.Client(t, server, app.Worker(t, "S2", "supervisor", "990101001"))
	community := app.Client(t, server, app.Worker(t, "S3", "supervisor", "990101001001"))
	worker := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001001"))
	for _, filter := range []string{"", "id!='' || id=''", "id!='' // so it ends"} {
		for _, reader := range []struct {
			name  string
			as    *testapp.Client
			sees  []string
			total int
		}{{"district", district, []string{one, two}, -1}, {"street", street, []string{one, two}, -1}, {"community", community, []string{one, two}, 2}, {"worker", worker, []string{one}, 1}} {
			var out struct {
				PerPage, TotalItems int
				Items               []struct{ ID string }
			}
			q := url.Values{"filter": {filter}, "perPage": {"1000"}, "skipTotal": {"0"}}
			reader.as.Want(http.StatusOK, http.MethodGet, "/api/collections/persons/records?"+q.Encode(), nil, &out)
			var ids []string
			for _, item := range out.Items {
				ids = append(ids, item.ID)
			}
			slices.Sort(ids)
			if want := slices.Sorted(slices.Values(reader.sees)); !slices.Equal(ids, want) || out.TotalItems != reader.total || out.PerPage != 500 {
				t.Errorf("%s with %q sees %v of %d, %d a page; want %v of %d", reader.name, filter, ids, out.TotalItems, out.PerPage, want, reader.total)
			}
		}
	}
	long := "id!='" + strings.Repeat("x", 3480) + "'" // PocketBase takes 3,500 signs
	for q, code := range map[string]string{"page=21&perPage=500": "list.page", "page=20&perPage=500": "", "sort=id": "list.column", "sort=-household": "list.column", "sort=area,id": "", "filter=" + url.QueryEscape(long): "list.column"} {
		status, body := district.Do(http.MethodGet, "/api/collections/persons/records?"+q, nil)
		if code == "" && status != http.StatusOK || code != "" && (status != http.StatusBadRequest || !strings.Contains(string(body), `"`+code+`"`)) {
			t.Errorf("%.40s: %d %s, want %q", q, status, body, code)
		}
	}
	var all struct{ TotalItems int }
	app.Client(t, server, superuser(t, app)).Want(http.StatusOK, http.MethodGet, "/api/collections/persons/records?sort=-household", nil, &all)
	if all.TotalItems != 3 {
		t.Errorf("an operator sees %d persons, want all three in any order", all.TotalItems)
	}
	var none struct{ Items []any }
	worker.Want(http.StatusOK, http.MethodGet, "/api/collections/erasures/records", nil, &none)
	if len(none.Items) > 0 {
		t.Errorf("a worker sees what is for the office: %v", none.Items)
	}
}
