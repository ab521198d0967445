package linkage

import (
	"sync"

	"github.com/longbridgeapp/opencc"
)

// value is a cell that was read once and is compared often. There may be millions of them: what only some kinds have lies
// apart.
type value struct {
	text    string // folded, traditional characters as simplified ones
	mask    uint64 // which letters and digits are in roman
	*makeup        // of names
	at      *place // of addresses
	date    *date
	count   int32 // records that have it
	han     bool
	valid   bool // an id number whose check digit is right
}

// makeup is what a name is made of.
type makeup struct {
	raw    string      // folded, as it was written
	sounds []*syllable // of each Chinese character
	grams  []uint32    // pairs of letters, sorted
	words  []uint32    // hashes of the words, sorted
	roman  string      // toneless pinyin, or the letters without blanks
	code   string      // how it sounds in Latin letters; of dotted names the consonants
	first  string      // first word; of dotted names the own name
	alias  string      // what an English short name stands for; of a Chinese nickname what is left of the name
}

// written is a cell as it was written, folded.
func (v *value) written() string {
	if v.makeup != nil {
		return v.raw
	}
	return v.text
}

// place is what an address is made of. Nearly every record has its own: all that is not compared is left away.
type place struct {
	parts   []uint32 // pairs of letters, and hashes of the words, each sorted; then hashes of the numbers in their order
	letters string   // the words without blanks, of one in Latin letters
	whole   uint32   // hash of all but the blanks
	words   uint16   // where they begin
	digits  uint16
}

// reader reads cells. It is not for several goroutines at once.
type reader struct {
	simple  *opencc.OpenCC
	known   map[rune]*syllable
	family  map[string]bool     // surnames of one character
	special map[string][]string // readings of surnames

	surnames map[string]bool // as they are read, where names may be in pinyin; else nil
}

// simple is the table of simplified characters, families and readings those of surnames; they are read once.
var (
	simple   = sync.OnceValues(func() (*opencc.OpenCC, error) { return opencc.New("t2s") })
	families = sync.OnceValue(func() map[string]bool {
		all := map[string]bool{}
		for _, s := range oneSurnames {
			all[string(s)] = true
		}
		return all
	})
	readings = sync.OnceValue(surnameReadings)
)

func newReader() (*reader, error) {
	t2s, err := simple()
	if err != nil {
		return nil, err
	}
	return &reader{simple: t2s, known: map[rune]*syllable{}, family: families(), special: readings()}, nil
}
