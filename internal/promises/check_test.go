package promises

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/testapp"
)

// refuses checks the answer to a revoked tablet.
func (w *world) refuses(path string, status int, body []byte) {
	var p struct{ Code, Detail string }
	if err := json.Unmarshal(body, &p); err != nil || status != http.StatusForbidden || p.Code != "device.revoked" || p.Detail != "wipe" {
		w.Fatalf("promise 14: a revoked tablet got %d %s from %s", status, body, path)
	}
}

// observePull checks a page by itself: another epoch comes with a reset.
func (w *world) observePull(d *device, body []byte) {
	var page client.Page
	if err := json.Unmarshal(body, &page); err != nil {
		w.Fatal(err)
	}
	if page.Epoch != d.tablet.Copy.Epoch && d.tablet.Copy.Epoch != "" && !page.Reset {
		w.Fatalf("promise 7: epoch %s after %s without a reset", page.Epoch, d.tablet.Copy.Epoch)
	}
}

// readsOwnWrites checks that what a receipt names has come back in a pull after it.
func (w *world) readsOwnWrites(d *device, r client.Receipt) {
	v := w.model.visits[r.ID]
	if r.Outcome() == client.Quarantined || v == nil || v.worker != d.worker {
		return
	}
	if held, ok := d.tablet.Copy.Find("child_visits", r.ID); !ok || held.Rev < r.Rev {
		w.Fatalf("promise 11: revision %d of %s was acknowledged, the next pull left the tablet with %d", r.Rev, r.ID, held.Rev)
	}
}

// settle brings everything to rest: what is on its way arrives, every outbox is emptied, everybody pulls; then all
// that must hold at rest is checked.
func (w *world) settle() {
	for len(w.delayed) > 0 {
		w.arrive()
	}
	for _, d := range w.devices {
		w.sync(d, step{A: 5})
	}
	for _, d := range w.devices {
		if !w.model.revoked[d.device] {
			w.pull(d, step{A: 5})
			w.converged(d)
		}
	}
	w.nothingLost()
	w.clocksAreData()
	w.repeatEverything()
}

// converged is promise 1: the copy that a tablet kept up to date equals a new one, and both equal the scope by SQL.
func (w *world) converged(d *device) {
	anew := client.Tablet{Conn: d.tablet.Conn}
	if err := anew.Pull(w.Context()); err != nil {
		w.Fatal(err)
	}
	kept, fresh, want := lines(&d.tablet.Copy, true), lines(&anew.Copy, true), w.scope(d)
	if diff := difference(kept, fresh); diff != "" {
		w.Fatalf("promise 1: the copy of %s and a new one differ: %s", d.staff, diff)
	}
	if diff := difference(lines(&anew.Copy, false), want); diff != "" {
		w.Fatalf("promise 1: a new copy of %s and the server's scope differ: %s", d.staff, diff)
	}
}

