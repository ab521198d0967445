package fabrication

import "doorstep/internal/quality"

// Found is how well an order of interviews finds those that were invented.
type Found struct {
	Invented     float64 // share of all interviews
	Precision    float64 // in the first twentieth
	Recall       float64 // of all invented, in the first fifth
	ByStyle      map[Style]float64
	FalseWorkers float64 // share of the workers with a flag who never invented anything
}

// Measure counts what a result finds. In ByStyle is the share of each style's interviews in the first fifth.
func (m Made) Measure(result quality.Result) Found {
	f := Found{ByStyle: map[Style]float64{}}
	total, early, first := map[Style]float64{}, map[Style]float64{}, map[Style]float64{}
	guilty := map[string]bool{}
	n := len(result.Interviews)
	for i, one := range result.Interviews {
		style := m.Style[one.ID]
		total[style]++
		if i < n/20 {
			first[style]++
		}
		if i < n/5 {
			early[style]++
		}
		guilty[one.Worker] = guilty[one.Worker] || style != Honest
	}
	var invented, found float64
	for _, style := range styles {
		invented, found = invented+total[style], found+early[style]
		f.ByStyle[style] = early[style] / max(total[style], 1)
	}
	f.Invented, f.Recall = invented/float64(n), found/max(invented, 1)
	f.Precision = 1 - first[Honest]/max(float64(n/20), 1)
	flagged, wrong := 0.0, 0.0
	for _, p := range result.Workers {
		if len(p.Flags) > 0 {
			if flagged++; !guilty[p.Worker] {
				wrong++
			}
		}
	}
	f.FalseWorkers = wrong / max(flagged, 1)
	return f
}
