package demo

import "math/rand/v2"

const cityName = "明川市"

var districtNames = []string{"临江区", "云溪区", "望海区", "松岭区", "青禾区", "白鹭区", "石桥区", "南浦区", "北苑区", "新塘区"}

var (
	placeFirst = []rune("春夏秋清翠锦福康和平安宁永兴金银玉莲荷桂梅竹松柏枫柳杏桃樱兰芳华光明星月云霞虹雁鹤凤鹿龙泉溪湖江海沙石岭峰岗坪田禾谷麦")
	placeLast  = []rune("园苑湾桥塘岭坡头岗坑围屋村井泉溪河湖洲浦港渡口关亭台阁楼庄寨坪洞山林里塔")
	roadFirst  = []rune("新文民建中和平人胜团振兴福华春景翠深北南东西红晓朝阳明光学府银湖")
	roadLast   = []rune("安兴华昌盛和康宁达通明园泰丰隆荣乐民")
)

// placeNames hands out names that no two areas of a level share.
type placeNames struct {
	words []string
	used  [3]int // how many words each level has taken
}

func newPlaceNames(r *rand.Rand) *placeNames {
	n := &placeNames{}
	for _, a := range placeFirst {
		for _, b := range placeLast {
			if a != b {
				n.words = append(n.words, string([]rune{a, b}))
			}
		}
	}
	r.Shuffle(len(n.words), func(i, j int) { n.words[i], n.words[j] = n.words[j], n.words[i] })
	return n
}

// next names an area of level 0 (district), 1 (street) or 2 (community).
func (n *placeNames) next(level int) string {
	i := n.used[level]
	n.used[level]++
	if level == 0 && i < len(districtNames) {
		return districtNames[i]
	}
	return n.words[i%len(n.words)] + []string{"区", "街道", "社区"}[level]
}

func roadName(r *rand.Rand) string {
	return pick(r, roadFirst) + pick(r, roadLast) + []string{"路", "路", "街", "大道"}[r.IntN(4)]
}

func pick(r *rand.Rand, from []rune) string { return string(from[r.IntN(len(from))]) }
