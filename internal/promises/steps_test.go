package promises

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/testapp"
)

// step is one thing that happens. Its numbers are choices, each taken modulo what there is to choose from, so that any
// step can be left out when a schedule is shrunk.
type step struct {
	Do      string
	Device  int
	A, B, C int
	Trouble trouble
}

func (s step) String() string {
	return fmt.Sprintf("%s(%d %d %d %d trouble %d)", s.Do, s.Device, s.A, s.B, s.C, s.Trouble)
}

// moves are what a step can do. Their weights are by repetition in usual.
var moves = map[string]func(*world, *device, step){
	"create": (*world).create, "edit": (*world).edit, "poison": (*world).poison, "household": (*world).household, "task": (*world).task,
	"push": (*world).push, "pull": (*world).pull, "sync": (*world).sync,
	"arrive": func(w *world, _ *device, _ step) { w.arrive() }, "replay": (*world).replay, "image": (*world).takeImage, "reimage": (*world).putImage, "clock": (*world).clock,
	"review": (*world).review, "decide": (*world).decide, "reassign": (*world).reassign, "delete": (*world).remove, "revoke": (*world).revoke,
	"backup": func(w *world, _ *device, _ step) { w.save() }, "restore": func(w *world, _ *device, _ step) { w.restore() },
}

var usual = strings.Fields("create create create edit edit edit edit poison household task push push push pull sync sync sync arrive arrive replay image reimage clock review review decide reassign delete revoke backup restore")

// schedule draws days of steps. A name that stands in names more than once is drawn more often.
func schedule(names []string) *rapid.Generator[[][]step] {
	number := rapid.IntRange(0, 7)
	one := rapid.Custom(func(t *rapid.T) step {
		return step{
			Do: rapid.SampledFrom(names).Draw(t, "do"), Device: number.Draw(t, "device"), A: number.Draw(t, "a"), B: number.Draw(t, "b"), C: number.Draw(t, "c"),
			Trouble: trouble(rapid.IntRange(0, 2*int(troubles)).Draw(t, "trouble")),
		}
	})
	return rapid.SliceOfN(rapid.SliceOfN(one, 1, 12), 1, 8)
}

// do plays a step. Half of the requests have a good network.
func (w *world) do(s step) {
	if s.Trouble >= troubles {
		s.Trouble = fine
	}
	moves[s.Do](w, w.devices[s.Device%len(w.devices)], s)
	w.app.Advance(time.Second)
}

var words = []string{"", "甲", "乙", "丙"}

// children are synthetic: numbers of a division that was never assigned, one of them for two names, and none at all.
var children = []map[string]any{
	nil, child("王小明", "990000201503010017", "2015-03-01"), child("王晓明", "990000201503010017", "2015-03-01"), child("李小花", "", "2016-05-02"),
}

func child(name, number, birth string) map[string]any {
	basic := map[string]any{"child_name": name, "child_name_kind": "registered", "child_sex": "male", "child_birth_date": birth}
	if number != "" {
		basic["child_id_type"], basic["child_id_number"] = "id_card", number
	}
	return map[string]any{"child_basic": basic, "child_risk": map[string]any{"immediate_danger": "no"}}
}

// inside is a point in one of the grids, written as the server gives it back.
func inside(n int) string {
	point := strings.Fields(testapp.Inside(grids[n%len(grids)]))
	point[1] = strings.TrimRight(point[1], "0")
	return strings.Join(point, " ")
}

// visitOf is the answers of a visit.
func visitOf(said map[string]string, kid int) json.RawMessage {
	kids := []map[string]any{}
	if children[kid] != nil {
		kids = append(kids, children[kid])
	}
	b, err := json.Marshal(map[string]any{
		"start": "2026-11-23T09:00:00.000+08:00", "end": "2026-11-23T09:30:00.000+08:00", "today": "2026-11-23", "closing": map[string]any{"remarks": said["closing/remarks"]},
		"visit":     map[string]any{"contact_method": "household_visit", "attempt": 1, "outcome": "1.2", "consent": "oral", "informant_relation": "relative", "informant": said["visit/informant"], "location": said["visit/location"]},
		"household": map[string]any{"address": said["household/address"], "head_name": said["household/head_name"], "residents": 4, "children_count": len(kids)},
		"children":  kids,
	})
	if err != nil {
		panic(err) // strings and numbers
	}
	return b
}

