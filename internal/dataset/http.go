package dataset

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/export"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Order is an export that somebody asks for by a query: format (csv or xlsx), labels (zh or en), identified (true), missing
// (false), states (comma-separated), campaign, area (a community or larger, unless identified), from and to (days on which records
// arrived), and quasi, k, sensitive, l and suppress for small cells.
type Order struct {
	access.Act
	In       *instrument.Instrument
	Query    url.Values
	Progress func(done, total int64) // rows; may be nil
}

// Name is what the archive is called.
func (o Order) Name() string {
	return o.In.Layout.Main().Name + "-" + o.Now.In(survey.Zone).Format("20060102") + ".zip"
}

// Check fails where the actor may not have the export, or it is none.
func (o Order) Check() error {
	_, err := o.selection()
	return err
}

// Scope returns the states and the campaign of an order, of which there is one spelling for each set of records. It fails as the export
// would with problem.BadParameter.
func (o Order) Scope(db collections.DB) (states, campaign string, err error) {
	sel, err := parse(o.Query)
	if err == nil {
		err = knownCampaign(db, o.In.Form.ID, sel.Campaign)
	}
	slices.Sort(sel.States)
	return strings.Join(slices.Compact(sel.States), ","), sel.Campaign, err
}

func (o Order) selection() (Selection, error) {
	sel, err := parse(o.Query)
	if err != nil {
		return sel, err
	}
	sel, err = sel.within(o.Actor, o.Query.Get("area"))
	if sel.Now = o.Now; o.Progress != nil {
		sel.Progress = o.Progress
	}
	return sel, err
}

// ServeHTTP answers with the zip archive of an order. The error is for the client; there is none any more
// once the archive has begun: then the connection is cut and the reason goes to the log.
func ServeHTTP(w http.ResponseWriter, r *http.Request, app core.App, o Order) error {
	d := &download{w: w, control: http.NewResponseController(w), name: o.Name()}
	_, err := o.Zip(r.Context(), app, d)
	if err == nil || !d.begun {
		return err
	}
	app.Logger().Error("export broke off", "form", o.In.Form.ID, "error", err.Error())
	d.cut()
	return nil
}

// Zip writes the archive. It is closed only after the audit trail has it, so that no complete archive goes unrecorded.
func (o Order) Zip(ctx context.Context, app core.App, w io.Writer) (Report, error) {
	sel, err := o.selection()
	if err != nil {
		return Report{}, err
	}
	out := &begun{Writer: w}
	z := export.NewZip(out, sel.Now)
	report, err := Write(ctx, app, o.In, sel, z)
	if err != nil && !out.yes {
		return report, err
	}
	if logged := (given{o.Actor, sel, report, err == nil}).record(ctx, app, o.In); logged != nil && err == nil {
		err = logged
	}
	if err != nil {
		return report, err
	}
	return report, z.Close()
}

// begun notes whether anything was written.
type begun struct {
	io.Writer
	yes bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.Writer.Write(p)
}

func parse(q url.Values) (Selection, error) {
	sel := Selection{Format: q.Get("format"), Labels: q.Get("labels"), Campaign: q.Get("campaign"), States: list(q.Get("states"))}
	if s := q.Get("identified"); s != "" {
		identified, err := strconv.ParseBool(s)
		if err != nil {
			return sel, problem.New(problem.BadParameter, "identified")
		}
		sel.Identified = identified
	}
	if s := q.Get("missing"); s != "" {
		reasons, err := strconv.ParseBool(s)
		if err != nil {
			return sel, problem.New(problem.BadParameter, "missing")
		}
		sel.NoReasons = !reasons
	}
	sel.From, sel.To = q.Get("from"), q.Get("to")
	sel.Quasi, sel.Sensitive = list(q.Get("quasi")), list(q.Get("sensitive"))
	for name, into := range map[string]*int{"k": &sel.K, "l": &sel.L} {
		if s := q.Get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n == 0 {
				return sel, problem.New(problem.BadParameter, name)
			}
			*into = n
		}
	}
	if s := q.Get("suppress"); s != "" {
		suppress, err := strconv.ParseBool(s)
		if err != nil {
			return sel, problem.New(problem.BadParameter, "suppress")
		}
		sel.Suppress = suppress
	}
	return sel.complete()
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// within limits the selection to what the actor may export, and to an area unless that is "".
func (s Selection) within(actor access.Actor, area string) (Selection, error) {
	do := access.Export
	switch {
	case s.Identified:
		do = access.ExportIdentified
	case len(area) > territory.CommunityDigits: // all of its records would lie in a grid that their rows leave out
		return s, problem.New(problem.BadParameter, "area: community")
	}
	switch actor.Where(do) {
	case access.Anywhere:
		s.Everywhere = area == ""
	case access.Here:
	default:
		return s, problem.New(problem.NotAllowed, string(do))
	}
	s.Ranges = actor.Ranges(area)
	return s, nil
}

// stalled is how long a client may take for the next part of an archive. The snapshot stays open all that time, and the
// database cannot fold its log over it.
const stalled = time.Minute

// download writes the headers with the first byte, so that a failure before it can still be told in JSON.
type download struct {
	w       http.ResponseWriter
	control *http.ResponseController
	name    string
	begun   bool
}

func (d *download) Write(p []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.w.Header()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	}
	// A writer without deadlines, as in a test, needs none.
	_ = d.control.SetWriteDeadline(time.Now().Add(stalled))
	return d.w.Write(p)
}

// cut ends the connection instead of the response, so that the client does not take half an archive for a whole one.
func (d *download) cut() { _ = d.control.SetWriteDeadline(time.Now().Add(-time.Second)) }
