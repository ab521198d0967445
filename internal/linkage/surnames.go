package linkage

import "strings"

// surnameTable has the surnames that are read otherwise than the character alone; several readings where regions differ.
// Facts of usage, checked against overtrue/pinyin's list (MIT) and extended.
const surnameTable = `万俟 mò-qí;尉迟 yù-chí;单于 chán-yú;长孙 zhǎng-sūn;澹台 tán-tái;宇文 yǔ-wén;令狐 líng-hú;
单 shàn,dān;曾 zēng;解 xiè,jiě;查 zhā,chá;盖 gě,gài;翟 zhái,dí;薄 bó,báo;华 huà,huá;过 guō,guò;纪 jǐ,jì;燕 yān,yàn;种 chóng,zhǒng;繁 pó,fán;
覃 qín,tán,xún;缪 miào,móu,miù;瞿 qú,jù;冼 xiǎn;粘 nián,niàn,zhān;仇 qiú,chóu;区 ōu,qū;朴 piáo,pǔ;任 rén,rèn;宁 nìng,níng;卜 bǔ;臧 zāng;
乐 yuè,lè;尹 yǐn;祭 zhài,jì;哈 hǎ,hā;那 nā,nà;佴 nài,èr;员 yùn,yuán;召 shào,zhào;折 shé,zhé;曲 qū,qǔ;洗 xiǎn,xǐ;车 chē;石 shí;秘 bì,mì;逄 páng;
黑 hè,hēi;重 chóng,zhòng;郇 xún,huán;隗 wěi,kuí;谌 chén,shèn;晟 chéng,shèng;阚 kàn;都 dū,dōu;瘳 chōu;相 xiàng,xiāng;应 yīng,yìng;訾 zī,zǐ;
牟 mù,móu;俞 yú;於 yū,yú;尉 wèi,yù;贾 jiǎ,gǔ;柏 bǎi,bó;葛 gě,gé;洪 hóng;沈 shěn;盛 shèng,chéng;褚 chǔ;夏 xià;邵 shào;涂 tú;强 qiáng;费 fèi,bì;
殷 yīn;娄 lóu;空 kōng;能 nài,néng;妫 guī;幺 yāo;缑 gōu;庹 tuǒ;亓 qí;呙 guō;仉 zhǎng;鞠 jū;占 zhān;撒 sǎ;少 shào;宓 mì,fú;藉 jí`

func surnameReadings() map[string][]string {
	out := map[string][]string{}
	for entry := range strings.SplitSeq(strings.ReplaceAll(surnameTable, "\n", ""), ";") {
		name, readings, _ := strings.Cut(entry, " ")
		out[name] = strings.Split(readings, ",")
	}
	return out
}

// surnameSyllables reads "mò-qí" as two syllables, and readings of one character as those of one.
func surnameSyllables(readings []string) []*syllable {
	if !strings.Contains(readings[0], "-") {
		return []*syllable{newSyllable(readings)}
	}
	var out []*syllable
	for s := range strings.SplitSeq(readings[0], "-") {
		out = append(out, newSyllable([]string{s}))
	}
	return out
}

// oneSurnames are the surnames of one character that a name without a known surname is told by.
const oneSurnames = `王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷` +
	`龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施樊洪季俞章鲁葛伍申尤毕聂柴焦房滑阮柳骆齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄` +
	`单包司柏宁柯阎桂闵解强柴丛华车冉房边辜褚米盖蔺岳古佟麦楚宫苟冷温应和臧仇原竺那荆芦卓冯兰符蒲尚晏郎池宗巫乌敖丘娄晋巩沙迟岑鞠鄢党简饶全明卞苑滕喻迟鹿窦蓝虞栾平仲利商初邢倪穆初冀戚练` +
	`阚丰隆佘官招区冼缪瞿朴翟邬幸计訾麻屠危木安储湛由蹇苍敬代谈屠尧车火贡乐生栗支代殷姬裘皮刁宿锺仝艾邸展衣慕水战闻寇卿揭衡步谌晁邝卜相昌花雍郜凤柏别竹荀漆底侍亓仉`

// longSurnames are the surnames of two characters.
const longSurnames = " 欧阳 司徒 上官 诸葛 司马 尉迟 东方 皇甫 令狐 慕容 夏侯 端木 万俟 单于 长孙 澹台 宇文 公孙 轩辕 钟离 鲜于 闾丘 呼延 赫连 独孤 南宫 西门 东郭 百里 拓跋 公羊 濮阳 淳于 太史 申屠 仲孙 司空 司寇 " +
	"南门 纳兰 "

// parts splits a Chinese name; the surname is empty where the name is a nickname, of a people without surnames, or
// unknown.
func (r *reader) parts(name string) (surname, given string) {
	runes, written := []rune(r.simplified(name)), []rune(name)
	if len(runes) != len(written) {
		runes = written
	}
	switch {
	case strings.ContainsRune(name, '·') || len(runes) < 2:
		return "", name
	case len(runes) >= 3 && strings.Contains(longSurnames, " "+string(runes[:2])+" "):
		return string(written[:2]), string(written[2:])
	case len(runes) == 4 && r.family[string(runes[0])] && r.family[string(runes[1])]: // father's and mother's
		return string(written[:2]), string(written[2:])
	case runes[0] == runes[1] && len(runes) == 2 || !r.family[string(runes[0])]:
		return "", name
	case len(runes) == 2 && strings.ContainsRune(kin, runes[1]):
		return string(written[0]), ""
	}
	return string(written[0]), string(written[1:])
}

// kin are words that take the place of a given name.
const kin = "哥姐弟妹娃婶叔伯姨嫂爷奶婆公氏某"
