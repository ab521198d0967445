package collections

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// keepIssueCodes lets SQLite itself keep record_issues equal to the issues column of a form's table, whoever writes it: one row
// for each record and code, with the gravest severity, in the record's area. Records are found by it.
func keepIssueCodes(app core.App, table string) error {
	codes := fmt.Sprintf(`INSERT INTO record_issues (collection, record, area, code, severity)
		SELECT '%s', NEW.id, NEW.area, json_extract(value,'$.code'),
			CASE MIN(instr('ewn', substr(json_extract(value,'$.severity'),1,1))) WHEN 1 THEN 'error' WHEN 2 THEN 'warning' ELSE 'notice' END
		FROM json_each(CASE WHEN json_valid(NEW.issues) THEN NEW.issues ELSE '[]' END) WHERE json_extract(value,'$.code')!='' GROUP BY 4;`, table)
	gone := fmt.Sprintf(`DELETE FROM record_issues WHERE record=OLD.id AND collection='%s';`, table)
	for name, body := range map[string]string{
		"insert": `AFTER INSERT ON "` + table + `" WHEN NEW.issues!='[]' BEGIN ` + codes + ` END`,
		"update": `AFTER UPDATE OF issues, area ON "` + table + `" WHEN OLD.issues IS NOT NEW.issues OR OLD.area IS NOT NEW.area BEGIN ` + gone +
			codes + ` END`,
		"delete": `AFTER DELETE ON "` + table + `" BEGIN ` + gone + ` END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(`CREATE TRIGGER IF NOT EXISTS "` + table + `_issues_` + name + `" ` +
			body).Execute(); err != nil {
			return fmt.Errorf("keep issue codes of %s: %w", table, err)
		}
	}
	return nil
}
