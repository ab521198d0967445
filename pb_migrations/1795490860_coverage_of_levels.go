package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addCoverageOfLevels, dropCoverageOfLevels)
}

// coverageLevels are the areas that hold a code, from the city (0) to the grid (4), and the bound of the codes below each.
func coverageLevels(code string) string {
	return `(SELECT column1 AS level, substr(` + code + `,1,column3) AS part, substr(` + code + `,1,column3)||column4 AS below
		FROM (VALUES (0,4,4,'~'),(1,6,6,'~'),(2,9,9,'~'),(3,12,12,'~'),(4,13,99,'')) WHERE length(` + code + `)>=column2)`
}

// coverageOfCase adds a case to the areas that hold it, or takes it away: to those in which its household has no other one, or no
// other one with an interview.
func coverageOfCase(row, visited, completed string) string {
	other := `NOT EXISTS (SELECT 1 FROM coverage_cases c WHERE c.household=` + row + `.household AND c.area>=part AND c.area<below
		AND c.area!=` + row + `.area`
	return `INSERT INTO coverage_areas (level, area, visited, completed, returned, approved)
		SELECT level, part, ` + visited + `*(` + other + `)), ` + completed + `*(` + other + ` AND c.interviews>0)), 0, 0 FROM ` +
		coverageLevels(row+`.area`) + ` WHERE 1
		ON CONFLICT (level, area) DO UPDATE SET visited=visited+excluded.visited, completed=completed+excluded.completed;`
}

func coverageOfWork(row, returned, approved string) string {
	return `INSERT INTO coverage_areas (level, area, visited, completed, returned, approved)
		SELECT level, part, 0, 0, ` + returned + `, ` + approved + ` FROM ` + coverageLevels(row+`.area`) + ` WHERE 1
		ON CONFLICT (level, area) DO UPDATE SET returned=returned+excluded.returned, approved=approved+excluded.approved;`
}

// addCoverageOfLevels keeps what coverage tells of each area at every level, so that a list of a city's districts costs a row each: a
// household counts once in each area that holds a visit to it, and which were visited in several areas need not be known apart.
func addCoverageOfLevels(app core.App) error {
	return execute(app,
		`DROP TRIGGER coverage_cases_new`, `DROP TRIGGER coverage_cases_changed`, `DROP TRIGGER coverage_cases_gone`,
		`DROP TABLE coverage_twice`, `DROP TABLE coverage_areas`,
		`CREATE TABLE coverage_areas (level INTEGER NOT NULL, area TEXT NOT NULL, visited INTEGER NOT NULL, completed INTEGER NOT NULL,
			returned INTEGER NOT NULL, approved INTEGER NOT NULL, PRIMARY KEY (level, area)) WITHOUT ROWID`,
		`INSERT INTO coverage_areas (level, area, visited, completed, returned, approved)
			SELECT level, part, COUNT(*), SUM(some>0), 0, 0 FROM (SELECT l.level AS level, substr(c.area,1,l.cut) AS part, SUM(c.interviews) AS some
				FROM coverage_cases c, `+coverageLevelsOf+` WHERE length(c.area)>=l.digits GROUP BY 1, 2, c.household) GROUP BY level, part`,
		`INSERT INTO coverage_areas (level, area, visited, completed, returned, approved)
			SELECT l.level, substr(w.area,1,l.cut), 0, 0, SUM(w.returned), SUM(w.approved) FROM coverage_work w, `+coverageLevelsOf+`
			WHERE length(w.area)>=l.digits AND w.returned+w.approved>0 GROUP BY 1, 2
			ON CONFLICT (level, area) DO UPDATE SET returned=excluded.returned, approved=excluded.approved`,
		`CREATE TRIGGER coverage_cases_new AFTER INSERT ON coverage_cases BEGIN `+coverageOfCase(`NEW`, `1`, `(NEW.interviews>0)`)+` END`,
		`CREATE TRIGGER coverage_cases_changed AFTER UPDATE OF interviews ON coverage_cases WHEN (OLD.interviews>0)!=(NEW.interviews>0) BEGIN `+
			coverageOfCase(`NEW`, `0`, `((NEW.interviews>0)-(OLD.interviews>0))`)+` END`,
		`CREATE TRIGGER coverage_cases_gone AFTER DELETE ON coverage_cases BEGIN `+coverageOfCase(`OLD`, `-1`, `-(OLD.interviews>0)`)+` END`,
		`CREATE TRIGGER coverage_work_new AFTER INSERT ON coverage_work WHEN NEW.returned!=0 OR NEW.approved!=0 BEGIN `+
			coverageOfWork(`NEW`, `NEW.returned`, `NEW.approved`)+` END`,
		`CREATE TRIGGER coverage_work_changed AFTER UPDATE OF returned, approved ON coverage_work
			WHEN OLD.returned!=NEW.returned OR OLD.approved!=NEW.approved BEGIN `+
			coverageOfWork(`NEW`, `NEW.returned-OLD.returned`, `NEW.approved-OLD.approved`)+` END`,
		`CREATE TRIGGER coverage_work_gone AFTER DELETE ON coverage_work WHEN OLD.returned!=0 OR OLD.approved!=0 BEGIN `+
			coverageOfWork(`OLD`, `-OLD.returned`, `-OLD.approved`)+` END`)
}

// coverageLevelsOf are the levels, with the digits of a code that lies in one and those that name it.
const coverageLevelsOf = `(SELECT column1 AS level, column2 AS digits, column3 AS cut FROM (VALUES (0,4,4),(1,6,6),(2,9,9),(3,12,12),(4,13,99))) l`

func dropCoverageOfLevels(app core.App) error {
	drops := []string{`DROP TABLE coverage_areas`}
	for _, of := range []string{`cases`, `work`} {
		for _, when := range []string{`new`, `changed`, `gone`} {
			drops = append(drops, `DROP TRIGGER coverage_`+of+`_`+when)
		}
	}
	before := append(drops,
		`CREATE TABLE coverage_areas (area TEXT NOT NULL PRIMARY KEY, visited INTEGER NOT NULL, completed INTEGER NOT NULL)`,
		`CREATE TABLE coverage_twice (area TEXT NOT NULL, household TEXT NOT NULL, PRIMARY KEY (area, household))`,
		`INSERT INTO coverage_areas (area, visited, completed) SELECT area, COUNT(*), SUM(interviews>0) FROM coverage_cases GROUP BY area`,
		`INSERT INTO coverage_twice (area, household) SELECT c.area, c.household FROM coverage_cases c
			WHERE EXISTS (SELECT 1 FROM coverage_cases o WHERE o.household=c.household AND o.area!=c.area)`)
	for _, sql := range coverageCounts {
		if len(sql) > 14 && sql[:14] == `CREATE TRIGGER` {
			before = append(before, sql)
		}
	}
	return execute(app, before...)
}
