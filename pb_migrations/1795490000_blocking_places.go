package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return execute(app, blockingWithPlaces...) }, func(app core.App) error { return execute(app, blockingBefore...) })
}

// blockingWithPlaces holds the place of each person beside the key, so that a search reads those of a territory alone. What a person
// is looked up by stands once, in blocking_of; blocking_keys is the index of it. Each lies in one order, in which a whole register is
// written: both orders in one table would be a page in and out for each row. blocking_gone is what was taken away while a register is
// being filled in. They come empty: the keys of everybody are written anew beside the server.
var blockingWithPlaces = []string{
	`DROP TRIGGER blocking_deleted`,
	`DROP TRIGGER blocking_erased`,
	`DROP TABLE blocking_keys`,
	`CREATE TABLE blocking_keys (key INTEGER NOT NULL, area TEXT NOT NULL, who TEXT NOT NULL, PRIMARY KEY (key, area, who)) WITHOUT ROWID`,
	`CREATE TABLE blocking_of (who TEXT NOT NULL PRIMARY KEY, area TEXT NOT NULL, keys TEXT NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE blocking_gone (who TEXT NOT NULL, area TEXT NOT NULL, keys TEXT NOT NULL)`,
	`CREATE TRIGGER blocking_taken AFTER DELETE ON blocking_of BEGIN
		DELETE FROM blocking_keys WHERE key IN (SELECT value FROM json_each(OLD.keys)) AND area=OLD.area AND who=OLD.who;
		INSERT INTO blocking_gone (who, area, keys) SELECT OLD.who, OLD.area, OLD.keys WHERE EXISTS (SELECT 1 FROM meta WHERE key='blocking.state' AND value NOT LIKE '% done');
	END`,
	`CREATE TRIGGER blocking_deleted AFTER DELETE ON persons BEGIN DELETE FROM blocking_of WHERE who=OLD.id; END`,
	`CREATE TRIGGER blocking_erased AFTER UPDATE OF active ON persons WHEN NEW.active=FALSE BEGIN DELETE FROM blocking_of WHERE who=NEW.id; END`,
}

var blockingBefore = []string{
	`DROP TRIGGER blocking_deleted`,
	`DROP TRIGGER blocking_erased`,
	`DROP TABLE blocking_of`,
	`DROP TABLE blocking_gone`,
	`DROP TABLE blocking_keys`,
	`CREATE TABLE blocking_keys (key INTEGER NOT NULL, who TEXT NOT NULL, PRIMARY KEY (key, who))`,
	`CREATE INDEX idx_blocking_who ON blocking_keys (who)`,
	`CREATE TRIGGER blocking_deleted AFTER DELETE ON persons BEGIN DELETE FROM blocking_keys WHERE who=OLD.id; END`,
	`CREATE TRIGGER blocking_erased AFTER UPDATE OF active ON persons WHEN NEW.active=FALSE BEGIN DELETE FROM blocking_keys WHERE who=NEW.id; END`,
}
