package reassign

import (
	"database/sql"
	"encoding/json"
	"reflect"
	"slices"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/seal"
	"doorstep/internal/survey"
)

// lying is where a record lies, how it came there, and how sure that is.
type lying struct {
	area, method string
	confidence   float64
}

// stated reports whether somebody said where the record lies: that holds against a point.
func (l lying) stated() bool { return l.method == "import" || l.method == string(grid.ByHand) }

// where finds the area of a record by the areas as they are now, and why. Where nothing tells, it stays where it lies, as long as
// that is an area; else it goes to the only one that lies there now, or waits unplaced in the one that held it: a then says nothing.
func (w *work) where(now lying, in grid.Input) (to lying, a grid.Assignment, err error) {
	if now.stated() {
		return w.whereStated(now, in)
	}
	if a := grid.Assign(w.index, in); a.Area != "" {
		return lying{a.Area, string(a.Method), a.Confidence}, a, nil
	}
	to, err = w.heir(now)
	return to, a, err
}

func (w *work) heir(now lying) (lying, error) {
	code, sole, err := w.successor(now.area)
	switch {
	case err != nil || code == now.area:
		return now, err
	case sole:
		return lying{code, now.method, now.confidence}, nil
	}
	return lying{code, string(grid.Unassigned), 0}, nil
}

// whereStated leaves a record where somebody put it. Of an area that was divided since, its point tells the part, and the word of who put
// it there holds for that: by all evidence a second look would find more than the first.
func (w *work) whereStated(now lying, in grid.Input) (to lying, none grid.Assignment, err error) {
	became, err := w.became(now.area)
	if err != nil {
		return now, none, err
	}
	if len(became) > 0 {
		if a := grid.Assign(w.index,
			grid.Input{HasPoint: in.HasPoint, Lon: in.Lon, Lat: in.Lat, AccuracyM: in.AccuracyM}); slices.Contains(became, a.Area) {
			return lying{a.Area, now.method, now.confidence}, none, nil
		}
	}
	to, err = w.heir(now)
	return to, none, err
}

// point is the place of a record in WGS-84, 0, 0 for none.
func point(opened seal.Row, location string) (lon, lat float64) {
	opened.Fill("location", &location)
	lon, lat, _ = collections.PointOf(location)
	return lon, lat
}

func input(lon, lat, accuracy float64) grid.Input {
	return grid.Input{HasPoint: lon != 0 || lat != 0, Lon: lon, Lat: lat, AccuracyM: accuracy}
}

// household is one that is looked at.
type household struct {
	id, location, code, source, sealed string
	accuracy                           float64
	lying
}

const householdColumns = `id, location, house_code, source, sealed, accuracy_m, area, area_method, area_confidence`

func scanHousehold(rows *sql.Rows, h *household) error {
	return rows.Scan(&h.id, &h.location, &h.code, &h.source, &h.sealed, &h.accuracy, &h.area, &h.method, &h.confidence)
}

func (w *work) households(area, after string, most int) (int, string, error) {
	all, err := collections.All(w.db, `SELECT `+householdColumns+` FROM households WHERE area=? AND id>? ORDER BY area, id LIMIT ?`,
		[]any{area, after, most}, scanHousehold)
	for _, h := range all {
		if err == nil {
			w.looking = record{collections.Households, h.id, h.area, w.at}
			_, err = w.household(h)
		}
		after = h.id
	}
	return len(all), after, err
}

// household finds where one lies, and notes that it moves. One that does not open stays.
func (w *work) household(h household) (lying, error) {
	opened, whole, err := collections.OpenWhole(w.db, collections.Households, h.id, h.sealed)
	if err != nil {
		return h.lying, err
	}
	in := grid.Input{}
	if whole {
		lon, lat := point(opened, h.location)
		in = input(lon, lat, h.accuracy)
		opened.Fill("house_code", &h.code)
		if in.HouseCode = h.code; h.code != "" {
			if in.HouseArea, err = grid.HouseArea(w.db, h.code); err != nil {
				return h.lying, err
			}
		}
	}
	to, _, err := w.where(h.lying, in)
	if err == nil {
		w.note(move{collection: collections.Households, record: h.id, from: h.lying, to: to})
	}
	return to, err
}

