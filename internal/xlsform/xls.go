package xlsform

func readXLS(data []byte) (*Book, error) { return nil, errUnsupported }
