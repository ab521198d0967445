package match

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"doorstep/internal/export"
	"doorstep/internal/identity"
)

// Files are what is written into a folder.
var Files = []string{"match.csv", "match.html"}

var head = []any{"row", "outcome", "name", "birth_date", "id_number", "person", "household", "area", "rule",
	"probability", "weight", "evidence", "differs", "earlier_row"}

// Table writes rows as CSV.
type Table struct{ csv *export.CSV }

// NewTable begins a table with its header, behind a byte order mark for Excel.
func NewTable(w io.Writer) (*Table, error) {
	c, err := export.NewCSV(w, true)
	if err != nil {
		return nil, err
	}
	return &Table{c}, c.Row(head)
}

// Row writes one row.
func (t *Table) Row(r Row) error {
	differs := make([]string, len(r.Differs))
	for i, d := range r.Differs {
		differs[i] = d.Field + ": " + d.Listed + " ≠ " + d.Known
	}
	return t.csv.Row([]any{int64(r.Number), string(r.Outcome), r.Name, r.BirthDate, r.IDNumber, r.Person, r.Household, r.Area, r.Rule,
		decimal(r.Probability, 4), decimal(r.Weight, 1), identity.InWords(r.Evidence), strings.Join(differs, "; "), blankZero(r.Earlier)})
}

// Close writes what is still buffered.
func (t *Table) Close() error { return t.csv.Close() }

// Met appends whom a row of the list was found to mean.
func (r Row) Met(people []string) []string {
	if r.Number == 0 || r.Person == "" {
		return people
	}
	return append(people, r.Person)
}

func decimal(x float64, places int) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', places, 64)
}

func blankZero(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

//go:embed match.html
var page string

// Page is the report for people: the counts, and the rows that somebody should look at.
type Page struct {
	List   string
	Counts Counts
	Looks  []Row
	More   bool
}

// mostLooks is how many rows a page shows.
const mostLooks = 500

// Take keeps a row that should be looked at.
func (p *Page) Take(r Row) {
	switch {
	case r.Outcome == Both && len(r.Differs) == 0 && r.Earlier == 0:
	case len(p.Looks) == mostLooks:
		p.More = true
	default:
		p.Looks = append(p.Looks, r)
	}
}

// Write fills in the page.
func (p *Page) Write(w io.Writer) error {
	percent := func(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }
	t, err := template.New("match").Funcs(template.FuncMap{"percent": percent, "given": given}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// given are the fields that both sides have.
func given(all []identity.Evidence) (some []identity.Evidence) {
	for _, e := range all {
		if e.Level != "missing" {
			some = append(some, e)
		}
	}
	return some
}
