package hooks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// TestAnswersTellTheRows asks every route that reads about a city in which there is one row of each kind, whose columns all differ, and
// holds what it answers against testdata/answered.txt: a column in another's place is seen, and so is a row of the city beside it.
func TestAnswersTellTheRows(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	const area, at = "990201001001001", "2026-11-01 02:00:00.000Z"
	for code, level := range map[string]string{"9902": "city", "990201": "district", "990201001": "street", "990201001001": "community", area: "grid"} {
		app.Plant(t, collections.Areas, map[string]any{"id": "area-" + code, "code": code, "name": "他处" + code, "level": level, "active": true,
			"expected_households": 7, "created": at, "updated": at})
	}
	if err := app.Doorstep.Areas.Load(app); err != nil {
		t.Fatal(err)
	}
	newLedger(t, app)
	field, err := app.FindFirstRecordByData(collections.Workers, "staff_no", "N1")
	if err != nil {
		t.Fatal(err)
	}
	version := shippedVersion(t, "child_visit")
	stamp := func(hour int) string { return fmt.Sprintf("2026-11-01 %02d:00:00.000Z", hour) }
	issue := `[{"code":"cn_id.checksum","field":"children[1]/child_basic/child_id_number","severity":"error","zh":"甲","en":"A"}]`
	for table, row := range map[string]map[string]any{
		collections.Devices: {"id": "tablet", "worker": field.Id, "area": area, "name": "the name", "app": "the app", "platform": "the platform", "last_seq": 3,
			"waiting": 4, "files_waiting": 5, "last_contact": stamp(3)},
		collections.Households: {"id": "home-1", "area": area, "address": "他处路 2 号", "house_code": area + "0001010203", "head_name": "欧阳户主",
			"phone": "13800000001", "residents": 3, "location": `{"lon":114.1,"lat":22.6}`, "accuracy_m": 6, "area_method": "gps", "area_confidence": .5,
			"active": true, "rev": 2, "sample_id": "sample", "stratum": "stratum", "cluster": "cluster", "source": "visit-1"},
		collections.Persons: {"id": "person-1", "area": area, "name": "欧阳小妹", "sex": "female", "birth_date": "2016-05-04", "id_type": "id_card",
			"id_number": number1, "phone": "13800000002", "household": "home-1", "relation": "child", "active": true, "rev": 3,
			"source": "child_visit_children/child-1", "last_record": "visit-1"},
		"child_visits": {"id": "visit-1", "form": "child_visit", "form_version": version, "campaign": "next-campaigns", "worker": field.Id, "device": "tablet",
			"started_at": "2026-11-01T12:00:00+08:00", "finished_at": "2026-11-01T12:47:00+08:00", "received_at": stamp(5), "outcome": "1.1",
			"location": `{"lon":114.11,"lat":22.61}`, "accuracy_m": 7, "area": area, "area_method": "gps", "area_confidence": .75, "household": "home-1",
			"person": "person-1", "review_state": "has_issues", "issues": issue, "rev": 4, "complete": true},
		"record_issues": {"id": "issue-1", "collection": "child_visits", "record": "visit-1", "area": area, "code": "cn_id.checksum", "severity": "error"},
		collections.Tasks: {"id": "report-1", "kind": "follow_up", "assignee": field.Id, "title": "报告", "household": "home-1", "person": "person-1",
			"collection": "child_visits", "record": "visit-1", "form": "child_visit", "area": area, "due": "2026-11-02", "status": "open", "priority": "urgent",
			"note": "说明", "rev": 5, "campaign": "next-campaigns", "causes": `[{"code":"danger","zh":"乙","en":"B"}]`},
		collections.Duplicates: {"id": "pair-1", "kind": "household", "collection": "households", "a": "home-1", "b": "next-households", "area": area,
			"area_b": area, "status": "open", "rule": "address", "score": .25},
		"submissions": {"id": "held-1", "kind": "submit", "channel": "native", "worker": field.Id, "device": "tablet", "seq": 6, "form": "child_visit",
			"form_version": "1", "instance": "instance-1", "raw": "{}", "raw_type": "json", "outcome": "quarantined", "code": "server.internal",
			"receipt": "{}", "area": area, "received_at": stamp(7)},
	} {
		for column, value := range map[string]any{"created": stamp(8), "updated": stamp(9)} {
			row[column] = value
		}
		app.Plant(t, table, row)
	}
	app.Plant(t, collections.Households, map[string]any{"id": "home", "area": "990101001001001", "address": "示例路 1 号", "active": true, "rev": 1,
		"created": at, "updated": at}) // of the city beside it
	app.Plant(t, "child_visits", map[string]any{"id": "visit-beside", "form": "child_visit", "worker": field.Id, "outcome": "1.1", "area": "990101001001001",
		"household": "home", "review_state": "approved", "rev": 1, "received_at": at, "created": at, "updated": at})
	served := app.Serve(t)
	collected, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, r := range server.Routes {
		if r.Method == http.MethodGet && !slices.Contains(unasked, r.Path) {
			routes = append(routes, r.Path)
		}
	}
	for _, c := range collected {
		if !c.System {
			routes = append(routes, "/api/collections/"+c.Name+"/records")
		}
	}
	slices.Sort(routes)
	filled := strings.NewReplacer("{collection}/{id}", "child_visits/visit-1", "{form}", "child_visit", "{version}", version,
		"{code}", "990201", "workers/{id}", "workers/"+field.Id, "quarantine/{id}", "quarantine/held-1", "break-glass/{id}",
		"break-glass/next-access_grants", "work/{id}", "work/next-tasks", "persons/{id}", "persons/person-1", "households/{id}", "households/home-1")
	const all = "&form=child_visit&campaign=next-campaigns"
	var heard, narrowed strings.Builder
	contract, asked := readContract(t), map[string]string{} // what the manager asks each route
	for _, who := range []struct{ staff, role, territory string }{{"M2", "manager", "9902"}, {"S2", "supervisor", "990201"}} {
		client := app.Client(t, served, app.Worker(t, who.staff, who.role, who.territory))
		for _, route := range routes {
			path := filled.Replace(route)
			if i := strings.Index(path, "/{id}"); i >= 0 {
				path = path[:i] + "/next-" + path[strings.LastIndex(path[:i], "/")+1:i] + path[i+len("/{id}"):]
			}
			if strings.Contains(path, "{") {
				continue
			}
			query := "?area=9902"
			status, body := client.Do(http.MethodGet, path+query, nil)
			if status == http.StatusBadRequest {
				query += all
				status, body = client.Do(http.MethodGet, path+query, nil)
			}
			if who.role == "manager" && status != http.StatusForbidden {
				if asked[route] = path + query; status == http.StatusNotFound {
					asked[route] = path + query + all
				}
			}
			var answer any
			if status != http.StatusOK || json.Unmarshal(body, &answer) != nil {
				fmt.Fprintf(&heard, "%s %s %d\n", who.role, route, status)
				continue
			}
			fmt.Fprintf(&heard, "%s %s\n%s\n", who.role, route, strings.Join(leaves("", answer, idsOf(app.Picture(t))), "\n"))
		}
	}
	corpora.Golden(t, "testdata/answered.txt", heard.String())
	manager := app.Client(t, served, app.Worker(t, "M3", "manager", "9902"))
	for _, route := range slices.Sorted(maps.Keys(asked)) {
		for _, name := range contract.queryParameters(contract.operation(http.MethodGet, route)) {
			narrowed.WriteString(narrowedBy(manager, asked[route], name, field.Id))
		}
	}
	corpora.Golden(t, "testdata/narrowed.txt", strings.ReplaceAll(narrowed.String(), version, "VERSION"))
}

