package devicesync

import (
	"doorstep/collections"
	"doorstep/internal/access"
)

// phase is one part of a walk: the rows of a collection that where selects, in the order of their ids. In a crossing it
// may be about rows that leave, and about what the feed said of them (rows of changes, in the order of seq).
type phase struct {
	collection string
	where      string
	args       []any
	op         string
}

// newestVersion selects the versions that tablets work with: of each form the one published last.
const newestVersion = `status='published' AND NOT EXISTS (SELECT 1 FROM forms n WHERE n.form_id=forms.form_id AND n.status='published'
	AND (n.published_at>forms.published_at OR n.published_at=forms.published_at AND (n.created, n.id)>(forms.created, forms.id)))`

// scope is everything that the worker is meant to see, in the order in which a first sync wants it: what is needed to
// begin first. Merged households and persons stay as pointers to what they were merged into.
func (p *puller) scope() []phase {
	all := []phase{
		{collections.Forms, newestVersion, nil, collections.Upsert},
		{collections.Campaigns, `status='open'`, nil, collections.Upsert},
		{collections.Tasks, `assignee=? AND status='open'`, []any{p.actor.ID}, collections.Upsert},
	}
	for _, table := range p.library.Tables() {
		all = append(all, phase{table, `worker=?`, []any{p.actor.ID}, collections.Upsert})
	}
	return append(all, placed(withAbove(p.actor.Territory), access.Ranges(p.actor.Territory), collections.Upsert)...)
}

// placed is the part of a scope that a territory decides.
func placed(areas, ranges []access.Range, op string) []phase {
	named, codes := inside(`code`, areas)
	where, args := inside(`area`, ranges)
	return []phase{
		{collections.Areas, named, codes, op},
		{collections.Households, where, args, op},
		{collections.Persons, where, args, op},
	}
}

// crossing is the way from a former territory to the present one: what left before what entered, since a record may have
// moved from the one part into the other. What is told of a leave is only what was there before the territory was given up:
// what came later was never on the tablet, and is nothing for it to know.
func (p *puller) crossing(f former) []phase {
	oldAreas, newAreas := withAbove(f.territory), withAbove(p.actor.Territory)
	old, now := access.Ranges(f.territory), access.Ranges(p.actor.Territory)
	gone := minus(old, now)
	where, args := inside(`target`, gone)
	feed := phase{collections.Changes, `(` + where + `) AND op!='upsert' AND first<=?`, append(args, f.until), collections.Leave}
	leaving := placed(minus(oldAreas, newAreas), gone, collections.Leave)
	for i := range leaving {
		ph := &leaving[i]
		column := `area`
		if ph.collection == collections.Areas {
			column = `code`
		}
		ph.where = `(` + ph.where + `) AND NOT EXISTS (SELECT 1 FROM changes c WHERE c.record="` + ph.collection + `".id AND c.collection=? AND c.target="` + ph.collection + `".` + column + ` AND c.first>?)`
		ph.args = append(ph.args, ph.collection, f.until)
	}
	all := append([]phase{feed}, leaving...)
	return append(all, placed(minus(newAreas, oldAreas), minus(now, old), collections.Upsert)...)
}

// documents makes the data of each registry collection.
var documents = map[string]string{
	collections.Forms:      `json_object('form_id',form_id,'version',version,'title',title,'status',status,'table',tablename,'md5',md5,'published_at',published_at)`,
	collections.Campaigns:  `json_object('name',name,'form',form,'round',round,'starts',starts,'ends',ends,'status',status,'territory',json(COALESCE(territory,'[]')))`,
	collections.Areas:      `json_object('code',code,'name',name,'level',level,'parent',parent,'expected_households',expected_households,'boundary',json(COALESCE(boundary,'null')))`,
	collections.Tasks:      `json_object('kind',kind,'title',title,'household',household,'person',person,'collection',collection,'record',record,'form',form,'area',area,'due',due,'status',status,'priority',priority,'note',note,'issues',json(COALESCE(issues,'[]')))`,
	collections.Households: `json_object('address',address,'house_code',CASE WHEN sealed='' THEN house_code ELSE '' END,'head_name',head_name,'phone',phone,'residents',residents,'area',area,'area_method',area_method,'location',json(location),'accuracy_m',accuracy_m,'merged_into',merged_into)`,
	collections.Persons:    `json_object('name',name,'sex',sex,'birth_date',birth_date,'id_type',id_type,'id_number',id_number,'phone',phone,'household',household,'relation',relation,'area',area,'merged_into',merged_into)`,
}
