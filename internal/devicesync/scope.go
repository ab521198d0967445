package devicesync

import (
	"strings"

	"doorstep/collections"
	"doorstep/internal/access"
)

// phase is one collection of a worker's scope; where selects its rows.
type phase struct {
	collection string
	where      func(*puller) (string, []any)
}

// newestVersion selects the versions that tablets work with: of each form the one published last.
const newestVersion = `status='published' AND NOT EXISTS (SELECT 1 FROM forms n WHERE n.form_id=forms.form_id AND n.status='published'
	AND (n.published_at>forms.published_at OR n.published_at=forms.published_at AND (n.created, n.id)>(forms.created, forms.id)))`

// phases is the scope of a field worker, in the order in which a first sync wants it: what is needed to begin first.
func (p *puller) phases() []phase {
	all := []phase{
		{collections.Forms, func(*puller) (string, []any) { return newestVersion, nil }},
		{collections.Campaigns, func(*puller) (string, []any) { return `status='open'`, nil }},
		{collections.Tasks, func(p *puller) (string, []any) { return `assignee=? AND status='open'`, []any{p.actor.ID} }},
	}
	for _, table := range p.library.Tables() {
		all = append(all, phase{table, func(p *puller) (string, []any) { return `worker=?`, []any{p.actor.ID} }})
	}
	return append(all,
		phase{collections.Areas, (*puller).territoryAndAbove},
		phase{collections.Households, (*puller).territory},
		phase{collections.Persons, (*puller).territory},
	)
}

// territory selects rows in the worker's area; merged ones stay as pointers to what they were merged into.
func (p *puller) territory() (string, []any) {
	var parts []string
	var args []any
	for _, r := range access.Ranges(p.actor.Territory) {
		parts, args = append(parts, `area>=? AND area<?`), append(args, r.Lo, r.Hi)
	}
	if len(parts) == 0 {
		return `0`, nil
	}
	return strings.Join(parts, ` OR `), args
}

// territoryAndAbove adds the names of the areas that the territory lies in.
func (p *puller) territoryAndAbove() (string, []any) {
	where, args := p.territory()
	for _, r := range access.Ranges(p.actor.Territory) {
		for _, n := range []int{4, 6, 9, 12} {
			if n < len(r.Lo) {
				where, args = where+` OR code=?`, append(args, r.Lo[:n])
			}
		}
	}
	return where, args
}

// documents makes the data of each registry collection, one row by id.
var documents = map[string]string{
	collections.Forms:      `SELECT rev, json_object('form_id',form_id,'version',version,'title',title,'status',status,'table',tablename,'md5',md5,'published_at',published_at) FROM forms WHERE id=?`,
	collections.Campaigns:  `SELECT rev, json_object('name',name,'form',form,'round',round,'starts',starts,'ends',ends,'status',status,'territory',json(COALESCE(territory,'[]'))) FROM campaigns WHERE id=?`,
	collections.Areas:      `SELECT rev, json_object('code',code,'name',name,'level',level,'parent',parent,'expected_households',expected_households,'boundary',json(COALESCE(boundary,'null'))) FROM areas WHERE id=?`,
	collections.Tasks:      `SELECT rev, json_object('kind',kind,'title',title,'household',household,'person',person,'collection',collection,'record',record,'form',form,'area',area,'due',due,'status',status,'priority',priority,'note',note,'issues',json(COALESCE(issues,'[]'))) FROM tasks WHERE id=?`,
	collections.Households: `SELECT rev, json_object('address',address,'house_code',house_code,'head_name',head_name,'phone',phone,'residents',residents,'area',area,'area_method',area_method,'location',json(location),'accuracy_m',accuracy_m,'merged_into',merged_into) FROM households WHERE id=?`,
	collections.Persons:    `SELECT rev, json_object('name',name,'sex',sex,'birth_date',birth_date,'id_type',id_type,'id_number',id_number,'phone',phone,'household',household,'relation',relation,'area',area,'merged_into',merged_into) FROM persons WHERE id=?`,
}
