package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/signin"
)

// factorPolicy switches the second factor of supervisors, managers and analysts on or off for this installation.
func factorPolicy(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "second-factor required|off", Short: "办公人员是否须用动态口令 · whether office staff sign in with a second factor", Args: cobra.ExactArgs(1), ValidArgs: []string{"required", signin.Off}}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] != "required" && args[0] != signin.Off {
			return fmt.Errorf("second-factor %q: required | off", args[0])
		}
		return collections.Write(cmd.Context(), app, func(db collections.DB) error {
			if err := collections.SetMeta(db, signin.PolicyKey, args[0]); err != nil {
				return err
			}
			entry := audit.Entry{Actor: "operator", Role: "operator", Action: audit.Configure, Purpose: audit.Administration, Detail: map[string]string{"what": signin.PolicyKey, "value": args[0]}}
			return audit.Append(db, d.Now(), entry)
		})
	}
	return prepared(app, d, c)
}

// addOperatorFrom gives serve the flag that says from where a superuser may sign in.
func addOperatorFrom(app *pocketbase.PocketBase, c *cobra.Command) {
	var from []string
	c.Flags().StringSliceVar(&from, "operator-from", nil, "运维人员可登录的地址或网段,默认本机与内网 · addresses or subnets that superusers may come from; loopback and private ones unless given")
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if len(from) > 0 {
			settings := e.App.Settings()
			settings.SuperuserIPs = from
			if err := e.App.Save(settings); err != nil {
				return fmt.Errorf("--operator-from: %w", err)
			}
		}
		return e.Next()
	})
}