// narrowedBy asks the same with a parameter that is nonsense, and one that the planted rows have, and tells how many objects are answered
// or why none.
func narrowedBy(client *testapp.Client, path, name, worker string) string {
	line := strings.NewReplacer(worker, "WORKER").Replace(path) + " " + name + ":"
	planted := map[string]string{"limit": "1", "area": "990201001001001", "worker": worker, "campaign": "next-campaigns", "form": "child_visit",
		"state": "has_issues", "states": "has_issues", "code": "cn_id.checksum", "level": "grid", "from": "2026-11-02", "to": "2026-10-31", "kind": "person",
		"status": "open", "day": "2026-11-01", "at": "2026-11-02", "by": "worker", "e": "0.5", "flag": "team", "photo": "1", "returned": "1", "clock": "1",
		"parent": "990201001", "within": "990201001", "q": "N1", "part": "area", "counts": "1", "lang": "en", "domain": "service", "sort": "oldest"}
	address, asked, _ := strings.Cut(path, "?")
	for _, value := range []string{"~", "0", planted[name]} {
		q, err := url.ParseQuery(asked)
		if err != nil || value == "" {
			continue
		}
		q.Set(name, value)
		status, body := client.Do(http.MethodGet, address+"?"+q.Encode(), nil)
		var answer object
		said := fmt.Sprint(status)
		switch {
		case strings.HasPrefix(string(body), "PK"): // an archive
		case json.Unmarshal(body, &answer) != nil:
			said = fmt.Sprint(status, " ", strings.Count(string(body), "\n"), " lines")
		case status == http.StatusOK:
			said = fmt.Sprint(len(leaves("", answer, func(s string) string { return s })), " objects")
			if answer["next"] != nil {
				said += " and more"
			}
		default:
			said += fmt.Sprint(" ", answer["code"], " ", answer["detail"])
		}
		line += " " + strings.ReplaceAll(value, worker, "WORKER") + "=" + said + ";"
	}
	return line + "\n"
}

