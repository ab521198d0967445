package dedup

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"math"
	"slices"

	"doorstep/internal/linkage"
)

//go:embed report.html
var reportHTML string

// band is the pairs of one tenth of the probabilities.
type band struct {
	From, To float64
	Pairs    int
	Expected float64 // how many of them are one person, as the model has it
	Width    float64 // of the bar, in a hundred
}

// look is a pair that a person should look at.
type look struct {
	A, B, Decision string
	Held           bool // by rule, whatever the weights say
	Weight         float64
	Probability    float64
	Evidence       []string
}

// reportData is what the page shows. It holds ids of records, no values.
type reportData struct {
	Found  *Found
	Model  linkage.Model
	Bands  []band
	Looks  []look
	Sizes  [][2]int // clusters by their size
	Files  int
	Joined int // pairs of a cluster that a third record joins
}

// mostLooks is how many pairs the report names.
const mostLooks = 40

func (f *Found) report(w io.Writer, o Options) error {
	page, err := template.New("report").Parse(reportHTML)
	if err != nil {
		return err
	}
	d := reportData{Found: f, Model: f.Result.Model, Bands: f.bands(), Looks: f.looks(), Sizes: f.sizes(), Files: len(o.Files)}
	for _, p := range f.Result.Pairs {
		if p.Through >= 0 {
			d.Joined++
		}
	}
	return page.Execute(w, d)
}

func (f *Found) bands() []band {
	out := make([]band, 10)
	most := 1
	for i := range out {
		out[i].From, out[i].To = float64(i)/10, float64(i+1)/10
	}
	for _, p := range f.Result.Pairs {
		b := &out[min(9, int(p.Probability*10))]
		b.Pairs++
		b.Expected += p.Probability
		most = max(most, b.Pairs)
	}
	for i := range out {
		out[i].Width = 100 * math.Log1p(float64(out[i].Pairs)) / math.Log1p(float64(most))
	}
	return out
}

// decisions are those of pairs, in words.
var decisions = map[linkage.Decision]string{linkage.Link: "同一人 link", linkage.Review: "待查 review", linkage.No: "不是 no"}

// columnName is what the report calls a column: those that no list has, but are read out of others, in both languages.
func columnName(column string) string {
	if zh := map[string]string{"given name": "名", "surname": "姓", "household": "同住的人"}[column]; zh != "" {
		return zh + " " + column
	}
	return column
}

// looks are the pairs about which a decision teaches most: those nearest to even odds.
func (f *Found) looks() (out []look) {
	near := slices.Clone(f.Result.Pairs)
	slices.SortStableFunc(near, func(x, y linkage.Pair) int { return cmp.Compare(math.Abs(x.Odds), math.Abs(y.Odds)) })
	for _, p := range near[:min(mostLooks, len(near))] {
		l := look{A: f.IDs[p.A], B: f.IDs[p.B], Decision: decisions[p.Decision], Held: p.Held, Weight: f.Result.Weight(p),
			Probability: p.Probability}
		for _, e := range f.Result.Explain(p.A, p.B) {
			if e.Given {
				l.Evidence = append(l.Evidence, columnName(e.Column)+": "+words(e))
			}
		}
		out = append(out, l)
	}
	return out
}

// sizes counts the clusters by how many records they have.
func (f *Found) sizes() (out [][2]int) {
	members := map[int32]int{}
	for _, c := range f.Result.Cluster {
		members[c]++
	}
	bySize := map[int]int{}
	for _, n := range members {
		bySize[n]++
	}
	for size, n := range bySize {
		out = append(out, [2]int{size, n})
	}
	slices.SortFunc(out, func(a, b [2]int) int { return a[0] - b[0] })
	return out
}
