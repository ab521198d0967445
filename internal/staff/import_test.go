package staff_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/signin"
	"doorstep/internal/staff"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
	"doorstep/internal/testapp"
)

func listFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte("工号,姓名,角色,负责区域,在岗,密码\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// accounts are all workers as text.
func accounts(t *testing.T, app *testapp.App) map[string]string {
	t.Helper()
	records, err := app.FindAllRecords(collections.Workers)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range records {
		all[r.GetString("staff_no")] = fmt.Sprint(r.GetString("name"), " ", r.GetString("role"), " ", r.GetString("territory"), " ", r.GetString("area"), " ", r.GetBool("active"), " ", r.Verified())
	}
	return all
}

// idsOf are the ids of workers.
func idsOf(t *testing.T, app *testapp.App, staff ...string) (ids []string) {
	t.Helper()
	for _, no := range staff {
		r, err := app.FindFirstRecordByData(collections.Workers, "staff_no", no)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.Id)
	}
	return ids
}

func TestImport(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	app.Worker(t, "F1", "field", "990101001001")
	app.Worker(t, "F2", "field", "990101001002")
	app.Worker(t, "S1", "supervisor", "990101")
	path := listFile(t, "F1,测试 F1,field,990101001001,,", "F2,改名,采集员,990101001002001 990101001002002,是,", "F3,新人,,990102001001、990102001002,,long-enough", "M1,主任,主管,9901,否,")
	var kept []staff.Credential
	o := staff.Options{Now: app.Doorstep.Now(), Generate: true, Keep: func(c []staff.Credential) error { kept = c; return nil }, Check: true}
	before := accounts(t, app)
	n, err := staff.Import(t.Context(), app, path, o)
	if err != nil || n.Added != 2 || n.Changed != 1 || n.Same != 1 || fmt.Sprint(accounts(t, app)) != fmt.Sprint(before) {
		t.Fatalf("dry run: %+v %v %v", n, err, accounts(t, app))
	}
	o.Check = false
	pictured := app.Picture(t)
	if n, err = staff.Import(t.Context(), app, path, o); err != nil || n.Added != 2 || n.Changed != 1 || n.Same != 1 || n.Silent != 0 {
		t.Fatalf("%+v %v", n, err)
	}
	for no, want := range map[string]string{
		"F1": before["F1"], "S1": before["S1"], "F2": `改名 field ["990101001002001","990101001002002"] 990101001002 true false`,
		"F3": `新人 field ["990102001001","990102001002"] 990102001 true true`, "M1": `主任 manager ["9901"] 9901 false true`,
	} {
		if got := accounts(t, app)[no]; got != want {
			t.Errorf("%s: %s, want %s", no, got, want)
		}
	}
	own, moved, told := idsOf(t, app, "F2", "F3", "M1"), []string{}, []string{}
	for _, c := range app.Picture(t).Since(pictured) {
		if c.Table != collections.Audit && !c.Names(own) {
			t.Errorf("the import touched %s %s: %v", c.Table, c.Key, c.Columns())
		}
		if c.Table == collections.Audit && c.After["action"] == audit.Configure {
			told = append(told, fmt.Sprint(c.After["record"], c.After["detail"]))
		}
		if c.Table == collections.Workers {
			moved = append(moved, c.After["staff_no"]+": "+strings.Join(c.Columns(), " "))
		}
	}
	slices.Sort(told)
	want := []string{own[0] + `{"write":"update"}`, own[1] + `{"write":"create"}`, own[2] + `{"write":"create"}`}
	if slices.Sort(want); !slices.Equal(told, want) {
		t.Errorf("the trail tells of the accounts %q, want %q", told, want)
	}
	slices.Sort(moved)
	if want := "F2: name territory updated, F3: , M1: "; strings.Join(moved, ", ") != want {
		t.Errorf("accounts that moved: %s, want %s", strings.Join(moved, ", "), want)
	}
	var scopes int
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*) FROM worker_scopes WHERE worker IN (SELECT id FROM workers WHERE staff_no IN ('F2','F3'))`, nil, &scopes); err != nil || scopes != 4 {
		t.Errorf("%d ranges %v, want 4", scopes, err)
	}
	if len(kept) != 1 || kept[0].StaffNo != "M1" {
		t.Fatalf("made passwords: %d", len(kept))
	}
	for no, password := range map[string]string{"F3": "long-enough", "M1": kept[0].Password, "F1": testapp.Password} {
		r, err := app.FindFirstRecordByData(collections.Workers, "staff_no", no)
		if err != nil {
			t.Fatal(err)
		}
		try := signin.Try{Door: "session", Collection: collections.Workers, Identity: no, Password: password, Account: r, Fits: true, From: signin.Place{Address: "127.0.0.1"}}
		if _, err := signin.NewGuard().Admit(t.Context(), app, try, app.Doorstep.Now); err != nil {
			t.Errorf("%s does not sign in with its password (%v)", no, err)
		}
	}
	var entries int
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*) FROM audit WHERE action='workers.import'`, nil, &entries); err != nil || entries != 1 {
		t.Errorf("%d entries in the trail %v", entries, err)
	}
	for _, one := range []string{"F2,又改,field,990101001002001 990101001002002,,", "F2,改名,督导,990101001002001 990101001002002,,", "F2,改名,,990101001002001,,",
		"F2,改名,,990101001002001 990101001002002,否,", "F2,改名,,990101001002001 990101001002002,,long-enough"} {
		if n, err := staff.Import(t.Context(), app, listFile(t, one), staff.Options{Check: true}); err != nil || n.Changed != 1 {
			t.Errorf("%s: %+v %v", one, n, err)
		}
	}
	if n, err = staff.Import(t.Context(), app, path, staff.Options{Now: app.Doorstep.Now()}); err != nil || n.Same != 3 || n.Changed != 1 { // F3 gets the password of the list again
		t.Errorf("again: %+v %v", n, err)
	}
}

