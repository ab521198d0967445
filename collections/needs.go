package collections

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// keepNeeds lets SQLite itself keep the rows of Needs beside the answers that they were read from, whoever moves, rejects, erases or
// deletes those: a row of Needs has the id of the record, or of the row of a repeat, that it tells of. all are the collections of a
// form, its own first.
func keepNeeds(app core.App, all []*core.Collection) error {
	for i, c := range all {
		triggers := map[string]string{
			"person": `AFTER UPDATE OF person ON "` + c.Name + `" WHEN OLD.person IS NOT NEW.person BEGIN
				UPDATE needs SET person=NEW.person WHERE id=NEW.id AND NEW.person!='';
				DELETE FROM needs WHERE id=NEW.id AND NEW.person=''; END`,
			"gone": `AFTER DELETE ON "` + c.Name + `" BEGIN DELETE FROM needs WHERE id=OLD.id; END`,
		}
		if i == 0 {
			triggers["moved"] = `AFTER UPDATE OF area, review_state ON "` + c.Name + `" WHEN OLD.area IS NOT NEW.area ` +
				`OR (OLD.review_state='rejected') IS NOT (NEW.review_state='rejected') BEGIN
				UPDATE needs SET area=NEW.area, rejected=(NEW.review_state='rejected') WHERE record=NEW.id; END`
		}
		for name, body := range triggers {
			if _, err := app.NonconcurrentDB().NewQuery(`CREATE TRIGGER IF NOT EXISTS "` + c.Name + `_needs_` + name + `" ` + body).
				Execute(); err != nil {
				return fmt.Errorf("keep the needs of %s: %w", c.Name, err)
			}
		}
	}
	return nil
}
