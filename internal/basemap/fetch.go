package basemap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"doorstep/internal/tile"
)

// Bounds of what is asked of the tile server.
const (
	longest   = 5 * time.Second  // that a square may take, waiting for its turn too
	largest   = 1 << 20          // bytes of a square
	atOnce    = 6                // squares that are fetched
	restAfter = 30 * time.Second // in which nothing is asked after it did not answer
)

// types are what a square may be. What its bytes are decides, whatever its header says.
var types = []string{"image/png", "image/jpeg", "image/webp"}

// ErrNone is returned for a square that the tile server does not have.
var ErrNone = errors.New("no such square")

// Failure is why a square did not come, in both languages. It names neither the square nor the address.
type Failure struct {
	Why   string
	Whole bool // the tile server gives nothing now, not this square alone
	Again bool // it was told before
}

func (f *Failure) Error() string { return "base map: " + f.Why }

// errInside says that an address is none of the open internet.
var errInside = errors.New("地址在内网，须在服务器上用 --inside 设置 · its address is private: set it at the machine with --inside")

// tooSlow is why nothing came within longest.
const tooSlow = "地图服务器太慢 · the tile server is too slow"

// agent names this program, as tile servers ask for.
const agent = "Doorstep"

// client returns a client for tile servers. It uses no proxy and follows no redirect, and unless inside it reaches no private address.
func client(inside bool) *http.Client {
	dialer := &net.Dialer{Timeout: longest, Control: func(_, address string, _ syscall.RawConn) error { // after names were looked up
		at, err := netip.ParseAddrPort(address)
		if err != nil || !reachable(at.Addr().Unmap(), inside) {
			return errInside
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: longest,
			MaxIdleConnsPerHost: atOnce, MaxConnsPerHost: atOnce, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// special are networks that are not the open internet's, beyond those that netip knows.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// reachable reports whether a tile server may stand at an address. Addresses of one link, where clouds keep credentials, never do.
func reachable(at netip.Addr, inside bool) bool {
	if at.IsLinkLocalUnicast() || at.IsMulticast() || at.IsUnspecified() {
		return false
	}
	if inside {
		return true
	}
	return at.IsGlobalUnicast() && !at.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(at) })
}

// Image is a square as the tile server gave it.
type Image struct {
	Type  string
	Bytes []byte
}

// fetch asks the tile server for a square until ctx ends. It fails with ErrNone or a Failure.
func fetch(ctx context.Context, c *http.Client, src Source, at tile.At) (Image, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, src.address(at), nil)
	if err != nil {
		return Image{}, &Failure{Why: "地址无法识别 · its address cannot be read", Whole: true}
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", "image/webp,image/png,image/jpeg")
	res, err := c.Do(req)
	if err != nil {
		return Image{}, &Failure{Why: unanswered(err), Whole: true}
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusNoContent || res.StatusCode == http.StatusGone:
		return Image{}, ErrNone
	case res.StatusCode != http.StatusOK:
		why := fmt.Sprintf("地图服务器返回 %d · the tile server answers %d", res.StatusCode, res.StatusCode)
		return Image{}, &Failure{Why: why, Whole: res.StatusCode != http.StatusBadRequest}
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, largest+1))
	if err != nil {
		return Image{}, &Failure{Why: unanswered(err), Whole: true}
	}
	if len(raw) > largest {
		return Image{}, &Failure{Why: "瓦片超过 1 MB · a square is too large"}
	}
	kind := http.DetectContentType(raw)
	if !slices.Contains(types, kind) {
		return Image{}, &Failure{Why: "瓦片不是 PNG、JPEG 或 WebP · a square is no PNG, JPEG or WebP"}
	}
	return Image{kind, raw}, nil
}

// unanswered says why there was no answer, without what was asked for.
func unanswered(err error) string {
	var name *net.DNSError
	switch {
	case errors.Is(err, errInside):
		return errInside.Error()
	case errors.As(err, &name):
		return "找不到地图服务器的域名 · the name of the tile server is not known"
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return tooSlow
	}
	why := err
	for errors.Unwrap(why) != nil {
		why = errors.Unwrap(why)
	}
	return "无法连接地图服务器 · the tile server cannot be reached: " + why.Error()
}