// visit is a record of a form that is looked at.
type visit struct {
	id, version, worker, household, location, sealed, issues string
	accuracy                                                 float64
	lying
}

const visitColumns = `m.id, m.form_version, m.worker, m.household, m.location, m.sealed, m.issues, m.accuracy_m, m.area, m.area_method, ` +
	`m.area_confidence`

func scanVisit(rows *sql.Rows, v *visit) error {
	return rows.Scan(&v.id, &v.version, &v.worker, &v.household, &v.location, &v.sealed, &v.issues, &v.accuracy, &v.area, &v.method,
		&v.confidence)
}

func (w *work) visits(table, where, key, after string, most int) (int, string, error) {
	all, err := collections.All(w.db, `SELECT `+visitColumns+` FROM "`+table+`" m WHERE `+where+` LIMIT ?`, []any{key, after, most}, scanVisit)
	for _, v := range all {
		if err == nil {
			w.looking = record{table, v.id, v.area, w.at}
			err = w.visit(table, v)
		}
		after = v.id
	}
	return len(all), after, err
}

// doubtful looks at the records of a finding. Their households may lie in areas that the job does not name.
func (w *work) doubtful(table, code, after string, most int) (int, string, error) {
	ids, err := collections.Column[string](w.db, `SELECT DISTINCT record FROM record_issues WHERE code=? AND record>? AND collection=?
		ORDER BY record LIMIT ?`, code, after, table, most)
	for _, id := range ids {
		after = id
		if err == nil {
			_, _, err = w.visits(table, `m.id=? AND m.id>?`, id, "", 1)
		}
	}
	return len(ids), after, err
}

func (w *work) visit(table string, v visit) error {
	in, known := w.Forms.ForRecord(table, v.version)
	opened, whole, err := collections.OpenWhole(w.db, table, v.id, v.sealed)
	if err != nil || !known || !whole {
		return err
	}
	said, was, err := w.said(in, v, opened)
	if err != nil {
		return err
	}
	to, a, err := w.where(v.lying, said)
	if err != nil {
		return err
	}
	if err := w.because(v, was, to, a); err != nil {
		return err
	}
	w.note(move{collection: table, record: v.id, from: v.lying, to: to, worker: v.worker, issues: findings(in, v, to, a)})
	return nil
}

// said is what a visit tells about where it was, as intake had it, and why it lies where it does. What its worker has now counts
// only where it was not noted what they had then.
func (w *work) said(in *instrument.Instrument, v visit, opened seal.Row) (said grid.Input, was grid.Why, err error) {
	lon, lat := point(opened, v.location)
	said = input(lon, lat, v.accuracy)
	if said.HouseCode, err = w.houseCode(in, v.id, opened); err != nil {
		return said, was, err
	}
	if said.HouseArea, err = grid.HouseArea(w.db, said.HouseCode); err != nil {
		return said, was, err
	}
	if said.HouseholdArea, err = w.areaOfHousehold(v.household, v.id); err != nil {
		return said, was, err
	}
	was, noted, err := grid.WhyOf(w.db, v.id, grid.Method(v.method))
	if err != nil {
		return said, was, err
	}
	if said.WorkerTerritory = was.Territory; !noted {
		said.WorkerTerritory, err = w.territory(v.worker)
	} else {
		err = w.followed(said.WorkerTerritory)
	}
	return said, was, err
}

