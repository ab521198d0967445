package commands_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/survey"
)

// lists are what an operator brings along on the first day, with and without mistakes.
var lists = map[string]string{
	"areas.csv":  "代码,名称\n4403,某市\n440307,某区\n440307011,某街道\n440307011005,某社区\n440307011006,另一社区\n",
	"none.csv":   "代码,名称\n",
	"staff.csv":  "工号,姓名,负责区域,职务\nF1,王,440307011005,x\nF2,赵,440307011006,x\nF3,钱,440307011005,x\nM1,李,4403,x\n",
	"silent.csv": "工号,姓名,负责区域\nF4,孙,440307011\n",
	"wrong.csv":  "工号,姓名,负责区域\nF2,,999999\n",
	"roster.csv": "区划代码,住址,姓名,出生日期,电话\n440307011005,示例路1号,王小明,2015-03-01,13800000001\n440307011005,示例路1号,王大明,1985-03-01,\n",
	"again.csv":  "区划代码,住址,姓名,出生日期,备注\n440307011005,示例路1号,王小明,2015-03-01,x\n440307011006,示例路2号,李小明,2016-04-02,x\n",
	"holes.csv":  "区划代码,姓名\n440307011005,王小明\n",
	"form.csv":   "survey\n,type,name,label\n,text,memo,Memo\nsettings\n,form_id,version\n,trial,1\n",
	"codes.csv":  "房屋编码,区划代码\nH-1,440307011005\nH-2,440307011006\n",
	"parts.csv":  "区划代码,工号,目标户数,期限\n440307011005,F1,10,2026-12-01\n440307011006,,5,\n",
	"bad.csv":    "区划代码,工号,目标户数,期限\n,F1,some,soon\n",
	"closed.csv": "区划代码,工号\n440307011005,F2\n",
	"aid.csv":    "姓名,出生日期,电话,区划代码,序号\n王小明,2015-03-01,13800000002,440307011005,1\n周一,2014-05-06,,440307011005,2\n",
	"people.csv": "record_id,name,birth_date,id_number\n1,王芳,2015-03-02,440301201503020028\n2,王芳,2015-03-02,440301201503020028\n3,李强,2011-07-09,440301201107090012\n",
}

// firstDay holds the commands of an operator. testdata/city.txt holds all that each prints, and the files that it leaves.
var firstDay = []string{
	"init",
	"areas import areas.csv --dry-run", "areas import areas.csv", "areas import areas.csv", "areas import none.csv",
	"areas import areas.csv --crs wgs84", "areas import areas.geojson",
	"workers import staff.csv --dry-run", "workers import staff.csv --passwords made.csv", "workers import staff.csv --passwords made.csv",
	"workers import silent.csv", "workers import wrong.csv", "workers import nowhere.csv",
	"roster import roster.csv --dry-run", "roster import roster.csv", "roster import again.csv -o out-roster",
	"roster import again.csv --dry-run -o out-roster", "roster import holes.csv",
	"areas house-codes codes.csv --dry-run", "areas house-codes codes.csv", "areas house-codes codes.csv", "areas jobs", "areas reassign",
	"areas jobs",
	"campaigns create sweep --form child_visit --territory 4403", "campaigns create sweep --form child_vist --territory 4403",
	"campaigns create sweep --form child_visit --territory 9999", "campaigns create sweep --form child_visit --territory 4403 --hold some",
	"campaigns assign CAMPAIGN parts.csv --dry-run", "campaigns assign CAMPAIGN parts.csv", "campaigns assign CAMPAIGN parts.csv",
	"campaigns assign CAMPAIGN bad.csv", "campaigns assign CAMPAIGN closed.csv", "campaigns assign nothing parts.csv",
	"export child_visit -o out --campaign nothing",
	"campaigns close CAMPAIGN", "campaigns open CAMPAIGN", "campaigns open nothing",
	"campaigns create dated --form child_visit --territory 440307,4403 --starts 2026-03-02 --ends 2026-03-01",
	"campaigns create dated --form child_visit --territory 440307,4403 --starts 2026-03-01 --ends 2026-03-31 --round 2 --hold errors",
	"campaigns list",
	"forms publish form.csv --draft", "forms publish form.csv", "forms close trial 1", "forms close trial 1 --final", "forms list",
	"forms download child_visit -o got.csv", "forms download child_visit -o got.csv", "forms download trial", "forms download child_visit 1",
	"forms close elderly_baseline 1",
	"export trial -o out", "export nothing -o out",
	"workers qr --url https://a.example/ --label 备用机", "workers qr --url https://a.example --area 440307011006 --campaign CAMPAIGN --out qr-area",
	"workers qr --url https://a.example --area 990101", "workers qr --url https://a.example --campaign nothing",
	"workers second-factor required", "workers second-factor off", "workers unlock F1", "workers unlock F9",
	"match aid.csv -o out-match --not-listed child --tasks", "match aid.csv -o out-match --within 440307011006",
	"match aid.csv -o out-match --map name=姓名 --identified --tasks",
	"dedup people.csv -o found --id record_id",
	"audit who PERSON", "audit who nobody",
	"base-map", "base-map https://tiles.example/{z}/{x}/{y}.png --datum gcj02 --credit x", "base-map", "base-map off", "base-map",
	"superuser create a@example.org a-long-password", "superuser update a@example.org another-password", "superuser delete a@example.org",
	"keys status", "keys new other.json", "keys rotate", "keys status", "keys rotate --resume", "keys rotate --index --suite sm4-gcm", "damaged",
	"backup city.zip", "restore city.zip", "restore city.zip --dir restored", "restore city.zip --dir restored --without-keys",
	"audit verify", "audit verify --anchor nothing",
}

