package queryplan

import "strings"

const (
	waiting = 100  // a partial index holds one of so many rows: what waits for somebody
	few     = 1000 // rows that one may sort, or look through, without anybody's noticing
)

// settled are the tables whose size does not follow the work that is done in a city: a program may read them whole.
var settled = map[string]int{
	"areas": 21_000, "workers": 3_000, "worker_scopes": 20_000, "former_territories": 3_000, "second_factors": 3_000, "sign_ins": 10_000,
	"app_tokens": 3_000,
	"devices":    3_000, "forms": 20, "form_files": 100, "campaigns": 20, "retention_policies": 20, "retention_reports": 100, "meta": 20,
	"second_factor_settings": 20, "basic_services": 100, "need_versions": 1_000,
}

// sizes are the tables that are larger than a table that grows is otherwise taken for.
var sizes = map[string]int{"households": 1_200_000, "persons": 3_300_000, "changes": 2_000_000, "audit": 5_000_000}

const usual = 1_000_000

// values are how many different values the columns of a full city hold; other columns are taken for keys.
var values = map[string]int{
	"area": 20_000, "area_b": 20_000, "target": 23_000, "worker": 3_000, "actor": 3_000, "assignee": 3_000, "device": 3_000, "collection": 10,
	"campaign": 4, "form": 4, "kind": 6,
	"status": 4, "review_state": 6, "outcome": 10, "code": 20, "level": 5, "parent": 1_000, "position": 20, "active": 2, "merged_into": 1_000,
	"birth_date": 30_000, "list": 2, "op": 3,
}

// grows reports whether a table grows with the city. PocketBase's own tables, but for what sign-ins leave behind, do not.
func grows(table string) bool {
	if strings.HasPrefix(table, "sqlite_") || strings.HasPrefix(table, "pragma_") || strings.HasPrefix(table, "json_") {
		return false
	}
	return settled[table] == 0 && (!strings.HasPrefix(table, "_") || table == "_authOrigins" || table == "_externalAuths")
}

func rowsOf(table string) int {
	if n := settled[table]; n > 0 {
		return n
	}
	if n := sizes[table]; n > 0 {
		return n
	}
	if !grows(table) {
		return 50
	}
	return usual
}

func distinct(column string, rows int) int {
	if n := values[column]; n > 0 {
		return n
	}
	return max(1, rows)
}
