package hooks_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestWhereARowStandsIsKept: an operator who says of a row of a repeat where it stands, and nothing else, is not told that nothing has
// changed: each of it is stored.
func TestWhereARowStandsIsKept(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	id := uuid.NewString()
	push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	row := list(t, collections.Read(app.TestApp), `SELECT id FROM child_visit_children WHERE visit='`+id+`'`)[0]
	elsewhere, _ := person(t, app, gridA)
	for column, value := range map[string]any{"position": 7, "parent_row": "outer", "person": elsewhere, "household": "another", "area": gridB, "rev": 9} {
		operator.Want(http.StatusOK, http.MethodPatch, "/api/collections/child_visit_children/records/"+row, map[string]any{column: value}, nil)
		if got := app.Find(t, "child_visit_children", row).GetString(column); got != fmt.Sprint(value) {
			t.Errorf("%s is %q, not %v", column, got, value)
		}
	}
}
