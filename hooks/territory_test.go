package hooks_test

import (
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// side is a district with its people, who write at random.
type side struct {
	district string
	people   map[access.Role]*testapp.Client
	workers  map[access.Role]string
	phone    *collect
	names    []string // of persons and places here, and a coordinate: nobody elsewhere may read them
	cursor   string   // of a pull of its tablet
	seq      int
	grid     string
	numbers  []string
}

// borderland is two districts of one city, with everything that somebody could reach for across the border.
type borderland struct {
	*testapp.App
	t     *testing.T
	rand  *rand.Rand
	sides []*side
	ids   []string // of every row there is

	version int     // of the database when it was last read
	last    picture // what was read then
	schema  string  // version of what follows
	rows    []string
}

func newBorderland(t *testing.T, seed uint64) *borderland {
	app := testapp.New(t)
	app.City(t)
	served := app.Serve(t)
	b := &borderland{App: app, t: t, rand: rand.New(rand.NewPCG(seed, 1))}
	for n, district := range []string{"990101", "990102"} {
		s := &side{district: district, grid: district + "001001001", people: map[access.Role]*testapp.Client{}, workers: map[access.Role]string{}}
		for _, role := range []access.Role{access.Field, access.Supervisor, access.Manager, access.Analyst} {
			w := app.Worker(t, fmt.Sprintf("%s-%d", role, n), string(role), district)
			s.people[role], s.workers[role] = app.Client(t, served, w), w.Id
		}
		s.people[access.Field].Register()
		s.phone = newCollect(t, app, served, s.workers[access.Field])
		b.sides = append(b.sides, s)
		b.settle(s, n)
	}
	for n, s := range b.sides {
		b.furnish(s, n)
	}
	return b
}

// furnish gives a side what people do not bring from the doors: work, tokens, requests, reports and files on their way.
func (b *borderland) furnish(s *side, n int) {
	b.t.Helper()
	s.people[access.Manager].Want(http.StatusOK, http.MethodPost, "/api/collections/campaigns/records",
		map[string]any{"name": "一区", "form": "child_visit", "status": "open", "territory": []string{s.district}}, nil)
	worker := s.workers[access.Field]
	for table, row := range map[string]map[string]any{
		"tasks":      {"kind": "visit", "assignee": worker, "title": s.names[1], "status": "open", "rev": 1, "campaign": "c"},
		"app_tokens": {"worker": worker, "sha256": s.district, "label": s.names[0]},
		"access_grants": {"kind": "export", "worker": s.workers[access.Manager], "status": "asked",
			"collection": "child_visit", "reason": s.names[0]},
		"retention_reports": {"policy": s.district, "collection": "elderly_surveys", "cutoff": "2036-01-01 00:00:00.000Z",
			"due": 1, "status": "open"},
		"elderly_surveys": {"form": "elderly_baseline", "worker": "gone", "review_state": "approved", "rev": 1,
			"received_at": "2020-01-01 00:00:00.000Z", "issues": "[]"},
		"uploads": {"worker": worker, "sha256": s.district, "size": 5, "state": "open"},
		"reviews": {"collection": "child_visits", "record": "r", "decision": "return", "comment": s.names[0]},
	} {
		row["id"], row["area"] = fmt.Sprintf("furnished-%s-%d", strings.ReplaceAll(table, "_", "-"), n), s.grid
		if table == "retention_reports" || table == "uploads" {
			delete(row, "area")
		}
		b.Plant(b.t, table, row)
	}
}

// settle lets people live on a side, some with numbers that the other side will hear of.
func (b *borderland) settle(s *side, n int) {
	for i := range 4 {
		name, address := fmt.Sprintf("欧阳%s%d", []string{"东", "西"}[n], i), fmt.Sprintf("%s巷秘 %d 号", []string{"东", "西"}[n], i)
		name = strings.NewReplacer("0", "甲", "1", "乙", "2", "丙", "3", "丁").Replace(name)
		number := checked(fmt.Sprintf("99000020150%d0%d00%d", 1+n, 1+i, 1+2*i))
		s.names, s.numbers = append(s.names, name, address), append(s.numbers, number)
		lon := fmt.Sprintf("%.5f", 114.005+0.04*float64(n)+0.00213)
		s.names = append(s.names, lon)
		visit := childVisit("22.55 "+lon+" 0 5", address, child(name, number, fmt.Sprintf("2015-0%d-0%d", 1+n, 1+i), nil))
		s.seq++
		if r := push(b.t, s.people[access.Field], operation(s.seq, uuid.NewString(), visit))[0]; r.Status != "stored" {
			b.t.Fatalf("seeding: %+v", r)
		}
	}
}

// checked gives seventeen digits their check character (GB 11643).
func checked(digits string) string {
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return digits + string("10X98765432"[sum%11])
}

// picture is every row that lies somewhere, by table and id: where, whose, and all that it says.
type picture map[string]placed

type placed struct{ areas, worker, source, says string } // source is where the visit lies that proposed an edit

// picture reads them, unless nobody has written since the last.
func (b *borderland) picture() picture {
	b.t.Helper()
	afterJobs(b.t, b.App)
	version := b.Version(b.t)
	if b.last != nil && version == b.version {
		return b.last
	}
	db := collections.Read(b.TestApp)
	if schema := list(b.t, db, `SELECT schema_version FROM pragma_schema_version`)[0]; schema != b.schema {
		b.schema, b.rows = schema, b.placedRows(db)
	}
	b.version, b.last, b.ids = version, picture{}, nil
	for _, query := range b.rows {
		err := collections.Each(db, query, nil, func(rows *sql.Rows) error {
			var table, id string
			var h placed
			err := rows.Scan(&table, &id, &h.areas, &h.worker, &h.source, &h.says)
			b.last[table+"/"+id] = h
			if !strings.HasPrefix(id, "furnished-elderly") { // whose erasure takes along what anybody sends about it
				b.ids = append(b.ids, id)
			}
			return err
		})
		if err != nil {
			b.t.Fatalf("%s: %v", query, err)
		}
	}
	slices.Sort(b.ids)
	return b.last
}

// placedRows are queries for every row that lies somewhere, of each table.
func (b *borderland) placedRows(db collections.DB) (all []string) {
	b.t.Helper()
	tables := list(b.t, db, `SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE '\_%' ESCAPE '\' AND name NOT LIKE 'sqlite%' ORDER BY name`)
	for _, table := range tables {
		columns := list(b.t, db, columnNames(table))
		places := slices.DeleteFunc([]string{"area", "area_b", "territory"}, func(c string) bool { return !slices.Contains(columns, c) })
		if len(places) == 0 || !slices.Contains(columns, "id") {
			continue
		}
		worker := broughtBy[table]
		if slices.Contains(columns, "worker") {
			worker = "worker"
		} else if worker == "" {
			worker = `''`
		}
		source := `''`
		if table == collections.Edits {
			source = `COALESCE((SELECT v.area FROM child_visits v WHERE v.id=source),'')`
		}
		all = append(all, fmt.Sprintf(`SELECT '%s', id, %s, %s, %s, json_array("%s") FROM "%s"`, table, strings.Join(places, "||' '||"), worker,
			source, strings.Join(columns, `","`), table))
	}
	return all
}

// broughtBy tells whose record brought a row that names no worker: a row is its visit's, and what a visit put into the
// register stays its worker's to correct until somebody has approved it (decision 0200).
var broughtBy = map[string]string{
	"needs":                `COALESCE((SELECT v.worker FROM child_visits v WHERE v.id=record),'')`,
	"record_issues":        `COALESCE((SELECT v.worker FROM child_visits v WHERE v.id=record),'')`,
	"child_visit_children": `COALESCE((SELECT v.worker FROM child_visits v WHERE v.id=visit),'')`,
	"households":           `COALESCE((SELECT v.worker FROM child_visits v WHERE v.id=source),'')`,
	"persons":              `COALESCE((SELECT v.worker FROM child_visits v JOIN child_visit_children c ON c.visit=v.id WHERE 'child_visit_children/'||c.id=source),'')`,
}

func list(t *testing.T, db collections.DB, query string) (all []string) {
	t.Helper()
	err := collections.Each(db, query, nil, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// outside reports whether a row is none of an actor's: it lies elsewhere, and somebody else brought it.
func outside(h placed, s *side, worker string) bool {
	return h.areas != "" && !strings.Contains(h.areas, s.district) && h.worker != worker
}

// withdrawn reports whether a change takes back what a visit in the actor's territory had proposed elsewhere and says no
// more, and changes nothing besides.
func withdrawn(was, now placed, s *side) bool {
	return strings.HasPrefix(was.source, s.district) && now.says == strings.Replace(was.says, `"open"`, `"withdrawn"`, 1)
}

// letGo reports whether a change only lets go of the file of a job: erasing somebody drops the files of all jobs, because nobody knows
// in which of them the person is.
func letGo(key string, was, now placed) bool {
	file := regexp.MustCompile(`"[0-9a-f]{64}"`)
	return strings.HasPrefix(key, collections.Jobs+"/") && now.areas == was.areas && now.says == file.ReplaceAllString(was.says, `""`)
}

// ownHistory reports whether a request was for the history of a visit in the actor's territory. A worker who mends a place
// brings the visit there with all that it said before.
func ownHistory(what string, all picture, s *side) bool {
	_, rest, _ := strings.Cut(what, "/records/")
	visit, _, found := strings.Cut(rest, "/history")
	return found && strings.HasPrefix(all[visit].areas, s.district)
}

// arrives are the tables in which work of somebody may make a new row elsewhere: what was sent lies where its place is,
// what could be somebody known goes to the supervisors there, and each is on record.
var arrives = []string{"audit", "changes", "outbox", "submissions", "attachments", "edits", "entity_versions", "paradata", "duplicates", "tasks",
	"households", "persons", "child_visits", "child_visit_children", "elderly_surveys", "access_grants", "former_territories", "record_issues",
	"needs"}

// TestTerritoryBindsEveryDoor lets random actors send random writes through all doors, with ids guessed from the whole
// database. After each, every row outside the actor's territory is byte for byte what it was, and no answer names or
// locates somebody outside.
func TestTerritoryBindsEveryDoor(t *testing.T) {
	t.Parallel()
	const steps = 450
	seed := uint64(20261125)
	t.Logf("seed %d", seed)
	b := newBorderland(t, seed)
	taken := map[string]int{}
	before := b.picture()
	for n := range steps {
		s, other := b.sides[n%2], b.sides[1-n%2]
		role := pick(b.rand, []access.Role{access.Field, access.Field, access.Supervisor, access.Manager, access.Manager, access.Analyst})
		what, status, answer := b.act(s, other, role)
		seen, got := b.read(s, other, role)
		after := b.picture()
		b.bound(fmt.Sprintf("step %d: %s of %s, answered %d", n, what, role, status), s, role, before, after)
		for what, answer := range map[string]string{what: answer, seen: got} {
			b.silent(what, answer, s, other, after)
		}
		if rows := strangers(got, after, s, s.workers[role]); len(rows) > 0 {
			t.Fatalf("step %d: %s of %s shows %v", n, seen, role, rows)
		}
		if len(got) > 200 {
			taken[strings.Fields(seen)[0]]++
		}
		if slices.ContainsFunc(s.names, func(own string) bool { return strings.Contains(got, own) }) {
			taken["own"]++
		}
		if status < 300 {
			taken[strings.Fields(what)[0]]++
		}
		before = after
	}
	for _, door := range []string{"push", "openrosa", "rest", "route", "list", "asked", "view", "read", "pull", "odk", "own"} {
		if taken[door] < 5 {
			t.Errorf("only %d requests through %s were taken: the test tries too little", taken[door], door)
		}
	}
	b.everyRoute()
}

// bound fails the test where a row outside of an actor's territory is not what it was, or a row came there that nobody may make.
func (b *borderland) bound(what string, s *side, role access.Role, before, after picture) {
	b.t.Helper()
	for _, key := range slices.Sorted(maps.Keys(before)) {
		now, there := after[key]
		if was := before[key]; outside(was, s, s.workers[role]) && (!there || now != was) && !withdrawn(was, now, s) && !letGo(key, was, now) {
			b.t.Fatalf("%s, changed %s\nfrom %v\nto   %v", what, key, was, now)
		}
	}
	for key, now := range after {
		table, _, _ := strings.Cut(key, "/")
		known := slices.Contains(arrives, table) && (role == access.Field || table != "tasks")
		if _, there := before[key]; !there && outside(now, s, s.workers[role]) && !known {
			b.t.Fatalf("%s, made %s\n%v", what, key, now)
		}
	}
}

// silent fails the test where an answer names or locates somebody of the other side.
func (b *borderland) silent(what, answer string, s, other *side, after picture) {
	b.t.Helper()
	for _, secret := range other.names {
		if !strings.Contains(what, string(access.BreakGlass)) && !ownHistory(what, after, s) && strings.Contains(answer, secret) {
			b.t.Fatalf("%s tells %s: %s", what, secret, answer)
		}
	}
}

// everyRoute calls each route as each role, about what lies on the other side.
func (b *borderland) everyRoute() {
	b.t.Helper()
	before := b.picture()
	for _, r := range server.Routes {
		for n, role := range []access.Role{access.Field, access.Supervisor, access.Manager, access.Analyst} {
			s, other := b.sides[n%2], b.sides[1-n%2]
			what, status, answer := b.call(r, s, other, role)
			after := b.picture()
			b.bound(fmt.Sprintf("%s of %s, answered %d", what, role, status), s, role, before, after)
			b.silent(what, answer, s, other, after)
			before = after
		}
	}
}
