package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// operators are PocketBase's commands on its superusers. They say how many words they take, and one that is to be deleted
// must be there: a misspelt address would leave an account behind that is thought to be gone.
func operators(app *pocketbase.PocketBase) *cobra.Command {
	all := cmd.NewSuperuserCommand(app)
	for _, c := range all.Commands() {
		switch c.Name() {
		case "create", "update", "upsert":
			c.Use, c.Args = c.Name()+" EMAIL PASSWORD", cobra.ExactArgs(2)
		case "delete", "otp":
			c.Use, c.Args = c.Name()+" EMAIL", cobra.ExactArgs(1)
			c.PreRunE = func(_ *cobra.Command, words []string) error {
				if _, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, words[0]); err != nil {
					return fmt.Errorf("没有运维账号“%s” · there is no operator %q", words[0], words[0])
				}
				return nil
			}
		case "ips":
			c.Use = "ips [ADDRESS...]"
		}
	}
	return all
}
