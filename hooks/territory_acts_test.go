package hooks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// act sends one write of somebody on a side, and tells what it was.
func (b *borderland) act(s, other *side, role access.Role) (what string, status int, answer string) {
	if role == access.Field {
		switch b.rand.IntN(4) {
		case 0:
			return b.postXML(s, other)
		case 1, 2:
			return b.pushAny(s, other)
		}
	}
	if b.rand.IntN(2) == 0 {
		return b.rest(s, other, role)
	}
	return b.route(s, other, role)
}

// anyVisit is of somebody on either side, by number, by id, or new, here or there.
func (b *borderland) anyVisit(s, other *side) map[string]any {
	whose := pick(b.rand, []*side{s, other, other})
	met := child("某某", pick(b.rand, whose.numbers), "2015-03-01", nil)
	if b.rand.IntN(2) == 0 {
		met["person_id"] = pick(b.rand, b.ids)
	}
	visit := childVisit(testapp.Inside(pick(b.rand, []string{s.grid, s.grid, other.grid})), fmt.Sprintf("示例路 %d 号", b.rand.IntN(5)), met)
	if b.rand.IntN(2) == 0 {
		visit["household"].(map[string]any)["household_listed"] = "listed"
		visit["household"].(map[string]any)["household_id"] = pick(b.rand, b.ids)
	}
	return visit
}

func (b *borderland) pushAny(s, other *side) (string, int, string) {
	s.seq++
	op := operation(s.seq, pick(b.rand, []string{uuid.NewString(), pick(b.rand, b.ids)}), b.anyVisit(s, other))
	switch b.rand.IntN(4) {
	case 0:
		op = map[string]any{"seq": s.seq, "op": "household", "id": pick(b.rand, b.ids), "base_rev": b.rand.IntN(3), "answers": map[string]any{"address": "示例路 99 号", "phone": "13800000000", "residents": 9}}
	case 1:
		op = map[string]any{"seq": s.seq, "op": "task", "id": pick(b.rand, b.ids), "answers": map[string]any{"status": pick(b.rand, []string{"done", "open"})}}
	}
	if b.rand.IntN(2) == 0 {
		op["base_rev"] = 1 + b.rand.IntN(2)
	}
	status, body := s.people[access.Field].Do(http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{op}})
	return fmt.Sprintf("push %v", op), status, string(body)
}

func (b *borderland) postXML(s, other *side) (string, int, string) {
	deprecated := ""
	if b.rand.IntN(2) == 0 {
		deprecated = pick(b.rand, b.ids)
	}
	xml := record(b.t, b.App, "child_visit", pick(b.rand, []string{uuid.NewString(), pick(b.rand, b.ids)}), deprecated, b.anyVisit(s, other))
	a := s.phone.post(xmlPart(xml))
	return "openrosa " + xml, a.Status, string(a.Body)
}

// columnsByHand are what a request writes into rows, with a maker of values.
func (b *borderland) anything(s, other *side) map[string]any {
	id := func() any { return pick(b.rand, b.ids) }
	area := func() any { return pick(b.rand, []string{s.district, s.grid, other.grid, other.district, "9901"}) }
	makers := map[string]func() any{
		"area": area, "code": area, "worker": id, "household": id, "person": id, "merged_into": id, "record": id, "assignee": func() any { return pick(b.rand, []string{s.workers[access.Field], other.workers[access.Field]}) },
		"territory": func() any { return []any{area()} }, "hold_policy": func() any { return "none" }, "name": func() any { return "改名" }, "phone": func() any { return "13900000000" },
		"review_state": func() any { return "approved" }, "status": func() any { return pick(b.rand, []string{"open", "done", "closed"}) }, "role": func() any { return "manager" }, "active": func() any { return true },
		"collection": func() any { return pick(b.rand, []string{"child_visits", "persons", "households"}) }, "kind": func() any { return "visit" }, "form": func() any { return "child_visit" }, "title": func() any { return "任务" },
		"address": func() any { return "示例路 77 号" }, "password": func() any { return "trial-password-1" }, "passwordConfirm": func() any { return "trial-password-1" }, "staff_no": func() any { return fmt.Sprintf("N%d", b.rand.IntN(1e6)) },
	}
	out := map[string]any{}
	for _, column := range slices.Sorted(maps.Keys(makers)) {
		if b.rand.IntN(4) == 0 {
			out[column] = makers[column]()
		}
	}
	return out
}

func (b *borderland) rest(s, other *side, role access.Role) (string, int, string) {
	all, err := b.FindAllCollections()
	if err != nil {
		b.t.Fatal(err)
	}
	name := pick(b.rand, all).Name
	if b.rand.IntN(2) == 0 {
		name = pick(b.rand, []string{"areas", "campaigns", "households", "persons", "tasks", "workers", "child_visits"})
	}
	path := "/api/collections/" + name + "/records"
	method := pick(b.rand, []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPatch, http.MethodDelete})
	var body any
	if method != http.MethodPost && (method != http.MethodGet || b.rand.IntN(2) == 0) {
		path += "/" + pick(b.rand, b.of(name, other))
	}
	if method == http.MethodPost || method == http.MethodPatch {
		body = b.anything(s, other)
	}
	status, answer := s.people[role].Do(method, path, body)
	sent, _ := json.Marshal(body)
	return fmt.Sprintf("rest %s %s %s", method, path, sent), status, string(answer)
}

