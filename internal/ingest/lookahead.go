package ingest

import (
	"database/sql"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
)

// lookahead is what one look at the database tells all operations of a transaction: most are new, and need no look of
// their own. It lives as long as the transaction. The empty one foresees nothing.
type lookahead struct {
	looked    bool
	mentioned map[string]bool           // ids that anything stored is about, of those in the transaction
	last      map[string]int64          // highest operation number by tablet
	open      map[string][]openCampaign // by form
	policies  map[string]string
	rules     map[string]string // of revisits, by campaign
	areas     *grid.Index       // nil until a record is placed
	released  int               // edits that had waited for what they edit
}

// concerns is what a batch is looked up by.
type concerns struct {
	ids      []string
	tables   []string // of forms, each once
	numbered bool     // some operation has a number of its tablet
}

// add takes note of an operation that was read, and not judged yet.
func (c *concerns) add(d *prepared) {
	c.ids = append(c.ids, d.op.instance())
	c.numbered = c.numbered || d.op.Seq > 0
	if d.form == nil || d.form.Status == instrument.Draft {
		return
	}
	if table := d.form.Layout.Main().Name; !slices.Contains(c.tables, table) {
		c.tables = append(c.tables, table)
	}
}

// lookAhead looks for everything that is stored about the ids in some batches. After an error each operation must look for
// itself.
func lookAhead(db collections.DB, group []*batch) (*lookahead, error) {
	f := &lookahead{looked: true, mentioned: map[string]bool{}, last: map[string]int64{}}
	var ids []string
	tables := map[string]bool{}
	for _, b := range group {
		ids = append(ids, b.concerns.ids...)
		for _, table := range b.concerns.tables {
			tables[table] = true
		}
		if err := f.number(db, b); err != nil {
			return nil, err
		}
	}
	list := collections.JSONList(ids)
	const among = ` IN (SELECT value FROM json_each(?))`
	if err := f.note(db, `SELECT instance FROM submissions WHERE instance`+among+` UNION ALL SELECT record FROM submissions
		WHERE record`+among+`
		UNION ALL SELECT deprecated FROM submissions WHERE deprecated!='' AND deprecated`+among, list, list,
		list); err != nil {
		return nil, err
	}
	for table := range tables {
		if err := f.note(db, `SELECT id FROM "`+table+`" WHERE id`+among, list); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// number finds the highest operation number of a batch's tablet.
func (f *lookahead) number(db collections.DB, b *batch) error {
	device := b.sender.Device
	if _, known := f.last[device]; known || device == "" || !b.concerns.numbered {
		return nil
	}
	var last int64
	_, err := collections.One(db, `SELECT COALESCE(MAX(seq),0) FROM submissions WHERE device=? AND device!='' AND seq>0`, []any{device}, &last)
	f.last[device] = last
	return err
}

func (f *lookahead) note(db collections.DB, query string, args ...any) error {
	return collections.Each(db, query, args, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		f.mentioned[id] = true
		return err
	})
}

// fresh tells that nothing is stored about an operation's id, nor under its number.
func (f *lookahead) fresh(device string, d *prepared) bool {
	return f.looked && !f.mentioned[d.op.instance()] && (d.op.Seq <= 0 || d.op.Seq > f.last[device])
}

// stored takes note of an operation that is stored now.
func (f *lookahead) stored(device string, d *prepared) {
	if !f.looked {
		return
	}
	f.last[device] = max(f.last[device], d.op.Seq)
	for _, id := range []string{d.op.ID, d.op.instance(), d.op.Corrects} {
		f.mentioned[id] = true
	}
	if d.inst != nil {
		f.mentioned[d.inst.DeprecatedID] = true
	}
}

// openCampaign is one whose records may come.
type openCampaign struct {
	id        string
	territory access.Actor
}

// campaignOf is the open campaign of a form for an area, the first of several; "" for none. Of a record that could not be placed the
// area is a large one: then it is a campaign for a part of it.
func (f *lookahead) campaignOf(db collections.DB, form, area string) (string, error) {
	all, known := f.open[form]
	if !known {
		const query = `SELECT id, COALESCE(territory,'[]') FROM campaigns WHERE form=? AND status='open' ORDER BY created, id`
		var err error
		all, err = collections.All(db, query, []any{form}, func(rows *sql.Rows, c *openCampaign) error {
			var territory string
			err := rows.Scan(&c.id, &territory)
			c.territory.Territory = access.ParseTerritory(territory)
			return err
		})
		if err != nil {
			return "", err
		}
		if f.open == nil {
			f.open = map[string][]openCampaign{}
		}
		f.open[form] = all
	}
	for _, c := range all {
		within := func(code string) bool { return strings.HasPrefix(code, area) }
		codes := c.territory.Territory
		if len(codes) == 0 || c.territory.Covers(area) || slices.ContainsFunc(codes, within) {
			return c.id, nil
		}
	}
	return "", nil
}

// policy is which records of a form a campaign holds for review; "" for an unknown campaign, and for one of another form
// or territory, which decides nothing here.
func (f *lookahead) policy(db collections.DB, campaign, form, area string) (string, error) {
	if f.policies == nil {
		f.policies = map[string]string{}
	}
	said, err := remembered(f.policies, campaign, db, `SELECT hold_policy || ' ' || form || ' ' || COALESCE(territory,'[]') FROM campaigns
		WHERE id=?`)
	if err != nil || said == "" {
		return "", err
	}
	parts := strings.SplitN(said, " ", 3)
	territory := access.ParseTerritory(parts[2])
	if parts[1] != form || len(territory) > 0 && !(access.Actor{Territory: territory}).Covers(area) {
		return "", nil
	}
	return parts[0], nil
}

func remembered(known map[string]string, key string, db collections.DB, query string) (string, error) {
	value, ok := known[key]
	if ok {
		return value, nil
	}
	_, err := collections.One(db, query, []any{key}, &value)
	known[key] = value
	return value, err
}
