package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMistypedCommands holds what an operator or a script learns from a mistake: an exit status, the words that there
// are, and no new data folder.
func TestMistypedCommands(t *testing.T) {
	for name, tt := range map[string]struct{ args, want string }{
		"no such command":             {"frob", "areas, audit"},
		"no such subcommand":          {"forms frob", "convert, "},
		"no such operator command":    {"superuser frob", "create, "},
		"no such flag":                {"serve --frob", "serve --help"},
		"no such flag, in Chinese":    {"serve --frob", "没有选项 --frob · unknown flag: --frob"},
		"a value that is none":        {"export x --k y -o out", "选项 --k 的值不能是“y”"},
		"half of a pair":              {"init --help=maybe", "选项 -h, --help 的值不能是“maybe”"},
		"too few words":               {"export", "要 1 个参数，给了 0 个 · accepts 1"},
		"no such flag of all":         {"--frob", "--help"},
		"no such scale":               {"serve --demo --scale tiny", "small, town, tenth, full"},
		"no such scale of a city":     {"simulate --scale tiny", "small, full"},
		"no Doorstep: export":         {"export child_visit -o out", "no Doorstep in pb_data"},
		"no Doorstep: another folder": {"audit verify --dir nowhere", "no Doorstep in nowhere"},
		"no Doorstep: operators":      {"superuser create a@example.org a-long-password", "no Doorstep in pb_data"},
		"no Doorstep: keys":           {"keys status", "no Doorstep in pb_data"},
		"init takes a flag":           {"init elsewhere", "--dir"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			stdout, stderr, status := run(t, dir, strings.Fields(tt.args)...)
			if status == 0 || !strings.Contains(stderr, tt.want) || strings.Contains(stdout+stderr, "用法 · Usage:") {
				t.Errorf("exit status %d, want another and %q:\n%s%s", status, tt.want, stdout, stderr)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("%v %v was left behind", left, err)
			}
		})
	}
}

func TestWhatDoesNotFail(t *testing.T) {
	for _, args := range []string{"", "--help", "--version", "forms", "serve --help"} {
		dir := t.TempDir()
		stdout, stderr, status := run(t, dir, strings.Fields(args)...)
		if status != 0 || stdout == "" || strings.Contains(stdout, "encryptionEnv") || strings.Contains(stdout, "migrate ") || args != "--version" && !strings.Contains(stdout, "用法 · Usage:") {
			t.Errorf("%q: exit status %d\n%s%s", args, status, stdout, stderr)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%q: %v %v was left behind", args, left, err)
		}
	}
}

func TestInit(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, status := run(t, dir, "init", "--dir", "city"); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	for _, name := range []string{"city/data.db", "city.keys.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if _, stderr, status := run(t, dir, "init", "--dir", "city"); status == 0 || !strings.Contains(stderr, "already") {
		t.Errorf("init in a folder that is in use: exit status %d: %s", status, stderr)
	}
	if said := served(t, dir); strings.Contains(said, "may come from a backup") {
		t.Errorf("the first server takes a new database for a backup: %s", said)
	}
	if stdout, stderr, status := run(t, dir, "audit", "verify", "--dir", "city"); status != 0 {
		t.Errorf("audit verify: exit status %d: %s%s", status, stdout, stderr)
	}
}
