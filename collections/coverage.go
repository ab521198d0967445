package collections

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Tables of coverage, which are no collections; SQLite itself keeps them equal to the records of all forms.
const (
	coverageCases = "coverage_cases"
	coverageAreas = "coverage_areas"
	coverageWork  = "coverage_work"
	coverageDays  = "coverage_days"
)

// countCoverage lets SQLite count the records of the forms' tables, whoever writes them. Where the condition of an interview
// has changed for a record that is there, or a table was not counted before, all are counted anew.
func countCoverage(app core.App, interviews Interviews, tables []string) error {
	return app.RunInTransaction(func(tx core.App) error {
		db, err := From(tx)
		if err != nil {
			return err
		}
		anew := false
		for _, table := range tables {
			changed, err := countTable(db, table, interviews.Of(table))
			if err != nil {
				return fmt.Errorf("count coverage of %s: %w", table, err)
			}
			anew = anew || changed
		}
		if !anew {
			return nil
		}
		return Recount(db, interviews, tables)
	})
}

// The marks between which a trigger holds the condition of an interview.
const condition, conditionEnd = `/*interview*/`, `/*until here*/`

// countTable makes the triggers of one table, and reports whether records of it count otherwise than they did.
func countTable(db DB, table, interview string) (anew bool, err error) {
	var before string
	if _, err := One(db, `SELECT sql FROM sqlite_master WHERE type='trigger' AND name=?`, []any{table + "_coverage_insert"},
		&before); err != nil {
		return false, err
	}
	triggers := coverageTriggers(table, interview)
	if before == triggers["insert"] {
		return false, nil
	}
	_, was, _ := strings.Cut(before, condition)
	if was, _, _ = strings.Cut(was, conditionEnd); was == "" {
		was = "NULL"
	}
	var one int
	if anew, err = One(db, `SELECT 1 FROM "`+table+`" WHERE COALESCE(`+interview+`,0) IS NOT (`+was+`) LIMIT 1`, nil, &one); err != nil {
		return false, err
	}
	if !strings.Contains(before, coverageDays) {
		if err := countLater(db, table); err != nil {
			return false, err
		}
	}
	for when, trigger := range triggers {
		if _, err := db.Exec(`DROP TRIGGER IF EXISTS "` + table + `_coverage_` + when + `"`); err != nil {
			return false, err
		}
		if _, err := db.Exec(trigger); err != nil {
			return false, err
		}
	}
	return anew, nil
}

func coverageTriggers(table, interview string) map[string]string {
	of := func(row string) string {
		return `(SELECT ` + condition + `COALESCE(` + interview + `,0)` + conditionEnd + ` FROM (SELECT ` + row + `.outcome AS outcome, ` + row +
			`.form_version AS form_version))`
	}
	plus := fmt.Sprintf(`INSERT INTO coverage_cases (household, area, visits, interviews) SELECT NEW.household, NEW.area, 1, %[1]s `+
		`WHERE NEW.household!='' AND NEW.review_state!='rejected'
			ON CONFLICT (household, area) DO UPDATE SET visits=visits+1, interviews=interviews+excluded.interviews;
		INSERT INTO coverage_work (area, worker, visits, interviews, returned, approved) SELECT NEW.area, NEW.worker, 1, %[1]s, `+
		`NEW.review_state='returned', NEW.review_state='approved' WHERE NEW.review_state!='rejected'
			ON CONFLICT (area, worker) DO UPDATE SET visits=visits+1, interviews=interviews+excluded.interviews, `+
		`returned=returned+excluded.returned, `+
		`approved=approved+excluded.approved;
		INSERT INTO coverage_days (records, district, day, version, code, visits) SELECT '%[2]s', %[3]s, NEW.form_version, NEW.outcome, 1 `+
		`WHERE NEW.review_state!='rejected' ON CONFLICT (records, district, day, version, code) DO UPDATE SET visits=visits+1; %[4]s`,
		of("NEW"), table, districtAndDay("NEW."), stale("NEW"))
	minus := fmt.Sprintf(`UPDATE coverage_cases SET visits=visits-1, interviews=interviews-%[1]s `+
		`WHERE household=OLD.household AND area=OLD.area AND OLD.household!='' AND OLD.review_state!='rejected';
		DELETE FROM coverage_cases WHERE household=OLD.household AND area=OLD.area AND visits=0;
		UPDATE coverage_work SET visits=visits-1, interviews=interviews-%[1]s, returned=returned-(OLD.review_state='returned'), `+
		`approved=approved-(OLD.review_state='approved') WHERE area=OLD.area AND worker=OLD.worker AND OLD.review_state!='rejected';
		DELETE FROM coverage_work WHERE area=OLD.area AND worker=OLD.worker AND visits=0;
		UPDATE coverage_days SET visits=visits-1 WHERE %[2]s AND OLD.review_state!='rejected';
		DELETE FROM coverage_days WHERE %[2]s AND visits=0; %[3]s`, of("OLD"),
		`records='`+table+`' AND (district, day)=(`+districtAndDay("OLD.")+`) AND version=OLD.form_version AND code=OLD.outcome`, stale("OLD"))
	var columns, differ []string
	for _, c := range []string{"household", "area", "review_state", "outcome", "form_version", "worker", "person", "campaign", "received_at"} {
		columns, differ = append(columns, c), append(differ, `OLD.`+c+` IS NOT NEW.`+c)
	}
	name := func(when string) string { return `CREATE TRIGGER "` + table + `_coverage_` + when + `" AFTER ` }
	return map[string]string{
		"insert": name("insert") + `INSERT ON "` + table + `" BEGIN ` + plus + ` END`,
		"update": name("update") + `UPDATE OF ` + strings.Join(columns, ", ") + ` ON "` + table + `" WHEN ` + strings.Join(differ, " OR ") +
			` BEGIN ` + plus + minus + ` END`,
		"delete": name("delete") + `DELETE ON "` + table + `" BEGIN ` + minus + ` END`,
	}
}

