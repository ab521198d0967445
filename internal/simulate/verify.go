package simulate

import (
	"context"
	"maps"
	"slices"

	"doorstep/internal/client"
)

// verify asks the server anew, after everybody has finished: each tablet pulls what it lacks and, beside it, everything;
// the two must be equal, and hold what was acknowledged to the worker and nothing else of theirs.
func (s *simulation) verify(ctx context.Context) error {
	fresh := make([]*client.Copy, len(s.tablets))
	err := s.each(ctx, func(ctx context.Context, t *tablet) error {
		t.device.Conn.HTTP = s.conn(s.HTTP).HTTP
		if err := t.insist(ctx, t.device.Pull); err != nil {
			return err
		}
		anew := &client.Tablet{Conn: t.device.Conn}
		fresh[t.number-1] = &anew.Copy
		return t.sim.insist(ctx, anew.Pull)
	})
	if err != nil {
		return err
	}
	ledgers := map[string]ledger{}
	for i, t := range s.tablets {
		if ledgers[t.staff] == nil {
			ledgers[t.staff] = ledger{}
		}
		maps.Copy(ledgers[t.staff], t.ledger)
		for _, v := range t.visits {
			if v.receipt.Seq == 0 {
				s.findings.Unanswered = append(s.findings.Unanswered, v.id)
			}
		}
		s.findings.Unreturned = append(s.findings.Unreturned, t.tally.unreturned...)
		s.findings.Diverged = append(s.findings.Diverged, differences(&t.device.Copy, fresh[i])...)
	}
	for i, t := range s.tablets {
		if t.sibling > 0 {
			continue // the first tablet of the worker has it all
		}
		found := audit(ledgers[t.staff], t.before, fresh[i], slices.Collect(maps.Values(t.tables)))
		s.findings.Missing = append(s.findings.Missing, found.Missing...)
		s.findings.Doubled = append(s.findings.Doubled, found.Doubled...)
	}
	return nil
}
