// Package dataset decides which records and which answers belong to an export, and writes them with their codebook.
package dataset

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/seal"
)

// Formats of the tables.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// Selection says what an export holds. Its zero value selects nothing.
type Selection struct {
	Format     string            // CSV or XLSX; "" is CSV
	Labels     string            // "zh" or "en" writes the labels of choices; "" writes their codes
	Identified bool              // with names, numbers, exact places; the caller has checked that the actor may
	States     []string          // review states; none means approved only
	NoReasons  bool              // without the columns that say why an answer is missing
	Campaign   string            // id; "" is every campaign
	From, To   string            // days on which records arrived, both included; "" for no bound
	Everywhere bool              // not limited by Ranges
	Ranges     []territory.Range // area codes; none means no records
	Quasi      []string          // variables that narrow down who somebody is, "area" among them; none means those that do by themselves
	K          int               // persons that share them at least; 0 is defaultK
	Sensitive  []string          // variables that must not be learnt from that; none means those of the form
	L          int               // values that a class has of each at least; 0 is defaultL
	Suppress   bool              // make areas larger, and blank what stays rare
	Now        time.Time
	Progress   func(done, total int64) // rows; may be nil
}

// Report says what an export held.
type Report struct {
	Identified bool          `json:"identified"`
	Tables     []TableReport `json:"tables"`
	Risk       *RiskReport   `json:"risk,omitempty"` // none of an identified export
}

// TableReport says what one file held; LeftOut are the columns that the records have and the file does not.
type TableReport struct {
	Name    string   `json:"name"`
	File    string   `json:"file"`
	Rows    int64    `json:"rows"`
	Columns int      `json:"columns"`
	LeftOut []string `json:"left_out,omitempty"`
}

// Sink takes the files of an export, one after the other.
type Sink interface {
	Create(name string) (io.WriteCloser, error)
}

var reviewStates = []string{collections.Received, collections.HasIssues, collections.Returned, collections.Edited, collections.Approved,
	collections.Rejected}

// complete fills in what was left open. It fails with problem.BadParameter.
func (s Selection) complete() (Selection, error) {
	if s.Format == "" {
		s.Format = CSV
	}
	if s.Format != CSV && s.Format != XLSX {
		return s, problem.New(problem.BadParameter, "format: csv, xlsx")
	}
	if s.Labels != "" && s.Labels != "zh" && s.Labels != "en" {
		return s, problem.New(problem.BadParameter, "labels: zh, en")
	}
	if len(s.States) == 0 {
		s.States = []string{collections.Approved}
	}
	for _, state := range s.States {
		if !slices.Contains(reviewStates, state) {
			return s, problem.New(problem.BadParameter, "states: "+strings.Join(reviewStates, ", "))
		}
	}
	if _, _, err := s.days(); err != nil {
		return s, err
	}
	if s.K == 0 {
		s.K = defaultK
	}
	if s.L == 0 {
		s.L = defaultL
	}
	switch {
	case s.K < 2 || s.K > mostK:
		return s, problem.New(problem.BadParameter, fmt.Sprintf("k: 2–%d", mostK))
	case s.L < 1 || s.L > mostL:
		return s, problem.New(problem.BadParameter, fmt.Sprintf("l: 1–%d", mostL))
	case s.Suppress && s.Identified:
		return s, problem.New(problem.BadParameter, "suppress, identified: one of them")
	}
	if s.Progress == nil {
		s.Progress = func(int64, int64) {}
	}
	return s, nil
}

// Write writes one file per table of the form, the findings, the outcome rates and the codebook, in that order. All of them come from
// one snapshot of the database, and rows pass one at a time. The report tells what was written also when it fails.
func Write(ctx context.Context, app core.App, in *instrument.Instrument, sel Selection, out Sink) (Report, error) {
	sel, err := sel.complete()
	if err != nil {
		return Report{}, err
	}
	if in.Status == instrument.Draft {
		return Report{}, problem.New(problem.BadFormState, in.Status)
	}
	db, end, err := snapshot(ctx, app)
	if err != nil {
		return Report{}, err
	}
	defer end()
	if err := knownCampaign(db, in.Form.ID, sel.Campaign); err != nil {
		return Report{}, err
	}
	p, err := newPlan(db, in, sel)
	if err != nil {
		return Report{}, err
	}
	e := &exporter{ctx: ctx, db: db, sel: sel, plan: p, out: out}
	err = e.run()
	return e.report, err
}

// snapshot begins a transaction that only reads: whatever is written meanwhile stays outside of the export.
func snapshot(ctx context.Context, app core.App) (collections.DB, func() error, error) {
	pool, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return nil, nil, errors.New("export inside a transaction")
	}
	tx, err := pool.DB().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, nil, fmt.Errorf("begin the snapshot: %w", err)
	}
	return reading{tx, collections.KeysOf(app)}, tx.Rollback, nil
}

// reading is the snapshot with the keys of what is sealed in it.
type reading struct {
	*sql.Tx
	keys *seal.Keys
}

func (r reading) Keys() *seal.Keys { return r.keys }

// newKey makes the secret of one export's pseudonyms; it is forgotten with the export.
func newKey() []byte {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return key
}

type exporter struct {
	ctx    context.Context
	db     collections.DB
	sel    Selection
	plan   *plan
	out    Sink
	report Report
	done   int64
	total  int64
	risk   *risk // nil in an identified export
}

func (e *exporter) run() error {
	e.report.Identified = e.sel.Identified
	for _, t := range e.plan.tables {
		n, err := countRows(e.db, e.plan, t, e.sel)
		if err != nil {
			return fmt.Errorf("count %s: %w", t.name, err)
		}
		e.total += n
	}
	if !e.sel.Identified {
		if err := e.assess(); err != nil {
			return fmt.Errorf("look for small cells: %w", err)
		}
		risk := e.risk.report()
		e.report.Risk = &risk
	}
	for _, t := range e.plan.tables {
		if err := e.table(t); err != nil {
			return fmt.Errorf("export %s: %w", t.name, err)
		}
	}
	if err := e.findings(); err != nil {
		return fmt.Errorf("export %s: %w", findingsName, err)
	}
	for _, t := range e.needTables() {
		if err := e.write(t); err != nil {
			return fmt.Errorf("export %s: %w", t.name, err)
		}
	}
	for _, f := range e.beside() {
		if err := e.file(f.name, f.write); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

type besideFile struct {
	name  string
	write func(io.Writer) error
}

// beside is what lies beside the tables.
func (e *exporter) beside() []besideFile {
	all := []besideFile{{"outcome.csv", e.outcomes}, {"codebook.csv", e.codebookCSV}, {"codebook.json", e.codebookJSON},
		{"codebook.xml", e.codebookDDI}}
	if e.risk != nil {
		all = append(all, besideFile{"disclosure.csv", e.risk.writeCSV}, besideFile{"disclosure.json", e.risk.writeJSON},
			besideFile{"disclosure.txt", e.risk.writeText})
	}
	return all
}

func (e *exporter) file(name string, write func(io.Writer) error) error {
	w, err := e.out.Create(name)
	if err != nil {
		return err
	}
	if err := write(w); err != nil {
		return errors.Join(err, w.Close())
	}
	return w.Close()
}