func (w *world) submit(d *device, id string, base int64, answers json.RawMessage) {
	d.tablet.Outbox.Add(client.Operation{Op: client.Submit, ID: id, BaseRev: base, Form: "child_visit", Answers: answers, DeviceTime: w.clockOf(d).Format(time.RFC3339)})
}

func (w *world) clockOf(d *device) time.Time { return w.app.Doorstep.Now().Add(d.skew) }

func (w *world) create(d *device, s step) {
	said := map[string]string{
		"household/address": fmt.Sprintf("示例路 %d 号", s.A%4), "household/head_name": words[s.C%4], "closing/remarks": words[s.B%4], "visit/informant": "", "visit/location": inside(s.B),
	}
	w.submit(d, w.nextID(), 0, visitOf(said, s.C%4))
}

// edit changes an answer of a visit that the tablet holds or has yet to send. C decides on which revision it was made:
// the one that the tablet holds, or one before.
func (w *world) edit(d *device, s step) {
	held, waiting := d.visits(), slices.Clone(d.tablet.Outbox.Waiting)
	waiting = slices.DeleteFunc(waiting, func(op client.Operation) bool {
		return op.Op != client.Submit || op.Form != "child_visit" || len(op.ID) != 36 || len(op.Answers) < 3
	})
	if len(held)+len(waiting) == 0 {
		return
	}
	var id string
	var base int64
	var answers json.RawMessage
	if i := s.A % (len(held) + len(waiting)); i < len(held) {
		id, base, answers = held[i].id, max(1, held[i].rev-int64(s.C%2)), held[i].answers
	} else {
		op := waiting[i-len(held)]
		id, base, answers = op.ID, op.BaseRev, op.Answers
	}
	var root map[string]any
	if err := json.Unmarshal(answers, &root); err != nil {
		w.Fatal(err)
	}
	path := paths[s.B%len(paths)]
	value := words[(s.C+s.B)%4]
	switch path {
	case "visit/location":
		value = inside(s.C)
	case "household/address":
		value = fmt.Sprintf("示例路 %d 号", s.C%4)
	}
	group := root
	if at, name, deep := strings.Cut(path, "/"); deep {
		path = name
		group, _ = root[at].(map[string]any)
	}
	group[path] = value
	b, err := json.Marshal(root)
	if err != nil {
		w.Fatal(err)
	}
	w.submit(d, id, base, b)
}

// holding is a visit in a tablet's copy.
type holding struct {
	id      string
	rev     int64
	answers json.RawMessage
}

// visits are those that the tablet holds, in order of their ids.
func (d *device) visits() (all []holding) {
	records := d.tablet.Copy.Records["child_visits"]
	for _, id := range slices.Sorted(maps.Keys(records)) {
		var row struct{ Answers json.RawMessage }
		if err := json.Unmarshal(records[id].Data, &row); err != nil {
			d.w.Fatal(err)
		}
		all = append(all, holding{id, records[id].Rev, row.Answers})
	}
	return all
}

// poison puts an operation into the outbox that cannot become a record.
func (w *world) poison(d *device, s step) {
	op := client.Operation{Op: client.Submit, ID: w.nextID(), Form: "child_visit", Answers: json.RawMessage(`{}`), DeviceTime: w.clockOf(d).Format(time.RFC3339)}
	switch s.A % 6 {
	case 0:
		op.Form = "no_such_form"
	case 1:
		op.Answers = nil
	case 2:
		op.ID = "../etc"
	case 3:
		op.Op = "explode"
	case 4:
		op.BaseRev = 9
	case 5: // another worker's record
		for _, id := range slices.Sorted(maps.Keys(w.model.visits)) {
			if w.model.visits[id].worker != d.worker {
				op.ID = id
			}
		}
		op.Answers = visitOf(map[string]string{"household/address": "别人的"}, 0)
	}
	d.tablet.Outbox.Add(op)
}