// TestSetUpACity goes through an operator's first day: areas, people, households, a campaign; and the mistakes of that day.
func TestSetUpACity(t *testing.T) {
	dir := t.TempDir()
	for name, text := range lists {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, names := strings.Builder{}, strings.NewReplacer()
	for _, line := range firstDay {
		if line == "audit who PERSON" {
			names = strings.NewReplacer("PERSON", someone(t, dir))
		}
		before := left(t, dir)
		stdout, stderr, status := run(t, dir, strings.Fields(names.Replace(line))...)
		if strings.HasPrefix(line, "campaigns create sweep") && status == 0 {
			names = strings.NewReplacer("CAMPAIGN", strings.TrimSpace(stdout))
		}
		fmt.Fprintf(&said, "$ doorstep %s\n%s", line, stdout)
		if stderr != "" {
			fmt.Fprintf(&said, "--\n%s", stderr)
		}
		if status != 0 {
			fmt.Fprintf(&said, "exit status %d\n", status)
		}
		for _, name := range slices.Sorted(maps.Keys(left(t, dir))) {
			if !before[name] {
				said.WriteString(shown(t, dir, name))
			}
		}
		said.WriteString("\n")
	}
	corpora.Golden(t, filepath.Join("testdata", "city.txt"), unvarying(said.String(), dir))
	checkActors(t, dir)
	shipped, err := os.ReadFile("../collections/forms/child_visit.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "got.csv")); err != nil || string(got) != string(shipped) {
		t.Errorf("got.csv is not the workbook that was published (%v)", err)
	}
}

// someone is the id of the first person of the register.
func someone(t *testing.T, dir string) (id string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "pb_data", "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT id FROM persons ORDER BY id LIMIT 1`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// left are the files in a folder but those of databases.
func left(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "pb_data" || e.Name() == "restored"):
			return filepath.SkipDir
		case !e.IsDir():
			files[strings.TrimPrefix(path, dir+"/")] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var tags = regexp.MustCompile(`(?s)<style.*?</style>|<svg.*?</svg>|<[^>]*>|\n\s*`)

// shown is a file's mode and name, and what people read in a table or page.
func shown(t *testing.T, dir, name string) string {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("%v %s\n", info.Mode(), name)
	switch folder := filepath.Dir(name); {
	case !strings.HasPrefix(folder, "out-") && !strings.HasPrefix(folder, "qr"):
	case strings.HasSuffix(name, ".csv"):
		line += string(text)
	case strings.HasSuffix(name, ".html"):
		line += strings.Join(strings.Fields(tags.ReplaceAllString(string(text), " ")), " ") + "\n"
	}
	return line
}

// varying are parts of what commands say that are others each time.
var varying = []struct {
	part *regexp.Regexp
	is   string
}{
	{regexp.MustCompile(`(?m)^.*，约剩 about .* left\n`), ""}, // of a slow machine
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| [+-]\d{4})?`), "TIME"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "HASH"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`\b[0-9a-f]{8}\b`), "KEY"},
	{regexp.MustCompile(`\b20\d{8}\b`), "VERSION"},
	{regexp.MustCompile(`-?\b\d+\.\d\b`), "WEIGHT"},
}

// unvarying names what differs between two runs: ids and keys by the order in which they come.
func unvarying(said, dir string) string {
	said = strings.ReplaceAll(said, dir, "HERE")
	for _, v := range varying {
		known := map[string]string{}
		said = v.part.ReplaceAllStringFunc(said, func(one string) string {
			if known[one] == "" && (v.is == "ID" || v.is == "KEY") {
				known[one] = fmt.Sprint(v.is, len(known)+1)
			}
			return cmp.Or(known[one], v.is)
		})
	}
	for _, day := range []time.Time{time.Now(), time.Now().UTC(), time.Now().In(survey.Zone)} {
		said = strings.ReplaceAll(said, day.Format(time.DateOnly), "TODAY     ")
	}
	return said
}

// checkActors holds that whatever a command did stands in the audit trail as the operator's: none acts for a worker.
func checkActors(t *testing.T, dir string) {
	t.Helper()
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: filepath.Join(dir, "pb_data"), HideStartBanner: true})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	defer app.ResetBootstrapState()
	var did []string
	err := collections.Each(collections.Read(app), `SELECT DISTINCT action, actor, role FROM audit ORDER BY action`, nil, func(rows *sql.Rows) error {
		var action, actor, role string
		err := rows.Scan(&action, &actor, &role)
		if did = append(did, action); actor != "operator" || role != "operator" {
			if action != "form.published" && action != "services.edit" || actor != "" { // those that the program brings along
				t.Errorf("%s is %q's in the role %q", action, actor, role)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"areas.import", "workers.import", "roster.import", "campaign.create", "form.published", "form.closing"} {
		if !slices.Contains(did, want) {
			t.Errorf("no %s among %v", want, did)
		}
	}
}
