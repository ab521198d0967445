package console

import (
	"cmp"
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// OddDatum is a tablet of a worker whose points lie off as those of another datum would: its app takes the coordinates of a map for
// those of the earth. It is evidence for somebody to look at the tablet, and changes no record.
type OddDatum struct {
	Device     string     `json:"device"` // "" for work without a tablet's name
	Worker     string     `json:"worker"`
	WorkerName string     `json:"worker_name"`
	Points     int        `json:"points"` // that were compared with where they should be
	Inside     int        `json:"inside"` // of them, where they should be
	Looks      grid.Datum `json:"looks_like"`
	Then       int        `json:"inside_then"`
	EastM      float64    `json:"east_m"` // how far they lie off
	NorthM     float64    `json:"north_m"`
}

const (
	leastDoubted = 5    // records of a tablet whose point would lie right by another datum: fewer are no reason to look
	mostDoubted  = 2000 // records that are looked at for who took them
	mostPoints   = 200  // of one tablet, the latest
	mostSuspects = 50   // tablets
)

// ReadDatums looks at the tablets of which several records in an area of the actor's territory were doubted for their datum as they
// came in. It costs those tablets, not the city.
func ReadDatums(db collections.DB, k Known, actor access.Actor, form, area string) ([]OddDatum, error) {
	in, ok := k.Library.Get(form, "")
	if !ok {
		return nil, problem.New(problem.BadParameter, "form")
	}
	suspects, err := doubted(db, in, actor, area)
	if err != nil {
		return nil, err
	}
	all := []OddDatum{}
	for _, one := range suspects {
		points, err := pointsOf(db, in, one)
		if err != nil {
			return nil, err
		}
		c := k.Areas.Suspect(points)
		if c.Looks == "" {
			continue
		}
		one.Points, one.Inside, one.Looks, one.Then, one.EastM, one.NorthM = c.Points, c.Inside, c.Looks, c.Then, c.EastM, c.NorthM
		if _, err := collections.One(db, `SELECT name FROM workers WHERE id=?`, []any{one.Worker}, &one.WorkerName); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// doubted are the tablets with most records whose datum was doubted.
func doubted(db collections.DB, in *instrument.Instrument, actor access.Actor, area string) ([]OddDatum, error) {
	table := in.Layout.Main().Name
	by := map[OddDatum]int{}
	left := mostDoubted
	for _, r := range actor.Ranges(area) {
		query, args := `SELECT m.device, m.worker FROM record_issues i CROSS JOIN "`+table+`" m ON m.id=i.record
			WHERE i.code=? AND i.area>=? AND i.area<? AND i.collection=? LIMIT ?`, []any{grid.DatumSuspect, r.Lo, r.Hi, table, left}
		err := collections.Each(db, query, args, func(rows *sql.Rows) error {
			var one OddDatum
			err := rows.Scan(&one.Device, &one.Worker)
			by[one]++
			left--
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var all []OddDatum
	for one, n := range by {
		if n >= leastDoubted {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b OddDatum) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a.Worker, b.Worker), cmp.Compare(a.Device, b.Device))
	})
	return all[:min(len(all), mostSuspects)], nil
}

// pointsOf are the latest points of a worker's tablet, each with where it should be: by its household, where something else than this
// record tells of that, or by what the worker has.
func pointsOf(db collections.DB, in *instrument.Instrument, one OddDatum) (points []grid.Fixed, err error) {
	table := in.Layout.Main().Name
	var territory string
	if _, err := collections.One(db, `SELECT territory FROM workers WHERE id=?`, []any{one.Worker}, &territory); err != nil {
		return nil, err
	}
	err = collections.Each(db, `SELECT m.id, m.location, m.sealed, m.accuracy_m,
		COALESCE(h.area,''), COALESCE(h.area_method,''), COALESCE(h.source,''),
		EXISTS (SELECT 1 FROM "`+table+`" s WHERE s.id=h.source AND s.worker=m.worker AND s.device=m.device)
		FROM "`+table+`" m LEFT JOIN households h ON h.id=m.household WHERE m.worker=? AND m.device=? AND m.review_state!='rejected'
		ORDER BY m.id DESC LIMIT ?`, []any{one.Worker, one.Device, mostPoints}, func(rows *sql.Rows) error {
		var id, location, sealed string
		var home identity.Household
		var p grid.Fixed
		var own bool // the household is known by another record of this tablet: with the same mistake, if it is one
		if err := rows.Scan(&id, &location, &sealed, &p.AccuracyM, &home.Area, &home.AreaMethod, &home.Source, &own); err != nil {
			return err
		}
		at, found, err := grid.PointOf(db, table, id, location, sealed)
		if err != nil || !found {
			return err
		}
		p.Lon, p.Lat, p.Home = at[0], at[1], access.ParseTerritory(territory)
		if own {
			home.Source = id
		}
		if home.Area != "" && home.Tells(id) {
			p.Home = []string{home.Area}
		}
		points = append(points, p)
		return nil
	})
	return points, err
}
