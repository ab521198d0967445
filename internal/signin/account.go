package signin

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/unicode/norm"

	"doorstep/collections"
)

// Account finds the worker of a staff number as a person types it: keyboards write full-width letters and digits, begin in capitals,
// and leave a blank behind. Who has the number in exactly these letters comes first. It is nil for nobody's.
func Account(app core.App, typed string) (*core.Record, error) {
	typed = strings.TrimSpace(norm.NFKC.String(typed))
	for _, number := range []string{typed, strings.ToUpper(typed), strings.ToLower(typed)} {
		worker, err := app.FindFirstRecordByData(collections.Workers, "staff_no", number)
		if !errors.Is(err, sql.ErrNoRows) {
			return worker, err
		}
	}
	return nil, nil
}
