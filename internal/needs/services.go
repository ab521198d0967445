package needs

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/xpath"
)

// Service is one basic service, as the bureau's table has it.
type Service struct {
	Code     string `json:"code"`
	Position int    `json:"position"`
	NameZH   string `json:"name_zh"`
	NameEN   string `json:"name_en"`
	Basis    string `json:"basis"`    // what the entry rests on, or that the bureau has still to say so
	Rule     string `json:"rule"`     // an expression over facts: who may be entitled; "" where the bureau has not said yet
	WordsZH  string `json:"words_zh"` // the rule in words
	WordsEN  string `json:"words_en"`
	Band     string `json:"band"`     // an expression over facts that gives a text, such as the amount by age; "" for none
	Received string `json:"received"` // an expression over facts: whether it is received already; "" where nobody is asked
	Active   bool   `json:"active"`
}

// compiled is a service with its expressions ready.
type compiled struct {
	Service
	rule, received *xpath.Judgement
	band           *xpath.Expr
}

// Services is the table, ready to suggest by.
type Services []compiled

var serviceCode = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,19}$`)

// Limits of the table.
const (
	mostServices = 500
	longestCell  = 2000
)

var facts = xpath.Env{DefaultSpace: "*"}

// compile checks a service. It fails with problem.BadService, which names the column.
func (s Service) compile() (c compiled, err error) {
	c.Service = s
	if !serviceCode.MatchString(s.Code) {
		return c, badService(s.Code, "code", nil)
	}
	if strings.TrimSpace(s.NameZH) == "" {
		return c, badService(s.Code, "name_zh", nil)
	}
	for name, cell := range map[string]string{"name_zh": s.NameZH, "name_en": s.NameEN, "basis": s.Basis, "rule": s.Rule,
		"words_zh": s.WordsZH,
		"words_en": s.WordsEN, "band": s.Band, "received": s.Received} {
		if len(cell) > longestCell {
			return c, badService(s.Code, name, nil)
		}
	}
	if s.Rule != "" {
		if c.rule, err = xpath.CompileJudgement(s.Rule, facts); err != nil {
			return c, badService(s.Code, "rule", err)
		}
	}
	if s.Received != "" {
		if c.received, err = xpath.CompileJudgement(s.Received, facts); err != nil {
			return c, badService(s.Code, "received", err)
		}
	}
	if s.Band != "" {
		if c.band, err = xpath.Compile(s.Band, facts); err != nil {
			return c, badService(s.Code, "band", err)
		}
	}
	return c, nil
}

func badService(code, column string, why error) error {
	detail := code + ": " + column
	if why != nil {
		detail += ": " + why.Error()
	}
	return problem.New(problem.BadService, detail)
}

// Revision tells one table from another.
func Revision(all []Service) string {
	raw, _ := json.Marshal(all) // texts and numbers always can
	return fmt.Sprintf("%x", sha256.Sum256(raw))
}

// ListServices reads the table in its order.
func ListServices(db collections.DB) ([]Service, error) {
	return collections.All(db, `SELECT code, position, name_zh, name_en, basis, rule, words_zh, words_en, band, received, active
		FROM basic_services ORDER BY position, code`, nil, func(rows *sql.Rows, s *Service) error {
		return rows.Scan(&s.Code, &s.Position, &s.NameZH, &s.NameEN, &s.Basis, &s.Rule, &s.WordsZH, &s.WordsEN, &s.Band, &s.Received, &s.Active)
	})
}

// ReadServices reads what of the table is in force, ready to suggest by.
func ReadServices(db collections.DB) (Services, error) {
	all, err := ListServices(db)
	if err != nil {
		return nil, err
	}
	var ready Services
	for _, s := range all {
		if !s.Active {
			continue
		}
		c, err := s.compile()
		if err != nil {
			return nil, fmt.Errorf("basic_services: %w", err)
		}
		ready = append(ready, c)
	}
	return ready, nil
}

// Change is what an edit of the table does to one service.
type Change struct {
	Code string   `json:"code"`
	Name string   `json:"name"`
	What string   `json:"what"`    // new, changed, gone, same
	In   []string `json:"columns"` // that change
}

// Draft is the table as somebody wants it.
type Draft struct {
	Services []Service
	Rev      string // the revision of the table that was looked at; "" for any
	Check    bool   // only tells what would change
	By       access.Actor
}

// Edit makes the table what the draft says, or only tells what that would change. Nothing is changed where a service is wrong. It
// fails with problem.BadService, and with problem.StaleRevision where the table has changed since it was looked at.
func Edit(ctx context.Context, app core.App, d Draft, now time.Time) ([]Change, error) {
	all := d.Services
	if len(all) > mostServices {
		return nil, problem.New(problem.TooLarge, fmt.Sprintf("%d", mostServices))
	}
	seen := map[string]bool{}
	for _, s := range all {
		if _, err := s.compile(); err != nil {
			return nil, err
		}
		if seen[s.Code] {
			return nil, badService(s.Code, "code", nil)
		}
		seen[s.Code] = true
	}
	var changes []Change
	work := func(db collections.DB) (err error) {
		if changes, err = d.compare(db); err != nil || d.Check {
			return err
		}
		return d.replace(db, changes, now)
	}
	if d.Check {
		err := work(collections.Read(app))
		return changes, err
	}
	err := collections.Write(ctx, app, work)
	return changes, err
}

func (d Draft) compare(db collections.DB) ([]Change, error) {
	have, err := ListServices(db)
	if err != nil {
		return nil, err
	}
	if d.Rev != "" && d.Rev != Revision(have) {
		return nil, problem.New(problem.StaleRevision, "")
	}
	before := map[string]Service{}
	for _, s := range have {
		before[s.Code] = s
	}
	changes := []Change{}
	for _, s := range d.Services {
		c := Change{Code: s.Code, Name: s.NameZH, What: "new", In: []string{}}
		if was, known := before[s.Code]; known {
			if c.In = was.differs(s); len(c.In) == 0 {
				c.What = "same"
			} else {
				c.What = "changed"
			}
		}
		delete(before, s.Code)
		changes = append(changes, c)
	}
	for _, s := range have {
		if _, gone := before[s.Code]; gone {
			changes = append(changes, Change{Code: s.Code, Name: s.NameZH, What: "gone", In: []string{}})
		}
	}
	return changes, nil
}

// columns are the cells of a service by their names, in the order of the table.
func (s *Service) columns() ([]string, []any) {
	return []string{"name_zh", "name_en", "basis", "rule", "words_zh", "words_en", "band", "received", "active", "position"},
		[]any{s.NameZH, s.NameEN, s.Basis, s.Rule, s.WordsZH, s.WordsEN, s.Band, s.Received, s.Active, s.Position}
}

func (s Service) differs(other Service) []string {
	differ := []string{}
	names, mine := s.columns()
	_, theirs := other.columns()
	for i, name := range names {
		if mine[i] != theirs[i] {
			differ = append(differ, name)
		}
	}
	return differ
}

// replace writes the table, and who did it into the trail.
func (d Draft) replace(db collections.DB, changes []Change, now time.Time) error {
	all := d.Services
	if _, err := db.Exec(`DELETE FROM basic_services`); err != nil {
		return fmt.Errorf("empty basic_services: %w", err)
	}
	for i := range all {
		names, cells := all[i].columns()
		row := collections.Row{{Column: "code", Value: all[i].Code}}
		for k, name := range names {
			row = append(row, collections.Field{Column: name, Value: cells[k]})
		}
		row = append(row, collections.Field{Column: "updated_by", Value: d.By.ID},
			collections.Field{Column: "updated", Value: collections.Stamp(now)})
		if err := collections.Insert(db, collections.BasicServices, row); err != nil {
			return err
		}
	}
	counts := map[string]int{}
	for _, c := range changes {
		counts[c.What]++
	}
	entry := d.By.Did("services.edit")
	entry.Collection, entry.Purpose, entry.Detail = collections.BasicServices, audit.Administration, counts
	return audit.Append(db, now, entry)
}

// Ship fills the table of an installation that has never had one.
func Ship(ctx context.Context, app core.App, now time.Time) error {
	shipped, err := collections.MetaValue(collections.Read(app), shippedKey)
	if err != nil || shipped != "" {
		return err
	}
	all, err := Shipped()
	if err != nil {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		d := Draft{Services: all, By: access.Actor{Role: access.Operator}}
		changes, err := d.compare(db)
		if err != nil {
			return err
		}
		if err := d.replace(db, changes, now); err != nil {
			return err
		}
		return collections.SetMeta(db, shippedKey, collections.Stamp(now))
	})
}

// shippedKey is the meta key that notes that the table of the program was given.
const shippedKey = "basic_services.shipped"
