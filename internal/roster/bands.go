package roster

import (
	"io"
	"strconv"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/export"
	"doorstep/internal/identity"
)

// Band is what an import does with somebody of a list.
type Band string

// The bands.
const (
	Linked Band = "linked" // the register has them
	Look   Band = "review" // added, with a pair for supervisors to compare
	Fresh  Band = "new"    // added
)

// Judged is what an import does with the person of a row, and why: whom the row means or may mean, by which rule or weight, and
// what it says otherwise. It holds no values of either side.
type Judged struct {
	Row         int                 `json:"row"`
	Band        Band                `json:"band"`
	Earlier     int                 `json:"earlier"` // the row of this list that means the same person; 0 for none
	Person      string              `json:"person"`
	Area        string              `json:"area"`
	Rule        string              `json:"rule"`
	Probability float64             `json:"probability"`
	Weight      float64             `json:"weight"`
	Evidence    []identity.Evidence `json:"evidence"`
	Differs     []string            `json:"differs"` // fields
}

// linked is somebody whom the register has.
func linked(l line, found identity.Found) Judged {
	j := Judged{Row: l.row.Number, Band: Linked, Person: found.ID, Area: found.Against.Area, Rule: found.Rule, Probability: 1,
		Evidence: identity.Explain(found.Against, l.person), Differs: []string{}}
	for _, f := range found.Proposed {
		j.Differs = append(j.Differs, differsAt(f.Column))
	}
	return j
}

// added is somebody new, or, with pairs, who may be somebody of the register, the likeliest first.
func added(l line, pairs []identity.Pair) Judged {
	j := Judged{Row: l.row.Number, Band: Fresh, Evidence: []identity.Evidence{}, Differs: []string{}}
	if len(pairs) > 0 {
		p := pairs[0]
		j.Band, j.Person, j.Area, j.Rule, j.Probability, j.Weight, j.Evidence = Look, p.A, p.AreaA, p.Rule, p.Score, p.Weight, p.Evidence
	}
	return j
}

// tell gives a judgement to o.Each. A person whom an earlier row of the list would add is named by that row; of a person out of the
// actor's reach it is told only that there is one.
func (n *Imported) tell(o Options, j Judged) error {
	if o.Each == nil {
		return nil
	}
	switch earlier := n.added[j.Person]; {
	case earlier > 0:
		j.Earlier, j.Person = earlier, ""
	case j.Person != "" && o.Actor.Role != access.Operator && !o.Actor.Covers(j.Area):
		j.Person, j.Area, j.Evidence = "", "", []identity.Evidence{}
	}
	return o.Each(j)
}

// add notes the row that adds somebody.
func (n *Imported) add(person string, row int) {
	if n.added == nil {
		n.added = map[string]int{}
	}
	n.added[person] = row
}

var judgedHead = []any{"row", "band", "earlier_row", "person", "area", "rule", "probability", "weight", "evidence", "differs"}

// Table writes judgements as CSV.
type Table struct{ csv *export.CSV }

// NewTable begins a table with its header, behind a byte order mark for Excel.
func NewTable(w io.Writer) (*Table, error) {
	c, err := export.NewCSV(w, true)
	if err != nil {
		return nil, err
	}
	return &Table{c}, c.Row(judgedHead)
}

// Row writes one judgement.
func (t *Table) Row(j Judged) error {
	var earlier any
	if j.Earlier > 0 {
		earlier = int64(j.Earlier)
	}
	return t.csv.Row([]any{int64(j.Row), string(j.Band), earlier, j.Person, j.Area, j.Rule, share(j.Probability, 4), share(j.Weight, 1),
		identity.InWords(j.Evidence), strings.Join(j.Differs, " ")})
}

// Close writes what is still buffered.
func (t *Table) Close() error { return t.csv.Close() }

func share(x float64, places int) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', places, 64)
}
