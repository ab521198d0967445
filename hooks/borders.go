package hooks

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/grid"
)

// soundBorder refuses an area whose border somebody has drawn by hand in a way that bounds no area: what is stored is not
// checked again when the server starts.
func soundBorder(e *core.RecordEvent) error {
	drawn := e.Record.GetString("boundary")
	if drawn == "" || drawn == "null" || !e.Record.IsNew() && drawn == e.Record.Original().GetString("boundary") {
		return e.Next()
	}
	if _, err := grid.ParseBoundary([]byte(drawn)); err != nil {
		wrong := validation.NewError("area.boundary", "边界有误。 The border bounds no area: "+err.Error())
		return validation.Errors{"boundary": wrong}
	}
	return e.Next()
}
