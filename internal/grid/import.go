package grid

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/survey"
)

// Imported counts what an import of areas did.
type Imported struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
}

// Import reads GeoJSON of a datum and writes its areas, all or nothing. Areas outside the territory, which is nil for
// an operator, are refused. It fails with survey.Problems when the file has mistakes.
func Import(ctx context.Context, app core.App, r io.Reader, d Datum, territory []string, check bool, by string, now time.Time) (Imported, error) {
	codes, err := CodesOf(collections.Read(app))
	if err != nil {
		return Imported{}, err
	}
	areas, err := ReadGeoJSON(r, d, codes)
	var mistakes survey.Problems
	if err != nil && !errors.As(err, &mistakes) {
		return Imported{}, survey.Problems{mistake(0, "", "area.file", err.Error())}
	}
	for i, a := range areas {
		if territory != nil && !UnderAny(a.Code, territory) {
			mistakes = append(mistakes, mistake(i+1, "code", "area.outside_territory", a.Code))
		}
	}
	if len(areas) == 0 && len(mistakes) == 0 {
		mistakes = survey.Problems{mistake(0, "", "area.none", "")}
	}
	if len(mistakes) > 0 {
		return Imported{}, mistakes
	}
	return save(ctx, app, areas, codes, check, by, now)
}

// CodesOf reads how this city writes its area codes.
func CodesOf(db collections.DB) (Codes, error) {
	suffix, err := collections.MetaValue(db, collections.GridSuffix)
	if err != nil {
		return Codes{}, err
	}
	if suffix == "" {
		suffix = DefaultSuffix
	}
	return NewCodes(suffix)
}

// Save writes areas by code and announces those that changed. An area without a boundary keeps the one that is stored.
func Save(ctx context.Context, app core.App, areas []Area, codes Codes, by string, now time.Time) (Imported, error) {
	return save(ctx, app, areas, codes, false, by, now)
}

// errOnlyLooked takes back what was written to count it.
var errOnlyLooked = errors.New("only looked")

func save(ctx context.Context, app core.App, areas []Area, codes Codes, check bool, by string, now time.Time) (Imported, error) {
	var n Imported
	err := collections.Write(ctx, app, func(db collections.DB) error {
		for _, a := range areas {
			if err := saveArea(db, a, codes, now, &n); err != nil {
				return fmt.Errorf("area %s: %w", a.Code, err)
			}
		}
		if check {
			return errOnlyLooked
		}
		return audit.Append(db, now, audit.Entry{Actor: by, Action: "areas.import", Collection: collections.Areas, Purpose: audit.Administration, Detail: n})
	})
	if errors.Is(err, errOnlyLooked) {
		err = nil
	}
	return n, err
}

func saveArea(db collections.DB, a Area, codes Codes, now time.Time, n *Imported) error {
	boundary := "null"
	if len(a.Boundary) > 0 {
		b, err := MarshalBoundary(a.Boundary)
		if err != nil {
			return err
		}
		boundary = string(b)
	}
	var name, level, stored string
	var expected int
	var rev int64
	found, err := collections.One(db, `SELECT name, level, COALESCE(boundary,'null'), expected_households, rev FROM areas WHERE code=?`, []any{a.Code}, &name, &level, &stored, &expected, &rev)
	if err != nil {
		return err
	}
	if found && len(a.Boundary) == 0 { // of a list: what it does not say stays
		boundary = stored
		if a.ExpectedHouseholds == 0 {
			a.ExpectedHouseholds = expected
		}
	}
	if found && name == a.Name && level == string(a.Level) && stored == boundary && expected == a.ExpectedHouseholds {
		n.Same++
		return nil
	}
	at := collections.Stamp(now)
	row := collections.Row{
		{Column: "name", Value: a.Name}, {Column: "level", Value: string(a.Level)}, {Column: "parent", Value: codes.Parent(a.Code)}, {Column: "area", Value: a.Code}, {Column: "boundary", Value: boundary},
		{Column: "expected_households", Value: a.ExpectedHouseholds}, {Column: "active", Value: true}, {Column: "rev", Value: rev + 1}, {Column: "updated", Value: at},
	}
	if found {
		n.Changed++
		err = collections.Update(db, collections.Areas, a.Code, row)
	} else {
		n.Added++
		err = collections.Insert(db, collections.Areas, append(collections.Row{{Column: "id", Value: a.Code}, {Column: "code", Value: a.Code}, {Column: "created", Value: at}}, row...))
	}
	if err != nil {
		return err
	}
	return collections.Announce(db, collections.Areas, a.Code, a.Code, collections.Upsert, rev+1, now)
}
