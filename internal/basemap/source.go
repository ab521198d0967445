// Package basemap gives squares of a street map to the maps of the console. They come from the tile server that an operator names, through
// this server: a browser asks nobody else, and the tile server learns of nobody.
package basemap

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"doorstep/internal/tile"
)

// Key is the meta key of the Source, as JSON; without a value there is no base map.
const Key = "base_map"

// Datums of squares.
const (
	WGS84 = "wgs84"
	GCJ02 = "gcj02"
)

const longestCredit = 200 // letters of a credit line

// Source is a tile server, and how its squares are drawn.
type Source struct {
	URL         string `json:"url"`          // with {z}, {x} and {y}; may hold a key of the city's
	Datum       string `json:"datum"`        // in which its squares are cut: WGS84 or GCJ02
	Credit      string `json:"credit"`       // is shown with every map
	LargestZoom int    `json:"largest_zoom"` // of its squares
	Inside      bool   `json:"inside"`       // it stands in the city's own network: its address may be private
}

// ErrSetting is returned for a setting that was written by hand and is wrong.
var ErrSetting = errors.New(Key)

// Parse reads what Key holds: the zero Source for none. It fails with ErrSetting.
func Parse(text string) (s Source, err error) {
	if text == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Source{}, fmt.Errorf("%w: %w", ErrSetting, err)
	}
	if err := s.Check(); err != nil {
		return Source{}, fmt.Errorf("%w: %w", ErrSetting, err)
	}
	return s, nil
}

// On reports whether there is a base map.
func (s Source) On() bool { return s.URL != "" }

// Check says what is wrong with a source, in both languages.
func (s Source) Check() error {
	switch {
	case !oneEach(s.URL):
		return errors.New("地址中 {z}、{x}、{y} 须各出现一次，且只能在路径或参数里 · the address must have {z}, {x} and {y} once each, in its path or query")
	case !plain(s.URL):
		return errors.New("地址须以 http:// 或 https:// 开头，不含用户名和 # · the address must begin with http:// or https://, without user name and #")
	case s.Datum != WGS84 && s.Datum != GCJ02:
		return fmt.Errorf("须说明坐标系（--datum） · it must be said how the squares are cut (--datum); 可选 one of: %s, %s", WGS84, GCJ02)
	case strings.TrimSpace(s.Credit) == "" || utf8.RuneCountInString(s.Credit) > longestCredit:
		return fmt.Errorf("须写明地图来源（--credit），最多 %d 字 · it must be said whose map it is (--credit), in at most %[1]d letters",
			longestCredit)
	case s.LargestZoom < 1 || s.LargestZoom > tile.MostZoom:
		return fmt.Errorf("最大级别须在 1 至 %d 之间 · the largest zoom is from 1 to %d", tile.MostZoom, tile.MostZoom)
	}
	return nil
}

// oneEach reports whether a template has each placeholder once, and no other.
func oneEach(template string) bool {
	rest := template
	for _, p := range []string{"{z}", "{x}", "{y}"} {
		if strings.Count(template, p) != 1 {
			return false
		}
		rest = strings.Replace(rest, p, "", 1)
	}
	return !strings.ContainsAny(rest, "{}")
}

// plain reports whether a template is an address on the web whose server is fixed.
func plain(template string) bool {
	u, err := url.Parse(template)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		!strings.Contains(template, "#")
}

func (s Source) address(at tile.At) string {
	return strings.NewReplacer("{z}", strconv.Itoa(at.Z), "{x}", strconv.Itoa(at.X), "{y}", strconv.Itoa(at.Y)).Replace(s.URL)
}
