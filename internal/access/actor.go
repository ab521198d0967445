package access

import (
	"encoding/json"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Of reads the actor from the record that signed the request; ok is false for nobody, and for a worker who is not
// active any more.
func Of(auth *core.Record) (actor Actor, ok bool) {
	switch {
	case auth == nil:
		return Actor{}, false
	case auth.IsSuperuser():
		return Actor{ID: auth.Id, Role: Operator}, true
	case auth.Collection().Name != collections.Workers || !auth.GetBool("active"):
		return Actor{}, false
	}
	return Actor{ID: auth.Id, Role: Role(auth.GetString("role")), Territory: Territory(auth)}, true
}

// Territory reads the prefixes of a worker's record; none when the list is malformed.
func Territory(worker *core.Record) []string { return ParseTerritory(worker.GetString("territory")) }

// ParseTerritory reads a territory column; none when it is malformed.
func ParseTerritory(column string) []string {
	var codes []string
	if err := json.Unmarshal([]byte(column), &codes); err != nil {
		return nil
	}
	return codes
}
