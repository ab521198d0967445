package xlsform

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// An entity is written into the meta block of a container: the form, a group or a repeat. Each container carries at
// most one, all answers saved to an entity must be at or below its container, and inside the same repeat.

// scope is the part of a path down to its innermost repeat, or the root.
func scope(path []*survey.Question) []*survey.Question {
	for i := len(path) - 1; i > 0; i-- {
		if path[i].Kind == survey.KindRepeat {
			return path[:i+1]
		}
	}
	return path[:1]
}

// depth counts the repeats of a path, and the containers below its scope.
func depth(path []*survey.Question) (repeats, below int) {
	for _, q := range path[1:] {
		if q.Kind == survey.KindRepeat {
			repeats++
		}
	}
	return repeats, len(path) - len(scope(path))
}

func deeper(a, b []*survey.Question) bool {
	ar, ab := depth(a)
	br, bb := depth(b)
	return ar > br || ar == br && ab > bb
}

func commonPath(paths [][]*survey.Question) []*survey.Question {
	out := paths[0]
	for _, p := range paths[1:] {
		n := 0
		for n < len(out) && n < len(p) && out[n] == p[n] {
			n++
		}
		out = out[:n]
	}
	return out
}

func startsWith(path, prefix []*survey.Question) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

// entityRequest is where an entity would like to be.
type entityRequest struct {
	use     *entityUse
	scope   []*survey.Question
	path    []*survey.Question
	savedIn [][]*survey.Question // containers of the answers saved to it
}

// request finds the container for an entity: the common container of the answers that are saved to it, else the
// deepest one that its expressions refer to.
func (b *builder) request(u *entityUse, root *survey.Question) (entityRequest, bool) {
	req := entityRequest{use: u, scope: []*survey.Question{root}, path: []*survey.Question{root}}
	if len(u.refs) == 0 {
		return req, true
	}
	deepest, saved := u.refs[0], -1
	for i, r := range u.refs {
		if deeper(r.path, deepest.path) {
			deepest = r
		}
		if r.property == "" {
			continue
		}
		req.savedIn = append(req.savedIn, r.path)
		if saved < 0 || deeper(r.path, u.refs[saved].path) {
			saved = i
		}
	}
	req.scope, req.path = scope(deepest.path), deepest.path
	if saved >= 0 {
		req.path = commonPath(req.savedIn)
		if at := scope(u.refs[saved].path); deeper(at, req.path) {
			req.path = at
		}
	}
	return req, b.sameScope(u, req)
}

// sameScope checks that all rows of an entity can be reached from one container.
func (b *builder) sameScope(u *entityUse, req entityRequest) bool {
	for _, r := range u.refs {
		own := scope(r.path)
		switch {
		case r.property == "" && !startsWith(req.scope, own):
			b.report(place{sheetEntities, u.decl.Row, ""}, "entity.scope", u.decl.List, r.question, pathText(r.path), pathText(req.scope))
			return false
		case r.property != "" && (!startsWith(req.scope, own) || !slices.Equal(scope(req.path), own)):
			b.report(r.at, "save_to.scope", u.decl.List, pathText(r.path), pathText(req.scope))
			return false
		}
	}
	return true
}

func pathText(path []*survey.Question) string {
	text := "/survey"
	for _, q := range path[1:] {
		text += "/" + q.Name
	}
	return text
}

// allocateEntities gives every entity its container.
func (b *builder) allocateEntities() {
	if b.entities == nil || len(b.problems) > 0 {
		return // with other mistakes about, where an entity goes cannot be told well
	}
	var requests []entityRequest
	for _, u := range b.entities.uses {
		req, ok := b.request(u, b.f.Root)
		if !ok {
			return
		}
		requests = append(requests, req)
	}
	// A single entity that is not in a repeat stays with the form, as the first version of entities had it.
	if len(requests) == 1 && len(requests[0].scope) == 1 {
		return
	}
	taken := map[*survey.Question]*entityUse{}
	for _, req := range requests {
		b.allocate(req, taken)
	}
}

// allocate takes the lowest free container between the wanted one and the scope. What lies between a saved answer and
// the container is taken too: the nearest entity above an answer is the one that it is saved to.
func (b *builder) allocate(req entityRequest, taken map[*survey.Question]*entityUse) {
	var conflict *entityUse
	for n := len(req.path); n >= len(req.scope); n-- {
		at := req.path[n-1]
		if conflict = taken[at]; conflict == nil {
			take(req, at, taken)
			return
		}
		if len(req.savedIn) > 0 && taken[req.savedIn[0][len(req.savedIn[0])-1]] != nil {
			break // another entity is nearer to the answers
		}
	}
	row := 0
	if conflict != nil {
		row = conflict.decl.Row
	}
	b.report(place{sheetEntities, req.use.decl.Row, "list_name"}, "entity.container", req.use.decl.List, pathText(req.scope), row)
}

func take(req entityRequest, at *survey.Question, taken map[*survey.Question]*entityUse) {
	taken[at] = req.use
	if at.Parent != nil {
		req.use.decl.Container = at
	}
	for _, p := range req.savedIn {
		for i := len(p) - 1; i >= 0; i-- {
			taken[p[i]] = req.use
			if p[i] == at {
				break
			}
		}
	}
	if r := innermost(at); r != nil && strings.TrimSpace(req.use.decl.Repeat) == "" {
		req.use.decl.Repeat = "${" + r.Name + "}"
	}
}

func innermost(q *survey.Question) *survey.Question {
	if q.Kind == survey.KindRepeat {
		return q
	}
	return q.Repeat()
}
