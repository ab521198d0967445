package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addNeeds, dropNeeds)
}

// needVersions count the changes of the needs of each community, so that what was counted once is counted again only where something
// changed. basic_services is the table that the bureau edits. Neither is a collection: they are read by Doorstep's own routes alone.
var needVersions = []string{
	`CREATE TABLE need_versions (area TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL)`,
	`CREATE TRIGGER needs_new AFTER INSERT ON needs BEGIN
		INSERT INTO need_versions (area, version) VALUES (substr(NEW.area,1,12), 1) ON CONFLICT (area) DO UPDATE SET version=version+1;
	END`,
	`CREATE TRIGGER needs_changed AFTER UPDATE OF area, person, rejected, day, sealed, said ON needs BEGIN
		INSERT INTO need_versions (area, version) VALUES (substr(OLD.area,1,12), 1) ON CONFLICT (area) DO UPDATE SET version=version+1;
		INSERT INTO need_versions (area, version) VALUES (substr(NEW.area,1,12), 1) ON CONFLICT (area) DO UPDATE SET version=version+1;
	END`,
	`CREATE TRIGGER needs_gone AFTER DELETE ON needs BEGIN
		INSERT INTO need_versions (area, version) VALUES (substr(OLD.area,1,12), 1) ON CONFLICT (area) DO UPDATE SET version=version+1;
	END`,
	`CREATE TABLE basic_services (code TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, basis TEXT NOT NULL, rule TEXT NOT NULL, words_zh TEXT NOT NULL, words_en TEXT NOT NULL, band TEXT NOT NULL, received TEXT NOT NULL, active INTEGER NOT NULL, updated_by TEXT NOT NULL, updated TEXT NOT NULL)`,
}

func addNeeds(app core.App) error {
	needs := table{
		name: "needs",
		fields: []core.Field{
			text("collection", "来源表 · collection of the record"), text("record", "来源记录 · record"), text("form", "表单 · form"),
			text("form_version", "表单版本 · version"), text("person", "人员 · person"), text("area", "区划代码 · area code"),
			text("day", "走访日期 · day of the visit"), truth("rejected", "记录已拒绝,不计 · the record is rejected and does not count"),
			secretText("said", "需求与事实 · needs and facts", 1<<16), secretText("sealed", "加密保存的内容 · what is sealed of this row", 1<<20),
		},
		indexes: []string{
			"CREATE INDEX `idx_needs_area` ON `needs` (area, id)", "CREATE INDEX `idx_needs_person` ON `needs` (person)",
			"CREATE INDEX `idx_needs_record` ON `needs` (record)",
		},
	}
	if err := app.Save(needs.collection()); err != nil {
		return err
	}
	return execute(app, needVersions...)
}

// dropNeeds also drops the triggers of the forms' tables, which publishing made.
func dropNeeds(app core.App) error {
	var drops []string
	err := app.NonconcurrentDB().NewQuery(`SELECT 'DROP TRIGGER "'||name||'"' FROM sqlite_master WHERE type='trigger' AND (name GLOB '*_needs_person' OR name GLOB '*_needs_gone' OR name GLOB '*_needs_moved')`).Column(&drops)
	if err != nil {
		return err
	}
	if err := execute(app, append(drops, `DROP TABLE need_versions`, `DROP TABLE basic_services`)...); err != nil {
		return err
	}
	c, err := app.FindCollectionByNameOrId("needs")
	if err != nil {
		return err
	}
	return app.Delete(c)
}
