package collections

import (
	"context"
	"database/sql"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/seal"
)

// Within gives an app for one request, whose lists and whose queries by Read end with ctx: SQLite stops in the middle of one.
// What it writes is not touched by that.
func Within(ctx context.Context, app core.App) core.App { return within{app, ctx} }

type within struct {
	core.App
	ctx context.Context
}

// RecordQuery returns the query that a list is read by, bound to the context of the request.
func (w within) RecordQuery(collection any) *dbx.SelectQuery {
	return w.App.RecordQuery(collection).WithContext(w.ctx)
}

// boundReaders are readers for as long as a context.
type boundReaders struct {
	pool *sql.DB
	ctx  context.Context
	keys *seal.Keys
}

func (r boundReaders) Exec(query string, args ...any) (sql.Result, error) {
	return r.pool.ExecContext(r.ctx, query, args...)
}

func (r boundReaders) Query(query string, args ...any) (*sql.Rows, error) {
	return r.pool.QueryContext(r.ctx, query, args...)
}

func (r boundReaders) Keys() *seal.Keys { return r.keys }
