package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/protocol"
)

// wholeExport has every visit that was not rejected, and those who are in it.
const wholeExport = "/api/doorstep/v1/export/child_visit?states=received,has_issues,edited,approved"

// pullNews is the only operation that needs news.
const pullNews = "pull_500_of_58000"

// operations are asked for in this order: those that leave something in the city come last.
func (v *visitor) operations() []operation {
	pull := func(query string) func(context.Context) (int, error) {
		return v.get(&v.field, "/api/sync/v1/pull?"+query)
	}
	records := func(query string) func(context.Context) (int, error) {
		return v.get(&v.street, "/api/collections/child_visits/records?perPage=50"+query)
	}
	queue := func(query string) func(context.Context) (int, error) {
		return v.get(&v.street, "/api/doorstep/v1/queue?limit=50"+query)
	}
	const whole = true
	all := []operation{
		{"pull_page", pull("limit=1000"), 0, false},
		{"pull_nothing", pull("cursor=" + url.QueryEscape(v.tablet.Copy.Cursor)), 0, false},
		{pullNews, pull("limit=1000&cursor=" + url.QueryEscape(v.old)), 0, false},
		{"odk_form_list", v.get(&v.nobody, v.odk+"/formList"), 0, false},
		{"odk_manifest", v.get(&v.nobody, v.odk+"/forms/child_visit/manifest"), 0, false},
		{"odk_persons", v.get(&v.nobody, v.odk+"/datasets/persons/entities.csv"), 0, false},
		{"odk_households", v.get(&v.nobody, v.odk+"/datasets/households/entities.csv"), 0, false},
		{"rest_visits", v.restVisits, 0, false},
		{"rest_visits_city", v.get(&v.whole, "/api/collections/child_visits/records?perPage=50"), 0, false},
		{"rest_visits_by_arrival", records("&sort=-received_at"), 0, false},
		{"rest_persons", v.get(&v.street, "/api/collections/persons/records"), 0, false},
		{"rest_persons_city", v.get(&v.whole, "/api/collections/persons/records"), 0, false},
		{"rest_persons_by_area", v.get(&v.street, "/api/collections/persons/records?sort=area"), 0, false},
		{"queue", queue(""), 0, false},
		{"queue_city", v.get(&v.whole, "/api/doorstep/v1/queue?limit=50"), 0, false},
		{"queue_form", queue("&form=child_visit"), 0, false},
		{"queue_issues", queue("&state=has_issues"), 0, false},
		{"queue_approved", queue("&state=approved"), 0, false},
		{"queue_code", queue("&code=id.checksum"), 0, false},
		{"queue_days", queue("&from=" + time.Now().AddDate(0, 0, -7).Format(time.DateOnly)), 0, false},
		{"queue_photo", queue("&photo=1"), 0, false},
		{"queue_returned", queue("&returned=1"), 0, false},
		{"queue_photo_city", v.get(&v.whole, "/api/doorstep/v1/queue?limit=50&photo=1"), 0, false},
		{"queue_returned_city", v.get(&v.whole, "/api/doorstep/v1/queue?limit=50&returned=1"), 0, false},
		{"queue_counts", v.get(&v.street, "/api/doorstep/v1/queue/counts"), 0, false},
		{"queue_counts_city", v.get(&v.whole, "/api/doorstep/v1/queue/counts"), 0, whole},
		{"record", v.oneRecord, 0, false},
		{"duplicates", v.get(&v.street, "/api/doorstep/v1/duplicates"), 0, false},
		{"duplicates_city", v.get(&v.whole, "/api/doorstep/v1/duplicates"), 0, whole},
		{"quarantine", v.get(&v.street, "/api/doorstep/v1/quarantine"), 0, false},
		{"outcomes", v.casesOf(""), 0, false},
		{"outcomes_city", v.get(&v.whole, "/api/doorstep/v1/outcomes?form=child_visit&level=district"), 0, whole},
		{"search_by_sound", v.searchHeard, 3, whole}, // it opens whoever sounds so in the street: how many they are differs
		{"today", v.get(&v.street, "/api/doorstep/v1/today"), 0, false},
		{"today_city", v.get(&v.whole, "/api/doorstep/v1/today"), 0, whole},
		{"areas", v.get(&v.street, "/api/doorstep/v1/areas"), 0, false},
		{"workers", v.get(&v.street, "/api/doorstep/v1/workers"), 0, false},
		{"search_person", v.search, 3, false},
		{"export", v.exported(), 0, false},
		{"export_nothing", v.get(&v.street, "/api/doorstep/v1/export/child_visit?states=returned&to=2000-01-01"), 0, false},
		{"export_city", v.get(&v.whole, wholeExport), 3, whole},
		{"who_saw", v.get(&v.manager, "/api/doorstep/v1/persons/"+v.somebody()+"/audit"), 0, false},
		{"retention_report", v.report, 0, false},
	}
	all = append(all, v.consoleLists()...)
	for _, level := range []string{"district", "street", "community", "grid"} {
		all = append(all, operation{"coverage_" + level, v.get(&v.street, "/api/doorstep/v1/coverage?level="+level), 0, false})
	}
	return append(all, operation{"push_30", v.push, pushes, false}, operation{"roster_1000", v.roster, 2, whole})
}

