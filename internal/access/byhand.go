package access

import (
	"slices"

	"doorstep/collections"
)

// Hand is the rule for writing a collection by hand: over REST and in the console, outside of intake.
type Hand struct {
	Do     Action            // its reach must hold the row as it was and as it will be
	Lies   string            // column with the area, or with a list of areas, all of which count; "" for no place
	Fixed  []string          // columns that only stages change
	Draws  []string          // columns that only who may do ImportAreas changes
	Refers map[string]string // column that names a row → its collection, "" where the column "collection" says which
	Why    string
}

// ByHand is the rule of each collection. Of what is not listed nobody but an operator writes by hand.
var ByHand = map[string]Hand{
	collections.Areas: {Do: EditArea, Lies: "area", Fixed: []string{"code", "area", "level", "parent"}, Draws: []string{"boundary"},
		Why: "the code is the place: another code moves ground and records to another manager; a border has two sides"},
	collections.Campaigns: {Do: EditCampaign, Lies: "territory",
		Why: "hold_policy decides what nobody reviews; who covers a part of the territory does not decide for the rest"},
	collections.Households: {Do: EditRegister, Lies: "area", Fixed: []string{"merged_into", "source", "attempts"},
		Why: "merging is a decision on a pair, which asks both sides; a move needs reach over both places"},
	collections.Persons: {Do: EditRegister, Lies: "area", Fixed: []string{"merged_into", "source", "last_record"},
		Refers: map[string]string{"household": collections.Households},
		Why:    "as households; and nobody is put into a dwelling that the actor does not see"},
	collections.Tasks: {Do: AssignWork, Lies: "area", Fixed: []string{"kind", "created_by", "confirmed_by", "confirmed_at"},
		Refers: map[string]string{"assignee": collections.Workers, "household": collections.Households, "person": collections.Persons,
			"record": ""},
		Why: "work goes to the own workers alone, and a task shows its assignee what it refers to"},
	collections.Workers: {Do: ManageWorker, Lies: "territory",
		Why: "a colleague reaches no further than who enters them"},
	Records: {Do: EditRecord, Fixed: []string{"worker"},
		Why: "intake finds the place and asks for it; another worker's name would move the record, and let its author review it"},
	"retention_policies": {Do: SetRetention,
		Why: "a policy only reports what is due; each manager erases in the own territory"},
}

// Records stands in ByHand for the collections of forms.
const Records = "(records)"

// Row is what a row says in a column.
type Row func(column string) string

// Blocked finds the column that keeps the actor from writing a row by hand: before is nil for a new one. It is "" where
// nothing does, and "id" where the row as it was is out of reach or nobody writes the collection. A row that does not
// exist is refused like one out of reach.
func (a Actor) Blocked(db collections.DB, collection string, before, after Row) (column string, err error) {
	if a.Role == Operator {
		return "", nil
	}
	rule, listed := ByHand[collection]
	allowed, err := a.Allowed(db, rule.Do)
	switch {
	case err != nil:
		return "", err
	case !listed || !allowed, before != nil && !a.reaches(rule, before):
		return "id", nil
	case !a.reaches(rule, after):
		return rule.Lies, nil
	}
	for _, column := range rule.Fixed {
		if before != nil && before(column) != after(column) {
			return column, nil
		}
	}
	if collection == collections.Tasks {
		if column := staged(before, after); column != "" {
			return column, nil
		}
	}
	if column, err := a.drawn(db, rule, before, after); column != "" || err != nil {
		return column, err
	}
	return a.refersOut(db, rule, before, after)
}

// drawn finds a changed border that the actor may not draw.
func (a Actor) drawn(db collections.DB, rule Hand, before, after Row) (string, error) {
	for _, column := range rule.Draws {
		if before != nil && before(column) == after(column) {
			continue
		}
		if allowed, err := a.Allowed(db, ImportAreas); !allowed || err != nil {
			return column, err
		}
	}
	return "", nil
}

// staged finds the column of a task that has a way of its own: intake opens a mandatory report, and who ends one says what was done;
// re-interviews are drawn, and are not given to who was there first.
func staged(before, after Row) string {
	said := func(r Row, column string) string {
		if r == nil {
			return ""
		}
		return r(column)
	}
	report := func(r Row) bool { return said(r, "kind") == "follow_up" && said(r, "priority") == "urgent" }
	switch {
	case report(before) != report(after):
		return "priority"
	case report(before) && (before("status") != "open" || after("status") != "open"), before == nil && after("confirmed_by") != "":
		return "status"
	case after("kind") == "recheck" && said(before, "assignee") != after("assignee"):
		return "assignee"
	}
	return ""
}

// reaches reports whether the actor covers every area that a row lies in.
func (a Actor) reaches(rule Hand, row Row) bool {
	if rule.Lies == "" {
		return true
	}
	areas := []string{row(rule.Lies)}
	if rule.Lies == "territory" {
		areas = ParseTerritory(areas[0])
	}
	return len(areas) > 0 && !slices.ContainsFunc(areas, func(area string) bool { return !a.May(rule.Do, area, "") })
}

// refersOut finds a changed column that names a row out of reach.
func (a Actor) refersOut(db collections.DB, rule Hand, before, after Row) (string, error) {
	for column, collection := range rule.Refers {
		id := after(column)
		if collection == "" {
			collection = after("collection")
		}
		if id == "" || before != nil && before(column) == id && before("collection") == after("collection") {
			continue
		}
		area, found, err := areaOf(db, collection, id)
		if err != nil || !found || !a.May(rule.Do, area, "") {
			return column, err
		}
	}
	return "", nil
}

// areaOf reads where a row lies; found is false too for a collection that no row may refer to.
func areaOf(db collections.DB, collection, id string) (area string, found bool, err error) {
	if !slices.Contains([]string{collections.Workers, collections.Households, collections.Persons}, collection) {
		var one int
		if known, err := collections.One(db, `SELECT 1 FROM forms WHERE tablename=? AND tablename!='' LIMIT 1`, []any{collection},
			&one); !known || err != nil {
			return "", false, err
		}
	}
	found, err = collections.One(db, `SELECT area FROM "`+collection+`" WHERE id=?`, []any{id}, &area)
	return area, found, err
}
