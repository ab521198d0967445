package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(createRetention, dropRetention)
}

func createRetention(app core.App) error {
	for _, t := range retention {
		if err := app.Save(t.collection()); err != nil {
			return err
		}
	}
	return nil
}

func dropRetention(app core.App) error {
	for i := len(retention) - 1; i >= 0; i-- {
		if err := drop(app, retention[i].name); err != nil {
			return err
		}
	}
	return nil
}

// retention is how long data stay, what is due to go, and what has gone.
var retention = []table{
	{
		name: "retention_policies", list: rule(manager), create: rule(manager), update: rule(manager),
		fields: []core.Field{
			label("collection", "数据表,submissions 指原始提交 · collection; submissions means the raw copies"), text("campaign", "只限该批次,空为全部 · only of this campaign; all when empty"),
			&core.NumberField{Name: "days", Help: "收到后保留天数 · days kept after arrival", OnlyInt: true, Required: true, Min: positive()}, truth("active", "启用 · in force"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_retention_policies ON retention_policies (collection, campaign)"},
	},
	{
		name: "retention_reports", list: rule(manager),
		fields: []core.Field{
			text("policy", "规则 · policy"), label("collection", "数据表 · collection"), text("campaign", "批次 · campaign"), moment("cutoff", "此前收到的到期 · due when received before"),
			whole("due", "到期记录数 · records due"), whole("erased", "已删除 · erased"), choice("status", "状态 · status", "open", "done"), text("decided_by", "批准人 · approved by"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_retention_reports_open ON retention_reports (policy) WHERE status = 'open'"},
	},
	{
		name: "erasures", list: rule(managerHere),
		fields: []core.Field{
			choice("kind", "对象 · what", "person", "record", "part"), label("collection", "数据表 · collection"), label("subject", "对象 id · id"), whole("rev", "删除产生的版本 · revision made"),
			choice("basis", "依据 · basis", "guardian_request", "own_request", "consent_withdrawn", "retention", "order"), text("actor", "经办人 · by"), text("area", "区划代码 · area code"),
		},
		indexes: []string{"CREATE INDEX idx_erasures_subject ON erasures (subject)", "CREATE INDEX idx_erasures_area ON erasures (area)"},
	},
}

func positive() *float64 {
	one := 1.0
	return &one
}
