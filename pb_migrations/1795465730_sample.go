package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What forms read from the lists of households and persons: the sample that a household was drawn into, how often somebody
// went there, and the last interview of a person.
func init() {
	m.Register(addSample, dropSample)
}

func addSample(app core.App) error {
	err := changeFields(app, "households", func(c *core.Collection) {
		c.Fields.Add(text("sample_id", "样本编号 · sample id"), text("stratum", "抽样层 · stratum"), text("cluster", "抽样群 · cluster"), list("attempts", "各批次上门次数 · visits by campaign"))
	})
	if err != nil {
		return err
	}
	return changeFields(app, "persons", func(c *core.Collection) {
		c.Fields.Add(text("last_record", "最近一次访问的记录 · record of the last interview"))
	})
}

func dropSample(app core.App) error {
	err := changeFields(app, "households", func(c *core.Collection) {
		for _, name := range []string{"sample_id", "stratum", "cluster", "attempts"} {
			c.Fields.RemoveByName(name)
		}
	})
	if err != nil {
		return err
	}
	return changeFields(app, "persons", func(c *core.Collection) { c.Fields.RemoveByName("last_record") })
}

func changeFields(app core.App, name string, change func(*core.Collection)) error {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	change(c)
	return app.Save(c)
}
