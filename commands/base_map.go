package commands

import (
	"context"
	"fmt"
	"io"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/basemap"
	"doorstep/internal/grid"
	"doorstep/internal/server"
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
			if src, err = server.BaseMap(collections.Read(app)); err != nil {
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

func setBaseMap(ctx context.Context, app *pocketbase.PocketBase, d *hooks.Doorstep, src basemap.Source) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		return server.SetBaseMap(db, access.Act{Actor: access.Shell(), Now: d.Now()}, src)
	})
}

// tellBaseMap prints the setting and whether a square in the middle of an area comes.
func tellBaseMap(ctx context.Context, out io.Writer, src basemap.Source, areas *grid.Index) error {
	if !src.On() {
		_, err := fmt.Fprintln(out, "没有底图 · there is no base map")
		return err
	}
	fmt.Fprintf(out, "%s\n%s, 最大级别 largest zoom %d, %s\n", src.URL, src.Datum, src.LargestZoom, src.Credit)
	tried, why, err := server.TryBaseMap(ctx, src, areas)
	if err != nil {
		return err
	}
	switch tried {
	case server.SquareCame:
		_, err = fmt.Fprintln(out, "试取成功 · a square came")
	case server.NoSquare:
		_, err = fmt.Fprintln(out, "服务器没有这里的瓦片 · the tile server has no square there")
	case server.SquareFailed:
		_, err = fmt.Fprintf(out, "试取失败，设置已保存 · no square came, the setting stands: %s\n", why)
	default:
		_, err = fmt.Fprintln(out, "没有带边界的区划，未试取 · no area has a boundary, so no square was tried")
	}
	return err
}