// districtAndDay are two columns of coverage_days of a record; the day is that of the surveys' zone.
func districtAndDay(row string) string {
	return DistrictOf(row+"area") + `, COALESCE(` + DayOf(row+"received_at") + `,'')`
}

// stale says that the cases of the community of a record are to be counted anew.
func stale(row string) string {
	return `INSERT INTO coverage_stale (what, key) VALUES ('area', ` + inLevel(row+".area", CommunityDigits) + `) ON CONFLICT DO NOTHING;`
}

// countLater lets the records of a table be counted by day and by case, none of which was counted before: by coverage.Keep, in pieces.
// Where districts and communities begin is found along the index of areas.
func countLater(db DB, table string) error {
	for digits, mark := range map[int]string{
		DistrictDigits:  `'days', '` + table + `/'||` + DistrictOf("area") + `||'/'`,
		CommunityDigits: `'area', ` + inLevel("area", CommunityDigits),
	} {
		query := fmt.Sprintf(`WITH RECURSIVE first(area) AS (SELECT MIN(area) FROM "%[1]s" UNION ALL SELECT (SELECT MIN(area) FROM "%[1]s" t
				WHERE t.area>CASE WHEN length(first.area)<%[2]d THEN first.area ELSE substr(first.area,1,%[2]d)||'~' END)
				FROM first WHERE first.area IS NOT NULL)
			INSERT INTO coverage_stale (what, key) SELECT %[3]s FROM first WHERE area IS NOT NULL ON CONFLICT DO NOTHING`, table, digits, mark)
		if _, err := db.Exec(query); err != nil {
			return fmt.Errorf("count %s later: %w", table, err)
		}
	}
	return nil
}

// countAll counts the records of a table by day, where none is counted, and lets its cases be counted.
func countAll(db DB, table string) error {
	if err := countLater(db, table); err != nil {
		return err
	}
	for _, query := range []string{
		`INSERT INTO coverage_days (records, district, day, version, code, visits) SELECT '` + table + `', ` + districtAndDay("") +
			`, form_version, outcome, COUNT(*) FROM "` + table + `" WHERE review_state!='rejected' GROUP BY 2, 3, 4, 5`,
		`DELETE FROM coverage_stale WHERE what='days' AND key GLOB '` + table + `/*'`,
	} {
		if _, err := db.Exec(query); err != nil {
			return fmt.Errorf("count days of %s: %w", table, err)
		}
	}
	return nil
}

