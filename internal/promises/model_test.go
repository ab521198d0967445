package promises

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/client"
)

// paths are the answers that tablets change; the model knows a visit by them.
var paths = []string{"closing/remarks", "household/address", "household/head_name", "visit/informant", "visit/location"}

// visit is what the model knows of one record.
type visit struct {
	worker string
	rev    int64
	at     map[int64]map[string]string // answers by revision
}

func (v *visit) now() map[string]string { return v.at[v.rev] }

// clash is an answer of which both values must be kept.
type clash struct{ record, path, stored, said string }

// reply is what the server said to an operation at first.
type reply struct {
	content, status, code string
	rev                   int64
}

// kept is an operation that must be found again as it came.
type kept struct{ raw, outcome, code, deviceTime string }

// model is what must be true of the server.
type model struct {
	devices  map[string]string // worker by device
	revoked  map[string]bool   // devices
	visits   map[string]*visit
	numbered map[string]reply // by device and seq
	contents map[string]reply // by worker and content: of visits, and of what came under a number that was used
	clashes  []clash
	kept     []kept
}

func newModel() *model {
	return &model{devices: map[string]string{}, revoked: map[string]bool{}, visits: map[string]*visit{}, numbered: map[string]reply{}, contents: map[string]reply{}}
}

func (m *model) clone() *model {
	c := &model{devices: maps.Clone(m.devices), revoked: maps.Clone(m.revoked), visits: map[string]*visit{}, numbered: maps.Clone(m.numbered), contents: maps.Clone(m.contents),
		clashes: slices.Clone(m.clashes), kept: slices.Clone(m.kept)}
	for id, v := range m.visits {
		c.visits[id] = &visit{v.worker, v.rev, maps.Clone(v.at)}
	}
	return c
}

// contentOf is what an operation says, whatever its number.
func contentOf(op client.Operation) string {
	return strings.Join([]string{op.ID, op.Op, op.Form, op.Version, strconv.FormatInt(op.BaseRev, 10), string(op.Answers)}, "\x00")
}

// check holds a receipt against what must follow from what the server was told so far, and learns from it.
func (m *model) check(from account, op operation, got client.Receipt) error {
	number := from.device + "/" + strconv.FormatInt(op.Seq, 10)
	same := from.worker + "/" + contentOf(op.Operation)
	first, used := m.numbered[number]
	if op.Op != client.Submit { // the same may be said again later: then it is news
		same = "reused/" + same
	}
	again, known := m.contents[same]
	switch {
	case used && first.content == contentOf(op.Operation):
		return first.repeats(got)
	case known && (used || op.Op == client.Submit):
		return again.repeats(got)
	}
	want := m.expect(from, op, used)
	if want.status == "" { // the model does not know what becomes of tasks and households
		want.status, want.code, want.rev = got.Status, got.Code, got.Rev
	}
	if used || op.Op == client.Submit {
		m.contents[same] = want
	}
	if !used {
		m.numbered[number] = want
	}
	m.kept = append(m.kept, kept{op.raw, want.status, want.code, op.DeviceTime})
	if got.Status != want.status || got.Rev != want.rev || got.Code != want.code || got.Status == client.Unchanged {
		return fmt.Errorf("promise %s: want %s %s at revision %d", want.promise(), want.status, want.code, want.rev)
	}
	return nil
}

// repeats reports whether a receipt is the earlier one again.
func (r reply) repeats(got client.Receipt) error {
	if got.Status != client.Unchanged || got.Was != r.status || got.Rev != r.rev || got.Code != r.code {
		return fmt.Errorf("promise 3: a repetition is not unchanged, was %s %s at revision %d", r.status, r.code, r.rev)
	}
	return nil
}

// promise names what a wrong answer of this kind breaks.
func (r reply) promise() string {
	switch r.status {
	case client.Quarantined:
		return "5"
	default:
		return "2"
	}
}

// expect is what the server must make of an operation that it has not seen.
func (m *model) expect(from account, op operation, reused bool) reply {
	r := reply{content: contentOf(op.Operation), status: client.Quarantined}
	switch {
	case reused:
		r.code = "operation.sequence_reused"
	case op.Op != client.Submit && op.Op != client.Task && op.Op != client.Household:
		r.code = "operation.unknown"
	case len(op.ID) != 36:
		r.code = "operation.id"
	case op.Op != client.Submit:
		r.status = ""
	case op.Form != "child_visit":
		r.code = "operation.unknown_form"
	case len(op.Answers) == 0 || op.Answers[0] != '{':
		r.code = "operation.answers"
	default:
		m.submit(from, op, &r)
	}
	return r
}

// submit is the life of a visit: new, corrected, or merged with what happened since its base.
func (m *model) submit(from account, op operation, r *reply) {
	v, base := m.visits[op.ID], max(op.BaseRev, 1)
	switch {
	case v == nil && op.BaseRev > 0:
		r.code = "operation.unknown_base"
		return
	case v == nil:
		v = &visit{worker: from.worker, at: map[int64]map[string]string{}}
		m.visits[op.ID] = v
	case v.worker != from.worker:
		r.code = "operation.foreign_record"
		return
	case op.BaseRev > v.rev:
		r.code = "operation.unknown_base"
		return
	}
	said := answersOf(op.Answers)
	r.status = client.Stored
	if v.rev > 0 && base < v.rev {
		var paths []string
		stored := v.now()
		mine := said
		said, paths = merge(v.at[base], stored, mine)
		for _, p := range paths {
			r.status = client.Conflict
			m.clashes = append(m.clashes, clash{op.ID, p, stored[p], mine[p]})
		}
	}
	v.rev++
	v.at[v.rev] = said
	r.rev = v.rev
}

// merge takes each answer from the side that changed it; where both did, the stored one stays.
func merge(base, stored, mine map[string]string) (map[string]string, []string) {
	merged, clashes := maps.Clone(stored), []string{}
	for _, p := range paths {
		switch {
		case mine[p] == base[p] || mine[p] == stored[p]:
		case stored[p] == base[p]:
			merged[p] = mine[p]
		default:
			clashes = append(clashes, p)
		}
	}
	return merged, clashes
}

// answersOf reads the answers that the model knows from those of an operation.
func answersOf(answers json.RawMessage) map[string]string {
	var root map[string]any
	if json.Unmarshal(answers, &root) != nil {
		return nil
	}
	said := map[string]string{}
	for _, p := range paths {
		node := any(root)
		for _, name := range strings.Split(p, "/") {
			group, _ := node.(map[string]any)
			node = group[name]
		}
		if point, ok := node.(map[string]any); ok { // as the server gives it back
			node = fmt.Sprint(point["lat"], " ", point["lon"], " ", point["alt"], " ", point["accuracy"])
		}
		said[p], _ = node.(string)
	}
	return said
}

// bump is a change of a visit that leaves its answers alone.
func (m *model) bump(id string) {
	if v := m.visits[id]; v != nil {
		v.at[v.rev+1] = v.now()
		v.rev++
	}
}
