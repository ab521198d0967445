package main

import (
	"fmt"
	"os"
	"strings"
)

// writePlot draws, for each tenth of the probabilities with a hundred pairs or more, how many of them are right.
func writePlot(file string, sets ...figures) error {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 460 440" font-family="sans-serif" font-size="12">
<rect width="460" height="440" fill="white"/>
<path d="M50 390 L450 390 M50 390 L50 -10" stroke="#456"/>
<path d="M50 390 L430 10" stroke="#aaa" stroke-dasharray="4 4"/>
<path d="M50 371 L411 10 M69 390 L430 29" stroke="#ddd"/>
<text x="240" y="428" text-anchor="middle">probability · 概率</text>
<text x="14" y="200" transform="rotate(-90 14 200)" text-anchor="middle">share that is one person · 确为同一人</text>
`)
	for i := range 11 {
		x := 50 + 38*i
		fmt.Fprintf(&b, `<text x="%d" y="406" text-anchor="middle">%.1f</text><text x="44" y="%d" text-anchor="end">%.1f</text>`+"\n", x,
			float64(i)/10, 394-38*i, float64(i)/10)
	}
	for n, f := range sets {
		colour := []string{"#2166ac", "#b2182b"}[n%2]
		fmt.Fprintf(&b, `<text x="62" y="%d" fill="%s">● %s, %d records</text>`+"\n", 28+18*n, colour, f.Set, f.Records)
		for _, d := range f.Deciles {
			if d.Pairs >= 100 {
				fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"><title>%d pairs</title></circle>`+"\n", 50+380*d.Expected/float64(d.Pairs),
					390-380*float64(d.Right)/float64(d.Pairs), colour, d.Pairs)
			}
		}
	}
	b.WriteString("</svg>\n")
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
