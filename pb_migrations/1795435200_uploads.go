package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return app.Save(uploads.collection()) }, func(app core.App) error { return drop(app, uploads.name) })
}

// uploads are the files that each worker's tablets brought, whether or not a record names them yet. Nobody reads them
// over REST.
var uploads = table{
	name: "uploads",
	fields: []core.Field{
		label("worker", "采集员 · worker"), text("device", "设备 · device"), label("sha256", "SHA-256 摘要 · digest"), whole("size", "字节 · bytes"), text("mime", "按内容判断的类型 · type that the bytes tell"),
		choice("state", "状态 · state", "stored", "quarantined"),
	},
	indexes: []string{"CREATE UNIQUE INDEX idx_uploads_digest ON uploads (worker, sha256)", "CREATE INDEX idx_uploads_sha ON uploads (sha256)"},
}
