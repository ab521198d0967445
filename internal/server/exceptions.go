package server

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/apis"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/dataset"
	"doorstep/internal/grant"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
	searches "doorstep/internal/search"
	"doorstep/internal/validate"
)

// searchPerson says whether one exactly named person is recorded around the caller's territory, and in which community.
// It lists nobody and shows nothing of the record; of one in the territory of who reviews there it gives the ids. Who asks
// often is made to wait.
func searchPerson(r *request) error {
	var in wanted
	if err := r.bind(&in); err != nil {
		return err
	}
	idKey := validate.IDKey(in.Number)
	if idKey == "" && (in.Number != "" || in.Name == "" || in.BirthDate == "") {
		return problem.New(problem.BadParameter, "number, or name and birth_date")
	}
	var places []map[string]string
	err := counted(r, func(db collections.DB) (err error) {
		places, err = r.found(db, r.actor, idKey, in)
		return err
	})
	return r.send(map[string]any{"items": places}, err)
}

// counted makes a search that records itself, unless the caller has to wait for the next one.
func counted(r *request, search func(collections.DB) error) error {
	return collections.Write(r.ctx(), r.App, func(db collections.DB) error {
		if err := mayAsk(db, r); err != nil {
			return err
		}
		return search(db)
	})
}

// mayAsk refuses a search while the caller has to wait.
func mayAsk(db collections.DB, r *request) error {
	wait, err := searches.Wait(db, r.actor.ID, r.Now())
	if err != nil || wait <= 0 {
		return err
	}
	seconds := int(wait.Seconds()) + 1
	r.Response.Header().Set("Retry-After", strconv.Itoa(seconds))
	return &problem.Problem{Code: problem.TooManySearches, Data: map[string]int{"wait_seconds": seconds}}
}

// wanted is who is searched for: by the number of a document, or by name and birth date.
type wanted struct {
	Number    string `json:"number"`
	Name      string `json:"name"`
	BirthDate string `json:"birth_date"`
}

// found searches, and records that, also when nobody was found.
func (s *Server) found(db collections.DB, actor access.Actor, idKey string, in wanted) ([]map[string]string, error) {
	known, err := identity.FindExact(db, idKey, in.Name, in.BirthDate)
	if err != nil {
		return nil, err
	}
	known = slices.DeleteFunc(known, func(k identity.Known) bool { return !actor.May(access.SearchPerson, k.Area, "") })
	entry := actor.Did(audit.Search)
	entry.Collection, entry.Purpose = collections.Persons, audit.Deduplication
	entry.Detail = map[string]any{"by_number": idKey != "", "found": len(known)}
	places := []map[string]string{}
	for _, k := range known {
		entry.Subjects = append(entry.Subjects, k.ID)
		area := territory.InCommunity(k.Area)
		name, _, err := collections.AreaName(db, area)
		if err != nil {
			return nil, err
		}
		place := map[string]string{"area": area, "name": name}
		if actor.May(access.ReviewRecord, k.Area, "") { // whose record they may open
			place["person"], place["household"] = k.ID, k.Household
		}
		places = append(places, place)
	}
	return places, audit.Append(db, s.Now(), entry)
}

// breakGlass opens one record outside of the territory for some hours.
func breakGlass(r *request) error {
	var in struct {
		Collection string `json:"collection"`
		Record     string `json:"record"`
		Reason     string `json:"reason"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	return r.send(grant.BreakGlass(r.ctx(), r.App, r.act(), grant.Record{Collection: in.Collection, ID: in.Record}, in.Reason))
}

// behindGlass shows the record that a grant opens, as REST would show it.
func behindGlass(r *request) error {
	g, err := grant.Open(r.db(), r.act(), r.path("id"))
	if err == nil && r.query("expand") != "" { // what is beside it is not opened
		err = problem.New(problem.BadParameter, "expand")
	}
	if err != nil {
		return err
	}
	record, err := r.App.FindRecordById(g.Collection, g.Record)
	if errors.Is(err, sql.ErrNoRows) {
		return problem.New(problem.NotFound, "")
	}
	if err != nil {
		return err
	}
	entry := r.actor.DidTo(audit.Read, g.Collection, g.Record, g.Area, Subjects(record)...)
	entry.Purpose, entry.Detail = audit.Emergency, map[string]string{"grant": g.ID}
	if err := r.note(entry); err != nil {
		return err
	}
	if err := apis.EnrichRecord(r.RequestEvent, record); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"until": g.Until, "record": record})
}

func askExport(r *request) error {
	var in struct {
		Form     string `json:"form"`
		States   string `json:"states"`
		Campaign string `json:"campaign"`
		Reason   string `json:"reason"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	wanted, err := r.wanted(in.Form, url.Values{"states": {in.States}, "campaign": {in.Campaign}})
	if err != nil {
		return err
	}
	g, err := grant.AskExport(r.ctx(), r.App, r.act(), wanted, in.Reason)
	return r.send(map[string]string{"id": g.ID, "until": g.Until}, err)
}

func approveExport(r *request) error {
	return r.done(grant.ApproveExport(r.ctx(), r.App, r.act(), r.path("id")))
}

// wanted is the export that a query asks for, as its approval names it.
func (r *request) wanted(form string, q url.Values) (grant.Export, error) {
	in, ok := r.Library.Get(form, "")
	if !ok {
		return grant.Export{}, problem.New(problem.NotFound, "")
	}
	states, campaign, err := dataset.Order{In: in, Query: q}.Scope(r.db())
	return grant.Export{Form: form, States: states, Campaign: campaign}, err
}

// isIdentified reports whether an export is asked for with what identifies people.
func isIdentified(q url.Values) bool {
	yes, _ := strconv.ParseBool(q.Get("identified")) // what is no truth is refused by the export itself
	return yes
}

// approved lets an identified export through once, when another manager has approved this very one. Who may not make
// one at all is told so by the export itself.
func approved(r *request, form string, q url.Values) error {
	if !isIdentified(q) || r.actor.Where(access.ExportIdentified) == access.Nowhere {
		return nil
	}
	wanted, err := r.wanted(form, q)
	if err != nil {
		return err
	}
	return grant.SpendExport(r.ctx(), r.App, r.act(), q.Get("approval"), wanted)
}
