package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addUnsentFiles, dropUnsentFiles)
}

// addUnsentFiles keeps how many photos and other files a tablet still holds, as it says itself.
func addUnsentFiles(app core.App) error {
	return alterMerging(app, "devices", func(c *core.Collection) {
		c.Fields.Add(whole("files_waiting", "平板上未上传的附件数 · files that wait on the tablet"))
		c.RemoveIndex("idx_devices_waiting")
		c.AddIndex("idx_devices_waiting", false, "last_contact, area", "waiting + files_waiting > 0 AND revoked = FALSE")
	})
}

func dropUnsentFiles(app core.App) error {
	return alterMerging(app, "devices", func(c *core.Collection) {
		c.RemoveIndex("idx_devices_waiting")
		c.AddIndex("idx_devices_waiting", false, "last_contact, area", "waiting > 0 AND revoked = FALSE")
		c.Fields.RemoveByName("files_waiting")
	})
}