func (w *world) household(d *device, s step) {
	id, held := w.nextID(), slices.Sorted(maps.Keys(d.tablet.Copy.Records["households"]))
	if len(held) > 0 && s.C%2 == 0 {
		id = held[s.C%len(held)]
	}
	d.tablet.Outbox.Add(client.Operation{Op: client.Household, ID: id, Answers: json.RawMessage(fmt.Sprintf(`{"address":"示例路 %d 号","head_name":%q}`, s.A%4, words[s.B%4]))})
}

func (w *world) task(d *device, s step) {
	if open := slices.Sorted(maps.Keys(d.tablet.Copy.Records["tasks"])); len(open) > 0 {
		d.tablet.Outbox.Add(client.Operation{Op: client.Task, ID: open[s.A%len(open)], Answers: json.RawMessage(`{"status":"done"}`)})
	}
}

// push sends a batch through the trouble.
func (w *world) push(d *device, s step) {
	d.line.trouble = s.Trouble
	waiting := len(d.tablet.Outbox.Waiting)
	receipts, err := d.push()
	d.line.trouble = fine
	if w.excused(d, err) {
		return
	}
	if waiting > 0 && (err == nil) != (s.Trouble == fine || s.Trouble == twice) {
		w.Fatalf("a push with trouble %d ended with %v", s.Trouble, err)
	}
	if err != nil && len(d.tablet.Outbox.Waiting) != waiting || err == nil && len(d.tablet.Outbox.Waiting) != waiting-len(receipts) {
		w.Fatalf("promise 4: %d operations waited, %d receipts (%v), %d wait", waiting, len(receipts), err, len(d.tablet.Outbox.Waiting))
	}
}

// pull never touches what was not sent.
func (w *world) pull(d *device, s step) {
	d.line.trouble = s.Trouble
	d.tablet.Page = 3 + s.A*s.A
	before := fmt.Sprint(d.tablet.Outbox.Waiting)
	err := d.pull()
	d.line.trouble = fine
	w.excused(d, err)
	if after := fmt.Sprint(d.tablet.Outbox.Waiting); after != before {
		w.Fatalf("promise 11: a pull changed the outbox from %s to %s", before, after)
	}
}

// sync is the usual round over a good network: everything is sent, and comes back.
func (w *world) sync(d *device, s step) {
	for len(d.tablet.Outbox.Waiting) > 0 {
		receipts, err := d.push()
		if w.excused(d, err) {
			return
		}
		if err != nil {
			w.Fatalf("promise 5: %v", err)
		}
		w.pull(d, step{A: s.A})
		for _, r := range receipts {
			w.readsOwnWrites(d, r)
		}
	}
	w.pull(d, step{A: s.A})
}

// excused reports whether a tablet may be refused: it was revoked. Any other refusal is a failure.
func (w *world) excused(d *device, err error) bool {
	var refusal *client.Refusal
	if !errors.As(err, &refusal) {
		if err != nil && !errors.Is(err, errLost) {
			w.Fatal(err)
		}
		return false
	}
	if !w.model.revoked[d.device] || refusal.Code != "device.revoked" {
		w.Fatalf("promise 5: %v", err)
	}
	return true
}

// takeImage and putImage are a tablet that is set back to what it was, outbox and all, and greets the server again.
func (w *world) takeImage(d *device, _ step) { d.image = cloneTablet(&d.tablet) }

func (w *world) putImage(d *device, s step) {
	if d.image == nil {
		return
	}
	d.tablet = *cloneTablet(d.image)
	if s.C%4 == 0 {
		return // it forgets to greet, and may use numbers again
	}
	_, err := d.tablet.Register(w.Context(), client.Identity{Name: "set back"}, w.clockOf(d))
	w.excused(d, err)
}