// of lists the ids of a collection that lie on the other side, or those of the whole collection, or of all. Of people and their tablets
// only the other side's are listed: a manager may shut out the own ones, and then nobody would be left to try anything.
func (b *borderland) of(name string, other *side) []string {
	db := collections.Read(b.TestApp)
	if name == "workers" || name == "devices" || b.rand.IntN(2) == 0 && slices.Contains(list(b.t, db, columnNames(name)), "area") {
		if there := list(b.t, db, `SELECT id FROM "`+name+`" WHERE area LIKE '`+other.district+`%' ORDER BY id`); len(there) > 0 {
			return there
		}
	}
	if ids := list(b.t, db, `SELECT id FROM "`+name+`" ORDER BY id`); len(ids) > 0 && name != "workers" && name != "devices" {
		return ids
	}
	return b.ids
}

func columnNames(table string) string { return `SELECT name FROM pragma_table_info('` + table + `')` }

// route calls one of our own, whichever it is, with ids and words of all kinds.
func (b *borderland) route(s, other *side, role access.Role) (string, int, string) {
	return b.call(pick(b.rand, server.Routes), s, other, role)
}

func (b *borderland) call(r server.Route, s, other *side, role access.Role) (string, int, string) {
	path := b.filled(r.Path, other)
	body := map[string]any{
		"decision": pick(b.rand, []string{"approve", "return", "reject", "reopen", "same", "different", "open"}), "comment": "意见", "reason": "核对身份信息所需,已登记", "verdict": pick(b.rand, []string{"same", "different"}),
		"collection": pick(b.rand, []string{"child_visits", "persons", "households"}), "id": pick(b.rand, b.ids), "record": pick(b.rand, b.ids), "keep": pick(b.rand, b.ids), "id_number": pick(b.rand, other.numbers), "rev": b.rand.IntN(3),
		"basis": "own_request", "worker": other.workers[access.Field], "area": other.grid, "label": "平板", "finished": true,
		"status": "same",
		"parts":  []any{map[string]any{"area": other.grid, "worker": other.workers[access.Field], "target": 3}}, "name": "一轮",
		"form": "child_visit", "territory": []string{other.district},
	}
	if r.Method == http.MethodGet {
		path += "?" + url.Values{"level": {"grid"}, "states": {"received,has_issues,edited,approved"}, "format": {"csv"},
			"area": {other.district}, "form": {"child_visit"}}.Encode()
	}
	status, answer := s.people[role].Do(r.Method, path, body)
	sent, _ := json.Marshal(body)
	return fmt.Sprintf("route %s %s %s %s", r.Do, r.Method, path, sent), status, string(answer)
}

// guessed names the table whose ids fill a placeholder of a path, by the part of the path before it; "" where a fixed word does.
var guessed = map[string]string{
	"area-jobs/{id}": "jobs", "attachments/{id}": "attachments", "break-glass/{id}": "access_grants", "campaigns/{id}": "campaigns",
	"devices/{id}": "devices", "duplicates/{id}": "duplicates", "export-requests/{id}": "access_grants", "households/{id}": "households",
	"persons/{id}": "persons", "quarantine/{id}": "submissions", "retention/{id}": "retention_reports", "tokens/{id}": "app_tokens",
	"work/{id}": "tasks", "reports/{id}": "tasks", "workers/{id}": "workers", "{collection}/{id}": "child_visits", "files/{device}": "devices",
	"{device}/{upload}": "uploads",
	"areas/{code}":      "", "backups/{name}": "", "export/{form}": "", "forms/{form}": "", "records/{collection}": "",
	"{form}/{version}": "",
	"jobs/{id}":        "jobs", "queues/{id}": "saved_queues", "tiles/{z}": "", "base-map/{z}": "", "{z}/{x}": "", "{x}/{y}": "",
}

// filled puts ids of the other side into a path, and fails the test for a placeholder that it does not know.
func (b *borderland) filled(path string, other *side) string {
	b.t.Helper()
	parts := strings.Split(path, "/")
	for i, part := range strings.Split(path, "/") {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		table, known := guessed[strings.Split(path, "/")[i-1]+"/"+part]
		switch {
		case !known:
			b.t.Fatalf("%s: say in guessed what %s is", path, part)
		case table != "":
			parts[i] = pick(b.rand, b.of(table, other))
		default:
			parts[i] = map[string]string{"{code}": other.grid, "{form}": "child_visit", "{version}": "1", "{name}": "x",
				"{z}": "14", "{x}": "13383", "{y}": "7136",
				"{collection}": pick(b.rand, []string{"child_visits", "persons", "households"})}[part]
		}
	}
	return strings.Join(parts, "/")
}
