package demo

// surnames are the hundred most frequent, with how many of ten thousand people have each: rounded from the shares that
// the ministry of public security published for 2020, and falling smoothly where it gave only the order.
var surnames = []struct {
	name   string
	weight int
}{
	{"王", 725}, {"李", 719}, {"张", 683}, {"刘", 538}, {"陈", 453}, {"杨", 308}, {"黄", 229}, {"赵", 223}, {"吴", 205}, {"周", 202},
	{"徐", 167}, {"孙", 154}, {"马", 147}, {"朱", 142}, {"胡", 132}, {"郭", 128}, {"何", 125}, {"林", 119}, {"高", 117}, {"罗", 107},
	{"郑", 95}, {"梁", 92}, {"谢", 85}, {"宋", 81}, {"唐", 80}, {"许", 72}, {"韩", 68}, {"邓", 65}, {"冯", 64}, {"曹", 62},
	{"彭", 61}, {"曾", 60}, {"肖", 59}, {"田", 58}, {"董", 57}, {"潘", 56}, {"袁", 54}, {"蔡", 53}, {"蒋", 52}, {"余", 51},
	{"于", 50}, {"杜", 49}, {"叶", 48}, {"程", 47}, {"魏", 46}, {"苏", 45}, {"吕", 44}, {"丁", 43}, {"任", 42}, {"卢", 41},
	{"姚", 40}, {"沈", 39}, {"钟", 38}, {"姜", 37}, {"崔", 36}, {"谭", 36}, {"陆", 35}, {"范", 35}, {"汪", 34}, {"廖", 34},
	{"石", 33}, {"金", 33}, {"韦", 32}, {"贾", 32}, {"夏", 31}, {"付", 31}, {"方", 30}, {"邹", 30}, {"熊", 29}, {"白", 29},
	{"孟", 28}, {"秦", 28}, {"邱", 27}, {"侯", 27}, {"江", 26}, {"尹", 26}, {"薛", 25}, {"闫", 25}, {"段", 24}, {"雷", 24},
	{"龙", 23}, {"黎", 23}, {"史", 22}, {"陶", 22}, {"贺", 21}, {"毛", 21}, {"郝", 20}, {"顾", 20}, {"龚", 19}, {"邵", 19},
	{"万", 18}, {"覃", 18}, {"武", 17}, {"钱", 17}, {"戴", 16}, {"严", 16}, {"莫", 15}, {"孔", 15}, {"向", 14}, {"常", 14},
}

// rareSurnames have readings of their own, or are seldom seen.
var rareSurnames = []string{"单", "解", "查", "盖", "翟", "仇", "区", "朴", "冼", "缪", "瞿", "麦", "植", "官", "招"}

var compoundSurnames = []string{"欧阳", "司徒", "上官", "诸葛", "司马", "尉迟", "东方", "皇甫", "令狐", "慕容", "夏侯", "端木"}

// rareCharacters are used in names although few fonts and keyboards have them; one lies beyond the BMP.
var rareCharacters = []rune("䶮㛃𬱖龑喆犇垚燊")

// era is what people called their children in a time.
type era struct {
	until                   int     // last year of birth
	single                  float64 // share of given names of one character
	maleFirst, maleLast     []rune
	femaleFirst, femaleLast []rune
}

var eras = []era{
	{1964, 0.25, []rune("建国志文明德永福贵祥金荣庆宝树世光学长海"), []rune("国华明军平生林山清祥荣成义才福贵民发根"),
		[]rune("秀桂玉淑凤兰美惠素春月爱雪瑞金丽"), []rune("英兰珍芳梅莲香琴云霞华萍清贞娥仙")},
	{1994, 0.45, []rune("伟建志海晓国文永俊小少新立宏卫春"), []rune("强军勇磊涛峰杰超鹏刚辉斌波林明亮东平锋健"),
		[]rune("丽晓海小文美雪春婷秀红玉艳慧冬"), []rune("敏静娟艳芳婷燕霞玲娜红萍琴丹莉洁倩梅云")},
	{9999, 0.12, []rune("子梓浩宇俊嘉一奕泽明思博睿皓铭晨家文逸柏"), []rune("轩宇涵辰睿泽然昊霖翔杰哲瑞豪阳鑫熙宸恒骏"),
		[]rune("梓子欣诗雨思佳语可雅若梦怡紫心晨艺芷沐"), []rune("涵萱怡彤妍琪瑶悦婷玥宁汐曦馨桐雯琳然晗瑜")},
}

// homophones are characters of names that sound alike, tone included.
var homophones = []string{
	"子梓紫", "涵晗函寒", "宇雨羽语禹", "轩萱宣", "怡宜仪", "欣心馨鑫新", "浩皓昊", "睿瑞锐", "辰晨宸", "佳嘉家", "婷庭廷", "希曦熙汐",
	"明铭鸣", "艺逸毅奕", "俊骏峻", "琪琦奇棋祺", "慧惠蕙", "芳方", "红宏洪鸿", "伟玮炜", "建健", "英瑛", "兰岚", "丽莉立力", "峰锋风枫",
	"杰洁捷", "琳林霖麟", "阳洋扬", "博勃", "祥翔", "志智", "文雯", "静敬", "梅玫", "悦月玥岳", "彤桐童同", "宁凝", "军君", "桂贵", "珍真贞",
	"淑舒书", "艳燕砚", "平萍", "勤琴", "磊蕾", "勇永咏", "清青卿", "鹏朋", "凯楷", "圆源", "如茹儒", "晓筱小", "思斯丝", "楠男南", "瑶遥",
	"露璐鹭", "恒衡", "泽择", "国", "金今",
}

// The parts of names with a dot between them: one's own and the father's.
var (
	uyghurMale   = []string{"买买提", "阿迪力", "艾力", "吐尔逊", "艾合买提", "阿不都拉", "玉素甫", "库尔班", "依明", "热合曼", "阿卜杜热合曼", "木拉提"}
	uyghurFemale = []string{"阿依古丽", "古丽娜尔", "热孜万古丽", "阿米娜", "帕提古丽", "玛依努尔", "迪丽努尔", "祖丽皮亚", "米娜瓦尔"}
	tibetan      = []string{"扎西", "次仁", "多吉", "旺堆", "卓玛", "央金", "拉姆", "平措", "尼玛", "达瓦"}
	mongol       = []string{"巴特尔", "格日勒图", "其其格", "乌兰", "苏日娜", "那日苏", "额尔德尼", "萨仁高娃"}
)

// minorities are the ethnicities, by the names that the forms use, whose people have names like the Han.
var minorities = []string{"zhuang", "zhuang", "hui", "miao", "yi", "tujia", "tujia", "manchu", "yao", "dong", "buyei", "other"}
