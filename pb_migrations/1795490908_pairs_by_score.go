package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const pairsByScore = "idx_duplicates_score"

func init() {
	m.Register(addPairsByScore, dropPairsByScore)
}

// addPairsByScore lets the open pairs be listed by how likely they are.
func addPairsByScore(app core.App) error {
	c, err := app.FindCollectionByNameOrId("duplicates")
	if err != nil {
		return err
	}
	c.AddIndex(pairsByScore, false, "score, id, area, area_b, kind", "status = 'open'")
	return app.Save(c)
}

func dropPairsByScore(app core.App) error {
	c, err := app.FindCollectionByNameOrId("duplicates")
	if err != nil {
		return err
	}
	c.RemoveIndex(pairsByScore)
	return app.Save(c)
}
