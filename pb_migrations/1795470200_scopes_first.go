package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(scopesFirst, scopesLast)
}

// Rules that said "own, or in a place of mine" and "one of two places in mine" as they were, and so that SQLite looks up the
// reader's ranges alone: inside an OR it would try those of everybody on each row.
const (
	fieldWorker  = `(@request.auth.role = "field" && `
	office       = `((@request.auth.role = "supervisor" || @request.auth.role = "manager") && `
	myScopes     = `@collection.worker_scopes.worker ?= @request.auth.id && `
	covering     = `@collection.worker_scopes.lo ?<= area && @collection.worker_scopes.hi ?> area`
	coveringPair = `@collection.worker_scopes:b.worker ?= @request.auth.id && @collection.worker_scopes:b.lo ?<= area_b && @collection.worker_scopes:b.hi ?> area_b`
	coveringB    = `@collection.worker_scopes.lo ?<= area_b && @collection.worker_scopes.hi ?> area_b`
)

// scopeRules are the rules before and after, or after and before.
func scopeRules(back bool) (pairs []string) {
	add := func(before, after string) {
		if back {
			before, after = after, before
		}
		pairs = append(pairs, before, after)
	}
	for _, own := range []string{`worker = @request.auth.id) || `, `visit.worker = @request.auth.id) || `, `assignee = @request.auth.id) || `} {
		add(`(`+fieldWorker+own+office+`(`+myScopes+covering+`)))`, myScopes+`(`+fieldWorker+own+office+covering+`))`)
	}
	const self = `(id = @request.auth.id || `
	add(self+office+`(`+myScopes+covering+`)))`, myScopes+self+office+covering+`))`)
	add(`(`+myScopes+covering+` || `+coveringPair+`)`, `(`+myScopes+`(`+covering+` || `+coveringB+`))`)
	return pairs
}

func scopesFirst(app core.App) error {
	// Whoever has no territory still has what is their own: a range that holds no place lets the rule find them.
	if _, err := app.DB().NewQuery(`INSERT INTO worker_scopes (id, worker, lo, hi) SELECT 'none-'||id, id, '-', '-' FROM workers WHERE id NOT IN (SELECT worker FROM worker_scopes)`).Execute(); err != nil {
		return err
	}
	return replaceRules(app, strings.NewReplacer(scopeRules(false)...))
}

func scopesLast(app core.App) error {
	if err := replaceRules(app, strings.NewReplacer(scopeRules(true)...)); err != nil {
		return err
	}
	_, err := app.DB().NewQuery(`DELETE FROM worker_scopes WHERE lo='-' AND hi='-'`).Execute()
	return err
}

func replaceRules(app core.App, by *strings.Replacer) error {
	all, err := app.FindAllCollections()
	if err != nil {
		return err
	}
	for _, c := range all {
		changed := false
		for _, rule := range []*string{c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule, c.DeleteRule} {
			if rule == nil {
				continue
			}
			if now := by.Replace(*rule); now != *rule {
				*rule, changed = now, true
			}
		}
		if changed {
			if err := app.Save(c); err != nil {
				return err
			}
		}
	}
	return nil
}
