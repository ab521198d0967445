package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// mostTasks bounds what one list may ask for, tasksAtOnce what one transaction writes.
const (
	mostTasks   = 10_000
	tasksAtOnce = 200
)

// Tasks gathers the rows of a list that somebody has to look at: who is missing here, who may be meant, who differs.
type Tasks struct {
	list  string // name of the list
	actor access.Actor
	place string // area of who is known nowhere
	rows  []Row
}

// NewTasks begins with none. Who is missing, and whose row has no area code, is for the office of within, or where that is "" for
// that of the actor's territory, of several places the first.
func NewTasks(list, within string, actor access.Actor) *Tasks {
	place := cmp.Or(within, access.Common(actor.Territory))
	if !actor.May(access.AssignWork, place, "") && len(actor.Territory) > 0 {
		place = actor.Territory[0] // what several places have in common is not the actor's
	}
	return &Tasks{list: list, actor: actor, place: place}
}

// Take keeps a row that needs a task. It fails with problem.TooLarge for more than a list may ask for.
func (t *Tasks) Take(r Row) error {
	if _, wanted := titles[r.Outcome]; !wanted || r.Outcome == Both && len(r.Differs) == 0 {
		return nil
	}
	if len(t.rows) == mostTasks {
		return problem.New(problem.TooLarge, "tasks")
	}
	t.rows = append(t.rows, r)
	return nil
}

// between stands between the two languages of a text.
const between = " · "

// titles are what the tasks say, by outcome.
var titles = map[Outcome]string{
	Missing: "核对名单：名单上有，这里没有登记 · on a list, not recorded here",
	Unsure:  "核对名单：不能确定是不是同一人 · on a list: perhaps this person",
	Both:    "核对名单：与登记的资料不同 · on a list, which differs from the register",
}

// Write makes the tasks, each for the field worker who alone has the finest territory that holds its place, else for nobody yet.
// The same finding has one task, however often its list is compared; made counts the new ones.
func (t *Tasks) Write(ctx context.Context, app core.App, now time.Time) (made int, err error) {
	workers, err := fieldWorkers(collections.Read(app))
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(t.rows, tasksAtOnce) {
		fresh := 0
		err := collections.Write(ctx, app, func(db collections.DB) error {
			for _, r := range some {
				added, err := t.add(db, r, workers, now)
				if err != nil {
					return err
				}
				if added {
					fresh++
				}
			}
			entry := t.actor.Did("list.tasks")
			entry.Collection, entry.Purpose = collections.Tasks, audit.FollowUp
			entry.Detail = map[string]int{"added": fresh, "known": len(some) - fresh}
			return audit.Append(db, now, entry)
		})
		if err != nil {
			return made, err
		}
		made += fresh
	}
	return made, nil
}

func (t *Tasks) add(db collections.DB, r Row, workers []worker, now time.Time) (bool, error) {
	area, id := cmp.Or(r.Area, r.said.Area, t.place), t.id(db, r)
	if _, there, err := collections.AreaName(db, area); err != nil {
		return false, err
	} else if !there || !t.actor.May(access.AssignWork, area, "") {
		area = t.place
	}
	var one int
	if known, err := collections.One(db, `SELECT 1 FROM tasks WHERE id=?`, []any{id}, &one); known || err != nil {
		return false, err
	}
	assignee, at := workerOf(workers, area), collections.Stamp(now)
	err := collections.Insert(db, collections.Tasks, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: "visit"}, {Column: "priority", Value: "normal"}, {Column: "assignee", Value: assignee},
		{Column: "title", Value: titles[r.Outcome]}, {Column: "note", Value: t.note(r)},
		{Column: "household", Value: r.Household}, {Column: "person", Value: r.Person}, {Column: "area", Value: area},
		{Column: "status", Value: "open"}, {Column: "created_by", Value: t.actor.ID}, {Column: "rev", Value: 1},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	if err != nil || assignee == "" {
		return err == nil, err
	}
	return true, collections.Announce(db, collections.RevisionOf(collections.Tasks, id, 1), collections.ToWorker(assignee), collections.Upsert,
		now)
}

// words are what the fields are called that a list and the register may have otherwise.
var words = map[string][2]string{
	"name": {"姓名", "name"}, "sex": {"性别", "sex"}, "birth_date": {"出生日期", "birth date"}, "id_number": {"证件号码", "number of document"},
	"phone": {"电话", "phone"}, "address": {"住址", "address"},
}

// note says whom the list means, each line either as the list has it or, as titles are, in both languages. It is sealed in the
// database, as the notes of all tasks are.
func (t *Tasks) note(r Row) string {
	list := strings.ReplaceAll(t.list, between, "·")
	lines := []string{fmt.Sprintf("%s 第 %d 行%s%s, row %d", list, r.Number, between, list, r.Number)}
	for _, said := range []string{r.said.Name, r.said.BirthDate, r.said.IDNumber, r.said.Phone, r.said.Address} {
		if said != "" {
			lines = append(lines, strings.ReplaceAll(said, between, "·"))
		}
	}
	var zh, en []string
	for _, d := range r.Differs {
		zh, en = append(zh, words[d.Field][0]), append(en, words[d.Field][1])
	}
	if len(zh) > 0 {
		lines = append(lines, "不同："+strings.Join(zh, "、")+between+"differs: "+strings.Join(en, ", "))
	}
	return strings.Join(lines, "\n")
}

// id is the same for the same finding about the same person: a keyed hash, which tells nobody whom it is about.
func (t *Tasks) id(db collections.DB, r Row) string {
	about := []string{"match", string(r.Outcome), r.Person}
	if r.Person == "" || r.Outcome == Unsure {
		about = append(about, r.said.NameKey, r.said.BirthDate, r.said.IDNumber)
	}
	for _, d := range r.Differs {
		about = append(about, d.Field)
	}
	sum := sha256.Sum256([]byte(collections.IndexOf(db, collections.Tasks, "id", strings.Join(about, "\n"))))
	return hex.EncodeToString(sum[:16])
}

// worker is a field worker with one part of the territory.
type worker struct{ id, prefix string }

func fieldWorkers(db collections.DB) (all []worker, err error) {
	const query = `SELECT w.id, s.lo FROM workers w JOIN worker_scopes s ON s.worker=w.id WHERE w.role=? AND w.active=TRUE`
	return collections.All(db, query, []any{string(access.Field)}, func(rows *sql.Rows, w *worker) error {
		return rows.Scan(&w.id, &w.prefix)
	})
}

// workerOf is the one with the finest territory around an area; "" for none, or several.
func workerOf(all []worker, area string) string {
	best, only := worker{}, false
	for _, w := range all {
		switch {
		case w.prefix == "" || !strings.HasPrefix(area, w.prefix) || len(w.prefix) < len(best.prefix):
		case len(w.prefix) == len(best.prefix):
			only = false
		default:
			best, only = w, true
		}
	}
	if !only {
		return ""
	}
	return best.id
}
