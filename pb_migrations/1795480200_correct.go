package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addCorrect, dropCorrect)
}

// addCorrect lets a review say that a supervisor corrected answers at the desk.
func addCorrect(app core.App) error {
	return decisionsOfReviews(app, func(have []string) []string { return append(have, "correct") })
}

func dropCorrect(app core.App) error {
	return decisionsOfReviews(app, func(have []string) []string {
		return slices.DeleteFunc(have, func(v string) bool { return v == "correct" })
	})
}