// get asks for a path as somebody, and returns the size of the answer.
func (v *visitor) get(who *client.Conn, path string) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return read(ctx, who, path, io.Discard) }
}

// read copies the answer to a path.
func read(ctx context.Context, who *client.Conn, path string, into io.Writer) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, who.URL+path, nil)
	if err != nil {
		return 0, err
	}
	if who.Token != "" {
		req.Header.Set("Authorization", who.Token)
	}
	if who.Device != "" {
		req.Header.Set(protocol.DeviceHeader, who.Device)
	}
	req.Header.Set("X-OpenRosa-Version", "1.0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 300))
		return 0, fmt.Errorf("%d %s", res.StatusCode, said)
	}
	n, err := io.Copy(into, res.Body)
	return int(n), err
}

// restVisits goes through the visits of a street, 50 to a page, up to 900.
func (v *visitor) restVisits(ctx context.Context) (n int, err error) {
	for page := 1; page <= 18; page++ {
		bytes, err := v.get(&v.street, fmt.Sprintf("/api/collections/child_visits/records?perPage=50&page=%d", page))(ctx)
		if err != nil {
			return n, err
		}
		n += bytes
	}
	return n, nil
}

// oneRecord reads the first record of the queue as a supervisor does; finding it is not counted but the first time.
func (v *visitor) oneRecord(ctx context.Context) (int, error) {
	if v.record == "" {
		var page struct {
			Items []struct{ ID string }
		}
		if err := v.street.Call(ctx, http.MethodGet, "/api/doorstep/v1/queue?limit=1&form=child_visit", nil, &page); err != nil ||
			len(page.Items) == 0 {
			return 0, fmt.Errorf("no record waits: %w", err)
		}
		v.record = page.Items[0].ID
	}
	return v.get(&v.street, "/api/doorstep/v1/records/child_visits/"+v.record)(ctx)
}

// somebody is a person of the worker's.
func (v *visitor) somebody() string {
	return slices.Min(slices.Collect(maps.Keys(v.tablet.Copy.Records[collections.Persons])))
}

// version is that of a form that the tablet has; "" where it has none.
func (v *visitor) version(form string) string {
	for id := range v.tablet.Copy.Records[collections.Forms] {
		record, _ := v.tablet.Copy.Find(collections.Forms, id)
		var row struct {
			Form    string `json:"form_id"`
			Version string `json:"version"`
		}
		if json.Unmarshal(record.Data, &row) == nil && row.Form == form {
			return row.Version
		}
	}
	return ""
}

func (v *visitor) search(ctx context.Context) (int, error) {
	record, _ := v.tablet.Copy.Find(collections.Persons, v.somebody())
	var row struct {
		Name      string `json:"name"`
		BirthDate string `json:"birth_date"`
	}
	if err := json.Unmarshal(record.Data, &row); err != nil {
		return 0, err
	}
	return 1, v.street.Call(ctx, http.MethodPost, "/api/doorstep/v1/search/person",
		map[string]string{"name": row.Name, "birth_date": row.BirthDate}, nil)
}

// searchHeard asks for everybody of a name that many have.
func (v *visitor) searchHeard(ctx context.Context) (int, error) {
	return 1, v.street.Call(ctx, http.MethodPost, "/api/doorstep/v1/search/heard", map[string]any{"name": "wang wei", "age": 36}, nil)
}

// push brings 30 visits of the worker's, other ones each time; filling them in is done before.
func (v *visitor) push(ctx context.Context) (int, error) {
	if len(v.visits) == 0 {
		return 0, fmt.Errorf("no visit is left")
	}
	body := v.visits[0]
	v.visits = v.visits[1:]
	var out struct{ Results []client.Receipt }
	if err := v.field.Call(ctx, http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": body}, &out); err != nil {
		return 0, err
	}
	for _, r := range out.Results {
		if r.Status != client.Stored {
			return 0, fmt.Errorf("visit %s is %s %s", r.ID, r.Status, r.Code)
		}
	}
	return len(out.Results), nil
}

// roster imports a list of 1,000 people of 250 households beside the running server.
func (v *visitor) roster(ctx context.Context) (int, error) {
	var list bytes.Buffer
	list.WriteString("区划代码,住址,姓名\n")
	stamp := time.Now().Unix()
	r := rand.New(rand.NewPCG(uint64(stamp), 0))
	for i := range 1000 {
		fmt.Fprintf(&list, "%s,量测路%d号%d室,%s\n", v.grids[0], stamp%1_000_000, i/4+1, demo.NewName(r, "female", 1980).Full())
	}
	file, err := os.CreateTemp("", "roster-*.csv")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(list.Bytes()); err != nil {
		return 0, err
	}
	if err := file.Close(); err != nil {
		return 0, err
	}
	said, err := exec.CommandContext(ctx, v.program, "roster", "import", file.Name(), "--dir", v.dir).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, said)
	}
	return len(said), nil
}
