package console

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Record is one survey record as a reviewer reads it.
type Record struct {
	Collection  string                   `json:"collection"`
	ID          string                   `json:"id"`
	Rev         int64                    `json:"rev"`
	State       string                   `json:"state"`
	Form        string                   `json:"form"`
	Title       survey.Words             `json:"title"`
	FormVersion string                   `json:"form_version"`
	Versions    []string                 `json:"versions"` // every version of the form that it came in
	Outcome     survey.Words             `json:"outcome"`
	Campaign    string                   `json:"campaign"`
	Complete    bool                     `json:"complete"` // all files that it names are here
	Worker      Person                   `json:"worker"`
	Area        AreaOf                   `json:"area"`
	Household   *Household               `json:"household"` // nil for none, and for one that lies elsewhere
	Times       Times                    `json:"times"`
	Location    *Location                `json:"location"`
	Rows        []Row                    `json:"rows"`
	Issues      []Finding                `json:"issues"`
	Earlier     []Visit                  `json:"earlier"`
	Review      []Decision               `json:"review"`
	Can         map[string]*survey.Words `json:"can"` // by decision: nil where the caller may take it, else why not
	Damaged     bool                     `json:"damaged"`
	Readers     []Reader                 `json:"readers"` // who else has it open
	Flags       []RecordFlag             `json:"flags"`
	Reports     []ReportOf               `json:"reports"`
	Filling     *Filling                 `json:"filling"` // nil for a record that came without the tablet's log
}

// Person is somebody of the staff.
type Person struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	StaffNo string `json:"staff_no"`
}

// AreaOf is where a record lies, and in which areas that lies, the widest first.
type AreaOf struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Path       []string `json:"path"`
	Method     string   `json:"method"`
	Confidence float64  `json:"confidence"`
	*Placement          // of one record that is read
}

// Placement is why a record lies where it does, and where else it may lie, the likeliest first.
type Placement struct {
	Reasons    []grid.Reason `json:"reasons"`
	Candidates []MayLie      `json:"candidates"`
}

// MayLie is an area that a record may lie in.
type MayLie struct {
	Code string  `json:"code"`
	Name string  `json:"name"`
	P    float64 `json:"p"`
}

// Times are those of a visit.
type Times struct {
	Started  string   `json:"started"`
	Finished string   `json:"finished"`
	Received string   `json:"received"`
	Seconds  *float64 `json:"seconds"`
}

// Finding is an issue of the record. Ref is the row that it belongs to; nil for none that is shown.
type Finding struct {
	RowIssue
	Ref *string `json:"ref"`
}

// Ref names one record.
type Ref struct{ Collection, ID string }

// Read reads a record. One outside the actor's territory is as good as none; subjects are whom it concerns.
func Read(ctx context.Context, db collections.DB, k Known, actor access.Actor, of Ref) (out Record, subjects []string, err error) {
	collection, id := of.Collection, of.ID
	newest, ok := k.Library.ByTable(collection)
	if !ok {
		return out, nil, problem.New(problem.NotFound, "")
	}
	var version, area string
	found, err := collections.One(db, `SELECT form_version, area FROM "`+collection+`" WHERE id=?`, []any{id}, &version, &area)
	if err != nil {
		return out, nil, err
	}
	if !found || !actor.May(access.ReviewRecord, area, "") {
		return out, nil, problem.New(problem.NotFound, "")
	}
	in := newest
	if own, ok := k.Library.ForRecord(collection, version); ok {
		in = own
	}
	rec, root, found, err := in.Whole.Look(db, id)
	if err != nil {
		return out, nil, err
	}
	if !found || !actor.May(access.ReviewRecord, rec.Area, "") { // it may have moved since
		return out, nil, problem.New(problem.NotFound, "")
	}
	r := reader{db: db, library: k.Library, areas: k.Areas, sheet: k.Sheets.of(in, k.Library), actor: actor, rec: rec, root: root,
		table: collection}
	out = r.head()
	for _, part := range []func(*Record) error{r.names, r.household, r.location, r.versions, r.history, r.earlier, r.flags, r.reports,
		r.filling} {
		if err := part(&out); err != nil {
			return out, nil, err
		}
	}
	if err := r.rows(ctx, &out); err != nil {
		return out, nil, err
	}
	return out, r.subjects(), nil
}

// reader reads the parts of one record.
type reader struct {
	db      collections.DB
	library *instrument.Library
	areas   *grid.Index
	sheet   *sheet
	actor   access.Actor
	rec     *collections.Record
	root    *survey.Node
	table   string

	returned int64      // revision that was last returned; 0 for none
	home     *orb.Point // where the household is known to live; nil for nowhere
}

