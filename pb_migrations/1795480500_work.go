package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addWork, dropWork)
}

// addWork lets tasks be parts of a campaign's target, and campaigns say how often and when somebody goes again.
func addWork(app core.App) error {
	if err := alterMerging(app, "tasks", func(c *core.Collection) {
		c.Fields.Add(text("campaign", "任务批次 · campaign"), whole("target", "应完成户数 · interviews wanted"), text("confirmed_by", "确认完成的人 · who confirmed that it is finished"), moment("confirmed_at", "确认时间 · when"))
		taskKinds(c, "visit", "revisit", "correct", "follow_up", "recheck")
		c.AddIndex("idx_tasks_campaign", false, "area, id, campaign, household, status, assignee", "campaign != ''")
	}); err != nil {
		return err
	}
	return alterMerging(app, "campaigns", func(c *core.Collection) {
		c.Fields.Add(list("revisit", "再访规则 · when somebody goes again: attempts, days, classes"))
	})
}

func dropWork(app core.App) error {
	if err := alterMerging(app, "tasks", func(c *core.Collection) {
		c.RemoveIndex("idx_tasks_campaign")
		for _, name := range []string{"campaign", "target", "confirmed_by", "confirmed_at"} {
			c.Fields.RemoveByName(name)
		}
		taskKinds(c, "visit", "revisit", "correct", "follow_up")
	}); err != nil {
		return err
	}
	return alterMerging(app, "campaigns", func(c *core.Collection) { c.Fields.RemoveByName("revisit") })
}

func taskKinds(c *core.Collection, kinds ...string) {
	if f, ok := c.Fields.GetByName("kind").(*core.SelectField); ok {
		f.Values = slices.Clone(kinds)
	}
}
