package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addBlocking, dropBlocking)
}

const pairsByDoubt = "idx_duplicates_doubt"

// blockingTables hold what people are looked up by when somebody new is recorded: keyed hashes and ids, nothing else. They
// are no collections: nobody reads them but the intake. Of whoever is erased or deleted no key stays.
var blockingTables = []string{
	`CREATE TABLE blocking_keys (key INTEGER NOT NULL, who TEXT NOT NULL, PRIMARY KEY (key, who))`,
	`CREATE INDEX idx_blocking_who ON blocking_keys (who)`,
	`CREATE TABLE blocking_full (key INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, noted TEXT NOT NULL)`,
	`CREATE TRIGGER blocking_deleted AFTER DELETE ON persons BEGIN DELETE FROM blocking_keys WHERE who=OLD.id; END`,
	`CREATE TRIGGER blocking_erased AFTER UPDATE OF active ON persons WHEN NEW.active=FALSE BEGIN DELETE FROM blocking_keys WHERE who=NEW.id; END`,
}

// addBlocking makes room for blocking keys, and gives pairs the weight of their evidence, the model that weighed it, and how
// much a decision would teach, by which they are listed.
func addBlocking(app core.App) error {
	if err := alterMerging(app, "duplicates", func(c *core.Collection) {
		c.Fields.Add(number("weight", "证据权重(比特) · weight of the evidence in bits"), text("model", "评分模型 · model that weighed it"),
			whole("doubt", "存疑程度 0–1000,越大越值得人工判断 · how much a decision teaches"))
		c.AddIndex(pairsByDoubt, false, "doubt, id, area, area_b, kind", "status = 'open'")
	}); err != nil {
		return err
	}
	for _, statement := range blockingTables {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return err
		}
	}
	return nil
}

func dropBlocking(app core.App) error {
	for _, statement := range []string{`DROP TRIGGER blocking_deleted`, `DROP TRIGGER blocking_erased`, `DROP TABLE blocking_keys`, `DROP TABLE blocking_full`} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return err
		}
	}
	return alterMerging(app, "duplicates", func(c *core.Collection) {
		c.RemoveIndex(pairsByDoubt)
		for _, name := range []string{"weight", "model", "doubt"} {
			c.Fields.RemoveByName(name)
		}
	})
}
