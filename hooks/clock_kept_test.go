package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// What a record's arrival has told of its tablet's clock stays when somebody else changes the record by hand.
func TestAnEditByHandKeepsWhatTheArrivalTold(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	if status, got := upload(t, app.Client(t, server, app.Worker(t, "M9", "manager", "9901")), "carers.md", []byte(carersForm), ""); status != 200 {
		t.Fatalf("%d %+v", status, got)
	}
	operator := app.Client(t, server, superuser(t, app))
	id, neighbour := uuid.NewString(), uuid.NewString()
	said := map[string]any{"age": 30, "school": "一中", "memo": "甲", "kids": []any{kidOf("大一", 9, "")}}
	ahead := func(seq int, id string) map[string]any {
		return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "carers", "version": "1", "answers": said, "device_time": app.Doorstep.Now().AddDate(1, 0, 0).Format("2006-01-02T15:04:05Z07:00")}
	}
	push(t, tablet, ahead(1, id), ahead(2, neighbour))
	beside := whole(t, app)
	told := func(when string, rev int) {
		t.Helper()
		r := app.Find(t, "carers", id)
		if n := strings.Count(r.GetString("issues"), "time.clock_off"); n != 1 || r.GetInt("rev") != rev {
			t.Errorf("%s: %d findings about the clock in revision %d: %s", when, n, r.GetInt("rev"), r.GetString("issues"))
		}
	}
	told("arrived", 1)
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/carers/"+id+"/put-back", map[string]any{"entry": entryOf(t, pastOf(t, boss, id), "school")}, nil)
	told("put back", 2)
	operator.Want(http.StatusOK, http.MethodPatch, "/api/collections/carers/records/"+id, map[string]any{"memo": "乙"}, nil)
	told("an answer", 3)
	var rows struct{ Items []struct{ ID string } }
	operator.Want(http.StatusOK, http.MethodGet, "/api/collections/carers_kids/records?filter="+`visit="`+id+`"`, nil, &rows)
	operator.Want(http.StatusOK, http.MethodPatch, "/api/collections/carers_kids/records/"+rows.Items[0].ID, map[string]any{"kid": "大二"}, nil)
	told("a row", 4)
	for key, row := range whole(t, app) {
		if strings.HasPrefix(key, "carers") && strings.Contains(row, neighbour) && beside[key] != row {
			t.Errorf("the neighbour %s was %s, is %s", key, beside[key], row)
		}
	}
}

// Whatever a person writes down as a reason or a comment has one limit, and what is over it changes nothing.
func TestWordsHaveOneLimit(t *testing.T) {
	t.Parallel()
	app, _, boss := stage(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
	long, none := strings.Repeat("长", 1001), uuid.NewString()
	before := whole(t, app)
	for path, body := range map[string]map[string]any{
		"quarantine/" + none + "/discard":            {"reason": long},
		"records/child_visits/" + none + "/review":   {"decision": "return", "comment": long},
		"records/child_visits/" + none + "/put-back": {"entry": none, "comment": long},
		"duplicates/" + none + "/decide":             {"status": "same", "comment": long},
		"records/child_visits/" + none + "/correct":  {"answers": []any{map[string]string{"ref": "x", "value": "y"}}, "reason": long},
		"records/child_visits/" + none + "/area":     {"area": "990101001001001", "reason": long},
		"work/" + none + "/confirm":                  {"finished": false, "comment": long},
		"reveal":                                     {"collection": "persons", "id": none, "fields": []string{"phone"}, "reason": long},
		"break-glass":                                {"collection": "persons", "record": none, "reason": long},
		"export-requests":                            {"form": "child_visit", "reason": long},
	} {
		by := boss
		if path == "export-requests" {
			by = manager
		}
		var told struct{ Code string }
		if by.Want(http.StatusBadRequest, http.MethodPost, "/api/doorstep/v1/"+path, body, &told); told.Code != "request.long_words" {
			t.Errorf("%s: %+v", path, told)
		}
	}
	for key, row := range whole(t, app) {
		if before[key] != row {
			t.Errorf("%s was %s, is %s", key, before[key], row)
		}
	}
}
