package commands

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/tools/cron"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// checkedValue is the value of a flag that is looked at when the command line is read, before any folder is opened.
type checkedValue struct {
	pflag.Value
	check func(string) error
}

// Set fails where the check does.
func (v checkedValue) Set(said string) error {
	if err := v.check(said); err != nil {
		return err
	}
	return v.Value.Set(said)
}

// checked makes a flag of a command refuse what a check refuses.
func checked(c *cobra.Command, name string, check func(string) error) {
	f := c.Flag(name)
	f.Value = checkedValue{f.Value, check}
}

// isAddress fails for what no server can listen on; an empty one is the usual.
func isAddress(said string) error {
	if said == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(said)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return errors.New("应为 主机:端口，如 0.0.0.0:443 · must be HOST:PORT, such as 0.0.0.0:443")
	}
	return nil
}

func isFile(said string) error {
	info, err := os.Stat(said)
	if err == nil && info.IsDir() {
		err = errors.New("这是文件夹 · this is a folder")
	}
	return err
}

func isSchedule(said string) error {
	if said == "" {
		return nil
	}
	if _, err := cron.NewSchedule(said); err != nil {
		return fmt.Errorf("应为 分 时 日 月 周 · must be MINUTE HOUR DAY MONTH WEEKDAY: %w", err)
	}
	return nil
}

func isSubnets(said string) error {
	for one := range strings.SplitSeq(said, ",") {
		if _, err := netip.ParsePrefix(one); err == nil {
			continue
		}
		if _, err := netip.ParseAddr(one); err != nil {
			return errors.New("应为 IP 地址或网段，如 10.0.0.0/24 · must be addresses or subnets, such as 10.0.0.0/24")
		}
	}
	return nil
}

func isOrigin(said string) error {
	u, err := url.Parse(said)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("应以 https:// 或 http:// 开头 · must begin with https:// or http://")
	}
	return nil
}

// areOrigins fails for what no browser names; "*" is every page, an empty list none.
func areOrigins(said string) error {
	for one := range strings.SplitSeq(said, ",") {
		if one == "" || one == "*" || one == noOrigin {
			continue
		}
		if err := isOrigin(one); err != nil {
			return err
		}
	}
	return nil
}

func isPositive(said string) error {
	if n, err := strconv.Atoi(said); err != nil || n < 1 {
		return errors.New("须为正整数 · must be a positive whole number")
	}
	return nil
}

func isShare(said string) error {
	if x, err := strconv.ParseFloat(said, 64); err != nil || !(x >= 0 && x <= 1) {
		return errors.New("须为 0 至 1 的数 · must be a number from 0 to 1")
	}
	return nil
}

// areDomains fails for a word behind serve that cannot be the domain of a certificate: it would be one that nobody can get.
func areDomains(words []string) error {
	for _, w := range words {
		if !strings.Contains(strings.Trim(w, "."), ".") || strings.ContainsAny(w, "/:@ ") || strings.Trim(w, "0123456789.") == "" {
			return fmt.Errorf("“%s”不是域名；地址用 --http 或 --https 指定 · %q is no domain; addresses are given by --http or --https", w, w)
		}
	}
	return nil
}
