package grid

import (
	"context"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/tabular"
)

// listColumns are those of a list of area codes.
var listColumns = []tabular.Column{
	{Name: "code", Headers: []string{"代码", "区划代码", "网格代码", "编码", "adcode", "area code"}, Needed: true},
	{Name: "name", Headers: []string{"名称", "区划名称", "网格名称", "area name"}, Needed: true},
	{Name: "level", Headers: []string{"层级", "级别"}},
	{Name: "expected_households", Headers: []string{"应访户数", "户数", "households"}},
}

// ImportList reads a list of area codes without boundaries, .xlsx or .csv, and writes its areas, all or none. Boundaries
// that are there stay. With check it only looks. It returns the headers that it did not read, and fails with
// survey.Problems when the list has mistakes or is empty.
func ImportList(ctx context.Context, app core.App, path string, check bool, by string, now time.Time) (Imported, []string, error) {
	codes, err := CodesOf(collections.Read(app))
	if err != nil {
		return Imported{}, nil, err
	}
	l := list{importer: importer{codes: codes, seen: map[string]int{}}}
	ignored, err := tabular.Read(path, listColumns, l.row)
	switch {
	case err != nil:
		return Imported{}, ignored, err
	case len(l.problems) > 0:
		return Imported{}, ignored, l.problems
	case len(l.areas) == 0:
		return Imported{}, ignored, tabular.Empty()
	}
	n, err := save(ctx, app, l.areas, codes, check, by, now)
	return n, ignored, err
}

// list gathers the areas and the problems of one list.
type list struct{ importer }

// row takes one line of the list. A code is checked as that of a feature is.
func (l *list) row(r tabular.Row) error {
	before := len(l.problems)
	code := r.Get("code")
	if city, ok := strings.CutSuffix(code, "00"); ok && len(code) == 6 {
		code = city // GB/T 2260 writes a city with six digits
	}
	a := Area{Code: l.code(r.Number, map[string]any{"code": code}), Name: r.Get("name")}
	a.Level = l.level(r.Number, a.Code, r.Get("level"))
	if a.Name == "" {
		l.report(r.Number, "name", "area.name_missing", "")
	}
	if said := r.Get("expected_households"); said != "" {
		var ok bool
		if a.ExpectedHouseholds, ok = wholeNumber(said); !ok {
			l.report(r.Number, "expected_households", "area.households_number", said)
		}
	}
	if len(l.problems) == before {
		l.areas = append(l.areas, a)
	}
	for i := before; i < len(l.problems); i++ {
		p, texts := &l.problems[i], problemTexts[l.problems[i].Code]
		*p = r.Problem(p.Code, p.Column, texts[0], texts[1])
	}
	return nil
}

// Unknown is the first of some codes that no area has or lies below; "" when there is none.
func Unknown(db collections.DB, codes []string) (string, error) {
	for _, code := range codes {
		var one int
		known, err := collections.One(db, `SELECT 1 FROM areas WHERE code>=? AND code<? LIMIT 1`, []any{code, code + "~"}, &one)
		if err != nil {
			return "", err
		}
		if code == "" || !known {
			return code, nil
		}
	}
	return "", nil
}
