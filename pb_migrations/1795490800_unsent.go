package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addUnsent, dropUnsent)
}

// addUnsent keeps how much work a tablet still holds, as it says itself.
func addUnsent(app core.App) error {
	return alterMerging(app, "devices", func(c *core.Collection) {
		c.Fields.Add(whole("waiting", "平板上未上传的操作数 · operations that wait on the tablet"), moment("waiting_at", "何时所报 · when it said so"))
		c.AddIndex("idx_devices_waiting", false, "last_contact, area", "waiting > 0 AND revoked = FALSE")
	})
}

func dropUnsent(app core.App) error {
	return alterMerging(app, "devices", func(c *core.Collection) {
		c.RemoveIndex("idx_devices_waiting")
		c.Fields.RemoveByName("waiting")
		c.Fields.RemoveByName("waiting_at")
	})
}
