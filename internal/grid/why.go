package grid

import "slices"

// Why is what an area was chosen for: codes of the catalogue of reasons, and what else it could have been.
type Why struct {
	Reasons    []string    `json:"reasons"`
	Candidates []Candidate `json:"candidates"` // the likeliest first
	Territory  []string    `json:"territory"`  // of the worker, as it was: a later one says nothing of the visit
}

// Reasons, in the order in which they are told.
const (
	PointClear  = "point_clear"
	NearAnother = "point_near_border"
	Beside      = "point_beside"
	PointVague  = "point_vague"
	PointCoarse = "point_coarse"
	PointNone   = "point_none"
	PointFar    = "point_far"
	SaidByHand  = "by_hand"
	Listed      = "import"
	Succeeded   = "succeeded"
	Nothing     = "nothing"
)

var reasonTexts = map[string][2]string{
	PointClear:            {"定位点在该区域内，离边界足够远", "The position lies in the area, clear of its borders."},
	NearAnother:           {"定位点靠近边界，在精度范围内也可能属于相邻区域", "The position is so close to a border that its accuracy leaves other areas open."},
	Beside:                {"定位点在该区域旁边，差距在精度范围内", "The position lies beside the area, no further than its accuracy explains."},
	PointVague:            {"定位精度太低，没有据此确定", "The position is too inaccurate to decide by it."},
	PointCoarse:           {"定位点只能确定上级区域", "The position tells only a larger area."},
	PointNone:             {"没有可用的定位点", "There is no usable position."},
	PointFar:              {"定位点不在任何已知区域内", "The position lies in no known area."},
	SaidByHand:            {"由审核人员指定，并写明了理由", "A reviewer said so and gave a reason."},
	Listed:                {"来自导入的名册", "It comes from an imported list."},
	Succeeded:             {"原区域已变动，随之归入现在的区域", "Its area is no more: it went to what became of it."},
	Nothing:               {"没有任何依据，等待分配", "Nothing tells where it is: it waits to be placed."},
	agrees(ByHouseCode):   {"房屋编码也在该区域", "The house code lies in the area."},
	differs(ByHouseCode):  {"房屋编码在另一区域", "The house code lies in another area."},
	agrees(ByHousehold):   {"住户登记的区域与此一致", "The register has the household in the area."},
	differs(ByHousehold):  {"住户登记在另一区域", "The register has the household in another area."},
	agrees(ByWorkerGrid):  {"在采集员当时的责任范围内", "It is in what the worker had at the time."},
	differs(ByWorkerGrid): {"不在采集员当时的责任范围内", "It is outside of what the worker had at the time."},
}

func agrees(m Method) string  { return string(m) + "_agrees" }
func differs(m Method) string { return string(m) + "_differs" }

// Reason is one of a Why in words.
type Reason struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// Words tells the reasons in words; a code that is none is left out.
func (w Why) Words() []Reason {
	told := []Reason{}
	for _, code := range w.Reasons {
		if texts, known := reasonTexts[code]; known {
			told = append(told, Reason{code, texts[0], texts[1]})
		}
	}
	return told
}

// because notes what an area was chosen for.
func (a *Assignment) because(f fix, byPoint Assignment, known []evidence) {
	a.Reasons = []string{pointReason(f, byPoint, *a)}
	if a.Area == "" {
		a.Reasons = append(a.Reasons, Nothing)
		return
	}
	for _, e := range known {
		if e.supports(a.Area) {
			a.Reasons = append(a.Reasons, agrees(e.by))
		} else {
			a.Reasons = append(a.Reasons, differs(e.by))
		}
	}
}

func pointReason(f fix, byPoint, a Assignment) string {
	switch {
	case !f.usable:
		return PointNone
	case byPoint.Area == "":
		return PointFar
	case byPoint.Method == ByGPSNear:
		return Beside
	case byPoint.Confidence < vague:
		return PointVague
	case a.Area != byPoint.Area && under(a.Area, byPoint.Area):
		return PointCoarse
	case byPoint.Confidence < sure:
		return NearAnother
	}
	return PointClear
}

// plain reports whether method and confidence say all: a point clear of all borders, and nothing that speaks against it.
func (a Assignment) plain() bool {
	against := func(code string) bool {
		return code != PointClear && code != agrees(ByHouseCode) && code != agrees(ByHousehold) && code != agrees(ByWorkerGrid)
	}
	return a.Method == ByGPS && len(a.Candidates) < 2 && !slices.ContainsFunc(a.Reasons, against)
}

// unsure reports whether a reviewer should know that the area may be another one: two to one is not sure, nor is an area beside that
// of the point.
func (a Assignment) unsure() bool {
	return len(a.Candidates) > 1 && (a.Confidence < unsure || a.Method != ByGPS && a.Method != ByGPSNear)
}

const unsure = 2.0 / 3