func (r *reader) head() Record {
	rec := r.rec
	out := Record{Collection: r.table, ID: rec.ID, Rev: rec.Rev, State: rec.ReviewState, Form: rec.Form, Title: FormTitle(r.sheet.in),
		FormVersion: rec.FormVersion,
		Outcome:     outcomeText(r.library, r.table, rec.FormVersion, rec.Outcome), Campaign: rec.Campaign, Complete: rec.Complete,
		Versions: []string{}, Earlier: []Visit{}, Issues: []Finding{}, Readers: []Reader{}, Damaged: len(rec.Damaged) > 0,
		Times: Times{Started: rec.StartedAt, Finished: rec.FinishedAt, Received: rec.ReceivedAt},
		Area:  AreaOf{Code: rec.Area, Path: []string{}, Method: rec.AreaMethod, Confidence: rec.AreaConfidence}}
	if seconds, ok := between(rec.StartedAt, rec.FinishedAt); ok {
		out.Times.Seconds = &seconds
	}
	return out
}

// subjects are the record and whom it names.
func (r *reader) subjects() []string {
	all := []string{r.rec.ID, r.rec.Household, r.rec.Person}
	for _, link := range r.rec.Rows {
		all = append(all, link.Person)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == "" })
}

// names reads who collected the record, and where it lies.
func (r *reader) names(out *Record) error {
	out.Worker.ID = r.rec.Worker
	if _, err := collections.One(r.db, `SELECT name, staff_no FROM workers WHERE id=?`, []any{r.rec.Worker},
		&out.Worker.Name, &out.Worker.StaffNo); err != nil {
		return err
	}
	at := areaOf(r.areas, r.rec.Area)
	out.Area.Name, out.Area.Path = at.Name, at.Path
	why, _, err := grid.WhyOf(r.db, r.rec.ID, grid.Method(r.rec.AreaMethod))
	if err != nil {
		return err
	}
	out.Area.Placement = &Placement{why.Words(), []MayLie{}}
	for _, c := range why.Candidates {
		out.Area.Candidates = append(out.Area.Candidates, MayLie{c.Area, nameOf(r.areas, c.Area), c.P})
	}
	return nil
}

// areaOf returns an area with its name and those above it.
func areaOf(areas *grid.Index, code string) AreaOf {
	at := AreaOf{Code: code, Name: nameOf(areas, code), Path: []string{}}
	for _, above := range append(territory.Above(code), code) {
		if a, ok := areas.Area(above); ok && !slices.Contains(at.Path, a.Name) {
			at.Path = append(at.Path, a.Name)
		}
	}
	return at
}

// versions are those that the record came in, and the one that it is kept by.
func (r *reader) versions(out *Record) error {
	all, err := collections.Column[string](r.db, `SELECT form_version FROM submissions WHERE record=? AND outcome!='draft'
		ORDER BY rev`, r.rec.ID)
	for _, version := range append(all, r.rec.FormVersion) {
		if version != "" && !slices.Contains(out.Versions, version) {
			out.Versions = append(out.Versions, version)
		}
	}
	return err
}

// rows writes the answers, with findings, files and changes at their place.
func (r *reader) rows(ctx context.Context, out *Record) error {
	w := writer{sheet: r.sheet, rec: r.rec, issues: map[string][]RowIssue{}, was: map[string]string{}, files: map[string]File{}}
	for _, i := range r.rec.Issues {
		w.issues[i.Field] = append(w.issues[i.Field], RowIssue{i.Code, i.Severity, survey.WordsOf(i.ZH, i.EN)})
	}
	if err := r.files(w.files); err != nil {
		return err
	}
	if err := r.changes(w.was); err != nil {
		return err
	}
	out.Rows = w.write(ctx, r.root)
	if err := r.usual(out.Rows, w.asks); err != nil {
		return err
	}
	refs := map[string]bool{}
	for _, row := range out.Rows {
		refs[row.Ref] = true
	}
	for _, i := range r.rec.Issues {
		f := Finding{RowIssue: RowIssue{i.Code, i.Severity, survey.WordsOf(i.ZH, i.EN)}}
		if refs[i.Field] {
			f.Ref = &i.Field
		}
		out.Issues = append(out.Issues, f)
	}
	return nil
}

