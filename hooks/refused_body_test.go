package hooks_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

// Whoever sends a body that is refused before it has come, in one piece and without looking up, finds the answer behind it: the connection
// is not reset. One who waits for leave to send it is answered at once.
func TestARefusedBodyIsAnswered(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", gridA)).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	for what, c := range map[string]struct {
		path, token, expect string
		size, status        int
	}{
		"a push that is too large":             {"/api/sync/v1/push", tablet.Token, "", 20 << 20, 413},
		"a push of nobody":                     {"/api/sync/v1/push", "", "", 7 << 20, 401},
		"a record of nobody":                   {"/api/collections/households/records", "", "", 7 << 20, 413},
		"a file that is too large":             {"/api/doorstep/v1/areas?crs=wgs84", manager.Token, "", 40 << 20, 413},
		"a file of who may not":                {"/api/doorstep/v1/areas?crs=wgs84", tablet.Token, "", 20 << 20, 403},
		"a part of a file, of nobody":          {"/api/sync/v1/files/", "", "", 7 << 20, 401},
		"nothing there":                        {"/api/doorstep/v1/nothing", "", "", 7 << 20, 404},
		"a push of nobody, who asks for leave": {"/api/sync/v1/push", "", "100-continue", 7 << 20, 401},
	} {
		t.Run(what, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(tablet.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", c.path, c.size)
			if c.token != "" {
				head += "Authorization: " + c.token + "\r\nX-Doorstep-Device: " + tablet.Device + "\r\n"
			}
			body := strings.Repeat("x", c.size)
			if c.expect != "" {
				head, body = head+"Expect: "+c.expect+"\r\n", ""
			}
			if _, err := conn.Write([]byte(head + "\r\n" + body)); err != nil {
				t.Fatal(err)
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != c.status {
				t.Errorf("%d, want %d", res.StatusCode, c.status)
			}
		})
	}
}
