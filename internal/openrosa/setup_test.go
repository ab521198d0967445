package openrosa

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"io"
	"strings"
	"testing"
)

func TestSetupReadsBack(t *testing.T) {
	token := strings.Repeat("a", 43)
	s := Setup{ServerURL: ProjectURL("https://survey.example.cn", token, AllForms), Project: "示例区 走访", Username: "F1"}
	text, err := s.text()
	if err != nil {
		t.Fatal(err)
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		General, Admin, Project map[string]any
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"server_url": "https://survey.example.cn/v1/key/" + token + "/projects/all", "autosend": "wifi_and_cellular", "form_update_mode": "match_exactly", "app_language": "zh",
	} {
		if got.General[key] != want {
			t.Errorf("general.%s: %v, want %v", key, got.General[key], want)
		}
	}
	if got.Admin["change_server"] != false || got.Project["name"] != "示例区 走访" {
		t.Errorf("admin %v, project %v", got.Admin, got.Project)
	}
}

func TestQRCodeHasItsQuietZone(t *testing.T) {
	var b bytes.Buffer
	if err := (Setup{ServerURL: "https://survey.example.cn/v1/key/x/projects/all"}).WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	side := img.Bounds().Dx()
	for i := range side {
		for _, p := range [][2]int{{i, 0}, {i, quietZone*moduleSize - 1}, {0, i}, {side - 1, i}} {
			if r, _, _, _ := img.At(p[0], p[1]).RGBA(); r != 0xffff {
				t.Fatalf("pixel %v is not white", p)
			}
		}
	}
	if r, _, _, _ := img.At(quietZone*moduleSize, quietZone*moduleSize).RGBA(); r != 0 {
		t.Error("the finder pattern does not begin where the quiet zone ends")
	}
}
