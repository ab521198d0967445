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
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"

	"doorstep/hooks"
)

// serve is PocketBase's command with certificates from files beside its own from an ACME authority, the demo, and the
// address to open on the last line.
func serve(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := cmd.NewServeCommand(app, false)
	c.Use, c.Short = "serve [DOMAIN...]", "启动服务，默认 127.0.0.1:8090 · start the server, on 127.0.0.1:8090 unless told otherwise"
	usage(c, "http", "HTTP 监听地址 · address for HTTP (default 127.0.0.1:8090; 0.0.0.0:80 with domains)")
	usage(c, "https", "HTTPS 监听地址 · address for HTTPS (0.0.0.0:443 with domains)")
	checked(c, "http", isAddress)
	checked(c, "https", isAddress)
	origins := ownOrigin(c)
	checked(c, "origins", areOrigins)
	run := c.RunE
	c.RunE = func(c *cobra.Command, domains []string) error {
		if err := origins(); err != nil {
			return err
		}
		fmt.Fprintf(c.ErrOrStderr(), "Doorstep %s\n数据目录 data folder: %s\n", version(), app.DataDir())
		return run(c, domains)
	}
	addCertificate(app, c)
	addOperatorFrom(app, c)
	addDemo(app, d, c)
	addShipped(app, d, c)
	addBackups(d, c)
	addSpare(app, c)
	addDay(d, c)
	return making(c)
}

// noOrigin is equal to no origin that a browser names: pages of this server need no leave, and others have none.
const noOrigin = "self"

// ownOrigin lets pages of other servers call only where --origins names them; PocketBase lets all. It returns what is to be done once the
// flags are read: an empty list would let all again.
func ownOrigin(c *cobra.Command) func() error {
	f := c.Flag("origins")
	f.DefValue = noOrigin
	usage(c, f.Name, "允许跨域调用的网页来源，如 https://tablet.example；默认只有本服务器自己的网页 · origins of pages of other servers that may call, such as "+
		"https://tablet.example; none but this server's own unless told")
	list := f.Value.(interface {
		Replace([]string) error
		GetSlice() []string
	})
	none := func() error { return list.Replace([]string{noOrigin}) }
	if err := none(); err != nil {
		panic(err) // a list of one word
	}
	return func() error {
		if len(list.GetSlice()) > 0 {
			return nil
		}
		return none()
	}
}

func usage(c *cobra.Command, flag, text string) {
	if f := c.Flag(flag); f != nil {
		f.Usage = text
	}
}

// addCertificate gives serve the flags with the files of a certificate, and looks at them before the folder is opened.
func addCertificate(app *pocketbase.PocketBase, c *cobra.Command) {
	var certFile, keyFile string
	c.Flags().StringVar(&certFile, "tls-cert", "", "证书文件（PEM），与 --https 一起用 · certificate file (PEM), with --https")
	c.Flags().StringVar(&keyFile, "tls-key", "", "私钥文件（PEM） · file of its private key (PEM)")
	c.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	checked(c, "tls-cert", isFile)
	checked(c, "tls-key", isFile)
	https := func() bool { return c.Flag("https").Value.String() != "" || c.Flags().NArg() > 0 }
	var loaded *certificate
	c.Args = func(_ *cobra.Command, domains []string) (err error) {
		if err := c.ValidateFlagGroups(); err != nil { // cobra looks at them after Args
			return err
		}
		if certFile != "" && !https() {
			return errors.New("证书要与 --https 地址一起用 · --tls-cert needs an address in --https")
		}
		if certFile != "" {
			if loaded, err = loadCertificate(certFile, keyFile); err != nil {
				return err
			}
		}
		return areDomains(domains)
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		switch {
		case loaded != nil:
			e.Server.TLSConfig.GetCertificate = loaded.forClient
		case !https():
			warnPlain(c.ErrOrStderr(), e.Server.Addr)
		}
		return e.Next()
	})
}

// firstOperator says how to make an operator where there is none, in the place of PocketBase's installer, which prints a
// link that signs in as one.
func firstOperator(w io.Writer, app core.App) error {
	n, err := app.CountRecords(core.CollectionNameSuperusers)
	if err == nil && n == 0 {
		fmt.Fprintf(w, "还没有运维账号，请运行 · there is no operator yet, run: doorstep superuser create EMAIL PASSWORD --dir %s\n", app.DataDir())
	}
	return err
}

// addShipped tells an operator after an upgrade that a form comes otherwise than it is used here: nobody's form is changed
// under their records.
func addShipped(app *pocketbase.PocketBase, d *hooks.Doorstep, c *cobra.Command) {
	// once the forms are read
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "doorstep.shipped", Priority: 80, Func: func(e *core.ServeEvent) error {
		news, err := d.NewlyShipped(e.App)
		if err != nil {
			return err
		}
		for _, form := range news {
			fmt.Fprintf(c.ErrOrStderr(),
				"随程序附带的问卷 %s 有新版本，这里仍用原来的；要换用请运行 · a newer %s comes with this program, the old one stays in use; to change, run: doorstep forms "+
					"publish %s --shipped --dir %s\n", form, form, form, app.DataDir())
		}
		return e.Next()
	}})
}

// openAt is the address that a browser on this machine opens.
func openAt(addr string, https bool, domains []string) string {
	scheme, host := "http://", addr
	if https {
		scheme = "https://"
	}
	if len(domains) > 0 {
		return scheme + domains[0] + "/console/"
	}
	if name, port, err := net.SplitHostPort(addr); err == nil {
		if ip := net.ParseIP(name); name == "" || ip != nil && ip.IsUnspecified() {
			name = "127.0.0.1"
		}
		host = net.JoinHostPort(name, port)
	}
	return scheme + host + "/console/"
}

// warnPlain tells an operator who serves others without TLS what is missing.
func warnPlain(w io.Writer, addr string) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return
	}
	fmt.Fprintf(w, "警告：%s 没有 TLS，密码和个人信息在网络上可被读取；请在前面放反向代理，或用 --https。\nWarning: %s has no TLS: passwords and personal data can be read on "+
		"the way. Put a proxy in front, or use --https.\n", addr, addr)
}

// private makes a data folder its owner's alone, also one from before, or from under another umask.
func private(dir string) error {
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
