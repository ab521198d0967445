package testapp

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Shaped fails the test where a row has what its column cannot mean: a choice that is none of the field's, a time of another form, an
// area that is no code, a collection that is none, an action of the audit trail that is no action; or a revision of which
// the feed does not tell. SQL is held to none of that.
func (a *App) Shaped(t testing.TB) {
	t.Helper()
	all, err := a.FindAllCollections(core.CollectionTypeBase, core.CollectionTypeAuth)
	if err != nil {
		t.Error(err)
		return
	}
	for _, c := range all {
		var bad []string
		for _, f := range c.Fields {
			if rule := ruleOf(f); rule != "" {
				bad = append(bad, `WHEN `+rule+` THEN '`+f.GetName()+`: ' || "`+f.GetName()+`"`)
			}
		}
		if c.Fields.GetByName("rev") != nil {
			told := `(SELECT MAX(record_rev) FROM changes WHERE record="` + c.Name + `".id AND collection='` + c.Name + `')`
			if c.Fields.GetByName("assignee") != nil { // what is nobody's reaches no tablet
				told = `(SELECT ` + told + ` WHERE assignee!='')`
			}
			bad = append(bad, `WHEN `+told+`!=rev THEN 'rev: ' || rev || ', and the feed tells ' || `+told)
		}
		if len(bad) == 0 {
			continue
		}
		query := `SELECT id, what FROM (SELECT id, CASE ` + strings.Join(bad, " ") + ` END AS what FROM "` + c.Name + `")
			WHERE what IS NOT NULL LIMIT 3`
		err := collections.Each(collections.Read(a.TestApp), query, nil, func(rows *sql.Rows) error {
			var id, what string
			err := rows.Scan(&id, &what)
			t.Errorf("%s %s has what it cannot mean: %s", c.Name, id, what)
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// What texts of a name cannot be, in SQL, of a column @. An area is told by digits and a suffix.
const (
	noArea  = `(@ GLOB '*[^0-9A-Za-z]*' OR @ NOT GLOB '[0-9][0-9]*')`
	noTime  = `@ NOT GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9].[0-9][0-9][0-9]Z'`
	noTable = `@ NOT IN (SELECT name FROM sqlite_schema)`
)

var noName = map[string]string{
	"target":     `@ NOT GLOB 'w:*' AND @!='*' AND ` + noArea,
	"area":       `@!='' AND ` + noArea,
	"area_b":     `@!='' AND ` + noArea,
	"area_code":  `@!='' AND ` + noArea,
	"collection": `@!='' AND @ NOT IN (SELECT form_id FROM forms) AND ` + noTable,
	"action":     `(@ ='' OR @ GLOB '*[^a-z._]*' OR NOT (` + noTable + `))`,
}

// ruleOf is SQL that holds for what a field cannot mean; "" where it may be anything.
func ruleOf(f core.Field) string {
	rule := ""
	switch field := f.(type) {
	case *core.SelectField:
		if field.MaxSelect <= 1 {
			rule = `@ NOT IN ('','` + strings.Join(field.Values, `','`) + `')`
		}
	case *core.DateField, *core.AutodateField:
		rule = `@!='' AND ` + noTime
	case *core.TextField:
		rule = noName[f.GetName()]
	}
	return strings.ReplaceAll(rule, "@", `"`+f.GetName()+`"`)
}

var moment = regexp.MustCompile(`^([12]\d{3}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z)?$`)

// meant fails the test where a row that came or changed has another thing than a time where its columns tell times. Unlike Shaped it looks
// at every table, those too that SQL alone writes.
func (c Change) meant(t testing.TB) {
	t.Helper()
	for _, name := range []string{"created", "updated", "received_at", "last_used"} {
		if value := c.After[name]; !moment.MatchString(value) {
			t.Errorf("%s %s has as %s what is no time: %q", c.Table, c.Key, name, value)
		}
	}
}
