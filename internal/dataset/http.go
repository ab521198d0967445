package dataset

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/export"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// ServeHTTP answers with a zip archive of the export that the query asks for: format (csv or xlsx), labels (zh or en),
// identified (true), missing (false), states
// (comma-separated), campaign, and quasi, k, sensitive, l and suppress for small cells. The error is for the client; there is none any more
// once the archive has begun: then the connection is cut and the reason goes to the log.
func ServeHTTP(w http.ResponseWriter, r *http.Request, app core.App, in *instrument.Instrument, act access.Act) error {
	sel, err := parse(r.URL.Query())
	if err != nil {
		return err
	}
	if sel, err = sel.within(act.Actor); err != nil {
		return err
	}
	sel.Now = act.Now
	d := &download{w: w, control: http.NewResponseController(w), name: in.Layout.Main().Name + "-" + act.Now.In(survey.Zone).Format("20060102") +
		".zip"}
	err = sendZip(r, d, app, in, act.Actor, sel)
	if err == nil || !d.begun {
		return err
	}
	app.Logger().Error("export broke off", "form", in.Form.ID, "error", err.Error())
	d.cut()
	return nil
}

// sendZip closes the archive only after the audit trail has it, so that no complete archive goes unrecorded.
func sendZip(r *http.Request, d *download, app core.App, in *instrument.Instrument, actor access.Actor, sel Selection) error {
	z := export.NewZip(d, sel.Now)
	report, err := Write(r.Context(), app, in, sel, z)
	if err != nil && !d.begun {
		return err
	}
	if logged := record(r.Context(), app, actor, in, sel, report, err == nil); logged != nil && err == nil {
		err = logged
	}
	if err != nil {
		return err
	}
	return z.Close()
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

// within limits the selection to what the actor may export.
func (s Selection) within(actor access.Actor) (Selection, error) {
	do := access.Export
	if s.Identified {
		do = access.ExportIdentified
	}
	switch actor.Where(do) {
	case access.Anywhere:
		s.Everywhere = true
	case access.Here:
		s.Ranges = territory.Of(actor.Territory)
	default:
		return s, problem.New(problem.NotAllowed, string(do))
	}
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
		h.Set("Cache-Control", "no-store")
	}
	// A writer without deadlines, as in a test, needs none.
	_ = d.control.SetWriteDeadline(time.Now().Add(stalled))
	return d.w.Write(p)
}

// cut ends the connection instead of the response, so that the client does not take half an archive for a whole one.
func (d *download) cut() { _ = d.control.SetWriteDeadline(time.Now().Add(-time.Second)) }
