package commands_test

import (
	"bytes"
	"database/sql"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"doorstep/commands"
	"doorstep/hooks"
)

// wrongTexts are command lines with a wrong value of a flag whose values the data tells, and what the answer names.
var wrongTexts = map[string]struct{ args, names string }{
	"export --format":              {"export child_visit -o out --format docx", "csv, xlsx"},
	"export --labels":              {"export child_visit -o out --labels fr", "zh, en"},
	"export --states":              {"export child_visit -o out --states done", "approved"},
	"export --campaign":            {"export child_visit -o out --campaign none", "campaign"},
	"export --quasi":               {"export child_visit -o out --quasi none", "quasi"},
	"export --sensitive":           {"export child_visit -o out --sensitive none", "sensitive"},
	"export --k":                   {"export child_visit -o out --k 1", "2–100"},
	"export --l":                   {"export child_visit -o out --l 21", "1–20"},
	"campaigns create --form":      {"campaigns create N --form none --territory 4403", "child_visit"},
	"campaigns create --territory": {"campaigns create N --form child_visit --territory 9999", "9999"},
	"campaigns create --starts":    {"campaigns create N --form child_visit --territory 4403 --starts soon", "YYYY-MM-DD"},
	"campaigns create --ends":      {"campaigns create N --form child_visit --territory 4403 --ends soon", "YYYY-MM-DD"},
	"workers qr --area":            {"workers qr --url https://example.org --area 9999", "9999"},
	"workers qr --campaign":        {"workers qr --url https://example.org --campaign none", "campaign"},
	"workers import --passwords":   {"workers import list.csv --passwords list.csv", "list.csv"},
	"audit verify --anchor":        {"audit verify --anchor none", "anchor"},
	"dedup --map":                  {"dedup people.csv -o out --map frob=x", "birth_date"},
	"dedup --id":                   {"dedup people.csv -o out --id none", "none"},
	"match --map":                  {"match people.csv -o out --map frob=x", "birth_date"},
	"match --not-listed":           {"match people.csv -o out --not-listed frob", "elder"},
	"match --within":               {"match people.csv -o out --within 9999", "9999"},
	"base-map --credit":            {"base-map https://tiles.example/{z}/{x}/{y}.png --datum gcj02 --credit=", "--credit"},
	"forms publish --shipped":      {"forms publish none --shipped", "child_visit"},
}

// anyText are flags whose value may be any words, and what they are.
var anyText = map[string]string{
	"--dir": "folder", "export --out": "folder", "workers qr --out": "folder", "dedup --out": "folder", "match --out": "folder", "roster import --out": "folder", "forms convert --out": "file", "forms download --out": "file",
	"serve --backup-dir": "folder", "backup --backup-dir": "folder", "serve --witness": "file", "workers qr --label": "note", "simulate --operator": "account",
	"--encryptionEnv": "hidden",
}

// wrongWords are command lines that name what is not there, and what the answer names.
var wrongWords = map[string]string{
	"areas import none.csv": "none.csv", "areas house-codes none.csv": "none.csv", "areas house-codes list.csv": "house_code", "areas import none.geojson --crs wgs84": "none.geojson", "roster import none.csv": "none.csv", "workers import none.xlsx": "none.xlsx",
	"forms convert none.xlsx": "none.xlsx", "forms publish none.xlsx": "none.xlsx", "dedup none.csv -o out": "none.csv", "match none.csv -o out": "none.csv", "dedup list.csv none.csv -o out": "none.csv", "restore none.zip": "none.zip",
	"areas import list.csv": "code", "roster import list.csv": "area", "workers import list.csv": "staff_no", "forms publish list.csv": "XLSForm", "forms convert list.csv": "XLSForm", "restore list.csv": "list.csv",
	"areas import list.geojson": "--crs", "areas import list.csv --crs wgs84": "--crs", "export none -o out": "child_visit", "forms download none": "child_visit", "forms close none 1": "child_visit", "forms close child_visit 1": "child_visit",
	"campaigns open none": "none", "campaigns close none": "none", "audit who none": "none", "workers unlock none": "staff", "workers second-factor maybe": "required, off",
	"base-map none": "{z}", "base-map ftp://tiles.example/{z}/{x}/{y}": "https://", "base-map https://{z}.example/{x}/{y}": "https://", "base-map https://u:p@tiles.example/{z}/{x}/{y}": "https://",
	"base-map https://tiles.example/{z}/{x}/{y}": "wgs84, gcj02", "base-map https://tiles.example/{z}/{x}/{y}/{s} --datum wgs84": "{z}",
	"base-map https://tiles.example/{z}/{x}/{y} --datum wgs84 --credit x --largest-zoom 19": "18",
	"superuser create you@example.org short":                                                "密码至少 8 个字符", "superuser create none long-password-1": "", "superuser delete none@example.org": "none@example.org", "superuser update none@example.org long-password-1": "none@example.org", "superuser otp none@example.org": "none@example.org",
	"superuser ips none": "10.0.0.0/24", "superuser upsert none long-password-1": "", "serve none": "--http", "serve https://example.org": "--http", "keys new list.csv": "list.csv",
	"backup none/none.zip": "none", "backup list.csv": "list.csv：已有同名文件", "restore . --replace": "这是文件夹", "dedup people.csv -o list.csv": "list.csv：不是文件夹", "simulate --server http://127.0.0.1:1 --patience 1ms": "127.0.0.1:1", "simulate --kill-every 1h --patience 1ms": "serve --demo", "serve --tls-cert list.csv --tls-key list.csv": "--https",
	"serve --https 127.0.0.1:0 --tls-cert list.csv --tls-key list.csv": "certificate",
}

