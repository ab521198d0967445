package devicesync

import (
	"database/sql"
	"fmt"
	"strconv"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// walk goes through the tables themselves, phase after phase.
func (p *puller) walk(c cursor, phases []phase) (cursor, error) {
	for c.phase < len(phases) && p.written < p.limit && !p.full() {
		want := p.limit - p.written
		found, err := p.rows(phases[c.phase], c, want)
		if err != nil {
			return c, fmt.Errorf("pull %s: %w", phases[c.phase].collection, err)
		}
		exact := phases[c.phase].collection != collections.Changes // rows that the scope itself selected
		if exact {
			if err := p.tell(found); err != nil {
				return c, err
			}
		}
		done, err := p.fill(found, exact)
		if err != nil {
			return c, err
		}
		if done == len(found) && done < want {
			c.phase, c.last = c.phase+1, ""
		} else {
			c.last = found[done-1].at
		}
	}
	if c.phase >= len(phases) {
		return cursor{epoch: c.epoch, scope: c.scope, mode: feeding, seq: c.seq}, nil
	}
	return c, nil
}

// rows lists what a phase tells next: at most want changes, without their data. All of a walk is told under the sequence
// number at which the feed goes on after it, so that numbers never fall.
func (p *puller) rows(ph phase, c cursor, want int) (found []change, err error) {
	if ph.collection == collections.Changes {
		left := territory.Feed{Ranges: ph.ranges, Where: ph.where, Args: ph.args}
		err = left.Each(p.db, feedPosition(c), want, func(rows *sql.Rows) error {
			ch := change{seq: c.seq}
			err := rows.Scan(&ch.at, &ch.collection, &ch.id, &ch.rev, &ch.op)
			found = append(found, ch)
			return err
		})
		return found, err
	}
	err = ph.each(p.db, parsePosition(c.last), want, func(l listed) {
		found = append(found, change{seq: c.seq, collection: ph.collection, id: l.at.ID, rev: l.rev, op: ph.op, row: l.row, at: textOf(l.at)})
	})
	return found, err
}

// feedPosition is how far a crossing has read the feed of the former territory.
func feedPosition(c cursor) int64 {
	if seq, err := strconv.ParseInt(c.last, 10, 64); err == nil {
		return seq
	}
	return c.seq
}

// follow tells what was committed after the cursor.
func (p *puller) follow(c cursor) (cursor, error) {
	var found []change
	err := p.feed.Each(p.db, c.seq, p.limit+1, func(rows *sql.Rows) error {
		var ch change
		err := rows.Scan(&ch.seq, &ch.collection, &ch.id, &ch.rev, &ch.op)
		found = append(found, ch)
		return err
	})
	if err != nil {
		return c, err
	}
	if len(found) > p.limit {
		found, p.more = found[:p.limit], true
	}
	done, err := p.fill(found, false)
	if done > 0 {
		c.seq, p.more = found[done-1].seq, p.more || done < len(found)
	}
	return c, err
}

func (p *puller) anyAfter(seq int64) (bool, error) {
	head, err := p.feed.Head(p.db)
	return head > seq, err
}
