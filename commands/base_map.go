package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/basemap"
	"doorstep/internal/grid"
	"doorstep/internal/tile"
)

// noBaseMap is said in the place of an address to have no base map.
const noBaseMap = "off"

// baseMap sets the tile server of the console's maps, or says which it is.
func baseMap(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var src basemap.Source
	c := &cobra.Command{Use: "base-map [URL|off]", Short: "地图的底图 · the base map of the console's maps", Args: cobra.MaximumNArgs(1),
		Long: "URL 是瓦片地址，含 {z}、{x}、{y}。瓦片由服务器代取，浏览器不访问别处。不给 URL 时显示现有设置并试取一张。\n" +
			"URL is the address of tiles, with {z}, {x} and {y}. The server fetches them; no browser asks anybody else. Without a URL the\n" +
			"setting is told, and a square is tried.",
		Example: "  doorstep base-map 'https://tiles.example.org/{z}/{x}/{y}.png' --datum gcj02 --credit '© 某某地图'\n  doorstep base-map off"}
	c.Flags().Var(choice{&src.Datum, []string{basemap.WGS84, basemap.GCJ02}}, "datum", "瓦片的坐标系，必须写明 · datum of the squares, must be said")
	c.Flags().StringVar(&src.Credit, "credit", "", "地图来源，随图显示 · whose map it is, shown with it")
	c.Flags().IntVar(&src.LargestZoom, "largest-zoom", tile.MostZoom, "瓦片的最大级别 · largest zoom of the squares")
	c.Flags().BoolVar(&src.Inside, "inside", false, "瓦片服务器在本单位内网 · the tile server stands in your own network")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if len(args) == 0 {
			if src, err = baseMapOf(app); err != nil {
				return err
			}
			return tellBaseMap(cmd.Context(), cmd.OutOrStdout(), src, d.Areas.Index())
		}
		if args[0] == noBaseMap {
			return setBaseMap(cmd.Context(), app, d, basemap.Source{})
		}
		src.URL = args[0]
		if err := src.Check(); err != nil {
			return err
		}
		if err := setBaseMap(cmd.Context(), app, d, src); err != nil {
			return err
		}
		return tellBaseMap(cmd.Context(), cmd.OutOrStdout(), src, d.Areas.Index())
	}
	return prepared(app, d, c)
}

func baseMapOf(app *pocketbase.PocketBase) (basemap.Source, error) {
	text, err := collections.MetaValue(collections.Read(app), basemap.Key)
	if err != nil {
		return basemap.Source{}, err
	}
	return basemap.Parse(text)
}

// setBaseMap writes the setting, which a running server follows at once. The trail names the server and not the whole address, which may
// hold a key.
func setBaseMap(ctx context.Context, app *pocketbase.PocketBase, d *hooks.Doorstep, src basemap.Source) error {
	text, where := "", noBaseMap
	if src.On() {
		written, err := json.Marshal(src)
		if err != nil {
			return err
		}
		address, err := url.Parse(src.URL)
		if err != nil {
			return err
		}
		text, where = string(written), address.Host
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		if err := collections.SetMeta(db, basemap.Key, text); err != nil {
			return err
		}
		entry := access.Shell().Did(audit.Configure)
		entry.Purpose, entry.Detail = audit.Administration, map[string]string{"what": basemap.Key, "value": where}
		return audit.Append(db, d.Now(), entry)
	})
}

// tellBaseMap prints the setting and whether a square in the middle of an area comes.
func tellBaseMap(ctx context.Context, out io.Writer, src basemap.Source, areas *grid.Index) error {
	if !src.On() {
		_, err := fmt.Fprintln(out, "没有底图 · there is no base map")
		return err
	}
	fmt.Fprintf(out, "%s\n%s, 最大级别 largest zoom %d, %s\n", src.URL, src.Datum, src.LargestZoom, src.Credit)
	middle, found := someMiddle(areas)
	if !found {
		_, err := fmt.Fprintln(out, "没有带边界的区划，未试取 · no area has a boundary, so no square was tried")
		return err
	}
	_, err := basemap.New(time.Now).Get(ctx, src, tile.Holding(middle, min(src.LargestZoom, 12)))
	switch failed := (*basemap.Failure)(nil); {
	case err == nil:
		_, err = fmt.Fprintln(out, "试取成功 · a square came")
	case errors.Is(err, basemap.ErrNone):
		_, err = fmt.Fprintln(out, "服务器没有这里的瓦片 · the tile server has no square there")
	case errors.As(err, &failed):
		_, err = fmt.Fprintf(out, "试取失败，设置已保存 · no square came, the setting stands: %s\n", failed.Why)
	}
	return err
}

// someMiddle is the middle of one of the largest areas that have a boundary.
func someMiddle(areas *grid.Index) (middle orb.Point, found bool) {
	whole := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for _, level := range []grid.Level{grid.City, grid.District, grid.Street, grid.Community, grid.Grid} {
		for a := range areas.In(whole, level) {
			return a.Boundary.Bound().Center(), true
		}
	}
	return orb.Point{}, false
}