func cloneTablet(t *client.Tablet) *client.Tablet {
	c := *t
	c.Outbox.Waiting = slices.Clone(t.Outbox.Waiting)
	c.Copy.Records = map[string]map[string]client.Record{}
	for name, records := range t.Copy.Records {
		c.Copy.Records[name] = maps.Clone(records)
	}
	return &c
}

// clock sets the tablet's clock wrong, by up to ten years, and the tablet greets the server.
func (w *world) clock(d *device, s step) {
	d.skew = []time.Duration{0, -10 * 365 * 24 * time.Hour, 10 * 365 * 24 * time.Hour, -time.Hour, 36 * time.Hour}[s.A%5]
	greeted, err := d.tablet.Register(w.Context(), client.Identity{Name: "clock"}, w.clockOf(d))
	if !w.excused(d, err) && greeted.ClockOffsetS != d.skew.Seconds() {
		w.Fatalf("promise 8: a clock off by %s was measured as %v s", d.skew, greeted.ClockOffsetS)
	}
}

// review is the office, which decides on a visit of the tablet's worker.
func (w *world) review(d *device, s step) {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(w.model.visits)), func(id string) bool { return w.model.visits[id].worker != d.worker })
	if len(ids) == 0 {
		return
	}
	id := ids[s.A%len(ids)]
	decision := []string{"approve", "return", "return", "reject", "reopen"}[s.B%5]
	var out struct{ Rev int64 }
	err := w.office(w.origin.boss).Call(w.Context(), http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": decision, "comment": "请核对"}, &out)
	if err == nil {
		w.model.bump(id)
		if want := w.model.visits[id].rev; out.Rev != want {
			w.Fatalf("promise 2: a decision made revision %d, want %d", out.Rev, want)
		}
	}
	w.conflictOnly(err)
}

// conflictOnly lets pass that a decision does not fit the state of the record.
func (w *world) conflictOnly(err error) {
	var refusal *client.Refusal
	if err != nil && (!errors.As(err, &refusal) || refusal.Status != http.StatusConflict) {
		w.Fatal(err)
	}
}

// decide settles a pair of duplicates, anew if need be: merges and undoes them.
func (w *world) decide(_ *device, s step) {
	pairs := w.strings(`SELECT id FROM duplicates ORDER BY created, id`)
	if len(pairs) == 0 {
		return
	}
	status := []string{"same", "different"}[s.B%2]
	err := w.office(w.origin.boss).Call(w.Context(), http.MethodPost, "/api/doorstep/v1/duplicates/"+pairs[s.A%len(pairs)]+"/decide", map[string]any{"status": status}, nil)
	w.conflictOnly(err)
}

func (w *world) reassign(d *device, s step) {
	worker, err := w.app.FindRecordById(collections.Workers, d.worker)
	if err != nil {
		w.Fatal(err)
	}
	worker.Set("territory", territories[s.A%len(territories)])
	if err := w.app.Save(worker); err != nil {
		w.Fatal(err)
	}
}

// remove is the operator, who deletes a visit, a household or a person in the dashboard.
func (w *world) remove(_ *device, s step) {
	table := []string{"child_visits", collections.Households, collections.Persons}[s.B%3]
	ids := w.strings(`SELECT id FROM "` + table + `" ORDER BY id`)
	if len(ids) == 0 {
		return
	}
	record, err := w.app.FindRecordById(table, ids[s.A%len(ids)])
	if err != nil {
		w.Fatal(err)
	}
	if err := w.app.Delete(record); err != nil {
		w.Fatal(err)
	}
	delete(w.model.visits, record.Id)
}

func (w *world) revoke(d *device, s step) {
	if s.A > 0 || len(w.model.revoked) >= len(w.devices)-2 {
		return // rarely, and somebody must be left
	}
	if err := w.office(w.origin.manager).Call(w.Context(), http.MethodPost, "/api/doorstep/v1/devices/"+d.device+"/revoke", nil, nil); err != nil {
		w.Fatal(err)
	}
	w.model.revoked[d.device] = true
}
