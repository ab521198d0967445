package seed

import (
	"bytes"
	"image/jpeg"
	"testing"
)

// digits are how the digits look in 3 by 5.
var digits = [5]string{
	"### ..# ### ### #.# ### ### ### ### ###",
	"#.# ..# ..# ..# #.# #.. #.. ..# #.# #.#",
	"#.# ..# ### ### ### ### ### ..# ### ###",
	"#.# ..# #.. ..# ..# ..# #.# ..# #.# ..#",
	"### ..# ### ### ..# ### ### ..# ### ###",
}

// TestPlate reads each digit at each place, white on blue.
func TestPlate(t *testing.T) {
	for _, number := range []int{12, 345, 678, 901, 234, 567, 890, 123} {
		img, err := jpeg.Decode(bytes.NewReader(plate(number)))
		if err != nil {
			t.Fatal(err)
		}
		for row := range 9 {
			for column := range 15 {
				want, place, x, y := byte('.'), (column-2)/4, (column-2)%4, row-2
				if column >= 2 && place < 3 && x < 3 && y >= 0 && y < 5 {
					digit := [...]int{number / 100, number / 10 % 10, number % 10}[place]
					want = digits[y][4*digit+x]
				}
				r, _, b, _ := img.At(16*column+8, 16*row+8).RGBA()
				if white := r > 0xa000; b < 0x6000 || white != (want == '#') {
					t.Errorf("plate %d: red %x, blue %x at %d, %d, want %c", number, r, b, column, row, want)
				}
			}
		}
	}
}
