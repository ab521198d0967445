package hooks_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/sensitive"
	"doorstep/internal/testapp"
)

const askedAsNumbers = `| survey |
| | type | name | label |
| | integer | q17 | 身份证号 |
| | integer | q18 | 其他 |
| | decimal | q19 | 银行卡号 |
| | integer | few | 几次 |
| settings |
| | form_title | form_id | version |
| | x | idform | 1 |
`

// What nobody bounded is sealed, and not on a screen. A row that an earlier program left in clear is sealed by the next
// start of one that knows better, and says the same then.
func TestNumbersWithoutALimitAreSealed(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	_, err := app.Doorstep.Library.Publish(app.TestApp, instrument.Workbook{Name: "idform.md", Raw: []byte(askedAsNumbers)}, instrument.Published, "", app.Doorstep.Now())
	if err != nil {
		t.Fatal(err)
	}
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101")).Register()
	asked := map[string]any{"q17": 990000201503010017, "q18": 13800000001, "q19": 6222000000000001, "few": 3}
	id := uuid.NewString()
	push(t, tablet, map[string]any{"seq": 1, "op": "submit", "id": id, "form": "idform", "form_version": "1", "answers": asked})
	inClear := func(what string) {
		t.Helper()
		for _, number := range []string{"990000201503010017", "13800000001", "6222000000000001"} {
			if bytes.Contains(databases(t, app), []byte(number)) {
				t.Errorf("%s: %s is readable in the database", what, number)
			}
			if _, body := tablet.Do(http.MethodGet, "/api/collections/idform/records", nil); strings.Contains(string(body), number) || !strings.Contains(string(body), id) {
				t.Errorf("%s: the screen shows %s", what, body)
			}
		}
		var lies int
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM idform WHERE COALESCE(q17, q18, q19) IS NOT NULL`, nil, &lies); err != nil || lies > 0 {
			t.Errorf("%s: a number lies in clear (%v)", what, err)
		}
		if got := app.Clear(t, "idform", "id='"+id+"'", "q17", "q18", "few"); strings.Trim(got[0][0], `"`) != "990000201503010017" || !slices.Equal(got[0][1:], []string{"13800000001", "3"}) {
			t.Errorf("%s: the record says %v", what, got)
		}
	}
	inClear("as it came")
	err = collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		if _, err := db.Exec(`UPDATE idform SET q17=990000201503010017, q18=13800000001, q19=6222000000000001, few=3, sealed=''`); err != nil {
			return err
		}
		return collections.SetMeta(db, "seal.index", db.Keys().IndexID())
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Doorstep.Start(app.TestApp); err != nil {
		t.Fatal(err)
	}
	inClear("after the next start")
}

// TestPublishingSaysWhatBecomesOfAnswers: the command prints the same list.
func TestPublishingSaysWhatBecomesOfAnswers(t *testing.T) {
	t.Parallel()
	in, err := instrument.Convert(instrument.Workbook{Name: "idform.md", Raw: []byte(askedAsNumbers)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, h := range sensitive.Handling(in.Form) {
		got[h.Column] = h.Export
		if h.Sealed != (h.Export == "left_out" || h.Export == "small_number") || h.Sealed != (h.Why != nil) {
			t.Errorf("%+v", h)
		}
	}
	if got["q17"] != "left_out" || got["few"] != "small_number" {
		t.Errorf("%v", got)
	}
}
