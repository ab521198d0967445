package ingest

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections/forms"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// What a push expands to is bounded, part by part, record by record and as a whole.
func TestWorkIsBounded(t *testing.T) {
	p, in := withForm(t)
	for name, test := range map[string]func(*testing.T, *pushed, *instrument.Instrument){
		"parts": partsAreBounded, "a day": aDayIsOnePart, "a group": aPartIsNoMoreThanAGroup, "a record that is too much": tooMuchIsKeptCheaply, "a push that is too much": pushHasABudget,
	} {
		t.Run(name, func(t *testing.T) {
			fresh := &pushed{batch: p.batch}
			fresh.sender = tabletOf(name)
			test(t, fresh, in)
		})
	}
}

// withForm makes stages that know the shipped child visit.
func withForm(t *testing.T) (*pushed, *instrument.Instrument) {
	t.Helper()
	app, intake := newApp(t)
	raw, err := forms.Files.ReadFile("child_visit.csv")
	if err != nil {
		t.Fatal(err)
	}
	intake.Instruments, intake.Areas = instrument.NewLibrary(), grid.NewLive().At
	in, err := intake.Instruments.Publish(app, instrument.Workbook{Name: "child_visit.csv", Raw: raw}, instrument.Published, "", intake.Now())
	if err != nil {
		t.Fatal(err)
	}
	return &pushed{batch: batch{ctx: t.Context(), app: app, intake: intake, sender: tabletOf("a")}}, in
}

func visitWith(children int) Operation {
	answers := `{"children":[` + strings.TrimSuffix(strings.Repeat(`{},`, children), ",") + `]}`
	return Operation{Op: OpSubmit, ID: uuid.NewString(), Form: "child_visit", Answers: []byte(answers), Raw: []byte(answers)}
}

func numbered(ops ...Operation) []Operation {
	for i := range ops {
		ops[i].Seq = int64(i + 1)
	}
	return ops
}

// worksOf are the parts of a push, each as the work of its operations.
func worksOf(p *pushed, most int) (parts [][]int) {
	for p.rest < len(p.ops) {
		b := p.part(most)
		var works []int
		for _, d := range b.prepared {
			works = append(works, d.work)
		}
		parts = append(parts, works)
	}
	return parts
}

// A push is taken apart by what it expands to: no part is more than one transaction may hold, but for a record that is
// more on its own; nothing is left out, and the order stays.
func partsAreBounded(t *testing.T, p *pushed, in *instrument.Instrument) {
	sizes := []int{0, 3, 200, 1, 1, 40, 40, 40, 0, 203, 2}
	for _, n := range sizes {
		p.ops = append(p.ops, visitWith(n))
	}
	numbered(p.ops...)
	const most = 6000
	var all []int
	for _, works := range worksOf(p, most) {
		sum := 0
		for _, w := range works {
			sum += w
		}
		if sum > most && len(works) > 1 {
			t.Errorf("a part of %v is more than %d", works, most)
		}
		all = append(all, works...)
	}
	round, alone := roundOf(in), leastWork+in.Form.Root.Size()
	for i, n := range sizes {
		if i >= len(all) || all[i] != alone+n*round {
			t.Fatalf("works %v, want %d and %d for each of %v children", all, alone, round, sizes)
		}
	}
}

// However little there is to each operation, a part has no more of them than a transaction, and all of them are looked up.
func aPartIsNoMoreThanAGroup(t *testing.T, p *pushed, _ *instrument.Instrument) {
	for range groupSize + 1 {
		p.ops = append(p.ops, visitWith(0))
	}
	numbered(p.ops...)
	for _, want := range []int{groupSize, 1} {
		b := p.part(1 << 30)
		if len(b.ops) != want || len(b.prepared) != want || len(b.concerns.ids) != want || !b.concerns.numbered {
			t.Errorf("%d operations, %d read, %d to be looked up; want %d", len(b.ops), len(b.prepared), len(b.concerns.ids), want)
		}
	}
}

// What a tablet brings home of a day is one part, so that nobody rests in it; and a transaction takes those of two workers.
func aDayIsOnePart(t *testing.T, p *pushed, _ *instrument.Instrument) {
	for range 30 {
		p.ops = append(p.ops, visitWith(2))
	}
	numbered(p.ops...)
	day := p.part(calmWork)
	if len(day.prepared) != 30 || day.work > calmWork {
		t.Fatalf("%d of 30 visits in the first part, %d elements", len(day.prepared), day.work)
	}
	q := NewQueue()
	var days []*batch
	for _, who := range []string{"x", "y"} {
		b := *day
		b.sender = tabletOf(who)
		days = append(days, &b)
	}
	enqueue(t, q, days...)
	if group := q.next(); len(group) != 2 {
		t.Errorf("%d of 2 in the first transaction", len(group))
	}
}

func roundOf(in *instrument.Instrument) int {
	for _, q := range in.Form.Root.Children {
		if q.Name == "children" {
			return q.RoundSize()
		}
	}
	return 0
}

// What one record, or one push, may not expand to is kept as it came, and costs next to nothing.
func tooMuchIsKeptCheaply(t *testing.T, p *pushed, in *instrument.Instrument) {
	most := survey.MostWork / roundOf(in)
	for range 60 {
		p.ops = append(p.ops, visitWith(2000))
	}
	p.ops = append(p.ops, visitWith(most+1), visitWith(2))
	numbered(p.ops...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	receipts, err := Accept(t.Context(), p.app, p.intake, p.sender, p.ops)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range receipts[:61] {
		if r.Status != Quarantined || r.Code != problem.TooMuch {
			t.Fatalf("operation %d: %s %s", i+1, r.Status, r.Code)
		}
	}
	if r := receipts[61]; r.Status != Stored {
		t.Errorf("its neighbour: %s %s", r.Status, r.Code)
	}
	if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 600 { // all that was read and thrown away again
		t.Errorf("%d MB", spent)
	}
	var raw string
	row := p.app.DB().NewQuery(`SELECT raw FROM submissions WHERE seq=1`)
	if err := row.Row(&raw); err != nil || raw != string(p.ops[0].Raw) {
		t.Errorf("kept %d bytes of %d, %v", len(raw), len(p.ops[0].Raw), err)
	}
}

// The budget of a whole push is told record by record; a task in it is not concerned.
func pushHasABudget(t *testing.T, p *pushed, in *instrument.Instrument) {
	each := (mostWork/4 - 1000) / roundOf(in) % (survey.MostWork / roundOf(in))
	for range mostWork/(each*roundOf(in)) + 3 {
		p.ops = append(p.ops, visitWith(each))
	}
	p.ops = append(p.ops, Operation{Op: OpTask, ID: uuid.NewString()}, visitWith(0))
	numbered(p.ops...)
	var codes []problem.Code
	for p.rest < len(p.ops) {
		b := p.part(groupWork)
		for _, d := range b.prepared {
			codes = append(codes, d.code)
		}
	}
	first := slices.Index(codes, problem.TooMuch)
	if first < 0 || first < mostWork/(each*roundOf(in))-1 || codes[len(codes)-2] != "" {
		t.Errorf("codes %v", codes)
	}
}
