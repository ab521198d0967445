package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addAssign, dropAssign)
}

// addAssign keeps why somebody said which household a submission in quarantine is about.
func addAssign(app core.App) error {
	return decisionsOfReviews(app, func(have []string) []string { return append(have, "assign") })
}

func dropAssign(app core.App) error {
	return decisionsOfReviews(app, func(have []string) []string {
		return slices.DeleteFunc(have, func(d string) bool { return d == "assign" })
	})
}