// TestNoNameIsAFormula: who opens the file of passwords runs nothing that a list called somebody.
func TestNoNameIsAFormula(t *testing.T) {
	var b strings.Builder
	if err := staff.WritePasswords(&b, []staff.Credential{{StaffNo: "F1", Name: `=HYPERLINK("http://x")`, Password: "abc"}, {StaffNo: "F2", Name: "王采集", Password: "def"}}); err != nil {
		t.Fatal(err)
	}
	if want := "\ufeffstaff_no,name,password\nF1,\"'=HYPERLINK(\"\"http://x\"\")\",abc\nF2,王采集,def\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// TestAManagersListChangesOnlyTheirOwn: neither who works elsewhere, nor what the list says of others.
func TestAManagersListChangesOnlyTheirOwn(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	app.Worker(t, "S1", "supervisor", "990101")
	app.Worker(t, "S2", "supervisor", "990102")
	before := accounts(t, app)
	o := staff.Options{Now: app.Doorstep.Now(), Actor: access.Actor{ID: "m", Role: access.Manager, Territory: []string{"990101"}}}
	bring := func(lines ...string) (n staff.Imported, wrong []string) {
		n, err := tabular.With(listFile(t, lines...), func(f tabular.File) (staff.Imported, error) { return staff.ImportFile(t.Context(), app, f, o) })
		var all survey.Problems
		if err != nil && !errors.As(err, &all) {
			t.Fatal(err)
		}
		for _, p := range all {
			wrong = append(wrong, fmt.Sprint(p.Row, " ", p.Code))
		}
		return n, wrong
	}
	if _, wrong := bring("S1,改名,督导,990101,,", "S2,改名,督导,990101,,", "F1,新人,,990102001,,", "F2,新人,,990101001,,"); !slices.Equal(wrong, []string{"3 worker.territory_outside", "4 worker.territory_outside"}) {
		t.Errorf("%q", wrong)
	}
	if fmt.Sprint(accounts(t, app)) != fmt.Sprint(before) {
		t.Error("something was written")
	}
	if n, wrong := bring("S1,改名,督导,990101,,", "F2,新人,,990101001,,"); len(wrong) > 0 || n.Changed != 1 || n.Added != 1 || n.Silent != 1 {
		t.Errorf("%+v %q", n, wrong)
	}
	if after := accounts(t, app); after["S2"] != before["S2"] || after["F2"] != `新人 field ["990101001"] 990101001 true true` {
		t.Errorf("%v", after)
	}
}

// TestWhicheverStatementFailsNoAccountIsWritten fails one after the other, and then whoever keeps the passwords.
func TestWhicheverStatementFailsNoAccountIsWritten(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	app.Worker(t, "F1", "field", "990101001001")
	path := listFile(t, "F1,改名,,990101001002,,", "F2,新人,,990102001001,否,")
	before, o := accounts(t, app), staff.Options{Now: app.Doorstep.Now()}
	operators := func(query string) bool { return strings.Contains(query, "_superusers") } // PocketBase asks whether there are any
	for n, failed := 1, " "; failed != ""; n++ {
		var err error
		failed = app.Failing(n, operators, func() { _, err = staff.Import(t.Context(), app, path, o) })
		if same := fmt.Sprint(accounts(t, app)) == fmt.Sprint(before); (err == nil) != (failed == "") || same == (failed == "") {
			t.Errorf("%v, though this failed: %s", err, failed)
		}
	}
	o.Generate, o.Keep = true, func([]staff.Credential) error { return os.ErrPermission }
	before = accounts(t, app)
	if _, err := staff.Import(t.Context(), app, listFile(t, "F3,新人,,990102001001,,"), o); !errors.Is(err, os.ErrPermission) || fmt.Sprint(accounts(t, app)) != fmt.Sprint(before) {
		t.Errorf("%v", err)
	}
}

func TestImportRefuses(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	app.Worker(t, "S1", "supervisor", "990101")
	before := accounts(t, app)
	path := listFile(t, "F1,好,field,990101,,", "F 2,,采集,990109,或许,short", "F1,又,field,990101,,", "F4,无,field,,,", "F5,弱,field,990101,,12345678")
	_, err := staff.Import(t.Context(), app, path, staff.Options{Now: app.Doorstep.Now()})
	var wrong survey.Problems
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range wrong {
		got = append(got, fmt.Sprint(p.Row, p.Column, p.Code))
		if p.ZH == "" || p.EN == "" {
			t.Errorf("%s has no text", p.Code)
		}
	}
	want := "3工号worker.staff_no 3姓名worker.name 3角色worker.role 3负责区域worker.territory_unknown 3在岗worker.active 3密码worker.password 4工号worker.repeated 5负责区域worker.territory_missing 6密码worker.password_weak"
	if strings.Join(got, " ") != want {
		t.Errorf("mistakes\n%s\nwant\n%s", strings.Join(got, " "), want)
	}
	if _, err := staff.Import(t.Context(), app, listFile(t), staff.Options{}); !errors.As(err, &wrong) || wrong[0].Code != "table.empty" {
		t.Errorf("an empty list: %v", err)
	}
	if fmt.Sprint(accounts(t, app)) != fmt.Sprint(before) {
		t.Error("something was written")
	}
}
