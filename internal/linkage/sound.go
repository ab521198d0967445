package linkage

import "strings"

// sound is how an English word sounds, roughly: one letter for those that are said alike, no vowels but the first.
func sound(s string) string {
	s = spellings.Replace(s)
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c == 'h' && i > 0 || i > 0 && s[i-1] == c:
		case strings.IndexByte("aeiouyw", c) >= 0:
			if i == 0 {
				b.WriteByte('a')
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

var spellings = strings.NewReplacer("ph", "f", "ght", "t", "gh", "g", "kn", "n", "wr", "r", "ck", "k", "sch", "s", "ce", "se", "ci", "si",
	"cy", "si",
	"c", "k", "q", "k", "x", "ks", "z", "s", "mac", "mk", "mc", "mk", "dg", "j", "ge", "je", "v", "f")

// full is the name that an English short form stands for.
func full(s string) string {
	at := strings.Index(shortForms, " "+s+" ")
	if at < 0 {
		return s
	}
	line := shortForms[:at]
	line = shortForms[strings.LastIndexByte(line, '\n')+1:]
	name, _, _ := strings.Cut(line, ":")
	return name
}

// shortForms are short forms that are used on documents.
const shortForms = `
william: bill billy will willie liam 
robert: rob bob bobby robbie bert 
thomas: tom tommy thos 
john: jack johnny jon jno 
james: jim jimmy jamie jas 
charles: charlie chas chuck charley 
edward: ed eddie ted teddy ned edw 
richard: dick rick ricky rich richie 
henry: harry hal hank 
george: geo georgie 
joseph: joe joey jos 
francis: frank fran 
frederick: fred freddie freddy fredk 
alexander: alex alec sandy xander 
benjamin: ben benny benj 
samuel: sam sammy saml 
daniel: dan danny danl 
michael: mike mick mickey micky 
david: dave davey davy 
andrew: andy drew 
matthew: matt 
nicholas: nick nicky 
christopher: chris kit 
anthony: tony ant 
peter: pete 
stephen: steve steven 
timothy: tim 
walter: walt wally 
arthur: art artie 
albert: al bertie 
alfred: alf alfie 
philip: phil phillip 
patrick: pat paddy 
gregory: greg 
joshua: josh 
jonathan: jonny jonathon 
zachary: zac zach zachery zachariah 
nathaniel: nathan nat 
ronald: ron ronnie 
donald: don donnie 
kenneth: ken kenny 
lawrence: larry laurence 
leonard: len lenny leo 
margaret: maggie meg peggy madge marge 
elizabeth: liz lizzie beth betty bess eliza elisabeth 
catherine: kate katie cathy kathy katherine kitty katharine kathleen 
mary: molly polly mollie 
sarah: sally sara 
ann: annie anne nancy nan anna 
jane: jenny janie 
susan: sue susie susannah susanna 
victoria: vicky vickie tori 
rebecca: becky becca 
jennifer: jen jenn 
jessica: jess jessie 
alexandra: alexa lexi 
isabella: bella isobel isabel isabelle izzy 
samantha: sam sammi 
charlotte: lottie charlie 
eleanor: nell nellie ellie ella 
dorothy: dot dolly dottie 
helen: nellie ellen 
emily: em emmie emilie 
frances: fanny fran 
harriet: hattie 
matilda: tilly tilda 
`