// TestEveryMistake goes through every command and every flag: what is mistyped ends with another exit status, a sentence in both
// languages that names what there is, and nothing that was not there before.
func TestEveryMistake(t *testing.T) {
	home := t.TempDir()
	if _, stderr, status := run(t, home, "init", "--dir", "city"); status != 0 {
		t.Fatal(stderr)
	}
	city := filepath.Join(home, "city")
	before := rowsOf(t, city)
	unused := maps.Clone(wrongTexts)
	for path, c := range everyCommand() {
		words := strings.Fields(path)
		fail(t, "", append(words, "--frob"), "--frob")
		fail(t, "", append(words, "-Z"), "-Z")
		if c.HasSubCommands() {
			fail(t, "", append(words, "frob"), strings.Join(available(c), ", "))
			fail(t, "", append(words, "frob", "--help"), strings.Join(available(c), ", "))
			fail(t, "", append(words, "--help", "frob"), strings.Join(available(c), ", "))
			continue
		}
		if c.Args != nil && c.Args(c, nil) != nil {
			fail(t, city, words, "")
		}
		if many := []string{"a", "b", "c", "d"}; c.Args != nil && path != "serve" && c.Args(c, many) != nil {
			fail(t, city, append(words, many...), "")
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			name := "--" + f.Name
			if f.NoOptDefVal == "" {
				fail(t, "", append(words, name), name)
			}
			wrong, known := wrongTexts[path+" "+name]
			switch {
			case known:
				delete(unused, path+" "+name)
				fail(t, city, strings.Fields(wrong.args), wrong.names)
			case anyText[name] == "" && anyText[path+" "+name] == "":
				fail(t, "", append(words, name+"=:frob:"), strings.ReplaceAll(choices(f), "|", ", "))
			}
		})
	}
	for line, names := range wrongWords {
		fail(t, city, strings.Fields(line), names)
	}
	for name := range unused {
		t.Errorf("there is no flag %s any more", name)
	}
	if after := rowsOf(t, city); !maps.Equal(before, after) {
		t.Errorf("rows of each table were %v, are %v", before, after)
	}
}

// choices are the words that a flag takes, where they are few.
func choices(f *pflag.Flag) string {
	if kind := f.Value.Type(); strings.Contains(kind, "|") {
		return kind
	}
	return f.Name
}

// everyCommand is each command of the program by the words that call it; "" is the program itself.
func everyCommand() map[string]*cobra.Command {
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: "pb_data"})
	commands.Add(app, hooks.New(time.Now))
	all := map[string]*cobra.Command{}
	var walk func(string, *cobra.Command)
	walk = func(path string, c *cobra.Command) {
		all[path] = c
		for _, child := range c.Commands() {
			walk(strings.TrimSpace(path+" "+child.Name()), child)
		}
	}
	walk("", app.RootCmd)
	return all
}

func available(c *cobra.Command) (names []string) {
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	slices.Sort(names)
	return names
}

