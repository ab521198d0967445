package dedup

import (
	"context"
	"time"

	"doorstep/internal/linkage"
)

// Options say what is read, and where the answers go.
type Options struct {
	Files  []string // one to look within, two to look between
	ID     string   // column of the record's id; the usual ones, or the row's number
	Fields []linkage.Field
	Out    string // folder, which is made
	Seed   uint64
	Least  float64 // least probability of the pairs that are written
	Now    time.Time
	Show   func(step string, done, total int)
}

// Found is what linking files came to.
type Found struct {
	Records, Links, Reviews, Clusters int
	Compared                          int64
	Result                            *linkage.Result
	IDs                               []string
	First                             int      // records of the first of two lists, 0 for one list
	Others                            []string // headers that are not known, whose columns were not compared
}

// Find reads the files and links their records.
func Find(ctx context.Context, o Options) (*Found, error) {
	l, err := load(ctx, o, o.Show)
	if err != nil {
		return nil, err
	}
	r, err := linkage.Find(ctx, l.table, linkage.Options{Seed: o.Seed, Limits: linkage.DefaultLimits(), Now: o.Now, Show: o.Show})
	if err != nil {
		return nil, err
	}
	f := &Found{Records: l.table.Len(), Compared: r.Model.Compared, Result: r, IDs: l.ids, First: l.first, Others: l.others}
	for _, p := range r.Pairs {
		switch p.Decision {
		case linkage.Link:
			f.Links++
		case linkage.Review:
			f.Reviews++
		}
	}
	seen := map[int32]bool{}
	for _, c := range r.Cluster {
		seen[c] = true
	}
	f.Clusters = len(seen)
	return f, nil
}
