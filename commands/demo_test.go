package commands_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// serving runs the server until it answers, ends it, and returns what it printed.
func serving(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var said bytes.Buffer
	address := freePort(t)
	c := exec.CommandContext(t.Context(), program(t), append([]string{"serve", "--dir", dir, "--http", address}, args...)...)
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, http.DefaultClient, "http://"+address+"/api/health", &said)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	if want := "open: http://" + address + "/console/\n"; !strings.HasSuffix(said.String(), want) {
		t.Errorf("the last line is not %q:\n%s", want, &said)
	}
	return said.String()
}

// refused runs a server that must not start, and returns what it said.
func refused(t *testing.T, dir string, args ...string) string {
	t.Helper()
	stdout, stderr, status := run(t, filepath.Dir(dir), append([]string{"serve", "--dir", dir, "--http", freePort(t)}, args...)...)
	if status == 0 || strings.Contains(stdout+stderr, "doorstep-demo") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
	return stderr
}

// TestDemoKeepsToItself starts the demo where it may, and where somebody has begun to work.
func TestDemoKeepsToItself(t *testing.T) {
	demo := filepath.Join(t.TempDir(), "demo")
	if said := serving(t, demo, "--demo"); !strings.Contains(said, "F00012") || !strings.Contains(said, "doorstep-demo") {
		t.Errorf("the first start prints no sign-ins:\n%s", said)
	}
	if said := serving(t, demo, "--demo"); !strings.Contains(said, "F00012") {
		t.Errorf("the second start prints no sign-ins:\n%s", said)
	}
	if said := serving(t, demo); strings.Contains(said, "F00012") || !strings.Contains(said, "demo database") {
		t.Errorf("a start without --demo prints sign-ins, or does not warn:\n%s", said)
	}
	if said := refused(t, demo, "--demo", "--scale", "full"); !strings.Contains(said, "small") {
		t.Errorf("another scale: %s", said)
	}
	if said := refused(t, demo, "--demo", "--history"); !strings.Contains(said, "small history") {
		t.Errorf("with a history: %s", said)
	}
	areas := filepath.Join(t.TempDir(), "areas.geojson")
	square := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"4403","name":"某市"},"geometry":{"type":"Polygon","coordinates":[[[114,22],[115,22],[115,23],[114,23],[114,22]]]}}]}`
	if err := os.WriteFile(areas, []byte(square), 0o600); err != nil {
		t.Fatal(err)
	}
	city := filepath.Join(t.TempDir(), "city")
	for _, step := range []struct {
		name string
		args []string
	}{
		{"an empty one", []string{"init"}},
		{"one with areas", []string{"areas", "import", areas, "--crs", "wgs84"}},
		{"one with an operator", []string{"superuser", "create", "a@example.org", "a-long-password"}},
	} {
		if _, stderr, status := run(t, ".", append(step.args, "--dir", city)...); status != 0 {
			t.Fatal(stderr)
		}
		if said := refused(t, city, "--demo"); !strings.Contains(said, "not a demo's") {
			t.Errorf("%s: %s", step.name, said)
		}
	}
	if said := serving(t, city); strings.Contains(said, "demo") {
		t.Errorf("a database of somebody's own: %s", said)
	}
}
