package console

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// SavedQueue is a filter that somebody has put aside under a name.
type SavedQueue struct {
	ID     string            `json:"id"`
	Name   string            `json:"name"`
	Filter map[string]string `json:"filter"` // parameters of GET queue
	Count
}

const (
	mostQueues    = 20
	longestName   = 40 // runes
	mostInQueue   = 200
	longestFilter = 200 // of one value
)

// filterNames are the parameters of GET queue that can be put aside.
var filterNames = []string{"form", "state", "area", "worker", "campaign", "code", "from", "to", "photo", "returned", "clock",
	"flag", "sort"}

// FilterOf reads a filter from the parameters of GET queue.
func FilterOf(get func(name string) string) Filter {
	f := Filter{Form: get("form"), Area: get("area"), Worker: get("worker"), Campaign: get("campaign"), Code: get("code"), From: get("from"),
		To: get("to"), Photo: get("photo") == "1",
		Returned: get("returned") == "1", ClockOff: get("clock") == "1", Flag: get("flag"), Sort: get("sort"),
		Cursor: get("cursor")}
	if asked := get("state"); asked != "" {
		f.States = strings.Split(asked, ",")
	}
	return f
}

// SaveQueue puts a filter aside for the actor alone. It fails with problem.BadParameter, and problem.TooManyRequests where there are
// many already.
func SaveQueue(ctx context.Context, app core.App, actor access.Actor, q SavedQueue, now time.Time) (id string, err error) {
	name, kept := strings.TrimSpace(q.Name), map[string]string{}
	if name == "" || utf8.RuneCountInString(name) > longestName {
		return "", problem.New(problem.BadParameter, "name")
	}
	for _, f := range filterNames {
		if v := q.Filter[f]; len(v) > longestFilter {
			return "", problem.New(problem.BadParameter, f)
		} else if v != "" {
			kept[f] = v
		}
	}
	asked := FilterOf(func(name string) string { return kept[name] })
	if _, _, err := asked.settle(); err != nil { // else the list of the queues would fail by this one
		return "", err
	}
	id = collections.NewID()
	return id, collections.Write(ctx, app, func(db collections.DB) error {
		var n int
		if _, err := collections.One(db, `SELECT COUNT(*) FROM saved_queues WHERE worker=?`, []any{actor.ID}, &n); err != nil {
			return err
		}
		if n >= mostQueues {
			return problem.New(problem.TooManyRequests, "queues")
		}
		return collections.Insert(db, collections.SavedQueues, collections.Row{
			{Column: "id", Value: id}, {Column: "worker", Value: actor.ID}, {Column: "name", Value: name},
			{Column: "filter", Value: collections.JSON(kept)},
			{Column: "created", Value: collections.Stamp(now)},
		})
	})
}

// DropQueue forgets a queue of the actor's. It fails with problem.NotFound for any other.
func DropQueue(ctx context.Context, app core.App, actor access.Actor, id string) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		done, err := db.Exec(`DELETE FROM saved_queues WHERE id=? AND worker=?`, id, actor.ID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, error(problem.New(problem.NotFound, "")))
		}
		return nil
	})
}

// SavedQueues gives the queues that the actor has put aside, each with how many records it holds now.
func SavedQueues(db collections.DB, k Known, actor access.Actor) ([]SavedQueue, error) {
	all, err := collections.All(db, `SELECT id, name, filter, sealed FROM saved_queues WHERE worker=?
		ORDER BY created`, []any{actor.ID}, func(rows *sql.Rows, q *SavedQueue) error {
		var filter, sealed string
		if err := rows.Scan(&q.ID, &q.Name, &filter, &sealed); err != nil {
			return err
		}
		if json.Unmarshal([]byte(filter), &q.Filter) != nil {
			q.Filter = map[string]string{} // somebody broke it by hand
		}
		return collections.Fill(db, collections.SavedQueues, q.ID, sealed, map[string]*string{"name": &q.Name})
	})
	for i := range all {
		if err == nil {
			all[i].Count, err = countKeys(db, k, actor, all[i].Filter)
		}
	}
	return all, err
}

// countKeys counts what a filter finds, up to what a page holds.
func countKeys(db collections.DB, k Known, actor access.Actor, filter map[string]string) (Count, error) {
	f := FilterOf(func(name string) string { return filter[name] })
	keys, next, err := keysOf(db, k, actor, f, mostInQueue)
	return Count{N: len(keys), More: next != nil}, err
}

// RecordFlag is a mark that somebody has set on a record, for themselves or for all who review there.
type RecordFlag struct {
	By   Person `json:"by"`
	Team bool   `json:"team"`
	At   string `json:"at"`
}

// flags reads the marks that the actor is told of.
func (r *reader) flags(out *Record) (err error) {
	out.Flags, err = collections.All(r.db, `SELECT f.worker, COALESCE(w.name,''), COALESCE(w.staff_no,''), f.team, f.created
		FROM record_flags f LEFT JOIN workers w ON w.id=f.worker
		WHERE f.record=? AND (f.worker=? OR f.team) ORDER BY f.created`, []any{r.rec.ID, r.actor.ID}, func(rows *sql.Rows, f *RecordFlag) error {
		return rows.Scan(&f.By.ID, &f.By.Name, &f.By.StaffNo, &f.Team, &f.At)
	})
	return err
}
