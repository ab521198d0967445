package openrosa

import (
	"crypto/md5"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/seal"
)

// entityList is a registry that apps get as a list of choices: the households and persons of the worker's territory, and the worker's
// own open tasks there, the same rows that native tablets pull.
type entityList struct {
	name       string
	label      string   // expression
	properties []string // name of the property and its expression, in turn
	labels     []string // columns of which the first that is not blank is the label
	campaigns  []string // whose visits count as attempts
	own        bool     // tasks: only the worker's own that are open, with the place in the label
}

// ODK keeps name for the id of an entity, so a person's name is full_name. Collect draws geometry on a map.
var entityLists = []entityList{
	{collections.Households, `CASE WHEN address!='' THEN address WHEN head_name!='' THEN head_name ELSE id END`, []string{
		"address", "address", "house_code", "house_code", "head_name", "head_name", "phone", "phone", "residents",
		`CASE WHEN residents>0 THEN residents ELSE '' END`, "area", "area",
		"sample_id", "sample_id", "stratum", "stratum", "cluster", "cluster", attemptsProperty, "",
		"geometry", `CASE WHEN area_method IN ('gps','gps_near') THEN json_extract(location,'$.lat')||' '||` +
			`json_extract(location,'$.lon')||' 0 '||accuracy_m ELSE '' END`,
	}, []string{"address", "head_name"}, nil, false},
	{collections.Persons, `CASE WHEN name!='' THEN name ELSE id END`, []string{
		"full_name", "name", "sex", "sex", "birth_date", "birth_date", "id_type", "id_type", "id_number", "id_number", "phone", "phone",
		"household", "household", "relation", "relation", "area", "area", "last_record", "last_record",
	}, []string{"name"}, nil, false},
	{collections.Tasks, `title`, []string{
		"kind", "kind", "household", "household", "person", "person", "area", "area", "due", "due",
		"priority", "priority", "target", `CASE WHEN target>0 THEN target ELSE '' END`,
		"form", "form", "campaign", "campaign", "note", "note",
	}, []string{"title"}, nil, true},
}

func findList(name string) (entityList, error) {
	for _, l := range entityLists {
		if l.name == name {
			return l, nil
		}
	}
	return entityList{}, problem.New(problem.NotFound, "list")
}

// attemptsProperty is how often somebody went to a household in the campaign of the caller.
const attemptsProperty = "attempts"

// listFor is a list as a caller gets it: attempts are of the caller's campaign, or of all that are open and of none.
func listFor(db collections.DB, c Caller, name string) (entityList, error) {
	l, err := findList(name)
	i := slices.Index(l.properties, attemptsProperty)
	if err != nil || i < 0 {
		return l, err
	}
	campaigns := []string{c.Campaign}
	if c.Campaign == AllForms {
		var open []string
		open, err = collections.Column[string](db, `SELECT id FROM campaigns WHERE status='open' ORDER BY id`)
		campaigns = append([]string{""}, open...)
	}
	l.campaigns, l.properties = campaigns, slices.Clone(l.properties)
	l.properties[i+1] = attemptsOf(campaigns)
	return l, err
}

// attemptsOf adds up the visits of some campaigns.
func attemptsOf(campaigns []string) string {
	keys := make([]string, len(campaigns))
	for i, id := range campaigns {
		keys[i] = `'` + strings.ReplaceAll(id, `'`, `''`) + `'`
	}
	return `(SELECT COALESCE(SUM(value),0) FROM json_each(COALESCE(attempts,'{}')) WHERE key IN (` + strings.Join(keys, `,`) + `))`
}

func (l entityList) header() []string {
	h := []string{"name", "label", "__version"}
	for i := 0; i < len(l.properties); i += 2 {
		h = append(h, l.properties[i])
	}
	return h
}

// rows are what an actor sees of a list: those of the territory that were not merged into another.
func (l entityList) rows(actor access.Actor, columns string) territory.Rows {
	if l.own {
		return territory.Rows{Columns: columns, From: l.name, Place: `area`, ID: `id`, Ranges: territory.Of(actor.Territory),
			Where: `assignee=? AND status='open'`, Args: []any{actor.ID}}
	}
	return territory.Rows{Columns: columns, From: l.name, Place: `area`, ID: `id`, Ranges: territory.Of(actor.Territory),
		Where: `merged_into=''`}
}