// because stores why a visit lies where it does, where that is another reason than before.
func (w *work) because(v visit, was grid.Why, to lying, a grid.Assignment) error {
	if to != v.lying && a.Area == "" && !v.stated() { // no evidence, but what became of its area
		a.Reasons, a.Territory = []string{grid.Succeeded}, was.Territory
	} else if a.Area == "" || reflect.DeepEqual(a.Why, was) {
		return nil
	}
	return grid.Keep(w.db, v.id, a, false)
}

// findings are the issues of a visit where what is found about its place differs from what was; "" for no difference.
func findings(in *instrument.Instrument, v visit, to lying, a grid.Assignment) string {
	var issues []survey.Issue
	if json.Unmarshal([]byte(v.issues), &issues) != nil {
		return ""
	}
	next := unplaced(issues, to.method == string(grid.Unassigned), in.Location)
	if a.Area != "" {
		next = placed(next, a.Warnings, in.Location)
	}
	if slices.Equal(codesOf(issues), codesOf(next)) {
		return ""
	}
	return in.Layout.Findings(next)
}

// houseCode is the answer that the form gives to the household as its house code.
func (w *work) houseCode(in *instrument.Instrument, id string, opened seal.Row) (code string, err error) {
	t := in.Layout.Main()
	for i := range in.Entities {
		e := &in.Entities[i]
		if e.Decl.List != collections.Households || e.Table != t {
			continue
		}
		at := slices.IndexFunc(t.Columns, func(c survey.Column) bool { return slices.Equal(c.Path, e.Properties["house_code"]) })
		if at < 0 || len(e.Properties["house_code"]) == 0 {
			continue
		}
		if _, sealed := in.Layout.Sealed(t).Find(t.Columns[at].Name); sealed {
			opened.Fill(t.Columns[at].Name, &code)
			return code, nil
		}
		_, err = collections.One(w.db, `SELECT "`+t.Columns[at].Name+`" FROM "`+t.Name+`" WHERE id=?`, []any{id}, &code)
	}
	return code, err
}

// tells reports whether a household says anything of where a record was taken, as identity.Household has it.
func (h household) tells(record string) bool {
	return identity.Household{Source: h.source, AreaMethod: h.method}.Tells(record)
}

// areaOfHousehold is where the household of a visit lies by now; "" where all that is known of it came from that record. One that has not
// been looked at in this batch and may move is
// looked at first: the visit may have been found by what is wrong with it.
func (w *work) areaOfHousehold(id, record string) (string, error) {
	if id == "" {
		return "", nil
	}
	all, err := collections.All(w.db, `SELECT `+householdColumns+` FROM households WHERE id=?`, []any{id}, scanHousehold)
	if err != nil || len(all) == 0 || record != "" && !all[0].tells(record) {
		return "", err
	}
	if i := slices.IndexFunc(w.moves, func(m move) bool { return m.collection == collections.Households && m.record == id }); i >= 0 {
		return w.moves[i].to.area, nil
	}
	to, err := w.household(all[0])
	return to.area, err
}

// persons stay with their households. Whoever has none, or was placed apart, follows the area that is no more.
func (w *work) persons(area, after string, most int) (int, string, error) {
	if _, known := w.index.Area(area); known {
		return 0, after, nil
	}
	type person struct{ id, household string }
	all, err := collections.All(w.db, `SELECT id, household FROM persons WHERE area=? AND id>? ORDER BY area, id LIMIT ?`,
		[]any{area, after, most}, func(rows *sql.Rows, p *person) error { return rows.Scan(&p.id, &p.household) })
	if err != nil {
		return 0, after, err
	}
	for _, p := range all {
		after = p.id
		w.looking = record{collections.Persons, p.id, area, w.at}
		to := lying{}
		if to.area, err = w.areaOfHousehold(p.household, ""); err == nil && to.area == "" {
			to.area, _, err = w.successor(area)
		}
		if err != nil {
			return 0, after, err
		}
		w.note(move{collection: collections.Persons, record: p.id, from: lying{area: area}, to: to})
	}
	return len(all), after, nil
}
