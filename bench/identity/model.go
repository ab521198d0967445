package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"doorstep/internal/linkage"
)

// registerOf is how many people the register has that the model of intake is for.
const registerOf = 1_000_000

// writeModel learns the model of intake from made-up households, without looking at who is who. It is a function of the
// seed and the number of people; its date is that of the program's own data, so that the file stays the same.
func writeModel(ctx context.Context, file string, seed uint64, people int) error {
	t, err := linkage.NewTable(linkage.IntakeFields())
	if err != nil {
		return err
	}
	for _, r := range generate(seed, people, usual(0.7)) {
		said := linkage.Said{Name: r.name, Sex: r.sex, Birth: r.birth, Number: r.number, Phone: r.phone, House: r.house, Area: r.area}
		t.Add(said.Cells())
	}
	r, err := linkage.Find(ctx, t,
		linkage.Options{Seed: seed, Limits: linkage.DefaultLimits(), Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC),
			Show: func(string, int, int) {}})
	if err != nil {
		return err
	}
	b, err := json.Marshal(r.Train(registerOf))
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
