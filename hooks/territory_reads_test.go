package hooks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/server"
)

// read asks for something as somebody on a side, by any door that answers, with ids, cursors and values of the other
// side, and tells what it was and all that came back.
func (b *borderland) read(s, other *side, role access.Role) (what, answer string) {
	if role == access.Field {
		switch b.rand.IntN(4) {
		case 0:
			return b.readODK(s)
		case 1:
			return b.pull(s, other)
		}
	}
	switch b.rand.IntN(3) {
	case 0:
		return b.readRoute(s, other, role)
	case 1:
		return b.view(s, other, role)
	default:
		return b.list(s, other, role)
	}
}

// list asks PocketBase for a list: plain, or by columns, relations and fields of any kind.
func (b *borderland) list(s, other *side, role access.Role) (string, string) {
	c := b.anyCollection()
	q := url.Values{"perPage": {"500"}}
	what := "list"
	if b.rand.IntN(2) == 0 {
		what = "asked"
		column := func() string { return pick(b.rand, c.Fields.FieldNames()) }
		value := pick(b.rand, append(slices.Clone(other.names), pick(b.rand, b.ids), other.grid, "9901", "1"))
		ways := []url.Values{
			{"filter": {fmt.Sprintf("%s~'%s'", column(), value)}}, {"filter": {fmt.Sprintf("%s>='%s' || id!=''", column(), value)}}, {"sort": {"-" + column()}},
			{"expand": {column() + "," + column()}}, {"fields": {"*,expand.*," + column() + ":excerpt(200)"}}, {"filter": {"id!=''"}, "sort": {"id"}, "expand": {"visit,household,person"}},
		}
		for name, values := range pick(b.rand, ways) {
			q[name] = values
		}
	}
	path := "/api/collections/" + c.Name + "/records?" + q.Encode()
	_, answer := s.people[role].Do(http.MethodGet, path, nil)
	return what + " " + path, string(answer)
}

// anyCollection is of those that say most of people, or any.
func (b *borderland) anyCollection() *core.Collection {
	name := pick(b.rand, []string{"persons", "households", "child_visits", "child_visit_children", "duplicates", "open_duplicates", "edits", "submissions", "tasks", "reviews", "entity_versions", "review_queue", ""})
	if name == "" {
		all, err := b.FindAllCollections()
		if err != nil {
			b.t.Fatal(err)
		}
		name = pick(b.rand, all).Name
	}
	c, err := b.FindCollectionByNameOrId(name)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *borderland) view(s, other *side, role access.Role) (string, string) {
	c := b.anyCollection()
	where := "1=1"
	if c.Fields.GetByName("area") != nil {
		where = "area LIKE '" + pick(b.rand, []string{s.district, other.district}) + "%'"
	}
	ids := list(b.t, collections.Read(b.TestApp), `SELECT id FROM "`+c.Name+`" WHERE `+where+` ORDER BY id`)
	if len(ids) == 0 {
		ids = b.ids
	}
	path := "/api/collections/" + c.Name + "/records/" + pick(b.rand, ids) + pick(b.rand, []string{"", "?expand=visit,household,person", "?fields=*,expand.*,sealed,name,address"})
	_, answer := s.people[role].Do(http.MethodGet, path, nil)
	return "view " + path, string(answer)
}

// readRoute calls one of our own that reads, with ids of the other side.
func (b *borderland) readRoute(s, other *side, role access.Role) (string, string) {
	reads := slices.DeleteFunc(slices.Clone(server.Routes), func(r server.Route) bool {
		return r.Method != http.MethodGet && r.Do != access.SearchPerson && r.Do != access.Reveal
	})
	r := pick(b.rand, reads)
	path := b.filled(r.Path, other)
	if r.Method == http.MethodGet {
		path += "?" + url.Values{"level": {"grid"}, "states": {"received,has_issues,edited,approved"}, "format": {"csv"}, "identified": {pick(b.rand, []string{"true", "false"})}, "area": {other.district}}.Encode()
	}
	var body any
	if r.Method == http.MethodPost {
		body = map[string]any{"collection": pick(b.rand, []string{"child_visits", "persons", "households", "child_visit_children"}), "id": pick(b.rand, b.ids), "fields": []string{"name", "address", "child_name"},
			"reason": "核对身份信息所需,已登记", "name": pick(b.rand, other.names), "id_number": pick(b.rand, other.numbers), "birth_date": "2015-03-01"}
	}
	_, answer := s.people[role].Do(r.Method, path, body)
	told := string(answer)
	if name, ok := body.(map[string]any); ok {
		told = strings.ReplaceAll(told, name["name"].(string), "") // what was asked for is no secret any more
	}
	return fmt.Sprintf("read %s %s %s", r.Do, r.Method, path), told
}

// everyBucket names all buckets of a digest.
var everyBucket = func() string {
	all := make([]string, 256)
	for i := range all {
		all[i] = strconv.Itoa(i)
	}
	return strings.Join(all, ",")
}()

// pull asks for what is new since the other side's cursor, or from the beginning.
func (b *borderland) pull(s, other *side) (string, string) {
	tablet := s.people[access.Field]
	path := pick(b.rand, []string{"/api/sync/v1/pull?limit=5000&cursor=", "/api/sync/v1/pull?limit=5000&cursor=" + url.QueryEscape(other.cursor), "/api/sync/v1/digest", "/api/sync/v1/repair?buckets=" + everyBucket})
	_, answer := tablet.Do(http.MethodGet, path, nil)
	var page struct{ Cursor string }
	if json.Unmarshal(answer, &page) == nil && page.Cursor != "" {
		s.cursor = page.Cursor
	}
	return "pull " + path, string(answer)
}

// readODK follows what an ODK app is offered, and guesses.
func (b *borderland) readODK(s *side) (string, string) {
	path := pick(b.rand, []string{
		"/formList", "/forms/child_visit.xml", "/forms/child_visit/manifest", "/datasets/households/entities.csv", "/datasets/persons/entities.csv", "/datasets/households/integrity?id=" + pick(b.rand, b.ids),
		"/datasets/persons/integrity?id=" + pick(b.rand, b.ids), "/datasets/workers/entities.csv", "/forms/child_visit/attachments/households.csv", "/forms/" + pick(b.rand, b.ids) + ".xml",
	})
	return "odk " + path, string(s.phone.do(http.MethodGet, s.phone.Base+path, nil, nil).Body)
}

// public are shown to everybody who is signed in, wherever they lie.
var public = []string{collections.Areas, collections.Campaigns}

// strangers are the rows in an answer that are none of an actor's: they lie elsewhere, and somebody else brought them.
func strangers(answer string, all picture, s *side, worker string) (found []string) {
	var said any
	if json.Unmarshal([]byte(answer), &said) != nil {
		return nil
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			table, _ := v["collectionName"].(string)
			if own, ours := v["collection"].(string); ours && v["collectionName"] == nil { // of our own routes
				if table = own; v["rule"] != nil { // a pair, whose id is not that of a row in the collection that it is about
					table = collections.Duplicates
				}
			}
			if original := map[string]string{"review_queue": "child_visits", "open_duplicates": "duplicates"}[table]; original != "" {
				table = original
			}
			if row, there := all[fmt.Sprint(table, "/", v["id"])]; there && !slices.Contains(public, table) && outside(row, s, worker) {
				found = append(found, fmt.Sprint(table, "/", v["id"], " in ", row.areas))
			}
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(said)
	return found
}
