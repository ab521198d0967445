package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addCoverageOfOutcomes, dropCoverageOfOutcomes)
}

// addCoverageOfOutcomes makes room for what pace and outcomes tell of a city. coverage_days is kept by the triggers of the forms'
// tables, which are made when the server starts. coverage_finals is made of the communities that coverage_stale names, in pieces, beside
// the work of the server: workers are told apart at the level of communities (3) alone. coverage_ranks is what outcomes meant then.
func addCoverageOfOutcomes(app core.App) error {
	all := []string{
		`CREATE TABLE coverage_days (records TEXT NOT NULL, district TEXT NOT NULL, day TEXT NOT NULL, version TEXT NOT NULL,
			code TEXT NOT NULL, visits INTEGER NOT NULL, PRIMARY KEY (records, district, day, version, code)) WITHOUT ROWID`,
		`CREATE TABLE coverage_finals (records TEXT NOT NULL, level INTEGER NOT NULL, area TEXT NOT NULL, campaign TEXT NOT NULL,
			worker TEXT NOT NULL, version TEXT NOT NULL, code TEXT NOT NULL, cases INTEGER NOT NULL,
			PRIMARY KEY (records, level, area, campaign, worker, version, code)) WITHOUT ROWID`,
		`CREATE TABLE coverage_ranks (records TEXT NOT NULL, version TEXT NOT NULL, code TEXT NOT NULL, rank INTEGER NOT NULL,
			PRIMARY KEY (records, version, code)) WITHOUT ROWID`,
		`CREATE TABLE coverage_stale (what TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (what, key)) WITHOUT ROWID`,
	}
	for table, what := range map[string]string{"households": "household", "persons": "person"} {
		mark := func(row string) string {
			return ` BEGIN INSERT INTO coverage_stale (what, key) VALUES ('` + what + `', ` + row + `.id) ON CONFLICT DO NOTHING; END`
		}
		all = append(all,
			`CREATE TRIGGER `+table+`_merged_new AFTER INSERT ON `+table+` WHEN NEW.merged_into!=''`+mark(`NEW`),
			`CREATE TRIGGER `+table+`_merged_changed AFTER UPDATE OF merged_into ON `+table+
				` WHEN OLD.merged_into IS NOT NEW.merged_into`+mark(`NEW`),
			`CREATE TRIGGER `+table+`_merged_gone AFTER DELETE ON `+table+` WHEN OLD.merged_into!=''`+mark(`OLD`))
	}
	return execute(app, all...)
}

// dropCoverageOfOutcomes also drops the triggers of the forms' tables, which the version before makes anew.
func dropCoverageOfOutcomes(app core.App) error {
	var drops []string
	err := app.NonconcurrentDB().NewQuery(`SELECT 'DROP TRIGGER "'||name||'"' FROM sqlite_master WHERE type='trigger' AND
		(name GLOB '*_coverage_*' AND tbl_name NOT LIKE 'coverage!_%' ESCAPE '!' OR name GLOB '*_merged_*')`).Column(&drops)
	if err != nil {
		return err
	}
	for _, table := range []string{`days`, `finals`, `ranks`, `stale`} {
		drops = append(drops, `DROP TABLE coverage_`+table)
	}
	return execute(app, drops...)
}
