package promises

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"doorstep/internal/client"
	"doorstep/internal/instrument"
)

// kin is a form of rows that the key tells apart, or nothing but what they say.
const kin = `
| survey |
| | type | name | label | bind::doorstep:key |
| | begin_repeat | members | Members | |
| | text | who | Who | %s |
| | text | one | One | |
| | text | two | Two | |
| | end_repeat | members | | |
| settings |
| | form_title | form_id | version | namespaces |
| | Kin | %s | 1 | doorstep="urn:doorstep:form" |
`

// What a tablet does to a row of the base.
const (
	leaveRow = iota
	changeOne
	changeTwo
	removeRow
)

// rowsOn is what one tablet makes of the rows of a base.
type rowsOn struct {
	Tag   string // of what this tablet writes
	Do    []int  // by row of the base
	Added int
	Order []int // of all its rows
}

// TestRowsOfARepeat: rows added, changed and removed on two tablets from one base all go where they belong. Nothing that was sent is
// lost: it stands in the record or in its history, and no answer of one row stands in another.
func TestRowsOfARepeat(t *testing.T) {
	server := &world{TB: t, origin: begin(t)}
	server.open(server.origin.dir, true)
	for form, keyed := range map[string]string{"keyed": "yes", "bare": ""} {
		book := instrument.Workbook{Name: form + ".md", Raw: fmt.Appendf(nil, kin, keyed, form)}
		if _, err := server.app.Doorstep.Library.Publish(server.app, book, instrument.Published, "", server.app.Doorstep.Now()); err != nil {
			t.Fatal(err)
		}
	}
	seq := 0
	rapid.Check(t, func(run *rapid.T) {
		w := *server
		w.TB = during{t, run}
		for _, form := range []string{"bare", "keyed", "bare", "keyed"} {
			base := rowsOfBase(rapid.IntRange(1, 4).Draw(run, "rows"))
			first, second := drawRows(run, "A", len(base)), drawRows(run, "B", len(base))
			id := server.nextID()
			for at, sent := range [][]map[string]string{base, first.of(base), second.of(base)} {
				seq++
				w.sendRows(w.origin.tablets[at/2], seq, form, id, int64(min(at, 1)), sent)
			}
			w.checkRows(form, id, base, first, second)
		}
	})
}

func rowsOfBase(n int) (rows []map[string]string) {
	for i := range n {
		rows = append(rows, member(fmt.Sprint("r", i), "0"))
	}
	return rows
}

func member(who, tag string) map[string]string {
	return map[string]string{"who": who, "one": who + " one " + tag, "two": who + " two " + tag}
}

func drawRows(run *rapid.T, tag string, n int) rowsOn {
	r := rowsOn{Tag: tag, Do: rapid.SliceOfN(rapid.IntRange(leaveRow, removeRow), n, n).Draw(run, tag+" does"), Added: rapid.IntRange(0, 2).Draw(run, tag+" adds")}
	r.Order = rapid.Permutation(slices.Collect(count(n+r.Added))).Draw(run, tag+" order")
	return r
}

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// of is what the tablet sends.
func (r rowsOn) of(base []map[string]string) (sent []map[string]string) {
	for _, i := range r.Order {
		if i >= len(base) {
			sent = append(sent, member(fmt.Sprint("n", r.Tag, i-len(base)), r.Tag))
			continue
		}
		row := maps.Clone(base[i])
		switch r.Do[i] {
		case changeOne:
			row["one"] = row["who"] + " one " + r.Tag
		case changeTwo:
			row["two"] = row["who"] + " two " + r.Tag
		case removeRow:
			continue
		}
		sent = append(sent, row)
	}
	return sent
}

// sendRows pushes past the model, which knows the shipped forms alone.
func (w *world) sendRows(d account, seq int, form, id string, base int64, rows []map[string]string) {
	conn := client.Conn{URL: w.server.URL, HTTP: http.DefaultClient, Token: d.token, Device: d.device}
	op := map[string]any{"seq": seq, "op": client.Submit, "id": id, "base_rev": base, "form": form, "answers": map[string]any{"members": rows}}
	var out struct{ Results []client.Receipt }
	if err := conn.Call(w.Context(), http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{op}}, &out); err != nil {
		w.Fatalf("push: %v", err)
	}
	if len(out.Results) != 1 || out.Results[0].Status == "quarantined" {
		w.Fatalf("rows: %+v", out.Results)
	}
}

func (w *world) checkRows(form, id string, base []map[string]string, first, second rowsOn) {
	stored := map[string][]string{}
	for _, line := range w.strings(`SELECT who || '|' || one || '|' || two FROM ` + form + `_members WHERE visit='` + id + `'`) {
		cells := strings.Split(line, "|")
		if stored[cells[0]] != nil {
			w.Fatalf("rows: %s stands twice: %v", cells[0], line)
		}
		if stored[cells[0]] = cells[1:]; !strings.HasPrefix(cells[1], cells[0]+" ") || !strings.HasPrefix(cells[2], cells[0]+" ") {
			w.Fatalf("rows: an answer of another row in %q", line)
		}
	}
	for i, row := range base {
		a, b := first.Do[i], second.Do[i]
		one, two := tagOf(changeOne, a, b), tagOf(changeTwo, a, b)
		got, there := stored[row["who"]]
		switch gone := a == removeRow || b == removeRow; {
		case gone && (a == removeRow || a == leaveRow) && (b == removeRow || b == leaveRow):
			if there {
				w.Fatalf("rows: %s was removed and is there", row["who"])
			}
		case gone: // removed on one tablet, changed on the other: it is in the record or in the history
		case !there:
			w.Fatalf("rows: %s is lost: %v", row["who"], stored)
		case !strings.Contains(one, got[0][len(got[0])-1:]) || !strings.Contains(two, got[1][len(got[1])-1:]):
			w.Fatalf("rows: %s says %v, want of %s and of %s", row["who"], got, one, two)
		}
	}
	for _, r := range []rowsOn{first, second} {
		for i := range r.Added {
			want := member(fmt.Sprint("n", r.Tag, i), r.Tag)
			if got := stored[want["who"]]; !slices.Equal(got, []string{want["one"], want["two"]}) {
				w.Fatalf("rows: %s was added and says %v", want["who"], got)
			}
		}
	}
	w.rowsKept(form, id, stored, base, first.of(base), second.of(base))
}

// tagOf is whose word may stand for an answer that a or b changed.
func tagOf(change, a, b int) string {
	switch {
	case a == change && b == change:
		return "AB"
	case a == change:
		return "A"
	case b == change:
		return "B"
	}
	return "0"
}

// rowsKept looks for everything that was sent in the record and in its history.
func (w *world) rowsKept(form, id string, stored map[string][]string, sent ...[]map[string]string) {
	var history json.RawMessage
	if err := w.office(w.origin.boss).Call(w.Context(), http.MethodGet, "/api/doorstep/v1/records/"+form+"/"+id+"/history", nil, &history); err != nil {
		w.Fatal(err)
	}
	for _, row := range slices.Concat(sent...) {
		for i, column := range []string{"one", "two"} {
			at := stored[row["who"]]
			if (at == nil || at[i] != row[column]) && !strings.Contains(string(history), row[column]) {
				w.Fatalf("rows: %q is in neither the record nor its history %s", row[column], history)
			}
		}
	}
}
