package grid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// houseColumns are those of a list that says in which area each house code lies.
var houseColumns = []tabular.Column{
	{Name: "house_code", Headers: []string{"房屋编码", "标准地址编码", "house code"}, Needed: true},
	{Name: "code", Headers: []string{"代码", "区划代码", "网格代码", "area", "area code"}, Needed: true},
}

// HouseCodes is what an import of house codes did, or would do.
type HouseCodes struct {
	Imported
	Mistakes survey.Problems `json:"mistakes"` // with one of these nothing is imported
	Job      string          `json:"job,omitempty"`
	Ignored  []string        `json:"ignored,omitempty"`
}

const (
	mostHouseCodes = 3_000_000
	longHouseCode  = 64
	codesAtOnce    = 2000 // rows of one transaction: tablets that sync meanwhile wait no longer than for these
)

// ImportHouseCodes reads in which area each house code lies, from an .xlsx or a .csv, and lets a job look at the records of the areas
// that it concerns. A code that is there and that the list does not name stays. It fails with survey.Problems when the list has
// mistakes, before anything is written; of a check they are in the report. After a crash the import may be made again.
func ImportHouseCodes(ctx context.Context, app core.App, f File, o Options) (HouseCodes, error) {
	r := HouseCodes{Mistakes: survey.Problems{}}
	if !tabular.Lists(f.Name) {
		return r, survey.Problems{mistake(0, "", "house_code.file", "")}
	}
	areas, err := collections.Map[string, bool](collections.Read(app), `SELECT code, active FROM areas WHERE active`)
	if err != nil {
		return r, err
	}
	l := houseList{areas: areas, said: map[string]houseRow{}}
	r.Ignored, err = tabular.ReadFrom(tabular.File{Name: f.Name, In: bytes.NewReader(f.Data)}, houseColumns, l.row)
	r.Mistakes = append(r.Mistakes, l.wrong...)
	if whole := (survey.Problems)(nil); errors.As(err, &whole) {
		r.Mistakes = append(r.Mistakes, whole...)
	} else if err != nil && !errors.Is(err, errEnough) {
		return r, err
	}
	if err == nil && len(l.said) == 0 && len(r.Mistakes) == 0 {
		r.Mistakes = append(r.Mistakes, tabular.Empty()...)
	}
	if len(r.Mistakes) > 0 && !o.Check {
		return r, r.Mistakes
	}
	return r, r.write(ctx, app, l, o)
}

type houseRow struct {
	area string
	row  int
}

// houseList is a list that is being read.
type houseList struct {
	areas map[string]bool
	said  map[string]houseRow // by house code
	wrong survey.Problems
}

// errEnough ends the reading of a list with more mistakes than anybody reads.
var errEnough = errors.New("enough mistakes")

func (l *houseList) row(r tabular.Row) error {
	code, area := r.Get("house_code"), r.Get("code")
	before, known := l.said[code]
	wrong, column, detail := "", "house_code", ""
	switch {
	case code == "" || len(code) > longHouseCode || strings.ContainsAny(code, " \t\n"):
		wrong = "house_code.code"
	case tabular.Rounded(code):
		wrong = "house_code.rounded"
	case !l.areas[area]:
		wrong, column, detail = "house_code.area", "code", area
	case known && before.area == area:
		wrong, detail = "house_code.repeated", fmt.Sprint(before.row)
	case known:
		wrong, detail = "house_code.two_areas", fmt.Sprintf("%s, %d", before.area, before.row)
	case len(l.said) >= mostHouseCodes:
		wrong = "house_code.too_many"
	}
	if wrong == "" {
		l.said[code] = houseRow{area, r.Number}
		return nil
	}
	texts := [2]string{problemTexts[wrong][0], problemTexts[wrong][1]}
	if detail != "" {
		texts[0], texts[1] = texts[0]+"："+detail, texts[1]+": "+detail
	}
	if l.wrong = append(l.wrong, r.Problem(wrong, column, texts[0], texts[1])); len(l.wrong) >= survey.MostProblems {
		return errEnough
	}
	return nil
}

// unlooked is the meta key of the areas whose records are to be looked at once an import has ended: the next import, where one did not.
const unlooked = "house_codes.unlooked"

// write stores the codes, some at a time.
func (r *HouseCodes) write(ctx context.Context, app core.App, l houseList, o Options) error {
	noted, err := collections.MetaValue(collections.Read(app), unlooked)
	if err != nil {
		return err
	}
	concerned := map[string]bool{}
	for _, area := range strings.Fields(noted) {
		concerned[area] = true
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(l.said)), codesAtOnce) {
		if o.Check {
			if err := r.store(collections.Read(app), part, l, concerned, true); err != nil {
				return err
			}
			continue
		}
		var now string
		err := collections.Write(ctx, app, func(db collections.DB) error {
			err := r.store(db, part, l, concerned, false)
			if now = strings.Join(slices.Sorted(maps.Keys(concerned)), " "); err != nil || now == noted {
				return err
			}
			return collections.SetMeta(db, unlooked, now)
		})
		if err != nil {
			return fmt.Errorf("house codes: %w", err)
		}
		noted = now
	}
	if o.Check || len(concerned) == 0 {
		return nil
	}
	return collections.Write(ctx, app, func(db collections.DB) (err error) {
		if r.Job, err = BeginJob(db, slices.Sorted(maps.Keys(concerned)), o.By, o.Now); err != nil {
			return err
		}
		if err := collections.SetMeta(db, unlooked, ""); err != nil {
			return err
		}
		return audit.Append(db, o.Now, audit.Entry{Actor: o.By, Action: "areas.house_codes", Collection: collections.HouseCodes,
			Purpose: audit.Administration, Detail: map[string]int{"added": r.Added, "changed": r.Changed, "same": r.Same}})
	})
}

// store writes a part of the codes, or only counts what that would change, and notes the areas that a code leaves or comes to.
func (r *HouseCodes) store(db collections.DB, part []string, l houseList, concerned map[string]bool, check bool) error {
	for _, code := range part {
		to := l.said[code].area
		from, err := HouseArea(db, code)
		if err != nil {
			return err
		}
		switch from {
		case to:
			r.Same++
			continue
		case "":
			r.Added++
		default:
			r.Changed++
			concerned[from] = true
		}
		concerned[to] = true
		if check {
			continue
		}
		const write = `INSERT INTO house_codes (code, area) VALUES (?,?) ON CONFLICT DO UPDATE SET area=excluded.area`
		if _, err := db.Exec(write, code, to); err != nil {
			return err
		}
	}
	return nil
}
