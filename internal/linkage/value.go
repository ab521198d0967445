package linkage

import (
	"sync"

	"github.com/longbridgeapp/opencc"
)

// value is a cell that was read once and is compared often.
type value struct {
	text   string // folded, traditional characters as simplified ones
	raw    string // folded, as it was written
	count  int32  // records that have it
	han    bool
	valid  bool       // an id number whose check digit is right
	sounds []syllable // of each Chinese character
	grams  []uint32   // pairs of letters, or of words
	words  []uint32   // hashes of the words, sorted
	digits []uint32   // the numbers of an address in their order
	roman  string     // toneless pinyin, or the letters without blanks
	code   string     // how it sounds in Latin letters; of dotted names the consonants
	first  string     // first word; of dotted names the own name
	mask   uint64     // which letters and digits are in roman
	alias  string     // what an English short name stands for; of a Chinese nickname what is left of the name
	date   date
}

// reader reads cells. It is not for several goroutines at once.
type reader struct {
	simple  *opencc.OpenCC
	known   map[rune]syllable
	family  map[string]bool     // surnames of one character
	special map[string][]string // readings of surnames
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
	return &reader{simple: t2s, known: map[rune]syllable{}, family: families(), special: readings()}, nil
}
