package coverage

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/instrument"
)

// KeepOne counts one day or community, and reports whether there was any.
func KeepOne(ctx context.Context, app core.App, library *instrument.Library) (bool, error) {
	return keepSome(ctx, app, library, 0)
}