// unasked are routes that tell of the form, or of what is new in every run.
var unasked = []string{"/api/doorstep/v1/forms/{form}/{version}/questions", "/api/doorstep/v1/forms/{form}/{version}", "/api/doorstep/v1/forms/{form}/points",
	"/api/doorstep/v1/audit", "/api/doorstep/v1/watch"}

// unheard are members of answers that differ from run to run.
var unheard = []string{"cursor", "next", "seq", "hash", "prev", "size", "sha256", "md5", "small_cells", "can"}

// mostHeard is how many of a list are written down.
const mostHeard = 12

// leaves are the lines of an answer, one for each object in it; those of a list are sorted.
func leaves(path string, v any, names func(string) string) []string {
	switch v := v.(type) {
	case object:
		line, below := "  "+path, []string(nil)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			inside := leaves(path+"."+key, v[key], names)
			one, scalar := strings.CutPrefix(inside[0], "=")
			switch {
			case slices.Contains(unheard, key):
				line += " " + key
			case !scalar:
				below = append(below, inside...)
			case one != "":
				line += " " + key + "=" + one
			}
		}
		return append([]string{line}, below...)
	case []any:
		var each []string
		for _, one := range v {
			each = append(each, strings.Join(leaves(path, one, names), "\n"))
		}
		slices.Sort(each)
		if len(each) == 0 || strings.HasPrefix(each[0], "=") {
			return []string{"=" + strings.ReplaceAll(strings.TrimPrefix(strings.Join(each, " "), "="), " =", " ")}
		}
		if rest := len(each) - mostHeard; rest > 0 {
			each = append(each[:mostHeard], fmt.Sprintf("  %s and %d more", path, rest))
		}
		return each
	}
	said := fmt.Sprint(v)
	switch {
	case slices.Contains([]string{"0", "false", "<nil>"}, said):
		said = ""
	case strings.HasPrefix(said, "next-"), strings.HasPrefix(said, "2026-11-01"), strings.HasPrefix(said, "2026-11-23"):
		return []string{"=" + said}
	}
	return []string{"=" + names(said)}
}
