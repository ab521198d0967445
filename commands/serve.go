package commands

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// Serve is PocketBase's command with certificates from files beside its own from an ACME authority.
func Serve(app *pocketbase.PocketBase) *cobra.Command {
	var certFile, keyFile string
	c := cmd.NewServeCommand(app, true)
	c.Flags().StringVar(&certFile, "tls-cert", "", "证书文件(PEM),与 --https 一起用 · certificate file (PEM), with --https")
	c.Flags().StringVar(&keyFile, "tls-key", "", "私钥文件(PEM) · file of its private key (PEM)")
	c.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		https := c.Flags().Lookup("https").Value.String() != "" || c.Flags().NArg() > 0
		switch {
		case certFile != "" && !https:
			return errors.New("证书要与 --https 地址一起用 · --tls-cert needs an address in --https")
		case certFile != "":
			certificate, err := loadCertificate(certFile, keyFile)
			if err != nil {
				return err
			}
			e.Server.TLSConfig.GetCertificate = certificate.forClient
		case !https:
			warnPlain(c.ErrOrStderr(), e.Server.Addr)
		}
		return e.Next()
	})
	return c
}

// warnPlain tells an operator who serves others without TLS what is missing.
func warnPlain(w io.Writer, addr string) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return
	}
	fmt.Fprintf(w, "警告:%s 没有 TLS,密码和个人信息在网络上可被读取;请在前面放反向代理,或用 --https。\nWarning: %s has no TLS: passwords and personal data can be read on the way. Put a proxy in front, or use --https.\n", addr, addr)
}

// Private makes a data folder its owner's alone, also one from before, or from under another umask.
func Private(dir string) error {
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	for _, entry := range entries {
		mode := os.FileMode(0o600)
		if entry.IsDir() {
			mode = 0o700
		} else if !entry.Type().IsRegular() {
			continue
		}
		if err := os.Chmod(dir+string(os.PathSeparator)+entry.Name(), mode); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	return nil
}