// lines are a copy's records, with their data or only with their revision.
func lines(c *client.Copy, data bool) (all []string) {
	for name, records := range c.Records {
		for id, r := range records {
			line := fmt.Sprintf("%s %s %d", name, id, r.Rev)
			if data {
				line += " " + string(r.Data)
			}
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return all
}

func difference(a, b []string) string {
	var diff []string
	for _, l := range a {
		if _, found := slices.BinarySearch(b, l); !found {
			diff = append(diff, "- "+l)
		}
	}
	for _, l := range b {
		if _, found := slices.BinarySearch(a, l); !found {
			diff = append(diff, "+ "+l)
		}
	}
	return strings.Join(diff[:min(6, len(diff))], "\n")
}

// scope asks the tables for what a worker is meant to see, in other words than the server does.
func (w *world) scope(d *device) []string {
	var territory []string
	if err := json.Unmarshal([]byte(w.strings(`SELECT territory FROM workers WHERE id='` + d.worker + `'`)[0]), &territory); err != nil {
		w.Fatal(err)
	}
	inside, above := "0", "0"
	for _, code := range territory {
		inside += ` OR area LIKE '` + code + `%'`
		above += ` OR code LIKE '` + code + `%' OR '` + code + `' LIKE code||'%'`
	}
	line := func(table, where string) string {
		return `SELECT '` + table + ` '||id||' '||rev FROM ` + table + ` WHERE ` + where
	}
	all := w.strings(strings.Join([]string{
		line("forms", `status='published'`), line("campaigns", `status='open'`), line("tasks", `status='open' AND assignee='`+d.worker+`'`), line("child_visits", `worker='`+d.worker+`'`),
		line("elderly_surveys", `worker='`+d.worker+`'`), line("areas", above), line("households", inside), line("persons", inside),
	}, " UNION ALL "))
	slices.Sort(all)
	return all
}

// nothingLost is promises 2 and 5: the server holds what the model does, both values of every conflict, and the bytes of
// everything that arrived.
func (w *world) nothingLost() {
	for _, id := range slices.Sorted(maps.Keys(w.model.visits)) {
		v := w.model.visits[id]
		rows := w.clear("child_visits", `id='`+id+`'`, "rev", "address", "head_name", "remarks", "informant")
		now := v.now()
		want := fmt.Sprintf("%d|%s|%s|%s|%s", v.rev, now["household/address"], now["household/head_name"], now["closing/remarks"], now["visit/informant"])
		if len(rows) != 1 || rows[0] != want {
			w.Fatalf("promise 2: visit %s is %q, want %q", id, rows, want)
		}
	}
	if n := w.strings(`SELECT id FROM child_visits`); len(n) != len(w.model.visits) {
		w.Fatalf("promise 2: %d visits, want %d", len(n), len(w.model.visits))
	}
	edits := w.clear("edits", `kind='conflict' AND collection='child_visits'`, "record", "field", "before", "after")
	for _, c := range w.model.clashes {
		line := c.record + "|" + c.path + "|" + c.stored + "|" + c.said
		i := slices.Index(edits, line)
		if i < 0 {
			w.Fatalf("promise 2: nobody will decide between both values of %s", line)
		}
		edits = slices.Delete(edits, i, i+1)
	}
	if len(edits) > 0 {
		w.Fatalf("promise 2: conflicts that are none: %q", edits)
	}
	raw := w.clear("submissions", `channel='native'`, "raw", "outcome", "code")
	slices.Sort(raw)
	for _, k := range w.model.kept {
		if _, found := slices.BinarySearch(raw, k.raw+"|"+k.outcome+"|"+k.code); !found {
			w.Fatalf("promise 2: %s %s was not kept as it came: %s", k.outcome, k.code, k.raw)
		}
	}
	if len(raw) != len(w.model.kept) {
		w.Fatalf("promise 3: %d submissions are kept, %d were made", len(raw), len(w.model.kept))
	}
}

// clocksAreData is promise 8: what a tablet said of the time is kept, and decided nothing.
func (w *world) clocksAreData() {
	from, to := collections.Stamp(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)), collections.Stamp(w.app.Doorstep.Now())
	if odd := w.strings(`SELECT received_at FROM submissions WHERE received_at<'` + from + `' OR received_at>'` + to + `'`); len(odd) > 0 {
		w.Fatalf("promise 8: received at %v, the server's clock says %s", odd, to)
	}
	said := w.clear("submissions", `channel='native'`, "device_time", "raw")
	slices.Sort(said)
	for _, k := range w.model.kept {
		if _, found := slices.BinarySearch(said, k.deviceTime+"|"+k.raw); !found {
			w.Fatalf("promise 8: the tablet's time %s was not kept", k.deviceTime)
		}
	}
}

// replay sends an earlier push once more, as it was: nothing may change but the note of the contact.
func (w *world) replay(d *device, s step) {
	if len(d.sent) == 0 || w.model.revoked[d.device] {
		return
	}
	w.forget()
	before := w.state()
	p := d.sent[s.A%len(d.sent)]
	if _, err := w.deliver(p); err != nil {
		w.Fatal(err)
	}
	d.sent = d.sent[:len(d.sent)-1] // it is there already
	w.unchanged(before)
}

// repeatEverything is promise 3 after a month: all pushes again, the last first.
func (w *world) repeatEverything() {
	w.app.Advance(31 * 24 * time.Hour)
	w.forget()
	before := w.state()
	for _, d := range w.devices {
		for _, p := range slices.Backward(slices.Clone(d.sent)) {
			if w.model.revoked[d.device] {
				continue
			}
			if _, err := w.deliver(p); err != nil {
				w.Fatal(err)
			}
		}
	}
	w.unchanged(before)
}

func (w *world) unchanged(before []string) {
	if diff := difference(before, w.state()); diff != "" {
		w.Fatalf("promise 3: a repetition changed the database: %s", diff)
	}
}

// still are the tables that a repetition may touch, or that no tablet can change.
var still = []string{"devices", "forms", "form_files", "areas", "workers", "worker_scopes", "meta"}

// state is every row of every other table.
func (w *world) state() (all []string) {
	tables := w.strings(`SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE '\_%' ESCAPE '\' AND name NOT LIKE 'sqlite%' ORDER BY name`)
	for _, table := range tables {
		if !slices.Contains(still, table) {
			all = append(all, w.rows(table)...)
		}
	}
	slices.Sort(all)
	return all
}

func (w *world) rows(table string) (all []string) {
	err := testapp.EachRow(collections.Read(w.app.TestApp), `SELECT * FROM "`+table+`"`, func(columns []string, values []any) error {
		var line bytes.Buffer
		line.WriteString(table)
		for i, v := range values {
			if v != nil && v != "" && v != int64(0) {
				fmt.Fprintf(&line, " %s=%v", columns[i], v)
			}
		}
		all = append(all, line.String())
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// strings reads the first column.
// clear reads columns of rows, sealed ones too, with | between them.
func (w *world) clear(table, where string, columns ...string) (all []string) {
	for _, row := range w.app.Clear(w, table, where, columns...) {
		all = append(all, strings.Join(row, "|"))
	}
	return all
}

func (w *world) strings(query string) (all []string) {
	err := collections.Each(collections.Read(w.app.TestApp), query, nil, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, s)
		return err
	})
	if err != nil {
		w.Fatalf("%s: %v", query, err)
	}
	return all
}
