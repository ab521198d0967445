package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// prove fails unless a copy of the database is sound and its audit chain whole; the head is where the chain ends.
func prove(ctx context.Context, db collections.DB) (audit.Head, error) {
	if err := ctx.Err(); err != nil {
		return audit.Head{}, err
	}
	faults, err := collections.Column[string](db, `PRAGMA integrity_check`)
	if err != nil {
		return audit.Head{}, fmt.Errorf("integrity: %w", err)
	}
	if len(faults) != 1 || faults[0] != "ok" {
		return audit.Head{}, errors.New("数据库已损坏 · the database is damaged: " + strings.Join(faults, "; "))
	}
	report, err := audit.Verify(db, "")
	if err == nil && !report.Whole() {
		err = errors.New("审计链不完整 · the audit chain is not whole: " + report.Why)
	}
	return report.Head, err
}
