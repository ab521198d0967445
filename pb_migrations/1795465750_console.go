package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addConsole, dropConsole)
}

// addConsole gives what reviewers work with: the codes of findings as rows that an index finds, the order in which a queue
// is read by state and by district, and remarks at single questions of a review.
func addConsole(app core.App) error {
	codes := table{
		name: "record_issues",
		fields: []core.Field{
			label("collection", "数据表 · collection"), label("record", "记录 · record"), text("area", "区划代码 · area code"),
			label("code", "问题代码 · code of the finding"), choice("severity", "最严重的程度 · gravest severity", "error", "warning", "notice"),
		},
		indexes: []string{"CREATE INDEX idx_record_issues_code ON record_issues (code, area, record)", "CREATE INDEX idx_record_issues_record ON record_issues (record, code)"},
	}.collection()
	if err := app.Save(codes); err != nil {
		return err
	}
	reviews, err := app.FindCollectionByNameOrId("reviews")
	if err != nil {
		return err
	}
	reviews.Fields.AddAt(len(reviews.Fields)-2, longText("fields", "对各题的意见 · remarks at questions", 1<<20))
	if err := app.Save(reviews); err != nil {
		return err
	}
	return eachSurveyTable(app, func(c *core.Collection) error {
		c.AddIndex("idx_"+c.Name+"_state", false, "review_state, received_at, id, area", "")
		c.AddIndex("idx_"+c.Name+"_district", false, "substr(area,1,6), review_state, received_at, id, area", "")
		if err := app.Save(c); err != nil {
			return err
		}
		if err := fillIssueCodes(app, c.Name); err != nil {
			return err
		}
		return keepIssueCodes(app, c.Name)
	})
}

func eachSurveyTable(app core.App, do func(*core.Collection) error) error {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Fields.GetByName("review_state") == nil {
			continue
		}
		if err := do(c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}

const issueCodesOf = `INSERT INTO record_issues (collection, record, area, code, severity)
	SELECT '%s', %[2]s.id, %[2]s.area, json_extract(value,'$.code'),
		CASE MIN(instr('ewn', substr(json_extract(value,'$.severity'),1,1))) WHEN 1 THEN 'error' WHEN 2 THEN 'warning' ELSE 'notice' END
	FROM %[3]sjson_each(CASE WHEN json_valid(%[2]s.issues) THEN %[2]s.issues ELSE '[]' END) WHERE json_extract(value,'$.code')!='' `

// keepIssueCodes lets SQLite keep the codes equal to the issues column, whoever writes it.
func keepIssueCodes(app core.App, table string) error {
	codes := fmt.Sprintf(issueCodesOf, table, "NEW", "") + `GROUP BY 4;`
	gone := `DELETE FROM record_issues WHERE record=OLD.id AND collection='` + table + `';`
	for name, body := range map[string]string{
		"insert": `AFTER INSERT ON "` + table + `" WHEN NEW.issues!='[]' BEGIN ` + codes + ` END`,
		"update": `AFTER UPDATE OF issues, area ON "` + table + `" WHEN OLD.issues IS NOT NEW.issues OR OLD.area IS NOT NEW.area BEGIN ` + gone + codes + ` END`,
		"delete": `AFTER DELETE ON "` + table + `" BEGIN ` + gone + ` END`,
	} {
		if _, err := app.DB().NewQuery(`CREATE TRIGGER IF NOT EXISTS "` + table + `_issues_` + name + `" ` + body).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// fillIssueCodes writes the codes of the records that are there, some thousands at a time.
func fillIssueCodes(app core.App, table string) error {
	for last := ""; ; {
		var ids []string
		err := app.DB().NewQuery(`SELECT id FROM "` + table + `" WHERE id>{:last} ORDER BY id LIMIT 5000`).Bind(dbx.Params{"last": last}).Column(&ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		from, to := last, ids[len(ids)-1]
		query := fmt.Sprintf(issueCodesOf, table, "v", `"`+table+`" v, `) + `AND v.id>{:from} AND v.id<={:to} GROUP BY v.id, 4`
		if _, err := app.DB().NewQuery(query).Bind(dbx.Params{"from": from, "to": to}).Execute(); err != nil {
			return err
		}
		last = to
	}
}

func dropConsole(app core.App) error {
	err := eachSurveyTable(app, func(c *core.Collection) error {
		for _, name := range []string{"insert", "update", "delete"} {
			if _, err := app.DB().NewQuery(`DROP TRIGGER IF EXISTS "` + c.Name + `_issues_` + name + `"`).Execute(); err != nil {
				return err
			}
		}
		c.RemoveIndex("idx_" + c.Name + "_state")
		c.RemoveIndex("idx_" + c.Name + "_district")
		return app.Save(c)
	})
	if err != nil {
		return err
	}
	reviews, err := app.FindCollectionByNameOrId("reviews")
	if err != nil {
		return err
	}
	reviews.Fields.RemoveByName("fields")
	if err := app.Save(reviews); err != nil {
		return err
	}
	codes, err := app.FindCollectionByNameOrId("record_issues")
	if err != nil {
		return err
	}
	return app.Delete(codes)
}