func (r *reader) files(byName map[string]File) error {
	return collections.Each(r.db, `SELECT id, name, mime, sealed FROM attachments
		WHERE record=? AND replaced=FALSE AND state!='withdrawn'`, []any{r.rec.ID}, func(rows *sql.Rows) error {
		var f File
		var sealed string
		if err := rows.Scan(&f.ID, &f.Name, &f.Type, &sealed); err != nil {
			return err
		}
		err := collections.Fill(r.db, collections.Attachments, f.ID, sealed, map[string]*string{"name": &f.Name})
		byName[f.Name] = f
		return err
	})
}

// changes are what was answered when the record was last returned, by row and path in it, of what has changed since.
func (r *reader) changes(was map[string]string) error {
	if r.returned == 0 {
		return nil
	}
	return collections.Each(r.db, `SELECT id, field, "row", before, sealed FROM edits
		WHERE record=? AND record_rev>? AND kind IN ('correction','conflict','override','check') ORDER BY record_rev, created`,
		[]any{r.rec.ID, r.returned}, func(rows *sql.Rows) error {
			var id, field, row, before, sealed string
			if err := rows.Scan(&id, &field, &row, &before, &sealed); err != nil {
				return err
			}
			err := collections.Fill(r.db, collections.Edits, id, sealed, map[string]*string{"before": &before})
			if row == "" {
				row = r.rec.ID
			}
			key := row + "/" + field[strings.LastIndex(field, "]")+1:]
			key = strings.Replace(key, "//", "/", 1)
			if _, known := was[key]; !known {
				was[key] = before
			}
			return err
		})
}

// Decision is one decision on the record, with the remarks at single questions.
type Decision struct {
	At       string          `json:"at"`
	By       Person          `json:"by"`
	Decision string          `json:"decision"`
	Comment  string          `json:"comment"`
	Fields   []review.Remark `json:"fields"`
}

// history reads the decisions, the oldest first, and what the actor may decide now.
func (r *reader) history(out *Record) (err error) {
	out.Review, err = collections.All(r.db,
		`SELECT r.id, r.created, r.reviewer, COALESCE(w.name,''), COALESCE(w.staff_no,''), r.decision, r.comment, r.fields, r.record_rev, r.sealed
		FROM reviews r LEFT JOIN workers w ON w.id=r.reviewer WHERE r.record=?
		ORDER BY r.created, r.id`, []any{r.rec.ID}, func(rows *sql.Rows, d *Decision) error {
			var id, fields, sealed string
			var rev int64
			if err := rows.Scan(&id, &d.At, &d.By.ID, &d.By.Name, &d.By.StaffNo, &d.Decision, &d.Comment, &fields, &rev, &sealed); err != nil {
				return err
			}
			err := collections.Fill(r.db, collections.Reviews, id, sealed, map[string]*string{"comment": &d.Comment, "fields": &fields})
			if d.Fields = []review.Remark{}; fields != "" && json.Unmarshal([]byte(fields), &d.Fields) != nil {
				d.Fields = []review.Remark{}
			}
			if d.Decision == review.Return {
				r.returned = rev
			}
			return err
		})
	if err != nil {
		return err
	}
	hindrances, err := review.Hindrances(r.db, r.actor, r.table, r.rec.ID)
	out.Can = map[string]*survey.Words{}
	for decision, p := range hindrances {
		out.Can[decision] = nil
		if p != nil {
			why := problem.Catalogue[p.Code]
			out.Can[decision] = &survey.Words{ZH: why.ZH, EN: why.EN}
		}
	}
	return err
}

// Household is the dwelling that the record names, as far as masks show it.
type Household struct {
	ID      string `json:"id"`
	Address string `json:"address_masked"`
	Head    string `json:"head_masked"`
}

func (r *reader) household(out *Record) error {
	if r.rec.Household == "" {
		return nil
	}
	h := Household{ID: r.rec.Household}
	var area, sealed, place string
	found, err := collections.One(r.db, `SELECT area, address, head_name, COALESCE(location,''), sealed FROM households WHERE id=?`,
		[]any{h.ID}, &area, &h.Address, &h.Head, &place, &sealed)
	if err != nil || !found || !r.actor.May(access.ReviewRecord, area, "") {
		return err
	}
	known := map[string]*string{"address": &h.Address, "head_name": &h.Head, "location": &place}
	if err := collections.Fill(r.db, collections.Households, h.ID, sealed, known); err != nil {
		return err
	}
	h.Address, h.Head = sensitive.Nothing.Mask(h.Address), sensitive.Name.Mask(h.Head)
	out.Household, r.home = &h, parsePoint(place)
	return nil
}
