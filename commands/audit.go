package commands

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/audit"
)

// verifyAudit proves the chain. The exit status tells whether it is whole; the printed head is what to write down
// elsewhere, because a chain whose end was cut off is whole in itself.
func verifyAudit(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var anchor string
	c := &cobra.Command{Use: "verify", Short: "核验审计链 · prove that nothing in the audit trail was changed", Args: cobra.NoArgs}
	c.Flags().StringVar(&anchor, "anchor", "", "以前记下的末行摘要 · a head that was noted earlier")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		report, err := audit.Verify(collections.Read(app), anchor)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "共 %d 行完好 · rows in order: %d\n末行摘要 head: %s\n", report.Head.Seq, report.Head.Seq, report.Head.Hash)
		if !report.Whole() {
			return errors.New(report.Why)
		}
		return nil
	}
	return prepared(app, d, c)
}

// whoSaw answers a guardian: who saw or changed the records of this person.
func whoSaw(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{
		Use: "who PERSON", Short: "谁看过或改过此人的记录 · who saw or changed a person's records", Args: cobra.ExactArgs(1),
		Long: "PERSON 是人员记录的 id，督导台与接口中可见。\nPERSON is the id of the person's record, which the console and the API show.",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		trace, found, err := audit.Who(collections.Read(app), args[0], nil)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("没有此人 · no such person: %s", args[0])
		}
		entry := audit.Entry{Actor: "operator", Role: "operator", Action: audit.WhoSaw, Collection: collections.Persons, Record: args[0],
			Purpose: audit.GuardianRequest, Subjects: trace.Persons}
		err = collections.Write(cmd.Context(), app, func(db collections.DB) error { return audit.Append(db, d.Now(), entry) })
		if err != nil {
			return err
		}
		writeTrace(cmd.OutOrStdout(), trace)
		return nil
	}
	return prepared(app, d, c)
}

func writeTrace(w io.Writer, t audit.Trace) {
	if len(t.Persons) > 1 {
		fmt.Fprintln(w, "含合并的记录 · with merged records: "+strings.Join(t.Persons, " "))
	}
	for _, l := range t.Lines {
		who := l.StaffNo + " " + l.Name
		if l.StaffNo == "" {
			who = l.Actor
		}
		certain := ""
		if !l.Certain {
			certain = "  （可能包含 · may have held this person）"
		}
		fmt.Fprintf(w, "%s  %-12s  %s (%s)  %s  设备 device %s%s\n", l.At, l.Action, who, l.Role, l.Purpose, dash(l.Device), certain)
	}
	fmt.Fprintf(w, "共 %d 条 · lines: %d\n", len(t.Lines), len(t.Lines))
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
