package devicesync

import (
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// phase is one part of a walk: rows of a collection, in the order of their ids, or, where a territory decides, of their places
// and ids. In a crossing it may be about rows that leave, and about what the feed said of them (rows of changes, in the
// order of seq).
type phase struct {
	collection string
	place      string // column with the area code; "" where no territory decides
	ranges     []territory.Range
	where      string
	args       []any
	op         string
}

// position is how far a phase has been read.
type position = territory.Position

// listed is a row of a phase, without its data.
type listed struct {
	at  position
	rev int64
	row int64 // its number in the table
}

// each calls visit for the rows after a position; most of 0 is all of them.
func (ph phase) each(db collections.DB, after position, most int, visit func(listed)) error {
	scan := func(rows *sql.Rows) error {
		var l listed
		err := rows.Scan(&l.at.Place, &l.at.ID, &l.rev, &l.row)
		visit(l)
		return err
	}
	if ph.place != "" {
		return territory.Rows{Columns: ph.place + `, id, rev, rowid`, From: `"` + ph.collection + `"`, Place: ph.place, ID: `id`,
			Ranges: ph.ranges, Where: ph.where, Args: ph.args, After: after, Limit: most}.Each(db, scan)
	}
	if most == 0 {
		most = -1
	}
	query := `SELECT '', id, rev, rowid FROM "` + ph.collection + `" WHERE ` + ph.where + ` AND id>? ORDER BY id LIMIT ?`
	return collections.Each(db, query, append(slices.Clone(ph.args), after.ID, most), scan)
}

// condition returns the SQL condition that a row of the phase meets, for rows that are found by their ids, and its arguments.
func (ph phase) condition() (where string, args []any) {
	if ph.place == "" {
		return ph.where, ph.args
	}
	return territory.Within("+"+ph.place, ph.ranges)
}

// newestVersion selects the versions that tablets work with: of each form the one published last.
const newestVersion = `status='published' AND NOT EXISTS (SELECT 1 FROM forms n WHERE n.form_id=forms.form_id AND n.status='published'
	AND (n.published_at>forms.published_at OR n.published_at=forms.published_at AND (n.created, n.id)>(forms.created, forms.id)))`

// scope is everything that the worker is meant to see, in the order in which a first sync wants it: what is needed to
// begin first. Merged households and persons stay as pointers to what they were merged into.
func (p *puller) scope() []phase {
	all := []phase{
		{collection: collections.Forms, where: newestVersion, op: collections.Upsert},
		{collection: collections.Campaigns, where: `status='open'`, op: collections.Upsert},
		{collection: collections.Tasks, where: `assignee=? AND status='open'`, args: []any{p.actor.ID}, op: collections.Upsert},
	}
	for _, table := range p.library.Tables() {
		all = append(all, phase{collection: table, where: `worker=?`, args: []any{p.actor.ID}, op: collections.Upsert})
	}
	return append(all, placed(territory.WithAbove(p.actor.Territory), territory.Of(p.actor.Territory), collections.Upsert)...)
}

// placed is the part of a scope that a territory decides.
func placed(areas, ranges []territory.Range, op string) []phase {
	return []phase{
		{collection: collections.Areas, place: `code`, ranges: areas, op: op},
		{collection: collections.Households, place: `area`, ranges: ranges, op: op},
		{collection: collections.Persons, place: `area`, ranges: ranges, op: op},
	}
}

// crossing is the way from a former territory to the present one: what left before what entered, since a record may have
// moved from the one part into the other. What is told of a leave is only what was there before the territory was given up:
// what came later was never on the tablet, and is nothing for it to know.
func (p *puller) crossing(f former) []phase {
	oldAreas, newAreas := territory.WithAbove(f.territory), territory.WithAbove(p.actor.Territory)
	old, now := territory.Of(f.territory), territory.Of(p.actor.Territory)
	gone := territory.Minus(old, now)
	feed := phase{collection: collections.Changes, ranges: gone, where: `c.op!='upsert' AND c.first<=?`, args: []any{f.until},
		op: collections.Leave}
	leaving := placed(territory.Minus(oldAreas, newAreas), gone, collections.Leave)
	for i := range leaving {
		ph := &leaving[i]
		ph.where = `NOT EXISTS (SELECT 1 FROM changes c WHERE c.record="` + ph.collection + `".id AND c.collection=? AND c.target="` +
			ph.collection + `".` + ph.place + ` AND c.first>?)`
		ph.args = []any{ph.collection, f.until}
	}
	all := append([]phase{feed}, leaving...)
	return append(all, placed(territory.Minus(newAreas, oldAreas), territory.Minus(now, old), collections.Upsert)...)
}

// documents makes the data of each registry collection.
var documents = map[string]string{
	collections.Forms: `json_object('form_id',form_id,'version',version,'title',title,'status',status,'table',tablename,'md5',md5,` +
		`'published_at',published_at)`,
	collections.Campaigns: `json_object('name',name,'form',form,'round',round,'starts',starts,'ends',ends,'status',status,'territory',` +
		`json(COALESCE(territory,'[]')))`,
	collections.Areas: `json_object('code',code,'name',name,'level',level,'parent',parent,'expected_households',expected_households,` +
		`'boundary',json(COALESCE(boundary,'null')))`,
	collections.Tasks: `json_object('kind',kind,'title',title,'household',household,'person',person,'collection',collection,'record',` +
		`record,'form',form,'area',area,'due',due,'status',status,'priority',priority,'campaign',campaign,'target',target,'note',note,'issues',` +
		`json(COALESCE(issues,'[]')))`,
	collections.Households: `json_object('address',address,'house_code',CASE WHEN sealed='' THEN house_code ELSE '' END,'head_name',` +
		`head_name,'phone',phone,'residents',residents,'area',area,'area_method',area_method,'location',json(location),'accuracy_m',accuracy_m,` +
		`'sample_id',sample_id,'stratum',stratum,'cluster',cluster,'attempts',json(COALESCE(attempts,'{}')),'merged_into',merged_into)`,
	collections.Persons: `json_object('name',name,'sex',sex,'birth_date',birth_date,'id_type',id_type,'id_number',id_number,'phone',phone,` +
		`'household',household,'relation',relation,'area',area,'last_record',last_record,'merged_into',merged_into)`,
}
