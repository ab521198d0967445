package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return app.Save(grants.collection()) }, func(app core.App) error { return drop(app, grants.name) })
}

// grants are exceptions with a reason. The managers of the area where they took effect see them.
var grants = table{
	name: "access_grants", list: rule(managerHere),
	fields: []core.Field{
		choice("kind", "种类 · kind", "break_glass", "export"), label("worker", "申请人 · who asked"), label("collection", "数据表或表单 · collection or form"), text("record", "记录 · record"), text("area", "区划代码 · area code"),
		longText("reason", "理由 · reason", 2000), text("filter", "导出条件 · what is exported"), choice("status", "状态 · status", "asked", "approved", "used"), text("approved_by", "批准人 · approved by"), moment("until", "有效至 · good until"),
	},
	indexes: []string{"CREATE INDEX idx_access_grants_area ON access_grants (area, created)", "CREATE INDEX idx_access_grants_worker ON access_grants (worker, kind)"},
}