// hash is a digest over ids and revisions of what the actor sees: it changes exactly when the CSV does.
func (l entityList) hash(db collections.DB, actor access.Actor) (string, error) {
	sum := md5.New()
	fmt.Fprintln(sum, l.label, l.properties)
	err := l.rows(actor, `id, rev`).Each(db, func(rows *sql.Rows) error {
		var id string
		var rev int64
		err := rows.Scan(&id, &rev)
		fmt.Fprintln(sum, id, rev)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// ListIDs is what the actor sees of a list, in the order of its rows.
func ListIDs(db collections.DB, actor access.Actor, list string) ([]string, error) {
	l, err := findList(list)
	if err != nil {
		return nil, err
	}
	var ids []string
	err = l.rows(actor, `id`).Each(db, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// WriteList writes those rows of the list as CSV that ids names, so that nobody gets more than was recorded before; ids
// comes from ListIDs. After an error the output is not whole and must not end as if it were:
// an app deletes the rows that it lacks.
func WriteList(w io.Writer, db collections.DB, c Caller, list string, ids []string) error {
	l, err := listFor(db, c, list)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	header := l.header()
	if err := out.Write(header); err != nil {
		return err
	}
	values, row := make([]sql.NullString, len(header)), make([]string, len(header))
	var sealed string
	dest := []any{&sealed}
	for i := range values {
		dest = append(dest, &values[i])
	}
	places, err := l.places(db, c.Actor)
	if err != nil {
		return err
	}
	named := make(map[string]bool, len(ids))
	for _, id := range ids {
		named[id] = true
	}
	err = l.rows(c.Actor, l.columns()).Each(db, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if !named[values[0].String] {
			return nil // it came after the reading was recorded
		}
		for i, v := range values {
			row[i] = v.String
		}
		opened, whole, err := collections.OpenWhole(db, l.name, row[0], sealed)
		if err != nil || !whole {
			return err
		}
		l.unseal(row, opened)
		if place := places[row[0]]; place != "" {
			row[1] += " · " + place
		}
		return out.Write(row)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// columns are those that a line is made of: what is sealed, and then one for each of its cells.
func (l entityList) columns() string {
	columns := []string{"sealed", "id", l.label, "rev"}
	for i := 1; i < len(l.properties); i += 2 {
		columns = append(columns, l.properties[i])
	}
	return strings.Join(columns, ", ")
}

// unseal puts what was sealed of an entity into its line.
func (l entityList) unseal(line []string, opened seal.Row) {
	for _, column := range slices.Backward(l.labels) {
		if v, _ := opened.Get(column); v != "" {
			line[1] = v
		}
	}
	for i := 0; i < len(l.properties); i += 2 {
		cell := &line[3+i/2]
		if l.properties[i] == "geometry" {
			*cell = geometry(*cell, opened)
		} else {
			opened.Fill(l.properties[i+1], cell)
		}
	}
}

// geometry puts the sealed place before altitude and accuracy; a cell that is blank stays so.
func geometry(cell string, opened seal.Row) string {
	location, ok := opened.Get("location")
	parts := strings.SplitN(cell, " ", 3)
	var p struct{ Lat, Lon json.Number }
	if !ok || len(parts) < 3 || json.Unmarshal([]byte(location), &p) != nil {
		return cell
	}
	return p.Lat.String() + " " + p.Lon.String() + " " + parts[2]
}

type integrity struct {
	XMLName  xml.Name `xml:"data"`
	Entities struct {
		List []entityState `xml:"entity"`
	} `xml:"entities"` // there also when it is empty
}

type entityState struct {
	ID      string `xml:"id,attr"`
	Deleted bool   `xml:"deleted"`
}

const idsPerQuery = 500

// Integrity tells which of the entities that an app still holds are gone for its worker: merged, or outside of the
// territory. Ids that the server does not know are left out, they are the app's own new ones.
func Integrity(db collections.DB, actor access.Actor, list string, ids []string) ([]byte, error) {
	l, err := findList(list)
	if err != nil {
		return nil, err
	}
	answer := integrity{}
	for len(ids) > 0 {
		n := min(len(ids), idsPerQuery)
		if err := l.states(db, actor, ids[:n], &answer); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return document(answer)
}

func (l entityList) states(db collections.DB, actor access.Actor, ids []string, answer *integrity) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = strings.ToLower(strings.TrimSpace(id))
	}
	gone := `merged_into!=''`
	if l.own {
		gone, args = `assignee!=? OR status!='open'`, append([]any{actor.ID}, args...)
	}
	query := `SELECT id, area, ` + gone + ` FROM ` + l.name + ` WHERE id IN (?` + strings.Repeat(`,?`, len(ids)-1) + `) ORDER BY id`
	return collections.Each(db, query, args, func(rows *sql.Rows) error {
		var id, area string
		var gone bool
		err := rows.Scan(&id, &area, &gone)
		answer.Entities.List = append(answer.Entities.List, entityState{id, gone || !actor.Covers(area)})
		return err
	})
}