// fail runs a command line beside a list and an empty file, on a city or on a folder that is not there.
func fail(t *testing.T, city string, args []string, names string) {
	t.Helper()
	dir, known := t.TempDir(), map[string]string{"list.csv": "甲\n乙\n", "list.geojson": "甲\n", "people.csv": "record_id,name,birth_date\n1,王芳,2015-03-02\n2,王芳,2015-03-02\n"}
	for name, text := range known {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if city == "" || slices.Contains([]string{"restore", "serve", "simulate"}, args[0]) {
		city = "fresh"
	}
	_, stderr, status := run(t, dir, append([]string{"--dir=" + city}, args...)...)
	chinese := strings.ContainsFunc(stderr, func(r rune) bool { return unicode.Is(unicode.Han, r) && !strings.ContainsRune("错误用法见", r) })
	if status == 0 || !chinese || !strings.Contains(stderr, " · ") || !strings.Contains(stderr, names) {
		t.Errorf("%q: exit status %d, want another, a sentence in both languages, and %q:\n%s", args, status, names, stderr)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if known[e.Name()] == "" {
			t.Errorf("%q: %s was left behind", args, e.Name())
		}
	}
}

// rowsOf counts the rows of each table of a city, and what lies beside its database.
func rowsOf(t *testing.T, city string) map[string]int {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(city, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type='table'`)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		counts[name] = 0
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range counts {
		var n int
		if err := db.QueryRow(`SELECT count(*) FROM "` + name + `"`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts[name] = n
	}
	return counts
}

// TestEveryCommandIsInTheDocs: an operator who reads the pages meets each command.
func TestEveryCommandIsInTheDocs(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	var docs strings.Builder
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		docs.Write(b)
	}
	for path, c := range everyCommand() {
		if ofPocketBase := path == "superuser otp" || path == "superuser ips"; !ofPocketBase && !c.HasSubCommands() && c.IsAvailableCommand() && !strings.Contains(docs.String(), path) {
			t.Errorf("%s is on no page of docs", path)
		}
	}
}

// TestHelpNamesEveryColumn holds the help of each import against the columns that it tells of a list without a header.
func TestHelpNamesEveryColumn(t *testing.T) {
	home := t.TempDir()
	if _, stderr, status := run(t, home, "init", "--dir", "city"); status != 0 {
		t.Fatal(stderr)
	}
	if err := os.WriteFile(filepath.Join(home, "list.csv"), []byte("甲\n乙\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	column := regexp.MustCompile(`(\w+) \((\p{Han}+)\)`)
	for _, name := range []string{"areas", "roster", "workers"} {
		_, said, _ := run(t, home, name, "import", "list.csv", "--dir", "city")
		help, _, _ := run(t, home, name, "import", "--help")
		columns := column.FindAllStringSubmatch(said, -1)
		if len(columns) < 3 {
			t.Fatalf("%s: %s", name, said)
		}
		for _, c := range columns {
			if !strings.Contains(help, c[1]) || !strings.Contains(help, c[2]) {
				t.Errorf("%s import --help does not name %s", name, c[0])
			}
		}
	}
}

// TestIndexKeyIsNotChangedBesideAServer: a server would go on hashing with the earlier one, and what came in meanwhile would not
// be found again. The sealing key may change beside it.
func TestIndexKeyIsNotChangedBesideAServer(t *testing.T) {
	home := t.TempDir()
	if _, stderr, status := run(t, home, "init", "--dir", "city"); status != 0 {
		t.Fatal(stderr)
	}
	address, said := freePort(t), bytes.Buffer{}
	server := exec.CommandContext(t.Context(), program(t), "serve", "--dir", "city", "--http", address)
	server.Dir, server.Stdout, server.Stderr = home, &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, http.DefaultClient, "http://"+address+"/api/health", &said)
	keys := func() string {
		b, err := os.ReadFile(filepath.Join(home, "city.keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := keys()
	if _, stderr, status := run(t, home, "keys", "rotate", "--index", "--dir", "city"); status == 0 || !strings.Contains(stderr, "stop it first") || keys() != before {
		t.Errorf("exit status %d, key file changed %v: %s", status, keys() != before, stderr)
	}
	if _, stderr, status := run(t, home, "keys", "rotate", "--dir", "city"); status != 0 || keys() == before {
		t.Errorf("the sealing key: exit status %d: %s", status, stderr)
	}
	_ = server.Process.Signal(syscall.SIGTERM)
	_ = server.Wait()
	if _, stderr, status := run(t, home, "keys", "rotate", "--index", "--dir", "city"); status != 0 {
		t.Errorf("without the server: exit status %d: %s", status, stderr)
	}
}
