package main

import "strings"

// Names and places of ledgers, the most frequent first.
var (
	men = strings.Fields("john william thomas james george charles robert henry edward joseph richard arthur alfred frederick " +
		"samuel david alexander francis walter peter daniel philip ernest andrew benjamin " +
		"hugh herbert albert edmund patrick michael matthew stephen sydney nicholas leonard harold isaac christopher lewis abraham " +
		"anthony ralph gilbert theodore jonathan nathaniel edgar percy bernard roger simon " +
		"augustus laurence adam oliver geoffrey ambrose clement josiah tobias barnabas ezekiel cuthbert humphrey leopold marmaduke peregrine")
	women = strings.Fields("mary elizabeth anne jane sarah margaret catherine charlotte emily alice ellen harriet dorothy frances " +
		"caroline florence helen edith susan eleanor isabella lucy martha hannah rebecca " +
		"agnes amelia beatrice constance ethel gertrude henrietta josephine lydia matilda rachel sophia theresa ursula winifred")
	surnames = strings.Fields("smith jones williams brown taylor davies wilson evans thomas johnson roberts walker wright robinson " +
		"thompson white hughes edwards green hall wood harris lewis martin jackson clarke turner hill " +
		"cooper morris ward moore watson baker harrison morgan allen mitchell campbell scott king adams shaw murray graham reid ross " +
		"stewart fraser marshall")
	stems = strings.Fields("ash brad clif dun ed fair gar hal ken lang mar nor ox pem quar rad stan thorn under wal whit win " +
		"brom chat dart elm farn grim hart kirk lock mel north peck rams sed tem wake wes wood yar cran bux holl stap brack")
	endings = strings.Fields("ton ford field ley wood bury ham well worth by son man croft more stone bridge land gate shaw don " +
		"combe wick thorpe hurst")
	places = strings.Fields("london dublin edinburgh liverpool manchester birmingham glasgow bristol leeds oxford plymouth " +
		"norwich york exeter bath cork belfast aberdeen nottingham leicester derby cambridge portsmouth hull " +
		"chester gloucester ipswich lincoln durham worcester hereford shrewsbury dundee perth inverness swansea cardiff carlisle " +
		"lancaster preston bolton rochdale halifax bradford huddersfield kendal whitby scarborough ripon wells truro falmouth")
	occupations = strings.Fields("politician writer painter lawyer clergyman soldier merchant engineer physician actor architect " +
		"botanist composer banker journalist teacher sculptor naturalist printer geologist surgeon")
	shorter = map[string][]string{"john": {"jno", "jack"}, "william": {"wm", "bill", "will"}, "thomas": {"thos", "tom"},
		"james": {"jas", "jim"}, "george": {"geo"}, "charles": {"chas", "charlie"}, "robert": {"robt", "bob", "rob"},
		"henry": {"harry", "hy"}, "edward": {"edwd", "ted", "ned"}, "joseph": {"jos", "joe"}, "richard": {"richd", "dick"},
		"samuel": {"saml", "sam"}, "alexander": {"alex", "alexr", "sandy"}, "frederick": {"fredk", "fred"},
		"benjamin": {"benj", "ben"}, "elizabeth": {"eliza", "betty", "eliz"}, "margaret": {"peggy", "margt", "maggie"},
		"catherine": {"kate", "cath", "kitty"}, "mary": {"polly", "molly"}, "sarah": {"sally"}, "frances": {"fanny"}, "helen": {"nellie"}}
	byEar = [][2]string{{"ph", "f"}, {"ck", "k"}, {"y", "ie"}, {"ie", "y"}, {"ea", "ee"}, {"th", "t"}, {"ll", "l"}, {"s", "z"},
		{"c", "k"}, {"e", "a"}, {"ton", "tone"}, {"ley", "ly"}, {"i", "y"}, {"o", "ou"}, {"son", "sen"}, {"ham", "am"}}
)
