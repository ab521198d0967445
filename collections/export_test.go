package collections

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Prepared is what the writer connection has kept.
func Prepared(t *testing.T, app core.App) []string {
	t.Helper()
	conn, err := app.NonconcurrentDB().(*dbx.DB).DB().Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var all []string
	err = conn.Raw(func(c any) error {
		all = slices.Sorted(maps.Keys(c.(*connection).kept))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Planned is a statement as SQLite is given it.
var Planned = planned
