package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addAreaHistory, dropAreaHistory)
}

// areaHistory keeps what areas were before they changed, through whichever door: area_revisions holds the past, areas the
// present. area_moves tells which records lie elsewhere since, so that they can be counted by the areas of any day. All three
// are no collections: they are read by Doorstep's own routes alone, which know the territory of both sides.
var areaHistory = []string{
	`CREATE TABLE area_revisions (id TEXT PRIMARY KEY NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, level TEXT NOT NULL, parent TEXT NOT NULL, boundary TEXT NOT NULL,
		expected_households INTEGER NOT NULL, kind TEXT NOT NULL, became TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL)`,
	`CREATE INDEX idx_area_revisions_code ON area_revisions (code, valid_to)`,
	`CREATE TRIGGER areas_revised AFTER UPDATE ON areas
		WHEN OLD.code IS NOT NEW.code OR OLD.name IS NOT NEW.name OR OLD.level IS NOT NEW.level OR OLD.boundary IS NOT NEW.boundary OR OLD.active IS NOT NEW.active
	BEGIN INSERT INTO area_revisions (id, code, name, level, parent, boundary, expected_households, kind, became, valid_from, valid_to) VALUES (
		lower(hex(randomblob(16))), OLD.code, OLD.name, OLD.level, OLD.parent, COALESCE(OLD.boundary,'null'), OLD.expected_households,
		CASE WHEN NOT OLD.active THEN 'unused' WHEN NOT NEW.active THEN 'ended' WHEN OLD.boundary IS NOT NEW.boundary THEN 'redrawn' ELSE 'renamed' END,
		CASE WHEN NEW.active THEN json_array(NEW.code) ELSE '[]' END,
		COALESCE((SELECT MAX(r.valid_to) FROM area_revisions r WHERE r.code=OLD.code), OLD.created), NEW.updated); END`,
	`CREATE TRIGGER areas_deleted AFTER DELETE ON areas WHEN OLD.active
	BEGIN INSERT INTO area_revisions (id, code, name, level, parent, boundary, expected_households, kind, became, valid_from, valid_to) VALUES (
		lower(hex(randomblob(16))), OLD.code, OLD.name, OLD.level, OLD.parent, COALESCE(OLD.boundary,'null'), OLD.expected_households, 'ended', '[]',
		COALESCE((SELECT MAX(r.valid_to) FROM area_revisions r WHERE r.code=OLD.code), OLD.created), strftime('%Y-%m-%d %H:%M:%fZ','now')); END`,
	`CREATE INDEX idx_areas_stand ON areas (rev)`,
	`CREATE TABLE area_jobs (id TEXT PRIMARY KEY NOT NULL, status TEXT NOT NULL, areas TEXT NOT NULL, place TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
		moved INTEGER NOT NULL DEFAULT 0, runner TEXT NOT NULL DEFAULT '', until TEXT NOT NULL DEFAULT '', created_by TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL)`,
	`CREATE INDEX idx_area_jobs_status ON area_jobs (status, created)`,
	`CREATE INDEX idx_area_jobs_created ON area_jobs (created)`,
	`CREATE TABLE area_moves (id TEXT PRIMARY KEY NOT NULL, job TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, area_from TEXT NOT NULL, area TEXT NOT NULL, moved TEXT NOT NULL)`,
	`CREATE INDEX idx_area_moves_record ON area_moves (record, moved)`,
	`CREATE INDEX idx_area_moves_job ON area_moves (job, area_from, area, collection, id)`,
	`CREATE INDEX idx_area_moves_from ON area_moves (area_from, moved)`,
}

func addAreaHistory(app core.App) error { return execute(app, areaHistory...) }

func dropAreaHistory(app core.App) error {
	return execute(app, `DROP TRIGGER areas_revised`, `DROP TRIGGER areas_deleted`, `DROP TABLE area_revisions`, `DROP TABLE area_jobs`, `DROP TABLE area_moves`, `DROP INDEX idx_areas_stand`)
}

func execute(app core.App, statements ...string) error {
	for _, s := range statements {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return err
		}
	}
	return nil
}
