package openrosa

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"io"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// Setup is what an app learns from a QR code.
type Setup struct {
	ServerURL string // of a project
	Project   string // name shown in the app
	Username  string // fills the username question of forms
}

// ProjectURL is the server_url of a token. origin is scheme and host.
func ProjectURL(origin, token, campaign string) string {
	return origin + "/v1/key/" + token + "/projects/" + campaign
}

// json are Collect's settings. Lists are checked every hour: 3,000 tablets then make about four requests per second,
// and a worker can always ask by hand. What is sent stays on the tablet, because only such records can be edited.
func (s Setup) json() ([]byte, error) {
	return json.Marshal(map[string]any{
		"general": map[string]any{
			"server_url": s.ServerURL, "form_update_mode": "match_exactly", "periodic_form_updates_check": "every_one_hour",
			"autosend":    "wifi_and_cellular",
			"delete_send": false, "app_language": "zh", "constraint_behavior": "on_swipe", "image_size": "medium", "metadata_username": s.Username,
		},
		"admin":   map[string]any{"change_server": false},
		"project": map[string]any{"name": s.Project},
	})
}

// text is what the QR code says: the settings, deflated, in base64.
func (s Setup) text() (string, error) {
	settings, err := s.json()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(settings); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

const (
	moduleSize = 6 // pixels
	quietZone  = 4 // modules, as the standard asks
)

// WritePNG draws the QR code, black on white, with the quiet zone that scanners need.
func (s Setup) WritePNG(w io.Writer) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	code, err := qr.Encode(text, qr.L, qr.Unicode)
	if err != nil {
		return fmt.Errorf("make a QR code: %w", err)
	}
	side := code.Bounds().Dx() * moduleSize
	scaled, err := barcode.Scale(code, side, side)
	if err != nil {
		return fmt.Errorf("make a QR code: %w", err)
	}
	return png.Encode(w, framed(scaled, quietZone*moduleSize))
}
