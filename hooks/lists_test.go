package hooks_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/lists"
	"doorstep/internal/testapp"
)

// hidden are the columns of a collection that its readers see masked, or not at all.
func hidden(app *testapp.App, c *core.Collection) []string {
	var all []string
	for _, f := range c.Fields {
		if f.GetHidden() {
			all = append(all, f.GetName())
		}
	}
	for _, s := range collections.Registry[c.Name] {
		all = append(all, s.Column)
	}
	if c.Name == collections.Persons {
		all = append(all, "birth_date")
	}
	for _, form := range []string{"child_visit", "elderly_baseline"} {
		in, _ := app.Doorstep.Library.Get(form, "")
		for _, t := range in.Layout.Tables {
			if t.Name != c.Name {
				continue
			}
			all = append(all, in.Layout.Births(t)...)
			for _, s := range in.Layout.Sealed(t) {
				all = append(all, s.Column)
			}
		}
	}
	return all
}

// Every column of every collection, by every way that an expression can name it: what a reader does not see they cannot ask
// out, and the answer does not depend on the rows.
func TestListsAreAskedByWhatTheyShow(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	person(t, app, "990101001001001")
	readers := map[*testapp.Client]string{app.Client(t, server, superuser(t, app)): "operator"}
	for role, several := range map[string]int{"field": 2, "supervisor": 6, "analyst": 2, "manager": 2} {
		for n := range several {
			readers[app.Client(t, server, app.Worker(t, fmt.Sprint(role, n), role, "990101"))] = role
		}
	}
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	var asked, refused atomic.Int64
	ask := func(role string, client *testapp.Client, c *core.Collection) {
		unseen := hidden(app, c)
		if role == "operator" || !c.System && c.ListRule != nil && (role == "supervisor" || c.Name == collections.Persons || c.Name == "child_visit_children") {
			for _, f := range c.Fields {
				for _, q := range []url.Values{{"filter": {f.GetName() + `>="1800"`}}, {"sort": {"-" + f.GetName()}}} {
					status, body := client.Do(http.MethodGet, "/api/collections/"+c.Name+"/records?"+q.Encode(), nil)
					asked.Add(1)
					if slices.Contains(unseen, f.GetName()) {
						refused.Add(1)
						if status != http.StatusBadRequest || !strings.Contains(string(body), `"list.column"`) {
							t.Errorf("%s asks %s with %v: %d %s", role, c.Name, q, status, body)
						}
					} else if role == "operator" && status != http.StatusOK {
						t.Errorf("%s asks %s with %v: %d %s", role, c.Name, q, status, body)
					}
				}
			}
		}
	}
	left := map[string]chan *core.Collection{} // of each role; PocketBase lets somebody who finds nothing wait for a moment
	var wait sync.WaitGroup
	for client, role := range readers {
		if left[role] == nil {
			left[role] = make(chan *core.Collection, len(all))
			for _, c := range all {
				left[role] <- c
			}
			close(left[role])
		}
		list := left[role]
		wait.Go(func() {
			for c := range list {
				ask(role, client, c)
			}
		})
	}
	wait.Wait()
	if asked.Load() < 1000 || refused.Load() < 200 {
		t.Fatalf("%d asked, %d refused: the test asks too little", asked.Load(), refused.Load())
	}
}

// small are the collections that are listed whole: they do not grow with the work of a city.
var small = []string{"areas", "campaigns", "devices", "form_files", "forms", "retention_policies", "retention_reports", "workers"}

// TestListsNameRealColumns: a column that does not exist, or that nobody sees, is not in the table, and a collection that somebody
// lists is.
func TestListsNameRealColumns(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		_, _, ofForm := app.Doorstep.Library.Plain(c.Name)
		switch _, named := lists.Columns[c.Name]; {
		case c.System || ofForm || c.ListRule == nil:
		case !named:
			t.Errorf("%s is listed, and internal/lists says nothing of it", c.Name)
		case lists.Placed(c.Name) == slices.Contains(small, c.Name):
			t.Errorf("%s: does it grow with the city (internal/lists), or is it small (here)?", c.Name)
		}
	}
	for name, columns := range lists.Columns {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Errorf("no collection %s", name)
			continue
		}
		unseen := hidden(app, c)
		for _, column := range columns {
			if c.Fields.GetByName(column) == nil && column != "sha256" && column != "md5" || slices.Contains(unseen, column) {
				t.Errorf("%s.%s", name, column)
			}
		}
		if c.ListRule == nil {
			t.Errorf("%s is listed by nobody", name)
		}
	}
}

// TestEveryWayToNameAColumn: expressions that hid a column from a guard that reads strings.
func TestEveryWayToNameAColumn(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	id, _ := person(t, app, "990101001001001")
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	ways := []string{
		`id!='\'' && %s>'1800' && id!='\''`, "// '\n%s>'1800' // '\n", `(id='a' || ((%s!='')))`, `'2000'>%s`, `%s:lower='a'`, `%s:each='a'`, `%s:isset=true`, `%s:length>3`,
		`@collection.persons.%s>'1800'`, `@collection.persons:other.%s?>'1800'`, `strftime('%%Y',%s)='2015'`, `merged_into.%s='a'`, `persons_via_household.%s='a'`,
	}
	for _, way := range ways {
		for _, column := range []string{"birth_date", "name", "id_number"} {
			query := url.Values{"filter": {fmt.Sprintf(way, column)}}.Encode()
			if status, body := boss.Do(http.MethodGet, "/api/collections/persons/records?"+query, nil); status != http.StatusBadRequest || !strings.Contains(string(body), `"filter":["id"`) {
				t.Errorf("%s: %d %s", query, status, body)
			}
		}
	}
	for _, path := range []string{"/api/collections/child_visits/records?", "/api/collections/persons/records/" + id + "?"} {
		boss.Want(http.StatusBadRequest, http.MethodGet, path+"expand=child_visit_children_via_visit", nil, nil)
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/collections/child_visit_children/records?expand=visit&sort=position&filter="+url.QueryEscape(`visit="`+id+`"`), nil, nil)
	boss.Want(http.StatusOK, http.MethodGet, "/api/collections/persons/records?filter="+url.QueryEscape(`area>="990101" && sex="male" && created<@now`), nil, nil)
}
