package commands

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/signin"
)

// factorPolicy switches the second factor of supervisors, managers and analysts on or off for this installation.
func factorPolicy(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "second-factor required|off", Short: "办公人员是否须用动态口令 · whether office staff sign in with a second factor",
		Args: cobra.ExactArgs(1), ValidArgs: []string{"required", signin.Off}}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] != "required" && args[0] != signin.Off {
			return fmt.Errorf("没有“%s” · there is no %q; 可选 one of: required, %s", args[0], args[0], signin.Off)
		}
		return collections.Write(cmd.Context(), app, func(db collections.DB) error {
			if err := collections.SetMeta(db, signin.PolicyKey, args[0]); err != nil {
				return err
			}
			entry := access.Shell().Did(audit.Configure)
			entry.Purpose, entry.Detail = audit.Administration, map[string]string{"what": signin.PolicyKey, "value": args[0]}
			return audit.Append(db, d.Now(), entry)
		})
	}
	return prepared(app, d, c)
}

// unlockWorker ends the waits of one account, whose owner somebody else's guesses hold up.
func unlockWorker(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "unlock STAFF_NO", Short: "清除一个账号的登录等待 · end the waits before an account's next sign-in",
		Args: cobra.ExactArgs(1), SilenceUsage: true}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		worker, err := app.FindFirstRecordByData(collections.Workers, "staff_no", args[0])
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("没有这个工号 · there is no such staff number")
		}
		if err != nil {
			return err
		}
		var counts int64
		err = collections.Write(cmd.Context(), app, func(db collections.DB) (err error) {
			if counts, err = signin.Unlock(db, collections.Workers, worker.Id); err != nil {
				return err
			}
			entry := access.Shell().DidTo("signin.unlock", collections.Workers, worker.Id, worker.GetString("area"))
			entry.Purpose, entry.Detail = audit.Administration, map[string]int64{"counts": counts}
			return audit.Append(db, d.Now(), entry)
		})
		if err == nil {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: 可立即登录（清除 %d 项计数）· may sign in at once (%d counts forgotten)\n", args[0], counts, counts)
		}
		return err
	}
	return prepared(app, d, c)
}

// addOperatorFrom gives serve the flag that says from where a superuser may sign in.
func addOperatorFrom(app *pocketbase.PocketBase, c *cobra.Command) {
	var from []string
	c.Flags().StringSliceVar(&from, "operator-from", nil,
		"运维人员可登录的地址或网段，默认本机与内网 · addresses or subnets that superusers may come from; loopback and private ones unless given")
	checked(c, "operator-from", isSubnets)
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
