package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addCoverageCounts, dropCoverageCounts)
}

// coverageCounts are kept equal to the records of all forms by triggers, in the transaction of whatever changes a record: a
// household once for each area in which it was visited, and the records of each worker in each area. coverage_twice names the few
// households that were visited in several areas, which count once in what holds those.
var coverageCounts = []string{
	`CREATE TABLE coverage_cases (household TEXT NOT NULL, area TEXT NOT NULL, visits INTEGER NOT NULL, interviews INTEGER NOT NULL, PRIMARY KEY (household, area))`,
	`CREATE TABLE coverage_areas (area TEXT NOT NULL PRIMARY KEY, visited INTEGER NOT NULL, completed INTEGER NOT NULL)`,
	`CREATE TABLE coverage_twice (area TEXT NOT NULL, household TEXT NOT NULL, PRIMARY KEY (area, household))`,
	`CREATE TABLE coverage_work (area TEXT NOT NULL, worker TEXT NOT NULL, visits INTEGER NOT NULL, interviews INTEGER NOT NULL, returned INTEGER NOT NULL, approved INTEGER NOT NULL, PRIMARY KEY (area, worker))`,
	`CREATE INDEX idx_areas_expected ON areas (code, level, parent, name, expected_households)`,
	`CREATE TRIGGER coverage_cases_new AFTER INSERT ON coverage_cases BEGIN
		INSERT INTO coverage_areas (area, visited, completed) VALUES (NEW.area, 1, NEW.interviews>0) ON CONFLICT (area) DO UPDATE SET visited=visited+1, completed=completed+excluded.completed;
		INSERT OR IGNORE INTO coverage_twice (area, household) SELECT c.area, c.household FROM coverage_cases c WHERE c.household=NEW.household
			AND EXISTS (SELECT 1 FROM coverage_cases o WHERE o.household=NEW.household AND o.area!=NEW.area);
	END`,
	`CREATE TRIGGER coverage_cases_changed AFTER UPDATE OF interviews ON coverage_cases WHEN (OLD.interviews>0)!=(NEW.interviews>0) BEGIN
		UPDATE coverage_areas SET completed=completed+(NEW.interviews>0)-(OLD.interviews>0) WHERE area=NEW.area;
	END`,
	`CREATE TRIGGER coverage_cases_gone AFTER DELETE ON coverage_cases BEGIN
		UPDATE coverage_areas SET visited=visited-1, completed=completed-(OLD.interviews>0) WHERE area=OLD.area;
		DELETE FROM coverage_areas WHERE area=OLD.area AND visited=0;
		DELETE FROM coverage_twice WHERE area=OLD.area AND household=OLD.household;
		DELETE FROM coverage_twice WHERE (area, household) IN (SELECT c.area, c.household FROM coverage_cases c WHERE c.household=OLD.household) AND (SELECT COUNT(*) FROM coverage_cases c WHERE c.household=OLD.household)=1;
	END`,
}

func addCoverageCounts(app core.App) error { return execute(app, coverageCounts...) }

// dropCoverageCounts also drops the triggers of the forms' tables, which publishing made.
func dropCoverageCounts(app core.App) error {
	var drops []string
	err := app.NonconcurrentDB().NewQuery(`SELECT 'DROP TRIGGER "'||name||'"' FROM sqlite_master WHERE type='trigger' AND name GLOB '*_coverage_*' AND tbl_name NOT LIKE 'coverage!_%' ESCAPE '!'`).Column(&drops)
	if err != nil {
		return err
	}
	if err := execute(app, drops...); err != nil {
		return err
	}
	return execute(app, `DROP TABLE coverage_cases`, `DROP TABLE coverage_areas`, `DROP TABLE coverage_twice`, `DROP TABLE coverage_work`, `DROP INDEX idx_areas_expected`)
}