// Recount counts all records anew, as the triggers would have.
func Recount(db DB, interviews Interviews, tables []string) error {
	return without(db, []string{coverageCases, coverageWork}, func() error {
		for _, table := range []string{coverageCases, coverageAreas, coverageWork, coverageDays} {
			if _, err := db.Exec(`DELETE FROM ` + table); err != nil {
				return fmt.Errorf("empty %s: %w", table, err)
			}
		}
		for _, table := range tables {
			interview := `COALESCE(` + interviews.Of(table) + `,0)`
			for _, query := range []string{
				`INSERT INTO coverage_cases (household, area, visits, interviews) SELECT household, area, COUNT(*), SUM(` + interview + `) FROM "` +
					table + `" WHERE household!='' AND review_state!='rejected' GROUP BY household, area
				ON CONFLICT (household, area) DO UPDATE SET visits=visits+excluded.visits, interviews=interviews+excluded.interviews`,
				`INSERT INTO coverage_work (area, worker, visits, interviews, returned, approved) SELECT area, worker, COUNT(*), SUM(` + interview +
					`), SUM(review_state='returned'), SUM(review_state='approved') FROM "` + table + `" WHERE review_state!='rejected'
				GROUP BY area, worker
				ON CONFLICT (area, worker) DO UPDATE SET visits=visits+excluded.visits, interviews=interviews+excluded.interviews, ` +
					`returned=returned+excluded.returned, approved=approved+excluded.approved`,
			} {
				if _, err := db.Exec(query); err != nil {
					return fmt.Errorf("count %s: %w", table, err)
				}
			}
			if err := countAll(db, table); err != nil {
				return err
			}
		}
		return recountAreas(db)
	})
}

// Lengths of the codes of areas (GB/T 2260 and its sequels). A code longer than a community's is a grid's.
const (
	cityDigits      = 4
	DistrictDigits  = 6
	StreetDigits    = 9
	CommunityDigits = 12
)

// AreaDigits are those of a city, a district, a street and a community.
var AreaDigits = [...]int{cityDigits, DistrictDigits, StreetDigits, CommunityDigits}

// DistrictOf is in SQL the district that the area of a column lies in: each table of records has an index that begins with it.
func DistrictOf(column string) string { return inLevel(column, DistrictDigits) }

func inLevel(column string, digits int) string { return fmt.Sprintf(`substr(%s,1,%d)`, column, digits) }

// recountAreas counts the areas of each level from the cases and the work in them.
func recountAreas(db DB) error {
	for level := range len(AreaDigits) + 1 {
		least, part := CommunityDigits+1, `area` // of a grid
		if level < len(AreaDigits) {
			least, part = AreaDigits[level], inLevel("area", AreaDigits[level])
		}
		for _, query := range []string{
			`INSERT INTO coverage_areas (level, area, visited, completed, returned, approved) SELECT ?, part, COUNT(*), SUM(some>0), 0, 0
				FROM (SELECT ` + part + ` AS part, SUM(interviews) AS some FROM coverage_cases WHERE length(area)>=? GROUP BY household, 1)
				GROUP BY part`,
			`INSERT INTO coverage_areas (level, area, visited, completed, returned, approved)
				SELECT ?, ` + part + `, 0, 0, SUM(returned), SUM(approved) FROM coverage_work WHERE length(area)>=? AND returned+approved>0 GROUP BY 2
				ON CONFLICT (level, area) DO UPDATE SET returned=excluded.returned, approved=excluded.approved`,
		} {
			if _, err := db.Exec(query, level, least); err != nil {
				return fmt.Errorf("count areas: %w", err)
			}
		}
	}
	return nil
}

// without does something while no trigger of some tables watches.
func without(db DB, tables []string, do func() error) error {
	var names, made []string
	for _, table := range tables {
		err := Each(db, `SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name=?`, []any{table}, func(rows *sql.Rows) error {
			var name, text string
			err := rows.Scan(&name, &text)
			names, made = append(names, name), append(made, text)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, name := range names {
		if _, err := db.Exec(`DROP TRIGGER "` + name + `"`); err != nil {
			return err
		}
	}
	if err := do(); err != nil {
		return err
	}
	for _, text := range made {
		if _, err := db.Exec(text); err != nil {
			return err
		}
	}
	return nil
}
