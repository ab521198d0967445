package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// stock is PocketBase as it comes, with its own settings of SQLite, the collections of the child visit, rules that let
// everybody write, and its batch API switched on.
type stock struct {
	app  core.App
	http *httptest.Server
}

func startStock(dir string, like core.App) (*stock, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: filepath.Join(dir, "stock")})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	main, err := copyCollection(app, like, "child_visits", "")
	if err != nil {
		return nil, err
	}
	if _, err := copyCollection(app, like, "child_visit_children", main.Id); err != nil {
		return nil, err
	}
	settings := app.Settings()
	settings.Batch.Enabled, settings.Batch.MaxRequests, settings.Batch.Timeout = true, 1000, 60
	if err := app.Save(settings); err != nil {
		return nil, err
	}
	srv, err := listen(app)
	return &stock{app: app, http: srv}, err
}

func copyCollection(app, like core.App, name, visits string) (*core.Collection, error) {
	from, err := like.FindCollectionByNameOrId(name)
	if err != nil {
		return nil, err
	}
	c := core.NewBaseCollection(name)
	for _, f := range from.Fields {
		if link, ok := f.(*core.RelationField); ok {
			own := *link
			own.CollectionId = visits
			f = &own
		}
		c.Fields.Add(f)
	}
	c.Indexes = from.Indexes
	c.CreateRule = types.Pointer("")
	return c, app.Save(c)
}

// batch sends the visits and their children, as they stand in the server's tables, in one call of the batch API.
func (p *stock) batch(ctx context.Context, like core.App, all []rows, tables ...string) (time.Duration, error) {
	var requests []map[string]any
	for _, r := range all {
		for _, table := range tables {
			if r.table != table {
				continue
			}
			for _, values := range r.values {
				body, err := exported(like, r, values)
				if err != nil {
					return 0, err
				}
				requests = append(requests, map[string]any{"method": "POST", "url": "/api/collections/" + table + "/records", "body": body})
			}
		}
	}
	body, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.http.URL+"/api/batch", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	took, _, err := send(req)
	return took, err
}

// exported is a record as the REST interface takes it.
func exported(app core.App, r rows, values []any) (map[string]any, error) {
	id, _ := values[slices.Index(r.columns, "id")].(string)
	record, err := app.FindRecordById(r.table, id)
	if err != nil {
		return nil, fmt.Errorf("find %s %s: %w", r.table, id, err)
	}
	return record.PublicExport(), nil
}
